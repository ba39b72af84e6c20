/**
 * The doctor's findings as a page: status, what it is about, what was found; below it what to do, and lines to copy on
 * lines of their own. Where the terminal is narrow, what was found stands below its heading.
 */
import {
  counted,
  countFindings,
  safeText,
  type Advice,
  type Check,
  type DoctorReport,
  type Finding,
  type Status,
} from "../index.js";
import type { Paint } from "./colours.js";
import { columnsOf, wrap } from "./layout.js";

const NAMES: Readonly<Record<Check, string>> = {
  node: "Node",
  ffmpeg: "ffmpeg",
  disk: "disk",
  project: "project",
  editor: "editor",
  credentials: "credentials",
  address: "address",
  network: "network",
  clock: "clock",
  packs: "packs",
  balance: "balance",
  concurrency: "concurrency",
};
const STATUS_COLUMNS = 7;
const NAME_COLUMNS = 11;
const TEXT_COLUMN = STATUS_COLUMNS + NAME_COLUMNS + 4;
/** Less than this is too narrow for three columns. */
const ROOMY = 64;

/** How the page is drawn. */
export interface PageOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Leaves out what is well. */
  readonly quiet: boolean;
}

/** The page, with a line break at its end. */
export function doctorPage({ version, findings }: DoctorReport, options: PageOptions): string {
  const { paint, quiet, columns } = options;
  const told = quiet ? findings.filter(({ status }) => status !== "ok") : findings;
  const lines = told.flatMap((each) => findingLines(each, options));
  if (quiet) return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
  const head = paint.strong(`klingmake ${version}`);
  return `${[head, "", ...lines, "", ...wrap(sumText(findings), columns)].join("\n")}\n`;
}

function findingLines(each: Finding, { paint, columns }: PageOptions): readonly string[] {
  const { status, check, found, todo } = each;
  const roomy = columns >= ROOMY;
  const indent = roomy ? TEXT_COLUMN : 2;
  const painted = statusPaint(status, paint)(status);
  const head = `${painted}${" ".repeat(STATUS_COLUMNS - status.length)}  ${paint.strong(NAMES[check])}`;
  const text = wrap(found, columns - indent).map((line) => `${" ".repeat(indent)}${line}`);
  const advice = todo.flatMap((one) => adviceLines(one, indent, columns, paint));
  if (!roomy) return [head, ...text, ...advice];
  const gap = " ".repeat(NAME_COLUMNS - columnsOf(NAMES[check]) + 2);
  const [first = "", ...more] = text;
  return [`${head}${gap}${first.trimStart()}`, ...more, ...advice];
}

function adviceLines(
  { say, copy }: Advice,
  indent: number,
  columns: number,
  paint: Paint,
): readonly string[] {
  const margin = " ".repeat(indent);
  const said = wrap(say, columns - indent - 2).map(
    (line, index) => `${margin}${index === 0 ? "→ " : "  "}${line}`,
  );
  if (copy === undefined) return said;
  // Never broken by us, so that it can be copied.
  const safe = safeText(copy);
  const room = Math.min(indent + 2, Math.max(0, columns - columnsOf(safe)));
  return [...said, `${" ".repeat(room)}${paint.calm(safe)}`];
}

function statusPaint(status: Status, paint: Paint): (text: string) => string {
  switch (status) {
    case "ok":
      return paint.good;
    case "warning":
      return paint.costly;
    case "problem":
      return paint.bad;
    case "unknown":
      return paint.faint;
  }
}

function sumText(findings: readonly Finding[]): string {
  const { problem, warning, unknown } = countFindings(findings);
  if (problem + warning + unknown === 0) return "All is well.";
  const parts = [
    ...(problem > 0 ? [counted(problem, "problem")] : []),
    ...(warning > 0 ? [counted(warning, "warning")] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return `${parts.join(", ")}; ${counted(findings.length, "thing")} looked at`;
}
