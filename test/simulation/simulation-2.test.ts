/** The other half of the seeds; see the first file. */
import { expect, test } from "vitest";
import { playShare } from "./shares.js";

test("no story breaks a promise: the second half of the seeds", { timeout: 900_000 }, async () => {
  expect(await playShare(1)).toEqual([]);
});
