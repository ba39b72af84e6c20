/**
 * Elements, voices, sounds and series through a run that dies anywhere: what was paid for is never bought again, and what
 * the vendor keeps is handed over as the vendor calls it.
 */
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/manifest/manifest.js";
import type { Submission } from "../../src/provider/provider.js";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet, type Take } from "./film-set.js";
import type { Script } from "./scripted-provider.js";

const MANIFEST: Manifest = manifestOf({
  provider: "kling",
  elements: [
    {
      id: "mara",
      description: "Mara",
      image: "refs/front.png",
      refer_images: [{ from: "images.looks", index: 2 }],
      voice: { from: "voices.mara" },
    },
  ],
  voices: [{ id: "mara", sample: { from: "shots.001" } }],
  sounds: [{ id: "rain", prompt: "heavy rain", duration: 3 }],
  images: [{ id: "looks", prompt: "looks", model: "kling-v3-omni", series: 2 }],
  shots: [
    { id: "001", prompt: "she speaks", model: "kling-3.0", audio: true },
    {
      id: "010",
      prompt: "@mara turns, as in @video_1",
      model: "kling-3.0-omni",
      elements: { mara: { from: "elements.mara" } },
      feature_video: { from: "shots.001" },
    },
  ],
});
const OPTIONS: NonNullable<Take["options"]> = {
  allowUnknownPrice: new Set([
    "elements.mara",
    "voices.mara",
    "sounds.rain",
    "images.looks",
    "shots.010.clip",
  ]),
};

function setOf(script: Script = {}) {
  const sent: Submission[] = [];
  const set = new FilmSet({ submit: (submission) => void sent.push(submission), ...script });
  return { set, sent };
}

const TASKS = 6;

describe("a film of which the vendor keeps a part", () => {
  test("is rendered in order, and everything of the vendor's is asked for just before it is handed over", async () => {
    const { set, sent } = setOf();
    const took = await set.run(MANIFEST, { options: OPTIONS });
    expect(took.lines.map((line) => line.split(" ")[1])).toEqual(took.lines.map(() => "rendered"));
    const given = (kind: string) =>
      Object.fromEntries(sent.find(({ action }) => action.kind === kind)?.materials ?? []);
    const taskOf = (kind: string) =>
      set.vendor.tasks.find(({ submission }) => submission.action.kind === kind)?.id ?? "";
    const spoken = taskOf("text_to_video");
    const clip = { kind: "result", id: `v-${spoken}`, url: `https://cdn.example/${spoken}?signed` };
    expect(given("voice")).toMatchObject({ sample: clip });
    expect(given("element")).toMatchObject({
      voice: { kind: "kept", id: `voice-${taskOf("voice")}` },
      image: { kind: "bytes" },
      "refer_images.0": { kind: "bytes" },
    });
    // Two sources at once, of two kinds.
    expect(given("omni_video")).toEqual({
      feature_video: clip,
      "elements.mara": { kind: "kept", id: `element-${taskOf("element")}` },
    });
    const create = set.log.findIndex((each) => each === `submit ${sent.at(-1)?.reference}`);
    const looked = set.log.slice(0, create).filter((each) => each === `look ${taskOf("element")}`);
    expect(looked.length).toBeGreaterThan(1);
    const types = [...set.disk.renders.values()].map(({ artifact, inputs }) => [
      inputs.action.kind,
      artifact.type,
    ]);
    expect(Object.fromEntries(types)).toMatchObject({
      element: "application/json",
      voice: "application/json",
      omni_image: "application/x-tar",
    });
  });

  test(
    "is bought once, at whatever moment the process dies, and however often",
    { timeout: 60_000 },
    async () => {
      let deaths = 0;
      for (let dieAfter = 0; ; dieAfter++) {
        const { set } = setOf();
        const died = (await set.take(MANIFEST, { dieAfter, options: OPTIONS })) === undefined;
        if (died) {
          deaths++;
          // And once more on the way.
          await set.take(MANIFEST, { dieAfter: dieAfter % 7, options: OPTIONS });
        }
        const took = await set.run(MANIFEST, { options: OPTIONS });
        const bad = took.lines.filter((line) => !/ (kept|rendered|restored from \w+)$/.test(line));
        expect([dieAfter, bad]).toEqual([dieAfter, []]);
        expect([dieAfter, set.vendor.tasks.length]).toEqual([dieAfter, TASKS]);
        expect(new Set(set.vendor.submitted).size).toBe(TASKS);
        const again = await set.run(MANIFEST, { options: OPTIONS });
        expect(again.lines.every((line) => line.endsWith(" kept"))).toBe(true);
        if (!died) break;
      }
      expect(deaths).toBeGreaterThan(60);
    },
  );

  test.each(["element", "voice", "text_to_audio", "omni_image"])(
    "buys no second %s where the answer to its create was lost",
    async (kind) => {
      const lost = new Set<string>();
      const { set } = setOf({
        submit: ({ action, reference }) => {
          if (action.kind !== kind || lost.has(reference)) return undefined;
          lost.add(reference);
          return "take";
        },
      });
      await set.run(MANIFEST, { options: OPTIONS });
      const took = await set.run(MANIFEST, { options: OPTIONS });
      expect(took.lines.every((line) => /(kept|rendered)$/.test(line))).toBe(true);
      expect([lost.size, set.vendor.tasks.length]).toEqual([1, TASKS]);
    },
  );

  test("has its records again from the lockfile where the store lost them, and asks nobody for that", async () => {
    const { set } = setOf();
    await set.run(MANIFEST, { options: OPTIONS });
    for (const [sha256, { type }] of set.disk.store)
      if (type === "application/json") set.disk.store.delete(sha256);
    const before = set.vendor.log.filter((each) => /^(look|fetch|submit)/.test(each)).length;
    const took = await set.run(MANIFEST, { options: OPTIONS });
    expect(took.lines).toContain("elements.mara restored from record");
    expect(took.lines).toContain("voices.mara restored from record");
    expect(set.vendor.log.filter((each) => /^(look|fetch|submit)/.test(each))).toHaveLength(before);
  });

  test("is fetched anew as a whole where a picture of a series broke off, in rounds without a question too many", async () => {
    let failures = 3;
    const { set } = setOf({
      fetch: (url) => (url.includes("picture-2") && failures-- > 0 ? { kind: "expired" } : undefined),
    });
    const took = await set.run(MANIFEST, { options: OPTIONS });
    expect(took.lines).toContain("images.looks rendered");
    const series =
      set.vendor.tasks.find(({ submission }) => submission.action.kind === "omni_image")?.id ?? "";
    expect(set.log.filter((each) => each === `fetch ${series}`)).toHaveLength(8);
    expect(set.vendor.tasks).toHaveLength(TASKS);
  });
});
