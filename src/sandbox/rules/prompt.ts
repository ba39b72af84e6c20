/**
 * The rules for prompts that are more than a length: shots written into a prompt, and handles for references.
 * It knows the grammar "shot n, m, words;" and nothing of models; callers say whether multi-shot applies at all.
 */

import type { Complaints } from "./fields.js";

/** Longest prompt of most endpoints, in characters. */
export const PROMPT_CHARACTERS = 2500;

/** Longest prompt of the 3.0 models, in characters. */
export const LONG_PROMPT_CHARACTERS = 3072;

/** Most shots in one multi-shot clip. */
export const MOST_SHOTS = 6;

/** Longest text of one shot, in characters. */
export const SHOT_CHARACTERS = 512;

const SHOT = /^shot\s+(\d+)\s*,\s*(\d+)\s*,\s*(.*)$/isu;

/** Whether a prompt is written as a list of shots. */
export function isMultiShot(prompt: string): boolean {
  return SHOT.test(prompt.trim().split(";")[0]?.trim() ?? "");
}

/** Complains about a list of shots that does not follow the rules for a clip of `seconds`. */
export function checkShots(prompt: string, seconds: number, complaints: Complaints): void {
  const items = prompt.split(";").map((item) => item.trim());
  if (items.at(-1) === "") items.pop();
  complaints.when(
    items.length > MOST_SHOTS,
    `prompt has ${items.length} shots; at most ${MOST_SHOTS} are allowed`,
  );
  let sum = 0;
  for (const [i, item] of items.entries()) {
    const [, , length, words] = SHOT.exec(item) ?? [];
    if (length === undefined || words === undefined) {
      complaints.add(`prompt: item ${i + 1} is not of the form "shot n, m, words;"`);
      return;
    }
    complaints.when(Number(length) < 1, `prompt: shot ${i + 1} must last at least 1 second`);
    complaints.when(
      [...words].length > SHOT_CHARACTERS,
      `prompt: shot ${i + 1} exceeds ${SHOT_CHARACTERS} characters`,
    );
    sum += Number(length);
  }
  complaints.when(sum !== seconds, `prompt: the shots last ${sum} s together, but duration is ${seconds}`);
}

/** Complains about handles that are used twice or contain one another. */
export function checkHandles(ids: readonly string[], complaints: Complaints): void {
  for (const [i, id] of ids.entries()) {
    for (const other of ids.slice(i + 1)) {
      if (id === other) complaints.add(`contents: id "${id}" is used more than once`);
      else if (id.includes(other) || other.includes(id)) {
        complaints.add(`contents: ids "${id}" and "${other}" must not contain one another`);
      }
    }
  }
}
