/**
 * Lengths that prices depend on, through a whole plan: of the sound that is spoken, of the clip that is danced after or
 * edited; and what a plan says of steps that no model of one's choice makes.
 */
import { describe, expect, test } from "vitest";
import { milliUnits, usd } from "../../src/base/money.js";
import type { Manifest, Shot } from "../../src/manifest/manifest.js";
import { chargedOr, committedMoney } from "../../src/plan/committed.js";
import type { PlanOptions } from "../../src/plan/plan.js";
import { manifestOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  decisionWords,
  digestOf,
  keyedGraph,
  planned,
  planOf,
  priorOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const PORTRAIT = "refs/mara.png";
const clipOf = (id: string) => ({ from: `shots.${id}` });
const film = (parts: Partial<Manifest>): Manifest => manifestOf({ provider: "kling", ...parts });

/** What a step is expected to cost: `1.5 to 4 units`. */
function unitsOf(
  manifest: Manifest,
  id: string,
  parts: PriorParts = {},
  options: Partial<PlanOptions> = {},
): string {
  const { estimate } = planned(planOf(manifest, parts, options), id);
  if (estimate.kind !== "priced" || estimate.units === undefined) return estimate.kind;
  const { low, high } = estimate.units;
  return low === high ? `${high / 1000}` : `${low / 1000} to ${high / 1000}`;
}

const speaking = (audio: NonNullable<Shot["avatar"]>["audio"]): Shot => ({
  id: "010",
  image: PORTRAIT,
  avatar: { audio },
});

describe("an avatar costs what the sound is long", () => {
  const ofFile = film({ shots: [speaking("vo/010.mp3")] });
  const ofWords = film({
    sounds: [{ id: "gulls", prompt: "gulls cry", duration: 7 }],
    shots: [speaking({ from: "sounds.gulls" })],
  });

  test("which of a file is measured", () => {
    const sounds = new Map([["vo/010.mp3", 11.3]]);
    expect(unitsOf(ofFile, "shots.010.clip", {}, { sounds })).toBe("4.4");
  });

  test("which of a sound that is still to be made is what is asked for", () => {
    expect(unitsOf(ofWords, "shots.010.clip")).toBe("2.8");
  });

  test("which of a sound that is there is its own, whatever was asked for", () => {
    const { keyed } = keyedGraph(ofWords);
    const sound = { ...artifact("gulls"), type: "audio/mpeg", seconds: 9 } as const;
    const made = rendering(keyed("sounds.gulls"), "gulls", { artifact: sound });
    const parts = { renders: [made], held: [digestOf("gulls")], steps: { "sounds.gulls": made.key } };
    expect(planned(planOf(ofWords, parts), "sounds.gulls").decision.kind).toBe("restore");
    expect(unitsOf(ofWords, "shots.010.clip", parts)).toBe("3.6");
  });

  test("which of a sound at an address nobody knows", () => {
    const url = { url: "https://example.com/vo.mp3", sha256: "a".repeat(64) } as const;
    expect(unitsOf(film({ shots: [speaking(url)] }), "shots.010.clip")).toBe("0.8 to 120");
  });

  test("and what comes after it is as long", () => {
    const shots = [
      { ...speaking({ from: "sounds.gulls" }), steps: [LIP_SYNC] },
      { id: "020", prompt: "the same at night", base_video: clipOf("010"), model: "kling-3.0-omni" },
    ];
    const both = { ...ofWords, shots };
    expect(unitsOf(both, "shots.010.lip_sync")).toBe("1.1 to 1.2");
    // A lip-sync is as long as its clip.
    expect(unitsOf(both, "shots.020.clip")).toBe("6.3");
  });
});

const LIP_SYNC = { lip_sync: { text: "Good evening.", voice: "oversea_male1" } };

describe("a clip that follows another one", () => {
  const dancing = film({
    shots: [
      { id: "010", prompt: "a dancer", duration: 10 },
      {
        id: "020",
        image: PORTRAIT,
        motion_video: clipOf("010"),
        character_orientation: "video",
        model: "kling-2.6",
      },
      { id: "030", prompt: "in snow", base_video: clipOf("020"), model: "kling-3.0-omni" },
    ],
  });

  test("costs what of the motion can be used, and an edit of it what that may be long", () => {
    expect(unitsOf(dancing, "shots.020.clip")).toBe("1.5 to 5");
    expect(unitsOf(dancing, "shots.030.clip")).toBe("9");
  });

  test("is priced by the clip that is there, where it turned out shorter", () => {
    const { keyed } = keyedGraph(dancing);
    const clip = { ...artifact("020"), seconds: 6.04 };
    const made = rendering(keyed("shots.020.clip"), "020", { artifact: clip });
    const parts = { renders: [made], held: [digestOf("020")], steps: { "shots.020.clip": made.key } };
    expect(unitsOf(dancing, "shots.030.clip", parts)).toBe("5.4");
  });
});

test("what no model of one's choice makes goes by the name of the service, with its tier and usual time", () => {
  const plan = planOf(
    film({
      sounds: [{ id: "gulls", prompt: "gulls cry" }],
      elements: [
        {
          id: "mara",
          description: "a woman in a raincoat",
          image: PORTRAIT,
          refer_images: ["refs/side.png"],
        },
      ],
      shots: [
        { ...speaking({ from: "sounds.gulls" }), mode: "pro" },
        { id: "020", effect: { scene: "bloom", images: [PORTRAIT] } },
      ],
    }),
  );
  expect(plan.steps.map(({ step, model, mode, tier }) => [step.id, model, mode, tier])).toEqual([
    ["sounds.gulls", "text-to-audio", undefined, "standard"],
    ["elements.mara", "element", undefined, "standard"],
    ["shots.010.clip", "avatar", "pro", "pro"],
    ["shots.020.clip", "effects", undefined, "standard"],
  ]);
  expect(plan.steps.map((each) => each.expectedSeconds)).toEqual([30, 60, 120, 120]);
});

test("an effect without a price waits until its step or the service is allowed by name", () => {
  const manifest = film({ shots: [{ id: "020", effect: { scene: "bloom", images: [PORTRAIT] } }] });
  const decided = (...names: readonly string[]) =>
    decisionWords(planned(planOf(manifest, {}, { allowUnknownPrice: new Set(names) }), "shots.020.clip"));
  expect(decided()).toBe("blocked price_unknown");
  expect(decided("avatar")).toBe("blocked price_unknown");
  expect(decided("effects")).toBe("render 1");
  expect(decided("shots.020.clip")).toBe("render 1");
});

test("what such steps took before is what they are expected to take", () => {
  const manifest = film({
    sounds: [{ id: "gulls", prompt: "gulls cry", duration: 7 }],
    shots: [speaking({ from: "sounds.gulls" })],
  });
  const plan = planOf(manifest, { pace: { "avatar std -": 75, "text-to-audio - 7": 12 } });
  expect(plan.steps.map((each) => each.expectedSeconds)).toEqual([12, 75]);
});

describe("a step that is charged nothing", () => {
  const manifest = film({
    elements: [
      { id: "mara", description: "a woman in a raincoat", image: PORTRAIT, refer_images: ["refs/side.png"] },
    ],
  });

  test("has a price and a ceiling of nothing, and no budget stands in its way", () => {
    const plan = planOf(manifest, {}, { budget: usd(0), maxCost: usd(0) });
    const { estimate, create, decision } = planned(plan, "elements.mara");
    expect(estimate).toMatchObject({ kind: "priced", usd: { low: 0, high: 0 } });
    expect(create?.ceiling).toBe(0);
    expect(decision.kind).toBe("render");
    expect(plan.totals.create).toMatchObject({ usd: { low: 0, high: 0 }, unknown: 0 });
  });

  test("counts with what it was charged after all, at list price", () => {
    const expected = { units: milliUnits(0), usd: usd(0) };
    expect(chargedOr({ kind: "billed", units: milliUnits(500) }, expected)).toBe(usd(0.07));
    expect(chargedOr({ kind: "billed", units: milliUnits(0) }, expected)).toBe(0);
    expect(chargedOr({ kind: "unknown" }, expected)).toBe(0);
    const { keyed } = keyedGraph(manifest);
    const paid = attempt(keyed("elements.mara").key, "recorded", {
      ceiling: usd(0),
      units: milliUnits(0),
      billed: { kind: "billed", units: milliUnits(500) },
    });
    expect(committedMoney(priorOf({ attempts: [paid] }))).toBe(usd(0.07));
  });
});
