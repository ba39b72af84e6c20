/**
 * The sandbox's own sounds as samples from -1 to 1: a soft two-tone hum, and a murmur that moves its mouth to a text.
 * Everything is made of additions and multiplications of a table, never of the platform's sine or exponential, whose
 * last digit may differ from one machine to the next: equal words make equal samples everywhere.
 */

import { sha256Hex } from "../../base/digest.js";
import { withoutMischief } from "../mischief.js";
import type { Murmur } from "../rules/order.js";

/** A power of two, so that a phase is brought into the table by cutting bits off. */
const TABLE_LENGTH = 4096;
const TABLE = sineTable(TABLE_LENGTH);

/** Sounds a chord of two tones that the seed, a hexadecimal digest, chooses; it fades in and out. */
export function hum(seed: string, seconds: number, rate: number): Float32Array {
  const scale = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3];
  const at = (i: number): number => Number.parseInt(seed.slice(i, i + 2), 16) || 0;
  const low = 110 * (scale[at(0) % scale.length] ?? 1);
  const high = low * ([3 / 2, 5 / 4, 2][at(2) % 3] ?? 2);
  const out = new Float32Array(Math.round(seconds * rate));
  const fade = Math.min(out.length / 3, 0.6 * rate);
  for (let i = 0; i < out.length; i++) {
    const time = i / rate;
    const swell = 0.85 + 0.15 * sine(time * 0.4 + at(4) / 255);
    const edge = Math.min(1, i / fade, (out.length - i) / fade);
    out[i] =
      0.07 * swell * edge * edge * (sine(low * time) + 0.6 * sine(high * time) + 0.15 * sine(2 * low * time));
  }
  return out;
}

/** Speaks a text without words: one vowel a syllable, at the voice's pitch, silent between words and sentences. */
export function murmur({ text, voiceId, seconds }: Murmur, rate: number): Float32Array {
  const out = new Float32Array(Math.round(seconds * rate));
  const digest = sha256Hex(voiceId);
  const pitch = 95 + (Number.parseInt(digest.slice(0, 4), 16) / 0xffff) * 120;
  const syllables = syllablesOf(text);
  const total = syllables.reduce((sum, { weight }) => sum + weight, 0);
  let spoken = 0;
  for (const [n, { vowel, weight }] of syllables.entries()) {
    const from = Math.round((spoken / total) * out.length);
    spoken += weight;
    const until = Math.round((spoken / total) * out.length);
    if (vowel === undefined) continue;
    // A sentence falls; stressed syllables rise a little.
    const height = pitch * (1.12 - 0.2 * (spoken / total) + (n % 3 === 0 ? 0.08 : 0));
    utter(out.subarray(from, until), VOWELS[vowel] ?? [500, 1500], height, rate);
  }
  return out;
}

/** First and second formant in Hz. */
const VOWELS: readonly (readonly [first: number, second: number])[] = [
  [730, 1090],
  [530, 1840],
  [300, 2240],
  [500, 880],
  [330, 870],
];
const LETTERS_PER_SYLLABLE = 3;
const HARMONICS = 24;
const PERIOD = 512;

interface Syllable {
  /** Undefined for a pause. */
  readonly vowel: number | undefined;
  readonly weight: number;
}

/** Pieces of words of about three letters, and pauses; what is not a letter is a pause. */
function syllablesOf(text: string): readonly Syllable[] {
  const pieces = withoutMischief(text).match(/\p{Script=Han}|[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? [];
  const list = pieces.flatMap((piece): readonly Syllable[] => {
    if (/\p{Script=Han}/u.test(piece))
      return [{ vowel: (piece.codePointAt(0) ?? 0) % VOWELS.length, weight: 3 }];
    if (!/[\p{L}\p{N}]/u.test(piece)) return [{ vowel: undefined, weight: piece.length }];
    const letters = [...piece];
    const count = Math.max(1, Math.round(letters.length / LETTERS_PER_SYLLABLE));
    return Array.from({ length: count }, (_, i) => {
      const [from, to] = [i, i + 1].map((n) => Math.round((n * letters.length) / count));
      const part = letters.slice(from, to);
      const code = part.reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
      return { vowel: code % VOWELS.length, weight: part.length };
    });
  });
  return list.some(({ vowel }) => vowel !== undefined) ? list : [{ vowel: 0, weight: 1 }];
}

/** Adds one vowel: a period is summed from harmonics once and then played at the pitch. */
function utter(into: Float32Array, formants: readonly number[], pitch: number, rate: number): void {
  const period = new Float32Array(PERIOD);
  for (let k = 1; k <= HARMONICS && k * pitch < rate / 2; k++) {
    const near = formants.reduce((sum, formant, i) => {
      const distance = (k * pitch - formant) / (90 + 40 * i);
      return sum + (i === 0 ? 1 : 0.5) / (1 + distance * distance);
    }, 0.04);
    const strength = near / (1 + k / 6);
    for (let i = 0; i < PERIOD; i++) period[i] = (period[i] ?? 0) + strength * sine((k * i) / PERIOD);
  }
  const edge = Math.min(into.length / 3, 0.03 * rate);
  const step = pitch / rate;
  for (let i = 0; i < into.length; i++) {
    const place = (i * step * PERIOD) % PERIOD;
    const envelope = Math.min(1, i / edge, (into.length - i) / edge);
    into[i] = 0.3 * envelope * (period[Math.floor(place)] ?? 0);
  }
}

/** The sine of a phase in turns, which is not negative and less than half a million. */
export function sine(turns: number): number {
  return TABLE[(turns * TABLE_LENGTH) & (TABLE_LENGTH - 1)] ?? 0;
}

/** One turn, by the series of the sine on a quarter of it. */
function sineTable(length: number): Float64Array {
  const quarter = (turns: number): number => {
    const x = turns * 2 * Math.PI;
    const x2 = x * x;
    return x * (1 - (x2 / 6) * (1 - (x2 / 20) * (1 - (x2 / 42) * (1 - (x2 / 72) * (1 - x2 / 110)))));
  };
  return Float64Array.from({ length }, (_, i) => {
    const turns = i / length;
    if (turns < 0.25) return quarter(turns);
    if (turns < 0.75) return quarter(0.5 - turns);
    return quarter(turns - 1);
  });
}
