/** Whole shots on an in-memory disk: pictures out of clips in store and lockfile, and clips of other credentials. */
import { describe, expect, test } from "vitest";
import { film } from "./film.js";

const HEAD = "version: 1\nproject: film\nprovider: kling\nshots:\n";
const CONTINUED = `${HEAD}  a:\n    prompt: a boat\n    steps:\n      - extend: { via: last_frame, prompt: on }\n`;
const OMNI = `${HEAD}  a:\n    prompt: a boat\n    steps:\n      - extend: { via: omni, prompt: on }\n`;
const YES = { ask: () => Promise.resolve(true) };
const FRAME = "shots.a.clip.last-frame";

const under = (set: ReturnType<typeof film>, folder: string) =>
  set
    .names()
    .flatMap((name) => (name.startsWith(folder) ? [name.slice(folder.length)] : []))
    .toSorted();
const outcomes = (report: Awaited<ReturnType<ReturnType<typeof film>["render"]>>) =>
  report.status === "ran" ? Object.fromEntries(report.outcomes.map((each) => [each.step, each.outcome])) : {};

describe("a picture out of a clip", () => {
  test("is recorded like any rendering, lies in the store, and has no output of its own", async () => {
    const set = film(CONTINUED);
    expect((await set.render(YES)).exit).toBe(0);
    const lock = JSON.parse(set.read("/film/kling.lock.json") ?? "") as {
      readonly renders: Readonly<
        Record<string, { readonly inputs: { readonly action: { readonly kind: string } } }>
      >;
    };
    const kinds = Object.values(lock.renders).map((each) => each.inputs.action.kind);
    expect(kinds.toSorted()).toEqual(["extend", "frame", "text_to_video"]);
    expect(under(set, "/film/renders/default/a/")).toEqual([
      "clip.mp4",
      "clip.mp4.json",
      "extend.mp4",
      "extend.mp4.json",
    ]);
    expect(under(set, "/film/.kling/partial/")).toEqual([]);
    expect(await set.decisions()).toEqual({ "shots.a.clip": "keep", "shots.a.extend": "keep" });
  });

  test.each<[string, Parameters<typeof film>[1], RegExp]>([
    [
      "that ffmpeg cannot take",
      { frame: () => ({ kind: "failed", why: "ffmpeg said: no such stream" }) },
      /no such stream/,
    ],
    ["that is none", { frame: () => "not a picture" }, /not a complete MP4|picture/],
  ])("%s fails the step and what starts from it, and costs nothing", async (_, script, why) => {
    const set = film(CONTINUED, script);
    const report = await set.render(YES);
    expect(report.exit).toBe(1);
    expect(outcomes(report)).toMatchObject({
      "shots.a.clip": { status: "rendered" },
      [FRAME]: {
        status: "failed",
        billed: "not_billed",
        diagnostic: { code: "run/frame", why: expect.stringMatching(why) as string },
      },
      "shots.a.extend": { status: "blocked", because: { because: "upstream", steps: [FRAME] } },
    });
    expect(set.vendor.submitted).toHaveLength(1);
    expect(under(set, "/film/.kling/partial/")).toEqual([]);
  });

  test("is blocked without ffmpeg, and says how to get it; the clip renders all the same", async () => {
    const set = film(CONTINUED, { noFfmpeg: true });
    const report = await set.render(YES);
    expect(report.exit).toBe(10);
    expect(outcomes(report)).toMatchObject({
      "shots.a.clip": { status: "rendered" },
      [FRAME]: { status: "blocked", because: { because: "tool_missing", tool: "ffmpeg" } },
    });
  });

  test("is neither taken nor in the way of anything for a step that the budget stops", async () => {
    let gone = false;
    const set = film(`${HEAD}  a:\n    prompt: a boat\n`, {
      noRoute: () =>
        gone ? { kind: "credentials", message: "there are none", help: "set some" } : undefined,
    });
    expect((await set.render(YES)).exit).toBe(0);
    set.write(`budget: { usd: 0.3 }\n${CONTINUED}`);
    gone = true;
    expect(await set.decisions()).toEqual({
      "shots.a.clip": "keep",
      "shots.a.extend": "blocked: over_budget",
    });
    expect((await set.render()).exit).toBe(5);
  });

  test("that nobody needs just now is said to be that when asked why", async () => {
    const set = film(CONTINUED);
    await set.render(YES);
    const why = await (await set.open()).why(FRAME);
    expect(why.value).toBeUndefined();
    expect(why.diagnostics.map((each) => each.code)).toEqual(["plan/not-planned"]);
  });
});

describe("the old lip-sync", () => {
  const SPOKEN = `${HEAD}  a:\n    prompt: a boat\n    steps:\n      - lip_sync: { text: hello, voice: oversea_male1 }\n`;

  test("that a misspelt variable was to choose is warned of by plan", async () => {
    const codes = async (value: string, text: string) => {
      const set = film(text, { env: { KLING_LIP_SYNC: value } });
      return (await (await set.open()).plan()).diagnostics.map(({ code, severity }) => [code, severity]);
    };
    expect(await codes("ancient", SPOKEN)).toEqual([["plan/environment", "warning"]]);
    expect(await codes("ancient", CONTINUED)).toEqual([]);
    expect(await codes("old", SPOKEN)).toEqual([]);
  });
});

test("credentials that are new need not be another account: the vendor is asked, and its word counts", async () => {
  const set = film(OMNI, { env: { KLING_API_KEY: "the-first-key" } });
  expect((await set.render(YES)).exit).toBe(0);
  set.write(OMNI.replace("prompt: on", "prompt: further on"));
  const lock = "/film/kling.lock.json";
  set.volume.writeFileSync(lock, (set.read(lock) ?? "").replaceAll('"acct"', '"older"'));
  expect(await set.decisions()).toEqual({ "shots.a.clip": "keep", "shots.a.extend": "render" });
  expect((await set.render(YES)).exit).toBe(0);
  expect(set.vendor.submitted).toHaveLength(3);
});
