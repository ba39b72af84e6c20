/**
 * Offsets in a manifest's text → places that a person can go to. Lines are counted only when the first place is wanted.
 * A place carries its line's text, so this is where credentials are made unreadable: no place shows one.
 */
import type { Place } from "../base/diagnostic.js";
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

/** Makes places in `text`, which is the text of `file`. */
export function placer(text: string, file: string): Placer {
  const hidden: Span[] = [];
  let starts: readonly number[] | undefined;
  return {
    at([start, end]) {
      starts ??= lineStarts(text);
      const index = lastAtMost(starts, start);
      const from = starts[index] ?? 0;
      const next = starts[index + 1] ?? text.length + 1;
      const line = text.slice(from, next - 1).replace(/\r$/, "");
      const column = Math.min(start - from, line.length);
      return {
        file,
        line: index + 1,
        column: column + 1,
        length: Math.max(1, Math.min(end - from, line.length) - column),
        text: maskSecrets(withHidden(line, from, hidden)),
      };
    },
    hide: (span) => void hidden.push(span),
  };
}

function withHidden(line: string, from: number, hidden: readonly Span[]): string {
  let out = line;
  for (const [start, end] of hidden) {
    const first = Math.max(0, start - from);
    const last = Math.min(line.length, end - from);
    if (first < last)
      out = out.slice(0, first) + out.slice(first, last).replace(/\S/g, "*") + out.slice(last);
  }
  return out;
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
