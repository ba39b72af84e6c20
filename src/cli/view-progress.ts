/**
 * A run's events as plain lines, where there is no terminal or where more is wanted than the live view shows.
 * Pure: the same events give the same lines, so a log can be compared. Heartbeats are rate-limited by what the event
 * measures (seconds, bytes), not by a clock. Names and messages are made safe here, whoever made them.
 */
import { billWords, formatSeconds, safeText, type RunEvent, type StepId } from "../index.js";
import type { Paint } from "./colours.js";
import { outcomeHelp, outcomeNote, outcomeWord } from "../show/outcome-text.js";
import { outcomePaint } from "./view-outcome.js";

/** A word about a long render once in so many seconds. */
const HEARTBEAT_SECONDS = 60;
/** A word about a long download once in so many bytes. */
const DOWNLOAD_BYTES = 32 * 1024 * 1024;
/** Columns of the longest word that begins a line. */
const WORD_COLUMNS = 11;

/** How lines are made. */
export interface LineOptions {
  readonly paint: Paint;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Live lines tell what goes on, so plain ones are for those who want everything. */
  readonly live: boolean;
  /** Whether a step is made on this machine, which nobody is asked for and nobody bills. */
  readonly isLocal?: (step: StepId) => boolean;
}

/** The plain line that an event is worth, if any. `before` is what was heard of its step last. */
export function eventText(
  event: RunEvent,
  before: RunEvent | undefined,
  options: LineOptions,
): string | undefined {
  const { paint, verbose } = options;
  const line = (step: StepId, word: string, note = "") => {
    const rest = `${step}${note === "" ? "" : `  ${note}`}`;
    return `${word.padEnd(WORD_COLUMNS)}  ${safeText(rest)}`;
  };
  if (event.type === "notice") return paint.costly(safeText(event.message));
  if (options.quiet || (options.live && !verbose)) return undefined;
  switch (event.type) {
    case "run_started":
    case "run_ended":
      return undefined;
    case "step_started":
      return verbose ? paint.faint(line(event.step, event.what)) : undefined;
    case "step_waiting": {
      const told = before?.type === "step_waiting" && before.why === event.why;
      return told || (event.why === "slot" && !verbose)
        ? undefined
        : paint.faint(line(event.step, "waiting", waitText(event)));
    }
    case "step_preparing":
      return paint.faint(line(event.step, "preparing", preparingText(event.call)));
    case "step_retrying": {
      const why = event.why === "" ? "the vendor gave no reason" : event.why;
      const note = `attempt ${event.failed} failed (${why}; ${billWords(event.billed)}); attempt ${event.attempt} follows`;
      return paint.costly(line(event.step, "retrying", note));
    }
    case "step_submitted": {
      const note = [
        event.adopted ? "found at the vendor, not ordered again" : "",
        verbose ? `task ${event.task}` : "",
      ];
      return line(
        event.step,
        event.adopted ? "adopted" : "submitted",
        note.filter((part) => part !== "").join(" · "),
      );
    }
    case "step_processing": {
      const due = Math.floor(event.elapsedSeconds / HEARTBEAT_SECONDS);
      const said =
        before?.type === "step_processing" ? Math.floor(before.elapsedSeconds / HEARTBEAT_SECONDS) : 0;
      if (options.live || due <= said) return undefined;
      const { expectedSeconds } = event;
      const about = expectedSeconds === undefined ? "" : ` of about ${formatSeconds(expectedSeconds)}`;
      return paint.faint(line(event.step, "rendering", `for ${formatSeconds(event.elapsedSeconds)}${about}`));
    }
    case "step_downloading": {
      const due = Math.floor(event.bytes / DOWNLOAD_BYTES);
      const said = before?.type === "step_downloading" ? Math.floor(before.bytes / DOWNLOAD_BYTES) : 0;
      if (options.live || due <= said) return undefined;
      return paint.faint(line(event.step, "downloading", bytesText(event.bytes, event.total)));
    }
    case "step_ended": {
      const { outcome } = event;
      const unremarkable =
        outcome.status === "interrupted" || (outcome.status === "kept" && outcome.conflict === undefined);
      if (unremarkable && !verbose) return undefined;
      const help = outcomeHelp(outcome, event.step);
      const isMade = outcome.status === "rendered" && options.isLocal?.(event.step) === true;
      const placed = isMade && outcome.status === "rendered" ? outcome.output : undefined;
      const own = placed === undefined ? "made here, free" : `${placed}  made here, free`;
      const note = isMade ? own : outcomeNote(outcome, event.step);
      const text = line(event.step, outcomeWord(outcome), note);
      return outcomePaint(
        outcome,
        paint,
      )(help !== undefined && verbose ? `${text}; ${safeText(help)}` : text);
    }
  }
}

function preparingText(call: "identify_face" | "speech"): string {
  return call === "speech" ? "speaking the text" : "looking for faces";
}

function waitText(event: RunEvent & { type: "step_waiting" }): string {
  const seconds = event.seconds === undefined ? "" : `, again in ${formatSeconds(event.seconds)}`;
  switch (event.why) {
    case "slot":
      return `for a free slot${seconds}`;
    case "busy":
      return `the vendor is busy${seconds}`;
    case "no_answer":
      return "nobody answers; asking again until somebody does";
    case "lost_answer":
      return `an answer was lost; asking whether the task exists${seconds}`;
  }
}

function bytesText(bytes: number, total: number | undefined): string {
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  return total === undefined ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(total)}`;
}
