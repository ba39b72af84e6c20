/**
 * What the watcher is at, in a word to colour by and a line to read.
 */
import { counted, formatUsd, type Diagnostic, type Look, type WatchStand } from "../index.js";
import { mostText } from "../show/money-text.js";
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
  if (stand.phase === "ended") return ["ended", "klingmake has ended"];
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
      return ["waiting", waitingText(given.look)];
    case "paused":
      return ["paused", "begins nothing new: press p in the terminal to go on"];
    case "idle":
      return ["looking", stand.failed.length === 0 ? "waits for changes" : failedText(stand)];
  }
}

function waitingText(look: Look | undefined): string {
  const wanted = look === undefined ? undefined : wantedYes(look);
  return wanted === undefined
    ? "waits: more than this session may order"
    : `waits for a yes: ${wanted}; press a in the terminal`;
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

/** What a yes would be to; undefined where a yes would change nothing. */
function wantedYes({ plan, waiting }: Look): string | undefined {
  const steps = new Set(waiting.flatMap(({ step, why }) => (why === "ceiling" ? [] : [step])));
  if (steps.size === 0) return undefined;
  return `${counted(steps.size, "step")}, up to ${mostText(plan, (id) => steps.has(id))}`;
}
