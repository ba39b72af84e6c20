/**
 * The end of a run: the shots and where they lie, what did not go well with what to do, then counts, time and money.
 * Where the events were printed as they came, the shots have been told and are left out. Foreign text is made safe here.
 */
import {
  counted,
  formatSeconds,
  formatUsd,
  listWords,
  safeText,
  sumDrifts,
  type Micros,
  type Outcome,
  type PlannedStep,
  type RenderReport,
  type StepId,
} from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, fit, padded, wrap } from "./layout.js";
import { amountsText, usdRange } from "../show/money-text.js";
import { isPicture } from "../show/run-board.js";
import { costOfClip, driftsOf } from "../show/run-forecast.js";
import { shotsOf, stepsOf, type Shot } from "../show/shots.js";
import { diagnosticBlock } from "./view-diagnostics.js";
import { outcomeHelp, outcomeNote, outcomeWord } from "../show/outcome-text.js";
import { outcomePaint } from "./view-outcome.js";

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
/** Fewer columns of a title say nothing. */
const TITLE_STUB = 5;

/** The summary of a run, with a line break at its end. */
export function runSummary(report: Ran, options: SummaryOptions): string {
  const { paint, columns } = options;
  const lines = [
    ...(options.shots ? shotList(report, options) : []),
    ...troubles(report, options),
    ...wrap(totalsLine(report, options.seconds), columns).map(paint.strong),
    ...driftLines(report, columns).map(paint.costly),
    ...(report.interrupted ? stoppedLines(report, options) : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** What ended not as it should, with what to do. */
function troubles(report: Ran, { paint, columns }: SummaryOptions): readonly string[] {
  const lines: string[] = [];
  const blocks = new Set<string>();
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
      const block = diagnosticBlock(told, paint, columns);
      // What is wrong with an account is wrong with each of its steps.
      if (!blocks.has(block)) lines.push("", block);
      blocks.add(block);
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

/** What became of how many steps. Pictures out of clips are no renders: they are counted where they were taken, or failed. */
function totalsLine(report: Ran, seconds: number | undefined): string {
  const pictures = new Set(report.plan?.steps.filter(isPicture).map(({ step }) => step.id));
  const steps = report.outcomes.filter(({ step }) => !pictures.has(step));
  const taken = report.outcomes.filter(
    ({ step, outcome }) => pictures.has(step) && outcome.status === "rendered",
  );
  const count = (status: Outcome["status"], all: Ran["outcomes"] = steps) =>
    all.filter(({ outcome }) => outcome.status === status).length;
  const stopped = steps.flatMap(({ outcome }) =>
    outcome.status === "interrupted" ? [outcome.underWay] : [],
  );
  const underWay = stopped.filter((isUnderWay) => isUnderWay).length;
  const idle = stopped.length - underWay;
  const told: readonly (readonly [count: number, word: string])[] = [
    [count("rendered"), "rendered"],
    [taken.length, taken.length === 1 ? "picture taken" : "pictures taken"],
    [count("restored"), "restored"],
    [count("kept"), "kept"],
    [count("failed", report.outcomes), "failed"],
    [count("blocked"), "blocked"],
    [count("unknown"), "unknown"],
    [underWay, "under way"],
    [idle, idle === 1 ? "step not started" : "steps not started"],
  ];
  const parts = told.flatMap(([many, word]) => (many === 0 ? [] : [`${many} ${word}`]));
  const all = parts.length === 0 ? "no steps" : parts.join(", ");
  const time = seconds === undefined ? "" : ` in ${formatSeconds(seconds)}`;
  return `${all}${time}; ${moneyText(report)}`;
}

function moneyText({ plan, spent, outcomes }: Ran): string {
  if (plan?.realm === "sandbox") return "nothing spent (sandbox)";
  const planned = new Map(plan?.steps.map((each) => [each.step.id, each]));
  const made = outcomes.flatMap(({ step, outcome }) => {
    const each = planned.get(step);
    return outcome.status !== "rendered" || each === undefined ? [] : [{ planned: each, outcome }];
  });
  const before = made.filter((each) => isOrderedBefore(each.planned));
  const cost = (of: typeof made) => of.reduce((sum, each) => sum + costOfClip(each.planned, each.outcome), 0);
  const collected = cost(before);
  const now = Math.max(0, spent - cost(before.filter((each) => !isFound(each.planned))));
  const about = (from: typeof made) =>
    from.some(({ outcome }) => outcome.billed.kind === "unknown") ? "about " : "";
  const paid =
    now === 0
      ? "nothing spent"
      : `${about(made.filter((each) => !before.includes(each)))}${formatUsd(now as Micros)} spent`;
  const parts = [collected === 0 || now === 0 ? paid : `${paid} now`];
  if (collected > 0)
    parts.push(`${about(before)}${formatUsd(collected as Micros)} collected (ordered before)`);
  const saved = plan?.totals.saved.usd;
  if (saved !== undefined && saved.high > 0) parts.push(`${usdRange(saved)} saved by what was kept`);
  return parts.join(", ");
}

/** Says it when something was billed otherwise than expected; the sandbox's bills are nobody's. */
function driftLines({ plan, outcomes }: Ran, columns: number): readonly string[] {
  if (plan?.realm === "sandbox") return [];
  const { above, below, more, less } = sumDrifts(driftsOf(outcomes));
  const parts = [
    ...(above === 0 ? [] : [`${amountsText(more)} more (${counted(above, "step")})`]),
    ...(below === 0 ? [] : [`${amountsText(less)} less (${counted(below, "step")})`]),
  ];
  if (parts.length === 0) return [];
  return wrap(`billed otherwise than expected: ${listWords(parts)}; klingmake cost shows it`, columns);
}

/** An earlier run had its task taken, and so spent what it costs. */
function isOrderedBefore({ decision, create }: PlannedStep): boolean {
  return decision.kind === "resume" && create === undefined;
}

/** The account turned out to have it: what it cost is no money of the runs that are known here. */
function isFound({ decision }: PlannedStep): boolean {
  return decision.kind === "resume" && decision.attempt.found === true;
}

function stoppedLines(report: Ran, { paint, columns, again }: SummaryOptions): readonly string[] {
  const pictures = new Set(report.plan?.steps.filter(isPicture).map(({ step }) => step.id));
  const left = report.outcomes.filter(
    ({ step, outcome }) => outcome.status === "interrupted" && outcome.underWay && !pictures.has(step),
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
  const listed = shown.slice(0, SHOTS_MOST);
  const widths = widthsOf(listed, columns);
  const lines = listed.flatMap((each) => {
    const painter = { done: paint.good, failed: paint.bad, open: paint.costly, idle: paint.faint }[
      each.state
    ];
    const [first = "", ...more] = shotLines(each, widths, columns);
    return [painter(first), ...more];
  });
  const rest = told.filter((each) => !listed.includes(each));
  const idle = ends.filter((each) => each.state === "idle");
  const later = `nothing was begun of ${kindsText(idle)}`;
  return [
    ...lines,
    ...(rest.length === 0 ? [] : foldedLines(rest, listed.length === 0, columns)).map(paint.faint),
    ...(idle.length === 0 ? [] : wrap(later, columns)).map(paint.faint),
  ];
}

/** Columns of the cells before a path. */
interface Widths {
  readonly label: number;
  readonly title: number;
  readonly word: number;
}

function widthsOf(ends: readonly ShotEnd[], columns: number): Widths {
  const widest = (texts: readonly string[]) =>
    texts.reduce((most, each) => Math.max(most, columnsOf(each)), 0);
  const label = Math.min(widest(ends.map((each) => each.shot.label)), Math.floor(columns / 3));
  const beside = ends.filter((each) => besideText(each) !== "");
  const word = widest(beside.map((each) => each.word));
  const titles = Math.min(widest(ends.map((each) => safeText(each.shot.title ?? ""))), TITLE_MOST);
  const room = columns - (2 + label + 2 + word + 2);
  const texts = beside.map((each) => columnsOf(besideText(each)));
  // A title gives way to the path, which is there to be pasted; unless that has a line of its own in any case.
  const spare = room - Math.max(0, ...texts.filter((each) => each <= room));
  const title = spare - 2 < Math.min(titles, TITLE_LEAST) ? 0 : Math.min(titles, spare - 2);
  return { label, word, title };
}

/** What stands beside a shot where there is room. */
function besideText({ path, files, note }: ShotEnd): string {
  return path === "" ? note : `${path}${files > 1 ? ` and ${files - 1} more` : ""}`;
}

/** One line, or several: a path is never broken by us, nor shares a line that it does not fit. */
function shotLines(end: ShotEnd, widths: Widths, columns: number): readonly string[] {
  const { shot, state, word, path, files, note } = end;
  const name = `${MARKS[state]} ${padded(shot.label, widths.label)}  `;
  const head = `${name}${widths.title > 0 ? `${padded(shot.title ?? "", widths.title)}  ` : ""}`;
  const beside = safeText(besideText(end));
  const line = `${head}${padded(word, Math.max(widths.word, columnsOf(word)))}  ${beside}`.trimEnd();
  if (columnsOf(line) <= columns) return [line];
  const own = path === "" || files < 2 ? word : `${word}, ${files} files`;
  // What became of it is worth more than its title.
  const left = columns - columnsOf(name) - columnsOf(own) - 2;
  const title = left < TITLE_STUB ? "" : fit(shot.title ?? "", left);
  const short =
    columnsOf(head) + columnsOf(own) <= columns ? head : `${name}${title === "" ? "" : `${title}  `}`;
  if (path === "") {
    const below = note === "" ? [] : wrap(note, columns - 2).map((each) => `  ${each}`);
    return [fit(`${short}${own}`, columns), ...below];
  }
  const safe = safeText(path);
  return [fit(`${short}${own}`, columns), `${columnsOf(safe) + 2 <= columns ? "  " : ""}${safe}`];
}

/** Shots that are not listed: how many, and the folder that all of them lie under. */
function foldedLines(ends: readonly ShotEnd[], isAll: boolean, columns: number): readonly string[] {
  const folders = ends.flatMap(({ path }) => (path === "" ? [] : [path.split("/").slice(0, -1)]));
  const [first = [], ...others] = folders;
  const shared = first.findIndex((name, depth) => others.some((folder) => folder[depth] !== name));
  const under = (shared < 0 ? first : first.slice(0, shared)).join("/");
  const what = ends.every(({ state }) => state === "done") ? "rendered or restored" : "not listed";
  const text = `${kindsText(ends, isAll ? "" : "more ")} ${what}`;
  if (under === "") return wrap(text, columns);
  const place = safeText(`under ${under}/`);
  const line = `${text}, ${place}`;
  return columnsOf(line) <= columns ? [line] : [...wrap(`${text},`, columns), place];
}

const KINDS = ["image", "sound", "voice", "element", "shot"] as const satisfies readonly Shot["kind"][];

/** `3 stills and 8 shots`. */
function kindsText(ends: readonly ShotEnd[], more = ""): string {
  const parts = KINDS.flatMap((kind) => {
    const many = ends.filter(({ shot }) => shot.kind === kind).length;
    return many === 0 ? [] : [counted(many, `${more}${kind === "image" ? "still" : kind}`)];
  });
  return listWords(parts);
}

const MARKS = { done: "✓", failed: "✗", open: "●", idle: "·" } as const;

interface ShotEnd {
  readonly shot: Shot;
  readonly state: keyof typeof MARKS;
  readonly word: string;
  /** Where its last clip lies; empty where there is none. */
  readonly path: string;
  /** How many of its clips were made. */
  readonly files: number;
  /** What is said where there is no path. */
  readonly note: string;
}

/** How a shot ended; undefined when all of it was simply kept. Pictures say something only where they failed. */
function shotEnd(shot: Shot, outcomes: Outcomes): ShotEnd | undefined {
  const ends = stepsOf(shot).flatMap((planned) => {
    const outcome = outcomes.get(planned.step.id);
    if (outcome === undefined || (isPicture(planned) && outcome.status !== "failed")) return [];
    return [{ step: planned.step, outcome }];
  });
  const of = (...statuses: readonly Outcome["status"][]) =>
    ends.filter(({ outcome }) => statuses.includes(outcome.status));
  const end = (state: ShotEnd["state"], word: string, note = ""): ShotEnd => ({
    shot,
    state,
    word,
    path: "",
    files: 0,
    note,
  });
  const name = (step: (typeof ends)[number]["step"]) => (shot.chain.length > 1 ? ` at ${step.name}` : "");
  const [failed] = [...of("failed"), ...of("unknown"), ...of("blocked")];
  if (failed !== undefined) {
    const { step, outcome } = failed;
    const isUpstream = outcome.status === "blocked" && outcome.because.because === "upstream";
    const note = isUpstream ? outcomeNote(outcome, step.id) : "";
    return end("failed", `${outcomeWord(outcome)}${name(step)}`, note);
  }
  const stopped = of("interrupted");
  const open =
    stopped.find(({ outcome }) => outcome.status === "interrupted" && outcome.underWay) ?? stopped[0];
  if (open?.outcome.status === "interrupted") {
    if (open.outcome.underWay) return end("open", `under way${name(open.step)}`);
    return of("rendered", "restored").length > 0 ? end("open", "begun") : end("idle", "");
  }
  const made = of("rendered", "restored");
  if (made.length === 0) return undefined;
  const last = made.findLast(({ step }) => !step.candidate && step.output !== undefined) ?? made.at(-1);
  const word = of("rendered").length > 0 ? "rendered" : "restored";
  const files = made.filter(({ step }) => step.output !== undefined).length;
  return { ...end("done", word), path: last?.step.output ?? "", files };
}
