/**
 * What a model is: what it can, what it costs, how it is reached. Types only; the rows stand in `models-*.ts`,
 * look-ups and project additions in `catalog.ts`. A fact carries its source, because the vendor changes without notice.
 */
import type { Micros, MilliUnits } from "../base/money.js";

/** The vendor's API generation that a model is spoken to in. */
export type Generation = "new" | "legacy";

/** The shape that a task is created and asked for in: one of the vendor's own, or the one of some gateways. */
export type Dialect = Generation | "unified";

/** What the manifest calls quality: 720p, 1080p, 4k on current models. */
export type Mode = "std" | "pro" | "4k";

/** What the picture measures. */
export type Resolution = "720p" | "1080p" | "4k";

/** How much care a yes wants. */
export type Tier = "standard" | "pro" | "master";

/** Whether a model still answers, as far as is known. */
export type ModelStatus = "current" | "superseded" | "presumed_retired" | "retired";

/** Evidence: stated officially, official through a third party, measured live, secondary, or given by the project. */
export type Grade = "O" | "O*" | "L" | "S" | "project";

/** Where a fact comes from and of which day it is. */
export interface Basis {
  readonly source: string;
  /** `YYYY-MM-DD`; `undated` where a project gives a price without a day. */
  readonly asOf: string;
  readonly grade: Grade;
}

/** One price; the first row of a model that fits a request counts. Absent conditions fit everything. */
export interface PriceRow {
  readonly mode?: Mode;
  readonly audio?: boolean;
  /** Whether voices of one's own speak. */
  readonly voices?: boolean;
  /** What the request works on: `images` are several subjects, `motion` is a clip whose motion is taken over. */
  readonly input?: "text" | "image" | "images" | "video" | "motion";
  readonly resolution?: Resolution | "1k" | "2k";
  /** Name of a ready-made effect. */
  readonly scene?: string;
  /** Clip length that a `clip` price is for, in seconds. */
  readonly seconds?: number;
  readonly per: "second" | "clip" | "image" | "call";
  readonly unit: "video" | "image";
  /** Units per `per`; absent where only money is known. */
  readonly units?: MilliUnits;
  /** Money per `per` where it is not simply units at list price (negotiated, or no unit known). */
  readonly usd?: Micros;
  readonly basis: Basis;
}

/** Limits of an image that a request carries. */
export interface ImageLimits {
  readonly formats: readonly ("jpg" | "png")[];
  readonly maxBytes: number;
  readonly minSide: number;
  /** Longer side over shorter side, at most. */
  readonly maxRatio: number;
  /** Pixels of a side, at most. */
  readonly maxSide?: number;
}

/** A format of sound that endpoints take. */
export type SoundFormat = "mp3" | "wav" | "m4a" | "aac";

/** Limits of a sound that a request carries. */
export interface SoundLimits {
  readonly formats: readonly SoundFormat[];
  readonly maxBytes: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly basis: Basis;
}

/** Limits of a clip that is made of several cuts. */
export interface CutLimits {
  readonly most: number;
  /** Of one cut, in whole seconds. */
  readonly minSeconds: number;
  /** Characters of one cut. */
  readonly promptMax: number;
  /** Whether a plain prompt that is written as a list of cuts makes cuts too, because no switch says otherwise. */
  readonly always?: true;
}

/** Limits of what an omni endpoint works from. An element is of several pictures, or of a video of a person. */
export interface OmniLimits {
  /** Pictures (frames are pictures) and elements of pictures together, without a video and beside one. */
  readonly references: number;
  readonly referencesBesideVideo: number;
  /** Elements of people from videos; absent: none are taken. With any, other references are fewer. */
  readonly characters?: {
    readonly most: number;
    readonly referencesBeside: number;
    /** Beside a video, and then without any picture. */
    readonly mostBesideVideo: number;
  };
  /** Elements at most where there is a first or last frame. */
  readonly elementsBesideFrames: number;
  /** Whether a first and a last frame together exclude all other references. */
  readonly framesExcludeReferences?: true;
  /** Frames that are taken beside a feature video. */
  readonly framesBesideFeature: "both" | "first";
  /** Whether the sound of a feature video can be kept. */
  readonly keepsFeatureSound: boolean;
  /** Whether a clip of several cuts can have a feature video. */
  readonly cutsBesideFeature: boolean;
}

/** Moves of the camera that an endpoint takes. */
export interface CameraLimits {
  readonly modes: readonly Mode[];
  readonly durations: readonly number[];
  readonly types: readonly string[];
}

/** Paths that parts of the first picture can take. */
export interface BrushLimits {
  readonly modes: readonly Mode[];
  readonly durations: readonly number[];
  readonly masks: number;
  readonly points: { readonly least: number; readonly most: number };
}

/** How a figure takes over the motion of a clip. */
export interface MotionEndpoint {
  readonly path: string;
  readonly modes: readonly Mode[];
  readonly promptMax: number;
  readonly elements: number;
  readonly image: ImageLimits;
  /** Length of the motion video by orientation, in seconds. */
  readonly seconds: Readonly<Record<"image" | "video", { readonly min: number; readonly max: number }>>;
  readonly basis: Basis;
}

/** How several pictures are brought together in a clip. */
export interface MultiImageEndpoint {
  readonly path: string;
  readonly images: number;
  readonly durations: readonly number[];
  readonly aspectRatios: readonly string[];
  readonly promptMax: number;
  readonly image: ImageLimits;
  readonly basis: Basis;
}

/** One way to ask a video model for a clip. */
export interface VideoEndpoint {
  /** URL path of the create call. */
  readonly path: string;
  /** How the body is shaped; the adapter has one builder per shape. */
  readonly shape: "text" | "image" | "omni";
  /** Clip lengths in whole seconds, ascending. */
  readonly durations: readonly number[];
  readonly aspectRatios: readonly string[];
  /** Lengths when a first frame is the only picture, where they are fewer. */
  readonly loneFrameDurations?: readonly number[];
  /** Lengths on which all official pages agree, where one page allows more. */
  readonly sureDurations?: readonly number[];
  /** Characters. */
  readonly promptMax: number;
  /** Characters that the vendor advises to stay below, where that is less than it takes. */
  readonly promptAdvised?: number;
  readonly negativePrompt: boolean;
  readonly cfgScale: boolean;
  /** `always`: a sound track is made and priced in, and cannot be switched off. */
  readonly audio: "none" | "optional" | "always";
  /** Modes in which sound can be had; absent: all of the model's. */
  readonly audioModes?: readonly Mode[];
  /** Whether an end frame is taken beside the first, in which modes, and whether only without sound. */
  readonly endImage?: { readonly modes?: readonly Mode[]; readonly silentOnly?: boolean };
  readonly image?: ImageLimits;
  /** The one video that can be given for reference; absent: none is taken. */
  readonly referenceVideo?: {
    readonly minSeconds: number;
    readonly maxSeconds: number;
    /** Pixels of a side. */
    readonly maxSide: number;
  };
  /** What is taken besides frames, on omni endpoints. */
  readonly omni?: OmniLimits;
  /** Whether a clip can have several cuts. */
  readonly cuts?: CutLimits;
  /** Elements beside a first frame, at most; absent: none. */
  readonly elements?: number;
  /** Voices of one's own, at most, and only with sound; absent: none. */
  readonly voices?: number;
  readonly camera?: CameraLimits;
  readonly brush?: BrushLimits;
  /** Where these rules come from, when not from the model's own source. */
  readonly basis?: Basis;
}

/** What everything that the catalog lists has. */
interface Listed {
  readonly id: string;
  /** Names that mean the same model; append-only. */
  readonly aliases: readonly string[];
  readonly label: string;
  readonly status: ModelStatus;
  /** Why the status is what it is, or what else to know. */
  readonly note?: string;
  /** A current model to use instead, for a retired one. */
  readonly instead?: string;
  /** For a project's own model: the built-in one that it behaves like. */
  readonly like?: string;
  /** For a project's own model: what it is in keys, where its local name means nothing: `<like>@<wire name>`. */
  readonly identity?: string;
  /** For a project's own model: names of the models that it is like or reaches; the dearest decides its tier. */
  readonly kin?: readonly string[];
  /** `model_name` on the wire (legacy), or the last segment of the path (new). */
  readonly wireName: string;
  readonly prices: readonly PriceRow[];
  /** Seconds that a 5 s clip or one result usually takes, before anything was learnt. */
  readonly usualSeconds: number;
  readonly basis: Basis;
}

/** A model that makes clips. */
export interface VideoModel extends Listed {
  readonly kind: "video";
  readonly dialect: Generation;
  /** Empty: the model takes no mode at all. */
  readonly modes: readonly { readonly mode: Mode; readonly resolution: Resolution }[];
  /** What a model without modes delivers. */
  readonly resolution?: Resolution;
  readonly textToVideo?: VideoEndpoint;
  readonly imageToVideo?: VideoEndpoint;
  readonly motion?: MotionEndpoint;
  readonly multiImage?: MultiImageEndpoint;
  /** How its clips can be made longer; first is preferred. */
  readonly extend: readonly ("native" | "omni" | "last_frame")[];
}

/** A model that makes stills. */
export interface ImageModel extends Listed {
  readonly kind: "image";
  readonly dialect: "legacy";
  /** `try_on` dresses a person; `generate` makes a picture from words; `omni` also from many references. */
  readonly does: "generate" | "try_on" | "omni";
  readonly path: string;
  readonly resolutions: readonly ("1k" | "2k" | "4k")[];
  readonly aspectRatios: readonly string[];
  readonly promptMax: number;
  readonly negativePrompt: boolean;
  /** Whether a reference image is taken, and whether as `subject` or `face` with fidelities. */
  readonly reference: "none" | "plain" | "subject_or_face";
  /** Pictures and elements together, at most, on omni models. */
  readonly references?: number;
  /** Whether elements are taken. */
  readonly elements?: true;
  /** How many pictures a series may have; absent: there are none. */
  readonly series?: { readonly least: number; readonly most: number };
  /** How several subjects are brought together; absent: not at all. */
  readonly multiImage?: { readonly path: string; readonly subjects: number };
  readonly image?: ImageLimits;
}

/** What the vendor does without a model of one's choice. */
export interface ServiceModel extends Listed {
  readonly kind: "service";
  readonly dialect: "legacy";
  readonly path: string;
  /** Empty: it takes no mode. */
  readonly modes: readonly { readonly mode: Mode; readonly resolution: Resolution }[];
  /** Characters of each text field that it takes. */
  readonly texts: Readonly<Record<string, number>>;
  readonly image?: ImageLimits;
  readonly sound?: SoundLimits;
  /** Of a video that it works on: its length in seconds, and what it measures where that is not free. */
  readonly video?: {
    readonly minSeconds: number;
    readonly maxSeconds: number;
    readonly resolution?: Resolution;
    readonly aspectRatios?: readonly string[];
  };
  /** Of what it makes, in seconds, with one decimal place at most. */
  readonly seconds?: { readonly least: number; readonly most: number };
  /** How many pictures it takes. */
  readonly pictures?: { readonly least: number; readonly most: number };
  /** Ready-made effects that are of two people, and take a picture of each. */
  readonly pairScenes?: readonly string[];
  /** How much can be added at each side, and how many times as large the whole may become. */
  readonly expansion?: { readonly side: number; readonly area: number };
  /** The tags that it knows. */
  readonly tags?: readonly string[];
}

/** Anything that the catalog lists. */
export type Model = VideoModel | ImageModel | ServiceModel;
