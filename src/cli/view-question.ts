/**
 * The end of a call sheet: the question before money is spent, or what to type where `plan` has only looked.
 * A digest stands for exactly what was read above it, so the lines name it; twelve digits of it are enough to type.
 */
import { counted, formatUsd, paidSteps, type Plan, type WantsYes } from "../index.js";
import { labelled } from "./layout.js";

/** The question before money is spent. */
export function questionOf(plan: Plan): string {
  const { usd, unknown } = plan.totals.create;
  const prices =
    unknown === 0 ? "" : unknown === 1 ? " and one unknown price" : ` and ${unknown} unknown prices`;
  const steps = counted(paidSteps(plan).length, "step");
  const amount =
    usd.high === 0 && unknown > 0 ? prices.slice(" and ".length) : `up to ${formatUsd(usd.high)}${prices}`;
  return plan.realm === "sandbox"
    ? `Rehearsal, nothing is paid: render ${steps} for ${amount}? [y/N] `
    : `Render ${steps} for ${amount}? [y/N] `;
}

/** What to type after a plan was read, with a line break at its end; empty where there is nothing to do. */
export function nextLines(
  plan: Plan,
  wants: readonly WantsYes[],
  /** A `render` command line with the same choices and these words more. */
  lineOf: (...more: readonly (readonly string[])[]) => readonly string[],
  columns: number,
): string {
  const { render, resume, restore } = plan.totals.count;
  if (render + resume + restore === 0) return "";
  const lines: string[] = [];
  const put = (label: string, text: string) => void lines.push(...labelled(label, text, LABEL, columns));
  const type = (label: string, words: readonly string[]) =>
    void lines.push(...commandLines(words, label, columns));
  type("next", lineOf());
  if (wants.length > 0) {
    put("", "asks first; where nobody can answer, this is a yes to exactly this plan:");
    type("", lineOf(["--approve", plan.digest.slice(0, 12)]));
  } else if (plan.realm === "kling" && paidSteps(plan).length > 0) {
    put("", "spends without asking: nothing here needs a yes");
  }
  return `${lines.join("\n")}\n`;
}

const LABEL = 12;

/** Parts of a command behind a label, broken as a shell allows where they are too long for one line. */
function commandLines(parts: readonly string[], label: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = label.padEnd(LABEL);
  let isEmpty = true;
  for (const part of parts) {
    // Room for the backslash that the line may have to end with.
    if (!isEmpty && line.length + 1 + part.length > columns - 2) {
      lines.push(`${line} \\`);
      line = " ".repeat(LABEL + 2);
      isEmpty = true;
    }
    line += isEmpty ? part : ` ${part}`;
    isEmpty = false;
  }
  return [...lines, line];
}
