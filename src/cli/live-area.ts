/**
 * A few lines at the bottom of a terminal that are drawn over themselves. Works with a running scroll-back: it only ever
 * moves up by as many rows as its own last drawing takes now, which a narrower terminal may have broken into more.
 * Draws in place and in one write, so that nothing flickers; the cursor stays visible below, so nothing has to be undone
 * when the process is killed. Knows nothing of what is drawn.
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
  let drawnColumns = 0;
  /** Rows that the area takes now. */
  let height = 0;

  /** Empty lines above, so that the last line stays where it is: what is below the cursor pushes others into the scroll-back. */
  const held = (lines: readonly string[]): readonly string[] => {
    const most = Math.min(height, terminal.size().rows - 1);
    return [...Array.from({ length: Math.max(0, most - lines.length) }, () => ""), ...lines];
  };

  /**
   * Empties the area's rows from its first one on, and goes back there. Row by row, because some terminals take a
   * screen that is erased from its corner on for one to be saved, and push it into the scroll-back.
   */
  const wipe = (): string => {
    if (height === 0) return "";
    return `${`${ERASE_LINE}${ESC}B`.repeat(height)}\r${ESC}${height}A`;
  };

  /** Back to the first column of the area's first row. */
  const toStart = (): string => {
    const { columns, rows } = terminal.size();
    const isBroken = terminal.reflows && columns < drawnColumns;
    const rowsOf = (line: string) => (isBroken ? Math.max(1, Math.ceil(shownColumns(line) / columns)) : 1);
    const taken = drawn.reduce((sum, line) => sum + rowsOf(line), 0);
    // Rows that were pushed off the top are out of reach.
    height = Math.min(taken, Math.max(0, rows - 1));
    return `\r${height === 0 ? "" : `${ESC}${height}A`}`;
  };

  return {
    size: () => terminal.size(),
    draw(given) {
      const { columns } = terminal.size();
      const start = toStart();
      const lines = held(given);
      if (columns === drawnColumns && lines.join("\n") === drawn.join("\n")) return;
      const wiped = columns === drawnColumns ? "" : wipe();
      const text = lines.map((line) => `${ERASE_LINE}${line}\r\n`).join("");
      terminal.write(`${BEGIN}${CUT}${start}${wiped}${text}${ERASE_BELOW}${BREAK}${END}`);
      drawn = lines;
      drawnColumns = columns;
    },
    clear() {
      if (drawn.length > 0) terminal.write(`${toStart()}${wipe()}`);
      drawn = [];
    },
    forget() {
      drawn = [];
    },
  };
}

function shownColumns(line: string): number {
  return columnsOf(line.replace(COLOURS, ""));
}
