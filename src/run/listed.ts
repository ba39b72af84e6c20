/**
 * Creates that carry no reference, and their tasks in a product's list. Such a task is known by the clip that it works on
 * and by when it was created; only the one task that fits one create is taken, because a wrong one would put another
 * step's clip into the film. Whatever is not certain is a person's to decide.
 */
import { daysMs } from "../base/clock.js";
import { canonicalJson } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Attempt, ClientReference, Prior, TaskId } from "../plan/prior.js";
import { wholeOf } from "../plan/recorded.js";
import type { Address, LookAnswer, ListAnswer, TaskLook } from "../provider/provider.js";
import type { Collector } from "./stepping.js";

/** What a search gave: as a question by reference would have, or more than one possibility. */
export type Sought = LookAnswer | { readonly kind: "ambiguous"; readonly why: string };

/** A create without a reference that may have been taken. */
interface Unclear {
  readonly product: string;
  readonly source: string;
}

/** Which tasks belong to somebody, and which creates still look for theirs. */
export interface Claims {
  take(task: TaskId): void;
  isTaken(task: TaskId): boolean;
  /** A create is about to be sent, or may have been. */
  open(reference: ClientReference, unclear: Unclear): void;
  /** It is settled. */
  close(reference: ClientReference): void;
  /** Whether another create of this product on this clip is not settled. */
  hasRival(reference: ClientReference, unclear: Unclear): boolean;
}

/** Claims as they stand before a run. */
export function openClaims({
  lock,
  attempts,
  intents,
}: Pick<Prior, "lock" | "attempts" | "intents">): Claims {
  const taken = new Set<TaskId>();
  const unclear = new Map<ClientReference, Unclear>();
  for (const rendering of lock.renders.values()) {
    for (const { handle } of wholeOf(rendering)) if (handle !== undefined) taken.add(handle.task);
  }
  for (const [key, list] of attempts) {
    const source = sourceOf(intents.get(key));
    for (const { task, state, reference, product } of list) {
      if (task !== undefined) taken.add(task);
      if (source !== undefined && (state === "intent" || state === "unknown"))
        unclear.set(reference, { product, source });
    }
  }
  return {
    take: (task) => void taken.add(task),
    isTaken: (task) => taken.has(task),
    open: (reference, each) => void unclear.set(reference, each),
    close: (reference) => void unclear.delete(reference),
    hasRival: (reference, { product, source }) =>
      [...unclear].some(
        ([other, each]) => other !== reference && each.product === product && each.source === source,
      ),
  };
}

/** Clocks of two machines differ, and ours may be the faster one. */
const CLOCK_SLACK_MS = 60_000;

/** A create is sent soon after its intent, though it may wait for a busy vendor; what is later is somebody else's. */
const SENT_WITHIN_MS = daysMs(1);

/** Looks for the task of a create without a reference in the list of its product. */
export async function findListed(
  run: Pick<Collector, "provider" | "claims" | "rendering">,
  { reference, started }: Pick<Attempt, "reference" | "started">,
  inputs: KeyInputs,
  address: Address,
  signal: AbortSignal,
): Promise<Sought> {
  const source = sourceOf(inputs);
  const clip = source === undefined ? undefined : run.rendering(keyIn(source))?.handle?.result;
  if (source === undefined || clip === undefined) return { kind: "absent" };
  const sinceMs = Date.parse(started) - CLOCK_SLACK_MS;
  const answer: ListAnswer = await run.provider.list(address, sinceMs, signal);
  // A gateway without lists has nothing to say.
  if (answer.kind === "failed" && answer.error.class === "invalid") return { kind: "absent" };
  if (answer.kind !== "listed") return answer;
  const untilMs = Date.parse(started) + SENT_WITHIN_MS;
  const isInTime = ({ created }: TaskLook) => created === undefined || Date.parse(created) <= untilMs;
  const fitting = answer.looks.filter(
    (look) => look.source === clip && isInTime(look) && !run.claims.isTaken(look.task),
  );
  const [look] = fitting;
  if (look === undefined) return { kind: "absent" };
  if (fitting.length > 1)
    return { kind: "ambiguous", why: `the vendor's list shows ${fitting.length} tasks that could be it` };
  if (run.claims.hasRival(reference, { product: address.product, source }))
    return { kind: "ambiguous", why: "the vendor's list shows a task that could also be another step's" };
  run.claims.take(look.task);
  return { kind: "found", look };
}

/** What names the clip that a step works on, in the inputs of its key. */
export function sourceOf(inputs: KeyInputs | undefined): string | undefined {
  const source = inputs?.action["source"];
  return isRecord(source) && typeof source["key"] === "string" ? canonicalJson(source) : undefined;
}

/** The key of what names a clip. */
export function keyIn(source: string): CacheKey {
  return (JSON.parse(source) as { readonly key: CacheKey }).key;
}
