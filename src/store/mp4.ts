/**
 * An MP4 read just far enough to know that it is all there and what it measures: boxes to exactly the end of the file,
 * duration, kinds of tracks and picture size from `moov`. Memory is constant, and a hostile file costs at most a bounded walk.
 * Knows no codecs: whether the pictures decode is not asked.
 */
import { viewOf, type ReadAt } from "./files.js";

/** A complete MP4, or why it is none (a clause). */
export type Mp4Answer =
  | {
      readonly kind: "mp4";
      /** Of the whole film, in seconds to the millisecond; absent where the file does not say (fragments). */
      readonly seconds?: number;
      /** Pixels as displayed. */
      readonly width?: number;
      readonly height?: number;
    }
  | { readonly kind: "not_mp4"; readonly why: string };

/** A complete MP4 without a picture, or what it is instead. */
export type Mp4Sound =
  | {
      readonly kind: "sound";
      /** As `Mp4Answer` has them. */
      readonly seconds?: number;
    }
  | { readonly kind: "film" }
  | { readonly kind: "silent" }
  | { readonly kind: "not_mp4"; readonly why: string };

interface Box {
  readonly type: string;
  /** Where its content begins and ends, as positions in the file. */
  readonly body: number;
  readonly end: number;
}

const MOST_BOXES = 100_000;
const MOST_TRACKS = 64;

/** Reads the structure of a film of `size` bytes. */
export function readMp4(read: ReadAt, size: number): Mp4Answer {
  const opened = openMp4(read, size);
  if (opened.kind === "not_mp4") return opened;
  const picture = opened.tracks.find((track) => trackKind(read, track) === VIDEO);
  if (picture === undefined) return { kind: "not_mp4", why: "it has no video track" };
  return { kind: "mp4", ...duration(read, opened.header), ...pictureSize(read, picture) };
}

/** Reads the structure of a file of `size` bytes that should be sound alone. */
export function readMp4Sound(read: ReadAt, size: number): Mp4Sound {
  const opened = openMp4(read, size);
  if (opened.kind === "not_mp4") return opened;
  const kinds = new Set(opened.tracks.map((track) => trackKind(read, track)));
  if (kinds.has(VIDEO)) return { kind: "film" };
  return kinds.has(SOUND) ? { kind: "sound", ...duration(read, opened.header) } : { kind: "silent" };
}

const VIDEO = "vide";
const SOUND = "soun";

type Opened =
  | { readonly kind: "opened"; readonly header: Box; readonly tracks: readonly (readonly Box[])[] }
  | { readonly kind: "not_mp4"; readonly why: string };

function openMp4(read: ReadAt, size: number): Opened {
  const not = (why: string): Opened => ({ kind: "not_mp4", why });
  const top = boxes(read, 0, size);
  if (top[0]?.type !== "ftyp") return not("it does not begin as an MP4");
  if (top.at(-1)?.end !== size) return not("it ends in the middle of a box");
  const moov = top.find((box) => box.type === "moov");
  if (moov === undefined) return not("it has no index (moov)");
  if (!top.some((box) => box.type === "mdat" && box.end > box.body)) return not("it has no pictures (mdat)");

  const parts = boxes(read, moov.body, moov.end);
  const header = parts.find((box) => box.type === "mvhd");
  if (header === undefined) return not("it has no video track");
  const tracks = parts.filter((box) => box.type === "trak").slice(0, MOST_TRACKS);
  return { kind: "opened", header, tracks: tracks.map((track) => boxes(read, track.body, track.end)) };
}

/** The boxes from `start` to `end`, as far as they are whole: a last one that does not end at `end` means damage. */
function boxes(read: ReadAt, start: number, end: number): readonly Box[] {
  const found: Box[] = [];
  for (let position = start; position < end && found.length < MOST_BOXES;) {
    const head = viewOf(read(position, Math.min(16, end - position)));
    if (head.byteLength < 8) break;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((at) => head.getUint8(at)));
    const short = head.getUint32(0);
    let header = 8;
    let length = short;
    if (short === 0) length = end - position;
    if (short === 1) {
      if (head.byteLength < 16) break;
      header = 16;
      length = Number(head.getBigUint64(8));
    }
    if (length < header || length > end - position) break;
    found.push({ type, body: position + header, end: position + length });
    position += length;
  }
  return found;
}

/** `vide`, `soun`, ...; empty where the track does not say. */
function trackKind(read: ReadAt, track: readonly Box[]): string {
  const media = track.find((box) => box.type === "mdia");
  const handler = media && boxes(read, media.body, media.end).find((box) => box.type === "hdlr");
  if (handler === undefined || handler.end - handler.body < 12) return "";
  // Version and flags, a reserved word, then the kind of track.
  return String.fromCharCode(...read(handler.body + 8, 4));
}

/** From `mvhd`: 32-bit fields in version 0; 64-bit times in version 1. */
function duration(read: ReadAt, header: Box): { readonly seconds?: number } {
  const view = viewOf(read(header.body, Math.min(32, header.end - header.body)));
  if (view.byteLength < 20) return {};
  const wide = view.getUint8(0) === 1;
  if (wide && view.byteLength < 32) return {};
  const scale = view.getUint32(wide ? 20 : 12);
  const length = wide ? Number(view.getBigUint64(24)) : view.getUint32(16);
  // All ones means that the duration cannot be told; zero is what fragmented files have.
  const unknown = length === 0 || scale === 0 || length === (wide ? 2 ** 64 : 0xffffffff);
  return unknown ? {} : { seconds: Math.round((length / scale) * 1000) / 1000 };
}

/** From `tkhd`: 16.16 fixed point; a quarter turn in the matrix exchanges the sides. */
function pictureSize(
  read: ReadAt,
  track: readonly Box[],
): { readonly width?: number; readonly height?: number } {
  const header = track.find((box) => box.type === "tkhd");
  if (header === undefined) return {};
  const view = viewOf(read(header.body, Math.min(96, header.end - header.body)));
  if (view.byteLength < 84) return {};
  const matrix = view.getUint8(0) === 1 ? 52 : 40;
  if (view.byteLength < matrix + 44) return {};
  const turned = view.getInt32(matrix) === 0 && view.getInt32(matrix + 16) === 0;
  const across = view.getUint32(matrix + 36) >>> 16;
  const down = view.getUint32(matrix + 40) >>> 16;
  if (across === 0 || down === 0) return {};
  return turned ? { width: down, height: across } : { width: across, height: down };
}
