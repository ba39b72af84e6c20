/**
 * Whether the vendor can still work on the clip that an extend or a lip-sync consumes: its results have 30 days and
 * belong to one account, and there is no way to hand one back. Looks at what is recorded; whether the vendor agrees is
 * asked just before the step is submitted.
 */
import { daysMs } from "../base/clock.js";
import type { Action, PinnedCopy, StepId } from "../graph/step.js";
import type { Artifact, Handle, Prior } from "./prior.js";
import type { Obstacle } from "./reason.js";

/** Days for which the vendor keeps results and accepts their handles. [kling-api: outputs live 30 days] */
export const RETENTION_DAYS = 30;

/** Days before its end from which a handle's remaining life is told. */
const TELL_DAYS = 7;

/** A clip of the vendor's that an action works on there. */
export interface Source {
  readonly id: StepId;
  /** Another way to it, where the vendor takes a video by address. */
  readonly copy?: PinnedCopy;
  /** Whether the vendor wants its own id of the clip and no address. */
  readonly byId: boolean;
}

/** The step whose result the vendor must still have, for actions that work on one. */
export function sourceOf(action: Action): Source | undefined {
  const works = action.kind === "lip_sync" || (action.kind === "extend" && action.via !== "last_frame");
  if (!works || action.source.kind !== "step") return undefined;
  const byId = action.kind === "extend" && action.via === "native";
  const { copy } = action;
  return { id: action.source.id, byId, ...(copy === undefined || byId ? {} : { copy }) };
}

/** Whether the vendor still has what was completed then. */
export function fresh(completed: string | undefined, today: number): boolean {
  return completed !== undefined && today < Date.parse(completed) + daysMs(RETENTION_DAYS);
}

/** When a handle ends, ISO 8601, where less than a week is left of it. */
export function endsSoon(completed: string | undefined, today: number): string | undefined {
  if (completed === undefined || !fresh(completed, today)) return undefined;
  const ends = Date.parse(completed) + daysMs(RETENTION_DAYS);
  return ends - today < daysMs(TELL_DAYS) ? new Date(ends).toISOString() : undefined;
}

/** What stands in the way of working on a clip that is on record; `made` is what is known of it. */
export function sourceObstacle(
  source: Source,
  made: { readonly handle?: Handle | undefined; readonly artifact?: Artifact | undefined },
  prior: Pick<Prior, "account" | "today">,
): Obstacle | undefined {
  return isCopyOf(source.copy, made.artifact)
    ? undefined
    : handleObstacle(source.id, made.handle, prior.account, prior.today);
}

/** Why a handle is of no use to an account today; undefined when it is. */
export function handleObstacle(
  source: StepId,
  handle: Handle | undefined,
  account: string | undefined,
  today: number,
): Obstacle | undefined {
  const because = "source_unavailable";
  if (handle === undefined) return { because, source, why: "no_handle" };
  const { completed } = handle;
  if (!fresh(completed, today)) return { because, source, why: "expired", completed };
  return account === undefined || handle.account === account
    ? undefined
    : { because, source, why: "other_account", completed };
}

/** Whether a pinned copy has the very bytes of an artifact. */
export function isCopyOf(copy: PinnedCopy | undefined, artifact: Artifact | undefined): boolean {
  return copy !== undefined && copy.sha256 === artifact?.sha256;
}
