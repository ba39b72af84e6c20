/**
 * Which of the account's slots a step takes, and of which model. The vendor counts slots by model version and by the kind
 * of pack that pays.
 */
import { productOf, type Action } from "../graph/actions.js";
import type { PlannedStep } from "../plan/plan.js";
import type { PackKind } from "../provider/account.js";
import type { Lane } from "./slots.js";
import type { NamedModel } from "./stepping.js";

/** The lane of a step. */
export function laneOf(planned: PlannedStep): Lane {
  const { action } = planned.step;
  return { pack: packOf(action), model: modelOf(planned), slots: slotsOf(action) };
}

/** The model of a step; where its product has none, what it does. */
export function modelOf(planned: PlannedStep): string {
  return planned.model ?? planned.step.action.kind;
}

/** The model that a step's create names; undefined where it names none. */
export function namedModel({ step: { action } }: PlannedStep): NamedModel | undefined {
  const id = "model" in action ? action.model : undefined;
  return id === undefined ? undefined : { kind: packOf(action) === "video" ? "video" : "image", id };
}

/** Stills draw on packs of their own; sounds, voices and lip-syncs on those for video. [kling-api section 9] */
function packOf(action: Action): PackKind {
  if (action.kind === "try_on") return "try_on";
  const product = productOf(action.kind);
  return product === "still" || product === "series" ? "image" : "video";
}

/** A task takes one slot; one that gives a series of pictures takes one for each. [kling-api section 11] */
function slotsOf(action: Action): number {
  return action.kind === "omni_image" ? (action.series ?? 1) : 1;
}
