import { describe } from "vitest";

import { jpegHeader, pngHeader } from "./client.js";
import {
  type Body,
  base,
  element,
  feature,
  first,
  image,
  last,
  of,
  PNG,
  prompt,
  table,
  text,
  voice,
} from "./verdict.js";

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
    [
      "omni takes seven images",
      "/omni-video/kling-3.0-omni",
      of([prompt, image, image, image, image, image, image, image]),
      "ok",
    ],
    [
      "omni takes no eighth image",
      "/omni-video/kling-3.0-omni",
      of([prompt, image, image, image, image, image, image, image, image]),
      /at most 7/,
    ],
    [
      "omni takes four images with a video",
      "/omni-video/kling-3.0-omni",
      of([prompt, feature, image, image, image, image, image]),
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
  const shots = (words: string, settings: Body = {}) => ({ prompt: words, settings });
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
    [
      "the last semicolon may be left out, and letters may be large",
      path,
      shots("Shot 1, 2, a; SHOT 2, 3, b"),
      "ok",
    ],
    [
      "a shot without words is refused",
      path,
      shots("shot 1, 2, a; shot 2, 3, ;"),
      /item 2 is not of the form/,
    ],
    [
      "a shot lasts whole seconds",
      path,
      shots("shot 1, 2.5, a; shot 2, 2.5, b;"),
      /item 1 is not of the form/,
    ],
    ["a length has no unit", path, shots("shot 1, 5s, a;"), /item 1 is not of the form/],
    [
      "shots are numbered from one on",
      path,
      shots("shot 0, 2, a; shot 1, 3, b;"),
      /shot 0 stands where shot 1 should/,
    ],
    [
      "words before the first shot are noticed by the second",
      path,
      shots("A film. shot 1, 2, a; shot 2, 3, b;"),
      /item 1 is not of the form/,
    ],
    ["512 characters in a shot pass", path, shots(`shot 1, 5, ${"🚢".repeat(512)};`), "ok"],
    [
      "six shots pass",
      path,
      shots([1, 2, 3, 4, 5, 6].map((n) => `shot ${n}, 1, x;`).join(" "), { duration: 6 }),
      "ok",
    ],
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
