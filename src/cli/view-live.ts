/**
 * The bottom of the terminal during a run: a line for each shot, then money, then progress. Pure: a board, a moment and
 * a size in, lines out, none wider than the terminal and never more than it can hold. What does not fit is counted.
 * Marks and colours repeat what words say; where there is no room for words, titles go first and states last.
 */
import { counted, formatUsd, safeText, type Micros } from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, fit, padded } from "./layout.js";
import type { Board } from "../show/run-board.js";
import { runMoney, secondsLeft } from "../show/run-forecast.js";
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
  /** The program goes on when the run is over, and says elsewhere how it is stopped. */
  readonly stays?: boolean;
}

/** Lines that a shorter terminal gets before half of it is given up. */
const LINES_LEAST = 13;
/** Columns for what a shot is doing, by the room from which on it has them: fixed, so that nothing moves as time goes by. */
const STATE_COLUMNS: readonly (readonly [from: number, columns: number])[] = [
  [95, 36],
  [60, 24],
  [30, 13],
];
/** Columns that a title keeps before a chain is told in fewer words. */
const TITLE_LEAST = 10;
/** Fewer columns of a title say nothing. */
const TITLE_STUB = 5;
/** Columns in which half of a reason says more than a word for all of it. */
const REASON_LEAST = 40;
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
  const more = shown.length === 0 ? counts(rest) : ["and ", ""].flatMap((and) => counts(rest, and));
  const text = more.find((each) => columnsOf(each) + 2 <= room) ?? more.at(-1) ?? "";
  return [...drawn(shown, moving, room, options.paint), options.paint.faint(fit(`  ${text}`, room))];
}

/** What is at work and what failed first, neither of them crowding out the other; then what comes next, or came last. */
function byUrgency(rows: readonly ShotRow[], most: number): readonly ShotRow[] {
  const of = (state: ShotRow["state"]) => rows.filter((row) => row.state === state);
  const [working, failed] = [of("working"), of("failed")];
  const share = Math.max(Math.ceil(most / 2), most - failed.length);
  return [
    ...working.slice(0, share),
    ...failed.slice(-Math.max(1, most - Math.min(share, working.length))),
    ...working.slice(share),
    ...of("waiting"),
    ...of("done").toSorted((one, other) => (other.endedMs ?? 0) - (one.endedMs ?? 0)),
  ];
}

/** Columns of the parts of a row. */
interface Widths {
  readonly label: number;
  /** Title and chain with what is between them. */
  readonly body: number;
  readonly title: number;
  readonly chain: number;
}

/** Rows in columns: label, title, chain, state. The state keeps its place; titles give way first, then chains. */
function drawn(
  rows: readonly ShotRow[],
  all: readonly ShotRow[],
  room: number,
  paint: Paint,
): readonly string[] {
  const widths = widthsOf(all, room);
  return rows.map((row) => {
    const mark = `${row.mark} ${padded(row.label, widths.label)}  `;
    const left = room - columnsOf(mark);
    const text = row.state === "failed" ? reasonText(row, left) : stateText(row, widths, left);
    return rowPaint(row, paint)(fit(`${mark}${text}`, room).trimEnd());
  });
}

/** Of all rows and not only of the shown ones, so that nothing moves sideways as time goes by. */
function widthsOf(rows: readonly ShotRow[], room: number): Widths {
  const widest = (widths: readonly number[]) => widths.reduce((most, each) => Math.max(most, each), 0);
  const label = Math.min(widest(rows.map((row) => columnsOf(row.label))), LABEL_MOST, Math.floor(room / 3));
  const state = STATE_COLUMNS.find(([from]) => room >= from)?.[1] ?? room;
  const most = Math.max(0, room - (2 + label + 2) - state - 2);
  const titles = widest(rows.map((row) => columnsOf(row.title)));
  const chainWithin = (columns: number) =>
    widest(rows.map((row) => row.chains.find((each) => each.columns <= columns)?.columns ?? 0));
  const chain = chainWithin(most - 2 - Math.min(titles, TITLE_LEAST)) || chainWithin(most);
  const left = chain === 0 ? most : most - chain - 2;
  const title = titles <= left || left >= TITLE_STUB ? Math.min(titles, left) : 0;
  const both = title > 0 && chain > 0;
  return { label, chain, title, body: both ? title + 2 + chain : Math.min(most, Math.max(titles, chain)) };
}

/** Title, chain and what it is doing. */
function stateText(row: ShotRow, widths: Widths, left: number): string {
  const { body } = widths;
  const chain = row.chains.find(({ columns }) => columns <= widths.chain)?.text ?? "";
  // Where there is no chain, the title has its room too.
  const title = stub(row.title, chain === "" ? body : widths.title);
  const parts = widths.title === 0 ? [] : [padded(title, widths.title)];
  const shown = chain === "" ? title : [...parts, chain].join("  ");
  const head = body === 0 ? "" : `${padded(shown, body)}  `;
  return `${head}${longest(row.words, left - columnsOf(head))}`;
}

/** Why it failed is worth more than where columns begin, and more than its title. */
function reasonText({ title, words }: ShotRow, left: number): string {
  const [long = ""] = words;
  const beside = title === "" ? left : left - columnsOf(title) - 2;
  if (columnsOf(long) <= beside || beside >= REASON_LEAST) return title === "" ? long : `${title}  ${long}`;
  const short = words.find((each) => columnsOf(each) <= beside);
  return short !== undefined && title !== "" ? `${title}  ${short}` : longest(words, left);
}

/** The longest of the words that fits. */
function longest(words: readonly string[], columns: number): string {
  return words.find((each) => columnsOf(each) <= columns) ?? words.at(-1) ?? "";
}

/** A title in so many columns, or none. */
function stub(title: string, columns: number): string {
  return columnsOf(title) <= columns || columns >= TITLE_STUB ? fit(title, columns) : "";
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
  const { spent, collected, reserved, unknown, left } = runMoney(board, maxCost);
  const prices = unknown === 0 ? "" : ` and ${counted(unknown, "unknown price")}`;
  const parts = [`${formatUsd(spent)} spent`];
  if (collected > 0) parts.push(`${formatUsd(collected)} collected`);
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
  const { nowMs, startedMs, stopping, stays = false, paint } = options;
  const left = stopping ? undefined : secondsLeft(board, nowMs);
  const parts = [
    `${board.ended} of ${counted(board.steps, "step")}`,
    ...(left === undefined ? [] : [`about ${roughly(left)} left`]),
    ...(stopping ? ["stopping"] : []),
    clockText((nowMs - startedMs) / 1000),
    ...(stopping || stays ? [] : ["Ctrl-C stops"]),
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
