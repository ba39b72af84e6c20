/**
 * The rules for the sound of a lip-sync or an avatar: a spoken text of this sandbox by its id, or a sound file that came
 * as Base64 or as an address. A file is read far enough to know its format and length; one by a foreign address is not
 * fetched and counts as long enough, with a murmur in its place. Limits: mp3, wav, m4a, aac; 5 MB; from 2 s on.
 */

import { sha256Hex } from "../../base/digest.js";
import type { Complaints, Fields } from "./fields.js";
import type { Accepted, Murmur, OwnResult, Placement, SoundLayer, SoundOrder, World } from "./order.js";
import { fromBase64, isWebAddress } from "./pictures.js";

const MOST_BYTES = 5 * 1024 * 1024;
const SHORTEST_SECONDS = 2;
/** The longest sound of a lip-sync, in seconds. */
const LIP_SYNC_SECONDS = 60;

/** A sound that can be laid into a clip. */
export interface GivenSound {
  /** Unknown for a file that is not fetched. */
  readonly seconds: number | undefined;
  /** The bytes to keep, when they came with the request. */
  readonly bytes: Accepted["sound"];
  layer(placement: Placement): SoundLayer;
}

/** Reads `audio_id` xor `sound_file`, of `longest` seconds at most; undefined after a complaint. */
export async function readSound(
  body: Fields,
  world: World,
  complaints: Complaints,
  longest = LIP_SYNC_SECONDS,
): Promise<GivenSound | undefined> {
  const [byId, byFile] = [body.has("audio_id"), body.has("sound_file")];
  if (byId === byFile) {
    complaints.add(`exactly one of ${body.name("audio_id")} and ${body.name("sound_file")} is required`);
    return undefined;
  }
  if (byFile) return readSoundFile(body, "sound_file", world, complaints, longest);
  const id = body.text("audio_id", Infinity, 1);
  if (id === undefined) return undefined;
  const found = world.resultById(id);
  if (found === undefined) {
    complaints.add(`${body.name("audio_id")} ${id.slice(0, 80)} does not exist`);
    return undefined;
  }
  if (found.order.kind === "speech") return spoken(found, body.name("audio_id"), complaints, longest);
  complaints.add(`${body.name("audio_id")} is not a sound of text to speech`);
  return undefined;
}

/** Reads a field that holds an address or Base64; undefined after a complaint. */
export async function readSoundFile(
  body: Fields,
  field: string,
  world: World,
  complaints: Complaints,
  longest = LIP_SYNC_SECONDS,
): Promise<GivenSound | undefined> {
  const value = body.text(field, Infinity, 1);
  const refuse = (message: string): undefined => {
    complaints.add(`${body.name(field)} ${message}`);
    return undefined;
  };
  if (value === undefined) return undefined;
  if (/^https?:/iu.test(value)) {
    if (!isWebAddress(value)) return refuse("is not a valid URL");
    const found = world.resultAt(value);
    if (found === "unreachable") return refuse("cannot be fetched");
    return found === "foreign" ? unheard(value) : spoken(found, body.name(field), complaints, longest);
  }
  if (value.startsWith("data:")) return refuse("must be Base64 without the data: prefix");
  const bytes = fromBase64(value);
  if (bytes === undefined) return refuse("is neither a URL nor Base64");
  if (bytes.length > MOST_BYTES) return refuse(`is larger than ${MOST_BYTES / 1024 / 1024} MB`);
  const facts = await world.readSound(bytes);
  if (facts === undefined) return refuse("is not an mp3, wav, m4a or aac sound");
  checkLength(facts.seconds, body.name(field), complaints, longest);
  const sha256 = sha256Hex(bytes);
  return {
    seconds: facts.seconds,
    bytes: { sha256, bytes },
    layer: (placement) => ({ kind: "file", sha256, ...placement }),
  };
}

/** A sound that the sandbox speaks itself. */
export function murmured(voice: Murmur): GivenSound {
  return {
    seconds: voice.seconds,
    bytes: undefined,
    layer: (placement) => ({ kind: "speech", voice, ...placement }),
  };
}

function spoken(
  { order, state }: OwnResult,
  name: string,
  complaints: Complaints,
  longest: number,
): GivenSound | undefined {
  const heard =
    order.kind === "speech" ? murmured(order.voice) : order.kind === "sound" ? tuned(order) : undefined;
  const problem =
    heard === undefined
      ? "is not a sound"
      : state === "expired"
        ? "has expired: sounds can be used for 30 days"
        : state !== "ready"
          ? "is not available"
          : undefined;
  if (problem !== undefined || heard?.seconds === undefined) {
    complaints.add(`${name} ${problem}`);
    return undefined;
  }
  checkLength(heard.seconds, name, complaints, longest);
  return heard;
}

/** A sound that the sandbox made from words: of several tunes the first stands for all. */
function tuned({ tunes, seconds }: SoundOrder): GivenSound | undefined {
  const [tune] = tunes;
  if (tune === undefined) return undefined;
  return { seconds, bytes: undefined, layer: (placement) => ({ kind: "tune", tune, ...placement }) };
}

function unheard(url: string): GivenSound {
  const text = url.replace(/[?#].*$/su, "");
  return {
    seconds: undefined,
    bytes: undefined,
    layer: (placement) => ({
      kind: "speech",
      voice: { text, voiceId: "foreign", seconds: placement.endMs / 1000, unknown: true },
      ...placement,
    }),
  };
}

function checkLength(seconds: number, name: string, complaints: Complaints, longest: number): void {
  complaints.when(
    seconds < SHORTEST_SECONDS || seconds > longest,
    `${name} lasts ${Math.round(seconds * 1000) / 1000} s; it must last from ${SHORTEST_SECONDS} to ${longest} s`,
  );
}
