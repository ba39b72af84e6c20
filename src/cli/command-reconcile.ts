/**
 * `reconcile`: what is open goes to stdout, as it is or as it was settled. The one thing that it asks a person is whether
 * something is to be given up.
 */
import { EXIT, type ReconcileReport } from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { reconcileData } from "./data-settle.js";
import { exitOfSignal } from "./io.js";
import { wrap } from "./layout.js";
import { sameLine } from "./request.js";
import { excludedNote } from "./view-excluded.js";
import { abandonQuestion, mattersPage } from "./view-matters.js";

type ReconcileCommand = Command & { name: "reconcile" };

/** Lists what is open, and settles it. */
export function reconcileCommand(command: ReconcileCommand, context: CommandContext): Promise<Answer> {
  return withProject(context, "reconcile", async (project) => {
    const { io, columns, out } = context;
    const { ask } = io;
    const report = await project.reconcile({
      ...(command.profile === undefined ? {} : { profile: command.profile }),
      ...(command.steps.length === 0 ? {} : { names: command.steps }),
      ...(command.task === undefined ? {} : { task: command.task }),
      list: command.list,
      abandon: command.abandon,
      yes: command.yes,
      signal: io.signal,
      ...(ask === undefined ? {} : { ask: (matters) => ask(abandonQuestion(matters)) }),
    });
    const exit = report.exit === EXIT.interrupted ? exitOfSignal(io.signal) : report.exit;
    const note = noteOf(report, command, context);
    return {
      exit,
      data: reconcileData(report),
      diagnostics: withWarnings(project, report.diagnostics),
      ...("matters" in report ? { text: mattersPage(report, project.name, out, columns) } : {}),
      ...(note === "" ? {} : { note }),
    };
  });
}

function noteOf(
  report: ReconcileReport,
  command: ReconcileCommand,
  { err: paint, columns, globals }: CommandContext,
): string {
  const flow = (text: string) => wrap(text, columns).join("\n");
  switch (report.status) {
    case "locked":
    case "refused":
    case "route":
      return excludedNote(report, paint, columns);
    case "declined":
      return `${flow("nothing was given up")}\n`;
    case "confirmation_needed": {
      const line = sameLine(globals, command, [...command.steps, "--abandon", "--yes"]);
      return `${paint.bad(flow("giving up wants a yes, and nobody is there to ask; nothing was given up"))}\n  ${line}\n`;
    }
    case "invalid":
    case "listed":
    case "settled":
      return "";
  }
}
