/**
 * What a run in progress costs and how long it will still take. Pure arithmetic over the board; says nothing in words.
 * Billed where the vendor said so, else the most that was expected; the library's own sum at the end has the last word.
 */
import { chargedOr, type Drift, type Micros, type Outcome, type PlannedStep, type StepId } from "../index.js";
import { isAtWork, type Board, type Standing } from "./run-board.js";

/** Money in the middle of a run. */
export interface RunMoney {
  /** For what this run ordered and has. */
  readonly spent: Micros;
  /** For what an earlier run ordered and this one has fetched. */
  readonly collected: Micros;
  /** The most that what is under way may still cost. */
  readonly reserved: Micros;
  /** Tasks under way whose price nobody knows. */
  readonly unknown: number;
  /** What this run has ordered, as it was billed or at most. */
  readonly ordered: Micros;
  /** What the tightest cap leaves, if there is one, and which cap it is. */
  readonly left?: { readonly usd: Micros; readonly of: Micros; readonly cap: "budget" | "max_cost" };
}

/** Spent, reserved and left. */
export function runMoney(board: Pick<Board, "plan" | "standings">, maxCost: Micros | undefined): RunMoney {
  let spent = 0;
  let collected = 0;
  let reserved = 0;
  let fresh = 0;
  let unknown = 0;
  for (const standing of board.standings.values()) {
    const cost = costOf(standing);
    // Failed attempts before the one that it is at.
    const lost = standing.lost ?? 0;
    spent += lost;
    fresh += lost;
    if (standing.phase.kind === "ended") {
      if (standing.ordered === "before") collected += cost;
      else spent += cost;
    } else if (isAtWork(standing) && standing.ordered !== undefined) {
      reserved += cost;
      if (standing.planned.estimate.kind === "unknown") unknown++;
    }
    // What an earlier run ordered is in the project's committed money already.
    if (standing.ordered === "now") fresh += cost;
  }
  const { budget, committed } = board.plan;
  const caps = [
    ...(budget === undefined
      ? []
      : [{ cap: "budget" as const, of: budget, usd: budget - committed - fresh }]),
    ...(maxCost === undefined ? [] : [{ cap: "max_cost" as const, of: maxCost, usd: maxCost - fresh }]),
  ];
  const [tightest] = caps.toSorted((one, other) => one.usd - other.usd);
  return {
    spent: spent as Micros,
    collected: collected as Micros,
    reserved: reserved as Micros,
    unknown,
    ordered: fresh as Micros,
    ...(tightest === undefined ? {} : { left: { ...tightest, usd: Math.max(0, tightest.usd) as Micros } }),
  };
}

/** What a step's last attempt has cost this run, or may cost it at most while it is under way. */
function costOf({ planned, phase, ordered, reserved, small }: Standing): number {
  // Found at the vendor: an earlier run has counted it.
  if (ordered === undefined || reserved === 0) return 0;
  if (phase.kind !== "ended") return reserved ?? expectedCost(planned).usd ?? 0;
  if (phase.outcome.status === "failed") {
    const { bill } = phase.outcome;
    const charged = bill === undefined ? 0 : chargedOr({ kind: "billed", ...bill }, expectedCost(planned));
    return charged + (small ?? 0);
  }
  if (phase.outcome.status !== "rendered") return small ?? 0;
  return costOfClip(planned, phase.outcome);
}

/** What a finished clip has cost: as billed, else as it was expected to. */
export function costOfClip(planned: PlannedStep, { billed }: Outcome & { status: "rendered" }): number {
  return chargedOr(billed, expectedCost(planned));
}

function expectedCost({ estimate }: PlannedStep): NonNullable<Parameters<typeof chargedOr>[1]> {
  if (estimate.kind !== "priced") return {};
  const units = estimate.units?.high;
  return { usd: estimate.usd.high, ...(units === undefined ? {} : { units }) };
}

/** The drifts of what a run brought in. */
export function driftsOf(outcomes: readonly { readonly outcome: Outcome }[]): readonly Drift[] {
  return outcomes.flatMap(({ outcome }) => ("drift" in outcome && outcome.drift ? [outcome.drift] : []));
}

/** A task that takes longer than expected is thought to need this part of what was expected. */
const OVERDUE = 0.1;

/** Seconds until the run will probably be over; undefined when nothing is known of what is left. */
export function secondsLeft(board: Board, nowMs: number): number | undefined {
  const ready = new Map<StepId, number>();
  let work = 0;
  let longest = 0;
  let active = 0;
  for (const [id, standing] of board.standings) {
    const seconds = ownSecondsLeft(standing, nowMs);
    const start = Math.max(0, ...standing.planned.step.needs.map((need) => ready.get(need) ?? 0));
    ready.set(id, start + seconds);
    longest = Math.max(longest, start + seconds);
    work += seconds;
    if (seconds > 0 && isAtWork(standing)) active++;
  }
  if (work === 0) return undefined;
  return Math.max(longest, work / Math.max(1, active, slotsOf(board)));
}

function ownSecondsLeft({ planned, phase, taskMs, expectedSeconds }: Standing, nowMs: number): number {
  if (phase.kind === "ended" || phase.kind === "downloading") return 0;
  if (expectedSeconds === undefined || planned.sameAs !== undefined) return 0;
  if (taskMs === undefined) return expectedSeconds;
  return Math.max(expectedSeconds - (nowMs - taskMs) / 1000, expectedSeconds * OVERDUE);
}

/** How many tasks the plan's own forecast has at once: all its work over the time that it gives them. */
function slotsOf({ plan, standings }: Board): number {
  let work = 0;
  for (const { planned } of standings.values())
    if (planned.sameAs === undefined) work += planned.expectedSeconds ?? 0;
  return plan.expectedSeconds === 0 ? 1 : work / plan.expectedSeconds;
}
