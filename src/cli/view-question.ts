/**
 * The end of a call sheet: the question before money is spent, or what to type where `plan` has only looked.
 * A digest stands for exactly what was read above it, so the lines name it; twelve digits of it are enough to type.
 */
import { counted, formatUsd, paidSteps, type Plan, type WantsYes } from "../index.js";
import { columnsOf, labelled } from "./layout.js";

/** The question before money is spent. */
export function questionOf(plan: Plan): string {
  const { usd, unknown } = plan.totals.create;
  const prices =
    unknown === 0 ? "" : unknown === 1 ? " and one unknown price" : ` and ${unknown} unknown prices`;
  const steps = counted(paidSteps(plan).length, "step");
  const amount =
    usd.high === 0 && unknown > 0 ? prices.slice(" and ".length) : `up to ${formatUsd(usd.high)}${prices}`;
  const retries = paidSteps(plan).some(({ create }) => create.retries !== undefined);
  const what = `${steps} for ${amount}${retries ? ", attempts after failures included" : ""}`;
  return plan.realm === "sandbox"
    ? `Rehearsal, nothing is paid: render ${what}? [y/N] `
    : `Render ${what}? [y/N] `;
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
  // Beside its label, a command would be broken too often on a narrow terminal.
  const isWide = columns >= 60;
  const indent = isWide ? LABEL.length : 2;
  const lines = [
    ...commandLines(lineOf(), indent, columns),
    ...noteOf(plan, wants).flatMap((note) => labelled("", note, indent, columns)),
    ...(wants.length === 0
      ? []
      : commandLines(lineOf(["--approve", plan.digest.slice(0, 12)]), indent, columns)),
  ];
  const [first = "", ...more] = lines;
  const head = isWide ? [`${LABEL}${first.slice(indent)}`] : [LABEL.trim(), first];
  return `${[...head, ...more].join("\n")}\n`;
}

const LABEL = "next        ";

function noteOf(plan: Plan, wants: readonly WantsYes[]): readonly string[] {
  if (wants.length > 0) return ["asks first; without a terminal, this says yes to exactly this plan:"];
  return plan.realm === "kling" && paidSteps(plan).length > 0
    ? ["spends without asking: nothing here needs a yes"]
    : [];
}

/** Parts of a command, broken as a shell allows where they are too long for one line. */
function commandLines(parts: readonly string[], indent: number, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    const more = `${line} ${part}`;
    if (line === "") line = `${" ".repeat(indent)}${part}`;
    // Room for the backslash that the line may have to end with.
    else if (columnsOf(more) <= columns - 2) line = more;
    else {
      lines.push(`${line} \\`);
      line = `${" ".repeat(indent + 2)}${part}`;
    }
  }
  return [...lines, line];
}
