/** The price list reproduced row by row, the laws of estimates, and tiers of actions. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createCatalog, type Catalog } from "../../src/catalog/catalog.js";
import type { Additions } from "../../src/catalog/additions.js";
import type { Mode, VideoModel } from "../../src/catalog/model.js";
import type { SourceFacts } from "../../src/graph/rules-refine.js";
import type { Action, Extend, ImageToVideo, LipSync, MakeImage } from "../../src/graph/actions.js";
import type { Input } from "../../src/graph/input.js";
import { estimate, listHigh, sum, type Estimate } from "../../src/plan/estimate.js";
import { tierOfAction } from "../../src/plan/tier.js";

const PICTURE: Input = { kind: "file", path: "refs/a.png" };
const CLIP: Input = { kind: "file", path: "refs/a.mp4" };

function catalogOf(additions: Additions = {}): Catalog {
  const { value, diagnostics } = createCatalog(additions);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error("no catalog");
  return value;
}

interface Ask {
  readonly mode?: Mode;
  readonly audio?: boolean;
  readonly duration?: number;
}

function words(model: string, ask: Ask = {}): Action {
  return { kind: "text_to_video", model, duration: 5, aspect_ratio: "16:9", prompt: "a boat", ...ask };
}

function still(model: string, ask: Ask = {}): ImageToVideo {
  return { kind: "image_to_video", model, duration: 5, image: PICTURE, ...ask };
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

// The price list of 2026-09-20: units per second, for 5 s and for 10 s.
const PRICE_LIST: readonly (readonly [string, Mode, boolean, number, number, number])[] = [
  ["kling-3.0-turbo", "std", true, 0.8, 4, 8],
  ["kling-3.0-turbo", "pro", true, 1, 5, 10],
  ["kling-3.0", "std", false, 0.6, 3, 6],
  ["kling-3.0", "pro", false, 0.8, 4, 8],
  ["kling-3.0", "4k", false, 3, 15, 30],
  ["kling-3.0", "std", true, 0.9, 4.5, 9],
  ["kling-3.0", "pro", true, 1.2, 6, 12],
  ["kling-3.0", "4k", true, 3, 15, 30],
  ["kling-3.0-omni", "std", false, 0.6, 3, 6],
  ["kling-3.0-omni", "pro", false, 0.8, 4, 8],
  ["kling-3.0-omni", "4k", false, 3, 15, 30],
  ["kling-3.0-omni", "std", true, 0.8, 4, 8],
  ["kling-3.0-omni", "pro", true, 1, 5, 10],
  ["kling-3.0-omni", "4k", true, 3, 15, 30],
  ["kling-o1", "std", false, 0.6, 3, 6],
  ["kling-o1", "pro", false, 0.8, 4, 8],
  ["kling-2.6", "std", false, 0.3, 1.5, 3],
  ["kling-2.6", "pro", false, 0.5, 2.5, 5],
  ["kling-2.6", "pro", true, 1, 5, 10],
  ["kling-2.5-turbo", "std", false, 0.3, 1.5, 3],
  ["kling-2.5-turbo", "pro", false, 0.5, 2.5, 5],
  ["kling-v3", "std", false, 0.6, 3, 6],
  ["kling-v3", "4k", true, 3, 15, 30],
  ["kling-v3-omni", "pro", true, 1, 5, 10],
  ["kling-video-o1", "std", false, 0.6, 3, 6],
];

test.each(PRICE_LIST)(
  "%s %s sound %s costs what the list says (%d units/s)",
  (model, mode, audio, each, five, ten) => {
    const catalog = catalogOf();
    for (const [duration, units] of [
      [5, five],
      [10, ten],
    ] as const) {
      // Sound that is always made is not asked for.
      const ask = { mode, duration, ...(model === "kling-3.0-turbo" ? {} : { audio }) };
      for (const action of [words(model, ask), still(model, ask)]) {
        const amount = { low: Math.round(units * 1000), high: Math.round(units * 1000) };
        const usd = Math.round(units * 140_000);
        expect(estimate(action, catalog)).toMatchObject({
          kind: "priced",
          unit: "video",
          units: amount,
          usd: { low: usd, high: usd },
          formula: `${duration} s × ${each} units × $0.14`,
        });
      }
    }
  },
);

// Older names are charged by the clip.
test.each<[string, Mode | undefined, boolean, string, string]>([
  ["kling-v2-5-turbo", "std", false, "1.5", "3"],
  ["kling-v2-5-turbo", "pro", false, "2.5", "5"],
  ["kling-v2-6", "std", false, "1.5", "3"],
  ["kling-v2-6", "pro", false, "2.5", "5"],
  ["kling-v2-6", "pro", true, "5", "10"],
  ["kling-v1", "std", false, "1", "2"],
  ["kling-v1", "pro", false, "3.5", "7"],
  ["kling-v1-5", "std", false, "2", "4"],
  ["kling-v1-6", "pro", false, "3.5", "7"],
  ["kling-v2-1", "std", false, "2", "4"],
  ["kling-v2-master", undefined, false, "10", "20"],
  ["kling-v2-1-master", undefined, false, "10", "20"],
])("a clip of %s %s, sound %s, costs %s units for 5 s and %s for 10 s", (model, mode, audio, five, ten) => {
  const ask = { audio, ...(mode === undefined ? {} : { mode }) };
  const lines = [5, 10].map((duration) => priceOf(still(model, { ...ask, duration })));
  expect(lines.map((line) => line.split(" | ")[1])).toEqual([
    `1 clip × ${five} units × $0.14`,
    `1 clip × ${ten} units × $0.14`,
  ]);
});

const PORTRAIT: MakeImage = {
  kind: "image",
  model: "kling-v3",
  prompt: "a portrait",
  aspect_ratio: "3:4",
  resolution: "1k",
};
const EXTEND: Extend = {
  kind: "extend",
  via: "omni",
  source: CLIP,
  model: "kling-3.0-omni",
  mode: "std",
  duration: 5,
};
const SPEAK: LipSync = { kind: "lip_sync", source: CLIP, audio: { kind: "file", path: "vo.wav" } };

test.each<[string, Action, SourceFacts, string]>([
  ["mode left open", words("kling-2.6"), {}, "1.5 video units $0.21 | 5 s × 0.3 units × $0.14"],
  ["an alias", words("kling-2.5", { mode: "pro" }), {}, "2.5 video units $0.35 | 5 s × 0.5 units × $0.14"],
  [
    "15 s with sound",
    words("kling-3.0", { mode: "pro", audio: true, duration: 15 }),
    {},
    "18 video units $2.52 | 15 s × 1.2 units × $0.14",
  ],
  ["a still", PORTRAIT, {}, "8 image units $0.028 | 1 image × 8 units × $0.0035"],
  [
    "a still of 2.1",
    { ...PORTRAIT, model: "kling-v2-1" },
    {},
    "4 image units $0.014 | 1 image × 4 units × $0.0035",
  ],
  [
    "a still of 2.1 with a reference",
    { ...PORTRAIT, model: "kling-v2-1", image: PICTURE },
    {},
    "8 image units $0.028 | 1 image × 8 units × $0.0035",
  ],
  [
    "a fitting",
    { kind: "try_on", model: "kolors-virtual-try-on-v1-5", human: PICTURE, cloth: PICTURE },
    {},
    "$0.07 | 1 image × $0.07",
  ],
  ["a frame", { kind: "frame", which: "last", source: CLIP }, {}, "free: made on this machine"],
  ["omni, short source", EXTEND, { sourceSeconds: 5 }, "4.5 video units $0.63 | 5 s × 0.9 units × $0.14"],
  [
    "omni, longer source",
    EXTEND,
    { sourceSeconds: 9.04 },
    "4.5 to 9 video units $0.63 to 1.26 | 5 to 10 s × 0.9 units × $0.14",
  ],
  [
    "omni, unknown source",
    EXTEND,
    {},
    "4.5 to 14.4 video units $0.63 to 2.016 | 5 to 16 s × 0.9 units × $0.14",
  ],
  [
    "omni by O1 in pro",
    { ...EXTEND, model: "kling-o1", mode: "pro", duration: 10 },
    {},
    "12 video units $1.68 | 10 s × 1.2 units × $0.14",
  ],
  [
    "last frame",
    { ...EXTEND, via: "last_frame", model: "kling-2.5-turbo", mode: "pro" },
    {},
    "2.5 video units $0.35 | 5 s × 0.5 units × $0.14",
  ],
  [
    "native std",
    { kind: "extend", via: "native", source: CLIP },
    { sourceModel: "kling-v1-6", sourceMode: "std" },
    "2 video units $0.28 | 1 extension × 2 units × $0.14",
  ],
  [
    "native pro",
    { kind: "extend", via: "native", source: CLIP },
    { sourceModel: "kling-v1", sourceMode: "pro" },
    "3.5 video units $0.49 | 1 extension × 3.5 units × $0.14",
  ],
  [
    "speech, 5 s",
    SPEAK,
    { sourceSeconds: 5 },
    "0.55 to 0.6 video units $0.077 to 0.084 | (1 × 0.5 + 0.05 to 0.1) units × $0.14",
  ],
  [
    "speech, 6 s",
    SPEAK,
    { sourceSeconds: 6 },
    "1.05 to 1.1 video units $0.147 to 0.154 | (2 × 0.5 + 0.05 to 0.1) units × $0.14",
  ],
  [
    "speech, 10.04 s",
    SPEAK,
    { sourceSeconds: 10.04 },
    "1.05 to 1.6 video units $0.147 to 0.224 | (2 to 3 × 0.5 + 0.05 to 0.1) units × $0.14",
  ],
  [
    "speech from text",
    { kind: "lip_sync", source: CLIP, text: "hello" },
    { sourceSeconds: 5 },
    "0.6 to 0.7 video units $0.084 to 0.098 | (1 × 0.5 + 0.1 to 0.2) units × $0.14",
  ],
])("%s is priced", (_what, action, source, line) => {
  expect(priceOf(action, source)).toBe(line);
});

test.each<[string, Action, SourceFacts, string]>([
  ["a model that nobody knows", words("sora\u001b[2J"), {}, "the catalog does not know sora\u{fffd}[2J"],
  [
    "an image model that nobody knows",
    { ...PORTRAIT, model: "kling-2.6" },
    {},
    "the catalog does not know kling-2.6",
  ],
  [
    "a clip length without a price",
    words("kling-v2-6", { duration: 8, mode: "std" }),
    {},
    "the catalog has no price for kling-v2-6 (mode std, 8 s)",
  ],
  [
    "sound where there is none to buy",
    words("kling-2.6", { audio: true, mode: "std" }),
    {},
    "the catalog has no price for kling-2.6 (mode std, 5 s, sound)",
  ],
  [
    "a mode without a price",
    words("kling-2.6", { mode: "4k" }),
    {},
    "the catalog has no price for kling-2.6 (mode 4k, 5 s)",
  ],
  ["speech over an unknown length", SPEAK, {}, "the price depends on the clip's length, which is not known"],
  [
    "a native extension of an unknown clip",
    { kind: "extend", via: "native", source: CLIP },
    {},
    "the price depends on the clip's model, which is not known",
  ],
  [
    "a native extension in an unknown mode",
    { kind: "extend", via: "native", source: CLIP },
    { sourceModel: "kling-v1-6" },
    "the price depends on the clip's mode, which is not known",
  ],
  [
    "a native extension that nobody sells",
    { kind: "extend", via: "native", source: CLIP },
    { sourceModel: "kling-2.6", sourceMode: "std" },
    "the catalog has no price for kling-2.6 (mode std, a video as input)",
  ],
  [
    "a continuation by a model that takes no video",
    { ...EXTEND, model: "kling-2.6" },
    { sourceSeconds: 5 },
    "the catalog has no price for kling-2.6 (a video as input)",
  ],
  [
    "a continuation by nobody",
    { kind: "extend", via: "omni", source: CLIP },
    {},
    "no model is named that continues the clip",
  ],
])("%s is unknown, not free", (_what, action, source, why) => {
  expect(estimate(action, catalogOf(), source)).toEqual({ kind: "unknown", why });
});

test.each<[string, Additions, Action, string]>([
  [
    "per second",
    { prices: [{ model: "kling-2.6", usd_per_second: 0.05 }] },
    words("kling-2.6"),
    "$0.25 | 5 s × $0.05",
  ],
  [
    "per clip",
    { prices: [{ model: "kling-2.6", usd_per_clip: 0.4 }] },
    words("kling-2.6", { duration: 10 }),
    "$0.4 | 1 clip × $0.40",
  ],
  [
    "in units",
    { prices: [{ model: "kling-2.6", units_per_second: 0.25 }] },
    words("kling-2.6"),
    "1.25 video units $0.175 | 5 s × 0.25 units × $0.14",
  ],
  [
    "per image",
    { prices: [{ model: "kling-v3", usd_per_image: 0.02 }] },
    PORTRAIT,
    "$0.02 | 1 image × $0.02",
  ],
  [
    "per unit",
    { unit_usd: { video: 0.1 } },
    words("kling-2.6"),
    "1.5 video units $0.15 | 5 s × 0.3 units × $0.10",
  ],
  [
    "per second, for native extensions of 4 to 5 s",
    { prices: [{ model: "kling-v1-6", usd_per_second: 0.1 }] },
    { kind: "extend", via: "native", source: CLIP },
    "$0.4 to 0.5 | 4 to 5 s × $0.10",
  ],
  [
    "for a length that only the project's own model has",
    {
      models: [{ id: "house", like: "kling-v2-6", durations: [8] }],
      prices: [{ model: "house", usd_per_second: 0.1 }],
    },
    words("house", { duration: 8, mode: "std" }),
    "$0.8 | 8 s × $0.10",
  ],
])("a project's own price counts: %s", (_what, additions, action, line) => {
  expect(priceOf(action, { sourceModel: "kling-v1-6", sourceMode: "std" }, additions)).toBe(line);
});

test("a negotiated unit price that does not divide evenly is rounded outwards", () => {
  const found = estimate(SPEAK, catalogOf({ unit_usd: { video: 0.123457 } }), { sourceSeconds: 5 });
  expect(found).toMatchObject({ usd: { low: 67_901, high: 74_075 } });
});

test("an estimate names source and day, and the project's unit price where it has a part in it", () => {
  expect(estimate(words("kling-2.6"), catalogOf())).toMatchObject({
    basis: { source: "Kling API documentation, video price list", asOf: "2026-09-20", grade: "O" },
  });
  expect(estimate(words("kling-2.6"), catalogOf({ unit_usd: { video: 0.1 } }))).toMatchObject({
    basis: { source: "Kling API documentation, video price list; unit price of this project" },
  });
});

test("a sum adds low and high apart, keeps the packs apart, and counts what has no price", () => {
  const catalog = catalogOf();
  const all = [
    estimate(words("kling-2.6"), catalog),
    estimate(SPEAK, catalog, { sourceSeconds: 5 }),
    estimate(PORTRAIT, catalog),
    estimate({ kind: "frame", which: "last", source: CLIP }, catalog),
    estimate({ kind: "try_on", model: "kolors-virtual-try-on-v1", human: PICTURE, cloth: PICTURE }, catalog),
    estimate(words("sora"), catalog),
  ];
  expect(sum(all)).toEqual({
    usd: { low: 385_000, high: 392_000 },
    units: { video: { low: 2050, high: 2100 }, image: { low: 8000, high: 8000 } },
    unknown: 1,
  });
  expect(sum([])).toEqual({
    usd: { low: 0, high: 0 },
    units: { video: { low: 0, high: 0 }, image: { low: 0, high: 0 } },
    unknown: 0,
  });
});

const videos = catalogOf()
  .all()
  .filter((model): model is VideoModel => model.kind === "video");

const anyClip = fc.constantFrom(...videos).chain((model) =>
  fc.record({
    model: fc.constant(model),
    mode: fc.constantFrom(...model.modes.map(({ mode }) => mode), undefined),
    audio: fc.boolean(),
    fromWords: fc.boolean(),
  }),
);

function clipAction(
  clip: { model: VideoModel; mode: Mode | undefined; audio: boolean; fromWords: boolean },
  duration: number,
): Action {
  const { model, mode, audio, fromWords } = clip;
  const ask = { duration, audio, ...(mode === undefined ? {} : { mode }) };
  return fromWords ? words(model.id, ask) : still(model.id, ask);
}

test("a longer clip never costs less", () => {
  const catalog = catalogOf();
  fc.assert(
    fc.property(
      anyClip,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      (clip, short, more) => {
        const less = estimate(clipAction(clip, short), catalog);
        const most = estimate(clipAction(clip, short + more), catalog);
        if (less.kind !== "priced" || most.kind !== "priced") return;
        expect(most.usd.low).toBeGreaterThanOrEqual(less.usd.low);
        expect(most.usd.high).toBeGreaterThanOrEqual(less.usd.high);
      },
    ),
  );
});

test("a longer source never makes speech or a continuation cheaper", () => {
  const catalog = catalogOf();
  const seconds = fc.double({ min: 2, max: 60, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom<Action>(SPEAK, EXTEND), seconds, seconds, (action, one, other) => {
      const [less, most] = [Math.min(one, other), Math.max(one, other)].map((sourceSeconds) =>
        sum([estimate(action, catalog, { sourceSeconds })]),
      );
      expect(most?.usd.high).toBeGreaterThanOrEqual(less?.usd.high ?? Number.NaN);
      expect(most?.usd.low).toBeGreaterThanOrEqual(less?.usd.low ?? Number.NaN);
    }),
  );
});

test("every length that a built-in model offers has a price, in every mode and with every sound it makes", () => {
  const catalog = catalogOf();
  for (const model of videos) {
    const modes = model.modes.length === 0 ? [undefined] : model.modes.map(({ mode }) => mode);
    for (const [fromWords, endpoint] of [
      [true, model.textToVideo],
      [false, model.imageToVideo],
    ] as const) {
      for (const duration of endpoint?.durations ?? []) {
        for (const mode of modes) {
          const canSound =
            endpoint?.audio === "optional" && (endpoint.audioModes?.includes(mode ?? "std") ?? true);
          for (const audio of canSound ? [false, true] : [false]) {
            const found = estimate(clipAction({ model, mode, audio, fromWords }, duration), catalog);
            expect([model.id, mode, duration, audio, found.kind]).toEqual([
              model.id,
              mode,
              duration,
              audio,
              "priced",
            ]);
          }
        }
      }
    }
  }
});

test("a sum with something unknown says so, whatever else is in it; a priced clip is never nothing", () => {
  const catalog = catalogOf();
  const anyEstimate = fc.oneof(
    anyClip.map((clip) => estimate(clipAction(clip, 5), catalog)),
    fc.constant<Estimate>({ kind: "unknown", why: "no price" }),
    fc.constant<Estimate>({ kind: "free", why: "local" }),
  );
  fc.assert(
    fc.property(fc.array(anyEstimate), (all) => {
      const total = sum(all);
      const known = all.filter((each) => each.kind === "priced");
      expect(total.unknown).toBe(all.filter((each) => each.kind === "unknown").length);
      expect(total.usd.low > 0).toBe(known.length > 0);
      expect(total.usd.high).toBeGreaterThanOrEqual(total.usd.low);
    }),
  );
});

test.each<[Action, SourceFacts, string]>([
  [words("kling-2.5-turbo", { mode: "std" }), {}, "standard"],
  [words("kling-2.5", { mode: "pro" }), {}, "pro"],
  [still("kling-3.0", { mode: "std" }), {}, "master"],
  [words("kling-v2-master"), {}, "master"],
  [words("sora"), {}, "master"],
  [EXTEND, {}, "master"],
  [{ ...EXTEND, via: "last_frame", model: "kling-2.6", mode: "pro" }, {}, "pro"],
  [{ kind: "extend", via: "native", source: CLIP }, { sourceModel: "kling-v1-6", sourceMode: "pro" }, "pro"],
  [{ kind: "extend", via: "native", source: CLIP }, {}, "master"],
  [PORTRAIT, {}, "standard"],
  [{ ...PORTRAIT, model: "sora" }, {}, "master"],
  [{ kind: "try_on", model: "kolors-virtual-try-on-v1", human: PICTURE, cloth: PICTURE }, {}, "standard"],
  [SPEAK, {}, "standard"],
  [{ kind: "frame", which: "first", source: CLIP }, {}, "standard"],
])("%j of %j is of tier %s", (action, source, tier) => {
  expect(tierOfAction(action, catalogOf(), source)).toBe(tier);
});

const CHEAP: Additions = {
  models: [{ id: "mine", like: "kling-2.5-turbo", wire_name: "kling-3.0" }],
  prices: [
    { model: "kling-3.0", usd_per_clip: 0.01 },
    { model: "mine", usd_per_clip: 0.01 },
    { model: "kling-v3", usd_per_image: 0.001 },
    { model: "kolors-virtual-try-on-v1", usd_per_image: 0.001 },
  ],
  unit_usd: { video: 0.001, image: 0.0001 },
};

test.each<[string, Action, SourceFacts, number | undefined]>([
  ["a clip", words("kling-3.0", { mode: "std" }), {}, 420_000],
  ["a clip with sound", words("kling-3.0", { mode: "pro", audio: true }), {}, 840_000],
  ["a clip of a project's model", still("mine", { mode: "std" }), {}, 420_000],
  [
    "a still",
    { kind: "image", model: "kling-v3", prompt: "x", aspect_ratio: "16:9", resolution: "1k" },
    {},
    28_000,
  ],
  [
    "a fitting",
    { kind: "try_on", model: "kolors-virtual-try-on-v1", human: PICTURE, cloth: PICTURE },
    {},
    70_000,
  ],
  ["speech", { kind: "lip_sync", source: CLIP, audio: CLIP }, { sourceSeconds: 5 }, 84_000],
  ["speech over a clip of unknown length", { kind: "lip_sync", source: CLIP, audio: CLIP }, {}, undefined],
  ["a frame", { kind: "frame", which: "last", source: CLIP }, {}, undefined],
  ["a model that nobody knows", words("sora"), {}, undefined],
])("%s costs at most its list price, whatever prices the project has", (_, action, source, most) => {
  expect(listHigh(action, catalogOf(CHEAP), source)).toBe(most);
});

test("a price of the project's own beside no list price leaves the list price unknown", () => {
  const action = words("kling-v1-5", { mode: "4k" });
  const catalog = catalogOf({ prices: [{ model: "kling-v1-5", usd_per_clip: 1 }] });
  expect([estimate(action, catalog).kind, listHigh(action, catalog)]).toEqual(["priced", undefined]);
});
