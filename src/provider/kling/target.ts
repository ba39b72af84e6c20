/**
 * What an action is sent to: its model or service, its endpoint, and what a create is made of.
 * Pure. Frames and single pictures are cut on this machine, so they have no target, and asking for one is a bug of ours.
 */
import { unreachable } from "../../base/guard.js";
import type {
  ImageModel,
  Model,
  MotionEndpoint,
  MultiImageEndpoint,
  ServiceModel,
  VideoEndpoint,
  VideoModel,
} from "../../catalog/model.js";
import type { ServiceKind } from "../../catalog/services.js";
import type {
  Action,
  Extend,
  ImageToVideo,
  LipSync,
  MakeImage,
  MotionControl,
  MultiImage,
  MultiImageToVideo,
  OmniImage,
  OmniVideo,
  TextToVideo,
  TryOn,
} from "../../graph/actions.js";
import type { LipSyncEndpoint } from "../../plan/estimate.js";
import type { ClientReference } from "../../plan/prior.js";
import type { ExactJson } from "../json.js";
import type { Address, SpeechPlan } from "../provider.js";
import type { Carried } from "./carried.js";

/** The catalog's look-ups that requests need. */
export interface Models {
  video(id: string): VideoModel | undefined;
  image(id: string): ImageModel | undefined;
  service(kind: ServiceKind): ServiceModel;
}

/** What a create is made of, beside its target. */
export interface Given {
  readonly reference: ClientReference;
  readonly carried: Carried;
  readonly speech?: SpeechPlan;
  /** Whom the vendor may tell of changes; absent: nobody. */
  readonly callback?: string;
}

/** A create. */
export interface CreateRequest {
  readonly method: "POST";
  readonly path: string;
  readonly body: Readonly<Record<string, ExactJson>>;
}

/** An action that a service carries out. */
export type ServiceAction = Extract<Action, { readonly kind: ServiceKind }>;

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
  | {
      readonly kind: "omni";
      readonly action: OmniVideo;
      readonly model: VideoModel;
      readonly endpoint: VideoEndpoint;
    }
  | {
      readonly kind: "motion";
      readonly action: MotionControl;
      readonly model: VideoModel;
      readonly endpoint: MotionEndpoint;
    }
  | {
      readonly kind: "multi_image_clip";
      readonly action: MultiImageToVideo;
      readonly model: VideoModel;
      readonly endpoint: MultiImageEndpoint;
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
  | { readonly kind: "omni_image"; readonly action: OmniImage; readonly model: ImageModel }
  | {
      readonly kind: "multi_image";
      readonly action: MultiImage;
      readonly model: ImageModel;
      readonly path: string;
    }
  | { readonly kind: "try_on"; readonly action: TryOn; readonly model: ImageModel }
  | { readonly kind: "service"; readonly action: ServiceAction; readonly path: string };

const NATIVE_EXTENSION_PATH = "/v1/videos/video-extend";
const LIP_SYNC_PATHS: Readonly<Record<LipSyncEndpoint, string>> = {
  advanced: "/v1/videos/advanced-lip-sync",
  old: "/v1/videos/lip-sync",
};

/** Products whose query pages do not say that they find tasks by reference. [kling-api 4.1] */
const NOT_KNOWN_BY_REFERENCE: ReadonlySet<string> = new Set([
  LIP_SYNC_PATHS.advanced,
  "/v1/images/kolors-virtual-try-on",
  "/v1/videos/omni-video",
  "/v1/videos/multi-image2video",
]);

/** Model and endpoint of an action. @throws Error for frames and for models that are unknown or cannot do it. */
export function targetOf(models: Models, action: Action, way: LipSyncEndpoint = "advanced"): Target {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return clipTarget(models, action, "image");
    case "omni_video": {
      const model = models.video(action.model);
      const endpoint = action.image === undefined ? model?.textToVideo : model?.imageToVideo;
      if (model === undefined || endpoint?.shape !== "omni") throw noRequest(action.kind, action.model);
      return { kind: "omni", action, model, endpoint };
    }
    case "motion_control": {
      const model = models.video(action.model);
      if (model?.motion === undefined) throw noRequest(action.kind, action.model);
      return { kind: "motion", action, model, endpoint: model.motion };
    }
    case "multi_image_to_video": {
      const model = models.video(action.model);
      if (model?.multiImage === undefined) throw noRequest(action.kind, action.model);
      return { kind: "multi_image_clip", action, model, endpoint: model.multiImage };
    }
    case "extend":
      return extendTarget(models, action);
    case "lip_sync":
      return { kind: "lip_sync", action, way };
    case "image":
      return { kind: "image", action, model: stillModel(models, action, "generate") };
    case "omni_image":
      return { kind: "omni_image", action, model: stillModel(models, action, "omni") };
    case "multi_image": {
      const model = models.image(action.model);
      if (model?.multiImage === undefined) throw noRequest(action.kind, action.model);
      return { kind: "multi_image", action, model, path: model.multiImage.path };
    }
    case "try_on":
      return { kind: "try_on", action, model: stillModel(models, action, "try_on") };
    case "avatar":
    case "effect":
    case "video_to_audio":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
      return { kind: "service", action, path: models.service(action.kind).path };
    case "frame":
    case "picture":
      throw new Error(`no request is made for the action ${action.kind}`);
    default:
      return unreachable(action);
  }
}

function stillModel(
  models: Models,
  action: { readonly kind: string; readonly model: string },
  does: ImageModel["does"],
): ImageModel {
  const model = models.image(action.model);
  if (model?.does !== does) throw noRequest(action.kind, action.model);
  return model;
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
    case "omni":
    case "motion":
    case "multi_image_clip":
    case "continuation":
      return { dialect: target.model.dialect, product: target.endpoint.path };
    case "native_extension":
      return { dialect: "legacy", product: NATIVE_EXTENSION_PATH };
    case "lip_sync":
      return { dialect: "legacy", product: LIP_SYNC_PATHS[target.way] };
    case "image":
    case "omni_image":
    case "try_on":
      return { dialect: target.model.dialect, product: target.model.path };
    case "multi_image":
    case "service":
      return { dialect: "legacy", product: target.path };
    default:
      return unreachable(target);
  }
}

/** Whether the creates of a product can carry a reference: two of `/v1` have no field for one, and gateways have none at all. */
export function takesReference({ dialect, product }: Address): boolean {
  return dialect !== "unified" && product !== NATIVE_EXTENSION_PATH && product !== LIP_SYNC_PATHS.old;
}

/** Whether a product's own query is known to find tasks by reference. */
export function queriesByReference(product: string): boolean {
  return !NOT_KNOWN_BY_REFERENCE.has(product);
}

/** The model of a target, where the request names one. */
export function modelOf(target: Target): Model | undefined {
  return "model" in target ? target.model : undefined;
}

function noRequest(kind: string, model: string): Error {
  return new Error(`the catalog has no way to ask ${model} for ${kind}`);
}
