/**
 * A step's task as the page shows it: from the board of a run, from what the journal knows of another process's work, or
 * from how it ended badly. Words are those of the terminal.
 */
import type { Attempt, Outcome, StepId } from "../index.js";
import { outcomeHelp, outcomeNote, outcomeWord } from "../show/outcome-text.js";
import { PREPARES, WAITS } from "../show/phase-text.js";
import { isAtWork, type Standing } from "../show/run-board.js";
import type { TaskView } from "./film.js";
import { shown } from "./shown.js";

/** The task of a step that a run is at, or has failed with; undefined where there is nothing to say. */
export function taskOfStanding(standing: Standing, root: string): TaskView | undefined {
  const { phase } = standing;
  if (phase.kind === "ended") return taskOfOutcome(phase.outcome, standing.planned.step.id, root);
  if (!isAtWork(standing)) return undefined;
  const [kind, words] = atWork(phase);
  const { taskMs, beganMs, expectedSeconds } = standing;
  const isTask = kind === "submitted" || kind === "processing" || kind === "downloading";
  const since = isTask ? (taskMs ?? beganMs) : beganMs;
  const part =
    phase.kind === "downloading" && phase.total !== undefined && phase.total > 0
      ? { part: Math.min(1, Math.round((phase.bytes / phase.total) * 100) / 100) }
      : {};
  return {
    phase: kind,
    words,
    ...(since === undefined ? {} : { since }),
    ...(expectedSeconds === undefined || !isTask ? {} : { expectedSeconds }),
    ...part,
  };
}

function atWork(phase: Standing["phase"]): readonly [phase: TaskView["phase"], words: string] {
  switch (phase.kind) {
    case "starting":
      return ["preparing", "starting"];
    case "preparing":
      return ["preparing", PREPARES[phase.call][0] ?? "preparing"];
    case "waiting":
      return ["waiting", WAITS[phase.why][0] ?? "waiting"];
    case "retrying":
      return ["preparing", `failed; attempt ${phase.attempt} follows`];
    case "submitted":
    case "processing":
    case "downloading":
      return [phase.kind, phase.kind];
    case "idle":
    case "ended":
      return ["waiting", ""];
  }
}

/** How a step ended, where that was not well. */
function taskOfOutcome(outcome: Outcome, step: StepId, root: string): TaskView | undefined {
  switch (outcome.status) {
    case "kept":
    case "restored":
    case "rendered":
      return undefined;
    case "interrupted":
      return outcome.underWay ? { phase: "submitted", words: outcomeNote(outcome, step) } : undefined;
    case "blocked":
      return undefined;
    case "failed":
    case "unknown": {
      const help = outcomeHelp(outcome, step);
      const note = `${outcomeWord(outcome)}: ${outcomeNote(outcome, step)}`;
      const words = shown(help === undefined ? note : `${note}; ${help}`, root);
      return { phase: outcome.status, words };
    }
  }
}

/** A task that is under way as the journal has it: of an earlier run, or of another terminal's. */
export function taskOfAttempt(attempt: Attempt, expectedSeconds: number | undefined): TaskView {
  const since = Date.parse(attempt.started);
  const begun = Number.isFinite(since) ? { since } : {};
  switch (attempt.state) {
    case "intent":
      return { phase: "preparing", words: "sent or about to be sent", ...begun };
    case "succeeded":
    case "stored":
    case "recorded":
      return { phase: "downloading", words: "done at the vendor, and to be fetched", ...begun };
    case "unknown":
    case "abandoned":
    case "failed":
    case "refused":
    case "submitted":
      return {
        phase: "submitted",
        words: "under way",
        ...begun,
        ...(expectedSeconds === undefined ? {} : { expectedSeconds }),
      };
  }
}
