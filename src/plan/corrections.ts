/**
 * Prices that bills show to be other than the catalog has them, as entries for the project's `catalog: prices:`.
 * The latest bills of a price decide, as prices change: as many of them, newest first, as agree on one amount. One is
 * enough where it gives an exact price (a whole thousandth of a unit, a whole millionth of a dollar, for each second,
 * clip or image); of bills that do not, two must agree, and the price is rounded up. A bill that agrees with the catalog
 * ends it. Failed tasks, free ones, and those billed in another measure than their price say nothing of a price.
 */
import type { OwnPrice } from "../catalog/additions.js";
import type { PriceQuery } from "../catalog/catalog.js";
import type { PriceRow } from "../catalog/model.js";
import { getOrMake } from "../base/guard.js";
import type { PricedBy } from "./estimate.js";
import type { Charge } from "./ledger.js";

/** A price that bills show, and how it is known. */
export interface Correction {
  /** The entry that makes the estimate right. */
  readonly price: OwnPrice;
  /** How many bills say so. */
  readonly bills: number;
  /** The row that it corrects. */
  readonly was: PriceRow;
  /** The project has a price for this already, which is to go. */
  readonly replaces: boolean;
}

/** The corrections that charges give reason for, in the order of the models' names. */
export function correctionsOf(charges: readonly Charge[]): readonly Correction[] {
  const witnesses = new Map<string, Witness[]>();
  for (const charge of charges) {
    const witness = witnessOf(charge);
    if (witness !== undefined) getOrMake(witnesses, witness.name, () => []).push(witness);
  }
  return [...witnesses]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, said]) => correctionOf(said) ?? []);
}

type Measure = "units" | "usd";

/** What one bill says of a price. */
interface Witness {
  /** The same for all bills of one price. */
  readonly name: string;
  readonly by: PricedBy;
  readonly measure: Measure;
  readonly bill: number;
  /** For how many seconds, clips or images. */
  readonly count: number;
  /** As the catalog has it. */
  readonly agrees: boolean;
  readonly completed: string;
}

function witnessOf({ end, billed, now, seconds, completed = "" }: Charge): Witness | undefined {
  if (end !== "succeeded" || billed.kind !== "billed" || now?.kind !== "priced" || now.by === undefined)
    return undefined;
  const { by } = now;
  if ((billed.units === undefined) === (billed.usd === undefined)) return undefined;
  const measure: Measure = billed.units === undefined ? "usd" : "units";
  // What a project pays in money is its own word, and a bill in units says nothing against it.
  if (measure === "units" && by.row.units === undefined && by.row.basis.grade === "project") return undefined;
  const bill = billed.units ?? billed.usd ?? 0;
  const counts = countsOf(by, seconds);
  const high = measure === "units" ? now.units?.high : now.usd.high;
  // Of a bill that fits a length for which the catalog has it, nothing more is asked.
  const fitting =
    high === undefined ? undefined : counts.find((count) => bill === amountFor(high, count, by));
  const [first, ...others] = counts;
  // A clip of another length than was asked for: which of the two was billed is open.
  const isOpen = by.count.low === by.count.high && others.some((count) => count !== first);
  if (first === undefined || (fitting === undefined && isOpen)) return undefined;
  const name = JSON.stringify([by.model.kind, by.model.id, conditionsOf(by), by.row.per]);
  const agrees = fitting !== undefined;
  return { name, by, measure, bill, count: fitting ?? first, agrees, completed };
}

/** For how many seconds, clips or images a bill may be, the likeliest first. */
function countsOf({ row, count }: PricedBy, seconds: number | undefined): readonly number[] {
  const isRange = count.low !== count.high;
  const measured =
    row.per === "second" && seconds !== undefined ? Math.max(1, Math.round(seconds)) : undefined;
  if (!isRange) return measured === undefined ? [count.high] : [count.high, measured];
  // Within a range only the clip itself can tell; both ends count as agreement.
  return measured === undefined ? [] : [measured, count.low, count.high];
}

/** What the upper estimate comes to for another count: prices are linear. Money is rounded up, as estimates are. */
function amountFor(high: number, count: number, by: PricedBy): number {
  return Math.ceil((high * count) / by.count.high);
}

function correctionOf(said: readonly Witness[]): Correction | undefined {
  const newest = said.toSorted((one, other) => (one.completed < other.completed ? 1 : -1));
  const [first] = newest;
  if (first === undefined || first.agrees) return undefined;
  const other = newest.findIndex((each) => each.agrees || !isSamePrice(each, first));
  const bills = other === -1 ? newest.length : other;
  const isExact = first.bill % first.count === 0;
  if (bills < 2 && !isExact) return undefined;
  const { by, measure } = first;
  const { row, model } = by;
  const amount = Math.ceil(first.bill / first.count);
  const per = row.per === "call" ? "clip" : row.per;
  const day = first.completed.slice(0, 10);
  return {
    price: {
      model: model.id,
      ...conditionsOf(by),
      ...(measure === "units"
        ? { [`units_per_${per}`]: amount / 1e3 }
        : { [`usd_per_${per}`]: amount / 1e6 }),
      ...(day === "" ? {} : { as_of: day }),
    },
    bills,
    was: row,
    replaces: row.basis.grade === "project",
  };
}

function isSamePrice(one: Witness, other: Witness): boolean {
  return one.measure === other.measure && one.bill * other.count === other.bill * one.count;
}

type Conditions = Pick<OwnPrice, "mode" | "audio" | "scene" | "voices" | "input" | "resolution" | "seconds">;

/**
 * What tells a price from the model's others: everything that any of its rows asks for. A row without a condition is often
 * what the rows before it left, so that an entry without it would count for those, too.
 */
function conditionsOf({ model, query, row }: PricedBy): Conditions {
  const { mode, audio, scene, voices = false, input, resolution, seconds } = query;
  const matters = (name: keyof PriceQuery) =>
    row[name] !== undefined || model.prices.some((each) => each[name] !== undefined);
  return {
    ...(mode === undefined || !matters("mode") ? {} : { mode }),
    ...(audio === undefined || !matters("audio") ? {} : { audio }),
    ...(scene === undefined || !matters("scene") ? {} : { scene }),
    ...(matters("voices") ? { voices } : {}),
    ...(input === undefined || !matters("input") ? {} : { input }),
    ...(resolution === undefined || !matters("resolution") ? {} : { resolution }),
    ...(seconds === undefined || !matters("seconds") ? {} : { seconds }),
  };
}

/** Corrections as they stand in a manifest, with a line break at the end; empty where there are none. */
export function correctionsYaml(corrections: readonly Correction[]): string {
  if (corrections.length === 0) return "";
  const lines = corrections.map(({ price }) => {
    const members = Object.entries(price).map(([name, value]) => `${name}: ${scalar(value)}`);
    return `    - { ${members.join(", ")} }`;
  });
  return ["catalog:", "  prices:", ...lines, ""].join("\n");
}

/** What YAML would not take for text, or not for this one, is quoted. */
function scalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  const isPlain = /^[A-Za-z][\w.-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
