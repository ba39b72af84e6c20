import { describe, expect, it } from "vitest";

import { unitText } from "../../src/sandbox/rules/prices.js";
import type { Checked, World } from "../../src/sandbox/rules/order.js";
import { PRODUCTS } from "../../src/sandbox/rules/products.js";
import { jpegHeader, pngHeader } from "./client.js";

const WORLD: World = { retired: "refuse", sizeOfResult: () => undefined };
const OPEN_WORLD: World = { ...WORLD, retired: "accept" };
const PNG = pngHeader(960, 540);

function check(path: string, body: Record<string, unknown>, world = WORLD): Checked {
  const product = PRODUCTS.get(path);
  if (product === undefined) throw new Error(`no product at ${path}`);
  return product.check(body, world);
}

/** "ok" or the message of the refusal, whose code must be 1201. */
function verdict(path: string, body: Record<string, unknown>, world = WORLD): string {
  const checked = check(path, body, world);
  if (checked.ok) return "ok";
  expect(checked.refusal.code).toBe(1201);
  return checked.refusal.message;
}

const prompt = { type: "prompt", text: "she turns" };
const first = { type: "first_frame", url: PNG };
const last = { type: "last_frame", url: PNG };
const image = { type: "refer_image", url: PNG };
const element = (id: string) => ({ type: "element", element_id: "77", id });
const voice = (id: string) => ({ type: "voice", voice_id: "v", id });
const feature = { type: "feature_video", url: "https://example.com/a.mp4" };
const base = { type: "base_video", url: "https://example.com/a.mp4" };
const of = (contents: readonly unknown[], settings: Record<string, unknown> = {}) => ({ contents, settings });
const text = (settings: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  prompt: "a boat",
  settings,
  ...more,
});

type Row = readonly [claim: string, path: string, body: Record<string, unknown>, verdict: string | RegExp];

function table(rows: readonly Row[], world = WORLD): void {
  it.each(rows)("%s", (_claim, path, body, expected) => {
    const got = verdict(path, body, world);
    if (typeof expected === "string") expect(got).toBe(expected);
    else expect(got).toMatch(expected);
  });
}

describe("new generation, shape", () => {
  const path = "/text-to-video/kling-3.0";
  table([
    ["a prompt alone is enough", path, { prompt: "a boat" }, "ok"],
    [
      "the documented example passes",
      path,
      text(
        { multi_shot: false, audio: "off", resolution: "720p", aspect_ratio: "16:9", duration: 5 },
        { options: { external_task_id: "x", watermark_info: { enabled: false } } },
      ),
      "ok",
    ],
    ["a prompt is required", path, { settings: {} }, "prompt is required"],
    ["an empty prompt is refused", path, { prompt: "" }, /must not be empty/],
    [
      "a body field of the legacy generation is refused",
      path,
      text({}, { negative_prompt: "rain" }),
      "unknown field negative_prompt",
    ],
    [
      "model_name belongs into the path",
      path,
      text({}, { model_name: "kling-v3" }),
      "unknown field model_name",
    ],
    ["an unknown setting is refused", path, text({ mode: "pro" }), "unknown field settings.mode"],
    ["cfg_scale is gone", path, text({ cfg_scale: 0.5 }), "unknown field settings.cfg_scale"],
    [
      "an unknown option is refused",
      path,
      text({}, { options: { external_id: "x" } }),
      "unknown field options.external_id",
    ],
    [
      "a duration that is a string is refused",
      path,
      text({ duration: "5" }),
      /settings\.duration must be a number/,
    ],
    ["a duration with a fraction is refused", path, text({ duration: 5.5 }), /whole number/],
    ["3 s is the shortest", path, text({ duration: 3 }), "ok"],
    ["2 s is too short", path, text({ duration: 2 }), /from 3 to 15/],
    ["15 s is the longest", path, text({ duration: 15 }), "ok"],
    ["16 s is too long", path, text({ duration: 16 }), /from 3 to 15/],
    ["4k exists on 3.0", path, text({ resolution: "4k" }), "ok"],
    ["2k does not", path, text({ resolution: "2k" }), /must be one of 720p, 1080p, 4k/],
    ["21:9 does not exist", path, text({ aspect_ratio: "21:9" }), /must be one of 16:9, 9:16, 1:1/],
    ["audio is a word, not a flag", path, text({ audio: true }), /must be one of native, off/],
    ["multi_shot is a flag, not a word", path, text({ multi_shot: "false" }), /must be true or false/],
    ["null is not an absence", path, text({}, { options: null }), "options must be an object"],
    [
      "an empty external id is refused",
      path,
      text({}, { options: { external_task_id: "" } }),
      /must not be empty/,
    ],
    [
      "a callback must be an address",
      path,
      text({}, { options: { callback_url: "nowhere" } }),
      /callback_url is not a valid URL/,
    ],
    ["3072 characters are the most", path, { prompt: "x".repeat(3072) }, "ok"],
    ["3073 characters are too many", path, { prompt: "x".repeat(3073) }, /at most 3072/],
    ["2.6 takes 2500 characters", "/text-to-video/kling-2.6", { prompt: "x".repeat(2501) }, /at most 2500/],
    [
      "characters are counted, not UTF-16 units",
      "/text-to-video/kling-2.6",
      { prompt: "🚢".repeat(2500) },
      "ok",
    ],
    ["contents are for other endpoints", path, of([prompt]), /prompt is required/],
  ]);
});

describe("new generation, models", () => {
  table([
    [
      "turbo has no audio setting",
      "/text-to-video/kling-3.0-turbo",
      text({ audio: "off" }),
      "unknown field settings.audio",
    ],
    [
      "turbo has no multi_shot setting",
      "/text-to-video/kling-3.0-turbo",
      text({ multi_shot: false }),
      "unknown field settings.multi_shot",
    ],
    [
      "turbo has no 4k",
      "/text-to-video/kling-3.0-turbo",
      text({ resolution: "4k" }),
      /must be one of 720p, 1080p/,
    ],
    [
      "turbo takes no last frame",
      "/image-to-video/kling-3.0-turbo",
      of([prompt, first, last]),
      /contents\[2\]\.type must be one of/,
    ],
    [
      "image to video has no aspect ratio",
      "/image-to-video/kling-3.0",
      of([prompt, first], { aspect_ratio: "16:9" }),
      "unknown field settings.aspect_ratio",
    ],
    [
      "image to video needs a first frame",
      "/image-to-video/kling-3.0",
      of([prompt]),
      "first_frame is required",
    ],
    [
      "image to video needs a prompt",
      "/image-to-video/kling-3.0",
      of([first]),
      "contents: a prompt is required",
    ],
    [
      "a last frame alone is never supported",
      "/image-to-video/kling-3.0",
      of([prompt, last]),
      /last frame is only supported together/,
    ],
    ["first and last frame go together on 3.0", "/image-to-video/kling-3.0", of([prompt, first, last]), "ok"],
    [
      "two first frames are one too many",
      "/image-to-video/kling-3.0",
      of([prompt, first, first]),
      /at most one first_frame/,
    ],
    [
      "three elements are the most on 3.0",
      "/image-to-video/kling-3.0",
      of([prompt, first, element("aa"), element("bb"), element("cc")]),
      "ok",
    ],
    [
      "four elements are too many on 3.0",
      "/image-to-video/kling-3.0",
      of([prompt, first, element("aa"), element("bb"), element("cc"), element("dd")]),
      /at most 3 elements/,
    ],
    [
      "an element needs a handle",
      "/image-to-video/kling-3.0",
      of([prompt, first, { type: "element", element_id: "7" }]),
      "contents[2].id is required",
    ],
    [
      "a frame has no handle outside omni",
      "/image-to-video/kling-3.0",
      of([prompt, { ...first, id: "a" }]),
      "unknown field contents[1].id",
    ],
    [
      "handles must differ",
      "/omni-video/kling-3.0-omni",
      of([prompt, { ...image, id: "mara" }, element("mara")]),
      /used more than once/,
    ],
    [
      "handles must not contain one another",
      "/omni-video/kling-3.0-omni",
      of([prompt, { ...image, id: "mara" }, element("mara2")]),
      /must not contain one another/,
    ],
    ["2.6 makes 5 or 10 s", "/text-to-video/kling-2.6", text({ duration: 7 }), /must be one of 5, 10/],
    [
      "2.6 makes sound at 1080p",
      "/text-to-video/kling-2.6",
      text({ audio: "native", resolution: "1080p" }),
      "ok",
    ],
    [
      "2.6 makes no sound at 720p",
      "/text-to-video/kling-2.6",
      text({ audio: "native" }),
      /native audio is only supported at 1080p/,
    ],
    [
      "2.6 takes both frames at 1080p",
      "/image-to-video/kling-2.6",
      of([prompt, first, last], { resolution: "1080p" }),
      "ok",
    ],
    [
      "2.6 takes no last frame at 720p",
      "/image-to-video/kling-2.6",
      of([prompt, first, last]),
      /only supported at 1080p/,
    ],
    [
      "2.6 takes no last frame with sound",
      "/image-to-video/kling-2.6",
      of([prompt, first, last], { resolution: "1080p", audio: "native" }),
      /without audio/,
    ],
    [
      "2.6 voices need sound",
      "/image-to-video/kling-2.6",
      of([prompt, first, voice("v1")], { resolution: "1080p" }),
      /voices require native audio/,
    ],
    [
      "2.6 takes two voices",
      "/image-to-video/kling-2.6",
      of([prompt, first, voice("aa"), voice("bb")], { resolution: "1080p", audio: "native" }),
      "ok",
    ],
    [
      "2.6 takes no third voice",
      "/image-to-video/kling-2.6",
      of([prompt, first, voice("aa"), voice("bb"), voice("cc")], { resolution: "1080p", audio: "native" }),
      /at most 2 voices/,
    ],
    [
      "2.5 turbo has no sound",
      "/text-to-video/kling-2.5-turbo",
      text({ audio: "off" }),
      "unknown field settings.audio",
    ],
    [
      "2.5 turbo takes a last frame at 1080p only",
      "/image-to-video/kling-2.5-turbo",
      of([prompt, first, last]),
      /only supported at 1080p/,
    ],
    ["omni takes seven images", "/omni-video/kling-3.0-omni", of([prompt, ...Array(7).fill(image)]), "ok"],
    [
      "omni takes no eighth image",
      "/omni-video/kling-3.0-omni",
      of([prompt, ...Array(8).fill(image)]),
      /at most 7/,
    ],
    [
      "omni takes four images with a video",
      "/omni-video/kling-3.0-omni",
      of([prompt, feature, ...Array(5).fill(image)]),
      /at most 4/,
    ],
    ["omni takes one video", "/omni-video/kling-3.0-omni", of([prompt, feature, base]), /at most one video/],
    [
      "a feature video silences omni",
      "/omni-video/kling-3.0-omni",
      of([prompt, feature], { audio: "native" }),
      /audio must be off/,
    ],
    [
      "a base video may keep its sound",
      "/omni-video/kling-3.0-omni",
      of([prompt, base], { audio: "original" }),
      "ok",
    ],
    [
      "a base video excludes native sound",
      "/omni-video/kling-3.0-omni",
      of([prompt, base], { audio: "native" }),
      /native audio is not supported/,
    ],
    [
      "a base video excludes frames",
      "/omni-video/kling-3.0-omni",
      of([prompt, base, first]),
      /frames are not supported/,
    ],
    [
      "a base video excludes multi-shot",
      "/omni-video/kling-3.0-omni",
      of([prompt, base], { multi_shot: true }),
      /multi-shot is not supported/,
    ],
    [
      "a video is never inline",
      "/omni-video/kling-3.0-omni",
      of([prompt, { type: "base_video", url: PNG }]),
      /must be a URL/,
    ],
    [
      "O1 has no native sound",
      "/omni-video/kling-o1",
      of([prompt], { audio: "native" }),
      /must be one of original, off/,
    ],
    ["O1 ends at 10 s", "/omni-video/kling-o1", of([prompt], { duration: 11 }), /from 3 to 10/],
    ["O1 makes 5 s from a first frame", "/omni-video/kling-o1", of([prompt, first], { duration: 5 }), "ok"],
    [
      "O1 makes no 7 s from a first frame alone",
      "/omni-video/kling-o1",
      of([prompt, first], { duration: 7 }),
      /must be 5 or 10/,
    ],
    [
      "O1 makes 7 s from a frame and an image",
      "/omni-video/kling-o1",
      of([prompt, first, image], { duration: 7 }),
      "ok",
    ],
    [
      "O1 excludes references with both frames",
      "/omni-video/kling-o1",
      of([prompt, first, last, image]),
      /exclude other references/,
    ],
  ]);
});

describe("new generation, shots in the prompt", () => {
  const path = "/text-to-video/kling-3.0";
  const shots = (words: string, settings: Record<string, unknown> = {}) => ({ prompt: words, settings });
  table([
    ["shots that add up pass", path, shots("shot 1, 2, a boat; shot 2, 3, a pier;"), "ok"],
    [
      "shots that do not add up are refused",
      path,
      shots("shot 1, 2, a boat; shot 2, 2, a pier;"),
      /last 4 s together, but duration is 5/,
    ],
    [
      "seven shots are too many",
      path,
      shots(Array.from({ length: 7 }, (_, i) => `shot ${i}, 1, x;`).join(""), { duration: 7 }),
      /7 shots/,
    ],
    ["a shot of 0 s is too short", path, shots("shot 1, 0, a; shot 2, 5, b;"), /at least 1 second/],
    ["513 characters in a shot are too many", path, shots(`shot 1, 5, ${"x".repeat(513)};`), /exceeds 512/],
    [
      "something between shots is refused",
      path,
      shots("shot 1, 5, a; and then"),
      /item 2 is not of the form/,
    ],
    [
      "multi_shot false makes it one shot, unchecked",
      path,
      shots("shot 1, 2, a boat;", { multi_shot: false }),
      "ok",
    ],
    [
      "turbo always reads shots",
      "/text-to-video/kling-3.0-turbo",
      shots("shot 1, 2, a boat;"),
      /last 2 s together/,
    ],
    ["2.6 never does", "/text-to-video/kling-2.6", shots("shot 1, 2, a boat;"), "ok"],
    ["a prompt that only mentions a shot is a prompt", path, shots("wide shot, 35mm, rain"), "ok"],
  ]);
});

describe("pictures", () => {
  const frame = (url: unknown) => of([prompt, { type: "first_frame", url }]);
  const path = "/image-to-video/kling-3.0";
  table([
    ["a png passes", path, frame(PNG), "ok"],
    ["a jpg passes", path, frame(jpegHeader(1200, 800)), "ok"],
    ["an address passes unfetched", path, frame("https://example.com/a.png"), "ok"],
    ["a broken address is refused", path, frame("https://"), /not a valid URL/],
    ["a data: prefix is refused", path, frame(`data:image/png;base64,${PNG}`), /without the data: prefix/],
    ["a path is refused", path, frame("refs/mara.png"), /neither a URL nor Base64|not a jpg/],
    [
      "line breaks in Base64 are refused",
      path,
      frame(`${PNG.slice(0, 20)}\n${PNG.slice(20)}`),
      /neither a URL nor Base64/,
    ],
    [
      "a gif is refused",
      path,
      frame(Buffer.from("GIF89a".padEnd(60, "x")).toString("base64")),
      /not a jpg, jpeg or png/,
    ],
    ["299 px are too few", path, frame(pngHeader(600, 299)), /at least 300 px/],
    ["2.5:1 is the widest", path, frame(pngHeader(750, 300)), "ok"],
    ["wider than 2.5:1 is refused", path, frame(pngHeader(751, 300)), /aspect ratio must be between/],
    ["taller than 1:2.5 is refused", path, frame(pngHeader(300, 751)), /aspect ratio must be between/],
    [
      "legacy takes 10 MB at most",
      "/v1/videos/image2video",
      { model_name: "kling-v3", prompt: "x", image: pngHeader(600, 600, 10 * 1024 * 1024) },
      /larger than 10 MB/,
    ],
    ["the new generation takes more than 10 MB", path, frame(pngHeader(600, 600, 11 * 1024 * 1024)), "ok"],
  ]);
});

describe("legacy video", () => {
  const t2v = "/v1/videos/text2video";
  const i2v = "/v1/videos/image2video";
  const v3 = (more: Record<string, unknown> = {}) => ({ model_name: "kling-v3", prompt: "a boat", ...more });
  const v26 = (more: Record<string, unknown> = {}) => ({ ...v3(more), model_name: "kling-v2-6" });
  const v25 = (more: Record<string, unknown> = {}) => ({ ...v3(more), model_name: "kling-v2-5-turbo" });
  const custom = { multi_shot: true, shot_type: "customize" };
  const shot = (index: number, duration: string) => ({ index, prompt: "x", duration });
  table([
    ["a current model passes", t2v, v3(), "ok"],
    [
      "without model_name the discontinued default is meant",
      t2v,
      { prompt: "a boat" },
      /kling-v1 has been discontinued and is no longer available/,
    ],
    [
      "kling-v1 is discontinued",
      t2v,
      { model_name: "kling-v1", prompt: "a boat" },
      /discontinued and is no longer available/,
    ],
    [
      "kling-v1-6 is presumed retired",
      t2v,
      { model_name: "kling-v1-6", prompt: "a boat" },
      /discontinued and is no longer available/,
    ],
    [
      "a name of the new generation is invalid",
      t2v,
      { model_name: "kling-3.0", prompt: "a boat" },
      /is invalid/,
    ],
    ["std is a mode", t2v, v3({ mode: "std" }), "ok"],
    ["standard is not a mode", t2v, v3({ mode: "standard" }), /mode must be one of std, pro, 4k/],
    ["4k is only on v3", t2v, v26({ mode: "4k" }), /mode must be one of std, pro/],
    ["a duration is a string", t2v, v3({ duration: "7" }), "ok"],
    ["a duration that is a number is refused", t2v, v3({ duration: 7 }), /duration must be one of/],
    ["7 s exist on v3 only", t2v, v25({ duration: "7" }), /duration must be one of 5, 10/],
    ["a negative prompt passes", t2v, v3({ negative_prompt: "text" }), "ok"],
    ["cfg_scale is for models that are gone", t2v, v25({ cfg_scale: 0.5 }), /cfg_scale is not supported/],
    [
      "camera_control is for models that are gone",
      t2v,
      v3({ camera_control: { type: "down_back" } }),
      /camera_control is not supported/,
    ],
    ["an unknown field is refused", t2v, v3({ seed: 7 }), "unknown field seed"],
    ["sound is on or off", t2v, v3({ sound: true }), /sound must be one of on, off/],
    ["v3 has sound in std", t2v, v3({ sound: "on" }), "ok"],
    ["v2-6 has sound in pro only", t2v, v26({ sound: "on" }), /sound is not supported/],
    ["v2-5-turbo has no sound", t2v, v25({ sound: "on", mode: "pro" }), /sound is not supported/],
    [
      "a custom multi-shot needs no prompt",
      t2v,
      { model_name: "kling-v3", ...custom, multi_prompt: [shot(1, "2"), shot(2, "3")] },
      "ok",
    ],
    ["multi_shot needs a type", t2v, v3({ multi_shot: true }), /shot_type is required/],
    ["custom shots must add up", t2v, v3({ ...custom, multi_prompt: [shot(1, "2")] }), /must add up/],
    [
      "multi-shot is for v3",
      t2v,
      v26({ multi_shot: true, shot_type: "intelligence" }),
      /multi_shot is not supported/,
    ],
    ["image to video needs an image", i2v, v3(), /at least one of image and image_tail/],
    ["an aspect ratio beside an image is ignored", i2v, v3({ image: PNG, aspect_ratio: "1:1" }), "ok"],
    ["an image on text to video is refused", t2v, v3({ image: PNG }), "unknown field image"],
    ["v3 takes both frames", i2v, v3({ image: PNG, image_tail: PNG }), "ok"],
    ["an end frame alone is refused", i2v, v3({ image_tail: PNG }), /image_tail without image/],
    [
      "v2-5-turbo takes an end frame in pro only",
      i2v,
      v25({ image: PNG, image_tail: PNG }),
      /image_tail is not supported/,
    ],
    ["v2-5-turbo takes an end frame in pro", i2v, v25({ image: PNG, image_tail: PNG, mode: "pro" }), "ok"],
    [
      "voices need sound",
      i2v,
      v3({ image: PNG, voice_list: [{ voice_id: "v" }] }),
      /voice_list needs sound on/,
    ],
    [
      "voices exclude elements",
      i2v,
      v3({ image: PNG, sound: "on", voice_list: [{ voice_id: "v" }], element_list: [{ element_id: 1 }] }),
      /exclude one another/,
    ],
  ]);

  describe("with retired names accepted", () => {
    const old = (name: string, more: Record<string, unknown> = {}) => ({
      model_name: name,
      prompt: "x",
      ...more,
    });
    const camera = { type: "simple", config: { pan: 5 } };
    table(
      [
        ["kling-v1 stays discontinued", t2v, old("kling-v1"), /discontinued/],
        ["kling-v1-6 takes cfg_scale", t2v, old("kling-v1-6", { cfg_scale: 0.7 }), "ok"],
        ["cfg_scale ends at 1", t2v, old("kling-v1-6", { cfg_scale: 1.1 }), /from 0 to 1/],
        ["kling-v1-5 makes no text to video", t2v, old("kling-v1-5"), /does not support text to video/],
        [
          "kling-v2-master takes no mode",
          t2v,
          old("kling-v2-master", { mode: "pro" }),
          /mode is not supported/,
        ],
        ["kling-v2-master passes without", t2v, old("kling-v2-master"), "ok"],
        [
          "kling-v1-5 takes an end frame alone in pro",
          i2v,
          old("kling-v1-5", { image_tail: PNG, mode: "pro" }),
          "ok",
        ],
        [
          "kling-v1-5 moves the camera in pro",
          i2v,
          old("kling-v1-5", { image: PNG, mode: "pro", camera_control: camera }),
          "ok",
        ],
        [
          "two axes are one too many",
          i2v,
          old("kling-v1-5", {
            image: PNG,
            mode: "pro",
            camera_control: { type: "simple", config: { pan: 5, tilt: 1 } },
          }),
          /exactly one non-zero/,
        ],
        [
          "camera and end frame exclude one another",
          i2v,
          old("kling-v1-5", { image: PNG, image_tail: PNG, mode: "pro", camera_control: camera }),
          /exclude one another/,
        ],
      ],
      OPEN_WORLD,
    );
  });
});

describe("legacy omni video", () => {
  const path = "/v1/videos/omni-video";
  const omni = (more: Record<string, unknown> = {}) => ({
    model_name: "kling-v3-omni",
    prompt: "x",
    aspect_ratio: "16:9",
    ...more,
  });
  const video = (refer_type: string) => ({
    video_list: [{ video_url: "https://example.com/a.mp4", refer_type }],
  });
  table([
    ["text passes", path, omni(), "ok"],
    [
      "an aspect ratio is required without a frame",
      path,
      { model_name: "kling-v3-omni", prompt: "x" },
      /aspect_ratio is required/,
    ],
    [
      "a first frame stands in for it",
      path,
      { model_name: "kling-v3-omni", prompt: "x", image_list: [{ image_url: PNG, type: "first_frame" }] },
      "ok",
    ],
    [
      "a plain reference does not",
      path,
      { model_name: "kling-v3-omni", prompt: "x", image_list: [{ image_url: PNG }] },
      /aspect_ratio is required/,
    ],
    [
      "an end frame alone is refused",
      path,
      omni({ image_list: [{ image_url: PNG, type: "end_frame" }] }),
      /last frame is only supported/,
    ],
    ["a video silences it", path, omni({ sound: "on", ...video("feature") }), /sound must be off/],
    [
      "a base video excludes frames",
      path,
      omni({ image_list: [{ image_url: PNG, type: "first_frame" }], ...video("base") }),
      /frames are not supported/,
    ],
    [
      "O1 ends at 10 s",
      path,
      omni({ model_name: "kling-video-o1", duration: "11" }),
      /duration must be one of/,
    ],
    [
      "O1 has no 4k",
      path,
      omni({ model_name: "kling-video-o1", mode: "4k" }),
      /mode must be one of std, pro/,
    ],
  ]);
});

describe("stills", () => {
  const path = "/v1/images/generations";
  const still = (more: Record<string, unknown> = {}) => ({ model_name: "kling-v3", prompt: "mara", ...more });
  table([
    ["a prompt passes", path, still(), "ok"],
    ["nine are the most", path, still({ n: 9 }), "ok"],
    ["ten are too many", path, still({ n: 10 }), /from 1 to 9/],
    ["n is a number", path, still({ n: "2" }), /must be a number/],
    ["21:9 exists", path, still({ aspect_ratio: "21:9" }), "ok"],
    ["4k does not", path, still({ resolution: "4k" }), /must be one of 1k, 2k/],
    [
      "a negative prompt excludes an image",
      path,
      still({ image: PNG, negative_prompt: "x" }),
      /negative_prompt is not supported with an image/,
    ],
    ["fidelity is for v2-1", path, still({ image: PNG, image_fidelity: 0.5 }), /not supported by kling-v3/],
    [
      "fidelity passes on v2-1",
      path,
      still({ model_name: "kling-v2-1", image: PNG, image_fidelity: 0.5 }),
      "ok",
    ],
    [
      "a retired model is refused",
      path,
      still({ model_name: "kling-v1-5" }),
      /must be one of kling-v3, kling-v2-1/,
    ],
    [
      "a try-on needs a person",
      "/v1/images/kolors-virtual-try-on",
      { cloth_image: PNG },
      "human_image is required",
    ],
    [
      "a try-on with both passes",
      "/v1/images/kolors-virtual-try-on",
      { human_image: PNG, cloth_image: PNG },
      "ok",
    ],
    [
      "a try-on takes no prompt",
      "/v1/images/kolors-virtual-try-on",
      { human_image: PNG, prompt: "x" },
      "unknown field prompt",
    ],
  ]);
});

describe("what is made of an accepted request", () => {
  const size = (path: string, body: Record<string, unknown>, world = WORLD): string => {
    const checked = check(path, body, world);
    if (!checked.ok) throw new Error(checked.refusal.message);
    return `${checked.order.size.width}x${checked.order.size.height}`;
  };

  it.each([
    ["720p", "16:9", "1280x720"],
    ["720p", "9:16", "720x1280"],
    ["720p", "1:1", "720x720"],
    ["1080p", "16:9", "1920x1080"],
    ["1080p", "9:16", "1080x1920"],
    ["4k", "16:9", "3840x2160"],
    ["4k", "1:1", "2160x2160"],
  ])("%s at %s is %s", (resolution, aspect_ratio, expected) => {
    expect(size("/text-to-video/kling-3.0", text({ resolution, aspect_ratio }))).toBe(expected);
  });

  it.each([
    [960, 540, "1280x720"],
    [1200, 900, "960x720"],
    [600, 1000, "720x1200"],
    [1000, 999, "720x720"],
    [750, 300, "1800x720"],
  ])("a first frame of %ix%i makes a clip of %s", (width, height, expected) => {
    const body = of([prompt, { type: "first_frame", url: pngHeader(width, height) }]);
    expect(size("/image-to-video/kling-3.0", body)).toBe(expected);
  });

  it("takes the size of its own result from the address", () => {
    const world: World = { ...WORLD, sizeOfResult: () => ({ width: 888, height: 1184 }) };
    const body = of([prompt, { type: "first_frame", url: "http://127.0.0.1:1/outputs/1/0.png" }]);
    expect(size("/image-to-video/kling-3.0", body, world)).toBe("720x960");
  });

  it.each([
    ["1k", "16:9", "1344x756"],
    ["2k", "3:4", "1776x2368"],
    ["1k", "21:9", "1568x672"],
  ])("a still of %s at %s is %s, the ratio exact", (resolution, aspect_ratio, expected) => {
    expect(
      size("/v1/images/generations", { model_name: "kling-v3", prompt: "x", resolution, aspect_ratio }),
    ).toBe(expected);
  });

  it("gives a try-on the proportions of the person", () => {
    const body = { human_image: pngHeader(2000, 3000), cloth_image: PNG };
    expect(size("/v1/images/kolors-virtual-try-on", body)).toBe("1024x1536");
  });

  const units = (path: string, body: Record<string, unknown>, world = WORLD): string => {
    const checked = check(path, body, world);
    if (!checked.ok) throw new Error(checked.refusal.message);
    return unitText(checked.order.milliUnits);
  };

  it.each([
    ["/text-to-video/kling-3.0-turbo", text({ duration: 3 }), "2.4"],
    ["/text-to-video/kling-3.0", text({ duration: 7 }), "4.2"],
    ["/text-to-video/kling-3.0", text({ audio: "native", resolution: "1080p" }), "6"],
    ["/text-to-video/kling-3.0", text({ resolution: "4k", audio: "native" }), "15"],
    ["/omni-video/kling-3.0-omni", of([prompt, first], { duration: 3 }), "1.8"],
    ["/omni-video/kling-3.0-omni", of([prompt, feature]), "4.5"],
    ["/omni-video/kling-3.0-omni", of([prompt], { audio: "native" }), "4"],
    ["/omni-video/kling-o1", of([prompt, base], { resolution: "1080p" }), "6"],
    ["/text-to-video/kling-2.6", text(), "1.5"],
    [
      "/image-to-video/kling-2.6",
      of([prompt, first, voice("v")], { audio: "native", resolution: "1080p" }),
      "6",
    ],
    ["/text-to-video/kling-2.5-turbo", text({ resolution: "1080p", duration: 10 }), "5"],
    ["/v1/videos/text2video", { model_name: "kling-v2-5-turbo", prompt: "x" }, "1.5"],
    ["/v1/videos/text2video", { model_name: "kling-v2-6", prompt: "x", mode: "pro", sound: "on" }, "5"],
    ["/v1/images/generations", { model_name: "kling-v3", prompt: "x", n: 3 }, "24"],
    ["/v1/images/generations", { model_name: "kling-v2-1", prompt: "x" }, "4"],
  ])("%s %j costs %s units", (path, body, expected) => {
    expect(units(path, body)).toBe(expected);
  });

  it.each([
    ["kling-v1-6", "std", "10", "4"],
    ["kling-v1-6", "pro", "5", "3.5"],
  ])("retired %s in %s for %s s costs %s units", (model_name, mode, duration, expected) => {
    expect(units("/v1/videos/text2video", { model_name, prompt: "x", mode, duration }, OPEN_WORLD)).toBe(
      expected,
    );
  });
});
