/**
 * What a run of a watcher came to, in words. Other than after a render there is nothing to type: the watcher goes on by
 * itself. A run in which nothing had to be done is worth no line.
 */
import { EXIT, type RenderReport } from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";
import { diagnosticsText } from "./view-diagnostics.js";
import { excludedNote } from "./view-excluded.js";
import { uncoveredLines } from "./view-outcome.js";
import { runSummary } from "./view-summary.js";

/** How the words are made. */
export interface RanOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Lists the shots. */
  readonly shots: boolean;
  /** Only what did not go well. */
  readonly quiet: boolean;
  readonly seconds?: number;
}

/** The words, with a line break at their end; empty where there is nothing to say. */
export function ranText(report: RenderReport, options: RanOptions): string {
  const { paint, columns, quiet } = options;
  switch (report.status) {
    case "ran": {
      // What was stopped by an edit or a key, the watcher itself goes on with.
      const outcomes = report.outcomes.filter(({ outcome }) => outcome.status !== "interrupted");
      const isIdle = outcomes.every(
        ({ outcome }) => outcome.status === "kept" && outcome.conflict === undefined,
      );
      if (isIdle || (quiet && report.exit === EXIT.done)) return "";
      return runSummary({ ...report, outcomes, interrupted: false }, { ...options, again: "" });
    }
    case "invalid":
      return diagnosticsText(report.diagnostics, paint, columns);
    case "locked":
    case "route":
    case "refused":
      return excludedNote(report, paint, columns);
    case "stale":
      return page(
        wrap("the plan had changed before it was rendered: it is shown anew", columns).map(paint.costly),
        uncoveredLines(report.uncovered).flatMap((line) => wrap(line, columns)),
      );
    case "approval_needed":
    case "declined":
      return page(wrap("not rendered: a yes is missing", columns).map(paint.costly), []);
    case "frozen":
      return page(wrap("not rendered: the lockfile would change", columns).map(paint.costly), []);
  }
}

function page(...parts: readonly (readonly string[])[]): string {
  return parts
    .flat()
    .map((line) => `${line}\n`)
    .join("");
}
