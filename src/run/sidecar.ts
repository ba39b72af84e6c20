/**
 * The sidecar: a JSON file beside each output that tells a person what the clip is and where it came from.
 * Nothing reads it back. It has no times and no paths, so equal renderings have equal sidecars.
 */
import { formatUnits, formatUsd } from "../base/money.js";
import { escapeInvisible } from "../base/text.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Billed, Rendering } from "../plan/prior.js";
import { reasonText, type Reason } from "../plan/reason.js";

/** The sidecar's text for a step and its rendering. `reason` is why it was rendered in this run, if it was. */
export function sidecarText(planned: PlannedStep, rendering: Rendering, reason: Reason | undefined): string {
  const { step } = planned;
  const { kind, ...parameters } = rendering.inputs.action;
  const sidecar = {
    schema: "klingmake/sidecar",
    version: 1,
    step: step.id,
    title: step.title,
    kind,
    model: planned.model,
    mode: planned.mode,
    tier: planned.tier,
    why: reason === undefined ? undefined : reasonText(reason),
    take: step.take,
    returns: rendering.returns,
    prompt: typeof parameters["prompt"] === "string" ? parameters["prompt"] : undefined,
    parameters,
    realm: rendering.inputs.realm,
    cost: { estimated: amounts(rendering.estimate), billed: billedText(rendering.billed) },
    task: rendering.handle?.task,
    completed: rendering.handle?.completed,
    key: rendering.key,
    artifact: rendering.artifact,
    consumed: rendering.consumed,
    flags: rendering.flags?.length ? rendering.flags : undefined,
  };
  return `${escapeInvisible(JSON.stringify(sidecar, undefined, 2))}\n`;
}

function amounts(amount: Rendering["estimate"]): string {
  if (amount?.usd === undefined) return "unknown";
  return amount.units === undefined
    ? formatUsd(amount.usd)
    : `${formatUnits(amount.units)} units, ${formatUsd(amount.usd)}`;
}

function billedText(billed: Billed): string {
  if (billed.kind !== "billed") return billed.kind.replace("_", " ");
  const parts = [
    ...(billed.units === undefined ? [] : [`${formatUnits(billed.units)} units`]),
    ...(billed.usd === undefined ? [] : [formatUsd(billed.usd)]),
  ];
  return parts.join(", ") || "unknown";
}
