/** A yes covers effects and nothing else: the same creates at no more than their ceilings, in one realm. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { usd, type Micros } from "../../src/base/money.js";
import type { Tier } from "../../src/catalog/model.js";
import type { CacheKey } from "../../src/graph/key.js";
import type { Realm } from "../../src/graph/input.js";
import {
  approvalOf,
  clientReference,
  DEFAULT_POLICY,
  planDigest,
  tightened,
  uncovered,
  wantsYes,
  withinCeiling,
  type Policy,
} from "../../src/plan/approval.js";
import type { Plan } from "../../src/plan/plan.js";
import type { ClientReference } from "../../src/plan/prior.js";
import type { Shot } from "../../src/manifest/manifest.js";
import { manifestOf } from "../graph/manifests.js";
import { attempt, cents, ids, keyedGraph, planOf, rendering } from "./priors.js";

interface Golden {
  readonly references: readonly {
    readonly key: CacheKey;
    readonly attempt: number;
    readonly call: string;
    readonly reference: string;
  }[];
  readonly digests: readonly {
    readonly realm: Realm;
    readonly creates: readonly { readonly reference: ClientReference; readonly ceiling?: Micros }[];
    readonly digest: string;
  }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/references.json", import.meta.url), "utf8")) as Golden;

const shot = (id: string, more: Partial<Shot> = {}): Shot => ({ id, prompt: `shot ${id}`, ...more });
const film = (...shots: readonly Shot[]) => manifestOf({ provider: "kling", shots });

describe("the frozen format", () => {
  test.each(golden.references)(
    "the reference of attempt $attempt, call $call at $key never changes",
    ({ key, attempt, call, reference }) => {
      expect(clientReference(key, attempt, call)).toBe(reference);
    },
  );
  test.each(golden.digests)(
    "the digest of $creates in $realm never changes",
    ({ realm, creates, digest }) => {
      expect(planDigest(realm, creates)).toBe(digest);
    },
  );
});

describe("references", () => {
  const key = fc.nat().map((n) => sha256Hex(`${n}`) as string as CacheKey);
  test("are km1- and 26 characters, and differ for another key, attempt or call", () => {
    const call = fc.constantFrom("render", "identify_face", "speech");
    const one = fc.tuple(key, fc.integer({ min: 1, max: 99 }), call);
    fc.assert(
      fc.property(one, one, (a, b) => {
        expect(clientReference(...a)).toMatch(/^km1-[a-z2-7]{26}$/);
        expect(clientReference(...a) === clientReference(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe("digests", () => {
  const create = fc.record({
    reference: fc.nat(50).map((n) => `km1-${n}` as ClientReference),
    ceiling: fc.option(
      fc.nat(9).map((n) => cents(n)),
      { nil: undefined },
    ),
  });
  const creates = fc.uniqueArray(create, { selector: (each) => each.reference, maxLength: 6 });
  test("do not depend on the order of creates, and on nothing but them and the realm", () => {
    fc.assert(
      fc.property(creates, creates, (a, b) => {
        expect(planDigest("kling", a.toReversed())).toBe(planDigest("kling", a));
        expect(planDigest("kling", a)).not.toBe(planDigest("sandbox", a));
        const sorted = (all: typeof a) =>
          JSON.stringify(
            all
              .toSorted((x, y) => (x.reference < y.reference ? -1 : 1))
              .map((each) => [each.reference, each.ceiling ?? null]),
          );
        expect(planDigest("kling", a) === planDigest("kling", b)).toBe(sorted(a) === sorted(b));
      }),
    );
  });
  test("a price that changed is another digest, a title is not", () => {
    const digest = (more: Parameters<typeof manifestOf>[0]) =>
      planOf(manifestOf({ provider: "kling", shots: [shot("1")], ...more })).digest;
    expect(digest({ shots: [shot("1", { title: "T" })], outputs: { path: "x/{shot}.mp4" } })).toBe(
      digest({}),
    );
    expect(digest({ catalog: { unit_usd: { video: 0.2 } } })).not.toBe(digest({}));
  });
});

describe("covering", () => {
  const all = planOf(film(shot("1"), shot("2"), shot("3")));
  const yes = approvalOf(all);

  test("an approval covers its own plan, and a plan with less in it", () => {
    expect(uncovered(yes, all)).toEqual([]);
    expect(uncovered(yes, planOf(film(shot("3"), shot("1"))))).toEqual([]);
  });
  test("what is left of a plan after a crash stays covered", () => {
    const { keyed } = keyedGraph(film(shot("1"), shot("2"), shot("3")));
    const left = planOf(film(shot("1"), shot("2"), shot("3")), {
      renders: [rendering(keyed("shots.1.clip"), "a")],
      attempts: [
        attempt(keyed("shots.2.clip").key, "intent"),
        attempt(keyed("shots.3.clip").key, "refused", {
          failure: { message: "no balance", refusal: false, billed: "not_billed" },
        }),
      ],
    });
    expect(left.totals.count).toMatchObject({ restore: 1, resume: 1, render: 1 });
    expect(uncovered(yes, left)).toEqual([]);
  });
  test.each<[string, Plan, object]>([
    ["a new step", planOf(film(shot("1"), shot("4"))), { step: "shots.4.clip", why: "not_in_it" }],
    ["another intent", planOf(film(shot("1", { prompt: "x" }))), { step: "shots.1.clip", why: "not_in_it" }],
    [
      "the same at a higher price",
      planOf({ ...film(shot("1")), catalog: { unit_usd: { video: 0.15 } } }),
      { step: "shots.1.clip", why: "dearer" },
    ],
    [
      "the same in another realm",
      planOf({ ...film(shot("1")), provider: "sandbox" }),
      { step: "shots.1.clip", why: "realm" },
    ],
    [
      "a second attempt",
      planOf(film(shot("1")), {
        attempts: [
          attempt(keyedGraph(film(shot("1"))).keyed("shots.1.clip").key, "failed", {
            failure: { message: "x", refusal: false, billed: "unknown" },
          }),
        ],
      }),
      { step: "shots.1.clip", why: "not_in_it" },
    ],
  ])("%s is not covered", (_, plan, expected) => {
    expect(uncovered(yes, plan)).toEqual([expected]);
  });
  test("the same at a lower price is covered", () => {
    expect(uncovered(yes, planOf({ ...film(shot("1")), catalog: { unit_usd: { video: 0.1 } } }))).toEqual([]);
  });
  test.each<[number | undefined, number | undefined, boolean]>([
    [20, 21, true],
    [21, 21, true],
    [22, 21, false],
    [undefined, 21, false],
    [undefined, undefined, true],
    [22, undefined, false],
  ])("a price of %s cents within a ceiling of %s: %s", (price, ceiling, expected) => {
    const amount = (value: number | undefined) => (value === undefined ? undefined : cents(value));
    expect(withinCeiling(amount(price), amount(ceiling))).toBe(expected);
  });
});

describe("when a yes is wanted", () => {
  const wants = (plan: Plan, policy: Partial<Policy> = {}, rehearse = false) =>
    wantsYes(plan, { ...DEFAULT_POLICY, ...policy }, rehearse).map(
      (want) =>
        `${"step" in want ? `${want.step} ` : ""}${want.because}${want.because === "tier" ? ` ${want.tier}` : ""}`,
    );
  const many = film(...Array.from({ length: 24 }, (_, index) => shot(`${index}`)));

  test("standard steps below the limit want none", () => {
    expect(wants(planOf(film(shot("1"))))).toEqual([]);
  });
  test("pro and master do, each step by name", () => {
    expect(
      wants(planOf(film(shot("1", { mode: "pro" }), shot("2", { model: "kling-3.0" }), shot("3")))),
    ).toEqual(["shots.1.clip tier pro", "shots.2.clip tier master"]);
  });
  test("a total above the limit does, one at it does not", () => {
    expect(planOf(many).totals.create.usd.high).toBe(cents(504));
    expect(wants(planOf(many))).toEqual(["total"]);
    expect(wants(planOf(many), { above: cents(504) })).toEqual([]);
  });
  test("a second attempt does, however cheap", () => {
    const attempts = [
      attempt(keyedGraph(film(shot("1"))).keyed("shots.1.clip").key, "failed", {
        failure: { message: "x", refusal: false, billed: "unknown" },
      }),
    ];
    expect(wants(planOf(film(shot("1")), { attempts }))).toEqual(["shots.1.clip again"]);
  });
  test("a rebuy does", () => {
    const renders = [rendering(keyedGraph(film(shot("1"))).keyed("shots.1.clip"), "a")];
    expect(wants(planOf(film(shot("1")), { renders }, { rebuy: ids("shots.1.clip") }))).toEqual([
      "shots.1.clip again",
    ]);
  });
  test("an unknown price that was allowed by name still does", () => {
    const house = {
      ...film(shot("1", { model: "house", duration: 7 })),
      catalog: { models: [{ id: "house", like: "kling-v1-6", durations: [7] }] },
    };
    expect(wants(planOf(house, {}, { allowUnknownPrice: new Set(["house"]) }))).toEqual([
      "shots.1.clip unknown_price",
    ]);
  });
  test("steps that create nothing want none", () => {
    const { keyed } = keyedGraph(film(shot("1", { mode: "pro" })));
    expect(
      wants(planOf(film(shot("1", { mode: "pro" })), { renders: [rendering(keyed("shots.1.clip"), "a")] })),
    ).toEqual([]);
    expect(
      wants(
        planOf(film(shot("1", { mode: "pro" })), {
          attempts: [attempt(keyed("shots.1.clip").key, "submitted")],
        }),
      ),
    ).toEqual([]);
  });
  test("an intent that may still be sent wants what it wanted before", () => {
    const { keyed } = keyedGraph(film(shot("1", { mode: "pro" })));
    expect(
      wants(
        planOf(film(shot("1", { mode: "pro" })), {
          attempts: [attempt(keyed("shots.1.clip").key, "intent")],
        }),
      ),
    ).toEqual(["shots.1.clip tier pro"]);
  });
  test("the sandbox wants none, unless it is rehearsed", () => {
    const plan = planOf({ ...film(shot("1", { mode: "pro" })), provider: "sandbox" });
    expect(wants(plan)).toEqual([]);
    expect(wants(plan, {}, true)).toEqual(["shots.1.clip tier pro"]);
  });
});

describe("policy", () => {
  const policies: fc.Arbitrary<Policy> = fc.record({
    tiers: fc.subarray<Tier>(["standard", "pro", "master"]),
    above: fc.nat(20).map((n) => usd(n)),
  });
  const wishes = fc.record(
    { tiers: fc.subarray<Tier>(["standard", "pro", "master"]), above_usd: fc.nat(20) },
    { requiredKeys: [] },
  );
  test("a manifest can only tighten it", () => {
    fc.assert(
      fc.property(policies, wishes, (policy, wish) => {
        const found = tightened(policy, wish);
        expect(new Set(found.tiers)).toEqual(new Set([...policy.tiers, ...(wish.tiers ?? [])]));
        expect(found.above).toBe(Math.min(policy.above, usd(wish.above_usd ?? 1000)));
      }),
    );
  });
});
