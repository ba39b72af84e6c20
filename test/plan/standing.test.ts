/** What a standing approval covers, what waits for a person and why, and what is done of a plan of which only a part may be ordered. */
import { describe, expect, it, test } from "vitest";
import { micros, usd } from "../../src/base/money.js";
import type { Tier } from "../../src/catalog/model.js";
import type { StepId } from "../../src/graph/input.js";
import { paidSteps, planDigest, createsOf } from "../../src/plan/approval.js";
import { withOnly } from "../../src/plan/gather.js";
import type { Plan } from "../../src/plan/plan.js";
import { standingOf, type Session } from "../../src/plan/standing.js";
import { manifestOf } from "../graph/manifests.js";
import { attempt, cents, decisionWords, keyedGraph, planOf, rendering, digestOf } from "./priors.js";

type Shots = NonNullable<Parameters<typeof manifestOf>[0]>["shots"];
const shots: Shots = [
  { id: "010", prompt: "a boat", steps: [] },
  { id: "020", prompt: "a storm", mode: "pro", steps: [] },
  { id: "030", prompt: "a pier", steps: [] },
];
const FILM = manifestOf({ provider: "kling", shots });
const PRICE = paidSteps(planOf(FILM)).map(({ create }) => create.ceiling ?? micros(0));
const [BOAT = 0, STORM = 0, PIER = 0] = PRICE;

function sessionOf(more: Partial<Session> = {}): Session {
  return {
    tiers: new Set<Tier>(["standard"]),
    failed: new Set(),
    again: new Set(),
    isOurs: () => true,
    restsMs: () => 0,
    ...more,
  };
}

/** How each paid step stands: `due`, or why it waits; with `open` where a yes would order it. */
function told(plan: Plan, session: Partial<Session>): Readonly<Record<string, string>> {
  const { due, open, waiting } = standingOf(plan, sessionOf(session));
  return Object.fromEntries(
    paidSteps(plan).map(({ step, create }) => {
      const why = waiting.find((each) => each.step === step.id)?.why;
      const word = due.has(create.reference) ? "due" : (why ?? "rests");
      return [step.id.slice(6, 9), open.has(create.reference) ? word : `${word}, not open`];
    }),
  );
}

describe("a standing approval", () => {
  const plan = planOf(FILM);
  it.each<[string, Partial<Session>, readonly string[]]>([
    ["that nobody gave covers nothing", {}, ["no_budget", "no_budget", "no_budget"]],
    ["covers the standard tier", { left: usd(20) }, ["due", "tier", "due"]],
    [
      "covers a tier that it names",
      { left: usd(20), tiers: new Set<Tier>(["standard", "pro"]) },
      ["due", "due", "due"],
    ],
    [
      "covers none that it does not name",
      { left: usd(20), tiers: new Set<Tier>(["pro"]) },
      ["tier", "due", "tier"],
    ],
    [
      "ends with its money, in film order, and what waits for a yes takes nothing of it",
      { left: micros(BOAT + PIER) },
      ["due", "ceiling, not open", "due"],
    ],
    [
      "does not stretch by a millionth",
      { left: micros(BOAT + STORM + PIER - 1) },
      ["due", "tier", "due, not open"],
    ],
    ["is left for later where a step rests", { left: usd(20), restsMs: () => 5 }, ["rests", "tier", "rests"]],
  ])("%s", (_, session, words) => {
    expect(Object.values(told(plan, session))).toEqual(words);
  });

  it("says when what rests falls due", () => {
    const restsMs = (id: StepId) => (id === "shots.010.clip" ? 700 : 300);
    expect(standingOf(plan, sessionOf({ left: usd(20), restsMs })).laterMs).toBe(300);
  });

  it("does not cover what failed in this session, and covers it once a person asks to try again", () => {
    const failed = new Set([keyedGraph(FILM).keyed("shots.010.clip").key]);
    expect(told(plan, { left: usd(20), failed })["010"]).toBe("again");
    expect(told(plan, { left: usd(20), again: failed })["010"]).toBe("due");
  });

  it("does not cover a second attempt, unless a person asks for it", () => {
    const { key } = keyedGraph(FILM).keyed("shots.010.clip");
    const second = planOf(FILM, { attempts: [attempt(key, "failed")] });
    expect(told(second, { left: usd(20) })["010"]).toBe("again");
    expect(told(second, { left: usd(20), again: new Set([key]) })["010"]).toBe("due");
  });

  it("does not cover a step whose earlier edit is still under way, which a yes does", () => {
    const before = keyedGraph(
      manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a raft", steps: [] }] }),
    );
    const { key, inputs } = before.keyed("shots.010.clip");
    const overtaken = planOf(FILM, { attempts: [attempt(key, "submitted")], intents: { [key]: inputs } });
    expect(overtaken.overtaken.length).toBe(1);
    expect(told(overtaken, { left: usd(20) })).toMatchObject({ "010": "overtaken", "030": "due" });
  });

  it("does not cover an unknown price, and under a ceiling no yes does, also where it was allowed by name", () => {
    const spoken = manifestOf({
      provider: "kling",
      shots: [
        {
          id: "010",
          prompt: "x",
          steps: [{ lip_sync: { text: "hello there", voice: "oversea_male1" } }],
        },
      ],
    });
    const unknown = planOf(
      spoken,
      {},
      { lipSync: "old", allowUnknownPrice: new Set(["shots.010.lip_sync"]) },
    );
    const under = standingOf(unknown, sessionOf({ left: usd(20) }));
    expect(under.dueSteps).toEqual(["shots.010.clip"]);
    expect(under.waiting).toEqual([{ step: "shots.010.lip_sync", why: "ceiling" }]);
    expect(under.open.size).toBe(1);
    // Without a ceiling a person may agree to it.
    const free = standingOf(unknown, sessionOf());
    expect(free.waiting).toContainEqual({ step: "shots.010.lip_sync", why: "unknown_price" });
    expect(free.open.size).toBe(2);
  });

  it("covers everything in the sandbox but what failed", () => {
    const sandbox = planOf(manifestOf({ shots }));
    expect(Object.values(told(sandbox, { left: micros(0) }))).toEqual(["due", "due", "due"]);
    const failed = new Set(sandbox.steps.slice(0, 1).map(({ key }) => key));
    expect(Object.values(told(sandbox, { failed }))).toEqual(["again", "due", "due"]);
  });

  it("lets a step wait for what it is made from", () => {
    const chain = manifestOf({
      provider: "kling",
      shots: [
        {
          id: "010",
          prompt: "a storm",
          mode: "pro",
          steps: [{ extend: { prompt: "on", via: "omni" } }],
        },
      ],
    });
    const { waiting } = standingOf(
      planOf(chain),
      sessionOf({ left: usd(20), tiers: new Set<Tier>(["standard", "master"]) }),
    );
    expect(waiting).toEqual([
      { step: "shots.010.clip", why: "tier" },
      { step: "shots.010.extend", why: "upstream" },
    ]);
  });
});

describe("part of a plan", () => {
  const plan = planOf(FILM);
  const named = (...ids: readonly string[]) =>
    new Set(paidSteps(plan).flatMap(({ step, create }) => (ids.includes(step.id) ? [create.reference] : [])));

  it("has the creates that are named and no others, and its digest covers them alone", () => {
    const part = withOnly(plan, named("shots.010.clip", "shots.030.clip"), 3);
    expect(part.steps.map(({ step }) => step.id)).toEqual(["shots.010.clip", "shots.030.clip"]);
    expect(part.digest).toBe(planDigest(plan.realm, createsOf(part)));
    expect(part.digest).not.toBe(plan.digest);
    expect(part.totals.create.usd.high).toBe(BOAT + PIER);
    expect(part.totals.count).toMatchObject({ render: 2, blocked: 0 });
  });

  it("is the plan itself when all are named", () => {
    const all = new Set(paidSteps(plan).map(({ create }) => create.reference));
    expect(withOnly(plan, all, 3)).toEqual(plan);
  });

  it("leaves out what needs something that is left out", () => {
    const chain = manifestOf({
      provider: "kling",
      shots: [{ id: "010", prompt: "x", steps: [{ extend: { prompt: "on", via: "omni" } }] }],
    });
    const whole = planOf(chain);
    const [, extend] = paidSteps(whole);
    expect(withOnly(whole, new Set(extend === undefined ? [] : [extend.create.reference]), 3).steps).toEqual(
      [],
    );
  });

  it("goes on with what is under way, and sends nothing that may never have arrived unless it is named", () => {
    const { keyed } = keyedGraph(FILM);
    const [boat, pier] = [keyed("shots.010.clip"), keyed("shots.030.clip")];
    const parts = {
      attempts: [
        attempt(boat.key, "submitted"),
        attempt(pier.key, "intent", { step: "shots.030.clip" as StepId }),
      ],
      intents: { [boat.key]: boat.inputs, [pier.key]: pier.inputs },
    };
    const going = planOf(FILM, parts);
    expect(withOnly(going, new Set(), 3).steps.map(decisionWords)).toEqual([
      "resume submitted 1",
      "resume intent 1",
    ]);
    const again = new Set(paidSteps(going).map(({ create }) => create.reference));
    expect(withOnly(going, again, 3).steps.map(decisionWords)).toContain("resume intent 1, may create");
    // What an intent may still cost stands in the books until it is known.
    expect(withOnly(going, new Set(), 3).committed).toBe(cents(42));
  });

  test("keeps what is there", () => {
    const made = rendering(keyedGraph(FILM).keyed("shots.010.clip"), "one");
    const there = planOf(FILM, {
      renders: [made],
      steps: { "shots.010.clip": made.key },
      held: [digestOf("one")],
    });
    expect(withOnly(there, new Set(), 3).steps.map(decisionWords)).toEqual(["restore from store"]);
  });
});
