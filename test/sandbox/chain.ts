// The first links of chains for the tests in this folder: finished clips, sessions, speech, and sounds of each format.
import { aacEntry, mp4 } from "../../src/sandbox/media/mp4.js";
import { hum } from "../../src/sandbox/media/tone.js";
import { to16Bits, wavFile } from "../../src/sandbox/media/wav.js";
import type { Ask, Reply } from "./client.js";

export const T2V = "/v1/videos/text2video";
export const EXTEND = "/v1/videos/video-extend";
export const FACES = "/v1/videos/identify-face";
export const TTS = "/v1/audio/tts";
export const LIP_SYNC = "/v1/videos/advanced-lip-sync";
export const OLD_LIP_SYNC = "/v1/videos/lip-sync";

/** One result of an answer. */
export type Result = Reply["data"]["task_result"]["videos"][number];

let made = 0;

/** A finished clip of the legacy generation: kling-v3 at 720p, 5 s, silent, unless told otherwise. */
export async function clip(ask: Ask, more: Readonly<Record<string, unknown>> = {}): Promise<Result> {
  const external_task_id = `chain-${made++}`;
  const body = { model_name: "kling-v3", prompt: "she turns and speaks", external_task_id, ...more };
  return first(await ask("POST", T2V, body), await ask("GET", `${T2V}/${body.external_task_id}`));
}

/** The only clip of a legacy answer; throws the refusal of the create when there is none. */
export function first(created: Reply, { data }: Reply): Result {
  const [video] = data?.task_result?.videos ?? [];
  if (video === undefined) throw new Error(created.message);
  return video;
}

/** What identify-face answers about a clip. */
export async function session(ask: Ask, video_id: string): Promise<Reply["data"]> {
  return good(await ask("POST", FACES, { video_id }));
}

/** A spoken text of about seven seconds. */
export async function speech(ask: Ask, more: Readonly<Record<string, unknown>> = {}): Promise<Result> {
  const text = "The ferry leaves at nine, and nobody waits for us. Hold on to the rail, the rain gets worse.";
  const body = { text, voice_id: "oversea_male1", voice_language: "en", ...more };
  const [audio] = good(await ask("POST", TTS, body)).task_result.audios;
  if (audio === undefined) throw new Error("the answer has no sound");
  return audio;
}

/** The data of an answer; throws a refusal. */
export function good(reply: Reply): Reply["data"] {
  if (reply.code !== 0) throw new Error(reply.message);
  return reply.data;
}

/** A body of advanced-lip-sync for the first face of a session: three seconds of a sound, one second into the clip. */
export function lipSyncBody(
  { session_id, face_data }: Reply["data"],
  sound: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const choice = {
    face_id: face_data[0]?.face_id ?? "",
    ...sound,
    sound_start_time: 0,
    sound_end_time: 3000,
    sound_insert_time: 1000,
    ...more,
  };
  return { session_id, face_choose: [choice] };
}

/** Downloads a result. */
export async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** A WAV of a tone. */
export function wav(seconds: number, rate = 16_000): Buffer {
  return Buffer.from(wavFile(to16Bits(hum("00ff10", seconds, rate)), rate));
}

/** Silent MP3: 128 kbit/s, 44.1 kHz, 1152 samples and 417 bytes a frame, all zero behind the header. */
export function mp3(seconds: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb9064);
  return Buffer.concat(Array.from({ length: Math.round((seconds * 44_100) / 1152) }, () => frame));
}

/** Silent AAC-LC, 48 kHz, one channel, 1024 samples a frame, in ADTS. */
export function aac(seconds: number): Buffer {
  const header = Buffer.from([0xff, 0xf1, 0x4c, 0x40, 0x01, 0x5f, 0xfc]);
  header.writeUInt16BE(((header.length + SILENT_AAC.length) << 5) | 0x1f, 4);
  return Buffer.concat(Array.from({ length: frames(seconds) }, () => Buffer.concat([header, SILENT_AAC])));
}

/** The same sound in an MP4. */
export function m4a(seconds: number): Buffer {
  return Buffer.from(
    mp4([
      {
        kind: "audio",
        timescale: 48_000,
        width: 0,
        height: 0,
        entry: aacEntry(1, 48_000, Uint8Array.of(0x11, 0x88)),
        samples: Array.from({ length: frames(seconds) }, () => ({
          data: SILENT_AAC,
          duration: 1024,
          key: true,
        })),
      },
    ]),
  );
}

/** A single channel element without any scale factor band, then the end mark. */
const SILENT_AAC = Buffer.from([0x00, 0x00, 0x00, 0x07]);

function frames(seconds: number): number {
  return Math.round((seconds * 48_000) / 1024);
}
