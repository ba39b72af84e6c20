/**
 * A terminal for tests of live drawing: understands the few sequences that are used, keeps a scroll-back, and breaks
 * lines anew when it becomes narrower, as tmux and most others do. Whatever else moves the cursor is an error.
 */
import type { Terminal } from "../../src/cli/live-area.js";

/** A terminal that can be looked at and resized. */
export interface Screen extends Terminal {
  resize(columns: number, rows: number): void;
  /** Everything, from the first line ever written; without the empty lines below the cursor. */
  all(): readonly string[];
}

/** An empty terminal of this size. */
export function openScreen(columns: number, rows: number): Screen {
  let lines: string[] = [""];
  // Lines that were broken go on in the next one.
  let goesOn: boolean[] = [false];
  let row = 0;
  let column = 0;
  let isBreaking = true;
  const top = () => Math.max(0, lines.length - rows);
  const put = (character: string) => {
    if (column >= columns) {
      if (!isBreaking) return;
      goesOn[row] = true;
      down();
      column = 0;
    }
    const line = (lines[row] ?? "").padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column++;
  };
  const down = () => {
    row++;
    if (row === lines.length) {
      lines.push("");
      goesOn.push(false);
    }
  };
  return {
    reflows: true,
    size: () => ({ columns, rows }),
    write(text) {
      // eslint-disable-next-line no-control-regex
      for (const [piece, parameter = "", command] of text.matchAll(/\u001b\[(\??\d*)([A-Za-z])|[^]/gu)) {
        if (command === undefined) {
          if (piece === "\r") column = 0;
          else if (piece === "\n") {
            goesOn[row] = false;
            down();
          } else if (piece < " ") throw new Error(`the terminal was sent ${JSON.stringify(piece)}`);
          else put(piece);
          continue;
        }
        const count = Number(parameter === "" ? 1 : parameter);
        if (command === "A") row = Math.max(top(), row - count);
        else if (command === "B") row = Math.min(lines.length - 1, row + count);
        else if (command === "K" && parameter === "2") lines[row] = "";
        else if (command === "J") {
          if (row === top() && column === 0) throw new Error("the whole screen was erased");
          lines = [...lines.slice(0, row), (lines[row] ?? "").slice(0, column)];
          goesOn = [...goesOn.slice(0, row), false];
        } else if (parameter === "?7") isBreaking = command === "h";
        else if (parameter !== "?2026" && command !== "m") throw new Error(`the terminal was sent ${piece}`);
      }
    },
    resize(newColumns, newRows) {
      const whole: string[] = [];
      let isOpen = false;
      for (const [at, line] of lines.entries()) {
        if (isOpen) whole[whole.length - 1] += line;
        else whole.push(line);
        isOpen = goesOn[at] === true;
      }
      lines = [];
      goesOn = [];
      for (const line of whole) {
        const pieces = line.match(new RegExp(`.{1,${newColumns}}`, "gu")) ?? [""];
        for (const [at, piece] of pieces.entries()) {
          lines.push(piece);
          goesOn.push(at < pieces.length - 1);
        }
      }
      // The cursor stands on the last line, which is empty, whenever a resize can be noticed.
      row = lines.length - 1;
      [columns, rows] = [newColumns, newRows];
    },
    all: () => lines.map((line) => line.trimEnd()),
  };
}
