/** What the older models take that no current one does: a camera that is told how to move, and the motion brush. */
import { describe } from "vitest";

import { pngHeader } from "./client.js";
import { type Body, OPEN_WORLD, PNG, table } from "./verdict.js";

describe("older models, with retired names accepted", () => {
  const t2v = "/v1/videos/text2video";
  const i2v = "/v1/videos/image2video";
  const old = (name: string, more: Body = {}) => ({
    model_name: name,
    prompt: "x",
    ...more,
  });
  const camera = { type: "simple", config: { pan: 5 } };
  const pro = (more: Body) => old("kling-v1-5", { image: PNG, mode: "pro", ...more });
  const brush = (points: number) => ({
    mask: PNG,
    trajectories: Array.from({ length: points }, (_, i) => ({ x: i, y: 2 * i })),
  });
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
      [
        "a camera type other than simple has no model left",
        i2v,
        pro({ camera_control: { type: "forward_up" } }),
        /camera_control is not supported by kling-v1-5 here/,
      ],
      [
        "a simple camera needs its config",
        i2v,
        pro({ camera_control: { type: "simple" } }),
        /exactly one non-zero/,
      ],
      [
        "a camera axis ends at 10",
        i2v,
        pro({ camera_control: { type: "simple", config: { zoom: 11 } } }),
        /config\.zoom must be from -10 to 10/,
      ],
      [
        "there is no seventh axis",
        i2v,
        pro({ camera_control: { type: "simple", config: { pan: 1, dolly: 1 } } }),
        "unknown field camera_control.config.dolly",
      ],
      [
        "config is for simple alone",
        i2v,
        pro({ camera_control: { type: "down_back", config: { pan: 1 } } }),
        /config is only for type simple/,
      ],
      [
        "the camera does not move in std",
        i2v,
        { ...pro({ camera_control: camera }), mode: "std" },
        /camera_control is not supported/,
      ],
      [
        "the camera does not move for 10 s",
        i2v,
        pro({ camera_control: camera, duration: "10" }),
        /camera_control is not supported/,
      ],
      [
        "the camera of kling-v1-6 does not move",
        i2v,
        { ...pro({ camera_control: camera }), model_name: "kling-v1-6" },
        /camera_control is not supported/,
      ],
      ["a brush passes", i2v, pro({ static_mask: PNG, dynamic_masks: [brush(2)] }), "ok"],
      ["a brush may only hold still", i2v, pro({ static_mask: PNG }), "ok"],
      [
        "six brushes are the most",
        i2v,
        pro({ dynamic_masks: Array.from({ length: 7 }, () => brush(2)) }),
        /takes at most 6, got 7/,
      ],
      ["77 points are the most", i2v, pro({ dynamic_masks: [brush(78)] }), /takes at most 77, got 78/],
      ["one point is no way", i2v, pro({ dynamic_masks: [brush(1)] }), /needs at least 2 points/],
      [
        "a mask is a picture",
        i2v,
        pro({ dynamic_masks: [{ ...brush(2), mask: "a mask" }] }),
        /dynamic_masks\[0\]\.mask is/,
      ],
      [
        "a mask is not a data: address",
        i2v,
        pro({ static_mask: `data:image/png;base64,${PNG}` }),
        /static_mask must be Base64 without the data: prefix/,
      ],
      [
        "a mask has the ratio of the image",
        i2v,
        pro({ static_mask: pngHeader(640, 640) }),
        /static_mask is 640x640; it must have the aspect ratio of the image, 960x540/,
      ],
      ["a mask may be smaller than the image", i2v, pro({ static_mask: pngHeader(640, 360) }), "ok"],
      [
        "a point lies in the picture",
        i2v,
        pro({
          dynamic_masks: [
            {
              mask: PNG,
              trajectories: [
                { x: 0, y: 0 },
                { x: 961, y: 0 },
              ],
            },
          ],
        }),
        /trajectories\[1\]\.x must be from 0 to 960/,
      ],
      [
        "brush and camera exclude one another",
        i2v,
        pro({ static_mask: PNG, camera_control: camera }),
        /exclude one another/,
      ],
      [
        "brush and end frame exclude one another",
        i2v,
        pro({ static_mask: PNG, image_tail: PNG }),
        /exclude one another/,
      ],
      ["a brush is for 5 s", i2v, pro({ static_mask: PNG, duration: "10" }), /motion brush is not supported/],
      [
        "text to video has no brush",
        t2v,
        old("kling-v1-6", { static_mask: PNG }),
        /motion brush is not supported/,
      ],
    ],
    OPEN_WORLD,
  );
});
