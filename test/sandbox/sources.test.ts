import { describe, expect, it } from "vitest";

import { clip, download, EXTEND, first, good, T2V } from "./chain.js";
import type { World } from "../../src/sandbox/rules/order.js";
import { type Ask, open, resultUrl } from "./client.js";
import { accepted, verdict, WORLD } from "./verdict.js";

const OMNI = "/omni-video/kling-3.0-omni";
const O1 = "/omni-video/kling-o1";
const LEGACY_OMNI = "/v1/videos/omni-video";

const body = (type: string, url: string, settings = {}) => ({
  contents: [
    { type: "prompt", text: "Based on @video_1, generate the next shot: she leaves" },
    { type, url, id: "video_1" },
  ],
  settings: {
    multi_shot: false,
    audio: "off",
    resolution: "720p",
    aspect_ratio: "16:9",
    duration: 5,
    ...settings,
  },
});

const legacyBody = (refer_type: string, video_url: string, more = {}) => ({
  model_name: "kling-v3-omni",
  prompt: "Based on <<<video_1>>>, generate the next shot: she leaves",
  aspect_ratio: "16:9",
  video_list: [{ video_url, refer_type, keep_original_sound: "no" }],
  ...more,
});

/** Width, height and length of the result of a task of the new generation. */
async function shape(ask: Ask, id: string): Promise<readonly number[]> {
  const file = await download(resultUrl(await ask("GET", `/tasks?task_ids=${id}`)));
  const [track, movie] = [file.indexOf("tkhd") + 4, file.indexOf("mvhd") + 4];
  const sides = [76, 80].map((at) => file.readUInt32BE(track + at) >>> 16);
  return [...sides, file.readUInt32BE(movie + 16) / file.readUInt32BE(movie + 12)];
}

describe("a video of this sandbox as a reference", () => {
  it("decides the aspect ratio, and the tail is as long as asked for", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { aspect_ratio: "9:16" });
    const { id } = good(await ask("POST", OMNI, body("feature_video", url, { duration: 3 })));
    expect(await shape(ask, id)).toEqual([720, 1280, 3]);
    expect((await ask("GET", `/tasks?task_ids=${id}`)).data[0]).toMatchObject({
      billing: [{ amount: "2.7" }],
    });
  });

  it("does so in the legacy generation, which also names the source", async () => {
    const { ask } = await open();
    const source = await clip(ask, { aspect_ratio: "1:1" });
    const { task_id } = good(await ask("POST", LEGACY_OMNI, legacyBody("feature", source.url)));
    expect((await ask("GET", `${LEGACY_OMNI}/${task_id}`)).data).toMatchObject({
      task_info: { parent_video: { id: source.id, duration: "5" } },
      final_unit_deduction: "4.5",
    });
    expect(await shape(ask, task_id)).toEqual([720, 720, 5]);
  });

  it("keeps its length when it is edited, and that is charged", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { duration: "7" });
    const { id } = good(await ask("POST", OMNI, body("base_video", url)));
    expect(await shape(ask, id)).toEqual([1280, 720, 7]);
    expect((await ask("GET", `/tasks?task_ids=${id}`)).data[0]).toMatchObject({
      billing: [{ amount: "6.3" }],
    });
  });

  it("keeps its sound where that is asked for", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { sound: "on" });
    for (const [audio, heard] of [
      ["original", true],
      ["off", false],
    ] as const) {
      const { id } = good(await ask("POST", OMNI, body("base_video", url, { audio })));
      const file = await download(resultUrl(await ask("GET", `/tasks?task_ids=${id}`)));
      expect(file.includes("fLaC")).toBe(heard);
    }
  });

  it("may be a foreign one, of which nothing is known", async () => {
    const { ask } = await open();
    const { id } = good(await ask("POST", OMNI, body("feature_video", "https://example.com/a.mp4")));
    expect(await shape(ask, id)).toEqual([1280, 720, 5]);
  });

  it.each([
    ["3.0 Omni", OMNI, body, "from 3 to 15.5 s"],
    ["O1", O1, (type: string, url: string) => body(type, url, { multi_shot: undefined }), "from 3 to 10 s"],
    ["legacy 3.0 Omni", LEGACY_OMNI, legacyBody, "from 3 to 15 s"],
    [
      "legacy O1",
      LEGACY_OMNI,
      (type: string, url: string) => legacyBody(type, url, { model_name: "kling-video-o1" }),
      "from 3 to 10 s",
    ],
  ])("is refused by %s when it is too long", async (_model, path, make, message) => {
    const { ask } = await open({ retired: "accept" });
    const { id } = await clip(ask, { model_name: "kling-v1-6", duration: "10" });
    const longer = await extension(ask, id);
    const { url } = await extension(ask, longer.id);
    const type = path === LEGACY_OMNI ? "feature" : "feature_video";
    expect(await ask("POST", path, make(type, url))).toMatchObject({
      status: 400,
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it("is refused by O1 and the legacy generation when it is too large, and taken by 3.0 Omni", async () => {
    const { ask } = await open();
    const { url } = await clip(ask, { mode: "4k" });
    expect((await ask("POST", OMNI, body("feature_video", url))).code).toBe(0);
    const o1 = body("feature_video", url, { multi_shot: undefined });
    expect((await ask("POST", O1, o1)).message).toContain("from 700 to 2160 px");
    expect((await ask("POST", LEGACY_OMNI, legacyBody("feature", url))).message).toContain(
      "from 720 to 2160 px",
    );
  });

  it.each([
    [4320, 2160, "its area must be at most 8294400 px"],
    [1800, 720, "its aspect ratio must be from 0.4 to 2"],
    [720, 1900, "its aspect ratio must be from 0.4 to 2"],
    [690, 720, "each side must be from 700 to 4553 px"],
    [1280, 720, "ok"],
  ])("of %ix%i is judged by area, ratio and sides", async (width, height, expected) => {
    const { order } = accepted(T2V, { model_name: "kling-v3", prompt: "x" });
    if (order.kind !== "video") throw new Error("the order is no video");
    const sized = { ...order, size: { width, height } };
    const world: World = {
      ...WORLD,
      resultAt: () => ({ id: "1-1", order: sized, mark: "3fa2", state: "ready" }),
    };
    expect(await verdict(OMNI, body("feature_video", "https://example.com/a.mp4"), world)).toContain(
      expected,
    );
  });

  it("is refused when its address is changed, has expired, or leads to a picture", async () => {
    const { ask } = await open();
    const { url } = await clip(ask);
    const refusal = async (address: string) =>
      (await ask("POST", OMNI, body("feature_video", address))).message;
    expect(await refusal(url.replace(/Expires=\d/u, "Expires=9"))).toContain("cannot be fetched");
    expect(await refusal(url.replace(/\?.*/u, ""))).toContain("cannot be fetched");
    expect(await refusal("http://localhost:1/outputs/1/0.mp4")).toContain("cannot be fetched");
    await ask("POST", "/v1/images/generations", {
      model_name: "kling-v3",
      prompt: "x",
      external_task_id: "p",
    });
    const still = resultUrl(await ask("GET", "/v1/images/generations/p"));
    expect(await refusal(still)).toContain("is not a video");

    const brief = await open({ urlSeconds: -1 });
    const old = await clip(brief.ask);
    expect((await brief.ask("POST", OMNI, body("feature_video", old.url))).message).toContain("has expired");
  });

  it("is refused when the first address was handed out expired, and taken by the next", async () => {
    const { ask } = await open();
    const source = await clip(ask, { prompt: "[sandbox:expire]", external_task_id: "e" });
    expect((await ask("POST", OMNI, body("feature_video", source.url))).code).toBe(1201);
    const { url } = (await ask("GET", `${T2V}/e`)).data.task_result.videos[0] ?? { url: "" };
    expect((await ask("POST", OMNI, body("feature_video", url))).code).toBe(0);
  });

  async function extension(ask: Ask, video_id: string) {
    const { task_id } = good(await ask("POST", EXTEND, { video_id }));
    const told = await ask("GET", `${EXTEND}/${task_id}`);
    return first(told, told);
  }
});
