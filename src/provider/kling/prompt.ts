/**
 * What is written into prompts of the new generation: lists of cuts, and names as they stand. Pure.
 */
import type { Cut } from "../../graph/actions.js";
import { writtenCuts } from "../../graph/cut-list.js";
import { withNames } from "../../graph/numbered.js";

/**
 * A prompt that is a list of cuts: `shot 1, 3, words; shot 2, 2, words;`. @throws Error for words that would end their
 * item, because what follows would be another cut or none.
 */
export function cutList(cuts: readonly Cut[]): string {
  for (const [index, { prompt }] of cuts.entries()) {
    if (prompt.includes(";")) throw new Error(`the words of cut ${index + 1} have a semicolon`);
  }
  return writtenCuts(cuts);
}

/** Whether a text names a handle. */
export function isNamed(handle: string, text: string): boolean {
  return withNames(text, new Map([[handle, ""]])) !== text;
}
