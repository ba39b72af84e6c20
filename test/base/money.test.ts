/** Money and units are exact integers. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatUnits, formatUsd, micros, milliUnits, sumMicros, usd } from "../../src/base/money.js";

test.each([
  [0, "$0.00"],
  [0.01, "$0.01"],
  [0.042, "$0.042"],
  [0.0035, "$0.0035"],
  [1.05, "$1.05"],
  [1.055, "$1.055"],
  [12.345, "$12.35"],
  [1234.5, "$1234.50"],
])("%d dollars read %s", (dollars, expected) => {
  expect(formatUsd(usd(dollars))).toBe(expected);
});

test.each([
  [0, "0"],
  [500, "0.5"],
  [7500, "7.5"],
  [35_000, "35"],
  [125, "0.125"],
])("%d thousandths are %s units", (amount, expected) => {
  expect(formatUnits(milliUnits(amount))).toBe(expected);
});

test.each([-1, 0.5, NaN, Infinity, 2 ** 53])("%d is no amount", (amount) => {
  expect(() => micros(amount)).toThrow(RangeError);
  expect(() => milliUnits(amount)).toThrow(RangeError);
});

test("dollars below zero or beyond counting are refused", () => {
  expect(() => usd(-0.01)).toThrow(RangeError);
  expect(() => usd(1e300)).toThrow(RangeError);
});

test("a sum does not depend on order, and ten dimes are a dollar", () => {
  expect(sumMicros(Array.from({ length: 10 }, () => usd(0.1)))).toBe(usd(1));
  fc.assert(
    fc.property(fc.array(fc.nat()), (amounts) => {
      expect(sumMicros(amounts.toReversed().map(micros))).toBe(sumMicros(amounts.map(micros)));
    }),
  );
});
