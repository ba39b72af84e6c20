/** The sidecar tells a person what a clip is and where it came from: no times of ours, no paths, no addresses. */
import { expect, test } from "vitest";
import { milliUnits, usd } from "../../src/base/money.js";
import type { Rendering } from "../../src/plan/prior.js";
import { sidecarText } from "../../src/run/sidecar.js";
import { manifestOf } from "../graph/manifests.js";
import { handle, keyedGraph, planned, planOf, rendering } from "../plan/priors.js";

const film = manifestOf({
  provider: "kling",
  shots: [{ id: "010", title: "Dawn", prompt: "a boat", mode: "pro", take: 2 }],
});
const step = planned(planOf(film), "shots.010.clip");
const made = (more: Partial<Rendering> = {}) =>
  rendering(keyedGraph(film).keyed("shots.010.clip"), "a", {
    handle: handle("2026-11-21T12:00:00.000Z"),
    ...more,
  });
const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

test("it has model and mode and why, prompt, parameters, cost, task and digests", () => {
  const rendered = made({
    estimate: { units: milliUnits(2500), usd: usd(0.35) },
    billed: { kind: "billed", units: milliUnits(2500) },
    consumed: { up: "d".repeat(64) as never },
  });
  expect(read(sidecarText(step, rendered, { because: "new" }))).toEqual({
    schema: "klingmake/sidecar",
    version: 1,
    step: "shots.010.clip",
    title: "Dawn",
    kind: "text_to_video",
    model: "kling-2.5-turbo",
    mode: "pro",
    tier: "pro",
    why: "new",
    take: 2,
    prompt: "a boat",
    parameters: { model: "kling-2.5-turbo", mode: "pro", prompt: "a boat" },
    realm: "kling",
    cost: { estimated: "2.5 units, $0.35", billed: "2.5 units" },
    task: "t-1",
    completed: "2026-11-21T12:00:00.000Z",
    key: rendered.key,
    artifact: { sha256: rendered.artifact.sha256, size: 1000, type: "video/mp4" },
    consumed: { up: "d".repeat(64) },
  });
});

test.each<[Partial<Rendering>, object]>([
  [{ billed: { kind: "unknown" } }, { estimated: "$0.21", billed: "unknown" }],
  [{ billed: { kind: "not_billed" } }, { estimated: "$0.21", billed: "not billed" }],
  [{ billed: { kind: "billed" } }, { estimated: "$0.21", billed: "unknown" }],
  [
    { billed: { kind: "billed", units: milliUnits(1500), usd: usd(0.2) } },
    { estimated: "$0.21", billed: "1.5 units, $0.20" },
  ],
  [{ estimate: {} }, { estimated: "unknown", billed: "unknown" }],
])("money is never a zero that nobody said: %j", (more, cost) => {
  expect(read(sidecarText(step, made(more), undefined))["cost"]).toEqual(cost);
});

test("it ends with a line break, tells flags, and says no why where nothing was rendered", () => {
  const text = sidecarText(step, made({ flags: ["asked for 5 s, is 3.04 s long"] }), undefined);
  expect(text.endsWith("}\n")).toBe(true);
  expect(read(text)).toMatchObject({ flags: ["asked for 5 s, is 3.04 s long"] });
  expect(read(text)).not.toHaveProperty("why");
  expect(read(sidecarText(step, made(), undefined))).not.toHaveProperty("flags");
});
