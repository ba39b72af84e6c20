/**
 * What `download`, `adopt` and `reconcile` came to as JSON: snake_case, money as decimal strings, field by field.
 */
import {
  diagnosticJson,
  matterText,
  type AdoptReport,
  type CopiesReport,
  type CopyReport,
  type MatterReport,
  type ReconcileReport,
  type StepId,
} from "../index.js";
import { artifactData, plannedData, type Data } from "./data-plan.js";
import { outcomeData } from "./data-run.js";
import { usdJson } from "../show/money-text.js";
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

/** What was bound to a step. */
export function adoptData(report: AdoptReport): Data {
  switch (report.status) {
    case "invalid":
      return { status: report.status };
    case "locked":
    case "refused":
      return excludedData(report);
    case "adopted":
    case "already":
      return {
        status: report.status,
        step: report.step,
        key: report.key,
        artifact: artifactData(report.artifact),
        attempt: report.attempt,
        flags: report.flags,
        ...(report.output === undefined ? {} : { output: report.output }),
        ...(report.conflict === undefined ? {} : { conflict: diagnosticJson(report.conflict) }),
        dependents: report.reached.map(({ planned, how }) => ({ how, ...plannedData(planned) })),
      };
  }
}

/** What is open, and what came of it. */
export function reconcileData(report: ReconcileReport): Data {
  switch (report.status) {
    case "invalid":
      return { status: report.status };
    case "locked":
    case "refused":
      return excludedData(report);
    case "route":
      return { ...excludedData(report), ...mattersData(report) };
    case "listed":
    case "settled":
    case "declined":
    case "confirmation_needed":
      return { status: report.status, ...mattersData(report) };
  }
}

function mattersData({ realm, matters }: Extract<ReconcileReport, { readonly matters: unknown }>): Data {
  return { realm, matters: matters.map(matterData) };
}

function matterData({ matter, name, settled }: MatterReport): Data {
  const { attempt, standing, way, reserved, unanswered } = matter;
  return {
    name,
    step: attempt.step,
    key: attempt.key,
    attempt: attempt.attempt,
    reference: attempt.reference,
    ...(attempt.task === undefined ? {} : { task: attempt.task }),
    since: attempt.started,
    state: attempt.state,
    standing,
    product: attempt.product,
    reserved: usdJson(reserved),
    unanswered_calls: unanswered,
    way: way.kind,
    ...(way.kind === "ask" ? { asked_by: way.by } : {}),
    ...(way.kind === "decide" ? { because: way.because } : {}),
    ...matterText(matter, name),
    ...(settled === undefined ? {} : { settled: settledData(settled, attempt.step) }),
  };
}

function settledData(settled: NonNullable<MatterReport["settled"]>, step: StepId): Data {
  switch (settled.kind) {
    case "collected":
      return { kind: settled.kind, artifact: artifactData(settled.artifact) };
    case "undecided":
      return {
        kind: settled.kind,
        because: settled.because,
        candidates: settled.candidates.map(({ task, status, created, source }) => ({
          task,
          status,
          ...(created === undefined ? {} : { created }),
          ...(source === undefined ? {} : { source }),
        })),
      };
    case "unanswered":
      return { kind: settled.kind, why: settled.why };
    case "ended":
    case "unfetched":
      return { kind: settled.kind, outcome: outcomeData(settled.outcome, step) };
    case "under_way":
    case "never_sent":
    case "noted":
    case "abandoned":
    case "stopped":
      return { kind: settled.kind };
  }
}
