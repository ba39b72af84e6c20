/**
 * Makes the sound track of a clip from the layers of its order. What is known as samples (hum, speech, tune, WAV) is mixed
 * into one channel at 48 kHz and kept as FLAC. MP3 and AAC cannot be mixed without decoding them: a clip that was given
 * one last has that sound alone, its packets as they were, at its own volume unless that is 0; an edit list says where
 * it begins and which piece of it is heard. When another sound was given after it, it is the one that is not heard.
 */

import { setImmediate as breathe } from "node:timers/promises";

import { unreachable } from "../../base/guard.js";
import type { Placement, SoundLayer } from "../rules/order.js";
import { FLAC_BLOCK, flacFrames, flacStreamInfo } from "./flac.js";
import { aacEntry, flacEntry, mp3Entry, type Sample, type Track } from "./mp4.js";
import type { Sound, SoundPacket } from "./sound-file.js";
import { hum, murmur } from "./tone.js";
import { tuneSamples } from "./tune.js";
import { to16Bits } from "./wav.js";

const RATE = 48_000;
/** A decoder needs some packets before the one that is heard first: overlap in AAC, the bit reservoir in MP3. */
const PACKETS_BEFORE = 6;
/** Frames that are encoded before other work is let in: about five seconds of sound. */
const FRAMES_AT_A_TIME = 60;

/** Undefined for a silent clip. `kept` gives the bytes of a sound file by its digest. */
export async function soundtrack(
  layers: readonly SoundLayer[],
  seconds: number,
  kept: (sha256: string) => Uint8Array | undefined,
): Promise<Track | undefined> {
  if (layers.length === 0) return undefined;
  const mixed = new Float32Array(Math.round(seconds * RATE));
  let coded: Track | undefined;
  for (const layer of layers) {
    const sound = layer.kind === "file" ? await read(kept(layer.sha256)) : undefined;
    if (layer.kind === "file" && sound?.kind === "coded") {
      if (layer.volume > 0) coded = codedTrack(sound, layer);
    } else {
      if (layer.volume > 0) coded = undefined;
      mix(mixed, layer, sound?.kind === "samples" ? resampled(sound) : undefined);
    }
    await breathe();
  }
  return coded ?? (await flacTrack(to16Bits(mixed)));
}

async function read(bytes: Uint8Array | undefined): Promise<Sound | undefined> {
  if (bytes === undefined) return undefined;
  const { readSound } = await import("./sound-file.js");
  return readSound(bytes);
}

/** Adds a layer to the mix; a file that is no longer there is not heard. */
function mix(into: Float32Array, layer: SoundLayer, file: Float32Array | undefined): void {
  const add = (samples: Float32Array, at: number): void => {
    for (let i = 0; i < samples.length && at + i < into.length; i++) {
      into[at + i] = (into[at + i] ?? 0) + layer.volume * (samples[i] ?? 0);
    }
  };
  switch (layer.kind) {
    case "hum":
      return add(hum(layer.seed, layer.seconds, RATE), 0);
    case "speech":
      return add(piece(murmur(layer.voice, RATE), layer), position(layer.atMs));
    case "tune":
      return add(piece(tuneSamples([layer.tune], RATE), layer), position(layer.atMs));
    case "file":
      return file === undefined ? undefined : add(piece(file, layer), position(layer.atMs));
    default:
      return unreachable(layer);
  }
}

function piece(samples: Float32Array, { startMs, endMs }: Placement): Float32Array {
  return samples.subarray(position(startMs), position(endMs));
}

function position(ms: number): number {
  return Math.round((ms * RATE) / 1000);
}

/** Straight lines between the samples: good enough for a rehearsal. */
function resampled({
  samples,
  rate,
}: {
  readonly samples: Float32Array;
  readonly rate: number;
}): Float32Array {
  if (rate === RATE) return samples;
  const step = rate / RATE;
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const before = Math.floor(i * step);
    const part = i * step - before;
    const value = samples[before] ?? 0;
    return value + part * ((samples[before + 1] ?? value) - value);
  });
}

async function flacTrack(samples: Int16Array): Promise<Track> {
  const frames: Sample[] = [];
  for (const data of flacFrames(samples, RATE)) {
    const duration = Math.min(FLAC_BLOCK, samples.length - frames.length * FLAC_BLOCK);
    frames.push({ data, duration, key: true });
    if (frames.length % FRAMES_AT_A_TIME === 0) await breathe();
  }
  return {
    kind: "audio",
    timescale: RATE,
    width: 0,
    height: 0,
    entry: flacEntry(RATE, flacStreamInfo(RATE, samples.length)),
    samples: frames,
  };
}

function codedTrack(
  sound: Extract<Sound, { kind: "coded" }>,
  { startMs, endMs, atMs }: Placement,
): Track | undefined {
  const { rate, channels, configuration } = sound;
  const [from, until] = [startMs / 1000, endMs / 1000];
  const heard = sound.packets.findIndex(({ at, seconds }) => at + seconds > from);
  const packets = sound.packets.slice(Math.max(0, heard - PACKETS_BEFORE)).filter(({ at }) => at < until);
  const first = packets[0];
  if (heard < 0 || first === undefined) return undefined;
  const ticks = ({ at }: Pick<SoundPacket, "at">): number => Math.round((at - first.at) * rate);
  return {
    kind: "audio",
    timescale: rate,
    width: 0,
    height: 0,
    entry: sound.codec === "mp3" ? mp3Entry(channels, rate) : aacEntry(channels, rate, configuration),
    samples: packets.map((packet) => ({
      data: packet.data,
      duration: ticks({ at: packet.at + packet.seconds }) - ticks(packet),
      key: true,
    })),
    edit: { delayMs: atMs, fromTicks: ticks({ at: from }), lastsMs: endMs - startMs },
  };
}
