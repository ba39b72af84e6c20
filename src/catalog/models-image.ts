/**
 * Image models: words to a still (`/v1/images/generations`) and a person dressed in a garment.
 * `kling-v3`, `kling-v3-omni` and `kling-v2-1` are also names of video models; look-ups are per kind.
 */
import type { Basis, ImageModel } from "./model.js";
import { official, perImage, usdPerImage, V1_IMAGE } from "./rows.js";

const GENERATE = {
  kind: "image",
  status: "current",
  dialect: "legacy",
  does: "generate",
  path: "/v1/images/generations",
  resolutions: ["1k", "2k"],
  aspectRatios: ["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"],
  promptMax: 2500,
  negativePrompt: true,
  image: V1_IMAGE,
  usualSeconds: 24,
  basis: official("image generation"),
} as const;

/** Pictures and elements together, whole series, and a shape of the model's own choice. */
const OMNI = {
  does: "omni",
  path: "/v1/images/omni-image",
  aspectRatios: [...GENERATE.aspectRatios, "auto"],
  negativePrompt: false,
  reference: "none",
  references: 10,
  elements: true,
  basis: official("omni image generation"),
} as const;

const TRY_ON_BASIS: Basis = {
  source: "third-party capture of the virtual try-on page",
  asOf: "2026-03-31",
  grade: "O*",
};

const TRY_ON = {
  kind: "image",
  status: "current",
  note: "runs on a 3.0 pipeline since 2026-09-15",
  dialect: "legacy",
  does: "try_on",
  path: "/v1/images/kolors-virtual-try-on",
  resolutions: [],
  aspectRatios: [],
  promptMax: 0,
  negativePrompt: false,
  reference: "none",
  image: V1_IMAGE,
  prices: [usdPerImage(0.07, { source: "third-party notes of prices", asOf: "2026-05-15", grade: "S" })],
  usualSeconds: 40,
  basis: TRY_ON_BASIS,
} as const;

/** Image models. */
export const IMAGE_MODELS: readonly ImageModel[] = [
  {
    ...GENERATE,
    id: "kling-v3",
    aliases: ["kling-3.0", "kling-3", "kling-v3-0"],
    label: "Kling Image 3.0",
    wireName: "kling-v3",
    reference: "plain",
    elements: true,
    prices: [perImage(8)],
  },
  {
    ...GENERATE,
    ...OMNI,
    id: "kling-v3-omni",
    aliases: ["kling-3.0-omni", "kling-3-omni", "kling-v3.0-omni"],
    label: "Kling Image 3.0 Omni",
    wireName: "kling-v3-omni",
    resolutions: ["1k", "2k", "4k"],
    series: { least: 2, most: 9 },
    prices: [perImage(16, { resolution: "4k" }), perImage(8)],
  },
  {
    ...GENERATE,
    ...OMNI,
    id: "kling-image-o1",
    aliases: [],
    label: "Kling Image O1",
    wireName: "kling-image-o1",
    prices: [perImage(8)],
  },
  {
    ...GENERATE,
    id: "kling-v2-1",
    aliases: ["kling-v2.1", "kling-2.1", "kling-2-1"],
    label: "Kling Image 2.1",
    wireName: "kling-v2-1",
    reference: "subject_or_face",
    multiImage: { path: "/v1/images/multi-image2image", subjects: 4 },
    prices: [
      perImage(4, { input: "text" }),
      perImage(8, { input: "image" }),
      perImage(16, { input: "images" }),
    ],
  },
  {
    ...TRY_ON,
    id: "kolors-virtual-try-on-v1",
    aliases: [],
    label: "Kolors Virtual Try-On 1",
    wireName: "kolors-virtual-try-on-v1",
  },
  {
    ...TRY_ON,
    id: "kolors-virtual-try-on-v1-5",
    aliases: ["kolors-virtual-try-on-v1.5"],
    label: "Kolors Virtual Try-On 1.5",
    wireName: "kolors-virtual-try-on-v1-5",
  },
];
