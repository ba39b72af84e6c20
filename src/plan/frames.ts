/**
 * Pictures out of clips: steps that cost nothing and exist for the sake of others. They stand in a plan only where
 * somebody needs them, and stand there for the clips that they are taken from.
 */
import { isLocal } from "../graph/actions.js";
import type { StepId } from "../graph/input.js";
import type { PlannedStep } from "./plan.js";

/** A frame stands for the clip that it is taken from, which is what its consumers depend on. */
export function withClipsOfFrames(
  needs: readonly PlannedStep[],
  byId: ReadonlyMap<StepId, PlannedStep>,
): readonly PlannedStep[] {
  const clips = needs.flatMap(({ step }) =>
    isLocal(step.action) ? step.needs.flatMap((id) => byId.get(id) ?? []) : [],
  );
  return [...needs, ...clips.filter((clip) => !needs.includes(clip))];
}

/** A frame is made for a step that is rendered, and shown to one that waits for nothing else than it. */
export function withoutIdleFrames(made: readonly PlannedStep[]): readonly PlannedStep[] {
  const wanted = new Set<StepId>();
  for (const { step, decision, create } of made) {
    const stuck =
      decision.kind === "blocked"
        ? decision.because
        : decision.kind === "resume"
          ? decision.otherwise
          : undefined;
    const waits = stuck?.because === "upstream" ? stuck.steps : [];
    for (const need of create === undefined ? waits : step.needs) wanted.add(need);
  }
  for (const { step, sameAs } of made) if (sameAs !== undefined && wanted.has(step.id)) wanted.add(sameAs);
  return made.filter(({ step }) => step.action.kind !== "frame" || wanted.has(step.id));
}
