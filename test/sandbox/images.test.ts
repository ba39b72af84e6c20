/** Pictures made from words and pictures: what omni-image, multi-image2image and expand take, answer, cost and show. */
import { inflateSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import type { World } from "../../src/sandbox/rules/order.js";
import { download, good } from "./chain.js";
import { type Ask, open, pngHeader } from "./client.js";
import { accepted, type Body, PNG, table, verdict, WORLD } from "./verdict.js";

const OMNI = "/v1/images/omni-image";
const COMPOSED = "/v1/images/multi-image2image";
const EXPAND = "/v1/images/editing/expand";

const omni = (more: Body = {}): Body => ({ model_name: "kling-v3-omni", prompt: "mara", ...more });
const o1 = (more: Body = {}): Body => omni({ model_name: "kling-image-o1", ...more });
const images = (count: number) => Array.from({ length: count }, () => ({ image: PNG }));
const elements = (count: number) => Array.from({ length: count }, () => ({ element_id: 77 }));
const composed = (more: Body = {}): Body => ({ subject_image_list: [{ subject_image: PNG }], ...more });
const room = (up: number, down: number, left: number, right: number) => ({
  up_expansion_ratio: up,
  down_expansion_ratio: down,
  left_expansion_ratio: left,
  right_expansion_ratio: right,
});

const still = (path: string, body: Body) => {
  const { order } = accepted(path, body);
  if (order.kind !== "still") throw new Error("not a still");
  return order;
};

/** The upper half of the picture in a PNG of the sandbox, which has its pixels in one piece. */
const upperHalf = (file: Buffer): Buffer => {
  const length = file.readUInt32BE(33);
  const rows = inflateSync(file.subarray(41, 41 + length));
  return rows.subarray(0, rows.length / 2);
};

describe("omni-image", () => {
  table([
    ["words alone pass", OMNI, omni(), "ok"],
    ["a prompt is required", OMNI, { model_name: "kling-v3-omni" }, "prompt is required"],
    ["2500 characters are the most", OMNI, omni({ prompt: "x".repeat(2501) }), /at most 2500/],
    [
      "a model of the other image path is refused",
      OMNI,
      omni({ model_name: "kling-v3" }),
      /must be one of kling-image-o1, kling-v3-omni/,
    ],
    ["ten images pass", OMNI, omni({ image_list: images(10) }), "ok"],
    ["eleven are too many", OMNI, omni({ image_list: images(11) }), /at most 10 together, got 11/],
    [
      "elements count with them",
      OMNI,
      omni({ image_list: images(8), element_list: elements(3) }),
      /at most 10 together, got 11/,
    ],
    ["a reference needs its picture", OMNI, omni({ image_list: [{}] }), "image_list[0].image is required"],
    [
      "a reference has no role",
      OMNI,
      omni({ image_list: [{ image: PNG, type: "first_frame" }] }),
      "unknown field image_list[0].type",
    ],
    [
      "a data: prefix is refused",
      OMNI,
      omni({ image_list: [{ image: `data:image/png;base64,${PNG}` }] }),
      /without the data: prefix/,
    ],
    [
      "a prompt refers to what is there",
      OMNI,
      omni({ prompt: "<<<image_2>>> on the pier", image_list: images(2) }),
      "ok",
    ],
    [
      "a prompt refers to nothing else",
      OMNI,
      omni({ prompt: "<<<image_3>>> on the pier", image_list: images(2) }),
      /<<<image_3>>> refers to nothing: the request has 2/,
    ],
    [
      "counting begins with one",
      OMNI,
      omni({ prompt: "<<<image_0>>>", image_list: images(2) }),
      /refers to nothing/,
    ],
    [
      "there are no videos to refer to",
      OMNI,
      omni({ prompt: "<<<video_1>>>", image_list: images(2) }),
      /refers to nothing/,
    ],
    ["4k exists on v3-omni", OMNI, omni({ resolution: "4k" }), "ok"],
    [
      "4k does not on O1, by the narrower of two pages",
      OMNI,
      o1({ resolution: "4k" }),
      /resolution must be one of 1k, 2k/,
    ],
    ["a series exists on v3-omni", OMNI, omni({ result_type: "series", series_amount: 9 }), "ok"],
    ["a series may find its own length", OMNI, omni({ result_type: "series", series_amount: "auto" }), "ok"],
    [
      "a series does not exist on O1",
      OMNI,
      o1({ result_type: "series" }),
      /result_type must be one of single/,
    ],
    [
      "a series of one is none",
      OMNI,
      omni({ result_type: "series", series_amount: 1 }),
      /series_amount must be from 2 to 9/,
    ],
    [
      "a series of ten is too long",
      OMNI,
      omni({ result_type: "series", series_amount: 10 }),
      /series_amount must be from 2 to 9/,
    ],
    [
      "its amount is a number or auto",
      OMNI,
      omni({ result_type: "series", series_amount: "4" }),
      /series_amount must be a number/,
    ],
    [
      "an amount without a series is refused",
      OMNI,
      omni({ series_amount: 4 }),
      /series_amount needs result_type series/,
    ],
    ["n is for single pictures", OMNI, omni({ result_type: "series", n: 2 }), /n counts single pictures/],
    ["nine single pictures are the most", OMNI, omni({ n: 10 }), /n must be from 1 to 9/],
    ["auto is a ratio", OMNI, omni({ aspect_ratio: "auto" }), "ok"],
    ["5:4 is none", OMNI, omni({ aspect_ratio: "5:4" }), /aspect_ratio must be one of auto, 16:9/],
    [
      "a negative prompt is unknown",
      OMNI,
      omni({ negative_prompt: "rain" }),
      "unknown field negative_prompt",
    ],
  ]);

  it.each([
    [{ aspect_ratio: "16:9", resolution: "4k" }, "4032x2268"],
    [{ image_list: [{ image: pngHeader(900, 600) }] }, "1254x836"],
    [{ image_list: [{ image: pngHeader(300, 700) }], resolution: "2k" }, "1341x3128"],
    [{}, "1024x1024"],
  ])("%j makes pictures of %s", (more, expected) => {
    const { size } = still(OMNI, omni(more));
    expect(`${size.width}x${size.height}`).toBe(expected);
  });

  it.each([
    [omni({ n: 3 }), 24],
    [omni({ resolution: "2k" }), 8],
    [omni({ resolution: "4k", n: 2 }), 32],
    [omni({ result_type: "series", series_amount: 5 }), 40],
    [omni({ result_type: "series" }), 32],
    [o1({ n: 2 }), 16],
  ])("%j costs %i units", (body, units) => {
    expect(still(OMNI, body).milliUnits).toBe(units * 1000);
  });
});

describe("multi-image2image", () => {
  const subjects = (count: number) => Array.from({ length: count }, () => ({ subject_image: PNG }));
  table([
    ["one subject passes, without words", COMPOSED, composed(), "ok"],
    [
      "four subjects, a scene and a style pass",
      COMPOSED,
      composed({
        subject_image_list: subjects(4),
        scene_image: PNG,
        style_image: PNG,
        prompt: "x",
        n: 9,
        aspect_ratio: "21:9",
      }),
      "ok",
    ],
    [
      "five subjects are too many",
      COMPOSED,
      composed({ subject_image_list: subjects(5) }),
      /takes at most 4, got 5/,
    ],
    ["no subject is too few", COMPOSED, composed({ subject_image_list: [] }), /at least one subject/],
    ["subjects are required", COMPOSED, { scene_image: PNG }, "subject_image_list is required"],
    [
      "a subject is a picture",
      COMPOSED,
      composed({ subject_image_list: [{ image: PNG }] }),
      "subject_image_list[0].subject_image is required",
    ],
    [
      "its limits are those of pictures",
      COMPOSED,
      composed({ style_image: pngHeader(600, 200) }),
      /style_image is 600x200; each side must be at least 300 px/,
    ],
    ["only kling-v2-1 makes it", COMPOSED, composed({ model_name: "kling-v3" }), /must be one of kling-v2-1/],
    ["there is no resolution", COMPOSED, composed({ resolution: "2k" }), "unknown field resolution"],
    [
      "auto is no ratio here",
      COMPOSED,
      composed({ aspect_ratio: "auto" }),
      /aspect_ratio must be one of 16:9/,
    ],
  ]);

  it("costs sixteen units a picture and says what went in", () => {
    const order = still(COMPOSED, composed({ scene_image: PNG, style_image: pngHeader(640, 640), n: 2 }));
    expect(order.milliUnits).toBe(32_000);
    expect(order.notes).toEqual([
      expect.stringMatching(/^subject 1 960×540 png · [0-9a-f]{8}$/u),
      expect.stringMatching(/^scene 960×540 png/u),
      expect.stringMatching(/^style 640×640 png/u),
    ]);
  });
});

describe("expand", () => {
  const expand = (more: Body = {}): Body => ({
    image: pngHeader(800, 600),
    ...room(0, 0, 0.5, 0.5),
    ...more,
  });
  const { up_expansion_ratio: _, ...three } = expand();
  table([
    ["room to both sides passes", EXPAND, expand(), "ok"],
    ["all four ratios are required", EXPAND, three, "up_expansion_ratio is required"],
    ["the picture is required", EXPAND, room(0, 0, 0, 1), "image is required"],
    ["a ratio is 2 at most", EXPAND, expand(room(0, 0, 2.1, 0)), /left_expansion_ratio must be from 0 to 2/],
    [
      "a ratio is not negative",
      EXPAND,
      expand(room(0, -0.1, 0, 0)),
      /down_expansion_ratio must be from 0 to 2/,
    ],
    [
      "a ratio is a number",
      EXPAND,
      expand({ up_expansion_ratio: "0.1" }),
      /up_expansion_ratio must be a number/,
    ],
    ["three times the area is the most", EXPAND, expand(room(0, 0, 0, 2)), "ok"],
    ["three times is reached in decimals, too", EXPAND, expand(room(0.1, 0.1, 0.75, 0.75)), "ok"],
    ["more is refused", EXPAND, expand(room(0.5, 0.5, 0.5, 0.1)), /3\.20 times as large; at most 3/],
    ["there is no model", EXPAND, expand({ model_name: "kling-v2-1" }), "unknown field model_name"],
    ["there is no ratio to ask for", EXPAND, expand({ aspect_ratio: "16:9" }), "unknown field aspect_ratio"],
  ]);

  it.each([
    [pngHeader(800, 600), room(0.1, 0.3, 0.5, 0), "1200x840"],
    [pngHeader(500, 999), room(0, 1, 0.2, 0.2), "700x1998"],
    [pngHeader(4000, 3000), room(0, 0, 1, 1), "4096x1024"],
    ["https://example.com/a.png", room(0, 0, 0.5, 0), "1536x1024"],
  ])("makes the picture as large as the ratios say", (image, ratios, expected) => {
    const { size } = still(EXPAND, expand({ image, ...ratios }));
    expect(`${size.width}x${size.height}`).toBe(expected);
  });

  it("costs eight units a picture", () => {
    expect(still(EXPAND, expand({ n: 3 })).milliUnits).toBe(24_000);
  });
});

describe("elements of kling-v3", () => {
  table([
    [
      "pass on generations",
      "/v1/images/generations",
      omni({ model_name: "kling-v3", element_list: elements(2) }),
      "ok",
    ],
    [
      "must be in the account's store",
      "/v1/images/generations",
      omni({ model_name: "kling-v3", element_list: [{ element_id: 5 }] }),
      /element_list\[0\]\.element_id 5 does not exist/,
    ],
    [
      "must be there for omni-image, too",
      OMNI,
      omni({ element_list: [{ element_id: 66 }] }),
      /element_list\[0\]\.element_id 66 has been deleted/,
    ],
    [
      "do not exist on kling-v2-1",
      "/v1/images/generations",
      omni({ model_name: "kling-v2-1", element_list: elements(1) }),
      /element_list is not supported by kling-v2-1/,
    ],
  ]);
});

describe("the answer", () => {
  const series = (external_task_id: string): Body =>
    omni({ result_type: "series", series_amount: 3, aspect_ratio: "1:1", external_task_id });
  const made = async (ask: Ask, body: Body): Promise<string> => good(await ask("POST", OMNI, body)).task_id;

  it("about a series numbers its pictures, by either id and in the list", async () => {
    const { ask } = await open();
    const id = await made(ask, series("four-moments"));
    const told = good(await ask("GET", `${OMNI}/${id}`));
    expect(told).toMatchObject({ task_status: "succeed", final_unit_deduction: "24" });
    expect(told.task_result).toEqual({
      result_type: "series",
      series_images: [0, 1, 2].map((index) => ({ index, url: expect.any(String), watermark_url: "" })),
    });
    const urls = (reply: { task_result: { series_images: readonly { url: string }[] } } | undefined) =>
      reply?.task_result.series_images.map(({ url }) => url);
    expect(urls(good(await ask("GET", `${OMNI}/four-moments`)))).toEqual(urls(told));
    expect(urls(good(await ask("GET", `${OMNI}?pageNum=1`))[0])).toEqual(urls(told));
    expect((await ask("GET", `${COMPOSED}/four-moments`)).code).toBe(1201);
  });

  it("about single pictures has no series, and other products have no such word", async () => {
    const { ask } = await open();
    const told = async (path: string, body: Body) =>
      good(await ask("GET", `${path}/${good(await ask("POST", path, body)).task_id}`)).task_result;
    expect(await told(OMNI, omni({ n: 2 }))).toMatchObject({ result_type: "single", images: [{}, {}] });
    expect(Object.keys(await told(COMPOSED, composed()))).toEqual(["images"]);
  });

  it("of the new generation puts the pictures of one series, and no others, into one group", async () => {
    const { ask } = await open();
    const ids = [await made(ask, series("a")), await made(ask, series("b")), await made(ask, omni({ n: 2 }))];
    const tasks = good(await ask("GET", `/tasks?task_ids=${ids.join(",")}`));
    const groups = tasks.map(({ outputs }) => outputs.map(({ group_id }) => group_id));
    expect(groups.map((group) => new Set(group).size)).toEqual([1, 1, 1]);
    expect(groups[0]?.[0]).not.toBe(groups[1]?.[0]);
    expect([groups[0]?.[0], groups[2]?.[0]]).toEqual([expect.any(String), undefined]);
  });

  it("tells pictures of one series apart by what they show, and all have the size that was asked for", async () => {
    const { ask } = await open();
    const id = await made(ask, series("c"));
    const { series_images } = good(await ask("GET", `${OMNI}/${id}`)).task_result;
    const files = await Promise.all(series_images.map(({ url }) => download(url)));
    expect(new Set(files.map((file) => file.toString("base64"))).size).toBe(3);
    // Above the caption, which counts too, stands the number by which they are known at a glance.
    expect(new Set(files.map((file) => upperHalf(file).toString("base64"))).size).toBe(3);
    expect(files.map((file) => `${file.readUInt32BE(16)}x${file.readUInt32BE(20)}`)).toEqual(
      Array.from({ length: 3 }, () => "1024x1024"),
    );
  });

  it("to a series that has no room for all of its pictures is 1303", async () => {
    const { ask } = await open({ imageConcurrency: 6, timeScale: 1 });
    expect((await ask("POST", OMNI, omni({ result_type: "series" }))).code).toBe(0);
    expect((await ask("POST", OMNI, omni({ n: 3 }))).code).toBe(1303);
    expect((await ask("POST", OMNI, omni({ n: 2 }))).code).toBe(0);
    expect((await ask("POST", OMNI, o1({ n: 6 }))).code).toBe(0);
  });
});

describe("a result that is used again", () => {
  it("is named with its number, so that two pictures of one series stay two", () => {
    const order = still(OMNI, omni({ result_type: "series" }));
    const world: World = {
      ...WORLD,
      resultAt: (url) => ({ id: `17-${url.slice(-1)}`, order, mark: "61d7", state: "ready" }),
    };
    const image_list = [1, 2].map((n) => ({ image: `http://127.0.0.1/${n}` }));
    expect(accepted(OMNI, omni({ image_list }), world).order).toMatchObject({
      sources: ["kling-v3-omni 1/4 · 61d7", "kling-v3-omni 2/4 · 61d7"],
    });
  });

  it.each([
    ["still", "ready", "ok"],
    ["still", "expired", /image has expired/],
    ["still", "under way", /image cannot be fetched/],
    ["still", "failed", /image cannot be fetched/],
    ["clip", "ready", /image is not an image/],
    ["wide still", "ready", /is 2048x512; the aspect ratio must be/],
  ] as const)("that is a %s and %s is judged like that", async (what, state, expected) => {
    const bodies = {
      still: [OMNI, omni()],
      clip: ["/text-to-video/kling-3.0", { prompt: "a boat" }],
      "wide still": [EXPAND, { image: pngHeader(1024, 512), ...room(0, 0, 0.5, 0.5) }],
    } as const;
    const [path, made] = bodies[what];
    const { order } = accepted(path, made);
    const world: World = { ...WORLD, resultAt: () => ({ id: "1-1", order, mark: "61d7", state }) };
    const body = { image: "http://127.0.0.1/1.png", ...room(0, 0, 0, 0) };
    expect(await verdict(EXPAND, body, world)).toMatch(expected);
  });

  it("must be one that can be fetched", async () => {
    const world: World = { ...WORLD, resultAt: () => "unreachable" };
    const body = { image: "http://127.0.0.1/1.png", ...room(0, 0, 0, 0) };
    expect(await verdict(EXPAND, body, world)).toBe("image cannot be fetched");
  });
});
