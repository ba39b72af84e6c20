/**
 * Binds an artifact that a person brought to a planned step: recorded before all that was paid for at its key, which is
 * kept beside it, and placed like any other. Nothing here reaches the vendor.
 */
import type { Sha256 } from "../base/digest.js";
import type { Diagnostic } from "../base/diagnostic.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Artifact, Rendering } from "../plan/prior.js";
import { oddities } from "./fetch-result.js";
import type { Disk } from "./disk.js";
import { returnsPart, takenOutput } from "./finish.js";
import { sidecarText } from "./sidecar.js";

/** What the lockfile will say of it. `name`: of the file alone, safe to show. */
export function adoptedRendering(
  planned: Pick<PlannedStep, "key" | "inputs">,
  given: {
    readonly artifact: Artifact;
    readonly attempt: number;
    readonly name: string;
    readonly consumed: Readonly<Record<string, Sha256>>;
  },
): Rendering {
  const { key, inputs } = planned;
  const { artifact, attempt, name, consumed } = given;
  return {
    key,
    inputs,
    attempt,
    artifact,
    consumed,
    billed: { kind: "not_billed" },
    ...returnsPart(inputs.action),
    flags: [`adopted from ${name}`, ...oddities(inputs, artifact)],
  };
}

/** Records it (unless it is on record), and places its output; a diagnostic where something else lies there. */
export async function bind(
  disk: Pick<Disk, "lock" | "place">,
  planned: PlannedStep,
  rendering: Rendering,
  isNew: boolean,
): Promise<Diagnostic | undefined> {
  const { step, key } = planned;
  await disk.lock(step.id, key, isNew ? rendering : undefined);
  if (step.output === undefined) return undefined;
  const placed = await disk.place(
    rendering.artifact.sha256,
    step.output,
    sidecarText(planned, rendering, undefined),
  );
  switch (placed.kind) {
    case "placed":
      return undefined;
    case "taken":
      return takenOutput({ planned }, placed.what);
    case "refused":
      return takenOutput({ planned }, `cannot be written to (${placed.why})`);
    case "damaged":
      return takenOutput({ planned }, "could not be written: the stored copy is damaged");
  }
}
