/**
 * `download`: brings back what is paid for. Watched like a render, and told on stderr like one; it asks nothing, because
 * nothing that it does can cost money.
 */
import {
  counted,
  EXIT,
  listWords,
  safeText,
  type CopiesReport,
  type DownloadReport,
  type ExitCode,
  type Outcome,
  type Project,
  type RenderReport,
  type RunEvent,
} from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import { isAutomatic } from "./colours.js";
import { reportData } from "./command-render.js";
import type { Command } from "./commands.js";
import { copiesData } from "./data-settle.js";
import { exitOfSignal } from "./io.js";
import { wrap } from "./layout.js";
import { watchRun, type Progress } from "./progress.js";
import { sameLine } from "./request.js";
import { copiesNote } from "./view-copies.js";
import { renderNote } from "./view-render.js";
import { runSummary } from "./view-summary.js";

type DownloadCommand = Command & { name: "download" };
type Ran = Extract<RenderReport, { status: "ran" }>;

const NO_FLAGS = { targets: [], allowUnknownPrice: [], rebuy: [], retryRefused: [] };

/** Fetches what is paid for and not here, or compares. */
export function downloadCommand(command: DownloadCommand, context: CommandContext): Promise<Answer> {
  return withProject(context, "download", async (project) => {
    const progress = watch(context);
    const onAbort = () => progress.stopping();
    context.io.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return command.again.length > 0
        ? await compare(project, command, context, progress)
        : await fetchAll(project, command, context, progress);
    } finally {
      progress.done();
      context.io.signal.removeEventListener("abort", onAbort);
    }
  });
}

function watch({ io, globals, err: paint }: CommandContext): Progress {
  const lively = io.stderrIsTTY && !isAutomatic(io.env) && io.env["TERM"] !== "dumb";
  return watchRun({
    write: (text) => io.stderr.write(text),
    paint,
    verbose: globals.verbose,
    quiet: globals.quiet,
    now: () => io.now(),
    ...(lively && io.live !== undefined ? { live: io.live } : {}),
    ...(io.everySecond === undefined ? {} : { everySecond: io.everySecond }),
  });
}

async function fetchAll(
  project: Project,
  command: DownloadCommand,
  context: CommandContext,
  progress: Progress,
): Promise<Answer> {
  const report = await project.download({
    ...profilePart(command),
    ...(command.steps.length === 0 ? {} : { targets: command.steps }),
    all: command.all,
    overwriteOutputs: command.overwriteOutputs,
    signal: context.io.signal,
    onPlan: (plan) => progress.plan(plan),
    emit: (event) => {
      if (!isLeftOut(event)) progress.emit(event);
    },
  });
  progress.done();
  const { run, rest } = report;
  const left = run.status === "ran" ? leftOut(run) : [];
  const data = {
    ...reportData(run, []),
    not_rendered: left,
    ...(rest === undefined ? {} : { rest: copiesData(rest) }),
  };
  const diagnostics = withWarnings(project, [...run.diagnostics, ...(rest?.diagnostics ?? [])]);
  const note = noteOf(report, left, command, context, progress);
  return { exit: exitNow(report.exit, context), data, diagnostics, ...(note === "" ? {} : { note }) };
}

async function compare(
  project: Project,
  command: DownloadCommand,
  context: CommandContext,
  progress: Progress,
): Promise<Answer> {
  const report = await project.compare(command.again, {
    ...profilePart(command),
    signal: context.io.signal,
    emit: (event) => progress.emit(event),
  });
  progress.done();
  const note = copiesNote(report, context.err, context.columns);
  return {
    exit: exitNow(report.exit, context),
    data: copiesData(report),
    diagnostics: withWarnings(project, report.diagnostics),
    ...(note === "" ? {} : { note }),
  };
}

function profilePart({ profile }: DownloadCommand): { readonly profile?: string } {
  return profile === undefined ? {} : { profile };
}

function exitNow(exit: ExitCode, { io }: CommandContext): ExitCode {
  return exit === EXIT.interrupted ? exitOfSignal(io.signal) : exit;
}

/** What is not rendered yet is told in one line at the end. */
function isLeftOut(event: RunEvent): boolean {
  return event.type === "step_ended" && isNotRendered(event.outcome);
}

function isNotRendered(outcome: Outcome): boolean {
  return outcome.status === "blocked" && outcome.because.because === "not_rendered";
}

function leftOut({ outcomes }: Ran): readonly string[] {
  return outcomes.flatMap(({ step, outcome }) => (isNotRendered(outcome) ? [step] : []));
}

function noteOf(
  { run, rest }: DownloadReport,
  left: readonly string[],
  command: DownloadCommand,
  { globals, err: paint, columns }: CommandContext,
  progress: Progress,
): string {
  const options = { paint, columns: progress.columns() ?? columns };
  if (run.status !== "ran") return renderNote(run, { ...options, globals, flags: NO_FLAGS, shots: false });
  const told: Ran = { ...run, outcomes: run.outcomes.filter(({ outcome }) => !isNotRendered(outcome)) };
  const again = sameLine(globals, command, command.steps);
  // Who stopped before all was asked for knows nothing of what is left.
  const idle =
    !run.interrupted &&
    told.outcomes.every(({ outcome }) => outcome.status === "kept" && outcome.conflict === undefined);
  const seconds = progress.seconds();
  const summary = idle
    ? `nothing to bring back${told.outcomes.length === 0 ? "" : `, ${counted(told.outcomes.length, "step is", "steps are")} here`}\n`
    : runSummary(told, {
        ...options,
        shots: progress.isLive,
        again,
        ...(seconds === undefined ? {} : { seconds }),
      });
  return [
    summary,
    run.interrupted ? "" : leftText(left, columns),
    rest === undefined ? "" : restNote(rest, options),
  ].join("");
}

function leftText(left: readonly string[], columns: number): string {
  if (left.length === 0) return "";
  const lines = wrap(`not rendered yet: ${listWords(left.map(safeText))}`, columns);
  return `${[...lines, "    klingmake render"].join("\n")}\n`;
}

function restNote(
  rest: CopiesReport,
  { paint, columns }: { readonly paint: CommandContext["err"]; readonly columns: number },
): string {
  return rest.status === "compared" && rest.copies.length === 0
    ? "the store has all that the lockfile names\n"
    : copiesNote(rest, paint, columns);
}
