import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { clip, download, good } from "./chain.js";
import { type Ask, open, pngHeader } from "./client.js";
import { type Body, base, element, feature, first, image, of, PNG, prompt, table } from "./verdict.js";

const ELEMENTS = "/v1/general/advanced-custom-elements";
const PRESETS = "/v1/general/advanced-presets-elements";
const I2V = "/image-to-video/kling-3.0";
const LEGACY_I2V = "/v1/videos/image2video";
const OMNI = "/omni-video/kling-3.0-omni";
const O1 = "/omni-video/kling-o1";

const fromPictures = (more: Body = {}): Body => ({
  element_name: "Mara",
  element_description: "40s, cropped silver hair",
  reference_type: "image_refer",
  element_image_list: { frontal_image: PNG, refer_images: [{ image_url: PNG }] },
  ...more,
});
const fromVideo = (video_url: string, more: Body = {}): Body => ({
  element_name: "Mara",
  element_description: "40s",
  reference_type: "video_refer",
  element_video_list: { refer_videos: [{ video_url }] },
  ...more,
});
const images = (count: number) => Array.from({ length: count }, () => image);
/** Elements from pictures (77) or from videos (88), each under a handle of its own. */
const elements = (count: number, id = "77") =>
  Array.from({ length: count }, (_, i) => element(`${id}${"abcdefgh"[i] ?? ""}`, id));

/** The number of a new element. */
async function made(ask: Ask, body = fromPictures()): Promise<number> {
  const { task_id } = good(await ask("POST", ELEMENTS, body));
  const [kept] = (await ask("GET", `${ELEMENTS}/${task_id}`)).data.task_result.elements;
  if (kept === undefined) throw new Error("the answer has no element");
  return kept.element_id;
}

const used = (element_id: number): Body => ({
  model_name: "kling-v3",
  image: PNG,
  prompt: "<<<element_1>>> turns",
  element_list: [{ element_id }],
});

describe("elements", () => {
  it("are made from pictures at no cost, and told under both ids, in the list and by the new query", async () => {
    const { ask } = await open();
    const body = fromPictures({ external_task_id: "mara", tag_list: [{ tag_id: "o_102" }] });
    const { task_id } = good(await ask("POST", ELEMENTS, body));
    const told = await ask("GET", `${ELEMENTS}/mara`);
    expect(told.data).toMatchObject({
      task_id,
      task_status: "succeed",
      task_info: { external_task_id: "mara" },
      task_result: {
        elements: [
          {
            element_id: expect.any(Number),
            element_name: "Mara",
            element_description: "40s, cropped silver hair",
            reference_type: "image_refer",
            tag_list: [{ id: "o_102", name: "Character" }],
            status: "succeed",
          },
        ],
      },
      final_unit_deduction: "0",
    });
    expect((await ask("GET", `${ELEMENTS}/${task_id}`)).data).toEqual(told.data);
    expect((await ask("GET", ELEMENTS)).data).toEqual([told.data]);
    const [kept] = told.data.task_result.elements;
    expect((await ask("GET", `/tasks?task_ids=${task_id}`)).data[0]?.outputs).toMatchObject([
      {
        type: "element",
        id: String(kept?.element_id),
        name: "Mara",
        element_type: "multi_image_elements",
        references: [
          { type: "image", role: "frontal" },
          { type: "image", role: "refer" },
        ],
        status: "succeeded",
        tags: [{ id: 102, name: "Character" }],
      },
    ]);
    const frontal = await download(kept?.element_image_list.frontal_image ?? "");
    expect(frontal.toString("latin1", 1, 4)).toBe("PNG");
  });

  it("can be named by later requests of both generations until they are deleted", async () => {
    const { ask } = await open();
    const id = await made(ask);
    expect((await ask("POST", LEGACY_I2V, used(id))).code).toBe(0);
    const body = of([prompt, first, { type: "element", element_id: String(id), id: "mara" }]);
    expect((await ask("POST", I2V, body)).code).toBe(0);

    const deleted = await ask("POST", "/v1/general/delete-elements", { element_id: String(id) });
    expect([deleted.code, deleted.data]).toEqual([0, undefined]);
    expect((await ask("POST", LEGACY_I2V, used(id))).message).toContain("has been deleted");
    expect((await ask("POST", I2V, body)).message).toContain("has been deleted");
    expect((await ask("GET", ELEMENTS)).data[0]?.task_result.elements).toMatchObject([{ status: "deleted" }]);
    const again = await ask("POST", "/v1/general/delete-advanced-elements", { element_id: String(id) });
    expect(again).toMatchObject({ status: 400, code: 1201 });
  });

  it("cannot be named before they are finished, nor when they never will be", async () => {
    const { ask } = await open({ timeScale: 1 });
    const { task_id } = good(await ask("POST", ELEMENTS, fromPictures()));
    const id = Number(task_id.slice(-15));
    expect((await ask("POST", LEGACY_I2V, used(id))).message).toContain("has not finished yet");
    const quick = await open();
    const failed = good(
      await quick.ask("POST", ELEMENTS, fromPictures({ element_description: "[sandbox:fail]" })),
    );
    expect((await quick.ask("POST", LEGACY_I2V, used(Number(failed.task_id.slice(-15))))).message).toContain(
      "does not exist",
    );
  });

  it("have presets, which can be used and not deleted", async () => {
    const { ask } = await open();
    const [task] = (await ask("GET", `${PRESETS}?pageSize=1`)).data;
    const [preset] = task?.task_result.elements ?? [];
    expect(preset).toMatchObject({ owned_by: "kling", status: "succeed" });
    expect((await ask("POST", LEGACY_I2V, used(preset?.element_id ?? 0))).code).toBe(0);
    const refused = await ask("POST", "/v1/general/delete-elements", { element_id: preset?.element_id });
    expect(refused.message).toContain("only custom elements can be deleted");
    expect((await ask("GET", ELEMENTS)).data).toEqual([]);
    expect((await ask("POST", PRESETS, {})).code).toBe(1202);
    const png = await download(preset?.element_image_list.frontal_image ?? "");
    expect(png.toString("latin1", 1, 4)).toBe("PNG");
  });

  it("outlive the sandbox with their deletion", async ({ onTestFinished }) => {
    const directory = mkdtempSync(join(tmpdir(), "sandbox-elements-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const before = await open({ directory });
    const [kept, deleted] = [await made(before.ask), await made(before.ask)];
    good(await before.ask("POST", "/v1/general/delete-elements", { element_id: deleted }));
    await before.sandbox.close();
    const { ask } = await open({ directory });
    expect((await ask("POST", LEGACY_I2V, used(kept))).code).toBe(0);
    expect((await ask("POST", LEGACY_I2V, used(deleted))).message).toContain("has been deleted");
  });

  it("from a video take 3 to 8 s at 1080p in 16:9 or 9:16", async () => {
    const { ask } = await open();
    const answer = async (more: Body) => {
      const { url } = await clip(ask, more);
      return (await ask("POST", ELEMENTS, fromVideo(url))).message;
    };
    expect(await answer({ mode: "pro", duration: "8", aspect_ratio: "9:16" })).toBe("SUCCEED");
    expect(await answer({ mode: "pro", duration: "9" })).toContain("must last from 3 to 8 s");
    expect(await answer({ mode: "pro", aspect_ratio: "1:1" })).toContain("must be 1080p");
    expect(await answer({ mode: "std" })).toContain("must be 1080p");
  });

  table([
    ["pictures pass", ELEMENTS, fromPictures(), "ok"],
    ["a name is required", ELEMENTS, fromPictures({ element_name: undefined }), /element_name is required/],
    ["a name ends at 20", ELEMENTS, fromPictures({ element_name: "x".repeat(21) }), /at most 20/],
    [
      "a description is required",
      ELEMENTS,
      fromPictures({ element_description: undefined }),
      /element_description is required/,
    ],
    [
      "a description ends at 100",
      ELEMENTS,
      fromPictures({ element_description: "x".repeat(101) }),
      /at most 100/,
    ],
    [
      "a way is required",
      ELEMENTS,
      fromPictures({ reference_type: undefined }),
      /reference_type is required/,
    ],
    [
      "pictures are required",
      ELEMENTS,
      fromPictures({ element_image_list: undefined }),
      /element_image_list is required/,
    ],
    [
      "a frontal picture is required",
      ELEMENTS,
      fromPictures({ element_image_list: { refer_images: [{ image_url: PNG }] } }),
      /frontal_image is required/,
    ],
    [
      "one more picture is required",
      ELEMENTS,
      fromPictures({ element_image_list: { frontal_image: PNG, refer_images: [] } }),
      /needs 1 to 3 images/,
    ],
    [
      "four more are too many",
      ELEMENTS,
      fromPictures({
        element_image_list: {
          frontal_image: PNG,
          refer_images: Array.from({ length: 4 }, () => ({ image_url: PNG })),
        },
      }),
      /takes at most 3/,
    ],
    [
      "each picture is checked",
      ELEMENTS,
      fromPictures({
        element_image_list: { frontal_image: PNG, refer_images: [{ image_url: pngHeader(200, 400) }] },
      }),
      /refer_images\[0\].image_url is 200x400/,
    ],
    [
      "a video has no place among pictures",
      ELEMENTS,
      fromPictures({ element_video_list: { refer_videos: [] } }),
      /not supported with reference_type image_refer/,
    ],
    ["a video passes", ELEMENTS, fromVideo("https://example.com/a.mp4"), "ok"],
    ["a video is an address", ELEMENTS, fromVideo("AAAA"), /must be a URL/],
    [
      "two videos are one too many",
      ELEMENTS,
      fromVideo("", {
        element_video_list: {
          refer_videos: [
            { video_url: "https://example.com/a.mp4" },
            { video_url: "https://example.com/b.mp4" },
          ],
        },
      }),
      /takes at most 1/,
    ],
    ["a voice is kept", ELEMENTS, fromPictures({ element_voice_id: "v" }), "ok"],
    [
      "another is not",
      ELEMENTS,
      fromPictures({ element_voice_id: "w" }),
      /element_voice_id w does not exist/,
    ],
    ["a tag has a number", ELEMENTS, fromPictures({ tag_list: [{ tag_id: "o_109" }] }), /o_101/],
    ["there is no watermark", ELEMENTS, fromPictures({ watermark_info: { enabled: true } }), /unknown field/],
    ["a deletion needs an id", "/v1/general/delete-elements", {}, /element_id is required/],
    ["of something", "/v1/general/delete-elements", { element_id: "5" }, /5 does not exist/],
  ]);
});

describe("requests that name elements", () => {
  table([
    ["an id that nobody has is refused", I2V, of([prompt, first, element("mara", "5")]), /5 does not exist/],
    ["so is a deleted one", I2V, of([prompt, first, element("mara", "66")]), /66 has been deleted/],
    ["3.0 takes three, of either type", I2V, of([prompt, first, ...elements(2), ...elements(1, "88")]), "ok"],
    ["and not four", I2V, of([prompt, first, ...elements(2), ...elements(2, "88")]), /at most 3 elements/],
    ["O1 takes elements from pictures", O1, of([prompt, ...elements(7)]), "ok"],
    ["and none from a video", O1, of([prompt, ...elements(1, "88")]), /only multi-image elements/],
    ["3.0 Omni takes seven", OMNI, of([prompt, ...images(3), ...elements(4)]), "ok"],
    ["and not eight", OMNI, of([prompt, ...images(4), ...elements(4)]), /at most 7/],
    [
      "four beside three from videos",
      OMNI,
      of([prompt, ...images(2), ...elements(2), ...elements(3, "88")]),
      "ok",
    ],
    [
      "five beside one from a video are too many",
      OMNI,
      of([prompt, ...images(3), ...elements(2), ...elements(1, "88")]),
      /at most 4 images and multi-image elements/,
    ],
    ["four from videos are too many", OMNI, of([prompt, ...elements(4, "88")]), /at most 3 video-character/],
    ["with a video four pass", OMNI, of([prompt, feature, ...images(2), ...elements(2)]), "ok"],
    ["and not five", OMNI, of([prompt, feature, ...images(3), ...elements(2)]), /at most 4/],
    [
      "with a video one from a video passes",
      OMNI,
      of([prompt, base, ...elements(1, "88")], { multi_shot: false }),
      "ok",
    ],
    [
      "without images",
      OMNI,
      of([prompt, base, image, ...elements(1, "88")], { multi_shot: false }),
      /one video-character element without images/,
    ],
    [
      "and without a second",
      OMNI,
      of([prompt, feature, ...elements(2, "88")]),
      /one video-character element without images/,
    ],
  ]);
});
