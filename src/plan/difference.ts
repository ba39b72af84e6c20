/**
 * What an edit did to a plan: the steps that are new, gone or meant otherwise than before, each with its fields.
 */
import type { StepId } from "../graph/input.js";
import { changesBetween, type Change } from "./change.js";
import type { Plan, PlannedStep } from "./plan.js";

/** A step that is not what it was. */
export type Difference =
  | { readonly kind: "added"; readonly planned: PlannedStep }
  | { readonly kind: "removed"; readonly step: StepId }
  /** It means something else now; `changes` is empty where only what lies before it changed. */
  | { readonly kind: "edited"; readonly planned: PlannedStep; readonly changes: readonly Change[] }
  /** It means the same, and something else is to be done about it: it is here now, or its price moved. */
  | { readonly kind: "moved"; readonly planned: PlannedStep; readonly was: PlannedStep["decision"]["kind"] };

/** What differs between two plans of one profile, in the order of the later one, what is gone last. */
export function differencesBetween(before: Plan | undefined, after: Plan): readonly Difference[] {
  if (before === undefined) return after.steps.map((planned) => ({ kind: "added", planned }));
  const old = new Map(before.steps.map((planned) => [planned.step.id, planned]));
  const present = new Set(after.steps.map(({ step }) => step.id));
  const gone = before.steps.filter(({ step }) => !present.has(step.id));
  return [
    ...after.steps.flatMap((planned): readonly Difference[] => {
      const was = old.get(planned.step.id);
      if (was === undefined) return [{ kind: "added", planned }];
      if (was.key !== planned.key)
        return [
          { kind: "edited", planned, changes: changesBetween(was.inputs, planned.inputs, planned.step) },
        ];
      const isSame =
        was.decision.kind === planned.decision.kind && was.create?.ceiling === planned.create?.ceiling;
      return isSame ? [] : [{ kind: "moved", planned, was: was.decision.kind }];
    }),
    ...gone.map(({ step }): Difference => ({ kind: "removed", step: step.id })),
  ];
}
