/**
 * One row of the call sheet: a step, or takes of one step side by side, with its price at the right edge and its notes
 * below. On a narrow terminal a row takes two lines. Knows nothing of shots or totals.
 */
import { obstacleText, reasonText, type PlannedStep } from "../index.js";
import type { Paint } from "./colours.js";
import { baseOf } from "../show/film-order.js";
import { columnsOf, fitWords, lineColumns, rowLine, tableWidths, type Cell } from "./layout.js";
import { notesBelow, type NoteContext, type Row } from "./view-notes.js";
import {
  handleEndOf,
  isPlainKeep,
  modelText,
  priceText,
  sizeText,
  type StepsById,
} from "../show/step-text.js";

/** What rows are made with. */
export interface Sheet extends NoteContext {
  readonly columns: number;
  /** Steps that need a yes of their own. */
  readonly marked: ReadonlySet<string>;
  readonly widths: readonly number[];
}

/** Takes that differ in nothing but their number stand side by side in one row, unless every line is wanted. */
export function rowsOf(steps: readonly PlannedStep[], verbose: boolean): readonly Row[] {
  const rows: Row[] = [];
  for (const each of steps) {
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
  const facts = [
    decision.kind,
    why,
    conflict,
    from,
    each.create?.attempt,
    each.create?.retries?.length,
    priceText(each),
    handleEndOf(each),
  ];
  return [baseOf(each.step), ...facts].join("\n");
}

/** Step, decision, model, size, tier and price. */
export function cellsOf(row: Row, byId: StepsById, paint: Paint): readonly Cell[] {
  const [each] = row;
  const quiet = isPlainKeep(each) ? { paint: paint.faint } : {};
  const price = priceText(each);
  const many = row.length > 1 && each.create !== undefined && each.estimate.kind === "priced";
  return [
    { text: labelOf(row), ...quiet },
    { text: each.decision.kind, paint: decisionPaint(each, paint) },
    { text: modelText(each, byId), ...quiet },
    { text: sizeText(each), align: "right", ...quiet },
    { text: each.tier === "standard" ? "" : each.tier, paint: tierPaint(each, paint) },
    { text: many ? `${row.length} × ${price}` : price, align: "right", ...quiet },
  ];
}

function labelOf([each, ...others]: Row): string {
  if (others.length > 0) return `${each.step.name} ×${others.length + 1}`;
  return each.step.candidate ? `${each.step.name}@${each.step.take}` : each.step.name;
}

function tierPaint(each: PlannedStep, paint: Paint): (text: string) => string {
  if (isPlainKeep(each)) return paint.faint;
  return each.create === undefined ? same : paint.costly;
}

/** How what is done about a step is painted. */
export function decisionPaint(each: PlannedStep, paint: Paint): (text: string) => string {
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

const MODEL = 2;

/** No model is cut to less than this: `kling-2.5-turbo std`. */
const LEAST_MODEL = 19;

/** Where rows take two lines, a price is no further from its step than this, however wide the terminal. */
const WIDEST_NARROW = 60;

/** The columns of a table of rows: where it is too wide, long models give way, as far as they stay readable. */
export function sheetWidths(rows: readonly (readonly Cell[])[], columns: number): readonly number[] {
  const widths = tableWidths(rows);
  const model = widths[MODEL] ?? 0;
  const least = Math.min(model, LEAST_MODEL);
  const over = lineColumns(widths) - columns;
  return over > 0 && model - over >= least ? widths.with(MODEL, model - over) : widths;
}

/** A row's line (two where one is too long) and its notes. */
export function rowLines(row: Row, cells: readonly Cell[], sheet: Sheet): readonly string[] {
  const { paint, columns, widths } = sheet;
  const mark = row.some((each) => sheet.marked.has(each.step.id)) ? paint.costly("!") : " ";
  const isWide = lineColumns(widths) <= columns;
  const lines = isWide
    ? [rowLine(cells, widths, 0)]
    : narrowLines(cells, widths[0] ?? 0, Math.min(columns, WIDEST_NARROW) - 2);
  const indent = isWide ? 6 : 4;
  return [
    ...lines.map((line, index) => `${index === 0 ? mark : " "} ${line}`),
    ...notesBelow(row, columns - indent, sheet).map((line) => `${" ".repeat(indent)}${line}`),
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

function same(text: string): string {
  return text;
}
