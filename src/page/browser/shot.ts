/** What is said of a shot as a whole, from what is known of its steps. Pure: knows no element and no clock. */
import type { ShotView, StepView } from "../film.js";

const URGENCY: readonly StepView["state"][] = ["failed", "working", "blocked", "stale", "free", "fresh"];

/** The step whose result stands for the shot. */
export function shownStep(shot: ShotView): StepView | undefined {
  return shot.steps.find(({ id }) => id === shot.shown) ?? shot.steps.at(-1);
}

/** The step to speak of: the first of those that need most attention. */
export function speakingStep(shot: ShotView): StepView | undefined {
  for (const state of URGENCY) {
    const found = shot.steps.find((step) => step.state === state);
    // Where all is well the result speaks.
    if (found !== undefined) return state === "fresh" ? shownStep(shot) : found;
  }
  return undefined;
}

/** The step whose prompt tells what the shot is: the one spoken of, else the first along the chain that has one. */
export function promptStep(shot: ShotView): StepView | undefined {
  const speaking = speakingStep(shot);
  return speaking?.prompt === undefined ? shot.steps.find(({ prompt }) => prompt !== undefined) : speaking;
}

/** The newest thing to look at: the shown step's, else that of the last step before it which has something. */
export function pictureStep(shot: ShotView): StepView | undefined {
  const shown = shownStep(shot);
  return shown?.media === undefined ? shot.steps.findLast(({ media }) => media !== undefined) : shown;
}

/** The steps in the order of the chain, takes of the same step together. */
export function links(shot: ShotView): readonly (readonly StepView[])[] {
  const byName = new Map<string, StepView[]>();
  for (const step of shot.steps) {
    const there = byName.get(step.name);
    if (there === undefined) byName.set(step.name, [step]);
    else there.push(step);
  }
  return [...byName.values()];
}

/** The prices of what has to be made, or what is said of those that are there: `3 × $0.35 + $0.30`, `kept`. */
export function priceWords(shot: ShotView): string {
  const wanted = shot.steps.filter(({ state }) => state !== "fresh" && state !== "free");
  const counts = new Map<string, number>();
  for (const { price } of wanted.length > 0 ? wanted : shot.steps) {
    // Nothing is nothing, however often.
    counts.set(price.words, price.micros > 0 ? (counts.get(price.words) ?? 0) + 1 : 1);
  }
  return [...counts].map(([words, count]) => (count === 1 ? words : `${count} × ${words}`)).join(" + ");
}

/** `kling-2.5-turbo std · standard · 5 s`. */
export function factWords({ model, mode, tier, seconds, action }: StepView): string {
  if (model === undefined) return action.replaceAll("_", " ");
  const facts = [mode === undefined ? model : `${model} ${mode}`, tier];
  return [...facts, ...(seconds === undefined ? [] : [`${seconds} s`])].join(" · ");
}

/** How a shot is called in a sentence: its id, and its title where it has one. */
export function callName({ id, title }: ShotView): string {
  return title === undefined ? id : `${id} ${title}`;
}
