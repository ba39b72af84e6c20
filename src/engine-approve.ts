/**
 * The yes: by policy, by a digest that was read, or by a person who is still to be asked. Says nothing of how it is asked.
 */
import type { Opened } from "./engine-prepare.js";
import {
  approvalOf,
  DEFAULT_POLICY,
  tightened,
  uncovered,
  wantsYes,
  type Approval,
  type Policy,
  type Uncovered,
  type WantsYes,
} from "./plan/approval.js";
import type { Plan } from "./plan/plan.js";
import type { Outcome } from "./run/event.js";
import { EXIT, exitOfOutcomes, type ExitCode } from "./run/exit.js";
import { readPlan, SHORTEST_DIGEST } from "./store/plans.js";

/** How a yes may be had. */
export interface ApprovalRequest {
  /** Digest of an approved plan, or its first 12 or more digits. */
  readonly approve?: string;
  /** Agrees to a total above the limit; never to pro, master, unknown prices or second attempts. */
  readonly yes?: boolean;
  /** Asks in the sandbox as if it cost money. */
  readonly rehearse?: boolean;
  /** When a yes is wanted; the manifest can only tighten it. */
  readonly policy?: Partial<Policy>;
  /** Asked when a yes is wanted; absent when nobody is there. */
  readonly ask?: (plan: Plan, wants: readonly WantsYes[]) => Promise<boolean>;
}

/** An approval, or why there is none. Where a person must say yes, `ask` is still to be called. */
export type Approved =
  | {
      readonly approval: Approval;
      readonly wants: readonly WantsYes[];
      readonly ask?: () => Promise<boolean>;
    }
  | { readonly status: "stale"; readonly uncovered: readonly Uncovered[]; readonly exit: ExitCode }
  | { readonly status: "approval_needed"; readonly wants: readonly WantsYes[]; readonly exit: ExitCode };

/**
 * The approval under which a plan may run; where a person must say yes, `ask` is still to be called.
 * `unasked`: the plan before the account was asked what it has, which is the one that a digest from elsewhere may name.
 */
export async function approve(
  opened: Opened,
  request: ApprovalRequest,
  plan: Plan,
  unasked: Plan,
): Promise<Approved> {
  if (request.approve !== undefined) {
    const approval = await namedApproval(opened, request.approve, [plan, unasked]);
    const nothing: Approval = { digest: plan.digest, realm: plan.realm, entries: [] };
    const lacking =
      approval === undefined
        ? uncovered(nothing, plan).map(({ step }) => ({ step, why: "unknown_digest" }) as const)
        : uncovered(approval, plan);
    return approval === undefined || lacking.length > 0
      ? { status: "stale", uncovered: lacking, exit: EXIT.stale }
      : { approval, wants: [] };
  }
  const policy = tightened({ ...DEFAULT_POLICY, ...request.policy }, opened.manifest.approval);
  const wants = wantsYes(plan, policy, request.rehearse).filter(
    (want) => !(request.yes === true && want.because === "total"),
  );
  const approval = approvalOf(plan);
  if (wants.length === 0) return { approval, wants };
  // Best effort: without its file, an exact digest still says yes.
  await opened.offer(plan).catch(() => undefined);
  const { ask } = request;
  if (ask === undefined) {
    const money = exitOfOutcomes(plannedOutcomes(plan));
    return {
      status: "approval_needed",
      wants,
      exit: money === EXIT.unknown || money === EXIT.money ? money : EXIT.approval,
    };
  }
  return { approval, wants, ask: () => ask(plan, wants) };
}

async function namedApproval(
  opened: Opened,
  digest: string,
  plans: readonly Plan[],
): Promise<Approval | undefined> {
  const stored = await readPlan(opened.world.fs, opened.state, digest);
  if (stored.kind === "found") return stored.plan;
  // Without its file, only this very plan counts.
  const named = plans.find((plan) => digest.length >= SHORTEST_DIGEST && plan.digest.startsWith(digest));
  return named === undefined ? undefined : approvalOf(named);
}

function plannedOutcomes(plan: Plan): readonly Outcome[] {
  return plan.steps.flatMap((each) =>
    each.decision.kind === "blocked" ? [{ status: "blocked", because: each.decision.because } as const] : [],
  );
}
