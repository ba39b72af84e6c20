/**
 * What the doctor found, as JSON: every finding, and the facts that programs can use. Units are exact decimal strings,
 * times ISO 8601. Neither keys nor ids of keys or packs are in it.
 */
import { countFindings, type DoctorReport, type Finding, type Pack } from "../index.js";
import type { Data } from "./data-plan.js";
import { unitsJson } from "../show/money-text.js";

/** The `data` of the envelope. */
export function doctorData(report: DoctorReport): Data {
  const { findings, account, packs, concurrency, clockSkewSeconds } = report;
  return {
    version: report.version,
    status: worstOf(findings),
    findings: findings.map(({ check, status, found, todo, ofAccount }) => ({
      check,
      status,
      found,
      todo,
      of_account: ofAccount === true,
    })),
    account: account ?? null,
    packs: packs?.map(packData) ?? null,
    concurrency: concurrency ?? null,
    clock_skew_seconds: clockSkewSeconds ?? null,
  };
}

function packData({ name, kind, concurrency, status, total, remaining, beginsMs, endsMs }: Pack): Data {
  return {
    name,
    kind: kind ?? null,
    status,
    concurrency: concurrency ?? null,
    total: total === undefined ? null : unitsJson(total),
    remaining: remaining === undefined ? null : unitsJson(remaining),
    begins: timeText(beginsMs),
    ends: timeText(endsMs),
  };
}

function worstOf(findings: readonly Finding[]): Finding["status"] {
  const count = countFindings(findings);
  return (["problem", "warning", "unknown"] as const).find((status) => count[status] > 0) ?? "ok";
}

function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
