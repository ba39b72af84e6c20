/**
 * Checks `/v1/videos/lip-sync`, the endpoint that advanced-lip-sync replaced and older gateways still have: one call,
 * a video of 2 to 10 s, and a text to be spoken or a sound. There is no external id. What the vendor does with a sound
 * that is longer than its video is not documented: here it is cut, as the vendor's web page does. Its price is not
 * known; the sandbox charges what the current lip-sync costs.
 */

import { checkFaceClip } from "./faces.js";
import { Complaints, Fields } from "./fields.js";
import { lipSyncOrder } from "./lip-sync.js";
import { conclude, type Checked, type Product, type World } from "./order.js";
import { readCallback } from "./request-options.js";
import { type GivenSound, murmured, readSoundFile } from "./sounds.js";
import { readSource } from "./sources.js";
import { readMurmur } from "./speech.js";

const TEXT_CHARACTERS = 120;
const SECONDS = [2, 10] as const;

/** Lip-sync as it was. */
export const OLD_LIP_SYNC_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/lip-sync", productType: "video", lipSync: "old", check },
];

async function check(record: Readonly<Record<string, unknown>>, world: World): Promise<Checked> {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("input");
  const input = body.object("input");
  readCallback(body, complaints);
  body.done();
  if (input === undefined) return conclude(complaints, () => undefined);
  const source = readSource(input, world, complaints);
  if (source !== undefined) checkFaceClip(source.clip, SECONDS, complaints);
  const sound = await readVoice(input, world, complaints);
  input.done();
  return conclude(complaints, () => {
    if (source === undefined || sound === undefined) return undefined;
    const clipMs = source.clip.seconds * 1000;
    const placement = {
      startMs: 0,
      endMs: Math.min(clipMs, Math.round((sound.seconds ?? source.clip.seconds) * 1000)),
      atMs: 0,
      volume: 1,
    };
    return {
      order: lipSyncOrder(source, { sound, placement, originalVolume: 0, words: input.text("text") ?? "" }),
      sound: sound.bytes,
      externalId: undefined,
      watermark: false,
    };
  });
}

/** The text or the sound, by `mode`; the fields of the other mode are unknown in this one. */
async function readVoice(
  input: Fields,
  world: World,
  complaints: Complaints,
): Promise<GivenSound | undefined> {
  input.require("mode");
  const mode = input.oneOf("mode", ["text2video", "audio2video"]);
  if (mode === undefined) return undefined;
  if (mode === "text2video") {
    input.require("voice_language");
    return murmured(readMurmur(input, TEXT_CHARACTERS, complaints));
  }
  input.require("audio_type");
  const type = input.oneOf("audio_type", ["file", "url"]);
  if (type === undefined) return undefined;
  const field = type === "file" ? "audio_file" : "audio_url";
  input.require(field);
  const isAddress = /^https?:/iu.test(input.text(field) ?? "");
  complaints.when(
    input.has(field) && isAddress !== (type === "url"),
    `${input.name(field)} must be ${type === "url" ? "a URL" : "Base64"}`,
  );
  return readSoundFile(input, field, world, complaints);
}
