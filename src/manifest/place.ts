/**
 * Offsets in a manifest's text → places that a person can go to. Lines are counted only when the first place is wanted.
 * A place carries its line's text, so this is where credentials are made unreadable: no place shows one.
 */
import type { Place } from "../base/diagnostic.js";
import { getOrMake } from "../base/guard.js";
import { maskSecrets } from "./secrets.js";

/** A half-open span of UTF-16 offsets. */
export type Span = readonly [start: number, end: number];

/** Makes places of one text. */
export interface Placer {
  /** The place of a span; on its first line only. */
  at(span: Span): Place;
  /** From now on shows `*` instead of these characters. */
  hide(span: Span): void;
}

/** A line of a manifest's text, without its line break and without credentials. */
export interface ManifestLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

// A message needs one line; those around it are made for whoever shows more, and are no part of what is stored of a place.
const surroundings = new WeakMap<Place, (lines: number) => readonly ManifestLine[]>();

/** Up to so many lines before and after a place's own; none for a place that was not made from a text just now. */
export function linesAround(place: Place, lines: number): readonly ManifestLine[] {
  return surroundings.get(place)?.(lines) ?? [];
}

// A line of this many UTF-16 units is longer than any frame; of a longer one, so many stand before the place.
const LONG_LINE = 2048;
const BEFORE = 512;

/** Makes places in `text`, which is the text of `file`. */
export function placer(text: string, file: string): Placer {
  const hidden = new Map<number, Span[]>();
  let starts: readonly number[] | undefined;
  // The last line that was made unreadable, because all places of a file may be on one line.
  let last: { readonly index: number; readonly text: string } | undefined;
  const lineOf = (offset: number) => lastAtMost((starts ??= lineStarts(text)), offset);
  const startOf = (index: number) => starts?.[index] ?? text.length + 1;
  const masked = (index: number, line: string): string => {
    if (last?.index !== index) last = { index, text: maskSecrets(line) };
    return last.text;
  };
  const shownPart = (index: number, skipped: number): string => {
    const from = startOf(index);
    const line = text.slice(from, startOf(index + 1) - 1).replace(/\r$/, "");
    return (hidden.get(index) ?? []).reduce(
      (shown, span) => withHidden(shown, from + skipped, span),
      masked(index, line).slice(skipped, skipped + LONG_LINE),
    );
  };
  const around = (index: number, lines: number): readonly ManifestLine[] => {
    const found: ManifestLine[] = [];
    const last = Math.min(index + lines, (starts?.length ?? 1) - 1);
    for (let at = Math.max(0, index - lines); at <= last; at++)
      if (at !== index) found.push({ number: at + 1, text: shownPart(at, 0) });
    return found;
  };
  return {
    at([start, end]) {
      const index = lineOf(start);
      const from = startOf(index);
      const { length } = text.slice(from, startOf(index + 1) - 1).replace(/\r$/, "");
      const column = Math.min(start - from, length);
      // Of a file that is one line, every place would carry all of it.
      const skipped = length > LONG_LINE ? Math.max(0, column - BEFORE) : 0;
      const place: Place = {
        file,
        line: index + 1,
        column: column + 1,
        length: Math.max(1, Math.min(end - from, length) - column),
        text: shownPart(index, skipped),
        ...(skipped === 0 ? {} : { skipped }),
      };
      surroundings.set(place, (lines) => around(index, lines));
      return place;
    },
    hide(span) {
      const [first, to] = [lineOf(span[0]), lineOf(Math.max(span[0], span[1] - 1))];
      for (let index = first; index <= to; index++) {
        getOrMake(hidden, index, () => []).push(span);
      }
    },
  };
}

function withHidden(line: string, from: number, [start, end]: Span): string {
  const first = Math.max(0, start - from);
  const to = Math.min(line.length, end - from);
  return first < to
    ? line.slice(0, first) + line.slice(first, to).replace(/\S/g, "*") + line.slice(to)
    : line;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last element that is at most `value`; `ascending` begins with 0. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
