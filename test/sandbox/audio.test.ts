/** Sounds made from words, alone and for a clip; where it is installed, another program plays them. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { mp3File, mp3Seconds } from "../../src/sandbox/media/mp3.js";
import { soundFacts } from "../../src/sandbox/media/sound-file.js";
import { notesOf, tuneSamples } from "../../src/sandbox/media/tune.js";
import { boxes } from "./boxes.js";
import { clip, download, EXTEND, FACES, good, LIP_SYNC, lipSyncBody, session } from "./chain.js";
import { type Ask, open } from "./client.js";
import { type Body, table } from "./verdict.js";

const TEXT = "/v1/audio/text-to-audio";
const VIDEO = "/v1/audio/video-to-audio";

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "sandbox-audio-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (more: Body = {}): Body => ({ prompt: "rain on a tin roof", duration: 5, ...more });
const made = async (ask: Ask, path: string, body: Body) => {
  const { task_id } = good(await ask("POST", path, body));
  return (await ask("GET", `${path}/${task_id}`)).data;
};

describe("text to audio", () => {
  it("is told with both files under both ids, in the list and by the new query", async () => {
    const { ask } = await open();
    const told = await made(ask, TEXT, text({ external_task_id: "rain" }));
    const id = `${told.task_id}-1`;
    expect(told).toMatchObject({
      task_status: "succeed",
      task_info: { external_task_id: "rain" },
      task_result: { audios: [{ id, duration_mp3: "5.016", duration_wav: "5" }] },
      final_unit_deduction: "0.25",
    });
    expect((await ask("GET", `${TEXT}/rain`)).data).toEqual(told);
    expect((await ask("GET", TEXT)).data).toEqual([told]);
    const [audio] = told.task_result.audios;
    expect((await ask("GET", `/tasks?task_ids=${told.task_id}`)).data[0]).toMatchObject({
      outputs: [
        {
          type: "audio",
          id,
          mp3_url: audio?.url_mp3,
          wav_url: audio?.url_wav,
          mp3_duration: "5.016",
          wav_duration: "5",
        },
      ],
      billing: [{ amount: "0.25", package_type: "video" }],
    });
  });

  it("has an MP3 and a WAV that last as long as they say", async () => {
    const { ask } = await open();
    const [audio] = (await made(ask, TEXT, text({ duration: 3.5 }))).task_result.audios;
    const mp3 = await fetch(audio?.url_mp3 ?? "");
    expect(mp3.headers.get("content-type")).toBe("audio/mpeg");
    expect(await soundFacts(new Uint8Array(await mp3.arrayBuffer()))).toEqual({
      format: "mp3",
      seconds: expect.closeTo(3.504, 3),
    });
    const wav = await soundFacts(await download(audio?.url_wav ?? ""));
    expect(wav).toEqual({ format: "wav", seconds: 3.5 });
  });

  it("sounds different for different words", async () => {
    const { ask } = await open();
    const bytes = async (prompt: string) => {
      const [audio] = (await made(ask, TEXT, text({ prompt }))).task_result.audios;
      return Promise.all([download(audio?.url_mp3 ?? ""), download(audio?.url_wav ?? "")]);
    };
    const [rain, wind, again] = [await bytes("rain"), await bytes("wind"), await bytes("rain")];
    for (const i of [0, 1] as const) {
      expect(rain[i].equals(wind[i])).toBe(false);
      expect(rain[i].equals(again[i])).toBe(true);
    }
  });

  it.runIf(hasFfmpeg)("plays in ffmpeg as what was written down: this tone, this loud", () => {
    const place = join(folder, "tone.mp3");
    const tone = { from: 0, lasts: 4, hz: 440, level: 0.3 };
    writeFileSync(place, mp3File([tone], 4));
    const raw = execFileSync("ffmpeg", ["-v", "error", "-xerror", "-i", place, "-f", "s16le", "-"]);
    const samples = Array.from({ length: raw.length / 2 }, (_, i) => raw.readInt16LE(2 * i) / 32_768);
    const frames = Math.round(mp3Seconds(4) * 48_000);
    expect(Math.abs(samples.length - frames)).toBeLessThanOrEqual(2 * 1152);
    const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(loudest).toBeGreaterThan(0.2);
    expect(loudest).toBeLessThan(0.45);
    // Upward crossings of zero in the first second, of which the decoder's delay takes the beginning.
    const second = samples.slice(2000, 50_000);
    const turns = second.filter((value, i) => value >= 0 && (second[i - 1] ?? 0) < 0).length;
    expect(Math.abs(turns - 440)).toBeLessThan(25);
  });

  it("fades notes in the order in which the digest names them", () => {
    const tune = { seed: "01", pace: "effect", seconds: 1 } as const;
    expect(notesOf(tune).map(({ hz }) => Math.round(hz))).toEqual([440, 495, 440, 495]);
    const samples = tuneSamples([tune], 8000);
    expect(samples.length).toBe(8000);
    expect(samples.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  table([
    ["passes", TEXT, text(), "ok"],
    ["ten seconds pass", TEXT, text({ duration: 10 }), "ok"],
    ["a tenth passes", TEXT, text({ duration: 3.1 }), "ok"],
    ["a hundredth does not", TEXT, text({ duration: 3.14 }), /one decimal place/],
    ["it begins at 3 s", TEXT, text({ duration: 2.9 }), /from 3 to 10/],
    ["it ends at 10 s", TEXT, text({ duration: 10.1 }), /from 3 to 10/],
    ["a length is required", TEXT, text({ duration: undefined }), /duration is required/],
    ["a length is a number", TEXT, text({ duration: "5" }), /must be a number/],
    ["words are required", TEXT, text({ prompt: undefined }), /prompt is required/],
    ["they end at 200", TEXT, text({ prompt: "x".repeat(201) }), /at most 200/],
    ["there is no watermark", TEXT, text({ watermark_info: {} }), /unknown field/],
  ]);
});

describe("video to audio", () => {
  it("gives the clip again with the new sound, and the sound by itself", async () => {
    const { ask } = await open();
    const source = await clip(ask);
    const words = { sound_effect_prompt: "gulls", bgm_prompt: "slow accordion" };
    const told = await made(ask, VIDEO, { video_id: source.id, ...words, external_task_id: "foley" });
    expect(told).toMatchObject({
      task_status: "succeed",
      task_info: { external_task_id: "foley", parent_video: { id: source.id, duration: "5" } },
      task_result: {
        videos: [{ id: `${told.task_id}-1`, duration: "5" }],
        audios: [{ id: `${told.task_id}-2`, duration_wav: "5" }],
      },
      final_unit_deduction: "0.25",
    });
    expect((await ask("GET", `/tasks?task_ids=${told.task_id}`)).data[0]?.outputs).toMatchObject([
      { type: "video", id: `${told.task_id}-1`, duration: "5" },
      { type: "audio", id: `${told.task_id}-2`, wav_duration: "5" },
    ]);
    const [video] = told.task_result.videos;
    const [audio] = told.task_result.audios;
    const tracks = async (url: string) =>
      boxes(await download(url)).filter(({ path }) => path === "moov.trak").length;
    expect([await tracks(source.url), await tracks(video?.url ?? "")]).toEqual([1, 2]);
    expect(await soundFacts(await download(audio?.url_mp3 ?? ""))).toMatchObject({ format: "mp3" });
  });

  it("gives a clip that a later step can work on", async () => {
    const { ask } = await open();
    const { id: video_id } = await clip(ask);
    const { task_id } = await made(ask, VIDEO, { video_id });
    expect(await ask("POST", FACES, { video_id: `${task_id}-1` })).toMatchObject({ code: 0 });
    expect((await ask("POST", FACES, { video_id: `${task_id}-2` })).message).toContain("is not a video");
  });

  it("heeds the words that the source has for what is made from it", async () => {
    const { ask } = await open();
    const { id: video_id } = await clip(ask, { prompt: "a boat [sandbox:then-fail]" });
    expect(await made(ask, VIDEO, { video_id })).toMatchObject({
      task_status: "failed",
      final_unit_deduction: "0",
    });
  });

  it("takes 3 to 20 s, by id or by address", async () => {
    const { ask } = await open({ retired: "accept" });
    const brief = await clip(ask, { duration: "3" });
    expect((await ask("POST", VIDEO, { video_url: brief.url })).code).toBe(0);
    let { id: video_id } = await clip(ask, { model_name: "kling-v1-6", duration: "10" });
    for (const longer of [15, 20, 25]) {
      video_id = `${good(await ask("POST", EXTEND, { video_id })).task_id}-1`;
      const { message } = await ask("POST", VIDEO, { video_id });
      expect(message).toContain(longer <= 20 ? "SUCCEED" : "from 3 to 20 s");
    }
  });

  table([
    ["an address passes", VIDEO, { video_url: "https://example.com/a.mp4", asmr_mode: true }, "ok"],
    ["a video is required", VIDEO, {}, /exactly one of video_id and video_url/],
    ["one is enough", VIDEO, { video_id: "1-1", video_url: "https://example.com/a.mp4" }, /exactly one of/],
    ["a clip must exist", VIDEO, { video_id: "1-1" }, /does not exist/],
    [
      "effects end at 200",
      VIDEO,
      { video_url: "https://example.com/a.mp4", sound_effect_prompt: "x".repeat(201) },
      /sound_effect_prompt must be at most 200/,
    ],
    [
      "music ends at 200",
      VIDEO,
      { video_url: "https://example.com/a.mp4", bgm_prompt: "x".repeat(201) },
      /bgm_prompt must be at most 200/,
    ],
    [
      "asmr is true or false",
      VIDEO,
      { video_url: "https://example.com/a.mp4", asmr_mode: "on" },
      /true or false/,
    ],
    [
      "there is no watermark",
      VIDEO,
      { video_url: "https://example.com/a.mp4", watermark_info: {} },
      /unknown field/,
    ],
  ]);
});

describe("a sound made from words", () => {
  it("can be laid into lips by its address, and not by its id", async () => {
    const { ask } = await open();
    const [audio] = (await made(ask, TEXT, text())).task_result.audios;
    const faces = await session(ask, (await clip(ask)).id);
    const answer = async (sound: Body) => (await ask("POST", LIP_SYNC, lipSyncBody(faces, sound))).message;
    expect(await answer({ sound_file: audio?.url_mp3 })).toBe("SUCCEED");
    expect(await answer({ audio_id: audio?.id })).toContain("is not a sound of text to speech");
  });
});
