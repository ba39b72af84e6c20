import { describe, expect, test } from "vitest";
import type { LiveArea } from "../../src/cli/io.js";
import { watchRun, type ProgressOptions } from "../../src/cli/progress.js";
import { liveLines } from "../../src/cli/view-progress.js";
import { runSummary } from "../../src/cli/view-outcome.js";
import type { Outcome, RunEvent } from "../../src/index.js";
import { id, PLAIN } from "./fixtures.js";

const A = id("shots.010.clip");
const B = id("shots.020.clip");
const ARTIFACT = { sha256: "a".repeat(64), size: 1, type: "video/mp4" } as never;
const RENDERED: Outcome = {
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

function watch(events: readonly RunEvent[], over: Partial<ProgressOptions> = {}) {
  let text = "";
  const progress = watchRun({
    write: (piece) => void (text += piece),
    paint: PLAIN,
    columns: 80,
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
});

describe("with a terminal", () => {
  test("live lines tell who is at work for how long, and fit the terminal", () => {
    const doing = new Map([
      [A, { phase: "rendering", since: 0, said: 0, expectedSeconds: 90 } as const],
      [B, { phase: "downloading", since: 0, said: 0, bytes: 4e6, total: 9e6 } as const],
      [id("shots.030.clip"), { phase: "waiting", since: 0, said: 0, waits: "slot" } as const],
    ]);
    const lines = liveLines({ doing, steps: 5, ended: 2, seconds: 48 }, 48_000, {
      paint: PLAIN,
      columns: 60,
    });
    expect(lines).toEqual([
      "rendering    shots.010.clip  48 s of about 1 min 30 s",
      "downloading  shots.020.clip  4.0 MB of 9.0 MB",
      "2 of 5 steps done · 1 waiting · 48 s · Ctrl-C stops",
    ]);
  });

  test("lines are written above a cleared area, and the end leaves it clear", async () => {
    const calls: string[] = [];
    const area: LiveArea = {
      draw: (lines) => void calls.push(`draw ${lines.length}`),
      clear: () => void calls.push("clear"),
      done: () => void calls.push("done"),
    };
    const opened = Promise.resolve(area);
    const { progress } = watch(RUN.slice(0, 2), {
      live: () => opened,
      write: (text) => void calls.push(text.trimEnd()),
    });
    await opened;
    progress.emit({
      type: "step_submitted",
      step: A,
      reference: "r" as never,
      task: "t" as never,
      adopted: false,
    });
    progress.done();
    progress.done();
    expect(calls).toEqual(["draw 2", "clear", "submitted    shots.010.clip", "draw 2", "clear", "done"]);
  });

  test("a terminal that cannot be drawn on leaves plain lines", async () => {
    const broken = Promise.reject(new Error("no terminal"));
    const { progress, text } = watch(RUN.slice(0, 5), { live: () => broken });
    await broken.catch(() => undefined);
    progress.done();
    expect(text()).toContain("submitted    shots.010.clip\n");
  });

  test("the sandbox's own pace is not compared with the vendor's", async () => {
    const drawn: string[] = [];
    const area: LiveArea = {
      draw: (lines) => void drawn.push(...lines),
      clear: () => undefined,
      done: () => undefined,
    };
    const opened = Promise.resolve(area);
    const events = RUN.map((event) =>
      event.type === "run_started" ? { ...event, realm: "sandbox" as const } : event,
    );
    const { progress } = watch(events.slice(0, 7), { live: () => opened });
    await opened;
    progress.say("");
    expect(drawn.join("\n")).toMatch(/rendering {4}shots\.010\.clip  \d+ s\n/);
  });
});

describe("the summary", () => {
  const ran = (outcomes: readonly (readonly [typeof A, Outcome])[], interrupted = false) => ({
    status: "ran" as const,
    diagnostics: [],
    exit: 1 as const,
    outcomes: outcomes.map(([step, outcome]) => ({ step, outcome })),
    spent: 210_000 as never,
    interrupted,
  });

  test("repeats what went wrong with what to do, then counts", () => {
    const report = ran([
      [A, RENDERED],
      [B, FAILED],
      [id("shots.030.clip"), { status: "blocked", because: { because: "upstream", steps: [B] } }],
      [id("shots.040.clip"), { status: "unknown", reference: "km1-x" as never, why: "the answer was lost" }],
    ]);
    expect(runSummary(report, false, PLAIN, 80)).toMatchInlineSnapshot(`
      "
      error[run/task-failed]: the task failed
        why: a �[31mred� reason
      shots.040.clip unknown: the answer was lost
          the vendor may have taken it: run render again to ask; reference km1-x

      1 rendered, 1 failed, 1 blocked, 1 unknown; $0.21 spent
      "
    `);
  });

  test("of an interrupted run says what is left at the vendor", () => {
    const report = ran(
      [
        [A, { status: "interrupted", underWay: true }],
        [B, { status: "interrupted", underWay: false }],
      ],
      true,
    );
    expect(runSummary(report, true, PLAIN, 80)).toMatchInlineSnapshot(`
      "2 interrupted; nothing spent (sandbox)
      stopped: 1 task is under way at the vendor; run render again to go on
      "
    `);
  });
});
