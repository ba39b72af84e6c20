/**
 * Diagnostics as the page shows them: each with its line of the manifest and the part that is meant. What a place carries
 * was made free of credentials where it was made; here its characters are made safe without moving any.
 */
import { diagnosticJson, linesAround, safeText, type Diagnostic, type Path, type Place } from "../index.js";
import type { Problem } from "./film.js";
import { shown } from "./shown.js";

/** Columns of a line that are shown; of a longer one, the part around what is meant. */
const WINDOW = 160;
const LEAD = 48;

/** Diagnostics in the order of the manifest, errors before warnings at the same place, what has no place at the end. */
export function problemsOf(diagnostics: readonly Diagnostic[], root: string | undefined): readonly Problem[] {
  return diagnostics.toSorted(inOrder).map((each) => problemOf(each, root));
}

function inOrder(one: Diagnostic, other: Diagnostic): number {
  const line = (each: Diagnostic) => each.place?.line ?? Number.MAX_SAFE_INTEGER;
  const column = (each: Diagnostic) => each.place?.column ?? 0;
  const rank = ({ severity }: Diagnostic) => (severity === "error" ? 0 : 1);
  return line(one) - line(other) || column(one) - column(other) || rank(one) - rank(other);
}

/** One diagnostic. `root`: the project's directory, which is left out of paths. */
export function problemOf(diagnostic: Diagnostic, root: string | undefined): Problem {
  const { severity, code, message, why, help, place } = diagnosticJson(diagnostic);
  const shot = shotOf(diagnostic.path);
  return {
    severity,
    code,
    message: shown(message, root),
    ...(why === undefined ? {} : { why: shown(why, root) }),
    ...(help === undefined ? {} : { help: shown(help, root) }),
    ...(place === undefined
      ? {}
      : {
          place: `${shown(place.file, root)}:${place.line}:${place.column}`,
          lines: linesOf(place, severity === "error" ? diagnostic.place : undefined),
        }),
    ...(shot === undefined ? {} : { shot }),
  };
}

/** Lines before and after that are shown with an error. */
const AROUND = 2;

/** The line itself, and those around it where they are to be had. */
function linesOf(place: Place, found: Place | undefined): NonNullable<Problem["lines"]> {
  const others = (found === undefined ? [] : linesAround(found, AROUND)).map(({ number, text }) => ({
    number,
    text: cut(safeLine(text)),
  }));
  return [...others, lineOf(place)].toSorted((one, other) => one.number - other.number);
}

function safeLine(text: string): string {
  return Array.from(text, (character) => safeText(character)).join("");
}

function cut(text: string): string {
  const to = wholeAt(text, WINDOW);
  return text.length <= WINDOW ? text : `${text.slice(0, to)}…`;
}

function lineOf(place: Place): NonNullable<Problem["lines"]>[number] {
  const text = place.text.replaceAll("\t", " ");
  const start = Math.min(text.length, Math.max(0, place.column - 1 - (place.skipped ?? 0)));
  const end = Math.min(text.length, start + place.length);
  const from =
    text.length <= WINDOW ? 0 : wholeAt(text, Math.max(0, Math.min(start - LEAD, text.length - WINDOW)));
  const to = wholeAt(text, Math.min(text.length, from + WINDOW));
  const before = from > 0 || place.skipped !== undefined ? "…" : "";
  const at = (offset: number) => Math.min(to, offset) - from + before.length;
  return {
    number: place.line,
    text: `${before}${text.slice(from, to)}${to < text.length ? "…" : ""}`,
    mark: [at(start), at(end)],
  };
}

/** `offset`, or the one before it where it would cut a pair of surrogates. */
function wholeAt(text: string, offset: number): number {
  return offset > 0 && /[\udc00-\udfff]/.test(text.charAt(offset)) ? offset - 1 : offset;
}

const ENTRIES = new Set(["images", "sounds", "voices", "elements", "shots"]);

/** The entry that a path leads into: `shots.010`. */
function shotOf(path: Path | undefined): string | undefined {
  const [kind, id] = path ?? [];
  if (typeof kind !== "string" || !ENTRIES.has(kind) || id === undefined) return undefined;
  return shown(`${kind}.${id}`, undefined, 120);
}
