/** Further attempts within a run: only after a plain failure, each a create of its own, within what was agreed to. */
import { describe, expect, test } from "vitest";
import { milliUnits, usd } from "../../src/base/money.js";
import type { Manifest, ShotStep } from "../../src/manifest/manifest.js";
import { approvalOf, clientReference } from "../../src/plan/approval.js";
import { committedMoney } from "../../src/plan/committed.js";
import type { Billed } from "../../src/plan/prior.js";
import type { Submission, TaskLook } from "../../src/provider/provider.js";
import type { RunEvent } from "../../src/run/event.js";
import { openPurse } from "../../src/run/purse.js";
import { graphOf, manifestOf } from "../graph/manifests.js";
import { FilmSet, type Took } from "./film-set.js";
import { vendorError, type Script } from "./scripted-provider.js";

const CLIP = "shots.010.clip";
const PRICE = usd(0.21);
type Shot = Manifest["shots"][number];
const shot = (id: string, more: Partial<Shot> = {}): Shot => ({ id, prompt: `shot ${id}`, ...more });
const filmOf = (...shots: readonly Shot[]): Manifest => manifestOf({ provider: "kling", shots });
const film = filmOf(shot("010"));
const twice = { options: { retries: 1 } };
const thrice = { options: { retries: 2 } };

/** The first so many tasks of a step fail. */
function failing(
  count: number,
  more: Partial<TaskLook> = {},
  is: (submission: Submission) => boolean = () => true,
): Script {
  const failed = new Set<string>();
  return {
    end: (submission) => {
      if (!is(submission)) return undefined;
      if (!failed.has(submission.reference) && failed.size >= count) return undefined;
      failed.add(submission.reference);
      return { status: "failed", message: "out of luck", outputs: [], ...more };
    },
  };
}

const keyOf = (took: Took, id = CLIP) =>
  took.plan.steps.find(({ step }) => step.id === id)?.key ?? ("" as never);
const attemptsOf = (set: FilmSet, took: Took, id = CLIP) =>
  set.vendor.submitted.map((reference) =>
    [1, 2, 3, 4].find((attempt) => clientReference(keyOf(took, id), attempt, "render") === reference),
  );
const committed = (set: FilmSet) => committedMoney(set.disk.prior(graphOf(film)));
const journaled = (set: FilmSet) =>
  set.disk.entries.flatMap((each) => (each.type === "placed" ? [] : [each.type])).join(" ");
const retryings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "step_retrying" ? [event] : []));

describe("a task that fails", () => {
  test("is followed by the next attempt, which is journaled, rendered and recorded as what it is", async () => {
    const set = new FilmSet(failing(1));
    const took = await set.run(film, twice);
    expect(took.lines).toEqual([`${CLIP} rendered`]);
    expect(attemptsOf(set, took)).toEqual([1, 2]);
    expect(journaled(set)).toBe("intent submitted failed intent submitted succeeded stored recorded");
    expect(set.disk.renders.get(keyOf(took))).toMatchObject({ attempt: 2, estimate: { usd: PRICE } });
    expect([took.spent, committed(set)]).toEqual([PRICE, PRICE]);
    expect((await set.run(film, twice)).lines).toEqual([`${CLIP} kept`]);
  });

  test("is told with its words and its bill, before the next attempt begins", async () => {
    const billed: Billed = { kind: "billed", units: milliUnits(500) };
    const set = new FilmSet(failing(1, { billed }));
    const { events } = await set.run(film, twice);
    const spent = usd(0.07);
    expect(retryings(events)).toEqual([
      { type: "step_retrying", step: CLIP, failed: 1, attempt: 2, why: "out of luck", billed, spent },
    ]);
    expect(events.map(({ type }) => type).filter((type) => type !== "step_processing")).toEqual([
      "run_started",
      "step_started",
      "step_submitted",
      "step_retrying",
      "step_submitted",
      "step_downloading",
      "step_ended",
      "run_ended",
    ]);
  });

  test("as often as it was agreed to has failed, and the next plan asks", async () => {
    const set = new FilmSet(failing(9));
    const took = await set.run(film, thrice);
    expect(took.lines).toEqual([`${CLIP} failed run/task-failed`]);
    expect(attemptsOf(set, took)).toEqual([1, 2, 3]);
    const [outcome] = took.outcomes.values();
    expect(outcome).toMatchObject({
      diagnostic: {
        why: "out of luck; the vendor does not say whether it charged for it; 3 attempts of this run failed",
      },
    });
    expect(set.plan(film, thrice.options).steps[0]?.create).toMatchObject({ attempt: 4, failures: 3 });
    expect(set.plan(film, thrice.options).steps[0]?.create?.foreseen).toBeUndefined();
  });

  test("is not followed by anything that was not agreed to", async () => {
    const set = new FilmSet(failing(1));
    const took = await set.run(film);
    expect([took.lines, attemptsOf(set, took)]).toEqual([[`${CLIP} failed run/task-failed`], [1]]);
  });

  test("holds up neither what depends on it nor its twin, once an attempt has succeeded", async () => {
    const set = new FilmSet(failing(1, {}, ({ action }) => action.kind === "image"));
    const chain = manifestOf({
      provider: "kling",
      images: [
        { id: "mara", prompt: "mara" },
        { id: "twin", prompt: "mara" },
      ],
      shots: [shot("010", { image: { from: "images.mara" } })],
    });
    const took = await set.run(chain, twice);
    expect(took.lines).toEqual([
      "images.mara rendered",
      "images.twin restored from store",
      `${CLIP} rendered`,
    ]);
    expect(set.vendor.tasks).toHaveLength(3);
  });
});

describe("no further attempt follows", () => {
  test.each<[string, Script, string]>([
    [
      "a task that was refused for its content",
      failing(1, { refusal: true, message: "risk control" }),
      "failed run/content-refused",
    ],
    [
      "a create that was refused",
      { submit: () => ({ kind: "refused", error: vendorError("invalid") }) },
      "failed run/request-refused",
    ],
    [
      "a create that was refused for its content",
      { submit: () => ({ kind: "refused", error: vendorError("content") }) },
      "failed run/content-refused",
    ],
    [
      "an account that refuses",
      { submit: () => ({ kind: "refused", error: vendorError("account") }) },
      "failed run/account, fatal",
    ],
    ["a task that the vendor lost", { look: () => ({ kind: "absent" }) }, "failed run/task-lost"],
    ["a create that nobody answers", { submit: () => "lose" }, "failed run/unreachable"],
    ["a result that cannot be fetched", { fetch: () => ({ kind: "expired" }) }, "failed run/download"],
    ["a task that carries another reference", failing(1, { reference: "km1-other" }), "failed run/task-lost"],
  ])("%s", async (_, script, expected) => {
    const set = new FilmSet(script);
    const took = await set.run(film, thrice);
    expect(took.lines).toEqual([`${CLIP} ${expected}`]);
    expect(new Set(set.vendor.submitted).size).toBe(1);
    expect(retryings(took.events)).toEqual([]);
  });

  test("an attempt that was refused for its content after one that simply failed", async () => {
    let ended = 0;
    const set = new FilmSet({
      end: () =>
        ++ended === 1
          ? { status: "failed", message: "out of luck", outputs: [] }
          : { status: "failed", message: "risk control", refusal: true, outputs: [] },
    });
    const took = await set.run(film, thrice);
    expect([took.lines, attemptsOf(set, took)]).toEqual([[`${CLIP} failed run/content-refused`], [1, 2]]);
    expect(set.plan(film, thrice.options).steps[0]?.decision.kind).toBe("blocked");
  });

  test("a stop: the failure stands, and the next run has the attempt that was agreed to", async () => {
    const set = new FilmSet(failing(1));
    const stop = new AbortController();
    const took = await set.run(film, {
      ...twice,
      stop,
      onEvent: (event) => void (event.type === "step_retrying" && stop.abort(new Error("stopped"))),
    });
    expect([took.lines, took.interrupted]).toEqual([[`${CLIP} failed run/task-failed`], true]);
    expect(attemptsOf(set, took)).toEqual([1]);
    const next = await set.run(film, { ...twice, approval: approvalOf(took.plan) });
    expect([next.lines, attemptsOf(set, next)]).toEqual([[`${CLIP} rendered`], [1, 2]]);
  });

  test("an account that refuses another step for good: the failure stands", async () => {
    const set = new FilmSet({
      ...failing(1),
      submit: ({ action }) =>
        "prompt" in action && action.prompt === "shot 020"
          ? { kind: "refused", error: vendorError("account") }
          : undefined,
    });
    const two = filmOf(shot("010"), shot("020"));
    const took = await set.run(two, thrice);
    expect(took.lines).toEqual([
      `${CLIP} failed run/task-failed`,
      "shots.020.clip failed run/account, fatal",
    ]);
    expect(set.vendor.tasks).toHaveLength(1);
  });

  test("a cap that leaves no room for it: the failure stands", async () => {
    const set = new FilmSet(failing(1));
    const took = await set.run(film, { ...twice, execution: { caps: { maxCost: usd(0.3) } } });
    expect([took.lines, attemptsOf(set, took)]).toEqual([[`${CLIP} failed run/task-failed`], [1]]);
    expect(journaled(set)).toBe("intent submitted failed");
  });
});

describe("what a failure cost", () => {
  test.each<[string, Billed, number]>([
    ["nothing, as the vendor says", { kind: "not_billed" }, 0],
    ["nothing that the vendor would say", { kind: "unknown" }, 0],
    ["its units at the price that was expected", { kind: "billed", units: milliUnits(1500) }, PRICE],
    ["fewer units than were expected", { kind: "billed", units: milliUnits(500) }, PRICE / 3],
    ["money, as the vendor says", { kind: "billed", usd: usd(0.5) }, usd(0.5)],
    ["something in another currency: what was expected", { kind: "billed" }, PRICE],
  ])("%s", async (_, billed, cost) => {
    const set = new FilmSet(failing(1, { billed }));
    const failed = await set.run(film);
    expect([failed.spent, committed(set)]).toEqual([cost, cost]);
    expect(failed.outcomes.get(failed.plan.steps[0]?.step.id as never)).toMatchObject({
      billed: billed.kind,
    });
    const again = await set.run(film);
    expect([again.spent, committed(set)]).toEqual([PRICE, cost + PRICE]);

    const retried = new FilmSet(failing(1, { billed }));
    const took = await retried.run(film, twice);
    expect([took.spent, committed(retried)]).toEqual([cost + PRICE, cost + PRICE]);
  });

  test("is no money of a run that only learnt of it", async () => {
    const billed: Billed = { kind: "billed", usd: usd(0.5) };
    const set = new FilmSet({
      ...failing(1, { billed }),
      submit: () => "take",
      find: () => ({ kind: "lost", why: "cut" }),
    });
    await set.run(film);
    set.vendor.script = failing(1, { billed });
    const found = await set.run(film, twice);
    expect(attemptsOf(set, found)).toEqual([1, 2]);
    expect([found.lines, found.spent]).toEqual([[`${CLIP} rendered`], PRICE]);
    expect(committed(set)).toBe(usd(0.71));
  });

  test("counts in a cap that holds over all attempts", () => {
    const set = new FilmSet();
    const plan = set.plan(film, thrice.options);
    const create = plan.steps[0]?.create;
    const purse = openPurse(plan, approvalOf(plan), { budgetLeft: usd(0.45) });
    const all = create === undefined ? [] : [create, ...(create.retries ?? [])];
    const said = all
      .map((each) => purse.admit(each))
      .map((each) => (typeof each === "string" ? each : "permit"));
    expect(said).toEqual(["permit", "permit", "over_cap"]);
    expect(purse.reserved).toBe(usd(0.42));
  });
});

describe("a run that dies", () => {
  test("at any moment goes on under the same yes, with no attempt that was not in it and none twice", async () => {
    let between = 0;
    for (let dieAfter = 1; dieAfter < 30; dieAfter++) {
      const set = new FilmSet(failing(1));
      const approval = approvalOf(set.plan(film, twice.options));
      await set.take(film, { ...twice, approval, dieAfter });
      if (set.disk.entries.at(-1)?.type === "failed") between++;
      let took = await set.run(film, { ...twice, approval });
      // A task that was under way is only collected; what follows its failure is the next run's.
      if (took.lines[0] !== `${CLIP} rendered`) took = await set.run(film, { ...twice, approval });
      expect(took.lines[0]).toMatch(/ (rendered|kept)$/);
      expect(set.vendor.tasks.map(({ submission }) => submission.reference)).toEqual([
        clientReference(keyOf(took), 1, "render"),
        clientReference(keyOf(took), 2, "render"),
      ]);
      expect(set.disk.renders.get(keyOf(took))?.attempt).toBe(2);
    }
    expect(between).toBeGreaterThan(0);
  });

  test("gets no permit for a further attempt whose failure the journal does not know", async () => {
    const set = new FilmSet();
    const plan = set.plan(film, twice.options);
    const [, retry] = approvalOf(plan).entries;
    if (retry === undefined) throw new Error("no further attempt");
    const { reference, ceiling = PRICE } = retry;
    expect(openPurse(plan, approvalOf(plan), {}).admit({ reference, ceiling })).toBe("not_approved");
    expect(openPurse(plan, approvalOf(plan), {}).admit({ reference, ceiling, failures: 1 })).toMatchObject({
      reference,
    });
  });
});

describe("steps that need more than one request", () => {
  const chain = (step: ShotStep, more: Partial<Shot> = {}) => filmOf(shot("010", { steps: [step], ...more }));
  const of = (kind: string) => (submission: Submission) => submission.action.kind === kind;

  test("an extension that carries no reference fails as certainly as any other, and is tried again", async () => {
    const native = chain({ extend: { via: "native" } }, { model: "kling-v1-6" });
    const set = new FilmSet({ ...failing(1, {}, of("extend")), references: false });
    const took = await set.run(native, twice);
    expect(took.lines).toEqual([`${CLIP} rendered`, "shots.010.extend rendered"]);
    expect(set.vendor.tasks).toHaveLength(3);
  });

  test("an extension whose second answer is lost is found in the list, and not taken for the one that failed", async () => {
    const native = chain({ extend: { via: "native" } }, { model: "kling-v1-6" });
    const set = new FilmSet({
      ...failing(1, {}, of("extend")),
      references: false,
      submit: (_, count) => (count === 3 ? "take" : undefined),
    });
    const took = await set.run(native, twice);
    expect(took.lines).toEqual([`${CLIP} rendered`, "shots.010.extend rendered"]);
    expect(set.disk.entries.flatMap((each) => (each.type === "submitted" ? [each.task] : []))).toEqual([
      "t1",
      "t2",
      "t3",
    ]);
    expect(set.vendor.tasks).toHaveLength(3);
  });

  test("a lip-sync looks for faces again, within the ceiling of its second attempt", async () => {
    const spoken = chain({ lip_sync: { text: "hello there", voice: "oversea_male1" } });
    const set = new FilmSet(failing(1, { billed: { kind: "not_billed" } }, of("lip_sync")));
    const took = await set.run(spoken, twice);
    expect(took.lines).toEqual([`${CLIP} rendered`, "shots.010.lip_sync rendered"]);
    const calls = set.log.filter((each) => each.startsWith("call "));
    expect(calls).toEqual(["call identify_face", "call speech", "call identify_face", "call speech"]);
    const small = took.plan.steps[1]?.estimate;
    if (small?.kind !== "priced") throw new Error("no price");
    // What comes before a failed task was paid for, however it ended: 0.1 unit at $0.14.
    const fee = usd(0.014);
    expect(took.spent).toBe(PRICE + fee + small.usd.high);
    expect(committedMoney(set.disk.prior(graphOf(spoken)))).toBe(took.spent);
    const [, permitted] = approvalOf(took.plan).entries.filter(({ step }) => step === "shots.010.lip_sync");
    expect(permitted?.ceiling).toBe(small.usd.high);
  });

  test("a lip-sync that fails each time has cost its small calls as often, and nothing else", async () => {
    const spoken = chain({ lip_sync: { text: "hello there", voice: "oversea_male1" } });
    const set = new FilmSet(failing(9, { billed: { kind: "not_billed" } }, of("lip_sync")));
    const took = await set.run(spoken, twice);
    expect(took.lines).toEqual([`${CLIP} rendered`, "shots.010.lip_sync failed run/task-failed"]);
    expect(took.spent).toBe(PRICE + 2 * usd(0.014));
    expect(committedMoney(set.disk.prior(graphOf(spoken)))).toBe(took.spent);
  });
});
