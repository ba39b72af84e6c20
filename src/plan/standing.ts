/**
 * What of a plan may be ordered without asking again: under a standing approval that names money and tiers, given once for
 * a session of many plans. Everything else waits for a person, with the reason why. Pure: who orders is elsewhere.
 */
import type { Micros } from "../base/money.js";
import type { Tier } from "../catalog/model.js";
import { isLocal } from "../graph/actions.js";
import type { CacheKey } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import type { PaidStep } from "./approval.js";
import { dearest } from "./fit.js";
import type { Plan, PlannedStep } from "./plan.js";
import type { ClientReference } from "./prior.js";

/** Why a create waits for a person. */
export type WaitWhy =
  /** Nobody has given a standing approval. */
  | "no_budget"
  /** The standing approval is not for its tier. */
  | "tier"
  | "unknown_price"
  /** It failed before. */
  | "again"
  /** The task of an earlier edit of this step is still under way. */
  | "overtaken"
  /** It does not fit under what the session may still order; a yes does not change that. */
  | "ceiling"
  /** What it needs waits. */
  | "upstream";

/** A step whose create waits. */
export interface Waiting {
  readonly step: StepId;
  readonly why: WaitWhy;
}

/** What a person has said for a session, and what the session knows. */
export interface Session {
  /** What may still be ordered in it; absent without a standing approval. */
  readonly left?: Micros;
  /** Whether what is in the books under this reference was ordered in the session, and so is not in `left`. */
  isOurs(reference: ClientReference): boolean;
  /** Tiers that the standing approval is for. */
  readonly tiers: ReadonlySet<Tier>;
  /** Keys that ended badly in it, and that nobody asked to try again. */
  readonly failed: ReadonlySet<CacheKey>;
  /** Keys that a person asked to try again. */
  readonly again: ReadonlySet<CacheKey>;
  /** Milliseconds until a step may be ordered without asking, where it was ordered or edited a moment ago. */
  restsMs(step: StepId): number;
}

/** How a plan stands to a session. */
export interface Standing {
  /** Creates that may be sent without asking. */
  readonly due: ReadonlySet<ClientReference>;
  /** The steps of those. */
  readonly dueSteps: readonly StepId[];
  /** Creates that may be sent after a yes to this plan, the due ones among them. */
  readonly open: ReadonlySet<ClientReference>;
  readonly waiting: readonly Waiting[];
  /** Milliseconds after which something more falls due by itself. */
  readonly laterMs?: number;
}

/** How the creates of a plan stand to a session, in film order. */
export function standingOf(plan: Plan, session: Session): Standing {
  const isFree = plan.realm === "sandbox";
  const overtaken = new Set(plan.overtaken.map(({ attempt }) => attempt.step));
  const due = new Set<ClientReference>();
  const open = new Set<ClientReference>();
  const dueSteps: StepId[] = [];
  const waiting: Waiting[] = [];
  const rests: number[] = [];
  // What is here, or comes without asking; after a yes; or by itself in a moment.
  const coming = { now: new Set<StepId>(), agreed: new Set<StepId>(), soon: new Set<StepId>() };
  const has = (ids: ReadonlySet<StepId>, { step }: PlannedStep) => step.needs.every((id) => ids.has(id));
  // What is ordered without asking does not make room for what a person has still to agree to.
  let ordered = 0;
  let agreed = 0;
  const fits = (others: number, cost: number) =>
    isFree || session.left === undefined || others + cost <= session.left;

  for (const planned of plan.steps) {
    const { step, create, sameAs, decision } = planned;
    if (create === undefined || sameAs !== undefined) {
      for (const ids of Object.values(coming)) {
        const first = sameAs === undefined || create === undefined ? undefined : ids.has(sameAs);
        if (first ?? (decision.kind !== "blocked" && (!isLocal(step.action) || has(ids, planned))))
          ids.add(step.id);
      }
      continue;
    }
    const paid: PaidStep = { ...planned, create };
    const credit = session.isOurs(create.reference) ? (create.credit ?? 0) : 0;
    const cost = isFree ? 0 : Math.max(0, dearest(paid) - credit);
    // Nobody knows whether an unknown price fits under a ceiling, so it does not.
    const isUnsure = !isFree && create.ceiling === undefined && session.left !== undefined;
    const isOpen = has(coming.agreed, planned) && !isUnsure && fits(agreed, cost);
    if (isOpen) {
      open.add(create.reference);
      coming.agreed.add(step.id);
      agreed += cost;
    }
    const own = whyAsk(paid, session, isFree, overtaken);
    const fitting = fits(ordered, cost) ? undefined : "ceiling";
    const above = has(coming.soon, planned) ? undefined : "upstream";
    const why = own ?? above ?? fitting;
    if (why !== undefined) {
      waiting.push({ step: step.id, why: isOpen || above !== undefined ? why : "ceiling" });
      continue;
    }
    ordered += cost;
    coming.soon.add(step.id);
    const restMs = isFree ? 0 : session.restsMs(step.id);
    if (restMs > 0) rests.push(restMs);
    if (restMs > 0 || !has(coming.now, planned)) continue;
    coming.now.add(step.id);
    due.add(create.reference);
    dueSteps.push(step.id);
  }
  return { due, dueSteps, open, waiting, ...(rests.length === 0 ? {} : { laterMs: Math.min(...rests) }) };
}

/** Why a create wants a person of its own; undefined when the standing approval covers it. */
function whyAsk(
  { step, key, tier, create }: PaidStep,
  session: Session,
  isFree: boolean,
  overtaken: ReadonlySet<StepId>,
): WaitWhy | undefined {
  const wantedAgain = session.again.has(key);
  if (session.failed.has(key) && !wantedAgain) return "again";
  if (isFree) return undefined;
  if (create.ceiling === undefined) return "unknown_price";
  if (session.left === undefined) return "no_budget";
  if (!session.tiers.has(tier)) return "tier";
  if (create.attempt > 1 && create.foreseen !== true && !wantedAgain) return "again";
  return overtaken.has(step.id) ? "overtaken" : undefined;
}
