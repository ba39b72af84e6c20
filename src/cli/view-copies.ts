/**
 * What came of copies that were asked of the vendor beside the steps, one line each. Foreign text is made safe here.
 */
import { safeText, type CopiesReport, type CopyReport } from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";
import { excludedNote } from "./view-excluded.js";

/** The note, with a line break at its end; empty when its diagnostics say it all. */
export function copiesNote(report: CopiesReport, paint: Paint, columns: number): string {
  const page = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  switch (report.status) {
    case "invalid":
      return "";
    case "locked":
    case "refused":
    case "route":
      return excludedNote(report, paint, columns);
    case "compared":
      return page(report.copies.flatMap((each) => copyLines(each, paint, columns)));
  }
}

function copyLines({ copy, held, came }: CopyReport, paint: Paint, columns: number): readonly string[] {
  const digest = copy.artifact.sha256.slice(0, 8);
  const name = copy.step === undefined ? `a rendering of key ${copy.key.slice(0, 8)}` : safeText(copy.step);
  const store = { whole: "the store has it whole", missing: "the store lacked it", damaged: DAMAGED }[held];
  const line = (text: string) => wrap(`${name}: ${text}`, columns);
  switch (came.kind) {
    case "same":
      return line(
        `the vendor's copy is the recorded one (${digest}); ${held === "whole" ? store : `${store}, and has it again`}`,
      ).map(paint.good);
    case "other":
      return [
        ...line(
          `the vendor's copy (${came.artifact.sha256.slice(0, 8)}) is not the recorded one (${digest}); ${store}`,
        ).map(paint.bad),
        ...wrap(
          "nothing recorded was replaced; the other copy is in the store under its own digest",
          columns - 4,
        ).map((text) => `    ${text}`),
      ];
    case "gone":
      return line(`the vendor has no copy of it any more (${digest}); ${store}`).map(
        held === "whole" ? paint.costly : paint.bad,
      );
    case "failed": {
      const { outcome } = came;
      const why =
        outcome.status === "failed" ? (outcome.diagnostic.why ?? outcome.diagnostic.message) : outcome.status;
      return line(`could not be fetched: ${why}; ${store}`).map(paint.bad);
    }
    case "stopped":
      return line("stopped; run the same command again").map(paint.costly);
  }
}

const DAMAGED = "what the store had was damaged and is put aside";
