/**
 * Reads sound files with a package that knows their formats: WAV down to its samples, MP3 and AAC down to their coded
 * packets, which are passed on as they are. It decodes nothing but plain samples. The package is loaded with this
 * file, on first use; none of its types leave it.
 */

import { ADTS, BufferSource, EncodedPacketSink, Input, MP3, MP4, QTFF, WAVE } from "mediabunny";

import type { SoundFacts } from "../rules/order.js";
import { isWithinItsBytes } from "./mp4-limits.js";

/** A sound file as far as a clip needs it. */
export type Sound =
  | { readonly kind: "samples"; readonly rate: number; readonly samples: Float32Array }
  | {
      readonly kind: "coded";
      readonly codec: "aac" | "mp3";
      readonly rate: number;
      readonly channels: number;
      /** The AudioSpecificConfig; empty for MP3. */
      readonly configuration: Uint8Array;
      readonly packets: readonly SoundPacket[];
    };

/** One coded piece; times in seconds, of which the first may be negative. */
export interface SoundPacket {
  readonly at: number;
  readonly seconds: number;
  readonly data: Uint8Array;
}

/** Far more than any AudioSpecificConfig has, and less than a descriptor with a length of one byte can hold. */
const MOST_CONFIGURATION_BYTES = 64;

/** More than any sound of the formats has that is small enough to be sent. */
const MOST_PACKETS = 200_000;

/** Format and length; undefined for bytes that are no sound of the formats that lip-sync takes. */
export async function soundFacts(bytes: Uint8Array): Promise<SoundFacts | undefined> {
  const sound = await readSound(bytes);
  if (sound === undefined) return undefined;
  if (sound.kind === "samples") return { format: "wav", seconds: sound.samples.length / sound.rate };
  const last = sound.packets.at(-1);
  const seconds = last === undefined ? 0 : last.at + last.seconds;
  if (sound.codec === "mp3") return { format: "mp3", seconds };
  return { format: bytes[0] === 0xff ? "aac" : "m4a", seconds };
}

/** Undefined for bytes that cannot be read. */
export async function readSound(bytes: Uint8Array): Promise<Sound | undefined> {
  if (!isWithinItsBytes(bytes)) return undefined;
  const input = new Input({ source: new BufferSource(bytes), formats: [WAVE, MP3, ADTS, MP4, QTFF] });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) return undefined;
    const [codec, rate, channels] = [
      await track.getCodec(),
      await track.getSampleRate(),
      await track.getNumberOfChannels(),
    ];
    const packets: SoundPacket[] = [];
    for await (const { data, timestamp, duration } of new EncodedPacketSink(track).packets()) {
      // In a damaged file a packet without bytes comes for ever, and so does one that goes back in time.
      const goesOn = data.length > 0 && timestamp > (packets.at(-1)?.at ?? -Infinity);
      if (!goesOn || packets.length === MOST_PACKETS) return undefined;
      packets.push({ at: timestamp, seconds: duration, data });
    }
    if (codec === "mp3") {
      return { kind: "coded", codec, rate, channels, configuration: new Uint8Array(0), packets };
    }
    if (codec === "aac") {
      const description = (await track.getDecoderConfig())?.description;
      return aac(description === undefined ? undefined : bytesOf(description), rate, channels, packets);
    }
    const read = READERS.get(codec ?? "");
    return read && { kind: "samples", rate, samples: samplesOf(packets, channels, read) };
  } catch {
    // The package has a class of error for each kind of damage; to the client they are one.
    return undefined;
  } finally {
    input.dispose();
  }
}

/** Without a description the packets still have their ADTS headers, from which one is made. */
function aac(
  description: Uint8Array | undefined,
  rate: number,
  channels: number,
  packets: readonly SoundPacket[],
): Sound | undefined {
  const coded = { kind: "coded", codec: "aac", rate, channels } as const;
  if (description !== undefined) {
    return description.length > MOST_CONFIGURATION_BYTES
      ? undefined
      : { ...coded, configuration: description, packets };
  }
  const [, , second = 0, third = 0] = packets[0]?.data ?? [];
  const type = (second >> 6) + 1;
  const rateIndex = (second >> 2) & 15;
  const layout = ((second & 1) << 2) | (third >> 6);
  const configuration = Uint8Array.of((type << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (layout << 3));
  const bare = packets.map(({ data, ...rest }) => ({
    ...rest,
    // A checksum makes the header two bytes longer.
    data: data.subarray(((data[1] ?? 1) & 1) === 1 ? 7 : 9),
  }));
  return { ...coded, configuration, packets: bare };
}

interface Reader {
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
}

/** How each plain format writes a sample. */
const READERS: ReadonlyMap<string, Reader> = new Map([
  ["pcm-u8", { width: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 }],
  ["pcm-s16", { width: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 }],
  [
    "pcm-s24",
    { width: 3, read: (view, at) => (view.getInt8(at + 2) * 65_536 + view.getUint16(at, true)) / 2 ** 23 },
  ],
  ["pcm-s32", { width: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 }],
  ["pcm-f32", { width: 4, read: (view, at) => view.getFloat32(at, true) }],
] satisfies readonly (readonly [string, Reader])[]);

/** All channels as one, each with an equal part. */
function samplesOf(packets: readonly SoundPacket[], channels: number, { width, read }: Reader): Float32Array {
  const data = Buffer.concat(packets.map((packet) => packet.data));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out = new Float32Array(Math.floor(data.length / width / channels));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(view, (i * channels + channel) * width);
    out[i] = sum / channels;
  }
  return out;
}

function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
