/**
 * The graph's words: actions (what is asked for, free of any route's wire form), inputs and steps.
 * Plain data: a step could be written as JSON. Field names follow the manifest; the wire is the provider's business.
 */
import type { Path } from "../base/diagnostic.js";
import type { Sha256 } from "../base/digest.js";
import { unreachable, type Brand } from "../base/guard.js";
import type { Mode } from "../catalog/model.js";

/** `shots.010.clip`, `shots.010.extend-2`, `images.mara`, `shots.030.clip@2`; minted in `expand.ts`. */
export type StepId = Brand<string, "StepId">;

/** The vendor and its resellers, or the embedded imitation; in the key. */
export type Realm = "kling" | "sandbox";

/** What a step consumes. Paths are relative to the project, with forward slashes. */
export type Input =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string; readonly sha256: Sha256 }
  | { readonly kind: "step"; readonly id: StepId };

/** Words to a clip. */
export interface TextToVideo {
  readonly kind: "text_to_video";
  readonly model: string;
  /** What a model of the project's own is in keys, where its local name means nothing; only keys read it. */
  readonly identity?: string;
  /** Absent for models that take none. */
  readonly mode?: Mode;
  /** Whole seconds. */
  readonly duration: number;
  readonly aspect_ratio: string;
  readonly prompt: string;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  /** Whether sound is asked for, on models that can choose. */
  readonly audio?: boolean;
}

/** A still (and words) to a clip; the image decides the aspect ratio. */
export interface ImageToVideo {
  readonly kind: "image_to_video";
  readonly model: string;
  readonly identity?: string;
  readonly mode?: Mode;
  readonly duration: number;
  readonly prompt?: string;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  readonly audio?: boolean;
  readonly image: Input;
  readonly end_image?: Input;
}

/** How a clip is made longer. */
export type ExtendVia = "native" | "omni" | "last_frame";

/** A public copy of the clip that a step works on. Says where the vendor can fetch it, so no key has it. */
export interface PinnedCopy {
  readonly url: string;
  readonly sha256: Sha256;
}

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

/** Words (and a reference) to a still. */
export interface MakeImage {
  readonly kind: "image";
  readonly model: string;
  readonly identity?: string;
  readonly prompt: string;
  readonly negative_prompt?: string;
  readonly aspect_ratio: string;
  readonly resolution: "1k" | "2k";
  readonly image?: Input;
  readonly image_reference?: "subject" | "face";
  readonly image_fidelity?: number;
  readonly human_fidelity?: number;
}

/** A person dressed in a garment. */
export interface TryOn {
  readonly kind: "try_on";
  readonly model: string;
  readonly identity?: string;
  readonly human: Input;
  readonly cloth: Input;
}

/** The first or last picture of a clip; made locally at no cost. */
export interface Frame {
  readonly kind: "frame";
  readonly which: "first" | "last";
  readonly source: Input;
}

/** What a step asks for. */
export type Action = TextToVideo | ImageToVideo | Extend | LipSync | MakeImage | TryOn | Frame;

/** A node of the graph: one action producing one artifact. */
export interface Step {
  readonly id: StepId;
  /** The shot or image of the manifest that it belongs to. */
  readonly owner: { readonly kind: "shot" | "image"; readonly id: string };
  /** Where its owner stands in the manifest, counted from 0, images before shots: the order of the film. */
  readonly place: number;
  /** `clip`, `extend`, `extend-2`, `lip_sync`, `image`, `last-frame`, ... */
  readonly name: string;
  readonly title?: string;
  readonly action: Action;
  readonly take: number;
  /** Another take than the one that dependents use. */
  readonly candidate: boolean;
  /** Whether the author named the way of an extend. */
  readonly viaAsked?: true;
  readonly hold: boolean;
  /** The steps whose artifacts it consumes, without repeats. */
  readonly needs: readonly StepId[];
  /** Where the artifact is placed, relative to the project; absent for frames. */
  readonly output?: string;
  /** Where it stands in the manifest. */
  readonly path: Path;
}

/** All steps of one profile, upstream before downstream, otherwise in film order. */
export interface Graph {
  readonly project: string;
  readonly profile: string;
  readonly realm: Realm;
  readonly steps: readonly Step[];
}

/** The inputs of an action by field name, in a fixed order. */
export function inputsOf(action: Action): readonly (readonly [field: string, input: Input])[] {
  switch (action.kind) {
    case "text_to_video":
      return [];
    case "image_to_video":
      return present(["image", action.image], ["end_image", action.end_image]);
    case "extend":
      return present(["source", action.source], ["frame", action.frame]);
    case "frame":
      return present(["source", action.source]);
    case "lip_sync":
      return present(["source", action.source], ["audio", action.audio]);
    case "image":
      return present(["image", action.image]);
    case "try_on":
      return present(["human", action.human], ["cloth", action.cloth]);
    default:
      return unreachable(action);
  }
}

function present(
  ...fields: readonly (readonly [string, Input | undefined])[]
): readonly (readonly [string, Input])[] {
  return fields.flatMap(([field, input]) => (input === undefined ? [] : [[field, input] as const]));
}
