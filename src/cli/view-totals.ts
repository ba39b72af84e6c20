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
  safeText,
  type Plan,
  type WantsYes,
} from "../index.js";
import type { Paint } from "./colours.js";
import { labelled } from "./layout.js";
import { totalsText } from "./money-text.js";

/** The foot of a call sheet as lines. */
export function planTotals(
  plan: Plan,
  wants: readonly WantsYes[],
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): readonly string[] {
  const { create, saved, count } = plan.totals;
  const lines: string[] = [];
  const put = (label: string, text: string, painter?: (line: string) => string) => {
    lines.push(...labelled(label, text, 12, columns).map((line) => (painter ?? ((same) => same))(line)));
  };
  const parts = (["render", "resume", "restore", "keep", "blocked"] as const).flatMap((kind) =>
    count[kind] === 0 ? [] : [kind === "blocked" ? `${count[kind]} blocked` : `${count[kind]} to ${kind}`],
  );
  put("steps", parts.length === 0 ? "none" : parts.join(", "));
  const creates = plan.steps.filter((each) => each.create !== undefined && each.sameAs === undefined);
  const sandbox = plan.realm === "sandbox";
  if (creates.length === 0) {
    put("cost", "nothing");
  } else {
    const seconds = creates.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
    const film = seconds === 0 ? "" : `, ${formatSeconds(seconds)} of film`;
    const price = `${totalsText(create)}${film}`;
    put("cost", sandbox ? `nothing in the sandbox; for real: ${price}` : price, paint.strong);
  }
  if (plan.overtaken.length > 0) {
    const steps = listWords([...new Set(plan.overtaken.map(({ attempt }) => safeText(attempt.step)))]);
    put("collected", `what an edit of ${steps} overtook under way: paid for, fetched at no cost`, paint.calm);
  }
  if (saved.usd.high > 0) put("saved", `${totalsText(saved)}, kept and not paid again`, paint.good);
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
  for (const [index, want] of wantsText(wants).entries())
    put(index === 0 ? "needs a yes" : "", want, paint.costly);
  if (creates.length > 0) put("digest", columns >= 76 ? plan.digest : plan.digest.slice(0, 12));
  return lines;
}

/** Why a yes is wanted, one line for each kind of reason. */
export function wantsText(wants: readonly WantsYes[]): readonly string[] {
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
    return `${why}: ${listWords(named)}`;
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
