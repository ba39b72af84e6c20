/**
 * Has something deleted that stays with the vendor, because a person said so, and records it, so that no plan counts on it
 * any more. Free, and harmless to repeat: what is gone already counts as deleted. Nothing else ever deletes at the vendor.
 */
import { isoTime, type Clock } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import type { KeptThing } from "../plan/kept.js";
import type { Handle, Lock, OtherRendering } from "../plan/prior.js";
import type { Deleting, VendorError } from "../provider/provider.js";
import type { Disk } from "./disk.js";

/** What became of it. */
export type Deletion =
  /** `absent`: it was not there any more; `already`: it is on record as deleted, and nobody was asked. */
  | { readonly kind: "deleted" | "absent" | "already" | "stopped" }
  | { readonly kind: "refused"; readonly error: VendorError }
  | { readonly kind: "unanswered"; readonly why: string };

/** What it takes. */
export interface DeletingRun {
  readonly provider: Deleting;
  readonly disk: Pick<Disk, "record">;
  readonly clock: Clock;
  readonly lock: Lock;
  readonly stop: AbortSignal;
}

/** Has one thing deleted. */
export async function deleteThing(run: DeletingRun, thing: KeptThing): Promise<Deletion> {
  const { provider, stop } = run;
  if (thing.handle.deleted !== undefined) return { kind: "already" };
  if (stop.aborted) return { kind: "stopped" };
  const answer = await provider.deleteKept({ kept: thing.kept, id: thing.id }, stop);
  switch (answer.kind) {
    case "deleted":
    case "absent":
      await remember(run, thing);
      return answer;
    case "refused":
      return answer;
    case "lost":
      return stop.aborted ? { kind: "stopped" } : { kind: "unanswered", why: answer.why };
    default:
      return unreachable(answer);
  }
}

async function remember({ disk, lock, clock }: DeletingRun, { key, handle }: KeptThing): Promise<void> {
  const rendering = lock.renders.get(key);
  if (rendering === undefined) throw new Error("what was deleted is not in the lockfile");
  const deleted = isoTime(clock.now());
  const { others } = rendering;
  const now = marked(rendering, handle, deleted);
  await disk.record(
    others === undefined ? now : { ...now, others: others.map((each) => marked(each, handle, deleted)) },
  );
}

function marked<T extends OtherRendering>(one: T, { route, task }: Handle, deleted: string): T {
  const { handle } = one;
  return handle?.route === route && handle.task === task ? { ...one, handle: { ...handle, deleted } } : one;
}
