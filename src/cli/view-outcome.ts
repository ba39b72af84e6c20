/**
 * The paint that fits how a step ended, and why an approval does not cover a plan.
 */
import { safeText, type Outcome, type Uncovered } from "../index.js";
import type { Paint } from "./colours.js";

/** The paint that fits an outcome. */
export function outcomePaint(outcome: Outcome, paint: Paint): (text: string) => string {
  switch (outcome.status) {
    case "kept":
      return outcome.conflict === undefined ? paint.faint : paint.costly;
    case "restored":
    case "rendered":
      return outcome.status === "rendered" && outcome.flags.length > 0 ? paint.costly : paint.good;
    case "failed":
    case "blocked":
    case "unknown":
      return paint.bad;
    case "interrupted":
      return paint.costly;
  }
}

/** Why an approval does not cover a plan, one line a step. */
export function uncoveredLines(uncovered: readonly Uncovered[]): readonly string[] {
  return uncovered.map(({ step, why }) => `${safeText(step)}: ${UNCOVERED[why]}`);
}

const UNCOVERED: Readonly<Record<Uncovered["why"], string>> = {
  not_in_it: "was not part of what was approved",
  dearer: "may now cost more than was approved",
  realm: "was approved for another realm",
  unknown_digest: "no offer with that digest is kept here, and this plan has another digest",
};
