/**
 * What is open between a project and the vendor, and what came of it: a few lines a matter. Foreign text is made safe here.
 */
import {
  counted,
  formatUsd,
  matterText,
  safeText,
  type Matter,
  type MatterReport,
  type MatterText,
  type Micros,
  type ReconcileReport,
} from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";
import { shellLine } from "./request.js";
import { outcomeNote } from "../show/outcome-text.js";

type Shown = Extract<ReconcileReport, { readonly matters: readonly MatterReport[] }>;

/** The page, with a line break at its end. */
export function mattersPage(report: Shown, project: string, paint: Paint, columns: number): string {
  const { matters, realm } = report;
  const flow = (text: string, indent: number) =>
    wrap(text, columns - indent).map((line) => `${" ".repeat(indent)}${line}`);
  if (matters.length === 0) return `${safeText(project)}: nothing is open\n`;
  const lines = matters.flatMap((each) => {
    const { matter, name } = each;
    const { attempt, reserved } = matter;
    const { what, help, commands } = textOf(each);
    const facts = [
      `since ${attempt.started.slice(0, 16).replace("T", " ")} UTC`,
      ...(name === attempt.reference ? [] : [attempt.reference]),
      ...(attempt.task === undefined ? [] : [`task ${safeText(attempt.task)}`]),
      ...(reserved === 0 ? [] : [`up to ${formatUsd(reserved)} counted`]),
    ];
    const head = name === attempt.step ? safeText(name) : `${safeText(attempt.step)} · ${attempt.reference}`;
    return [
      paint.strong(head),
      ...flow(facts.join(" · "), 4).map(paint.faint),
      ...flow(what, 4).map(paintOf(each, paint)),
      ...flow(help, 4),
      // A command is never broken, so that it can be copied.
      ...commands.map((line) => `      ${line}`),
      ...candidateLines(each, flow),
      "",
    ];
  });
  const total = matters.reduce((sum, each) => sum + each.matter.reserved, 0) as Micros;
  const money = realm === "sandbox" ? "" : `; up to ${formatUsd(total)} counted in the budget`;
  const sum = `${counted(matters.length, "matter")}${sumOf(matters)}${money}`;
  return `${[...lines, ...wrap(sum, columns)].join("\n")}\n`;
}

function sumOf(matters: readonly MatterReport[]): string {
  const needs = matters.filter(({ matter, settled }) =>
    settled === undefined ? matter.way.kind === "decide" : settled.kind === "undecided",
  ).length;
  const done = matters.filter(({ settled }) =>
    ["collected", "ended", "never_sent", "abandoned"].includes(settled?.kind ?? ""),
  ).length;
  return `${done === 0 ? "" : `, ${done} settled`}${needs === 0 ? "" : `, ${needs} to be decided`}`;
}

/** What it is, or came to, and what is next. */
function textOf({ matter, name, settled }: MatterReport): MatterText {
  if (settled === undefined) return matterText(matter, name);
  return { commands: [], ...settledText({ matter, name, settled }) };
}

function settledText({
  matter,
  name,
  settled,
}: Required<MatterReport>): Omit<MatterText, "commands"> & Partial<MatterText> {
  const { what } = matterText(matter, name);
  switch (settled.kind) {
    case "undecided":
      return matterText({ ...matter, way: { kind: "decide", because: settled.because } }, name);
    case "noted":
      return { what, help: "nothing is to be decided; it stays in the books" };
    case "collected":
      return {
        what: "collected: its bytes are in the store, its record in the lockfile",
        help: "klingmake render places it, at no cost",
      };
    case "under_way":
      return { what: "the vendor is at work on it", help: "klingmake download waits for it and collects it" };
    case "ended":
      return {
        what: `it ended at the vendor without a result: ${outcomeNote(settled.outcome, matter.attempt.step)}`,
        help: "the next plan says what another attempt costs, and asks",
      };
    case "never_sent":
      return {
        what: "the vendor has no task of this reference: nothing was sent, and nothing is counted any more",
        help: "klingmake render sends it, if it is still wanted",
      };
    case "unanswered":
      return { what: `it could not be asked about: ${safeText(settled.why)}`, help: AGAIN };
    case "unfetched":
      return {
        what: `finished, and not fetched: ${outcomeNote(settled.outcome, matter.attempt.step)}`,
        help: AGAIN,
      };
    case "abandoned":
      return {
        what: `given up; ${lossOf(matter)}`,
        help: "the next plan offers another attempt, at its price, and asks first",
      };
    case "stopped":
      return { what: `${what}; stopped before it was settled`, help: AGAIN };
  }
}

const AGAIN = "run klingmake reconcile again";

function lossOf({ reserved }: Matter): string {
  return reserved === 0
    ? "nothing of it is counted"
    : `up to ${formatUsd(reserved)} stay counted as possibly spent`;
}

/** Tasks that could be it: where a person finds what to name. */
function candidateLines(
  { settled, name }: MatterReport,
  flow: (text: string, indent: number) => readonly string[],
): readonly string[] {
  if (settled?.kind !== "undecided") return [];
  return settled.candidates.flatMap(({ task, created, source, status }) => {
    const facts = [
      status,
      ...(created === undefined ? [] : [`created ${created.slice(0, 16).replace("T", " ")} UTC`]),
      ...(source === undefined ? [] : [`made from clip ${source}`]),
    ];
    const line = shellLine(["klingmake", "reconcile", name, "--task", task]);
    return [...flow(`could be the task ${task} (${facts.join(", ")}):`, 4), `      ${line}`];
  });
}

function paintOf({ matter, settled }: MatterReport, paint: Paint): (text: string) => string {
  if (settled === undefined) return matter.way.kind === "decide" ? paint.bad : paint.costly;
  switch (settled.kind) {
    case "collected":
    case "never_sent":
      return paint.good;
    case "undecided":
    case "ended":
      return paint.bad;
    case "under_way":
    case "unanswered":
    case "unfetched":
    case "stopped":
    case "abandoned":
      return paint.costly;
    case "noted":
      return paint.faint;
  }
}

/** The question before something is given up. */
export function abandonQuestion(matters: readonly Matter[]): string {
  const total = matters.reduce((sum, { reserved }) => sum + reserved, 0) as Micros;
  const money = total === 0 ? "" : ` Up to ${formatUsd(total)} stay counted as possibly spent.`;
  return `Give up ${counted(matters.length, "submission")} for lost?${money} Another attempt costs its full price. [y/N] `;
}
