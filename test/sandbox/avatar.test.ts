import { describe, expect, it } from "vitest";

import { unitText } from "../../src/sandbox/rules/prices.js";
import { aac, clip, download, first, good, m4a, mp3, speech, T2V, wav } from "./chain.js";
import { open, pngHeader } from "./client.js";
import { type Body, PNG, table, verdict, WORLD } from "./verdict.js";

const AVATAR = "/v1/videos/avatar/image2video";
const FOREIGN = "https://example.com/voice.mp3";

const avatar = (more: Body = {}): Body => ({ image: PNG, sound_file: FOREIGN, ...more });
const given = (bytes: Buffer): Body => avatar({ sound_file: bytes.toString("base64") });

describe("avatar", () => {
  it("is as long as its sound and billed by the nearest second", async () => {
    const { ask } = await open();
    const { id: audio_id, duration } = await speech(ask);
    const body = { image: pngHeader(600, 900), audio_id, prompt: "she smiles", external_task_id: "mara" };
    const created = await ask("POST", AVATAR, body);
    const told = await ask("GET", `${AVATAR}/mara`);
    expect(told.data).toMatchObject({
      task_id: good(created).task_id,
      task_status: "succeed",
      task_info: { external_task_id: "mara" },
      task_result: { videos: [{ duration }] },
      final_unit_deduction: unitText(400 * Math.round(Number(duration))),
    });
    expect((await ask("GET", AVATAR)).data).toEqual([told.data]);
    expect((await ask("GET", `/tasks?task_ids=${created.data.task_id}`)).data[0]?.outputs).toMatchObject([
      { type: "video", duration },
    ]);
    const file = await download(first(created, told).url);
    const [track, movie] = [file.indexOf("tkhd") + 4, file.indexOf("mvhd") + 4];
    expect([76, 80].map((at) => file.readUInt32BE(track + at) >>> 16)).toEqual([720, 1080]);
    const seconds = file.readUInt32BE(movie + 16) / file.readUInt32BE(movie + 12);
    expect(seconds).toBeCloseTo(Number(duration), 1);
    expect(file.toString("latin1").split("tkhd")).toHaveLength(3);
  });

  it.each([
    ["std", 2.6, "1.2"],
    ["pro", 2.4, "1.6"],
    ["std", 11.3, "4.4"],
  ])("in mode %s with %d s of sound costs %s units", async (mode, seconds, units) => {
    const { ask } = await open();
    const { task_id } = good(await ask("POST", AVATAR, { ...given(wav(seconds)), mode }));
    expect((await ask("GET", `${AVATAR}/${task_id}`)).data.final_unit_deduction).toBe(units);
  });

  it.each([
    ["mp3", mp3(3.1)],
    ["wav", wav(3)],
    ["m4a", m4a(3)],
    ["aac", aac(3)],
  ])("takes %s", async (_format, bytes) => {
    const { ask } = await open();
    expect(await ask("POST", AVATAR, given(bytes))).toMatchObject({ code: 0 });
  });

  it("takes sounds from 2 to 300 s", async () => {
    const lasting = (seconds: number) =>
      verdict(AVATAR, given(wav(1)), {
        ...WORLD,
        readSound: () => Promise.resolve({ format: "wav", seconds }),
      });
    expect(await lasting(300)).toBe("ok");
    expect(await lasting(2)).toBe("ok");
    expect(await lasting(300.1)).toContain("must last from 2 to 300 s");
    expect(await lasting(1.9)).toContain("must last from 2 to 300 s");
  });

  it("refuses what is no spoken text of the sandbox", async () => {
    const { ask } = await open();
    const answer = async (audio_id: string) => (await ask("POST", AVATAR, { image: PNG, audio_id })).message;
    expect(await answer("1-1")).toContain("does not exist");
    expect(await answer((await clip(ask)).id)).toContain("is not a sound");
    expect((await ask("GET", `${T2V}/nobody`)).code).toBe(1201);
  });

  table([
    ["a sound by its address passes", AVATAR, avatar(), "ok"],
    ["a picture is required", AVATAR, avatar({ image: undefined }), /image is required/],
    ["with 300 px a side", AVATAR, avatar({ image: pngHeader(299, 500) }), /at least 300 px/],
    [
      "a sound is required",
      AVATAR,
      avatar({ sound_file: undefined }),
      /exactly one of audio_id and sound_file/,
    ],
    ["one is enough", AVATAR, avatar({ audio_id: "1-1" }), /exactly one of/],
    ["nonsense is no sound", AVATAR, avatar({ sound_file: "AAAA" }), /not an mp3, wav, m4a or aac/],
    ["words end at 2500", AVATAR, avatar({ prompt: "x".repeat(2501) }), /at most 2500/],
    ["there is no mode 4k", AVATAR, avatar({ mode: "4k" }), /std, pro/],
    ["there is no model", AVATAR, avatar({ model_name: "kling-v3" }), /unknown field model_name/],
    ["a watermark passes", AVATAR, avatar({ watermark_info: { enabled: true } }), "ok"],
  ]);
});
