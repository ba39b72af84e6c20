/**
 * What a create request asks for once the rules have accepted it, the same for both API generations.
 * The life cycle, the bill and the slate are made from it and from nothing else of the request; it holds digests of
 * pictures and sounds, never their bytes, because it is stored with the task. Sizes are in pixels.
 */

import type { Complaints, Refusal } from "./fields.js";

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture in a request: sent along and therefore known, or named by an address that the sandbox does not fetch. */
export type SourcePicture =
  | {
      readonly kind: "inline";
      readonly format: "jpg" | "png";
      readonly size: Size;
      readonly sha256: string;
      /** The mark of the slate that it is, or is a frame of; undefined for any other picture. */
      readonly mark: string | undefined;
    }
  | {
      readonly kind: "url";
      readonly url: string;
      readonly size: Size | undefined;
      /** Which result of this sandbox it is; undefined for any other address. */
      readonly own?: string | undefined;
    };

/** The three frame sizes at which video is sold; the number is the shorter side, 4k being 2160. */
export type Resolution = "720p" | "1080p" | "4k";

/** One thing that is heard in a clip; times in milliseconds, `at` in the clip, `volume` 1 as it is. */
export type SoundLayer =
  /** The soft tone that stands for sound which a model makes itself; `seed` chooses the pitch. */
  | { readonly kind: "hum"; readonly seed: string; readonly seconds: number; readonly volume: number }
  /** A piece of a murmured text. */
  | ({ readonly kind: "speech"; readonly voice: Murmur } & Placement)
  /** A piece of the tune that stands for sound made from words; `seed` chooses the notes, `pace` how many there are. */
  | ({ readonly kind: "tune"; readonly tune: Tune } & Placement)
  /** A piece of a sound file, which is kept under its digest. */
  | ({ readonly kind: "file"; readonly sha256: string } & Placement);

/** A tune of the sandbox's own. */
export interface Tune {
  readonly seed: string;
  readonly pace: "effect" | "music";
  readonly seconds: number;
}

/** Which piece of a sound stands where in a clip. */
export interface Placement {
  readonly startMs: number;
  readonly endMs: number;
  readonly atMs: number;
  readonly volume: number;
}

/** A text as the sandbox speaks it. */
export interface Murmur {
  readonly text: string;
  readonly voiceId: string;
  readonly seconds: number;
  /** Set for a murmur that stands for a sound which is not fetched: its text is no words. */
  readonly unknown?: true;
}

/** The clip that a clip was made from; `id` is empty and `url` set for one that is not this sandbox's. */
export interface Parent {
  readonly id: string;
  readonly url: string;
  readonly seconds: number;
}

/** One shot of a clip that has several. */
export interface Cut {
  readonly seconds: number;
  readonly words: string;
}

/** A clip. */
export interface VideoOrder {
  readonly kind: "video";
  readonly product:
    | "text to video"
    | "image to video"
    | "omni video"
    | "motion control"
    | "multi-image video"
    | "avatar"
    | "effect"
    | "extend"
    | "lip-sync"
    | "video to audio";
  /** The name that was asked for. */
  readonly model: string;
  /** What concurrency is counted by: the same for the two names that one model has in the two generations. */
  readonly version: string;
  readonly resolution: Resolution;
  /** std, pro or 4k as the slate shows it. */
  readonly mode: string;
  readonly size: Size;
  readonly seconds: number;
  /** Empty for a silent clip. */
  readonly sound: readonly SoundLayer[];
  readonly prompt: string;
  /** What the slate says when that is not the prompt: of a continuation what its author wrote. */
  readonly headline?: string;
  /** What mischief is read from when that is not the prompt. */
  readonly heed?: string;
  /** What the slate's colour follows from when that is not the prompt: a continuation keeps that of its source. */
  readonly colour?: string;
  readonly parent?: Parent;
  /** The shots of a clip that is cut as its request says. */
  readonly cuts?: readonly Cut[];
  /** Lines for the slate about frames, references and the like. */
  readonly notes: readonly string[];
  /** Digests and addresses of everything that the request brought along. */
  readonly sources: readonly string[];
  /** Price in thousandths of a video unit. */
  readonly milliUnits: number;
}

/** A picture of a try-on, as a slate shows it. */
export interface WornPicture {
  readonly role: "garment" | "worn by" | "person";
  readonly name: string;
  readonly facts: string;
  /** Four hexadecimal digits: the mark of a result of this sandbox, else the first of its digest. */
  readonly sign: string;
}

/** One or more stills. */
export interface StillOrder {
  readonly kind: "still";
  readonly product: "image" | "omni image" | "multi-image" | "expand" | "try-on";
  readonly model: string;
  readonly version: string;
  readonly resolution: string;
  readonly size: Size;
  readonly count: number;
  /** Set when they belong together as a series. */
  readonly series?: true;
  readonly prompt: string;
  /** Where in an expanded picture the original is, as parts of its sides. */
  readonly window?: { readonly left: number; readonly top: number } & Size;
  /** Of a try-on, what is worn and by whom; the slate shows them in the place of the prompt. */
  readonly pictures?: readonly WornPicture[];
  readonly notes: readonly string[];
  readonly sources: readonly string[];
  /** Price of all of them, in thousandths of an image unit. */
  readonly milliUnits: number;
}

/** A spoken text, as a sound of its own; answered at once. */
export interface SpeechOrder {
  readonly kind: "speech";
  readonly voice: Murmur;
  readonly version: string;
  readonly prompt: string;
  readonly milliUnits: number;
}

/** A clip in which faces were looked for; answered at once. The task's id is the session. */
export interface FacesOrder {
  readonly kind: "faces";
  readonly clip: VideoOrder;
  readonly parent: Parent;
  /** What the clip is called on a slate. */
  readonly clipName: string;
  /** When each face is seen, in milliseconds. */
  readonly faces: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly version: string;
  readonly prompt: string;
  readonly heed?: string;
  readonly milliUnits: number;
}

/** A sound made from words, as MP3 and as WAV; with a clip, the sound for that clip and the clip with it. */
export interface SoundOrder {
  readonly kind: "sound";
  readonly tunes: readonly Tune[];
  readonly seconds: number;
  readonly clip?: VideoOrder;
  readonly version: string;
  readonly prompt: string;
  readonly heed?: string;
  readonly milliUnits: number;
}

/** An element: someone or something that later requests name by an id. `prompt` is its description. */
export interface ElementOrder {
  readonly kind: "element";
  readonly type: KeptElement["type"];
  readonly name: string;
  /** What its pictures were, the frontal one first; empty for an element from a video. */
  readonly pictures: readonly string[];
  /** The address of its video; empty for an element from pictures. */
  readonly videoUrl: string;
  /** Empty for none. */
  readonly voiceId: string;
  readonly tags: readonly string[];
  readonly version: string;
  readonly prompt: string;
  readonly milliUnits: number;
}

/** A voice that later requests name by an id. `prompt` is its name. */
export interface VoiceOrder {
  readonly kind: "voice";
  readonly name: string;
  /** What it was made from. */
  readonly source: string;
  readonly version: string;
  readonly prompt: string;
  readonly milliUnits: number;
}

/** An element or a voice is no longer wanted; answered at once. */
export interface DeletionOrder {
  readonly kind: "deletion";
  readonly what: "element" | "voice";
  /** The id of what is deleted. */
  readonly id: string;
  readonly version: string;
  readonly prompt: string;
  readonly milliUnits: number;
}

/** What a task renders. */
export type Order =
  | VideoOrder
  | StillOrder
  | SpeechOrder
  | FacesOrder
  | SoundOrder
  | ElementOrder
  | VoiceOrder
  | DeletionOrder;

/** A create request that the rules have accepted. */
export interface Accepted {
  readonly order: Order;
  /** The bytes of a sound that came with the request; the order names it by this digest. */
  readonly sound?: { readonly sha256: string; readonly bytes: Uint8Array } | undefined;
  readonly externalId: string | undefined;
  readonly watermark: boolean;
}

/** The outcome of checking a create request. */
export type Checked = ({ readonly ok: true } & Accepted) | { readonly ok: false; readonly refusal: Refusal };

/** One result of this sandbox that a request names. */
export interface OwnResult {
  readonly id: string;
  readonly order: Order;
  /** Four hexadecimal digits by which its slate is known. */
  readonly mark: string;
  readonly state: "ready" | "under way" | "failed" | "expired";
}

/** Something that is kept for the account under an id of its own, for as long as nobody deletes it. */
export interface Kept {
  readonly id: string;
  readonly name: string;
  readonly state: "ready" | "under way" | "failed" | "deleted";
  /** Kept by the vendor for everybody. */
  readonly preset: boolean;
}

/** An element. */
export interface KeptElement extends Kept {
  readonly type: "multi-image" | "video-character";
}

/** What is known of a sound file. */
export interface SoundFacts {
  readonly format: "mp3" | "wav" | "m4a" | "aac";
  readonly seconds: number;
}

/** What the rules may ask about the world they are applied in. */
export interface World {
  /** Whether names that are presumed retired still answer. */
  readonly retired: "refuse" | "accept";
  /** A result by its id. */
  resultById(id: string): OwnResult | undefined;
  /** A result by its address; `foreign` for another server's, `unreachable` for one that nobody could fetch. */
  resultAt(url: string): OwnResult | "foreign" | "unreachable";
  element(id: string): KeptElement | undefined;
  voice(id: string): Kept | undefined;
  /** Undefined for bytes that are not a sound of the four formats. */
  readSound(bytes: Uint8Array): Promise<SoundFacts | undefined>;
}

/** One thing that can be created: where, of which generation, and by which rules. */
export interface Product {
  /** `unified`: of a gateway's own shape, and of no generation of the vendor's. */
  readonly generation: "new" | "legacy" | "unified";
  readonly path: string;
  readonly productType: "video" | "image" | "try_on";
  /** Whether the create is answered with the result itself; such a product cannot be queried. */
  readonly atOnce?: true;
  /** Most tasks on a page of its list; 500 when absent. */
  readonly mostPerPage?: number;
  /** Only on servers with this kind of lip-sync; absent, on all. */
  readonly lipSync?: "advanced" | "old";
  check(body: Readonly<Record<string, unknown>>, world: World): Checked | Promise<Checked>;
}

/** The first complaint, or else what was understood. @throws when nothing was, and nobody complained: a bug. */
export function conclude(complaints: Complaints, understood: () => Accepted | undefined): Checked {
  const refusal = complaints.first();
  if (refusal !== undefined) return { ok: false, refusal };
  const accepted = understood();
  if (accepted === undefined) throw new Error("what could not be read left no complaint");
  return { ok: true, ...accepted };
}
