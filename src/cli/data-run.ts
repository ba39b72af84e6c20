/**
 * Events and outcomes as JSON: snake_case, money as decimal strings, converted by hand so that what a script reads is
 * decided here and nowhere else.
 */
import {
  type Amounts,
  diagnosticJson,
  type Billed,
  type Drift,
  type DriftSum,
  type Outcome,
  type RunEvent,
  type StepId,
} from "../index.js";
import { obstacleData } from "./data-obstacle.js";
import { artifactData, type Data } from "./data-plan.js";
import { unitsJson, usdJson } from "../show/money-text.js";

/** An event without its envelope; the caller adds schema, version and time. */
export function eventData(event: RunEvent): Data {
  switch (event.type) {
    case "run_started": {
      const { type, digest, profile, realm, steps, creates } = event;
      return { type, digest, profile, realm, steps, creates };
    }
    case "step_started":
      return { type: event.type, step: event.step, what: event.what };
    case "step_waiting":
      return {
        type: event.type,
        step: event.step,
        why: event.why,
        ...(event.seconds === undefined ? {} : { seconds: event.seconds }),
      };
    case "step_preparing":
      return {
        type: event.type,
        step: event.step,
        call: event.call,
        ...(event.reserved === undefined ? {} : { reserved: usdJson(event.reserved) }),
      };
    case "step_submitted": {
      const { type, step, reference, task, adopted, reserved } = event;
      const money = reserved === undefined ? {} : { reserved: usdJson(reserved) };
      return { type, step, reference, task, adopted, ...money };
    }
    case "step_retrying": {
      const { type, step, failed, attempt, why, billed, spent } = event;
      return { type, step, failed, attempt, why, billed: billedData(billed), spent: usdJson(spent) };
    }
    case "step_downloading":
      return {
        type: event.type,
        step: event.step,
        bytes: event.bytes,
        ...(event.total === undefined ? {} : { total: event.total }),
      };
    case "notice":
      return { type: event.type, message: event.message };
    case "step_processing":
      return {
        type: event.type,
        step: event.step,
        status: event.status,
        elapsed_seconds: event.elapsedSeconds,
        ...(event.expectedSeconds === undefined ? {} : { expected_seconds: event.expectedSeconds }),
      };
    case "step_ended":
      return { type: event.type, step: event.step, outcome: outcomeData(event.outcome, event.step) };
    case "run_ended":
      return { type: event.type, spent: usdJson(event.spent), interrupted: event.interrupted };
  }
}

/** How a step ended. */
export function outcomeData(outcome: Outcome, step: StepId): Data {
  switch (outcome.status) {
    case "kept":
    case "restored":
      return {
        status: outcome.status,
        artifact: artifactData(outcome.artifact),
        ...(outcome.output === undefined ? {} : { output: outcome.output }),
        ...(outcome.status === "restored" ? { from: outcome.from } : {}),
        ...(outcome.conflict === undefined ? {} : { conflict: diagnosticJson(outcome.conflict) }),
      };
    case "rendered":
      return {
        status: outcome.status,
        artifact: artifactData(outcome.artifact),
        ...(outcome.output === undefined ? {} : { output: outcome.output }),
        billed: billedData(outcome.billed),
        ...(outcome.drift === undefined ? {} : { drift: driftData(outcome.drift) }),
        flags: outcome.flags,
        ...(outcome.conflict === undefined ? {} : { conflict: diagnosticJson(outcome.conflict) }),
      };
    case "failed":
      return {
        status: outcome.status,
        diagnostic: diagnosticJson(outcome.diagnostic),
        retry: outcome.retry,
        billed:
          outcome.bill === undefined
            ? { kind: outcome.billed }
            : billedData({ kind: "billed", ...outcome.bill }),
        ...(outcome.fatal === true ? { fatal: true } : {}),
      };
    case "blocked":
      return {
        status: outcome.status,
        obstacle: obstacleData(outcome.because, step),
      };
    case "interrupted":
      return { status: outcome.status, under_way: outcome.underWay };
    case "unknown":
      return { status: outcome.status, reference: outcome.reference, why: outcome.why };
  }
}

/** A bill held against what was expected, in what both are in. */
export function driftData(drift: Drift): Data {
  if (drift.kind === "unknown") return { kind: drift.kind, why: drift.why };
  const { kind, seconds } = drift;
  const length = seconds === undefined ? {} : { seconds };
  if (drift.in === "usd") {
    const { billed, low, high, by } = drift;
    return {
      kind,
      in: drift.in,
      billed: usdJson(billed),
      low: usdJson(low),
      high: usdJson(high),
      by: usdJson(by),
      ...length,
    };
  }
  const { unit, billed, low, high, by } = drift;
  return {
    kind,
    in: drift.in,
    unit,
    billed: unitsJson(billed),
    low: unitsJson(low),
    high: unitsJson(high),
    by: unitsJson(by),
    ...length,
  };
}

/** Drifts added up. */
export function driftSumData({ within, above, below, unknown, more, less }: DriftSum): Data {
  return { within, above, below, unknown, more: amountsData(more), less: amountsData(less) };
}

/** Amounts of each kind; none is ever added to another. */
export function amountsData({ video, image, usd: money }: Amounts): Data {
  return { units: { video: unitsJson(video), image: unitsJson(image) }, ...usdJson(money) };
}

/** What was billed. */
export function billedData(billed: Billed): Data {
  return billed.kind === "billed"
    ? {
        kind: billed.kind,
        ...(billed.units === undefined ? {} : { units: unitsJson(billed.units) }),
        ...(billed.usd === undefined ? {} : usdJson(billed.usd)),
      }
    : { kind: billed.kind };
}
