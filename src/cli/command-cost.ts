/**
 * `cost`: what was billed, beside what was expected. Looks only; makes no request and changes nothing.
 */
import { EXIT, groupCharges, hasErrors } from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { costCsv, costData } from "./data-cost.js";
import { costPage } from "./view-cost.js";

/** Shows the ledger. */
export async function costCommand(
  command: Command & { name: "cost" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "cost", async (project) => {
    const { value: report, diagnostics } = await project.cost(command.profile);
    const said = withWarnings(project, diagnostics);
    if (report === undefined || hasErrors(diagnostics))
      return { exit: EXIT.invalid, data: {}, diagnostics: said };
    const { by, csv } = command;
    const groups = groupCharges(report.charges, by);
    const { globals, out: paint, columns } = context;
    const text = csv
      ? costCsv(groups, by)
      : costPage(report, groups, { by, paint, columns, verbose: globals.verbose });
    const data = globals.json ? costData(report, groups, by) : {};
    return { exit: EXIT.done, data, diagnostics: said, text };
  });
}
