/**
 * `plan`: the call sheet on stdout. Makes no request, or with --refresh free ones. What is over budget or has no price is shown and exits 0, because
 * looking is not refused; `render` refuses.
 */
import { EXIT, hasErrors } from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { planData } from "./data-plan.js";
import { envelopeLine } from "./envelope.js";
import { planRequest, policyOf, policyParts, renderParts } from "./request.js";
import { diagnosticsJson } from "./view-diagnostics.js";
import { planSheet } from "./view-plan.js";
import { nextLines } from "./view-question.js";

/** Plans and shows. */
export async function planCommand(
  command: Command & { name: "plan" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "plan", async (project) => {
    const { value: plan, diagnostics } = await project.plan({
      ...planRequest(command.plan),
      refresh: command.refresh,
    });
    const said = withWarnings(project, diagnostics);
    if (plan === undefined || hasErrors(diagnostics)) {
      const exit = diagnostics.some((each) => each.code === "run/credentials")
        ? EXIT.credentials
        : EXIT.invalid;
      return { exit, data: {}, diagnostics: said };
    }
    const wants = project.wantsYes(plan, { policy: policyOf(command.policy), rehearse: command.rehearse });
    const changes = plan.steps.some((each) => each.decision.kind !== "keep");
    const exit = command.detailedExitcode && changes ? EXIT.changes : EXIT.done;
    const data = planData(plan, wants);
    if (command.out !== undefined) {
      const file = await context.io.createFile(command.out);
      file.write(envelopeLine({ command: "plan", exit, data, diagnostics: diagnosticsJson(said) }));
      await file.close();
    }
    const { out: paint, columns, globals } = context;
    const sheet = planSheet(plan, wants, {
      paint,
      columns,
      now: context.io.now(),
      verbose: globals.verbose,
      models: project.catalog,
    });
    const asked = [...policyParts(command.policy), ...(command.rehearse ? [["--rehearse"]] : [])];
    const lineOf = (...more: readonly (readonly string[])[]) =>
      renderParts(globals, command.plan, [...asked, ...more]);
    const next = nextLines(plan, wants, lineOf, columns);
    return {
      exit,
      data,
      diagnostics: said,
      text: `${sheet}${next === "" ? "" : `\n${next}`}`,
    };
  });
}
