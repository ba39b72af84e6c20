/**
 * The plan as a call sheet: stills, then shots in film order, under each its steps; then what it comes to. Pure: a plan
 * in, text out. The page never decides; it shows decisions with their reasons. Shots that stay as they are, are folded,
 * because a film of a thousand shots with one change should show the change.
 */
import {
  counted,
  obstacleText,
  reasonText,
  safeText,
  type Plan,
  type PlannedStep,
  type WantsYes,
} from "../index.js";
import type { Paint } from "./colours.js";
import { filmOrder, type Entry } from "./film-order.js";
import { columnsOf, fit, fitWords, lineColumns, rowLine, tableWidths, wrap, type Cell } from "./layout.js";
import { estimateText } from "./money-text.js";
import {
  extensionText,
  handleText,
  isPlainKeep,
  modelText,
  priceText,
  sizeText,
  sourceText,
  takesText,
  wordsOf,
  type StepsById,
} from "./view-step.js";
import { planTotals } from "./view-totals.js";

/** How a sheet is to look. */
export interface SheetOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Milliseconds since the epoch: how long handles live is counted from here. */
  readonly now: number;
  /** Shows every kept step, every take, whole prompts, and how prices were made. */
  readonly verbose?: boolean;
}

/** More unchanged shots than this in a row are folded into one line. */
const FOLD_ABOVE = 2;

/** Prompts with less room than this get a line of their own. */
const LEAST_PROMPT = 24;

/** What the sheet is made from, beside the step at hand. */
interface Sheet extends SheetOptions {
  readonly plan: Plan;
  readonly byId: StepsById;
  /** Steps that need a yes of their own. */
  readonly marked: ReadonlySet<string>;
  readonly widths: readonly number[];
  /** What was advised already: many steps may share an obstacle. */
  readonly advised: Set<string>;
}

/** Takes of one step that have the same ahead of them. */
type Row = readonly [PlannedStep, ...PlannedStep[]];

/** The plan as text, with a line break at its end. */
export function planSheet(plan: Plan, wants: readonly WantsYes[], options: SheetOptions): string {
  const { paint } = options;
  const title = `${fit(plan.project, 60)} · profile ${fit(plan.profile, 40)} · ${realmText(plan)}`;
  const head = wrap(title, options.columns).map(paint.strong);
  const body = plan.steps.length === 0 ? [paint.faint("  no steps")] : entryLines(plan, wants, options);
  return `${[...head, "", ...body, "", ...planTotals(plan, wants, options)].join("\n")}\n`;
}

function realmText(plan: Plan): string {
  return plan.realm === "sandbox" ? "sandbox, costs nothing" : "Kling, costs money";
}

function entryLines(plan: Plan, wants: readonly WantsYes[], options: SheetOptions): readonly string[] {
  const { verbose = false, paint, columns } = options;
  const byId = new Map(plan.steps.map((each) => [each.step.id, each]));
  const entries = filmOrder(plan.steps).map((entry) => {
    const quiet = !verbose && entry.steps.every(isPlainKeep);
    const rows = quiet ? [] : rowsOf(entry, verbose);
    return { entry, quiet, rows: rows.map((row) => ({ row, cells: cellsOf(row, byId, paint) })) };
  });
  const sheet: Sheet = {
    ...options,
    plan,
    byId,
    marked: new Set(wants.flatMap((want) => (want.because === "total" ? [] : [want.step]))),
    widths: tableWidths(entries.flatMap(({ rows }) => rows.map(({ cells }) => cells))),
    advised: new Set(),
  };
  const lines: string[] = [];
  let unchanged: Entry[] = [];
  const fold = () => {
    lines.push(...foldedLines(unchanged, columns).map(paint.faint));
    unchanged = [];
  };
  for (const [index, { entry, quiet, rows }] of entries.entries()) {
    const isOtherKind = index > 0 && entries[index - 1]?.entry.kind !== entry.kind;
    if (!quiet || isOtherKind) fold();
    if (isOtherKind) lines.push("");
    if (quiet) unchanged.push(entry);
    else
      lines.push(
        ...headLines(entry, sheet),
        ...rows.flatMap(({ row, cells }) => rowLines(row, cells, sheet)),
      );
  }
  fold();
  return lines;
}

/** Unchanged entries in a row: each by its title, or where they are many, how many. */
function foldedLines(run: readonly Entry[], columns: number): readonly string[] {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return [];
  const kept = " · kept";
  if (run.length <= FOLD_ABOVE)
    return run.map((entry) => fitWords(headText(entry), Math.max(8, columns), kept));
  return wrap(`${first.name} to ${last.name} · ${counted(run.length, first.kind)}${kept}`, columns);
}

function headText({ name, title }: Entry): string {
  return title === undefined ? name : `${name} · ${title}`;
}

function headLines(entry: Entry, { paint, columns, verbose }: Sheet): readonly string[] {
  const text = headText(entry);
  return (verbose === true ? wrap(text, columns) : [fitWords(text, columns)]).map(paint.strong);
}

/** Takes that differ in nothing but their number stand side by side in one row, unless every line is wanted. */
function rowsOf(entry: Entry, verbose: boolean): readonly Row[] {
  const rows: Row[] = [];
  for (const each of entry.steps) {
    const last = rows.at(-1);
    if (last === undefined || verbose || fateOf(last[0]) !== fateOf(each)) rows.push([each]);
    else rows[rows.length - 1] = [...last, each];
  }
  return rows;
}

/** Equal for takes of one step of which the same is to be said. */
function fateOf(each: PlannedStep): string {
  const { decision } = each;
  const why =
    decision.kind === "blocked"
      ? obstacleText(decision.because, each.step.id).why
      : each.reason === undefined
        ? ""
        : reasonText(each.reason);
  const conflict = decision.kind === "keep" && decision.conflict === true ? each.step.output : "";
  const from = decision.kind === "restore" ? decision.from : "";
  return [each.step.name, decision.kind, why, conflict, from, each.create?.attempt, priceText(each)].join(
    "\n",
  );
}

function cellsOf(row: Row, byId: StepsById, paint: Paint): readonly Cell[] {
  const [each] = row;
  const quiet = isPlainKeep(each) ? { paint: paint.faint } : {};
  const price = priceText(each);
  const many = row.length > 1 && each.create !== undefined && each.estimate.kind === "priced";
  return [
    { text: labelOf(row), ...quiet },
    { text: each.decision.kind, paint: decisionPaint(each, paint) },
    { text: modelText(each, byId), ...quiet },
    { text: sizeText(each), align: "right", ...quiet },
    { text: each.tier === "standard" ? "" : each.tier, ...quiet },
    { text: many ? `${row.length} × ${price}` : price, align: "right", ...quiet },
  ];
}

function labelOf([each, ...others]: Row): string {
  if (others.length > 0) return `${each.step.name} ×${others.length + 1}`;
  return each.step.candidate ? `${each.step.name}@${each.step.take}` : each.step.name;
}

function decisionPaint(each: PlannedStep, paint: Paint): (text: string) => string {
  switch (each.decision.kind) {
    case "keep":
      return paint.faint;
    case "restore":
    case "resume":
      return paint.calm;
    case "render":
      return each.estimate.kind === "free" ? paint.calm : paint.costly;
    case "blocked":
      return paint.bad;
  }
}

/** Columns before what stands below a step: fewer where the terminal is narrow. */
function indentOf({ widths, columns }: Sheet): number {
  return lineColumns(widths) <= columns ? 6 : 4;
}

/** A step's line (two where one is too long) and what is to be said below it. */
function rowLines(row: Row, cells: readonly Cell[], sheet: Sheet): readonly string[] {
  const { paint, columns, widths } = sheet;
  const mark = row.some((each) => sheet.marked.has(each.step.id)) ? paint.costly("!") : " ";
  const isWide = lineColumns(widths) <= columns;
  const lines = isWide ? [rowLine(cells, widths, 0)] : narrowLines(cells, widths[0] ?? 0, columns - 2);
  const indent = " ".repeat(indentOf(sheet) - 2);
  return [
    ...lines.map((line, index) => `${index === 0 ? mark : " "} ${line}`),
    ...below(row, sheet).map((line) => `  ${indent}${line}`),
  ];
}

/** Step, decision and price on one line; what it is made with on the next. */
function narrowLines(cells: readonly Cell[], labelColumns: number, columns: number): readonly string[] {
  const [label, decision, model, size, tier, price] = cells;
  if (label === undefined || decision === undefined || price === undefined) return [];
  const decisionColumns = 7;
  const between = 2;
  const priceColumns = columnsOf(price.text);
  const room = Math.max(4, columns - decisionColumns - priceColumns - 2 * between);
  const widths = [Math.min(labelColumns, room), decisionColumns];
  const rest = columns - lineColumns(widths, 0) - between;
  const made = [model?.text, size?.text, tier?.text].filter((text) => text !== undefined && text !== "");
  const first = rowLine([label, decision, price], [...widths, Math.max(priceColumns, rest)], 0);
  if (made.length === 0 || decision.text === "keep") return [first];
  return [first, `  ${(label.paint ?? same)(fitWords(made.join(" · "), columns - 2))}`];
}

/** What stands below a step: what is in its way, why it is rendered, from what, its words, how its price was made. */
function below(row: Row, sheet: Sheet): readonly string[] {
  const [each] = row;
  const { paint, verbose = false, plan } = sheet;
  const room = sheet.columns - indentOf(sheet);
  const lines: string[] = [];
  const put = (text: string, painter: (line: string) => string = same) => {
    if (text !== "") lines.push(...wrap(text, room).map((line) => painter(line)));
  };
  const { decision, create } = each;
  if (decision.kind === "blocked") {
    const { why, help } = obstacleText(decision.because, each.step.id);
    put(`${why}${wouldCost(each)}`, paint.bad);
    if (decision.because.because !== "upstream" && !sheet.advised.has(help)) put(help);
    sheet.advised.add(help);
  }
  if (decision.kind === "keep" && decision.conflict === true)
    put(`${each.step.output ?? "the output"} was changed by someone else and is left alone`, paint.costly);
  const isNew = each.reason?.because === "new";
  const reason = each.reason === undefined ? "" : reasonText(each.reason);
  const from = decision.kind === "restore" ? `comes back from ${placeText(decision.from)}, at no cost` : "";
  if (!isNew) put([reason, from].filter((part) => part !== "").join("; "));
  if (each.estimate.kind === "unknown" && create !== undefined)
    put(`price unknown: ${each.estimate.why}`, paint.costly);
  put(handleText(each, sheet.now), paint.costly);
  const isTold = verbose || (create !== undefined && each.sameAs === undefined);
  const facts = [
    isNew ? "new" : "",
    ...(isTold || row.length > 1 ? [takesText(row)] : []),
    ...(isTold ? [extensionText(each, sheet.byId), sourceText(each.step.action)] : []),
  ].filter((part) => part !== "");
  const words = isTold ? wordsOf(each.step.action) : undefined;
  lines.push(...sceneLines(facts.join(" · "), words, room, sheet));
  if (verbose && each.estimate.kind === "priced") {
    const { formula, basis } = each.estimate;
    put(`${formula}; ${basis.source} (${basis.asOf})`, paint.faint);
  }
  if (create !== undefined && create.attempt > 1 && plan.realm === "kling")
    put(`attempt ${create.attempt}: paid again`, paint.costly);
  return lines;
}

/** Facts whole, and a prompt behind them on the same line as far as it fits; below them where next to nothing would. */
function sceneLines(
  facts: string,
  words: string | undefined,
  room: number,
  { paint, verbose }: Sheet,
): readonly string[] {
  const told = facts === "" ? [] : wrap(facts, room);
  if (words === undefined) return told;
  if (verbose === true) return [...told, ...wrap(`“${words}”`, room).map(paint.faint)];
  const prompt = (columns: number) => paint.faint(`“${fitWords(words, columns - 1, "”")}`);
  const [first = "", ...more] = told;
  const left = room - columnsOf(first) - 3;
  const fits = left >= LEAST_PROMPT || columnsOf(safeText(words)) + 2 <= left;
  return first !== "" && more.length === 0 && fits ? [`${first} · ${prompt(left)}`] : [...told, prompt(room)];
}

/** The price of what a person may still want, as the price column has none for what is blocked. */
function wouldCost({ decision, estimate }: PlannedStep): string {
  const because = decision.kind === "blocked" ? decision.because.because : undefined;
  const isWish =
    because === "over_budget" || because === "refused" || because === "missing" || because === "expired";
  return isWish && estimate.kind === "priced" ? ` (it costs ${estimateText(estimate)})` : "";
}

function placeText(from: "store" | "output" | "vendor"): string {
  switch (from) {
    case "store":
      return "the store";
    case "output":
      return "the output file";
    case "vendor":
      return "the vendor";
  }
}

function same(text: string): string {
  return text;
}
