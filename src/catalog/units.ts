/**
 * What a unit lists at, what the small services beside the models cost in units, and what sound they take.
 * Packs discount the unit; a project says so under `catalog: unit_usd:`.
 */
import { milliUnits, usd, type Micros, type MilliUnits } from "../base/money.js";
import type { Basis, SoundLimits } from "./model.js";
import { extracted, official, IMAGE_PRICES, VIDEO_PRICES } from "./rows.js";

/** The two kinds of unit; their packs are separate. */
export type UnitKind = "video" | "image";

/** What one unit costs, and who says so. */
export interface UnitPrice {
  readonly usd: Micros;
  readonly basis: Basis;
}

/** List prices of one unit. */
export const LIST_UNIT_PRICES: Readonly<Record<UnitKind, UnitPrice>> = {
  video: { usd: usd(0.14), basis: VIDEO_PRICES },
  image: { usd: usd(0.0035), basis: IMAGE_PRICES },
};

/** A service that is charged in video units, whatever model made the clip. */
export interface ServicePrice {
  /** Per call, or per started span of `everySeconds`. */
  readonly units: MilliUnits;
  readonly everySeconds?: number;
  readonly basis: Basis;
}

/** Seconds that a native extension adds to its clip. [kling-api 4.4: adds 4-5 s] */
export const NATIVE_SECONDS = { low: 4, high: 5 } as const;

/** Lip-sync and the two synchronous calls before it. */
export const SERVICE_PRICES = {
  lip_sync: { units: milliUnits(500), everySeconds: 5, basis: VIDEO_PRICES },
  identify_face: { units: milliUnits(50), basis: extracted("video price list, face identification") },
  speech: { units: milliUnits(50), basis: VIDEO_PRICES },
} as const satisfies Readonly<Record<string, ServicePrice>>;

/** The sound that lip-sync takes: limits of the file that is sent, before it is cut to a span. */
export const LIP_SYNC_SOUND: SoundLimits = {
  formats: ["mp3", "wav", "m4a", "aac"],
  maxBytes: 5_000_000,
  minSeconds: 2,
  maxSeconds: 60,
  basis: official("lip-sync"),
};
