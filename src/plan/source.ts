/**
 * Whether the vendor can still work on what a step consumes there: a clip that is made longer, made to speak or referred
 * to, an element, a voice. Its results have 30 days and belong to one account, and there is no way to hand one back. Looks
 * at what is recorded; whether the vendor agrees is asked just before the step is submitted.
 */
import { daysMs } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import type { Action } from "../graph/actions.js";
import type { Input, PinnedCopy, Reference, StepId } from "../graph/input.js";
import type { Artifact, Handle, Rendering } from "./prior.js";
import type { Obstacle, SourceUse } from "./reason.js";

/** Days for which the vendor keeps results and accepts their handles. [kling-api: outputs live 30 days] */
export const RETENTION_DAYS = 30;

/** Days before its end from which a handle's remaining life is told. */
const TELL_DAYS = 7;

/** Something of the vendor's that an action works on there. */
export interface Source {
  /** The action's field, as `inputsOf` names it. */
  readonly field: string;
  readonly id: StepId;
  /** Another way to it, where the vendor takes a video by address. */
  readonly copy?: PinnedCopy;
  readonly by: SourceUse;
}

/** The steps whose results the vendor must still have, for actions that work on some. */
export function sourcesOf(action: Action): readonly Source[] {
  switch (action.kind) {
    case "extend": {
      if (action.via === "last_frame") return [];
      return from("source", action.source, action.via, action.via === "native" ? undefined : action.copy);
    }
    case "lip_sync":
    case "video_to_audio":
      return from("source", action.source, action.kind, action.copy);
    case "omni_video":
      return [
        ...from("feature_video", action.feature_video, "video"),
        ...from("base_video", action.base_video, "video"),
        ...kept("elements", action.elements),
      ];
    case "motion_control":
      return [...from("motion_video", action.motion_video, "video"), ...kept("elements", action.elements)];
    case "image_to_video":
      return [...kept("elements", action.elements), ...kept("voices", action.voices)];
    case "image":
    case "omni_image":
      return kept("elements", action.elements);
    case "element":
      return [...from("video", action.video, "video"), ...from("voice", action.voice, "kept")];
    case "voice":
      return from("sample", action.sample, "video");
    case "text_to_video":
    case "multi_image_to_video":
    case "avatar":
    case "effect":
    case "multi_image":
    case "expand":
    case "try_on":
    case "text_to_audio":
    case "frame":
    case "picture":
      return [];
    default:
      return unreachable(action);
  }
}

function from(field: string, input: Input | undefined, by: SourceUse, copy?: PinnedCopy): readonly Source[] {
  if (input?.kind !== "step") return [];
  return [{ field, id: input.id, by, ...(copy === undefined ? {} : { copy }) }];
}

function kept(field: string, references: readonly Reference[] | undefined): readonly Source[] {
  return (references ?? []).flatMap(({ handle, input }) => from(`${field}.${handle}`, input, "kept"));
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

/** What stands in the way of working on something that is on record; `made` is what is known of it. */
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
  if (source.by === "kept") {
    const { result, deleted } = handle;
    if (deleted !== undefined) return { ...unavailable(source, "deleted"), deleted };
    return result === undefined ? unavailable(source, "no_handle") : undefined;
  }
  return fresh(completed, today) ? undefined : unavailable(source, "expired", completed);
}

/** That something cannot be worked on, with what its step needs to know to give advice. */
export function unavailable(
  { id, by }: Source,
  why: Extract<Obstacle, { because: "source_unavailable" }>["why"],
  completed?: string,
): Extract<Obstacle, { because: "source_unavailable" }> {
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
