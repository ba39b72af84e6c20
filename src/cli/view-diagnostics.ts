/**
 * Diagnostics for people and for programs; the words and the code frame are the library's.
 */
import { counted, diagnosticJson, formatDiagnostic, type Diagnostic } from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";

/** All diagnostics as text, with a count of errors at the end; empty when there are none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], paint: Paint, columns: number): string {
  if (diagnostics.length === 0) return "";
  const blocks = diagnostics.map((each) => diagnosticBlock(each, paint, columns));
  const errors = diagnostics.filter((each) => each.severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counts = [counted(errors, "error"), ...(warnings === 0 ? [] : [counted(warnings, "warning")])];
  const sum = errors === 0 ? "" : `\n${paint.strong(counts.join(", "))}\n`;
  return `${blocks.join("\n\n")}\n${sum}`;
}

/** One diagnostic: code, place, code frame, why, and what to do. */
export function diagnosticBlock(diagnostic: Diagnostic, paint: Paint, columns: number): string {
  return formatDiagnostic(diagnostic, {
    color: (part: FramePart, text: string) => partPaint(part, paint)(text),
    width: { columns, wrap },
  });
}

type FramePart = Parameters<NonNullable<NonNullable<Parameters<typeof formatDiagnostic>[1]>["color"]>>[0];

function partPaint(part: FramePart, paint: Paint): (text: string) => string {
  switch (part) {
    case "error":
    case "mark":
      return paint.bad;
    case "warning":
      return paint.costly;
    case "path":
      return paint.calm;
    case "help":
      return paint.strong;
  }
}

/** All diagnostics as data. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): readonly unknown[] {
  return diagnostics.map((each) => diagnosticJson(each));
}
