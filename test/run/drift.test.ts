/** What a run says of its bills: each is held against what was expected when the task was created. */
import { expect, test } from "vitest";
import { milliUnits } from "../../src/base/money.js";
import type { Manifest, ShotStep } from "../../src/manifest/manifest.js";
import type { Billed } from "../../src/plan/prior.js";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet, type Took } from "./film-set.js";

const units = (amount: number): Billed => ({ kind: "billed", units: milliUnits(amount) });
const filmOf = (duration: number, steps: readonly ShotStep[] = [], units_per_second?: number): Manifest =>
  manifestOf({
    provider: "kling",
    shots: [{ id: "010", prompt: "a boat", duration, model: "kling-3.0-omni", steps }],
    ...(units_per_second === undefined
      ? {}
      : { catalog: { prices: [{ model: "kling-3.0-omni", mode: "std", units_per_second }] } }),
  });

const drifts = (took: Took) =>
  [...took.outcomes].map(([step, outcome]) => [step, "drift" in outcome ? outcome.drift : undefined]);

test("a bill is compared with the estimate, and what happens says so", async () => {
  const set = new FilmSet({ end: () => ({ billed: units(3500) }) });
  const took = await set.run(filmOf(5));
  const drift = { kind: "above", in: "units", unit: "video", billed: 3500, low: 3000, high: 3000, by: 500 };
  expect(drifts(took)).toEqual([["shots.010.clip", drift]]);
  expect(took.events.find((event) => event.type === "step_ended")).toMatchObject({ outcome: { drift } });
});

test("a task that an earlier run created is held against what that one expected", async () => {
  const set = new FilmSet({ end: () => ({ billed: units(3000) }) });
  await set.take(filmOf(5), { dieAfter: 8 });
  expect(set.vendor.tasks).toHaveLength(1);
  // The author has another price by now.
  const took = await set.run(filmOf(5, [], 0.1));
  expect(set.vendor.tasks).toHaveLength(1);
  expect(drifts(took)).toMatchObject([["shots.010.clip", { kind: "within", high: 3000 }]]);
});

test("an estimate that is a range is recorded with both ends, in journal and lockfile", async () => {
  const onward: ShotStep = { extend: { via: "omni", prompt: "on", duration: 3 } };
  const set = new FilmSet({
    end: ({ action }) => ({ billed: units(action.kind === "extend" ? 4500 : 6000) }),
  });
  set.disk.seconds = 5.04;
  const took = await set.run(filmOf(10, [onward]));
  expect(drifts(took)).toMatchObject([
    ["shots.010.clip", { kind: "within", low: 6000, high: 6000 }],
    ["shots.010.extend", { kind: "within", billed: 4500, low: 2700, seconds: 5 }],
  ]);
  const [clip, extend] = set.disk.entries.filter((entry) => entry.type === "intent");
  expect(clip).not.toHaveProperty("lowUnits");
  expect(extend).toMatchObject({ lowUnits: 2700, lowUsd: 378_000 });
  const recorded = [...set.disk.renders.values()].map(({ estimate }) => estimate?.lowUnits);
  expect(recorded).toEqual([undefined, 2700]);
});

test("of a failed task it is recorded when the vendor ended it", async () => {
  const updated = "2026-11-20T23:59:59.000Z";
  const set = new FilmSet({ end: () => ({ status: "failed", billed: { kind: "not_billed" }, updated }) });
  await set.run(filmOf(5));
  expect(set.disk.entries.find((entry) => entry.type === "failed")).toMatchObject({ completed: updated });
});
