/**
 * What a step is expected to cost: units and money, low and high, with the price's source and day.
 * Unknown is a kind of its own and never a zero. Nothing is known here of budgets, approvals or earlier runs.
 * Failed tasks are expected to cost nothing (the vendor does not say so), so only what a success costs is counted.
 */
import { getOrMake, unreachable } from "../base/guard.js";
import { formatUnits, formatUsd, micros, milliUnits, type Micros, type MilliUnits } from "../base/money.js";
import { elide } from "../base/text.js";
import type { Catalog, PriceQuery } from "../catalog/catalog.js";
import type { Basis, Mode, Model, PriceRow, VideoModel } from "../catalog/model.js";
import { NATIVE_SECONDS, SERVICE_PRICES, type UnitKind } from "../catalog/units.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import type { Action, Extend, LipSync } from "../graph/actions.js";
import { SMALL_CALLS_MOST } from "./calls.js";

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

/** What an action is expected to cost. `source` is what is known of the clip that an extend or lip-sync works on. */
export function estimate(
  action: Action,
  catalog: Catalog,
  source: SourceFacts = {},
  lipSync: LipSyncEndpoint = "advanced",
): Estimate {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video": {
      const input = action.kind === "text_to_video" ? "text" : "image";
      return clip(action.model, { ...action, input }, catalog);
    }
    case "extend":
      return extension(action, catalog, source);
    case "lip_sync":
      return lipSync === "old"
        ? { kind: "unknown", why: "nobody says what the old lip-sync of gateways costs" }
        : speech(action, catalog, source);
    case "image": {
      const model = catalog.image(action.model);
      if (model === undefined) return noModel(action.model);
      const input = action.image === undefined ? "text" : "image";
      return once(model, { input, resolution: action.resolution }, "image", catalog);
    }
    case "try_on": {
      const model = catalog.image(action.model);
      return model === undefined ? noModel(action.model) : once(model, {}, "image", catalog);
    }
    case "omni_video":
    case "motion_control":
    case "avatar":
    case "effect":
    case "multi_image_to_video":
    case "video_to_audio":
    case "omni_image":
    case "multi_image":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
      return { kind: "unknown", why: `it is not known here what ${action.kind} costs` };
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
    return getOrMake(made, `${kind} ${model} ${mode} ${duration} ${audio}`, () => estimate(action, catalog));
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

interface ClipRequest {
  readonly mode?: Mode;
  readonly duration: number;
  readonly audio?: boolean;
  readonly input: "text" | "image" | "video";
  /** Seconds that are billed at most, where that may be more than was asked for. */
  readonly atMost?: number;
}

function clip(id: string, request: ClipRequest, catalog: Catalog): Estimate {
  const model = catalog.video(id);
  if (model === undefined) return noModel(id);
  const query = clipQuery(model, request);
  const row = catalog.price(model, query);
  if (row === undefined) return noPrice(model, query, catalog);
  const seconds = Math.ceil(request.duration);
  const most = Math.max(seconds, request.atMost ?? 0);
  return row.per === "second"
    ? priced(row, { low: seconds, high: most }, "s", catalog, { model, query })
    : priced(row, { low: 1, high: 1 }, "clip", catalog, { model, query });
}

function clipQuery(model: VideoModel, request: ClipRequest): PriceQuery {
  const endpoint = request.input === "image" ? model.imageToVideo : model.textToVideo;
  const mode = request.mode ?? model.modes[0]?.mode;
  return {
    ...(mode === undefined ? {} : { mode }),
    audio: endpoint?.audio === "always" || (endpoint?.audio === "optional" && request.audio === true),
    input: request.input,
    seconds: request.duration,
  };
}

function extension(action: Extend, catalog: Catalog, source: SourceFacts): Estimate {
  if (action.via === "native") {
    if (source.sourceModel === undefined) {
      return { kind: "unknown", why: "the price depends on the clip's model, which is not known" };
    }
    const model = catalog.video(source.sourceModel);
    if (model === undefined) return noModel(source.sourceModel);
    const mode = source.sourceMode;
    if (mode === undefined && model.modes.length > 0) {
      return { kind: "unknown", why: "the price depends on the clip's mode, which is not known" };
    }
    const query: PriceQuery = { input: "video", ...(mode === undefined ? {} : { mode }) };
    const row = model.extend.includes("native") ? catalog.price(model, query) : undefined;
    if (row === undefined) return noPrice(model, query, catalog);
    return row.per === "second"
      ? priced(row, NATIVE_SECONDS, "s", catalog, { model, query })
      : priced(row, { low: 1, high: 1 }, "extension", catalog, { model, query });
  }
  if (action.model === undefined) {
    return { kind: "unknown", why: "no model is named that continues the clip" };
  }
  const duration = action.duration ?? 5;
  const request = { duration, ...(action.mode === undefined ? {} : { mode: action.mode }) };
  if (action.via === "last_frame") return clip(action.model, { ...request, input: "image" }, catalog);
  const model = catalog.video(action.model);
  const longest = model?.textToVideo?.referenceVideo?.maxSeconds;
  if (model !== undefined && longest === undefined) return noPrice(model, { input: "video" }, catalog);
  // Which length is billed when a video is given is not documented: the clip that is given bounds it from above.
  const atMost = Math.ceil(source.sourceSeconds ?? longest ?? duration);
  return clip(action.model, { ...request, input: "video", atMost }, catalog);
}

function speech(action: LipSync, catalog: Catalog, source: SourceFacts): Estimate {
  if (source.sourceSeconds === undefined) {
    return { kind: "unknown", why: "the price depends on the clip's length, which is not known" };
  }
  const { lip_sync: main, identify_face: face, speech: voice } = SERVICE_PRICES;
  // Seconds are billed rounded to the nearest; whether before or after cutting into spans is not documented.
  const spans = (seconds: number) => Math.max(1, Math.ceil(seconds / main.everySeconds));
  const count = { low: spans(Math.round(source.sourceSeconds)), high: spans(source.sourceSeconds) };
  const calls = face.units + (action.text === undefined ? 0 : voice.units);
  // Each may have to be sent again when its answer is lost.
  const most = SMALL_CALLS_MOST * calls;
  const range = {
    low: milliUnits(count.low * main.units + calls),
    high: milliUnits(count.high * main.units + most),
  };
  const words = `(${rangeWords(count)} × ${formatUnits(main.units)} + ${formatUnits(milliUnits(calls))} to ${formatUnits(milliUnits(most))})`;
  return inUnits("video", range, main.basis, words, catalog);
}

function once(model: Model, query: PriceQuery, what: string, catalog: Catalog): Estimate {
  const row = catalog.price(model, query);
  return row === undefined
    ? noPrice(model, query, catalog)
    : priced(row, { low: 1, high: 1 }, what, catalog, { model, query });
}

function priced(
  row: PriceRow,
  count: Range<number>,
  what: string,
  catalog: Catalog,
  asked: Pick<PricedBy, "model" | "query">,
): Estimate {
  const amount = `${rangeWords(count)} ${what}`;
  const by = { ...asked, row, count };
  if (row.usd !== undefined) {
    return {
      kind: "priced",
      unit: row.unit,
      usd: { low: micros(count.low * row.usd), high: micros(count.high * row.usd) },
      basis: row.basis,
      formula: `${amount} × ${formatUsd(row.usd)}`,
      by,
    };
  }
  if (row.units === undefined) return { kind: "unknown", why: "the price names neither units nor money" };
  const range = { low: milliUnits(count.low * row.units), high: milliUnits(count.high * row.units) };
  return { ...inUnits(row.unit, range, row.basis, `${amount} × ${formatUnits(row.units)}`, catalog), by };
}

/** Units at what one costs this project; `words` say how many there are. */
function inUnits(
  unit: UnitKind,
  units: Range<MilliUnits>,
  basis: Basis,
  words: string,
  catalog: Catalog,
): Estimate & { readonly kind: "priced" } {
  const price = catalog.unitPrice(unit);
  return {
    kind: "priced",
    unit,
    units,
    usd: { low: money(units.low, price.usd, Math.floor), high: money(units.high, price.usd, Math.ceil) },
    basis: joined(basis, price.basis),
    formula: `${words} units × ${formatUsd(price.usd)}`,
  };
}

function rangeWords(count: Range<number>): string {
  return count.low === count.high ? `${count.high}` : `${count.low} to ${count.high}`;
}

function money(units: MilliUnits, unitUsd: Micros, round: (value: number) => number): Micros {
  return micros(round((units * unitUsd) / 1000));
}

/** A unit price of the project's own has a part in the money, so it is named beside the source of the units. */
function joined(units: Basis, unitUsd: Basis): Basis {
  return unitUsd.grade === "project" ? { ...units, source: `${units.source}; ${unitUsd.source}` } : units;
}

function unitRange(range: Range<number>): Range<MilliUnits> {
  return { low: milliUnits(range.low), high: milliUnits(range.high) };
}

function noModel(id: string): Estimate {
  return { kind: "unknown", why: `the catalog does not know ${elide(id, 60)}` };
}

function noPrice(model: Model, query: PriceQuery, { isResold }: Catalog): Estimate {
  const when = [
    query.mode === undefined ? [] : [`mode ${query.mode}`],
    query.seconds === undefined ? [] : [`${query.seconds} s`],
    query.audio === true ? ["sound"] : [],
    query.input === "video" ? ["a video as input"] : [],
  ].flat();
  const how = when.length === 0 ? "" : ` (${when.join(", ")})`;
  const what = `${elide(model.id, 60)}${how}`;
  const why = isResold
    ? `what this gateway takes for ${what} is its own affair, and not the vendor's list price`
    : `the catalog has no price for ${what}`;
  return { kind: "unknown", why };
}
