import { describe, expect, test } from "vitest";
import type { LiveArea } from "../../src/cli/io.js";
import { watchRun, type ProgressOptions } from "../../src/cli/progress.js";
import type { Outcome, RunEvent } from "../../src/index.js";
import { id, PLAIN, planned, planOf } from "./fixtures.js";

const A = id("shots.010.clip");
const B = id("shots.020.clip");
const ARTIFACT = { sha256: "a".repeat(64), size: 1, type: "video/mp4" } as never;
const RENDERED: Extract<Outcome, { status: "rendered" }> = {
  status: "rendered",
  artifact: ARTIFACT,
  output: "renders/010.mp4",
  billed: { kind: "billed", usd: 210_000 as never },
  flags: [],
};
const FAILED: Outcome = {
  status: "failed",
  diagnostic: {
    code: "run/task-failed",
    severity: "error",
    message: "the task failed",
    why: "a \u001b[31mred\u202e reason",
  },
  retry: "paid",
  billed: "unknown",
};

const RUN: readonly RunEvent[] = [
  { type: "run_started", digest: "d" as never, profile: "final", realm: "kling", steps: 3, creates: 2 },
  { type: "step_started", step: A, what: "render" },
  { type: "step_waiting", step: A, why: "busy", seconds: 5 },
  { type: "step_waiting", step: A, why: "busy", seconds: 5 },
  { type: "step_submitted", step: A, reference: "km1-a" as never, task: "t1" as never, adopted: false },
  { type: "step_submitted", step: B, reference: "km1-b" as never, task: "t2" as never, adopted: true },
  { type: "step_processing", step: A, status: "processing", elapsedSeconds: 10, expectedSeconds: 90 },
  { type: "step_processing", step: A, status: "processing", elapsedSeconds: 65, expectedSeconds: 90 },
  { type: "step_processing", step: A, status: "processing", elapsedSeconds: 70, expectedSeconds: 90 },
  { type: "step_downloading", step: A, bytes: 1_000_000, total: 90_000_000 },
  { type: "step_downloading", step: A, bytes: 40_000_000, total: 90_000_000 },
  { type: "step_downloading", step: A, bytes: 41_000_000, total: 90_000_000 },
  { type: "step_ended", step: A, outcome: RENDERED },
  { type: "step_ended", step: B, outcome: FAILED },
  { type: "step_ended", step: id("shots.030.clip"), outcome: { status: "kept", artifact: ARTIFACT } },
  { type: "notice", message: "a line of the journal was set aside\u0007" },
  { type: "run_ended", spent: 210_000 as never, interrupted: false },
];

test("a failed attempt that another one follows is told with its reason and its bill", () => {
  const retrying: RunEvent = {
    type: "step_retrying",
    step: A,
    failed: 1,
    attempt: 2,
    why: "a \u001b[31mred\u202e reason",
    billed: { kind: "billed", units: 500 as never },
    spent: 70_000 as never,
  };
  const submitted = RUN[4] as RunEvent;
  const { progress, text } = watch([submitted, retrying]);
  const line = text().split("\n")[1] ?? "";
  expect(line).toMatch(
    /^retrying {5}shots\.010\.clip {2}attempt 1 failed \(a .*red.* reason; the vendor charged 0\.5 units all the same\); attempt 2 follows$/,
  );
  // oxlint-disable-next-line no-control-regex
  expect(line).not.toMatch(/[\u001b\u202e]/);
  expect(progress.underWay()).toEqual([]);
});

function watch(events: readonly RunEvent[], over: Partial<ProgressOptions> = {}) {
  let text = "";
  const progress = watchRun({
    write: (piece) => void (text += piece),
    paint: PLAIN,
    verbose: false,
    quiet: false,
    now: () => 0,
    ...over,
  });
  for (const event of events) progress.emit(event);
  return { progress, text: () => text };
}

describe("without a terminal", () => {
  test("a run is one plain line for each event that is worth one", () => {
    expect(watch(RUN).text()).toMatchInlineSnapshot(`
      "waiting      shots.010.clip  the vendor is busy, again in 5 s
      submitted    shots.010.clip
      adopted      shots.020.clip  found at the vendor, not ordered again
      rendering    shots.010.clip  for 65 s of about 1 min 30 s
      downloading  shots.010.clip  40.0 MB of 90.0 MB
      rendered     shots.010.clip  renders/010.mp4 · billed $0.21
      failed       shots.020.clip  a �[31mred� reason
      a line of the journal was set aside�
      "
    `);
  });

  test("quiet leaves notices only", () => {
    expect(watch(RUN, { quiet: true }).text()).toBe("a line of the journal was set aside\u{fffd}\n");
  });

  test("verbose adds what was left out", () => {
    const text = watch(RUN, { verbose: true }).text();
    expect(text).toContain("render       shots.010.clip\n");
    expect(text).toContain("task t1");
    expect(text).toContain("kept         shots.030.clip\n");
  });

  test("what is under way is known at any moment", () => {
    expect(watch(RUN.slice(0, 7)).progress.underWay()).toEqual([A, B]);
    expect(watch(RUN).progress.underWay()).toEqual([]);
  });

  test("a frame that is made here is said to be free", () => {
    const { progress, text } = watch([]);
    const frame = planned("shots.010.last-frame");
    const source = { kind: "step", id: A } as const;
    const action = { kind: "frame", which: "last", source } as const;
    progress.plan(planOf([{ ...frame, step: { ...frame.step, action } }]));
    const { output: _output, ...made } = RENDERED;
    progress.emit({ type: "step_ended", step: frame.step.id, outcome: made });
    expect(text()).toBe("rendered     shots.010.last-frame  made here, free\n");
  });

  test("no line carries anything that moves a cursor", () => {
    const hostile = "\u001b[2J\u202e\r\u0007\u009b3J";
    const events: readonly RunEvent[] = [
      { type: "notice", message: hostile },
      { type: "step_submitted", step: A, reference: hostile as never, task: hostile as never, adopted: true },
      { type: "step_ended", step: A, outcome: { ...RENDERED, output: hostile } },
      { type: "step_ended", step: B, outcome: { status: "unknown", reference: "r" as never, why: hostile } },
    ];
    const { text } = watch(events, { verbose: true });
    expect(text().split("\n")).toHaveLength(5);
    // eslint-disable-next-line no-control-regex
    expect(text().replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

/** A run before a terminal whose clock is moved by hand. */
function live(over: Partial<ProgressOptions> = {}) {
  const calls: string[] = [];
  let nowMs = 0;
  let changed = () => {};
  let tick = () => {};
  const area: LiveArea = {
    size: () => ({ columns: 60, rows: 24 }),
    draw: (lines) => void calls.push(lines.join("\n")),
    clear: () => void calls.push("clear"),
    forget: () => undefined,
  };
  const { progress } = watch([], {
    live: (onChange) => {
      changed = onChange;
      return area;
    },
    everySecond: (each) => {
      tick = each;
      return () => void calls.push("stopped ticking");
    },
    now: () => nowMs,
    write: (text) => void calls.push(text.trimEnd()),
    ...over,
  });
  progress.plan(planOf([planned(A), planned(B)]));
  return {
    calls,
    progress,
    at(seconds: number, ...events: readonly RunEvent[]) {
      nowMs = seconds * 1000;
      for (const event of events) progress.emit(event);
    },
    changed: () => changed(),
    tick: () => tick(),
  };
}

describe("with a terminal", () => {
  const started: RunEvent = { type: "step_started", step: A, what: "render" };
  const [begin = started] = RUN;

  test("nothing is drawn before something is being done", () => {
    const { calls, at } = live();
    at(0, begin);
    expect(calls).toEqual([]);
    at(0, started);
    expect(calls).toEqual([expect.stringContaining("● 010  starting")]);
  });

  test("events are shown and not printed, unless everything is wanted", () => {
    const submitted = RUN[4] ?? started;
    const some = live();
    some.at(0, begin, started);
    some.at(1, submitted);
    expect(some.calls.join("\n")).not.toMatch(/^submitted/m);
    expect(some.calls.at(-1)).toContain("● 010  submitted 0:00");
    const all = live({ verbose: true });
    all.at(0, begin, started);
    all.at(1, submitted);
    expect(all.calls).toContain("submitted    shots.010.clip  task t1");
  });

  test("a notice is written above the cleared drawing, which is drawn again below it", () => {
    const { calls, at } = live();
    at(0, begin, started);
    calls.length = 0;
    at(0, { type: "notice", message: "something is odd" });
    expect(calls).toEqual(["clear", "something is odd", expect.stringContaining("● 010")]);
  });

  test("time goes on without events, and another size is drawn at once", () => {
    const { calls, at, tick, changed } = live();
    at(0, begin, started);
    at(7);
    tick();
    expect(calls.at(-1)).toContain("0:07");
    at(8);
    changed();
    expect(calls.at(-1)).toContain("0:08");
  });

  test("bursts of events are drawn once", () => {
    const { calls, at } = live();
    at(0, begin, started);
    const before = calls.length;
    for (let bytes = 0; bytes < 100; bytes++) at(0.01, { type: "step_downloading", step: A, bytes });
    expect(calls).toHaveLength(before);
  });

  test("a person who stops it sees that it stops", () => {
    const { calls, at, progress } = live();
    at(0, begin, started);
    progress.stopping();
    expect(calls.at(-1)).toMatch(/stopping/);
  });

  test("the end leaves the terminal clear, once, and draws no more", () => {
    const { calls, at, progress, tick } = live();
    at(0, begin, started);
    calls.length = 0;
    progress.done();
    progress.done();
    tick();
    progress.say("after the end\n");
    expect(calls).toEqual(["clear", "stopped ticking", "after the end"]);
    expect(progress.seconds()).toBe(0);
  });

  test("quiet draws nothing", () => {
    const { calls, at, progress } = live({ quiet: true });
    at(0, begin, started);
    expect(calls).toEqual([]);
    expect(progress.isLive).toBe(false);
  });
});
