/**
 * Fetches the vendor's copy of something that is recorded, beside any step: for bytes that the store lost, or that are
 * doubted. What is recorded stays recorded; other bytes are kept under their own digest and told.
 */
import type { Sha256 } from "../base/digest.js";
import type { Artifact } from "../plan/prior.js";
import type { LostCopy } from "../plan/gather.js";
import { fetchResult } from "./fetch-result.js";
import type { Outcome } from "./event.js";
import type { StepId } from "../graph/input.js";
import type { Collector } from "./stepping.js";

/** A recorded artifact with what the vendor may be asked with. */
export type Wanted = Required<Pick<LostCopy, "key" | "inputs" | "artifact" | "handle">> & {
  /** What to call it: its step, where one is known. */
  readonly name: StepId;
};

/** What the vendor has. */
export type Copied =
  /** The recorded bytes; they are in the store now. */
  | { readonly kind: "same" }
  /** Others; they are in the store under their own digest. */
  | { readonly kind: "other"; readonly artifact: Artifact; readonly recorded: Sha256 }
  /** It could not be fetched. */
  | { readonly kind: "failed"; readonly outcome: Outcome };

/** Fetches one copy into the store. */
export async function fetchCopy(run: Collector, wanted: Wanted): Promise<Copied> {
  const { key, inputs, artifact, handle, name } = wanted;
  const fetched = await run.inDownload(() =>
    fetchResult(
      { run, planned: { key, inputs, step: { id: name, path: [] } } },
      {
        task: handle.task,
        address: { dialect: handle.dialect, product: handle.product },
        startedMs: run.clock.now(),
      },
      undefined,
    ),
  );
  if (fetched.kind === "ended") return { kind: "failed", outcome: fetched.outcome };
  return fetched.artifact.sha256 === artifact.sha256
    ? { kind: "same" }
    : { kind: "other", artifact: fetched.artifact, recorded: artifact.sha256 };
}
