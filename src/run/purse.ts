/**
 * The one door through which money leaves. A permit is had only for a create that an approval names, at no more than
 * its ceiling, once, and while the caps hold. `submit.ts` takes a permit and nothing else.
 */
import type { Brand } from "../base/guard.js";
import type { Micros } from "../base/money.js";
import type { Realm } from "../graph/input.js";
import { approvalOf, notCovered, planDigest, type Approval, type Asking } from "../plan/approval.js";
import type { Plan } from "../plan/plan.js";
import type { ClientReference } from "../plan/prior.js";

/** The right to create one task, under one reference, as often as it takes to be sure that it was taken once. */
export type Permit = Brand<{ readonly reference: ClientReference; readonly ceiling?: Micros }, "Permit">;

/** Why no permit was given. */
export type NoPermit = "not_approved" | "dearer" | "used" | "over_cap";

/** Gives out permits. */
export interface Purse {
  admit(create: Asking): Permit | NoPermit;
  /** What the permits given out may cost together. */
  readonly reserved: Micros;
}

/** Caps of one run, beyond the approval. */
export interface Caps {
  /** What the project's budget leaves for this run. */
  readonly budgetLeft?: Micros;
  readonly maxCost?: Micros;
}

/**
 * A purse for one run of `plan` under `approval`.
 * @throws Error when the plan is not the one that its digest names: a plan is never altered on its way here.
 */
export function openPurse(plan: Plan, approval: Approval, caps: Caps): Purse {
  if (planDigest(plan.realm, approvalOf(plan).entries) !== plan.digest) {
    throw new Error("the plan does not match its digest");
  }
  const entries = approval.realm === plan.realm ? approval.entries : [];
  const open = new Map(entries.map((entry) => [entry.reference, entry]));
  const used = new Set<ClientReference>();
  const realm: Realm = plan.realm;
  let reserved = 0;
  return {
    admit(create) {
      if (used.has(create.reference)) return "used";
      const lacking = notCovered(open.get(create.reference), create);
      if (lacking !== undefined) return lacking === "not_in_it" ? "not_approved" : lacking;
      const price = realm === "sandbox" ? 0 : (create.ceiling ?? 0);
      for (const cap of [caps.budgetLeft, caps.maxCost]) {
        if (cap !== undefined && reserved + price > cap) return "over_cap";
      }
      // Reserved before anything is awaited, so that parallel steps cannot slip under the cap together.
      reserved += price;
      used.add(create.reference);
      return create as Permit;
    },
    get reserved() {
      return reserved as Micros;
    },
  };
}
