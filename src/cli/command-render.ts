/**
 * `render`: shows the plan, asks where a yes is wanted, watches the run, says what came of it. All of that is for people
 * and goes to stderr; stdout carries the envelope of `--json`, the lines of `--events -`, or nothing. Spending is
 * decided by the library alone: this file only passes on what the person said.
 */
import {
  EXIT,
  counted,
  safeText,
  sumDrifts,
  usd,
  type Plan,
  type RenderReport,
  type RenderRequest,
  type WantsYes,
} from "../index.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import { isAutomatic } from "./colours.js";
import { STDOUT, type Command } from "./commands.js";
import { planData, wantData, type Data } from "./data-plan.js";
import { usdJson } from "../show/money-text.js";
import { driftSumData, eventData, outcomeData } from "./data-run.js";
import { eventLine } from "./envelope.js";
import { withEvents } from "./events-file.js";
import { exitOfSignal, type Io, type Sink } from "./io.js";
import { wrap } from "./layout.js";
import { watchRun, type Progress } from "./progress.js";
import { planRequest, policyOf } from "./request.js";
import { driftsOf } from "../show/run-forecast.js";
import { planSheet } from "./view-plan.js";
import { questionOf } from "./view-question.js";
import { renderNote } from "./view-render.js";

type RenderCommand = Command & { name: "render" };

/** Renders, after a yes where one is wanted; the events file, if any, ends with the envelope whatever happens. */
export function renderCommand(command: RenderCommand, context: CommandContext): Promise<Answer> {
  return withEvents("render", command.events, context, (events) => renderProject(command, context, events));
}

async function renderProject(
  command: RenderCommand,
  context: CommandContext,
  events?: Sink,
): Promise<Answer> {
  return withProject(context, "render", async (project) => {
    const { io, globals, err: paint, columns } = context;
    const write = (text: string) => io.stderr.write(text);
    // Lines of two streams on one terminal cannot be drawn over.
    const shared = command.events === STDOUT && io.stdoutIsTTY;
    const lively = io.stderrIsTTY && !shared && !isAutomatic(io.env) && io.env["TERM"] !== "dumb";
    const progress = watchRun({
      write,
      paint,
      verbose: globals.verbose,
      quiet: globals.quiet,
      now: () => io.now(),
      ...(command.plan.maxCostUsd === undefined ? {} : { maxCost: usd(command.plan.maxCostUsd) }),
      ...(lively && io.live !== undefined ? { live: io.live } : {}),
      ...(io.everySecond === undefined ? {} : { everySecond: io.everySecond }),
    });
    const onAbort = () => {
      progress.stopping();
      progress.say(stoppingText(progress, columns));
    };
    io.signal.addEventListener("abort", onAbort, { once: true });
    let wants: readonly WantsYes[] = [];
    const sheet = (plan: Plan) =>
      planSheet(plan, wants, {
        paint,
        columns,
        now: io.now(),
        verbose: globals.verbose,
        models: project.catalog,
      });
    // Who wants to read little has not seen yet what is asked about.
    const shownFirst = (ask: NonNullable<Io["ask"]>) => (plan: Plan) => {
      if (globals.quiet) write(`${sheet(plan)}\n`);
      return ask(questionOf(plan));
    };
    const policy = policyOf(command.policy);
    try {
      const report = await project.render({
        ...planRequest(command.plan),
        ...(command.approve === undefined ? {} : { approve: command.approve }),
        yes: command.yes,
        rehearse: command.rehearse,
        frozen: command.frozen,
        overwriteOutputs: command.overwriteOutputs,
        ...callbackOf(command),
        policy,
        signal: io.signal,
        emit: (event) => {
          events?.write(eventLine(io.now(), eventData(event)));
          progress.emit(event);
        },
        onPlan: (plan) => {
          wants = project.wantsYes(plan, { policy, rehearse: command.rehearse });
          progress.plan(plan);
          if (globals.quiet) return;
          write(nothingToDo(plan) && !globals.verbose ? `${idleText(plan)}\n` : `${sheet(plan)}\n`);
        },
        ...(io.ask === undefined ? {} : { ask: shownFirst(io.ask) }),
      });
      progress.done();
      const answer = answerOf(report, wants, command, context, progress);
      return { ...answer, diagnostics: withWarnings(project, answer.diagnostics) };
    } finally {
      progress.done();
      io.signal.removeEventListener("abort", onAbort);
    }
  });
}

function callbackOf({ callback: url, listen }: RenderCommand): Pick<RenderRequest, "callback"> {
  if (url === undefined) return {};
  return { callback: { url, ...(listen === undefined ? {} : { listen }) } };
}

function nothingToDo(plan: Plan): boolean {
  return plan.steps.every((each) => each.decision.kind === "keep" && each.decision.conflict !== true);
}

function idleText(plan: Plan): string {
  return `${safeText(plan.project)} · profile ${safeText(plan.profile)}: nothing to do, ${counted(plan.steps.length, "step is", "steps are")} fresh`;
}

function stoppingText(progress: Progress, columns: number): string {
  const under = progress.underWay();
  const stopping = wrap("stopping: nothing more is submitted (Ctrl-C again leaves at once)", columns);
  // What is under way stands in the live view, and in the summary that will take its place.
  if (progress.isLive) return `${stopping.join("\n")}\n`;
  const lines = [
    "",
    ...stopping,
    ...(under.length === 0
      ? ["no step is under way"]
      : wrap(`under way, collected by the next render: ${under.join(", ")}`, columns)),
  ];
  return `${lines.join("\n")}\n`;
}

function answerOf(
  report: RenderReport,
  wants: readonly WantsYes[],
  command: RenderCommand,
  { io, globals, err: paint, columns }: CommandContext,
  progress: Progress,
): Answer {
  const exit = report.exit === EXIT.interrupted ? exitOfSignal(io.signal) : report.exit;
  // Built only for who reads it: for a long film it is most of what a run with nothing to do would print.
  const isRead = globals.json || command.events !== undefined;
  const data = isRead ? reportData(report, wants) : {};
  const idle =
    report.status === "ran" && report.plan !== undefined && nothingToDo(report.plan) && !globals.verbose;
  const seconds = progress.seconds();
  const note = idle
    ? ""
    : renderNote(report, {
        globals,
        flags: command.plan,
        paint,
        columns: progress.columns() ?? columns,
        shots: progress.isLive,
        ...(seconds === undefined ? {} : { seconds }),
        ...(command.approve === undefined ? {} : { approve: command.approve }),
      });
  return { exit, data, diagnostics: report.diagnostics, ...(note === "" ? {} : { note }) };
}

/** A report as data. */
export function reportData(report: RenderReport, wants: readonly WantsYes[]): Data {
  return {
    status: report.status,
    ...(report.plan === undefined ? {} : planData(report.plan, wants)),
    ...statusData(report),
  };
}

/** What a report's status brings with it. */
export function statusData(report: RenderReport): Data {
  switch (report.status) {
    case "invalid":
      return {};
    case "locked":
      return report.holder === undefined ? {} : { holder: report.holder };
    case "approval_needed":
    case "declined":
      return { wants_yes: report.wants.map(wantData) };
    case "stale":
      return { uncovered: report.uncovered };
    case "frozen":
      return { frozen_steps: report.steps };
    case "route":
    case "refused":
      return { message: report.message, help: report.help };
    case "ran":
      return {
        outcomes: report.outcomes.map(({ step, outcome }) => ({ step, ...outcomeData(outcome, step) })),
        spent: usdJson(report.spent),
        drift: driftSumData(sumDrifts(driftsOf(report.outcomes))),
        interrupted: report.interrupted,
      };
  }
}
