/**
 * The words with which an omni model is told to go on from a clip. They stand around the author's own, so they count in
 * the length of the prompt; that is why they stand here, where both the rules and the builders of requests reach them.
 */
import type { Generation } from "../catalog/model.js";

/** The name under which the clip that is continued is handed over. */
export const CONTINUED_CLIP = "video_1";

/** How a prompt refers to that clip, by the API generation. */
const HANDLES: Readonly<Record<Generation, string>> = {
  new: `@${CONTINUED_CLIP}`,
  legacy: `<<<${CONTINUED_CLIP}>>>`,
};

// Either spelling, but not the beginning of another name such as `@video_10`.
const NAMED = /@video_1(?!\w)|<<<video_1>>>/g;

/**
 * The prompt of a continuation. An author who names the clip is taken at their word, in the spelling of the model's
 * generation; all others get a sentence that says what the clip is for.
 */
export function continuationPrompt(prompt: string | undefined, dialect: Generation): string {
  const handle = HANDLES[dialect];
  const words = prompt ?? "";
  if (words.search(NAMED) >= 0) return words.replace(NAMED, handle);
  const opening = `Based on ${handle}, generate the next shot`;
  return words === "" ? `${opening}.` : `${opening}: ${words}`;
}
