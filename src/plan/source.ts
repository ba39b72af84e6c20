/**
 * Whether the vendor can still work on the clip that an extend or a lip-sync consumes: its results have 30 days and
 * belong to one account, and there is no way to hand one back. Looks at what is recorded; whether the vendor agrees is
 * asked just before the step is submitted.
 */
import { daysMs } from "../base/clock.js";
import type { Action } from "../graph/actions.js";
import type { PinnedCopy, StepId } from "../graph/input.js";
import type { Artifact, Handle, Rendering } from "./prior.js";
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
  /** What works on it; a native extension wants the vendor's own id of the clip and no address. */
  readonly by: "native" | "omni" | "lip_sync";
}

/** The step whose result the vendor must still have, for actions that work on one. */
export function sourceOf(action: Action): Source | undefined {
  const works = action.kind === "lip_sync" || (action.kind === "extend" && action.via !== "last_frame");
  if (!works || action.source.kind !== "step") return undefined;
  const by = action.kind === "lip_sync" ? "lip_sync" : action.via === "native" ? "native" : "omni";
  const { copy } = action;
  return { id: action.source.id, by, ...(copy === undefined || by === "native" ? {} : { copy }) };
}

/** Whether the vendor still has what was completed then. */
export function fresh(completed: string | undefined, today: number): boolean {
  return completed !== undefined && today < Date.parse(completed) + daysMs(RETENTION_DAYS);
}

/** When a clip's handle ends, ISO 8601, where less than a week is left of it. What a still is used for needs none. */
export function endsSoon(rendering: Rendering | undefined, today: number): string | undefined {
  const completed = rendering?.handle?.completed;
  if (completed === undefined || !fresh(completed, today)) return undefined;
  if (rendering?.artifact.type !== "video/mp4") return undefined;
  const ends = Date.parse(completed) + daysMs(RETENTION_DAYS);
  return ends - today < daysMs(TELL_DAYS) ? new Date(ends).toISOString() : undefined;
}

/** What stands in the way of working on a clip that is on record; `made` is what is known of it. */
export function sourceObstacle(
  source: Source,
  made: { readonly handle?: Handle | undefined; readonly artifact?: Artifact | undefined },
  today: number,
): Obstacle | undefined {
  return isCopyOf(source.copy, made.artifact) ? undefined : handleObstacle(source, made.handle, today);
}

/**
 * Why a handle is of no use today; undefined when it may be. Whether it is the account's is for the vendor to say:
 * what is known here is with which credentials it was made, and an account may have got others since.
 */
export function handleObstacle(
  source: Source,
  handle: Handle | undefined,
  today: number,
): Obstacle | undefined {
  if (handle === undefined) return unavailable(source, "no_handle");
  const { completed } = handle;
  return fresh(completed, today) ? undefined : unavailable(source, "expired", completed);
}

/** That a clip cannot be worked on, with what its step needs to know to give advice. */
export function unavailable(
  { id, by }: Source,
  why: Extract<Obstacle, { because: "source_unavailable" }>["why"],
  completed?: string,
): Obstacle {
  return {
    because: "source_unavailable",
    source: id,
    by,
    why,
    ...(completed === undefined ? {} : { completed }),
  };
}

/** Whether a pinned copy has the very bytes of an artifact. */
export function isCopyOf(copy: PinnedCopy | undefined, artifact: Artifact | undefined): boolean {
  return copy !== undefined && copy.sha256 === artifact?.sha256;
}
