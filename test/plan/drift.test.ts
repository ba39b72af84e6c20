/** Bills held against what was expected: in units or in money, never across, and explained by a clip's own length. */
import { expect, test } from "vitest";
import { micros, milliUnits } from "../../src/base/money.js";
import { createCatalog } from "../../src/catalog/catalog.js";
import { driftOf, lengthOf, lowOf, sumDrifts, unitOf, type Drift } from "../../src/plan/drift.js";
import { estimate } from "../../src/plan/estimate.js";
import type { Billed, Expected } from "../../src/plan/prior.js";

const units = (amount: number): Billed => ({ kind: "billed", units: milliUnits(amount) });
const usd = (amount: number): Billed => ({ kind: "billed", usd: micros(amount) });
const ORDINARY: Expected = { units: milliUnits(1500), usd: micros(210_000) };
const RANGE: Expected = { ...ORDINARY, lowUnits: milliUnits(900), lowUsd: micros(126_000) };
const MONEY: Expected = { usd: micros(210_000) };

/** `above 1750 units: 250 over 1500 to 1500`. */
function shown(drift: Drift): string {
  if (drift.kind === "unknown") return `unknown: ${drift.why}`;
  const { kind, billed, low, high, by, seconds } = drift;
  const measure = drift.in === "usd" ? "micros" : `milli-units of ${drift.unit}`;
  const why = seconds === undefined ? "" : `, as it is ${seconds} s`;
  return `${kind}: ${billed} ${measure}, ${by} outside of ${low} to ${high}${why}`;
}

test.each<[string, Expected, Billed, string]>([
  ["as expected", ORDINARY, units(1500), "within: 1500 milli-units of video, 0 outside of 1500 to 1500"],
  ["more", ORDINARY, units(1750), "above: 1750 milli-units of video, 250 outside of 1500 to 1500"],
  ["less", ORDINARY, units(1499), "below: 1499 milli-units of video, 1 outside of 1500 to 1500"],
  ["inside of a range", RANGE, units(901), "within: 901 milli-units of video, 0 outside of 900 to 1500"],
  ["below a range", RANGE, units(800), "below: 800 milli-units of video, 100 outside of 900 to 1500"],
  ["money with money", ORDINARY, usd(200_000), "below: 200000 micros, 10000 outside of 210000 to 210000"],
  ["money in a range", RANGE, usd(130_000), "within: 130000 micros, 0 outside of 126000 to 210000"],
  [
    "nothing billed",
    ORDINARY,
    { kind: "not_billed" },
    "below: 0 milli-units of video, 1500 outside of 1500 to 1500",
  ],
  [
    "nothing billed, of money",
    MONEY,
    { kind: "not_billed" },
    "below: 0 micros, 210000 outside of 210000 to 210000",
  ],
  ["nothing said", ORDINARY, { kind: "unknown" }, "unknown: not_said"],
  ["units where money was expected", MONEY, units(1500), "unknown: other_measure"],
  ["money where units were expected", { units: milliUnits(1500) }, usd(1), "unknown: other_measure"],
  [
    "half in units, half in money",
    ORDINARY,
    { kind: "billed", units: milliUnits(750), usd: micros(105_000) },
    "unknown: mixed",
  ],
  ["an amount in another currency", ORDINARY, { kind: "billed" }, "unknown: currency"],
  ["nothing expected", {}, units(1500), "unknown: not_expected"],
])("a bill is compared: %s", (_what, expected, billed, line) => {
  expect(shown(driftOf(expected, billed, "video"))).toBe(line);
});

test.each<[string, Expected, number, number, number | undefined]>([
  // At 0.3 units a second, for at most 5 s.
  ["a range, by a length rounded to the nearest second", RANGE, 1200, 4.49, 4],
  ["a shorter clip than was asked for", ORDINARY, 900, 3.041, 3],
  ["a longer clip than was asked for", ORDINARY, 1800, 5.5, 6],
  ["not what the length does not account for", ORDINARY, 1800, 5.04, undefined],
  ["nothing that needs no explanation", ORDINARY, 1500, 5.04, undefined],
])("the measured length explains %s", (_what, expected, billed, measured, seconds) => {
  const drift = driftOf(expected, units(billed), "video", { measured, counted: 5 });
  expect(drift.kind === "unknown" ? "unknown" : drift.seconds).toBe(seconds);
});

test("only prices by the second are explained by a length", () => {
  const { value: catalog } = createCatalog();
  if (catalog === undefined) throw new Error("no catalog");
  const words = { kind: "text_to_video", duration: 10, aspect_ratio: "16:9", prompt: "a boat" } as const;
  const perSecond = estimate({ ...words, model: "kling-2.6", mode: "std" }, catalog);
  const perClip = estimate({ ...words, model: "kling-v1-6", mode: "std" }, catalog);
  expect([perSecond.kind, perClip.kind]).toEqual(["priced", "priced"]);
  expect(lengthOf(perSecond, 9.9)).toEqual({ measured: 9.9, counted: 10 });
  expect([lengthOf(perSecond, undefined), lengthOf(perClip, 9.9)]).toEqual([undefined, undefined]);
});

test("a lower bound is recorded only where it is lower", () => {
  const { value: catalog } = createCatalog();
  if (catalog === undefined) throw new Error("no catalog");
  const source = { kind: "file", path: "a.mp4" } as const;
  const omni = { kind: "extend", via: "omni", source, model: "kling-3.0-omni", mode: "std" } as const;
  expect(lowOf(estimate(omni, catalog, { sourceSeconds: 8 }))).toEqual({ lowUnits: 4500, lowUsd: 630_000 });
  expect(lowOf(estimate(omni, catalog, { sourceSeconds: 5 }))).toEqual({});
});

test("drifts add up by what they were compared in, and more does not make up for less", () => {
  const sum = sumDrifts([
    driftOf(ORDINARY, units(1750), "video"),
    driftOf(ORDINARY, units(1400), "video"),
    driftOf({ units: milliUnits(8000) }, units(9000), "image"),
    driftOf(ORDINARY, usd(300_000), "video"),
    driftOf(ORDINARY, units(1500), "video"),
    driftOf(ORDINARY, { kind: "unknown" }, "video"),
  ]);
  expect(sum).toEqual({
    within: 1,
    above: 3,
    below: 1,
    unknown: 1,
    more: { video: 250, image: 1000, usd: 90_000 },
    less: { video: 100, image: 0, usd: 0 },
  });
});

test("stills are charged to the pack of images, all else to that of video", () => {
  expect(["image", "try_on", "expand", "image_to_video", "lip_sync", "element"].map(unitOf)).toEqual([
    "image",
    "image",
    "image",
    "video",
    "video",
    "video",
  ]);
});
