/**
 * Thousands of stories in which everything goes wrong that can: half of the seeds here, half in the other file.
 * SIM_SEED=n plays one, SIM_FIRST and SIM_SEEDS another range.
 */
import { expect, test } from "vitest";
import { playShare, toldTwice } from "./shares.js";

test("no story breaks a promise: the first half of the seeds", { timeout: 900_000 }, async () => {
  expect(await playShare(0)).toEqual([]);
});

test(
  "a seed tells the same story every time, to the last byte of its records",
  { timeout: 60_000 },
  async () => {
    const [once, again] = await toldTwice([1, 2, 3, 5, 8, 13, 21, 34]);
    expect(again).toEqual(once);
    expect(new Set(once).size).toBe(8);
  },
);
