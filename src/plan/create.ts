/**
 * What may be created for a step: its reference, the most that it may cost, and the further attempts that may follow it
 * within the same run. Only a task that ended as `failed`, and not for its content, is followed by another attempt, which
 * is a new reference with a ceiling of its own; all of them are in the plan, and so in its digest, before the first is sent.
 *
 * `retries: N` counts over runs: N+1 attempts of a step are one person's word, however many runs they take. What comes after
 * them wants a yes each.
 */
import { micros, milliUnits, type Micros } from "../base/money.js";
import type { CacheKey } from "../graph/key.js";
import { clientReference } from "./approval.js";
import { callsUsedUp } from "./calls.js";
import { chargeOf } from "./committed.js";
import { RENDER, type Decision } from "./decide.js";
import type { Estimate } from "./estimate.js";
import type { Attempt, ClientReference, Prior, SentCall } from "./prior.js";

/** More further attempts than this nobody may wish for: what fails four times will not be mended by a fifth. */
export const RETRIES_MOST = 3;

/** A create that may be sent. */
export interface PlannedCreate {
  readonly reference: ClientReference;
  readonly attempt: number;
  /** The most that it may cost; absent: unknown. */
  readonly ceiling?: Micros;
  /** What is in the books already for an open attempt under this reference. */
  readonly credit?: Micros;
  /** Small calls that earlier runs sent under this reference. */
  readonly calls?: readonly SentCall[];
  /** How many attempts directly before it failed, none of them for its content; absent: none. */
  readonly failures?: number;
  /** It follows such failures, and the policy `retries` has room for it: it wants no yes of its own. */
  readonly foreseen?: true;
  /** Attempts that may follow it in this run, each after a failure of the one before; absent: none. */
  readonly retries?: readonly FurtherAttempt[];
}

/** One further attempt. */
export type FurtherAttempt = Pick<PlannedCreate, "reference" | "attempt"> & {
  readonly ceiling: Micros;
  readonly failures: number;
};

/** How many further attempts are in force: what flags or the environment wish for, within what the manifest allows. */
export function retriesInForce(wished: number | undefined, most: number | undefined): number {
  return Math.min(wished ?? 0, most ?? RETRIES_MOST, RETRIES_MOST);
}

/** What may be created for a decision; undefined where nothing may. */
export function createFor(
  key: CacheKey,
  decision: Decision,
  estimate: Estimate,
  given: { readonly prior: Prior; readonly free: boolean; readonly retries: number },
): PlannedCreate | undefined {
  const attempt = attemptOf(decision);
  if (attempt === undefined) return undefined;
  const { prior, retries } = given;
  const made = rendersAt(key, prior);
  const open = made.find((each) => each.attempt === attempt);
  const own =
    estimate.kind === "priced" ? estimate.usd.high : estimate.kind === "free" ? micros(0) : undefined;
  const ceiling = own === undefined ? undefined : micros(own + callsUsedUp(open?.calls));
  const credit = open === undefined || given.free ? 0 : chargeOf(open);
  const failures = failuresBefore(attempt, made);
  // What was rendered once and is wanted again is a decision of its own, whatever failed since.
  const foreseen = failures > 0 && failures <= retries && !prior.lock.renders.has(key);
  // Nobody can agree to several times an unknown price.
  const left = own === undefined ? 0 : Math.max(0, retries - failures);
  return {
    reference: clientReference(key, attempt, RENDER),
    attempt,
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(credit === 0 ? {} : { credit: micros(credit) }),
    ...(open?.calls === undefined ? {} : { calls: open.calls }),
    ...(failures === 0 ? {} : { failures }),
    ...(foreseen ? { foreseen } : {}),
    ...(left === 0 ? {} : { retries: furtherAttempts(key, attempt, own ?? micros(0), failures, left) }),
  };
}

/** The number of the attempt for which a create may be sent. */
function attemptOf(decision: Decision): number | undefined {
  if (decision.kind === "render") return decision.attempt;
  return decision.kind === "resume" && decision.mayCreate ? decision.attempt.attempt : undefined;
}

function rendersAt(key: CacheKey, prior: Prior): readonly Attempt[] {
  return (prior.attempts.get(key) ?? []).filter((each) => each.call === RENDER);
}

/**
 * How many attempts directly before this one ended as failed, up to the first that did not, that was refused for its content,
 * or of which nothing is known: another machine may have rendered it.
 */
function failuresBefore(attempt: number, made: readonly Attempt[]): number {
  const failed = made.filter(({ state, failure }) => state === "failed" && failure?.refusal !== true);
  const numbers = new Set(failed.map((each) => each.attempt));
  let count = 0;
  while (numbers.has(attempt - count - 1)) count++;
  return count;
}

function furtherAttempts(
  key: CacheKey,
  after: number,
  ceiling: Micros,
  failures: number,
  count: number,
): readonly FurtherAttempt[] {
  return Array.from({ length: count }, (_, index) => {
    const attempt = after + index + 1;
    return {
      reference: clientReference(key, attempt, RENDER),
      attempt,
      ceiling,
      failures: failures + index + 1,
    };
  });
}

/** A step's estimate, and one for each further attempt, which costs nothing at the least. */
export function estimatesOf({
  create,
  estimate,
}: {
  readonly create: PlannedCreate;
  readonly estimate: Estimate;
}): readonly Estimate[] {
  if (estimate.kind !== "priced") return [estimate];
  const { units, usd } = estimate;
  const further: Estimate = {
    ...estimate,
    ...(units === undefined ? {} : { units: { low: milliUnits(0), high: units.high } }),
    usd: { low: micros(0), high: usd.high },
  };
  return [estimate, ...(create.retries ?? []).map(() => further)];
}
