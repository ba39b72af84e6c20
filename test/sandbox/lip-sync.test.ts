import { describe, expect, it } from "vitest";

import {
  aac,
  clip,
  download,
  FACES,
  first,
  good,
  LIP_SYNC,
  lipSyncBody,
  m4a,
  mp3,
  OLD_LIP_SYNC,
  session,
  speech,
  T2V,
  wav,
} from "./chain.js";
import type { OwnResult, World } from "../../src/sandbox/rules/order.js";
import { type Ask, open, type Reply } from "./client.js";
import { accepted, verdict, WORLD } from "./verdict.js";

type Body = Readonly<Record<string, unknown>>;

const file = (bytes: Buffer): Body => ({ sound_file: bytes.toString("base64") });
const TIMES = { sound_start_time: 0, sound_end_time: 3000, sound_insert_time: 1000 };
const FOREIGN = { sound_file: "https://example.com/voice.mp3" };

async function scene(ask: Ask, more: Body = {}) {
  const source = await clip(ask, more);
  return { source, faces: await session(ask, source.id) };
}

describe("advanced-lip-sync", () => {
  it("makes the clip again, with its size and length, and is found by both ids and in the list", async () => {
    const { ask } = await open();
    const { source, faces } = await scene(ask, { duration: "10", aspect_ratio: "1:1" });
    const body = { ...lipSyncBody(faces, { audio_id: (await speech(ask)).id }), external_task_id: "sync" };
    const { task_id } = good(await ask("POST", LIP_SYNC, body));
    const told = await ask("GET", `${LIP_SYNC}/sync`);
    expect(told.data).toMatchObject({
      task_id,
      task_status: "succeed",
      task_info: { external_task_id: "sync", parent_video: { id: source.id, duration: "10" } },
      task_result: { videos: [{ id: `${task_id}-1`, duration: "10" }] },
      final_unit_deduction: "1",
    });
    expect((await ask("GET", `${LIP_SYNC}/${task_id}`)).data).toEqual(told.data);
    expect((await ask("GET", LIP_SYNC)).data).toEqual([told.data]);
    expect((await ask("GET", `/tasks?task_ids=${task_id}`)).data).toMatchObject([{ status: "succeeded" }]);
    const clipFile = await download(first(told, told).url);
    const header = clipFile.indexOf("tkhd") + 4;
    expect([clipFile.readUInt32BE(header + 76) >>> 16, clipFile.readUInt32BE(header + 80) >>> 16]).toEqual([
      720, 720,
    ]);
  });

  it.each([
    ["5", "0.5"],
    ["6", "1"],
    ["11", "1.5"],
  ])("of %s s costs %s units: a half for each five seconds that were begun", async (duration, units) => {
    const { ask } = await open();
    const { faces } = await scene(ask, { duration });
    const { task_id } = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, FOREIGN)));
    expect((await ask("GET", `${LIP_SYNC}/${task_id}`)).data.final_unit_deduction).toBe(units);
  });

  it.each([
    ["mp3", file(mp3(3.1))],
    ["wav", file(wav(3))],
    ["m4a", file(m4a(3))],
    ["aac", file(aac(3))],
    ["a file by its address", FOREIGN],
  ])("takes %s", async (_what, sound) => {
    const { ask } = await open();
    const { faces } = await scene(ask);
    expect(await ask("POST", LIP_SYNC, lipSyncBody(faces, sound))).toMatchObject({ code: 0 });
  });

  it("takes speech by its address, and a clip that is lip-synced already", async () => {
    const { ask } = await open();
    const { faces } = await scene(ask);
    const { url } = await speech(ask);
    const { task_id } = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, { sound_file: url })));
    const again = await session(ask, `${task_id}-1`);
    expect(await ask("POST", LIP_SYNC, lipSyncBody(again, { sound_file: url }))).toMatchObject({ code: 0 });
  });

  it.each<readonly [claim: string, more: Body, message: string]>([
    ["both sounds", { audio_id: "1-1", ...FOREIGN }, "exactly one of face_choose[0].audio_id"],
    ["no sound", { audio_id: undefined, sound_file: undefined }, "exactly one of face_choose[0].audio_id"],
    ["speech that nobody made", { sound_file: undefined, audio_id: "5-1" }, "audio_id 5-1 does not exist"],
    ["an address on this machine", { sound_file: "http://127.0.0.1:1/a.mp3" }, "cannot be fetched"],
    ["a data: address", { sound_file: "data:audio/wav;base64,AAAA" }, "without the data: prefix"],
    ["what is not Base64", { sound_file: "voice.mp3" }, "is neither a URL nor Base64"],
    ["bytes that are no sound", file(Buffer.alloc(900, 7)), "is not an mp3, wav, m4a or aac sound"],
    ["half a header", file(wav(3).subarray(0, 20)), "is not an mp3, wav, m4a or aac sound"],
    ["a sound of more than 5 MB", file(wav(60, 48_000)), "is larger than 5 MB"],
    ["a sound that is too short", file(wav(1.9)), "must last from 2 to 60 s"],
    ["a sound that is too long", file(wav(61)), "must last from 2 to 60 s"],
    ["speech that is too short", { short: true }, "must last from 2 to 60 s"],
    ["a piece that is too short", { sound_end_time: 1999 }, "must last at least 2000 ms, got 1999"],
    [
      "a piece that ends before it begins",
      { sound_start_time: 3000, sound_end_time: 10 },
      "at least 2000 ms",
    ],
    ["a piece beyond the sound", { ...file(wav(3)), sound_end_time: 3001 }, "lasts 3000 ms"],
    ["a piece beyond the clip", { sound_insert_time: 2001 }, "would end at 5001 ms, after the video"],
    ["times that are no whole milliseconds", { sound_insert_time: 0.5 }, "must be a whole number"],
    ["times before the beginning", { sound_start_time: -1 }, "must be from 0"],
    ["times as text", { sound_start_time: "0" }, "must be a number"],
    ["no start", { sound_start_time: undefined }, "sound_start_time is required"],
    ["no end", { sound_end_time: undefined }, "sound_end_time is required"],
    ["no place", { sound_insert_time: undefined }, "sound_insert_time is required"],
    ["no face", { face_id: undefined }, "face_id is required"],
    ["a face of nobody", { face_id: "1-1" }, "face_id 1-1 is not in the session"],
    ["too loud a voice", { sound_volume: 2.1 }, "sound_volume must be from 0 to 2"],
    ["a negative volume", { original_audio_volume: -0.1 }, "original_audio_volume must be from 0 to 2"],
    ["an unknown field", { volume: 1 }, "unknown field face_choose[0].volume"],
  ])("refuses %s", async (_claim, more, message) => {
    const { ask } = await open();
    const { faces } = await scene(ask);
    const { short, ...rest } = more;
    const sound =
      short === true ? { sound_file: undefined, audio_id: (await speech(ask, { text: "No." })).id } : {};
    const body = lipSyncBody(faces, FOREIGN, { ...rest, ...sound });
    expect(await ask("POST", LIP_SYNC, body)).toMatchObject({
      status: 400,
      code: 1201,
      message: expect.stringContaining(message),
    });
    expect((await ask("GET", LIP_SYNC)).data).toEqual([]);
  });

  it.each<readonly [claim: string, change: (body: Body) => Body, message: string]>([
    ["no session", ({ face_choose }) => ({ face_choose }), "session_id is required"],
    ["a session of nobody", (body) => ({ ...body, session_id: "1" }), "session_id 1 does not exist"],
    ["no choice", ({ session_id }) => ({ session_id }), "face_choose is required"],
    ["an empty choice", (body) => ({ ...body, face_choose: [] }), "needs exactly one entry"],
    ["two choices", (body) => ({ ...body, face_choose: [{}, {}] }), "takes at most 1, got 2"],
    [
      "a choice that is no object",
      (body) => ({ ...body, face_choose: ["a"] }),
      "face_choose[0] must be an object",
    ],
    ["an unknown field", (body) => ({ ...body, video_id: "1" }), "unknown field video_id"],
    ["a callback that is no address", (body) => ({ ...body, callback_url: "here" }), "not a valid URL"],
  ])("refuses %s", async (_claim, change, message) => {
    const { ask } = await open();
    const { faces } = await scene(ask);
    expect(await ask("POST", LIP_SYNC, change(lipSyncBody(faces, FOREIGN)))).toMatchObject({
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it("must move the lips while the face is seen, for two seconds at least", async () => {
    const { ask } = await open();
    const { faces } = await scene(ask, { prompt: "two of them [sandbox:faces2]" });
    const choice = (face: number, sound_insert_time: number) =>
      lipSyncBody(faces, FOREIGN, { face_id: faces.face_data[face]?.face_id, sound_insert_time });
    // Seen from 0 to 3077 and from 1923 to 5000 ms; the sound lasts three seconds.
    expect((await ask("POST", LIP_SYNC, choice(0, 1077))).code).toBe(0);
    expect((await ask("POST", LIP_SYNC, choice(0, 1078))).message).toContain("overlap with the face");
    expect((await ask("POST", LIP_SYNC, choice(1, 923))).code).toBe(0);
    expect((await ask("POST", LIP_SYNC, choice(1, 922))).message).toContain("overlap with the face");
  });

  it("finds no session where there was no face, nor one whose clip is gone", async () => {
    const { ask } = await open();
    const { faces } = await scene(ask, { prompt: "[sandbox:faces0]" });
    expect(faces.face_data).toEqual([]);
    expect((await ask("POST", LIP_SYNC, lipSyncBody(faces, FOREIGN))).message).toContain("has no face");

    // A session of a foreign clip is as old as itself.
    const brief = await open({ handleSeconds: -1 });
    const old = good(await brief.ask("POST", FACES, { video_url: "https://example.com/a.mp4" }));
    expect((await brief.ask("POST", LIP_SYNC, lipSyncBody(old, FOREIGN))).message).toContain("has expired");
  });

  it("refuses a young session whose clip has expired meanwhile", () => {
    const source = accepted(T2V, { model_name: "kling-v3", prompt: "x" });
    const found = (state: OwnResult["state"], order: OwnResult["order"]): OwnResult => ({
      id: "1-1",
      order,
      mark: "3fa2",
      state,
    });
    const then: World = { ...WORLD, resultById: () => found("ready", source.order) };
    const faces = accepted(FACES, { video_id: "1-1" }, then);
    const now: World = {
      ...WORLD,
      resultById: (id) => (id === "2-1" ? found("ready", faces.order) : found("expired", source.order)),
    };
    const { session_id, face_data } = { session_id: "2", face_data: [{ face_id: "2-1" }] };
    const body = { session_id, face_choose: [{ ...face_data[0], ...FOREIGN, ...TIMES }] };
    return Promise.all([
      expect(verdict(LIP_SYNC, body, now)).resolves.toContain("session_id has expired, or its video has"),
      expect(
        verdict(LIP_SYNC, body, {
          ...now,
          resultById: (id) => (id === "2-1" ? now.resultById(id) : then.resultById(id)),
        }),
      ).resolves.toBe("ok"),
    ]);
  });

  it("refuses a reference that exists, and creates nothing twice", async () => {
    const { ask } = await open();
    const { faces } = await scene(ask);
    const body = { ...lipSyncBody(faces, file(wav(3))), external_task_id: "once" };
    const replies: readonly Reply[] = await Promise.all([1, 2, 3, 4].map(() => ask("POST", LIP_SYNC, body)));
    expect(replies.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1201, 1201, 1201]);
    expect((await ask("GET", LIP_SYNC)).data).toHaveLength(1);
    const ledger = (await ask("GET", "/sandbox/ledger")).data as unknown as readonly {
      path: string;
      outcome: string;
    }[];
    expect(
      ledger
        .filter(({ path }) => path === LIP_SYNC)
        .map(({ outcome }) => outcome)
        .toSorted(),
    ).toEqual(["accepted", "duplicate", "duplicate", "duplicate"]);
  });

  it("holds a slot until it ends, which the calls before it do not", async () => {
    const { ask } = await open({ timeScale: 1, concurrency: 1 });
    const faces = good(await ask("POST", FACES, { video_url: "https://example.com/a.mp4" }));
    const { id } = await speech(ask);
    expect((await ask("POST", LIP_SYNC, lipSyncBody(faces, { audio_id: id }))).code).toBe(0);
    expect(await ask("POST", LIP_SYNC, lipSyncBody(faces, FOREIGN))).toMatchObject({
      status: 429,
      code: 1303,
    });
    expect((await ask("POST", FACES, { video_url: "https://example.com/a.mp4" })).code).toBe(0);
  });

  it("obeys what the clip's prompt holds for the next step", async () => {
    const { ask } = await open();
    const { faces } = await scene(ask, { prompt: "she speaks [sandbox:then-lost]" });
    const body = { ...lipSyncBody(faces, FOREIGN), external_task_id: "lost" };
    await expect(ask("POST", LIP_SYNC, body)).rejects.toThrow(/fetch failed|terminated/);
    expect((await ask("GET", `${LIP_SYNC}/lost`)).data).toMatchObject({ task_status: "succeed" });
  });
});

describe("the old lip-sync", () => {
  const say = { mode: "text2video", text: "Hold on.", voice_id: "oversea_male1", voice_language: "en" };

  it("exists where the new one does not, and the other way round", async () => {
    const now = await open();
    expect(await now.ask("POST", OLD_LIP_SYNC, {})).toMatchObject({ status: 404, code: 1203 });
    const then = await open({ lipSync: "old" });
    for (const path of [FACES, LIP_SYNC]) {
      expect(await then.ask("POST", path, {})).toMatchObject({ status: 404, code: 1203 });
      expect(await then.ask("GET", `${path}/1`)).toMatchObject({ status: 404, code: 1203 });
    }
    expect(Number((await speech(then.ask)).duration)).toBeGreaterThan(6);
  });

  it.each<readonly [claim: string, voice: Body]>([
    ["a text", { ...say, voice_speed: 1.2 }],
    ["a file", { mode: "audio2video", audio_type: "file", audio_file: wav(8).toString("base64") }],
    ["an address", { mode: "audio2video", audio_type: "url", audio_url: "https://example.com/a.mp3" }],
  ])("lays %s into a clip from its beginning", async (_claim, voice) => {
    const { ask } = await open({ lipSync: "old" });
    const { id } = await clip(ask);
    const { task_id } = good(await ask("POST", OLD_LIP_SYNC, { input: { video_id: id, ...voice } }));
    const told = await ask("GET", `${OLD_LIP_SYNC}/${task_id}`);
    expect(told.data).toMatchObject({
      task_info: { parent_video: { id } },
      task_result: { videos: [{ duration: "5" }] },
    });
    expect((await download(first(told, told).url)).includes("soun")).toBe(true);
  });

  it.each<readonly [claim: string, body: Body, message: string]>([
    ["no input", {}, "input is required"],
    ["an external id", { input: say, external_task_id: "x" }, "unknown field external_task_id"],
    ["no video", { input: say }, "exactly one of input.video_id and input.video_url"],
    ["no mode", { input: { ...say, mode: undefined } }, "input.mode is required"],
    ["a text that is too long", { input: { ...say, text: "x".repeat(121) } }, "at most 120 characters"],
    ["a text without a voice", { input: { ...say, voice_id: undefined } }, "input.voice_id is required"],
    [
      "a text without a language",
      { input: { ...say, voice_language: undefined } },
      "voice_language is required",
    ],
    ["a text with a sound", { input: { ...say, audio_type: "file" } }, "unknown field input.audio_type"],
    ["no kind of sound", { input: { mode: "audio2video" } }, "input.audio_type is required"],
    ["no sound", { input: { mode: "audio2video", audio_type: "file" } }, "input.audio_file is required"],
    [
      "a file that is an address",
      { input: { mode: "audio2video", audio_type: "file", audio_file: "https://example.com/a.mp3" } },
      "input.audio_file must be Base64",
    ],
    [
      "an address that is a file",
      { input: { mode: "audio2video", audio_type: "url", audio_url: wav(3).toString("base64") } },
      "input.audio_url must be a URL",
    ],
  ])("refuses %s", async (claim, body, message) => {
    const { ask } = await open({ lipSync: "old" });
    const input = body["input"] as Body | undefined;
    const video = claim === "no video" ? {} : { video_url: "https://example.com/a.mp4" };
    const sent = input === undefined ? body : { ...body, input: { ...video, ...input } };
    expect(await ask("POST", OLD_LIP_SYNC, sent)).toMatchObject({
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it("cuts a sound that is longer than its clip", async () => {
    const { ask } = await open({ lipSync: "old" });
    const { id } = await clip(ask);
    const voice = { mode: "audio2video", audio_type: "file", audio_file: mp3(8).toString("base64") };
    const { task_id } = good(await ask("POST", OLD_LIP_SYNC, { input: { video_id: id, ...voice } }));
    const told = await ask("GET", `${OLD_LIP_SYNC}/${task_id}`);
    const made = await download(first(told, told).url);
    const header = made.indexOf("mvhd") + 4;
    expect(made.readUInt32BE(header + 16) / made.readUInt32BE(header + 12)).toBe(5);
  });

  it("takes clips of ten seconds at most", async () => {
    const { ask } = await open({ lipSync: "old" });
    const { id } = await clip(ask, { duration: "11" });
    expect((await ask("POST", OLD_LIP_SYNC, { input: { ...say, video_id: id } })).message).toContain(
      "from 2 to 10 s",
    );
    const { task_id } = good(await ask("POST", T2V, { model_name: "kling-v3", prompt: "x", duration: "10" }));
    expect((await ask("POST", OLD_LIP_SYNC, { input: { ...say, video_id: `${task_id}-1` } })).code).toBe(0);
  });
});
