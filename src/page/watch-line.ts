/**
 * What the watcher is at, in a word to colour by and a line to read.
 */
import { counted, formatUsd, type Diagnostic, type Look, type Micros, type WatchStand } from "../index.js";
import { totalsText, usdRange } from "../show/money-text.js";
import type { Board } from "../show/run-board.js";
import type { WatchLine } from "./film.js";

/** What the line is made from. */
export interface WatchGiven {
  readonly stand: WatchStand | undefined;
  readonly look: Look | undefined;
  /** The run that is going on. */
  readonly board: Board | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The watcher's line; undefined while there is no watcher. */
export function watchLine(given: WatchGiven): WatchLine | undefined {
  const { stand } = given;
  if (stand === undefined) return undefined;
  const [state, first] = stateOf(stand, given);
  const { session, overtaken } = stand;
  const more = [
    ...(overtaken === 0
      ? []
      : [`${counted(overtaken, "task of an earlier edit", "tasks of earlier edits")} still under way`]),
    ...(session === undefined
      ? []
      : [`${formatUsd(session.used)} of ${formatUsd(session.ceiling)} for this session ordered`]),
  ];
  return { state, words: [first, ...more].join(" · ") };
}

function stateOf(stand: WatchStand, given: WatchGiven): readonly [state: WatchLine["state"], words: string] {
  if (stand.phase === "ended") return ["ended", "the watcher has ended"];
  if (stand.faulty) return ["faulty", faultyText(given)];
  switch (stand.phase) {
    case "starting":
      return ["looking", "reads the manifest"];
    case "planning":
      return ["planning", "makes a plan"];
    case "running":
      return ["running", runText(given.board)];
    case "stopping":
      return ["running", "brings what is on its way to a safe end"];
    case "waiting":
      return ["waiting", `waits for a yes to ${waitingPrice(given.look)}: press a in the terminal`];
    case "paused":
      return ["paused", "begins nothing new: press p in the terminal to go on"];
    case "idle":
      return ["looking", stand.failed.length === 0 ? "waits for changes" : failedText(stand)];
  }
}

function failedText({ failed }: WatchStand): string {
  return `${counted(failed.length, "step")} failed: press r in the terminal to try again`;
}

function faultyText({ diagnostics, look }: WatchGiven): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const what = errors === 0 ? "the files cannot be used as they are" : counted(errors, "error");
  return look === undefined ? what : `${what}; the film is shown as it was last right`;
}

function runText(board: Board | undefined): string {
  if (board === undefined) return "renders";
  const { ended, steps } = board;
  return `renders: ${ended} of ${counted(steps, "step")} done`;
}

/** What the steps that wait would cost, each task once. */
function waitingPrice(look: Look | undefined): string {
  if (look === undefined) return "the plan";
  const { plan, waiting } = look;
  const waits = new Set(waiting.map(({ step }) => step));
  const chosen = plan.steps.filter(
    (each) => waits.has(each.step.id) && each.create !== undefined && each.sameAs === undefined,
  );
  if (chosen.length === 0) return totalsText(plan.totals.create);
  let [low, high, unknown] = [0, 0, 0];
  for (const { estimate } of chosen) {
    if (estimate.kind === "unknown") unknown++;
    if (estimate.kind !== "priced") continue;
    low += estimate.usd.low;
    high += estimate.usd.high;
  }
  const known = usdRange({ low: low as Micros, high: high as Micros });
  if (unknown === 0) return known;
  const more = counted(unknown, "unknown price");
  return high === 0 ? more : `${known} and ${more}`;
}
