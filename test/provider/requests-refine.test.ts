/** Requests that work on a clip: one committed file per way and kind of model, and what must never be asked for. */
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import type { Action, Extend, LipSync } from "../../src/graph/actions.js";
import type { LipSyncEndpoint } from "../../src/plan/estimate.js";
import { createRequest } from "../../src/provider/kling/requests.js";
import { addressOf, takesReference, targetOf, type Given } from "../../src/provider/kling/target.js";
import type { Material, SpeechPlan, VendorResult } from "../../src/provider/provider.js";
import { builtIn, reference } from "./world.js";

const file = { kind: "file", path: "a.mp4" } as const;
const result: VendorResult = {
  kind: "result",
  id: "clip-7",
  url: "https://cdn.example/7.mp4?sig=1",
  width: 720,
  height: 1280,
};
const pinned: Material = { kind: "url", url: "https://example.com/7.mp4" };
const bytes: Material = { kind: "bytes", type: "video/mp4", read: () => Promise.reject(new Error("read")) };
const carried: Given["carried"] = new Map([
  ["frame", { kind: "base64", text: "ZnJhbWU=" }],
  ["audio", { kind: "base64", text: "c291bmQ=" }],
]);
const remote: Given["carried"] = new Map([["audio", { kind: "url", text: "https://example.com/020.wav" }]]);
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
  readonly given?: Partial<Given>;
  readonly way?: LipSyncEndpoint;
}
const render = ({ action, given = {}, way }: Case, models = builtIn()) =>
  createRequest(targetOf(models, action, way), { reference, carried, source: result, ...given });

const GOLDEN: readonly (readonly [name: string, one: Case])[] = [
  [
    "v1.extend.native",
    { action: extend("native", undefined, { negative_prompt: "people", cfg_scale: 0.6 }) },
  ],
  ["kling-3.0-omni.extend", { action: extend("omni", "kling-3.0-omni", { duration: 8 }) }],
  ["kling-o1.extend", { action: extend("omni", "kling-o1", { mode: "std" }), given: { source: pinned } }],
  ["v1.kling-v3-omni.extend", { action: extend("omni", "kling-v3-omni", { mode: "4k" }) }],
  ["v1.kling-video-o1.extend", { action: extend("omni", "kling-video-o1"), given: { source: pinned } }],
  ["kling-2.5-turbo.last-frame", { action: extend("last_frame", "kling-2.5-turbo", { mode: "std" }) }],
  ["kling-3.0-omni.last-frame", { action: extend("last_frame", "kling-3.0-omni") }],
  ["kling-3.0-turbo.last-frame", { action: extend("last_frame", "kling-3.0-turbo") }],
  [
    "v1.kling-v1-6.last-frame",
    { action: extend("last_frame", "kling-v1-6", { cfg_scale: 0.4, negative_prompt: "people" }) },
  ],
  ["v1.kling-v3-omni.last-frame", { action: extend("last_frame", "kling-v3-omni", { duration: 12 }) }],
  [
    "v1.lip-sync.file",
    {
      action: speak({ face: 2, volume: 1.5, original_volume: 0 }),
      given: { speech: { ...speech, face: "4" } },
    },
  ],
  ["v1.lip-sync.url", { action: speak(), given: { carried: remote, speech } }],
  ["v1.lip-sync.text", { action: say(), given: { speech: { ...speech, audio: "audio-9" } } }],
  ["v1.old-lip-sync.file", { action: speak(), way: "old" }],
  ["v1.old-lip-sync.url", { action: speak(), way: "old", given: { carried: remote, source: pinned } }],
  ["v1.old-lip-sync.text", { action: say({ voice_language: "zh", voice_speed: 1.2 }), way: "old" }],
];

describe("a create that works on a clip", () => {
  it.each(GOLDEN)("of %s is what the committed file says", async (name, one) => {
    await expect(`${JSON.stringify(render(one), null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it.each(GOLDEN)(
    "of %s goes where the address says, with the reference where it takes one",
    (_name, one) => {
      const target = targetOf(builtIn(), one.action, one.way);
      const request = render(one);
      expect(addressOf(target).product).toBe(request.path);
      expect(JSON.stringify(request.body).split(reference)).toHaveLength(
        takesReference(request.path) ? 2 : 1,
      );
    },
  );

  it("takes no reference where the product has no field for one", () => {
    const taking = GOLDEN.filter(([, { action, way }]) =>
      takesReference(addressOf(targetOf(builtIn(), action, way)).product),
    );
    expect(GOLDEN.map(([name]) => name).filter((name) => !taking.some(([other]) => other === name))).toEqual([
      "v1.extend.native",
      "v1.old-lip-sync.file",
      "v1.old-lip-sync.url",
      "v1.old-lip-sync.text",
    ]);
  });

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
      const { body } = render({ action: extend("omni", model), given: { source: measured } });
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
    const picture: Given["carried"] = new Map([["image", { kind: "base64", text: "ZnJhbWU=" }]]);
    const { mode: _mode, duration: _duration, ...bare } = extend("last_frame", model);
    const continued = { ...bare, ...shared };
    for (const given of [{ source: result }, { source: bytes }, {}]) {
      expect(render({ action: continued, given })).toEqual(
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
    ["extends by URL alone", { action: extend("native"), given: { source: nameless } }, /by its id/],
    ["extends a pinned URL natively", { action: extend("native"), given: { source: pinned } }, /by its id/],
    ["extends bytes natively", { action: extend("native"), given: { source: bytes } }, /by its id/],
    [
      "shows bytes to an omni model",
      { action: extend("omni", "kling-o1"), given: { source: bytes } },
      /source/,
    ],
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
      { action: extend("last_frame", "kling-2.6"), given: { carried: new Map() } },
      /frame was not handed over/,
    ],
    ["moves lips of a face that nobody asked for", { action: speak() }, /faces nobody asked for/],
    ["speaks two things", { action: speak(), given: { speech: { ...speech, audio: "a" } } }, /either/],
    ["speaks nothing", { action: say(), given: { speech } }, /either/],
    [
      "speaks a sound that was not handed over",
      { action: speak(), given: { speech, carried: new Map() } },
      /audio was not handed over/,
    ],
    [
      "sends a clip's bytes to the old call",
      { action: speak(), way: "old", given: { source: bytes } },
      /source/,
    ],
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
