/**
 * What a project has cost and may still cost before anything new is planned: the lock's entries and the journal's
 * attempts, each counted once.
 */
import { unreachable } from "../base/guard.js";
import { micros, milliUnits, sumMicros, type Micros } from "../base/money.js";
import { LIST_UNIT_PRICES } from "../catalog/units.js";
import { callsBeyond, callsMoney } from "./calls.js";
import type { Realm } from "../graph/input.js";
import type { CacheKey } from "../graph/key.js";
import { RENDER } from "./decide.js";
import type { Attempt, Billed, ClientReference, Prior, Rendering } from "./prior.js";
import { isRecorded, recordedAt, wholeOf } from "./recorded.js";

/** Money of the project's life: what the lock has, and every attempt that the lock does not show, paid or still open. */
export function committedMoney(prior: Prior): Micros {
  const { spent, reserved } = committedIn(prior, "kling");
  return micros(spent + reserved);
}

/** What was spent in a realm, and the most that what has not ended there may still take. */
export function committedIn(
  prior: Prior,
  realm: Realm,
): { readonly spent: Micros; readonly reserved: Micros } {
  let spent = 0;
  let reserved = 0;
  for (const rendering of prior.lock.renders.values()) {
    if (rendering.inputs.realm !== realm) continue;
    for (const { billed, estimate } of wholeOf(rendering)) spent += chargedOr(billed, estimate);
  }
  for (const attempts of prior.attempts.values()) {
    for (const attempt of attempts) {
      const isLocked = attempt.call === RENDER && isRecorded(prior.lock, attempt);
      if (attempt.realm !== realm || isLocked) continue;
      if (isOpen(attempt)) reserved += chargeOf(attempt);
      else spent += chargeOf(attempt);
    }
  }
  return { spent: micros(spent), reserved: micros(reserved) };
}

/** One attempt at a key. */
export interface Ordered {
  readonly key: CacheKey;
  readonly attempt: number;
}

/** What these attempts took or may still take, by reference; what is in no book was never sent. */
export function chargesOf(
  prior: Pick<Prior, "lock" | "attempts">,
  ordered: ReadonlyMap<ClientReference, Ordered>,
): ReadonlyMap<ClientReference, Micros> {
  const charges = new Map<ClientReference, Micros>();
  for (const [reference, { key, attempt }] of ordered) {
    const recorded = recordedAt(prior.lock, key).filter((each) => each.attempt === attempt);
    const open = (prior.attempts.get(key) ?? []).filter(
      (each) => each.attempt === attempt && !isRecorded(prior.lock, each),
    );
    if (recorded.length + open.length === 0) continue;
    const paid = recorded.map(({ billed, estimate }) => chargedOr(billed, estimate));
    charges.set(reference, sumMicros([...paid, ...open.map(chargeOf)].map(micros)));
  }
  return charges;
}

/** Whether what an attempt takes is not settled yet. */
function isOpen({ state }: Attempt): boolean {
  return state === "intent" || state === "submitted" || state === "unknown";
}

/** What an attempt took or may still take. */
export function chargeOf(attempt: Attempt): number {
  const { calls } = attempt;
  const most = attempt.ceiling === undefined ? callsMoney(calls) : attempt.ceiling + callsBeyond(calls);
  switch (attempt.state) {
    case "intent":
    case "submitted":
    case "unknown":
      return most;
    case "succeeded":
    case "stored":
    case "recorded":
      return isSaid(attempt.billed) ? chargedOr(withCalls(attempt.billed, calls), expected(attempt)) : most;
    case "failed":
      return (
        callsMoney(calls) +
        (attempt.billed?.kind === "billed" ? chargedOr(attempt.billed, expected(attempt)) : 0)
      );
    case "abandoned":
      // The vendor had taken it, and may have charged.
      return most;
    case "refused":
      return callsMoney(calls);
    default:
      return unreachable(attempt.state);
  }
}

function isSaid(billed: Billed | undefined): boolean {
  return billed !== undefined && billed.kind !== "unknown";
}

function expected({ ceiling, units }: Attempt): Rendering["estimate"] {
  return { ...(units === undefined ? {} : { units }), ...(ceiling === undefined ? {} : { usd: ceiling }) };
}

/** A bill with what the small calls before the task cost. Nothing is added to a bill that says nothing. */
export function withCalls(billed: Billed | undefined, calls: Attempt["calls"]): Billed | undefined {
  if (billed === undefined || billed.kind === "unknown" || calls === undefined || calls.length === 0)
    return billed;
  // A bill without an amount (another currency) stays one, so that what was expected counts.
  if (billed.kind === "billed" && billed.usd === undefined && billed.units === undefined) return billed;
  const units = calls.reduce((sum, each) => sum + (each.units ?? 0), 0);
  const own = billed.kind === "billed" ? billed : { kind: "billed" as const };
  if (own.usd !== undefined) {
    return { ...own, usd: micros(own.usd + callsMoney(calls)) };
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
  // Expected to be charged nothing: only the list says what the units cost. What such tasks take is of the dearer pack.
  if (units !== undefined && estimate?.units === 0)
    return Math.ceil((units * LIST_UNIT_PRICES.video.usd) / 1000);
  return estimate?.usd ?? 0;
}
