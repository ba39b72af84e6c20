/**
 * What the model tables are written with: sources, price rows and limits that many models share.
 * Holds no model and no price itself; numbers of units are written as the price list prints them (0.3).
 */
import { milliUnits, usd } from "../base/money.js";
import type { Basis, CutLimits, ImageLimits, Mode, OmniLimits, PriceRow } from "./model.js";

/** A page of the vendor's documentation as read on 2026-09-20. */
export function official(page: string): Basis {
  return { source: `Kling API documentation, ${page}`, asOf: "2026-09-20", grade: "O" };
}

/** The same, known through a third party's extract. */
export function extracted(page: string): Basis {
  return { source: `Kling API documentation, ${page}`, asOf: "2026-09-20", grade: "O*" };
}

/** The official video price list. */
export const VIDEO_PRICES = official("video price list");

/** The official image price list. */
export const IMAGE_PRICES = official("image price list");

/** An entry of the vendor's change log. */
export function changeLog(day: string): Basis {
  return { source: "Kling API change log", asOf: day, grade: "O" };
}

/** A third party's notes of former prices: the only source for models that left the price list. */
export const PRICE_NOTES: Basis = {
  source: "third-party notes of former prices",
  asOf: "2026-05-15",
  grade: "S",
};

/** The official capability map of January 2026, in a third party's copy. */
export const FORMER_MAP: Basis = {
  source: "Kling capability map of January 2026",
  asOf: "2026-01-31",
  grade: "O*",
};

/** Integrators' transcriptions of `/v1` video pages that have left the documentation. */
export const V1_TRANSCRIPTS: Basis = {
  source: "integrators' transcriptions of the /v1 video pages",
  asOf: "2026-05-16",
  grade: "S",
};

/** Conditions that rows of one group share. */
interface When {
  readonly audio?: boolean;
  readonly voices?: boolean;
  readonly input?: PriceRow["input"];
  readonly resolution?: PriceRow["resolution"];
}

/** Video units per second, by mode. */
export function perSecond(
  units: Partial<Record<Mode, number>>,
  when: When = {},
  basis: Basis = VIDEO_PRICES,
): readonly PriceRow[] {
  const shared = { per: "second", unit: "video", basis } as const;
  return byMode(units).flatMap(([mode, each]) => [{ ...shared, ...when, mode, units: milli(each) }]);
}

/** Video units of a 5 s clip and of a 10 s clip, by mode. */
export function perClip(
  units: Partial<Record<Mode, readonly [five: number, ten: number]>>,
  basis: Basis,
  when: When = {},
): readonly PriceRow[] {
  return byMode(units).flatMap(([mode, [five, ten]]) => [
    { mode, ...when, seconds: 5, per: "clip", unit: "video", units: milli(five), basis } as const,
    { mode, ...when, seconds: 10, per: "clip", unit: "video", units: milli(ten), basis } as const,
  ]);
}

/** Video units of a 5 s clip and of a 10 s clip of a model that takes no mode. */
export function perModelessClip(five: number, ten: number, basis: Basis): readonly PriceRow[] {
  return [
    { seconds: 5, per: "clip", unit: "video", units: milli(five), basis },
    { seconds: 10, per: "clip", unit: "video", units: milli(ten), basis },
  ];
}

/** Video units of one native extension (4 to 5 s), by the mode of the clip that is extended. */
export function perExtension(units: Partial<Record<Mode, number>>): readonly PriceRow[] {
  return byMode(units).map(([mode, each]) => ({
    mode,
    input: "video",
    per: "call",
    unit: "video",
    units: milli(each),
    basis: PRICE_NOTES,
  }));
}

/** Image units per picture. */
export function perImage(units: number, when: When = {}): PriceRow {
  return { ...when, per: "image", unit: "image", units: milli(units), basis: IMAGE_PRICES };
}

/** US dollars per picture, where no number of units is known. */
export function usdPerImage(dollars: number, basis: Basis): PriceRow {
  return { per: "image", unit: "image", usd: usd(dollars), basis };
}

/** Whole seconds from `first` to `last`, both included. */
export function seconds(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** What the video endpoints of both generations offer. */
export const VIDEO_RATIOS = ["16:9", "9:16", "1:1"] as const;

/** Image limits of the new endpoints. The vendor says MB; the smaller reading is used. */
export const NEW_IMAGE: ImageLimits = {
  formats: ["jpg", "png"],
  maxBytes: 50_000_000,
  minSide: 300,
  maxRatio: 2.5,
};

/** Cuts, as all models that make several have them. [kling-api 3.3, 4.2] */
export const CUTS: CutLimits = { most: 6, minSeconds: 1, promptMax: 512 };

/** The motion that can be taken over, by orientation of the figure. [kling-api 3.3] */
export const MOTION_SECONDS = { image: { min: 3, max: 10 }, video: { min: 3, max: 30 } } as const;

/** What the 3.0 omni model works from. [kling-api 3.3] */
export const OMNI_30_LIMITS: OmniLimits = {
  references: 7,
  referencesBesideVideo: 4,
  characters: { most: 3, referencesBeside: 4, mostBesideVideo: 1 },
  elementsBesideFrames: 3,
  framesBesideFeature: "both",
  keepsFeatureSound: false,
  cutsBesideFeature: true,
};

/** The same at `/v1`, which has a switch for the sound of a feature video, and chooses the cuts beside one. [kling-api 4.3] */
export const OMNI_V3_LIMITS: OmniLimits = {
  ...OMNI_30_LIMITS,
  keepsFeatureSound: true,
  cutsBesideFeature: false,
};

/** What the O1 model works from. [kling-api 3.3] */
export const OMNI_O1_LIMITS: OmniLimits = {
  references: 7,
  referencesBesideVideo: 4,
  elementsBesideFrames: 3,
  framesExcludeReferences: true,
  framesBesideFeature: "first",
  keepsFeatureSound: true,
  cutsBesideFeature: false,
};

/** Image limits of `/v1`. */
export const V1_IMAGE: ImageLimits = { ...NEW_IMAGE, maxBytes: 10_000_000 };

/**
 * How much a request should carry inline. No limit is documented: a third party's client, which was used for live
 * calls, stays below these.
 */
export const INLINE_ADVISED: { readonly image: number; readonly request: number; readonly basis: Basis } = {
  image: 20_000_000,
  request: 40_000_000,
  basis: { source: "a third party's client that was used for live calls", asOf: "2026-09-22", grade: "S" },
};

function byMode<T>(record: Partial<Record<Mode, T>>): readonly (readonly [Mode, T])[] {
  return Object.entries(record) as readonly (readonly [Mode, T])[];
}

/** A number of units as the price list prints it. */
export function milli(units: number) {
  return milliUnits(Math.round(units * 1000));
}
