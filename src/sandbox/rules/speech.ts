/**
 * Checks `/v1/audio/tts` and makes the order. The vendor's catalogue of voices is not public as a list; known names
 * (`oversea_male1`, `AOT`, `chat1_female_new-3`) begin with a letter, and ids of preset voices, which are numbers, are
 * refused. So any name that begins with a letter is a voice here. The length follows the text: about 14 characters a
 * second at speed 1, a Chinese character counting three.
 */

import { withoutMischief } from "../mischief.js";
import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Murmur, type Product } from "./order.js";
import { CALL_MILLI_UNITS } from "./prices.js";

const VOICE_ID = /^[a-z][a-z0-9_-]*$/iu;
const TEXT_CHARACTERS = 1000;
const CHARACTERS_PER_SECOND = 14;
const SHORTEST_SECONDS = 0.4;

/** Text to speech. */
export const SPEECH_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/audio/tts", productType: "video", atOnce: true, check },
];

function check(record: Readonly<Record<string, unknown>>): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("voice_language");
  const voice = readMurmur(body, TEXT_CHARACTERS, complaints);
  body.done();
  return conclude(complaints, () => ({
    order: { kind: "speech", voice, version: "tts", prompt: voice.text, milliUnits: CALL_MILLI_UNITS },
    externalId: undefined,
    watermark: false,
  }));
}

/** Reads `text`, `voice_id`, `voice_language` and `voice_speed`; of these the first two are required. */
export function readMurmur(body: Fields, mostCharacters: number, complaints: Complaints): Murmur {
  body.require("text", "voice_id");
  const text = body.text("text", mostCharacters, 1) ?? "";
  const voiceId = body.text("voice_id", Infinity, 1) ?? "";
  complaints.when(
    voiceId !== "" && !VOICE_ID.test(voiceId),
    `${body.name("voice_id")} ${voiceId.slice(0, 40)} is not a voice of text to speech`,
  );
  body.oneOf("voice_language", ["zh", "en"]);
  const speed = body.number("voice_speed", 0.8, 2) ?? 1;
  return { text, voiceId, seconds: speechSeconds(text, speed) };
}

function speechSeconds(text: string, speed: number): number {
  const spoken = withoutMischief(text).trim();
  const weight = [...spoken].reduce((sum, each) => sum + (/\p{Script=Han}/u.test(each) ? 3 : 1), 0);
  return Math.round(Math.max(SHORTEST_SECONDS, weight / CHARACTERS_PER_SECOND / speed) * 1000) / 1000;
}
