/**
 * What a plan comes to: steps, cost, what is saved, budget, time, who must say yes to what, and the digest to say it to.
 * An unknown price is counted as such beside the known ones; a sandbox plan shows the real price and says that nothing
 * is paid.
 */
import {
  counted,
  formatSeconds,
  formatUsd,
  listWords,
  paidSteps,
  retriesMoney,
  safeText,
  type Micros,
  type Plan,
  type WantsYes,
} from "../index.js";
import type { Paint } from "./colours.js";
import { labelled } from "./layout.js";
import { isPicture } from "../show/run-board.js";
import { totalsText } from "../show/money-text.js";
import { handleEndOf, lifeText, workedOn } from "../show/step-text.js";

/** The foot of a call sheet as lines. */
export function planTotals(
  plan: Plan,
  wants: readonly WantsYes[],
  { paint, columns, now }: { readonly paint: Paint; readonly columns: number; readonly now: number },
): readonly string[] {
  const { create, saved, count } = plan.totals;
  const lines: string[] = [];
  const put = (label: string, text: string, painter?: (line: string) => string) => {
    lines.push(...labelled(label, text, 12, columns).map((line) => (painter ?? ((same) => same))(line)));
  };
  const pictures = plan.steps.filter(isPicture);
  const parts = (["render", "resume", "restore", "keep", "blocked"] as const).flatMap((kind) => {
    const number = count[kind] - pictures.filter((each) => each.decision.kind === kind).length;
    return number === 0 ? [] : [kind === "blocked" ? `${number} blocked` : `${number} to ${kind}`];
  });
  const taken = pictures.filter((each) => each.decision.kind === "render").length;
  if (taken > 0) parts.push(`${counted(taken, "picture")} to make here`);
  put("steps", parts.length === 0 ? "none" : parts.join(", "));
  const creates = paidSteps(plan);
  const sandbox = plan.realm === "sandbox";
  if (create.usd.high === 0 && create.unknown === 0) {
    put("cost", "nothing");
  } else {
    const clips = creates.filter((each) => each.step.owner.kind === "shot");
    const seconds = clips.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
    const film = seconds === 0 ? "" : `, ${formatSeconds(seconds)} of film`;
    const price = `${totalsText(create)}${film}`;
    put("cost", sandbox ? `nothing in the sandbox; for real: ${price}` : price, paint.strong);
  }
  // A gateway that takes no references is asked for nothing.
  if (plan.account !== undefined && plan.account.asked > 0)
    put("account", accountText(plan.account), paint.calm);
  const retries = creates.flatMap((each) => each.create.retries ?? []);
  if (retries.length > 0) {
    const money = creates.reduce((sum, each) => sum + retriesMoney(each.create), 0) as Micros;
    put(
      "retries",
      `${counted(retries.length, "further attempt")} at most, each after a failure: ${formatUsd(money)} of that`,
      paint.costly,
    );
  }
  if (plan.overtaken.length > 0) {
    const steps = listWords([...new Set(plan.overtaken.map(({ attempt }) => safeText(attempt.step)))]);
    put("collected", `what an edit of ${steps} overtook under way: paid for, fetched at no cost`, paint.calm);
  }
  const held = plan.steps.filter(
    (each) => !isPicture(each) && ["keep", "restore"].includes(each.decision.kind),
  ).length;
  if (saved.usd.high > 0)
    put("kept", `${counted(held, "step")}, not paid again: ${totalsText(saved)}`, paint.good);
  if (plan.budget !== undefined && !sandbox) {
    const left = plan.budget - plan.committed - create.usd.high;
    const unknown = create.unknown === 0 ? "" : ", unknown prices aside";
    const rest =
      left >= 0
        ? `${formatUsd(left as typeof plan.budget)} left after this${unknown}`
        : "nothing left after this";
    put("budget", `${formatUsd(plan.budget)}: ${formatUsd(plan.committed)} spent or under way, ${rest}`);
  }
  if (plan.expectedSeconds > 0)
    put("time", `about ${formatSeconds(plan.expectedSeconds)}${sandbox ? " for real" : ""}`);
  for (const [index, handle] of handlesText(plan, now).entries())
    put(index === 0 ? "handles" : "", handle, paint.costly);
  for (const [index, want] of wantsText(wants, "! ").entries())
    put(index === 0 ? "needs a yes" : "", want, paint.costly);
  if (creates.length > 0) put("digest", columns >= 76 ? plan.digest : plan.digest.slice(0, 12));
  return lines;
}

/** What the account said when it was asked. */
function accountText({ asked, found }: NonNullable<Plan["account"]>): string {
  const tasks = counted(asked, "task");
  if (found === 0) return `asked for ${tasks}: it has none of them`;
  return `asked for ${tasks}: has ${found === asked ? "all of them" : String(found)} already, at no cost`;
}

/** A clip that the vendor forgets soon. */
interface Ending {
  readonly step: string;
  readonly ends: string;
  /** The step of this plan that needs it, if one does. */
  readonly for?: string;
}

/** Which clips the vendor forgets soon: said here as well, as most of them belong to shots that are folded. */
function handlesText(plan: Plan, now: number): readonly string[] {
  const needs = new Map<string, string>();
  for (const { step, decision } of plan.steps) {
    const source = workedOn(step.action);
    const isMade = decision.kind !== "keep" && decision.kind !== "restore";
    if (source !== undefined && isMade && !needs.has(source)) needs.set(source, step.id);
  }
  const ending = plan.steps
    .flatMap((each): readonly Ending[] => {
      const ends = handleEndOf(each);
      const { id } = each.step;
      const by = needs.get(id);
      return ends === undefined ? [] : [{ step: id, ends, ...(by === undefined ? {} : { for: by }) }];
    })
    .toSorted((a, b) => (a.ends < b.ends ? -1 : 1));
  const needed = ending.filter((each) => each.for !== undefined);
  const others = ending.filter((each) => each.for === undefined);
  return [
    ...needed
      .slice(0, MOST_NAMED)
      .map((each) => `${each.for} needs that of ${each.step}: ${lifeText(each.ends, now)}`),
    ...(needed.length > MOST_NAMED
      ? [
          `${counted(needed.length - MOST_NAMED, "more step needs one", "more steps need one")} that ends soon`,
        ]
      : []),
    ...othersText(others, needed.length > 0, now),
  ];
}

function othersText([soonest, ...rest]: readonly Ending[], isMore: boolean, now: number): readonly string[] {
  if (soonest === undefined) return [];
  const life = lifeText(soonest.ends, now);
  return rest.length === 0
    ? [`that of ${soonest.step} ends soon: ${life}; an extend or lip_sync would need it`]
    : [
        `${rest.length + 1}${isMore ? " more" : ""} end soon, ${soonest.step} first: ${life}; an extend or lip_sync would need them`,
      ];
}

/** More steps than this are counted. */
const MOST_NAMED = 3;

/** Why a yes is wanted, one line for each kind of reason; `mark` stands before those that are about single steps. */
export function wantsText(wants: readonly WantsYes[], mark = ""): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const want of wants) {
    if (want.because === "total") {
      lines.set(`the total, up to ${formatUsd(want.total)}, is above ${formatUsd(want.above)}`, []);
      continue;
    }
    const why = whyText(want);
    lines.set(why, [...(lines.get(why) ?? []), want.step]);
  }
  return [...lines].map(([why, steps]) => {
    if (steps.length === 0) return why;
    const named =
      steps.length > 4 ? [...steps.slice(0, 3), counted(steps.length - 3, "more step", "more steps")] : steps;
    return `${mark}${why}: ${listWords(named)}`;
  });
}

function whyText(want: Exclude<WantsYes, { because: "total" }>): string {
  switch (want.because) {
    case "tier":
      return `tier ${want.tier}`;
    case "unknown_price":
      return "unknown price";
    case "again":
      return "paid again";
  }
}
