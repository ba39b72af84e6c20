/**
 * The plan as a call sheet: stills, then shots in film order, under each its steps; then what it comes to. Pure: a plan
 * in, text out. The page never decides; it shows decisions with their reasons. Shots that stay as they are, are folded,
 * because a film of a thousand shots with one change should show the change.
 */
import { counted, type Plan, type PlannedStep, type WantsYes } from "../index.js";
import type { Paint } from "./colours.js";
import { filmOrder, type Entry } from "../show/film-order.js";
import { fit, fitWords, wrap } from "./layout.js";
import { cellsOf, rowLines, rowsOf, sheetWidths, type Sheet } from "./view-row.js";
import { isPlainKeep, type Models } from "../show/step-text.js";
import { planTotals } from "./view-totals.js";

/** How a sheet is to look. */
export interface SheetOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Milliseconds since the epoch: how long handles live is counted from here. */
  readonly now: number;
  /** Shows every kept step, every take, whole prompts, and how prices were made. */
  readonly verbose?: boolean;
  /** What tells which models always make sound; absent: none is known to. */
  readonly models?: Models;
  /** Steps with a mark of their own; absent: those of `wants`. */
  readonly marked?: ReadonlySet<string>;
}

/** More unchanged shots than this in a row are folded into one line. */
const FOLD_ABOVE = 2;

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
  const { verbose = false, paint, columns, now } = options;
  const byId = new Map(plan.steps.map((each) => [each.step.id, each]));
  const entries = filmOrder(plan.steps).map((entry) => {
    const quiet = !verbose && entry.steps.every(isPlainKeep);
    const rows = quiet ? [] : rowsOf(entry.steps, verbose);
    return { entry, quiet, rows: rows.map((row) => ({ row, cells: cellsOf(row, byId, paint) })) };
  });
  const sheet: Sheet = {
    paint,
    columns,
    now,
    verbose,
    byId,
    realm: plan.realm,
    models: options.models,
    widths: sheetWidths(
      entries.flatMap(({ rows }) => rows.map(({ cells }) => cells)),
      columns,
    ),
    marked: options.marked ?? new Set(wants.flatMap((want) => (want.because === "total" ? [] : [want.step]))),
    advised: new Set(),
  };
  const lines: string[] = [];
  let unchanged: Entry<PlannedStep>[] = [];
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
function foldedLines(run: readonly Entry<PlannedStep>[], columns: number): readonly string[] {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return [];
  const kept = " · kept";
  if (run.length <= FOLD_ABOVE)
    return run.map((entry) => fitWords(headText(entry), Math.max(8, columns), kept));
  return wrap(`${first.name} to ${last.name} · ${counted(run.length, first.kind)}${kept}`, columns);
}

function headText({ name, title }: Entry<PlannedStep>): string {
  return title === undefined ? name : `${name} · ${title}`;
}

function headLines(entry: Entry<PlannedStep>, { paint, columns, verbose }: Sheet): readonly string[] {
  const text = headText(entry);
  return (verbose ? wrap(text, columns) : [fitWords(text, columns)]).map(paint.strong);
}
