/**
 * Diagnostics in words: headline, place, the line with the offending piece marked, why, what to do, notes.
 * Knows neither the terminal nor colours (the caller paints), and reads no file: a place carries its line.
 * Everything that came from outside is made safe here, whatever the diagnostic holds.
 */
import { severityWord, type Diagnostic, type Place } from "./diagnostic.js";
import { safeText } from "./text.js";

/** What a piece of a formatted diagnostic is, for whoever paints it. */
type FramePart = "error" | "warning" | "path" | "mark" | "help";

/** How to write a diagnostic. */
export interface FrameOptions {
  /** Paints a piece; absent: no colour. */
  readonly color?: (part: FramePart, text: string) => string;
  /** Breaks a text that has `taken` columns before it on every line; absent: one line, however long. */
  readonly wrap?: (text: string, taken: number) => readonly string[];
}

/** Columns of the manifest's line that a frame shows. */
const WINDOW = 100;
/** Columns kept in sight before the mark. */
const LEAD = 40;
const TAB = 4;

/** A diagnostic as several lines of text, without a line break at the end. */
export function formatDiagnostic(diagnostic: Diagnostic, options: FrameOptions = {}): string {
  const paint = options.color ?? ((_, text: string) => text);
  const { severity, code, message, place, why, help } = diagnostic;
  const lines = [`${paint(severity, `${severityWord(severity)}[${code}]`)}: ${safeText(message)}`];
  if (place !== undefined) lines.push(...framed(place, (text) => paint("mark", text), paint));
  const say = (label: string, painted: string, text: string): void => {
    const taken = label.length + 4;
    const [first = "", ...rest] = options.wrap?.(safeText(text), taken) ?? [safeText(text)];
    lines.push(`  ${painted}: ${first}`, ...rest.map((line) => `${" ".repeat(taken)}${line}`));
  };
  if (why !== undefined) say("why", "why", why);
  if (help !== undefined) say("help", paint("help", "help"), help);
  for (const note of diagnostic.notes ?? []) {
    say("note", "note", note.message);
    if (note.place !== undefined) lines.push(...framed(note.place, (text) => paint("path", text), paint));
  }
  return lines.join("\n");
}

/** `file:line:column` of a place. */
function placeText(place: Place): string {
  return `${safeText(place.file)}:${place.line}:${place.column}`;
}

/** A diagnostic as plain data for `--json`; names of members are part of the format. */
export interface DiagnosticData {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly why?: string;
  readonly help?: string;
  readonly path?: readonly (string | number)[];
  readonly place?: Place;
  readonly notes?: readonly { readonly message: string; readonly place?: Place }[];
}

/** A diagnostic as plain data, its texts as safe as in a frame. */
export function diagnosticJson(diagnostic: Diagnostic): DiagnosticData {
  const { code, severity, message, why, help, path, place, notes } = diagnostic;
  return {
    code,
    severity,
    message: safeText(message),
    ...(why === undefined ? {} : { why: safeText(why) }),
    ...(help === undefined ? {} : { help: safeText(help) }),
    ...(path === undefined
      ? {}
      : { path: path.map((step) => (typeof step === "string" ? safeText(step) : step)) }),
    ...(place === undefined ? {} : { place: safePlace(place) }),
    ...(notes === undefined
      ? {}
      : {
          notes: notes.map((note) => ({
            message: safeText(note.message),
            ...(note.place === undefined ? {} : { place: safePlace(note.place) }),
          })),
        }),
  };
}

/** Columns count the line as it stands in the file, so its characters are replaced one by one. */
function safePlace(place: Place): Place {
  const text = Array.from(place.text, (character) =>
    character === "\t" ? "\t" : safeText(character).padEnd(character.length, "\u{fffd}"),
  ).join("");
  return { file: safeText(place.file), line: place.line, column: place.column, length: place.length, text };
}

function framed(
  place: Place,
  mark: (text: string) => string,
  paint: NonNullable<FrameOptions["color"]>,
): readonly string[] {
  const number = String(place.line);
  const gutter = " ".repeat(number.length);
  const { text, indent, width } = windowed(cells(place));
  return [
    `${gutter}--> ${paint("path", placeText(place))}`,
    `${gutter} |`,
    `${number} | ${text}`.trimEnd(),
    `${gutter} | ${" ".repeat(indent)}${mark("^".repeat(width))}`,
  ];
}

/** One character as it is shown. */
interface Cell {
  readonly text: string;
  readonly columns: number;
  readonly marked: boolean;
}

function cells(place: Place): readonly Cell[] {
  const start = place.column - 1;
  const end = start + place.length;
  const out: Cell[] = [];
  let offset = 0;
  for (const character of place.text) {
    const marked = offset + character.length > start && offset < end;
    offset += character.length;
    const text = character === "\t" ? " ".repeat(TAB) : safeText(character);
    out.push({ text, columns: character === "\t" ? TAB : columnsOf(character), marked });
  }
  // A mark behind the line's end (something is missing there) still needs a cell to stand under.
  if (!out.some((cell) => cell.marked)) out.push({ text: " ", columns: 1, marked: true });
  return out;
}

/** The part of a line around its mark, with the mark's column and width in it. */
function windowed(line: readonly Cell[]): {
  readonly text: string;
  readonly indent: number;
  readonly width: number;
} {
  const firstMarked = line.findIndex((cell) => cell.marked);
  let from = 0;
  let lead = columns(line.slice(0, firstMarked));
  let rest = columns(line);
  while (rest > WINDOW && lead > LEAD) {
    const gone = line[from++]?.columns ?? 1;
    lead -= gone;
    rest -= gone;
  }
  let to = from;
  let shown = 0;
  while (to < line.length && shown + (line[to]?.columns ?? 0) <= WINDOW) shown += line[to++]?.columns ?? 0;
  const head = from > 0 ? "…" : "";
  const part = line.slice(from, to);
  return {
    text: head + part.map((cell) => cell.text).join("") + (to < line.length ? "…" : ""),
    indent: head.length + columns(line.slice(from, firstMarked)),
    width: Math.max(1, columns(part.filter((cell) => cell.marked))),
  };
}

function columns(line: readonly Cell[]): number {
  let sum = 0;
  for (const cell of line) sum += cell.columns;
  return sum;
}

// East Asian wide and fullwidth blocks and pictographs, coarsely: two columns in nearly every terminal.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function columnsOf(character: string): number {
  if (character <= "~") return 1;
  // Accents that combine with the letter before them, and signs that choose how a character looks.
  if (/^[\p{Mn}\p{Me}]$/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
