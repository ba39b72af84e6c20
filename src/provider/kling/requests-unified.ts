/**
 * Bodies of the unified dialect, in which some gateways answer: one create path for all clips, durations as text, images
 * as URL or bare base64. It has no field for a reference, so nothing that was sent can be found again by one. What
 * nobody describes of extend, lip-sync, stills and try-on is taken from the vendor's endpoints that they are named after.
 * Pure. What the dialect lacks was refused long before, so meeting it here is a bug of ours.
 */
import type { Model } from "../../catalog/model.js";
import { unifiedModel } from "../../catalog/unified.js";
import { lackedByUnified } from "../../graph/rules-unified.js";
import type { ExactJson } from "../json.js";
import type { Address } from "../provider.js";
import { carriedInput } from "./carried.js";
import { nativeExtension, oldLipSync } from "./requests-refine.js";
import { legacyImage, legacyTryOn } from "./requests-still.js";
import type { CreateRequest, Given, Target } from "./target.js";

type Body = CreateRequest["body"];

/** Where the task of a target is created at a gateway. @throws Error for what gateways do not have. */
export function unifiedAddress(target: Target): Address {
  return { dialect: "unified", product: pathOf(target) };
}

function pathOf(target: Target): string {
  switch (target.kind) {
    case "clip":
      return "/v1/videos/generations";
    case "native_extension":
      return "/v1/videos/video-extend";
    case "lip_sync":
      return "/v1/videos/lip-sync";
    case "image":
      return "/v1/images/generations";
    case "try_on":
      return "/v1/images/virtual-try-on";
    default:
      throw new Error(`no gateway has a request for ${target.kind}`);
  }
}

/** Where a task is asked for, whatever created it. */
export function unifiedTaskPath(task: string): string {
  return `/v1/tasks/${encodeURIComponent(task)}`;
}

/** The create of a target. @throws Error when the action has what the dialect lacks, or an input was not handed over. */
export function unifiedRequest(
  target: Target,
  models: { all(): readonly Model[] },
  given: Given,
): CreateRequest {
  const lacking = lackedByUnified(target.action);
  if (lacking.length > 0) throw new Error(`the unified dialect has no ${lacking.join(", ")}`);
  return { method: "POST", path: pathOf(target), body: bodyOf(target, models, given) };
}

function bodyOf(target: Target, models: { all(): readonly Model[] }, given: Given): Body {
  switch (target.kind) {
    case "clip":
      return unifiedClip(target, models, given);
    case "native_extension":
      return nativeExtension(target.action, given);
    case "lip_sync":
      return oldLipSync(target.action, given);
    case "image":
      return nameless(legacyImage(target.action, target.model, given));
    case "try_on":
      return nameless(legacyTryOn(target.model, given));
    default:
      throw new Error(`no gateway has a request for ${target.kind}`);
  }
}

function unifiedClip(
  { action, model, first }: Extract<Target, { readonly kind: "clip" }>,
  models: { all(): readonly Model[] },
  { carried }: Given,
): Body {
  const there = unifiedModel(model, models);
  const mode = action.mode ?? there?.modes[0];
  if (there === undefined || mode === undefined || !there.modes.includes(mode))
    throw new Error(`no gateway is known to have ${model.id} in mode ${mode}`);
  const body: Record<string, ExactJson> = { model_name: there.name };
  if ((action.prompt ?? "") !== "") body["prompt"] = action.prompt ?? "";
  if ((action.negative_prompt ?? "") !== "") body["negative_prompt"] = action.negative_prompt ?? "";
  body["mode"] = mode;
  body["duration"] = String(action.duration);
  if (action.kind === "text_to_video") body["aspect_ratio"] = action.aspect_ratio;
  if (action.cfg_scale !== undefined) body["cfg_scale"] = action.cfg_scale;
  if (action.kind === "image_to_video") body["image"] = carriedInput(carried, first);
  return body;
}

/** A body of the vendor's without the reference, for which gateways have no field. */
function nameless({ external_task_id: _reference, ...body }: Body): Body {
  return body;
}
