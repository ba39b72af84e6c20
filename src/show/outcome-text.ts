/**
 * How a step ended in words: its status, what is worth knowing, what to do.
 * Messages are passed on as they came; whoever shows them makes them safe.
 */
import { formatUnits, formatUsd, obstacleText, type Drift, type Outcome, type StepId } from "../index.js";
import { driftAmount } from "../show/money-text.js";

/** An outcome's word, as short as a decision's. */
export function outcomeWord(outcome: Outcome): string {
  return outcome.status;
}

/** Why a step failed in two or three words, where there is no room for more; undefined where it did not. */
export function outcomeShort(outcome: Outcome): string | undefined {
  if (outcome.status !== "failed") return undefined;
  const { code } = outcome.diagnostic;
  return SHORT[code] ?? code.slice(code.indexOf("/") + 1).replaceAll("-", " ");
}

/** Where the code by itself says too little. */
const SHORT: Readonly<Record<string, string>> = {
  "run/lip-sync": "cannot speak",
  "run/frame": "no picture",
  "run/download": "not fetched",
  "run/unreachable": "nobody answers",
  "run/disk": "the disk refused",
  "run/account": "account refused",
  "run/credentials": "credentials refused",
};

/** What is worth knowing about how a step ended; empty when the word says it all. */
export function outcomeNote(outcome: Outcome, step: StepId): string {
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
      return obstacleText(outcome.because, step).why;
    case "interrupted":
      return outcome.underWay ? "still under way; the next render collects it" : "not started";
    case "unknown":
      return outcome.why;
  }
}

/** Silent about what is as expected; a bill inside of a range says what length it is for, where that is known. */
function billedText({ billed, drift }: Outcome & { status: "rendered" }): string {
  const length = drift === undefined || drift.kind === "unknown" ? undefined : drift.seconds;
  const why = length === undefined ? "" : ` for ${length} s`;
  switch (billed.kind) {
    case "billed": {
      const odd = drift === undefined ? "" : oddText(drift);
      if (billed.usd !== undefined) return `billed ${formatUsd(billed.usd)}${why}${odd}`;
      return billed.units === undefined ? "" : `billed ${formatUnits(billed.units)} units${why}${odd}`;
    }
    case "not_billed":
      return drift?.kind === "below" ? "billed nothing" : "";
    case "unknown":
      return "the vendor did not say what it billed";
  }
}

function oddText(drift: Drift): string {
  if (drift.kind === "within" || drift.kind === "unknown") return "";
  return `, ${driftAmount(drift)} ${drift.kind === "above" ? "more" : "less"} than expected`;
}

/** What a person can do about how a step ended, if anything. */
export function outcomeHelp(outcome: Outcome, step: StepId): string | undefined {
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
      return outcome.because.because === "upstream" ? undefined : obstacleText(outcome.because, step).help;
    case "unknown":
      return `the vendor may have taken it: klingmake reconcile asks for it at no cost; reference ${outcome.reference}`;
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
