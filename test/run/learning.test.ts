/** A run on an account that others use, too: it learns from refusals how much room there is, at no cost and in no hurry. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/manifest/manifest.js";
import type { VendorError } from "../../src/provider/provider.js";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet } from "./film-set.js";

const film = (count: number): Manifest =>
  manifestOf({
    provider: "kling",
    shots: Array.from({ length: count }, (_, index) => ({ id: `${index}`, prompt: `shot ${index}` })),
  });
const BUSY: VendorError = { code: 1303, class: "busy", message: "not now" };
const FULL: VendorError = { ...BUSY, about: "slots" };

const TASK_MS = 20_000;

/** A create as the account saw it. */
interface Sent {
  readonly atMs: number;
  readonly reference: string;
  /** Tasks of ours that were under way. */
  readonly underWay: number;
  readonly refused: boolean;
}

/** An account whose slots others may have; `free`: how many are there for us, so many seconds into the story. */
function account(free: (seconds: number) => number) {
  const sent: Sent[] = [];
  const set: FilmSet = new FilmSet({
    taskMs: TASK_MS,
    submit: ({ reference }) => {
      const atMs = set.clock.now();
      const underWay = sent.filter((each) => !each.refused && each.atMs + TASK_MS > atMs).length;
      const refused = underWay >= free((atMs - begun) / 1000);
      sent.push({ atMs, reference, underWay, refused });
      return refused ? { kind: "refused", error: FULL } : "accept";
    },
  });
  const begun = set.clock.now();
  return { set, sent };
}

const six = { execution: { limits: { concurrency: 6, downloads: 2, pollMs: 5_000 } } };
const rendered = (lines: readonly string[]) => lines.filter((line) => line.endsWith(" rendered")).length;

/** Seconds between the sends of each reference. */
function waits(sent: readonly Sent[]): readonly (readonly number[])[] {
  const times = new Map<string, number[]>();
  for (const { reference, atMs } of sent) times.set(reference, [...(times.get(reference) ?? []), atMs]);
  return [...times.values()].map((each) =>
    each.slice(1).map((at, index) => (at - (each[index] ?? 0)) / 1000),
  );
}

/** How long each refused create waited before it was sent again is never less than this, whosever turn it is. */
function leastWait(nth: number): number {
  return Math.min(30, 2 ** nth);
}

describe("a run whose account has less room than was thought", () => {
  test("renders everything, and tries one more now and then, not all that there is", async () => {
    const { set, sent } = account(() => 2);
    expect(rendered((await set.run(film(20), six)).lines)).toBe(20);
    // Six at first, because nothing was learnt yet.
    expect(sent.slice(0, 6).map(({ refused }) => refused)).toEqual([false, false, true, true, true, true]);
    const later = sent.slice(6).filter(({ refused }) => refused);
    expect(new Set(later.map(({ atMs }) => atMs)).size).toBe(later.length);
    expect(later.length).toBeLessThanOrEqual(20 / 2);
  });

  test("uses all of it again when the others are done", async () => {
    const { set, sent } = account((seconds) => (seconds < 60 ? 1 : 6));
    const begun = set.clock.now();
    expect(rendered((await set.run(film(40), six)).lines)).toBe(40);
    expect(set.vendor.most.get("kling-2.5-turbo")).toBe(6);
    expect(sent.filter(({ refused, atMs }) => refused && atMs >= begun + 60_000)).toEqual([]);
  });

  test("with nothing free one create asks for all of them, less and less often", async () => {
    const { set, sent } = account((seconds) => (seconds < 300 ? 0 : 6));
    expect(rendered((await set.run(film(40), six)).lines)).toBe(40);
    const [first] = sent;
    const again = sent.filter(({ refused, atMs }) => refused && atMs > (first?.atMs ?? 0));
    expect(new Set(again.map(({ reference }) => reference)).size).toBe(1);
    const waited = waits(sent).find(({ length }) => length > 5);
    expect(waited?.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(sent.filter(({ refused }) => refused).length).toBeLessThan(6 + 5 + 300 / 30);
  });

  test.each([
    ["now and then", (seconds: number) => Math.floor(seconds / 40) % 4],
    ["hardly ever", (seconds: number) => (Math.floor(seconds / 10) % 7 === 0 ? 1 : 0)],
    ["always one", () => 1],
  ])("with room %s nothing is sent again sooner than a busy vendor is waited for", async (_, free) => {
    const { set, sent } = account(free);
    expect(rendered((await set.run(film(15), six)).lines)).toBe(15);
    for (const each of waits(sent))
      each.forEach((seconds, nth) => expect(seconds).toBeGreaterThanOrEqual(leastWait(nth)));
  });

  test("learns nothing of a model from another one", async () => {
    const two = (name: string, model: string) => ({ id: name, prompt: name, model });
    const { set } = account(() => Infinity);
    const { submit } = set.vendor.script;
    set.vendor.script = {
      ...set.vendor.script,
      submit: (submission, count) =>
        "model" in submission.action && submission.action.model === "kling-2.6"
          ? submit?.(submission, count)
          : { kind: "refused", error: FULL },
    };
    const stop = new AbortController();
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    const shots = names.map((name) => two(name, Number(name) % 2 === 0 ? "kling-2.6" : "kling-2.5-turbo"));
    let done = 0;
    await set.run(manifestOf({ provider: "kling", shots }), {
      ...six,
      stop,
      onEvent: (event) =>
        void (event.type === "step_ended" && ++done === 6 && stop.abort(new Error("enough"))),
    });
    expect([...set.vendor.most]).toEqual([["kling-2.6", 6]]);
  });

  test("too many requests at once are another matter than too many tasks", async () => {
    const { set } = account(() => Infinity);
    set.vendor.script = {
      taskMs: TASK_MS,
      submit: (_, count) => (count <= 6 ? { kind: "refused", error: { ...BUSY, code: 1302 } } : "accept"),
    };
    await set.run(film(12), six);
    // All six are sent again after their first wait.
    expect(set.vendor.most.get("kling-2.5-turbo")).toBe(6);
    expect(set.vendor.submitted).toHaveLength(6 + 12);
  });
});

test("tasks that an earlier run left under way hold their slots, wherever the film has them", async () => {
  const { set, sent } = account(() => Infinity);
  const stop = new AbortController();
  const all = film(8);
  const [, , , , , ...last] = all.shots;
  let begun = 0;
  await set.run(
    { ...all, shots: last },
    {
      ...six,
      stop,
      onEvent: (event) =>
        void (event.type === "step_submitted" && ++begun === 3 && stop.abort(new Error("stopped"))),
    },
  );
  expect(sent).toHaveLength(3);
  const three = { execution: { limits: { concurrency: 3, downloads: 2, pollMs: 5_000 } } };
  expect(rendered((await set.run(all, three)).lines)).toBe(8);
  expect(sent).toHaveLength(8);
  expect(sent.slice(3).every(({ underWay }) => underWay < 3)).toBe(true);
});

test("an account that takes more than three at once is used as far as it goes, by kind of pack", async () => {
  const packs = { video: 5, image: 9 };
  const set = new FilmSet({ taskMs: TASK_MS });
  const images = Array.from({ length: 20 }, (_, index) => ({ id: `i${index}`, prompt: `still ${index}` }));
  await set.run(manifestOf({ provider: "kling", images, shots: film(20).shots }), {
    execution: { limits: { concurrency: 3, packs, downloads: 2, pollMs: 5_000 } },
  });
  expect(new Set(set.vendor.most.values())).toEqual(new Set([5, 9]));
});
