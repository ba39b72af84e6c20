/**
 * How long rendering will probably take: what past tasks of a kind took, else what the catalog says is usual.
 */
import type { Catalog } from "../catalog/catalog.js";
import { productOf } from "../graph/actions.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import { serviceOf } from "./estimate-service.js";
import type { PlannedStep } from "./plan.js";
import type { Prior } from "./prior.js";

/** Name under which past durations are remembered. */
export function paceName(model: string, mode: string | undefined, seconds: number | undefined): string {
  return `${model} ${mode ?? "-"} ${seconds ?? "-"}`;
}

/** Seconds that a step's task will probably take. */
export function expected(step: Step, prior: Prior, catalog: Catalog): number {
  const action = step.action;
  const service = serviceOf(action, catalog);
  const model = "model" in action ? action.model : service?.id;
  if (model === undefined) return 60;
  const duration = "duration" in action ? action.duration : undefined;
  const learnt = prior.pace.get(paceName(model, "mode" in action ? action.mode : undefined, duration));
  if (learnt !== undefined) return learnt;
  if (service !== undefined) return service.usualSeconds;
  const isClip = productOf(action.kind) === "clip";
  const usual = (isClip ? catalog.video(model) : catalog.image(model))?.usualSeconds ?? 60;
  return isClip && duration !== undefined ? Math.round((usual * duration) / 5) : usual;
}

/** Longest chain or total work over the slots, whichever is longer. */
export function expectedSeconds(planned: readonly PlannedStep[], concurrency: number): number {
  const ready = new Map<StepId, number>();
  let work = 0;
  let longest = 0;
  for (const each of planned) {
    const own = each.sameAs === undefined ? (each.expectedSeconds ?? 0) : 0;
    const start = Math.max(0, ...each.step.needs.map((need) => ready.get(need) ?? 0));
    ready.set(each.step.id, start + own);
    work += own;
    longest = Math.max(longest, start + own);
  }
  return Math.round(Math.max(longest, work / Math.max(1, concurrency)));
}
