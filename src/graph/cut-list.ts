/**
 * Cuts as words: the list that a prompt of the new generation is, and how such a list is told from a plain prompt.
 * Stands here because the list counts in the length of the prompt: both the rules and the builders of requests need it.
 */
import type { Cut } from "./actions.js";

/** A prompt that is a list of cuts: `shot 1, 3, words; shot 2, 2, words;`. Words with a semicolon would be cut short by it. */
export function writtenCuts(cuts: readonly Cut[]): string {
  return cuts.map(({ seconds, prompt }, index) => `shot ${index + 1}, ${seconds}, ${prompt};`).join(" ");
}

const ITEM = /^shot\s+(\d+)\s*,\s*(\d+)\s*,\s*(.+)$/isu;
/** What was meant as an item, though its number or its length may not be whole. */
const LIKE_ITEM = /^shot\s+[\d.]+\s*,\s*[\d.]+\s*s?\s*,/iu;

/** Whether a plain prompt has an item of such a list. */
export function isLikeCuts(prompt: string): boolean {
  return itemsOf(prompt).some((item) => LIKE_ITEM.test(item));
}

/** The cuts that a prompt lists; undefined where it is no such list from beginning to end. */
export function listedCuts(prompt: string): readonly Cut[] | undefined {
  const cuts: Cut[] = [];
  for (const [index, item] of itemsOf(prompt).entries()) {
    const [, number, seconds, words] = ITEM.exec(item) ?? [];
    if (words === undefined || Number(number) !== index + 1) return undefined;
    cuts.push({ seconds: Number(seconds), prompt: words });
  }
  return cuts;
}

function itemsOf(prompt: string): readonly string[] {
  const items = prompt.split(";").map((item) => item.trim());
  return items.at(-1) === "" ? items.slice(0, -1) : items;
}
