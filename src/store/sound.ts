/**
 * What a sound file is, from its bytes alone: format by content (never by name), length, and whether an endpoint takes it.
 * Reads MP3, WAV, M4A and AAC (ADTS); other formats are recognised so that a refusal can name them. Decodes nothing:
 * a length is what the frames or the header add up to. Whatever the bytes say, the work is linear in their number.
 */
import { isRecord } from "../base/guard.js";
import type { SoundFormat, SoundLimits } from "../catalog/model.js";
import { viewOf } from "./files.js";
import { readMp4Sound } from "./mp4.js";
import { adtsFrame, mp3Frame, readFrames, xingFrames } from "./sound-frames.js";

/** What a file is as a sound. */
export type SoundFacts =
  | {
      readonly kind: "sound";
      readonly format: SoundFormat;
      /** To the millisecond; without what an encoder says it added at the ends, because not every player cuts that off. */
      readonly seconds: number;
    }
  /** Sound (or film) of another format, by its usual name. */
  | { readonly kind: "other_format"; readonly format: string }
  /** Begins as a sound, and is cut short or cannot be measured. */
  | { readonly kind: "damaged"; readonly format: SoundFormat }
  | { readonly kind: "not_a_sound" };

/** Why an endpoint would refuse a sound. */
export type SoundFinding =
  | { readonly kind: "not_a_sound" }
  | { readonly kind: "damaged"; readonly format: string }
  | { readonly kind: "format"; readonly found: string; readonly allowed: readonly string[] }
  | { readonly kind: "bytes"; readonly found: number; readonly limit: number }
  | { readonly kind: "length"; readonly seconds: number; readonly min: number; readonly max: number };

const MOST_CHUNKS = 1000;
const MOST_TAGS = 16;

/** Looks at a whole file. */
export function readSoundFacts(bytes: Uint8Array): SoundFacts {
  if (name(bytes, 0) === "RIFF" && name(bytes, 8) === "WAVE") return wavFacts(bytes);
  if (name(bytes, 4) === "ftyp") return mp4Facts(bytes);
  const start = afterTags(bytes);
  const other = otherFormat(bytes.subarray(start, start + 64));
  if (other !== undefined) return { kind: "other_format", format: other };
  return frameFacts(bytes, start);
}

/** Whether a value that was stored as facts still has their shape. */
export function isSoundFacts(value: unknown): value is SoundFacts {
  if (!isRecord(value)) return false;
  switch (value["kind"]) {
    case "sound": {
      const { format, seconds } = value;
      return isFormat(format) && typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0;
    }
    case "damaged":
      return isFormat(value["format"]);
    case "other_format":
      return typeof value["format"] === "string";
    default:
      return value["kind"] === "not_a_sound";
  }
}

/**
 * All that an endpoint with these limits would refuse about a sound of `bytes` bytes.
 * Without `facts` nothing but that is said: what is too large need not be read.
 */
export function checkSound(
  facts: SoundFacts | undefined,
  bytes: number,
  limits: SoundLimits,
): readonly SoundFinding[] {
  const findings: SoundFinding[] = [];
  if (bytes > limits.maxBytes) findings.push({ kind: "bytes", found: bytes, limit: limits.maxBytes });
  if (facts === undefined) return findings;
  if (facts.kind === "not_a_sound") return [{ kind: "not_a_sound" }];
  if (facts.kind === "damaged") return [{ kind: "damaged", format: facts.format }];
  if (facts.kind === "other_format" || !limits.formats.includes(facts.format)) {
    findings.push({ kind: "format", found: facts.format, allowed: limits.formats });
  }
  if (facts.kind !== "sound") return findings;
  const { minSeconds: min, maxSeconds: max } = limits;
  if (facts.seconds < min || facts.seconds > max) {
    findings.push({ kind: "length", seconds: facts.seconds, min, max });
  }
  return findings;
}

function wavFacts(bytes: Uint8Array): SoundFacts {
  const damaged: SoundFacts = { kind: "damaged", format: "wav" };
  const view = viewOf(bytes);
  let bytesPerSecond = 0;
  for (let at = 12, count = 0; at + 8 <= bytes.length && count < MOST_CHUNKS; count++) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(bytes, at) === "fmt " && body + 16 <= bytes.length) {
      // What is spoken as plain samples is measured by them; other codings only say how many bytes a second has.
      const plain = [1, 3, 0xfffe].includes(view.getUint16(body, true));
      const told = view.getUint32(body + 8, true);
      bytesPerSecond = plain ? view.getUint32(body + 4, true) * view.getUint16(body + 12, true) : told;
    }
    if (name(bytes, at) === "data") {
      // All ones is what a program writes that does not know the length beforehand.
      const held = size === 0xffffffff ? bytes.length - body : size;
      if (bytesPerSecond === 0 || held === 0 || body + held > bytes.length) return damaged;
      return { kind: "sound", format: "wav", seconds: toMilli(held / bytesPerSecond) };
    }
    // Chunks begin at even positions.
    at = body + size + (size % 2);
  }
  return damaged;
}

function mp4Facts(bytes: Uint8Array): SoundFacts {
  if (name(bytes, 8) === "qt  ") return { kind: "other_format", format: "mov" };
  const read = (position: number, length: number) => bytes.subarray(position, position + length);
  const track = readMp4Sound(read, bytes.length);
  switch (track.kind) {
    case "film":
      return { kind: "other_format", format: "mp4 with a picture" };
    case "silent":
      return { kind: "other_format", format: "mp4 without sound" };
    case "sound":
      // A file of fragments does not say how long it is; nobody writes voices like that.
      return track.seconds === undefined
        ? { kind: "other_format", format: "m4a in fragments" }
        : { kind: "sound", format: "m4a", seconds: track.seconds };
    case "not_mp4":
      return { kind: "damaged", format: "m4a" };
  }
}

function frameFacts(bytes: Uint8Array, start: number): SoundFacts {
  for (const [format, read] of [["mp3", mp3Frame] as const, ["aac", adtsFrame] as const]) {
    const frames = readFrames(bytes, start, read);
    if (frames === undefined) continue;
    const silent = format === "mp3" ? xingFrames(bytes, frames.start) : undefined;
    // The frame that carries the count is no sound itself.
    const seconds = toMilli(frames.seconds - (silent === undefined ? 0 : frames.firstSeconds));
    const counted = frames.count - (silent === undefined ? 0 : 1);
    const missing = silent !== undefined && counted + 1 < silent;
    // MP3s have tags behind them, and between them where they were joined. AAC has none, and readers may hang on it.
    const broken = frames.broken && format === "aac";
    if (frames.cut || broken || missing || seconds === 0) return { kind: "damaged", format };
    return { kind: "sound", format, seconds };
  }
  // A tag that music files begin with, and nothing that can be played behind it.
  return start > 0 ? { kind: "damaged", format: "mp3" } : { kind: "not_a_sound" };
}

/** Where the sound begins behind ID3 tags, which MP3 and AAC files may begin with. */
function afterTags(bytes: Uint8Array): number {
  let at = 0;
  for (let count = 0; count < MOST_TAGS && name(bytes, at).startsWith("ID3"); count++) {
    if (at + 10 > bytes.length) return bytes.length;
    const [flags = 0, ...length] = bytes.subarray(at + 5, at + 10);
    const size = length.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    at += 10 + size + ((flags & 0x10) === 0 ? 0 : 10);
  }
  return Math.min(at, bytes.length);
}

const BEGINNINGS: readonly (readonly [begins: string, format: string])[] = [
  ["fLaC", "flac"],
  ["FORM", "aiff"],
  ["#!AMR", "amr"],
  [".snd", "au"],
  ["caff", "caf"],
  ["RF64", "rf64"],
  ["BW64", "bw64"],
  ["riff", "w64"],
  ["RIFF", "avi"],
  ["MThd", "midi"],
  ["ADIF", "adif"],
  ["\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wma"],
  ["\x1a\x45\xdf\xa3", "webm or mkv"],
  ["\x00\x00\x01\xba", "mpeg"],
];

function otherFormat(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head);
  if (text.startsWith("OggS")) return text.includes("OpusHead") ? "opus" : "ogg";
  if (text.startsWith("RIFF") && text.slice(8, 12) !== "AVI ") return undefined;
  if (text.startsWith("FORM") && !/^AIF[FC]$/.test(text.slice(8, 12))) return undefined;
  const known = BEGINNINGS.find(([begins]) => text.startsWith(begins));
  if (known !== undefined) return known[1];
  // MPEG audio that is no layer III.
  const [first = 0, second = 0] = head;
  return first === 0xff && (second & 0xf0) === 0xf0 && (second & 0x06) === 0x04 ? "mp2" : undefined;
}

function name(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function isFormat(value: unknown): value is SoundFormat {
  return value === "mp3" || value === "wav" || value === "m4a" || value === "aac";
}

function toMilli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
