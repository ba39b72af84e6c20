/**
 * Money and units as integers: micro-dollars and milli-units, so that sums are exact and nothing is a float.
 * Unknown is a value of its own and never becomes zero.
 */
import type { Brand } from "./guard.js";

/** Millionths of a US dollar. */
export type Micros = Brand<number, "Micros">;

/** Thousandths of a vendor's unit. */
export type MilliUnits = Brand<number, "MilliUnits">;

/** `amount` as micro-dollars. @throws RangeError when it is not a safe integer, or negative. */
export function micros(amount: number): Micros {
  return checked(amount, "micros") as Micros;
}

/** `amount` as milli-units. @throws RangeError when it is not a safe integer, or negative. */
export function milliUnits(amount: number): MilliUnits {
  return checked(amount, "milli-units") as MilliUnits;
}

/** US dollars as a person writes them, as micro-dollars (rounded to the nearest). */
export function usd(dollars: number): Micros {
  return micros(Math.round(dollars * 1e6));
}

/** The sum of amounts. */
export function sumMicros(amounts: Iterable<Micros>): Micros {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return micros(sum);
}

/** `$1.05`: two decimals, more only when cents would hide something below ten cents. */
export function formatUsd(amount: Micros): string {
  const dollars = amount / 1e6;
  const exact = amount % 10_000 === 0 || dollars >= 10;
  return `$${exact ? dollars.toFixed(2) : dollars.toFixed(4).replace(/0{1,2}$/, "")}`;
}

/** `7.5`: units without needless zeros. */
export function formatUnits(amount: MilliUnits): string {
  return String(amount / 1000);
}

function checked(amount: number, what: string): number {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`${amount} is no amount of ${what}`);
  return amount;
}
