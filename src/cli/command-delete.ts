/**
 * `delete`: what stays with the vendor goes to stdout, as it is or as it was deleted. What is about to go is shown with the
 * question, and the answer is no unless somebody says otherwise.
 */
import { EXIT, type DeleteReport } from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { exitOfSignal } from "./io.js";
import { wrap } from "./layout.js";
import { sameLine } from "./request.js";
import { deleteData, deleteQuestion, thingsPage } from "./view-delete.js";
import { excludedNote } from "./view-excluded.js";

type DeleteCommand = Command & { name: "delete" };

/** Lists what stays with the vendor, and has it deleted. */
export function deleteCommand(command: DeleteCommand, context: CommandContext): Promise<Answer> {
  return withProject(context, "delete", async (project) => {
    const { io, columns, out, err } = context;
    const { ask } = io;
    const report = await project.delete({
      ...(command.profile === undefined ? {} : { profile: command.profile }),
      names: command.names,
      unused: command.unused,
      yes: command.yes,
      signal: io.signal,
      ...(ask === undefined ? {} : { ask: (things) => ask(deleteQuestion(things, err, columns)) }),
    });
    const note = noteOf(report, command, context);
    return {
      exit: report.exit === EXIT.interrupted ? exitOfSignal(io.signal) : report.exit,
      data: deleteData(report),
      diagnostics: withWarnings(project, report.diagnostics),
      ...(report.status === "listed" || report.status === "deleted"
        ? { text: thingsPage(report, project.name, out, columns) }
        : {}),
      ...(note === "" ? {} : { note }),
    };
  });
}

function noteOf(
  report: DeleteReport,
  command: DeleteCommand,
  { err: paint, columns, globals }: CommandContext,
): string {
  const flow = (text: string) => wrap(text, columns).join("\n");
  switch (report.status) {
    case "locked":
    case "refused":
    case "route":
      return excludedNote(report, paint, columns);
    case "declined":
      return `${flow("nothing was deleted")}\n`;
    case "confirmation_needed": {
      const line = sameLine(globals, command, [
        ...command.names,
        ...(command.unused ? ["--unused"] : []),
        "--yes",
      ]);
      const told = deleteQuestion(report.things, paint, columns).split("\n").slice(0, -1).join("\n");
      const why = flow("deleting wants a yes, and nobody is there to ask; nothing was deleted");
      return `${told}\n${paint.bad(why)}\n  ${line}\n`;
    }
    case "invalid":
    case "listed":
    case "deleted":
      return "";
  }
}
