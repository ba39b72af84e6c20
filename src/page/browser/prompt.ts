/** A prompt as it reads, with what is new underlined and what is gone struck out; heard as insertions and deletions. */
import type { StepView } from "../film.js";
import { element } from "./element.js";

/** The prompt of a step. */
export function promptText(words: NonNullable<StepView["prompt"]>): HTMLElement {
  const text = element("p", { class: "prompt", dir: "auto" });
  let before = "";
  for (const { text: run, is } of words) {
    if (before !== "" && !/\s$/.test(before) && !/^\s/.test(run)) text.append(" ");
    text.append(is === "same" ? element("span", {}, run) : element(is === "new" ? "ins" : "del", {}, run));
    before = run;
  }
  return text;
}
