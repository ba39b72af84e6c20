/**
 * How long texts may be. Counted in Unicode characters; what the vendor counts is not documented,
 * and a text that passes here by emoji alone is refused there at no cost.
 */
import { caution, problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { counted } from "../base/text.js";

/** How long a text may be for an endpoint, and how long it should be. */
export interface TextLimits {
  readonly promptMax: number;
  readonly promptAdvised?: number;
}

/** What is wrong with the prompt, and with the negative one where the endpoint takes it. */
export function checkPrompts(
  action: { readonly prompt?: string; readonly negative_prompt?: string },
  model: { readonly id: string },
  endpoint: TextLimits & { readonly negativePrompt: boolean },
  path: Path,
  why: string,
): readonly Diagnostic[] {
  const negative = endpoint.negativePrompt ? action.negative_prompt : undefined;
  return [
    ...checkLength("prompt", action.prompt, model.id, endpoint, path, why),
    ...checkLength("negative_prompt", negative, model.id, { promptMax: endpoint.promptMax }, path, why),
  ];
}

/** What is wrong with the length of one text field; `called` is what messages say for it. */
export function checkLength(
  field: string,
  text: string | undefined,
  taker: string,
  limits: TextLimits,
  path: Path,
  why: string,
  called = field,
): readonly Diagnostic[] {
  const advised = limits.promptAdvised ?? limits.promptMax;
  // Never more characters than UTF-16 units: most texts need no count.
  if (text === undefined || text.length <= advised) return [];
  const length = characters(text);
  const at = { path: [...path, field], why };
  if (length > limits.promptMax) {
    const message = `the ${called} has ${length} characters, ${taker} takes ${limits.promptMax}`;
    const help = `cut ${counted(length - limits.promptMax, "character")}`;
    return [problem("catalog/prompt-too-long", message, { ...at, help })];
  }
  if (length <= advised) return [];
  const message = `the ${called} has ${length} characters, ${advised} are advised for ${taker}`;
  const help = `it is taken up to ${limits.promptMax}; a shorter one is followed better`;
  return [caution("catalog/prompt-too-long", message, { ...at, help })];
}

/** How long a text is, in Unicode characters. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
