/**
 * The bottom of the terminal during a run: a line for each shot, then money, then progress. Pure: a board, a moment and
 * a size in, lines out, none wider than the terminal and never more than it can hold. What does not fit is counted.
 * Marks and colours repeat what words say; where there is no room for words, titles go first and states last.
 */
import { counted, formatUsd, safeText, type Micros } from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, fit } from "./layout.js";
import type { Board } from "./run-board.js";
import { runMoney, secondsLeft } from "./run-forecast.js";
import { clockText, counts, shotRow, type ShotRow } from "./view-shot.js";

/** The terminal as it is now. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the live lines are made with. */
export interface LiveOptions extends Size {
  readonly paint: Paint;
  readonly nowMs: number;
  readonly startedMs: number;
  /** The cap of this run, if it has one of its own. */
  readonly maxCost?: Micros;
  /** A person has asked for the run to stop. */
  readonly stopping: boolean;
}

/** Lines that a shorter terminal gets before half of it is given up. */
const LINES_LEAST = 8;
/** Columns for what a shot is doing, by the room from which on it has them: fixed, so that nothing moves as time goes by. */
const STATE_COLUMNS: readonly (readonly [from: number, columns: number])[] = [
  [95, 36],
  [60, 24],
  [30, 13],
];
const TITLE_LEAST = 10;
const LABEL_MOST = 16;

/** The live lines. */
export function liveLines(board: Board, options: LiveOptions): readonly string[] {
  const { rows, columns } = options;
  // Half a screen at most: a terminal that is made half as wide breaks every line in two, and they can still be reached.
  const most = Math.min(rows - 2, Math.max(LINES_LEAST, Math.floor(rows / 2)));
  const room = columns - 1;
  if (most < 1 || room < 1) return [];
  const progress = progressLine(board, options, room);
  // Where there is room for little, the shots come before the money.
  const money = moneyLines(board, options, room).slice(0, Math.ceil(most / 3) - 1);
  const foot = [...money, progress];
  return [...shotLines(board, most - foot.length, room, options), ...foot];
}

function shotLines(board: Board, most: number, room: number, options: LiveOptions): readonly string[] {
  const all = board.shots.map((shot) => shotRow(shot, board, options.nowMs));
  const moving = all.filter((row) => row.state !== "kept");
  if (moving.length <= most) return drawn(moving, moving, room, options.paint);
  if (most < 1) return [];
  const chosen = new Set(byUrgency(moving, most - 1).slice(0, most - 1));
  const rest = all.filter((row) => !chosen.has(row));
  const shown = moving.filter((row) => chosen.has(row));
  const more = `  ${shown.length === 0 ? "" : "and "}${rest.length} more: ${counts(rest)}`;
  return [...drawn(shown, moving, room, options.paint), options.paint.faint(fit(more, room))];
}

/** What is at work and what failed first, neither of them crowding out the other; then what comes next. */
function byUrgency(rows: readonly ShotRow[], most: number): readonly ShotRow[] {
  const of = (state: ShotRow["state"]) => rows.filter((row) => row.state === state);
  const [working, failed] = [of("working"), of("failed")];
  const share = Math.max(Math.ceil(most / 2), most - failed.length);
  return [
    ...working.slice(0, share),
    ...failed.slice(-Math.max(1, most - Math.min(share, working.length))),
    ...working.slice(share),
    ...of("waiting"),
    ...of("done"),
  ];
}

/** Rows in columns: label, title with chain, state. The state keeps its place; titles give way first, then chains. */
function drawn(
  rows: readonly ShotRow[],
  all: readonly ShotRow[],
  room: number,
  paint: Paint,
): readonly string[] {
  // Of all rows and not only of the shown ones, so that nothing moves sideways as time goes by.
  const widest = (widths: readonly number[]) => widths.reduce((most, each) => Math.max(most, each), 0);
  const label = Math.min(widest(all.map((row) => columnsOf(row.label))), LABEL_MOST, Math.floor(room / 3));
  const start = 2 + label + 2;
  const state = STATE_COLUMNS.find(([from]) => room >= from)?.[1] ?? room;
  const body = Math.min(widest(all.map((row) => row.bodyColumns)), Math.max(0, room - start - state - 2));
  return rows.map((row) => {
    const text = bodyText(row, body);
    // Why something failed is worth more than where its column begins.
    const shown = row.state === "failed" ? text : padded(text, body);
    const head = `${row.mark} ${padded(row.label, label)}  ${shown === "" ? "" : `${shown}  `}`;
    const left = Math.max(0, room - columnsOf(head));
    const words = row.words.find((each) => columnsOf(each) <= left) ?? row.words.at(-1) ?? "";
    return rowPaint(row, paint)(fit(`${head}${words}`, room).trimEnd());
  });
}

/** Title and chain in so many columns: the longest form of the chain that fits, and what that leaves of the title. */
function bodyText({ title, chain, link }: ShotRow, columns: number): string {
  const shown = [chain, link, ""].find((each) => columnsOf(each) <= columns) ?? "";
  const left = columns - (shown === "" ? 0 : columnsOf(shown) + 2);
  // A few letters of a title say nothing.
  const name = columnsOf(title) <= left || left >= TITLE_LEAST ? fit(title, left) : "";
  return [name, shown].filter((each) => each !== "").join("  ");
}

function padded(text: string, columns: number): string {
  const cut = fit(text, columns);
  return `${cut}${" ".repeat(Math.max(0, columns - columnsOf(cut)))}`;
}

function rowPaint(row: ShotRow, paint: Paint): (text: string) => string {
  switch (row.state) {
    case "failed":
      return paint.bad;
    case "working":
      return paint.calm;
    case "done":
      return paint.good;
    case "waiting":
    case "kept":
      return paint.faint;
  }
}

function moneyLines(board: Board, { paint, maxCost }: LiveOptions, room: number): readonly string[] {
  if (board.plan.realm === "sandbox") return [paint.faint(fit("sandbox: nothing is charged", room))];
  const { spent, reserved, unknown, left } = runMoney(board, maxCost);
  const prices = unknown === 0 ? "" : ` and ${counted(unknown, "unknown price")}`;
  const parts = [`${formatUsd(spent)} spent`];
  if (reserved > 0 || unknown > 0) parts.push(`${formatUsd(reserved)}${prices} reserved`);
  if (left !== undefined) {
    const cap = left.cap === "budget" ? "" : " (--max-cost)";
    parts.push(`${formatUsd(left.usd)} left of ${formatUsd(left.of)}${cap}`);
  }
  const lines: string[] = [];
  for (const part of parts) {
    const longer = [...lines.slice(-1), part].join(" · ");
    if (lines.length > 0 && columnsOf(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => paint.strong(fit(line, room)));
}

function progressLine(board: Board, options: LiveOptions, room: number): string {
  const { nowMs, startedMs, stopping, paint } = options;
  const left = stopping ? undefined : secondsLeft(board, nowMs);
  const total = board.plan.steps.length;
  const parts = [
    `${board.ended} of ${total} ${total === 1 ? "step" : "steps"}`,
    ...(left === undefined ? [] : [`about ${roughly(left)} left`]),
    ...(stopping ? ["stopping"] : []),
    clockText((nowMs - startedMs) / 1000),
    ...(stopping ? [] : ["Ctrl-C stops"]),
  ];
  return paint.faint(joined(parts, room));
}

/** As many parts as fit, from the front. */
function joined(parts: readonly string[], room: number): string {
  const shown = [...parts];
  while (shown.length > 1 && columnsOf(shown.join(" · ")) > room) shown.pop();
  return fit(safeText(shown.join(" · ")), room);
}

/** `40 s`, `6 min`, `1 h 20 min`: a forecast has no finer truth than that. */
function roughly(seconds: number): string {
  if (seconds < 95) return `${Math.max(1, Math.round(seconds / 10)) * 10} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = Math.round((minutes % 60) / 10) * 10;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
