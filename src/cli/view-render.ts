/**
 * What a render came to, in words: the summary of a run, or why there was none and what to do. Names whole digests,
 * because they are read from logs and pasted.
 */
import { counted, listWords, safeText, type RenderReport } from "../index.js";
import type { Paint } from "./colours.js";
import type { GlobalFlags, PlanFlags } from "./commands.js";
import { wrap } from "./layout.js";
import { renderLine } from "./request.js";
import { excludedNote } from "./view-excluded.js";
import { uncoveredLines } from "./view-outcome.js";
import { runSummary } from "./view-summary.js";
import { wantsText } from "./view-totals.js";

/** What the note is made with. */
export interface NoteOptions {
  readonly globals: GlobalFlags;
  readonly flags: PlanFlags;
  readonly paint: Paint;
  readonly columns: number;
  /** A live view has shown the run and is gone: its end lists the shots. */
  readonly shots: boolean;
  /** How long the run took. */
  readonly seconds?: number;
  /** The plan that the run was approved for. */
  readonly approve?: string;
}

/** The note for a report, with a line break at its end; empty when its diagnostics say it all. */
export function renderNote(report: RenderReport, options: NoteOptions): string {
  const { paint, columns, globals, flags } = options;
  const flow = (text: string) => wrap(text, columns).join("\n");
  const page = (...lines: readonly string[]) => `${lines.join("\n")}\n`;
  switch (report.status) {
    case "invalid":
      return "";
    case "approval_needed":
      return page(
        paint.bad(flow("approval needed, and nobody is there to ask; nothing was submitted")),
        // The plan above has said it, where it was shown.
        ...(globals.quiet ? wantsText(report.wants).map((why) => flow(why)) : []),
        ...(report.plan === undefined
          ? []
          : [
              flow("read the plan, then approve exactly that:"),
              `  ${renderLine(globals, flags, ["--approve", report.plan.digest])}`,
            ]),
      );
    case "declined":
      return page(flow("not rendered; nothing was submitted"));
    case "stale":
      return page(
        paint.bad(flow("the approval does not cover this plan; nothing was submitted")),
        ...uncoveredLines(report.uncovered).map(flow),
        flow("plan again, and approve the new digest"),
      );
    case "frozen":
      return page(
        paint.bad(
          flow(
            `--frozen: ${counted(report.steps.length, "step")} would change the lockfile; nothing was submitted`,
          ),
        ),
        flow(listWords(report.steps.map((step) => safeText(step)))),
        flow("render without --frozen first, and commit the lockfile"),
      );
    case "locked":
    case "route":
    case "refused":
      return excludedNote(report, paint, columns);
    case "ran":
      return runSummary(report, { ...options, again: againLine(options) });
  }
}

/** How a stopped run goes on. What was to be bought again has been ordered or not; it is not ordered twice by itself. */
function againLine({ globals, flags, approve }: NoteOptions): string {
  const more = approve === undefined ? [] : ["--approve", approve];
  return renderLine(globals, { ...flags, rebuy: [], retryRefused: [] }, more);
}
