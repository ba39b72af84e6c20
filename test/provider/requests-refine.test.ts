/** Requests that work on a clip: what follows from the clip, and what must never be asked for. */
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import type { Action, Extend, LipSync } from "../../src/graph/actions.js";
import type { LipSyncEndpoint } from "../../src/plan/estimate.js";
import { createRequest } from "../../src/provider/kling/requests.js";
import type { Carry } from "../../src/provider/kling/carried.js";
import { targetOf, type Given } from "../../src/provider/kling/target.js";
import type { SpeechPlan, VendorResult } from "../../src/provider/provider.js";
import { builtIn, reference } from "./world.js";

const file = { kind: "file", path: "a.mp4" } as const;
const result: VendorResult = {
  kind: "result",
  id: "clip-7",
  url: "https://cdn.example/7.mp4?sig=1",
  width: 720,
  height: 1280,
};
const pinned: Carry = { kind: "url", url: "https://example.com/7.mp4" };
/** What a clip is when only its bytes were handed over: they are never sent. */
const bytes: Carry = { kind: "base64", text: "Y2xpcA==" };
const frame: Carry = { kind: "base64", text: "ZnJhbWU=" };
const sound: Carry = { kind: "base64", text: "c291bmQ=" };

const speech: SpeechPlan = { session: "s-1", face: "0", startMs: 0, endMs: 4200, insertMs: 500 };

const extend = (via: Extend["via"], model?: string, more: Partial<Extend> = {}): Extend => ({
  kind: "extend",
  via,
  source: file,
  prompt: "the camera keeps pushing in",
  ...(model === undefined ? {} : { model, mode: "pro", duration: 5 }),
  ...(via === "last_frame" ? { frame: { kind: "file", path: "a.png" } } : {}),
  ...more,
});
const speak = (more: Partial<LipSync> = {}): LipSync => ({
  kind: "lip_sync",
  source: file,
  audio: file,
  ...more,
});
const { audio: _audio, ...SILENT } = speak();
const say = (more: Partial<LipSync> = {}): LipSync => ({
  ...SILENT,
  text: "the ferry is late",
  voice: "oversea_male1",
  ...more,
});

interface Case {
  readonly action: Action;
  readonly source?: Carry;
  readonly carried?: Readonly<Record<string, Carry>>;
  readonly speech?: Given["speech"];
  readonly way?: LipSyncEndpoint;
}
const render = (
  { action, source = result, carried = { frame, audio: sound }, speech: plan, way }: Case,
  models = builtIn(),
) =>
  createRequest(targetOf(models, action, way), {
    reference,
    carried: new Map(Object.entries({ ...carried, source })),
    ...(plan === undefined ? {} : { speech: plan }),
  });

describe("a create that works on a clip", () => {
  it("of a project's own omni model is told to make one shot too", () => {
    const models = createCatalog({ models: [{ id: "kling-4.0-omni", like: "kling-3.0-omni" }] }).value;
    expect(models).toBeDefined();
    const request = render({ action: extend("omni", "kling-4.0-omni") }, models);
    expect(request).toMatchObject({
      path: "/omni-video/kling-4.0-omni",
      body: { settings: { multi_shot: false } },
    });
  });

  it.each([
    [1920, 1080, "16:9"],
    [1080, 1920, "9:16"],
    [960, 960, "1:1"],
    [1280, 1000, "1:1"],
    [1280, 900, "16:9"],
    [900, 1280, "9:16"],
    [1360, 1000, "16:9"],
    [760, 1000, "1:1"],
    [4000, 500, "16:9"],
    [undefined, 720, "16:9"],
    [720, undefined, "16:9"],
    [0, 720, "16:9"],
    [720, 0, "16:9"],
    [Number.NaN, 720, "16:9"],
  ])("after a clip of %s × %s is %s", (width, height, ratio) => {
    const { width: _width, height: _height, ...unmeasured } = result;
    const measured = {
      ...unmeasured,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
    for (const model of ["kling-3.0-omni", "kling-v3-omni"]) {
      const { body } = render({ action: extend("omni", model), source: measured });
      expect({ ...body, ...(body["settings"] as object) }).toMatchObject({ aspect_ratio: ratio });
    }
  });

  it("names the clip once where the author names it", () => {
    const named = extend("omni", "kling-3.0-omni", { prompt: "as in @video_1, at night" });
    expect(render({ action: named }).body["contents"]).toMatchObject([
      { text: "as in @video_1, at night" },
      {},
    ]);
    const older = extend("omni", "kling-v3-omni", { prompt: "as in @video_1, at night" });
    expect(render({ action: older }).body["prompt"]).toBe("as in <<<video_1>>>, at night");
  });

  const starting = builtIn()
    .all()
    .filter((model) => model.kind === "video" && model.imageToVideo !== undefined)
    .map(({ id }) => id);
  it.each(starting)("from the last frame by %s is the clip that starts from that picture", (model) => {
    const mode = builtIn().video(model)?.modes[0]?.mode;
    const shared = { model, duration: 5, prompt: "on", ...(mode === undefined ? {} : { mode }) };
    const still: Action = { kind: "image_to_video", ...shared, image: file };
    const picture: Given["carried"] = new Map([["image", frame]]);
    const { mode: _mode, duration: _duration, ...bare } = extend("last_frame", model);
    const continued = { ...bare, ...shared };
    for (const source of [result, bytes, pinned]) {
      expect(render({ action: continued, source })).toEqual(
        createRequest(targetOf(builtIn(), still), { reference, carried: picture }),
      );
    }
  });

  it("natively leaves out what the author did not say", () => {
    expect(render({ action: { kind: "extend", via: "native", source: file } }).body).toEqual({
      video_id: "clip-7",
    });
  });
});

describe("no request", () => {
  const { id: _id, ...nameless } = result;
  const REFUSED: readonly (readonly [why: string, one: Case, message: RegExp])[] = [
    ["cuts a frame", { action: { kind: "frame", which: "last", source: file } }, /frame/],
    ["extends by URL alone", { action: extend("native"), source: nameless }, /by its id/],
    ["extends a pinned URL natively", { action: extend("native"), source: pinned }, /by its id/],
    ["extends bytes natively", { action: extend("native"), source: bytes }, /by its id/],
    ["shows bytes to an omni model", { action: extend("omni", "kling-o1"), source: bytes }, /source/],
    ["continues without a model", { action: extend("omni") }, /without a model/],
    [
      "continues by a model that takes no video",
      { action: extend("omni", "kling-2.6") },
      /kling-2.6 for extend/,
    ],
    [
      "drops a negative prompt",
      { action: extend("omni", "kling-o1", { negative_prompt: "people" }) },
      /negative_prompt/,
    ],
    ["drops a cfg_scale", { action: extend("last_frame", "kling-2.6", { cfg_scale: 0.4 }) }, /cfg_scale/],
    ["drops a mode", { action: extend("omni", "kling-o1", { mode: "4k" }) }, /no mode 4k/],
    [
      "goes on from a frame that was not cut",
      { action: extend("last_frame", "kling-2.6"), carried: {} },
      /frame was not handed over/,
    ],
    ["moves lips of a face that nobody asked for", { action: speak() }, /faces nobody asked for/],
    ["speaks two things", { action: speak(), speech: { ...speech, audio: "a" } }, /either/],
    ["speaks nothing", { action: say(), speech }, /either/],
    [
      "speaks a sound that was not handed over",
      { action: speak(), speech, carried: {} },
      /audio was not handed over/,
    ],
    ["sends a clip's bytes to the old call", { action: speak(), way: "old", source: bytes }, /source/],
    [
      "drops the choices that the old call lacks",
      {
        action: speak({ face: 2, audio_start: 1, audio_end: 3, at: 1, volume: 0, original_volume: 0 }),
        way: "old",
      },
      /no face, audio_start, audio_end, at, volume, original_volume$/,
    ],
  ];
  it.each(REFUSED)("%s", (_why, one, message) => {
    expect(() => render(one)).toThrow(message);
  });

  it("of the old call is refused for choices that are the defaults", () => {
    const plain = { face: 1, audio_start: 0, at: 0, volume: 1, original_volume: 1 };
    expect(render({ action: speak(plain), way: "old" }).path).toBe("/v1/videos/lip-sync");
  });
});
