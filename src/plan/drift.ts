/**
 * A bill held against what was expected. Units are compared with units and money with money, never one with the other:
 * what a unit costs an account nobody but its owner knows. The bill comes rounded as the vendor rounds (a clip's length to
 * the nearest whole second), so where a price is by the second the length that was measured may say why it is what it is.
 */
import { micros, milliUnits, type Micros, type MilliUnits } from "../base/money.js";
import type { UnitKind } from "../catalog/units.js";
import { productOf } from "../graph/actions.js";
import type { Estimate } from "./estimate.js";
import type { Billed, Expected } from "./prior.js";

/** What a bill and an expectation are compared in; `by` is how far the bill is outside of what was expected. */
interface Compared<Amount> {
  readonly billed: Amount;
  readonly low: Amount;
  readonly high: Amount;
  readonly by: Amount;
  /** The whole seconds that explain the bill: the clip's own length, rounded as billed. */
  readonly seconds?: number;
}

/** How a bill stands to what was expected. */
export type Drift =
  | ({ readonly kind: "within" | "above" | "below" } & (
      | ({ readonly in: "units"; readonly unit: UnitKind } & Compared<MilliUnits>)
      | ({ readonly in: "usd" } & Compared<Micros>)
    ))
  | { readonly kind: "unknown"; readonly why: Incomparable };

/** Why a bill cannot be held against anything. */
export type Incomparable =
  /** The vendor did not say what it took. */
  | "not_said"
  /** In units and in money, so that neither is the whole. */
  | "mixed"
  /** In a currency that is not known here. */
  | "currency"
  /** Expected in money and billed in units, or the other way about. */
  | "other_measure"
  | "not_expected";

/** The length of a clip: as measured, and the seconds for which the upper estimate was made. */
export interface Length {
  readonly measured: number;
  readonly counted: number;
}

/** Compares a bill with what was expected. */
export function driftOf(expected: Expected, billed: Billed, unit: UnitKind, length?: Length): Drift {
  const { units, usd } = expected;
  const inUnits = (bill: MilliUnits, high: MilliUnits): Drift => {
    const told = compared(bill, expected.lowUnits ?? high, high, length);
    const { kind, low, by, seconds } = told;
    const amounts = { billed: bill, low: milliUnits(low), high, by: milliUnits(by) };
    return { kind, in: "units", unit, ...amounts, ...(seconds === undefined ? {} : { seconds }) };
  };
  const inMoney = (bill: Micros, high: Micros): Drift => {
    const told = compared(bill, expected.lowUsd ?? high, high, length);
    const { kind, low, by, seconds } = told;
    const amounts = { billed: bill, low: micros(low), high, by: micros(by) };
    return { kind, in: "usd", ...amounts, ...(seconds === undefined ? {} : { seconds }) };
  };
  if (billed.kind === "unknown") return { kind: "unknown", why: "not_said" };
  if (units === undefined && usd === undefined) return { kind: "unknown", why: "not_expected" };
  if (billed.kind === "not_billed")
    return units === undefined ? inMoney(micros(0), usd ?? micros(0)) : inUnits(milliUnits(0), units);
  if (billed.units !== undefined && billed.usd !== undefined) return { kind: "unknown", why: "mixed" };
  if (billed.units !== undefined)
    return units === undefined ? { kind: "unknown", why: "other_measure" } : inUnits(billed.units, units);
  if (billed.usd === undefined) return { kind: "unknown", why: "currency" };
  return usd === undefined ? { kind: "unknown", why: "other_measure" } : inMoney(billed.usd, usd);
}

function compared(bill: number, low: number, high: number, length: Length | undefined) {
  const kind = bill > high ? "above" : bill < low ? "below" : "within";
  const by = Math.max(0, bill - high, low - bill);
  const isPlain = kind === "within" && low === high;
  const seconds = length === undefined || isPlain ? undefined : Math.round(length.measured);
  const isExplained =
    seconds !== undefined && length !== undefined && bill * length.counted === high * seconds;
  return { kind, low, by, ...(isExplained ? { seconds } : {}) } as const;
}

/** The length that may explain a bill, where the price is by the second and the clip was measured. */
export function lengthOf(estimate: Estimate, measured: number | undefined): Length | undefined {
  if (measured === undefined || estimate.kind !== "priced" || estimate.by?.row.per !== "second")
    return undefined;
  return { measured, counted: estimate.by.count.high };
}

/** The lower bounds of an estimate, where they are lower: what is recorded beside its upper ones. */
export function lowOf(estimate: Estimate): Pick<Expected, "lowUnits" | "lowUsd"> {
  if (estimate.kind !== "priced") return {};
  const { units, usd } = estimate;
  return {
    ...(units === undefined || units.low === units.high ? {} : { lowUnits: units.low }),
    ...(usd.low === usd.high ? {} : { lowUsd: usd.low }),
  };
}

/** Which pack an action of that kind is charged to. */
export function unitOf(kind: string): UnitKind {
  return productOf(kind) === "still" ? "image" : "video";
}

/** Drifts added up, each in what it was compared in. What was more and what was less do not cancel out. */
export interface DriftSum {
  readonly within: number;
  readonly above: number;
  readonly below: number;
  readonly unknown: number;
  readonly more: Amounts;
  readonly less: Amounts;
}

/** Amounts that are never added to each other. */
export interface Amounts {
  readonly video: MilliUnits;
  readonly image: MilliUnits;
  readonly usd: Micros;
}

/** The sum of drifts. */
export function sumDrifts(drifts: Iterable<Drift>): DriftSum {
  const count = { within: 0, above: 0, below: 0, unknown: 0 };
  const sums = { above: { video: 0, image: 0, usd: 0 }, below: { video: 0, image: 0, usd: 0 } };
  for (const drift of drifts) {
    count[drift.kind]++;
    if (drift.kind === "above" || drift.kind === "below")
      sums[drift.kind][drift.in === "usd" ? "usd" : drift.unit] += drift.by;
  }
  return { ...count, more: amounts(sums.above), less: amounts(sums.below) };
}

function amounts({ video, image, usd }: Readonly<Record<keyof Amounts, number>>): Amounts {
  return { video: milliUnits(video), image: milliUnits(image), usd: micros(usd) };
}
