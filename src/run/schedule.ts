/**
 * Which step may start next: pure bookkeeping over "needs". No promises, no clock, no disk; whoever starts steps
 * reports how they ended. A step that failed takes down what depends on it, and nothing else.
 */
import type { StepId } from "../graph/input.js";

/** How a step ended, as far as its dependents care. */
export type Settled = "usable" | "unusable";

/** Hands out steps whose needs are met, in the order in which they were given. */
export interface Schedule {
  /** The next step that may start, or undefined when none may right now. */
  next(): StepId | undefined;
  /** Reports a step's end; returns the steps that can never start because of it, in order. */
  settle(id: StepId, how: Settled): readonly StepId[];
  /** Whether every step has ended or can never start. */
  readonly done: boolean;
}

/** A step to be started; `anyway`: when what it needs has ended, however it did. */
export interface Scheduled {
  readonly id: StepId;
  readonly needs: readonly StepId[];
  readonly anyway?: boolean;
}

/** A schedule of steps; needs outside of them count as met. */
export function createSchedule(steps: readonly Scheduled[]): Schedule {
  const order = steps.map((step) => step.id);
  const missing = new Map<StepId, Set<StepId>>();
  const dependents = new Map<StepId, StepId[]>();
  const known = new Set(order);
  const anyway = new Set(steps.flatMap((step) => (step.anyway === true ? [step.id] : [])));
  for (const { id, needs } of steps) {
    const open = needs.filter((need) => known.has(need));
    missing.set(id, new Set(open));
    for (const need of open) dependents.set(need, [...(dependents.get(need) ?? []), id]);
  }
  const waiting = new Set(order);
  let open = order.length;

  return {
    next() {
      for (const id of waiting) {
        if (missing.get(id)?.size === 0) {
          waiting.delete(id);
          return id;
        }
      }
      return undefined;
    },
    settle(id, how) {
      open--;
      if (how === "usable") {
        for (const dependent of dependents.get(id) ?? []) missing.get(dependent)?.delete(id);
        return [];
      }
      const never = new Set<StepId>();
      const doom = (of: StepId): void => {
        for (const dependent of dependents.get(of) ?? []) {
          if (anyway.has(dependent)) missing.get(dependent)?.delete(of);
          if (anyway.has(dependent) || !waiting.delete(dependent)) continue;
          never.add(dependent);
          open--;
          doom(dependent);
        }
      };
      doom(id);
      return order.filter((each) => never.has(each));
    },
    get done() {
      return open === 0;
    },
  };
}
