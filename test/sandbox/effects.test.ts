/** The clips that older endpoints make from pictures: effects, and several images in one clip. */
import { describe, expect, it } from "vitest";

import { unitText } from "../../src/sandbox/rules/prices.js";
import { download, good } from "./chain.js";
import { open, pngHeader } from "./client.js";
import { accepted, type Body, OPEN_WORLD, PNG, table } from "./verdict.js";

const EFFECTS = "/v1/videos/effects";
const MULTI = "/v1/videos/multi-image2video";

const effect = (more: Body = {}): Body => ({ effect_scene: "squish", input: { image: PNG }, ...more });
const multi = (more: Body = {}): Body => ({
  model_name: "kling-v1-6",
  image_list: [{ image: PNG }, { image: PNG }],
  prompt: "they meet on the pier",
  ...more,
});

describe("effects", () => {
  it("are told without a length, under both ids and in the list", async () => {
    const { ask } = await open();
    const { task_id } = good(await ask("POST", EFFECTS, effect({ external_task_id: "fx" })));
    const told = await ask("GET", `${EFFECTS}/fx`);
    expect(told.data).toMatchObject({ task_id, task_status: "succeed", final_unit_deduction: "2" });
    const [video] = told.data.task_result.videos;
    expect(Object.keys(video ?? {})).toEqual(["id", "url", "watermark_url"]);
    expect((await ask("GET", EFFECTS)).data).toEqual([told.data]);
    const file = await download(video?.url ?? "");
    expect(file.toString("latin1", 4, 8)).toBe("ftyp");
  });

  it("show both pictures of a pair", () => {
    const images = [pngHeader(400, 600), PNG];
    const { order } = accepted(EFFECTS, effect({ effect_scene: "hug_pro", input: { images } }));
    expect(order).toMatchObject({
      size: { width: 720, height: 1080 },
      notes: [expect.stringMatching(/^left 400×600/u), expect.stringMatching(/^right 960×540/u)],
    });
  });

  table([
    ["a scene and a picture pass", EFFECTS, effect(), "ok"],
    ["a scene is required", EFFECTS, effect({ effect_scene: undefined }), /effect_scene is required/],
    ["a scene is a word", EFFECTS, effect({ effect_scene: "Squish it" }), /effect_scene value 'Squish it'/],
    ["an input is required", EFFECTS, effect({ input: undefined }), /input is required/],
    ["a picture is required", EFFECTS, effect({ input: {} }), /exactly one of input.image and input.images/],
    [
      "not a picture and a pair",
      EFFECTS,
      effect({ input: { image: PNG, images: [PNG, PNG] } }),
      /exactly one of/,
    ],
    ["a pair has two", EFFECTS, effect({ input: { images: [PNG] } }), /exactly 2 images, got 1/],
    ["and not three", EFFECTS, effect({ input: { images: [PNG, PNG, PNG] } }), /exactly 2 images, got 3/],
    ["some scenes need a pair", EFFECTS, effect({ effect_scene: "kiss_pro" }), /needs two input.images/],
    ["pictures are strings", EFFECTS, effect({ input: { images: [1, 2] } }), /array of strings/],
    [
      "each picture is checked",
      EFFECTS,
      effect({ input: { images: [PNG, pngHeader(100, 100)] } }),
      /input.images\[1\] is 100x100/,
    ],
    ["there is no model", EFFECTS, effect({ model_name: "kling-v1-6" }), /unknown field model_name/],
    ["no mode", EFFECTS, effect({ mode: "std" }), /unknown field mode/],
    ["no length", EFFECTS, effect({ duration: "5" }), /unknown field duration/],
    ["and none in the input", EFFECTS, effect({ input: { image: PNG, duration: "5" } }), /input.duration/],
    ["no watermark", EFFECTS, effect({ watermark_info: {} }), /unknown field watermark_info/],
  ]);
});

describe("video from several images", () => {
  it("is told under both ids and in the list, and has the ratio that was asked for", async () => {
    const { ask } = await open({ retired: "accept" });
    const body = multi({ aspect_ratio: "9:16", duration: "10", external_task_id: "pier" });
    const { task_id } = good(await ask("POST", MULTI, body));
    const told = await ask("GET", `${MULTI}/pier`);
    expect(told.data).toMatchObject({
      task_id,
      task_status: "succeed",
      task_result: { videos: [{ duration: "10" }] },
      final_unit_deduction: "4",
    });
    expect((await ask("GET", MULTI)).data).toEqual([told.data]);
    const file = await download(told.data.task_result.videos[0]?.url ?? "");
    const track = file.indexOf("tkhd") + 4;
    expect([76, 80].map((at) => file.readUInt32BE(track + at) >>> 16)).toEqual([720, 1280]);
  });

  it.each([
    ["std", "5", "2"],
    ["std", "10", "4"],
    ["pro", "5", "3.5"],
    ["pro", "10", "7"],
  ])("in mode %s for %s s costs %s units", (mode, duration, units) => {
    const { order } = accepted(MULTI, multi({ mode, duration }), OPEN_WORLD);
    expect(unitText(order.milliUnits)).toBe(units);
  });

  describe("where the model still answers", () => {
    table(
      [
        ["passes", MULTI, multi(), "ok"],
        ["the model may be left out", MULTI, multi({ model_name: undefined }), "ok"],
        ["another model is refused", MULTI, multi({ model_name: "kling-v3" }), /kling-v1-6/],
        ["images are required", MULTI, multi({ image_list: undefined }), /image_list is required/],
        ["one at least", MULTI, multi({ image_list: [] }), /needs 1 to 4 images/],
        ["four pass", MULTI, multi({ image_list: Array.from({ length: 4 }, () => ({ image: PNG })) }), "ok"],
        [
          "five do not",
          MULTI,
          multi({ image_list: Array.from({ length: 5 }, () => ({ image: PNG })) }),
          /takes at most 4/,
        ],
        ["each is checked", MULTI, multi({ image_list: [{ image: "AAAA" }] }), /not a jpg, jpeg or png/],
        ["words are required", MULTI, multi({ prompt: undefined }), /prompt is required/],
        ["words end at 2500", MULTI, multi({ prompt: "x".repeat(2501) }), /at most 2500/],
        ["so do unwanted ones", MULTI, multi({ negative_prompt: "x".repeat(2501) }), /at most 2500/],
        ["5 or 10 s", MULTI, multi({ duration: "7" }), /5, 10/],
        ["a length is a string", MULTI, multi({ duration: 5 }), /5, 10/],
        ["std or pro", MULTI, multi({ mode: "4k" }), /std, pro/],
        ["no other ratio", MULTI, multi({ aspect_ratio: "4:3" }), /16:9/],
        ["no watermark", MULTI, multi({ watermark_info: {} }), /unknown field/],
      ],
      OPEN_WORLD,
    );
  });

  table([["is refused where it does not", MULTI, multi(), /has been discontinued/]]);
});
