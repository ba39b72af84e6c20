/**
 * The rules for prompts that are more than a length: shots written into a prompt, and handles for references.
 * It knows the grammar "shot n, m, words;" and nothing of models; callers say whether multi-shot applies at all.
 */

import type { Complaints } from "./fields.js";
import type { Cut } from "./order.js";

/** Longest prompt of most endpoints, in characters. */
export const PROMPT_CHARACTERS = 2500;

/** Longest prompt of the 3.0 models, in characters. */
export const LONG_PROMPT_CHARACTERS = 3072;

/** Most shots in one multi-shot clip. */
export const MOST_SHOTS = 6;

/** Longest text of one shot, in characters. */
export const SHOT_CHARACTERS = 512;

const SHOT = /^shot\s+(\d+)\s*,\s*(\d+)\s*,\s*(.*)$/isu;

/** What was meant as a shot, though its number or its length may not be whole. */
const LIKE_SHOT = /^shot\s+[\d.]+\s*,\s*[\d.]+\s*s?\s*,/iu;

/** Whether a prompt is meant as a list of shots: one such item is enough, so that a list with a slip is noticed. */
export function isMultiShot(prompt: string): boolean {
  return itemsOf(prompt).some((item) => LIKE_SHOT.test(item));
}

/** The shots of a prompt for a clip of `seconds`, complaining about a list that does not follow the rules. */
export function readShots(prompt: string, seconds: number, complaints: Complaints): readonly Cut[] {
  const items = itemsOf(prompt);
  complaints.when(
    items.length > MOST_SHOTS,
    `prompt has ${items.length} shots; at most ${MOST_SHOTS} are allowed`,
  );
  const cuts: Cut[] = [];
  for (const [i, item] of items.entries()) {
    const [, number, length, words] = SHOT.exec(item) ?? [];
    if (length === undefined || words === undefined || words === "") {
      complaints.add(`prompt: item ${i + 1} is not of the form "shot n, m, words;"`);
      return [];
    }
    complaints.when(Number(number) !== i + 1, `prompt: shot ${number} stands where shot ${i + 1} should`);
    complaints.when(Number(length) < 1, `prompt: shot ${i + 1} must last at least 1 second`);
    complaints.when(
      [...words].length > SHOT_CHARACTERS,
      `prompt: shot ${i + 1} exceeds ${SHOT_CHARACTERS} characters`,
    );
    cuts.push({ seconds: Number(length), words });
  }
  const sum = cuts.reduce((total, cut) => total + cut.seconds, 0);
  complaints.when(sum !== seconds, `prompt: the shots last ${sum} s together, but duration is ${seconds}`);
  return cuts;
}

function itemsOf(prompt: string): readonly string[] {
  const items = prompt.split(";").map((item) => item.trim());
  return items.at(-1) === "" ? items.slice(0, -1) : items;
}

/**
 * Complains about handles that are used twice, contain one another, or stand in the prompt as part of ordinary text: an
 * e-mail address, or a longer word. Whether a handle must be used in the prompt, and what an @ without one means, is not
 * documented, so neither is checked.
 */
export function checkHandles(ids: readonly string[], prompt: string, complaints: Complaints): void {
  for (const [i, id] of ids.entries()) {
    for (const other of ids.slice(i + 1)) {
      if (id === other) complaints.add(`contents: id "${id}" is used more than once`);
      else if (id.includes(other) || other.includes(id)) {
        complaints.add(`contents: ids "${id}" and "${other}" must not contain one another`);
      }
    }
    for (const at of placesOf(`@${id}`, prompt)) {
      const [before, after] = [prompt[at - 1] ?? "", prompt[at + 1 + id.length] ?? ""];
      // Scripts without spaces may go on directly behind a handle; Latin letters and digits make another word of it.
      complaints.when(
        /[\w.%+-]/u.test(before) || /\w/u.test(after),
        `contents: id "${id}" collides with ordinary text in the prompt: "${before}@${id}${after}"`,
      );
    }
  }
}

function placesOf(part: string, text: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

/** What a legacy prompt can refer to as `<<<kind_n>>>`, and how many of each the request has. */
export type Referable = Readonly<Partial<Record<"image" | "element" | "video" | "voice", number>>>;

/** Complains about references of a legacy prompt to something that the request does not have. */
export function checkReferences(prompt: string, there: Referable, complaints: Complaints): void {
  for (const [whole, kind = "", number] of prompt.matchAll(/<<<([a-z]+)_(\d+)>>>/gu)) {
    const has = Object.entries(there).find(([name]) => name === kind)?.[1] ?? 0;
    const n = Number(number);
    complaints.when(
      n < 1 || n > has,
      `prompt: ${whole} refers to nothing: the request has ${has} of that kind`,
    );
  }
}
