/**
 * The author's manifest in normal form: shots and images in file order, ids as they are written, nothing resolved yet
 * (no defaults, profile, variables or takes). Says nothing about files, models or money.
 */
import type { Path, Place } from "../base/diagnostic.js";

/** A value where the author may point at a file, at another step, or at a pinned URL. */
export type Source =
  | string
  | { readonly from: string; readonly frame?: "first" | "last"; readonly index?: number }
  | { readonly url: string; readonly sha256: string };

/** A public copy of a clip, for a vendor that no longer has it. */
export interface PinnedCopy {
  readonly url: string;
  readonly sha256: string;
}

/** An element or a voice that the vendor keeps: one that the manifest makes, or one by the vendor's own id. */
export type Kept = { readonly from: string } | { readonly id: string };

/** What a prompt names as `@handle`, by handle. */
export type Handles<T> = Readonly<Record<string, T>>;

/** Fields that shape a clip; also what `defaults.video` and a profile's `override.video` may set. */
export interface VideoFields {
  readonly model?: string;
  readonly mode?: "std" | "pro" | "4k";
  readonly duration?: number;
  readonly aspect_ratio?: string;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  /** `original`: the sound of the video that is given. */
  readonly audio?: boolean | "original";
}

/** Fields that shape a still. */
export interface ImageFields {
  readonly model?: string;
  readonly aspect_ratio?: string;
  readonly resolution?: "1k" | "2k" | "4k";
  readonly negative_prompt?: string;
}

/** Notes for people; never in a key. */
export interface Remarks {
  readonly title?: string;
  readonly notes?: string;
  readonly tags?: readonly string[];
}

/** Which renderings of an entry are wanted. */
export interface Takes {
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
}

/** `extend:` of a shot's `steps`. */
export interface ExtendFields extends VideoFields, Takes {
  readonly prompt?: string;
  readonly via?: "native" | "omni" | "last_frame";
  readonly copy?: PinnedCopy;
}

/** `lip_sync:` of a shot's `steps`. */
export interface LipSyncFields extends Takes {
  readonly audio?: Source;
  readonly text?: string;
  readonly voice?: string;
  readonly voice_language?: "zh" | "en";
  readonly voice_speed?: number;
  readonly face?: number;
  readonly audio_start?: number;
  readonly audio_end?: number;
  readonly at?: number;
  readonly volume?: number;
  readonly original_volume?: number;
  readonly copy?: PinnedCopy;
}

/** `video_to_audio:` of a shot's `steps`. */
export interface VideoToAudioFields extends Takes {
  readonly sound_effect_prompt?: string;
  readonly bgm_prompt?: string;
  readonly asmr_mode?: boolean;
  readonly copy?: PinnedCopy;
}

/** One refinement of a shot: exactly one member is present. */
export interface ShotStep {
  readonly extend?: ExtendFields;
  readonly lip_sync?: LipSyncFields;
  readonly video_to_audio?: VideoToAudioFields;
}

/** One cut of a clip; whole seconds. */
export interface CutFields {
  readonly seconds: number;
  readonly prompt: string;
}

/** A move of the camera, on older models. */
export interface CameraFields {
  readonly type: "simple" | "down_back" | "forward_up" | "right_turn_forward" | "left_turn_forward";
  readonly config?: {
    readonly horizontal?: number;
    readonly vertical?: number;
    readonly pan?: number;
    readonly tilt?: number;
    readonly roll?: number;
    readonly zoom?: number;
  };
}

/** A part of the picture that moves along a path. */
export interface MaskFields {
  readonly mask: Source;
  readonly trajectories: readonly { readonly x: number; readonly y: number }[];
}

/** One piece of film. */
export interface Shot extends VideoFields, Remarks, Takes {
  readonly id: string;
  readonly prompt?: string;
  readonly image?: Source;
  readonly end_image?: Source;
  readonly cuts?: readonly CutFields[];
  readonly refer_images?: Handles<Source>;
  readonly feature_video?: Source;
  readonly base_video?: Source;
  readonly elements?: Handles<Kept>;
  readonly voices?: Handles<Kept>;
  readonly motion_video?: Source;
  readonly character_orientation?: "image" | "video";
  readonly images?: readonly Source[];
  readonly avatar?: { readonly audio: Source };
  readonly effect?: { readonly scene: string; readonly images: readonly Source[] };
  readonly camera_control?: CameraFields;
  readonly static_mask?: Source;
  readonly dynamic_masks?: readonly MaskFields[];
  readonly steps?: readonly ShotStep[];
}

/** A still for use by shots: by `prompt`, `try_on`, `subjects` or `expand`. */
export interface Still extends ImageFields, Remarks, Takes {
  readonly id: string;
  readonly prompt?: string;
  readonly image?: Source;
  readonly image_reference?: "subject" | "face";
  readonly image_fidelity?: number;
  readonly human_fidelity?: number;
  readonly refer_images?: Handles<Source>;
  readonly elements?: Handles<Kept>;
  readonly series?: number;
  readonly subjects?: readonly Source[];
  readonly scene?: Source;
  readonly style?: Source;
  readonly expand?: {
    readonly image: Source;
    readonly up?: number;
    readonly down?: number;
    readonly left?: number;
    readonly right?: number;
  };
  readonly try_on?: { readonly human: Source; readonly cloth: Source; readonly model?: string };
}

/** A sound made from words. */
export interface Sound extends Remarks, Takes {
  readonly id: string;
  readonly prompt: string;
  /** Seconds. */
  readonly duration?: number;
}

/** A voice that the vendor learns from a sample and keeps. */
export interface VoiceEntry extends Remarks, Takes {
  readonly id: string;
  readonly sample: Source;
}

/** A person or thing that the vendor keeps. */
export interface ElementEntry extends Remarks, Takes {
  readonly id: string;
  readonly description: string;
  readonly image?: Source;
  readonly refer_images?: readonly Source[];
  readonly video?: Source;
  readonly voice?: Kept;
  readonly element_tags?: readonly string[];
}

/** Fields by what they apply to. */
export interface FieldSet {
  readonly video?: VideoFields;
  readonly image?: ImageFields;
}

/** A named variation of the whole manifest. */
export interface Profile {
  readonly id: string;
  readonly provider?: string;
  /** Beaten by the shots' own fields. */
  readonly defaults?: FieldSet;
  /** Beats the shots' own fields. */
  readonly override?: FieldSet;
  readonly vars?: Readonly<Record<string, string>>;
}

/** A price of the project's own. Exactly one amount; absent conditions fit everything. */
export interface CatalogPrice {
  readonly model: string;
  readonly mode?: "std" | "pro" | "4k";
  readonly audio?: boolean;
  readonly scene?: string;
  readonly voices?: boolean;
  readonly input?: "text" | "image" | "images" | "video" | "motion";
  readonly resolution?: "1k" | "2k" | "4k";
  /** Clip length that the price is for. */
  readonly seconds?: number;
  readonly usd_per_second?: number;
  readonly usd_per_clip?: number;
  readonly usd_per_image?: number;
  readonly units_per_second?: number;
  readonly units_per_clip?: number;
  readonly units_per_image?: number;
  /** `YYYY-MM-DD`. */
  readonly as_of?: string;
}

/** What a project adds to the catalog. */
export interface CatalogAdditions {
  /** Models that behave like a known one under another name. */
  readonly models?: readonly {
    readonly id: string;
    readonly like: string;
    readonly wire_name?: string;
    readonly label?: string;
    readonly durations?: readonly number[];
  }[];
  readonly prices?: readonly CatalogPrice[];
  /** US dollars that one unit costs this account. */
  readonly unit_usd?: { readonly video?: number; readonly image?: number };
}

/** The whole manifest. */
export interface Manifest {
  readonly version: 1;
  readonly project: string;
  /** `sandbox` when the author does not say. */
  readonly provider: string;
  readonly profile?: string;
  /** Values as text, in file order, not yet expanded. */
  readonly vars: Readonly<Record<string, string>>;
  readonly defaults: FieldSet;
  readonly profiles: readonly Profile[];
  readonly images: readonly Still[];
  readonly sounds: readonly Sound[];
  readonly voices: readonly VoiceEntry[];
  readonly elements: readonly ElementEntry[];
  readonly shots: readonly Shot[];
  readonly limits: {
    readonly concurrency?: number;
    readonly poll_seconds?: number;
    readonly downloads?: number;
  };
  /** US dollars over the whole life of the project. */
  readonly budget: { readonly usd?: number };
  readonly approval: {
    readonly tiers?: readonly ("standard" | "pro" | "master")[];
    readonly above_usd?: number;
    /** The most further attempts after a failure, whatever flags wish for. */
    readonly retries?: number;
  };
  readonly outputs: { readonly path?: string; readonly image_path?: string; readonly sound_path?: string };
  readonly catalog: CatalogAdditions;
}

/** Turns paths into places in the text; made once per manifest text, and does its work only when asked. */
export type Locate = (path: Path, on?: "key" | "value") => Place | undefined;
