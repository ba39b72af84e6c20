import { describe } from "vitest";

import { type Body, PNG, table } from "./verdict.js";

describe("legacy omni video", () => {
  const path = "/v1/videos/omni-video";
  const omni = (more: Body = {}) => ({
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
      "a video is referred to by its number",
      path,
      omni({
        prompt: "after <<<video_1>>>, with <<<image_2>>>",
        ...video("feature"),
        image_list: [{ image_url: PNG, type: "first_frame" }, { image_url: PNG }],
      }),
      "ok",
    ],
    [
      "a video that is not there is not",
      path,
      omni({ prompt: "after <<<video_1>>>" }),
      /<<<video_1>>> refers to nothing/,
    ],
    [
      "a feature video cuts by itself only",
      path,
      omni({
        ...video("feature"),
        multi_shot: true,
        shot_type: "customize",
        multi_prompt: [{ index: 1, prompt: "x", duration: "5" }],
      }),
      /needs shot_type intelligence/,
    ],
    [
      "a feature video may be cut by the model",
      path,
      omni({ ...video("feature"), multi_shot: true, shot_type: "intelligence" }),
      "ok",
    ],
    [
      "a base video is not cut",
      path,
      omni({ ...video("base"), multi_shot: true, shot_type: "intelligence" }),
      /multi-shot is not supported with a base video/,
    ],
    [
      "O1 is not cut",
      path,
      omni({ model_name: "kling-video-o1", multi_shot: true, shot_type: "intelligence" }),
      /multi_shot is not supported/,
    ],
    [
      "O1 has no sound",
      path,
      omni({ model_name: "kling-video-o1", sound: "on" }),
      /sound is not supported by kling-video-o1/,
    ],
    [
      "O1 makes 7 s from a prompt alone, as its own page has it",
      path,
      omni({ model_name: "kling-video-o1", duration: "7" }),
      "ok",
    ],
    [
      "one video is the most",
      path,
      omni({ video_list: [...video("base").video_list, ...video("base").video_list] }),
      /takes at most 1, got 2/,
    ],
    [
      "seven references are the most",
      path,
      omni({ image_list: Array.from({ length: 8 }, () => ({ image_url: PNG })) }),
      /at most 7/,
    ],
    [
      "four are with a video",
      path,
      omni({ ...video("feature"), image_list: Array.from({ length: 5 }, () => ({ image_url: PNG })) }),
      /at most 4/,
    ],
    [
      "2500 characters are the most, on v3-omni too",
      path,
      omni({ prompt: "x".repeat(2501) }),
      /at most 2500/,
    ],
    [
      "O1 has no 4k",
      path,
      omni({ model_name: "kling-video-o1", mode: "4k" }),
      /mode must be one of std, pro/,
    ],
  ]);
});
