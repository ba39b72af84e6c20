/**
 * Builders of requests: one committed file per product with a request for each model, and what must never be asked for.
 * With `UPDATE_GOLDEN=1` the files are written anew instead of compared.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Action, ImageToVideo, MakeImage, OmniVideo, TextToVideo } from "../../src/graph/actions.js";
import { parseExactJson, writeExactJson } from "../../src/provider/json.js";
import type { Carry } from "../../src/provider/kling/carried.js";
import { createRequest } from "../../src/provider/kling/requests.js";
import { addressOf, takesReference, targetOf } from "../../src/provider/kling/target.js";
import { createCatalog } from "../../src/catalog/catalog.js";
import { allRequests, at, CASES, kept, productOfPath, requestOf, type Case } from "./golden-requests.js";
import { builtIn, reference } from "./world.js";

const FOLDER = join(import.meta.dirname, "golden");
const updating = process.env["UPDATE_GOLDEN"] === "1";

/** `/v1/videos/text2video` → `v1.videos.text2video.json`. */
function fileOf(product: string): string {
  return `${product.replace("/{model}", "").slice(1).replaceAll("/", ".")}.json`;
}

/** JSON to read, with the digits of big integers as they are sent. */
function pretty(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `\u0000${each}` : each), 2);
  return `${text.replace(/"\\u0000(\d+)"/g, "$1")}\n`;
}

const PRODUCTS = new Map<string, Record<string, unknown>>();
for (const [name, request] of allRequests()) {
  const product = productOfPath(request.path);
  PRODUCTS.set(product, { ...PRODUCTS.get(product), [name]: request });
}

const file = { kind: "file", path: "refs/a.png" } as const;
const base64 = (text: string) => ({ kind: "base64", text }) as const;
const carried = new Map<string, Carry>([
  ["image", base64("Zmlyc3Q=")],
  ["end_image", base64("bGFzdA==")],
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
const omni = (model: string, more: Partial<OmniVideo> = {}): OmniVideo => ({
  kind: "omni_video",
  model,
  mode: "pro",
  duration: 5,
  prompt: "a boat",
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
const named = (...handles: readonly string[]) => handles.map((handle) => ({ handle, input: file }));
const cut = (prompt: string) => ({ seconds: 5, prompt });
const render = (action: Action, models = builtIn(), more: Readonly<Record<string, Carry>> = {}) =>
  createRequest(targetOf(models, action), {
    reference,
    carried: new Map([...carried, ...Object.entries(more)]),
  });

describe("the requests of a product", () => {
  it.each([...PRODUCTS])("%s are what the committed file says", (product, requests) => {
    const path = join(FOLDER, fileOf(product));
    const text = pretty(requests);
    if (updating) writeFileSync(path, text);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("have the only files that are committed", () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual([...PRODUCTS.keys()].map(fileOf).toSorted());
  });

  const catalog = builtIn();
  it.each(catalog.all().map((model) => [`${model.kind} ${model.id}`, model] as const))(
    "hold one for each endpoint of %s",
    (_name, model) => {
      const sent = new Set(
        allRequests().map(
          ([
            ,
            {
              path,
              body: { model_name: name = "" },
            },
          ]) => (typeof name === "string" ? `${path} ${name}`.trim() : path),
        ),
      );
      const paths =
        model.kind === "video"
          ? [model.textToVideo, model.imageToVideo, model.motion, model.multiImage].flatMap((endpoint) =>
              endpoint === undefined ? [] : [endpoint.path],
            )
          : model.kind === "image" && model.multiImage !== undefined
            ? [model.path, model.multiImage.path]
            : [model.path];
      const names = model.kind !== "service" && model.dialect === "legacy" ? ` ${model.wireName}` : "";
      for (const path of paths) expect(sent).toContain(`${path}${names}`);
    },
  );
});

describe("a create", () => {
  it.each(Object.entries(CASES))(
    "of %s goes where the address says, with the reference once where it takes one",
    (_name, one: Case) => {
      const request = requestOf(one);
      expect(addressOf(targetOf(builtIn(), one.action, one.way)).product).toBe(request.path);
      expect(writeExactJson(request.body).split(reference)).toHaveLength(
        takesReference(addressOf(targetOf(builtIn(), one.action, one.way))) ? 2 : 1,
      );
    },
  );

  it("takes no reference where the product has no field for one", () => {
    const paths = allRequests().map(([, { path }]) => path);
    const without = [...new Set(paths)].filter(
      (path) => !takesReference({ dialect: "legacy", product: path }),
    );
    expect(without).toEqual(["/v1/videos/video-extend", "/v1/videos/lip-sync"]);
  });

  it.each(Object.entries(CASES))(
    "of %s can name an address to call back, and is the same otherwise",
    (_name, one: Case) => {
      const plain = requestOf(one);
      const callback = "https://hooks.example.com/kling?key=s3cret";
      const { path, body } = requestOf(one, { callback });
      const isLegacy = path.startsWith("/v1/");
      const { callback_url: legacy, ...rest } = body;
      expect(legacy).toBe(isLegacy ? callback : undefined);
      const options = { ...(plain.body["options"] as object), callback_url: callback };
      expect({ path, body: rest }).toEqual({
        path: plain.path,
        body: isLegacy ? plain.body : { ...plain.body, options },
      });
    },
  );

  it("of a project's own model keeps the settings of the model that it is like", () => {
    const models = createCatalog({ models: [{ id: "kling-4.0", like: "kling-3.0" }] }).value;
    expect(models).toBeDefined();
    const request = render(words("kling-4.0"), models);
    expect(request.path).toBe("/text-to-video/kling-4.0");
    expect(request.body["settings"]).toMatchObject({ multi_shot: false, audio: "off" });
  });

  it("of a project's own model goes to that model, also with a motion", () => {
    const models = createCatalog({ models: [{ id: "kling-4.0", like: "kling-3.0" }] }).value;
    const action: Action = {
      kind: "motion_control",
      model: "kling-4.0",
      image: file,
      motion_video: file,
      character_orientation: "image",
    };
    expect(render(action, models, { motion_video: at("a.mp4") }).path).toBe("/motion-control/kling-4.0");
  });

  it("takes a model's mode as std when the action names none", () => {
    expect(render(modeless(words("kling-2.6"))).body["settings"]).toMatchObject({ resolution: "720p" });
    expect(render(modeless(words("kling-v2-6"))).body["mode"]).toBe("std");
  });

  it("leaves out the prompt of an image that moves without words", () => {
    const { prompt: _prompt, ...wordless } = still("kling-3.0");
    expect(render(wordless).body["contents"]).toEqual([{ type: "first_frame", url: "Zmlyc3Q=" }]);
  });

  it.each(allRequests())("of %s says no watermark wherever it can be said", (_name, { path, body }) => {
    const documented = /text2video$|^\/v1\/videos\/(image2video|motion|advanced|avatar)|generations$/;
    const place = path.startsWith("/v1/") ? body : (body["options"] as typeof body);
    const isSaid = !path.startsWith("/v1/") || documented.test(path);
    expect(place["watermark_info"]).toEqual(isSaid ? { enabled: false } : undefined);
  });

  it("never leaves to the vendor whether a clip has several shots or sound, where it can be said", () => {
    for (const [name, { path, body }] of allRequests()) {
      const text = writeExactJson(body);
      if (/kling-3\.0(-omni)?$/.test(path) && !path.startsWith("/motion"))
        expect(text, name).toMatch(/"multi_shot":(true|false)/);
      if (/^\/(?!v1|.*(2\.5|turbo)).*/.test(path))
        expect(text, name).toMatch(/"audio":"(native|original|off)"/);
      if (/"kling-v3(-omni)?"/.test(text) && /text2video|image2video|omni-video/.test(path)) {
        expect(text, name).toMatch(/"multi_shot":(true|false)/);
        expect(text, name).toMatch(/"sound":"(on|off)"/);
      }
    }
  });

  it("names an element of /v1 by a number with all its digits", () => {
    const action = still("kling-v3", { elements: named("mara") });
    const { body } = render(action, builtIn(), { "elements.mara": kept("876543210987654321") });
    expect(writeExactJson(body)).toContain('"element_list":[{"element_id":876543210987654321}]');
    expect(parseExactJson(writeExactJson(body))).toMatchObject({
      element_list: [{ element_id: "876543210987654321" }],
    });
  });

  it.each([
    ["a clip to edit", omni("kling-v3-omni", { base_video: file }), "base_video"],
    [
      "a clip to look at",
      omni("kling-3.0-omni", { feature_video: file, aspect_ratio: "1:1" }),
      "feature_video",
    ],
    ["a voice's sample", { kind: "voice", name: "mara", sample: file }, "sample"],
    ["an element's video", { kind: "element", name: "mara", description: "Mara", video: file }, "video"],
  ] as const)("takes a result of the vendor's by its address, as %s", (_what, action, field) => {
    const address = "https://cdn.example/7.mp4?sig=1";
    const { body } = render(action, builtIn(), { [field]: { kind: "result", id: "clip-7", url: address } });
    expect(writeExactJson(body)).toContain(`"${address}"`);
    expect(writeExactJson(body)).not.toContain("clip-7");
  });

  it("takes a clip that is to get sound by its id, and by its address where it has none", () => {
    const action: Action = { kind: "video_to_audio", source: file };
    const url = "https://cdn.example/7.mp4?sig=1";
    const known = render(action, builtIn(), { source: { kind: "result", id: "clip-7", url } }).body;
    expect([known["video_id"], known["video_url"]]).toEqual(["clip-7", undefined]);
    const nameless = render(action, builtIn(), { source: { kind: "result", url } }).body;
    expect([nameless["video_id"], nameless["video_url"]]).toEqual([undefined, url]);
  });
});

describe("no request", () => {
  const REFUSED: readonly (readonly [
    why: string,
    action: Action,
    message: RegExp,
    more?: Readonly<Record<string, Carry>>,
  ])[] = [
    ["cuts a frame", { kind: "frame", which: "last", source: file }, /frame/],
    ["takes a picture out of a series", { kind: "picture", index: 1, source: file }, /picture/],
    ["asks a model that nobody knows", words("kling-9"), /kling-9/],
    ["asks a model without words for words", words("kling-v1-5"), /kling-v1-5 for text_to_video/],
    ["asks a try-on model for a picture", picture("kolors-virtual-try-on-v1"), /for image/],
    ["asks an omni model for a plain picture", picture("kling-v3-omni"), /for image/],
    ["asks a plain model for references", omni("kling-3.0"), /for omni_video/],
    [
      "asks a model without motion for motion",
      {
        kind: "motion_control",
        model: "kling-o1",
        image: file,
        motion_video: file,
        character_orientation: "image",
      },
      /for motion_control/,
    ],
    ["drops a negative prompt", words("kling-3.0", { negative_prompt: "people" }), /negative_prompt/],
    ["drops a cfg_scale", words("kling-v2-6", { cfg_scale: 0.4 }), /cfg_scale/],
    ["drops sound", words("kling-o1", { audio: true }), /audio/],
    ["drops sound of references", omni("kling-o1", { audio: true }), /audio/],
    ["keeps the sound of no video", omni("kling-3.0-omni", { audio: "original" }), /audio: original/],
    ["promises silence that is not to be had", words("kling-3.0-turbo", { audio: false }), /audio/],
    ["drops an end image", still("kling-3.0-turbo", { end_image: file }), /end_image/],
    ["drops a mode", words("kling-2.6", { mode: "4k" }), /no mode 4k/],
    ["asks for a mode that /v1 lacks", words("kling-v2-6", { mode: "4k" }), /no mode 4k/],
    ["drops the mode of a model without modes", words("kling-v2-master", { mode: "pro" }), /no mode pro/],
    [
      "drops the second of two videos",
      omni("kling-v3-omni", { feature_video: file, base_video: file }),
      /no second video/,
    ],
    ["ends with a picture alone", omni("kling-v3-omni", { end_image: file }), /no end_image alone/],
    ["drops a fidelity", picture("kling-v3", { image: file, image_fidelity: 0.4 }), /reference image/],
    ["drops cuts", words("kling-2.6", { cuts: [cut("wide")] }), /no cuts/],
    ["ends a cut in its middle", words("kling-3.0", { cuts: [cut("wide; close")] }), /cut 1 .*semicolon/],
    ["drops a camera", words("kling-3.0", { camera_control: { type: "forward_up" } }), /camera_control/],
    ["drops a brush", still("kling-v3", { static_mask: file }), /motion brush/],
    ["drops an element", still("kling-2.6", { elements: named("mara") }), /takes 0 elements/],
    ["drops an element of a picture", picture("kling-v2-1", { elements: named("mara") }), /no elements/],
    ["has voices in silence", still("kling-2.6", { voices: named("mara") }), /silent voices/],
    [
      "has more elements than are taken",
      still("kling-3.0", { elements: named("a", "b", "c", "d") }),
      /takes 3 elements, not 4/,
    ],
    [
      "chooses the cuts beside a feature video of /v1",
      omni("kling-v3-omni", { cuts: [cut("wide")], feature_video: file }),
      /chooses its cuts itself/,
    ],
    [
      "makes a series with a model that makes none",
      {
        kind: "omni_image",
        model: "kling-image-o1",
        prompt: "a",
        aspect_ratio: "auto",
        resolution: "1k",
        series: 3,
      },
      /no series/,
    ],
    [
      "gives one handle two meanings",
      omni("kling-v3-omni", { refer_images: named("mara"), elements: named("mara") }),
      /mara means two things/,
      { "refer_images.mara": at("a.png"), "elements.mara": kept("7") },
    ],
    [
      "names an element of /v1 by what is no number",
      still("kling-v3", { elements: named("mara") }),
      /no number/,
      { "elements.mara": kept("7a") },
    ],
    [
      "sends a picture as an element",
      still("kling-3.0", { elements: named("mara") }),
      /by the vendor's id/,
      { "elements.mara": at("a.png") },
    ],
    ["sends an element as a picture", still("kling-3.0"), /something that is kept/, { image: kept("7") }],
    [
      "sends a clip as a picture",
      still("kling-3.0"),
      /image was handed over as a clip/,
      { image: { kind: "result", id: "clip-7", url: "https://cdn.example/7.mp4" } },
    ],
    [
      "sends the bytes of a clip",
      omni("kling-3.0-omni", { feature_video: file }),
      /feature_video was not handed over as a URL/,
      { feature_video: base64("Y2xpcA==") },
    ],
    [
      "has three pictures of an effect",
      { kind: "effect", scene: "hug_pro", images: [file, file, file] },
      /one picture or two/,
      { "images.0": at("a"), "images.1": at("b"), "images.2": at("c") },
    ],
  ];
  const rows = REFUSED.map(([why, action, message, more = {}]) => [why, action, message, more] as const);
  it.each(rows)("%s", (_why, action, message, more) => {
    expect(() => render(action, builtIn(), more)).toThrow(message);
  });

  it("is made without an input that it needs", () => {
    const target = targetOf(builtIn(), still("kling-3.0"));
    expect(() => createRequest(target, { reference, carried: new Map() })).toThrow(
      /image was not handed over/,
    );
  });
});
