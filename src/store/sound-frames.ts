/**
 * Sound that is a row of frames, each with a header of its own: MP3 and AAC in ADTS. Counts what the frames last.
 * A row counts as found where three headers follow each other (or the row ends with the file); what lies between rows
 * is passed over, as players do. Every byte is looked at a few times at most.
 */
import { viewOf } from "./files.js";

/** One frame: how many bytes it has, and how long it sounds. */
interface Frame {
  readonly bytes: number;
  readonly seconds: number;
}

/** Reads the header at a position; undefined where there is none. */
type ReadFrame = (bytes: Uint8Array, at: number) => Frame | undefined;

/** What the frames of a file come to. */
export interface Frames {
  /** Where the first one begins. */
  readonly start: number;
  readonly count: number;
  readonly seconds: number;
  readonly firstSeconds: number;
  /** Whether the file ends in the middle of a frame. */
  readonly cut: boolean;
  /** Whether something else lies between the frames or behind them. */
  readonly broken: boolean;
}

/** Sound begins no further behind the tags than this; other files hold three headers by chance sooner or later. */
const SEARCHED = 4096;

const MP3_RATES = [44_100, 48_000, 32_000];
/** Kilobits a second of layer III, by the header's index. */
const MP3_KILOBITS = {
  version1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  version2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Adds up the frames from `from` on; undefined where no row of frames begins near there. */
export function readFrames(bytes: Uint8Array, from: number, read: ReadFrame): Frames | undefined {
  let start = from;
  while (start < from + SEARCHED && start < bytes.length && !beginsRow(bytes, start, read)) start++;
  const first = read(bytes, start);
  if (first === undefined || start >= from + SEARCHED) return undefined;
  let count = 0;
  let seconds = 0;
  let broken = false;
  let at = start;
  while (at < bytes.length) {
    const frame = read(bytes, at);
    if (frame === undefined) {
      broken = true;
      at++;
      while (at < bytes.length && !beginsRow(bytes, at, read)) at++;
      continue;
    }
    if (at + frame.bytes > bytes.length) {
      return { start, count, seconds, firstSeconds: first.seconds, cut: true, broken };
    }
    count++;
    seconds += frame.seconds;
    at += frame.bytes;
  }
  return { start, count, seconds, firstSeconds: first.seconds, cut: false, broken };
}

function beginsRow(bytes: Uint8Array, start: number, read: ReadFrame): boolean {
  let at = start;
  for (let count = 0; count < 3; count++) {
    const frame = read(bytes, at);
    if (frame === undefined) return false;
    at += frame.bytes;
    if (at === bytes.length) return true;
  }
  return true;
}

/** An MP3 frame (MPEG 1, 2 or 2.5, layer III). [ISO 11172-3, 13818-3] */
export function mp3Frame(bytes: Uint8Array, at: number): Frame | undefined {
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  if (bytes[at] !== 0xff || (second & 0xe6) !== 0xe2) return undefined;
  const version = (second >> 3) & 3;
  const kilobits = MP3_KILOBITS[version === 3 ? "version1" : "version2"][third >> 4];
  const fullRate = MP3_RATES[(third >> 2) & 3];
  // Version 1 is reserved; bit rate 0 means one that is not told.
  if (version === 1 || kilobits === undefined || kilobits === 0 || fullRate === undefined) return undefined;
  const rate = version === 3 ? fullRate : version === 2 ? fullRate / 2 : fullRate / 4;
  const samples = version === 3 ? 1152 : 576;
  const padding = (third >> 1) & 1;
  return { bytes: Math.floor((samples * kilobits * 125) / rate) + padding, seconds: samples / rate };
}

/** An AAC frame with its ADTS header. [ISO 13818-7] */
export function adtsFrame(bytes: Uint8Array, at: number): Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = bytes.subarray(
    at,
    at + 7,
  );
  if (first !== 0xff || (second & 0xf6) !== 0xf0) return undefined;
  const rate = AAC_RATES[(third >> 2) & 15];
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  if (rate === undefined || length < 7) return undefined;
  return { bytes: length, seconds: (1024 * ((seventh & 3) + 1)) / rate };
}

/** How many frames an MP3 says it has, where its first frame carries such a count (Xing, Info) instead of sound. */
export function xingFrames(bytes: Uint8Array, start: number): number | undefined {
  const version1 = ((bytes[start + 1] ?? 0) & 0x18) === 0x18;
  const mono = (bytes[start + 3] ?? 0) >> 6 === 3;
  const at = start + 4 + (version1 ? (mono ? 17 : 32) : mono ? 9 : 17);
  const head = bytes.subarray(at, at + 12);
  const word = String.fromCharCode(...head.subarray(0, 4));
  if (head.length < 12 || (word !== "Xing" && word !== "Info")) return undefined;
  const view = viewOf(head);
  // Without the flag there is no count: nothing is missed then.
  return (view.getUint32(4) & 1) === 1 ? view.getUint32(8) : 0;
}
