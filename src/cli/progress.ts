/**
 * Watches a run for people: plain lines where there is no terminal, and with one a live view of the film by shot.
 * Decides nothing, and nothing that goes wrong here may reach the run: an event that is not shown is in `--events`.
 */
import type { Micros, Plan, RunEvent, StepId } from "../index.js";
import type { LiveArea } from "./io.js";
import { isPicture, openBoard, type Board } from "../show/run-board.js";
import { runMoney } from "../show/run-forecast.js";
import { liveLines } from "./view-live.js";
import { eventText, type LineOptions } from "./view-progress.js";

/** Watches a run. */
export interface Progress {
  /** Told the plan before anything is done: what the live view shows. */
  plan(plan: Plan): void;
  emit(event: RunEvent): void;
  /** Writes lines of another source above the live ones. */
  say(text: string): void;
  /** A person has asked for the run to stop. */
  stopping(): void;
  /** The steps whose tasks the vendor has. */
  underWay(): readonly StepId[];
  /** What the run has ordered, as it was billed or at most; 0 in the sandbox. */
  ordered(): Micros;
  /** Seconds that the run took so far; undefined when it never began. */
  seconds(): number | undefined;
  /** Whether the live view has shown the run, so that its end is worth a list. */
  readonly isLive: boolean;
  /** The terminal's width as it is now; undefined where there was no live view. */
  columns(): number | undefined;
  /** Ends the live view; what was said stays. May be called again. */
  done(): void;
}

/** What a progress is made with. */
export interface ProgressOptions extends Omit<LineOptions, "live" | "isLocal"> {
  readonly write: (text: string) => void;
  now(): number;
  /** The bottom of the terminal, told what to do when it changes; absent: plain lines only. */
  readonly live?: (onChange: () => void) => LiveArea;
  readonly everySecond?: (tick: () => void) => () => void;
  readonly maxCost?: Micros;
  /** The program goes on when the run is over, and says elsewhere how it is stopped. */
  readonly stays?: boolean;
}

/** At least between two drawings, in milliseconds: events come in bursts, and eyes are slow. */
const DRAW_MS = 100;

/** Starts watching. */
export function watchRun(options: ProgressOptions): Progress {
  const { paint, maxCost, stays = false } = options;
  const isLive = options.live !== undefined && !options.quiet;
  const heard = new Map<StepId, RunEvent>();
  const submitted = new Set<StepId>();
  let started: number | undefined;
  let sandbox = false;
  let board: Board | undefined;
  let area: LiveArea | undefined;
  let stopping = false;
  let over = false;
  let drawn = 0;
  let stopTicking: (() => void) | undefined;
  const lines: LineOptions = {
    ...options,
    live: isLive,
    isLocal: (step) => {
      const planned = board?.standings.get(step)?.planned;
      return planned !== undefined && isPicture(planned);
    },
  };

  const draw = () => {
    if (area === undefined || board === undefined || over) return;
    drawn = options.now();
    const cap = maxCost === undefined ? {} : { maxCost };
    const startedMs = started ?? drawn;
    area.draw(liveLines(board, { ...area.size(), paint, nowMs: drawn, startedMs, stopping, stays, ...cap }));
  };
  const say = (text: string) => {
    if (!over) area?.clear();
    options.write(text);
    draw();
  };
  const open = () => {
    if (area !== undefined || over || !isLive) return;
    area = options.live?.(draw);
    stopTicking = options.everySecond?.(draw);
    draw();
  };

  return {
    isLive,
    columns: () => area?.size().columns,
    say,
    plan(plan) {
      board = openBoard(plan);
    },
    emit(given) {
      if (given.type === "run_started") {
        started = options.now();
        sandbox = given.realm === "sandbox";
      }
      const event = sandbox ? withoutExpectation(given) : given;
      // A resumed task was submitted by an earlier run.
      const isUnderWay = event.type === "step_submitted" || event.type === "step_processing";
      if (isUnderWay || (event.type === "step_started" && event.what === "resume")) submitted.add(event.step);
      if (event.type === "step_ended" || event.type === "step_retrying") submitted.delete(event.step);
      board?.take(event, options.now());
      if (event.type === "step_started") open();
      const before = "step" in event ? heard.get(event.step) : undefined;
      if ("step" in event) heard.set(event.step, event);
      const line = eventText(event, before, lines);
      if (line !== undefined) say(`${line}\n`);
      else if (options.now() - drawn >= DRAW_MS) draw();
    },
    stopping() {
      stopping = true;
      draw();
    },
    underWay: () => [...submitted],
    ordered: () => (board === undefined || sandbox ? (0 as Micros) : runMoney(board, undefined).ordered),
    seconds: () => (started === undefined ? undefined : (options.now() - started) / 1000),
    done() {
      if (over) return;
      area?.clear();
      over = true;
      stopTicking?.();
    },
  };
}

/** Time and bill of the sandbox are make-believe, and say nothing of the vendor's. */
function withoutExpectation(event: RunEvent): RunEvent {
  if (event.type === "step_ended" && event.outcome.status === "rendered") {
    const { drift: _drift, ...outcome } = event.outcome;
    return { ...event, outcome: { ...outcome, billed: { kind: "not_billed" } } };
  }
  if (event.type !== "step_processing") return event;
  const { expectedSeconds: _expected, ...rest } = event;
  return rest;
}
