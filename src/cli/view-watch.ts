/**
 * What a watcher says, as lines: a short block for every save, what waits for a yes, how it ended. Pure.
 * How it stands meanwhile is in `view-stand.ts`.
 */
import {
  counted,
  formatUsd,
  listWords,
  paidSteps,
  safeText,
  type Difference,
  type Look,
  type Plan,
  type StepId,
  type WaitWhy,
  type WatchEnd,
} from "../index.js";
import type { Paint } from "./colours.js";
import { factLines, fit, labelled, wrap } from "./layout.js";
import { mostText } from "../show/money-text.js";
import { isPicture } from "../show/run-board.js";
import { differenceLines } from "./view-difference.js";
import { planSheet } from "./view-plan.js";

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
  // Pictures out of clips are taken on the way, and counted nowhere.
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const each of plan.steps) if (!isPicture(each)) count[each.decision.kind]++;
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
  const where = look === undefined ? "" : isSandbox ? " in the sandbox" : " at the vendor";
  const left =
    underWay.length === 0
      ? [`no task is under way${where}`]
      : [
          `${counted(underWay.length, "task is", "tasks are")} under way${where}, collected by the next watch or render and not ordered again: ${fewNames(underWay)}`,
        ];
  const money = isSandbox
    ? []
    : [used === 0 ? "this session ordered nothing" : `this session ordered ${formatUsd(used)}`];
  return [...left, ...money]
    .flatMap((line) => wrap(line, columns))
    .map((line) => `${underWay.length === 0 ? line : paint.costly(line)}\n`)
    .join("");
}

/** The whole call sheet of a plan in force, with what of it waits and why. */
export function detailsText(
  look: Look,
  options: {
    readonly paint: Paint;
    readonly columns: number;
    readonly now: number;
    readonly verbose: boolean;
  },
): string {
  const { paint, columns } = options;
  const sheet = planSheet(look.plan, [], {
    ...options,
    models: look.project.catalog,
    marked: new Set(look.waiting.map(({ step }) => step)),
  });
  const waits = waitingFacts(look).flatMap((fact) => labelled("waits", fact, 12, columns));
  return `${sheet}${waits.map((line) => `${paint.costly(line)}\n`).join("")}\n`;
}
