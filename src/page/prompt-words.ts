/**
 * The words of an intent that are read as prose: what is said, shown or heard. An intent is what is recorded with every
 * rendering, so the words of an old one can be held against those of now.
 */
import type { KeyInputs } from "../index.js";

/** Fields of an intent that are prose, in the order in which they are read. */
const FIELDS = ["prompt", "text", "description", "sound_effect_prompt", "bgm_prompt"] as const;

/** Whether a field's change is shown word by word. */
export function isWords(field: string): boolean {
  return field === "cuts" || FIELDS.some((each) => each === field);
}

/** The prose of an intent; empty where it has none. */
export function wordsOfIntent(intent: KeyInputs["action"]): string {
  const parts = FIELDS.flatMap((field) => {
    const value = intent[field];
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  return [...cutsOf(intent["cuts"]), ...parts].join("; ");
}

/** `3 s the pier; 2 s the boat`. What is recorded is not trusted to have its shape. */
function cutsOf(cuts: unknown): readonly string[] {
  if (!Array.isArray(cuts)) return [];
  return cuts.flatMap((cut: unknown) => {
    if (typeof cut !== "object" || cut === null) return [];
    const { seconds, prompt } = cut as { readonly seconds?: unknown; readonly prompt?: unknown };
    return typeof prompt === "string"
      ? [typeof seconds === "number" ? `${seconds} s ${prompt}` : prompt]
      : [];
  });
}
