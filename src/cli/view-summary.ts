/**
 * The end of a run: the shots and where they lie, what did not go well with what to do, then counts, time and money.
 * Where the events were printed as they came, the shots have been told and are left out. Foreign text is made safe here.
 */
import { counted, formatSeconds, formatUsd, type Outcome, type RenderReport, type StepId } from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, fit, wrap } from "./layout.js";
import { usdRange } from "./money-text.js";
import { shotsOf, stepsOf, type Shot } from "./shots.js";
import { diagnosticBlock } from "./view-diagnostics.js";
import { outcomeHelp, outcomeNote, outcomePaint, outcomeWord } from "./view-outcome.js";

/** How a summary is made. */
export interface SummaryOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Lists the shots. */
  readonly shots: boolean;
  readonly seconds?: number;
  /** The command line that goes on with a stopped run. */
  readonly again: string;
}

type Ran = Extract<RenderReport, { status: "ran" }>;
type Outcomes = ReadonlyMap<StepId, Outcome>;

/** More shots than these are counted, as nobody reads so many lines. */
const SHOTS_MOST = 24;
const TITLE_MOST = 28;
const TITLE_LEAST = 12;

/** The summary of a run, with a line break at its end. */
export function runSummary(report: Ran, options: SummaryOptions): string {
  const { paint, columns } = options;
  const lines = [
    ...(options.shots ? shotList(report, options) : []),
    ...troubles(report, options),
    ...wrap(totalsLine(report, options.seconds), columns).map(paint.strong),
    ...(report.interrupted ? stoppedLines(report, options) : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** What ended not as it should, with what to do. */
function troubles(report: Ran, { paint, columns }: SummaryOptions): readonly string[] {
  const lines: string[] = [];
  let parted = false;
  for (const { step, outcome } of report.outcomes) {
    const help = outcomeHelp(outcome, step);
    if (
      help === undefined &&
      outcome.status !== "failed" &&
      (isFine(outcome) || outcome.status === "blocked")
    )
      continue;
    const told =
      outcome.status === "failed" ? outcome.diagnostic : "conflict" in outcome ? outcome.conflict : undefined;
    if (told !== undefined) {
      lines.push("", diagnosticBlock(told, paint, columns));
      parted = true;
      continue;
    }
    // Where it lies and what it cost is said of every shot; this is about what is odd.
    const note = outcome.status === "rendered" ? outcome.flags.join("; ") : outcomeNote(outcome, step);
    const headline = note.includes(step) ? note : `${step} ${outcomeWord(outcome)}: ${note}`;
    if (parted) lines.push("");
    lines.push(...wrap(headline, columns).map(outcomePaint(outcome, paint)));
    if (help !== undefined) lines.push(...wrap(help, columns - 4).map((line) => `    ${line}`));
  }
  return parted ? [...lines, ""] : lines;
}

function isFine(outcome: Outcome): boolean {
  return (
    outcome.status === "kept" ||
    outcome.status === "interrupted" ||
    outcome.status === "restored" ||
    (outcome.status === "rendered" && outcome.flags.length === 0)
  );
}

function totalsLine(report: Ran, seconds: number | undefined): string {
  const statuses = ["rendered", "restored", "kept", "failed", "blocked", "unknown", "interrupted"] as const;
  const parts = statuses.flatMap((status) => {
    const count = report.outcomes.filter(({ outcome }) => outcome.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const all = parts.length === 0 ? "no steps" : parts.join(", ");
  const time = seconds === undefined ? "" : ` in ${formatSeconds(seconds)}`;
  return `${all}${time}; ${moneyText(report)}`;
}

function moneyText({ plan, spent, outcomes }: Ran): string {
  if (plan?.realm === "sandbox") return "nothing spent (sandbox)";
  const isGuess = outcomes.some(
    ({ outcome }) => outcome.status === "rendered" && outcome.billed.kind === "unknown",
  );
  const paid = spent === 0 ? "nothing spent" : `${isGuess ? "about " : ""}${formatUsd(spent)} spent`;
  const saved = plan?.totals.saved.usd;
  return saved === undefined || saved.high === 0
    ? paid
    : `${paid}, ${usdRange(saved)} saved by what was kept`;
}

function stoppedLines(report: Ran, { paint, columns, again }: SummaryOptions): readonly string[] {
  const left = report.outcomes.filter(
    ({ outcome }) => outcome.status === "interrupted" && outcome.underWay,
  ).length;
  const where = report.plan?.realm === "sandbox" ? "in the sandbox" : "at the vendor";
  const what =
    left === 0
      ? `no step is under way ${where}`
      : `${counted(left, "task is", "tasks are")} under way ${where} and will be collected, not ordered again`;
  return [...wrap(`stopped: ${what}; to go on:`, columns).map(paint.costly), `  ${again}`];
}

/** A line for each shot of which something was or is to be done: what came of it, and where it lies. */
function shotList(report: Ran, { paint, columns }: SummaryOptions): readonly string[] {
  const outcomes: Outcomes = new Map(report.outcomes.map(({ step, outcome }) => [step, outcome]));
  const ends = shotsOf(report.plan?.steps ?? []).flatMap((shot) => shotEnd(shot, outcomes) ?? []);
  const told = ends.filter((each) => each.state !== "idle");
  const shown = told.length > SHOTS_MOST ? told.filter((each) => each.state !== "done") : told;
  const [listed, rest] = [shown.slice(0, SHOTS_MOST), told.length - Math.min(shown.length, SHOTS_MOST)];
  const widest = (texts: readonly string[], most: number) =>
    Math.min(most, Math.max(0, ...texts.map(columnsOf)));
  const label = widest(
    listed.map((each) => each.shot.id),
    Math.floor(columns / 3),
  );
  const words = widest(
    listed.map((each) => each.word),
    16,
  );
  const paths = widest(
    listed.map((each) => each.where),
    columns,
  );
  const titles = widest(
    listed.map((each) => each.shot.title ?? ""),
    TITLE_MOST,
  );
  const spare = columns - (2 + label + 2 + words + 2 + paths + 2);
  // A title gives way to the path, which is there to be pasted.
  const title = spare < Math.min(titles, TITLE_LEAST) ? 0 : Math.min(titles, spare);
  const pad = (text: string, width: number) => {
    const cut = fit(text, width);
    return `${cut}${" ".repeat(Math.max(0, width - columnsOf(cut)))}`;
  };
  const lines = listed.flatMap(({ shot, state, word, where }) => {
    const cells = [
      pad(shot.id, label),
      ...(title > 0 ? [pad(shot.title ?? "", title)] : []),
      pad(word, words),
    ];
    const head = `${MARKS[state]} ${cells.join("  ")}`;
    const painter = { done: paint.good, failed: paint.bad, open: paint.costly, idle: paint.faint }[state];
    const line = `${head}  ${where}`;
    if (where === "" || columnsOf(line) <= columns) return [painter(fit(line.trimEnd(), columns))];
    return [painter(fit(head.trimEnd(), columns)), ...wrap(where, columns - 2).map((each) => `  ${each}`)];
  });
  const more = rest === 0 ? [] : wrap(foldedText(told.filter((each) => !listed.includes(each))), columns);
  const idle = ends.length - told.length;
  const later = idle === 0 ? [] : [`${counted(idle, "shot was", "shots were")} not started`];
  return [...lines, ...[...more, ...later].map(paint.faint)];
}

/** Shots that are not listed: how many, and the folder that all of them lie under. */
function foldedText(ends: readonly ShotEnd[]): string {
  const folders = ends.flatMap(({ path }) => (path === "" ? [] : [path.split("/").slice(0, -1)]));
  const [first = [], ...others] = folders;
  const shared = first.findIndex((name, depth) => others.some((folder) => folder[depth] !== name));
  const under = (shared < 0 ? first : first.slice(0, shared)).join("/");
  const what = ends.every(({ state }) => state === "done") ? "rendered or restored" : "not listed";
  return `${counted(ends.length, "more shot")} ${what}${under === "" ? "" : `, under ${under}/`}`;
}

const MARKS = { done: "✓", failed: "✗", open: "●", idle: "·" } as const;

interface ShotEnd {
  readonly shot: Shot;
  readonly state: keyof typeof MARKS;
  readonly word: string;
  readonly where: string;
  /** Where its last clip lies; empty where there is none. */
  readonly path: string;
}

/** How a shot ended; undefined when all of it was simply kept. */
function shotEnd(shot: Shot, outcomes: Outcomes): ShotEnd | undefined {
  const ends = stepsOf(shot).flatMap(({ step }) => {
    const outcome = outcomes.get(step.id);
    return outcome === undefined ? [] : [{ step, outcome }];
  });
  const of = (...statuses: readonly Outcome["status"][]) =>
    ends.filter(({ outcome }) => statuses.includes(outcome.status));
  const name = (step: (typeof ends)[number]["step"]) => (shot.chain.length > 1 ? ` at ${step.name}` : "");
  const [failed] = [...of("failed"), ...of("unknown"), ...of("blocked")];
  if (failed !== undefined) {
    const { step, outcome } = failed;
    const where =
      outcome.status === "blocked" && outcome.because.because === "upstream"
        ? outcomeNote(outcome, step.id)
        : "";
    return { shot, state: "failed", word: `${outcomeWord(outcome)}${name(step)}`, where, path: "" };
  }
  const stopped = of("interrupted");
  const open =
    stopped.find(({ outcome }) => outcome.status === "interrupted" && outcome.underWay) ?? stopped[0];
  if (open?.outcome.status === "interrupted") {
    if (open.outcome.underWay)
      return { shot, state: "open", word: `under way${name(open.step)}`, where: "", path: "" };
    if (of("rendered", "restored").length > 0)
      return { shot, state: "open", word: "begun", where: "", path: "" };
    return { shot, state: "idle", word: "", where: "", path: "" };
  }
  const made = of("rendered", "restored");
  if (made.length === 0) return undefined;
  const last = made.findLast(({ step }) => !step.candidate && step.output !== undefined) ?? made.at(-1);
  const others = made.filter(({ step }) => step.output !== undefined && step !== last?.step).length;
  const path = last?.step.output ?? "";
  const where = others === 0 || path === "" ? path : `${path} and ${others} more`;
  return { shot, state: "done", word: of("rendered").length > 0 ? "rendered" : "restored", where, path };
}
