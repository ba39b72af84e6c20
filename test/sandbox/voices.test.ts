import { describe, expect, it } from "vitest";

import { clip, download, good, LIP_SYNC, lipSyncBody, session, speech } from "./chain.js";
import { open } from "./client.js";
import { type Body, first, of, prompt, table, voice } from "./verdict.js";

const VOICES = "/v1/general/custom-voices";
const PRESETS = "/v1/general/presets-voices";
const DELETE = "/v1/general/delete-voices";
const I2V = "/image-to-video/kling-2.6";

const fromUrl = (more: Body = {}): Body => ({
  voice_name: "Mara",
  voice_url: "https://example.com/mara.mp3",
  ...more,
});
const speaking = (voice_id: string): Body =>
  of([prompt, first, { type: "voice", voice_id, id: "mara" }], { audio: "native", resolution: "1080p" });

describe("custom voices", () => {
  it("cost 0.05 units and are told under both ids, in the list and by the new query", async () => {
    const { ask } = await open();
    const { task_id } = good(await ask("POST", VOICES, fromUrl({ external_task_id: "mara" })));
    const told = await ask("GET", `${VOICES}/mara`);
    expect(told.data).toMatchObject({
      task_id,
      task_status: "succeed",
      task_result: { voices: [{ voice_id: expect.stringMatching(/^\d+$/u), voice_name: "Mara" }] },
      final_unit_deduction: "0.05",
    });
    expect((await ask("GET", `${VOICES}?pageSize=1000`)).data).toEqual([told.data]);
    expect((await ask("GET", `${VOICES}?pageSize=1001`)).message).toContain("from 1 to 1000");
    const [kept] = told.data.task_result.voices;
    expect((await ask("GET", `/tasks?task_ids=${task_id}`)).data[0]).toMatchObject({
      outputs: [{ type: "voice", id: kept?.voice_id, name: "Mara", status: "succeeded" }],
      billing: [{ amount: "0.05", package_type: "video" }],
    });
    expect((await download(kept?.trial_url ?? "")).toString("latin1", 0, 4)).toBe("RIFF");
  });

  it("can be named by a clip until they are deleted", async () => {
    const { ask } = await open();
    const { task_id } = good(await ask("POST", VOICES, fromUrl()));
    const [kept] = (await ask("GET", `${VOICES}/${task_id}`)).data.task_result.voices;
    const voice_id = kept?.voice_id ?? "";
    expect((await ask("POST", I2V, speaking(voice_id))).code).toBe(0);
    expect((await ask("POST", DELETE, { voice_id })).data).toMatchObject({ task_status: "succeed" });
    expect((await ask("POST", I2V, speaking(voice_id))).message).toContain("has been deleted");
    expect((await ask("GET", `/tasks?task_ids=${task_id}`)).data[0]?.outputs).toMatchObject([
      { status: "deleted" },
    ]);
  });

  it("have presets, which can be used and not deleted", async () => {
    const { ask } = await open();
    const [task] = (await ask("GET", PRESETS)).data;
    const [preset] = task?.task_result.voices ?? [];
    expect(preset).toMatchObject({ owned_by: "kling" });
    expect((await ask("POST", I2V, speaking(preset?.voice_id ?? ""))).code).toBe(0);
    expect((await ask("POST", DELETE, { voice_id: preset?.voice_id })).message).toContain(
      "only custom voices",
    );
  });

  it("are learned from a clip of 2.6 with sound, a lip-sync, and from no other clip", async () => {
    const { ask } = await open();
    const answer = async (video_id: string) =>
      (await ask("POST", VOICES, { voice_name: "Mara", video_id })).message;
    const heard = await clip(ask, { model_name: "kling-v2-6", mode: "pro", sound: "on" });
    expect(await answer(heard.id)).toBe("SUCCEED");
    const silent = await clip(ask, { model_name: "kling-v2-6" });
    expect(await answer(silent.id)).toContain("only videos of V2.6 with sound");
    const newer = await clip(ask, { sound: "on" });
    expect(await answer(newer.id)).toContain("only videos of V2.6 with sound");
    const body = lipSyncBody(await session(ask, newer.id), { audio_id: (await speech(ask)).id });
    const synced = good(await ask("POST", LIP_SYNC, body));
    expect(await answer(`${synced.task_id}-1`)).toBe("SUCCEED");
  });

  it("want 5 to 30 s of sound", async () => {
    const { ask } = await open();
    const answer = async (voice_url: string) => (await ask("POST", VOICES, fromUrl({ voice_url }))).message;
    expect(await answer((await speech(ask)).url)).toBe("SUCCEED");
    expect(await answer((await speech(ask, { text: "Too short." })).url)).toContain("from 5 to 30 s");
    expect(await answer((await clip(ask)).url)).toContain("neither a sound nor a video with sound");
    expect(await answer("http://127.0.0.1:1/outputs/1/0.wav")).toContain("cannot be fetched");
  });

  table([
    ["an address passes", VOICES, fromUrl(), "ok"],
    ["a name is required", VOICES, fromUrl({ voice_name: undefined }), /voice_name is required/],
    ["a name ends at 20", VOICES, fromUrl({ voice_name: "x".repeat(21) }), /at most 20/],
    ["a source is required", VOICES, fromUrl({ voice_url: undefined }), /exactly one of/],
    ["one source is enough", VOICES, fromUrl({ video_id: "1-1" }), /exactly one of/],
    ["a sound cannot be sent along", VOICES, fromUrl({ voice_url: "AAAA" }), /must be a URL/],
    ["a clip must exist", VOICES, { voice_name: "Mara", video_id: "1-1" }, /1-1 does not exist/],
    ["there is no watermark", VOICES, fromUrl({ watermark_info: {} }), /unknown field/],
    ["a deletion needs an id", DELETE, {}, /voice_id is required/],
    ["of something", DELETE, { voice_id: "5" }, /5 does not exist/],
    [
      "a clip names a voice that is kept",
      I2V,
      of([prompt, first, { ...voice("mara"), voice_id: "w" }], { audio: "native", resolution: "1080p" }),
      /w does not exist/,
    ],
  ]);
});
