/**
 * What a planned step may still create when money and its twins have had their say. Caps are applied in film order;
 * what does not fit is blocked, and nothing that is not blocked is dearer than it was.
 */
import { micros, sumMicros, type Micros } from "../base/money.js";
import type { PlannedCreate } from "./create.js";
import type { PlannedStep, PlanOptions } from "./plan.js";
import type { Obstacle } from "./reason.js";

/** A step that shares its key with an earlier one creates nothing of its own: it goes as that one goes. */
export function likeTwin(planned: PlannedStep, twin: PlannedStep): PlannedStep {
  const { decision } = twin;
  if (planned.decision.kind !== "render" && planned.decision.kind !== "resume") return planned;
  if (decision.kind === "blocked") return blocked(planned, decision.because);
  const { create: _create, ...rest } = planned;
  if (decision.kind === "resume" && twin.create === undefined) return { ...rest, decision };
  if (decision.kind !== "keep" && decision.kind !== "restore") return planned;
  return { ...rest, decision: { kind: "restore", from: "store", artifact: decision.artifact } };
}

/** Blocks what money or an unknown price does not allow. Sandbox renders cost nothing and always fit. */
export function fit(
  planned: PlannedStep,
  money: {
    /** Everything in the books, this step's own attempt among it. */
    readonly committed: Micros;
    /** What the steps before it add to that. */
    readonly spending: number;
    /** The same at the catalog's prices where these are higher. */
    readonly spendingListed: number;
    readonly options: PlanOptions;
    readonly free: boolean;
  },
): PlannedStep {
  if (planned.create === undefined || money.free) return planned;
  const { options } = money;
  const { ceiling } = planned.create;
  if (planned.estimate.kind === "unknown" || ceiling === undefined) {
    const allowed = [planned.step.id, planned.model ?? ""].some((name) =>
      options.allowUnknownPrice.has(name),
    );
    // Nobody knows whether it fits under a cap, so it does not.
    const capped =
      options.budget !== undefined ? "budget" : options.maxCost !== undefined ? "max_cost" : undefined;
    if (allowed)
      return capped === undefined
        ? planned
        : blocked(planned, { because: "over_budget", cap: capped, unknown: true });
    const why = planned.estimate.kind === "unknown" ? planned.estimate.why : "no price";
    const { model } = planned;
    return blocked(planned, { because: "price_unknown", why, ...(model === undefined ? {} : { model }) });
  }
  const { create } = planned;
  const over = (cap: "budget" | "max_cost") =>
    blocked(planned, {
      because: "over_budget",
      cap,
      ...(create.retries === undefined ? {} : { retries: create.retries.length }),
    });
  const after = money.spending + addedBy(create);
  if (options.budget !== undefined && money.committed + after > options.budget) return over("budget");
  // The cap is the caller's, so the manifest's own prices cannot loosen it.
  const dear = money.spendingListed + dearest({ ...planned, create });
  return options.maxCost !== undefined && dear > options.maxCost ? over("max_cost") : planned;
}

/** What the further attempts of a create may cost together. */
export function retriesMoney({ retries = [] }: PlannedCreate): Micros {
  return sumMicros(retries.map(({ ceiling }) => ceiling));
}

/** What a create, with its further attempts, adds to the books, where an open attempt of it may stand already. */
export function addedBy(create: PlannedCreate): number {
  return Math.max(0, (create.ceiling ?? 0) - (create.credit ?? 0)) + retriesMoney(create);
}

/** The most that a step may cost with its further attempts, at list price where the project's own price is lower. */
export function dearest({
  create,
  listed = micros(0),
}: {
  readonly create: PlannedCreate;
  readonly listed?: Micros;
}): Micros {
  const all = [create.ceiling ?? micros(0), ...(create.retries ?? []).map(({ ceiling }) => ceiling)];
  return sumMicros(all.map((ceiling) => micros(Math.max(ceiling, listed))));
}

/** What may be at the vendor already is asked for all the same, which costs nothing; only sending it is blocked. */
function blocked(planned: PlannedStep, because: Obstacle): PlannedStep {
  const { create: _create, reason, ...rest } = planned;
  const { decision } = planned;
  if (decision.kind === "resume") {
    const asking = { ...decision, mayCreate: false, otherwise: because };
    return { ...rest, ...(reason === undefined ? {} : { reason }), decision: asking };
  }
  return { ...rest, decision: { kind: "blocked", because } };
}
