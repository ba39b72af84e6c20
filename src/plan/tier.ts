/** How much care a yes to an action wants: that of the model which carries it out, at the quality that is asked for. */
import { unreachable } from "../base/guard.js";
import { tierOf, type Catalog } from "../catalog/catalog.js";
import type { Mode, Tier } from "../catalog/model.js";
import type { Action } from "../graph/actions.js";
import type { SourceFacts } from "../graph/rules-refine.js";

/** How much care a yes to this action wants; a model that nobody knows wants the most. */
export function tierOfAction(action: Action, catalog: Catalog, source: SourceFacts = {}): Tier {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return videoTier(action.model, action.mode, catalog);
    case "extend":
      return action.via === "native"
        ? videoTier(source.sourceModel, source.sourceMode, catalog)
        : videoTier(action.model, action.mode, catalog);
    case "image":
    case "try_on": {
      const model = catalog.image(action.model);
      return model === undefined ? "master" : tierOf(model, undefined);
    }
    case "omni_video":
    case "motion_control":
    case "multi_image_to_video":
      return videoTier(action.model, action.mode, catalog);
    case "omni_image":
    case "multi_image": {
      const model = catalog.image(action.model);
      return model === undefined ? "master" : tierOf(model, undefined);
    }
    case "avatar":
      return tierOf(catalog.service(action.kind), action.mode);
    case "effect":
    case "video_to_audio":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
    case "lip_sync":
    case "frame":
    case "picture":
      return "standard";
    default:
      return unreachable(action);
  }
}

function videoTier(id: string | undefined, mode: Mode | undefined, catalog: Catalog): Tier {
  const model = id === undefined ? undefined : catalog.video(id);
  return model === undefined ? "master" : tierOf(model, mode);
}
