/**
 * Why a step must be rendered, or need not be: what is in its key field by field, what differs from what was rendered
 * before, and who depends on it. Shows what the engine found; compares nothing itself.
 */
import {
  fieldsOf,
  inputsOf,
  obstacleText,
  reasonText,
  type Change,
  type Input,
  type PlannedStep,
  type WhyReport,
} from "../index.js";
import type { Paint } from "./colours.js";
import { fit, labelled } from "./layout.js";
import { estimateText } from "../show/money-text.js";
import { extensionFacts, handleText, inputText } from "../show/step-text.js";

/** The page for one step, with a line break at its end. */
export function whyPage(report: WhyReport, paint: Paint, columns: number, now: number): string {
  const { planned, dependents } = report;
  const lines = [`${paint.strong(fit(planned.step.id, 60))}  ${planned.decision.kind}`];
  const put = (label: string, text: string, painter?: (line: string) => string) => {
    lines.push(
      ...labelled(`  ${label}`, text, 20, columns).map((line) => (painter ?? ((same) => same))(line)),
    );
  };
  if (planned.decision.kind === "blocked") {
    const { why, help } = obstacleText(planned.decision.because, planned.step.id);
    put("blocked", why, paint.bad);
    put("what to do", help);
  }
  if (planned.reason !== undefined) put("because", reasonText(planned.reason));
  put(
    "price",
    planned.estimate.kind === "unknown" ? `unknown: ${planned.estimate.why}` : estimateText(planned.estimate),
  );
  if (planned.estimate.kind === "priced")
    put(
      "",
      `${planned.estimate.formula}; ${planned.estimate.basis.source} (${planned.estimate.basis.asOf})`,
      paint.faint,
    );
  if (planned.extension !== undefined) put("extension", extensionFacts(planned, new Map()).join(" · "));
  if (planned.handleEnds !== undefined) put("handle", handleText(planned, now), paint.costly);
  if (report.task !== undefined) put("task", taskText(report.task));

  lines.push("", `key ${columns >= planned.key.length + 4 ? planned.key : planned.key.slice(0, 12)}`);
  for (const [field, value] of keyFields(planned)) put(field, value);

  lines.push("");
  if (report.before === undefined) {
    lines.push("never rendered before in this profile");
  } else if (report.before.key === planned.key) {
    lines.push("the same key as what was rendered before");
  } else {
    lines.push(`differs from what was rendered before (key ${report.before.key.slice(0, 12)})`);
    for (const change of report.changes) {
      put(change.field, changeOrigin(change));
      put("", `- ${change.from ?? "(absent)"}`, paint.bad);
      put("", `+ ${change.to ?? "(absent)"}`, paint.good);
    }
    if (report.changes.length === 0) lines.push("  only in the version of the key's format");
  }
  lines.push("", dependents.length === 0 ? "nothing depends on it" : "steps that depend on it");
  for (const dependent of dependents) lines.push(`  ${fit(dependent, columns - 2)}`);
  return `${lines.join("\n")}\n`;
}

function taskText({ task, state, started }: NonNullable<WhyReport["task"]>): string {
  return `${task ?? "not confirmed"}, ${state}, since ${started.slice(0, 16).replace("T", " ")} UTC`;
}

/** The fields of a key with their values in words, in the order of the key's inputs. */
function keyFields({
  inputs,
  reason,
  step,
}: PlannedStep): readonly (readonly [field: string, value: string])[] {
  const { kind } = inputs.action;
  // What is held has the key of an earlier rendering, of which the manifest may say something else by now.
  const named = new Map<string, Input>(reason?.because === "held" ? [] : inputsOf(step.action));
  return [
    ["realm", inputs.realm],
    ["action", kind],
    ...fieldsOf(inputs.action).flatMap(([field, value]) =>
      field === "kind" ? [] : [[field, valueText(value, named.get(field))] as const],
    ),
    ...(inputs.take === undefined ? [] : [["take", String(inputs.take)] as const]),
  ];
}

/** Inputs by their names, as far as they are known, and their digests; 12 digits tell those apart, `--json` has them whole. */
function valueText(value: unknown, input: Input | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    const digests = value as {
      readonly sha256?: unknown;
      readonly key?: unknown;
      readonly id?: unknown;
    };
    const name = input === undefined ? undefined : inputText(input);
    if (typeof digests.sha256 === "string")
      return `${name ?? "a file"} (SHA-256 ${digests.sha256.slice(0, 12)})`;
    if (typeof digests.id === "string") return `${digests.id}, by the vendor's id`;
    if (typeof digests.key === "string") return `${name ?? "a step"} (key ${digests.key.slice(0, 12)})`;
  }
  return JSON.stringify(value);
}

function changeOrigin(change: Change): string {
  if (change.file !== undefined) return `the file ${change.file}`;
  if (change.upstream !== undefined) return `the step ${change.upstream}`;
  return "in the manifest";
}
