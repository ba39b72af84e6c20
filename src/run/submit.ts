/**
 * Creates one task at the vendor, exactly once. This is the only file that calls `provider.submit`, and it takes a permit.
 *
 *   (intent journaled) ──send──▶ accepted ─────────────▶ task
 *        ▲    │  └─────────────▶ refused ──────────────▶ refused
 *        │    ├── busy: wait, ask once ─────────────found─▶ task (adopted)
 *        │    ├── exists: ask ──────────────────────found─▶ task (adopted)
 *        │    └── lost: ask, wait, ask, wait, ask ──found─▶ task (adopted)
 *        └──────────────┘ absent          └── no reference to ask by, not in the list ─▶ unknown
 *
 * A lost answer is settled by asking for our reference, three times with waits between, and only then sending the same
 * reference, which the vendor refuses if it has it. A fresh reference at that point is what would pay twice.
 * A busy vendor may not have looked whether it has the reference, so it is asked, too. Where a product takes no reference
 * its list is searched in the same way, and nothing is ever sent twice. Where all of the account's slots are taken, the
 * lane of slots is told so, and each send waits for its turn in it.
 */
import type { Clock } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import type { ClientReference, TaskId } from "../plan/prior.js";
import type { Address, Provider, Submission, SubmitAnswer, VendorError } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import type { Sought } from "./listed.js";
import { BUSY_FIRST_MS, BUSY_MOST_MS, SETTLE_MS, SETTLE_ROUNDS, slept } from "./patience.js";
import type { Permit } from "./purse.js";
import type { Slot } from "./slots.js";

/** What came of a create. */
export type Created =
  /** `adopted`: found by asking. `found`: it was there before this run sent anything. `at`: where it is asked about. */
  | {
      readonly kind: "task";
      readonly task: TaskId;
      readonly at: Address;
      readonly adopted: boolean;
      readonly found: boolean;
    }
  | { readonly kind: "refused"; readonly error: VendorError }
  /** Not settled now; the journaled intent lets the next run settle it at no risk. */
  | { readonly kind: "unsettled"; readonly why: string; readonly error?: VendorError }
  /** Cannot be settled by asking: a person decides. */
  | { readonly kind: "unknown"; readonly why: string }
  /** Certainly not sent, by a product that could not be asked. `thrown`: what kept it from being sent. */
  | { readonly kind: "unsent"; readonly why: string; readonly thrown?: unknown }
  /** `unsent`: when it was stopped, nothing could have been sent. */
  | { readonly kind: "interrupted"; readonly unsent: boolean }
  | NotReady;

/** What waiting looks like to whoever watches. */
export type Waiting = (why: "busy" | "lost_answer", seconds: number) => void;

const SENDS_MOST = 4;

/** One order of a task. */
export interface Order {
  readonly reference: ClientReference;
  readonly address: Address;
  /** Where an earlier run may have sent it; asked there before anything is sent. */
  readonly sentTo?: Address;
  readonly permit: Permit;
  /** Its place among the tasks that may be under way at once. */
  readonly slot: Pick<Slot, "turn" | "full">;
  /** Looks for its task in a product's list: the way to ask where creates carry no reference. */
  seek(where: Address, signal: AbortSignal): Promise<Sought>;
  /** Gets ready what is sent; called once, when it is certain that something has to be. */
  ready(): Promise<Submission | NotReady>;
}

/** Why there is nothing to send after all. */
export interface NotReady {
  readonly kind: "not_ready";
  readonly outcome: Outcome;
}

/**
 * Sends an order until it is settled. Busy answers wait as long as it takes; lost ones are asked about and re-sent
 * at most three times. `stop` ends the waits, never a create that is on its way.
 */
export async function createTask(
  provider: Provider,
  clock: Clock,
  order: Order,
  waiting: Waiting,
  stop: AbortSignal,
): Promise<Created> {
  if (order.reference !== order.permit.reference) throw new Error("the permit is for another create");
  const asks = provider.references(order.address);
  // Only looked at from time to time: a create whose answer is still to come must not be cut off.
  const unstoppable = new AbortController().signal;
  let sends = 0;
  let busyMs = BUSY_FIRST_MS;
  const { sentTo } = order;
  let lost = sentTo === undefined ? undefined : "an earlier run may have sent it";
  let submission: Submission | undefined;

  for (;;) {
    if (lost !== undefined) {
      const where = sends === 0 ? (sentTo ?? order.address) : order.address;
      const named = provider.references(where);
      // What is sent next without a reference would be no repetition to the vendor, so it is asked as often as after a loss.
      const rounds = named && asks && sends === 0 ? 1 : SETTLE_ROUNDS;
      const settled = await ask(provider, clock, order, where, waiting, stop, rounds);
      if (settled !== undefined) return foundBefore(settled, sends === 0);
      if (!named)
        return { kind: "unknown", why: `${lost}, and this product cannot be asked for it by reference` };
    }
    if (stop.aborted) return { kind: "interrupted", unsent: lost === undefined };
    if (sends >= SENDS_MOST) return { kind: "unsettled", why: lost ?? "the vendor did not answer" };
    if (submission === undefined) {
      const ready = await order.ready();
      if ("kind" in ready) return ready;
      submission = ready;
      // Getting ready takes calls and waits of its own.
    }
    // While it was got ready, or waited, the vendor may have said that there is less room than was thought.
    if (!(await order.slot.turn(stop))) return { kind: "interrupted", unsent: lost === undefined };
    sends++;
    let answer: SubmitAnswer;
    try {
      answer = await provider.submit(submission, unstoppable);
    } catch (error) {
      if (asks) throw error;
      return { kind: "unsent", why: "it could not be sent", thrown: error };
    }
    switch (answer.kind) {
      case "accepted":
        return { kind: "task", task: answer.task, at: order.address, adopted: false, found: false };
      case "exists": {
        const settled = await ask(provider, clock, order, order.address, waiting, stop, SETTLE_ROUNDS);
        return settled === undefined
          ? { kind: "unknown", why: "the vendor has this reference but does not show its task" }
          : foundBefore(settled, sends === 1 && lost === undefined);
      }
      case "refused":
        if (answer.error.class === "busy") {
          sends--; // A busy answer is certain: nothing was created, so it is no doubtful send.
          if (answer.error.about === "slots") order.slot.full();
          waiting("busy", busyMs / 1000);
          if (!(await slept(clock, busyMs, stop))) return { kind: "interrupted", unsent: lost === undefined };
          busyMs = Math.min(busyMs * 2, BUSY_MOST_MS);
          if (asks && lost === undefined) {
            const settled = await ask(provider, clock, order, order.address, waiting, stop, 1);
            if (settled?.kind === "task") return foundBefore(settled, sends === 0);
          }
          continue;
        }
        if (answer.error.class === "maintenance") {
          lost = answer.error.message;
          continue;
        }
        // It answers this send alone: one before it, whose answer was lost, may still arrive.
        if (lost !== undefined && sends > 1)
          return { kind: "unsettled", why: answer.error.message, error: answer.error };
        return { kind: "refused", error: answer.error };
      case "lost":
        if (!asks && answer.unsent === true) return { kind: "unsent", why: answer.why };
        lost = answer.why;
        continue;
      default:
        return unreachable(answer);
    }
  }
}

function foundBefore(created: Created, found: boolean): Created {
  return created.kind === "task" ? { ...created, found } : created;
}

/** Asks for the task in so many rounds, with waits between; undefined when the vendor has no such task. */
async function ask(
  provider: Provider,
  clock: Clock,
  order: Order,
  where: Address,
  waiting: Waiting,
  stop: AbortSignal,
  rounds: number,
): Promise<Created | undefined> {
  const { reference } = order;
  const look = async (): Promise<Sought | undefined> =>
    provider.references(where)
      ? (await provider.find([{ reference, address: where }], stop))[0]
      : order.seek(where, stop);
  let unanswered = "";
  let busyMs = BUSY_FIRST_MS;
  for (let round = 0; round < rounds; round++) {
    if (round > 0) {
      waiting("lost_answer", SETTLE_MS / 1000);
      if (!(await slept(clock, SETTLE_MS, stop))) return { kind: "interrupted", unsent: false };
    }
    const answer = await look().catch((reason: unknown) => {
      if (stop.aborted) return undefined;
      throw reason;
    });
    if (answer === undefined) return { kind: "interrupted", unsent: false };
    if (answer.kind === "ambiguous") return { kind: "unknown", why: answer.why };
    if (answer.kind === "found")
      return { kind: "task", task: answer.look.task, at: where, adopted: true, found: false };
    if (answer.kind === "failed" && answer.error.class === "busy") {
      // No answer to the question, and no reason to give it up.
      waiting("busy", busyMs / 1000);
      if (!(await slept(clock, busyMs, stop))) return { kind: "interrupted", unsent: false };
      busyMs = Math.min(busyMs * 2, BUSY_MOST_MS);
      round--;
      continue;
    }
    if (answer.kind === "failed" && answer.error.class !== "maintenance") {
      // Asking was refused, which says nothing about the create: the intent stays open.
      return { kind: "unsettled", why: answer.error.message, error: answer.error };
    }
    unanswered = answer.kind === "absent" ? "" : answer.kind === "lost" ? answer.why : answer.error.message;
  }
  // Sending again without an answer to "do you have it?" is safe with a reference, but only the vendor's word ends the doubt.
  return unanswered === "" ? undefined : { kind: "unsettled", why: unanswered };
}
