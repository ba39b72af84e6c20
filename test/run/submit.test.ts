/** One create, whatever the network says: a lost answer is asked about, and only the same reference is ever sent again. */
import { describe, expect, test } from "vitest";
import type { CacheKey } from "../../src/graph/key.js";
import type { Action } from "../../src/graph/actions.js";
import { clientReference } from "../../src/plan/approval.js";
import type { TaskId } from "../../src/plan/prior.js";
import type { Sought } from "../../src/run/listed.js";
import { createTask, type Created } from "../../src/run/submit.js";
import type { Permit } from "../../src/run/purse.js";
import { openSlots, type Slot } from "../../src/run/slots.js";
import type { LookAnswer } from "../../src/provider/provider.js";
import { HandClock, settle } from "./hand-clock.js";
import { scriptedProvider, vendorError, type Script, type SubmitScript } from "./scripted-provider.js";

const action: Action = {
  kind: "text_to_video",
  model: "kling-2.5-turbo",
  mode: "std",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "x",
};
const reference = clientReference("0".repeat(64) as CacheKey, 1, "render");
const permit = { reference } as Permit;
/** Runs a create as a run would: in the only slot that there is. */
const inSlot = <T>(work: (slot: Slot) => Promise<T>): Promise<T> =>
  openSlots(() => 1).hold({ pack: "video", model: action.model, slots: 1 }, work);

interface Told {
  readonly created: Created;
  readonly log: readonly string[];
  readonly waits: readonly string[];
  readonly clock: HandClock;
  readonly tasks: number;
  readonly submitted: ReadonlySet<string>;
}

async function create(
  script: Script,
  more: {
    readonly askFirst?: boolean;
    /** Another place where an earlier run may have sent it. */
    readonly sentTo?: string;
    readonly stop?: AbortController;
    readonly onWait?: () => void;
    readonly listed?: () => Sought;
  } = {},
): Promise<Told> {
  const clock = new HandClock();
  const log: string[] = [];
  const waits: string[] = [];
  const vendor = scriptedProvider(clock, log, script);
  const created = await clock.drive(
    inSlot((slot) =>
      createTask(
        vendor,
        clock,
        {
          reference,
          ready: async () => ({ reference, action, materials: new Map() }),
          address: vendor.address(action),
          permit,
          slot,
          seek: async () => (log.push("list"), more.listed?.() ?? { kind: "absent" }),
          ...(more.askFirst === true ? { sentTo: vendor.address(action) } : {}),
          ...(more.sentTo === undefined ? {} : { sentTo: { dialect: "legacy", product: more.sentTo } }),
        },
        (why, seconds) => {
          waits.push(`${why} ${seconds}`);
          more.onWait?.();
        },
        (more.stop ?? new AbortController()).signal,
      ),
    ),
  );
  return {
    created,
    log: log.map((each) => each.split(" ")[0] ?? ""),
    waits,
    clock,
    tasks: vendor.tasks.length,
    submitted: new Set(vendor.submitted),
  };
}

const words = (created: Created) =>
  `${created.kind}${created.kind === "task" && created.adopted ? ", adopted" : ""}`;
/** Answers of the vendor to the first, second, ... create. */
const saying = (...answers: readonly SubmitScript[]): Script => ({
  submit: (_, count) => answers[count - 1],
});
const refusing = (kind: Parameters<typeof vendorError>[0]) =>
  ({ kind: "refused", error: vendorError(kind) }) as const;
const found =
  (...answers: readonly (LookAnswer | undefined)[]): Script["find"] =>
  (_, count) =>
    answers[count - 1];

const shown: LookAnswer = {
  kind: "found",
  look: { task: "t9" as never, status: "processing", outputs: [], billed: { kind: "unknown" } },
};

describe("the protocol", () => {
  test.each<[string, Script, boolean, string, string, number]>([
    ["accepted", {}, false, "task", "submit", 1],
    [
      "taken, but the answer was lost: found at once",
      saying("take"),
      false,
      "task, adopted",
      "submit find",
      1,
    ],
    [
      "lost on the way: asked about three times, sent again",
      saying("lose"),
      false,
      "task",
      "submit find find find submit",
      1,
    ],
    [
      "lost twice on the way",
      saying("lose", "lose"),
      false,
      "task",
      "submit find find find submit find find find submit",
      1,
    ],
    [
      "lost, sent again, and the first one had come through after all",
      { ...saying("take"), find: found({ kind: "absent" }, { kind: "absent" }, { kind: "absent" }) },
      false,
      "task, adopted",
      "submit find find find submit find",
      1,
    ],
    [
      "found at the second question: reads lag behind writes",
      { ...saying("take"), find: found({ kind: "absent" }) },
      false,
      "task, adopted",
      "submit find find",
      1,
    ],
    [
      "the reference is taken: its task is adopted",
      { ...saying({ kind: "exists" }), find: found({ kind: "absent" }, shown) },
      false,
      "task, adopted",
      "submit find find",
      0,
    ],
    [
      "the reference is taken by a task that is never shown",
      saying({ kind: "exists" }),
      false,
      "unknown",
      "submit find find find",
      0,
    ],
    [
      "maintenance is no proof that nothing was made",
      saying(refusing("maintenance")),
      false,
      "task",
      "submit find find find submit",
      1,
    ],
    ["an earlier run's create is asked about first", {}, true, "task", "find submit", 1],
    [
      "four sends without any answer settle nothing",
      { submit: () => "lose" },
      false,
      "unsettled",
      `submit${" find find find submit".repeat(3)} find find find`,
      0,
    ],
    [
      "no answer to the question settles nothing either",
      { ...saying("take"), find: () => ({ kind: "lost", why: "cut" }) },
      false,
      "unsettled",
      "submit find find find",
      1,
    ],
    [
      "the last answer to the question counts",
      {
        ...saying("lose"),
        find: found({ kind: "lost", why: "cut" }, { kind: "lost", why: "cut" }, { kind: "absent" }),
      },
      false,
      "task",
      "submit find find find submit",
      1,
    ],
    [
      "a busy vendor is no answer to the question",
      {
        ...saying("lose"),
        find: found({ kind: "failed", error: vendorError("busy") }),
      },
      false,
      "task",
      "submit find find find find submit",
      1,
    ],
    [
      "refused credentials while asking leave it open",
      { ...saying("take"), find: () => ({ kind: "failed", error: vendorError("credentials") }) },
      false,
      "unsettled",
      "submit find",
      1,
    ],
    [
      "a refusal of the second send is no proof about the first, which may be on its way yet",
      saying("lose", refusing("content")),
      false,
      "unsettled",
      "submit find find find submit",
      0,
    ],
    [
      "a refusal of what an earlier run sent, and the vendor does not have, is final",
      saying(refusing("content")),
      true,
      "refused",
      "find submit",
      0,
    ],
  ])("%s", async (_, script, askFirst, expected, log, tasks) => {
    const told = await create(script, { askFirst });
    expect([words(told.created), told.log.join(" "), told.tasks]).toEqual([expected, log, tasks]);
    expect(told.submitted.size).toBeLessThanOrEqual(1);
  });

  test("an earlier run's task is adopted without a create", async () => {
    const told = await create({ find: () => shown }, { askFirst: true });
    expect(told.created).toMatchObject({ kind: "task", task: "t9", adopted: true, found: true });
    expect(told.log).toEqual(["find"]);
  });

  test("between questions about a lost answer some seconds pass, and whoever watches is told", async () => {
    const told = await create(saying("lose"));
    expect(told.waits).toEqual(["lost_answer 3", "lost_answer 3"]);
    expect(told.clock.slept).toEqual([3_000, 3_000]);
  });

  test.each(["content", "invalid", "account", "credentials"] as const)(
    "a %s refusal is final: sent once, never asked about",
    async (kind) => {
      const told = await create({ submit: () => refusing(kind) });
      expect(told.created).toEqual({ kind: "refused", error: vendorError(kind) });
      expect(told.log).toEqual(["submit"]);
    },
  );

  test("a busy vendor is waited for, at least a second, doubling up to half a minute, as long as it takes", async () => {
    const told = await create({ submit: (_, count) => (count <= 9 ? refusing("busy") : "accept") });
    expect(words(told.created)).toBe("task");
    expect(told.clock.slept).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30].map((seconds) => seconds * 1000));
    expect(told.waits[0]).toBe("busy 1");
    const sent = (each: string) => each === "submit";
    expect(told.log.filter(sent)).toHaveLength(10);
    expect(told.log.filter((each) => !sent(each))).toEqual(Array<string>(9).fill("find"));
  });

  test("a busy answer can hide a duplicate: what the vendor has under the reference is adopted, unsent", async () => {
    const told = await create({
      submit: (_, count) => (count === 1 ? refusing("busy") : undefined),
      find: found(shown),
    });
    expect(told.created).toMatchObject({ kind: "task", adopted: true, found: true });
    expect(told.log).toEqual(["submit", "find"]);
  });
});

describe("a route without references", () => {
  const without = (answer: SubmitScript): Script => ({ references: false, submit: () => answer });
  const inList: Sought = {
    kind: "found",
    look: { task: "t7" as TaskId, status: "submitted", outputs: [], billed: { kind: "unknown" } },
  };
  test("a lost answer that its list does not show is for a person to settle: nothing is sent again", async () => {
    const told = await create(without("take"));
    expect(told.created).toMatchObject({
      kind: "unknown",
      why: expect.stringMatching(/^the connection was cut, /),
    });
    expect(told.log).toEqual(["submit", "list", "list", "list"]);
    expect(told.waits).toEqual(["lost_answer 3", "lost_answer 3"]);
  });
  test("a lost answer is settled by the one task that its list shows", async () => {
    let asked = 0;
    const told = await create(without("take"), { listed: () => (++asked < 2 ? { kind: "absent" } : inList) });
    expect(told.created).toMatchObject({ kind: "task", task: "t7", adopted: true, found: false });
    expect(told.log).toEqual(["submit", "list", "list"]);
  });
  test("a list that shows more than one possibility leaves it to a person", async () => {
    const told = await create(without("take"), { listed: () => ({ kind: "ambiguous", why: "two tasks" }) });
    expect(told.created).toEqual({ kind: "unknown", why: "two tasks" });
  });
  test("what an earlier run may have sent elsewhere by reference is asked for thrice before it is sent here", async () => {
    const told = await create(
      { references: (product) => product === "/v1/elsewhere" },
      { sentTo: "/v1/elsewhere" },
    );
    expect(told.log).toEqual(["find", "find", "find", "submit"]);
    expect(told.created).toMatchObject({ kind: "task", adopted: false });
  });
  test("a list that does not answer leaves it to the next run", async () => {
    const told = await create(without("take"), { listed: () => ({ kind: "lost", why: "no answer" }) });
    expect([told.created.kind, told.log.length]).toEqual(["unsettled", 4]);
  });
  test("what an earlier run may have sent is looked for as thoroughly, and not sent", async () => {
    const told = await create(without("accept"), { askFirst: true });
    expect([told.created.kind, told.log]).toEqual(["unknown", ["list", "list", "list"]]);
  });
  test("a request that provably never left was not sent", async () => {
    expect((await create(without({ kind: "lost", why: "no route", unsent: true }))).created.kind).toBe(
      "unsent",
    );
  });
});

describe("stopping", () => {
  test("before the first send nothing is sent", async () => {
    const stop = new AbortController();
    stop.abort();
    const told = await create({}, { stop });
    expect([told.created.kind, told.log]).toEqual(["interrupted", []]);
  });

  test.each<[string, Script, string]>([
    ["a busy vendor", { submit: () => refusing("busy") }, "submit"],
    ["certainty", { submit: () => "lose" }, "submit find"],
  ])("the wait for %s ends at once", async (_, script, log) => {
    const stop = new AbortController();
    const told = await create(script, { stop, onWait: () => stop.abort(new Error("stopped")) });
    expect([told.created.kind, told.log.join(" ")]).toEqual(["interrupted", log]);
  });

  test("while asking, it ends too", async () => {
    const stop = new AbortController();
    const told = await create(
      {
        submit: () => "take",
        gate: (request) => (request.startsWith("find") ? Promise.reject(abort(stop)) : undefined),
      },
      { stop },
    );
    expect(told.created.kind).toBe("interrupted");
  });

  test("a create that is on its way is never cut off: its answer is waited for", async () => {
    const stop = new AbortController();
    let answer: (said: SubmitScript) => void = () => undefined;
    const clock = new HandClock();
    const seen: AbortSignal[] = [];
    const vendor = scriptedProvider(clock, [], {
      submit: () => new Promise((resolve) => void (answer = resolve)),
    });
    const submit = vendor.submit.bind(vendor);
    const watched = {
      ...vendor,
      references: () => true,
      submit: (submission: Parameters<typeof submit>[0], signal: AbortSignal) => (
        seen.push(signal),
        submit(submission, signal)
      ),
    };
    const running = inSlot((slot) =>
      createTask(
        watched,
        clock,
        {
          reference,
          ready: async () => ({ reference, action, materials: new Map() }),
          address: vendor.address(action),
          permit,
          slot,
          seek: nobody,
        },
        () => undefined,
        stop.signal,
      ),
    );
    await settle();
    stop.abort();
    await settle();
    expect(seen.map((signal) => signal.aborted)).toEqual([false]);
    answer("accept");
    expect(await clock.drive(running)).toMatchObject({ kind: "task", adopted: false });
  });
});

test("a permit for another create is a bug, and nothing is sent", async () => {
  const clock = new HandClock();
  const vendor = scriptedProvider(clock);
  const order = {
    reference,
    ready: async () => ({ reference, action, materials: new Map() }),
    address: vendor.address(action),
    permit: { reference: "km1-other" } as unknown as Permit,
    seek: nobody,
  };
  await expect(
    inSlot((slot) =>
      createTask(vendor, clock, { ...order, slot }, () => undefined, new AbortController().signal),
    ),
  ).rejects.toThrow("the permit is for another create");
  expect(vendor.submitted).toEqual([]);
});

const nobody = (): Promise<Sought> => Promise.resolve({ kind: "absent" });

function abort(stop: AbortController): Error {
  const reason = new Error("stopped");
  stop.abort(reason);
  return reason;
}
