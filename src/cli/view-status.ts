/**
 * Where a film stands: one line a step with one of five words, and how many there are of each.
 * The words follow from the plan's decisions; only `stale` looks at the reason, to tell an old clip from none.
 */
import { counted, safeText, type Plan, type PlannedStep } from "../index.js";
import type { Paint } from "./colours.js";
import { filmOrder } from "../show/film-order.js";
import { columnsOf, fit, lineColumns, rowLine, tableWidths, wrap, type Cell } from "./layout.js";
import { isPicture } from "../show/run-board.js";
import { whyText } from "../show/step-text.js";

/** How a step stands. */
export type Standing = "fresh" | "stale" | "missing" | "under way" | "blocked";

const STANDINGS: readonly Standing[] = ["fresh", "stale", "missing", "under way", "blocked"];

/** How a planned step stands. */
export function standingOf(each: PlannedStep): Standing {
  switch (each.decision.kind) {
    case "keep":
      return "fresh";
    case "restore":
      return each.reason?.because === "output_older" ? "stale" : "missing";
    case "resume":
      return "under way";
    case "render":
      return each.reason?.because === "changed" || each.reason?.because === "upstream_replaced"
        ? "stale"
        : "missing";
    case "blocked":
      return "blocked";
  }
}

/** How many steps stand how. */
export function countStandings(plan: Plan): Readonly<Record<Standing, number>> {
  const count = { fresh: 0, stale: 0, missing: 0, "under way": 0, blocked: 0 };
  for (const each of plan.steps) count[standingOf(each)]++;
  return count;
}

/** The status page, with a line break at its end. */
export function statusPage(plan: Plan, paint: Paint, columns: number): string {
  const rows = filmOrder(plan.steps).flatMap(({ steps }) => steps.map((each) => statusCells(each, paint)));
  const widths = tableWidths(rows);
  const reasonColumn = 2;
  const room = columns - lineColumns(widths.slice(0, reasonColumn)) - 2;
  const paths = new Set(
    plan.steps.flatMap((each) => (noteOf(each) === each.step.output ? [noteOf(each)] : [])),
  );
  const isRoom = [...paths].every((path) => columnsOf(safeText(path)) <= room);
  const lines = rows.flatMap((row) => {
    if (room >= 24 && isRoom) return [rowLine(row, [...widths.slice(0, reasonColumn), room])];
    const note = row[reasonColumn]?.text ?? "";
    const below = paths.has(note) ? [pathLine(note, columns)] : note === "" ? [] : indented(note, columns);
    return [rowLine(row.slice(0, reasonColumn), widths), ...below.map(paint.faint)];
  });
  const head = `${paint.strong(fit(plan.project, 40))} · profile ${fit(plan.profile, 30)}`;
  return `${[head, "", ...lines, "", ...wrap(sumText(plan), columns)].join("\n")}\n`;
}

/** A path on a line of its own is never broken by us, so that it can be copied. */
function pathLine(path: string, columns: number): string {
  const safe = safeText(path);
  return `${" ".repeat(Math.min(6, Math.max(0, columns - columnsOf(safe))))}${safe}`;
}

function indented(note: string, columns: number): readonly string[] {
  return wrap(note, columns - 6).map((line) => `      ${line}`);
}

/** Pictures out of clips are no renders, and stand here only while somebody needs them. */
function sumText(plan: Plan): string {
  const steps = plan.steps.filter((each) => !isPicture(each));
  const count = countStandings({ ...plan, steps });
  const parts = STANDINGS.filter((word) => count[word] > 0).map((word) => `${count[word]} ${word}`);
  const pictures = plan.steps.length - steps.length;
  const sum = parts.length === 0 ? "no steps" : `${counted(steps.length, "step")}: ${parts.join(", ")}`;
  return pictures === 0 ? sum : `${sum}; and ${counted(pictures, "picture")} out of clips`;
}

function statusCells(each: PlannedStep, paint: Paint): readonly Cell[] {
  return [
    { text: each.step.id },
    { text: standingOf(each), paint: standingPaint(each, paint) },
    { text: noteOf(each), paint: paint.faint },
  ];
}

function noteOf(each: PlannedStep): string {
  return whyText(each) ?? each.step.output ?? "";
}

function standingPaint(each: PlannedStep, paint: Paint): (text: string) => string {
  switch (standingOf(each)) {
    case "fresh":
      return paint.good;
    case "stale":
    case "missing":
      return paint.costly;
    case "under way":
      return paint.calm;
    case "blocked":
      return paint.bad;
  }
}
