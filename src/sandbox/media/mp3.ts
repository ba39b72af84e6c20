/**
 * Writes notes as an MP3: MPEG-1 layer III (ISO/IEC 11172-3), one channel, 48 kHz, 32 kbit/s. It is no encoder for sound:
 * it writes the spectrum of each half frame down at once, one line of the transform for each note that is heard, and the
 * gain by which they fade. So a frame needs neither filters nor code tables: every line is 0 or 1 with a sign, and the
 * last of the code tables, whose codes all have four bits, is enough.
 */

import { BitWriter } from "./bits.js";
import { levelAt, type Note } from "./tune.js";

const RATE = 48_000;
const LINES = 576;
const FRAME_BYTES = 96;
const FRAME_SECONDS = (2 * LINES) / RATE;
const HALVES = [0, 1] as const;
/** Sync, MPEG-1, layer III, no checksum; 32 kbit/s, 48 kHz; one channel, an original. */
const HEADER = [0xfffb, 0x14c4] as const;
/** The gain at which a line of 1 is as loud as can be. */
const FULL_GAIN = 210;
/** What is less than this part of the loudest note is not heard beside it, because all lines share one gain. */
const HEARD_BESIDE = 0.5;
const LEAST_LEVEL = 0.002;
/** A tone in the middle of a line turns by a quarter, or by three, from one transform to the next. */
const SIGNS = { even: [0, 1, 1, 0], odd: [0, 0, 1, 1] } as const;

/** How long the MP3 of a sound of `seconds` is: whole frames. */
export function mp3Seconds(seconds: number): number {
  return Math.round(framesOf(seconds) * FRAME_SECONDS * 1000) / 1000;
}

/** The file of these notes. */
export function mp3File(notes: readonly Note[], seconds: number): Uint8Array {
  const out = new Uint8Array(framesOf(seconds) * FRAME_BYTES);
  for (let at = 0, half = 0; at < out.length; at += FRAME_BYTES, half += HALVES.length) {
    out.set(frame(HALVES.map((i) => halfOf(notes, half + i))), at);
  }
  return out;
}

function framesOf(seconds: number): number {
  return Math.ceil(seconds / FRAME_SECONDS - 1e-9);
}

/** What half a frame holds: its gain, and the lines that are not 0, by number, with 1 for a negative one. */
interface Half {
  readonly gain: number;
  readonly lines: ReadonlyMap<number, 0 | 1>;
}

function halfOf(notes: readonly Note[], number: number): Half {
  const time = (number * LINES) / RATE;
  const heard = notes
    .map((note) => ({ hz: note.hz, level: levelAt(note, time) }))
    .filter(({ level }) => level >= LEAST_LEVEL);
  const loudest = Math.max(0, ...heard.map(({ level }) => level));
  const lines = new Map<number, 0 | 1>();
  for (const { hz, level } of heard) {
    if (level < loudest * HEARD_BESIDE) continue;
    const line = Math.round((hz * 2 * LINES) / RATE - 0.5);
    lines.set(line, SIGNS[line % 2 === 0 ? "even" : "odd"][number % 4] ?? 0);
  }
  // The gain counts in quarters of a doubling.
  return { gain: loudest === 0 ? 0 : FULL_GAIN + Math.round(4 * Math.log2(loudest)), lines };
}

function frame(halves: readonly Half[]): Uint8Array {
  const spectra = halves.map(spectrum);
  const out = new BitWriter();
  for (const word of HEADER) out.bits(word, 16);
  // No bytes from frames before this one, private bits, no shared scale factors.
  out.bits(0, 9);
  out.bits(0, 5);
  out.bits(0, 4);
  for (const [i, { gain }] of halves.entries()) {
    out.bits(spectra[i]?.length ?? 0, 12);
    // No large values, the gain, no scale factors, one long transform, three unused code tables and two borders.
    out.bits(0, 9);
    out.bits(gain, 8);
    out.bits(0, 4);
    out.bits(0, 1);
    out.bits(0, 15);
    out.bits(0, 7);
    // No further gain for high lines, the fine step of scale factors, the table of four-bit codes.
    out.bits(0b001, 3);
  }
  for (const bits of spectra) out.code(bits);
  return out.finish();
}

/** Four lines to a code, up to the last that is not 0; the code of four zeros is all ones. */
function spectrum({ lines }: Half): string {
  const last = Math.max(-1, ...lines.keys());
  let bits = "";
  for (let first = 0; first <= last; first += 4) {
    const four = [0, 1, 2, 3].map((i) => lines.get(first + i));
    bits += four.map((sign) => (sign === undefined ? "1" : "0")).join("");
    bits += four.filter((sign) => sign !== undefined).join("");
  }
  return bits;
}
