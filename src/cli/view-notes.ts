/**
 * What stands below a step of the call sheet: what is in its way, why it is rendered, from what, the author's words, how
 * its price was made. Lines without their indent; where they stand is the row's business.
 */
import {
  formatUsd,
  obstacleText,
  reasonText,
  retriesMoney,
  safeText,
  type Decision,
  type PlannedStep,
  type Realm,
} from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, factLines, fitWords, wrap } from "./layout.js";
import { estimateText } from "../show/money-text.js";
import {
  copyText,
  extensionFacts,
  handleText,
  soundText,
  sourceText,
  takesText,
  wordsOf,
  type Models,
  type StepsById,
} from "../show/step-text.js";

/** Takes of one step that have the same ahead of them. */
export type Row = readonly [PlannedStep, ...PlannedStep[]];

/** What notes are made with, beside the step at hand. */
export interface NoteContext {
  readonly paint: Paint;
  readonly verbose: boolean;
  /** Milliseconds since the epoch: how long handles live is counted from here. */
  readonly now: number;
  readonly realm: Realm;
  readonly byId: StepsById;
  readonly models: Models;
  /** What was advised already, as many steps may share an obstacle; grows. */
  readonly advised: Set<string>;
}

/** Prompts with less room than this get a line of their own. */
const LEAST_PROMPT = 24;

/** What stands below a step: what is in its way, why it is rendered, from what, its words, how its price was made. */
export function notesBelow(row: Row, room: number, context: NoteContext): readonly string[] {
  const [each] = row;
  const { paint, verbose, now, advised } = context;
  const lines: string[] = [];
  const put = (text: string, painter: (line: string) => string = same) => {
    if (text !== "") lines.push(...wrap(text, room).map((line) => painter(line)));
  };
  const { decision, create } = each;
  if (decision.kind === "blocked") {
    const { why, help } = obstacleText(decision.because, each.step.id);
    lines.push(...noteLines([why, wouldCost(each)], room).map(paint.bad));
    if (decision.because.because !== "upstream" && !advised.has(help)) put(help);
    advised.add(help);
  }
  if (decision.kind === "keep" && decision.conflict === true)
    put(`${each.step.output ?? "the output"} was changed by someone else and is left alone`, paint.costly);
  const isNew = each.reason?.because === "new";
  const reason = each.reason === undefined ? "" : reasonText(each.reason);
  const from = decision.kind === "restore" ? `comes back from ${placeText(decision.from)}, at no cost` : "";
  if (!isNew) put([reason, from].filter((part) => part !== "").join("; "));
  if (create !== undefined && create.attempt > 1 && context.realm === "kling")
    put(
      `attempt ${create.attempt}: paid again${create.foreseen === true ? ", as --retries allows" : ""}`,
      paint.costly,
    );
  if (create?.retries !== undefined) put(retriesText(create), paint.costly);
  if (each.estimate.kind === "unknown" && create !== undefined)
    put(`price unknown: ${each.estimate.why}`, paint.costly);
  put(handleText(each, now), paint.costly);
  const isMade = create !== undefined || decision.kind === "render";
  const isTold = verbose || (isMade && each.sameAs === undefined);
  const facts = [
    isNew ? "new" : "",
    ...(isTold || row.length > 1 ? [takesText(row)] : []),
    ...(isTold ? toldFacts(each, context) : []),
  ];
  const words = isTold && !showsWords(each) ? wordsOf(each.step.action) : undefined;
  lines.push(...sceneLines(facts, words, room, context));
  if (verbose && each.estimate.kind === "priced") {
    const { formula, basis } = each.estimate;
    put(`${formula}; ${basis.source} (${basis.asOf})`, paint.faint);
  }
  return lines;
}

/** What a step is made from and how. */
function toldFacts(each: PlannedStep, { byId, models }: NoteContext): readonly string[] {
  const { action } = each.step;
  const made = [sourceText(action), soundText(action, byId, models)].filter((part) => part !== "");
  return [...extensionFacts(each, byId), made.join(", "), copyText(action)];
}

/** Whether the reason for a rendering has its new words whole, so that they need not be said again. */
function showsWords({ reason, step }: PlannedStep): boolean {
  const words = wordsOf(step.action);
  if (words === undefined || reason?.because !== "changed") return false;
  const isNamed = reason.changes.some(
    ({ field, to }) => (field === "prompt" || field === "text") && to === words,
  );
  return isNamed && reasonText(reason).includes(safeText(words));
}

/** As `factLines`, but "new" alone does not keep a line to itself. */
function noteLines(facts: readonly string[], room: number): readonly string[] {
  const told = facts.filter((fact) => fact !== "");
  const [first, second, ...rest] = told;
  return factLines(first === "new" && second !== undefined ? [`new · ${second}`, ...rest] : told, room);
}

/** Facts whole, and a prompt behind the last of them as far as it fits; below them where next to nothing would. */
function sceneLines(
  facts: readonly string[],
  words: string | undefined,
  room: number,
  { paint, verbose }: NoteContext,
): readonly string[] {
  const told = noteLines(facts, room);
  if (words === undefined) return told;
  if (verbose) return [...told, ...wrap(`“${words}”`, room).map(paint.faint)];
  const prompt = (columns: number) => paint.faint(`“${fitWords(words, columns - 1, "”")}`);
  const last = told.at(-1);
  const left = room - columnsOf(last ?? "") - 3;
  const fits = left >= LEAST_PROMPT || columnsOf(safeText(words)) + 2 <= left;
  return last !== undefined && fits
    ? [...told.slice(0, -1), `${last} · ${prompt(left)}`]
    : [...told, prompt(room)];
}

function retriesText(create: NonNullable<PlannedStep["create"]>): string {
  const count = create.retries?.length ?? 0;
  const attempts = count === 1 ? "one further attempt" : `up to ${count} further attempts`;
  return `${attempts} after a failure: ${formatUsd(retriesMoney(create))} more`;
}

/** The price of what a person may still want, as the price column has none for what is blocked. */
function wouldCost({ decision, estimate }: PlannedStep): string {
  const because = decision.kind === "blocked" ? decision.because.because : undefined;
  const isWish =
    because === "over_budget" || because === "refused" || because === "missing" || because === "expired";
  return isWish && estimate.kind === "priced" ? `it costs ${estimateText(estimate)}` : "";
}

function placeText(from: Extract<Decision, { kind: "restore" }>["from"]): string {
  switch (from) {
    case "store":
      return "the store";
    case "output":
      return "the output file";
    case "record":
      return "the lockfile";
    case "vendor":
      return "the vendor";
  }
}

function same(text: string): string {
  return text;
}
