/**
 * A few lines at the bottom of a terminal that are drawn over themselves. Works with a running scroll-back: it only ever
 * moves up by as many rows as its own last drawing takes now, which a narrower terminal may have broken into more.
 * Overwrites in place and in one write, so nothing flickers; the cursor stays visible below, so nothing has to be undone
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
const ERASE_LINE_END = `${ESC}K`;
const ERASE_BELOW = `${ESC}J`;
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** A live area on a terminal. */
export function openLiveArea(terminal: Terminal): LiveArea {
  let drawn: readonly string[] = [];
  let drawnColumns = 0;

  /** Back to the first column of the area's first row. */
  const toStart = (): string => {
    const { columns, rows } = terminal.size();
    const broken = terminal.reflows && columns < drawnColumns;
    const height = (line: string) => (broken ? Math.max(1, Math.ceil(shownColumns(line) / columns)) : 1);
    const up = drawn.reduce((sum, line) => sum + height(line), 0);
    // Rows that were pushed off the top cannot be reached; going as far up as there is would erase no more of them.
    const reach = Math.min(up, Math.max(0, rows - 1));
    return `\r${reach === 0 ? "" : `${ESC}${reach}A`}`;
  };

  return {
    size: () => terminal.size(),
    draw(lines) {
      const { columns } = terminal.size();
      const unchanged = columns === drawnColumns && lines.join("\n") === drawn.join("\n");
      if (unchanged) return;
      const wipe = columns === drawnColumns ? "" : ERASE_BELOW;
      const text = lines.map((line) => `${line}${ERASE_LINE_END}\r\n`).join("");
      terminal.write(`${BEGIN}${CUT}${toStart()}${wipe}${text}${ERASE_BELOW}${BREAK}${END}`);
      drawn = lines;
      drawnColumns = columns;
    },
    clear() {
      if (drawn.length > 0) terminal.write(`${toStart()}${ERASE_BELOW}`);
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
