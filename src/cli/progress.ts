/**
 * A run as people see it: plain lines where there is no terminal, and with one a few live lines below them.
 * Plain lines are made by a pure function of the event and what was said before, so a log is the same every time.
 * Nothing here decides anything; an event that is not shown is not lost, it is in `--events`.
 */
import { counted, formatSeconds, safeText, type RunEvent, type StepId } from "../index.js";
import type { Paint } from "./colours.js";
import type { LiveArea } from "./io.js";
import { fit } from "./layout.js";
import { outcomeHelp, outcomeNote, outcomePaint, outcomeWord } from "./view-outcome.js";

/** Watches a run. */
export interface Progress {
  emit(event: RunEvent): void;
  /** The steps whose tasks the vendor has. */
  underWay(): readonly StepId[];
  /** Ends the live lines; what was said stays. */
  done(): void;
}

/** What a progress is made with. */
export interface ProgressOptions {
  readonly write: (line: string) => void;
  readonly paint: Paint;
  readonly columns: number;
  readonly verbose: boolean;
  readonly quiet: boolean;
  now(): number;
  /** Where live lines are drawn; absent: plain lines only. */
  readonly live?: () => Promise<LiveArea>;
  readonly everySecond?: (tick: () => void) => () => void;
}

/** What a step is doing, as far as events said. */
interface Doing {
  readonly phase: "starting" | "waiting" | "rendering" | "downloading";
  /** When the phase began, milliseconds since the epoch. */
  readonly since: number;
  readonly expectedSeconds?: number;
  readonly bytes?: number;
  readonly total?: number;
  /** Minutes of rendering and megabytes of downloading that were spoken of. */
  readonly said: number;
  readonly waits?: string;
}

/** A word about a long render once in so many seconds. */
const HEARTBEAT_SECONDS = 60;
/** A word about a long download once in so many bytes. */
const DOWNLOAD_BYTES = 32 * 1024 * 1024;
/** Live lines at most; more steps are counted. */
const LIVE_LINES = 8;
/** Between two drawings, in milliseconds. */
const DRAW_MS = 120;

/** Starts watching. */
export function watchRun(options: ProgressOptions): Progress {
  const doing = new Map<StepId, Doing>();
  const submitted = new Set<StepId>();
  const started = options.now();
  let steps = 0;
  let ended = 0;
  let area: LiveArea | undefined;
  let asked = false;
  let over = false;
  let drawn = 0;
  let stopTicking: (() => void) | undefined;

  const draw = () => {
    if (area === undefined || over) return;
    drawn = options.now();
    area.draw(liveLines({ doing, steps, ended, seconds: (drawn - started) / 1000 }, options));
  };
  const say = (line: string) => {
    area?.clear();
    options.write(`${line}\n`);
    draw();
  };
  const openArea = () => {
    if (asked || options.live === undefined || options.quiet) return;
    asked = true;
    void options.live().then((opened) => {
      if (over) return opened.done();
      area = opened;
      stopTicking = options.everySecond?.(draw);
      return draw();
    });
  };

  return {
    emit(event) {
      if (event.type === "run_started") steps = event.steps;
      if (event.type === "step_submitted") submitted.add(event.step);
      if (event.type === "step_ended") {
        submitted.delete(event.step);
        ended++;
      }
      if (event.type === "step_started") openArea();
      const before = "step" in event ? doing.get(event.step) : undefined;
      const line = eventText(event, before, options);
      remember(doing, event, options.now());
      if (line !== undefined) say(line);
      else if (options.now() - drawn >= DRAW_MS) draw();
    },
    underWay: () => [...submitted],
    done() {
      over = true;
      stopTicking?.();
      area?.clear();
      area?.done();
    },
  };
}

/** The plain line that an event is worth, if any. */
function eventText(event: RunEvent, before: Doing | undefined, options: ProgressOptions): string | undefined {
  const { paint, verbose } = options;
  const line = (step: StepId, word: string, note = "") => `${step}  ${word}${note === "" ? "" : `  ${safeText(note)}`}`;
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
      return told || (event.why === "slot" && !verbose) ? undefined : paint.faint(line(event.step, "waiting", waitText(event)));
    }
    case "step_submitted": {
      const note = [event.adopted ? "found at the vendor, not ordered again" : "", verbose ? `task ${event.task}` : ""];
      return line(event.step, event.adopted ? "adopted" : "submitted", note.filter((part) => part !== "").join(" · "));
    }
    case "step_processing": {
      const due = Math.floor(event.elapsedSeconds / HEARTBEAT_SECONDS);
      if (options.live !== undefined || due === 0 || due <= (before?.phase === "rendering" ? before.said : 0)) return undefined;
      return paint.faint(line(event.step, "rendering", `for ${formatSeconds(event.elapsedSeconds)}${aboutText(event.expectedSeconds)}`));
    }
    case "step_downloading": {
      const due = Math.floor(event.bytes / DOWNLOAD_BYTES);
      if (options.live !== undefined || due === 0 || due <= (before?.phase === "downloading" ? before.said : 0)) return undefined;
      return paint.faint(line(event.step, "downloading", bytesText(event.bytes, event.total)));
    }
    case "step_ended": {
      const { outcome } = event;
      if (outcome.status === "kept" && outcome.conflict === undefined && !verbose) return undefined;
      const help = outcomeHelp(outcome, event.step);
      const text = line(event.step, outcomeWord(outcome), outcomeNote(outcome, event.step));
      return outcomePaint(outcome, paint)(help !== undefined && verbose ? `${text}; ${safeText(help)}` : text);
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
    case "lost_answer":
      return `an answer was lost; asking whether the task exists${seconds}`;
  }
}

/** Keeps what the next event and the live lines need to know. */
function remember(doing: Map<StepId, Doing>, event: RunEvent, now: number): void {
  switch (event.type) {
    case "step_started":
      doing.set(event.step, { phase: "starting", since: now, said: 0 });
      return;
    case "step_waiting":
      doing.set(event.step, { phase: "waiting", since: now, said: 0, waits: event.why });
      return;
    case "step_submitted":
      doing.set(event.step, { phase: "rendering", since: now, said: 0 });
      return;
    case "step_processing": {
      const said = Math.floor(event.elapsedSeconds / HEARTBEAT_SECONDS);
      const expected = event.expectedSeconds === undefined ? {} : { expectedSeconds: event.expectedSeconds };
      doing.set(event.step, { phase: "rendering", since: now - event.elapsedSeconds * 1000, said, ...expected });
      return;
    }
    case "step_downloading": {
      const said = Math.floor(event.bytes / DOWNLOAD_BYTES);
      const total = event.total === undefined ? {} : { total: event.total };
      doing.set(event.step, { phase: "downloading", since: now, said, bytes: event.bytes, ...total });
      return;
    }
    case "step_ended":
      doing.delete(event.step);
      return;
    case "run_started":
    case "run_ended":
    case "notice":
      return;
  }
}

interface LiveState {
  readonly doing: ReadonlyMap<StepId, Doing>;
  readonly steps: number;
  readonly ended: number;
  readonly seconds: number;
}

/** What stands at the bottom of the terminal: a line for each step at work, and one for the whole. */
export function liveLines(state: LiveState, { paint, columns, now }: Pick<ProgressOptions, "paint" | "columns" | "now">): readonly string[] {
  const active = [...state.doing].filter(([, each]) => each.phase !== "waiting");
  const waiting = state.doing.size - active.length;
  const room = columns - 1;
  const lines = active.slice(0, LIVE_LINES).map(([step, each]) => paint.calm(fit(`  ${step}  ${doingText(each, now())}`, room)));
  if (active.length > LIVE_LINES) lines.push(paint.faint(`  and ${active.length - LIVE_LINES} more`));
  const parts = [
    `${state.ended} of ${counted(state.steps, "step")} done`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    formatSeconds(state.seconds),
    "Ctrl-C stops",
  ];
  return [...lines, paint.faint(fit(`  ${parts.join(" · ")}`, room))];
}

function doingText(each: Doing, now: number): string {
  const seconds = Math.max(0, (now - each.since) / 1000);
  switch (each.phase) {
    case "starting":
      return "starting";
    case "waiting":
      return "waiting";
    case "rendering":
      return `rendering  ${formatSeconds(seconds)}${aboutText(each.expectedSeconds)}`;
    case "downloading":
      return `downloading  ${bytesText(each.bytes ?? 0, each.total)}`;
  }
}

function aboutText(expectedSeconds: number | undefined): string {
  return expectedSeconds === undefined ? "" : ` of about ${formatSeconds(expectedSeconds)}`;
}

function bytesText(bytes: number, total: number | undefined): string {
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  return total === undefined ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(total)}`;
}
