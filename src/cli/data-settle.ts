/**
 * What `download`, `adopt` and `reconcile` came to as JSON: snake_case, money as decimal strings, field by field.
 */
import type { CopiesReport, CopyReport, StepId } from "../index.js";
import { artifactData, type Data } from "./data-plan.js";
import { outcomeData } from "./data-run.js";
import type { NotBegun } from "./view-excluded.js";

/** Why nothing was begun. */
export function excludedData(report: NotBegun): Data {
  return report.status === "locked"
    ? { status: report.status, ...(report.holder === undefined ? {} : { holder: report.holder }) }
    : { status: report.status, message: report.message, help: report.help };
}

/** Copies that were asked of the vendor. */
export function copiesData(report: CopiesReport): Data {
  switch (report.status) {
    case "invalid":
      return { status: report.status };
    case "locked":
    case "refused":
    case "route":
      return excludedData(report);
    case "compared":
      return { status: report.status, copies: report.copies.map(copyData) };
  }
}

function copyData({ copy, held, came }: CopyReport): Data {
  return {
    ...(copy.step === undefined ? {} : { step: copy.step }),
    key: copy.key,
    recorded: artifactData(copy.artifact),
    held,
    came: came.kind,
    ...(came.kind === "other" ? { artifact: artifactData(came.artifact) } : {}),
    ...(came.kind === "failed" ? { outcome: outcomeData(came.outcome, copy.step ?? ("" as StepId)) } : {}),
  };
}
