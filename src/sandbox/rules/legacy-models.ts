/**
 * The video models that `/v1/videos/text2video` and `/image2video` know by name, as a table: current names, names that
 * are presumed retired and answer only on request, and the one that is known to be discontinued. Data only.
 * Capabilities of retired names come from the vendor's capability map of January 2026.
 */

import type { NewEndpoint } from "./new-models.js";
import type { Resolution } from "./order.js";

/** When a feature may be used: never, only in mode pro, or always. */
export type When = "no" | "pro" | "yes";

/** One legacy model name. */
export interface LegacyModel {
  readonly name: string;
  /** The same model in the new generation, where it lives on. */
  readonly current: NewEndpoint["model"] | undefined;
  readonly textToVideo: boolean;
  readonly imageToVideo: boolean;
  /** Frame size by mode; a model that takes no mode has the one key "". */
  readonly modes: Readonly<Record<string, Resolution>>;
  readonly seconds: readonly string[];
  readonly sound: When;
  readonly lastFrame: When;
  /** Whether an end frame may come without a start frame. */
  readonly lastFrameAlone: boolean;
  readonly cfgScale: boolean;
  readonly multiShot: boolean;
  readonly elements: number;
  readonly voices: number;
  /** Camera control of type simple, and the motion brush, on image to video, mode pro, 5 s. */
  readonly cameraAndBrush: boolean;
}

const TWO_MODES: Readonly<Record<string, Resolution>> = { std: "720p", pro: "1080p" };
const FIVE_OR_TEN: readonly string[] = ["5", "10"];

const PLAIN: Omit<LegacyModel, "name"> = {
  current: undefined,
  textToVideo: true,
  imageToVideo: true,
  modes: TWO_MODES,
  seconds: FIVE_OR_TEN,
  sound: "no",
  lastFrame: "no",
  lastFrameAlone: false,
  cfgScale: false,
  multiShot: false,
  elements: 0,
  voices: 0,
  cameraAndBrush: false,
};

/** Names that answer. */
export const CURRENT_LEGACY_MODELS: readonly LegacyModel[] = [
  {
    ...PLAIN,
    name: "kling-v3",
    current: "kling-3.0",
    modes: { ...TWO_MODES, "4k": "4k" },
    seconds: Array.from({ length: 13 }, (_, i) => String(i + 3)),
    sound: "yes",
    lastFrame: "yes",
    multiShot: true,
    elements: 3,
    // Integrators tell of voices here; the vendor's capability map and price list know of none.
    voices: 0,
  },
  { ...PLAIN, name: "kling-v2-6", current: "kling-2.6", sound: "pro", lastFrame: "pro", voices: 2 },
  { ...PLAIN, name: "kling-v2-5-turbo", current: "kling-2.5-turbo", lastFrame: "pro" },
];

/** Names that are absent from the vendor's pages of September 2026; a sandbox can be told to refuse them. */
export const RETIRED_LEGACY_MODELS: readonly LegacyModel[] = [
  {
    ...PLAIN,
    name: "kling-v1-5",
    textToVideo: false,
    lastFrame: "pro",
    lastFrameAlone: true,
    cfgScale: true,
    cameraAndBrush: true,
  },
  { ...PLAIN, name: "kling-v1-6", lastFrame: "pro", lastFrameAlone: true, cfgScale: true },
  { ...PLAIN, name: "kling-v2-master", modes: { "": "720p" } },
  { ...PLAIN, name: "kling-v2-1", textToVideo: false, lastFrame: "pro" },
  { ...PLAIN, name: "kling-v2-1-master", modes: { "": "1080p" } },
];

/** The name that the vendor refused on 2026-09-20; also what a request without model_name means. */
export const DISCONTINUED_LEGACY_MODEL = "kling-v1";
