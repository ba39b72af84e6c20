/**
 * What is wrong with what the user wrote, as data: found with a path into the manifest, placed in the text by the
 * manifest room, put into words at the edge. Exceptions are for our own bugs; these are for everything else.
 */
import { unreachable } from "./guard.js";
import type { DiagnosticCode } from "./codes.js";

/** Steps from the manifest's root to a value: `["shots", "010", "model"]`. */
export type Path = readonly (string | number)[];

/** Where a diagnostic points: 1-based line and column, `length` in UTF-16 units on that line. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The text of the line, without its line break; of a very long line the part around the column. */
  readonly text: string;
  /** How much of a very long line is left out before `text`, in UTF-16 units; absent: nothing. */
  readonly skipped?: number;
}

/** One problem, complete enough to act on. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** Why it matters or how it was found. */
  readonly why?: string;
  /** What to do about it. */
  readonly help?: string;
  /** The value in the manifest that it is about; the manifest room turns it into `place`. */
  readonly path?: Path;
  /** Whether `path` means the value (default) or the key that leads to it. */
  readonly on?: "key" | "value";
  readonly place?: Place;
  /** Further places that have a part in it. */
  readonly notes?: readonly { readonly message: string; readonly place?: Place; readonly path?: Path }[];
}

/** A value with every problem of its stage; `value` is absent when no usable one could be made. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** An error diagnostic. */
export function problem(
  code: DiagnosticCode,
  message: string,
  more: Omit<Diagnostic, "code" | "severity" | "message"> = {},
): Diagnostic {
  return { code, severity: "error", message, ...more };
}

/** A warning diagnostic. */
export function caution(
  code: DiagnosticCode,
  message: string,
  more: Omit<Diagnostic, "code" | "severity" | "message"> = {},
): Diagnostic {
  return { code, severity: "warning", message, ...more };
}

/** More than anybody reads; each costs a place in the text, and a file of a megabyte can have a hundred thousand. */
export const MOST_DIAGNOSTICS = 1000;

/** The first thousand, errors before warnings where there are more, and then one that says so. */
export function bounded(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= MOST_DIAGNOSTICS) return diagnostics;
  const errors = diagnostics.filter((each) => each.severity === "error");
  const ordered = [...errors, ...diagnostics.filter((each) => each.severity === "warning")];
  const tell = errors.length > 0 ? problem : caution;
  const more = tell("manifest/too-many", "there are more problems than can be told", {
    help: "mend these first; the others are mostly the same again",
  });
  return [...ordered.slice(0, MOST_DIAGNOSTICS), more];
}

/** In file order: by line, then column, then the ones without a place. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = (d: Diagnostic) => (d.place ? d.place.line * 1e5 + d.place.column : Number.MAX_SAFE_INTEGER);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b));
}

/** The word a person reads for a severity. */
export function severityWord(severity: Diagnostic["severity"]): string {
  switch (severity) {
    case "error":
      return "error";
    case "warning":
      return "warning";
    default:
      return unreachable(severity);
  }
}
