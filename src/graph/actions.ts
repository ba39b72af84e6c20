/**
 * What can be asked for, free of any route's wire form: one interface for each kind of action. Field names follow the
 * manifest. References are sorted by their handles, so that no order of the author's is an intent.
 */
import type { Mode } from "../catalog/model.js";
import type { Input, PinnedCopy, Reference } from "./input.js";

/** What a model of the project's own is in keys, where its local name means nothing; only keys read it. */
interface Identified {
  readonly model: string;
  readonly identity?: string;
}

/** One cut of a clip. */
export interface Cut {
  /** Whole seconds. */
  readonly seconds: number;
  readonly prompt: string;
}

/** The axes along which a camera can be moved. */
export const CAMERA_AXES = ["horizontal", "vertical", "pan", "tilt", "roll", "zoom"] as const;

/** A move of the camera, on older models. */
export interface CameraControl {
  readonly type: "simple" | "down_back" | "forward_up" | "right_turn_forward" | "left_turn_forward";
  /** For `simple` only; -10 to 10. */
  readonly config?: Readonly<Partial<Record<(typeof CAMERA_AXES)[number], number>>>;
}

/** A part of the picture that moves along a path. */
export interface DynamicMask {
  readonly mask: Input;
  /** Pixels from the bottom left. */
  readonly trajectories: readonly { readonly x: number; readonly y: number }[];
}

/** What clips that a model makes share. */
interface ClipFields extends Identified {
  /** Absent for models that take none. */
  readonly mode?: Mode;
  /** Whole seconds. */
  readonly duration: number;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  /** Whether sound is asked for, on models that can choose. */
  readonly audio?: boolean;
  /** Instead of a prompt. */
  readonly cuts?: readonly Cut[];
  readonly camera_control?: CameraControl;
}

/** Words to a clip. */
export interface TextToVideo extends ClipFields {
  readonly kind: "text_to_video";
  readonly aspect_ratio: string;
  /** Empty where there are cuts. */
  readonly prompt: string;
}

/** A still (and words) to a clip; the image decides the aspect ratio. */
export interface ImageToVideo extends ClipFields {
  readonly kind: "image_to_video";
  readonly prompt?: string;
  readonly image: Input;
  readonly end_image?: Input;
  readonly elements?: readonly Reference[];
  readonly voices?: readonly Reference[];
  readonly static_mask?: Input;
  readonly dynamic_masks?: readonly DynamicMask[];
}

/** A clip by an omni model, from references that the prompt names. */
export interface OmniVideo extends Identified {
  readonly kind: "omni_video";
  readonly mode?: Mode;
  /** Absent with a `base_video`, whose length the clip keeps. */
  readonly duration?: number;
  /** Absent where a frame or the `base_video` decides. */
  readonly aspect_ratio?: string;
  readonly prompt?: string;
  readonly cuts?: readonly Cut[];
  /** `original`: the sound of the video that is given. */
  readonly audio?: boolean | "original";
  readonly image?: Input;
  readonly end_image?: Input;
  readonly refer_images?: readonly Reference[];
  readonly feature_video?: Input;
  readonly base_video?: Input;
  readonly elements?: readonly Reference[];
}

/** A figure that takes over the motion of a clip. */
export interface MotionControl extends Identified {
  readonly kind: "motion_control";
  readonly mode?: Mode;
  readonly image: Input;
  readonly motion_video: Input;
  readonly character_orientation: "image" | "video";
  readonly prompt?: string;
  /** False drops the sound of the motion video, which is kept otherwise. */
  readonly audio?: false;
  readonly elements?: readonly Reference[];
}

/** A person on a picture made to speak. */
export interface Avatar {
  readonly kind: "avatar";
  readonly mode?: Mode;
  readonly image: Input;
  readonly audio: Input;
  readonly prompt?: string;
}

/** A ready-made effect of the vendor's. */
export interface Effect {
  readonly kind: "effect";
  readonly scene: string;
  /** One, or left and right. */
  readonly images: readonly Input[];
}

/** Several pictures brought together in a clip. */
export interface MultiImageToVideo extends Identified {
  readonly kind: "multi_image_to_video";
  readonly mode?: Mode;
  readonly duration: number;
  readonly aspect_ratio: string;
  readonly prompt: string;
  readonly negative_prompt?: string;
  readonly images: readonly Input[];
}

/** How a clip is made longer. */
export type ExtendVia = "native" | "omni" | "last_frame";

/** A clip made longer. */
export interface Extend {
  readonly kind: "extend";
  readonly via: ExtendVia;
  readonly source: Input;
  /** For `last_frame`: the picture that the continuation starts from, taken from the source. Follows from it, so no key has it. */
  readonly frame?: Input;
  readonly prompt?: string;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  /** The model that continues; absent for `native`, which inherits. */
  readonly model?: string;
  readonly identity?: string;
  readonly mode?: Mode;
  readonly duration?: number;
  readonly copy?: PinnedCopy;
}

/** A face in a clip made to speak. */
export interface LipSync {
  readonly kind: "lip_sync";
  readonly source: Input;
  /** Exactly one of `audio` and `text`. */
  readonly audio?: Input;
  readonly text?: string;
  readonly voice?: string;
  readonly voice_language?: string;
  readonly voice_speed?: number;
  /** Which face, counted from 1 in order of appearance. */
  readonly face?: number;
  /** Span of the sound that is used and where it starts in the clip, in seconds. */
  readonly audio_start?: number;
  readonly audio_end?: number;
  readonly at?: number;
  readonly volume?: number;
  readonly original_volume?: number;
  readonly copy?: PinnedCopy;
}

/** A clip given a sound track. */
export interface VideoToAudio {
  readonly kind: "video_to_audio";
  readonly source: Input;
  readonly sound_effect_prompt?: string;
  readonly bgm_prompt?: string;
  readonly asmr_mode?: boolean;
  readonly copy?: PinnedCopy;
}

/** What a picture measures. */
export type StillResolution = "1k" | "2k" | "4k";

/** Words (and a reference) to a still. */
export interface MakeImage extends Identified {
  readonly kind: "image";
  readonly prompt: string;
  readonly negative_prompt?: string;
  readonly aspect_ratio: string;
  readonly resolution: StillResolution;
  readonly image?: Input;
  readonly image_reference?: "subject" | "face";
  readonly image_fidelity?: number;
  readonly human_fidelity?: number;
  readonly elements?: readonly Reference[];
}

/** A still, or a series of stills that belong together, by an omni model, from references that the prompt names. */
export interface OmniImage extends Identified {
  readonly kind: "omni_image";
  readonly prompt: string;
  readonly aspect_ratio: string;
  readonly resolution: StillResolution;
  readonly refer_images?: readonly Reference[];
  readonly elements?: readonly Reference[];
  /** How many pictures; absent for a single one. */
  readonly series?: number;
}

/** Several subjects brought together in a still. */
export interface MultiImage extends Identified {
  readonly kind: "multi_image";
  readonly prompt?: string;
  readonly aspect_ratio: string;
  readonly subjects: readonly Input[];
  readonly scene?: Input;
  readonly style?: Input;
}

/** A picture painted on beyond its edges, in heights and widths of itself. */
export interface Expand {
  readonly kind: "expand";
  readonly image: Input;
  readonly up: number;
  readonly down: number;
  readonly left: number;
  readonly right: number;
  readonly prompt?: string;
}

/** A person dressed in a garment. */
export interface TryOn extends Identified {
  readonly kind: "try_on";
  readonly human: Input;
  readonly cloth: Input;
}

/** Words to a sound. */
export interface TextToAudio {
  readonly kind: "text_to_audio";
  readonly prompt: string;
  /** Seconds. */
  readonly duration: number;
}

/** A person or thing that the vendor keeps. */
export interface Element {
  readonly kind: "element";
  /** What it is called at the vendor; not part of what is asked for. */
  readonly name: string;
  readonly description: string;
  /** Either pictures or a video. */
  readonly image?: Input;
  readonly refer_images?: readonly Input[];
  readonly video?: Input;
  readonly voice?: Input;
  readonly tags?: readonly string[];
}

/** A voice that the vendor keeps. */
export interface Voice {
  readonly kind: "voice";
  /** What it is called at the vendor; not part of what is asked for. */
  readonly name: string;
  readonly sample: Input;
}

/** The first or last picture of a clip; made locally at no cost. */
export interface Frame {
  readonly kind: "frame";
  readonly which: "first" | "last";
  readonly source: Input;
}

/** One picture of a series; made locally at no cost. */
export interface Picture {
  readonly kind: "picture";
  /** Counted from 1. */
  readonly index: number;
  readonly source: Input;
}

/** What a step asks for. */
export type Action =
  | TextToVideo
  | ImageToVideo
  | OmniVideo
  | MotionControl
  | Avatar
  | Effect
  | MultiImageToVideo
  | Extend
  | LipSync
  | VideoToAudio
  | MakeImage
  | OmniImage
  | MultiImage
  | Expand
  | TryOn
  | TextToAudio
  | Element
  | Voice
  | Frame
  | Picture;

/** What a step gives: a clip, a still, several stills, a sound, or something that stays with the vendor. */
export type Product = "clip" | "still" | "series" | "sound" | "kept";

const PRODUCTS: Readonly<Record<Action["kind"], Product>> = {
  text_to_video: "clip",
  image_to_video: "clip",
  omni_video: "clip",
  motion_control: "clip",
  avatar: "clip",
  effect: "clip",
  multi_image_to_video: "clip",
  extend: "clip",
  lip_sync: "clip",
  video_to_audio: "clip",
  image: "still",
  omni_image: "still",
  multi_image: "still",
  expand: "still",
  try_on: "still",
  text_to_audio: "sound",
  element: "kept",
  voice: "kept",
  frame: "still",
  picture: "still",
};

/** What an action of a kind gives; undefined for a word that is no kind. A series is told by its member `series`. */
export function productOf(kind: Action["kind"], series?: unknown): Product;
export function productOf(kind: string, series?: unknown): Product | undefined;
export function productOf(kind: string, series?: unknown): Product | undefined {
  if (kind === "omni_image" && series !== undefined) return "series";
  return Object.hasOwn(PRODUCTS, kind) ? PRODUCTS[kind as Action["kind"]] : undefined;
}

/** Whether an action is done on this machine, by nobody else and at no cost. */
export function isLocal(action: Action): action is Frame | Picture {
  return action.kind === "frame" || action.kind === "picture";
}
