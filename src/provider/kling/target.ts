/**
 * What an action is sent to: its model, its endpoint, and the words that all builders of requests share.
 * Pure. Frames are cut on this machine, so they have no target, and asking for one is a bug of ours.
 */
import type { Json } from "../../base/digest.js";
import { unreachable } from "../../base/guard.js";
import type { ImageModel, Model, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type {
  Action,
  Extend,
  ImageToVideo,
  LipSync,
  MakeImage,
  TextToVideo,
  TryOn,
} from "../../graph/actions.js";
import type { ClientReference } from "../../plan/prior.js";
import type { Address, Material, SpeechPlan } from "../provider.js";
import type { LipSyncEndpoint } from "../../plan/estimate.js";

/** The catalog's look-ups that requests need. */
export interface Models {
  video(id: string): VideoModel | undefined;
  image(id: string): ImageModel | undefined;
}

/** Inputs by field name of the action, as the wire has them: a URL, or base64 without a prefix. */
export type Carried = ReadonlyMap<string, Carry>;

/** One input on the wire. */
export interface Carry {
  readonly kind: "url" | "base64";
  readonly text: string;
}

/** What a create is made of, beside its target. */
export interface Given {
  readonly reference: ClientReference;
  /** All inputs but the clip that is worked on. */
  readonly carried: Carried;
  /** The clip that is worked on. */
  readonly source?: Material;
  readonly speech?: SpeechPlan;
  /** Whom the vendor may tell of changes; absent: nobody. */
  readonly callback?: string;
}

/** A create. */
export interface CreateRequest {
  readonly method: "POST";
  readonly path: string;
  readonly body: Readonly<Record<string, Json>>;
}

/** An action of a kind that the vendor renders, with its model and endpoint. */
export type Target =
  | {
      readonly kind: "clip";
      readonly action: TextToVideo | ImageToVideo;
      readonly model: VideoModel;
      readonly endpoint: VideoEndpoint;
      /** The input that is the first frame. */
      readonly first: "image" | "frame";
    }
  /** An omni model that goes on from a clip. */
  | {
      readonly kind: "continuation";
      readonly action: Extend;
      readonly model: VideoModel;
      readonly endpoint: VideoEndpoint;
    }
  /** The vendor's own way of making a clip longer, which inherits its model. */
  | { readonly kind: "native_extension"; readonly action: Extend }
  | { readonly kind: "lip_sync"; readonly action: LipSync; readonly way: LipSyncEndpoint }
  | { readonly kind: "image"; readonly action: MakeImage; readonly model: ImageModel }
  | { readonly kind: "try_on"; readonly action: TryOn; readonly model: ImageModel };

const NATIVE_EXTENSION_PATH = "/v1/videos/video-extend";
const TRY_ON_PATH = "/v1/images/kolors-virtual-try-on";
const OMNI_VIDEO_PATH = "/v1/videos/omni-video";
const LIP_SYNC_PATHS: Readonly<Record<LipSyncEndpoint, string>> = {
  advanced: "/v1/videos/advanced-lip-sync",
  old: "/v1/videos/lip-sync",
};

/** Model and endpoint of an action. @throws Error for frames and for models that are unknown or cannot do it. */
export function targetOf(models: Models, action: Action, way: LipSyncEndpoint = "advanced"): Target {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return clipTarget(models, action, "image");
    case "extend":
      return extendTarget(models, action);
    case "lip_sync":
      return { kind: "lip_sync", action, way };
    case "image": {
      const model = models.image(action.model);
      if (model?.does !== "generate") throw noRequest(action.kind, action.model);
      return { kind: "image", action, model };
    }
    case "try_on": {
      const model = models.image(action.model);
      if (model?.does !== "try_on") throw noRequest(action.kind, action.model);
      return { kind: "try_on", action, model };
    }
    case "frame":
    case "picture":
    case "omni_video":
    case "motion_control":
    case "avatar":
    case "effect":
    case "multi_image_to_video":
    case "video_to_audio":
    case "omni_image":
    case "multi_image":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
      throw new Error(`no request is made for the action ${action.kind}`);
    default:
      return unreachable(action);
  }
}

function clipTarget(models: Models, action: TextToVideo | ImageToVideo, first: "image" | "frame"): Target {
  const model = models.video(action.model);
  const endpoint = action.kind === "text_to_video" ? model?.textToVideo : model?.imageToVideo;
  if (model === undefined || endpoint === undefined) throw noRequest(action.kind, action.model);
  return { kind: "clip", action, model, endpoint, first };
}

function extendTarget(models: Models, action: Extend): Target {
  if (action.via === "native") return { kind: "native_extension", action };
  if (action.model === undefined) throw new Error(`an extend via ${action.via} without a model`);
  switch (action.via) {
    case "omni": {
      const model = models.video(action.model);
      // The endpoint that makes clips from words also takes the video, as the graph's rules have it.
      const endpoint = model?.textToVideo;
      if (model === undefined || endpoint?.referenceVideo === undefined) {
        throw noRequest("extend via omni", action.model);
      }
      return { kind: "continuation", action, model, endpoint };
    }
    case "last_frame": {
      const { model, mode, duration, prompt, negative_prompt, cfg_scale } = action;
      const clip: ImageToVideo = {
        kind: "image_to_video",
        model,
        duration: duration ?? 5,
        image: action.frame ?? action.source,
        ...(mode === undefined ? {} : { mode }),
        ...(prompt === undefined ? {} : { prompt }),
        ...(negative_prompt === undefined ? {} : { negative_prompt }),
        ...(cfg_scale === undefined ? {} : { cfg_scale }),
      };
      return clipTarget(models, clip, "frame");
    }
    default:
      return unreachable(action.via);
  }
}

/** Where the task of a target is created and asked for. */
export function addressOf(target: Target): Address {
  switch (target.kind) {
    case "clip":
    case "continuation":
      return { dialect: target.model.dialect, product: target.endpoint.path };
    case "native_extension":
      return { dialect: "legacy", product: NATIVE_EXTENSION_PATH };
    case "lip_sync":
      return { dialect: "legacy", product: LIP_SYNC_PATHS[target.way] };
    case "image":
    case "try_on":
      return { dialect: target.model.dialect, product: target.model.path };
    default:
      return unreachable(target);
  }
}

/** Whether the creates of a product can carry a reference: two of `/v1` have no field for one. */
export function takesReference(product: string): boolean {
  return product !== NATIVE_EXTENSION_PATH && product !== LIP_SYNC_PATHS.old;
}

/**
 * Whether a product's own query is known to find tasks by reference. Try-on and the current lip-sync carry one, but their
 * query pages do not say so. [kling-api 4.1]
 */
export function queriesByReference(product: string): boolean {
  return product !== LIP_SYNC_PATHS.advanced && product !== TRY_ON_PATH && product !== OMNI_VIDEO_PATH;
}

/** The model of a target, where the request names one. */
export function modelOf(target: Target): Model | undefined {
  return "model" in target ? target.model : undefined;
}

/** The text of an input. @throws Error when it was not handed over. */
export function carriedInput(carried: Carried, field: string): string {
  return carriedEither(carried, field).text;
}

/** An input, for fields that tell URLs from bytes. @throws Error when it was not handed over. */
export function carriedEither(carried: Carried, field: string): Carry {
  const carry = carried.get(field);
  if (carry === undefined) throw new Error(`the input ${field} was not handed over`);
  return carry;
}

/** The URL of the clip that is worked on. @throws Error when it has none: clips are never sent as bytes. */
export function sourceUrl(source: Material | undefined): string {
  if (source === undefined || source.kind === "bytes" || source.kind === "kept")
    throw new Error("the source was not handed over as a URL");
  return source.url;
}

function noRequest(kind: string, model: string): Error {
  return new Error(`the catalog has no way to ask ${model} for ${kind}`);
}
