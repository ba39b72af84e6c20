/**
 * Binding a file to a step's key: which attempt it counts as, what is still on its way at that key, and which steps the
 * change reaches. Nothing is paid for it, and nothing paid is forgotten.
 */
import type { CacheKey } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import type { Plan, PlannedStep } from "./plan.js";
import { isUnderWay } from "./decide.js";
import type { Attempt, Prior } from "./prior.js";
import { isRecorded, recordedAt } from "./recorded.js";

/**
 * The attempt as which an adopted file stands before all that is known. Refused ones count too, because a task of theirs
 * may turn up, and must not be taken for the adopted one.
 */
export function adoptedAttempt(key: CacheKey, prior: Pick<Prior, "lock" | "attempts">): number {
  const known = [...recordedAt(prior.lock, key), ...(prior.attempts.get(key) ?? [])];
  return Math.max(0, ...known.map(({ attempt }) => attempt)) + 1;
}

/** Attempts at a key that are, or may be, paid for and are not in the lockfile yet. */
export function stillComing(key: CacheKey, prior: Pick<Prior, "lock" | "attempts">): readonly Attempt[] {
  return (prior.attempts.get(key) ?? []).filter(
    (each) => (isUnderWay(each) || each.state === "unknown") && !isRecorded(prior.lock, each),
  );
}

/** A step that what was adopted reaches. */
export interface Reached {
  readonly planned: PlannedStep;
  /** The vendor cannot work on a clip that it did not make; or its own rendering was made from other bytes. */
  readonly how: "no_handle" | "made_from_another";
}

/** The steps of a plan that an adopted rendering of `key` reaches, as that plan has them. */
export function reachedBy(key: CacheKey, plan: Pick<Plan, "steps">): readonly Reached[] {
  const adopted = new Set<StepId>(plan.steps.flatMap((each) => (each.key === key ? [each.step.id] : [])));
  return plan.steps.flatMap((planned): readonly Reached[] => {
    const { decision, reason } = planned;
    if (decision.kind === "blocked" && decision.because.because === "source_unavailable") {
      return adopted.has(decision.because.source) ? [{ planned, how: "no_handle" }] : [];
    }
    const isReplaced = reason?.because === "upstream_replaced" && adopted.has(reason.upstream);
    return isReplaced ? [{ planned, how: "made_from_another" }] : [];
  });
}
