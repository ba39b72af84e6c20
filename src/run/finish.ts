/**
 * The end of a step's life: the lock entry first, because it is what must not be lost, then the output for the author.
 */
import { problem, type Diagnostic } from "../base/diagnostic.js";
import { micros } from "../base/money.js";
import { callsBeyond } from "../plan/calls.js";
import { isLocal } from "../graph/actions.js";
import { returnsOf } from "../graph/source.js";
import { withCalls } from "../plan/committed.js";
import type { RestoredFrom } from "../plan/decide.js";
import { driftOf, lengthOf, unitOf, type Drift } from "../plan/drift.js";
import type { Artifact, Attempt, Billed, Handle, Rendering } from "../plan/prior.js";
import type { Placed } from "./disk.js";
import type { Outcome } from "./event.js";
import { sidecarText } from "./sidecar.js";
import type { Collecting, Stepping } from "./stepping.js";

/** What the lock will say of an attempt that gave this artifact. */
export function renderingOf(
  stepping: Collecting,
  attempt: Attempt,
  artifact: Artifact,
  handle: Handle | undefined,
  billed: Billed | undefined,
  flags: readonly string[] | undefined,
): Rendering {
  const { planned } = stepping;
  // Nobody said what it took: the calls that its own ceiling does not cover are still in the books.
  const unsaid = billed === undefined || billed.kind === "unknown";
  const beyond = unsaid ? callsBeyond(attempt.calls) : 0;
  const estimate = {
    ...(attempt.units === undefined ? {} : { units: attempt.units }),
    ...(attempt.ceiling === undefined ? {} : { usd: micros(attempt.ceiling + beyond) }),
    ...(attempt.lowUnits === undefined ? {} : { lowUnits: attempt.lowUnits }),
    ...(attempt.lowUsd === undefined ? {} : { lowUsd: attempt.lowUsd }),
  };
  return {
    key: planned.key,
    inputs: planned.inputs,
    attempt: attempt.attempt,
    artifact,
    consumed: attempt.consumed,
    ...(handle === undefined ? {} : { handle }),
    ...(Object.keys(estimate).length === 0 ? {} : { estimate }),
    billed: withCalls(billed, attempt.calls) ?? { kind: "unknown" },
    ...returnsPart(planned.inputs.action),
    ...(flags?.length ? { flags } : {}),
  };
}

/** Of the intent and not of the step, because an edit may have changed the step meanwhile. */
export function returnsPart({ kind, via }: Rendering["inputs"]["action"]): Pick<Rendering, "returns"> {
  return kind === "extend" ? { returns: returnsOf(via === "native" ? via : "omni") } : {};
}

/** Records the rendering, places the output, and says how it ended. The lock comes first: it is what must not be lost. */
export async function finish(
  stepping: Stepping,
  rendering: Rendering,
  from: "new" | RestoredFrom,
): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step } = planned;
  // What was only restored is in the lockfile as it is.
  await run.disk.lock(step.id, planned.key, from === "new" ? rendering : undefined);
  if (from === "new") {
    const reference =
      planned.create?.reference ??
      (planned.decision.kind === "resume" ? planned.decision.attempt.reference : undefined);
    if (reference !== undefined) await run.disk.journal({ type: "recorded", reference });
  }
  const { artifact } = rendering;
  const placed: Placed =
    step.output === undefined
      ? { kind: "placed" }
      : await run.disk.place(
          artifact.sha256,
          step.output,
          sidecarText(planned, rendering, from === "new" ? planned.reason : undefined),
        );
  if (placed.kind === "damaged") {
    return { status: "blocked", because: { because: "missing", sha256: artifact.sha256 } };
  }
  const output = step.output === undefined ? {} : { output: step.output };
  const conflict =
    placed.kind === "taken" || placed.kind === "refused"
      ? {
          conflict: takenOutput(
            stepping,
            placed.kind === "taken" ? placed.what : `cannot be written to (${placed.why})`,
          ),
        }
      : {};
  return from === "new"
    ? {
        status: "rendered",
        artifact,
        ...output,
        billed: rendering.billed,
        ...driftPart(planned, rendering),
        flags: rendering.flags ?? [],
        ...conflict,
      }
    : { status: "restored", artifact, ...output, from, ...conflict };
}

/** How the bill stands to what was expected when the task was created. Pictures that are made here have no bill. */
function driftPart(
  { estimate, step }: Stepping["planned"],
  { billed, artifact, inputs, estimate: expected = {} }: Rendering,
): { readonly drift?: Drift } {
  if (isLocal(step.action)) return {};
  const length = lengthOf(estimate, artifact.seconds);
  return { drift: driftOf(expected, billed, unitOf(inputs.action.kind), length) };
}

/** Says that something that is not ours lies at the output path. */
export function takenOutput({ planned: { step } }: Pick<Stepping, "planned">, what: string): Diagnostic {
  return problem("output/changed", `${step.output} ${what} and is left alone`, {
    path: step.path,
    on: "key",
    why: `the rendering of ${step.id} is safe in the store`,
    help: "move your file away and run render, or render --overwrite-outputs",
  });
}
