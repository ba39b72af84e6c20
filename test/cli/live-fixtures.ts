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

interface Line {
  text: string;
  /** It was broken, and goes on in the next one. */
  goesOn: boolean;
}

/** An empty terminal of this size. */
export function openScreen(columns: number, rows: number): Screen {
  const empty = (count: number): Line[] => Array.from({ length: count }, () => ({ text: "", goesOn: false }));
  // The scroll-back, and below it what is seen.
  let lines = empty(rows);
  let row = 0;
  let column = 0;
  let isBreaking = true;
  const top = () => lines.length - rows;
  const at = (index: number): Line => {
    const line = lines[index];
    if (line === undefined) throw new Error(`the terminal has no line ${index}`);
    return line;
  };
  const put = (character: string) => {
    if (column >= columns) {
      if (!isBreaking) return;
      at(row).goesOn = true;
      down();
      column = 0;
    }
    const line = at(row);
    const text = line.text.padEnd(column);
    line.text = text.slice(0, column) + character + text.slice(column + 1);
    column++;
  };
  const down = () => {
    row++;
    if (row === lines.length) lines.push(...empty(1));
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
            at(row).goesOn = false;
            down();
          } else if (piece < " ") throw new Error(`the terminal was sent ${JSON.stringify(piece)}`);
          else put(piece);
          continue;
        }
        const count = Number(parameter === "" ? 1 : parameter);
        if (command === "A") row = Math.max(top(), row - count);
        else if (command === "B") row = Math.min(lines.length - 1, row + count);
        else if (command === "K" && parameter === "2") lines[row] = { text: "", goesOn: false };
        else if (command === "J") {
          if (row === top() && column === 0) throw new Error("the whole screen was erased");
          const left = { text: at(row).text.slice(0, column), goesOn: false };
          lines = [...lines.slice(0, row), left, ...empty(lines.length - row - 1)];
        } else if (parameter === "?7") isBreaking = command === "h";
        else if (parameter !== "?2026" && command !== "m") throw new Error(`the terminal was sent ${piece}`);
      }
    },
    resize(newColumns, newRows) {
      // A lower one gives up empty rows below the cursor first; a higher one brings lines back.
      const empties = Math.min(Math.max(0, rows - newRows), lines.length - 1 - row);
      lines = lines.slice(0, lines.length - empties);
      if (lines.length < newRows) lines.push(...empty(newRows - lines.length));
      const whole: string[] = [];
      let isOpen = false;
      let cursor = 0;
      for (const [index, { text, goesOn }] of lines.entries()) {
        // An empty rest is not taken for the rest of anything.
        if (isOpen && (text !== "" || goesOn)) whole[whole.length - 1] += text;
        else whole.push(text);
        if (index === row) cursor = whole.length - 1;
        isOpen = goesOn;
      }
      lines = [];
      for (const [index, line] of whole.entries()) {
        const pieces = line.match(new RegExp(`.{1,${newColumns}}`, "gu")) ?? [""];
        if (index === cursor) row = lines.length;
        lines.push(...pieces.map((text, piece) => ({ text, goesOn: piece < pieces.length - 1 })));
      }
      if (lines.length < newRows) lines.push(...empty(newRows - lines.length));
      [columns, rows] = [newColumns, newRows];
      column = 0;
      row = Math.max(row, top());
    },
    all: () => lines.slice(0, row + 1).map(({ text }) => text.trimEnd()),
  };
}
