/**
 * What a project has cost and may still cost before anything new is planned: the lock's entries and the journal's
 * attempts, each counted once.
 */
import { unreachable } from "../base/guard.js";
import { micros, type Micros } from "../base/money.js";
import type { CacheKey } from "../graph/key.js";
import type { Attempt, Billed, Prior } from "./prior.js";

/**
 * Money of the project's life before this plan: what the lock has, and every attempt that the lock does not show, paid
 * or still open. A mere intent at one of the keys in `planned` counts in the plan instead.
 */
export function committedMoney(prior: Prior, planned: ReadonlySet<CacheKey>): Micros {
  let total = 0;
  for (const { billed, estimate, inputs } of prior.lock.renders.values()) {
    if (inputs.realm === "kling") total += chargedOr(billed, estimate?.usd);
  }
  for (const attempts of prior.attempts.values()) {
    for (const attempt of attempts) {
      if (attempt.realm !== "kling" || prior.lock.renders.get(attempt.key)?.attempt === attempt.attempt)
        continue;
      total += chargeOf(attempt, planned);
    }
  }
  return micros(total);
}

/** What an attempt took or may still take. */
function chargeOf(attempt: Attempt, planned: ReadonlySet<CacheKey>): number {
  switch (attempt.state) {
    case "intent":
      return planned.has(attempt.key) ? 0 : (attempt.ceiling ?? 0);
    case "submitted":
    case "unknown":
      return attempt.ceiling ?? 0;
    case "succeeded":
    case "stored":
    case "recorded":
      return chargedOr(attempt.billed, attempt.ceiling);
    case "failed":
      return attempt.billed?.kind === "billed" ? chargedOr(attempt.billed, attempt.ceiling) : 0;
    case "refused":
    case "abandoned":
      return 0;
    default:
      return unreachable(attempt.state);
  }
}

/** What was billed where money is known, else what was expected. */
function chargedOr(billed: Billed | undefined, expected: Micros | undefined): number {
  if (billed?.kind === "not_billed") return 0;
  return (billed?.kind === "billed" ? billed.usd : undefined) ?? expected ?? 0;
}
