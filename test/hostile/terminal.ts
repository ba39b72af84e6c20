/**
 * What may stand on a terminal, whatever stood in the files, the answers and the environment of a run.
 */
import { expect } from "vitest";

// Our own colours, and nothing else that begins with an escape.
const OURS = /\u001b\[(?:\d{1,3}(?:;\d{1,3})*)?m/g;
const MOVES =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
// Bidi controls, zero widths, fillers, tags: what reorders or hides.
const HIDES =
  // eslint-disable-next-line no-misleading-character-class
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/u;

/** Fails when `text` could move a cursor, set a title, reorder or hide what is read. */
export function expectHarmless(text: string): void {
  const bare = text.replace(OURS, "");
  const at = Math.max(bare.search(MOVES), bare.search(HIDES));
  const found = at < 0 ? "" : JSON.stringify(bare.slice(Math.max(0, at - 60), at + 20));
  expect(at < 0 ? "" : `U+${bare.charCodeAt(at).toString(16)} in ${found}`).toBe("");
  expect(bare.isWellFormed()).toBe(true);
}
