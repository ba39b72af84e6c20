/**
 * What a project has cost and may still cost before anything new is planned: the lock's entries and the journal's
 * attempts, each counted once.
 */
import { unreachable } from "../base/guard.js";
import { micros, milliUnits, sumMicros, type Micros } from "../base/money.js";
import type { CacheKey } from "../graph/key.js";
import { RENDER } from "./decide.js";
import type { Attempt, Billed, Prior, Rendering } from "./prior.js";
import { isRecorded, wholeOf } from "./recorded.js";

/**
 * Money of the project's life before this plan: what the lock has, and every attempt that the lock does not show, paid
 * or still open. A mere intent at one of the keys in `planned` counts in the plan instead.
 */
export function committedMoney(prior: Prior, planned: ReadonlySet<CacheKey>): Micros {
  let total = 0;
  for (const rendering of prior.lock.renders.values()) {
    if (rendering.inputs.realm !== "kling") continue;
    for (const { billed, estimate } of wholeOf(rendering)) total += chargedOr(billed, estimate);
  }
  for (const attempts of prior.attempts.values()) {
    for (const attempt of attempts) {
      const isLocked = attempt.call === RENDER && isRecorded(prior.lock, attempt);
      if (attempt.realm !== "kling" || isLocked) continue;
      total += chargeOf(attempt, planned);
    }
  }
  return micros(total);
}

/** What an attempt took or may still take. */
function chargeOf(attempt: Attempt, planned: ReadonlySet<CacheKey>): number {
  const calls = sumMicros((attempt.calls ?? []).map((each) => each.ceiling ?? micros(0)));
  switch (attempt.state) {
    case "intent":
      return planned.has(attempt.key) ? calls : (attempt.ceiling ?? 0);
    case "submitted":
    case "unknown":
      return attempt.ceiling ?? 0;
    case "succeeded":
    case "stored":
    case "recorded":
      return chargedOr(withCalls(attempt.billed, attempt.calls), expected(attempt));
    case "failed":
      return calls + (attempt.billed?.kind === "billed" ? chargedOr(attempt.billed, expected(attempt)) : 0);
    case "abandoned":
      // The vendor had taken it, and may have charged.
      return attempt.ceiling ?? 0;
    case "refused":
      return calls;
    default:
      return unreachable(attempt.state);
  }
}

function expected({ ceiling, units }: Attempt): Rendering["estimate"] {
  return { ...(units === undefined ? {} : { units }), ...(ceiling === undefined ? {} : { usd: ceiling }) };
}

/** A bill with what the small calls before the task cost. Nothing is added to a bill that says nothing. */
export function withCalls(billed: Billed | undefined, calls: Attempt["calls"]): Billed | undefined {
  if (billed === undefined || billed.kind === "unknown" || calls === undefined || calls.length === 0)
    return billed;
  const units = calls.reduce((sum, each) => sum + (each.units ?? 0), 0);
  const own = billed.kind === "billed" ? billed : { kind: "billed" as const };
  if (own.usd !== undefined) {
    const money = sumMicros(calls.map((each) => each.ceiling ?? micros(0)));
    return { ...own, usd: micros(own.usd + money) };
  }
  return { ...own, units: milliUnits((own.units ?? 0) + units) };
}

/** What was billed in money, else in units at the price that was expected, else what was expected. */
export function chargedOr(billed: Billed | undefined, estimate: Rendering["estimate"]): number {
  if (billed?.kind === "not_billed") return 0;
  if (billed?.kind !== "billed") return estimate?.usd ?? 0;
  if (billed.usd !== undefined) return billed.usd;
  const { units } = billed;
  if (units !== undefined && estimate?.usd !== undefined && (estimate.units ?? 0) > 0) {
    return Math.round((estimate.usd * units) / (estimate.units ?? 1));
  }
  return estimate?.usd ?? 0;
}
