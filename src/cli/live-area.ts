/**
 * A few lines at the bottom of a terminal that are drawn over themselves. Works with a running scroll-back: it only ever
 * moves up by as many rows as its own last drawing takes now, which a narrower terminal may have broken into more.
 * Rows that a smaller terminal pushed into its scroll-back are out of reach; they are remembered, and taken back when a
 * larger one brings them back. Draws in place and in one write, so that nothing flickers; the cursor stays visible below,
 * so nothing has to be undone when the process is killed. Knows nothing of what is drawn.
 */
import type { LiveArea } from "./io.js";
import { columnsOf } from "./layout.js";

/** A terminal as far as drawing needs it. */
export interface Terminal {
  write(text: string): void;
  /** As it is now. */
  size(): { readonly columns: number; readonly rows: number };
  /** Whether lines are broken anew when the terminal becomes narrower; else they are cut. */
  readonly reflows: boolean;
}

const ESC = "\u001b[";
/** Holds the picture still until all of it is there; terminals that do not know it ignore it. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;
/** A line whose width we misjudge is cut by the terminal and never broken in two. */
const CUT = `${ESC}?7l`;
const BREAK = `${ESC}?7h`;
/** The whole line, not only its end: some terminals count erased blanks as part of a line that they break in two. */
const ERASE_LINE = `${ESC}2K`;
const ERASE_BELOW = `${ESC}J`;
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** A live area on a terminal. */
export function openLiveArea(terminal: Terminal): LiveArea {
  let drawn: readonly string[] = [];
  let size = terminal.size();
  /** Rows that the area takes now, as far as they can be reached. */
  let height = 0;
  /** Columns of our lines in the scroll-back, right above the rows that can be reached. */
  let lost: readonly number[] = [];
  /** Empty rows below the cursor that are there because the area became smaller: the first to go with a lower terminal. */
  let below = 0;

  /**
   * Empty lines above, so that the last line stays where it is. Below a line that was torn, one is empty in any case:
   * a wider terminal puts the two parts together again.
   */
  const held = (lines: readonly string[]): readonly string[] => {
    const blanks = Math.max(lost.length === 0 ? 0 : 1, Math.min(height, size.rows - 1) - lines.length);
    return [...Array.from({ length: blanks }, () => ""), ...lines];
  };

  /**
   * Empties the area's rows from its first one on, and goes back there. Row by row, because some terminals take a
   * screen that is erased from its corner on for one to be saved, and push it into the scroll-back.
   */
  const wipe = (): string => {
    if (height === 0) return "";
    return `${`${ERASE_LINE}${ESC}B`.repeat(height)}\r${ESC}${height}A`;
  };

  /** Finds the area's rows in a terminal of another size. */
  const measure = (): boolean => {
    const now = terminal.size();
    if (now.columns === size.columns && now.rows === size.rows) return false;
    const { columns } = now;
    // What was drawn for less room than there is has never been broken.
    const rowsOf = (width: number) => (terminal.reflows ? Math.max(1, Math.ceil(width / columns)) : 1);
    const shown = drawn.map((line) => Math.min(shownColumns(line), size.columns - 1));
    const widths = [...lost, ...shown];
    const taken = widths.reduce((sum, width) => sum + rowsOf(width), 0);
    below = Math.max(0, below - Math.max(0, size.rows - now.rows));
    height = Math.max(0, Math.min(taken, now.rows - 1 - below));
    lost = torn(widths, taken - height, rowsOf, columns);
    size = now;
    return true;
  };

  /** Back to the first column of the area's first row. */
  const toStart = (): string => `\r${height === 0 ? "" : `${ESC}${height}A`}`;

  const forget = (): void => {
    drawn = [];
    lost = [];
    height = 0;
    below = 0;
  };

  return {
    size: () => terminal.size(),
    draw(given) {
      const resized = measure();
      // The cursor may move up where nothing of ours is lost above: empty rows are better below than between.
      const lines = resized && lost.length === 0 ? given : held(given);
      if (!resized && lines.join("\n") === drawn.join("\n")) return;
      const text = lines.map((line) => `${ERASE_LINE}${line}\r\n`).join("");
      const start = `${toStart()}${resized ? wipe() : ""}`;
      terminal.write(`${BEGIN}${CUT}${start}${text}${ERASE_BELOW}${BREAK}${END}`);
      drawn = lines;
      below = Math.max(0, below + height - lines.length);
      height = lines.length;
    },
    clear() {
      if (drawn.length > 0) {
        measure();
        terminal.write(`${toStart()}${wipe()}`);
      }
      forget();
    },
    forget,
  };
}

/** The lines of the first so many rows; of one that goes on below them, the part that is theirs. */
function torn(
  widths: readonly number[],
  rows: number,
  rowsOf: (width: number) => number,
  columns: number,
): readonly number[] {
  const above: number[] = [];
  let left = rows;
  for (const width of widths) {
    if (left <= 0) break;
    const own = rowsOf(width);
    above.push(own <= left ? width : left * columns);
    left -= own;
  }
  return above;
}

function shownColumns(line: string): number {
  return columnsOf(line.replace(COLOURS, ""));
}
