/**
 * Diagnostics in words: headline, place, the line with the offending piece marked, why, what to do, notes.
 * Knows neither the terminal nor colours (the caller paints), and reads no file: a place carries its line.
 * Everything that came from outside is made safe here, whatever the diagnostic holds.
 */
import { columnsOf } from "./columns.js";
import { severityWord, type Diagnostic, type Place } from "./diagnostic.js";
import { safeText } from "./text.js";

/** What a piece of a formatted diagnostic is, for whoever paints it. */
type FramePart = "error" | "warning" | "path" | "mark" | "help";

/** How to write a diagnostic. */
export interface FrameOptions {
  /** Paints a piece; absent: no colour. */
  readonly color?: (part: FramePart, text: string) => string;
  /** How wide it may be; absent: texts are one line, however long, and so is the head of a frame. */
  readonly width?: {
    readonly columns: number;
    /** Breaks a text between words. */
    readonly wrap: (text: string, columns: number) => readonly string[];
  };
}

/** Columns of the manifest's line that a frame shows where nobody says how wide it may be. */
const WINDOW = 102;
/** The same at least, whoever says what: less would show nothing. */
const LEAST_WINDOW = 10;
/** What part of a line that is too long is kept in sight before the mark. */
const LEAD = 0.4;
const TAB = 4;

/** A diagnostic as several lines of text, without a line break at the end. Places stay whole, however narrow it is. */
export function formatDiagnostic(diagnostic: Diagnostic, options: FrameOptions = {}): string {
  const { width } = options;
  const paint = options.color ?? ((_, text: string) => text);
  const { place, why, help } = diagnostic;
  const broken = (text: string, taken: number) =>
    width === undefined ? [safeText(text)] : width.wrap(safeText(text), width.columns - taken);
  const lines = [...headline(diagnostic, broken, paint)];
  const frame = (shown: Place, part: FramePart): void =>
    void lines.push(...framed(shown, (text) => paint(part, text), paint, width?.columns));
  if (place !== undefined) frame(place, "mark");
  const say = (label: string, painted: string, text: string): void => {
    const taken = label.length + 4;
    const [first = "", ...rest] = broken(text, taken);
    lines.push(`  ${painted}: ${first}`, ...rest.map((line) => `${" ".repeat(taken)}${line}`));
  };
  if (why !== undefined) say("why", "why", why);
  if (help !== undefined) say("help", paint("help", "help"), help);
  for (const note of diagnostic.notes ?? []) {
    say("note", "note", note.message);
    if (note.place !== undefined) frame(note.place, "path");
  }
  return lines.join("\n");
}

/** Severity, code and message; the code is painted, also where a narrow terminal breaks it. */
function headline(
  { severity, code, message }: Diagnostic,
  broken: (text: string, taken: number) => readonly string[],
  paint: NonNullable<FrameOptions["color"]>,
): readonly string[] {
  const label = `${severityWord(severity)}[${code}]`;
  const indent = 2;
  let left = label.length;
  return broken(`${label}: ${message}`, indent).map((line, index) => {
    const painted = line.slice(0, left);
    left -= painted.length;
    const start = painted === "" ? "" : paint(severity, painted);
    return `${index === 0 ? "" : " ".repeat(indent)}${start}${line.slice(painted.length)}`;
  });
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
  const { file, line, column, length, skipped } = place;
  return { file: safeText(file), line, column, length, text, ...(skipped === undefined ? {} : { skipped }) };
}

function framed(
  place: Place,
  mark: (text: string) => string,
  paint: NonNullable<FrameOptions["color"]>,
  columns: number | undefined,
): readonly string[] {
  const number = String(place.line);
  const gutter = " ".repeat(number.length);
  const room = columns === undefined ? WINDOW : Math.max(LEAST_WINDOW, columns - number.length - 3);
  const { text, indent, width } = windowed(cells(place, room), room);
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

/** The line's characters, as far as a frame of `room` columns could show them. */
function cells(place: Place, room: number): readonly Cell[] {
  const start = place.column - 1 - (place.skipped ?? 0);
  const end = start + place.length;
  const out: Cell[] = [];
  let offset = wholeAt(place.text, Math.max(0, start - 8 * room));
  for (const character of place.text.slice(offset, start + 8 * room)) {
    const marked = offset + character.length > start && offset < end;
    offset += character.length;
    const text = character === "\t" ? " ".repeat(TAB) : safeText(character);
    out.push({ text, columns: character === "\t" ? TAB : columnsOf(text), marked });
  }
  // A mark behind the line's end (something is missing there) still needs a cell to stand under.
  if (!out.some((cell) => cell.marked)) out.push({ text: " ", columns: 1, marked: true });
  return out;
}

/** `offset`, or the one before it where it would cut a pair of surrogates. */
function wholeAt(text: string, offset: number): number {
  return offset > 0 && /[\udc00-\udfff]/.test(text.charAt(offset)) ? offset - 1 : offset;
}

/** The part of a line around its mark that fits into `room` columns, with the mark's column and width in it. */
function windowed(
  line: readonly Cell[],
  room: number,
): {
  readonly text: string;
  readonly indent: number;
  readonly width: number;
} {
  const firstMarked = line.findIndex((cell) => cell.marked);
  const marked = columns(line.filter((cell) => cell.marked));
  // A long mark is shown as far as it goes, rather than what is before it; room for the ellipses is kept.
  const most = Math.min(Math.floor(room * LEAD), Math.max(Math.floor(room / 8), room - 2 - marked));
  let from = 0;
  let lead = columns(line.slice(0, firstMarked));
  let rest = columns(line);
  while (rest + (from > 0 ? 1 : 0) > room && lead > most) {
    const gone = line[from++]?.columns ?? 1;
    lead -= gone;
    rest -= gone;
  }
  const head = from > 0 ? "…" : "";
  const left = room - head.length;
  const end = rest > left ? left - 1 : left;
  let to = from;
  let shown = 0;
  while (to < line.length && shown + (line[to]?.columns ?? 0) <= end) shown += line[to++]?.columns ?? 0;
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
