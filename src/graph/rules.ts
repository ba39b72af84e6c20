/**
 * What a model and its endpoint refuse, said before anything is sent: one finding per field, never a field dropped.
 * Works on resolved actions, so a finding's path is the step's own even where the value came from the defaults.
 * Knows the catalog's facts only; files, prices and the network are others' business.
 */
import type { Diagnostic, Path } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import type { Catalog } from "../catalog/catalog.js";
import { checkClip } from "./rules-clip.js";
import { checkExtend, checkLipSync, type SourceFacts } from "./rules-refine.js";
import { checkSpeech } from "./rules-speech.js";
import { checkMultiImage, checkOmniImage, checkStill, checkTryOn } from "./rules-image.js";
import { checkMotion, checkSeveral } from "./rules-motion.js";
import { checkOmniVideo } from "./rules-omni.js";
import { checkService } from "./rules-service.js";
import type { Action } from "./actions.js";

export { takesField } from "./rules-field.js";

/** Every reason why the chosen endpoint would refuse this action, and what to do instead. */
export function checkAction(
  action: Action,
  catalog: Catalog,
  at: { readonly path: Path },
  source: SourceFacts = {},
): readonly Diagnostic[] {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return checkClip(action, catalog, at.path);
    case "extend":
      return checkExtend(action, catalog, at.path, source);
    case "lip_sync":
      return [...checkLipSync(action, at.path, source), ...checkSpeech(action, at.path, source)];
    case "image":
      return checkStill(action, catalog, at.path);
    case "try_on":
      return checkTryOn(action, catalog, at.path);
    case "omni_video":
      return checkOmniVideo(action, catalog, at.path, source);
    case "motion_control":
      return checkMotion(action, catalog, at.path, source);
    case "multi_image_to_video":
      return checkSeveral(action, catalog, at.path);
    case "omni_image":
      return checkOmniImage(action, catalog, at.path);
    case "multi_image":
      return checkMultiImage(action, catalog, at.path);
    case "avatar":
    case "effect":
    case "video_to_audio":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
      return checkService(action, catalog, at.path, source);
    case "frame":
    case "picture":
      return [];
    default:
      return unreachable(action);
  }
}
