/**
 * The commands that only look: `validate`, `status`, `why`, `graph`, `models`, `schema`. None makes a request or
 * changes a file of the project.
 */
import {
  EXIT,
  counted,
  createCatalog,
  hasErrors,
  schemaText,
  type Diagnostic,
  type Project,
} from "../index.js";
import { openFor, withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { plannedData } from "./data-plan.js";
import { modelData } from "./data-models.js";
import { planRequest } from "./request.js";
import { graphText } from "./view-graph.js";
import { modelsPage } from "./view-models.js";
import { countStandings, standingOf, statusPage } from "./view-status.js";
import { whyPage } from "./view-why.js";

// More profiles than these are counted and not named.
const MOST_NAMED = 20;

/** Checks every profile. */
export async function validateCommand(context: CommandContext): Promise<Answer> {
  return withProject(context, "validate", async (project) => {
    const diagnostics = withWarnings(project, await project.check());
    const errors = diagnostics.filter((each) => each.severity === "error").length;
    const data = {
      file: project.file,
      project: project.name,
      profiles: project.profiles,
      errors,
      warnings: diagnostics.length - errors,
    };
    if (errors > 0) return { exit: EXIT.invalid, data, diagnostics };
    const { length } = project.profiles;
    const named =
      length > MOST_NAMED
        ? counted(length, "profile")
        : `the ${length === 1 ? "profile" : "profiles"} ${project.profiles.join(", ")}`;
    const profiles = length === 0 ? "" : `, with ${named}`;
    return { exit: EXIT.done, data, diagnostics, text: `${project.name} is valid${profiles}\n` };
  });
}

/** Shows where the film stands. */
export async function statusCommand(
  command: Command & { name: "status" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "status", async (project) => {
    const { value: plan, diagnostics } = await project.plan(planRequest(command.plan));
    if (plan === undefined || hasErrors(diagnostics)) return invalid(project, diagnostics);
    const data = {
      project: plan.project,
      profile: plan.profile,
      count: countStandings(plan),
      steps: plan.steps.map((each) => ({ ...plannedData(each), standing: standingOf(each) })),
    };
    const text = statusPage(plan, context.out, context.columns);
    return { exit: EXIT.done, data, diagnostics: withWarnings(project, diagnostics), text };
  });
}

/** Shows what is in a step's key. */
export async function whyCommand(
  command: Command & { name: "why" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "why", async (project) => {
    const { value: report, diagnostics } = await project.why(command.step, planRequest(command.plan));
    if (report === undefined || hasErrors(diagnostics)) return invalid(project, diagnostics);
    const data = {
      step: plannedData(report.planned),
      key_inputs: report.planned.inputs,
      ...(report.before === undefined
        ? {}
        : { before: { key: report.before.key, key_inputs: report.before.inputs } }),
      changes: report.changes,
      dependents: report.dependents,
      ...(report.task === undefined
        ? {}
        : {
            task: {
              reference: report.task.reference,
              state: report.task.state,
              since: report.task.started,
              task: report.task.task ?? null,
            },
          }),
    };
    const text = whyPage(report, context.out, context.columns, context.io.now());
    return { exit: EXIT.done, data, diagnostics: withWarnings(project, diagnostics), text };
  });
}

/** Prints the graph. */
export async function graphCommand(
  command: Command & { name: "graph" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "graph", async (project) => {
    const { value: graph, diagnostics } = await project.graph(command.profile);
    if (graph === undefined || hasErrors(diagnostics)) return invalid(project, diagnostics);
    const data = {
      project: graph.project,
      profile: graph.profile,
      realm: graph.realm,
      steps: graph.steps.map((step) => ({
        id: step.id,
        action: step.action.kind,
        needs: step.needs,
        ...(step.output === undefined ? {} : { output: step.output }),
        ...(step.title === undefined ? {} : { title: step.title }),
      })),
    };
    const text = graphText(graph, command.format, context.columns);
    return { exit: EXIT.done, data, diagnostics: withWarnings(project, diagnostics), text };
  });
}

/** Lists the models: the project's where there is one, else the built-in ones. */
export async function modelsCommand(
  command: Command & { name: "models" },
  context: CommandContext,
): Promise<Answer> {
  const { globals, out, columns } = context;
  const opened = await openFor(context, "models");
  // Without a manifest the built-in list is the answer; one that was named or is broken has another, which is not known.
  const missing =
    opened.diagnostics.some((each) => each.code === "file/not-found") && globals.file === undefined;
  if (opened.value === undefined && !missing) {
    return { exit: EXIT.invalid, data: {}, diagnostics: opened.diagnostics };
  }
  const catalog = opened.value?.catalog ?? createCatalog().value;
  if (catalog === undefined) throw new Error("the built-in catalog has problems");
  const options = { paint: out, columns, all: command.all, verbose: globals.verbose };
  return {
    exit: EXIT.done,
    data: { models: catalog.all().map((model) => modelData(model, catalog)) },
    diagnostics: missing ? [] : opened.diagnostics,
    text: modelsPage(catalog, options),
  };
}

/** Prints a schema. */
export async function schemaCommand(command: Command & { name: "schema" }): Promise<Answer> {
  const text = await schemaText(command.which);
  const data: unknown = JSON.parse(text);
  return { exit: EXIT.done, data, diagnostics: [], text: text.endsWith("\n") ? text : `${text}\n` };
}

function invalid(project: Project, diagnostics: readonly Diagnostic[]): Answer {
  return { exit: EXIT.invalid, data: {}, diagnostics: withWarnings(project, diagnostics) };
}
