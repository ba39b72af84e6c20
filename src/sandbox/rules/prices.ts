/**
 * The sandbox's own price list, in thousandths of a unit so that sums stay exact. It says what the vendor would
 * charge, by the vendor's list of 2026-09-20; nothing is charged. It knows no request: the rules name the case.
 * The client has a price list of its own; the two are kept apart on purpose, so that a mistake in one shows.
 */

import type { Resolution } from "./order.js";

/** Per second of video, in thousandths of a video unit: 720p, 1080p, 4k. */
type Row = readonly [hd: number, fullHd: number, uhd: number];

const PER_SECOND = {
  "kling-3.0-turbo": [800, 1000, 0],
  "kling-3.0": [600, 800, 3000],
  "kling-3.0 native": [900, 1200, 3000],
  "kling-3.0-omni": [600, 800, 3000],
  "kling-3.0-omni native": [800, 1000, 3000],
  "kling-3.0-omni video": [900, 1200, 3000],
  "kling-o1": [600, 800, 0],
  "kling-o1 video": [900, 1200, 0],
  "kling-3.0 motion": [900, 1200, 0],
  "kling-2.6": [300, 500, 0],
  "kling-2.6 native": [0, 1000, 0],
  "kling-2.6 voice": [0, 1200, 0],
  "kling-2.6 motion": [500, 800, 0],
  "kling-2.5-turbo": [300, 500, 0],
  avatar: [400, 800, 0],
} as const satisfies Readonly<Record<string, Row>>;

/** A line of the price list: a model, and what makes it dearer. */
export type PriceCase = keyof typeof PER_SECOND;

/** Price of a clip in thousandths of a video unit; linear in its seconds, rounded to the nearest whole one. */
export function clipMilliUnits(price: PriceCase, resolution: Resolution, seconds: number): number {
  const row: Row = PER_SECOND[price];
  return row[resolution === "720p" ? 0 : resolution === "1080p" ? 1 : 2] * Math.round(seconds);
}

/** Per five seconds of the names that are presumed retired, in thousandths of a video unit: std, pro. */
export const RETIRED_PER_FIVE_SECONDS: Readonly<Record<string, readonly [std: number, pro: number]>> = {
  "kling-v1-5": [2000, 3500],
  "kling-v1-6": [2000, 3500],
  "kling-v2-master": [10_000, 10_000],
  "kling-v2-1": [2000, 3500],
  "kling-v2-1-master": [10_000, 10_000],
};

/** Per extension of five seconds, in thousandths of a video unit, by the model that made the clip: std, pro. */
export const EXTENSION_MILLI_UNITS: ReadonlyMap<string, readonly [std: number, pro: number]> = new Map([
  ["kling-v1-5", [2000, 3500]],
  ["kling-v1-6", [2000, 3500]],
]);

/** Per five seconds of a video from several images, which kling-v1-6 alone makes: std, pro. */
export const MULTI_IMAGE_PER_FIVE_SECONDS: readonly [std: number, pro: number] = [2000, 3500];

/** Per call of text to audio and of video to audio, in thousandths of a video unit. */
export const SOUND_MILLI_UNITS = 250;

/** An effect, in thousandths of a video unit. The vendor's prices differ by scene and are not known: this one is the sandbox's own. */
export const EFFECT_MILLI_UNITS = 2000;

/** Per call of text to speech, of face identification and of a custom voice, in thousandths of a video unit. */
export const CALL_MILLI_UNITS = 50;

/** Lip-sync of a clip, in thousandths of a video unit: half a unit for each five seconds that were begun. */
export function lipSyncMilliUnits(seconds: number): number {
  return 500 * Math.ceil(seconds / 5);
}

/** Per picture, in thousandths of an image unit. */
export const STILL_MILLI_UNITS = {
  "kling-v3": 8000,
  "kling-v2-1 from text": 4000,
  "kling-v2-1 from image": 8000,
  "multi-image": 16_000,
  "omni image": 8000,
  "omni image 4k": 16_000,
  expand: 8000,
  /** Sold at $0.07, which is twenty image units. */
  "try-on": 20_000,
} as const;

/** Thousandths of a unit as the vendor writes amounts: a decimal string without trailing zeros. */
export function unitText(milliUnits: number): string {
  const whole = Math.floor(milliUnits / 1000);
  const rest = String(milliUnits % 1000)
    .padStart(3, "0")
    .replace(/0+$/u, "");
  return rest === "" ? String(whole) : `${whole}.${rest}`;
}
