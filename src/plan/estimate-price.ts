/**
 * From a row of the price list to an estimate: how many of what, at how many units, at which price of one; and the words
 * for a price that nobody knows. Knows no kind of action.
 */
import { formatUnits, formatUsd, micros, milliUnits, type Micros, type MilliUnits } from "../base/money.js";
import { elide } from "../base/text.js";
import type { Catalog, PriceQuery } from "../catalog/catalog.js";
import type { Basis, Model, PriceRow } from "../catalog/model.js";
import type { UnitKind } from "../catalog/units.js";
import type { Estimate, PricedBy, Range } from "./estimate.js";

/** Clips come a frame longer or shorter than what they are made of or after. */
export const SLACK_SECONDS = 0.1;

/** Seconds as they are billed: the nearest whole number, one at least. [kling-api 9.1] */
export function billedSeconds(seconds: number): Range<number> {
  const nearest = (value: number) => Math.max(1, Math.round(value));
  return { low: nearest(seconds - SLACK_SECONDS), high: nearest(seconds + SLACK_SECONDS) };
}

/** Billed seconds of what may be as long as limits allow. */
export function billedWithin(limits: { readonly minSeconds: number; readonly maxSeconds: number }) {
  return { low: billedSeconds(limits.minSeconds).low, high: billedSeconds(limits.maxSeconds).high };
}

/** How much of something is bought: pictures, clips or calls; and how long it becomes, where that is known. */
export interface Amount {
  readonly what: string;
  readonly count?: number;
  readonly seconds?: Range<number>;
}

/** The price of a model for a request, for as much as is bought. */
export function priceFor(model: Model, query: PriceQuery, amount: Amount, catalog: Catalog): Estimate {
  const row = catalog.price(model, query);
  if (row === undefined) return noPrice(model, query, catalog);
  if (row.per !== "second") {
    const count = amount.count ?? 1;
    return priced(row, { low: count, high: count }, amount.what, catalog, { model, query });
  }
  if (amount.seconds === undefined)
    return { kind: "unknown", why: "the price is by the second, and it is not known how many there will be" };
  return priced(row, amount.seconds, "s", catalog, { model, query });
}

/** An estimate from a row, for a count of `what`. */
export function priced(
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
export function inUnits(
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

/** `5`, or `3 to 10`. */
export function rangeWords(count: Range<number>): string {
  return count.low === count.high ? `${count.high}` : `${count.low} to ${count.high}`;
}

/** No price, because nobody knows the model. */
export function noModel(id: string): Estimate {
  return { kind: "unknown", why: `the catalog does not know ${elide(id, 60)}` };
}

/** No price, because no row fits. */
export function noPrice(model: Model, query: PriceQuery, { isResold }: Catalog): Estimate {
  const when = [
    query.mode === undefined ? [] : [`mode ${query.mode}`],
    query.seconds === undefined ? [] : [`${query.seconds} s`],
    query.audio === true ? ["sound"] : [],
    query.voices === true ? ["voices"] : [],
    query.input === "video" ? ["a video as input"] : [],
    query.input === "motion" ? ["motion control"] : [],
    query.input === "images" ? ["several images"] : [],
    query.scene === undefined ? [] : [`scene ${elide(query.scene, 60)}`],
  ].flat();
  const how = when.length === 0 ? "" : ` (${when.join(", ")})`;
  const what = `${elide(model.id, 60)}${how}`;
  const why = isResold
    ? `what this gateway takes for ${what} is its own affair, and not the vendor's list price`
    : `the catalog has no price for ${what}`;
  return { kind: "unknown", why };
}

function money(units: MilliUnits, unitUsd: Micros, round: (value: number) => number): Micros {
  return micros(round((units * unitUsd) / 1000));
}

/** A unit price of the project's own has a part in the money, so it is named beside the source of the units. */
function joined(units: Basis, unitUsd: Basis): Basis {
  return unitUsd.grade === "project" ? { ...units, source: `${units.source}; ${unitUsd.source}` } : units;
}
