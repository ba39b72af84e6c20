/**
 * A run's events as lines: what is worth a plain line, and what stands at the bottom of a terminal meanwhile.
 * Pure: the same events give the same lines, so a log can be compared. Heartbeats are rate-limited by what the event
 * measures (seconds, bytes), not by a clock. Names and messages are safe text before they get here or in here.
 */
import { counted, formatSeconds, safeText, type RunEvent, type StepId } from "../index.js";
import type { Paint } from "./colours.js";
import { fit } from "./layout.js";
import { outcomeHelp, outcomeNote, outcomePaint, outcomeWord } from "./view-outcome.js";

/** What a step is doing, as far as events said. */
export interface Doing {
  readonly phase: "starting" | "waiting" | "rendering" | "downloading";
  /** When the phase began, milliseconds since the epoch. */
  readonly since: number;
  readonly expectedSeconds?: number;
  readonly bytes?: number;
  readonly total?: number;
  /** Heartbeats of rendering or downloading that were due so far. */
  readonly said: number;
  readonly waits?: string;
}

/** A word about a long render once in so many seconds. */
const HEARTBEAT_SECONDS = 60;
/** A word about a long download once in so many bytes. */
const DOWNLOAD_BYTES = 32 * 1024 * 1024;
/** Live lines at most; more steps are counted. */
const LIVE_LINES = 8;
/** Columns of the longest word that begins a line. */
const WORD_COLUMNS = 11;

/** How lines are made. */
export interface LineOptions {
  readonly paint: Paint;
  readonly columns: number;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Live lines tell how long things take, so plain ones need not. */
  readonly live: boolean;
}

/** The plain line that an event is worth, if any. `before` is what its step was doing. */
export function eventText(
  event: RunEvent,
  before: Doing | undefined,
  options: LineOptions,
): string | undefined {
  const { paint, verbose } = options;
  const line = (step: StepId, word: string, note = "") => {
    const rest = `${step}${note === "" ? "" : `  ${note}`}`;
    return `${word.padEnd(WORD_COLUMNS)}  ${safeText(rest)}`;
  };
  if (event.type === "notice") return paint.costly(safeText(event.message));
  if (options.quiet) return undefined;
  switch (event.type) {
    case "run_started":
    case "run_ended":
      return undefined;
    case "step_started":
      return verbose ? paint.faint(line(event.step, event.what)) : undefined;
    case "step_waiting": {
      const told = before?.waits === event.why;
      return told || (event.why === "slot" && !verbose)
        ? undefined
        : paint.faint(line(event.step, "waiting", waitText(event)));
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
      if (options.live || due === 0 || due <= (before?.phase === "rendering" ? before.said : 0))
        return undefined;
      return paint.faint(
        line(
          event.step,
          "rendering",
          `for ${formatSeconds(event.elapsedSeconds)}${aboutText(event.expectedSeconds)}`,
        ),
      );
    }
    case "step_downloading": {
      const due = Math.floor(event.bytes / DOWNLOAD_BYTES);
      if (options.live || due === 0 || due <= (before?.phase === "downloading" ? before.said : 0))
        return undefined;
      return paint.faint(line(event.step, "downloading", bytesText(event.bytes, event.total)));
    }
    case "step_ended": {
      const { outcome } = event;
      const unremarkable =
        outcome.status === "interrupted" || (outcome.status === "kept" && outcome.conflict === undefined);
      if (unremarkable && !verbose) return undefined;
      const help = outcomeHelp(outcome, event.step);
      const text = line(event.step, outcomeWord(outcome), outcomeNote(outcome, event.step));
      return outcomePaint(
        outcome,
        paint,
      )(help !== undefined && verbose ? `${text}; ${safeText(help)}` : text);
    }
  }
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

/** What a step is doing after an event; undefined when it has ended or the event is of no step. */
export function doingAfter(event: RunEvent, now: number): Doing | undefined {
  switch (event.type) {
    case "step_started":
      return { phase: "starting", since: now, said: 0 };
    case "step_waiting":
      return { phase: "waiting", since: now, said: 0, waits: event.why };
    case "step_submitted":
      return { phase: "rendering", since: now, said: 0 };
    case "step_processing": {
      const said = Math.floor(event.elapsedSeconds / HEARTBEAT_SECONDS);
      const expected = event.expectedSeconds === undefined ? {} : { expectedSeconds: event.expectedSeconds };
      return { phase: "rendering", since: now - event.elapsedSeconds * 1000, said, ...expected };
    }
    case "step_downloading": {
      const said = Math.floor(event.bytes / DOWNLOAD_BYTES);
      const total = event.total === undefined ? {} : { total: event.total };
      return { phase: "downloading", since: now, said, bytes: event.bytes, ...total };
    }
    case "step_ended":
    case "run_started":
    case "run_ended":
    case "notice":
      return undefined;
  }
}

/** What the live lines show. */
export interface LiveState {
  readonly doing: ReadonlyMap<StepId, Doing>;
  readonly steps: number;
  readonly ended: number;
  readonly seconds: number;
}

/** What stands at the bottom of the terminal: a line for each step at work, and one for the whole. */
export function liveLines(
  state: LiveState,
  now: number,
  { paint, columns }: Pick<LineOptions, "paint" | "columns">,
): readonly string[] {
  const active = [...state.doing].filter(([, each]) => each.phase !== "waiting");
  const waiting = state.doing.size - active.length;
  const room = columns - 1;
  const lines = active.slice(0, LIVE_LINES).map(([step, each]) => {
    const { word, note } = doingText(each, now);
    return paint.calm(fit(`${word.padEnd(WORD_COLUMNS)}  ${step}  ${note}`, room));
  });
  if (active.length > LIVE_LINES) lines.push(paint.faint(`and ${active.length - LIVE_LINES} more`));
  const parts = [
    `${state.ended} of ${counted(state.steps, "step")} done`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    formatSeconds(state.seconds),
    "Ctrl-C stops",
  ];
  return [...lines, paint.faint(fit(parts.join(" · "), room))];
}

function doingText(each: Doing, now: number): { readonly word: string; readonly note: string } {
  const seconds = Math.max(0, (now - each.since) / 1000);
  switch (each.phase) {
    case "starting":
    case "waiting":
      return { word: each.phase, note: "" };
    case "rendering":
      return { word: each.phase, note: `${formatSeconds(seconds)}${aboutText(each.expectedSeconds)}` };
    case "downloading":
      return { word: each.phase, note: bytesText(each.bytes ?? 0, each.total) };
  }
}

function aboutText(expectedSeconds: number | undefined): string {
  return expectedSeconds === undefined ? "" : ` of about ${formatSeconds(expectedSeconds)}`;
}

function bytesText(bytes: number, total: number | undefined): string {
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  return total === undefined ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(total)}`;
}
