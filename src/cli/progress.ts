/**
 * Watches a run for people: plain lines where there is no terminal, and with one a few live lines below them.
 * Decides nothing, and nothing that goes wrong here may reach the run: an event that is not shown is in `--events`.
 */
import type { RunEvent, StepId } from "../index.js";
import type { LiveArea } from "./io.js";
import { doingAfter, eventText, liveLines, type Doing, type LineOptions } from "./view-progress.js";

/** Watches a run. */
export interface Progress {
  emit(event: RunEvent): void;
  /** Writes lines of another source above the live ones. */
  say(text: string): void;
  /** The steps whose tasks the vendor has. */
  underWay(): readonly StepId[];
  /** Ends the live lines; what was said stays. May be called again. */
  done(): void;
}

/** What a progress is made with. */
export interface ProgressOptions extends Omit<LineOptions, "live"> {
  readonly write: (text: string) => void;
  now(): number;
  /** Where live lines are drawn; absent: plain lines only. */
  readonly live?: () => Promise<LiveArea>;
  readonly everySecond?: (tick: () => void) => () => void;
}

/** At least between two drawings that no line calls for, in milliseconds. */
const DRAW_MS = 120;

/** Starts watching. */
export function watchRun(options: ProgressOptions): Progress {
  const lines: LineOptions = { ...options, live: options.live !== undefined };
  const doing = new Map<StepId, Doing>();
  const submitted = new Set<StepId>();
  let started = options.now();
  let steps = 0;
  let sandbox = false;
  let ended = 0;
  let area: LiveArea | undefined;
  let opening = false;
  let over = false;
  let drawn = 0;
  let stopTicking: (() => void) | undefined;

  const draw = () => {
    if (area === undefined || over) return;
    drawn = options.now();
    area.draw(liveLines({ doing, steps, ended, seconds: (drawn - started) / 1000 }, drawn, lines));
  };
  const say = (text: string) => {
    if (!over) area?.clear();
    options.write(text);
    draw();
  };
  const open = () => {
    if (opening || options.live === undefined || options.quiet) return;
    opening = true;
    const show = (opened: LiveArea) => {
      if (over) return opened.done();
      area = opened;
      stopTicking = options.everySecond?.(draw);
      return draw();
    };
    // A terminal that cannot be drawn on leaves plain lines; the run goes on.
    options.live().then(show, () => undefined);
  };

  return {
    say,
    emit(given) {
      if (given.type === "run_started") {
        started = options.now();
        steps = given.steps;
        sandbox = given.realm === "sandbox";
      }
      const event = sandbox ? withoutExpectation(given) : given;
      if (event.type === "step_started") open();
      // A resumed task was submitted by an earlier run.
      const isUnderWay = event.type === "step_submitted" || event.type === "step_processing";
      if (isUnderWay || (event.type === "step_started" && event.what === "resume")) submitted.add(event.step);
      if (event.type === "step_ended") {
        submitted.delete(event.step);
        ended++;
      }
      const before = "step" in event ? doing.get(event.step) : undefined;
      if ("step" in event) {
        const next = doingAfter(event, options.now());
        if (next === undefined) doing.delete(event.step);
        else doing.set(event.step, next);
      }
      const line = eventText(event, before, lines);
      if (line !== undefined) say(`${line}\n`);
      else if (options.now() - drawn >= DRAW_MS) draw();
    },
    underWay: () => [...submitted],
    done() {
      if (over) return;
      over = true;
      stopTicking?.();
      area?.clear();
      area?.done();
    },
  };
}

/** Time and bill of the sandbox are make-believe, and say nothing of the vendor's. */
function withoutExpectation(event: RunEvent): RunEvent {
  if (event.type === "step_ended" && event.outcome.status === "rendered") {
    return { ...event, outcome: { ...event.outcome, billed: { kind: "not_billed" } } };
  }
  if (event.type !== "step_processing") return event;
  const { expectedSeconds: _expected, ...rest } = event;
  return rest;
}
