/**
 * The author's manifest in normal form: shots and images in file order, ids as they are written, nothing resolved yet
 * (no defaults, profile, variables or takes). Says nothing about files, models or money.
 */
import type { Path, Place } from "../base/diagnostic.js";

/** A value where the author may point at a file, at another step, or at a pinned URL. */
export type Source =
  | string
  | { readonly from: string; readonly frame?: "first" | "last" }
  | { readonly url: string; readonly sha256: string };

/** A public copy of a clip, for a vendor that no longer has it. */
export interface PinnedCopy {
  readonly url: string;
  readonly sha256: string;
}

/** Fields that shape a clip; also what `defaults.video` and a profile's `override.video` may set. */
export interface VideoFields {
  readonly model?: string;
  readonly mode?: "std" | "pro" | "4k";
  readonly duration?: number;
  readonly aspect_ratio?: string;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  readonly audio?: boolean;
}

/** Fields that shape a still. */
export interface ImageFields {
  readonly model?: string;
  readonly aspect_ratio?: string;
  readonly resolution?: "1k" | "2k";
  readonly negative_prompt?: string;
}

/** Notes for people; never in a key. */
export interface Remarks {
  readonly title?: string;
  readonly notes?: string;
  readonly tags?: readonly string[];
}

/** `extend:` of a shot's `steps`. */
export interface ExtendFields extends VideoFields {
  readonly prompt?: string;
  readonly via?: "native" | "omni" | "last_frame";
  readonly copy?: PinnedCopy;
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
}

/** `lip_sync:` of a shot's `steps`. */
export interface LipSyncFields {
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
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
}

/** One refinement of a shot: exactly one member is present. */
export interface ShotStep {
  readonly extend?: ExtendFields;
  readonly lip_sync?: LipSyncFields;
}

/** One piece of film. */
export interface Shot extends VideoFields, Remarks {
  readonly id: string;
  readonly prompt?: string;
  readonly image?: Source;
  readonly end_image?: Source;
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
  readonly steps?: readonly ShotStep[];
}

/** A still for use by shots: by `prompt`, or by `try_on`. */
export interface Still extends ImageFields, Remarks {
  readonly id: string;
  readonly prompt?: string;
  readonly image?: Source;
  readonly image_reference?: "subject" | "face";
  readonly image_fidelity?: number;
  readonly human_fidelity?: number;
  readonly try_on?: { readonly human: Source; readonly cloth: Source; readonly model?: string };
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
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
  readonly usd_per_second?: number;
  readonly usd_per_clip?: number;
  readonly usd_per_image?: number;
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
  readonly outputs: { readonly path?: string; readonly image_path?: string };
  readonly catalog: CatalogAdditions;
}

/** Turns paths into places in the text; made once per manifest text, and does its work only when asked. */
export type Locate = (path: Path, on?: "key" | "value") => Place | undefined;
