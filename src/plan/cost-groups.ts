/**
 * Charges added up by shot, model or day. What is not known is counted and in no sum; units of video, units of images and
 * money that was charged as such stay apart, and so do bills that were more and those that were less than expected.
 */
import { getOrMake } from "../base/guard.js";
import { micros, milliUnits, type Micros } from "../base/money.js";
import { sumDrifts, type Amounts, type DriftSum } from "./drift.js";
import type { Range } from "./estimate.js";
import type { Charge } from "./ledger.js";

/** What charges can be added up by. Days are those of completion, in UTC. */
export const COST_GROUPS = ["shot", "model", "day"] as const;

/** One of them. */
export type CostGrouping = (typeof COST_GROUPS)[number];

/** Charges added up. */
export interface CostSum {
  readonly tasks: number;
  /** Charged in units, and in money as such. */
  readonly billed: Amounts;
  /** All of what is billed in money: units at what they were expected to cost. */
  readonly money: Micros;
  /** What was expected of those whose bill is known, as far as it was expected. */
  readonly expected: Range<Micros>;
  /** Ended, or may be at the vendor, and what was charged is not known. */
  readonly unknown: number;
  readonly underWay: number;
  readonly failed: number;
  readonly drift: DriftSum;
}

/** Charges with something in common; `name` is undefined of those that have no such thing. */
export interface CostGroup extends CostSum {
  readonly name: string | undefined;
}

/** The groups, in the order of their names; what has none comes last. */
export function groupCharges(charges: readonly Charge[], by: CostGrouping): readonly CostGroup[] {
  const groups = new Map<string | undefined, Charge[]>();
  for (const charge of charges) getOrMake(groups, nameOf(charge, by), () => []).push(charge);
  return [...groups]
    .toSorted(([one], [other]) => compare(one, other))
    .map(([name, all]) => ({ name, ...sumCharges(all) }));
}

function compare(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0;
  if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
  return one < other ? -1 : 1;
}

function nameOf({ step, model, mode, kind, completed }: Charge, by: CostGrouping): string | undefined {
  switch (by) {
    case "shot":
      // `shots.010.clip@2` belongs to `shots.010`, `images.mara@2` to `images.mara`.
      return step === undefined ? undefined : /^[^.]+\.[^.@]+/.exec(step)?.[0];
    case "model":
      return model === undefined ? kind : mode === undefined ? model : `${model} ${mode}`;
    case "day":
      return completed?.slice(0, 10);
  }
}

/** The sum of charges. */
export function sumCharges(charges: readonly Charge[]): CostSum {
  const billed = { video: 0, image: 0, usd: 0 };
  const sums = { money: 0, low: 0, high: 0, unknown: 0, underWay: 0, failed: 0 };
  for (const { billed: bill, unit, money, expected, end } of charges) {
    if (end === "failed" || end === "refused") sums.failed++;
    if (end === "under_way") sums.underWay++;
    else if (money === undefined) sums.unknown++;
    if (money === undefined) continue;
    sums.money += money;
    sums.low += expected.lowUsd ?? expected.usd ?? 0;
    sums.high += expected.usd ?? 0;
    if (bill.kind !== "billed") continue;
    billed[unit] += bill.units ?? 0;
    billed.usd += bill.usd ?? 0;
  }
  return {
    tasks: charges.length,
    billed: { video: milliUnits(billed.video), image: milliUnits(billed.image), usd: micros(billed.usd) },
    money: micros(sums.money),
    expected: { low: micros(sums.low), high: micros(sums.high) },
    unknown: sums.unknown,
    underWay: sums.underWay,
    failed: sums.failed,
    // Of what has not ended nothing was to be said.
    drift: sumDrifts(charges.flatMap(({ end, drift }) => (end === "under_way" ? [] : [drift]))),
  };
}
