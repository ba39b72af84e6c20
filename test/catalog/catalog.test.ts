/** Look-ups by kind and alias, tiers, and what a project may add. */
import { expect, test } from "vitest";
import { createCatalog, tierOf, type Catalog } from "../../src/catalog/catalog.js";
import type { Additions } from "../../src/catalog/additions.js";
import type { Mode } from "../../src/catalog/model.js";
import { readManifest } from "../../src/manifest/read.js";

function catalogOf(additions: Additions = {}): Catalog {
  const { value, diagnostics } = createCatalog(additions);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error("no catalog");
  return value;
}

function findingsOf(additions: Additions): readonly string[] {
  return createCatalog(additions).diagnostics.map(
    (each) =>
      `${each.severity} ${each.code} at ${(each.path ?? []).join(".")}: ${each.message} | ${each.help}`,
  );
}

test.each([
  ["video", "kling-2.5-turbo", "kling-2.5-turbo"],
  ["video", "kling-2-5-turbo", "kling-2.5-turbo"],
  ["video", "kling-2.5", "kling-2.5-turbo"],
  ["video", "kling-3-0", "kling-3.0"],
  ["video", "kling-3-omni", "kling-3.0-omni"],
  ["video", "kling-1.6", "kling-v1-6"],
  ["video", "kling-v3", "kling-v3"],
  ["image", "kling-3.0", "kling-v3"],
  ["image", "kling-v2.1", "kling-v2-1"],
  ["image", "kling-2.6", undefined],
  ["video", "kolors-virtual-try-on-v1", undefined],
  ["video", "toString", undefined],
] as const)("the %s model %s is %s", (kind, name, id) => {
  expect(catalogOf()[kind](name)?.id).toBe(id);
});

test("one id can be a video model and an image model, each found by its kind", () => {
  const catalog = catalogOf();
  expect([catalog.video("kling-v2-1")?.status, catalog.image("kling-v2-1")?.status]).toEqual([
    "presumed_retired",
    "current",
  ]);
});

test.each([
  ["video", "kling-2.5-trubo", "kling-2.5-turbo"],
  ["video", "KLING-2.6", "kling-2.6"],
  ["image", "kolors-virtual-tryon-v1", "kolors-virtual-try-on-v1"],
  ["video", "sora", undefined],
] as const)("for the %s model %s it suggests %s", (kind, name, meant) => {
  expect(catalogOf().suggest(kind, name)).toBe(meant);
});

test("it never suggests a name that the vendor refuses", () => {
  expect(catalogOf().suggest("video", "kling-v1")).not.toBe("kling-v1");
});

test.each<[string, Mode | undefined, string]>([
  ["kling-2.5-turbo", "std", "standard"],
  ["kling-2.5-turbo", "pro", "pro"],
  ["kling-2.6", undefined, "standard"],
  ["kling-o1", "pro", "pro"],
  ["kling-v1-6", "pro", "pro"],
  ["kling-v2-master", undefined, "master"],
  ["kling-v2-1-master", undefined, "master"],
  ["kling-v2-1", "pro", "pro"],
  ["kling-3.0", "std", "master"],
  ["kling-3.0-omni", "pro", "master"],
  ["kling-3.0-turbo", "std", "master"],
  ["kling-v3", "std", "master"],
  ["kling-v3-omni", "std", "master"],
  ["kling-2.6", "4k", "master"],
])("%s in mode %s is of tier %s", (id, mode, tier) => {
  const model = catalogOf().video(id);
  expect(model && tierOf(model, mode)).toBe(tier);
});

test("image models are of tier standard, also those of the third generation", () => {
  const model = catalogOf().image("kling-v3");
  expect(model && tierOf(model, undefined)).toBe("standard");
});

test.each([
  [{ id: "house", like: "kling-3.0" }, "master"],
  [{ id: "house", like: "kling-v2-1-master" }, "master"],
  [{ id: "house", like: "kling-2.6", wire_name: "kling-3.0-flash" }, "master"],
  [{ id: "kling-4.0", like: "kling-2.6" }, "master"],
  [{ id: "house", like: "kling-2.6", wire_name: "Kling-3.0" }, "master"],
  [{ id: "house", like: "kling-v1-6", wire_name: "kling-v2-1-MASTER" }, "master"],
  [{ id: "house", like: "kling-2.6" }, "standard"],
])("a project's model %j is of tier %s", (own, tier) => {
  const model = catalogOf({ models: [own] }).video(own.id);
  expect(model && tierOf(model, "std")).toBe(tier);
});

test("a model of the project's own takes everything but name and lengths from the one it is like", () => {
  const catalog = catalogOf({
    models: [
      { id: "kling-9", like: "kling-2.5", durations: [12, 4, 4] },
      { id: "house-omni", like: "kling-o1", wire_name: "kling-o1-eu", durations: [6] },
      { id: "old-house", like: "kling-v1-6", wire_name: "kling-v1-7", label: "House" },
    ],
  });
  const nine = catalog.video("kling-9");
  expect(nine).toMatchObject({
    status: "current",
    like: "kling-2.5-turbo",
    wireName: "kling-9",
    dialect: "new",
  });
  expect(nine?.textToVideo).toMatchObject({ path: "/text-to-video/kling-9", durations: [4, 12] });
  expect(nine?.imageToVideo).toMatchObject({ path: "/image-to-video/kling-9", endImage: { modes: ["pro"] } });
  expect(catalog.video("house-omni")?.imageToVideo).toMatchObject({
    path: "/omni-video/kling-o1-eu",
    durations: [6],
  });
  expect(catalog.video("house-omni")?.imageToVideo).not.toHaveProperty("loneFrameDurations");
  expect(catalog.video("old-house")).toMatchObject({ wireName: "kling-v1-7", label: "House" });
  expect(catalog.video("old-house")?.textToVideo?.path).toBe("/v1/videos/text2video");
  expect(catalog.all().slice(-3)).toEqual([nine, catalog.video("house-omni"), catalog.video("old-house")]);
});

test("a model of the project's own costs what the one it is like costs, and says so", () => {
  const catalog = catalogOf({ models: [{ id: "house", like: "kling-2.6" }] });
  const model = catalog.video("house");
  const row = model && catalog.price(model, { mode: "pro", audio: true, input: "text", seconds: 5 });
  expect(row?.units).toBe(1000);
  expect(row?.basis.source).toContain("taken to cost what kling-2.6 costs");
});

test("a model that is like a project's own model wants the care that this one wants", () => {
  const models = [
    { id: "first", like: "kling-2.5-turbo", wire_name: "kling-3.0" },
    { id: "second", like: "first", wire_name: "film" },
    { id: "third", like: "second", wire_name: "more-film" },
  ];
  const catalog = catalogOf({ models });
  const tiers = models.map(({ id }) => {
    const model = catalog.video(id);
    return model && tierOf(model, "std");
  });
  expect(tiers).toEqual(["master", "master", "master"]);
});

test.each<[string, "video" | "image", string, string, Mode | undefined, number | undefined, string]>([
  ["of the new endpoints", "video", "kling-2.5-turbo", "kling-3.0", "std", 600, "kling-3.0"],
  ["in other letters", "video", "kling-2.5-turbo", "KLING-3.0", "std", 600, "kling-3.0"],
  ["of /v1", "video", "kling-v1-6", "kling-v2-master", undefined, 10_000, "kling-v2-master"],
  ["of an image model", "image", "kling-v2-1", "kling-v3", undefined, 8_000, "kling-v3"],
  ["of the other dialect", "video", "kling-2.5-turbo", "kling-v3", "std", 300, "kling-2.5-turbo"],
  ["of a fitting", "image", "kolors-virtual-try-on-v1", "kling-v3", undefined, undefined, "kolors-virtual"],
  ["of its own", "video", "kling-2.5-turbo", "kling-2.5-turbo", "std", 300, "kling-2.5-turbo"],
])("a wire name %s is priced as whoever owns it there", (_, kind, like, wire_name, mode, units, named) => {
  const catalog = catalogOf({ models: [{ id: "house", like, wire_name }] });
  const model = catalog[kind]("house");
  const row =
    model &&
    catalog.price(model, {
      ...(mode === undefined ? {} : { mode }),
      audio: false,
      input: "text",
      seconds: 5,
    });
  expect(row?.units).toBe(units);
  expect(row?.basis.source).toContain(`taken to cost what ${named}`);
});

test("what a chain of own models costs is named link by link", () => {
  const catalog = catalogOf({
    models: [
      { id: "first", like: "kling-2.5-turbo", wire_name: "kling-3.0" },
      { id: "second", like: "first" },
    ],
  });
  const model = catalog.video("second");
  const row = model && catalog.price(model, { mode: "std", audio: false });
  expect(row?.units).toBe(600);
  expect(row?.basis.source).toContain("what first costs (taken to cost what kling-3.0 costs");
});

test.each([
  [{ id: "mine", like: "kling-2.6", wire_name: "kling-2.6-preview" }, "kling-2.6@kling-2.6-preview"],
  [{ id: "mine", like: "kling-2-6" }, "kling-2.6@mine"],
  [{ id: "mine", like: "kling-2.6", wire_name: "kling-2.6" }, "kling-2.6"],
  [{ id: "mine", like: "kling-2.5-turbo", wire_name: "kling-2.6" }, "kling-2.5-turbo@kling-2.6"],
])("the model %j is %s in keys", (own, identity) => {
  expect(catalogOf({ models: [own] }).video("mine")?.identity).toBe(identity);
});

test("built-in models go by their id in keys, and a model like a project's own by the root", () => {
  const catalog = catalogOf({
    models: [
      { id: "first", like: "kling-2.6", wire_name: "x" },
      { id: "second", like: "first", wire_name: "y" },
    ],
  });
  expect(catalog.all().filter((model) => model.identity !== undefined)).toEqual([
    catalog.video("first"),
    catalog.video("second"),
  ]);
  expect(catalog.video("second")?.identity).toBe("kling-2.6@y");
});

test("the listed catalog has the project's models, and none of its prices", () => {
  const catalog = catalogOf({
    models: [{ id: "mine", like: "kling-2.5-turbo", wire_name: "kling-3.0" }],
    prices: [
      { model: "mine", usd_per_clip: 0.001 },
      { model: "kling-2.6", usd_per_clip: 0.001 },
    ],
    unit_usd: { video: 0.001 },
  });
  const { listed } = catalog;
  const unitsOf = (id: string) => {
    const model = listed.video(id);
    return model && listed.price(model, { mode: "std", audio: false })?.units;
  };
  expect([unitsOf("mine"), unitsOf("kling-2.6")]).toEqual([600, 300]);
  expect([catalog.unitPrice("video").usd, listed.unitPrice("video").usd]).toEqual([1_000, 140_000]);
  expect(listed.listed).toBe(listed);
  expect(listed.all()).toEqual(catalog.all());
});

test.each([
  "../text-to-video/kling-3.0",
  "/kling-3.0",
  "kling-3.0/",
  "kling..3",
  "..",
  ".",
  "",
  "$&",
  "kling 3",
  "kling-3.0?x=1",
  "kling-3.0#",
  "%2e%2e",
  "kling\u0000",
  "kling\n",
  "k\u202e",
  "x".repeat(65),
])("the wire name %j is refused, and its model left out", (wire_name) => {
  const { value, diagnostics } = createCatalog({ models: [{ id: "mine", like: "kling-v3", wire_name }] });
  expect(diagnostics).toMatchObject([
    {
      severity: "error",
      code: "manifest/wrong-value",
      path: ["catalog", "models", "mine", "wire_name"],
      why: expect.stringContaining("address") as string,
      help: expect.stringContaining("letters, digits") as string,
    },
  ]);
  expect([value?.video("mine"), value?.image("mine")]).toEqual([undefined, undefined]);
});

test.each(["../text-to-video/kling-3.0", "a/b", "a..b", "$&", "", "x".repeat(65)])(
  "the manifest refuses the wire name %j where it stands",
  (name) => {
    const text = (wire: string) =>
      `version: 1\nproject: p\ncatalog:\n  models:\n    mine: { like: kling-2.6, wire_name: ${JSON.stringify(wire)} }\n`;
    const foundIn = (wire: string) =>
      readManifest(text(wire), "m.yaml")
        .diagnostics.filter((each) => each.path?.[0] === "catalog")
        .map((each) => `${each.severity} ${each.code} ${each.path?.join(".")}`);
    expect(foundIn(name)).toEqual(["error manifest/wrong-value catalog.models.mine.wire_name"]);
    expect(foundIn("kling-2.6-preview_b")).toEqual([]);
  },
);

test("an id that is no wire name wants one beside it", () => {
  const { value, diagnostics } = createCatalog({ models: [{ id: "a..b", like: "kling-2.6" }] });
  expect(diagnostics).toMatchObject([
    { code: "manifest/wrong-value", path: ["catalog", "models", "a..b"], on: "key" },
  ]);
  expect(value?.video("a..b")).toBeUndefined();
  expect(
    catalogOf({ models: [{ id: "a..b", like: "kling-2.6", wire_name: "x" }] }).video("a..b"),
  ).toBeDefined();
});

test.each(["a/b", "a\u202e", "", "$&"])("the id %j is refused", (id) => {
  const { value, diagnostics } = createCatalog({ models: [{ id, like: "kling-2.6", wire_name: "x" }] });
  expect(diagnostics).toMatchObject([
    { severity: "error", code: "manifest/bad-id", path: ["catalog", "models", id], on: "key" },
  ]);
  expect(value?.video(id)).toBeUndefined();
});

test("a model like one that is video and image becomes both", () => {
  const catalog = catalogOf({ models: [{ id: "house", like: "kling-v3" }] });
  expect([catalog.video("house")?.like, catalog.image("house")?.like]).toEqual(["kling-v3", "kling-v3"]);
});

test("a price of the project's own beats the built-in one, the most particular first", () => {
  const catalog = catalogOf({
    prices: [
      { model: "kling-2.6", usd_per_second: 0.05 },
      { model: "kling-2-6", mode: "pro", audio: true, usd_per_second: 0.11, as_of: "2026-11-01" },
      { model: "kling-2.6", mode: "pro", usd_per_clip: 0.3 },
      { model: "kling-v3", usd_per_image: 0.02 },
    ],
  });
  const model = catalog.video("kling-2.6");
  const picture = catalog.image("kling-v3");
  if (model === undefined || picture === undefined) throw new Error("missing model");
  const priceOf = (mode: Mode, audio: boolean) =>
    catalog.price(model, { mode, audio, input: "text", seconds: 5 });
  expect(priceOf("std", false)).toMatchObject({
    per: "second",
    usd: 50_000,
    basis: { grade: "project", asOf: "undated" },
  });
  expect(priceOf("pro", true)).toMatchObject({ per: "second", usd: 110_000, basis: { asOf: "2026-11-01" } });
  expect(priceOf("pro", false)).toMatchObject({ per: "clip", usd: 300_000 });
  expect(catalog.price(picture, { input: "text" })).toMatchObject({
    per: "image",
    usd: 20_000,
    unit: "image",
  });
});

test("a price of the project's own may be in units, and for one input, length or resolution only", () => {
  const catalog = catalogOf({
    prices: [
      { model: "kling-2.6", units_per_second: 0.4 },
      { model: "kling-2.6", mode: "std", input: "image", units_per_second: 0.7 },
      { model: "kling-2.6", mode: "std", input: "image", seconds: 10, units_per_clip: 5.125 },
      { model: "kling-v3", resolution: "2k", units_per_image: 12 },
    ],
  });
  const model = catalog.video("kling-2.6");
  const picture = catalog.image("kling-v3");
  if (model === undefined || picture === undefined) throw new Error("missing model");
  const priceOf = (input: "text" | "image", seconds: number) =>
    catalog.price(model, { mode: "std", audio: false, input, seconds });
  expect(priceOf("text", 10)).toMatchObject({ per: "second", unit: "video", units: 400 });
  expect(priceOf("text", 10)?.usd).toBeUndefined();
  expect(priceOf("image", 5)).toMatchObject({ per: "second", units: 700 });
  expect(priceOf("image", 10)).toMatchObject({ per: "clip", units: 5125, seconds: 10 });
  const still = (resolution: "1k" | "2k") => catalog.price(picture, { input: "text", resolution });
  expect(still("2k")).toMatchObject({ per: "image", unit: "image", units: 12_000 });
  expect(still("1k")).toMatchObject({ basis: { grade: "O" } });
});

test("a unit lists at $0.14 and $0.0035, and costs what the project says", () => {
  expect([catalogOf().unitPrice("video").usd, catalogOf().unitPrice("image").usd]).toEqual([140_000, 3_500]);
  const own = catalogOf({ unit_usd: { video: 0.098 } });
  expect([own.unitPrice("video").usd, own.unitPrice("image").usd]).toEqual([98_000, 3_500]);
  expect(own.unitPrice("video").basis.grade).toBe("project");
});

test.each<[string, Additions, readonly string[]]>([
  [
    "an id that exists",
    { models: [{ id: "kling-2.6", like: "kling-3.0" }] },
    [
      "error catalog/duplicate at catalog.models.kling-2.6: the catalog has a model called kling-2.6 already" +
        " | choose another id, and put the vendor's name for it under wire_name",
    ],
  ],
  [
    "an id that is another model's alias",
    { models: [{ id: "kling-2-6", like: "kling-3.0" }] },
    [
      "error catalog/duplicate at catalog.models.kling-2-6: the catalog has a model called kling-2-6 already" +
        " | choose another id, and put the vendor's name for it under wire_name",
    ],
  ],
  [
    "a model like none",
    { models: [{ id: "house", like: "kling-3.O" }] },
    [
      "error catalog/unknown-model at catalog.models.house.like: the catalog has no model called kling-3.O" +
        " | did you mean kling-3.0?",
    ],
  ],
  [
    "a price of no model, and of the wrong kind",
    {
      prices: [
        { model: "sora\u202e", usd_per_second: 1 },
        { model: "kling-2.6", usd_per_image: 1 },
      ],
    },
    [
      "error catalog/unknown-model at catalog.prices.0.model: the catalog has no video model called sora\u{fffd}" +
        " | `klingmake models` lists what there is",
      "error catalog/unknown-model at catalog.prices.1.model: the catalog has no image model called kling-2.6" +
        " | did you mean kling-2.1?",
    ],
  ],
  [
    "a price for a mode that the model lacks",
    { prices: [{ model: "kling-2.6", mode: "4k", usd_per_second: 1 }] },
    [
      "error catalog/unsupported at catalog.prices.0.mode: kling-2.6 has no mode 4k, so this price would never count" +
        " | remove mode, or name one that the model has",
    ],
  ],
  [
    "a price without an amount, with two, and of nothing",
    {
      prices: [
        { model: "kling-2.6" },
        { model: "kling-2.6", usd_per_clip: 1, usd_per_second: 1 },
        { model: "kling-2.6", usd_per_clip: 0 },
        { model: "kling-2.6", units_per_clip: 0 },
        { model: "kling-2.6", units_per_clip: 1, usd_per_clip: 1 },
      ],
    },
    [0, 1, 2, 3, 4].map(
      (index) =>
        `error manifest/wrong-value at catalog.prices.${index}: the price of kling-2.6 wants exactly one amount` +
        " | give one of usd_per_second, usd_per_clip, usd_per_image, or units_per_ of these, above 0",
    ),
  ],
  [
    "a unit that costs nothing",
    { unit_usd: { image: 0 } },
    [
      "error manifest/wrong-value at catalog.unit_usd.image: a unit of image cannot cost 0 dollars" +
        " | remove it for the list price, $0.0035, or give dollars above 0",
    ],
  ],
])("%s is reported where it stands", (_what, additions, findings) => {
  expect(findingsOf(additions)).toEqual(findings);
});

test("what is wrong with an addition leaves the rest of the catalog usable", () => {
  const { value } = createCatalog({
    models: [
      { id: "bad", like: "nothing at all" },
      { id: "good", like: "kling-2.6" },
    ],
    prices: [{ model: "bad", usd_per_clip: 1 }],
  });
  expect([value?.video("bad"), value?.video("good")?.like]).toEqual([undefined, "kling-2.6"]);
});
