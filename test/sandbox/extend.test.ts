import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { clip, download, EXTEND, first, good, lipSyncBody, LIP_SYNC, session, speech, T2V } from "./chain.js";
import { type Ask, open } from "./client.js";

const OLD = { model_name: "kling-v1-6" };

async function extended(ask: Ask, body: Readonly<Record<string, unknown>>) {
  const { task_id } = good(await ask("POST", EXTEND, body));
  const told = await ask("GET", `${EXTEND}/${task_id}`);
  return { ...first(told, told), told: told.data, task_id };
}

describe("video-extend", () => {
  it("answers with the whole clip, five seconds longer, and says what it came from", async () => {
    const { ask } = await open({ retired: "accept" });
    const source = await clip(ask, { ...OLD, mode: "pro", duration: "10", aspect_ratio: "9:16" });
    const { told, ...result } = await extended(ask, {
      video_id: source.id,
      prompt: "on she goes",
      cfg_scale: 1,
    });
    expect(told).toMatchObject({
      task_status: "succeed",
      task_info: {
        parent_video: { id: source.id, url: expect.stringContaining("/outputs/"), duration: "10" },
      },
      task_result: { videos: [{ duration: "15" }] },
      final_unit_deduction: "3.5",
    });
    const file = await download(result.url);
    const header = file.indexOf("tkhd") + 4;
    expect([file.readUInt32BE(header + 76) >>> 16, file.readUInt32BE(header + 80) >>> 16]).toEqual([
      1080, 1920,
    ]);
    const movie = file.indexOf("mvhd") + 4;
    expect(file.readUInt32BE(movie + 16) / file.readUInt32BE(movie + 12)).toBe(15);
  });

  it("costs two units in std, and extends an extension", async () => {
    const { ask } = await open({ retired: "accept" });
    const once = await extended(ask, { video_id: (await clip(ask, OLD)).id });
    const twice = await extended(ask, { video_id: once.id });
    expect([once.told.final_unit_deduction, once.duration, twice.duration]).toEqual(["2", "10", "15"]);
    expect((await ask("GET", EXTEND)).data.map((task) => task.task_id)).toEqual([
      twice.task_id,
      once.task_id,
    ]);
  });

  it("ends at 180 s", async () => {
    const { ask } = await open({ retired: "accept", concurrency: 100 });
    let { id } = await clip(ask, { ...OLD, duration: "10" });
    for (let seconds = 15; seconds <= 180; seconds += 5) ({ id } = await extended(ask, { video_id: id }));
    expect(await ask("POST", EXTEND, { video_id: id })).toMatchObject({
      code: 1201,
      message: expect.stringContaining("longer than 180 s"),
    });
  });

  it.each([
    ["no video_id", {}, "video_id is required"],
    ["an id that nobody gave out", { video_id: "12-1" }, "does not exist"],
    ["an id that is no text", { video_id: 12 }, "video_id must be a string"],
    [
      "an external id, which does not exist here",
      { external_task_id: "x" },
      "unknown field external_task_id",
    ],
    ["a watermark", { watermark_info: { enabled: true } }, "unknown field watermark_info"],
    ["a model of its own", { model_name: "kling-v1-6" }, "unknown field model_name"],
    ["a prompt that is too long", { prompt: "x".repeat(2501) }, "at most 2500 characters"],
    ["a negative prompt that is too long", { negative_prompt: "x".repeat(2501) }, "at most 2500 characters"],
    ["too much cfg_scale", { cfg_scale: 1.5 }, "from 0 to 1"],
    ["a callback that is no address", { callback_url: "here" }, "not a valid URL"],
  ])("refuses %s", async (_what, body, message) => {
    const { ask } = await open({ retired: "accept" });
    const video_id = Object.keys(body).length === 0 ? {} : { video_id: (await clip(ask, OLD)).id };
    expect(await ask("POST", EXTEND, { ...video_id, ...body })).toMatchObject({
      status: 400,
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["a clip of a current model", { model_name: "kling-v3" }, "only videos made by V1.0, V1.5 or V1.6"],
    ["a clip of a 2.x model", { model_name: "kling-v2-master" }, "only videos made by"],
    ["a clip whose task failed", { ...OLD, prompt: "[sandbox:fail]" }, "a task that failed"],
    ["a clip that the vendor forgot", { ...OLD, prompt: "[sandbox:gone]" }, "does not exist"],
  ])("refuses %s", async (_what, body, message) => {
    const { ask } = await open({ retired: "accept" });
    const { task_id } = good(await ask("POST", T2V, { prompt: "x", ...body }));
    expect(await ask("POST", EXTEND, { video_id: `${task_id}-1` })).toMatchObject({
      code: 1201,
      message: expect.stringMatching(message),
    });
  });

  it("refuses a clip that is under way, a picture, a lip-synced clip and one that is older than a handle lives", async () => {
    const slow = await open({ retired: "accept", timeScale: 1 });
    const { task_id } = good(await slow.ask("POST", T2V, { ...OLD, prompt: "x" }));
    expect((await slow.ask("POST", EXTEND, { video_id: `${task_id}-1` })).message).toContain("not finished");

    const { ask } = await open({ retired: "accept" });
    const still = good(await ask("POST", "/v1/images/generations", { model_name: "kling-v3", prompt: "x" }));
    expect((await ask("POST", EXTEND, { video_id: `${still.task_id}-1` })).message).toContain("not a video");

    const faces = await session(ask, (await clip(ask, OLD)).id);
    const { id } = await speech(ask);
    const synced = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, { audio_id: id })));
    expect((await ask("POST", EXTEND, { video_id: `${synced.task_id}-1` })).message).toContain("lip-synced");

    const brief = await open({ retired: "accept", handleSeconds: -1 });
    const old = await clip(brief.ask, OLD);
    expect((await brief.ask("POST", EXTEND, { video_id: old.id })).message).toContain("expired");
  });

  it("is gone with the models it works for", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sandbox-retired-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const before = await open({ directory, retired: "accept" });
    const { id } = await clip(before.ask, OLD);
    const { ask } = await open({ directory, retired: "refuse" });
    expect(await ask("POST", EXTEND, { video_id: id })).toMatchObject({
      code: 1201,
      message: expect.stringContaining("discontinued"),
    });
  });

  it("takes mischief from its prompt, and from its source what was meant for the next step", async () => {
    const { ask } = await open({ retired: "accept" });
    const source = await clip(ask, { ...OLD, prompt: "she turns [sandbox:then-error5000]" });
    expect(await ask("POST", EXTEND, { video_id: source.id })).toMatchObject({ status: 500, code: 5000 });
    const { id } = await clip(ask, OLD);
    expect(await ask("POST", EXTEND, { video_id: id, prompt: "[sandbox:refuse]" })).toMatchObject({
      code: 1301,
    });
  });
});
