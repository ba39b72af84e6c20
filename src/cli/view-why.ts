/**
 * Why a step must be rendered, or need not be: what is in its key field by field, what differs from what was rendered
 * before, and who depends on it. Shows what the engine found; compares nothing itself.
 */
import { obstacleText, reasonText, type Change, type KeyInputs, type WhyReport } from "../index.js";
import type { Paint } from "./colours.js";
import { fit, labelled } from "./layout.js";
import { estimateText } from "./money-text.js";
import { extensionFacts, handleText } from "./view-step.js";

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
  if (report.task !== undefined)
    put("task", `${report.task.task ?? "not confirmed"}, ${report.task.state}, since ${report.task.started}`);

  lines.push("", `key ${planned.key}`);
  for (const [field, value] of keyFields(planned.inputs)) put(field, value);

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

/** The fields of a key with their values in words, in the order of the key's inputs. */
export function keyFields(inputs: KeyInputs): readonly (readonly [field: string, value: string])[] {
  const { kind, ...fields } = inputs.action;
  return [
    ["realm", inputs.realm],
    ["action", kind],
    ...Object.entries(fields).flatMap(([field, value]) =>
      value === undefined ? [] : [[field, valueText(value)] as const],
    ),
    ...(inputs.take === undefined ? [] : [["take", String(inputs.take)] as const]),
  ];
}

/** Inputs are named by their digests; 12 digits tell them apart, `--json` has them whole. */
function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    const named = value as { readonly sha256?: unknown; readonly key?: unknown };
    if (typeof named.sha256 === "string") return `file with SHA-256 ${named.sha256.slice(0, 12)}`;
    if (typeof named.key === "string") return `step with key ${named.key.slice(0, 12)}`;
  }
  return JSON.stringify(value);
}

function changeOrigin(change: Change): string {
  if (change.file !== undefined) return `the file ${change.file}`;
  if (change.upstream !== undefined) return `the step ${change.upstream}`;
  return "in the manifest";
}
