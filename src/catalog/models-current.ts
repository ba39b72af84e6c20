/**
 * The video models that the vendor documents today, spoken to at `/<product>/<model>`.
 * Every row carries where it was read and when. What these endpoints lack for good: negative prompts, cfg_scale, seeds.
 * `usualSeconds` is a first guess from few timed calls (28 to 83 s for 3 s clips) and the vendor's "1 to 5 minutes".
 */
import type { VideoEndpoint, VideoModel } from "./model.js";
import {
  CUTS,
  extracted,
  MOTION_SECONDS,
  NEW_IMAGE,
  official,
  OMNI_30_LIMITS,
  OMNI_O1_LIMITS,
  perSecond,
  seconds,
  VIDEO_RATIOS,
} from "./rows.js";

const MODES_TO_1080 = [
  { mode: "std", resolution: "720p" },
  { mode: "pro", resolution: "1080p" },
] as const;
const MODES_TO_4K = [...MODES_TO_1080, { mode: "4k", resolution: "4k" }] as const;

/** What no new endpoint has, and what most share. */
const TEXT = {
  shape: "text",
  aspectRatios: VIDEO_RATIOS,
  promptMax: 2500,
  negativePrompt: false,
  cfgScale: false,
} as const;
const IMAGE = { ...TEXT, shape: "image", aspectRatios: [], image: NEW_IMAGE } as const;
const LONG_PROMPT = { promptMax: 3072, promptAdvised: 2500 } as const;

const OMNI_30: Omit<VideoEndpoint, "aspectRatios"> = {
  path: "/omni-video/kling-3.0-omni",
  shape: "omni",
  durations: seconds(3, 15),
  ...LONG_PROMPT,
  negativePrompt: false,
  cfgScale: false,
  audio: "optional",
  referenceVideo: { minSeconds: 3, maxSeconds: 15.5, maxSide: 4553 },
  omni: OMNI_30_LIMITS,
  cuts: CUTS,
};

const OMNI_O1: Omit<VideoEndpoint, "aspectRatios"> = {
  path: "/omni-video/kling-o1",
  shape: "omni",
  durations: seconds(3, 10),
  promptMax: 2500,
  negativePrompt: false,
  cfgScale: false,
  audio: "none",
  referenceVideo: { minSeconds: 3, maxSeconds: 10, maxSide: 2160 },
  omni: OMNI_O1_LIMITS,
};

/** Motion control, at two of the models. */
const MOTION = {
  modes: ["std", "pro"],
  promptMax: 2500,
  image: NEW_IMAGE,
  seconds: MOTION_SECONDS,
} as const;

/** Current video models, cheapest first. */
export const CURRENT_VIDEO_MODELS: readonly VideoModel[] = [
  {
    kind: "video",
    id: "kling-2.5-turbo",
    aliases: ["kling-2.5", "kling-2-5-turbo", "kling-2-5"],
    label: "Kling 2.5 Turbo",
    status: "current",
    dialect: "new",
    wireName: "kling-2.5-turbo",
    modes: MODES_TO_1080,
    textToVideo: { ...TEXT, path: "/text-to-video/kling-2.5-turbo", durations: [5, 10], audio: "none" },
    imageToVideo: {
      ...IMAGE,
      path: "/image-to-video/kling-2.5-turbo",
      durations: [5, 10],
      audio: "none",
      endImage: { modes: ["pro"] },
    },
    extend: ["omni", "last_frame"],
    prices: perSecond({ std: 0.3, pro: 0.5 }),
    usualSeconds: 60,
    basis: extracted("2.5 Turbo pages"),
  },
  {
    kind: "video",
    id: "kling-2.6",
    aliases: ["kling-2-6"],
    label: "Kling 2.6",
    status: "current",
    note: "sound only at 1080p",
    dialect: "new",
    wireName: "kling-2.6",
    modes: MODES_TO_1080,
    textToVideo: {
      ...TEXT,
      path: "/text-to-video/kling-2.6",
      durations: [5, 10],
      audio: "optional",
      audioModes: ["pro"],
      basis: extracted("2.6 text to video"),
    },
    imageToVideo: {
      ...IMAGE,
      path: "/image-to-video/kling-2.6",
      durations: [5, 10],
      audio: "optional",
      audioModes: ["pro"],
      endImage: { modes: ["pro"], silentOnly: true },
      voices: 2,
    },
    motion: {
      ...MOTION,
      path: "/motion-control/kling-2.6",
      elements: 0,
      basis: extracted("2.6 motion control"),
    },
    extend: ["omni", "last_frame"],
    prices: [
      ...perSecond({ std: 0.5, pro: 0.8 }, { input: "motion" }),
      ...perSecond({ std: 0.3, pro: 0.5 }, { audio: false }),
      ...perSecond({ pro: 1.2 }, { audio: true, voices: true }),
      ...perSecond({ pro: 1.0 }, { audio: true }),
    ],
    usualSeconds: 90,
    basis: official("2.6 image to video"),
  },
  {
    kind: "video",
    id: "kling-o1",
    aliases: [],
    label: "Kling O1",
    status: "current",
    note: "works from reference pictures and videos; no sound",
    dialect: "new",
    wireName: "kling-o1",
    modes: MODES_TO_1080,
    textToVideo: { ...OMNI_O1, aspectRatios: VIDEO_RATIOS, sureDurations: [5, 10] },
    imageToVideo: {
      ...OMNI_O1,
      aspectRatios: [],
      loneFrameDurations: [5, 10],
      endImage: {},
      image: NEW_IMAGE,
    },
    extend: ["omni", "last_frame"],
    prices: [...perSecond({ std: 0.9, pro: 1.2 }, { input: "video" }), ...perSecond({ std: 0.6, pro: 0.8 })],
    usualSeconds: 120,
    basis: extracted("O1 omni video"),
  },
  {
    kind: "video",
    id: "kling-3.0",
    aliases: ["kling-3", "kling-3-0"],
    label: "Kling 3.0",
    status: "current",
    dialect: "new",
    wireName: "kling-3.0",
    modes: MODES_TO_4K,
    textToVideo: {
      ...TEXT,
      ...LONG_PROMPT,
      path: "/text-to-video/kling-3.0",
      durations: seconds(3, 15),
      audio: "optional",
      cuts: CUTS,
    },
    imageToVideo: {
      ...IMAGE,
      ...LONG_PROMPT,
      path: "/image-to-video/kling-3.0",
      durations: seconds(3, 15),
      audio: "optional",
      endImage: {},
      cuts: CUTS,
      elements: 3,
    },
    motion: {
      ...MOTION,
      path: "/motion-control/kling-3.0",
      elements: 1,
      basis: official("3.0 motion control"),
    },
    extend: ["omni", "last_frame"],
    prices: [
      ...perSecond({ std: 0.9, pro: 1.2 }, { input: "motion" }),
      ...perSecond({ std: 0.6, pro: 0.8, "4k": 3.0 }, { audio: false }),
      ...perSecond({ std: 0.9, pro: 1.2, "4k": 3.0 }, { audio: true }),
    ],
    usualSeconds: 120,
    basis: official("3.0 text and image to video"),
  },
  {
    kind: "video",
    id: "kling-3.0-omni",
    aliases: ["kling-3-omni", "kling-3-0-omni"],
    label: "Kling 3.0 Omni",
    status: "current",
    note: "works from reference pictures and videos; continues clips of any model",
    dialect: "new",
    wireName: "kling-3.0-omni",
    modes: MODES_TO_4K,
    textToVideo: { ...OMNI_30, aspectRatios: VIDEO_RATIOS },
    imageToVideo: { ...OMNI_30, aspectRatios: [], endImage: {}, image: NEW_IMAGE },
    extend: ["omni", "last_frame"],
    prices: [
      ...perSecond({ std: 0.9, pro: 1.2, "4k": 3.0 }, { audio: false, input: "video" }),
      ...perSecond({ std: 0.6, pro: 0.8, "4k": 3.0 }, { audio: false }),
      ...perSecond({ std: 0.8, pro: 1.0, "4k": 3.0 }, { audio: true }),
    ],
    usualSeconds: 130,
    basis: official("3.0 Omni video"),
  },
  {
    kind: "video",
    id: "kling-3.0-turbo",
    aliases: ["kling-3-turbo", "kling-3-0-turbo"],
    label: "Kling 3.0 Turbo",
    status: "current",
    note: "always makes a sound track",
    dialect: "new",
    wireName: "kling-3.0-turbo",
    modes: MODES_TO_1080,
    textToVideo: {
      ...TEXT,
      ...LONG_PROMPT,
      path: "/text-to-video/kling-3.0-turbo",
      durations: seconds(3, 15),
      audio: "always",
      cuts: { ...CUTS, always: true },
    },
    imageToVideo: {
      ...IMAGE,
      path: "/image-to-video/kling-3.0-turbo",
      durations: seconds(3, 15),
      audio: "always",
      cuts: { ...CUTS, always: true },
      basis: extracted("3.0 Turbo image to video"),
    },
    extend: ["omni", "last_frame"],
    prices: perSecond({ std: 0.8, pro: 1.0 }),
    usualSeconds: 45,
    basis: official("3.0 Turbo text to video"),
  },
];
