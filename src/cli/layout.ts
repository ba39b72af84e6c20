/**
 * Text in columns: measuring, cutting, wrapping and tables. Every function makes its text safe first, so that a prompt
 * or a file name can neither move the cursor nor shift a column.
 */
import { columnsOf, safeText } from "../index.js";

export { columnsOf };

/** One cell of a table: plain text, and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly align?: "left" | "right";
}

/** Safe text in at most `columns` columns, with an ellipsis where it was cut. */
export function fit(text: string, columns: number): string {
  const safe = safeText(text);
  if (columnsOf(safe) <= columns) return safe;
  let taken = "";
  let width = 0;
  for (const character of safe) {
    const own = columnsOf(character);
    if (width + own > columns - 1) break;
    taken += character;
    width += own;
  }
  return `${taken.trimEnd()}…`;
}

/** Safe text in exactly `columns` columns: cut where it is longer, with blanks behind it where it is shorter. */
export function padded(text: string, columns: number): string {
  const cut = fit(text, columns);
  return `${cut}${" ".repeat(Math.max(0, columns - columnsOf(cut)))}`;
}

/** As `fit`, with whole words as far as there are words; `ending` stands behind the text, cut or not. */
export function fitWords(text: string, columns: number, ending = ""): string {
  const safe = safeText(text);
  const room = columns - columnsOf(ending);
  if (columnsOf(safe) <= room) return `${safe}${ending}`;
  const cut = headOf(safe, room - 1);
  const blank = safe[cut.length] === " " ? cut.length : cut.lastIndexOf(" ");
  // A last word that takes more than half of the room is cut after all: better half a name than none.
  const words = blank * 2 > cut.length ? cut.slice(0, blank) : cut;
  return `${words.replace(/[\s,;:–—、。，；：-]+$/u, "")}…${ending}`;
}

/** Safe text as lines of at most `columns` columns, broken between words where there are words. */
export function wrap(text: string, columns: number): readonly string[] {
  const room = Math.max(8, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of safeText(text).split(/ +/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (columnsOf(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (columnsOf(line) > room) {
      const head = headOf(line, room);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

function headOf(text: string, columns: number): string {
  let head = "";
  let width = 0;
  for (const character of text) {
    const own = columnsOf(character);
    if (width + own > columns) break;
    head += character;
    width += own;
  }
  return head;
}

/** Facts one after the other, broken between them as long as each has room on a line of its own. */
export function factLines(facts: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  for (const fact of facts.map(safeText)) {
    const last = lines.at(-1);
    const joined = `${last} · ${fact}`;
    if (last !== undefined && columnsOf(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(...wrap(fact, room));
  }
  return lines;
}

/** Wrapped text behind a label: `label  first line`, further lines below the first; below a label that is too long. */
export function labelled(
  label: string,
  text: string,
  labelColumns: number,
  columns: number,
): readonly string[] {
  const name = safeText(label);
  const isLong = columnsOf(name) >= labelColumns;
  const lines = wrap(text, columns - labelColumns).map(
    (line, index) => `${(index === 0 && !isLong ? name : "").padEnd(labelColumns)}${line}`,
  );
  return isLong ? [name, ...lines] : lines;
}

/** The columns that a table's widest cells need. */
export function tableWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, columnsOf(safeText(cell.text)));
    }
  }
  return widths;
}

/** One row of a table as a line, two blanks between cells, without trailing blanks and without empty columns. */
export function rowLine(row: readonly Cell[], widths: readonly number[], indent = 2): string {
  const last = row.findLastIndex((cell) => cell.text !== "");
  const cells = row.slice(0, last + 1).flatMap((cell, index) => {
    const width = widths[index] ?? 0;
    if (width === 0) return [];
    const text = fit(cell.text, width);
    const painted = (cell.paint ?? plain)(text);
    const blanks = " ".repeat(Math.max(0, width - columnsOf(text)));
    if (cell.align === "right") return [`${blanks}${painted}`];
    return [index === last ? painted : `${painted}${blanks}`];
  });
  return `${" ".repeat(indent)}${cells.join("  ")}`;
}

/** The columns of a line of such a table. */
export function lineColumns(widths: readonly number[], indent = 2): number {
  const used = widths.filter((width) => width > 0);
  return indent + used.reduce((sum, width) => sum + width, 0) + 2 * Math.max(0, used.length - 1);
}

function plain(text: string): string {
  return text;
}
