/** Tasks are followed with few questions: together, never one too often, and never without an end. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskId } from "../../src/plan/prior.js";
import type { LookAnswer, TaskLook } from "../../src/provider/provider.js";
import { createPoller, type Follow } from "../../src/run/poll.js";
import { HandClock, settle } from "./hand-clock.js";
import { vendorError } from "./scripted-provider.js";

const ADDRESS = { dialect: "new", product: "/p" } as const;
const INTERVAL = 5_000;
const look = (task: string, status: TaskLook["status"]): LookAnswer => ({
  kind: "found",
  look: { task: task as TaskId, status, outputs: [], billed: { kind: "unknown" } },
});

/** A poller over tasks whose answers a function of time and count gives. */
function poller(
  answer: (task: string, count: number, nowMs: number) => LookAnswer,
  signal = new AbortController().signal,
  intervalMs = INTERVAL,
  floorMs = intervalMs,
) {
  const clock = new HandClock(0);
  const asked: { readonly atMs: number; readonly tasks: readonly string[] }[] = [];
  const counts = new Map<string, number>();
  const made = createPoller(
    {
      look: async (tasks, signal) => {
        if (signal.aborted) throw signal.reason as Error;
        asked.push({ atMs: clock.now(), tasks: tasks.map((each) => each.task) });
        return tasks.map(({ task }) => {
          counts.set(task, (counts.get(task) ?? 0) + 1);
          return answer(task, counts.get(task) ?? 0, clock.now());
        });
      },
    },
    clock,
    { pollMs: intervalMs, floorMs },
    signal,
  );
  const seen: string[] = [];
  const follow = (task: string, firstLookMs = INTERVAL, more: Partial<Follow> = {}) =>
    made.follow({
      task: task as TaskId,
      address: ADDRESS,
      firstLookMs,
      onLook: (each) => void seen.push(`${each.task} ${each.status}`),
      ...more,
    });
  return { clock, asked, seen, follow, hint: made.hint };
}

/** Tasks that end at given times. */
const until = (ends: Readonly<Record<string, number>>) => (task: string, _: number, nowMs: number) =>
  look(task, nowMs >= (ends[task] ?? 0) ? "succeeded" : "processing");

test("a task is asked about from its first look on, every interval, until it ends", async () => {
  const { clock, asked, seen, follow } = poller(until({ a: 22_000 }));
  const followed = await clock.drive(follow("a", 10_000));
  expect(followed).toMatchObject({ kind: "ended", look: { status: "succeeded" } });
  expect(asked.map((each) => each.atMs)).toEqual([10_000, 15_000, 20_000, 25_000]);
  expect(seen).toEqual(["a processing", "a processing", "a processing"]);
});

test("tasks that are due together are asked about together", async () => {
  const { clock, asked, follow } = poller(until({ a: 12_000, b: 12_000, c: 12_000 }));
  await clock.drive(Promise.all([follow("a", 9_100), follow("b", 9_400), follow("c", 9_900)]));
  expect(asked).toEqual([
    { atMs: 10_000, tasks: ["a", "b", "c"] },
    { atMs: 15_000, tasks: ["a", "b", "c"] },
  ]);
});

test("a task that comes later is looked at in its own time, although the poller sleeps for another", async () => {
  const { clock, asked, follow } = poller(until({ slow: 60_000, quick: 4_000 }));
  const slow = follow("slow", 60_000);
  await clock.advance(1_000);
  await clock.drive(follow("quick", 2_000));
  expect(clock.now()).toBe(8_750);
  await clock.drive(slow);
  expect(asked.map((each) => each.tasks.join())).toEqual(["quick", "quick", "slow"]);
});

test("a task that is followed in the very turn in which the last one ended is not forgotten", async () => {
  const { clock, follow } = poller(until({}));
  const both = follow("a").then(() => follow("b"));
  await expect(clock.drive(both)).resolves.toMatchObject({ kind: "ended" });
});

test("a failed task has ended too", async () => {
  const { clock, follow } = poller((task) => look(task, "failed"));
  await expect(clock.drive(follow("a"))).resolves.toMatchObject({
    kind: "ended",
    look: { status: "failed" },
  });
});

describe("answers that are none", () => {
  const script = (answers: readonly LookAnswer[]) => (task: string, count: number) =>
    answers[count - 1] ?? look(task, "succeeded");
  const absent: LookAnswer = { kind: "absent" };
  const lost: LookAnswer = { kind: "lost", why: "cut" };
  const refused = (kind: Parameters<typeof vendorError>[0]): LookAnswer => ({
    kind: "failed",
    error: vendorError(kind),
  });

  test.each<[string, readonly LookAnswer[], string, number]>([
    ["absent five times running is believed", [absent, absent, absent, absent, absent], "absent", 5],
    ["absent four times and then found is not", [absent, absent, absent, absent], "ended", 5],
    [
      "being found starts the count again",
      [absent, absent, absent, look("a", "processing"), absent, absent, absent],
      "ended",
      8,
    ],
    ["lost answers are asked again, however many", Array.from({ length: 9 }, () => lost), "ended", 10],
    ["a busy vendor is asked again", [refused("busy"), refused("maintenance")], "ended", 3],
    ["refused credentials end it", [refused("credentials")], "failed", 1],
    ["an account that may not ask ends it", [refused("account")], "failed", 1],
  ])("%s", async (_, answers, kind, looks) => {
    const { clock, asked, follow } = poller(script(answers));
    expect((await clock.drive(follow("a"))).kind).toBe(kind);
    expect(asked).toHaveLength(looks);
  });
});

describe("a hint", () => {
  const MINUTE = 60_000;
  const patient = (answer: Parameters<typeof poller>[0]) => poller(answer, undefined, MINUTE, 5_000);
  const times = (asked: readonly { readonly atMs: number }[]) => asked.map((each) => each.atMs);

  test.each([
    ["its task", { task: "a" }],
    ["its reference", { reference: "km1-a" }],
    ["both", { task: "a", reference: "km1-a" }],
  ])("at a task by %s has it looked at now, long before its time", async (_, named) => {
    const { clock, asked, follow, hint } = patient(until({ a: 1_000 }));
    const followed = follow("a", MINUTE, { reference: "km1-a" });
    await clock.advance(1_234);
    hint(named);
    await clock.advance(0);
    await expect(followed).resolves.toMatchObject({ kind: "ended" });
    expect(times(asked)).toEqual([1_234]);
  });

  test.each([
    ["another task", { task: "b", reference: "km1-b" }],
    ["nothing", {}],
  ])("at %s changes nothing", async (_, named) => {
    const { clock, asked, follow, hint } = patient(until({ a: 1_000 }));
    const followed = follow("a", MINUTE);
    await clock.advance(1_234);
    hint(named);
    await clock.drive(followed);
    expect(times(asked)).toEqual([MINUTE]);
  });

  test("that overtakes the answer to a create counts once the task is followed, and once only", async () => {
    const { clock, asked, follow, hint } = patient(until({ a: 1_000 }));
    hint({ task: "a", reference: "km1-a" });
    await clock.advance(1_234);
    await clock.drive(follow("a", MINUTE, { reference: "km1-a" }));
    await clock.drive(follow("a", MINUTE, { reference: "km1-a" }));
    expect(times(asked)).toEqual([1_234, 75_000]);
  });

  test("at one of very many that nobody follows is forgotten", async () => {
    const { clock, asked, follow, hint } = patient(until({ a: 1_000 }));
    hint({ task: "a" });
    for (let other = 0; other < 1_000; other++) hint({ task: `b${other}` });
    await clock.drive(follow("a", MINUTE));
    expect(times(asked)).toEqual([MINUTE]);
  });

  test("asks about its task alone", async () => {
    const { clock, asked, follow, hint } = patient(until({ a: 1_000, b: 1e9 }));
    const followed = follow("a", MINUTE);
    follow("b", MINUTE).catch(() => undefined);
    await clock.advance(2_000);
    hint({ task: "a" });
    await clock.drive(followed);
    expect(asked.map((each) => each.tasks.join())).toEqual(["a"]);
  });

  test("is believed in nothing: a task that goes on is looked at again in its own time", async () => {
    const { clock, asked, seen, follow, hint } = patient(until({ a: 10_000 }));
    const followed = follow("a", MINUTE);
    await clock.advance(2_000);
    hint({ task: "a" });
    await clock.drive(followed);
    expect(seen).toEqual(["a processing"]);
    expect(times(asked)).toEqual([2_000, 75_000]);
  });

  test("that comes too soon after a look is kept until the floor allows one, and counts once", async () => {
    const { clock, asked, follow, hint } = patient(until({ a: 4_000 }));
    const followed = follow("a", MINUTE);
    await clock.advance(1_000);
    for (let count = 0; count < 50; count++) hint({ task: "a" });
    await clock.advance(2_500);
    for (let count = 0; count < 50; count++) hint({ task: "a" });
    await clock.drive(followed);
    expect(times(asked)).toEqual([1_000, 6_000]);
  });

  test("that comes while an answer is under way, which may be older, is not forgotten", async () => {
    let release = (): void => undefined;
    const clock = new HandClock(0);
    const asked: number[] = [];
    const made = createPoller(
      {
        look: async ([each]) => {
          asked.push(clock.now());
          const first = asked.length === 1;
          if (first) await new Promise<void>((resolve) => (release = resolve));
          return [look(each?.task ?? "", first ? "processing" : "succeeded")];
        },
      },
      clock,
      { pollMs: MINUTE, floorMs: 5_000 },
      new AbortController().signal,
    );
    const followed = made.follow({
      task: "a" as TaskId,
      address: ADDRESS,
      firstLookMs: 15_000,
      onLook: () => undefined,
    });
    await clock.advance(15_000);
    made.hint({ task: "a" });
    release();
    await clock.drive(followed);
    expect(asked).toEqual([15_000, 20_000]);
  });

  test("never has a task asked about more often than the floor allows, whoever sends how many", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(90_000), { maxLength: 40 }),
        fc.nat(90_000),
        fc.integer({ min: 200, max: 20_000 }),
        async (hintsMs, tookMs, floorMs) => {
          const { clock, asked, follow, hint } = poller(until({ a: tookMs }), undefined, 20_000, floorMs);
          const followed = follow("a", 20_000);
          for (const atMs of hintsMs.toSorted((a, b) => a - b)) {
            await clock.advance(Math.max(0, atMs - clock.now()));
            hint({ task: "a" });
          }
          await clock.drive(followed);
          const gaps = times(asked).map((atMs, index, all) => atMs - (all[index - 1] ?? -Infinity));
          for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(floorMs);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("stopping", () => {
  test("ends every follow that waits, and every one that comes after", async () => {
    const stop = new AbortController();
    const { clock, follow } = poller(until({ a: 1e9, b: 1e9 }), stop.signal);
    const all = [follow("a"), follow("b", 60_000)].map((each) =>
      each.catch((reason: Error) => reason.message),
    );
    await clock.advance(20_000);
    stop.abort(new Error("stopped"));
    expect(await clock.drive(Promise.all(all))).toEqual(["stopped", "stopped"]);
    await expect(clock.drive(follow("c"))).rejects.toThrow("stopped");
    await expect(clock.drive(follow("d", 0))).rejects.toThrow("stopped");
  });

  test("a vendor's client that throws ends those that are followed, and nobody else", async () => {
    let broken = true;
    const { clock, follow } = poller((task) => {
      if (broken) throw new Error("a bug");
      return look(task, "succeeded");
    });
    const all = [follow("a"), follow("b")].map((each) => each.catch((reason: Error) => reason.message));
    expect(await clock.drive(Promise.all(all))).toEqual(["a bug", "a bug"]);
    broken = false;
    await expect(clock.drive(follow("c"))).resolves.toMatchObject({ kind: "ended" });
  });
});

test("no task is asked about more often than the interval allows, and each one ends soon after it could", async () => {
  const task = fc.record({ startMs: fc.nat(60_000), firstMs: fc.nat(30_000), tookMs: fc.nat(90_000) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(task, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 200, max: 8_000 }),
      async (tasks, intervalMs) => {
        const ends = Object.fromEntries(
          tasks.map((each, index) => [`t${index}`, each.startMs + each.tookMs]),
        );
        const { clock, asked, follow } = poller(until(ends), undefined, intervalMs);
        const ended = tasks.map(async (each, index) => {
          await clock.sleep(each.startMs, new AbortController().signal);
          await follow(`t${index}`, each.firstMs);
          return clock.now();
        });
        const times = await clock.drive(Promise.all(ended));
        await settle();
        for (const [index, each] of tasks.entries()) {
          const looks = asked.filter((one) => one.tasks.includes(`t${index}`)).map((one) => one.atMs);
          for (const [at, lookMs] of looks.entries())
            if (at > 0) expect(lookMs - (looks[at - 1] ?? 0)).toBeGreaterThanOrEqual(intervalMs);
          const couldMs = Math.max(each.startMs + each.firstMs, each.startMs + each.tookMs);
          expect((times[index] ?? 0) - couldMs).toBeLessThanOrEqual(1.5 * intervalMs + 1);
        }
      },
    ),
    { numRuns: 60 },
  );
});
