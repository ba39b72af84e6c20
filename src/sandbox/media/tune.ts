/**
 * The tunes that stand for sound made from words: notes of a scale that a digest chooses, many and short for effects, few
 * and low for music. The notes are all that is decided here; they become samples for a WAV or a clip, and coded frames
 * in `mp3.ts`. Nothing but additions and multiplications, so that equal words make equal samples everywhere.
 */

import type { Tune } from "../rules/order.js";
import { sine } from "./tone.js";

/** One tone: begins at `from` seconds and fades away within `lasts`; `level` is its first strength, up to 1. */
export interface Note {
  readonly from: number;
  readonly lasts: number;
  readonly hz: number;
  readonly level: number;
}

const SCALE = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2];
const PACES = {
  effect: { every: 0.25, lasts: 0.6, hz: 440, level: 0.3 },
  music: { every: 1, lasts: 2, hz: 165, level: 0.2 },
} as const satisfies Readonly<Record<Tune["pace"], unknown>>;

/** The notes of a tune, in the order in which they begin. */
export function notesOf({ seed, pace, seconds }: Tune): readonly Note[] {
  const { every, lasts, hz, level } = PACES[pace];
  return Array.from({ length: Math.max(1, Math.ceil(seconds / every)) }, (_, i) => {
    const digit = Number.parseInt(seed[i % seed.length] ?? "0", 16);
    return { from: i * every, lasts, hz: hz * (SCALE[digit % SCALE.length] ?? 1), level };
  });
}

/** How strong a note is at a moment: it fades as the square of the time that is left. */
export function levelAt({ from, lasts, level }: Note, seconds: number): number {
  const left = 1 - (seconds - from) / lasts;
  return seconds < from || left <= 0 ? 0 : level * left * left;
}

/** Several tunes at once as samples from -1 to 1. */
export function tuneSamples(tunes: readonly Tune[], rate: number): Float32Array {
  const out = new Float32Array(Math.round(Math.max(...tunes.map(({ seconds }) => seconds)) * rate));
  for (const note of tunes.flatMap(notesOf)) {
    const first = Math.round(note.from * rate);
    const end = Math.min(out.length, Math.round((note.from + note.lasts) * rate));
    for (let i = first; i < end; i++) {
      const since = (i - first) / rate;
      // A few milliseconds of rise, or every note begins with a click.
      const rise = Math.min(1, since * 200);
      out[i] = (out[i] ?? 0) + rise * levelAt(note, note.from + since) * sine(since * note.hz);
    }
  }
  return out;
}
