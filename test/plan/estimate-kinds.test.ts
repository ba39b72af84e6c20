/** Every row of the price list, and every kind of step: what it is expected to cost, as a range where its length is open. */
import { describe, expect, test } from "vitest";
import type { Additions } from "../../src/catalog/additions.js";
import { createCatalog, type Catalog } from "../../src/catalog/catalog.js";
import type { Mode } from "../../src/catalog/model.js";
import type { Action, MotionControl, OmniVideo } from "../../src/graph/actions.js";
import type { Input } from "../../src/graph/input.js";
import type { SourceFacts } from "../../src/graph/rules-refine.js";
import { estimate, estimator, sum, type Estimate } from "../../src/plan/estimate.js";

const PICTURE: Input = { kind: "file", path: "refs/a.png" };
const CLIP: Input = { kind: "file", path: "refs/a.mp4" };
const SOUND: Input = { kind: "file", path: "vo/a.mp3" };
const REFERRED = [{ handle: "mara", input: PICTURE }];

function catalogOf(additions: Additions = {}): Catalog {
  const { value, diagnostics } = createCatalog(additions);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error("no catalog");
  return value;
}

/** `1.5 units $0.21 | 5 s × 0.3 units × $0.14`, or why there is no price. */
function shown(found: Estimate): string {
  if (found.kind !== "priced") return `${found.kind}: ${found.why}`;
  const span = (low: number, high: number) => (low === high ? `${low}` : `${low} to ${high}`);
  const units = found.units
    ? `${span(found.units.low / 1000, found.units.high / 1000)} ${found.unit} units `
    : "";
  return `${units}$${span(found.usd.low / 1e6, found.usd.high / 1e6)} | ${found.formula}`;
}

function priceOf(action: Action, source: SourceFacts = {}, additions: Additions = {}): string {
  return shown(estimate(action, catalogOf(additions), source));
}

type Product = "text-to-video" | "image-to-video" | "omni-video" | "motion-control";

// The vendor's video price list as read on 2026-09-20: units per second.
const PRICE_LIST: readonly (readonly [string, Product, Mode, string, number])[] = [
  ["kling-3.0-turbo", "text-to-video", "std", "native_audio_included", 0.8],
  ["kling-3.0-turbo", "text-to-video", "pro", "native_audio_included", 1],
  ["kling-3.0-turbo", "image-to-video", "std", "native_audio_included", 0.8],
  ["kling-3.0-turbo", "image-to-video", "pro", "native_audio_included", 1],
  ["kling-3.0", "text-to-video", "std", "silent", 0.6],
  ["kling-3.0", "text-to-video", "pro", "silent", 0.8],
  ["kling-3.0", "text-to-video", "4k", "silent", 3],
  ["kling-3.0", "text-to-video", "std", "native_audio", 0.9],
  ["kling-3.0", "text-to-video", "pro", "native_audio", 1.2],
  ["kling-3.0", "text-to-video", "4k", "native_audio", 3],
  ["kling-3.0", "image-to-video", "std", "silent", 0.6],
  ["kling-3.0", "image-to-video", "pro", "silent", 0.8],
  ["kling-3.0", "image-to-video", "4k", "silent", 3],
  ["kling-3.0", "image-to-video", "std", "native_audio", 0.9],
  ["kling-3.0", "image-to-video", "pro", "native_audio", 1.2],
  ["kling-3.0", "image-to-video", "4k", "native_audio", 3],
  ["kling-3.0", "motion-control", "std", "motion_control", 0.9],
  ["kling-3.0", "motion-control", "pro", "motion_control", 1.2],
  ["kling-3.0-omni", "omni-video", "std", "no_video_input_silent", 0.6],
  ["kling-3.0-omni", "omni-video", "pro", "no_video_input_silent", 0.8],
  ["kling-3.0-omni", "omni-video", "4k", "no_video_input_silent", 3],
  ["kling-3.0-omni", "omni-video", "std", "no_video_input_native_audio", 0.8],
  ["kling-3.0-omni", "omni-video", "pro", "no_video_input_native_audio", 1],
  ["kling-3.0-omni", "omni-video", "4k", "no_video_input_native_audio", 3],
  ["kling-3.0-omni", "omni-video", "std", "video_input_no_native_audio", 0.9],
  ["kling-3.0-omni", "omni-video", "pro", "video_input_no_native_audio", 1.2],
  ["kling-3.0-omni", "omni-video", "4k", "video_input_no_native_audio", 3],
  ["kling-o1", "omni-video", "std", "no_video_input", 0.6],
  ["kling-o1", "omni-video", "pro", "no_video_input", 0.8],
  ["kling-o1", "omni-video", "std", "video_input", 0.9],
  ["kling-o1", "omni-video", "pro", "video_input", 1.2],
  ["kling-2.6", "text-to-video", "std", "silent", 0.3],
  ["kling-2.6", "text-to-video", "pro", "silent", 0.5],
  ["kling-2.6", "text-to-video", "pro", "native_audio", 1],
  ["kling-2.6", "image-to-video", "std", "silent", 0.3],
  ["kling-2.6", "image-to-video", "pro", "silent", 0.5],
  ["kling-2.6", "image-to-video", "pro", "native_audio", 1],
  ["kling-2.6", "image-to-video", "pro", "native_audio_voice_control", 1.2],
  ["kling-2.6", "motion-control", "std", "motion_control", 0.5],
  ["kling-2.6", "motion-control", "pro", "motion_control", 0.8],
  ["kling-2.5-turbo", "text-to-video", "std", "silent", 0.3],
  ["kling-2.5-turbo", "text-to-video", "pro", "silent", 0.5],
  ["kling-2.5-turbo", "image-to-video", "std", "silent", 0.3],
  ["kling-2.5-turbo", "image-to-video", "pro", "silent", 0.5],
];

/** The action that a row of the list is the price of. */
function actionOf(model: string, product: Product, mode: Mode, what: string, duration: number): Action {
  const audio = what.includes("native_audio") && !what.includes("_no_") && !what.endsWith("included");
  const clip = { model, mode, duration, audio };
  switch (product) {
    case "text-to-video":
      return { kind: "text_to_video", ...clip, aspect_ratio: "16:9", prompt: "a boat" };
    case "image-to-video":
      return what.endsWith("voice_control")
        ? { kind: "image_to_video", ...clip, image: PICTURE, voices: REFERRED }
        : { kind: "image_to_video", ...clip, image: PICTURE };
    case "omni-video":
      return what.startsWith("video_input")
        ? { kind: "omni_video", ...clip, feature_video: CLIP }
        : { kind: "omni_video", ...clip, refer_images: REFERRED };
    case "motion-control":
      return { kind: "motion_control", model, mode, ...DANCE };
  }
}

const DANCE = { image: PICTURE, motion_video: CLIP, character_orientation: "video" } as const;

test.each(PRICE_LIST)("%s %s %s %s costs %d units a second", (model, product, mode, what, each) => {
  const catalog = catalogOf();
  for (const duration of [5, 10]) {
    const found = estimate(actionOf(model, product, mode, what, duration), catalog, { sourceSeconds: 5 });
    const units = Math.round(each * duration * 1000);
    const usd = Math.round(each * duration * 140_000);
    if (product === "motion-control") {
      // The motion lasts 5 s, of which 3 s must be usable.
      expect(found).toMatchObject({
        unit: "video",
        units: { low: Math.round(each * 3000), high: Math.round(each * 5000) },
      });
      continue;
    }
    expect(found).toMatchObject({
      kind: "priced",
      unit: "video",
      units: { low: units, high: units },
      usd: { low: usd, high: usd },
      basis: { asOf: "2026-09-20", grade: "O" },
    });
  }
});

const OMNI: OmniVideo = { kind: "omni_video", model: "kling-3.0-omni", mode: "std", duration: 5 };
const { duration: _duration, ...EDITING } = OMNI;
const EDIT: OmniVideo = { ...EDITING, base_video: CLIP };
const MOTION: MotionControl = { kind: "motion_control", model: "kling-2.6", mode: "std", ...DANCE };
const SPEAKING = { kind: "avatar", image: PICTURE, audio: SOUND } as const;
const MULTI = {
  kind: "multi_image_to_video",
  model: "kling-v1-6",
  aspect_ratio: "16:9",
  prompt: "both",
  images: [PICTURE, PICTURE],
} as const;
const STILL = { prompt: "a portrait", aspect_ratio: "3:4", resolution: "1k" } as const;
const SERIES = { kind: "omni_image", model: "kling-v3-omni", ...STILL } as const;

// What services and image models cost: the vendor's lists of 2026-09-20; of older models third-party notes of 2026-05-15.
test.each<[string, Action, SourceFacts, string]>([
  [
    "an avatar, 11.3 s of sound",
    { ...SPEAKING, mode: "std" },
    { soundSeconds: 11.3 },
    "4.4 video units $0.616 | 11 s × 0.4 units × $0.14",
  ],
  [
    "an avatar in pro, 10 s",
    { ...SPEAKING, mode: "pro" },
    { soundSeconds: 10 },
    "8 video units $1.12 | 10 s × 0.8 units × $0.14",
  ],
  [
    "a sound that ends between two seconds",
    SPEAKING,
    { soundSeconds: 7.46 },
    "2.8 to 3.2 video units $0.392 to 0.448 | 7 to 8 s × 0.4 units × $0.14",
  ],
  [
    "a sound of which nothing is known",
    SPEAKING,
    {},
    "0.8 to 120 video units $0.112 to 16.8 | 2 to 300 s × 0.4 units × $0.14",
  ],
  [
    "a sound",
    { kind: "text_to_audio", prompt: "waves", duration: 7.5 },
    {},
    "0.25 video units $0.035 | 1 call × 0.25 units × $0.14",
  ],
  [
    "a sound track",
    { kind: "video_to_audio", source: CLIP, sound_effect_prompt: "waves" },
    {},
    "0.25 video units $0.035 | 1 call × 0.25 units × $0.14",
  ],
  [
    "a voice",
    { kind: "voice", name: "mara", sample: SOUND },
    {},
    "0.05 video units $0.007 | 1 call × 0.05 units × $0.14",
  ],
  [
    "an element",
    { kind: "element", name: "mara", description: "a woman", image: PICTURE },
    {},
    "0 video units $0 | 1 call × 0 units × $0.14",
  ],
  [
    "a wider picture",
    { kind: "expand", image: PICTURE, up: 0, down: 0, left: 1, right: 0 },
    {},
    "8 image units $0.028 | 1 image × 8 units × $0.0035",
  ],
  [
    "a picture of several subjects",
    { kind: "multi_image", model: "kling-v2-1", aspect_ratio: "1:1", subjects: [PICTURE, PICTURE] },
    {},
    "16 image units $0.056 | 1 image × 16 units × $0.0035",
  ],
  ["an omni picture", SERIES, {}, "8 image units $0.028 | 1 image × 8 units × $0.0035"],
  [
    "an omni picture at 2k",
    { ...SERIES, resolution: "2k" },
    {},
    "8 image units $0.028 | 1 image × 8 units × $0.0035",
  ],
  [
    "an omni picture at 4k",
    { ...SERIES, resolution: "4k" },
    {},
    "16 image units $0.056 | 1 image × 16 units × $0.0035",
  ],
  [
    "an omni picture of O1",
    { ...SERIES, model: "kling-image-o1", refer_images: REFERRED },
    {},
    "8 image units $0.028 | 1 image × 8 units × $0.0035",
  ],
  ["a series of four", { ...SERIES, series: 4 }, {}, "32 image units $0.112 | 4 images × 8 units × $0.0035"],
  [
    "several pictures, 5 s",
    { ...MULTI, mode: "std", duration: 5 },
    {},
    "2 video units $0.28 | 1 clip × 2 units × $0.14",
  ],
  [
    "several pictures, 10 s",
    { ...MULTI, mode: "std", duration: 10 },
    {},
    "4 video units $0.56 | 1 clip × 4 units × $0.14",
  ],
  [
    "several pictures in pro, 5 s",
    { ...MULTI, mode: "pro", duration: 5 },
    {},
    "3.5 video units $0.49 | 1 clip × 3.5 units × $0.14",
  ],
  [
    "several pictures in pro, 10 s",
    { ...MULTI, mode: "pro", duration: 10 },
    {},
    "7 video units $0.98 | 1 clip × 7 units × $0.14",
  ],
  [
    "voices on the older 2.6, 10 s",
    {
      kind: "image_to_video",
      model: "kling-v2-6",
      mode: "pro",
      duration: 10,
      audio: true,
      image: PICTURE,
      voices: REFERRED,
    },
    {},
    "12 video units $1.68 | 1 clip × 12 units × $0.14",
  ],
  [
    "a figure in a clip of 8 s",
    MOTION,
    { sourceSeconds: 8.04 },
    "1.5 to 4 video units $0.21 to 0.56 | 3 to 8 s × 0.5 units × $0.14",
  ],
  [
    "a figure in a clip of 3 s",
    MOTION,
    { sourceSeconds: 3 },
    "1.5 video units $0.21 | 3 s × 0.5 units × $0.14",
  ],
  [
    "a figure as in a video of which nothing is known",
    MOTION,
    {},
    "1.5 to 15 video units $0.21 to 2.1 | 3 to 30 s × 0.5 units × $0.14",
  ],
  [
    "a figure as in the picture, in a video of which nothing is known",
    { ...MOTION, character_orientation: "image" },
    {},
    "1.5 to 5 video units $0.21 to 0.7 | 3 to 10 s × 0.5 units × $0.14",
  ],
  [
    "a figure as in the picture, which takes no more than 10 s of a longer clip",
    { ...MOTION, character_orientation: "image" },
    { sourceSeconds: 15 },
    "1.5 to 5 video units $0.21 to 0.7 | 3 to 10 s × 0.5 units × $0.14",
  ],
  [
    "an element follows the video, whatever is asked for",
    { ...MOTION, model: "kling-3.0", character_orientation: "image", elements: REFERRED },
    {},
    "2.7 to 27 video units $0.378 to 3.78 | 3 to 30 s × 0.9 units × $0.14",
  ],
  ["an edit", EDIT, { sourceSeconds: 9.04 }, "8.1 video units $1.134 | 9 s × 0.9 units × $0.14"],
  [
    "an edit that keeps the sound",
    { ...EDIT, audio: "original" },
    { sourceSeconds: 6 },
    "5.4 video units $0.756 | 6 s × 0.9 units × $0.14",
  ],
  [
    "an edit of which nothing is known",
    EDIT,
    {},
    "2.7 to 14.4 video units $0.378 to 2.016 | 3 to 16 s × 0.9 units × $0.14",
  ],
  [
    "an edit by O1 of which nothing is known",
    { ...EDIT, model: "kling-o1" },
    {},
    "2.7 to 9 video units $0.378 to 1.26 | 3 to 10 s × 0.9 units × $0.14",
  ],
  [
    "a clip after a longer one",
    { ...OMNI, feature_video: CLIP },
    { sourceSeconds: 9.04 },
    "4.5 to 9 video units $0.63 to 1.26 | 5 to 10 s × 0.9 units × $0.14",
  ],
])("%s is priced", (_what, action, source, line) => {
  expect(priceOf(action, source)).toBe(line);
});

const EFFECT = { kind: "effect", scene: "hug", images: [PICTURE, PICTURE] } as const;

test.each<[string, Action, string]>([
  ["an effect", EFFECT, "the catalog has no price for effects (several images, scene hug)"],
  [
    "native sound beside a video",
    { ...OMNI, audio: true, feature_video: CLIP },
    "the catalog has no price for kling-3.0-omni (mode std, 5 s, sound, a video as input)",
  ],
  [
    "a motion by a model that does none",
    { ...MOTION, model: "kling-2.5-turbo" },
    "the catalog has no price for kling-2.5-turbo (mode std, motion control)",
  ],
  [
    "a motion in 4k",
    { ...MOTION, model: "kling-3.0", mode: "4k" },
    "the catalog has no price for kling-3.0 (mode 4k, motion control)",
  ],
  [
    "an edit by a model that takes no video",
    { ...EDIT, model: "kling-2.6" },
    "the catalog has no price for kling-2.6 (a video as input)",
  ],
  [
    "several pictures with a model that takes one",
    { ...MULTI, model: "kling-2.6", duration: 5 },
    "the catalog has no price for kling-2.6 (several images)",
  ],
  [
    "several subjects with a model that takes one",
    { kind: "multi_image", model: "kling-v3", aspect_ratio: "1:1", subjects: [PICTURE] },
    "the catalog has no price for kling-v3 (several images)",
  ],
  ["an edit by nobody", { ...EDIT, model: "sora" }, "the catalog does not know sora"],
  ["a motion by nobody", { ...MOTION, model: "sora" }, "the catalog does not know sora"],
])("%s is unknown, not free", (_what, action, why) => {
  expect(estimate(action, catalogOf(), { sourceSeconds: 5 })).toEqual({ kind: "unknown", why });
});

describe("a project's own price counts", () => {
  test.each<[string, Additions, Action, SourceFacts, string]>([
    [
      "for one scene",
      { prices: [{ model: "effects", scene: "hug", units_per_clip: 2 }] },
      EFFECT,
      {},
      "2 video units $0.28 | 1 clip × 2 units × $0.14",
    ],
    [
      "for a sound track by the second",
      { prices: [{ model: "video-to-audio", units_per_second: 0.1 }] },
      { kind: "video_to_audio", source: CLIP },
      { sourceSeconds: 8 },
      "0.8 video units $0.112 | 8 s × 0.1 units × $0.14",
    ],
    [
      "for native sound beside a video",
      { prices: [{ model: "kling-3.0-omni", audio: true, input: "video", units_per_second: 1.1 }] },
      { ...OMNI, audio: true, feature_video: CLIP },
      { sourceSeconds: 5 },
      "5.5 video units $0.77 | 5 s × 1.1 units × $0.14",
    ],
    [
      "for each picture of a series",
      { prices: [{ model: "kling-v3-omni", usd_per_image: 0.02 }] },
      { ...SERIES, series: 3 },
      {},
      "$0.06 | 3 images × $0.02",
    ],
  ])("%s", (_what, additions, action, source, line) => {
    expect(priceOf(action, source, additions)).toBe(line);
  });

  test("but not for another scene, nor by the second where nobody knows how many there will be", () => {
    const hug: Additions = { prices: [{ model: "effects", scene: "hug", usd_per_clip: 1 }] };
    expect(priceOf({ ...EFFECT, scene: "bloom" }, {}, hug)).toMatch(/^unknown/);
    const bySecond: Additions = { prices: [{ model: "effects", usd_per_second: 1 }] };
    expect(priceOf(EFFECT, {}, bySecond)).toBe(
      "unknown: the price is by the second, and it is not known how many there will be",
    );
  });
});

test("clips that differ in what they cost are not taken for each other when many are priced", () => {
  const price = estimator(catalogOf());
  const clip = {
    kind: "image_to_video",
    model: "kling-2.6",
    mode: "pro",
    duration: 5,
    image: PICTURE,
  } as const;
  const all: readonly Action[] = [
    clip,
    { ...clip, audio: true },
    { ...clip, audio: true, voices: REFERRED },
    { ...clip, audio: true, duration: 10 },
  ];
  expect([...all, ...all].map((action) => shown(price(action)))).toEqual(
    [...all, ...all].map((action) => priceOf(action)),
  );
});

test("what is charged nothing is a price of nothing, which adds nothing to a sum and hides nothing in it", () => {
  const element = estimate({ kind: "element", name: "mara", description: "a woman" }, catalogOf());
  expect(element).toMatchObject({ kind: "priced", usd: { low: 0, high: 0 }, basis: { grade: "L" } });
  expect(sum([element, element])).toMatchObject({ usd: { low: 0, high: 0 }, unknown: 0 });
});
