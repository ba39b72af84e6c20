/**
 * How steps ended, one line each with what to do where something is to be done, and the summary of a run.
 * Foreign messages are made safe here once more, whoever made them.
 */
import {
  counted,
  formatUnits,
  formatUsd,
  obstacleText,
  safeText,
  type Micros,
  type Outcome,
  type RenderReport,
  type Uncovered,
} from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";
import { diagnosticBlock } from "./view-diagnostics.js";

/** An outcome's word, as short as a decision's. */
export function outcomeWord(outcome: Outcome): string {
  return outcome.status;
}

/** What is worth knowing about how a step ended; empty when the word says it all. */
export function outcomeNote(outcome: Outcome, step: string): string {
  switch (outcome.status) {
    case "kept":
      return outcome.conflict?.message ?? "";
    case "restored":
      return outcome.output ?? "";
    case "rendered":
      return [
        outcome.output ?? "",
        billedText(outcome),
        ...outcome.flags,
        ...(outcome.conflict === undefined ? [] : [outcome.conflict.message]),
      ]
        .filter((part) => part !== "")
        .join(" · ");
    case "failed": {
      const { message, why } = outcome.diagnostic;
      return why ?? message;
    }
    case "blocked":
      return obstacleText(outcome.because, step as Parameters<typeof obstacleText>[1]).why;
    case "interrupted":
      return outcome.underWay ? "still under way; the next render collects it" : "not started";
    case "unknown":
      return outcome.why;
  }
}

function billedText(outcome: Outcome & { status: "rendered" }): string {
  switch (outcome.billed.kind) {
    case "billed":
      if (outcome.billed.usd !== undefined) return `billed ${formatUsd(outcome.billed.usd)}`;
      return outcome.billed.units === undefined ? "" : `billed ${formatUnits(outcome.billed.units)} units`;
    case "not_billed":
      return "";
    case "unknown":
      return "the vendor did not say what it billed";
  }
}

/** What a person can do about how a step ended, if anything. */
export function outcomeHelp(outcome: Outcome, step: string): string | undefined {
  switch (outcome.status) {
    case "kept":
      return outcome.conflict?.help;
    case "restored":
    case "interrupted":
      return undefined;
    case "rendered":
      return outcome.conflict?.help;
    case "failed":
      return outcome.diagnostic.help ?? retryText(outcome.retry);
    case "blocked":
      return outcome.because.because === "upstream"
        ? undefined
        : obstacleText(outcome.because, step as Parameters<typeof obstacleText>[1]).help;
    case "unknown":
      return `the vendor may have taken it: run render again to ask; reference ${outcome.reference}`;
  }
}

function retryText(retry: (Outcome & { status: "failed" })["retry"]): string {
  switch (retry) {
    case "safe":
      return "run render again; trying again costs nothing";
    case "paid":
      return "run render again to try again at full price";
    case "never":
      return "trying the same again cannot help";
  }
}

type Ran = Extract<RenderReport, { status: "ran" }>;

/** The end of a run: what did not go well with what to do, then one line of counts and money. */
export function runSummary(report: Ran, sandbox: boolean, paint: Paint, columns: number): string {
  const lines: string[] = [];
  let parted = false;
  for (const { step, outcome } of report.outcomes) {
    const painter = outcomePaint(outcome, paint);
    const help = outcomeHelp(outcome, step);
    if (
      help === undefined &&
      outcome.status !== "failed" &&
      (isFine(outcome) || outcome.status === "blocked")
    )
      continue;
    const told =
      outcome.status === "failed" ? outcome.diagnostic : "conflict" in outcome ? outcome.conflict : undefined;
    if (told !== undefined) {
      lines.push("", diagnosticBlock(told, paint, columns));
      parted = true;
      continue;
    }
    const note = outcomeNote(outcome, step);
    const headline = note.includes(step) ? note : `${step} ${outcomeWord(outcome)}: ${note}`;
    lines.push(...wrap(headline, columns).map(painter));
    if (help !== undefined) lines.push(...wrap(help, columns - 4).map((line) => `    ${line}`));
  }
  if (parted) lines.push("");
  const counts = (
    ["rendered", "restored", "kept", "failed", "blocked", "unknown", "interrupted"] as const
  ).flatMap((status) => {
    const count = report.outcomes.filter(({ outcome }) => outcome.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const all = counts.length === 0 ? "no steps" : counts.join(", ");
  lines.push(...wrap(`${all}; ${spentText(report.spent, sandbox)}`, columns).map(paint.strong));
  if (report.interrupted) {
    const left = report.outcomes.filter(
      ({ outcome }) => outcome.status === "interrupted" && outcome.underWay,
    ).length;
    const what =
      left === 0
        ? "no step is under way at the vendor"
        : `${counted(left, "task is", "tasks are")} under way at the vendor`;
    lines.push(...wrap(`stopped: ${what}; run render again to go on`, columns).map(paint.costly));
  }
  return `${lines.join("\n")}\n`;
}

function spentText(spent: Micros, sandbox: boolean): string {
  if (sandbox) return "nothing spent (sandbox)";
  return spent === 0 ? "nothing spent" : `${formatUsd(spent)} spent`;
}

function isFine(outcome: Outcome): boolean {
  return (
    outcome.status === "kept" ||
    outcome.status === "interrupted" ||
    outcome.status === "restored" ||
    (outcome.status === "rendered" && outcome.flags.length === 0)
  );
}

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
