/**
 * What an edit did to a plan, for people: a line for each thing that was done to however many steps, and below it the
 * fields. Of long words only the part that changed is shown, with some of what stands around it. Pure.
 */
import {
  counted,
  obstacleText,
  safeText,
  type Change,
  type Difference,
  type PlannedStep,
  type StepId,
} from "../index.js";
import type { Paint } from "./colours.js";
import { decisionPaint } from "./view-row.js";
import { columnsOf, fit, fitWords, padded, wrap } from "./layout.js";
import { priceText } from "../show/step-text.js";

/** How differences are shown. */
export interface DifferenceOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Lines that are shown at most; what is left is counted. */
  readonly most: number;
}

/** What was done to these steps; all of them in the same way. */
interface Group {
  readonly word: string;
  readonly steps: readonly StepId[];
  /** One of them; absent when they are gone. */
  readonly planned?: PlannedStep;
  readonly changes: readonly Change[];
}

const WORD_COLUMNS = 7;
/** Shorter values are shown whole, and both on one line. */
const SHORT_COLUMNS = 24;
/** With less room beside its name, a value begins on a line of its own. */
const LEAST_BESIDE = 40;

/** The differences as lines. */
export function differenceLines(
  differences: readonly Difference[],
  options: DifferenceOptions,
): readonly string[] {
  const groups = groupsOf(differences);
  const labels = groups.map(labelOf);
  const label = Math.min(Math.max(0, ...labels.map(columnsOf)), Math.floor(options.columns / 2));
  const blocks = groups.map((group) => groupLines(group, label, options));
  const lines: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const isLast = index === blocks.length - 1;
    if (index > 0 && lines.length + block.length > options.most - (isLast ? 0 : 1)) {
      const rest = groups.slice(index).reduce((sum, { steps }) => sum + steps.length, 0);
      return [...lines, options.paint.faint(fit(`and ${counted(rest, "step")} more`, options.columns))];
    }
    lines.push(...block);
  }
  return lines;
}

/** Equal edits are told once: a word in the defaults, or in what prompts share, is an edit of every shot. */
function groupsOf(differences: readonly Difference[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const each of differences) {
    const one = groupOf(each);
    const name = JSON.stringify([one.word, one.changes.map(gistOf), one.planned && fateOf(one.planned)]);
    const there = groups.get(name);
    groups.set(name, there === undefined ? one : { ...there, steps: [...there.steps, ...one.steps] });
  }
  return [...groups.values()];
}

/** Of long words only what changed, so that they may differ elsewhere. */
function gistOf(change: Change): unknown {
  const { field, from, to } = change;
  if (from === undefined || to === undefined || isShort(from, to)) return change;
  const part = changedPart(safeText(from), safeText(to));
  return [field, part.from, part.to];
}

/** Whether both stand on one line. */
function isShort(from: string, to: string): boolean {
  return columnsOf(safeText(from)) <= SHORT_COLUMNS && columnsOf(safeText(to)) <= SHORT_COLUMNS;
}

function groupOf(difference: Difference): Group {
  switch (difference.kind) {
    case "added":
      return { word: "new", steps: [difference.planned.step.id], planned: difference.planned, changes: [] };
    case "removed":
      return { word: "gone", steps: [difference.step], changes: [] };
    case "edited": {
      const { planned, changes } = difference;
      // What only works on something else that was edited has not been touched itself.
      const isOwn = changes.some(({ upstream }) => upstream === undefined);
      return { word: isOwn ? "edited" : "follows", steps: [planned.step.id], planned, changes };
    }
    case "moved":
      return { word: "now", steps: [difference.planned.step.id], planned: difference.planned, changes: [] };
  }
}

function labelOf({ steps }: Group): string {
  const [first = ""] = steps;
  return safeText(steps.length === 1 ? first : `${first} and ${steps.length - 1} more`);
}

/** What will be done about a step, and for how much. */
function fateOf(planned: PlannedStep): string {
  switch (planned.decision.kind) {
    case "keep":
      return "kept";
    case "restore":
      return "restored, free";
    case "resume":
      return planned.create === undefined ? "under way, ordered before" : `under way, ${priceText(planned)}`;
    case "render":
      return `render ${priceText(planned)}`;
    case "blocked":
      return `blocked: ${obstacleText(planned.decision.because, planned.step.id).why}`;
  }
}

function groupLines(group: Group, label: number, options: DifferenceOptions): readonly string[] {
  const { paint, columns } = options;
  const { planned, steps, word } = group;
  const head = `${word.padEnd(WORD_COLUMNS)}  `;
  const fate = planned === undefined ? "" : manyText(fateOf(planned), planned, steps.length);
  const painter = planned === undefined ? paint.faint : decisionPaint(planned, paint);
  const name = labelOf(group);
  const beside = `${head}${padded(name, label)}  `;
  const room = columns - columnsOf(beside);
  const lines =
    columnsOf(name) <= label && columnsOf(safeText(fate)) <= room
      ? [`${beside}${painter(safeText(fate))}`.trimEnd()]
      : [
          `${head}${fit(name, columns - columnsOf(head))}`,
          ...(fate === "" ? [] : wrap(fate, columns - 4).map((line) => `    ${painter(line)}`)),
        ];
  return [...lines, ...group.changes.flatMap((change) => changeLines(change, columns, paint))];
}

/** A price is that of each. */
function manyText(fate: string, planned: PlannedStep, many: number): string {
  return many > 1 && planned.decision.kind === "render" && planned.create !== undefined
    ? `${fate} each`
    : fate;
}

const INDENT = "    ";

/** One field, as it was and as it is. */
function changeLines(change: Change, columns: number, paint: Paint): readonly string[] {
  const { field, from, to, file, upstream } = change;
  const room = columns - INDENT.length;
  const put = (text: string) => wrap(text, room).map((line) => `${INDENT}${line}`);
  if (upstream !== undefined) return put(`${field}: from ${upstream}, which changed`);
  if (file !== undefined) return put(`${field}: ${file}${from === undefined ? "" : " has other content"}`);
  if (from === undefined) return put(`${field}: ${fitWords(to ?? "", room)} (was not set)`);
  if (to === undefined) return put(`${field}: no longer ${fitWords(from, room)}`);
  if (isShort(from, to)) return put(`${field}: ${from} → ${to}`);
  const parts = changedPart(safeText(from), safeText(to));
  const name = fit(field, SHORT_COLUMNS);
  const isBeside = room - columnsOf(name) - 1 >= LEAST_BESIDE;
  const indent = `${INDENT}${isBeside ? " ".repeat(columnsOf(name) + 1) : ""}`;
  const left = columns - indent.length;
  const was = aroundText("-", parts, parts.from, left, paint.bad);
  return [
    ...(isBeside ? [`${INDENT}${name} ${was}`] : [`${INDENT}${fit(`${field}:`, room)}`, `${indent}${was}`]),
    `${indent}${aroundText("+", parts, parts.to, left, paint.good)}`,
  ];
}

/** What two texts have in common at both ends, and what stands between. */
export interface ChangedPart {
  readonly before: string;
  readonly from: string;
  readonly to: string;
  readonly after: string;
}

/** Finds the part that changed: whole words where there are words. */
export function changedPart(from: string, to: string): ChangedPart {
  const one = [...from];
  const other = [...to];
  const least = Math.min(one.length, other.length);
  let start = 0;
  while (start < least && one[start] === other[start]) start++;
  start = wordStart(one, other, start);
  let end = 0;
  while (end < least - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  end = wordStart(one.toReversed(), other.toReversed(), end);
  const between = (text: readonly string[]) => text.slice(start, text.length - end).join("");
  return {
    before: one.slice(0, start).join(""),
    from: between(one),
    to: between(other),
    after: one.slice(one.length - end).join(""),
  };
}

/** Words longer than this are scripts without blanks, or addresses: these are cut anywhere. */
const WORD_MOST = 24;

/** Back to where the word begins that both texts are in, counted from either end. */
function wordStart(one: readonly string[], other: readonly string[], at: number): number {
  const isInWord = (text: readonly string[]) => text[at] !== undefined && text[at] !== " ";
  if (!isInWord(one) && !isInWord(other)) return at;
  for (let start = at; start >= Math.max(0, at - WORD_MOST); start--)
    if (start === 0 || one[start - 1] === " ") return start;
  return at;
}

/** A sign, and what changed with as much around it as fits: more of what comes before, because that is read first. */
function aroundText(
  sign: string,
  { before, after }: ChangedPart,
  changed: string,
  columns: number,
  paint: (text: string) => string,
): string {
  const room = columns - 2;
  const own = fitWords(changed, room);
  const left = room - columnsOf(own);
  const beforeRoom = Math.max(0, Math.min(columnsOf(before), left - Math.min(columnsOf(after), left >> 2)));
  const lead = tailOf(before, beforeRoom);
  const trail = left - columnsOf(lead) < 2 ? "" : fitWords(after, left - columnsOf(lead));
  return `${paint(`${sign} `)}${lead}${paint(own)}${trail === "…" ? "" : trail}`.trimEnd();
}

/** The end of a text in so many columns, from a word on, with an ellipsis where it was cut; or nothing. */
function tailOf(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const characters = [...text];
  let width = 1;
  let at = characters.length;
  while (at > 0 && width + columnsOf(characters[at - 1] ?? "") <= columns)
    width += columnsOf(characters[--at] ?? "");
  const tail = characters.slice(at).join("");
  const blank = tail.indexOf(" ");
  const words = blank >= 0 && blank * 2 < tail.length ? tail.slice(blank + 1) : tail;
  return columns < 4 || words === "" ? "" : `…${words}`;
}
