/** Steps on the page, one for each way in which a plan can have decided: a planned step in, what is shown of it out. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Past, PlannedStep } from "../../src/index.js";
import { isSame } from "../../src/page/same.js";
import { stepView } from "../../src/page/step-view.js";
import { openBoard } from "../../src/show/run-board.js";
import type { RunEvent } from "../../src/run/event.js";
import { id, kept, planned, planOf, stuck } from "../cli/fixtures.js";

const SHA = "ab".repeat(32);
const artifact = (type = "video/mp4") => ({ sha256: SHA, size: 1, type });

/** What was there: a rendering of another prompt, whose bytes the store has. */
function past(
  over: { readonly held?: boolean; readonly type?: string; readonly prompt?: string } = {},
): Past {
  const { held = true, type, prompt = "tight, the ferry leaves" } = over;
  const rendering = {
    key: "o".repeat(64),
    inputs: { key: 1, realm: "kling", action: { kind: "text_to_video", model: "kling-2.5-turbo", prompt } },
    artifact: artifact(type),
    held,
  };
  return {
    renderings: new Map([["shots.010.clip", rendering]]),
    expectedSeconds: new Map([["shots.010.clip", 90]]),
    held: new Set(held ? [SHA] : []),
    remarks: new Map(),
    money: { spent: 0, reserved: 0 },
  } as unknown as Past;
}

const clip = (over: Partial<PlannedStep> = {}) => planned("shots.010.clip", over);
const decided = (decision: unknown, over: object = {}): PlannedStep => ({
  ...kept("shots.010.clip", { decision } as Partial<PlannedStep>),
  ...over,
});

const view = (step: PlannedStep, before?: Past, events: readonly RunEvent[] = []) => {
  const board = openBoard(planOf([step]));
  for (const event of events) board.take(event, 5_000);
  const standing = events.length === 0 ? undefined : board.standings.get(step.step.id);
  return stepView(step, {
    past: before,
    byId: new Map([[step.step.id, step]]),
    root: "/film",
    ...(standing === undefined ? {} : { standing }),
    failed: false,
    candidate: false,
  });
};

const attempt = (state: string, over: object = {}) => ({
  step: "shots.010.clip",
  state,
  started: "2026-11-22T12:00:00.000Z",
  ...over,
});
const SINCE = Date.UTC(2026, 10, 22, 12);

describe("a step on the page", () => {
  it.each([
    [
      "kept",
      kept("shots.010.clip"),
      undefined,
      { decision: "keep", state: "fresh", price: { words: "$0.21" } },
    ],
    [
      "to be rendered because of words and values that are marked beside it",
      clip({
        reason: {
          because: "changed",
          changes: [
            { field: "prompt", from: "a boat", to: "a ferry" },
            { field: "image", file: "refs/dawn.png" },
            { field: "source", upstream: id("shots.005.clip") },
          ],
        },
      }),
      undefined,
      { state: "stale", reason: "prompt, refs/dawn.png and shots.005.clip changed" },
    ],
    [
      "kept beside a file that somebody changed",
      decided({ kind: "keep", artifact: artifact(), conflict: true }),
      undefined,
      { state: "fresh", reason: "its output was changed by someone else" },
    ],
    [
      "brought back from the store",
      decided(
        { kind: "restore", from: "store", artifact: artifact() },
        { reason: { because: "store_missing" } },
      ),
      past(),
      { state: "free", reason: "missing in the store", media: { url: `media/${SHA}.mp4` } },
    ],
    ["new", clip(), undefined, { state: "stale", reason: "new", price: { words: "$0.21", micros: 210_000 } }],
    [
      "of an unknown price",
      clip({ estimate: { kind: "unknown", why: "nobody says" } }),
      undefined,
      { price: { words: "unknown", micros: 0 } },
    ],
    [
      "the same as another one, whose price counts once",
      clip({ sameAs: id("shots.005.clip"), reason: { because: "same_as", step: id("shots.005.clip") } }),
      undefined,
      { price: { words: "shared", micros: 0 }, reason: "the same as shots.005.clip" },
    ],
    [
      "failed before",
      clip({ reason: { because: "failed_before", attempt: 1, message: "no" } }),
      undefined,
      { state: "failed", reason: "attempt 1 failed: no" },
    ],
    [
      "blocked by another one",
      stuck("shots.010.clip", { because: "upstream", steps: ["images.mara"] }),
      undefined,
      { state: "blocked", reason: "waits for images.mara", price: { words: "-" } },
    ],
    [
      "refused for its content",
      stuck("shots.010.clip", { because: "refused", message: "a knife" }),
      undefined,
      { state: "failed", reason: "refused for its content: a knife" },
    ],
    [
      "under way elsewhere",
      decided({ kind: "resume", attempt: attempt("submitted"), mayCreate: false }),
      past(),
      {
        state: "working",
        price: { words: "ordered", micros: 0 },
        task: { phase: "submitted", words: "under way", since: SINCE, expectedSeconds: 90 },
        outdated: true,
      },
    ],
    [
      "perhaps under way",
      decided({ kind: "resume", attempt: attempt("intent"), mayCreate: true }),
      undefined,
      { state: "working", task: { phase: "preparing", words: "sent or about to be sent", since: SINCE } },
    ],
    [
      "fetched, and not recorded yet",
      decided({ kind: "resume", attempt: attempt("stored", { artifact: artifact() }), mayCreate: false }),
      past(),
      { media: { kind: "video", url: `media/${SHA}.mp4` }, task: { phase: "downloading" } },
    ],
  ])("that is %s", (_, step, before, expected) => {
    expect(view(step, before)).toMatchObject(expected);
  });

  it.each([
    ["video/mp4", { kind: "video", url: `media/${SHA}.mp4` }],
    ["image/png", { kind: "image", url: `media/${SHA}.png` }],
    ["image/jpeg", { kind: "image", url: `media/${SHA}.jpg` }],
    ["audio/mpeg", { kind: "audio", url: `media/${SHA}.mp3` }],
    ["audio/wav", { kind: "audio", url: `media/${SHA}.wav` }],
    ["application/x-tar", undefined],
    ["application/json", undefined],
  ])("shows %s as %j", (type, media) => {
    expect(view(decided({ kind: "keep", artifact: artifact(type) })).media).toEqual(media);
  });

  it("shows nothing of an earlier rendering that is not here, and its words all the same", () => {
    const shown = view(clip(), past({ held: false }));
    expect(shown).not.toHaveProperty("media");
    expect(shown).not.toHaveProperty("outdated");
    expect(shown.prompt?.some(({ is }) => is === "old")).toBe(true);
  });

  it("has no bytes to show where only the vendor has them", () => {
    const step = decided({ kind: "restore", from: "vendor", artifact: artifact() });
    expect(view(step, past({ held: false }))).not.toHaveProperty("media");
  });

  const step = id("shots.010.clip");
  const failed = (message: string) =>
    ({
      type: "step_ended",
      step,
      outcome: {
        status: "failed",
        diagnostic: { code: "run/failed", severity: "error", message },
        retry: "paid",
        billed: "unknown",
      },
    }) as unknown as RunEvent;

  it.each([
    [
      [{ type: "step_started", step, what: "render" }],
      { phase: "preparing", words: "starting", since: 5000 },
    ],
    [
      [{ type: "step_waiting", step, why: "slot" }],
      { phase: "waiting", words: "waits for a free slot", since: 5000 },
    ],
    [
      [{ type: "step_preparing", step, call: "speech" }],
      { phase: "preparing", words: "speaking the text", since: 5000 },
    ],
    [
      [{ type: "step_processing", step, status: "processing", elapsedSeconds: 3, expectedSeconds: 60 }],
      { phase: "processing", words: "processing", since: 2000, expectedSeconds: 60 },
    ],
    [
      [{ type: "step_downloading", step, bytes: 1, total: 3 }],
      { phase: "downloading", words: "downloading", since: 5000, part: 0.33 },
    ],
    [
      [failed("no power")],
      { phase: "failed", words: "failed: no power; run render again to try again at full price" },
    ],
    [
      [
        {
          type: "step_ended",
          step,
          outcome: { status: "unknown", reference: "km1-x", why: "an answer was lost" },
        },
      ],
      {
        phase: "unknown",
        words:
          "unknown: an answer was lost; the vendor may have taken it: klingmake reconcile asks for it at no cost; reference km1-x",
      },
    ],
  ] as unknown as readonly (readonly [readonly RunEvent[], object])[])("after %j", (events, task) => {
    expect(view(clip(), undefined, events).task).toEqual(task);
  });

  it("that a run found blocked says by what", () => {
    const because = { because: "upstream", steps: [id("images.mara")] };
    const ended = {
      type: "step_ended",
      step,
      outcome: { status: "blocked", because },
    } as unknown as RunEvent;
    expect(view(clip(), undefined, [ended])).toMatchObject({
      state: "blocked",
      reason: "waits for images.mara",
    });
  });
});

describe("two pieces of data", () => {
  it("are the same exactly when they are the same JSON, whatever the order of members", () => {
    const sorted = (value: unknown): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? Array.isArray(value)
          ? value.map(sorted)
          : value
        : Object.fromEntries(
            Object.entries(value)
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, member]) => [name, sorted(member)]),
          );
    const data = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(data, data, (one, other) => {
        expect(isSame(one, sorted(one))).toBe(true);
        expect(isSame(one, other)).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
      }),
    );
  });
});
