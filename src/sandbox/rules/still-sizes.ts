/**
 * Sizes of stills, in pixels. A named aspect ratio is kept exactly, at about one megapixel for 1k, four for 2k and nine
 * for 4k; the vendor's own pixel counts are not documented. It knows no product.
 */

import type { Size } from "./order.js";

const ONE_K = {
  "16:9": { width: 1344, height: 756 },
  "9:16": { width: 756, height: 1344 },
  "1:1": { width: 1024, height: 1024 },
  "4:3": { width: 1184, height: 888 },
  "3:4": { width: 888, height: 1184 },
  "3:2": { width: 1248, height: 832 },
  "2:3": { width: 832, height: 1248 },
  "21:9": { width: 1568, height: 672 },
} as const satisfies Readonly<Record<string, Size>>;

const SCALE = { "1k": 1, "2k": 2, "4k": 3 } as const;
const ONE_K_PIXELS = 1024 * 1024;

/** An aspect ratio that stills can be asked for. */
export type StillRatio = keyof typeof ONE_K;

/** How large a still is asked for. */
export type StillResolution = keyof typeof SCALE;

/** All of them, in the order of the vendor's pages. */
export const STILL_RATIOS: readonly StillRatio[] = [
  "16:9",
  "9:16",
  "1:1",
  "4:3",
  "3:4",
  "3:2",
  "2:3",
  "21:9",
];

/** Size of a named ratio. */
export function stillSize(ratio: StillRatio, resolution: StillResolution): Size {
  const { width, height } = ONE_K[ratio];
  return { width: width * SCALE[resolution], height: height * SCALE[resolution] };
}

/** Size in the proportions of a picture; square without one. */
export function stillSizeLike(picture: Size | undefined, resolution: StillResolution): Size {
  if (picture === undefined) return stillSize("1:1", resolution);
  const side = Math.sqrt((picture.width * picture.height) / ONE_K_PIXELS) / SCALE[resolution];
  return { width: Math.round(picture.width / side), height: Math.round(picture.height / side) };
}

/** The same proportions with no side longer than `longest`. */
export function within({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
