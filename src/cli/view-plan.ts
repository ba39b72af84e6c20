/**
 * The plan as a call sheet: one block per step in film order, then what it comes to. Pure: a plan in, text out.
 * The page never decides; it shows decisions with their reasons. Long runs of kept steps are folded, because a film of
 * a thousand shots with one change should show the change.
 */
import { obstacleText, reasonText, type Plan, type PlannedStep, type WantsYes } from "../index.js";
import type { Paint } from "./colours.js";
import { fit, lineColumns, rowLine, tableWidths, wrap, type Cell } from "./layout.js";
import { estimateText } from "./money-text.js";
import { planTotals } from "./view-totals.js";

/** How a sheet is to look. */
export interface SheetOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Shows every kept step, whole prompts, and how prices were made. */
  readonly verbose?: boolean;
}

/** More kept steps than this in a row are folded into one line. */
const FOLD_ABOVE = 6;

/** The plan as text, with a line break at its end. */
export function planSheet(plan: Plan, wants: readonly WantsYes[], options: SheetOptions): string {
  const { paint } = options;
  const title = `${fit(plan.project, 60)} · profile ${fit(plan.profile, 40)} · ${realmText(plan)}`;
  const head = wrap(title, options.columns).map(paint.strong);
  const body = plan.steps.length === 0 ? [paint.faint("  no steps")] : stepBlocks(plan, options);
  return `${[...head, "", ...body, "", ...planTotals(plan, wants, options)].join("\n")}\n`;
}

function realmText(plan: Plan): string {
  return plan.realm === "sandbox" ? "sandbox, costs nothing" : "Kling, costs money";
}

function stepBlocks(plan: Plan, options: SheetOptions): readonly string[] {
  const rows = plan.steps.map((each) => cellsOf(each, options.paint));
  const widths = tableWidths(rows);
  const wide = lineColumns(widths) <= options.columns;
  const lines: string[] = [];
  for (let index = 0; index < plan.steps.length; index++) {
    const run = options.verbose === true ? 0 : keptRun(plan.steps, index);
    const first = plan.steps[index];
    const last = plan.steps[index + run - 1];
    if (run > FOLD_ABOVE && first !== undefined && last !== undefined) {
      const text = `${first.step.id} to ${last.step.id}: ${run} steps kept`;
      lines.push(...wrap(text, options.columns - 2).map((line) => options.paint.faint(`  ${line}`)));
      index += run - 1;
      continue;
    }
    const row = rows[index];
    if (first === undefined || row === undefined) continue;
    lines.push(
      ...(wide ? [rowLine(row, widths)] : narrow(row, widths.at(-1) ?? 0, options)),
      ...below(first, plan, options),
    );
  }
  return lines;
}

/** How many steps from `start` on are simply kept. */
function keptRun(steps: readonly PlannedStep[], start: number): number {
  let end = start;
  for (let each = steps[end]; each !== undefined && isPlainKeep(each); each = steps[end]) end++;
  return end - start;
}

function isPlainKeep(each: PlannedStep): boolean {
  return each.decision.kind === "keep" && each.decision.conflict !== true && each.reason === undefined;
}

function cellsOf(each: PlannedStep, paint: Paint): readonly Cell[] {
  const quiet = isPlainKeep(each) ? paint.faint : undefined;
  const cell = (text: string): Cell => (quiet === undefined ? { text } : { text, paint: quiet });
  return [
    cell(each.step.id),
    { text: each.decision.kind, paint: decisionPaint(each, paint) },
    cell([each.model ?? each.step.action.kind.replaceAll("_", "-"), each.mode ?? ""].join(" ").trim()),
    cell(each.tier === "standard" ? "" : each.tier),
    { ...cell(each.seconds === undefined ? "" : `${each.seconds} s`), align: "right" },
    { text: priceText(each), align: "right", ...(quiet === undefined ? {} : { paint: quiet }) },
  ];
}

function decisionPaint(each: PlannedStep, paint: Paint): (text: string) => string {
  switch (each.decision.kind) {
    case "keep":
      return paint.faint;
    case "restore":
    case "resume":
      return paint.calm;
    case "render":
      return paint.costly;
    case "blocked":
      return paint.bad;
  }
}

/** What stands in the price column: what may still be paid, else where the money went. */
export function priceText(each: PlannedStep): string {
  if (each.sameAs !== undefined && each.create !== undefined) return "shared";
  if (each.create !== undefined) return estimateText(each.estimate);
  switch (each.decision.kind) {
    case "keep":
    case "restore":
      return "kept";
    case "resume":
      return "ordered";
    case "render":
    case "blocked":
      return "-";
  }
}

/** Two lines where one is too long: id, decision and price; then the model. */
function narrow(row: readonly Cell[], priceColumns: number, { columns }: SheetOptions): readonly string[] {
  const [id, decision, model, tier, seconds, price] = row;
  if (id === undefined || decision === undefined || price === undefined) return [];
  const first = [id, decision, price];
  const widths = [Math.max(8, columns - 2 - 4 - 7 - priceColumns), 7, priceColumns];
  const second = [model?.text, tier?.text, seconds?.text]
    .filter((text) => text !== undefined && text !== "")
    .join(" · ");
  return [rowLine(first, widths), `    ${(id.paint ?? ((text) => text))(fit(second, columns - 4))}`];
}

/** What stands below a step: its reason or obstacle, its prompt, how its price was made. */
function below(each: PlannedStep, plan: Plan, options: SheetOptions): readonly string[] {
  const { paint, columns, verbose } = options;
  const room = columns - 6;
  const lines: string[] = [];
  const put = (text: string, painter: (line: string) => string = paint.faint) => {
    lines.push(...wrap(text, room).map((line) => `      ${painter(line)}`));
  };
  if (each.decision.kind === "blocked") {
    const { why, help } = obstacleText(each.decision.because, each.step.id);
    put(why, paint.bad);
    if (each.decision.because.because !== "upstream") put(help);
  }
  if (each.decision.kind === "keep" && each.decision.conflict === true) {
    put(`${each.step.output ?? "the output"} was changed by someone else and is left alone`, paint.costly);
  }
  const reason = [
    ...(each.reason === undefined ? [] : [reasonText(each.reason)]),
    ...(each.decision.kind === "restore"
      ? [`comes back from ${placeText(each.decision.from)}, at no cost`]
      : []),
  ].join("; ");
  if (each.estimate.kind === "unknown" && each.create !== undefined)
    put(`price unknown: ${each.estimate.why}`, paint.costly);
  const prompt = "prompt" in each.step.action ? each.step.action.prompt : undefined;
  const scene = [
    ...(each.step.title === undefined ? [] : [each.step.title]),
    ...(prompt === undefined ? [] : [`“${prompt}”`]),
  ].join(": ");
  const shown = verbose === true || (each.create !== undefined && each.sameAs === undefined) ? scene : "";
  if (verbose === true) {
    if (reason !== "") put(reason);
    if (shown !== "") put(shown);
    if (each.estimate.kind === "priced") {
      put(`${each.estimate.formula}; ${each.estimate.basis.source} (${each.estimate.basis.asOf})`);
    }
  } else if (each.reason?.because === "new" || reason === "") {
    const line = [reason, shown].filter((part) => part !== "").join(" · ");
    if (line !== "") lines.push(`      ${paint.faint(fit(line, room))}`);
  } else {
    put(reason);
    if (shown !== "") lines.push(`      ${paint.faint(fit(shown, room))}`);
  }
  if (each.create !== undefined && each.create.attempt > 1 && plan.realm === "kling") {
    put(`attempt ${each.create.attempt}: paid again`, paint.costly);
  }
  return lines;
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
