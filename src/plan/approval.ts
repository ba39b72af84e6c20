/**
 * Approvals: a yes to a set of client references, each with a ceiling. Content, not clicks: the digest covers effects
 * only, so an identical re-plan, or what is left of a plan, stays approved, and anything dearer or new does not.
 */
import { base32, canonicalJson, sha256Hex } from "../base/digest.js";
import type { Brand } from "../base/guard.js";
import { sumMicros, usd, type Micros } from "../base/money.js";
import type { Tier } from "../catalog/model.js";
import type { CacheKey } from "../graph/key.js";
import type { Realm, StepId } from "../graph/input.js";
import type { PlannedCreate } from "./create.js";
import { dearest } from "./fit.js";
import type { Plan, PlannedStep } from "./plan.js";
import type { ClientReference } from "./prior.js";

/** Digest of what a plan may create, 64 hexadecimal digits; shown and accepted in full or by its first 12 or more. */
export type PlanDigest = Brand<string, "PlanDigest">;

/** One create that is allowed, once, for at most `ceiling` (absent: its unknown price was allowed by name). */
export interface ApprovedCreate {
  readonly reference: ClientReference;
  readonly step: StepId;
  readonly ceiling?: Micros;
  /** Only after an attempt that failed, and not for its content. */
  readonly retry?: true;
}

/** A yes. */
export interface Approval {
  readonly digest: PlanDigest;
  readonly realm: Realm;
  readonly entries: readonly ApprovedCreate[];
}

/** When a yes is wanted. */
export interface Policy {
  readonly tiers: readonly Tier[];
  /** A total above this wants a yes. */
  readonly above: Micros;
}

/** The policy of a project that says nothing. */
export const DEFAULT_POLICY: Policy = { tiers: ["pro", "master"], above: usd(5) };

/** Why a yes is wanted. */
export type WantsYes =
  | { readonly because: "tier"; readonly step: StepId; readonly tier: Tier }
  | { readonly because: "unknown_price"; readonly step: StepId }
  | { readonly because: "again"; readonly step: StepId }
  | { readonly because: "total"; readonly total: Micros; readonly above: Micros };

/** `km1-` and 26 base32 characters of SHA-256(key, attempt, call): found again without any record of ours. */
export function clientReference(key: CacheKey, attempt: number, call: string): ClientReference {
  return `km1-${base32(sha256Hex(canonicalJson([key, attempt, call])), 26)}` as ClientReference;
}

/** The digest of a set of creates. */
export function planDigest(realm: Realm, creates: readonly Omit<ApprovedCreate, "step">[]): PlanDigest {
  const entries = creates
    .map(
      ({ reference, ceiling, retry }) => [reference, ceiling ?? null, ...(retry ? ["retry"] : [])] as const,
    )
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sha256Hex(canonicalJson({ plan: 1, realm, entries })) as string as PlanDigest;
}

/** The manifest can only tighten the policy. */
export function tightened(
  policy: Policy,
  wish: { readonly tiers?: readonly Tier[]; readonly above_usd?: number },
): Policy {
  return {
    tiers: [...new Set([...policy.tiers, ...(wish.tiers ?? [])])],
    above:
      wish.above_usd === undefined ? policy.above : (Math.min(policy.above, usd(wish.above_usd)) as Micros),
  };
}

/** What of a plan wants a yes. Nothing does in the sandbox, unless it is rehearsed as if real. */
export function wantsYes(plan: Plan, policy: Policy, rehearse = false): readonly WantsYes[] {
  if (plan.realm === "sandbox" && !rehearse) return [];
  const creates = paidSteps(plan);
  const wants = creates.flatMap((each): readonly WantsYes[] => {
    const step = each.step.id;
    if (each.create.ceiling === undefined) return [{ because: "unknown_price", step }];
    if (policy.tiers.includes(each.tier)) return [{ because: "tier", step, tier: each.tier }];
    if (each.create.attempt > 1 && each.create.foreseen !== true) return [{ because: "again", step }];
    return [];
  });
  // At list price where the project says less: the manifest can only tighten the policy.
  const total = sumMicros(creates.map(dearest));
  return total > policy.above ? [...wants, { because: "total", total, above: policy.above }] : wants;
}

/** A planned step for which a create may be sent. */
export type PaidStep = PlannedStep & Required<Pick<PlannedStep, "create">>;

/** The steps of a plan for which a create may be sent, one for each task. */
export function paidSteps({ steps }: Pick<Plan, "steps">): readonly PaidStep[] {
  return steps.filter((each): each is PaidStep => each.create !== undefined && each.sameAs === undefined);
}

/** All creates that a plan may send, with the further attempts behind each. */
export function createsOf(plan: Pick<Plan, "steps">): readonly ApprovedCreate[] {
  return paidSteps(plan).flatMap(({ step: { id: step }, create }) => [
    entryOf(step, create),
    ...(create.retries ?? []).map((each) => ({ ...entryOf(step, each), retry: true as const })),
  ]);
}

function entryOf(step: StepId, { reference, ceiling }: Asking): ApprovedCreate {
  return { reference, step, ...(ceiling === undefined ? {} : { ceiling }) };
}

/** The approval that a yes to this very plan gives. */
export function approvalOf(plan: Plan): Approval {
  return { digest: plan.digest, realm: plan.realm, entries: createsOf(plan) };
}

/** A create that an approval does not cover. */
export interface Uncovered {
  readonly step: StepId;
  readonly why: "not_in_it" | "dearer" | "realm" | "unknown_digest";
}

/** What of a plan an approval does not cover; empty when it covers all. */
export function uncovered(approval: Approval, plan: Plan): readonly Uncovered[] {
  const allowed = new Map(approval.entries.map((entry) => [entry.reference, entry]));
  return paidSteps(plan).flatMap(({ step: { id: step }, create }): readonly Uncovered[] => {
    if (approval.realm !== plan.realm) return [{ step, why: "realm" }];
    const lacking = [create, ...(create.retries ?? [])].flatMap(
      (each) => notCovered(allowed.get(each.reference), each) ?? [],
    );
    return lacking.slice(0, 1).map((why) => ({ step, why }));
  });
}

/** A create for which a permit or an approval is asked. */
export type Asking = Pick<PlannedCreate, "reference" | "ceiling" | "failures">;

/** Why an approval's entry does not allow a create; undefined when it does. A retry is allowed after failures only. */
export function notCovered(
  entry: ApprovedCreate | undefined,
  create: Asking,
): "not_in_it" | "dearer" | undefined {
  if (entry === undefined || (entry.retry === true && create.failures === undefined)) return "not_in_it";
  return withinCeiling(create.ceiling, entry.ceiling) ? undefined : "dearer";
}

/** Whether a price is within a ceiling. An unknown price is only within a ceiling that was left open for it. */
export function withinCeiling(price: Micros | undefined, ceiling: Micros | undefined): boolean {
  if (price === undefined || ceiling === undefined) return price === ceiling;
  return price <= ceiling;
}
