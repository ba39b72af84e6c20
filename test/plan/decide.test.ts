/** What is remembered of a step decides what happens to it; nothing held or under way is ever bought beside. */
import { describe, expect, test } from "vitest";
import { cacheKey } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import { decide, type Decided, type DecideArguments } from "../../src/plan/decide.js";
import type { Attempt } from "../../src/plan/prior.js";
import { manifestOf, stepOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  daysAgo,
  decisionWords,
  digestOf,
  handle,
  ids,
  keyedGraph,
  priorOf,
  TOOLS,
  rendering,
  type PriorParts,
} from "./priors.js";

const ID = "shots.010.clip";
const OUT = "renders/default/010/clip.mp4";
const { graph, keyed } = keyedGraph(
  manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat" }] }),
);
const step = stepOf(graph, ID);
const now = keyed(ID);
const old = {
  inputs: { ...now.inputs, action: { ...now.inputs.action, prompt: "a ship" } },
  key: cacheKey({ ...now.inputs, action: { ...now.inputs.action, prompt: "a ship" } }),
};
const A = digestOf("a");
const file = (name: string) => ({ [OUT]: { kind: "file", sha256: digestOf(name) } }) as const;
const rendered = (more: Parameters<typeof rendering>[2] = {}) => ({
  renders: [rendering(now, "a", more)],
  steps: { [ID]: now.key },
});
const failure = (refusal: boolean) => ({
  failure: { message: "no", refusal, billed: "not_billed" as const },
});
const tried = (state: Attempt["state"], more: Partial<Attempt> = {}) => ({
  attempts: [attempt(now.key, state, more)],
});
const stored = { artifact: artifact("a"), handle: handle(daysAgo(1)) };

function withoutHandle({ handle: _handle, ...rest }: ReturnType<typeof rendering>) {
  return rest;
}

function decided(parts: PriorParts, more: Partial<DecideArguments> = {}): Decided {
  return decide({
    step,
    keyed: now,
    profile: "default",
    upstream: [],
    prior: priorOf(parts),
    wishes: { retryRefused: ids(), rebuy: ids() },
    tools: TOOLS,
    ...more,
  });
}

const words = (found: Decided) =>
  `${decisionWords(found)}${found.reason === undefined ? "" : `: ${found.reason.because}`}`;

describe("what was rendered", () => {
  test.each<[string, PriorParts, string]>([
    ["nothing is known", {}, "render 1: new"],
    ["its clip is held and lies at its place", { ...rendered(), held: [A], outputs: file("a") }, "keep"],
    [
      "its clip is held and nothing lies there",
      { ...rendered(), held: [A] },
      "restore from store: output_missing",
    ],
    [
      "its clip is held and the place is known to be empty",
      { ...rendered(), held: [A], outputs: { [OUT]: { kind: "absent" } } },
      "restore from store: output_missing",
    ],
    [
      "an older clip of ours lies there",
      { ...rendered(), held: [A], outputs: file("b"), placed: [digestOf("b")] },
      "restore from store: output_older",
    ],
    ["somebody's file lies there", { ...rendered(), held: [A], outputs: file("b") }, "keep, conflict"],
    [
      "a directory lies there",
      { ...rendered(), held: [A], outputs: { [OUT]: { kind: "other", what: "a directory" } } },
      "keep, conflict",
    ],
    [
      "the store lost it and the output has it",
      { ...rendered(), outputs: file("a") },
      "restore from output: store_missing",
    ],
    ["only the vendor has it", { ...rendered(), outputs: file("b") }, "restore from vendor: store_missing"],
    [
      "only the vendor has it, for the 30th day",
      rendered({ handle: handle(daysAgo(29.9)) }),
      "restore from vendor: store_missing",
    ],
    [
      "nobody has it, and the vendor keeps it no more",
      rendered({ handle: handle(daysAgo(30)) }),
      "blocked expired",
    ],
    [
      "nobody has it, and the vendor was never known",
      { renders: [withoutHandle(rendering(now, "a"))] },
      "blocked missing",
    ],
    [
      "another intent was rendered",
      { renders: [rendering(old, "a")], steps: { [ID]: old.key }, held: [A], outputs: file("a") },
      "render 1: changed",
    ],
    [
      "another step's rendering has this key",
      { renders: [rendering(now, "a")], held: [A] },
      "restore from store: output_missing",
    ],
    [
      "the journal says more of an attempt that the lock has",
      { ...rendered(), held: [A], outputs: file("a"), ...tried("stored", stored) },
      "keep",
    ],
  ])("%s", (_, parts, expected) => {
    expect(words(decided(parts))).toBe(expected);
  });

  test("a changed intent says which field, from what to what", () => {
    const found = decided({ renders: [rendering(old, "a")], steps: { [ID]: old.key } });
    expect(found.reason).toEqual({
      because: "changed",
      changes: [{ field: "prompt", from: "a ship", to: "a boat" }],
    });
  });
});

describe("what was tried", () => {
  test.each<[string, PriorParts, string]>([
    [
      "an intent alone is asked about, and may create",
      tried("intent"),
      "resume intent 1, may create: under_way",
    ],
    ["a submitted task is collected", tried("submitted"), "resume submitted 1: under_way"],
    [
      "a finished task is collected",
      tried("succeeded", { handle: handle(daysAgo(1)) }),
      "resume succeeded 1: under_way",
    ],
    ["a stored clip is recorded", { ...tried("stored", stored), held: [A] }, "resume stored 1: under_way"],
    [
      "a recorded clip that the lock lost is recorded again",
      { ...tried("recorded", stored), held: [A] },
      "resume recorded 1: under_way",
    ],
    [
      "a stored clip that the store lost is fetched again",
      tried("stored", stored),
      "resume succeeded 1: under_way",
    ],
    [
      "a recorded clip that store and lock lost is fetched again",
      tried("recorded", stored),
      "resume succeeded 1: under_way",
    ],
    [
      "... unless the vendor keeps it no more",
      tried("stored", { ...stored, handle: handle(daysAgo(31)) }),
      "blocked expired",
    ],
    ["an unknown submission waits for a person", tried("unknown"), "blocked unknown"],
    ["a failed task leads to a second attempt", tried("failed", failure(false)), "render 2: failed_before"],
    ["a content refusal of a task stays", tried("failed", failure(true)), "blocked refused"],
    ["a content refusal of a create stays", tried("refused", failure(true)), "blocked refused"],
    [
      "a create refused for another reason made no task, so its attempt is still to be made",
      tried("refused", failure(false)),
      "render 1: failed_before",
    ],
    ["an abandoned attempt leads to the next", tried("abandoned"), "render 2: failed_before"],
    [
      "the latest attempt counts",
      {
        attempts: [attempt(now.key, "failed", failure(false)), attempt(now.key, "submitted", { attempt: 2 })],
      },
      "resume submitted 2: under_way",
    ],
    [
      "a refused second create is tried again as the second",
      {
        attempts: [
          attempt(now.key, "failed", failure(false)),
          attempt(now.key, "refused", { attempt: 2, ...failure(false) }),
        ],
      },
      "render 2: failed_before",
    ],
    ["attempts at another key do not count", { attempts: [attempt(old.key, "submitted")] }, "render 1: new"],
  ])("%s", (_, parts, expected) => {
    expect(words(decided(parts))).toBe(expected);
  });

  test("what is under way is continued although what it consumed is blocked now, and an intent is only asked for", () => {
    const above = {
      step,
      key: old.key,
      decision: { kind: "blocked", because: { because: "missing", sha256: A } },
    } as const;
    const found = (["intent", "submitted", "succeeded"] as const).map((state) =>
      decided(tried(state, { handle: handle(daysAgo(1)) }), { upstream: [above] }),
    );
    expect(found[0]?.decision).toMatchObject({
      mayCreate: false,
      otherwise: { because: "upstream", steps: [ID] },
    });
    expect(found.map(words)).toEqual([
      "resume intent 1: under_way",
      "resume submitted 1: under_way",
      "resume succeeded 1: under_way",
    ]);
  });
});

describe("wishes", () => {
  const rebuy = { wishes: { rebuy: ids(ID), retryRefused: ids() } };
  const retry = { wishes: { rebuy: ids(), retryRefused: ids(ID) } };

  test.each<[string, PriorParts, Partial<DecideArguments>, string]>([
    ["rebuy beats what is held", { ...rendered(), held: [A], outputs: file("a") }, rebuy, "render 2: rebuy"],
    [
      "rebuy goes beyond every attempt and the lock",
      { ...rendered({ attempt: 4 }), ...tried("failed", { attempt: 2, ...failure(true) }) },
      rebuy,
      "render 5: rebuy",
    ],
    ["rebuy settles an unknown submission", tried("unknown"), rebuy, "render 2: rebuy"],
    [
      "rebuy said twice collects what the first one bought",
      { ...rendered(), ...tried("submitted", { attempt: 2 }) },
      rebuy,
      "resume submitted 2: under_way",
    ],
    [
      "... also when the lock has lost the first rendering",
      { attempts: [attempt(now.key, "recorded", stored), attempt(now.key, "intent", { attempt: 2 })] },
      rebuy,
      "resume intent 2, may create: under_way",
    ],
    [
      "... but not a task that the vendor must have lost by now",
      { ...rendered(), ...tried("submitted", { attempt: 2, started: daysAgo(31) }) },
      rebuy,
      "render 3: rebuy",
    ],
    [
      "a first attempt that is paid for is collected before anything is bought beside it",
      tried("submitted"),
      rebuy,
      "resume submitted 1: under_way",
    ],
    [
      "retry-refused makes the next attempt at a refused task",
      tried("failed", failure(true)),
      retry,
      "render 2: failed_before",
    ],
    [
      "a wish about another step changes nothing",
      tried("failed", failure(true)),
      { wishes: { rebuy: ids("shots.020.clip"), retryRefused: ids("shots.020.clip") } },
      "blocked refused",
    ],
    [
      "a second attempt under way is collected without being named again",
      { ...rendered({ handle: handle(daysAgo(40)) }), ...tried("submitted", { attempt: 2 }) },
      {},
      "resume submitted 2: under_way",
    ],
    [
      "a failed second attempt leaves the first rendering in force",
      { ...rendered(), held: [A], outputs: file("a"), ...tried("failed", { attempt: 2, ...failure(false) }) },
      {},
      "keep",
    ],
  ])("%s", (_, parts, more, expected) => {
    expect(words(decided(parts, more))).toBe(expected);
  });
});

describe("hold", () => {
  const held = { ...step, hold: true };
  const before = { renders: [rendering(old, "a")], steps: { [ID]: old.key } };

  test("the recorded rendering stays in force whatever changed, under its own key", () => {
    const found = decided({ ...before, held: [A], outputs: file("a") }, { step: held });
    expect([words(found), found.key]).toEqual(["keep: held", old.key]);
  });
  test("without a change the step keeps its key", () => {
    expect(decided({ ...rendered(), held: [A], outputs: file("a") }, { step: held }).key).toBeUndefined();
  });
  test("a held clip that is gone is not bought again", () => {
    expect(
      words(
        decided(
          { ...before, renders: [rendering(old, "a", { handle: handle(daysAgo(40)) })] },
          { step: held },
        ),
      ),
    ).toBe("blocked expired: held");
  });
  test("hold with nothing to hold renders", () => {
    expect(words(decided({}, { step: held }))).toBe("render 1: new");
  });
  test("the hold of another profile does not count", () => {
    expect(words(decided({ ...before, held: [A] }, { step: held, profile: "final" }))).toBe("render 1: new");
  });
});

describe("upstream", () => {
  const two = keyedGraph(
    manifestOf({
      provider: "kling",
      images: [{ id: "mara", prompt: "x" }],
      shots: [{ id: "010", image: { from: "images.mara" } }],
    }),
  );
  const upKey = two.keyed("images.mara");
  const clip = two.keyed(ID);
  const above = { step: stepOf(two.graph, "images.mara"), key: upKey.key };
  const here = { step: stepOf(two.graph, ID), keyed: clip };
  const kept = { ...above, decision: { kind: "keep", artifact: artifact("new") } } as const;
  const both = (more: object = {}) => ({
    renders: [
      rendering(upKey, "new"),
      rendering(clip, "a", { consumed: { [upKey.key]: digestOf("old"), ...more } }),
    ],
    held: [A, digestOf("new")],
    outputs: file("a"),
  });

  test("another artifact than the one consumed is a reason to render, with a next attempt", () => {
    const found = decided(both(), { ...here, upstream: [kept] });
    expect(words(found)).toBe("render 2: upstream_replaced");
    expect(found.reason).toMatchObject({
      upstream: "images.mara",
      from: digestOf("old"),
      to: digestOf("new"),
    });
  });
  test("the same artifact is none", () => {
    expect(words(decided(both({ [upKey.key]: digestOf("new") }), { ...here, upstream: [kept] }))).toBe(
      "keep",
    );
  });
  test.each<[Attempt["state"], Partial<Attempt>, string]>([
    ["submitted", {}, "resume submitted 2: under_way"],
    ["intent", {}, "resume intent 2, may create: under_way"],
    ["refused", failure(true), "blocked refused"],
    ["refused", failure(false), "render 2: upstream_replaced"],
    ["failed", failure(false), "render 3: upstream_replaced"],
    ["unknown", {}, "blocked unknown"],
  ])("a second attempt for it that is %s (%j) is not bought beside: %s", (state, more, expected) => {
    const parts = { ...both(), attempts: [attempt(clip.key, state, { attempt: 2, ...more })] };
    expect(words(decided(parts, { ...here, upstream: [kept] }))).toBe(expected);
  });
  test("what is upstream and blocked blocks a render, and only a render", () => {
    const upstream = [
      { ...above, decision: { kind: "blocked", because: { because: "refused", message: "no" } } } as const,
    ];
    expect(words(decided({}, { ...here, upstream }))).toBe("blocked by images.mara");
    expect(words(decided(both({ [upKey.key]: digestOf("new") }), { ...here, upstream }))).toBe("keep");
  });
  test("an action that the server cannot do is blocked before anything is paid", () => {
    const obstacle = { because: "unsupported", what: "face with the old lip-sync" } as const;
    expect(decided({}, { ...here, obstacle }).decision).toEqual({ kind: "blocked", because: obstacle });
  });
});

test("a step without an output is kept wherever its artifact is held", () => {
  const { output: _, ...frameless } = step;
  expect(words(decided({ ...rendered(), held: [A] }, { step: { ...frameless, id: ID as StepId } }))).toBe(
    "keep",
  );
});
