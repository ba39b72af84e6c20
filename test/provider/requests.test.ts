/** Builders of requests: one committed file per endpoint and kind of model, and what must never be asked for. */
import { describe, expect, it } from "vitest";
import type { Action, ImageToVideo, MakeImage, TextToVideo } from "../../src/graph/actions.js";
import { createRequest } from "../../src/provider/kling/requests.js";
import { addressOf, targetOf, type Carry } from "../../src/provider/kling/target.js";
import { createCatalog } from "../../src/catalog/catalog.js";
import { builtIn, reference } from "./world.js";

const file = { kind: "file", path: "refs/a.png" } as const;
const base64 = (text: string) => ({ kind: "base64", text }) as const;
const carried = new Map<string, Carry>([
  ["image", base64("Zmlyc3Q=")],
  ["end_image", base64("bGFzdA==")],
  ["human", base64("aHVtYW4=")],
  ["cloth", { kind: "url", text: "https://example.com/coat.png" }],
]);

const words = (model: string, more: Partial<TextToVideo> = {}): TextToVideo => ({
  kind: "text_to_video",
  model,
  mode: "std",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a paper boat on a dark river",
  ...more,
});
const still = (model: string, more: Partial<ImageToVideo> = {}): ImageToVideo => ({
  kind: "image_to_video",
  model,
  mode: "pro",
  duration: 10,
  prompt: "the boat drifts toward the lens",
  image: file,
  ...more,
});
const modeless = (action: TextToVideo): TextToVideo => {
  const { mode: _mode, ...rest } = action;
  return rest;
};
const picture = (model: string, more: Partial<MakeImage> = {}): MakeImage => ({
  kind: "image",
  model,
  prompt: "a portrait",
  aspect_ratio: "3:4",
  resolution: "1k",
  ...more,
});
const render = (action: Action, models = builtIn()) =>
  createRequest(targetOf(models, action), { reference, carried });

const GOLDEN: readonly (readonly [name: string, action: Action])[] = [
  ["kling-2.5-turbo.text", words("kling-2.5-turbo")],
  ["kling-2.5-turbo.image", still("kling-2.5-turbo", { end_image: file })],
  ["kling-2.6.text", words("kling-2.6", { mode: "pro", audio: true, duration: 10 })],
  ["kling-2.6.image", still("kling-2.6")],
  ["kling-o1.text", words("kling-o1", { aspect_ratio: "9:16" })],
  ["kling-o1.image", still("kling-o1", { end_image: file })],
  ["kling-3.0.text", words("kling-3.0", { mode: "4k", duration: 15 })],
  ["kling-3.0.image", still("kling-3.0", { audio: true, end_image: file })],
  ["kling-3.0-omni.text", words("kling-3.0-omni", { duration: 3 })],
  ["kling-3.0-omni.image", still("kling-3.0-omni")],
  ["kling-3.0-turbo.text", words("kling-3.0-turbo", { aspect_ratio: "1:1", duration: 7 })],
  ["kling-3.0-turbo.image", still("kling-3.0-turbo")],
  ["v1.kling-v2-5-turbo.text", words("kling-v2-5-turbo", { negative_prompt: "people" })],
  ["v1.kling-v2-6.image", still("kling-v2-6", { audio: true })],
  ["v1.kling-v3.text", words("kling-v3", { duration: 12, mode: "4k" })],
  ["v1.kling-v1-6.text", words("kling-v1-6", { cfg_scale: 0.7, negative_prompt: "people" })],
  ["v1.kling-v1-6.image", still("kling-v1-6", { cfg_scale: 0.5, end_image: file })],
  ["v1.kling-v2-master.text", modeless(words("kling-v2-master"))],
  ["v1.kling-v3-omni.text", words("kling-v3-omni", { mode: "pro" })],
  ["v1.kling-v3-omni.image", still("kling-v3-omni", { end_image: file })],
  ["v1.kling-video-o1.image", still("kling-video-o1")],
  ["v1.image.kling-v3", picture("kling-v3", { negative_prompt: "hats", resolution: "2k" })],
  [
    "v1.image.kling-v2-1",
    picture("kling-v2-1", { image: file, image_reference: "face", image_fidelity: 0.6, human_fidelity: 0.9 }),
  ],
  ["v1.try-on", { kind: "try_on", model: "kolors-virtual-try-on-v1-5", human: file, cloth: file }],
];

describe("a create", () => {
  it.each(GOLDEN)("of %s is what the committed file says", async (name, action) => {
    const request = render(action);
    await expect(`${JSON.stringify(request, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it.each(GOLDEN)("of %s goes where the address says and carries the reference once", (_name, action) => {
    const request = render(action);
    expect(addressOf(targetOf(builtIn(), action)).product).toBe(request.path);
    expect(JSON.stringify(request.body).split(reference)).toHaveLength(2);
  });

  it.each(GOLDEN)("of %s can name an address to call back, and is the same otherwise", (_name, action) => {
    const plain = render(action);
    const callback = "https://hooks.example.com/kling?key=s3cret";
    const { path, body } = createRequest(targetOf(builtIn(), action), { reference, carried, callback });
    const isLegacy = path.startsWith("/v1/");
    const { callback_url: legacy, ...rest } = body;
    expect(legacy).toBe(isLegacy ? callback : undefined);
    const options = { ...(plain.body["options"] as object), callback_url: callback };
    expect({ path, body: rest }).toEqual({
      path: plain.path,
      body: isLegacy ? plain.body : { ...plain.body, options },
    });
  });

  it("of a project's own model keeps the settings of the model that it is like", () => {
    const models = createCatalog({ models: [{ id: "kling-4.0", like: "kling-3.0" }] }).value;
    expect(models).toBeDefined();
    const request = render(words("kling-4.0"), models);
    expect(request.path).toBe("/text-to-video/kling-4.0");
    expect(request.body["settings"]).toMatchObject({ multi_shot: false, audio: "off" });
  });

  it("takes a model's mode as std when the action names none", () => {
    expect(render(modeless(words("kling-2.6"))).body["settings"]).toMatchObject({ resolution: "720p" });
    expect(render(modeless(words("kling-v2-6"))).body["mode"]).toBe("std");
  });

  it("leaves out the prompt of an image that moves without words", () => {
    const { prompt: _prompt, ...wordless } = still("kling-3.0");
    expect(render(wordless).body["contents"]).toEqual([{ type: "first_frame", url: "Zmlyc3Q=" }]);
  });
});

describe("no request", () => {
  const REFUSED: readonly (readonly [why: string, action: Action, message: RegExp])[] = [
    ["cuts a frame", { kind: "frame", which: "last", source: file }, /frame/],
    ["asks a model that nobody knows", words("kling-9"), /kling-9/],
    ["asks a model without words for words", words("kling-v1-5"), /kling-v1-5 for text_to_video/],
    ["asks a try-on model for a picture", picture("kolors-virtual-try-on-v1"), /for image/],
    ["drops a negative prompt", words("kling-3.0", { negative_prompt: "people" }), /negative_prompt/],
    ["drops a cfg_scale", words("kling-v2-6", { cfg_scale: 0.4 }), /cfg_scale/],
    ["drops sound", words("kling-o1", { audio: true }), /audio/],
    ["promises silence that is not to be had", words("kling-3.0-turbo", { audio: false }), /audio/],
    ["drops an end image", still("kling-3.0-turbo", { end_image: file }), /end_image/],
    ["drops a mode", words("kling-2.6", { mode: "4k" }), /no mode 4k/],
    ["drops a fidelity", picture("kling-v3", { image: file, image_fidelity: 0.4 }), /reference image/],
  ];
  it.each(REFUSED)("%s", (_why, action, message) => {
    expect(() => render(action)).toThrow(message);
  });

  it("is made without an input that it needs", () => {
    const target = targetOf(builtIn(), still("kling-3.0"));
    expect(() => createRequest(target, { reference, carried: new Map() })).toThrow(
      /image was not handed over/,
    );
  });
});
