import { describe } from "vitest";

import { type Body, PNG, table } from "./verdict.js";

describe("legacy video", () => {
  const t2v = "/v1/videos/text2video";
  const i2v = "/v1/videos/image2video";
  const v3 = (more: Body = {}) => ({ model_name: "kling-v3", prompt: "a boat", ...more });
  const v26 = (more: Body = {}) => ({ ...v3(more), model_name: "kling-v2-6" });
  const v25 = (more: Body = {}) => ({ ...v3(more), model_name: "kling-v2-5-turbo" });
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
      v26({ image: PNG, voice_list: [{ voice_id: "v" }] }),
      /voice_list needs sound on/,
    ],
    [
      "v2-6 takes two voices in pro",
      i2v,
      v26({ image: PNG, mode: "pro", sound: "on", voice_list: [{ voice_id: "v" }, { voice_id: "v" }] }),
      "ok",
    ],
    [
      "v3 takes no voice, by the vendor's own pages",
      i2v,
      v3({ image: PNG, sound: "on", voice_list: [{ voice_id: "v" }] }),
      /voice_list is not supported by kling-v3/,
    ],
    [
      "a prompt refers to the elements that are there",
      i2v,
      v3({ prompt: "<<<element_1>>> runs", image: PNG, element_list: [{ element_id: 77 }] }),
      "ok",
    ],
    [
      "a prompt refers to no other element",
      i2v,
      v3({ prompt: "<<<element_2>>> runs", image: PNG, element_list: [{ element_id: 77 }] }),
      /<<<element_2>>> refers to nothing: the request has 1/,
    ],
    ["text to video has nothing to refer to", t2v, v3({ prompt: "<<<image_1>>>" }), /refers to nothing/],
    [
      "shots are numbered from one on",
      t2v,
      { model_name: "kling-v3", ...custom, multi_prompt: [shot(2, "2"), shot(1, "3")] },
      /multi_prompt\[0\]\.index must be 1/,
    ],
    [
      "a shot's duration is a string of whole seconds",
      t2v,
      { model_name: "kling-v3", ...custom, multi_prompt: [shot(1, "2.5"), shot(2, "2.5")] },
      /multi_prompt\[0\]\.duration must be at least "1"/,
    ],
    [
      "six shots are the most",
      t2v,
      {
        model_name: "kling-v3",
        ...custom,
        duration: "7",
        multi_prompt: Array.from({ length: 7 }, (_, i) => shot(i + 1, "1")),
      },
      /takes at most 6, got 7/,
    ],
    [
      "512 characters a shot are the most",
      t2v,
      {
        model_name: "kling-v3",
        ...custom,
        multi_prompt: [{ index: 1, prompt: "x".repeat(513), duration: "5" }],
      },
      /at most 512 characters/,
    ],
    [
      "a list of shots needs the type customize",
      t2v,
      v3({ multi_shot: true, shot_type: "intelligence", multi_prompt: [shot(1, "5")] }),
      /needs multi_shot and shot_type customize/,
    ],
    ["a type needs multi_shot", t2v, v3({ shot_type: "intelligence" }), "shot_type needs multi_shot"],
    [
      "shots cut by the model need a prompt",
      t2v,
      { model_name: "kling-v3", multi_shot: true, shot_type: "intelligence" },
      "prompt is required",
    ],
    [
      "shots and frames go together on v3",
      i2v,
      {
        model_name: "kling-v3",
        image: PNG,
        image_tail: PNG,
        ...custom,
        multi_prompt: [shot(1, "2"), shot(2, "3")],
      },
      "ok",
    ],
  ]);
});

describe("stills", () => {
  const path = "/v1/images/generations";
  const still = (more: Body = {}) => ({ model_name: "kling-v3", prompt: "mara", ...more });
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
