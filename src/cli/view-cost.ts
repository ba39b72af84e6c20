/**
 * The ledger as a page: a row a shot, model or day, what it comes to, what is in no sum, and the prices that bills show to
 * be others, as lines to be pasted. Bills that are as expected are not spoken of.
 */
import {
  correctionsYaml,
  counted,
  formatUnits,
  formatUsd,
  safeText,
  sumCharges,
  type Amounts,
  type Charge,
  type Correction,
  type CostGroup,
  type CostGrouping,
  type CostReport,
  type CostSum,
  type DriftSum,
} from "../index.js";
import type { Paint } from "./colours.js";
import { factLines, fit, lineColumns, rowLine, tableWidths, wrap, type Cell } from "./layout.js";
import { amountsText, driftAmount, unitsText, usdRange } from "../show/money-text.js";

/** How the page is to look. */
export interface CostOptions {
  readonly by: CostGrouping;
  readonly paint: Paint;
  readonly columns: number;
  /** Lists every task. */
  readonly verbose: boolean;
}

/** The page, with a line break at its end. */
export function costPage(report: CostReport, groups: readonly CostGroup[], options: CostOptions): string {
  const { paint, columns } = options;
  const { realm, charges, corrections } = report;
  const profile = report.profile === undefined ? [] : [`profile ${fit(report.profile, 40)}`];
  const where = realm === "sandbox" ? "sandbox, nothing was charged" : "Kling";
  const title = [fit(report.project, 60), ...profile, where].join(" · ");
  const body =
    charges.length === 0
      ? [paint.faint("  nothing was ever ordered")]
      : groupLines(groups, sumCharges(charges), options);
  const lines = [
    ...wrap(title, columns).map(paint.strong),
    "",
    ...body,
    ...(options.verbose && charges.length > 0
      ? ["", ...charges.flatMap((each) => chargeLines(each, options))]
      : []),
    ...notesOf(report, options).flatMap((note, index) => [
      ...(index === 0 ? [""] : []),
      ...wrap(note, columns),
    ]),
    ...correctionLines(corrections, options),
  ];
  return `${lines.join("\n")}\n`;
}

const NO_NAME: Readonly<Record<CostGrouping, string>> = {
  shot: "no step here",
  model: "no model",
  day: "not ended",
};

function groupLines(
  groups: readonly CostGroup[],
  total: CostSum,
  { by, paint, columns }: CostOptions,
): readonly string[] {
  const table: readonly (readonly Cell[])[] = [
    [
      { text: by, paint: paint.faint },
      { text: "tasks", paint: paint.faint, ...RIGHT },
      { text: openOf(total) === 0 ? "" : "open", paint: paint.faint, ...RIGHT },
      { text: "units", paint: paint.faint },
      { text: "billed", paint: paint.faint, ...RIGHT },
      { text: "expected", paint: paint.faint, ...RIGHT },
      { text: isAsExpected(total) ? "" : "otherwise", paint: paint.faint },
    ],
    ...groups.map((group) => cellsOf(group.name ?? NO_NAME[by], group, paint)),
    cellsOf("total", total, paint).map((cell) =>
      cell.paint === undefined ? { ...cell, paint: paint.strong } : cell,
    ),
  ];
  const widths = tableWidths(table);
  if (lineColumns(widths) <= columns) return table.map((row) => rowLine(row, widths));
  return [...groups, { ...total, name: "total" }].flatMap((group) => {
    const { tasks, drift } = group;
    const isKnown = openOf(group) < tasks;
    const units = unitsCell(group);
    const facts = [
      ...(isKnown ? [`billed ${formatUsd(group.money)}`, `expected ${usdRange(group.expected)}`] : []),
      ...(units === "" ? [] : [`${units} units`]),
      ...(openOf(group) === 0 ? [] : [`${openOf(group)} open`]),
    ];
    const odd = oddText(drift);
    return [
      ...wrap(`${group.name ?? NO_NAME[by]} · ${counted(tasks, "task")}`, columns).map(paint.strong),
      ...factLines(facts, columns - 4).map((line) => `    ${line}`),
      ...(odd === "" ? [] : wrap(odd, columns - 4).map((line) => paint.costly(`    ${line}`))),
    ];
  });
}

const RIGHT = { align: "right" } as const;

/** How many bills are still to come, or not known. */
function openOf({ unknown, underWay }: CostSum): number {
  return unknown + underWay;
}

function isAsExpected({ drift }: CostSum): boolean {
  return drift.above + drift.below === 0;
}

function cellsOf(name: string, sum: CostSum, paint: Paint): readonly Cell[] {
  const open = openOf(sum);
  const isKnown = open < sum.tasks;
  return [
    { text: name },
    { text: String(sum.tasks), ...RIGHT },
    { text: open === 0 ? "" : String(open), ...RIGHT },
    { text: unitsCell(sum) },
    { text: isKnown ? formatUsd(sum.money) : "-", ...RIGHT },
    { text: isKnown ? usdRange(sum.expected) : "-", ...RIGHT },
    { text: driftCell(sum.drift), paint: paint.costly },
  ];
}

/** Units of video are what most is paid in, and go without saying. */
function unitsCell({ billed: { video, image } }: CostSum): string {
  const parts = [
    ...(video === 0 ? [] : [formatUnits(video)]),
    ...(image === 0 ? [] : [`${formatUnits(image)} image`]),
  ];
  return parts.join(" + ");
}

/** `+0.5 units -$0.07`: what was more and what was less, each in what it was billed in. */
function driftCell({ more, less }: DriftSum): string {
  return [...signed("+", more), ...signed("-", less)].join(" ");
}

function signed(sign: string, { video, image, usd }: Amounts): readonly string[] {
  return [
    ...(video === 0 ? [] : [`${sign}${unitsText(video)}`]),
    ...(image === 0 ? [] : [`${sign}${formatUnits(image)} image`]),
    ...(usd === 0 ? [] : [`${sign}${formatUsd(usd)}`]),
  ];
}

function oddText({ more, less }: DriftSum): string {
  const [above, below] = [amountsText(more), amountsText(less)];
  return [...(above === "" ? [] : [`${above} more`]), ...(below === "" ? [] : [`${below} less`])].join(", ");
}

/** One task, with `--verbose`. */
function chargeLines(charge: Charge, { paint, columns }: CostOptions): readonly string[] {
  const { step, kind, attempt, completed, end, drift } = charge;
  const odd =
    drift.kind === "above" || drift.kind === "below"
      ? `${driftAmount(drift)} ${drift.kind === "above" ? "more" : "less"} than expected`
      : "";
  const length = drift.kind === "unknown" || drift.seconds === undefined ? "" : `for ${drift.seconds} s`;
  const facts = [
    completed === undefined ? "" : completed.slice(0, 10),
    `${safeText(step ?? kind)}${attempt === 1 ? "" : `, attempt ${attempt}`}`,
    end === "succeeded" ? "" : end.replace("_", " "),
    end === "under_way" ? "" : billText(charge),
    length,
    odd,
  ];
  const [first = "", ...more] = factLines(
    facts.filter((fact) => fact !== ""),
    columns - 4,
  );
  const lines = [`  ${first}`, ...more.map((line) => `    ${line}`)];
  return odd === "" ? lines : lines.map(paint.costly);
}

function billText({ billed }: Charge): string {
  if (billed.kind === "not_billed") return "not billed";
  if (billed.kind === "unknown") return "bill unknown";
  const amounts = [
    ...(billed.units === undefined ? [] : [unitsText(billed.units)]),
    ...(billed.usd === undefined ? [] : [formatUsd(billed.usd)]),
  ];
  return amounts.length === 0 ? "billed in another currency" : `billed ${amounts.join(" and ")}`;
}

/** What is in no sum, and how the sums are to be read. */
function notesOf({ charges, orphans }: CostReport, { by }: CostOptions): readonly string[] {
  const { unknown, underWay, failed, billed } = sumCharges(charges);
  const charged = charges.filter(
    ({ end, billed: bill }) => (end === "failed" || end === "refused") && bill.kind === "billed",
  ).length;
  const apart = charges.filter(
    ({ drift }) => drift.kind === "unknown" && drift.why === "other_measure",
  ).length;
  const inUnits = billed.video + billed.image > 0;
  return [
    ...(by === "day" ? ["days are those on which the vendor completed a task, in UTC"] : []),
    ...(inUnits ? ["units count in money what they were expected to cost"] : []),
    ...(unknown === 0
      ? []
      : [
          `${counted(unknown, "bill is", "bills are")} not known and in no sum: the vendor did not say, or may never have had the task`,
        ]),
    ...(underWay === 0
      ? []
      : [
          `${counted(underWay, "task is", "tasks are")} under way, and in no sum until the vendor says what it took`,
        ]),
    ...(failed === 0
      ? []
      : [
          `${counted(failed, "task")} failed${charged === 0 ? "" : `, of which ${charged} cost something all the same`}`,
        ]),
    ...(apart === 0
      ? []
      : [
          `${counted(apart, "bill is", "bills are")} not checked against what was expected: one of the two is in units, the other in money`,
        ]),
    ...(orphans === 0
      ? []
      : [
          `${counted(orphans, "submission is", "submissions are")} in no sum, as the journal's line about it is damaged`,
        ]),
  ];
}

function correctionLines(
  corrections: readonly Correction[],
  { paint, columns }: CostOptions,
): readonly string[] {
  if (corrections.length === 0) return [];
  const one = corrections.length === 1;
  const head = `bills show ${one ? "a price to be another" : `${corrections.length} prices to be others`}; in the manifest, this makes ${one ? "it" : "them"} right:`;
  return [
    "",
    ...wrap(head, columns).map(paint.costly),
    "",
    // Lines to be pasted are never broken.
    ...correctionsYaml(corrections).trimEnd().split("\n"),
    "",
    ...corrections.flatMap((each) => wrap(whyText(each), columns)),
  ];
}

function whyText({ price, bills, was, replaces }: Correction): string {
  const name = `${price.model}${price.mode === undefined ? "" : ` ${price.mode}`}`;
  const per = was.per === "call" ? "clip" : was.per;
  const before =
    was.usd === undefined ? (was.units === undefined ? "nothing" : unitsText(was.units)) : formatUsd(was.usd);
  const place = replaces ? "; it takes the place of your own price" : "";
  return `${name}: so ${bills === 1 ? "says its last bill" : `say its last ${bills} bills`}; until now ${before} per ${per}${place}`;
}
