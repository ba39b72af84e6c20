/**
 * What people agreed to in a story: every create that a plan named, and in which life a yes covered it. Kept by hand
 * from the plans that were shown, and by a rule of its own for what needs no yes.
 */
import type { CacheKey } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import { paidSteps } from "../../src/plan/approval.js";
import type { Plan } from "../../src/plan/plan.js";

/** A create that some plan named. */
export interface Named {
  readonly reference: string;
  readonly key: CacheKey;
  readonly attempt: number;
  readonly step: StepId;
  /** Millionths of a dollar. */
  readonly ceiling: number;
  /** Thousandths of a unit, of the create alone, and what one is worth in millionths of a dollar. */
  readonly units: number;
  readonly worth: number;
  /** Words by which its request can be told where it carries no reference. */
  readonly prompt: string;
}

const FREE_BELOW = 5_000_000;
/** For five seconds. The rest of the estimate is for the small calls before it. */
const LIP_SYNC_UNITS = 500;

/** The plans of a story. */
export class Books {
  readonly named = new Map<string, Named>();
  /** Id of a task → the create that it came from. */
  readonly tasks = new Map<string, Named>();

  /** Writes a plan down; returns the references of its creates. */
  write(plan: Plan): ReadonlySet<string> {
    const creates = paidSteps(plan).map(({ step, key, create, estimate }): Named => {
      const { units = 0, usd = 0 } =
        estimate.kind === "priced" ? { units: estimate.units?.high ?? 0, usd: estimate.usd.high } : {};
      const { action } = step;
      return {
        reference: create.reference,
        key,
        attempt: create.attempt,
        step: step.id,
        ceiling: create.ceiling ?? 0,
        units: action.kind === "lip_sync" ? LIP_SYNC_UNITS : units,
        worth: units === 0 ? 0 : usd / units,
        prompt: "prompt" in action ? (action.prompt ?? "") : "",
      };
    });
    for (const each of creates) this.named.set(each.reference, each);
    return new Set(creates.map((each) => each.reference));
  }

  /** The create that a request is for; where only its words tell, one of `likely` first. */
  of(reference: string | undefined, prompt: string, likely?: ReadonlySet<string>): Named | undefined {
    if (reference !== undefined) return this.named.get(reference);
    const alike = [...this.named.values()].filter((each) => each.prompt === prompt);
    return alike.find((each) => likely?.has(each.reference)) ?? alike.at(-1);
  }
}

/** Whether a plan may go ahead although nobody was asked. */
export function needsNoYes(plan: Plan): boolean {
  const creates = paidSteps(plan);
  const total = creates.reduce((sum, { create }) => sum + (create.ceiling ?? 0), 0);
  return (
    total <= FREE_BELOW &&
    creates.every(
      ({ create, tier }) => create.ceiling !== undefined && create.attempt === 1 && tier === "standard",
    )
  );
}
