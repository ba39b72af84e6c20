/**
 * What a create request asks for once the rules have accepted it, the same for both API generations.
 * The life cycle, the bill and the slate are made from it and from nothing else of the request; it holds digests of
 * pictures, never their bytes, because it is stored with the task. Sizes are in pixels.
 */

import type { Complaints, Refusal } from "./fields.js";

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture in a request: sent along and therefore known, or named by an address that the sandbox does not fetch. */
export type SourcePicture =
  | { readonly kind: "inline"; readonly format: "jpg" | "png"; readonly size: Size; readonly sha256: string }
  | { readonly kind: "url"; readonly url: string; readonly size: Size | undefined };

/** The three frame sizes at which video is sold; the number is the shorter side, 4k being 2160. */
export type Resolution = "720p" | "1080p" | "4k";

/** A clip. */
export interface VideoOrder {
  readonly kind: "video";
  readonly product: "text to video" | "image to video" | "omni video";
  /** The name that was asked for. */
  readonly model: string;
  /** What concurrency is counted by: the same for the two names that one model has in the two generations. */
  readonly version: string;
  readonly resolution: Resolution;
  /** std, pro or 4k as the slate shows it. */
  readonly mode: string;
  readonly size: Size;
  readonly seconds: number;
  readonly sound: boolean;
  readonly prompt: string;
  /** Lines for the slate about frames, references and the like. */
  readonly notes: readonly string[];
  /** Digests and addresses of everything that the request brought along. */
  readonly sources: readonly string[];
  /** Price in thousandths of a video unit. */
  readonly milliUnits: number;
}

/** One or more stills. */
export interface StillOrder {
  readonly kind: "still";
  readonly product: "image" | "try-on";
  readonly model: string;
  readonly version: string;
  readonly resolution: string;
  readonly size: Size;
  readonly count: number;
  readonly prompt: string;
  readonly notes: readonly string[];
  readonly sources: readonly string[];
  /** Price of all of them, in thousandths of an image unit. */
  readonly milliUnits: number;
}

/** What a task renders. */
export type Order = VideoOrder | StillOrder;

/** A create request that the rules have accepted. */
export interface Accepted {
  readonly order: Order;
  readonly externalId: string | undefined;
  readonly watermark: boolean;
}

/** The outcome of checking a create request. */
export type Checked = ({ readonly ok: true } & Accepted) | { readonly ok: false; readonly refusal: Refusal };

/** What the rules may ask about the world they are applied in. */
export interface World {
  /** Whether names that are presumed retired still answer. */
  readonly retired: "refuse" | "accept";
  /** The size of one of this sandbox's own results, by its address. */
  sizeOfResult(url: string): Size | undefined;
}

/** One thing that can be created: where, of which generation, and by which rules. */
export interface Product {
  readonly generation: "new" | "legacy";
  readonly path: string;
  readonly productType: "video" | "image" | "try_on";
  check(body: Readonly<Record<string, unknown>>, world: World): Checked;
}

/** The first complaint, or else what was understood. */
export function conclude(complaints: Complaints, understood: () => Accepted): Checked {
  const refusal = complaints.first();
  return refusal === undefined ? { ok: true, ...understood() } : { ok: false, refusal };
}
