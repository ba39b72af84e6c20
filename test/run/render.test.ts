/** One step from its decision to its lock entry: what is held is never bought, what is paid for is never given up. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/manifest/manifest.js";
import type { Attempt, Rendering } from "../../src/plan/prior.js";
import type { LookAnswer } from "../../src/provider/provider.js";
import type { Outcome } from "../../src/run/event.js";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet, id, type Took } from "./film-set.js";
import { vendorError, type Script } from "./scripted-provider.js";

const CLIP = id("shots.010.clip");
const OUT = "renders/default/010/clip.mp4";
const film: Manifest = manifestOf({
  provider: "kling",
  shots: [{ id: "010", prompt: "a boat", image: "refs/a.png" }],
});
const outcomeOf = (took: Took): Outcome => took.outcomes.get(CLIP) as Outcome;
const creates = (set: FilmSet) => set.log.filter((each) => each.startsWith("submit")).length;
const entry = (set: FilmSet): Rendering => [...set.disk.renders.values()][0] as Rendering;

/** A film whose run died right after the given operation. `first` is rendered before, in peace. */
async function diedAfter(
  operation: string,
  script: Script = {},
  manifest = film,
  first?: Manifest,
): Promise<FilmSet> {
  for (let dieAfter = 1; dieAfter < 60; dieAfter++) {
    const set = new FilmSet(script);
    if (first !== undefined) await set.run(first);
    await set.take(manifest, { dieAfter });
    if (set.log.at(-1)?.startsWith(operation)) {
      set.log.length = 0;
      return set;
    }
  }
  throw new Error(`nothing ends with ${operation}`);
}

describe("coming back after a death", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "journal intent",
      "resume intent",
      // Again, because what a killed run wrote may not have reached the disk itself.
      ["find", "material", "journal intent", "submit", "journal submitted"],
    ],
    ["submit", "resume intent", ["find", "journal submitted"]],
    ["journal submitted", "resume submitted", []],
    ["journal succeeded", "resume succeeded", ["arrival"]],
    ["store", "resume succeeded", ["arrival"]],
    ["journal stored", "resume stored", [`lock ${CLIP}`, "journal recorded", `place ${OUT}`, "retire"]],
    ["lock", "restore", [`lock ${CLIP}`, `place ${OUT}`, "retire"]],
    ["journal recorded", "restore", [`lock ${CLIP}`, `place ${OUT}`, "retire"]],
    ["place", "keep", [`lock ${CLIP}`, "retire"]],
  ])("after %s: %s", async (operation, decision, begins) => {
    const set = await diedAfter(operation);
    const found = set.plan(film).steps[0]?.decision;
    expect(`${found?.kind}${found?.kind === "resume" ? ` ${found.attempt.state}` : ""}`).toBe(decision);
    await set.run(film);
    expect(set.story.slice(0, begins.length)).toEqual(begins);
    expect(set.vendor.tasks).toHaveLength(1);
    expect(set.disk.outputs.has(OUT)).toBe(true);
    expect(set.plan(film).totals.count.keep).toBe(1);
  });

  test("a task reserves its ceiling when it is sent, and nothing when an earlier run had sent it", async () => {
    const reserved = async (operation: string) => {
      const set = await diedAfter(operation);
      const { events } = await set.run(film);
      return events.flatMap((event) => (event.type === "step_submitted" ? [event.reserved] : []));
    };
    expect(await reserved("journal intent")).toEqual([210_000]);
    expect(await reserved("submit")).toEqual([0]);
  });

  test("a task that an earlier run had sent is no money of the run that finds it", async () => {
    expect((await (await diedAfter("journal intent")).run(film)).spent).toBe(210_000);
    expect((await (await diedAfter("submit")).run(film)).spent).toBe(0);
  });

  test.each(["submitted", "succeeded", "stored"] as const)(
    "a task that is %s is collected without a create, at no money",
    async (state) => {
      const set = await diedAfter(`journal ${state}`);
      expect(set.plan(film).totals.create.usd.high).toBe(0);
      const took = await set.run(film);
      expect(outcomeOf(took).status).toBe("rendered");
      expect(creates(set)).toBe(0);
    },
  );

  test("a task that failed meanwhile is told as failed", async () => {
    const set = await diedAfter("journal submitted", {
      end: () => ({ status: "failed", message: "gone wrong", outputs: [] }),
    });
    expect((await set.run(film)).lines).toEqual([`${CLIP} failed run/task-failed`]);
    expect(set.disk.entries.at(-1)).toMatchObject({
      type: "failed",
      message: "gone wrong",
      refusal: false,
      billed: { kind: "unknown" },
    });
  });

  test("a submission under other credentials is neither asked about nor sent again", async () => {
    const set = await diedAfter("submit");
    const took = await set.run(film, { execution: { provider: { ...set.vendor, account: "other" } } });
    expect(outcomeOf(took).status).toBe("unknown");
    expect(set.story.filter((each) => each !== "retire")).toEqual([]);
    // With the right ones it is found.
    expect(outcomeOf(await set.run(film)).status).toBe("rendered");
    expect(set.vendor.tasks).toHaveLength(1);
  });

  test("a task that the vendor denies again and again is given up, and the next attempt has a reference of its own", async () => {
    const set = await diedAfter("journal submitted");
    set.vendor.script = { look: () => ({ kind: "absent" }) };
    expect((await set.run(film)).lines).toEqual([`${CLIP} failed run/task-lost`]);
    set.vendor.script = {};
    expect((await set.run(film)).lines).toEqual([`${CLIP} rendered`]);
    expect(creates(set)).toBe(1);
    expect(new Set(set.vendor.submitted).size).toBe(set.vendor.submitted.length);
  });

  test.each([
    ["journal intent", "sent anew", "new"],
    ["submit", "found", "old"],
  ])(
    "after %s and a replaced upstream, a create that is %s consumed the %s artifact",
    async (operation, _, which) => {
      const manifest = manifestOf({
        provider: "kling",
        images: [{ id: "a", prompt: "x" }],
        shots: [{ id: "010", image: { from: "images.a" } }],
      });
      const set = await diedAfter(operation, {}, manifest, { ...manifest, shots: [] });
      const before = entry(set);
      const other = { ...before.artifact, sha256: "f".repeat(64) as never };
      set.disk.store.set(other.sha256, other);
      set.disk.renders.set(before.key, { ...before, artifact: other });
      await set.run(manifest);
      const clip = [...set.disk.renders.values()].find(
        (each) => each.inputs.action.kind === "image_to_video",
      );
      expect(clip?.consumed).toEqual({
        [before.key]: which === "new" ? other.sha256 : before.artifact.sha256,
      });
      expect(set.vendor.tasks).toHaveLength(2);
    },
  );
});

describe("fetching", () => {
  test.each<[string, Script, readonly string[]]>([
    [
      "an address that expired is asked for again",
      { fetch: (_, count) => (count === 1 ? { kind: "expired" } : undefined) },
      ["arrival", "fetch t1", "look t1", "arrival", "fetch t1", "store"],
    ],
    [
      "a cut transfer is tried again",
      { fetch: (_, count) => (count === 1 ? { kind: "failed", why: "cut" } : undefined) },
      ["arrival", "fetch t1", "look t1", "arrival", "fetch t1", "store"],
    ],
    [
      "a broken clip is fetched again",
      { fetch: (_, count) => (count === 1 ? "broken" : undefined) },
      ["arrival", "fetch t1", "store", "look t1", "arrival", "fetch t1", "store"],
    ],
  ])("%s", async (_, script, expected) => {
    const set = await diedAfter("journal succeeded", script);
    set.vendor.script = script;
    await set.run(film);
    // The first look of a resumed download is for a fresh address.
    expect(set.log.slice(0, expected.length + 1)).toEqual(["look t1", ...expected]);
    expect(set.disk.outputs.has(OUT)).toBe(true);
  });

  test("what cannot be fetched stays at the vendor: it failed safely, and the next run fetches it", async () => {
    const set = new FilmSet({ fetch: () => ({ kind: "failed", why: "cut" }) });
    const took = await set.run(film);
    expect(outcomeOf(took)).toMatchObject({
      status: "failed",
      retry: "safe",
      diagnostic: { code: "run/download", why: "cut" },
    });
    set.vendor.script = {};
    expect((await set.run(film)).lines).toEqual([`${CLIP} rendered`]);
    expect(creates(set)).toBe(1);
  });

  test("a task is not asked about more often than polls allow, even for a fresh address", async () => {
    const set = new FilmSet({ fetch: () => ({ kind: "expired" }) });
    await set.run(film);
    const times = [...set.vendor.looks.values()][0] ?? [];
    expect(times.length).toBeGreaterThan(3);
    for (const [index, at] of times.entries())
      if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(5_000);
  });

  const succeeded = { status: "succeeded", outputs: [], billed: { kind: "unknown" } } as const;
  test.each<[string, LookAnswer, string]>([
    ["the vendor has lost it", { kind: "absent" }, "the vendor does not have it any more"],
    ["the question is lost", { kind: "lost", why: "cut" }, "cut"],
    ["the question is refused", { kind: "failed", error: vendorError("credentials") }, "a credentials error"],
    [
      "it shows no result",
      { kind: "found", look: { task: "t1" as never, ...succeeded } },
      "the finished task shows no result",
    ],
  ])("a finished clip stays collectable when %s", async (_, answer, why) => {
    const set = await diedAfter("journal succeeded");
    set.vendor.script = { look: () => answer };
    expect(outcomeOf(await set.run(film))).toMatchObject({
      status: "failed",
      retry: "safe",
      diagnostic: { code: "run/download", why },
    });
    set.vendor.script = {};
    expect((await set.run(film)).lines).toEqual([`${CLIP} rendered`]);
    expect(creates(set)).toBe(0);
  });

  test("a clip that only the vendor has is fetched at no cost, and the journal is left alone", async () => {
    const set = new FilmSet();
    await set.run(film);
    set.disk.store.clear();
    set.disk.outputs.clear();
    const lines = set.disk.entries.length;
    const took = await set.run(film);
    expect(took.lines).toEqual([`${CLIP} restored from vendor`]);
    expect(set.disk.entries.slice(lines).map((each) => each.type)).toEqual(["placed"]);
    expect(creates(set)).toBe(1);
  });

  test("a length or shape that was not asked for is kept, flagged and not bought again", async () => {
    const words = manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat" }] });
    const set = new FilmSet();
    const disk = set.disk.open();
    const odd: typeof disk = {
      ...disk,
      arrival: async (key) => {
        const arrival = await disk.arrival(key);
        return {
          ...arrival,
          finish: async (product) => {
            const finished = await arrival.finish(product);
            return finished.kind === "kept"
              ? { ...finished, artifact: { ...finished.artifact, seconds: 3.04, width: 720, height: 720 } }
              : finished;
          },
        };
      },
    };
    const took = await set.run(words, { execution: { disk: odd } });
    expect(outcomeOf(took)).toMatchObject({
      status: "rendered",
      flags: ["asked for 5 s, is 3.04 s long", "asked for 16:9, is 720x720"],
    });
    expect(entry(set).flags).toHaveLength(2);
    expect(set.plan(words).totals.count.keep).toBe(1);
  });
});

describe("placing", () => {
  test("somebody's file at the output path is left alone, and the clip is safe in the store", async () => {
    const set = new FilmSet();
    set.disk.outputs.set(OUT, "e".repeat(64) as never);
    const took = await set.run(film);
    expect(outcomeOf(took)).toMatchObject({ status: "rendered", conflict: { code: "output/changed" } });
    expect(set.disk.outputs.get(OUT)).toBe("e".repeat(64));
    expect((await set.run(film)).lines).toEqual([`${CLIP} kept, conflict`]);
    expect(creates(set)).toBe(1);
  });

  test("a stored clip that is damaged is told as missing", async () => {
    const set = new FilmSet();
    await set.run(film);
    set.disk.outputs.clear();
    const disk = set.disk.open();
    const took = await set.run(film, {
      execution: { disk: { ...disk, place: () => Promise.resolve({ kind: "damaged" }) } },
    });
    expect(took.lines).toEqual([`${CLIP} blocked missing`]);
  });

  test("an output that changed between plan and run, of a clip that no vendor keeps, is missing", async () => {
    const set = new FilmSet();
    await set.run(film);
    const { handle: _handle, ...rest } = entry(set);
    set.disk.renders.set(rest.key, rest);
    set.disk.store.clear();
    const disk = set.disk.open();
    const took = await set.run(film, {
      execution: { disk: { ...disk, reclaim: () => Promise.resolve(false) } },
    });
    expect(took.lines).toEqual([`${CLIP} blocked missing`]);
  });

  test("an output that changed between plan and run is fetched from the vendor instead", async () => {
    const set = new FilmSet();
    await set.run(film);
    set.disk.store.clear();
    const disk = set.disk.open();
    const took = await set.run(film, {
      execution: { disk: { ...disk, reclaim: () => Promise.resolve(false) } },
    });
    expect(took.plan.steps[0]?.decision).toMatchObject({ kind: "restore", from: "output" });
    expect(took.lines).toEqual([`${CLIP} restored from vendor`]);
  });
});

describe("before the create", () => {
  test("an input that changed since the plan is no reason to pay: nothing is journaled or sent", async () => {
    const set = new FilmSet();
    const disk = set.disk.open();
    const took = await set.run(film, {
      execution: {
        disk: {
          ...disk,
          material: () =>
            Promise.resolve({ kind: "unavailable", why: "refs/a.png was changed since the plan" }),
        },
      },
    });
    expect(outcomeOf(took)).toMatchObject({
      status: "failed",
      retry: "safe",
      billed: "not_billed",
      diagnostic: { why: "refs/a.png was changed since the plan" },
    });
    expect([creates(set), set.disk.lines]).toEqual([0, []]);
  });

  test("the intent says all that is needed to go on without the manifest", async () => {
    const set = await diedAfter("journal intent");
    const planned = set.plan(film).steps[0];
    expect(set.disk.entries[0]).toMatchObject({
      type: "intent",
      reference: planned?.create?.reference,
      key: planned?.key,
      inputs: JSON.parse(JSON.stringify(planned?.inputs)) as object,
      step: CLIP,
      attempt: 1,
      call: "render",
      realm: "kling",
      route: "kling",
      account: "acct",
      dialect: "new",
      product: "/image_to_video",
      model: "kling-2.5-turbo",
      ceiling: planned?.create?.ceiling,
      consumed: {},
    });
  });

  test.each<[string, Script, Attempt["state"], string]>([
    [
      "refused for another reason than content",
      { submit: () => ({ kind: "refused", error: vendorError("invalid", 1201) }) },
      "refused",
      "failed run/request-refused",
    ],
    ["never answered", { submit: () => "lose" }, "intent", "failed run/unreachable"],
    ["lost on a route without references", { references: false, submit: () => "take" }, "unknown", "unknown"],
  ])("a create that is %s leaves the journal at %s", async (_, script, state, line) => {
    const set = new FilmSet(script);
    expect((await set.run(film)).lines).toEqual([`${CLIP} ${line}`]);
    const last = set.disk.entries.at(-1);
    expect(last?.type).toBe(state);
  });
});
