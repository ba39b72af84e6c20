/**
 * Diagnostics for people and for programs; the words and the code frame are the library's.
 */
import { counted, diagnosticJson, formatDiagnostic, type Diagnostic } from "../index.js";
import type { Paint } from "./colours.js";

/** All diagnostics as text, with a count of errors at the end; empty when there are none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], paint: Paint): string {
  if (diagnostics.length === 0) return "";
  const blocks = diagnostics.map((each) => {
    const [first = "", ...rest] = formatDiagnostic(each).trimEnd().split("\n");
    return [(each.severity === "error" ? paint.bad : paint.costly)(first), ...rest].join("\n");
  });
  const errors = diagnostics.filter((each) => each.severity === "error").length;
  const sum = errors === 0 ? "" : `\n${paint.strong(counted(errors, "error"))}\n`;
  return `${blocks.join("\n\n")}\n${sum}`;
}

/** All diagnostics as data. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): readonly unknown[] {
  return diagnostics.map((each) => diagnosticJson(each));
}
