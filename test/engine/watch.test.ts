/** Watching a film: what is shown after a save, what is ordered by itself, what waits for a key, and what is never lost. */
import { describe, expect, it, test } from "vitest";
import { vendorError } from "../run/scripted-provider.js";
import { watchStory } from "./watch-story.js";

const shot = (prompt: string, more = "") => `"010": { prompt: "${prompt}"${more} }`;
const film = (shots: string, provider = "kling") =>
  `version: 1\nproject: night-ferry\nprovider: ${provider}\nshots:\n  ${shots}\n`;
const STANDARD = { budgetUsd: 20 };

describe("in the sandbox, where nothing costs", () => {
  test("what is missing is rendered at once, and a save is followed by what it changed", async () => {
    const story = await watchStory(
      film(shot("a boat"), "sandbox"),
      {},
      { realm: "sandbox", loopback: true, taskMs: 500 },
    );
    await story.pass(3_000);
    expect(story.ordered()).toEqual(["a boat"]);
    expect(story.decisions()).toEqual({ "shots.010.clip": "keep" });
    expect(story.stand()?.phase).toBe("idle");
    story.save(film(shot("a ferry"), "sandbox"));
    await story.pass(3_000);
    expect(story.ordered()).toEqual(["a boat", "a ferry"]);
    const edits = story.news.flatMap((each) =>
      each.type === "looked" ? each.look.differences.filter(({ kind }) => kind === "edited") : [],
    );
    expect(edits).toMatchObject([
      {
        planned: { step: { id: "shots.010.clip" } },
        changes: [{ field: "prompt", from: "a boat", to: "a ferry" }],
      },
    ]);
  });
});

describe("where it costs", () => {
  test("nothing is ordered without a budget until the key is pressed, and then this plan is", async () => {
    const story = await watchStory(film(shot("a boat")));
    await story.pass(30_000);
    expect(story.ordered()).toEqual([]);
    expect(story.stand()?.phase).toBe("waiting");
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "no_budget" }]);
    story.approve();
    await story.pass(1_000);
    expect(story.ordered()).toEqual(["a boat"]);
  });

  test("a yes to another plan than the one in force orders nothing", async () => {
    const story = await watchStory(film(shot("a boat")));
    const shown = story.plan();
    story.save(film(shot("a ferry")));
    await story.pass(5_000);
    story.wish({ wish: "approve", digest: shown.digest });
    await story.pass(5_000);
    expect(story.ordered()).toEqual([]);
    expect(story.notices()).toEqual(["the plan is another one now: look at it first"]);
  });

  test("a yes that was given a moment before a save is taken back by it", async () => {
    const story = await watchStory(film(shot("a boat")));
    story.save(film(shot("a ferry")));
    story.approve();
    await story.pass(5_000);
    expect(story.ordered()).toEqual([]);
  });

  test("a budget orders the standard tier by itself, and leaves what is dearer to the key", async () => {
    const two = film(`${shot("a boat")}\n  "020": { prompt: "a storm", mode: pro }`);
    const story = await watchStory(two, STANDARD);
    await story.pass(5_000);
    expect(story.ordered()).toEqual(["a boat"]);
    expect(story.look()?.waiting).toEqual([{ step: "shots.020.clip", why: "tier" }]);
    story.approve();
    await story.pass(5_000);
    expect(story.ordered()).toEqual(["a boat", "a storm"]);
  });

  test("a tier that is named is ordered by itself too", async () => {
    const story = await watchStory(film(`"020": { prompt: "a storm", mode: pro }`), {
      budgetUsd: 20,
      tiers: ["pro"],
    });
    await story.pass(5_000);
    expect(story.ordered()).toEqual(["a storm"]);
  });

  test("a tier that the manifest asks about is not ordered by a budget that does not name it", async () => {
    const asking = `${film(shot("a boat"))}approval: { tiers: [standard] }\n`;
    const story = await watchStory(asking, STANDARD);
    await story.pass(5_000);
    expect(story.ordered()).toEqual([]);
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "tier" }]);
  });

  test("the ceiling of the session holds over many plans, and a key does not lift it", async () => {
    const story = await watchStory(film(shot("take 0")), { budgetUsd: 1 }, { taskMs: 2_000 });
    for (let take = 1; take <= 12; take++) {
      await story.pass(20_000);
      story.save(film(shot(`take ${take}`)));
    }
    await story.pass(20_000);
    const price = story.plan().totals.create.usd.high;
    expect(price).toBeGreaterThan(0);
    expect(story.ordered().length).toBe(Math.floor(1_000_000 / price));
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "ceiling" }]);
    expect(story.stand()?.session?.used).toBe(story.ordered().length * price);
    story.approve();
    await story.pass(20_000);
    expect(story.ordered().length).toBe(Math.floor(1_000_000 / price));
  });

  test("what an earlier session ordered leaves no room in this one when it comes to nothing", async () => {
    const gone = { status: "failed", billed: { kind: "not_billed" }, error: vendorError("invalid") } as const;
    const before = await watchStory(
      film(`${shot("old")}\n  "020": { prompt: "old too" }`),
      {},
      { end: ({ action }) => ("prompt" in action && action.prompt?.startsWith("old") ? gone : undefined) },
    );
    before.approve();
    await before.pass(2_000);
    before.quit();
    await before.pass(1_000);
    before.set.write(film(shot("take 0")));
    const story = await watchStory(before.set, { budgetUsd: 1 });
    const price = story.plan().totals.create.usd.high;
    for (let take = 1; take <= 8; take++) {
      await story.pass(100_000);
      story.save(film(shot(`take ${take}`)));
    }
    await story.pass(100_000);
    expect(story.ordered().slice(0, 2)).toEqual(["old", "old too"]);
    expect(story.ordered().length - 2).toBe(Math.floor(1_000_000 / price));
    expect(story.stand()?.session?.used).toBe((story.ordered().length - 2) * price);
  });

  test("a yes while the files cannot be used stays under the ceiling with what was ordered since", async () => {
    const two = film(`"010": { prompt: "a storm", mode: pro }\n  "020": { prompt: "a boat" }`);
    const story = await watchStory(two, { budgetUsd: 0.4 }, { taskMs: 3_000 });
    story.save("version: [");
    await story.pass(100_000);
    expect(story.ordered()).toEqual(["a boat"]);
    expect(story.stand()?.session?.used).toBe(210_000);
    story.approve();
    await story.pass(100_000);
    expect(story.ordered()).toEqual(["a boat"]);
  });

  test("twenty saves in ten seconds start at most one paid task of a step", async () => {
    for (const [gap, taskMs] of [
      [500, 60_000],
      [500, 100],
      [300, 2_000],
    ] as const) {
      const story = await watchStory(film(shot("save 0")), STANDARD, { taskMs });
      const began = story.set.clock.now();
      for (let save = 1; save <= 20; save++) {
        await story.pass(gap);
        story.save(film(shot(`save ${save}`)));
      }
      await story.pass(Math.max(0, 10_000 - (story.set.clock.now() - began)));
      expect(story.ordered().length, `every ${gap} ms`).toBeLessThanOrEqual(1);
      await story.pass(90_000);
      expect(story.ordered().at(-1)).toBe("save 20");
    }
  });

  test("saves with pauses between them do not start a second task of a step while its first one is under way", async () => {
    const story = await watchStory(film(shot("save 0")), STANDARD, { taskMs: 120_000 });
    for (let save = 1; save <= 5; save++) {
      await story.pass(12_000);
      story.save(film(shot(`save ${save}`)));
    }
    expect(story.ordered()).toEqual(["save 0"]);
    await story.pass(1_000);
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "overtaken" }]);
    expect(story.stand()?.overtaken).toBe(1);
    await story.pass(200_000);
    expect(story.ordered()).toEqual(["save 0", "save 5"]);
  });

  test("a create whose answer was lost counts as the step's order, also when its task is done a moment later", async () => {
    let isLost = true;
    const story = await watchStory(film(shot("a boat")), STANDARD, {
      taskMs: 500,
      submit: () => (isLost ? "take" : "accept"),
      find: () => (isLost ? { kind: "lost", why: "the line was cut" } : undefined),
    });
    const began = story.set.clock.now();
    await story.pass(500);
    story.save(film(shot("a ferry")));
    isLost = false;
    await story.pass(10_000 - (story.set.clock.now() - began));
    expect(story.ordered()).toEqual(["a boat"]);
    await story.pass(90_000);
    expect(story.ordered()).toEqual(["a boat", "a ferry"]);
  });

  test("what is added while a long task is under way is ordered without waiting for it", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 300_000 });
    await story.pass(5_000);
    story.save(film(`${shot("a boat")}\n  "020": { prompt: "a storm" }`));
    await story.pass(3_000);
    expect(story.ordered()).toEqual(["a boat", "a storm"]);
    story.save(film(`${shot("a boat")}\n  "020": { prompt: "a storm" }\n  "030": { prompt: "a pier" }`));
    await story.pass(400_000);
    expect(story.ordered()).toEqual(["a boat", "a storm", "a pier"]);
    expect(story.stand()).toMatchObject({ phase: "idle", session: { used: 630_000 } });
  });

  test("what an edit overtook is collected under its own key, and taking the edit back is free", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 60_000 });
    await story.pass(5_000);
    story.save(film(shot("a ferry")));
    await story.pass(200_000);
    expect(story.ordered()).toEqual(["a boat", "a ferry"]);
    expect(story.stand()?.overtaken).toBe(0);
    story.save(film(shot("a boat")));
    await story.pass(5_000);
    expect(story.decisions()).toEqual({ "shots.010.clip": "keep" });
    expect(story.ordered()).toEqual(["a boat", "a ferry"]);
  });

  test("what failed is not ordered again by itself, and is after the key", async () => {
    let fails = true;
    const story = await watchStory(film(shot("a boat")), STANDARD, {
      taskMs: 1_000,
      end: () =>
        fails
          ? { status: "failed", error: { class: "permanent", message: "the server gave up" } as never }
          : undefined,
    });
    await story.pass(60_000);
    expect(story.ordered().length).toBe(1);
    expect(story.stand()?.failed).toEqual(["shots.010.clip"]);
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "again" }]);
    fails = false;
    story.wish({ wish: "retry" });
    await story.pass(60_000);
    expect(story.ordered().length).toBe(2);
    expect(story.decisions()).toEqual({ "shots.010.clip": "keep" });
  });
});

test("what the vendor will not take now is not sent over and over, and is asked for ever more rarely", async () => {
  const story = await watchStory(film(shot("a boat")), STANDARD, {
    submit: () => ({ kind: "refused", error: vendorError("maintenance", 5001) }),
  });
  await story.pass(60_000);
  const sent = story.vendor.submitted.length;
  const runs = () => story.news.filter(({ type }) => type === "ran").length;
  const before = runs();
  await story.pass(600_000);
  expect(story.look()?.waiting).toEqual([{ step: "shots.010.clip", why: "again" }]);
  expect(story.vendor.submitted.length).toBe(sent);
  expect(runs() - before).toBeLessThan(8);
});

describe("a yes to try again", () => {
  const refusing = () =>
    ({
      taskMs: 500,
      submit: ({ action }) =>
        "prompt" in action && action.prompt?.startsWith("bad") === true
          ? { kind: "refused", error: vendorError("content", 1301) }
          : "accept",
    }) satisfies Parameters<typeof watchStory>[2];

  it("is to what is refused now, and not to what the step says later or said before", async () => {
    const story = await watchStory(film(shot("bad one")), STANDARD, refusing());
    await story.pass(20_000);
    story.save(film(shot("bad two")));
    await story.pass(20_000);
    story.wish({ wish: "retry" });
    story.save(film(shot("good")));
    await story.pass(60_000);
    expect(story.vendor.submitted.length).toBe(3);
    story.save(film(shot("bad one")));
    await story.pass(60_000);
    expect(story.vendor.submitted.length).toBe(3);
    expect(story.decisions()).toEqual({ "shots.010.clip": "blocked" });
  });

  it("sends what was refused once more, and no more than that", async () => {
    const story = await watchStory(film(shot("bad one")), STANDARD, refusing());
    await story.pass(20_000);
    story.wish({ wish: "retry" });
    await story.pass(60_000);
    expect(story.vendor.submitted.length).toBe(2);
    expect(story.decisions()).toEqual({ "shots.010.clip": "blocked" });
  });

  it("does not make the files unusable when its shot is taken away", async () => {
    const story = await watchStory(film(shot("bad one")), STANDARD, refusing());
    await story.pass(20_000);
    story.wish({ wish: "retry" });
    story.save(film('"020": { prompt: "good" }'));
    await story.pass(60_000);
    expect(story.stand()).toMatchObject({ faulty: false });
    expect(story.ordered()).toEqual(["good"]);
  });

  it("is not asked for what an edit has mended", async () => {
    const story = await watchStory(film(shot("bad one")), STANDARD, refusing());
    await story.pass(20_000);
    story.save(film(shot("bad two")));
    await story.pass(20_000);
    expect(story.stand()?.failed).toEqual(["shots.010.clip"]);
    story.save(film(shot("good")));
    await story.pass(60_000);
    expect(story.stand()?.failed).toEqual([]);
  });
});

describe("the files", () => {
  it("that cannot be used stop nothing: the last good plan stays in force, and the next good one follows", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 30_000 });
    await story.pass(3_000);
    story.save("version: 1\nshots: [");
    await story.pass(60_000);
    expect(story.stand()).toMatchObject({ faulty: true });
    expect(story.news.findLast((each) => each.type === "faulty")?.diagnostics.length).toBeGreaterThan(0);
    expect(story.news.filter((each) => each.type === "ran").length).toBe(1);
    story.save(film(shot("a boat")));
    await story.pass(3_000);
    expect(story.stand()).toMatchObject({ faulty: false, phase: "idle" });
    expect(story.ordered()).toEqual(["a boat"]);
  });

  it("are watched as the manifest names them, lockfiles and missing ones among them", async () => {
    const story = await watchStory(film(shot("dawn", ", image: refs/lost.png")));
    expect(story.stand()).toMatchObject({ faulty: true });
    expect([...story.watched()].toSorted()).toEqual([
      "/film/kling.lock.json",
      "/film/kling.manifest.yaml",
      "/film/kling.sandbox.lock.json",
      "/film/refs/lost.png",
    ]);
    story.set.volume.copyFileSync("/film/refs/dawn.png", "/film/refs/lost.png");
    story.touch("/film/refs/lost.png");
    await story.pass(2_000);
    expect(story.stand()).toMatchObject({ faulty: false, phase: "waiting" });
  });

  test("a plan says whether a save led to it, or what came of a run", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 1_000 });
    await story.pass(30_000);
    const looks = () => story.news.flatMap((each) => (each.type === "looked" ? [each.look.isSave] : []));
    const [first, ...others] = looks();
    expect([first, others.length > 0, others.includes(true)]).toEqual([true, true, false]);
    story.save(`${film(shot("a boat"))}# a comment\n`);
    await story.pass(5_000);
    expect(looks().slice(others.length + 1)[0]).toBe(true);
  });

  it("that stay as they are cause no work, also where a picture is wanted by what waits for a yes", async () => {
    const chain = `"010": { prompt: a boat, steps: [{ extend: { prompt: on, mode: pro, via: last_frame } }] }`;
    const story = await watchStory(film(chain), STANDARD, { taskMs: 1_000 });
    await story.pass(100_000);
    expect(story.look()?.waiting).toEqual([{ step: "shots.010.extend", why: "tier" }]);
    const before = story.news.length;
    await story.pass(300_000);
    expect(story.news.slice(before)).toEqual([]);
    story.approve();
    await story.pass(100_000);
    expect(story.ordered()).toEqual(["a boat", "on"]);
  });

  it("that a run writes trigger nothing", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 1_000 });
    await story.pass(30_000);
    const before = story.news.length;
    story.touch("/film/kling.lock.json");
    await story.pass(60_000);
    const after = story.news.slice(before).map(({ type }) => type);
    expect(after.filter((type) => type !== "stand")).toEqual(["looked"]);
    expect(story.ordered()).toEqual(["a boat"]);
  });
});

describe("a save", () => {
  it("is one, though its file is told twice or was only touched", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 1_000 });
    await story.pass(10_000);
    const saves = () => story.news.filter((each) => each.type === "looked" && each.look.isSave).length;
    const before = saves();
    story.save(film(shot("a ferry")));
    await story.pass(200);
    story.touch("/film/kling.manifest.yaml");
    await story.pass(5_000);
    expect(saves() - before).toBe(1);
    story.save(`${film(shot("a ferry"))}# a remark\n`);
    await story.pass(5_000);
    expect(saves() - before).toBe(2);
  });
});

describe("pausing and leaving", () => {
  it("pause begins nothing, and going on does", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 1_000 });
    await story.pass(20_000);
    story.wish({ wish: "pause" });
    story.save(film(shot("a ferry")));
    await story.pass(20_000);
    expect(story.ordered()).toEqual(["a boat"]);
    expect(story.stand()).toMatchObject({ phase: "paused", paused: true });
    story.wish({ wish: "pause" });
    await story.pass(2_000);
    expect(story.ordered()).toEqual(["a boat", "a ferry"]);
  });

  it("says what is under way although the files cannot be used", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 60_000 });
    await story.pass(5_000);
    story.save("version: [");
    await story.pass(1_000);
    story.quit();
    await story.pass(1_000);
    expect(story.end()).toEqual({ underWay: ["shots.010.clip"], used: 210_000 });
  });

  it("leaves what is under way to the next one, and says which steps that are", async () => {
    const story = await watchStory(film(shot("a boat")), STANDARD, { taskMs: 60_000 });
    await story.pass(5_000);
    story.quit();
    await story.pass(1_000);
    expect(story.end()).toMatchObject({ underWay: ["shots.010.clip"] });
    expect(story.closed()).toBe(true);
    await story.set.clock.advance(100_000);
    const report = await story.set.render({});
    expect(report.exit).toBe(0);
    expect(story.ordered()).toEqual(["a boat"]);
  });

  it("looking only orders, fetches and writes nothing", async () => {
    const story = await watchStory(film(shot("a boat"), "sandbox"), { lookOnly: true }, { realm: "sandbox" });
    const own = () =>
      story.set.names().filter((name) => name.startsWith("/film/") && !name.includes("/.kling/"));
    const before = own();
    await story.pass(10_000);
    story.save(film(shot("a ferry"), "sandbox"));
    await story.pass(10_000);
    expect(story.ordered()).toEqual([]);
    expect(story.vendor.log).toEqual([]);
    expect(own()).toEqual(before);
    expect(story.plan().steps[0]?.inputs.action).toMatchObject({ prompt: "a ferry" });
  });
});
