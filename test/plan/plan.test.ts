/** A whole plan: money in film order, shared tasks once, totals, targets; equal arguments give equal plans. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usd } from "../../src/base/money.js";
import type { Manifest, Shot } from "../../src/manifest/manifest.js";
import { approvalOf, planDigest } from "../../src/plan/approval.js";
import { committedMoney } from "../../src/plan/committed.js";
import { makePlan, type Plan, type PlanOptions } from "../../src/plan/plan.js";
import { catalogOf, manifestOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  cents,
  daysAgo,
  decisionWords,
  digestOf,
  handle,
  ids,
  keyedGraph,
  optionsOf,
  planned,
  planOf,
  priorOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const shot = (id: string, more: Partial<Shot> = {}): Shot => ({ id, prompt: `shot ${id}`, ...more });
const film = (...shots: readonly Shot[]): Manifest => manifestOf({ provider: "kling", shots });
const words = (plan: Plan) =>
  plan.steps.map(
    (each) =>
      `${each.step.id} ${decisionWords(each)}${each.sameAs === undefined ? "" : ` as ${each.sameAs}`}`,
  );
// A clip of 5 s by kling-2.5-turbo std costs $0.21.
const five = film(...["1", "2", "3", "4", "5"].map((id) => shot(id)));

describe("money", () => {
  test("a project's own prices do not loosen the cap of a run", () => {
    const cheap = { ...five, catalog: { unit_usd: { video: 0.0001 } } };
    expect(words(planOf(cheap, {}, { maxCost: cents(65) }))).toEqual(
      words(planOf(five, {}, { maxCost: cents(65) })),
    );
  });

  test("what fits is taken in film order, the rest is blocked", () => {
    const plan = planOf(five, {}, { maxCost: cents(65) });
    expect(words(plan)).toEqual([
      "shots.1.clip render 1",
      "shots.2.clip render 1",
      "shots.3.clip render 1",
      "shots.4.clip blocked over max_cost",
      "shots.5.clip blocked over max_cost",
    ]);
    expect(plan.totals.create.usd).toEqual({ low: cents(63), high: cents(63) });
    expect(plan.totals.count).toEqual({ keep: 0, restore: 0, resume: 0, render: 3, blocked: 2 });
  });

  test("eight shots of which the budget holds five, with a dear one that is passed over", () => {
    const shots = ["1", "2", "3", "4", "5", "6", "7", "8"].map((id) =>
      shot(id, id === "2" ? { model: "kling-3.0", duration: 10, mode: "pro" } : {}),
    );
    const plan = planOf(film(...shots), {}, { budget: cents(5 * 21) });
    expect(plan.steps.map((each) => decisionWords(each))).toEqual([
      "render 1",
      "blocked over budget",
      "render 1",
      "render 1",
      "render 1",
      "render 1",
      "blocked over budget",
      "blocked over budget",
    ]);
  });

  test("exactly the budget fits, one millionth less does not", () => {
    expect(planOf(five, {}, { budget: cents(105) }).totals.count.blocked).toBe(0);
    expect(planOf(five, {}, { budget: (cents(105) - 1) as never }).totals.count.blocked).toBe(1);
  });

  test("what depends on what does not fit is blocked by it", () => {
    const plan = planOf(
      manifestOf({
        provider: "kling",
        images: [{ id: "a", prompt: "x" }],
        shots: [shot("1", { image: { from: "images.a" } })],
      }),
      {},
      { maxCost: cents(0) },
    );
    expect(words(plan)).toEqual(["images.a blocked over max_cost", "shots.1.clip blocked by images.a"]);
  });

  test("the sandbox shows the price, and always fits", () => {
    const plan = planOf({ ...five, provider: "sandbox" }, {}, { budget: cents(0), maxCost: cents(0) });
    expect(plan.totals.count.render).toBe(5);
    expect(plan.totals.create.usd.high).toBe(cents(105));
  });

  test("money in the lock and under way counts against the budget", () => {
    const { keyed } = keyedGraph(five);
    const parts: PriorParts = {
      renders: [rendering(keyed("shots.1.clip"), "a", { billed: { kind: "billed", usd: cents(30) } })],
      held: [digestOf("a")],
      attempts: [attempt(keyed("shots.2.clip").key, "submitted")],
    };
    const plan = planOf(five, parts, { budget: cents(30 + 21 + 42) });
    expect(plan.committed).toBe(cents(51));
    expect(plan.steps.map((each) => decisionWords(each))).toEqual([
      "restore from store",
      "resume submitted 1",
      "render 1",
      "render 1",
      "blocked over budget",
    ]);
  });

  test("a mere intent counts once: in the plan that may create it, not beside it", () => {
    const { keyed } = keyedGraph(five);
    const parts = { attempts: [attempt(keyed("shots.1.clip").key, "intent")] };
    const plan = planOf(five, parts, { budget: cents(105) });
    expect(plan.committed).toBe(0);
    expect(plan.totals.count).toMatchObject({ resume: 1, render: 4, blocked: 0 });
    expect(planOf(five, parts, { budget: cents(104) }).totals.count.blocked).toBe(1);
  });

  test("a mere intent at a step that the plan leaves out counts as under way", () => {
    const { keyed } = keyedGraph(five);
    const parts = { attempts: [attempt(keyed("shots.1.clip").key, "intent")] };
    const plan = planOf(five, parts, { targets: ids("shots.2.clip"), budget: cents(41) });
    expect(plan.committed).toBe(cents(21));
    expect(words(plan)).toEqual(["shots.2.clip blocked over budget"]);
  });

  const first = keyedGraph(five).keyed("shots.1.clip");
  const committed = (parts: PriorParts) => committedMoney(priorOf(parts));

  test.each<[string, Parameters<typeof rendering>[2], number]>([
    ["as billed", { billed: { kind: "billed", usd: cents(5) } }, 5],
    ["as estimated where no money was told", { billed: { kind: "billed" } }, 21],
    ["as estimated where nothing was told", { billed: { kind: "unknown" } }, 21],
    ["nothing where nothing was billed", { billed: { kind: "not_billed" } }, 0],
    ["nothing in the sandbox", { inputs: { ...first.inputs, realm: "sandbox" } }, 0],
  ])("a rendering counts %s", (_, more, expected) => {
    expect(committed({ renders: [rendering(first, "a", more)] })).toBe(cents(expected));
  });

  test("another machine's attempt of the same number does not hide our own", () => {
    const renders = [rendering(first, "a", { handle: handle("2026-11-20T00:00:00Z") })];
    const { task } = handle("2026-11-20T00:00:00Z");
    const own = (id: string) => attempt(first.key, "succeeded", { task: id as typeof task });
    expect(committed({ renders, attempts: [own(task)] })).toBe(cents(21));
    expect(committed({ renders, attempts: [own("another")] })).toBe(cents(42));
  });

  test.each<[string, Parameters<typeof attempt>[1], Parameters<typeof attempt>[2], number]>([
    ["an intent", "intent", {}, 21],
    ["a submitted task", "submitted", {}, 21],
    ["an unknown submission", "unknown", {}, 21],
    ["a finished task", "succeeded", {}, 21],
    ["a finished task that told its bill", "succeeded", { billed: { kind: "billed", usd: cents(5) } }, 5],
    ["a stored clip", "stored", {}, 21],
    ["a recorded clip that the lock has lost", "recorded", {}, 21],
    ["a failed task", "failed", {}, 0],
    [
      "a failed task that was billed all the same",
      "failed",
      { billed: { kind: "billed", usd: cents(5) } },
      5,
    ],
    ["a refused create", "refused", {}, 0],
    ["an abandoned one, which the vendor had taken", "abandoned", {}, 21],
    ["a task of the sandbox", "submitted", { realm: "sandbox" }, 0],
  ])("%s counts what it took or may take", (_, state, more, expected) => {
    expect(committed({ attempts: [attempt(first.key, state, more)] })).toBe(cents(expected));
  });

  test("an attempt that the lock shows counts once, a later one beside it", () => {
    const renders = [rendering(first, "a")];
    const attempts = [attempt(first.key, "recorded"), attempt(first.key, "submitted", { attempt: 2 })];
    expect(committed({ renders, attempts: attempts.slice(0, 1) })).toBe(cents(21));
    expect(planOf(five, { renders, attempts }).committed).toBe(cents(42));
    // Bought again and recorded: both were paid for.
    expect(committed({ renders: [rendering(first, "a", { attempt: 2 })], attempts })).toBe(cents(42));
  });
});

describe("unknown prices", () => {
  const catalog = { models: [{ id: "house", like: "kling-v1-6", durations: [5, 7] }] };
  // The model that it is like is priced by the clip, of 5 or 10 s.
  const house = manifestOf({
    provider: "kling",
    shots: [shot("1", { model: "house", duration: 7 }), shot("2")],
    catalog,
  });
  const priced = {
    ...house,
    catalog: { ...house.catalog, prices: [{ model: "house", usd_per_second: 0.1 }] },
  };

  test("a price that nobody knows blocks its step alone, and says which", () => {
    const plan = planOf(house);
    expect(words(plan)).toEqual(["shots.1.clip blocked price_unknown", "shots.2.clip render 1"]);
    expect(planned(plan, "shots.1.clip").decision).toMatchObject({
      because: { why: expect.stringContaining("house") as string },
    });
  });
  test.each([
    ["the step", "shots.1.clip"],
    ["the model", "house"],
  ])("%s allowed by name is rendered without a ceiling", (_, name) => {
    const plan = planOf(house, {}, { allowUnknownPrice: new Set([name]) });
    expect(words(plan)).toEqual(["shots.1.clip render 1", "shots.2.clip render 1"]);
    expect(planned(plan, "shots.1.clip").create).not.toHaveProperty("ceiling");
    expect(plan.totals.create).toMatchObject({ unknown: 1, usd: { high: cents(21) } });
  });
  test("a price of the project's own is a price", () => {
    expect(planned(planOf(priced), "shots.1.clip").create?.ceiling).toBe(usd(0.7));
  });
});

describe("steps of equal keys", () => {
  const twins = film(shot("1", { prompt: "same" }), shot("2", { prompt: "same" }), shot("3"));

  test("share one task, one create and one price", () => {
    const plan = planOf(twins, {}, { maxCost: cents(42) });
    expect(words(plan)).toEqual([
      "shots.1.clip render 1",
      "shots.2.clip render 1 as shots.1.clip",
      "shots.3.clip render 1",
    ]);
    expect(planned(plan, "shots.2.clip").reason).toEqual({ because: "same_as", step: "shots.1.clip" });
    expect(plan.totals.create.usd.high).toBe(cents(42));
    expect(approvalOf(plan).entries.map((entry) => entry.step)).toEqual(["shots.1.clip", "shots.3.clip"]);
  });

  test("are blocked together, for the same reason", () => {
    expect(words(planOf(twins, {}, { maxCost: cents(0) }))).toEqual([
      "shots.1.clip blocked over max_cost",
      "shots.2.clip blocked over max_cost as shots.1.clip",
      "shots.3.clip blocked over max_cost",
    ]);
  });

  test("what one of them still has at its place is not blocked by the other's loss", () => {
    const { keyed } = keyedGraph(twins);
    const plan = planOf(twins, {
      renders: [rendering(keyed("shots.1.clip"), "a", { handle: handle(daysAgo(40)) })],
      outputs: { "renders/default/2/clip.mp4": { kind: "file", sha256: digestOf("a") } },
    });
    expect(words(plan).slice(0, 2)).toEqual([
      "shots.1.clip blocked expired",
      "shots.2.clip restore from output as shots.1.clip",
    ]);
  });

  test.each(["shots.1.clip", "shots.2.clip"])("rebuy of %s buys once, for both", (id) => {
    const { keyed } = keyedGraph(twins);
    const parts = { renders: [rendering(keyed("shots.1.clip"), "a")], held: [digestOf("a")] };
    const plan = planOf(twins, parts, { rebuy: ids(id) });
    expect(words(plan)).toEqual([
      "shots.1.clip render 2",
      "shots.2.clip render 2 as shots.1.clip",
      "shots.3.clip render 1",
    ]);
    expect(approvalOf(plan).entries).toHaveLength(2);
  });

  test("retry-refused of either retries for both", () => {
    const { keyed } = keyedGraph(twins);
    const attempts = [
      attempt(keyed("shots.1.clip").key, "failed", {
        failure: { message: "no", refusal: true, billed: "not_billed" },
      }),
    ];
    for (const id of ["shots.1.clip", "shots.2.clip"]) {
      expect(words(planOf(twins, { attempts }, { retryRefused: ids(id) }))[0]).toBe("shots.1.clip render 2");
    }
  });

  test("a held step under an older key is no twin of what its words say now", () => {
    const manifest = film(shot("1", { prompt: "new", hold: true }), shot("2", { prompt: "new" }));
    const before = keyedGraph(film(shot("1", { prompt: "old" }))).keyed("shots.1.clip");
    const plan = planOf(manifest, {
      renders: [rendering(before, "a")],
      steps: { "shots.1.clip": before.key },
      held: [digestOf("a")],
    });
    expect(words(plan)).toEqual(["shots.1.clip restore from store", "shots.2.clip render 1"]);
    expect(planned(plan, "shots.1.clip").key).toBe(before.key);
    expect(approvalOf(plan).entries.map((entry) => entry.step)).toEqual(["shots.2.clip"]);
  });
});

describe("hold and what depends on it", () => {
  const still = (prompt: string, hold: boolean) =>
    manifestOf({
      provider: "kling",
      images: [{ id: "a", prompt, hold }],
      shots: [shot("1", { image: { from: "images.a" } })],
    });
  const before = keyedGraph(still("old", false));
  const [up, clip] = [before.keyed("images.a"), before.keyed("shots.1.clip")];
  const parts: PriorParts = {
    renders: [rendering(up, "a"), rendering(clip, "b", { consumed: { [up.key]: digestOf("a") } })],
    steps: { "images.a": up.key, "shots.1.clip": clip.key },
    held: [digestOf("a"), digestOf("b")],
  };
  test("a changed step that is held changes nothing for what consumes it", () => {
    const plan = planOf(still("new", true), parts);
    expect(words(plan)).toEqual(["images.a restore from store", "shots.1.clip restore from store"]);
    expect(planned(plan, "shots.1.clip")).toMatchObject({ key: clip.key, inputs: clip.inputs });
  });
  test("nor where it is one of several that a field names", () => {
    const film = (prompt: string, hold: boolean) =>
      manifestOf({
        provider: "sandbox",
        images: [
          { id: "a", prompt, hold },
          { id: "b", prompt: "another" },
        ],
        shots: [
          shot("1", { prompt: "@mara waits", refer_images: { mara: { from: "images.a" } } }),
          shot("2", { images: [{ from: "images.b" }, { from: "images.a" }] }),
        ],
      });
    const { keyed } = keyedGraph(film("old", false));
    const names = ["images.a", "images.b", "shots.1.clip", "shots.2.clip"];
    const plan = planOf(film("new", true), {
      renders: names.map((name) => rendering(keyed(name), name)),
      steps: Object.fromEntries(names.map((name) => [name, keyed(name).key])),
      held: names.map(digestOf),
    });
    expect(words(plan)).toEqual(names.map((name) => `${name} restore from store`));
    for (const name of names) expect(planned(plan, name)).toMatchObject(keyed(name));
  });
  test("a series that is held is no single still, and is neither placed nor sent as one", () => {
    const film = (series: number | undefined, hold: boolean) =>
      manifestOf({
        provider: "sandbox",
        images: [
          {
            id: "a",
            model: "kling-v3-omni",
            prompt: "faces",
            hold,
            ...(series === undefined ? {} : { series }),
          },
        ],
        shots:
          series === undefined
            ? [shot("1", { image: { from: "images.a" } })]
            : [shot("1", { image: { from: "images.a", index: 2 } })],
      });
    const key = (series?: number) => keyedGraph(film(series, false)).keyed("images.a");
    const prior = (each: ReturnType<typeof key>) => ({
      renders: [rendering(each, "a")],
      steps: { "images.a": each.key },
      held: [digestOf("a")],
    });
    expect(words(planOf(film(undefined, true), prior(key(2))))).toEqual([
      "images.a blocked unsupported",
      "shots.1.clip blocked by images.a",
    ]);
    expect(words(planOf(film(2, true), prior(key())))[0]).toBe("images.a blocked unsupported");
    expect(words(planOf(film(3, true), prior(key(2))))[0]).toBe("images.a keep");
  });
  test("let go, it is rendered and so is what consumes it", () => {
    expect(words(planOf(still("new", false), parts))).toEqual(["images.a render 1", "shots.1.clip render 1"]);
  });
});

test("targets bring what they need, and nothing else", () => {
  const manifest = manifestOf({
    provider: "kling",
    images: [
      { id: "a", prompt: "x" },
      { id: "b", prompt: "y" },
    ],
    shots: [shot("1", { image: { from: "images.b" } }), shot("2")],
  });
  expect(words(planOf(manifest, {}, { targets: ids("shots.1.clip") }))).toEqual([
    "images.b render 1",
    "shots.1.clip render 1",
  ]);
});

test("what is kept is saved, what is created is spent, and each step counts once", () => {
  const { keyed } = keyedGraph(five);
  const plan = planOf(five, {
    renders: [rendering(keyed("shots.1.clip"), "a")],
    held: [digestOf("a")],
    attempts: [attempt(keyed("shots.2.clip").key, "submitted")],
  });
  expect(plan.totals).toMatchObject({
    saved: { usd: { high: cents(21) } },
    create: { usd: { high: cents(63) } },
    count: { keep: 0, restore: 1, resume: 1, render: 3, blocked: 0 },
  });
});

test("a native extension of a standard clip is a standard step", () => {
  const plan = planOf(film(shot("1", { model: "kling-v1-6", steps: [{ extend: { via: "native" } }] })));
  expect(plan.steps.map((each) => each.tier)).toEqual(["standard", "standard"]);
});

describe("time", () => {
  test("is the longest chain or the work over the slots, whichever is longer", () => {
    const pace = { "kling-2.5-turbo std 5": 30 };
    const chain = film(shot("1"), shot("2"), shot("3"), shot("4"), shot("5"), shot("6"));
    expect(planOf(chain, { pace }, { concurrency: 3 }).expectedSeconds).toBe(60);
    expect(planOf(chain, { pace }, { concurrency: 100 }).expectedSeconds).toBe(30);
    const after = manifestOf({
      provider: "kling",
      images: [{ id: "a", prompt: "x" }],
      shots: [shot("1", { image: { from: "images.a" } })],
    });
    const stillSeconds = planOf({ ...after, shots: [] }).expectedSeconds;
    expect(stillSeconds).toBeGreaterThan(0);
    expect(planOf(after, { pace }).expectedSeconds).toBe(stillSeconds + 30);
  });
  test("nothing to create takes none", () => {
    const { keyed } = keyedGraph(film(shot("1")));
    expect(
      planOf(film(shot("1")), { renders: [rendering(keyed("shots.1.clip"), "a")], held: [digestOf("a")] })
        .expectedSeconds,
    ).toBe(0);
  });
});

// ---- Laws ----

const shots = fc
  .array(
    fc.record({
      prompt: fc.constantFrom("a", "b", "c", "d"),
      duration: fc.constantFrom(5, 10),
      mode: fc.constantFrom("std" as const, "pro" as const),
      model: fc.constantFrom("kling-2.5-turbo", "kling-3.0"),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) => all.map((fields, index): Shot => ({ id: `s${index}`, ...fields })));

const money = fc.option(fc.integer({ min: 0, max: 600 }).map(cents), { nil: undefined });
const states = fc.constantFrom(
  "intent",
  "submitted",
  "succeeded",
  "stored",
  "recorded",
  "failed",
  "refused",
  "unknown",
) as fc.Arbitrary<Parameters<typeof attempt>[1]>;
const memories = fc.array(fc.option(fc.oneof(states, fc.constant("lock" as const)), { nil: undefined }), {
  minLength: 8,
  maxLength: 8,
});

function remembered(manifest: Manifest, memory: readonly (string | undefined)[]): PriorParts {
  const { graph, keyed } = keyedGraph(manifest);
  const seen = new Map(
    graph.steps.map((step, index) => [keyed(step.id).key, { keyed: keyed(step.id), state: memory[index] }]),
  );
  const each = [...seen.values()];
  return {
    renders: each.flatMap((one) => (one.state === "lock" ? [rendering(one.keyed, "a")] : [])),
    attempts: each.flatMap((one) =>
      one.state === undefined || one.state === "lock"
        ? []
        : [
            attempt(one.keyed.key, one.state as "intent", {
              artifact: artifact("a"),
              handle: handle(daysAgo(1)),
            }),
          ],
    ),
    held: [digestOf("a")],
  };
}

test("no plan promises more than its caps, creates a key twice, or differs when made again", () => {
  fc.assert(
    fc.property(shots, memories, money, money, (shots, memory, budget, maxCost) => {
      const manifest = film(...shots);
      const parts = remembered(manifest, memory);
      const options: Partial<PlanOptions> = {
        ...(budget === undefined ? {} : { budget }),
        ...(maxCost === undefined ? {} : { maxCost }),
      };
      const plan = planOf(manifest, parts, options);
      const { entries, digest } = approvalOf(plan);
      const total = entries.reduce((sum, entry) => sum + (entry.ceiling ?? 0), 0);
      expect(total).toBe(plan.totals.create.usd.high);
      if (maxCost !== undefined) expect(total).toBeLessThanOrEqual(maxCost);
      // What is committed already may be beyond the budget; nothing is added then.
      if (budget !== undefined && total > 0) expect(total + plan.committed).toBeLessThanOrEqual(budget);
      expect(new Set(entries.map((entry) => entry.reference)).size).toBe(entries.length);
      const creatingKeys = plan.steps.filter((each) => each.create !== undefined).map((each) => each.key);
      expect(entries.length).toBe(new Set(creatingKeys).size);
      expect(digest).toBe(planDigest(plan.realm, entries));
      expect(Object.values(plan.totals.count).reduce((sum, count) => sum + count, 0)).toBe(plan.steps.length);
      expect(planOf(manifest, parts, options)).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }),
  );
});

test("a step whose key is missing is a bug, not a render", () => {
  const { graph } = keyedGraph(five);
  expect(() => makePlan(graph, new Map(), priorOf(), catalogOf(), optionsOf())).toThrow("has no key");
});

describe("the old lip-sync of gateways", () => {
  const speaking = (fields: object) =>
    film(shot("1", { steps: [{ lip_sync: { text: "hello there", voice: "v", ...fields } }] }));
  const planned = (fields: object, more: object = {}) =>
    planOf(speaking(fields), {}, { lipSync: "old", ...more }).steps[1];

  test("has no known price, so a step waits until that is accepted by name", () => {
    expect(planned({})?.decision).toMatchObject({ kind: "blocked", because: { because: "price_unknown" } });
    const allowUnknownPrice = new Set(["shots.1.lip_sync"]);
    expect(planned({}, { allowUnknownPrice })).toMatchObject({
      decision: { kind: "render" },
      create: expect.not.objectContaining({ ceiling: expect.anything() as unknown }) as unknown,
    });
  });

  test.each<[string, object, string | undefined]>([
    ["a face", { face: 2 }, "face"],
    ["a place and a volume", { at: 1, volume: 0.5 }, "at and volume"],
    ["defaults written out", { face: 1, at: 0, volume: 1, original_volume: 1 }, undefined],
    ["a long text", { text: "word ".repeat(30) }, "a text of more than 120 characters"],
  ])("with %s is refused only for what it lacks", (_, fields, what) => {
    const because = planned(fields, { allowUnknownPrice: new Set(["shots.1.lip_sync"]) })?.decision;
    expect(because).toMatchObject(
      what === undefined
        ? { kind: "render" }
        : { kind: "blocked", because: { because: "unsupported", what, by: "old_lip_sync" } },
    );
  });

  test("is none of the sandbox's or the vendor's business otherwise", () => {
    expect(planOf(speaking({ face: 2 })).steps[1]?.decision.kind).toBe("render");
  });
});
