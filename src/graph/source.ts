/**
 * What is known, before anything is rendered, of the clip that an extend or lip-sync works on.
 */
import type { SourceFacts } from "./rules-refine.js";
import type { Action, ExtendVia, StepId } from "./step.js";

/** Seconds that a native extension adds, at most. [kling-api 4.4: adds 4-5 s] */
const NATIVE_ADDS = 5;

/** Whether an extend gives the whole clip, or the continuation alone. [kling-api 3.2, 4.4: native adds to its clip] */
export function returnsOf(via: ExtendVia): "whole" | "tail" {
  return via === "native" ? "whole" : "tail";
}

/** Model, mode and length of the clip that `action` works on, as far as the graph tells. */
export function sourceFacts(action: Action, actionOf: (id: StepId) => Action | undefined): SourceFacts {
  if (action.kind !== "extend" && action.kind !== "lip_sync") return {};
  const above = action.source.kind === "step" ? actionOf(action.source.id) : undefined;
  return above === undefined ? {} : clipFacts(above, actionOf);
}

function clipFacts(action: Action, actionOf: (id: StepId) => Action | undefined): SourceFacts {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return {
        sourceModel: action.model,
        sourceSeconds: action.duration,
        ...(action.mode === undefined ? {} : { sourceMode: action.mode }),
      };
    case "lip_sync":
      return sourceFacts(action, actionOf);
    case "extend": {
      if (returnsOf(action.via) === "tail") {
        return {
          ...(action.model === undefined ? {} : { sourceModel: action.model }),
          ...(action.mode === undefined ? {} : { sourceMode: action.mode }),
          sourceSeconds: action.duration ?? 5,
        };
      }
      const before = sourceFacts(action, actionOf);
      return {
        ...before,
        ...(before.sourceSeconds === undefined ? {} : { sourceSeconds: before.sourceSeconds + NATIVE_ADDS }),
      };
    }
    case "image":
    case "try_on":
    case "frame":
      return {};
  }
}
