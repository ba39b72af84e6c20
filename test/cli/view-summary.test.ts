import { describe, expect, test } from "vitest";
import { columnsOf } from "../../src/cli/layout.js";
import { runSummary, type SummaryOptions } from "../../src/cli/view-summary.js";
import { outcomeNote } from "../../src/show/outcome-text.js";
import type { Drift, Outcome, Plan, PlannedStep, RenderReport } from "../../src/index.js";
import { id, kept, PLAIN, planned, planOf } from "./fixtures.js";

const ARTIFACT = { sha256: "a".repeat(64), size: 1, type: "video/mp4" } as never;
const BILLED = { kind: "billed", usd: 210_000 as never } as const;

const rendered = (name: string, over: Partial<Extract<Outcome, { status: "rendered" }>> = {}): Outcome => ({
  status: "rendered",
  artifact: ARTIFACT,
  output: `renders/final/${name}.mp4`,
  billed: BILLED,
  flags: [],
  ...over,
});
const FAILED: Outcome = {
  status: "failed",
  diagnostic: {
    code: "run/task-failed",
    severity: "error",
    message: "the task failed",
    why: "a \u001b[31mred\u202e reason",
    help: "run render again",
  },
  retry: "paid",
  billed: "unknown",
};

type Ended = readonly [planned: PlannedStep, outcome: Outcome];

function summary(
  ends: readonly Ended[],
  over: Partial<SummaryOptions & Pick<Plan, "realm"> & { spent: number; interrupted: boolean }> = {},
): string {
  const { realm = "kling", spent = 210_000, interrupted = false, ...options } = over;
  const report: Extract<RenderReport, { status: "ran" }> = {
    status: "ran",
    plan: planOf(
      ends.map(([each]) => each),
      { realm },
    ),
    diagnostics: [],
    exit: 1,
    outcomes: ends.map(([{ step }, outcome]) => ({ step: step.id, outcome })),
    spent: spent as never,
    interrupted,
  };
  return runSummary(report, {
    paint: PLAIN,
    columns: 80,
    shots: true,
    again: "klingmake render --profile final",
    ...options,
  });
}

const drift = (kind: "within" | "above" | "below", by: number, more: object = {}): Drift =>
  ({ kind, in: "units", unit: "video", billed: 1750, low: 1500, high: 1500, by, ...more }) as never;

/** A step whose output is where its outcome says. */
const step = (name: string, title?: string): PlannedStep => {
  const shot = name.split(".")[1] ?? "";
  return planned(
    name,
    {},
    { output: `renders/final/${shot}.mp4`, ...(title === undefined ? {} : { title }) },
  );
};

describe("the end of a run", () => {
  test("of one shot is two lines: where it lies, and what it cost", () => {
    expect(summary([[step("shots.010.clip", "The ferry leaves"), rendered("010")]], { seconds: 72 })).toBe(
      `✓ 010  The ferry leaves  rendered  renders/final/010.mp4
1 rendered in 72 s; $0.21 spent
`,
    );
  });

  test("says of every shot what came of it, then what went wrong and what to do, then counts and money", () => {
    const upstream: Outcome = {
      status: "blocked",
      because: { because: "upstream", steps: [id("shots.020.clip")] },
    };
    const ends: readonly Ended[] = [
      [step("shots.010.clip", "The ferry leaves"), rendered("010")],
      [step("shots.020.clip", "雨の夜の港"), FAILED],
      [step("shots.030.clip"), upstream],
      [
        step("shots.040.clip"),
        { status: "restored", artifact: ARTIFACT, output: "renders/final/040.mp4", from: "store" },
      ],
      [kept("shots.050.clip"), { status: "kept", artifact: ARTIFACT }],
      [
        step("shots.060.clip"),
        { status: "unknown", reference: "km1-x" as never, why: "the answer was lost" },
      ],
    ];
    expect(summary(ends, { seconds: 130 })).toMatchInlineSnapshot(`
      "✓ 010  The ferry leaves  rendered  renders/final/010.mp4
      ✗ 020  雨の夜の港        failed
      ✗ 030                    blocked   waits for shots.020.clip
      ✓ 040                    restored  renders/final/040.mp4
      ✗ 060                    unknown

      error[run/task-failed]: the task failed
        why: a �[31mred� reason
        help: run render again

      shots.060.clip unknown: the answer was lost
          the vendor may have taken it: klingmake reconcile asks for it at no cost;
          reference km1-x

      1 rendered, 1 restored, 1 kept, 1 failed, 1 blocked, 1 unknown in 2 min 10 s;
      $0.21 spent, $0.21 saved by what was kept
      "
    `);
  });

  test("names the last clip of a chain and counts the other takes and links", () => {
    const take = (name: string) => {
      const base = step(name);
      return { ...base, step: { ...base.step, name: "clip", candidate: name.includes("@") } };
    };
    const ends: readonly Ended[] = [
      [take("shots.030.clip"), rendered("030")],
      [take("shots.030.clip@2"), rendered("030")],
      [take("shots.030.clip@3"), rendered("030")],
    ];
    expect(summary(ends).split("\n")[0]).toBe("✓ 030  rendered  renders/final/030.mp4 and 2 more");
  });

  test("in 40 columns keeps every line within them", () => {
    const ends: readonly Ended[] = [
      [step("shots.long-name.clip", "The ferry leaves the pier, slowly"), rendered("long-name")],
      [step("shots.020.clip"), FAILED],
    ];
    const lines = summary(ends, { columns: 40, seconds: 30 }).split("\n");
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(40);
    expect(lines[0]).toBe("✓ long-name  The ferry leav…  rendered");
    expect(lines[1]).toBe("  renders/final/long-name.mp4");
  });

  test.each<readonly [columns: number, lines: readonly string[]]>([
    [
      80,
      [
        "✓ 010  The ferry  rendered  renders/final/stills/a-rather-long-name-t2.png",
        "✗ 020  Harbour    failed at lip_sync",
        "✗ 030             blocked   waits for shots.020.lip_sync",
      ],
    ],
    [
      60,
      [
        "✓ 010  The ferry  rendered",
        "  renders/final/stills/a-rather-long-name-t2.png",
        "✗ 020  Harbour    failed at lip_sync",
        "✗ 030             blocked   waits for shots.020.lip_sync",
      ],
    ],
    [
      40,
      [
        "✓ 010  The ferry  rendered",
        "renders/final/stills/a-rather-long-name-t2.png",
        "✗ 020  Harbour    failed at lip_sync",
        "✗ 030             blocked",
        "  waits for shots.020.lip_sync",
      ],
    ],
    [
      20,
      [
        "✓ 010  rendered",
        "renders/final/stills/a-rather-long-name-t2.png",
        "✗ 020  failed at li…",
        "✗ 030  blocked",
        "  waits for",
        "  shots.020.lip_sync",
      ],
    ],
  ])(
    "in %i columns cuts no step's name where there is room, and never breaks a path",
    (columns, expected) => {
      const output = "renders/final/stills/a-rather-long-name-t2.png";
      const link = (name: string, wish: object) => planned(name, {}, { title: "Harbour", ...wish });
      const ends: readonly Ended[] = [
        [planned("shots.010.clip", {}, { output, title: "The ferry" }), rendered("010")],
        [link("shots.020.clip", {}), rendered("020")],
        [link("shots.020.lip_sync", { needs: ["shots.020.clip"] }), FAILED],
        [
          step("shots.030.clip"),
          { status: "blocked", because: { because: "upstream", steps: [id("shots.020.lip_sync")] } },
        ],
      ];
      const lines = summary(ends, { columns }).split("\n");
      expect(lines.slice(0, lines.indexOf(""))).toEqual(expected);
    },
  );

  test("counts the files of a shot whose path needs a line of its own", () => {
    const take = (name: string) => {
      const base = step(name);
      return { ...base, step: { ...base.step, name: "clip", candidate: name.includes("@") } };
    };
    const ends: readonly Ended[] = [
      [take("shots.a-long-name.clip"), rendered("a")],
      [take("shots.a-long-name.clip@2"), rendered("a")],
    ];
    expect(summary(ends, { columns: 40 }).split("\n").slice(0, 2)).toEqual([
      "✓ a-long-name  rendered, 2 files",
      "  renders/final/a-long-name.mp4",
    ]);
  });

  test("folds a long film, and says where it lies", () => {
    const ends = Array.from({ length: 40 }, (_, index): Ended => {
      const name = `s${index}`;
      return [step(`shots.${name}.clip`), index === 7 ? FAILED : rendered(name)];
    });
    const lines = summary(ends).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "✗ s7  failed",
      "39 more shots rendered or restored, under renders/final/",
    ]);
  });

  test("folds a whole film with all that is in it", () => {
    const names = ["images.mara", "voices.mara", "elements.mara", "elements.fox", "sounds.horn"];
    const shots = Array.from({ length: 30 }, (_, index) => `shots.s${index}.clip`);
    const ends = [...names, ...shots].map((name): Ended => [step(name), rendered(name)]);
    expect(summary(ends, { columns: 120 }).split("\n")[0]).toBe(
      "1 still, 1 sound, 1 voice, 2 elements and 30 shots rendered or restored, under renders/final/",
    );
  });

  test("tells entries of one name apart by their parts of the manifest", () => {
    const ends = ["images.mara", "voices.mara", "shots.010.clip"].map((name): Ended => [step(name), FAILED]);
    expect(summary(ends).split("\n").slice(0, 3)).toEqual([
      "✗ images.mara  failed",
      "✗ voices.mara  failed",
      "✗ 010          failed",
    ]);
  });

  test("says once what went wrong with several shots in the same words", () => {
    const text = summary([
      [step("shots.010.clip"), FAILED],
      [step("shots.020.clip"), FAILED],
    ]);
    expect(text.match(/^error\[/gm)).toHaveLength(1);
    expect(text).toContain("2 failed");
  });

  test("leaves out the shots where their events were printed", () => {
    expect(summary([[step("shots.010.clip"), rendered("010")]], { shots: false })).toBe(
      "1 rendered; $0.21 spent\n",
    );
  });

  test("says that money is a guess where the vendor did not name it, and what was saved", () => {
    const ends: readonly Ended[] = [
      [step("shots.010.clip"), rendered("010", { billed: { kind: "unknown" } })],
      [kept("shots.020.clip"), { status: "kept", artifact: ARTIFACT }],
    ];
    expect(summary(ends, { shots: false })).toBe(
      "1 rendered, 1 kept; about $0.21 spent, $0.21 saved by what was kept\n",
    );
  });

  test("in the sandbox names no money", () => {
    const ends: readonly Ended[] = [
      [step("shots.010.clip"), rendered("010")],
      [kept("shots.020.clip"), { status: "kept", artifact: ARTIFACT }],
    ];
    expect(summary(ends, { shots: false, realm: "sandbox" })).toBe(
      "1 rendered, 1 kept; nothing spent (sandbox)\n",
    );
  });

  test("tells what it ordered from what an earlier run had ordered", () => {
    const { create: _create, ...ordered } = step("shots.020.clip");
    const resumed = (more: object = {}): PlannedStep => {
      const attempt = { attempt: 1, reference: "km1-x", ...more } as never;
      return { ...ordered, decision: { kind: "resume", attempt, mayCreate: false } };
    };
    const collected = rendered("020", { billed: { kind: "billed", usd: 770_000 as never } });
    const made: Ended = [step("shots.010.clip"), rendered("010")];
    const ends: readonly Ended[] = [made, [resumed(), collected]];
    const both = "2 rendered; $0.21 spent now, $0.77 collected (ordered before)\n";
    expect(summary(ends, { shots: false, spent: 980_000 })).toBe(both);
    // What the account turned out to have is no part of what is known to be spent.
    const found: readonly Ended[] = [made, [resumed({ found: true }), collected]];
    expect(summary(found, { shots: false, spent: 210_000 })).toBe(both);
    expect(summary(ends.slice(1), { shots: false, spent: 770_000 })).toBe(
      "1 rendered; nothing spent, $0.77 collected (ordered before)\n",
    );
  });

  test("counts pictures out of clips beside what was rendered", () => {
    const source = { kind: "step", id: id("shots.010.clip") } as const;
    const picture = (name: string) =>
      planned(name, {}, { action: { kind: "frame", which: "last", source }, needs: ["shots.010.clip"] });
    const { output: _output, ...taken } = rendered("010") as Extract<Outcome, { status: "rendered" }>;
    const ends: readonly Ended[] = [
      [step("shots.010.clip"), rendered("010")],
      [picture("shots.010.last-frame"), taken],
      [picture("shots.020.last-frame"), { status: "interrupted", underWay: true }],
    ];
    expect(summary(ends, { interrupted: true })).toMatchInlineSnapshot(`
      "✓ 010  rendered  renders/final/010.mp4
      1 rendered, 1 picture taken; $0.21 spent
      stopped: no step is under way at the vendor; to go on:
        klingmake render --profile final
      "
    `);
  });

  test("shows a clip that is not quite what was asked", () => {
    const flags = ["asked for 5 s, is 3.00 s long"];
    expect(summary([[step("shots.010.clip"), rendered("010", { flags })]])).toContain(
      "asked for 5 s, is 3.00 s long\n",
    );
  });
});

test("a stopped run says what is under way, what was not begun, and how to go on", () => {
  const ends: readonly Ended[] = [
    [step("shots.010.clip"), rendered("010")],
    [step("shots.020.clip"), { status: "interrupted", underWay: true }],
    [step("shots.030.clip"), { status: "interrupted", underWay: false }],
    [step("images.mara"), { status: "interrupted", underWay: false }],
  ];
  expect(summary(ends, { interrupted: true, seconds: 6 })).toMatchInlineSnapshot(`
    "✓ 010  rendered  renders/final/010.mp4
    ● 020  under way
    nothing was begun of 1 still and 1 shot
    1 rendered, 1 under way, 2 steps not started in 6 s; $0.21 spent
    stopped: 1 task is under way at the vendor and will be collected, not ordered
    again; to go on:
      klingmake render --profile final
    "
  `);
  expect(summary(ends, { interrupted: true, realm: "sandbox" })).toContain("under way in the sandbox");
});

describe("bills that are not as expected", () => {
  const ends: readonly Ended[] = [
    [step("shots.010.clip"), rendered("010", { drift: drift("above", 250) })],
    [step("shots.020.clip"), rendered("020", { drift: drift("above", 500) })],
    [step("shots.030.clip"), rendered("030", { drift: drift("below", 70_000, { in: "usd" }) })],
    [step("shots.040.clip"), rendered("040", { drift: drift("within", 0) })],
  ];

  test("are summed up in one line, units and money apart", () => {
    expect(summary(ends, { shots: false })).toContain(
      "billed otherwise than expected: 0.75 video units more (2 steps) and $0.07 less\n(1 step); klingmake cost shows it\n",
    );
  });

  test("are not spoken of where all is as expected, or nothing was really billed", () => {
    expect(summary(ends.slice(3))).not.toContain("expected");
    expect(summary(ends, { realm: "sandbox" })).not.toContain("expected");
  });

  test.each<[string, Partial<Extract<Outcome, { status: "rendered" }>>, string]>([
    ["as expected", { drift: drift("within", 0) }, "billed 1.75 units"],
    ["for the clip's own length", { drift: drift("within", 0, { seconds: 6 }) }, "billed 1.75 units for 6 s"],
    ["more", { drift: drift("above", 250) }, "billed 1.75 units, 0.25 units more than expected"],
    ["less", { drift: drift("below", 1000) }, "billed 1.75 units, 1 unit less than expected"],
    ["nothing", { billed: { kind: "not_billed" }, drift: drift("below", 1500) }, "billed nothing"],
  ])("stand at the step's own line: %s", (_what, over, text) => {
    const outcome = rendered("010", { billed: { kind: "billed", units: 1750 as never }, ...over });
    expect(outcomeNote(outcome, id("shots.010.clip"))).toBe(`renders/final/010.mp4 · ${text}`);
  });
});
