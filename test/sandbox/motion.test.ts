import { describe, expect, it } from "vitest";

import { unitText } from "../../src/sandbox/rules/prices.js";
import { clip, download, first, good, T2V } from "./chain.js";
import { open, pngHeader, resultUrl } from "./client.js";
import { accepted, type Body, element, PNG, prompt, table, verdict, WORLD } from "./verdict.js";

const NEW = "/motion-control/kling-3.0";
const OLDER = "/motion-control/kling-2.6";
const LEGACY = "/v1/videos/motion-control";

const picture = { type: "image", url: PNG };
const video = { type: "video", url: "https://example.com/dance.mp4" };
const motion = (contents: readonly unknown[], settings: Body = { character_orientation: "video" }): Body => ({
  contents,
  settings,
});
const legacy = (more: Body = {}): Body => ({
  model_name: "kling-v3",
  image_url: PNG,
  video_url: "https://example.com/dance.mp4",
  character_orientation: "video",
  mode: "std",
  ...more,
});

describe("motion control of the new generation", () => {
  table([
    ["a picture and a video pass", NEW, motion([picture, video]), "ok"],
    ["with a prompt", OLDER, motion([prompt, picture, video]), "ok"],
    ["an orientation is required", NEW, motion([picture, video], {}), /character_orientation is required/],
    ["settings are required", NEW, { contents: [picture, video] }, /settings is required/],
    [
      "the orientation is image or video",
      NEW,
      motion([picture, video], { character_orientation: "left" }),
      /image, video/,
    ],
    ["a picture is required", NEW, motion([video]), /one item of type image is required/],
    ["a video is required", NEW, motion([picture]), /one item of type video is required/],
    ["two videos are one too many", NEW, motion([picture, video, video]), /at most one video/],
    ["two prompts are one too many", NEW, motion([prompt, prompt, picture, video]), /at most one prompt/],
    [
      "the video is an address",
      NEW,
      motion([picture, { type: "video", url: "AAAA" }]),
      /contents\[1\].url must be a URL/,
    ],
    [
      "the picture has 300 px a side",
      NEW,
      motion([{ type: "image", url: pngHeader(299, 400) }, video]),
      /at least 300 px/,
    ],
    ["one element passes on 3.0", NEW, motion([picture, video, element("mara")]), "ok"],
    [
      "two elements do not",
      NEW,
      motion([picture, video, element("aa"), element("bb")]),
      /at most one element/,
    ],
    ["2.6 takes no element", OLDER, motion([picture, video, element("mara")]), /type must be one of/],
    [
      "an element that was deleted is refused",
      NEW,
      motion([picture, video, element("mara", "66")]),
      /has been deleted/,
    ],
    [
      "there is no native audio",
      NEW,
      motion([picture, video], { character_orientation: "video", audio: "native" }),
      /original, off/,
    ],
    [
      "there is no 4k",
      NEW,
      motion([picture, video], { character_orientation: "video", resolution: "4k" }),
      /720p, 1080p/,
    ],
    [
      "there is no duration",
      NEW,
      motion([picture, video], { character_orientation: "video", duration: 5 }),
      /unknown field settings.duration/,
    ],
    [
      "a prompt ends at 2500 characters",
      NEW,
      motion([{ type: "prompt", text: "x".repeat(2501) }, picture, video]),
      /at most 2500/,
    ],
  ]);

  it.each([
    [NEW, "720p", "4.5"],
    [NEW, "1080p", "6"],
    [OLDER, "720p", "2.5"],
    [OLDER, "1080p", "4"],
  ])("%s at %s costs %s units for five seconds", (path, resolution, units) => {
    const body = motion([picture, video], { character_orientation: "image", resolution });
    expect(unitText(accepted(path, body).order.milliUnits)).toBe(units);
  });

  it("is as long as the motion that could be used, and billed by the nearest second", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { duration: "8", sound: "on" });
    const text = "a dancer [sandbox:motion3541]";
    const body = motion([{ type: "prompt", text }, picture, { type: "video", url }]);
    const { id } = good(await ask("POST", NEW, { ...body, options: { external_task_id: "dance" } }));
    const told = await ask("GET", "/tasks?external_task_ids=dance");
    expect(told.data[0]).toMatchObject({
      id,
      status: "succeeded",
      outputs: [{ type: "video", duration: "3.541" }],
      billing: [{ charge_type: "unit", amount: "3.6", package_type: "video" }],
    });
    const file = await download(resultUrl(told));
    const movie = file.indexOf("mvhd") + 4;
    expect(file.readUInt32BE(movie + 16) / file.readUInt32BE(movie + 12)).toBeCloseTo(3.541, 1);
  });

  it("keeps the sound of the video unless told otherwise", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { sound: "on" });
    const tracks = async (audio: Body) => {
      const settings = { character_orientation: "video", ...audio };
      const body = motion([picture, { type: "video", url }], settings);
      const { id } = good(await ask("POST", NEW, body));
      const file = await download(resultUrl(await ask("GET", `/tasks?task_ids=${id}`)));
      return file.toString("latin1").split("tkhd").length - 1;
    };
    expect([await tracks({}), await tracks({ audio: "off" })]).toEqual([2, 1]);
  });

  it("refuses less than three seconds of usable motion", async () => {
    const text = "[sandbox:motion2900]";
    expect(await verdict(NEW, motion([{ type: "prompt", text }, picture, video]))).toContain(
      "2.9 s of usable motion",
    );
  });

  it("takes up to 10 s when the orientation is the picture's, and more when it is the video's", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { duration: "11" });
    const contents = [picture, { type: "video", url }];
    const asked = async (character_orientation: string) =>
      (await ask("POST", NEW, motion(contents, { character_orientation }))).message;
    expect(await asked("image")).toContain("must last from 3 to 10 s");
    expect(await asked("video")).toBe("SUCCEED");
  });
});

describe("motion control of the legacy generation", () => {
  table([
    ["passes", LEGACY, legacy(), "ok"],
    ["the model may be left out", LEGACY, legacy({ model_name: undefined }), "ok"],
    ["another model is refused", LEGACY, legacy({ model_name: "kling-v2-5-turbo" }), /model_name/],
    ["the picture is required", LEGACY, legacy({ image_url: undefined }), /image_url is required/],
    ["the video is required", LEGACY, legacy({ video_url: undefined }), /video_url is required/],
    ["the mode is required", LEGACY, legacy({ mode: undefined }), /mode is required/],
    ["there is no mode 4k", LEGACY, legacy({ mode: "4k" }), /std, pro/],
    [
      "the orientation is required",
      LEGACY,
      legacy({ character_orientation: undefined }),
      /character_orientation is required/,
    ],
    ["an element passes on kling-v3", LEGACY, legacy({ element_list: [{ element_id: 77 }] }), "ok"],
    [
      "not on kling-v2-6",
      LEGACY,
      legacy({ model_name: "kling-v2-6", element_list: [{ element_id: 77 }] }),
      /not supported by kling-v2-6/,
    ],
    [
      "an element's id is a number",
      LEGACY,
      legacy({ element_list: [{ element_id: "77" }] }),
      /must be a number/,
    ],
    ["keep_original_sound is yes or no", LEGACY, legacy({ keep_original_sound: true }), /yes, no/],
    ["there is no duration", LEGACY, legacy({ duration: "5" }), /unknown field duration/],
    ["a side ends at 65536 px", LEGACY, legacy({ image_url: pngHeader(65_537, 65_537) }), /at most 65536 px/],
  ]);

  it("tells the video that it was made from, and what it cost", async () => {
    const { ask } = await open();
    const source = await clip(ask);
    const body = legacy({ video_url: source.url, mode: "pro", external_task_id: "step" });
    const created = await ask("POST", LEGACY, body);
    const told = await ask("GET", `${LEGACY}/step`);
    expect(told.data).toMatchObject({
      task_id: good(created).task_id,
      task_status: "succeed",
      task_info: { external_task_id: "step", parent_video: { id: source.id, duration: "5" } },
      final_unit_deduction: "6",
    });
    expect(first(created, told).duration).toBe("5");
    expect((await ask("GET", LEGACY)).data).toEqual([told.data]);
    expect((await ask("GET", `${T2V}/step`)).code).toBe(1201);
  });

  it("refuses a video that is too large", async () => {
    const { order } = accepted(T2V, { model_name: "kling-v3", prompt: "x" });
    if (order.kind !== "video") throw new Error("the order is no video");
    const large = { ...order, size: { width: 3852, height: 2160 } };
    const world = {
      ...WORLD,
      resultAt: () => ({ id: "1-1", order: large, mark: "3fa2", state: "ready" as const }),
    };
    expect(await verdict(LEGACY, legacy(), world)).toContain("each side must be from 340 to 3850 px");
  });
});
