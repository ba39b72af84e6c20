/**
 * What is known, before anything is rendered, of the clip that an extend or lip-sync works on.
 */
import { unreachable } from "../base/guard.js";
import { NATIVE_SECONDS } from "../catalog/units.js";
import type { SourceFacts } from "./rules-refine.js";
import type { Action, ExtendVia } from "./actions.js";
import type { Input, StepId } from "./input.js";

/** Whether an extend gives the whole clip, or the continuation alone. [kling-api 3.2, 4.4: native adds to its clip] */
export function returnsOf(via: ExtendVia): "whole" | "tail" {
  return via === "native" ? "whole" : "tail";
}

/** The step whose clip an action works on. */
export function workedOn(action: Action): StepId | undefined {
  switch (action.kind) {
    case "extend":
    case "lip_sync":
    case "video_to_audio":
      return stepOf(action.source);
    case "omni_video":
      return stepOf(action.base_video ?? action.feature_video);
    case "motion_control":
      return stepOf(action.motion_video);
    default:
      return undefined;
  }
}

function stepOf(input: Input | undefined): StepId | undefined {
  return input?.kind === "step" ? input.id : undefined;
}

/**
 * Model, mode and length of the clip that `action` works on, as far as the graph tells. `actionOf` says nothing of steps
 * whose clip may be another one than is written (held ones).
 */
export function sourceFacts(action: Action, actionOf: (id: StepId) => Action | undefined): SourceFacts {
  const id = workedOn(action);
  const above = id === undefined ? undefined : actionOf(id);
  return above === undefined ? {} : clipFacts(above, sourceFacts(above, actionOf));
}

/** What is known of the clip that an action makes; `source` is what is known of the one that it works on. */
export function clipFacts(action: Action, source: SourceFacts): SourceFacts {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
    case "multi_image_to_video":
      return madeBy(action.model, action.mode, action.duration);
    case "omni_video":
      // An edit is as long as the video that is edited.
      return madeBy(action.model, action.mode, action.base_video === undefined ? action.duration : undefined);
    case "motion_control":
      return madeBy(action.model, action.mode, undefined);
    case "avatar":
    case "effect":
      return {};
    case "lip_sync":
    case "video_to_audio":
      return source;
    case "extend": {
      if (returnsOf(action.via) === "tail") return madeBy(action.model, action.mode, action.duration ?? 5);
      const { sourceSeconds: before } = source;
      return before === undefined ? source : { ...source, sourceSeconds: before + NATIVE_SECONDS.high };
    }
    case "image":
    case "omni_image":
    case "multi_image":
    case "expand":
    case "try_on":
    case "text_to_audio":
    case "element":
    case "voice":
    case "frame":
    case "picture":
      return {};
    default:
      return unreachable(action);
  }
}

function madeBy(
  model: string | undefined,
  mode: SourceFacts["sourceMode"],
  sourceSeconds: number | undefined,
): SourceFacts {
  return {
    ...(model === undefined ? {} : { sourceModel: model }),
    ...(mode === undefined ? {} : { sourceMode: mode }),
    ...(sourceSeconds === undefined ? {} : { sourceSeconds }),
  };
}
