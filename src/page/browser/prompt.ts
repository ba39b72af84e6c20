/** A prompt as it reads, with what is new underlined and what is gone struck out; heard as insertions and deletions. */
import type { StepView } from "../film.js";
import { element } from "./element.js";

/** The prompt of a step. */
export function promptText(words: NonNullable<StepView["prompt"]>): HTMLElement {
  return element(
    "p",
    { class: "prompt", dir: "auto" },
    ...words.map(({ text, is }) => element(is === "same" ? "span" : is === "new" ? "ins" : "del", {}, text)),
  );
}
