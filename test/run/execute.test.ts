/** A plan is carried out to its end: in order, within the limits, each create once, whatever fails, stops or dies. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usd } from "../../src/base/money.js";
import type { Manifest, Shot } from "../../src/manifest/manifest.js";
import { approvalOf } from "../../src/plan/approval.js";
import type { Rendering } from "../../src/plan/prior.js";
import { WrongServer } from "../../src/provider/provider.js";
import { exitOfOutcomes } from "../../src/run/exit.js";
import { manifestOf } from "../graph/manifests.js";
import { decisionWords, ids } from "../plan/priors.js";
import { FilmSet, id, type Took } from "./film-set.js";
import { settle } from "./hand-clock.js";
import { vendorError } from "./scripted-provider.js";

const shot = (name: string, more: Partial<Shot> = {}): Shot => ({
  id: name,
  prompt: `shot ${name}`,
  ...more,
});
const film = (...shots: readonly Shot[]): Manifest => manifestOf({ provider: "kling", shots });
const from = (image: string): Partial<Shot> => ({ image: { from: image } });
/** mara → 010, coat (from mara) → 020, and 030 alone. */
const tree = manifestOf({
  provider: "kling",
  images: [
    { id: "mara", prompt: "mara" },
    { id: "coat", prompt: "coat", image: { from: "images.mara" } },
  ],
  shots: [shot("010", from("images.mara")), shot("020", from("images.coat")), shot("030")],
});
const usable = (took: Took | undefined) =>
  took?.lines.filter((line) => !/ (kept|rendered|restored from \w+)$/.test(line));
const submits = (set: FilmSet) =>
  set.log.filter((each) => each.startsWith("submit ")).map((each) => each.slice(7));

/** A rendering that no vendor keeps any more. */
function lost({ handle: _handle, ...rest }: Rendering): Rendering {
  return rest;
}

describe("a good day", () => {
  test("an image and a clip from it, each written down before and after it is paid for", async () => {
    const set = new FilmSet();
    const took = await set.run(
      manifestOf({
        provider: "kling",
        images: [{ id: "mara", prompt: "x" }],
        shots: [shot("010", from("images.mara"))],
      }),
    );
    expect(took.lines).toEqual(["images.mara rendered", "shots.010.clip rendered"]);
    const life = (step: string, output: string, material: readonly string[]) => [
      ...material,
      "journal intent",
      "submit",
      "journal submitted",
      "journal succeeded",
      "arrival",
      expect.stringMatching(/^fetch t\d$/) as string,
      "store",
      "journal stored",
      `lock ${step}`,
      "journal recorded",
      `place ${output}`,
    ];
    expect(set.story).toEqual([
      ...life("images.mara", "renders/default/images/mara.png", []),
      ...life("shots.010.clip", "renders/default/010/clip.mp4", ["material"]),
      "retire",
    ]);
    expect([...set.disk.outputs.keys()]).toEqual([
      "renders/default/images/mara.png",
      "renders/default/010/clip.mp4",
    ]);
    expect(took.spent).toBe(took.plan.totals.create.usd.high);
  });

  test("the lock remembers what was consumed, by whose key, and the handle", async () => {
    const set = new FilmSet();
    const took = await set.run(tree);
    const [mara, , clip] = ["images.mara", "images.coat", "shots.010.clip"].map((name) =>
      set.disk.renders.get(took.plan.steps.find((each) => each.step.id === name)?.key as never),
    );
    expect(clip?.consumed).toEqual({ [mara?.key ?? ""]: mara?.artifact.sha256 });
    expect(clip?.handle).toMatchObject({
      task: expect.stringMatching(/^t\d$/) as string,
      route: "kling",
      account: "acct",
    });
  });

  test("a second run finds nothing to do, and asks the vendor nothing", async () => {
    const set = new FilmSet();
    await set.run(tree);
    set.log.length = 0;
    const again = await set.run(tree);
    expect(again.plan.totals.count).toMatchObject({ keep: 5, render: 0, restore: 0 });
    expect(set.story.filter((each) => !each.startsWith("lock"))).toEqual(["retire"]);
    expect(again.spent).toBe(0);
  });

  test("one prompt changed renders exactly that step and what depends on it", async () => {
    const set = new FilmSet();
    await set.run(tree);
    const changed = {
      ...tree,
      images: tree.images.map((each) => (each.id === "coat" ? { ...each, prompt: "red coat" } : each)),
    };
    const took = await set.run(changed);
    expect(took.lines).toEqual([
      "images.mara kept",
      "images.coat rendered",
      "shots.010.clip kept",
      "shots.020.clip rendered",
      "shots.030.clip kept",
    ]);
    expect(set.vendor.tasks).toHaveLength(7);
  });

  test("an output that was deleted comes back from the store, at no request", async () => {
    const set = new FilmSet();
    await set.run(film(shot("010")));
    set.disk.outputs.clear();
    set.log.length = 0;
    expect((await set.run(film(shot("010")))).lines).toEqual(["shots.010.clip restored from store"]);
    expect(set.story).toEqual(["lock shots.010.clip", "place renders/default/010/clip.mp4", "retire"]);
  });

  test("events tell each step's start, submission and end once, run_started first and run_ended last", async () => {
    const set = new FilmSet();
    const { events, plan } = await set.run(tree);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(["run_started", "run_ended"]);
    expect(events[0]).toMatchObject({ digest: plan.digest, steps: 5, creates: 5 });
    for (const type of ["step_started", "step_submitted", "step_ended"] as const) {
      const steps = events.flatMap((event) => (event.type === type ? [event.step] : []));
      expect(steps.toSorted()).toEqual(plan.steps.map((each) => each.step.id).toSorted());
    }
  });

  test("an empty plan ends at once", async () => {
    expect((await new FilmSet().run(film())).lines).toEqual([]);
  });
});

describe("limits", () => {
  test("no more tasks at once than allowed, per model, and never fewer while there is work", async () => {
    const set = new FilmSet();
    const shots = Array.from({ length: 12 }, (_, index) =>
      shot(`${index}`, { model: index % 2 === 0 ? "kling-2.5-turbo" : "kling-2.6" }),
    );
    await set.run(film(...shots));
    expect([...set.vendor.most]).toEqual([
      ["kling-2.5-turbo", 3],
      ["kling-2.6", 3],
    ]);
  });

  test("a slot is free again when the task has ended, not when its clip has been fetched", async () => {
    let release = (): void => undefined;
    const set = new FilmSet({
      gate: (request) =>
        request === "fetch t1" ? new Promise((resolve) => void (release = resolve)) : undefined,
    });
    const running = set.run(film(shot("1"), shot("2")), {
      execution: { limits: { concurrency: 1, downloads: 2, pollMs: 5_000 } },
      onEvent: (event) => {
        // The first download goes on until the second task was submitted.
        if (event.type === "step_submitted" && event.step === "shots.2.clip") release();
      },
    });
    expect((await running).lines).toEqual(["shots.1.clip rendered", "shots.2.clip rendered"]);
  });

  test("one slot and one download at a time are enough for everything", async () => {
    const took = await new FilmSet().run(tree, {
      execution: { limits: { concurrency: 1, downloads: 1, pollMs: 5_000 } },
    });
    expect(usable(took)).toEqual([]);
  });

  test("a cap that is reached in the run blocks what is left, although the plan had room", async () => {
    const set = new FilmSet();
    const took = await set.run(film(shot("1"), shot("2"), shot("3")), {
      execution: { caps: { budgetLeft: usd(0.42) } },
    });
    expect(took.lines).toEqual([
      "shots.1.clip rendered",
      "shots.2.clip rendered",
      "shots.3.clip blocked over_budget",
    ]);
    expect(exitOfOutcomes(took.outcomes.values())).toBe(5);
  });

  test("what the approval does not name is not created", async () => {
    const set = new FilmSet();
    const manifest = film(shot("1"), shot("2"));
    const yes = approvalOf(set.plan(manifest));
    const took = await set.run(manifest, { approval: { ...yes, entries: yes.entries.slice(0, 1) } });
    expect(took.lines).toEqual(["shots.1.clip rendered", "shots.2.clip failed run/bug"]);
    expect(set.vendor.tasks).toHaveLength(1);
  });
});

describe("failures", () => {
  const failing = (...prompts: readonly string[]) =>
    new FilmSet({
      end: ({ action }) =>
        "prompt" in action && prompts.includes(action.prompt ?? "")
          ? { status: "failed", message: "out of luck", outputs: [] }
          : undefined,
    });

  test("one step's failure stops nobody but what depends on it, and that in a line each", async () => {
    const set = failing("coat");
    const took = await set.run(tree);
    expect(took.lines).toEqual([
      "images.mara rendered",
      "images.coat failed run/task-failed",
      "shots.010.clip rendered",
      "shots.020.clip blocked by images.coat",
      "shots.030.clip rendered",
    ]);
    expect(exitOfOutcomes(took.outcomes.values())).toBe(1);
    expect(
      took.events.filter((event) => event.type === "step_ended" && event.step === id("shots.020.clip")),
    ).toHaveLength(1);
  });

  test("the next run plans a second attempt, which is another reference", async () => {
    const set = failing("shot 010");
    await set.run(film(shot("010")));
    set.vendor.script = {};
    const took = await set.run(film(shot("010")));
    expect(took.plan.steps.map((each) => decisionWords(each))).toEqual(["render 2"]);
    expect(new Set(submits(set)).size).toBe(2);
  });

  test("a content refusal is remembered, and not tried again unless asked", async () => {
    const set = new FilmSet({ submit: () => ({ kind: "refused", error: vendorError("content", 1301) }) });
    expect((await set.run(film(shot("010")))).lines).toEqual(["shots.010.clip failed run/content-refused"]);
    set.vendor.script = {};
    expect((await set.run(film(shot("010")))).lines).toEqual(["shots.010.clip blocked refused"]);
    expect(
      (await set.run(film(shot("010")), { options: { retryRefused: ids("shots.010.clip") } })).lines,
    ).toEqual(["shots.010.clip rendered"]);
  });

  test.each(["credentials", "account"] as const)(
    "a %s error for good ends later creates, and nothing that is under way",
    async (kind) => {
      const set = new FilmSet();
      const shots = ["1", "2", "3", "4", "5", "6"].map((name) => shot(name));
      set.vendor.script = {
        submit: (_, count) => (count === 2 ? { kind: "refused", error: vendorError(kind) } : undefined),
      };
      const took = await set.run(film(...shots), {
        execution: { limits: { concurrency: 2, downloads: 2, pollMs: 5_000 } },
      });
      expect(took.lines[0]).toBe("shots.1.clip rendered");
      expect(took.lines[1]).toBe(`shots.2.clip failed run/${kind}, fatal`);
      expect(took.lines.slice(2)).toEqual(
        ["3", "4", "5", "6"].map((name) => `shots.${name}.clip blocked by shots.2.clip`),
      );
      expect(submits(set)).toHaveLength(2);
      expect(exitOfOutcomes(took.outcomes.values())).toBe(9);
      // With the account in order again, the same approval covers what is left: no attempt was used up.
      set.vendor.script = {};
      expect(set.plan(film(...shots)).steps.map((each) => decisionWords(each))).toEqual([
        "keep",
        ...Array<string>(5).fill("render 1"),
      ]);
    },
  );

  test("what was submitted before is collected although nothing new can be created", async () => {
    const set = new FilmSet();
    const shots = ["1", "2", "3", "4"].map((name) => shot(name));
    const stop = new AbortController();
    await set.run(film(...shots), {
      stop,
      execution: { limits: { concurrency: 4, downloads: 2, pollMs: 5_000 } },
      onEvent: (event) =>
        void (
          event.type === "step_submitted" &&
          event.step === "shots.4.clip" &&
          stop.abort(new Error("stopped"))
        ),
    });
    set.vendor.script = { submit: () => ({ kind: "refused", error: vendorError("account") }) };
    const took = await set.run(film(shot("0", { model: "kling-2.6" }), ...shots), {
      execution: { limits: { concurrency: 1, downloads: 1, pollMs: 5_000 } },
    });
    expect(took.lines).toEqual([
      "shots.0.clip failed run/account, fatal",
      ...shots.map((each) => `shots.${each.id}.clip rendered`),
    ]);
  });

  test("the wrong server ends all creates before one is sent", async () => {
    const set = new FilmSet({
      submit: () =>
        new WrongServer({ kind: "address", message: "this is a sandbox", help: "unset KLING_BASE_URL" }),
    });
    const took = await set.run(film(shot("1"), shot("2")), {
      execution: { limits: { concurrency: 1, downloads: 1, pollMs: 5_000 } },
    });
    expect(took.lines[0]).toBe("shots.1.clip failed run/credentials, fatal");
    expect(exitOfOutcomes(took.outcomes.values())).toBe(9);
    expect(set.vendor.tasks).toHaveLength(0);
  });

  test("credentials that are refused while polling end the step, and its task is collected by the next run", async () => {
    const set = new FilmSet({ look: () => ({ kind: "failed", error: vendorError("credentials") }) });
    expect((await set.run(film(shot("1")))).lines).toEqual(["shots.1.clip failed run/credentials, fatal"]);
    set.vendor.script = {};
    expect((await set.run(film(shot("1")))).lines).toEqual(["shots.1.clip rendered"]);
    expect(submits(set)).toHaveLength(1);
  });

  test("a disk that is full fails the step it hits, and the next run goes on from there", async () => {
    const set = new FilmSet();
    let full = true;
    set.disk.gate = (operation) =>
      full && operation === "store"
        ? Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }))
        : undefined;
    const took = await set.run(film(shot("010")));
    expect(took.lines).toEqual(["shots.010.clip failed run/disk"]);
    full = false;
    expect((await set.run(film(shot("010")))).lines).toEqual(["shots.010.clip rendered"]);
    expect(set.vendor.tasks).toHaveLength(1);
  });

  test("a create whose intent could not be written down is not sent", async () => {
    const set = new FilmSet();
    set.disk.gate = (operation) =>
      operation === "journal intent"
        ? Promise.reject(Object.assign(new Error("gone"), { code: "EIO" }))
        : undefined;
    expect((await set.run(film(shot("010")))).lines).toEqual(["shots.010.clip failed run/disk"]);
    expect(submits(set)).toEqual([]);
  });

  test("a clip that is complete is kept where what it was made from is lost", async () => {
    const set = new FilmSet();
    const manifest = manifestOf({
      provider: "kling",
      images: [{ id: "mara", prompt: "x" }],
      shots: [shot("010", from("images.mara"))],
    });
    await set.run(manifest);
    const key = set.plan(manifest).steps[0]?.key;
    const entry = set.disk.renders.get(key as never);
    // The still is gone everywhere, and the vendor keeps it no more.
    set.disk.store.delete(entry?.artifact.sha256 as never);
    set.disk.outputs.delete("renders/default/images/mara.png");
    if (entry !== undefined) set.disk.renders.set(entry.key, lost(entry));
    expect((await set.run(manifest)).lines).toEqual(["images.mara blocked missing", "shots.010.clip kept"]);
  });

  test("a paid task is collected although what it was made from is lost", async () => {
    const set = new FilmSet();
    const stop = new AbortController();
    const manifest = manifestOf({
      provider: "kling",
      images: [{ id: "mara", prompt: "x" }],
      shots: [shot("010", from("images.mara"))],
    });
    await set.run(manifest, {
      stop,
      onEvent: (event) =>
        void (
          event.type === "step_submitted" &&
          event.step === "shots.010.clip" &&
          stop.abort(new Error("stopped"))
        ),
    });
    const key = set.plan(manifest).steps[0]?.key;
    const entry = set.disk.renders.get(key as never);
    set.disk.store.delete(entry?.artifact.sha256 as never);
    set.disk.outputs.clear();
    if (entry !== undefined) set.disk.renders.set(entry.key, lost(entry));
    expect((await set.run(manifest)).lines).toEqual([
      "images.mara blocked missing",
      "shots.010.clip rendered",
    ]);
  });
});

describe("steps of equal keys", () => {
  const twins = film(shot("1", { prompt: "same" }), shot("2", { prompt: "same" }));

  test("share one create, and each has its output", async () => {
    const set = new FilmSet();
    const took = await set.run(twins);
    expect(took.lines).toEqual(["shots.1.clip rendered", "shots.2.clip restored from store"]);
    expect(set.vendor.tasks).toHaveLength(1);
    expect([...set.disk.outputs.keys()]).toEqual([
      "renders/default/1/clip.mp4",
      "renders/default/2/clip.mp4",
    ]);
    expect(took.spent).toBe(usd(0.21));
    expect((await set.run(twins)).lines).toEqual(["shots.1.clip kept", "shots.2.clip kept"]);
  });

  test("fail together", async () => {
    const set = new FilmSet({ end: () => ({ status: "failed", message: "no", outputs: [] }) });
    expect((await set.run(twins)).lines).toEqual([
      "shots.1.clip failed run/task-failed",
      "shots.2.clip failed run/task-failed",
    ]);
    expect(set.vendor.tasks).toHaveLength(1);
  });

  test("are resumed together", async () => {
    const set = new FilmSet();
    const stop = new AbortController();
    const first = await set.run(twins, {
      stop,
      onEvent: (event) => void (event.type === "step_submitted" && stop.abort(new Error("stopped"))),
    });
    expect(first.lines).toEqual([
      "shots.1.clip interrupted, under way",
      "shots.2.clip interrupted, under way",
    ]);
    expect((await set.run(twins)).lines).toEqual([
      "shots.1.clip rendered",
      "shots.2.clip restored from store",
    ]);
    expect(set.vendor.tasks).toHaveLength(1);
  });

  test("are looked at soon when they are resumed, however rarely a run asks otherwise", async () => {
    const set = new FilmSet();
    const stop = new AbortController();
    const execution = { limits: { concurrency: 1, downloads: 1, pollMs: 600_000 } };
    await set.run(twins, {
      stop,
      execution,
      onEvent: (event) => void (event.type === "step_submitted" && stop.abort(new Error("stopped"))),
    });
    await set.clock.advance(3_600_000);
    const resumedMs = set.clock.now();
    await set.run(twins, { execution });
    expect(set.clock.now() - resumedMs).toBe(2_500);
  });

  test("bought again, both have the new clip", async () => {
    const set = new FilmSet();
    await set.run(twins);
    const took = await set.run(twins, { options: { rebuy: ids("shots.2.clip") } });
    expect(took.lines).toEqual(["shots.1.clip rendered", "shots.2.clip restored from store"]);
    expect(set.vendor.tasks).toHaveLength(2);
    expect((await set.run(twins)).lines).toEqual(["shots.1.clip kept", "shots.2.clip kept"]);
  });

  test("count once in what was spent, whichever of them starts first", async () => {
    // The clips' images are twins too; film order of the images makes the later clip's need ready first.
    const manifest = manifestOf({
      provider: "kling",
      images: [
        { id: "a", prompt: "same" },
        { id: "b", prompt: "same" },
      ],
      shots: [
        shot("1", { prompt: "same", ...from("images.b") }),
        shot("2", { prompt: "same", ...from("images.a") }),
      ],
    });
    const set = new FilmSet();
    const took = await set.run(manifest);
    expect(usable(took)).toEqual([]);
    expect(set.vendor.tasks).toHaveLength(2);
    expect(took.spent).toBe(took.plan.totals.create.usd.high);
  });

  test("one of them lost: the other is taken back from its output all the same", async () => {
    const set = new FilmSet();
    await set.run(twins);
    for (const [key, entry] of set.disk.renders) set.disk.renders.set(key, lost(entry));
    set.disk.store.clear();
    set.disk.outputs.delete("renders/default/1/clip.mp4");
    expect((await set.run(twins)).lines).toEqual([
      "shots.1.clip blocked missing",
      "shots.2.clip restored from output",
    ]);
    expect((await set.run(twins)).lines).toEqual(["shots.1.clip restored from store", "shots.2.clip kept"]);
  });

  test("a clip that lies at its place is kept although its twin's copy cannot be made", async () => {
    const set = new FilmSet();
    await set.run(twins);
    set.disk.outputs.delete("renders/default/1/clip.mp4");
    const disk = set.disk.open();
    const broken = { ...disk, place: () => Promise.resolve({ kind: "damaged" } as const) };
    const took = await set.run(twins, { execution: { disk: broken } });
    expect(took.lines).toEqual(["shots.1.clip blocked missing", "shots.2.clip kept"]);
  });

  test("a new rendering of the one is placed for the other too, because the lock knows one of a key", async () => {
    const manifest = manifestOf({
      provider: "kling",
      images: [{ id: "a", prompt: "x" }],
      shots: [
        shot("1", { prompt: "same", ...from("images.a") }),
        shot("2", { prompt: "same", hold: true, ...from("images.a") }),
      ],
    });
    const set = new FilmSet();
    await set.run(manifest);
    const image = [...set.disk.renders.values()].find((each) => each.inputs.action.kind === "image");
    if (image === undefined) throw new Error("no image");
    const other = { ...image.artifact, sha256: "f".repeat(64) as never };
    set.disk.store.set(other.sha256, other);
    set.disk.renders.set(image.key, { ...image, artifact: other });
    const took = await set.run(manifest);
    expect(took.lines.slice(1)).toEqual(["shots.1.clip rendered", "shots.2.clip restored from store"]);
    expect(set.disk.outputs.get("renders/default/1/clip.mp4")).toBe(
      set.disk.outputs.get("renders/default/2/clip.mp4"),
    );
  });
});

describe("stopping", () => {
  test("nothing more is submitted, what is under way is said, and the next run collects it without a create", async () => {
    const set = new FilmSet({ taskMs: 600_000 });
    const stop = new AbortController();
    const shots = ["1", "2", "3", "4", "5"].map((name) => shot(name));
    const took = await set.run(film(...shots), {
      stop,
      onEvent: (event) => void (event.type === "step_processing" && stop.abort(new Error("stopped"))),
    });
    expect(took.interrupted).toBe(true);
    expect(took.lines).toEqual(
      ["1", "2", "3"]
        .map((name) => `shots.${name}.clip interrupted, under way`)
        .concat(["4", "5"].map((name) => `shots.${name}.clip interrupted`)),
    );
    expect(set.disk.retired).toEqual([]);
    const creates = submits(set).length;
    expect(creates).toBe(3);
    const next = await set.run(film(...shots));
    expect(usable(next)).toEqual([]);
    expect(submits(set)).toHaveLength(5);
    expect(new Set(submits(set)).size).toBe(5);
  });

  test("while one is being submitted, its answer is waited for and written down", async () => {
    let answer: (said: "accept") => void = () => undefined;
    const set = new FilmSet({
      taskMs: 600_000,
      submit: (_, count) => (count === 2 ? new Promise((resolve) => void (answer = resolve)) : undefined),
    });
    const stop = new AbortController();
    const running = set.run(film(shot("1"), shot("2"), shot("3", { image: "refs/a.png" })), {
      stop,
      onEvent: (event) => {
        if (event.type !== "step_processing" || stop.signal.aborted) return;
        stop.abort(new Error("stopped"));
        void settle().then(() => answer("accept"));
      },
    });
    const took = await running;
    expect(took.lines.slice(0, 2)).toEqual([
      "shots.1.clip interrupted, under way",
      "shots.2.clip interrupted, under way",
    ]);
    expect(set.disk.entries.filter((entry) => entry.type === "submitted")).toHaveLength(
      set.vendor.tasks.length,
    );
  });

  test.each(["step_waiting", "step_downloading", "step_started", "step_submitted"] as const)(
    "at %s it ends, and nothing is paid for twice",
    async (type) => {
      const set = new FilmSet({
        submit: (_, count) => (count === 1 ? { kind: "refused", error: vendorError("busy") } : undefined),
      });
      const stop = new AbortController();
      const took = await set.run(tree, {
        stop,
        onEvent: (event) => void (event.type === type && stop.abort(new Error("stopped"))),
      });
      expect(took.interrupted).toBe(true);
      expect(took.lines.some((line) => line.includes("failed") || line.includes("blocked"))).toBe(false);
      expect(usable(await set.run(tree))).toEqual([]);
      expect(set.vendor.tasks).toHaveLength(5);
    },
  );

  test("before it began, nothing happens but what costs no step", async () => {
    const set = new FilmSet();
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    const took = await set.run(tree, { stop });
    expect(took.lines.every((line) => line.endsWith("interrupted"))).toBe(true);
    expect(set.story).toEqual([]);
  });
});

// ---- Death and return ----

const shots = fc.array(
  fc.record({ prompt: fc.constantFrom("a", "b", "c"), upstream: fc.option(fc.nat(2), { nil: undefined }) }),
  { minLength: 1, maxLength: 5 },
);
const films = fc.tuple(fc.integer({ min: 1, max: 3 }), shots).map(([images, all]): Manifest =>
  manifestOf({
    provider: "kling",
    images: Array.from({ length: images }, (_, index) => ({ id: `i${index}`, prompt: `still ${index % 2}` })),
    shots: all.map(({ prompt, upstream }, index) =>
      shot(`s${index}`, { prompt, ...(upstream === undefined ? {} : from(`images.i${upstream % images}`)) }),
    ),
  }),
);
const troubles = fc.array(fc.constantFrom("accept", "take", "lose", "busy", "maintenance" as const), {
  maxLength: 12,
});

function trouble(kinds: readonly string[]) {
  return (_: unknown, count: number) => {
    const kind = kinds[count - 1] ?? "accept";
    return kind === "busy" || kind === "maintenance"
      ? ({ kind: "refused", error: vendorError(kind) } as const)
      : (kind as "accept" | "take" | "lose");
  };
}

test("killed anywhere, again and again, a film is finished with one task for each key", async () => {
  await fc.assert(
    fc.asyncProperty(
      films,
      troubles,
      fc.array(fc.nat(60), { maxLength: 4 }),
      async (manifest, kinds, deaths) => {
        const set = new FilmSet({ submit: trouble(kinds) });
        const keys = new Set(set.plan(manifest).steps.map((each) => each.key));
        for (const dieAfter of deaths) await set.take(manifest, { dieAfter });
        let took = await set.run(manifest);
        // A create that was lost four times running is left to the next run.
        for (let more = 0; more < 5 && (usable(took)?.length ?? 0) > 0; more++)
          took = await set.run(manifest);
        expect(usable(took)).toEqual([]);
        expect(set.vendor.tasks).toHaveLength(keys.size);
        expect(new Set(submits(set)).size).toBe(keys.size);
        expect((await set.run(manifest)).plan.totals.count.keep).toBe(took.plan.steps.length);
      },
    ),
    { numRuns: 60 },
  );
});

test("stopped at any operation and whatever the vendor does, a run ends, and the next one goes on where it was", async () => {
  await fc.assert(
    fc.asyncProperty(
      films,
      troubles,
      fc.array(fc.nat(60), { maxLength: 3 }),
      async (manifest, kinds, stops) => {
        const set = new FilmSet({ submit: trouble(kinds) });
        const keys = new Set(set.plan(manifest).steps.map((each) => each.key));
        for (const stopAfter of stops) {
          const stop = new AbortController();
          let operations = 0;
          const gate = (): undefined => void (++operations === stopAfter && stop.abort(new Error("stopped")));
          set.disk.gate = gate;
          set.vendor.script = { ...set.vendor.script, gate };
          const took = await set.run(manifest, { stop });
          expect(took.interrupted).toBe(stop.signal.aborted);
          expect(took.outcomes.size).toBe(took.plan.steps.length);
        }
        let took = await set.run(manifest);
        for (let more = 0; more < 5 && (usable(took)?.length ?? 0) > 0; more++)
          took = await set.run(manifest);
        expect(usable(took)).toEqual([]);
        expect(set.vendor.tasks).toHaveLength(keys.size);
      },
    ),
    { numRuns: 60 },
  );
});

test("killed at every single operation, a film of two steps is finished with two tasks", async () => {
  const manifest = manifestOf({
    provider: "kling",
    images: [{ id: "mara", prompt: "x" }],
    shots: [shot("010", from("images.mara"))],
  });
  let deaths = 0;
  for (let dieAfter = 0; ; dieAfter++) {
    const set = new FilmSet();
    if ((await set.take(manifest, { dieAfter })) !== undefined) break;
    deaths++;
    expect([dieAfter, usable(await set.run(manifest)), set.vendor.tasks.length]).toEqual([dieAfter, [], 2]);
  }
  expect(deaths).toBeGreaterThan(20);
});

test("what is submitted is what the plan named, each reference once but for re-sends of the same", async () => {
  await fc.assert(
    fc.asyncProperty(films, troubles, async (manifest, kinds) => {
      const set = new FilmSet({ submit: trouble(kinds) });
      const named = new Set<string>(approvalOf(set.plan(manifest)).entries.map((entry) => entry.reference));
      await set.run(manifest);
      const sent = submits(set);
      expect(sent.filter((reference) => !named.has(reference))).toEqual([]);
      const doubtful = kinds.filter((kind) => kind !== "accept").length;
      expect(sent.length).toBeLessThanOrEqual(named.size + doubtful);
      expect(set.vendor.tasks.length).toBeLessThanOrEqual(named.size);
    }),
    { numRuns: 60 },
  );
});
