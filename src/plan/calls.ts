/**
 * Small calls in money. An attempt's own ceiling has SMALL_CALLS_MOST of each kind in it; whatever is sent beyond, in later
 * runs, needs a ceiling that is higher by as much, so that a yes which was given before does not cover it.
 */
import { micros, type Micros } from "../base/money.js";
import type { Billed, SentCall } from "./prior.js";

/** How often a small call may be sent under one ceiling: once, and once more when the answer is lost. */
export const SMALL_CALLS_MOST = 2;

type Calls = readonly SentCall[] | undefined;

/** The most that calls may have cost. */
export function callsMoney(calls: Calls): Micros {
  return micros((calls ?? []).reduce((sum, each) => sum + (each.ceiling ?? 0), 0));
}

/** The part of it that the attempt's own ceiling does not cover: further calls, and bills above what was expected. */
export function callsBeyond(calls: Calls): Micros {
  return splitMoney(calls, ({ rank }) => rank >= SMALL_CALLS_MOST);
}

/** What calls raise a ceiling by: those of each kind for which it allows no more, and what others took too much. */
export function callsUsedUp(calls: Calls): Micros {
  return splitMoney(calls, ({ rank, count }) => rank < count - (count % SMALL_CALLS_MOST));
}

/** The whole of some calls, and of the others what is above their expected price. */
function splitMoney(calls: Calls, isWhole: (ranked: Ranked) => boolean): Micros {
  return micros(
    ranked(calls).reduce((sum, each) => sum + ((isWhole(each) ? each.call.ceiling : each.call.over) ?? 0), 0),
  );
}

/** How many calls of a kind may still be sent under the ceiling that a plan gives an attempt. */
export function callsLeft(calls: Calls, kind: string): number {
  const sent = (calls ?? []).filter((each) => each.call === kind).length;
  return SMALL_CALLS_MOST - (sent % SMALL_CALLS_MOST);
}

/** The calls once the vendor has said what it took for the last one of a kind. */
export function withBill(calls: readonly SentCall[], kind: string, billed: Billed): readonly SentCall[] {
  const at = calls.findLastIndex((each) => each.call === kind);
  const call = calls[at];
  if (call === undefined) return calls;
  if (billed.kind === "unknown") {
    const { open: _open, ...answered } = call;
    return calls.with(at, answered);
  }
  if (billed.kind === "not_billed") return calls.toSpliced(at, 1);
  const { units = call.units, usd = scaled(call, billed.units) } = billed;
  const over = (usd ?? 0) - (call.ceiling ?? 0) + (call.over ?? 0);
  return calls.with(at, {
    call: kind,
    ...(units === undefined ? {} : { units }),
    ...(usd === undefined ? {} : { ceiling: usd }),
    ...(over > 0 ? { over: micros(over) } : {}),
  });
}

/** A bill in units, at the price that was expected. */
function scaled({ units, ceiling }: SentCall, billed: number | undefined): Micros | undefined {
  if (billed === undefined || ceiling === undefined || units === undefined || units === 0) return ceiling;
  return micros(Math.ceil((ceiling * billed) / units));
}

/** A call with its place among, and the number of, those of its kind. */
interface Ranked {
  readonly call: SentCall;
  readonly rank: number;
  readonly count: number;
}

function ranked(calls: Calls): readonly Ranked[] {
  const all = calls ?? [];
  return all.map((call, index) => ({
    call,
    rank: all.slice(0, index).filter((each) => each.call === call.call).length,
    count: all.filter((each) => each.call === call.call).length,
  }));
}
