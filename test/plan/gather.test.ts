import { describe, expect, test } from "vitest";
import { lostCopies, withoutCreates } from "../../src/plan/gather.js";
import type { PlannedStep } from "../../src/plan/plan.js";
import { manifestOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  daysAgo,
  decisionWords,
  digestOf,
  handle,
  keyedGraph,
  planOf,
  priorOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const FILM = manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat", steps: [] }] });
const ID = "shots.010.clip";
const keyed = keyedGraph(FILM).keyed(ID);
const gone = keyedGraph(
  manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "it was cut", steps: [] }] }),
).keyed(ID);

const stepOf = (plan: { readonly steps: readonly PlannedStep[] }) => {
  const [step] = plan.steps;
  if (step === undefined) throw new Error("the plan has no step");
  return step;
};
/** The decision of the plan, and what is left of it when nothing may be created. */
const words = (parts: PriorParts, options: Parameters<typeof planOf>[2] = {}) => {
  const plan = planOf(FILM, parts, options);
  const free = stepOf(withoutCreates(plan));
  const { decision } = free;
  const otherwise = decision.kind === "resume" ? decision.otherwise?.because : undefined;
  return [decisionWords(stepOf(plan)), decisionWords(free), otherwise];
};

describe("what may be had at no cost", () => {
  const made = rendering(keyed, "one");
  const expired = rendering(keyed, "one", { handle: handle(daysAgo(31)) });
  const locked = { steps: { [ID]: keyed.key } };
  const sent = (state: Parameters<typeof attempt>[1]) => ({ attempts: [attempt(keyed.key, state)] });
  test.each<[string, PriorParts, ...(string | undefined)[]]>([
    ["is nothing of a step that is new", {}, "render 1", "blocked not_rendered", undefined],
    [
      "is what the store holds",
      { ...locked, renders: [made], held: [digestOf("one")] },
      "restore from store",
      "restore from store",
      undefined,
    ],
    [
      "is what the vendor keeps",
      { ...locked, renders: [made] },
      "restore from vendor",
      "restore from vendor",
      undefined,
    ],
    [
      "is not what is nowhere",
      { ...locked, renders: [expired] },
      "blocked expired",
      "blocked expired",
      undefined,
    ],
    ["is a task under way", sent("submitted"), "resume submitted 1", "resume submitted 1", undefined],
    [
      "is a task that may exist, which is asked for and never sent",
      sent("intent"),
      "resume intent 1, may create",
      "resume intent 1",
      "not_rendered",
    ],
    ["is not what a person has to decide", sent("unknown"), "blocked unknown", "blocked unknown", undefined],
    ["is nothing of a failed attempt", sent("failed"), "render 2", "blocked not_rendered", undefined],
  ])("%s", (_, parts, before, after, otherwise) => {
    expect(words(parts)).toEqual([before, after, otherwise]);
  });

  test("is the same whatever money allows", () => {
    expect(words({}, { maxCost: 1 as never })).toEqual([
      "blocked over max_cost",
      "blocked not_rendered",
      undefined,
    ]);
    const asked = words(sent("intent"), { maxCost: 1 as never });
    expect(asked).toEqual(["resume intent 1", "resume intent 1", "not_rendered"]);
  });

  test("leaves nothing that could be approved, and the open attempt in the books", () => {
    const plan = planOf(FILM, sent("intent"));
    const free = withoutCreates(plan);
    expect(free.steps.filter((each) => each.create !== undefined)).toEqual([]);
    expect(free.totals.create.usd.high).toBe(0);
    expect(plan.committed).toBe(0);
    expect(free.committed).toBe(stepOf(plan).create?.credit);
    expect(free.committed).toBeGreaterThan(0);
  });
});

test("pictures of a series that is here or comes back are made; of one that would have to be bought they are not", () => {
  const film = manifestOf({
    provider: "kling",
    images: [{ id: "looks", prompt: "looks", model: "kling-v3-omni", series: 2 }],
    shots: [{ id: "010", prompt: "a boat", image: { from: "images.looks", index: 2 } }],
  });
  const series = keyedGraph(film).keyed("images.looks");
  const all = (parts: PriorParts) =>
    withoutCreates(planOf(film, parts)).steps.map((each) => `${each.step.id} ${decisionWords(each)}`);
  const made = { renders: [rendering(series, "looks")], steps: { "images.looks": series.key } };
  expect(all({ ...made, held: [digestOf("looks")] })).toEqual([
    "images.looks keep",
    "images.looks.picture-1 render 1",
    "images.looks.picture-2 render 1",
    "shots.010.clip blocked not_rendered",
  ]);
  expect(all(made)[1]).toBe("images.looks.picture-1 render 1");
  expect(all({})).toEqual([
    "images.looks blocked not_rendered",
    "images.looks.picture-1 blocked not_rendered",
    "images.looks.picture-2 blocked not_rendered",
    "shots.010.clip blocked not_rendered",
  ]);
});

describe("copies that the store lacks", () => {
  const other = { attempt: 1, artifact: artifact("old"), billed: { kind: "unknown" } } as const;
  const lost = (parts: PriorParts) =>
    lostCopies(priorOf(parts), withoutCreates(planOf(FILM, parts))).map(
      ({ artifact: { sha256 }, handle, step }) => [
        sha256 === digestOf("old") ? "old" : "one",
        handle === undefined ? "gone" : "at the vendor",
        step,
      ],
    );
  const one = (more: object) => rendering(keyed, "one", { attempt: 2, ...more });
  test.each<[string, PriorParts, readonly unknown[]]>([
    ["are none where the store has all", { renders: [one({})], held: [digestOf("one")] }, []],
    [
      "are those that a step had, by its name",
      { renders: [rendering(gone, "one")], steps: { "shots.gone.clip": gone.key } },
      [["one", "at the vendor", "shots.gone.clip"]],
    ],
    ["are none that the plan restores", { renders: [one({})], steps: { [ID]: keyed.key } }, []],
    [
      "are the others beside what stands",
      { renders: [one({ others: [{ ...other, handle: handle(daysAgo(3)) }] })], held: [digestOf("one")] },
      [["old", "at the vendor", undefined]],
    ],
    [
      "are gone where the vendor keeps them no more",
      { renders: [one({ others: [{ ...other, handle: handle(daysAgo(31)) }] })], held: [digestOf("one")] },
      [["old", "gone", undefined]],
    ],
    [
      "are gone where it never had them",
      { renders: [one({ others: [other] })], held: [digestOf("one")] },
      [["old", "gone", undefined]],
    ],
  ])("%s", (_, parts, expected) => {
    expect(lost(parts)).toEqual(expected);
  });
});
