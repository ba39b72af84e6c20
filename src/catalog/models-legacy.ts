/**
 * Video models of `/v1`: the older names of current models, and the names that are dead or presumed dead.
 * Nobody documents these endpoints any more: the field lists are transcriptions, the former prices are secondary,
 * and only `kling-v1` has a recorded refusal. The image model `kling-v2-1` is another thing and alive.
 */
import type {
  BrushLimits,
  MotionEndpoint,
  PriceRow,
  Resolution,
  VideoEndpoint,
  VideoModel,
} from "./model.js";
import {
  changeLog,
  CUTS,
  FORMER_MAP,
  MOTION_SECONDS,
  OMNI_O1_LIMITS,
  OMNI_V3_LIMITS,
  perClip,
  perExtension,
  perModelessClip,
  perSecond,
  PRICE_NOTES,
  seconds,
  V1_IMAGE,
  V1_TRANSCRIPTS,
  VIDEO_RATIOS,
} from "./rows.js";

const MODES_TO_1080 = [
  { mode: "std", resolution: "720p" },
  { mode: "pro", resolution: "1080p" },
] as const;
const MODES_TO_4K = [...MODES_TO_1080, { mode: "4k", resolution: "4k" }] as const;

const TEXT: VideoEndpoint = {
  path: "/v1/videos/text2video",
  shape: "text",
  durations: [5, 10],
  aspectRatios: VIDEO_RATIOS,
  promptMax: 2500,
  negativePrompt: true,
  cfgScale: false,
  audio: "none",
};
const IMAGE: VideoEndpoint = {
  ...TEXT,
  path: "/v1/videos/image2video",
  shape: "image",
  aspectRatios: [],
  image: V1_IMAGE,
};
const OMNI: VideoEndpoint = {
  ...TEXT,
  path: "/v1/videos/omni-video",
  shape: "omni",
  negativePrompt: false,
};

/** Moves of the camera and of parts of the picture, on models that had them. [kling-api 8.3] */
const CAMERA_TYPES = ["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"];
const PRO_5: BrushLimits = {
  modes: ["pro"],
  durations: [5],
  masks: 6,
  points: { least: 2, most: 77 },
};
const MOTION: MotionEndpoint = {
  path: "/v1/videos/motion-control",
  modes: ["std", "pro"],
  promptMax: 2500,
  elements: 0,
  image: { ...V1_IMAGE, maxSide: 65_536 },
  seconds: MOTION_SECONDS,
  basis: V1_TRANSCRIPTS,
};

/** What the `/v1` name of a current model has in common with the others. */
function older(current: string) {
  return {
    kind: "video",
    status: "superseded",
    note: `the older name of ${current}; its pages have left the documentation`,
    instead: current,
    dialect: "legacy",
    extend: ["omni", "last_frame"],
    basis: V1_TRANSCRIPTS,
  } as const;
}

/** The `/v1` names of models that are current under another name. */
export const SUPERSEDED_VIDEO_MODELS: readonly VideoModel[] = [
  {
    ...older("kling-2.5-turbo"),
    id: "kling-v2-5-turbo",
    aliases: ["kling-v2.5-turbo", "kling-v2-5"],
    label: "Kling 2.5 Turbo (/v1)",
    wireName: "kling-v2-5-turbo",
    modes: MODES_TO_1080,
    textToVideo: TEXT,
    imageToVideo: { ...IMAGE, endImage: { modes: ["pro"] } },
    prices: [
      ...perClip({ std: [1.5, 3] }, changeLog("2025-11-11")),
      ...perClip({ pro: [2.5, 5] }, changeLog("2025-11-17")),
    ],
    usualSeconds: 60,
  },
  {
    ...older("kling-2.6"),
    id: "kling-v2-6",
    aliases: ["kling-v2.6"],
    label: "Kling 2.6 (/v1)",
    wireName: "kling-v2-6",
    modes: MODES_TO_1080,
    textToVideo: { ...TEXT, audio: "optional", audioModes: ["pro"] },
    imageToVideo: {
      ...IMAGE,
      audio: "optional",
      audioModes: ["pro"],
      endImage: { modes: ["pro"], silentOnly: true },
      voices: 2,
    },
    motion: MOTION,
    prices: [
      ...perSecond({ std: 0.5, pro: 0.8 }, { input: "motion" }),
      ...perClip({ std: [1.5, 3], pro: [2.5, 5] }, PRICE_NOTES, { audio: false }),
      ...perClip({ pro: [6, 12] }, changeLog("2025-12-16"), { audio: true, voices: true }),
      ...perClip({ pro: [5, 10] }, PRICE_NOTES, { audio: true }),
    ],
    usualSeconds: 90,
  },
  {
    ...older("kling-o1"),
    id: "kling-video-o1",
    aliases: [],
    label: "Kling O1 (/v1)",
    wireName: "kling-video-o1",
    modes: MODES_TO_1080,
    textToVideo: {
      ...OMNI,
      durations: seconds(3, 10),
      sureDurations: [5, 10],
      referenceVideo: { minSeconds: 3, maxSeconds: 10, maxSide: 2160 },
      omni: OMNI_O1_LIMITS,
    },
    imageToVideo: {
      ...OMNI,
      aspectRatios: [],
      durations: seconds(3, 10),
      loneFrameDurations: [5, 10],
      endImage: {},
      image: V1_IMAGE,
      referenceVideo: { minSeconds: 3, maxSeconds: 10, maxSide: 2160 },
      omni: OMNI_O1_LIMITS,
    },
    prices: [...perSecond({ std: 0.9, pro: 1.2 }, { input: "video" }), ...perSecond({ std: 0.6, pro: 0.8 })],
    usualSeconds: 120,
  },
  {
    ...older("kling-3.0"),
    id: "kling-v3",
    aliases: ["kling-v3-0", "kling-v3.0"],
    label: "Kling 3.0 (/v1)",
    wireName: "kling-v3",
    modes: MODES_TO_4K,
    textToVideo: { ...TEXT, durations: seconds(3, 15), audio: "optional", cuts: CUTS },
    imageToVideo: {
      ...IMAGE,
      durations: seconds(3, 15),
      audio: "optional",
      endImage: {},
      cuts: CUTS,
      elements: 3,
    },
    motion: { ...MOTION, elements: 1 },
    prices: [
      ...perSecond({ std: 0.9, pro: 1.2 }, { input: "motion" }),
      ...perSecond({ std: 0.6, pro: 0.8, "4k": 3.0 }, { audio: false }),
      ...perSecond({ std: 0.9, pro: 1.2, "4k": 3.0 }, { audio: true }),
    ],
    usualSeconds: 120,
  },
  {
    ...older("kling-3.0-omni"),
    id: "kling-v3-omni",
    aliases: ["kling-v3.0-omni"],
    label: "Kling 3.0 Omni (/v1)",
    wireName: "kling-v3-omni",
    modes: MODES_TO_4K,
    textToVideo: {
      ...OMNI,
      durations: seconds(3, 15),
      audio: "optional",
      referenceVideo: { minSeconds: 3, maxSeconds: 15, maxSide: 2160 },
      omni: OMNI_V3_LIMITS,
      cuts: CUTS,
    },
    imageToVideo: {
      ...OMNI,
      aspectRatios: [],
      durations: seconds(3, 15),
      audio: "optional",
      endImage: {},
      image: V1_IMAGE,
      referenceVideo: { minSeconds: 3, maxSeconds: 15, maxSide: 2160 },
      omni: OMNI_V3_LIMITS,
      cuts: CUTS,
    },
    prices: [
      ...perSecond({ std: 0.9, pro: 1.2, "4k": 3.0 }, { audio: false, input: "video" }),
      ...perSecond({ std: 0.6, pro: 0.8, "4k": 3.0 }, { audio: false }),
      ...perSecond({ std: 0.8, pro: 1.0, "4k": 3.0 }, { audio: true }),
    ],
    usualSeconds: 130,
  },
];

const FORMER = {
  kind: "video",
  status: "presumed_retired",
  note: "in neither the documentation nor the price list of September 2026",
  dialect: "legacy",
  basis: FORMER_MAP,
} as const;

/** A model of the 2.x masters: no mode, one resolution, 10 or 20 units. */
function master(id: string, aliases: readonly string[], label: string, resolution: Resolution): VideoModel {
  return {
    ...FORMER,
    id,
    aliases,
    label,
    instead: "kling-3.0",
    wireName: id,
    modes: [],
    resolution,
    textToVideo: TEXT,
    imageToVideo: IMAGE,
    extend: ["omni", "last_frame"],
    prices: perModelessClip(10, 20, PRICE_NOTES),
    usualSeconds: 180,
  };
}

const STD_2_PRO_35: readonly PriceRow[] = perClip({ std: [2, 4], pro: [3.5, 7] }, PRICE_NOTES);

/** Names that the vendor refuses or is presumed to refuse. */
export const RETIRED_VIDEO_MODELS: readonly VideoModel[] = [
  {
    ...FORMER,
    id: "kling-v1",
    aliases: ["kling-v1-0", "kling-v1.0", "kling-1.0"],
    label: "Kling 1.0",
    status: "retired",
    note: "answered on 2026-03-28, refused as discontinued on 2026-09-20",
    instead: "kling-2.5-turbo",
    wireName: "kling-v1",
    modes: [
      { mode: "std", resolution: "720p" },
      { mode: "pro", resolution: "720p" },
    ],
    textToVideo: {
      ...TEXT,
      cfgScale: true,
      camera: { modes: ["std"], durations: [5], types: CAMERA_TYPES },
    },
    imageToVideo: {
      ...IMAGE,
      cfgScale: true,
      endImage: {},
      brush: { ...PRO_5, modes: ["std", "pro"] },
    },
    extend: ["native", "omni", "last_frame"],
    prices: [...perExtension({ std: 1, pro: 3.5 }), ...perClip({ std: [1, 2], pro: [3.5, 7] }, PRICE_NOTES)],
    usualSeconds: 120,
    basis: {
      source: "a third party's record of live calls",
      asOf: "2026-09-20",
      grade: "L",
    },
  },
  {
    ...FORMER,
    id: "kling-v1-5",
    aliases: ["kling-v1.5", "kling-1.5", "kling-1-5"],
    label: "Kling 1.5",
    instead: "kling-2.5-turbo",
    wireName: "kling-v1-5",
    modes: MODES_TO_1080,
    imageToVideo: {
      ...IMAGE,
      cfgScale: true,
      endImage: { modes: ["pro"] },
      camera: { modes: ["pro"], durations: [5], types: ["simple"] },
      brush: PRO_5,
    },
    extend: ["native", "omni", "last_frame"],
    prices: [...perExtension({ std: 2, pro: 3.5 }), ...STD_2_PRO_35],
    usualSeconds: 120,
  },
  {
    ...FORMER,
    id: "kling-v1-6",
    aliases: ["kling-v1.6", "kling-1.6", "kling-1-6"],
    label: "Kling 1.6",
    instead: "kling-2.5-turbo",
    wireName: "kling-v1-6",
    modes: MODES_TO_1080,
    textToVideo: { ...TEXT, cfgScale: true },
    imageToVideo: { ...IMAGE, cfgScale: true, endImage: { modes: ["pro"] } },
    multiImage: {
      path: "/v1/videos/multi-image2video",
      images: 4,
      durations: [5, 10],
      aspectRatios: VIDEO_RATIOS,
      promptMax: 2500,
      image: V1_IMAGE,
      basis: { source: "captures of the former multi-image page", asOf: "2026-03-31", grade: "O*" },
    },
    extend: ["native", "omni", "last_frame"],
    prices: [...perExtension({ std: 2, pro: 3.5 }), ...STD_2_PRO_35],
    usualSeconds: 120,
  },
  master("kling-v2-master", ["kling-2.0-master", "kling-2-master"], "Kling 2.0 Master", "720p"),
  {
    ...FORMER,
    id: "kling-v2-1",
    aliases: ["kling-v2.1", "kling-2.1", "kling-2-1"],
    label: "Kling 2.1",
    instead: "kling-2.5-turbo",
    wireName: "kling-v2-1",
    modes: MODES_TO_1080,
    imageToVideo: { ...IMAGE, endImage: { modes: ["pro"] } },
    extend: ["omni", "last_frame"],
    prices: STD_2_PRO_35,
    usualSeconds: 120,
  },
  master(
    "kling-v2-1-master",
    ["kling-v2.1-master", "kling-2.1-master", "kling-2-1-master"],
    "Kling 2.1 Master",
    "1080p",
  ),
];
