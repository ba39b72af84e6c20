/** Further attempts after a failure: foreseen, priced and approved before the first is sent, and counted over runs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Shot } from "../../src/manifest/manifest.js";
import {
  approvalOf,
  clientReference,
  createsOf,
  DEFAULT_POLICY,
  planDigest,
  uncovered,
  wantsYes,
  type Policy,
} from "../../src/plan/approval.js";
import { retriesInForce } from "../../src/plan/create.js";
import type { Plan, PlanOptions } from "../../src/plan/plan.js";
import type { Attempt } from "../../src/plan/prior.js";
import { obstacleText } from "../../src/plan/reason.js";
import { manifestOf } from "../graph/manifests.js";
import {
  attempt,
  cents,
  decisionWords,
  ids,
  keyedGraph,
  planned,
  planOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const CLIP = "shots.1.clip";
const shot = (id: string, more: Partial<Shot> = {}): Shot => ({ id, prompt: `shot ${id}`, ...more });
const film = (...shots: readonly Shot[]) => manifestOf({ provider: "kling", shots });
const one = film(shot("1"));
const keyed = keyedGraph(one).keyed(CLIP);
const { key } = keyed;

/** The attempts that the journal tells of: `f` failed, `c` refused for its content, `a` abandoned, `r` refused create. */
const told = (letters: string): readonly Attempt[] =>
  [...letters].map((letter, index) => {
    const failure = { message: "x", refusal: letter === "c", billed: "unknown" } as const;
    const states: Readonly<Record<string, Attempt["state"]>> = {
      f: "failed",
      c: "failed",
      a: "abandoned",
      r: "refused",
      i: "intent",
      s: "submitted",
    };
    const state = states[letter] ?? "failed";
    const isOver = state === "failed" || state === "refused";
    return attempt(key, state, { attempt: index + 1, ...(isOver ? { failure } : {}) });
  });
const after = (letters: string, options: Partial<PlanOptions> = {}, parts: PriorParts = {}): Plan =>
  planOf(one, { attempts: told(letters), ...parts }, options);
const wants = (plan: Plan, policy: Partial<Policy> = {}) =>
  wantsYes(plan, { ...DEFAULT_POLICY, ...policy }).map(({ because }) => because);
/** `2, then 3 4`: the attempt that is sent, and those that may follow it. */
const attempts = (plan: Plan) => {
  const { create } = planned(plan, CLIP);
  if (create === undefined) return "none";
  const then = (create.retries ?? []).map((each) => each.attempt).join(" ");
  return `${create.attempt}${then === "" ? "" : `, then ${then}`}`;
};

describe("what is in force", () => {
  test.each<[number | undefined, number | undefined, number]>([
    [undefined, undefined, 0],
    [undefined, 3, 0],
    [2, undefined, 2],
    [2, 1, 1],
    [2, 0, 0],
    [9, undefined, 3],
  ])("wished for %s, the manifest allows %s: %i", (wished, most, expected) => {
    expect(retriesInForce(wished, most)).toBe(expected);
  });
});

describe("the plan", () => {
  test.each<[string, number, string, readonly string[]]>([
    ["", 0, "1", []],
    ["", 2, "1, then 2 3", []],
    // Counted over runs: three attempts are one word.
    ["f", 2, "2, then 3", []],
    ["ff", 2, "3", []],
    ["fff", 2, "4", ["again"]],
    ["ffff", 2, "5", ["again"]],
    ["f", 0, "2", ["again"]],
    // An intent that may be at the vendor is the same attempt, with what is left behind it.
    ["i", 2, "1, then 2 3", []],
    ["fi", 2, "2, then 3", []],
    ["fi", 0, "2", ["again"]],
    // A create that was refused left no task, and used nothing up.
    ["r", 2, "1, then 2 3", []],
    // A task that the vendor lost may have been charged: that is a person's decision, whatever the policy.
    ["a", 2, "2, then 3 4", ["again"]],
    ["fa", 2, "3, then 4 5", ["again"]],
    ["af", 2, "3, then 4", []],
    // A task under way is only collected.
    ["s", 2, "none", []],
    ["fs", 2, "none", []],
  ])("after %j with %i retries sends attempt %s", (letters, retries, expected, asked) => {
    const plan = after(letters, { retries });
    expect(attempts(plan)).toBe(expected);
    expect(wants(plan)).toEqual(asked);
  });

  test("never follows a content refusal by itself", () => {
    expect(decisionWords(planned(after("c", { retries: 3 }), CLIP))).toBe("blocked refused");
    const asked = after("c", { retries: 1, retryRefused: ids(CLIP) });
    expect([attempts(asked), wants(asked)]).toEqual(["2, then 3", ["again"]]);
  });

  test("asks for what is bought again, however many retries there are", () => {
    const renders = [rendering(keyed, "a")];
    const options = { retries: 2, rebuy: ids(CLIP) };
    expect(wants(after("", options, { renders }))).toEqual(["again"]);
    const failed = attempt(key, "failed", {
      attempt: 2,
      failure: { message: "x", refusal: false, billed: "unknown" },
    });
    const again = after("", options, { renders, attempts: [failed] });
    expect([attempts(again), wants(again)]).toEqual(["3, then 4", ["again"]]);
  });

  test("costs as before at the least, and all attempts at the most", () => {
    const { create } = after("", { retries: 2 }).totals;
    expect(create.usd).toEqual({ low: cents(21), high: cents(63) });
    expect(create.units.video).toEqual({ low: 1500, high: 4500 });
    expect(after("").totals.create.usd).toEqual({ low: cents(21), high: cents(21) });
  });

  test("gives each further attempt its own reference and ceiling, in its digest", () => {
    const plan = after("", { retries: 1 });
    const entries = [
      { reference: clientReference(key, 1, "render"), step: CLIP, ceiling: cents(21) },
      { reference: clientReference(key, 2, "render"), step: CLIP, ceiling: cents(21), retry: true },
    ];
    expect(approvalOf(plan).entries).toEqual(entries);
    expect(plan.digest).not.toBe(after("").digest);
    expect(plan.digest).not.toBe(
      planDigest(
        "kling",
        createsOf(plan).map(({ retry: _retry, ...entry }) => entry),
      ),
    );
  });

  test("has one series for steps of equal key", () => {
    const twins = film(shot("1"), shot("2", { prompt: "shot 1" }));
    const plan = planOf(twins, {}, { retries: 2 });
    expect(createsOf(plan)).toHaveLength(3);
    expect(plan.totals.create.usd.high).toBe(cents(63));
  });

  test("foresees nothing at a price that nobody knows", () => {
    const house = {
      ...film(shot("1", { model: "house", duration: 7 })),
      catalog: { models: [{ id: "house", like: "kling-v1-6", durations: [7] }] },
    };
    const plan = planOf(house, {}, { retries: 2, allowUnknownPrice: new Set(["house"]) });
    expect(attempts(plan)).toBe("1");
  });

  test("foresees them in the sandbox as well, where nobody is asked", () => {
    const plan = planOf({ ...one, provider: "sandbox" }, {}, { retries: 2 });
    expect([attempts(plan), wants(plan)]).toEqual(["1, then 2 3", []]);
  });
});

describe("limits look at what all attempts may cost", () => {
  test("a total above which a yes is wanted", () => {
    const two = film(shot("1"), shot("2"));
    expect(wants(planOf(two, {}, { retries: 1 }), { above: cents(84) })).toEqual([]);
    expect(wants(planOf(two, {}, { retries: 1 }), { above: cents(83) })).toEqual(["total"]);
  });

  test("a total at list price, where the project's own price is lower", () => {
    const cheap = { ...one, catalog: { unit_usd: { video: 0.01 } } };
    expect(wants(planOf(cheap, {}, { retries: 1 }), { above: cents(42) })).toEqual([]);
    expect(wants(planOf(cheap, {}, { retries: 1 }), { above: cents(41) })).toEqual(["total"]);
  });

  test.each<[string, Partial<PlanOptions>]>([
    ["budget", { budget: cents(100) }],
    ["max_cost", { maxCost: cents(100) }],
  ])("%s", (cap, options) => {
    const three = film(shot("1"), shot("2"), shot("3"));
    const words = (retries: number) => planOf(three, {}, { ...options, retries }).steps.map(decisionWords);
    expect(words(0)).toEqual(["render 1", "render 1", "render 1"]);
    expect(words(1)).toEqual(["render 1", "render 1", `blocked over ${cap}`]);
    expect(words(3)).toEqual(["render 1", `blocked over ${cap}`, `blocked over ${cap}`]);
  });

  test("whoever is kept from rendering by them reads that it is them", () => {
    const plan = planOf(one, {}, { maxCost: cents(41), retries: 1 });
    const { decision } = planned(plan, CLIP);
    if (decision.kind !== "blocked") throw new Error(decision.kind);
    expect(obstacleText(decision.because, planned(plan, CLIP).step.id)).toEqual({
      why: "does not fit under --max-cost with 1 further attempt behind it",
      help: "raise --max-cost, wish for fewer --retries, or render fewer steps with --target",
    });
  });
});

describe("an approval", () => {
  const yes = approvalOf(after("", { retries: 2 }));
  const lacking = (plan: Plan) => uncovered(yes, plan).map(({ why }) => why);

  test.each<[string, number]>([
    ["f", 2],
    ["ff", 2],
    ["fi", 2],
    ["f", 0],
    ["ff", 1],
    ["", 0],
    ["i", 2],
  ])("covers what is left of its series after %j, with %i retries", (letters, retries) => {
    expect(lacking(after(letters, { retries }))).toEqual([]);
  });

  test.each<[string, string, number, Partial<PlanOptions>]>([
    ["a fourth attempt", "fff", 2, {}],
    ["more retries than were agreed to", "", 3, {}],
    ["an attempt after a task that was lost", "a", 0, {}],
    ["an attempt after a content refusal", "c", 0, { retryRefused: ids(CLIP) }],
    ["the same after a failure before it", "fc", 0, { retryRefused: ids(CLIP) }],
  ])("does not cover %s", (_, letters, retries, options) => {
    expect(lacking(after(letters, { retries, ...options }))).toEqual(["not_in_it"]);
  });

  test("does not cover what is bought again after an attempt of another machine, whatever failed before that", () => {
    const renders = [rendering(keyed, "a", { attempt: 2 })];
    expect(lacking(after("f", { rebuy: ids(CLIP) }, { renders }))).toEqual(["not_in_it"]);
  });

  test("does not cover a further attempt that became dearer", () => {
    const dear = { ...one, catalog: { unit_usd: { video: 0.15 } } };
    expect(lacking(planOf(dear, { attempts: told("f") }, { retries: 2 }))).toEqual(["dearer"]);
  });

  test("covers whatever is left of any series, and nothing that was not in it", () => {
    const letters = fc.array(fc.constantFrom("f", "r", "i", "a", "c"), { maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), letters, (agreed, retries, states) => {
        const given = approvalOf(after("", { retries: agreed }));
        const plan = after(states.join(""), { retries });
        const all = createsOf(plan);
        const [first] = all;
        const known = all.every(({ reference }) =>
          given.entries.some((entry) => entry.reference === reference),
        );
        const follows =
          first === undefined ||
          first.reference === given.entries[0]?.reference ||
          planned(plan, CLIP).create?.failures !== undefined;
        expect(uncovered(given, plan).length === 0).toBe(known && follows);
      }),
    );
  });
});
