/** Chains and money: each yuan is counted once, nothing is bought twice, and what was paid for is asked for. */
import { describe, expect, test } from "vitest";
import { milliUnits, usd } from "../../src/base/money.js";
import type { Manifest, ShotStep } from "../../src/manifest/manifest.js";
import { approvalOf, uncovered } from "../../src/plan/approval.js";
import { chargedOr, committedMoney, withCalls } from "../../src/plan/committed.js";
import { graphOf, manifestOf } from "../graph/manifests.js";
import type { TaskId } from "../../src/plan/prior.js";
import { FilmSet } from "./film-set.js";
import { vendorError, type Script } from "./scripted-provider.js";

const SPOKEN = "shots.010.lip_sync";
const CEILING = 210_000;

type Shot = Manifest["shots"][number];

const shot = (name: string, steps: readonly ShotStep[], more: Partial<Shot> = {}): Shot => ({
  id: name,
  prompt: "a boat",
  ...more,
  steps,
});
const filmOf = (...shots: readonly Shot[]): Manifest => manifestOf({ provider: "kling", shots });
const one = (steps: readonly ShotStep[], more: Partial<Shot> = {}): Manifest =>
  filmOf(shot("010", steps, more));

const speak: ShotStep = { lip_sync: { audio: "vo/a.wav" } };
const say: ShotStep = { lip_sync: { text: "hello there", voice: "oversea_male1" } };
const omni: ShotStep = { extend: { via: "omni", prompt: "on" } };
const last: ShotStep = { extend: { via: "last_frame", prompt: "on" } };
const native: ShotStep = { extend: { via: "native" } };
const oldLipSync = { lipSync: "old", allowUnknownPrice: new Set([SPOKEN]) } as const;

/** The vendor takes such a step, its answer is lost, and it cannot be asked about for now. */
const answerLost = (kind: string): Script => ({
  submit: ({ action }) => (action.kind === kind ? "take" : undefined),
  find: () => ({ kind: "lost", why: "the connection was cut" }),
});

function losePictures(set: FilmSet): void {
  for (const [sha256, each] of set.disk.store) if (each.type === "image/png") set.disk.store.delete(sha256);
}

const committed = (set: FilmSet, film: Manifest) => committedMoney(set.disk.prior(graphOf(film)));
const loseClips = (set: FilmSet) => {
  for (const [sha256, each] of set.disk.store) if (each.type === "video/mp4") set.disk.store.delete(sha256);
  set.disk.outputs.clear();
};
const submitted = (set: FilmSet) => set.vendor.submitted.length;

describe("a held clip", () => {
  test("gives its own length to the price of what is spoken in it", async () => {
    const set = new FilmSet();
    await set.run(one([], { duration: 10 }));
    const ten = set.plan(one([speak], { duration: 10 })).steps[1];
    const held = set.plan(one([speak], { duration: 5, hold: true })).steps[1];
    expect(held?.key).toBe(ten?.key);
    expect(held?.create?.ceiling).toBe(ten?.create?.ceiling);
    expect(held?.create?.ceiling).toBeGreaterThan(0);
  });

  test("gives its own mode to the price and the tier of its native extension", async () => {
    const set = new FilmSet();
    await set.run(one([], { model: "kling-v1-6", mode: "pro" }));
    const pro = set.plan(one([native], { model: "kling-v1-6", mode: "pro" })).steps[1];
    const held = set.plan(one([native], { model: "kling-v1-6", mode: "std", hold: true })).steps[1];
    expect(pro?.tier).toBe("pro");
    expect([held?.key, held?.tier, held?.create?.ceiling]).toEqual([
      pro?.key,
      pro?.tier,
      pro?.create?.ceiling,
    ]);
  });
});

describe("a lip-sync between two endpoints", () => {
  test("is not sent to the one while the other may have taken it, at whatever moment the process died", async () => {
    let seen = 0;
    for (let dieAfter = 1; dieAfter < 30; dieAfter++) {
      const set = new FilmSet();
      await set.run(one([]));
      set.vendor.script = { oldLipSync: true };
      await set.take(one([speak]), { dieAfter, options: oldLipSync });
      if (set.vendor.tasks.length !== 2 || set.disk.entries.at(-1)?.type !== "intent") continue;
      seen += 1;
      set.vendor.script = { find: () => ({ kind: "absent" }) };
      const before = submitted(set);
      await set.run(one([speak]));
      expect(submitted(set)).toBe(before);
    }
    expect(seen).toBeGreaterThan(0);
  });

  test("that goes to the other one after all is looked for there by the next run, at whatever moment the process died", async () => {
    let seen = 0;
    for (let dieAfter = 1; dieAfter < 30; dieAfter++) {
      const set = new FilmSet();
      await set.run(one([]));
      set.vendor.script = {
        submit: () => "lose",
        find: () => ({ kind: "lost", why: "the connection was cut" }),
      };
      await set.run(one([speak]));
      const moved: Script = { oldLipSync: true, find: () => ({ kind: "absent" }) };
      set.vendor.script = moved;
      const died = (await set.take(one([speak]), { dieAfter, options: oldLipSync })) === undefined;
      if (!died || set.vendor.tasks.length !== 2) continue;
      seen += 1;
      set.vendor.script = moved;
      const before = submitted(set);
      await set.run(one([speak]), { options: oldLipSync });
      expect(submitted(set)).toBe(before);
    }
    expect(seen).toBeGreaterThan(0);
  });

  test("is found, and asked about from then on, where it was sent, whichever the environment names by then", async () => {
    const set = new FilmSet(answerLost("lip_sync"));
    await set.run(one([speak]));
    set.vendor.script = { oldLipSync: true };
    const took = await set.run(one([speak]), { options: oldLipSync });
    expect(took.lines[1]).toBe(`${SPOKEN} rendered`);
    expect(set.vendor.tasks).toHaveLength(2);
    const handles = [...set.disk.renders.values()].map(({ handle }) => handle);
    expect(handles.find((handle) => handle?.task === "t2")?.product).toBe("/lip_sync");
  });
});

test("a lip-sync that the old endpoint cannot take as it is stays where it was sent", async () => {
  const late: ShotStep = { lip_sync: { audio: "vo/a.wav", at: 1 } };
  const set = new FilmSet();
  await set.run(one([]));
  set.vendor.script = {
    submit: () => "lose",
    find: () => ({ kind: "lost", why: "the connection was cut" }),
  };
  await set.run(one([late]));
  set.vendor.script = { oldLipSync: true, submit: () => new Error("the old lip-sync has no at") };
  const moved = await set.run(one([late]), { options: oldLipSync });
  expect(moved.lines[1]).toBe(`${SPOKEN} blocked unsupported`);
  set.vendor.script = {};
  expect((await set.run(one([late]))).lines[1]).toBe(`${SPOKEN} rendered`);
});

describe("an open intent is counted once", () => {
  test("when what lies before it is blocked", async () => {
    const set = new FilmSet(answerLost("extend"));
    await set.run(one([last]));
    losePictures(set);
    set.vendor.script = {};
    const two = filmOf(shot("010", [last]), shot("020", [], { prompt: "a lighthouse" }));
    const decisionUnder = (budget: number) =>
      set.plan(two, { budget: usd(budget), tools: new Set() }).steps.at(-1)?.decision.kind;
    expect(decisionUnder(0.42)).toBe("blocked");
    expect(decisionUnder(0.63)).toBe("render");
  });

  test("when a hold makes it part of another chain", async () => {
    const set = new FilmSet(answerLost("extend"));
    await set.run(one([omni]));
    const plan = set.plan(one([omni], { prompt: "another boat", hold: true }), { budget: usd(0.84) });
    expect(plan.steps[1]?.decision.kind).toBe("resume");
  });

  test("when an entry of another account comes with a merge", async () => {
    const film = one([]);
    const set = new FilmSet({
      submit: () => "take",
      find: () => ({ kind: "lost", why: "the connection was cut" }),
    });
    await set.run(film);
    const open = committed(set, film);
    expect(open).toBe(CEILING);
    const theirs = new FilmSet();
    await theirs.run(film);
    for (const [key, each] of theirs.disk.renders) {
      const handle = each.handle && { ...each.handle, account: "theirs", task: "their-task" as TaskId };
      set.disk.renders.set(key, { ...each, ...(handle && { handle }) });
    }
    expect(committed(set, film)).toBe(2 * CEILING);
  });

  test("when a hold leads away from it", async () => {
    const set = new FilmSet();
    await set.run(one([], { prompt: "old" }));
    await set.run(one([], { prompt: "new" }));
    set.vendor.script = answerLost("extend");
    await set.run(one([omni], { prompt: "new" }));
    await set.run(one([], { prompt: "old" }));
    const held = set.plan(one([omni], { prompt: "new", hold: true }));
    expect(held.committed).toBe(2 * CEILING + 3 * CEILING);
  });
});

describe("a paid task", () => {
  test("that cannot be asked for with these credentials says so, also where it could not be sent", async () => {
    const set = new FilmSet(answerLost("extend"));
    await set.run(one([last]));
    losePictures(set);
    const error = vendorError("credentials", 1002);
    set.vendor.script = { find: () => ({ kind: "failed", error }) };
    const took = await set.run(one([last]), { options: { tools: new Set() } });
    expect(took.lines.at(-1)).toMatch(/ failed run\/credentials, fatal$/);
  });

  test("is asked for even where what lies before it cannot be had any more", async () => {
    const set = new FilmSet(answerLost("extend"));
    await set.run(one([last]));
    losePictures(set);
    set.vendor.script = {};
    const took = await set.run(one([last]), { options: { tools: new Set() } });
    expect(took.lines.at(-1)).toBe("shots.010.extend rendered");
    expect(set.vendor.tasks).toHaveLength(2);
  });

  test.each<[string, ShotStep, (set: FilmSet) => void, Script]>([
    [
      "a picture that cannot be taken",
      last,
      (set) => {
        losePictures(set);
        const open = set.disk.open.bind(set.disk);
        set.disk.open = () => ({
          ...open(),
          frame: () => Promise.resolve({ kind: "failed", why: "ffmpeg is broken" }),
        });
      },
      {},
    ],
    [
      "a clip that the vendor has dropped",
      omni,
      (set) => {
        set.disk.store.clear();
        set.disk.outputs.clear();
      },
      { look: (task) => (task === "t1" ? { kind: "absent" } : undefined) },
    ],
  ])(
    "is asked for even where what lies before it fails in this very run: %s",
    async (_, step, lose, script) => {
      const set = new FilmSet(answerLost("extend"));
      await set.run(one([step]));
      lose(set);
      set.vendor.script = script;
      const took = await set.run(one([step]));
      expect(took.lines.at(-1)).toBe("shots.010.extend rendered");
      expect(took.spent).toBe(0);
      expect(set.vendor.tasks).toHaveLength(2);
    },
  );

  test("is asked for even where the budget has no room for it any more", async () => {
    const set = new FilmSet(answerLost("extend"));
    await set.run(one([omni]));
    set.vendor.script = {};
    const took = await set.run(one([omni]), { options: { budget: usd(0.1) } });
    expect(took.lines.at(-1)).toBe("shots.010.extend rendered");
    expect(took.events.filter((each) => each.type === "notice")).toEqual([]);
    expect(set.vendor.tasks).toHaveLength(2);
  });

  test("that was never taken is not sent where the budget has no room for it any more", async () => {
    const set = new FilmSet({
      submit: ({ action }) =>
        action.kind === "extend" ? { kind: "lost", why: "the connection was cut" } : undefined,
      find: () => ({ kind: "lost", why: "the connection was cut" }),
    });
    await set.run(one([omni]));
    set.vendor.script = {};
    const before = submitted(set);
    const took = await set.run(one([omni]), { options: { budget: usd(0.1) } });
    expect(took.lines.at(-1)).toBe("shots.010.extend blocked over_budget");
    expect(submitted(set)).toBe(before);
  });

  test.each<[string, string, Script]>([
    ["credentials of another account do not see it", "other", { find: () => ({ kind: "absent" }) }],
    [
      "the vendor refuses to answer",
      "acct",
      { find: () => ({ kind: "failed", error: vendorError("credentials") }) },
    ],
  ])("that an edit overtook is not given up where %s", async (_, account, script) => {
    const set = new FilmSet(answerLost("text_to_video"));
    await set.run(one([], { prompt: "old" }));
    set.vendor.script = script;
    await set.run(one([], { prompt: "new" }), { execution: { provider: { ...set.vendor, account } } });
    set.vendor.script = {};
    await set.run(one([], { prompt: "new" }));
    expect(set.plan(one([], { prompt: "old" })).totals.create.usd.high).toBe(0);
    expect((await set.run(one([], { prompt: "old" }))).lines).toHaveLength(1);
    expect(set.vendor.tasks).toHaveLength(2);
  });

  test("that the vendor turns out not to have leaves the step blocked by what lies before it", async () => {
    const set = new FilmSet({
      submit: ({ action }) =>
        action.kind === "extend" ? { kind: "lost", why: "the connection was cut" } : undefined,
      find: () => ({ kind: "lost", why: "the connection was cut" }),
    });
    await set.run(one([last]));
    losePictures(set);
    set.vendor.script = {};
    const before = submitted(set);
    await set.clock.advance(3_600_000);
    const took = await set.run(one([last]), { options: { tools: new Set() } });
    expect(took.lines.at(-1)).toBe("shots.010.extend blocked by shots.010.clip.last-frame");
    expect(submitted(set)).toBe(before);
  });
});

describe("the small calls of a lip-sync", () => {
  test("do not exceed what was approved, however often a run is repeated", async () => {
    const set = new FilmSet();
    await set.run(one([]));
    const approval = approvalOf(set.plan(one([say])));
    set.vendor.script = { call: () => ({ kind: "lost", why: "the connection was cut" }) };
    for (let i = 0; i < 10; i++) await set.run(one([say]), { approval }).catch(() => undefined);
    const ceilings = set.disk.entries.flatMap((each) => (each.type === "calling" ? [each.ceiling ?? 0] : []));
    expect(ceilings.length).toBeGreaterThan(0);
    expect(ceilings.reduce((total, each) => total + each, 0)).toBeLessThanOrEqual(
      approval.entries[0]?.ceiling ?? 0,
    );
  });

  test("that were billed far above their price use up the yes under which they were sent", async () => {
    const set = new FilmSet();
    await set.run(one([]));
    const approval = approvalOf(set.plan(one([say])));
    const faces = [{ id: "f1", startMs: 0, endMs: 60_000 }];
    const billed = { kind: "billed", units: milliUnits(5_000) } as const;
    set.vendor.script = {
      call: ({ kind }) =>
        kind === "identify_face" ? { kind: "faces", session: "s1", faces, billed } : undefined,
      submit: () => ({ kind: "refused", error: vendorError("invalid") }),
    };
    expect(uncovered(approval, set.plan(one([say])))).toEqual([]);
    await set.run(one([say]), { approval });
    expect(uncovered(approval, set.plan(one([say])))).toEqual([{ step: SPOKEN, why: "dearer" }]);
    expect(committed(set, one([say]))).toBeGreaterThan(700_000);
  });

  test("that a stopped run sent count in the next one: under one yes each is sent twice at most", async () => {
    const stop = new AbortController();
    const set = new FilmSet();
    await set.run(one([]));
    const approval = approvalOf(set.plan(one([speak])));
    set.vendor.script = { call: () => (stop.abort(), { kind: "lost", why: "the connection was cut" }) };
    const calling = () => set.disk.entries.filter((each) => each.type === "calling").length;
    await set.run(one([speak]), { approval, stop });
    expect(calling()).toBe(1);
    await set.run(one([speak]), { approval });
    expect(calling()).toBe(2);
  });

  test("stop at once, and nothing follows them, when the run is stopped", async () => {
    const stop = new AbortController();
    const set = new FilmSet({
      call: ({ kind }) => {
        if (kind === "identify_face") stop.abort();
        return undefined;
      },
    });
    await set.run(one([]));
    const before = set.log.length;
    await set.run(one([say]), { stop });
    const after = set.log.slice(before).filter((each) => /^(call|submit) /.test(each));
    expect(after).toEqual(["call identify_face"]);
  });

  test.each<[string, (stop: AbortController) => Script]>([
    ["is refused", () => ({ call: () => ({ kind: "refused", error: vendorError("content", 1301) }) })],
    [
      "a busy vendor never took",
      (stop) => ({ call: () => (stop.abort(), { kind: "refused", error: vendorError("busy") }) }),
    ],
  ])("leave nothing in the books for one that %s", async (_, script) => {
    const stop = new AbortController();
    const set = new FilmSet();
    await set.run(one([]));
    set.vendor.script = script(stop);
    const took = await set.run(one([speak]), { stop });
    expect(took.spent).toBe(0);
    expect(set.disk.entries.filter((each) => each.type === "calling")).toHaveLength(1);
    expect(set.disk.entries.at(-1)?.type).not.toBe("calling");
    const attempts = [...set.disk.prior(graphOf(one([speak]))).attempts.values()].flat();
    expect(attempts.flatMap((each) => each.calls ?? [])).toEqual([]);
  });

  test("stay in the books when the bill of the lip-sync is not known", async () => {
    const set = new FilmSet();
    await set.run(one([]));
    set.vendor.script = { call: () => ({ kind: "lost", why: "the connection was cut" }) };
    await set.run(one([speak]));
    await set.run(one([speak]));
    const before = committed(set, one([speak]));
    set.vendor.script = {};
    await set.run(one([speak]));
    // One more look for faces, and nothing twice.
    expect(committed(set, one([speak]))).toBe(before + 7_000);
  });

  test("never make a bill without an amount smaller than what was expected", () => {
    const estimate = { units: milliUnits(700), usd: usd(0.098) };
    const call = { call: "identify_face", units: milliUnits(50), ceiling: usd(0.007) };
    expect(chargedOr(withCalls({ kind: "billed" }, [call]), estimate)).toBe(usd(0.098));
  });

  test("end with the look for faces when there is none, also in later runs", async () => {
    const set = new FilmSet({
      call: ({ kind }) =>
        kind === "identify_face"
          ? { kind: "faces", session: "s", faces: [], billed: { kind: "unknown" } }
          : undefined,
    });
    await set.run(one([say]));
    await set.run(one([say]));
    expect(set.log.filter((each) => each.startsWith("call "))).toEqual(["call identify_face"]);
  });
});

describe("a native extension whose answer was lost", () => {
  const model = { model: "kling-v1-6" };
  const lossy: Script = {
    references: false,
    submit: ({ action }) => (action.kind === "extend" ? "take" : undefined),
  };
  /** The clips that are to be extended, already rendered. */
  async function made(...shots: readonly ReturnType<typeof shot>[]): Promise<FilmSet> {
    const set = new FilmSet({ references: false });
    await set.run(filmOf(...shots));
    set.vendor.script = lossy;
    return set;
  }

  test("is found in the product's list by its clip, and adopted", async () => {
    const set = await made(shot("010", [], model));
    const took = await set.run(one([native], model));
    expect(took.lines[1]).toBe("shots.010.extend rendered");
    expect(set.vendor.tasks).toHaveLength(2);
    expect(set.disk.entries.find((each) => each.type === "submitted" && each.adopted)).toMatchObject({
      task: "t2",
    });
  });

  test("is found by the next run when this one died", async () => {
    const set = await made(shot("010", [], model));
    set.vendor.script = { ...lossy, list: () => ({ kind: "lost", why: "cut" }) };
    expect((await set.run(one([native], model))).lines[1]).toMatch(/failed run\/unreachable/);
    set.vendor.script = lossy;
    expect((await set.run(one([native], model))).lines[1]).toBe("shots.010.extend rendered");
    expect(set.vendor.tasks).toHaveLength(2);
  });

  test("is a person's to settle where two extensions of one clip are unclear, and nothing is sent twice", async () => {
    const two = (steps: boolean) =>
      filmOf(
        shot("010", steps ? [native] : [], model),
        shot("020", steps ? [{ extend: { ...native.extend, prompt: "another way" } }] : [], model),
      );
    const set = new FilmSet({ references: false });
    await set.run(two(false));
    set.vendor.script = lossy;
    const took = await set.run(two(true));
    expect(
      took.lines.filter((line) => line.includes("extend")).every((line) => line.endsWith("unknown")),
    ).toBe(true);
    expect(set.vendor.tasks).toHaveLength(3);
    expect((await set.run(two(true))).lines.filter((line) => line.endsWith("blocked unknown"))).toHaveLength(
      2,
    );
    expect(set.vendor.tasks).toHaveLength(3);
  });

  test("never takes a task that another step has", async () => {
    const set = await made(shot("010", [], model));
    await set.run(one([native], model));
    const other = { extend: { ...native.extend, prompt: "another way" } };
    set.vendor.script = { references: false, submit: () => "lose" };
    expect((await set.run(one([other], model))).lines[1]).toBe("shots.010.extend unknown");
  });
});

test("a native extension that was certainly not sent is sent by the next run", async () => {
  const model = { model: "kling-v1-6" };
  const set = new FilmSet({ references: false });
  await set.run(one([], model));
  set.vendor.script = {
    references: false,
    submit: () => ({ kind: "lost", why: "connection refused", unsent: true }),
  };
  await set.run(one([native], model));
  set.vendor.script = { references: false };
  expect((await set.run(one([native], model))).lines[1]).toBe("shots.010.extend rendered");
});

test("what could not be sent because an input could not be read is sent by the next run", async () => {
  const set = new FilmSet();
  await set.run(one([]));
  const unreadable = Object.assign(new Error("EIO: input/output error"), { code: "EIO" });
  set.vendor.script = { oldLipSync: true, submit: () => unreadable };
  expect((await set.run(one([speak]), { options: oldLipSync })).lines[1]).toMatch(/failed/);
  set.vendor.script = { oldLipSync: true };
  expect((await set.run(one([speak]), { options: oldLipSync })).lines[1]).toBe(`${SPOKEN} rendered`);
});

test("what starts from a picture records the clip behind it, though that is still being fetched", async () => {
  const set = new FilmSet();
  const after = (prompt: string) =>
    filmOf(shot("010", []), shot("020", [], { prompt, image: { from: "shots.010", frame: "last" } }));
  await set.run(after("x"));
  loseClips(set);
  const took = await set.run(after("y"));
  const made = took.plan.steps.at(-1);
  const consumed = made === undefined ? undefined : set.disk.renders.get(made.key)?.consumed;
  expect(Object.keys(consumed ?? {})).toHaveLength(2);
});

test("pictures are taken out of clips a few at a time", async () => {
  const set = new FilmSet();
  const shots = Array.from({ length: 24 }, (_, i) => shot(`s${i}`, [], { prompt: `p${i}` }));
  await set.run(filmOf(...shots));
  let now = 0;
  let most = 0;
  const open = set.disk.open.bind(set.disk);
  set.disk.open = () => {
    const disk = open();
    return {
      ...disk,
      frame: async (...given) => {
        most = Math.max(most, ++now);
        for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return disk.frame(...given);
      },
    };
  };
  await set.run(filmOf(...shots.map((each) => ({ ...each, steps: [last] }))));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
});
