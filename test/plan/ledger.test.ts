/** The ledger as a reading of lockfile and journal: each charge once, whoever knows of it, and nothing unknown is a zero. */
import { describe, expect, test } from "vitest";
import { micros, milliUnits } from "../../src/base/money.js";
import { createCatalog } from "../../src/catalog/catalog.js";
import { cacheKey, type CacheKey, type KeyInputs, type Keyed } from "../../src/graph/key.js";
import type { Realm } from "../../src/graph/input.js";
import { committedMoney } from "../../src/plan/committed.js";
import { groupCharges, sumCharges } from "../../src/plan/cost-groups.js";
import { chargesOf, type Charge } from "../../src/plan/ledger.js";
import type { Billed, Prior, TaskId } from "../../src/plan/prior.js";
import { artifact, attempt, handle, priorOf, rendering, type PriorParts } from "./priors.js";

const CATALOG = createCatalog().value;
const chargesIn = (prior: Prior, realm: Realm = "kling"): readonly Charge[] => {
  if (CATALOG === undefined) throw new Error("no catalog");
  return chargesOf(prior, realm, CATALOG);
};

const units = (amount: number): Billed => ({ kind: "billed", units: milliUnits(amount) });
const COST = { units: milliUnits(1500), usd: micros(210_000) };

/** An intent told from others by its words. */
function clip(words: string, more: object = {}, realm: Realm = "kling"): Keyed {
  const action = { kind: "text_to_video", model: "kling-2.5-turbo", prompt: words, ...more };
  const inputs: KeyInputs = { key: 1, realm, action };
  return { key: cacheKey(inputs), inputs };
}

const done = (day: string, task = "t-1") => ({
  ...handle(`2026-11-${day}T23:59:59.000Z`),
  task: task as TaskId,
});

/** `shots.010.clip 1 succeeded 20: 1500 units $0.21 within`. */
function line({ step, attempt: number, end, completed, billed, money, drift }: Charge): string {
  const bill = billed.kind === "billed" ? `${billed.units ?? "-"} units` : billed.kind;
  const amount = money === undefined ? "?" : `$${money / 1e6}`;
  return `${step ?? "nobody"} ${number} ${end} ${completed?.slice(8, 10) ?? "-"}: ${bill} ${amount} ${drift.kind}`;
}

const lines = (parts: PriorParts, realm?: Realm) => chargesIn(priorOf(parts), realm).map(line);

const A = clip("a");
const B = clip("b");
const C = clip("c");
const INTENTS = Object.fromEntries([A, B, C].map(({ key, inputs }) => [key, inputs]));

describe("each charge is there once", () => {
  const recorded = rendering(A, "a", { handle: done("20"), estimate: COST, billed: units(1500) });

  test("what lockfile and journal both know, by the step that ordered it", () => {
    const known = attempt(A.key, "recorded", { ceiling: COST.usd, billed: units(1500) });
    expect(lines({ renders: [recorded], attempts: [known], intents: INTENTS })).toEqual([
      "shots.010.clip 1 succeeded 20: 1500 units $0.21 within",
    ]);
  });

  test("what another machine recorded, by the step that points at it, or by none", () => {
    const parts = { renders: [recorded, { ...recorded, ...B, handle: done("21", "t-2") }] };
    expect(lines({ ...parts, steps: { "shots.070.clip": A.key } })).toEqual([
      "shots.070.clip 1 succeeded 20: 1500 units $0.21 within",
      "nobody 1 succeeded 21: 1500 units $0.21 within",
    ]);
  });

  test("earlier attempts and another machine's, beside the rendering that stands", () => {
    const other = {
      attempt: 1,
      artifact: artifact("o"),
      handle: done("19", "t-0"),
      estimate: COST,
      billed: units(2000),
    };
    expect(lines({ renders: [{ ...recorded, attempt: 2, others: [other] }] })).toEqual([
      "nobody 1 succeeded 19: 2000 units $0.28 above",
      "nobody 2 succeeded 20: 1500 units $0.21 within",
    ]);
  });

  test("what the journal alone knows: brought in and not recorded, failed, under way, given up, or never settled", () => {
    const of = (key: CacheKey, number: number) => ({
      attempt: number,
      task: `t-${number}` as TaskId,
      key,
    });
    const attempts = [
      attempt(A.key, "stored", {
        ...of(A.key, 1),
        ...COST,
        ceiling: COST.usd,
        handle: done("10"),
        billed: units(1500),
      }),
      attempt(A.key, "failed", { ...of(A.key, 2), billed: units(1500), ended: "2026-11-11T00:00:00Z" }),
      attempt(A.key, "failed", {
        ...of(A.key, 3),
        billed: { kind: "not_billed" },
        ended: "2026-11-12T00:00:00Z",
      }),
      attempt(A.key, "failed", {
        ...of(A.key, 4),
        billed: { kind: "unknown" },
        ended: "2026-11-13T00:00:00Z",
      }),
      attempt(B.key, "submitted", of(B.key, 1)),
      attempt(B.key, "unknown", of(B.key, 2)),
      attempt(C.key, "abandoned", { ...of(C.key, 1), ended: "2026-11-14T00:00:00Z" }),
      attempt(C.key, "refused", of(C.key, 2)),
    ];
    const found = lines({ attempts, intents: INTENTS });
    expect(found.toSorted()).toEqual([
      "shots.010.clip 1 succeeded 10: 1500 units $0.21 within",
      "shots.010.clip 1 unclear -: unknown ? unknown",
      "shots.010.clip 1 under_way -: unknown ? unknown",
      "shots.010.clip 2 failed 11: 1500 units $0.21 above",
      "shots.010.clip 2 unclear -: unknown ? unknown",
      "shots.010.clip 3 failed 12: not_billed $0 within",
      "shots.010.clip 4 failed 13: unknown ? unknown",
    ]);
  });

  test("small calls of a lip-sync, also where nothing came of it", () => {
    const calls = [{ call: "identify_face", units: milliUnits(50), ceiling: micros(7000) }];
    const attempts = [
      attempt(A.key, "refused", { calls, ended: "2026-11-11T00:00:00Z" }),
      attempt(B.key, "failed", { calls, billed: { kind: "not_billed" }, ended: "2026-11-12T00:00:00Z" }),
    ];
    expect(lines({ attempts, intents: INTENTS })).toEqual([
      "shots.010.clip 1 refused 11: 50 units $0.007 within",
      "shots.010.clip 1 failed 12: 50 units $0.007 within",
    ]);
  });

  test("no file that was bound by hand, no picture out of a clip, nothing of the other realm", () => {
    const { handle: _handle, ...bare } = recorded;
    const frame = { key: 1, realm: "kling", action: { kind: "frame", which: "last" } } as const;
    const play = clip("a", {}, "sandbox");
    const renders = [
      { ...bare, billed: { kind: "not_billed" } } as const,
      { ...recorded, key: cacheKey(frame), inputs: frame },
      { ...recorded, ...play },
    ];
    const attempts = [attempt(play.key, "submitted", { realm: "sandbox" })];
    const intents = { [play.key]: play.inputs };
    expect(lines({ renders, attempts, intents })).toEqual([]);
    expect(lines({ renders, attempts, intents }, "sandbox")).toHaveLength(1);
  });
});

test("where every bill is known, the ledger comes to what the budget counts", () => {
  const attempts = [
    attempt(B.key, "failed", { units: COST.units, billed: units(1000) }),
    attempt(C.key, "succeeded", { units: COST.units, billed: units(3000), handle: done("20", "t-9") }),
  ];
  const renders = [rendering(A, "a", { estimate: COST, billed: units(1700) })];
  const prior = priorOf({ renders, attempts, intents: INTENTS });
  expect(sumCharges(chargesIn(prior)).money).toBe(committedMoney(prior));
});

test("a price that was always a range has no lower end on record in old lockfiles, so that less is not odd", () => {
  const spoken = clip("a", { kind: "lip_sync", model: undefined, source: { key: A.key } });
  const old = rendering(spoken, "a", { estimate: { units: milliUnits(650) }, billed: units(550) });
  const now = { ...old, estimate: { units: milliUnits(650), lowUnits: milliUnits(600) } };
  expect(chargesIn(priorOf({ renders: [old] })).map(({ drift }) => drift.kind)).toEqual(["within"]);
  expect(chargesIn(priorOf({ renders: [now] })).map(({ drift }) => drift.kind)).toEqual(["below"]);
});

test("a native extension is made with the model of its clip", () => {
  const source = clip("a", { model: "kling-v1-6", mode: "pro" });
  const longer = clip("b", { kind: "extend", via: "native", model: undefined, source: { key: source.key } });
  const renders = [rendering(source, "a"), rendering(longer, "b", { billed: units(3500) })];
  const found = chargesIn(priorOf({ renders })).find(({ kind }) => kind === "extend");
  expect(found).toMatchObject({ model: "kling-v1-6", mode: "pro", now: { units: { high: 3500 } } });
});

test.each([
  [
    "omni_video",
    { model: "kling-3.0-omni", audio: "original", base_video: { sha256: "x" } },
    "kling-3.0-omni std",
  ],
  ["motion_control", { model: "kling-3.0", mode: "pro", character_orientation: "video" }, "kling-3.0 pro"],
  ["avatar", { model: undefined, mode: "pro" }, "avatar"],
  ["effect", { model: undefined, scene: "hug", images: [{ sha256: "x" }] }, "effect"],
  ["multi_image_to_video", { model: "kling-v1-6", images: [] }, "kling-v1-6 std"],
  ["video_to_audio", { model: undefined }, "video_to_audio"],
  ["text_to_audio", { model: undefined, duration: 8 }, "text_to_audio"],
  ["omni_image", { model: "kling-v3", series: 4, resolution: "4k" }, "kling-v3"],
  ["multi_image", { model: "kling-v2-1", subjects: [] }, "kling-v2-1"],
  ["expand", { model: undefined, up: 1 }, "expand"],
  ["element", { model: undefined, description: "a boat" }, "element"],
  ["voice", { model: undefined }, "voice"],
])(
  "%s is listed, by its model or service, and has a price as soon as the catalog has one",
  (kind, more, name) => {
    const odd = clip("a", { kind, ...more });
    const charges = chargesIn(priorOf({ renders: [rendering(odd, "a", { billed: units(1500) })] }));
    expect(groupCharges(charges, "model").map((group) => group.name)).toEqual([name]);
    expect(charges[0]?.now).toBeDefined();
  },
);

test.each([
  ["no action of ours", { kind: "later_kind" }],
  ["no length", { duration: "long" }],
  ["an endless length", { duration: 1e300 }],
  ["no model", { model: 7 }],
  ["a mode that is none", { mode: ["std"] }],
  ["a clip of its own", { kind: "extend", via: "omni", source: { key: 7 } }],
])("an intent with %s is listed, and at most has no price", (_what, more) => {
  const odd = clip("a", more);
  const found = chargesIn(priorOf({ renders: [rendering(odd, "a", { billed: units(1500) })] }));
  expect(found).toHaveLength(1);
});

describe("charges are added up", () => {
  const still = clip("s", { kind: "image", model: "kling-v3" });
  const renders = [
    rendering(A, "a", { handle: done("20"), estimate: COST, billed: units(2000) }),
    rendering(B, "b", {
      handle: done("21"),
      estimate: COST,
      billed: { kind: "billed", usd: micros(200_000) },
    }),
    rendering(C, "c", { handle: done("21"), estimate: COST, billed: { kind: "unknown" } }),
    rendering(still, "s", {
      handle: done("20"),
      estimate: { units: milliUnits(8000), usd: micros(28_000) },
      billed: units(8000),
    }),
  ];
  const steps = {
    "shots.010.clip": A.key,
    "shots.010.clip@2": B.key,
    "shots.020.clip": C.key,
    "images.mara": still.key,
  };
  const under = clip("u");
  const prior = priorOf({
    renders,
    steps,
    attempts: [attempt(under.key, "submitted", { task: "t-7" as TaskId })],
    intents: { [under.key]: under.inputs },
  });
  const shown = (by: "shot" | "model" | "day") =>
    groupCharges(chargesIn(prior), by).map(
      ({ name, tasks, billed, money, expected, unknown, underWay, drift }) => {
        const { video, image, usd } = billed;
        const odd = `${drift.more.video} more $${drift.less.usd / 1e6} less`;
        return `${name ?? "-"}: ${tasks}, ${video} + ${image} units, $${usd / 1e6}, in all $${money / 1e6} of $${expected.high / 1e6}, ${unknown} unknown, ${underWay} under way, ${odd}`;
      },
    );

  test("by shot, units of video, units of images and money apart", () => {
    expect(shown("shot")).toEqual([
      "images.mara: 1, 0 + 8000 units, $0, in all $0.028 of $0.028, 0 unknown, 0 under way, 0 more $0 less",
      "shots.010: 3, 2000 + 0 units, $0.2, in all $0.48 of $0.42, 0 unknown, 1 under way, 500 more $0.01 less",
      "shots.020: 1, 0 + 0 units, $0, in all $0 of $0, 1 unknown, 0 under way, 0 more $0 less",
    ]);
  });

  test("by model with its mode, and by the vendor's day of completion", () => {
    expect(shown("model").map((each) => each.slice(0, each.indexOf(",")))).toEqual([
      "kling-2.5-turbo std: 4",
      "kling-v3: 1",
    ]);
    expect(shown("day").map((each) => each.slice(0, each.indexOf(",")))).toEqual([
      "2026-11-20: 2",
      "2026-11-21: 2",
      "-: 1",
    ]);
  });
});
