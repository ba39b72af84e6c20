/**
 * The ledger: everything that was, or may have been, charged, each once, with what it was expected to cost. It is a reading
 * of lockfile and journal and no file of its own, so it can never say anything else than what the budget counts: the lock
 * has what was recorded here or on another machine, the journal what failed, is under way, was overtaken or given up.
 */
import { unreachable } from "../base/guard.js";
import { micros, milliUnits, type Micros } from "../base/money.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Mode } from "../catalog/model.js";
import type { UnitKind } from "../catalog/units.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm, StepId } from "../graph/input.js";
import { callsMoney } from "./calls.js";
import { chargedOr, withCalls } from "./committed.js";
import { driftOf, lengthOf, lowOf, unitOf, type Drift } from "./drift.js";
import type { Estimate } from "./estimate.js";
import type { Artifact, Attempt, Billed, Expected, Handle, OtherRendering, Prior, TaskId } from "./prior.js";
import { isRecorded, wholeOf } from "./recorded.js";
import { madeWith, priceNow, type LookUp } from "./recorded-price.js";

/** How a task ended. `unclear`: whether the vendor took it is not known, or nobody wants to know any more. */
export type TaskEnd = "succeeded" | "failed" | "refused" | "under_way" | "unclear";

/** One task that was, or may have been, charged; its small calls are part of it. */
export interface Charge {
  readonly key: CacheKey;
  readonly attempt: number;
  /** The step that ordered it, or points at it now; absent where neither is on record here. */
  readonly step?: StepId;
  /** Kind of the action. */
  readonly kind: string;
  readonly model?: string;
  readonly mode?: Mode;
  /** Which pack its units come from. */
  readonly unit: UnitKind;
  readonly end: TaskEnd;
  readonly task?: TaskId;
  /** When the vendor ended it, ISO 8601; of failed tasks of old journals: when that was seen. */
  readonly completed?: string;
  readonly billed: Billed;
  /** The bill in money, units at what they were expected to cost; absent where it is not known. */
  readonly money?: Micros;
  /** A failed task is expected to cost nothing but its small calls. */
  readonly expected: Expected;
  readonly drift: Drift;
  /** What it would be expected to cost by the catalog as it is now. */
  readonly now?: Estimate;
  readonly seconds?: number;
}

/** Everything that was or may have been charged in a realm, oldest first, what has not ended last. */
export function chargesOf(prior: Prior, realm: Realm, catalog: Catalog): readonly Charge[] {
  const owners = stepsOf(prior);
  const look: LookUp = (key) => {
    const rendering = prior.lock.renders.get(key);
    if (rendering !== undefined) return rendering;
    const inputs = prior.intents.get(key);
    return inputs === undefined ? undefined : { inputs };
  };
  const charges: Charge[] = [];
  const put = (each: Told) => charges.push(chargeOf(each, look, catalog));
  for (const rendering of prior.lock.renders.values()) {
    const { key, inputs } = rendering;
    if (inputs.realm !== realm || isMadeHere(inputs)) continue;
    for (const each of wholeOf(rendering)) {
      if (each.handle === undefined && each.billed.kind === "not_billed") continue;
      const attempt = prior.attempts.get(key)?.find((one) => isSame(one, each));
      const step = attempt?.step ?? owners.get(key);
      put({ key, inputs, ...(step === undefined ? {} : { step }), ...recorded(each) });
    }
  }
  for (const [key, attempts] of prior.attempts) {
    const inputs = prior.intents.get(key);
    if (inputs === undefined) continue;
    for (const attempt of attempts) {
      if (attempt.realm !== realm || isRecorded(prior.lock, attempt)) continue;
      const told = remembered(attempt);
      if (told !== undefined) put({ key, inputs, step: attempt.step, ...told });
    }
  }
  return charges.toSorted(inOrder);
}

/** Pictures out of clips and series cost nothing. */
function isMadeHere({ action: { kind } }: KeyInputs): boolean {
  return kind === "frame" || kind === "picture";
}

/** What is told of a charge, before anything is compared. */
type Told = Pick<Charge, "key" | "attempt" | "end" | "billed" | "expected"> & {
  readonly inputs: KeyInputs;
  readonly step?: StepId;
  readonly handle?: Handle;
  readonly task?: TaskId;
  readonly completed?: string;
  readonly artifact?: Artifact;
};

function recorded({ attempt, artifact, handle, estimate = {}, billed }: OtherRendering) {
  return {
    attempt,
    end: "succeeded",
    billed,
    expected: estimate,
    artifact,
    ...(handle === undefined ? {} : { task: handle.task, completed: handle.completed }),
  } as const;
}

/** What the journal has of an attempt that the lockfile does not show; undefined where nothing can have been charged. */
function remembered(attempt: Attempt): Omit<Told, "key" | "inputs" | "step"> | undefined {
  const { state, calls = [], ceiling, units, lowUnits, lowUsd, task, ended, artifact, handle } = attempt;
  const completed = handle?.completed ?? ended;
  const whole: Expected = {
    ...(units === undefined ? {} : { units }),
    ...(ceiling === undefined ? {} : { usd: ceiling }),
    ...(lowUnits === undefined ? {} : { lowUnits }),
    ...(lowUsd === undefined ? {} : { lowUsd }),
  };
  const known = { attempt: attempt.attempt, ...(task === undefined ? {} : { task }) };
  const at = completed === undefined ? {} : { completed };
  const onlyCalls: Expected = {
    units: milliUnits(calls.reduce((sum, each) => sum + (each.units ?? 0), 0)),
    usd: callsMoney(calls),
  };
  switch (state) {
    case "intent":
    case "submitted":
      return { ...known, end: "under_way", billed: UNKNOWN, expected: whole };
    case "unknown":
    case "abandoned":
      return { ...known, end: "unclear", billed: UNKNOWN, expected: whole };
    case "succeeded":
    case "stored":
    case "recorded": {
      const billed = withCalls(attempt.billed, calls) ?? UNKNOWN;
      const bytes = artifact === undefined ? {} : { artifact };
      return { ...known, ...at, ...bytes, end: "succeeded", billed, expected: whole };
    }
    case "failed": {
      const billed = withCalls(attempt.billed, calls) ?? UNKNOWN;
      return { ...known, ...at, end: "failed", billed, expected: onlyCalls };
    }
    case "refused": {
      if (calls.length === 0) return undefined;
      const billed = withCalls({ kind: "not_billed" }, calls) ?? UNKNOWN;
      return { ...known, ...at, end: "refused", billed, expected: onlyCalls };
    }
    default:
      return unreachable(state);
  }
}

const UNKNOWN: Billed = { kind: "unknown" };

function chargeOf(told: Told, look: LookUp, catalog: Catalog): Charge {
  const { key, inputs, attempt, step, end, task, completed, artifact, billed } = told;
  const unit = unitOf(inputs.action.kind);
  const now = priceNow(inputs, look, catalog);
  const seconds = artifact?.seconds;
  const length = now === undefined ? undefined : lengthOf(now, seconds);
  const expected = end === "succeeded" ? withLow(told.expected, inputs, now) : told.expected;
  const money = moneyOf(billed, expected, unit, catalog);
  return {
    key,
    attempt,
    ...(step === undefined ? {} : { step }),
    kind: inputs.action.kind,
    ...madeWith(inputs, look, catalog),
    unit,
    end,
    ...(task === undefined ? {} : { task }),
    ...(completed === undefined ? {} : { completed }),
    billed,
    ...(money === undefined ? {} : { money }),
    expected,
    drift: driftOf(expected, billed, unit, end === "succeeded" ? length : undefined),
    ...(now === undefined ? {} : { now }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

/**
 * A price that may be a range, recorded as one number: an entry that was written before lower ends were, or no range. By the
 * catalog as it is now, where that has the same upper end; else it is not known how low it was.
 */
function withLow(
  expected: Expected,
  { action: { kind, via } }: KeyInputs,
  now: Estimate | undefined,
): Expected {
  const isRange = kind === "lip_sync" || (kind === "extend" && via === "omni");
  if (!isRange || expected.lowUnits !== undefined || expected.lowUsd !== undefined) return expected;
  if (now?.kind === "priced" && now.usd.high === expected.usd && now.units?.high === expected.units)
    return { ...expected, ...lowOf(now) };
  return { ...expected, lowUnits: milliUnits(0), lowUsd: micros(0) };
}

/** A bill in money: what was charged as such, and units at what they were expected to cost. */
function moneyOf(
  billed: Billed,
  { units, usd }: Expected,
  unit: UnitKind,
  catalog: Catalog,
): Micros | undefined {
  if (billed.kind === "unknown") return undefined;
  if (billed.kind === "not_billed") return micros(0);
  if (billed.units === undefined) return billed.usd;
  const perUnit = catalog.unitPrice(unit).usd;
  const inUnits =
    units === undefined || units === 0 || usd === undefined
      ? Math.round((billed.units * perUnit) / 1000)
      : chargedOr({ kind: "billed", units: billed.units }, { units, usd });
  return micros(inUnits + (billed.usd ?? 0));
}

/** The steps that point at keys now: the first by profile and id, as several may. */
function stepsOf({ lock }: Prior): ReadonlyMap<CacheKey, StepId> {
  const owners = new Map<CacheKey, StepId>();
  for (const [, keys] of [...lock.steps].toSorted(byName))
    for (const [step, key] of [...keys].toSorted(byName)) if (!owners.has(key)) owners.set(key, step);
  return owners;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function isSame(attempt: Attempt, { attempt: number, handle }: OtherRendering): boolean {
  return attempt.attempt === number && (handle === undefined || attempt.task === handle.task);
}

function inOrder(one: Charge, other: Charge): number {
  const order = (each: Charge) => [each.completed ?? "~", each.step ?? "~", each.key, each.attempt] as const;
  const [mine, its] = [order(one), order(other)];
  for (const [index, own] of mine.entries()) {
    const there = its[index] ?? "";
    if (own !== there) return own < there ? -1 : 1;
  }
  return 0;
}
