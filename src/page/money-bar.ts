/**
 * The money bar: what the project has spent, what tasks under way may still cost, what the plan would order beyond that,
 * and what is left of the budget, or of what this session may order. During a run the board of the run is counted on top of
 * what was known when it began, so that nothing is counted twice when a plan is made in the middle of it.
 */
import {
  counted,
  formatUsd,
  paidSteps,
  type Micros,
  type Past,
  type Plan,
  type WatchStand,
} from "../index.js";
import { usdRange } from "../show/money-text.js";
import type { Board, Standing } from "../show/run-board.js";
import { runMoney } from "../show/run-forecast.js";
import type { Amount, MoneyBar } from "./film.js";

/** What the bar is made from. */
export interface MoneyGiven {
  readonly plan: Plan;
  /** Before the run of `board`, where there is one, else now. */
  readonly base: Past["money"] | undefined;
  readonly board?: Board;
  readonly session?: WatchStand["session"];
}

/** The money of a project, as far as it is known now. */
export function moneyBar(given: MoneyGiven): MoneyBar {
  const { plan } = given;
  const { spent, reserved } = untilNow(given);
  const bar = { spent: amount(spent), reserved: amount(reserved), planned: plannedAmount(given) };
  if (plan.realm === "sandbox") return { ...bar, free: true };
  const limits = [
    ...(plan.budget === undefined
      ? []
      : [{ limit: plan.budget, left: plan.budget - spent - reserved, of: "" }]),
    ...(given.session === undefined
      ? []
      : [
          {
            limit: given.session.ceiling,
            left: given.session.ceiling - given.session.used,
            of: " for this session",
          },
        ]),
  ];
  const [tightest] = limits.toSorted((one, other) => one.left - other.left);
  if (tightest === undefined) return bar;
  const { limit, left, of } = tightest;
  return { ...bar, left: amount(left), limit: { words: `${formatUsd(limit)}${of}`, micros: limit } };
}

/** What an earlier run ordered is reserved in `base` already; where it has come in, it counts as spent. */
function untilNow({ base, board }: MoneyGiven): { readonly spent: number; readonly reserved: number } {
  const before = { spent: base?.spent ?? 0, reserved: base?.reserved ?? 0 };
  if (board === undefined) return before;
  const of = (wanted: Standing["ordered"]) =>
    runMoney(
      {
        plan: board.plan,
        standings: new Map([...board.standings].filter(([, { ordered }]) => ordered === wanted)),
      },
      undefined,
    );
  const [now, earlier] = [of("now"), of("before")];
  return {
    spent: before.spent + now.spent + earlier.spent + earlier.collected,
    reserved: Math.max(0, before.reserved - earlier.collected) + now.reserved,
  };
}

/** What the plan would order, without what the run has ordered of it. */
function plannedAmount({ plan, board }: MoneyGiven): Amount {
  const paid = paidSteps(plan);
  const isOrdered = (id: (typeof paid)[number]) => {
    const standing = board?.standings.get(id.step.id);
    return standing?.planned.key === id.key && standing.ordered !== undefined;
  };
  let { low, high } = {
    low: plan.totals.create.usd.low as number,
    high: plan.totals.create.usd.high as number,
  };
  let { unknown } = plan.totals.create;
  for (const each of paid.filter(isOrdered)) {
    if (each.estimate.kind === "priced") {
      low -= each.estimate.usd.low;
      high -= each.estimate.usd.high;
    }
    if (each.estimate.kind === "unknown") unknown--;
  }
  const range = { low: Math.max(0, low) as Micros, high: Math.max(0, high) as Micros };
  const words = [
    ...(range.high > 0 || unknown <= 0 ? [usdRange(range)] : []),
    ...(unknown > 0 ? [counted(unknown, "unknown price")] : []),
  ];
  return { words: words.join(" and "), micros: range.high };
}

function amount(micros: number): Amount {
  const least = Math.max(0, micros) as Micros;
  return { words: formatUsd(least), micros: least };
}
