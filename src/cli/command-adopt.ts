/**
 * `adopt`: binds a file to a step, and says on stderr what was written. Nothing that it does costs money, so nothing is asked.
 */
import { safeText, type AdoptReport } from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { adoptData } from "./data-settle.js";
import { wrap } from "./layout.js";
import { excludedNote } from "./view-excluded.js";

/** Binds a file to a step. */
export function adoptCommand(command: Command & { name: "adopt" }, context: CommandContext): Promise<Answer> {
  return withProject(context, "adopt", async (project) => {
    const { file, as: step, profile, overwriteOutputs } = command;
    const report = await project.adopt({
      file,
      step,
      overwriteOutputs,
      ...(profile === undefined ? {} : { profile }),
    });
    const note = noteOf(report, context);
    return {
      exit: report.exit,
      data: adoptData(report),
      diagnostics: withWarnings(project, report.diagnostics),
      ...(note === "" ? {} : { note }),
    };
  });
}

function noteOf(report: AdoptReport, { err: paint, columns }: CommandContext): string {
  const flow = (text: string) => wrap(text, columns);
  switch (report.status) {
    case "invalid":
      return "";
    case "locked":
    case "refused":
      return excludedNote(report, paint, columns);
    case "already":
    case "adopted": {
      const { step, output, conflict, flags } = report;
      const lines =
        report.status === "already"
          ? flow(`${safeText(step)} has this very file already; nothing was changed`)
          : [
              ...flow(`${safeText(step)} has the file now; nothing was paid`).map(paint.good),
              ...flags.flatMap((flag) => wrap(flag, columns - 2).map((line) => `  ${line}`)),
            ];
      const placed = output === undefined || conflict !== undefined ? [] : [`  ${safeText(output)}`];
      return `${[...lines, ...placed].join("\n")}\n`;
    }
  }
}
