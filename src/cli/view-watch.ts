/**
 * What a watcher says, as lines: a short block for every save, what waits for a yes, how it stands, how it ended. Pure.
 * The status is drawn over itself at the bottom of a terminal; everything else stays in the scroll-back.
 */
import {
  counted,
  formatUsd,
  listWords,
  paidSteps,
  safeText,
  type Difference,
  type Look,
  type Micros,
  type Plan,
  type StepId,
  type WaitWhy,
  type WatchEnd,
  type WatchPhase,
  type WatchStand,
} from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, factLines, fit, wrap } from "./layout.js";
import { mostText } from "../show/money-text.js";
import { isPicture } from "../show/run-board.js";
import { differenceLines } from "./view-difference.js";

/** How a watcher's lines are made. */
export interface WatchLineOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** What these steps may cost at most. */
export function priceOf(plan: Plan, steps: readonly StepId[]): string {
  const meant = new Set(steps);
  return mostText(plan, (step) => meant.has(step));
}

/** What is said of a plan that is in force. */
export interface LookOptions extends WatchLineOptions {
  /** Nothing was shown before it. */
  readonly isFirst: boolean;
  /** The files had errors before. */
  readonly wasFaulty: boolean;
  /** Lines for its differences. */
  readonly most: number;
}

/** A plan that is in force, as what changed since the one before; no lines where nothing is worth one. */
export function lookLines(look: Look, options: LookOptions): readonly string[] {
  const { paint, columns, isFirst } = options;
  const { plan } = look;
  const told = look.differences.filter((each) =>
    isFirst ? each.kind !== "removed" && each.planned.decision.kind === "blocked" : !isCourse(each),
  );
  const lines = differenceLines(told, options);
  if (isFirst) return [...titleLines(plan, columns).map(paint.strong), ...lines, ...planLines(look, options)];
  if (lines.length > 0) return [...lines, ...planLines(look, options)];
  if (!look.isSave) return [];
  const mended = options.wasFaulty ? "the errors are gone; " : "";
  return [paint.faint(fit(`saved    ${mended}nothing changes for the film`, columns))];
}

/** What a run has brought or begun, which its own lines say. */
function isCourse(difference: Difference): boolean {
  if (difference.kind !== "moved") return false;
  const { kind } = difference.planned.decision;
  return kind === "keep" || kind === "resume";
}

function titleLines(plan: Plan, columns: number): readonly string[] {
  return wrap(`${fit(plan.project, 60)} · profile ${fit(plan.profile, 40)} · ${realmText(plan)}`, columns);
}

function realmText({ realm }: Plan): string {
  return realm === "sandbox" ? "sandbox, costs nothing" : "Kling, costs money";
}

/** What the plan comes to. */
function planLines({ plan, due }: Look, { columns, paint }: WatchLineOptions): readonly string[] {
  const { count } = plan.totals;
  const parts = (["render", "resume", "restore", "keep", "blocked"] as const).flatMap((kind) => {
    if (count[kind] === 0) return [];
    if (kind === "keep") return [`${count[kind]} kept`];
    return [kind === "blocked" ? `${count[kind]} blocked` : `${count[kind]} to ${kind}`];
  });
  const creates = paidSteps(plan).map(({ step }) => step.id);
  const price = priceOf(plan, creates);
  const cost =
    plan.realm === "sandbox" ? `nothing in the sandbox; for real up to ${price}` : `up to ${price}`;
  const facts = [
    parts.length === 0 ? "no steps" : parts.join(", "),
    ...(creates.length === 0 ? [] : [cost]),
    ...(plan.realm === "sandbox" || due.length === 0
      ? []
      : [`ordered without asking: ${counted(due.length, "step")}, up to ${priceOf(plan, due)}`]),
    ...(creates.length === 0 || plan.realm === "sandbox" ? [] : [`digest ${plan.digest.slice(0, 12)}`]),
  ];
  return factLines(facts, columns - WORD.length).map(
    (line, index) => `${index === 0 ? WORD : " ".repeat(WORD.length)}${paint.strong(line)}`,
  );
}

const WORD = "plan     ";

/** What waits for a yes, a line for each step, with why. */
export function waitingLines({ plan, waiting }: Look, most: number): readonly string[] {
  const shown = waiting.length > most ? waiting.slice(0, Math.max(1, most - 1)) : waiting;
  const rest = waiting.slice(shown.length).map(({ step }) => step);
  return [
    ...shown.map(({ step, why }) =>
      safeText(`waits    ${step}  ${priceOf(plan, [step])}  ${whyText(why, tierOf(plan, step))}`),
    ),
    ...(rest.length === 0
      ? []
      : [`waits    ${counted(rest.length, "more step", "more steps")}  ${priceOf(plan, rest)}`]),
  ];
}

/** The steps that a yes to the plan orders, beside those that are ordered without one. */
export function approvable({ waiting }: Look): readonly StepId[] {
  return waiting.flatMap(({ step, why }) => (why === "ceiling" ? [] : [step]));
}

/** What waits for a yes, by why. */
export function waitingFacts({ plan, waiting }: Look): readonly string[] {
  const byWhy = new Map<string, StepId[]>();
  for (const { step, why } of waiting) {
    const text = whyText(why, tierOf(plan, step));
    byWhy.set(text, [...(byWhy.get(text) ?? []), step]);
  }
  return [...byWhy].map(([why, steps]) => {
    const named = steps.length > 3 ? [...steps.slice(0, 2), `${steps.length - 2} more`] : steps;
    return `${listWords(named)}: ${why}`;
  });
}

function tierOf(plan: Plan, step: StepId): string {
  return plan.steps.find((each) => each.step.id === step)?.tier ?? "standard";
}

function whyText(why: WaitWhy, tier: string): string {
  switch (why) {
    case "tier":
      return `tier ${tier}, which the budget of this session is not for`;
    case "no_budget":
      return "costs money";
    case "ceiling":
      return "more than this session may still order: start again with a higher --budget";
    case "upstream":
      return "what it needs waits";
    case "unknown_price":
      return "unknown price";
    case "again":
      return "would be paid again";
    case "overtaken":
      return "an earlier edit of it is still being rendered";
  }
}

/** How a watcher stands, as far as the bottom of the terminal shows it. */
export interface Status {
  readonly stand: WatchStand;
  readonly look?: Look;
  /** A person can press keys. */
  readonly hasKeys: boolean;
  /** It was told to end. */
  readonly leaving?: "quit" | "signal";
  /** What came of the last key, until something else happens. */
  readonly hint?: string;
}

/** A rule with the film's name, above everything that is drawn over itself. */
export function ruleLine(look: Look | undefined, { paint, columns }: WatchLineOptions): string {
  const room = columns - 1;
  const name =
    look === undefined
      ? "klingmake watch"
      : `${look.plan.project} · ${look.plan.profile} · ${look.plan.realm}`;
  const text = `── ${fit(name, Math.max(1, room - 6))} `;
  return paint.faint(fit(text.padEnd(text.length + Math.max(0, room - columnsOf(text)), "─"), room));
}

/** The status in at most `most` lines, none wider than the terminal; what a person has to know goes first. */
export function statusLines(
  status: Status,
  { paint, columns, most }: WatchLineOptions & { readonly most: number },
): readonly string[] {
  const room = columns - 1;
  if (most < 1 || room < 8) return [];
  const { stand, look, hint, leaving } = status;
  const waits = look === undefined || leaving !== undefined || look.waiting.length === 0 ? undefined : look;
  const asked = waits === undefined ? [] : approvable(waits);
  const wait =
    waits === undefined || asked.length === 0
      ? []
      : [
          `waits for ${status.hasKeys ? "your" : "a"} yes: ${counted(asked.length, "step")}, up to ${priceOf(waits.plan, asked)}`,
        ];
  const isWaiting = stand.phase === "waiting" && wait.length > 0;
  const parts: readonly Part[] = [
    isWaiting
      ? { rank: 0, lines: wait, paint: paint.costly }
      : { rank: 0, lines: [phaseText(status)], paint: phasePaint(stand, paint) },
    { rank: 1, lines: isWaiting ? [] : wait, paint: paint.costly },
    {
      rank: 5,
      lines: waits === undefined ? [] : waitingFacts(waits).slice(0, 3),
      indent: 2,
    },
    {
      rank: 3,
      lines:
        stand.faulty && stand.phase !== "idle"
          ? [
              look === undefined
                ? "the files have errors"
                : "the files have errors: the last good plan is in force",
            ]
          : [],
      paint: paint.bad,
    },
    {
      rank: 4,
      lines: stand.failed.length === 0 ? [] : [failedText(status)],
      paint: paint.bad,
    },
    {
      rank: 6,
      lines:
        stand.overtaken === 0
          ? []
          : [
              `${counted(stand.overtaken, "task of an earlier edit", "tasks of earlier edits")} still under way`,
            ],
      paint: paint.calm,
    },
    { rank: 5, lines: moneyFacts(stand, look, room), paint: paint.strong },
    { rank: 2, lines: hint === undefined ? [] : [hint], paint: paint.costly },
    { rank: 2, lines: keysFacts(status, room), paint: paint.faint },
  ];
  return fitting(parts, room, most).map(({ text, paint: painter = same, indent = 0 }) =>
    painter(`${" ".repeat(indent)}${fit(text, room - indent)}`),
  );
}

/** Lines of one kind, and how soon they are given up: the highest rank first. */
interface Part {
  readonly rank: number;
  readonly lines: readonly string[];
  readonly paint?: (text: string) => string;
  readonly indent?: number;
}

function fitting(
  parts: readonly Part[],
  room: number,
  most: number,
): readonly (Omit<Part, "lines"> & { text: string })[] {
  const all = parts.flatMap(({ lines, ...rest }) =>
    lines.flatMap((line) => wrap(line, room - (rest.indent ?? 0)).map((text) => ({ ...rest, text }))),
  );
  const kept = new Set(all.toSorted((one, other) => one.rank - other.rank).slice(0, most));
  return all.filter((each) => kept.has(each));
}

/** What a second attempt costs is said before the key for it is pressed. */
function failedText({ stand, look, hasKeys }: Status): string {
  const what = `failed: ${fewNames(stand.failed)}`;
  if (!hasKeys) return what;
  const isFree = look === undefined || look.plan.realm === "sandbox";
  const price = isFree ? "" : ` for up to ${priceOf(look.plan, stand.failed)}`;
  return `${what}; r tries again${price}`;
}

function phaseText({ stand, look, leaving }: Status): string {
  if (leaving !== undefined)
    return leaving === "signal"
      ? "stopping: nothing more is submitted; Ctrl-C again leaves at once"
      : "leaving: what is on its way is brought to a safe end; Ctrl-C twice leaves at once";
  switch (stand.phase) {
    case "starting":
      return "reading the manifest";
    case "planning":
      return "files changed: planning";
    case "running":
      return "at work";
    case "stopping":
      return "bringing what is on its way to a safe end";
    case "waiting":
      return "waiting";
    case "paused":
      return "paused: nothing new is begun";
    case "idle":
      return idleText(stand, look);
    case "ended":
      return "ended";
  }
}

/** What there is to wait for when nothing is to be done. */
export function idleText(stand: WatchStand, look: Look | undefined): string {
  if (stand.faulty)
    return `the files have errors${look === undefined ? "" : ": the last good plan is in force"}; watching for changes`;
  const blocked = look?.plan.totals.count.blocked ?? 0;
  const waiting = look === undefined ? 0 : approvable(look).length;
  const beyond = (look?.waiting.length ?? 0) - waiting;
  const todo = look === undefined ? 0 : undone(look);
  const left = [
    ...(todo === 0 ? [] : [`${todo} still to do`]),
    ...(waiting === 0 ? [] : [counted(waiting, "step waits for a yes", "steps wait for a yes")]),
    ...(beyond === 0 ? [] : [`${beyond} beyond the budget of this session`]),
    ...(stand.failed.length === 0 ? [] : [`${stand.failed.length} failed`]),
    ...(blocked === 0 ? [] : [`${blocked} blocked`]),
  ];
  return left.length === 0 ? "up to date: watching for changes" : `${left.join(", ")}: watching for changes`;
}

/** Steps that nobody has to agree to, and that are not here all the same. */
function undone({ plan, waiting }: Look): number {
  const asked = new Set(waiting.map(({ step }) => step));
  return plan.steps.filter(
    (each) =>
      ["render", "resume", "restore"].includes(each.decision.kind) &&
      each.sameAs === undefined &&
      !isPicture(each) &&
      !asked.has(each.step.id),
  ).length;
}

function phasePaint({ phase, faulty, failed }: WatchStand, paint: Paint): (text: string) => string {
  const paints: Readonly<Record<WatchPhase, (text: string) => string>> = {
    starting: paint.calm,
    planning: paint.calm,
    running: paint.calm,
    stopping: paint.costly,
    waiting: paint.costly,
    paused: paint.costly,
    idle: faulty ? paint.bad : failed.length > 0 ? paint.costly : paint.calm,
    ended: paint.faint,
  };
  return paints[phase];
}

function moneyFacts({ session, phase }: WatchStand, look: Look | undefined, room: number): readonly string[] {
  if (look === undefined || look.plan.realm === "sandbox") return [];
  const { budget, committed } = look.plan;
  const own =
    session === undefined
      ? []
      : [
          `session ${formatUsd(session.used)} of ${formatUsd(session.ceiling)} ordered`,
          `${formatUsd(Math.max(0, session.ceiling - session.used) as Micros)} left`,
        ];
  // While it renders, the lines of the run above say how the project stands.
  const project =
    phase === "running" || phase === "stopping"
      ? []
      : [
          `project ${formatUsd(committed)}${budget === undefined ? "" : ` of ${formatUsd(budget)}`} spent or under way`,
        ];
  return factLines([...own, ...project], room);
}

function keysFacts({ stand, look, hasKeys, leaving }: Status, room: number): readonly string[] {
  if (leaving !== undefined || stand.phase === "ended") return [];
  if (!hasKeys) return ["Ctrl-C quits"];
  return factLines(
    [
      ...(look !== undefined && approvable(look).length > 0 ? ["a approve"] : []),
      ...(look === undefined ? [] : ["d details"]),
      stand.paused ? "p go on" : "p pause",
      ...(stand.failed.length === 0 ? [] : ["r retry failed"]),
      "q quit",
      "? keys",
    ],
    room,
  );
}

/** The keys with what each does. */
export function keysHelp(columns: number): readonly string[] {
  return [
    "a  approve the plan that is shown, for up to its price",
    "d  details: the whole call sheet of the plan in force",
    "p  pause: begin nothing new; pressed again: go on",
    "r  retry what failed; it may be paid again",
    "q  quit; what is under way is collected by the next watch or render",
    "Ctrl-C stops, a second one leaves at once",
  ].flatMap((line) => wrap(line, columns));
}

/** A few steps by name, the others counted; safe to show. */
export function fewNames(steps: readonly StepId[]): string {
  return safeText(listWords(steps.length > 3 ? [...steps.slice(0, 2), `${steps.length - 2} more`] : steps));
}

/** What is left when a watcher has ended, with a line break at its end. */
export function endText(end: WatchEnd, look: Look | undefined, { paint, columns }: WatchLineOptions): string {
  const isSandbox = look?.plan.realm === "sandbox";
  const { underWay, used } = end;
  const where = isSandbox ? "in the sandbox" : "at the vendor";
  const left =
    underWay.length === 0
      ? [`no task is under way ${where}`]
      : [
          `${counted(underWay.length, "task is", "tasks are")} under way ${where}, collected by the next watch or render and not ordered again: ${fewNames(underWay)}`,
        ];
  const money = isSandbox
    ? []
    : [used === 0 ? "this session ordered nothing" : `this session ordered ${formatUsd(used)}`];
  return [...left, ...money]
    .flatMap((line) => wrap(line, columns))
    .map((line) => `${underWay.length === 0 ? line : paint.costly(line)}\n`)
    .join("");
}

function same(text: string): string {
  return text;
}
