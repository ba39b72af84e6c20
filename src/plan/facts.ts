/**
 * What is known of the clips of a plan: of one that is there, from its own record and its own length, which a hold may
 * have kept through any edit; of one that is still to be made, from what is asked for.
 */
import type { Catalog } from "../catalog/catalog.js";
import type { Mode } from "../catalog/model.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import { clipFacts, workedOn } from "../graph/source.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import type { PlannedStep } from "./plan.js";
import type { Prior, Rendering } from "./prior.js";

/** Clips come a frame longer or shorter than they were asked for, which nobody bills. */
const SLACK_SECONDS = 0.1;

/** The steps on whose clips others work: nobody asks for facts of the rest. */
export function workedUpon(steps: readonly Step[]): ReadonlySet<StepId> {
  return new Set(steps.flatMap(({ action }) => workedOn(action) ?? []));
}

/** What is known of the clip that a step works on, if it does. */
export function sourceOfStep({ action }: Step, facts: ReadonlyMap<StepId, SourceFacts>): SourceFacts {
  const id = workedOn(action);
  return (id === undefined ? undefined : facts.get(id)) ?? {};
}

/** What is known of the clip of a step as it is planned; `source` is what is known of the one that it works on. */
export function factsOf(
  planned: Pick<PlannedStep, "step" | "key" | "decision">,
  fresh: PlannedStep["key"],
  source: SourceFacts,
  prior: Prior,
  catalog: Catalog,
): SourceFacts {
  const { step, key, decision } = planned;
  const written = clipFacts(step.action, source);
  if (decision.kind !== "keep" && decision.kind !== "restore") return written;
  const recorded = prior.lock.renders.get(key);
  const known = recorded === undefined || key === fresh ? written : recordedFacts(recorded, source, catalog);
  const { seconds } = decision.artifact;
  return seconds === undefined ? known : { ...known, sourceSeconds: whole(seconds) };
}

/** The facts of a recorded intent; what is at its default is absent there. */
function recordedFacts({ inputs }: Rendering, source: SourceFacts, catalog: Catalog): SourceFacts {
  const { kind, via, model, mode, duration } = inputs.action;
  if (kind === "lip_sync" || (kind === "extend" && via === "native")) return source;
  if (typeof model !== "string") return {};
  const takesMode = (catalog.video(model)?.modes.length ?? 0) > 0;
  const sourceMode = typeof mode === "string" ? (mode as Mode) : takesMode ? "std" : undefined;
  return {
    sourceModel: model,
    ...(sourceMode === undefined ? {} : { sourceMode }),
    sourceSeconds: typeof duration === "number" ? duration : 5,
  };
}

function whole(seconds: number): number {
  const nearest = Math.round(seconds);
  return Math.abs(seconds - nearest) <= SLACK_SECONDS ? nearest : seconds;
}
