/**
 * What a step is expected to cost: units and money, low and high, with the price's source and day.
 * Unknown is a kind of its own and never a zero. Nothing is known here of budgets, approvals or earlier runs.
 * Failed tasks are expected to cost nothing (the vendor does not say so), so only what a success costs is counted.
 */
import { getOrMake, unreachable } from "../base/guard.js";
import { micros, milliUnits, type Micros, type MilliUnits } from "../base/money.js";
import type { Catalog, PriceQuery } from "../catalog/catalog.js";
import type { Basis, Model, PriceRow } from "../catalog/model.js";
import type { UnitKind } from "../catalog/units.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import type { Action } from "../graph/actions.js";
import { asked, extension, fromImages, motion, omni } from "./estimate-clip.js";
import { service, speech, still } from "./estimate-service.js";

/** The least and the most that is expected. */
export interface Range<T> {
  readonly low: T;
  readonly high: T;
}

/** Expected cost of one step. */
export type Estimate =
  | {
      readonly kind: "priced";
      /** Absent where only money is known. */
      readonly units?: Range<MilliUnits>;
      readonly usd: Range<Micros>;
      /** Which pack the units come from. */
      readonly unit: UnitKind;
      readonly basis: Basis;
      /** `5 s × 0.3 units × $0.14`. */
      readonly formula: string;
      /** The price row that it was made from, and for what; absent where it was made in another way. */
      readonly by?: PricedBy;
    }
  | { readonly kind: "free"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** A price row with what it was looked up for. */
export interface PricedBy {
  readonly model: Model;
  readonly query: PriceQuery;
  readonly row: PriceRow;
  /** How many seconds, clips, calls or images. */
  readonly count: Range<number>;
}

/** Estimates added up. */
export interface Totals {
  /** What is known; the whole only when `unknown` is 0. */
  readonly usd: Range<Micros>;
  readonly units: Readonly<Record<UnitKind, Range<MilliUnits>>>;
  /** How many estimates have no price. */
  readonly unknown: number;
}

/** Which lip-sync a server has: the one with faces, or on older gateways the one before it. */
export type LipSyncEndpoint = "advanced" | "old";

/**
 * What an action is expected to cost. `source` is what is known of what it works on: the clip that is made longer, edited
 * or danced after, the sound that is spoken.
 */
export function estimate(
  action: Action,
  catalog: Catalog,
  source: SourceFacts = {},
  lipSync: LipSyncEndpoint = "advanced",
): Estimate {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return asked(action, catalog);
    case "omni_video":
      return omni(action, catalog, source);
    case "motion_control":
      return motion(action, catalog, source);
    case "multi_image_to_video":
      return fromImages(action, catalog);
    case "extend":
      return extension(action, catalog, source);
    case "lip_sync":
      return lipSync === "old"
        ? { kind: "unknown", why: "nobody says what the old lip-sync of gateways costs" }
        : speech(action, catalog, source);
    case "image":
    case "omni_image":
    case "multi_image":
    case "try_on":
      return still(action, catalog);
    case "avatar":
    case "effect":
    case "video_to_audio":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
      return service(action, catalog, source);
    case "frame":
    case "picture":
      return { kind: "free", why: "made on this machine" };
    default:
      return unreachable(action);
  }
}

/** `estimate` for many steps: clips that differ in words and pictures only are priced once. */
export function estimator(
  catalog: Catalog,
  lipSync?: LipSyncEndpoint,
): (action: Action, source?: SourceFacts) => Estimate {
  const made = new Map<string, Estimate>();
  return (action, source) => {
    if (action.kind !== "text_to_video" && action.kind !== "image_to_video")
      return estimate(action, catalog, source, lipSync);
    const { kind, model, mode, duration, audio } = action;
    const speaks = action.kind === "image_to_video" && action.voices !== undefined;
    const name = `${kind} ${model} ${mode} ${duration} ${audio} ${speaks}`;
    return getOrMake(made, name, () => estimate(action, catalog));
  };
}

/**
 * The most that an action is expected to cost at list price, whatever the project says it pays; undefined when no list
 * price is known or nothing is charged.
 */
export function listHigh(action: Action, catalog: Catalog, source: SourceFacts = {}): Micros | undefined {
  const found = estimate(action, catalog.listed, source);
  return found.kind === "priced" ? found.usd.high : undefined;
}

/** The sum of estimates. */
export function sum(estimates: Iterable<Estimate>): Totals {
  const units = { video: { low: 0, high: 0 }, image: { low: 0, high: 0 } };
  const money = { low: 0, high: 0 };
  let unknown = 0;
  for (const each of estimates) {
    if (each.kind === "unknown") unknown++;
    if (each.kind !== "priced") continue;
    money.low += each.usd.low;
    money.high += each.usd.high;
    units[each.unit].low += each.units?.low ?? 0;
    units[each.unit].high += each.units?.high ?? 0;
  }
  return {
    usd: { low: micros(money.low), high: micros(money.high) },
    units: { video: unitRange(units.video), image: unitRange(units.image) },
    unknown,
  };
}

function unitRange(range: Range<number>): Range<MilliUnits> {
  return { low: milliUnits(range.low), high: milliUnits(range.high) };
}
