import { describe, expect, test } from "vitest";
import { planData } from "../../src/cli/data-plan.js";
import { eventData, outcomeData } from "../../src/cli/data-run.js";
import { envelopeLine, eventLine } from "../../src/cli/envelope.js";
import { usdJson } from "../../src/show/money-text.js";
import type { Outcome, RunEvent } from "../../src/index.js";
import { id, kept, planned, planOf, priced, stuck } from "./fixtures.js";

/** Every key of that name, at any depth. */
function countKeys(value: unknown, name: string): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + (key === name ? 1 : 0) + countKeys(each, name),
    0,
  );
}

describe("the envelope", () => {
  test("is one line with seven members", () => {
    const line = envelopeLine({ command: "plan", exit: 2, data: { a: "x\ny" }, diagnostics: [] });
    expect(line.endsWith("}\n")).toBe(true);
    expect(line.trimEnd()).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({
      schema: "klingmake/envelope",
      version: 1,
      command: "plan",
      ok: true,
      exit: 2,
      data: { a: "x\ny" },
      diagnostics: [],
    });
  });

  test.each([
    [0, true],
    [1, false],
    [2, true],
    [4, false],
    [130, false],
  ])("with exit %i is ok: %s", (exit, ok) => {
    expect(JSON.parse(envelopeLine({ exit, data: {}, diagnostics: [] }))).toMatchObject({
      ok,
      command: null,
    });
  });

  test("carries any text exactly, and nothing that a terminal would obey", () => {
    const text = "\u001b[2J\u009b1m\u202egnp\u200b\u2028\u{e0041}\ufeff雨🎬";
    const line = envelopeLine({ exit: 0, data: { text }, diagnostics: [] });
    expect(JSON.parse(line)).toMatchObject({ data: { text } });
    expect(line).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff\u{e0000}-\u{e007f}]/u,
    );
    expect(line).toContain("雨🎬");
  });
});

test.each([
  [210_000, "0.21"],
  [0, "0.00"],
  [868_000, "0.868"],
  [1, "0.000001"],
  [12_345_678_900_000, "12345678.90"],
])("%i micro-dollars are exactly %s", (micros, text) => {
  expect(usdJson(micros as Parameters<typeof usdJson>[0])).toEqual({ usd: text });
});

describe("a plan as data", () => {
  const plan = planOf([
    kept("shots.010.clip"),
    planned("shots.020.clip", { estimate: priced(0.21, 0.42), reason: { because: "new" } }),
    stuck("shots.030.clip", { because: "over_budget", cap: "max_cost" }),
  ]);
  const data = planData(plan, [{ because: "total", total: 420_000, above: 1 } as never]);

  test("has the plan's digest as its only key of that name", () => {
    expect(data["digest"]).toBe(plan.digest);
    expect(countKeys(data, "digest")).toBe(1);
  });

  test("has money as decimal strings and units beside it", () => {
    expect(data).toMatchObject({
      totals: {
        create: {
          low: { usd: "0.21" },
          high: { usd: "0.42" },
          units: { video: { low: "1.5", high: "3" } },
          unknown: 0,
        },
      },
      wants_yes: [{ because: "total", total: { usd: "0.42" }, above: { usd: "0.000001" } }],
    });
  });

  test("has each step with its decision, reason, price and what may be created", () => {
    expect(data["steps"]).toMatchObject([
      { id: "shots.010.clip", decision: { kind: "keep", artifact: { sha256: "a".repeat(64) } } },
      {
        id: "shots.020.clip",
        model: "kling-2.5-turbo",
        mode: "std",
        tier: "standard",
        seconds: 5,
        decision: { kind: "render", attempt: 1 },
        reason: { because: "new", text: "new" },
        estimate: {
          kind: "priced",
          low: { usd: "0.21" },
          high: { usd: "0.42" },
          basis: { as_of: "2026-09-20" },
        },
        create: { reference: "km1-shots.020.clip", attempt: 1, ceiling: { usd: "0.21" } },
      },
      {
        decision: {
          kind: "blocked",
          obstacle: { because: "over_budget", why: "does not fit under --max-cost" },
        },
      },
    ]);
  });

  test("has how an extend continues its clip, and when a handle ends", () => {
    const extended = planOf([
      planned("shots.010.extend", { extension: { via: "omni", returns: "tail", chosen: "asked" } }),
      kept("shots.020.clip", { handleEnds: "2026-11-24T10:00:00.000Z" }),
    ]);
    expect(planData(extended, [])["steps"]).toMatchObject([
      { extension: { via: "omni", returns: "tail", chosen: "asked" } },
      { handle_ends: "2026-11-24T10:00:00.000Z" },
    ]);
    expect(planData(plan, [])["steps"]).not.toMatchObject([
      { handle_ends: expect.anything() as unknown },
      {},
      {},
    ]);
  });

  test("has an unknown price as a kind and an open ceiling as null, never as zero", () => {
    const unknown = planOf([
      planned("shots.010.clip", {
        estimate: { kind: "unknown", why: "no price" },
        create: { reference: "km1", attempt: 1 } as never,
      }),
    ]);
    expect(planData(unknown, [])["steps"]).toMatchObject([
      { estimate: { kind: "unknown", why: "no price" }, create: { ceiling: null } },
    ]);
  });
});

describe("events as lines", () => {
  test("carry schema, version, time and snake_case members", () => {
    const event: RunEvent = {
      type: "step_processing",
      step: id("shots.010.clip"),
      status: "processing",
      elapsedSeconds: 12,
      expectedSeconds: 60,
    };
    expect(JSON.parse(eventLine(Date.UTC(2026, 10, 22), eventData(event)))).toEqual({
      schema: "klingmake/event",
      version: 1,
      at: "2026-11-22T00:00:00.000Z",
      type: "step_processing",
      step: "shots.010.clip",
      status: "processing",
      elapsed_seconds: 12,
      expected_seconds: 60,
    });
  });

  test("carry money as exact text, and none where it is unknown", () => {
    const event = {
      type: "step_submitted",
      step: id("shots.010.clip"),
      reference: "km1-a" as never,
      task: "t1" as never,
      adopted: false,
    } as const;
    expect(eventData({ ...event, reserved: 210_500 as never })["reserved"]).toEqual({ usd: "0.2105" });
    expect(eventData(event)).not.toHaveProperty("reserved");
  });

  test.each<[Outcome, object]>([
    [
      { status: "interrupted", underWay: true },
      { status: "interrupted", under_way: true },
    ],
    [
      { status: "blocked", because: { because: "over_budget", cap: "budget" } },
      {
        status: "blocked",
        obstacle: { because: "over_budget", cap: "budget", why: "does not fit into the project's budget" },
      },
    ],
    [
      {
        status: "rendered",
        artifact: { sha256: "a", size: 1, type: "video/mp4" } as never,
        output: "renders/010.mp4",
        billed: { kind: "billed", units: 1500, usd: 210_000 } as never,
        flags: [],
      },
      {
        status: "rendered",
        output: "renders/010.mp4",
        billed: { kind: "billed", units: "1.5", usd: "0.21" },
        flags: [],
      },
    ],
  ])("an outcome: %j", (outcome, expected) => {
    expect(outcomeData(outcome, id("shots.010.clip"))).toMatchObject(expected);
  });
});
