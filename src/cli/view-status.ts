/**
 * Where a film stands: one line a step with one of five words, and how many there are of each.
 * The words follow from the plan's decisions; only `stale` looks at the reason, to tell an old clip from none.
 */
import { counted, obstacleText, reasonText, type Plan, type PlannedStep } from "../index.js";
import type { Paint } from "./colours.js";
import { filmOrder } from "./film-order.js";
import { fit, lineColumns, rowLine, tableWidths, wrap, type Cell } from "./layout.js";

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
  const oneLine = room >= 24;
  const lines = rows.flatMap((row) => {
    if (oneLine) return [rowLine(row, [...widths.slice(0, reasonColumn), room])];
    const note = row[reasonColumn]?.text ?? "";
    const below = note === "" ? [] : wrap(note, columns - 6).map((line) => `      ${paint.faint(line)}`);
    return [rowLine(row.slice(0, reasonColumn), widths), ...below];
  });
  const count = countStandings(plan);
  const parts = STANDINGS.filter((word) => count[word] > 0).map((word) => `${count[word]} ${word}`);
  const head = `${paint.strong(fit(plan.project, 40))} · profile ${fit(plan.profile, 30)}`;
  const sum = parts.length === 0 ? "no steps" : `${counted(plan.steps.length, "step")}: ${parts.join(", ")}`;
  return `${[head, "", ...lines, "", sum].join("\n")}\n`;
}

function statusCells(each: PlannedStep, paint: Paint): readonly Cell[] {
  return [
    { text: each.step.id },
    { text: standingOf(each), paint: standingPaint(each, paint) },
    { text: noteOf(each), paint: paint.faint },
  ];
}

function noteOf(each: PlannedStep): string {
  if (each.decision.kind === "blocked") return obstacleText(each.decision.because, each.step.id).why;
  if (each.decision.kind === "keep" && each.decision.conflict === true)
    return "its output was changed by someone else";
  if (each.reason !== undefined) return reasonText(each.reason);
  return each.step.output ?? "";
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
