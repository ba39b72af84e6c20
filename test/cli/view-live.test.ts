import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../src/cli/layout.js";
import { openBoard } from "../../src/show/run-board.js";
import { liveLines, type LiveOptions } from "../../src/cli/view-live.js";
import type { Outcome, Plan, PlannedStep, RunEvent } from "../../src/index.js";
import { id, kept, PLAIN, planned, planOf, stuck } from "./fixtures.js";

const ARTIFACT = { sha256: "a".repeat(64), size: 1, type: "video/mp4" } as never;
const DONE: Outcome = { status: "rendered", artifact: ARTIFACT, billed: { kind: "unknown" }, flags: [] };

/** A step that will be rendered, with its place in a chain of takes. */
function step(
  name: string,
  wish: { title?: string; needs?: readonly string[]; take?: number } = {},
): PlannedStep {
  const base = planned(name, { expectedSeconds: 90 }, wish);
  const [link = ""] = base.step.name.split("@");
  return { ...base, step: { ...base.step, name: link } };
}

/** Two chains, takes, a need across shots, an image, and an untitled shot. */
const FILM: readonly PlannedStep[] = [
  step("images.mara"),
  step("shots.010.clip", { title: "The ferry leaves" }),
  step("shots.010.extend", { title: "The ferry leaves", needs: ["shots.010.clip"] }),
  step("shots.010.lip_sync", { title: "The ferry leaves", needs: ["shots.010.extend"] }),
  step("shots.020.clip", { title: "雨の夜の港", needs: ["images.mara"] }),
  step("shots.030.clip", { title: "Engine room" }),
  step("shots.030.clip@2", { title: "Engine room" }),
  step("shots.030.clip@3", { title: "Engine room" }),
  step("shots.040.clip"),
];

/** A picture out of a clip, made here. */
const FRAME: PlannedStep = (() => {
  const base = step("shots.010.frame");
  const source = { kind: "step", id: id("shots.010.clip") } as const;
  return { ...base, step: { ...base.step, action: { kind: "frame", which: "last", source } } };
})();

const started = (name: string): RunEvent => ({ type: "step_started", step: id(name), what: "render" });
const submitted = (name: string, reserved = 210_000): RunEvent => ({
  type: "step_submitted",
  step: id(name),
  reference: `km1-${name}` as never,
  task: `t-${name}` as never,
  adopted: false,
  reserved: reserved as never,
});
const processing = (name: string, elapsedSeconds: number): RunEvent => ({
  type: "step_processing",
  step: id(name),
  status: "processing",
  elapsedSeconds,
  expectedSeconds: 90,
});
const downloading = (name: string, bytes: number, total?: number): RunEvent => ({
  type: "step_downloading",
  step: id(name),
  bytes,
  ...(total === undefined ? {} : { total }),
});
const ended = (name: string, outcome: Outcome = DONE): RunEvent => ({
  type: "step_ended",
  step: id(name),
  outcome,
});
const FAILED = {
  status: "failed",
  diagnostic: { code: "run/task-failed", severity: "error", message: "the task failed" },
  retry: "paid",
  billed: "unknown",
} as const;
const failed = (name: string, why: string): RunEvent =>
  ended(name, { ...FAILED, diagnostic: { ...FAILED.diagnostic, why } });

/** The lines after these events, each at its second. */
function lines(
  plan: Plan,
  events: readonly (readonly [second: number, event: RunEvent])[],
  size: Partial<LiveOptions> = {},
): readonly string[] {
  const board = openBoard(plan);
  for (const [second, event] of events) board.take(event, second * 1000);
  const nowMs = (events.at(-1)?.[0] ?? 0) * 1000;
  return liveLines(board, {
    columns: 80,
    rows: 30,
    paint: PLAIN,
    startedMs: 0,
    stopping: false,
    nowMs,
    ...size,
  });
}

const MIDDLE: readonly (readonly [number, RunEvent])[] = [
  [0, started("images.mara")],
  [0, submitted("images.mara", 28_000)],
  [0, started("shots.010.clip")],
  [0, submitted("shots.010.clip")],
  [60, ended("shots.010.clip")],
  [60, started("shots.010.extend")],
  [60, submitted("shots.010.extend")],
  [60, ended("images.mara")],
  [61, started("shots.030.clip")],
  [61, submitted("shots.030.clip")],
  [62, started("shots.030.clip@2")],
  [62, { type: "step_waiting", step: id("shots.030.clip@2"), why: "busy", seconds: 5 }],
  [104, processing("shots.010.extend", 44)],
  [105, downloading("shots.030.clip", 4_000_000, 9_000_000)],
];

describe("a film in the middle of its run", () => {
  const plan = planOf(FILM, { budget: 20_000_000 as never, committed: 1_000_000 as never });

  test("is a line for each shot with its chain, then money, then time", () => {
    expect(lines(plan, MIDDLE, { columns: 100 }).join("\n")).toMatchInlineSnapshot(`
      "✓ mara                                                    done in 60 s
      ● 010   The ferry leaves  ✓ clip → ● extend → · lip_sync  processing ━━━━━───── 0:45 of ~1:30
      · 020   雨の夜の港                                        waits for a free slot
      ● 030   Engine room       ●●· clip                        downloading ━━━━────── 4.0 of 9.0 MB
      · 040                                                     waits for a free slot
      $0.42 spent · $0.42 reserved · $18.16 left of $20.00
      2 of 9 steps · about 2 min left · 1:45 · Ctrl-C stops"
    `);
  });

  test("in 80 columns gives up words before it gives up the chain", () => {
    expect(lines(plan, MIDDLE).join("\n")).toMatchInlineSnapshot(`
      "✓ mara                                                 done in 60 s
      ● 010   The ferry le…  ✓ clip → ● extend → · lip_sync  ━━━━━───── 0:45 of ~1:30
      · 020   雨の夜の港                                     waits for a free slot
      ● 030   Engine room    ●●· clip                        ━━━━────── 4.0 of 9.0 MB
      · 040                                                  waits for a free slot
      $0.42 spent · $0.42 reserved · $18.16 left of $20.00
      2 of 9 steps · about 2 min left · 1:45 · Ctrl-C stops"
    `);
  });

  test("in 40 columns names the link that is being made", () => {
    expect(lines(plan, MIDDLE, { columns: 40 }).join("\n")).toMatchInlineSnapshot(`
      "✓ mara                    done in 60 s
      ● 010   extend 2/3        0:45 of ~1:30
      · 020   雨の夜の港        waiting
      ● 030   ●●· clip          4.0 of 9.0 MB
      · 040                     waiting
      $0.42 spent · $0.42 reserved
      $18.16 left of $20.00
      2 of 9 steps · about 2 min left · 1:45"
    `);
  });

  test("in 20 columns keeps shots and times", () => {
    expect(lines(plan, MIDDLE, { columns: 20 }).join("\n")).toMatchInlineSnapshot(`
      "✓ mara  done
      ● 010   0:45
      · 020   waiting
      ● 030   4.0 MB
      · 040   waiting
      $0.42 spent
      $0.42 reserved
      $18.16 left of $20…
      2 of 9 steps"
    `);
  });

  test("in 7 rows shows what is at work and counts the rest", () => {
    expect(lines(plan, MIDDLE, { rows: 7 }).join("\n")).toMatchInlineSnapshot(`
      "● 010   The ferry le…  ✓ clip → ● extend → · lip_sync  ━━━━━───── 0:45 of ~1:30
      ● 030   Engine room    ●●· clip                        ━━━━────── 4.0 of 9.0 MB
        and 3 more: 2 waiting, 1 done
      $0.42 spent · $0.42 reserved · $18.16 left of $20.00
      2 of 9 steps · about 2 min left · 1:45 · Ctrl-C stops"
    `);
  });

  test("says that it stops, and forecasts nothing any more", () => {
    expect(lines(plan, MIDDLE, { stopping: true }).at(-1)).toBe("2 of 9 steps · stopping · 1:45");
  });
});

describe("money", () => {
  const money = (over: Partial<Plan>, events: readonly RunEvent[], maxCost?: number) => {
    const all = lines(
      planOf(FILM, over),
      events.map((event) => [0, event] as const),
      maxCost === undefined ? {} : { maxCost: maxCost as never },
    );
    return all.at(-2);
  };
  const billed = (units: number): Outcome => ({
    ...DONE,
    billed: { kind: "billed", units: units as never },
  });

  test.each<readonly [string, Partial<Plan>, readonly RunEvent[], number | undefined, string]>([
    [
      "what is under way is reserved",
      {},
      [submitted("shots.010.clip")],
      undefined,
      "$0.00 spent · $0.21 reserved",
    ],
    [
      "what is finished is spent, billed where the vendor said so, else as estimated",
      {},
      [
        submitted("shots.010.clip"),
        ended("shots.010.clip", billed(3000)),
        submitted("shots.040.clip"),
        ended("shots.040.clip"),
      ],
      undefined,
      "$0.63 spent",
    ],
    [
      "a failed task costs nothing",
      {},
      [submitted("shots.010.clip"), failed("shots.010.clip", "no")],
      undefined,
      "$0.00 spent",
    ],
    [
      "a failed task that was charged all the same has cost that",
      {},
      [
        submitted("shots.010.clip"),
        ended("shots.010.clip", { ...FAILED, billed: "billed", bill: { units: 500 as never } }),
      ],
      undefined,
      "$0.07 spent",
    ],
    [
      "a failed attempt that another one follows is spent as far as it was charged",
      { budget: 1_000_000 as never },
      [
        submitted("shots.010.clip"),
        {
          type: "step_retrying",
          step: id("shots.010.clip"),
          failed: 1,
          attempt: 2,
          why: "no",
          billed: { kind: "billed", units: 500 as never },
          spent: 70_000 as never,
        },
        submitted("shots.010.clip"),
      ],
      undefined,
      "$0.07 spent · $0.21 reserved · $0.72 left of $1.00",
    ],
    [
      "a lip-sync that ends before its task has cost its small calls",
      {},
      [
        {
          type: "step_preparing",
          step: id("shots.010.clip"),
          call: "identify_face",
          reserved: 7000 as never,
        },
        failed("shots.010.clip", "no face"),
      ],
      undefined,
      "$0.007 spent",
    ],
    [
      "a task that was found was counted before",
      {},
      [submitted("shots.010.clip", 0), ended("shots.010.clip")],
      undefined,
      "$0.00 spent",
    ],
    [
      "what an earlier run ordered is not taken from the budget twice",
      { budget: 1_000_000 as never, committed: 210_000 as never },
      [
        { type: "step_started", step: id("shots.010.clip"), what: "resume" },
        processing("shots.010.clip", 10),
      ],
      undefined,
      "$0.00 spent · $0.21 reserved · $0.79 left of $1.00",
    ],
    [
      "what an earlier run ordered is collected, and not spent",
      {},
      [
        { type: "step_started", step: id("shots.010.clip"), what: "resume" },
        ended("shots.010.clip"),
        submitted("shots.040.clip"),
        ended("shots.040.clip"),
      ],
      undefined,
      "$0.21 spent · $0.21 collected",
    ],
    [
      "what is asked before a create is reserved with it",
      {},
      [{ type: "step_preparing", step: id("shots.010.lip_sync"), call: "identify_face" }],
      undefined,
      "$0.00 spent · $0.21 reserved",
    ],
    [
      "the tighter of two caps is named",
      { budget: 20_000_000 as never },
      [submitted("shots.010.clip")],
      500_000,
      "$0.00 spent · $0.21 reserved · $0.29 left of $0.50 (--max-cost)",
    ],
    [
      "in the sandbox there is none",
      { realm: "sandbox", budget: 20_000_000 as never },
      [submitted("shots.010.clip")],
      undefined,
      "sandbox: nothing is charged",
    ],
  ])("%s", (_, over, events, maxCost, expected) => {
    expect(money(over, events, maxCost)).toBe(expected);
  });

  test("an unknown price is counted and never zero", () => {
    const { create: _create, ...rest } = step("shots.010.clip");
    const plan = planOf([{ ...rest, estimate: { kind: "unknown", why: "no price" } }]);
    const event = submitted("shots.010.clip");
    const { reserved: _reserved, ...open } = event as Extract<RunEvent, { type: "step_submitted" }>;
    expect(lines(plan, [[0, open]]).at(-2)).toBe("$0.00 spent · $0.00 and 1 unknown price reserved");
  });
});

describe("time left", () => {
  const left = (plan: Plan, events: readonly (readonly [number, RunEvent])[]) =>
    lines(plan, events)
      .at(-1)
      ?.match(/about (.*?) left/)?.[1];
  const four = ["a", "b", "c", "d"].map((name) => step(`shots.${name}.clip`));

  test.each<readonly [string, Plan, readonly (readonly [number, RunEvent])[], string | undefined]>([
    [
      "is the work over the slots that the plan counts on",
      planOf(four, { expectedSeconds: 180 }),
      [],
      "3 min",
    ],
    [
      "shrinks as tasks go on",
      planOf(four, { expectedSeconds: 90 }),
      [
        [0, submitted("shots.a.clip")],
        [0, submitted("shots.b.clip")],
        [0, submitted("shots.c.clip")],
        [60, submitted("shots.d.clip")],
      ],
      "90 s",
    ],
    [
      "is the longest chain where that is longer",
      planOf(FILM.slice(1, 4), { expectedSeconds: 270 }),
      [],
      "5 min",
    ],
    [
      "goes on where a task is overdue",
      planOf(four.slice(0, 1), { expectedSeconds: 90 }),
      [
        [0, submitted("shots.a.clip")],
        [300, processing("shots.a.clip", 300)],
      ],
      "10 s",
    ],
    ["is make-believe in the sandbox, and not said", planOf(four, { realm: "sandbox" }), [], undefined],
  ])("%s", (_, plan, events, expected) => {
    expect(left(plan, events)).toBe(expected);
  });
});

describe("a shot", () => {
  /** The line of the shot that the first of the steps belongs to. */
  const row = (
    steps: readonly PlannedStep[],
    events: readonly RunEvent[],
    over: Partial<LiveOptions> = {},
  ) => {
    const all = lines(
      planOf(steps, { realm: "sandbox" }),
      events.map((event) => [0, event] as const),
      over,
    );
    return all.find((line) => line.slice(2).startsWith(steps[0]?.step.owner.id ?? ""));
  };
  const one = [step("shots.010.clip")];

  test.each<readonly [string, readonly PlannedStep[], readonly RunEvent[], string]>([
    ["that has not begun waits for its turn", one, [], "· 010  waits for a free slot"],
    [
      "that needs another says which",
      [FILM[4] ?? step("x.y.z"), step("images.mara")],
      [],
      "· 020   雨の夜の港  waits for mara",
    ],
    [
      "that needs one of several of its name says which",
      [FILM[4] ?? step("x.y.z"), step("images.mara"), step("voices.mara")],
      [],
      "· 020          雨の夜の港  waits for images.mara",
    ],
    [
      "that is spoken first says so",
      one,
      [{ type: "step_preparing", step: id("shots.010.clip"), call: "speech" }],
      "● 010  speaking the text",
    ],
    [
      "whose picture is taken here says so",
      [FRAME],
      [started("shots.010.frame")],
      "● 010  taking the picture",
    ],
    ["that is sent is starting", one, [started("shots.010.clip")], "● 010  starting"],
    [
      "that the vendor has not begun is submitted",
      one,
      [submitted("shots.010.clip")],
      "● 010  submitted 0:00",
    ],
    [
      "that the vendor works on says for how long",
      one,
      [submitted("shots.010.clip"), processing("shots.010.clip", 3725)],
      "● 010  processing 1:02:05",
    ],
    [
      "that comes in counts bytes, whether or not their number is known",
      one,
      [downloading("shots.010.clip", 48_000)],
      "● 010  downloading 48 kB",
    ],
    [
      "that the vendor is too busy for says so",
      one,
      [{ type: "step_waiting", step: id("shots.010.clip"), why: "busy" }],
      "● 010  the vendor is busy, trying again",
    ],
    [
      "that is finished collapses",
      FILM.slice(5, 8),
      ["", "@2", "@3"].map((take) => ended(`shots.030.clip${take}`)),
      "✓ 030  Engine room            done in 0 s · 3 takes",
    ],
    ["that failed says why", one, [failed("shots.010.clip", "no boats")], "✗ 010  failed: no boats"],
    [
      "whose chain broke says where",
      FILM.slice(1, 4),
      [
        ended("shots.010.clip"),
        failed("shots.010.extend", "too long"),
        ended("shots.010.lip_sync", {
          status: "blocked",
          because: { because: "upstream", steps: [id("shots.010.extend")] },
        }),
      ],
      "✗ 010  The ferry leaves  extend failed: too long",
    ],
    [
      "that was taken down names the shot that did",
      [FILM[4] ?? step("x.y.z"), step("images.mara")],
      [
        ended("shots.020.clip", {
          status: "blocked",
          because: { because: "upstream", steps: [id("images.mara")] },
        }),
      ],
      "✗ 020   雨の夜の港  blocked: waits for mara",
    ],
  ])("%s", (_, steps, events, expected) => {
    expect(row(steps, events, { columns: 80 })).toBe(expected);
  });

  test("that is kept takes no line, however many there are", () => {
    const many = Array.from({ length: 200 }, (_, index) => kept(`shots.s${index}.clip`));
    const plan = planOf([...many, step("shots.new.clip")]);
    expect(lines(plan, [[0, started("shots.new.clip")]])).toEqual([
      "● new  starting",
      "$0.00 spent",
      "0 of 201 steps · about 90 s left · 0:00 · Ctrl-C stops",
    ]);
  });

  test("that was blocked from the start is shown as such", () => {
    const steps = [stuck("shots.010.clip", { because: "over_budget", cap: "budget" })];
    const blocked: Outcome = { status: "blocked", because: { because: "over_budget", cap: "budget" } };
    expect(row(steps, [ended("shots.010.clip", blocked)])).toBe(
      "✗ 010  blocked: does not fit into the project's budget",
    );
  });
});

describe("more shots than lines", () => {
  const many = Array.from({ length: 40 }, (_, index) => step(`shots.s${index + 10}.clip`));
  const plan = planOf(many, { realm: "sandbox" });
  const name = (index: number) => `shots.s${index}.clip`;

  test("show what is at work and what failed, in film order, and count the rest", () => {
    const events = [
      ended(name(10)),
      failed(name(11), "no"),
      failed(name(12), "no"),
      ...[20, 21, 30].map((index) => started(name(index))),
    ];
    const shown = lines(
      plan,
      events.map((event) => [0, event] as const),
      { rows: 12 },
    );
    expect(shown.map((line) => line.slice(0, 5).trim())).toEqual([
      "✗ s11",
      "✗ s12",
      "· s13",
      "· s14",
      "● s20",
      "● s21",
      "● s30",
      "and",
      "sandb",
      "3 of",
    ]);
    expect(shown[7]).toBe("  and 33 more: 32 waiting, 1 done");
  });

  test("neither let what fails crowd out what is at work, nor the other way round", () => {
    const half = (from: number, event: (name: string) => RunEvent) =>
      Array.from({ length: 20 }, (_, index) => [0, event(name(from + index))] as const);
    const shown = lines(plan, [...half(10, (each) => failed(each, "no")), ...half(30, started)], {
      rows: 20,
    });
    const marks = shown.map((line) => line.slice(0, 1));
    expect(marks.filter((mark) => mark === "✗").length).toBeGreaterThanOrEqual(3);
    expect(marks.filter((mark) => mark === "●").length).toBeGreaterThanOrEqual(3);
  });
});

describe("a film of chains and pictures", () => {
  const picture = (name: string, of: string): PlannedStep => {
    const source = { kind: "step", id: id(of) } as const;
    return planned(
      name,
      {},
      { action: { kind: "frame", which: "last", source }, title: TITLES.get(owner(name)) ?? "" },
    );
  };
  const owner = (name: string) => name.split(".")[1] ?? "";
  const TITLES = new Map([
    ["010", "Low water"],
    ["080", "She says it"],
    ["110", "The next one"],
    ["120", "High water"],
  ]);
  const link = (name: string) => step(name, { title: TITLES.get(owner(name)) ?? "" });
  const plan = planOf(
    [
      step("images.anke-kitchen", { title: "Anke in the kitchen" }),
      link("shots.010.clip"),
      picture("shots.010.last-frame", "shots.010.clip"),
      link("shots.080.clip"),
      link("shots.080.lip_sync"),
      link("shots.110.clip"),
      picture("shots.110.last-frame", "shots.110.clip"),
      link("shots.110.extend"),
      link("shots.120.clip"),
    ],
    { realm: "sandbox" },
  );
  const events: readonly (readonly [number, RunEvent])[] = [
    [0, ended("images.anke-kitchen")],
    [0, started("shots.010.clip")],
    [0, ended("shots.010.clip")],
    [0, started("shots.010.last-frame")],
    [0, ended("shots.080.clip")],
    [1, submitted("shots.080.lip_sync")],
    [1, ended("shots.110.clip")],
    [1, ended("shots.110.last-frame")],
    [1, submitted("shots.110.extend")],
    [3, failed("shots.120.clip", "the vendor's content check refuses the prompt or an image")],
  ];

  test("has its chains in one column, and no title vanishes for one", () => {
    expect(lines(plan, events).join("\n")).toMatchInlineSnapshot(`
      "✓ anke-kitchen  Anke in the kitchen                    done in 0 s
      ● 010           Low water       ✓ clip → ● last-frame  taking the picture
      ● 080           She says it     ✓ clip → ● lip_sync    submitted 0:02
      ● 110           The next one    ✓ clip → ● extend      submitted 0:02
      ✗ 120           High water  failed: the vendor's content check refuses the pro…
      sandbox: nothing is charged
      5 of 7 steps · 0:03 · Ctrl-C stops"
    `);
  });

  test("in 40 columns says what is being made, and why something failed", () => {
    expect(lines(plan, events, { columns: 40, rows: 15 }).join("\n")).toMatchInlineSnapshot(`
      "✓ anke-kitchen  Anke in…  done in 0 s
      ● 010           Low wat…  picture
      ● 080           lip_sync  0:02
      ● 110           extend    0:02
      ✗ 120           High water  task failed
      sandbox: nothing is charged
      5 of 7 steps · 0:03 · Ctrl-C stops"
    `);
  });

  test("in 20 columns says at least how it goes", () => {
    expect(lines(plan, events, { columns: 20 }).join("\n")).toMatchInlineSnapshot(`
      "✓ anke-…  done
      ● 010     picture
      ● 080     0:02
      ● 110     0:02
      ✗ 120     failed
      sandbox: nothing i…
      5 of 7 steps · 0:03"
    `);
  });
});

describe("what there is no room for", () => {
  const many = Array.from({ length: 20 }, (_, index) => step(`shots.s${index + 10}.clip`));
  const plan = planOf(many, { realm: "sandbox" });
  const at = (index: number) => `shots.s${index + 10}.clip`;
  const mixed: readonly (readonly [number, RunEvent])[] = [
    ...Array.from({ length: 12 }, (_, index) => [index, ended(at(index))] as const),
    ...Array.from({ length: 3 }, (_, index) => [20, failed(at(12 + index), "no")] as const),
    ...Array.from({ length: 3 }, (_, index) => [20, started(at(15 + index))] as const),
  ];

  test.each<readonly [columns: number, line: string]>([
    [80, "  and 17 more: 2 failed, 1 at work, 2 waiting, 12 done"],
    [50, "  and 2 failed, 1 at work, 2 waiting, 12 done"],
    [40, "  and 17 more: 2 ✗ 1 ● 2 · 12 ✓"],
    [20, "  2 ✗ 1 ● 2 · 12 ✓"],
  ])("in %i columns is counted in full", (columns, line) => {
    expect(lines(plan, mixed, { columns, rows: 8 }).at(-3)).toBe(line);
  });

  test("leaves the rows to what is at work, then to what ended last", () => {
    const most = [
      ...mixed.slice(0, 12),
      ...[12, 13, 14, 15, 16, 17, 18].map((each) => [30, ended(at(each))] as const),
    ];
    const shown = lines(plan, [...most, [31, started(at(19))]], { columns: 40, rows: 15 });
    expect(shown).toHaveLength(13);
    expect(shown.map((line) => line.slice(0, 5))).toEqual([
      ...[20, 21, 22, 23, 24, 25, 26, 27, 28].map((each) => `✓ s${each}`),
      "● s29",
      "  and",
      "sandb",
      "19 of",
    ]);
  });
});

test("no line is wider than the terminal, and there are never more than its rows less two", () => {
  const hostile = "\u001b[2J雨\u202e👩‍🎬 e\u0301\t\u0007\n";
  const plan = planOf([
    ...FILM,
    ...Array.from({ length: 12 }, (_, index) =>
      step(`shots.${hostile}${index}.clip`, { title: hostile.repeat(9) }),
    ),
  ]);
  const events = [...MIDDLE, [105, failed("shots.040.clip", hostile.repeat(20))] as const];
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom<Plan["realm"]>("kling", "sandbox"),
      (columns, rows, realm) => {
        const shown = lines({ ...plan, realm, budget: 99_000_000 as never }, events, { columns, rows });
        expect(shown.length).toBeLessThanOrEqual(Math.max(0, rows - 2));
        for (const line of shown) {
          expect(columnsOf(line)).toBeLessThan(columns);
          // eslint-disable-next-line no-control-regex
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u200d]/);
        }
      },
    ),
  );
});

test("a step that the shown plan had not is let pass", () => {
  const plan = planOf([step("shots.010.clip")], { realm: "sandbox" });
  expect(lines(plan, [[0, started("shots.999.clip")]])[0]).toBe("· 010  waits for a free slot");
});
