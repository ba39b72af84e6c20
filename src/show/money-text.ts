/**
 * Money and units in words and in JSON. An unknown price is a word, never a zero; JSON carries exact decimal strings,
 * because a float would round what someone is going to pay.
 */
import {
  counted,
  formatUnits,
  formatUsd,
  listWords,
  paidSteps,
  retriesMoney,
  type Amounts,
  type Drift,
  type Estimate,
  type Micros,
  type MilliUnits,
  type Plan,
  type PlannedStep,
  type StepId,
  type Totals,
} from "../index.js";

/** `$0.21`, or `$0.21–$0.42` where low and high differ. */
export function usdRange(range: { readonly low: Micros; readonly high: Micros }): string {
  const high = formatUsd(range.high);
  const low = formatUsd(range.low);
  return low === high ? high : `${low}–${high}`;
}

/** An estimate as the price column shows it. */
export function estimateText(estimate: Estimate): string {
  switch (estimate.kind) {
    case "priced":
      return usdRange(estimate.usd);
    case "free":
      return "free";
    case "unknown":
      return "unknown";
  }
}

/** `$1.05 (7.5 units)`, with `and 2 unknown prices` where a sum is not the whole. */
export function totalsText(totals: Totals): string {
  const units = (["video", "image"] as const).flatMap((kind) => {
    const { low, high } = totals.units[kind];
    if (high === 0) return [];
    const amount = low === high ? formatUnits(high) : `${formatUnits(low)}–${formatUnits(high)}`;
    return [`${amount} ${kind} ${high === 1000 ? "unit" : "units"}`];
  });
  const amount = `${usdRange(totals.usd)}${units.length === 0 ? "" : ` (${units.join(" and ")})`}`;
  if (totals.unknown === 0) return amount;
  const unknown = counted(totals.unknown, "unknown price");
  return totals.usd.high === 0 ? unknown : `${amount} and ${unknown}`;
}

/** `$0.42 and 1 unknown price`: the most that these steps may cost, each task once, their further attempts included. */
export function mostText(plan: Pick<Plan, "steps">, isMeant: (step: StepId) => boolean): string {
  return sumText(paidSteps(plan).flatMap(({ step, create }) => (isMeant(step.id) ? [mostOf(create)] : [])));
}

/** As `mostText`, for trying these steps again: what is blocked now, as a refusal is, would be ordered too. */
export function againText(plan: Pick<Plan, "steps">, isMeant: (step: StepId) => boolean): string {
  return sumText(
    plan.steps.flatMap(({ step, create, estimate, sameAs }) => {
      if (!isMeant(step.id) || sameAs !== undefined || estimate.kind === "free") return [];
      if (create !== undefined) return [mostOf(create)];
      return [estimate.kind === "unknown" ? undefined : estimate.usd.high];
    }),
  );
}

/** Undefined where nobody knows. */
function mostOf(create: NonNullable<PlannedStep["create"]>): number | undefined {
  return create.ceiling === undefined ? undefined : create.ceiling + retriesMoney(create);
}

function sumText(most: readonly (number | undefined)[]): string {
  const known = most.filter((each) => each !== undefined);
  const sum = known.reduce((total, each) => total + each, 0);
  const unknown = most.length - known.length;
  if (unknown === 0) return formatUsd(sum as Micros);
  const prices = counted(unknown, "unknown price");
  return sum === 0 ? prices : `${formatUsd(sum as Micros)} and ${prices}`;
}

/** `0.25 units`, `1 unit`. */
export function unitsText(amount: MilliUnits): string {
  return `${formatUnits(amount)} ${amount === 1000 ? "unit" : "units"}`;
}

/** `0.25 units` or `$0.07`: how far a bill is outside of what was expected. */
export function driftAmount(drift: Exclude<Drift, { kind: "unknown" }>): string {
  return drift.in === "usd" ? formatUsd(drift.by) : unitsText(drift.by);
}

/** `0.25 video units and $0.07`: amounts of each kind that is there; empty where all are nothing. */
export function amountsText({ video, image, usd }: Amounts): string {
  const units = (
    [
      ["video", video],
      ["image", image],
    ] as const
  ).flatMap(([kind, amount]) =>
    amount === 0 ? [] : [`${formatUnits(amount)} ${kind} ${amount === 1000 ? "unit" : "units"}`],
  );
  return listWords([...units, ...(usd === 0 ? [] : [formatUsd(usd)])]);
}

/** `{"usd":"0.21"}`: exact, at least two decimals. */
export function usdJson(amount: Micros): { readonly usd: string } {
  const whole = Math.floor(amount / 1_000_000);
  const rest = String(amount % 1_000_000).padStart(6, "0");
  return { usd: `${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, "")}` };
}

/** `"7.5"`: exact. */
export function unitsJson(amount: MilliUnits): string {
  return formatUnits(amount);
}
