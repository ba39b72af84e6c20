/**
 * Amounts as text in stored files: decimals, so that a person can read them and no reader makes floats of them.
 * Exact both ways; knows nothing of currencies.
 */

const DECIMAL = /^(0|[1-9][0-9]{0,9})(?:\.([0-9]+))?$/;

/** An integer count of 10^-`places` as a decimal without needless zeros: (210000, 6) → `0.21`. */
export function formatDecimal(amount: number, places: number): string {
  const digits = String(amount).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  const whole = digits.slice(0, -places);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** The count that a decimal stands for; undefined when it is no decimal, negative, too large or finer than `places`. */
export function parseDecimal(text: string, places: number): number | undefined {
  const [, whole, fraction = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction.length > places) return undefined;
  const amount = Number(whole + fraction.padEnd(places, "0"));
  return Number.isSafeInteger(amount) ? amount : undefined;
}
