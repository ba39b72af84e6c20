/**
 * A plan as the data of an envelope. A format of its own (snake_case, money as decimal strings), converted here by
 * hand, so that the plan's types can change without breaking a script. `digest` names the plan's digest and nothing else.
 */
import {
  reasonText,
  type Artifact,
  type Decision,
  type Estimate,
  type Micros,
  type MilliUnits,
  type Plan,
  type PlannedStep,
  type Totals,
  type WantsYes,
} from "../index.js";
import { obstacleData } from "./data-obstacle.js";
import { unitsJson, usdJson } from "../show/money-text.js";

/** What JSON text is made of. */
export type Data = Readonly<Record<string, unknown>>;

/** The whole plan. */
export function planData(plan: Plan, wants: readonly WantsYes[]): Data {
  return {
    digest: plan.digest,
    project: plan.project,
    profile: plan.profile,
    realm: plan.realm,
    steps: plan.steps.map(plannedData),
    totals: {
      create: totalsData(plan.totals.create),
      saved: totalsData(plan.totals.saved),
      count: plan.totals.count,
    },
    overtaken: plan.overtaken.map(({ attempt }) => ({
      step: attempt.step,
      key: attempt.key,
      reference: attempt.reference,
      since: attempt.started,
    })),
    ...(plan.account === undefined ? {} : { account: plan.account }),
    committed: usdJson(plan.committed),
    ...(plan.budget === undefined ? {} : { budget: usdJson(plan.budget) }),
    expected_seconds: plan.expectedSeconds,
    wants_yes: wants.map(wantData),
  };
}

/** One step of a plan. */
export function plannedData(each: PlannedStep): Data {
  const { step } = each;
  return {
    id: step.id,
    ...(step.title === undefined ? {} : { title: step.title }),
    action: step.action.kind,
    take: step.take,
    key: each.key,
    ...(each.model === undefined ? {} : { model: each.model }),
    ...(each.mode === undefined ? {} : { mode: each.mode }),
    tier: each.tier,
    ...(each.seconds === undefined ? {} : { seconds: each.seconds }),
    ...(step.output === undefined ? {} : { output: step.output }),
    needs: step.needs,
    decision: decisionData(each.decision, each),
    ...(each.reason === undefined ? {} : { reason: { ...each.reason, text: reasonText(each.reason) } }),
    estimate: estimateData(each.estimate),
    ...(each.create === undefined ? {} : { create: createData(each.create) }),
    ...(each.sameAs === undefined ? {} : { same_as: each.sameAs }),
    ...(each.expectedSeconds === undefined ? {} : { expected_seconds: each.expectedSeconds }),
    ...(each.extension === undefined
      ? {}
      : {
          extension: {
            via: each.extension.via,
            returns: each.extension.returns,
            chosen: each.extension.chosen,
          },
        }),
    ...(each.handleEnds === undefined ? {} : { handle_ends: each.handleEnds }),
  };
}

function createData({ reference, attempt, ceiling, retries = [] }: NonNullable<PlannedStep["create"]>): Data {
  return {
    reference,
    attempt,
    ceiling: ceiling === undefined ? null : usdJson(ceiling),
    ...(retries.length === 0
      ? {}
      : {
          retries: retries.map((each) => ({
            reference: each.reference,
            attempt: each.attempt,
            ceiling: usdJson(each.ceiling),
          })),
        }),
  };
}

function decisionData(decision: Decision, each: PlannedStep): Data {
  switch (decision.kind) {
    case "keep":
      return {
        kind: decision.kind,
        artifact: artifactData(decision.artifact),
        ...(decision.conflict === true ? { conflict: true } : {}),
      };
    case "restore":
      return { kind: decision.kind, from: decision.from, artifact: artifactData(decision.artifact) };
    case "resume":
      return {
        kind: decision.kind,
        reference: decision.attempt.reference,
        state: decision.attempt.state,
        ...(decision.attempt.task === undefined ? {} : { task: decision.attempt.task }),
        since: decision.attempt.started,
        may_create: decision.mayCreate,
      };
    case "render":
      return { kind: decision.kind, attempt: decision.attempt };
    case "blocked":
      return {
        kind: decision.kind,
        obstacle: obstacleData(decision.because, each.step.id),
      };
  }
}

/** An artifact: bytes known by their SHA-256. */
export function artifactData(artifact: Artifact): Data {
  return { ...artifact };
}

/** An estimate; `unknown` stays a kind of its own. */
export function estimateData(estimate: Estimate): Data {
  switch (estimate.kind) {
    case "priced":
      return {
        kind: estimate.kind,
        ...moneyRange(estimate.usd),
        ...(estimate.units === undefined
          ? {}
          : { units: { kind: estimate.unit, ...unitRange(estimate.units) } }),
        formula: estimate.formula,
        basis: { source: estimate.basis.source, as_of: estimate.basis.asOf, grade: estimate.basis.grade },
      };
    case "free":
    case "unknown":
      return { kind: estimate.kind, why: estimate.why };
  }
}

/** Money and units of some steps. */
export function totalsData(totals: Totals): Data {
  return {
    ...moneyRange(totals.usd),
    units: { video: unitRange(totals.units.video), image: unitRange(totals.units.image) },
    unknown: totals.unknown,
  };
}

function moneyRange(range: { readonly low: Micros; readonly high: Micros }): Data {
  return { low: usdJson(range.low), high: usdJson(range.high) };
}

function unitRange(range: { readonly low: MilliUnits; readonly high: MilliUnits }): Data {
  return { low: unitsJson(range.low), high: unitsJson(range.high) };
}

/** Why a yes is wanted. */
export function wantData(want: WantsYes): Data {
  return want.because === "total"
    ? { because: want.because, total: usdJson(want.total), above: usdJson(want.above) }
    : { ...want };
}
