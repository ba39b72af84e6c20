/** Prices that bills show to be others: when one is offered, and that the entry makes the estimate equal the bill. */
import { describe, expect, test } from "vitest";
import { micros, milliUnits } from "../../src/base/money.js";
import type { Additions, OwnPrice } from "../../src/catalog/additions.js";
import { createCatalog, type Catalog, type PriceQuery } from "../../src/catalog/catalog.js";
import { cacheKey, type KeyInputs, type Keyed } from "../../src/graph/key.js";
import { readManifest } from "../../src/manifest/read.js";
import { correctionsOf, correctionsYaml } from "../../src/plan/corrections.js";
import { chargesOf } from "../../src/plan/ledger.js";
import type { Billed, Rendering, TaskId } from "../../src/plan/prior.js";
import { artifact, handle, priorOf, rendering } from "./priors.js";

const units = (amount: number): Billed => ({ kind: "billed", units: milliUnits(amount) });

function catalogOf(additions: Additions = {}): Catalog {
  const { value, diagnostics } = createCatalog(additions);
  if (value === undefined || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return value;
}

function intent(action: object, words = "p"): Keyed {
  const inputs = { key: 1, realm: "kling", action: { prompt: words, ...action } } as unknown as KeyInputs;
  return { key: cacheKey(inputs), inputs };
}

/** Bills of clips that differ in words only, a day each. */
function bills(
  action: object,
  ...all: readonly (Billed | [Billed, seconds: number])[]
): readonly Rendering[] {
  return all.map((each, index) => {
    const [billed, seconds] = "kind" in each ? [each] : each;
    const completed = `2026-11-${10 + index}T12:00:00.000Z`;
    return rendering(intent(action, `words ${index}`), `${index}`, {
      handle: { ...handle(completed), task: `t-${index}` as TaskId },
      billed,
      ...(seconds === undefined ? {} : { artifact: { ...artifact(`${index}`), seconds } }),
    });
  });
}

const offered = (renders: readonly Rendering[], additions: Additions = {}) =>
  correctionsOf(chargesOf(priorOf({ renders }), "kling", catalogOf(additions)));
const TURBO = { kind: "text_to_video", model: "kling-2.5-turbo" };
const PRICE = { model: "kling-2.5-turbo", mode: "std" } as const;

describe("a correction is offered", () => {
  test.each<[string, readonly Rendering[], (OwnPrice & { readonly bills: number })[]]>([
    [
      "of one exact bill",
      bills(TURBO, units(2000)),
      [{ ...PRICE, units_per_second: 0.4, as_of: "2026-11-10", bills: 1 }],
    ],
    ["not of one that gives no exact price", bills(TURBO, units(2001)), []],
    [
      "of two that agree on a price that is not exact, rounded up",
      bills(TURBO, units(2001), units(2001)),
      [{ ...PRICE, units_per_second: 0.401, as_of: "2026-11-11", bills: 2 }],
    ],
    [
      "of bills for several lengths at one price",
      [...bills(TURBO, units(2000)), ...bills({ ...TURBO, duration: 10 }, units(4000))],
      [{ ...PRICE, units_per_second: 0.4, as_of: "2026-11-10", bills: 2 }],
    ],
    [
      "of the latest price, whatever was billed before",
      bills(TURBO, units(9000), units(1500), units(2000), units(2000)),
      [{ ...PRICE, units_per_second: 0.4, as_of: "2026-11-13", bills: 2 }],
    ],
    ["not where the last bill is as expected", bills(TURBO, units(2000), units(2000), units(1500)), []],
    ["not where a shorter clip explains the bill", bills(TURBO, [units(900), 3.04]), []],
    ["not where it is open which length was billed", bills(TURBO, [units(1200), 3.04]), []],
    [
      "in money, where money was billed",
      bills(TURBO, { kind: "billed", usd: micros(200_000) }),
      [{ ...PRICE, usd_per_second: 0.04, as_of: "2026-11-10", bills: 1 }],
    ],
    [
      "not of a bill in units and money",
      bills(TURBO, { kind: "billed", units: milliUnits(1000), usd: micros(1) }),
      [],
    ],
    ["not of what was free, or not said", bills(TURBO, { kind: "not_billed" }, { kind: "unknown" }), []],
  ])("%s", (_what, renders, expected) => {
    expect(offered(renders).map(({ price, bills: count }) => ({ ...price, bills: count }))).toEqual(expected);
  });

  test("says when it takes the place of the project's own price, and leaves prices in money alone", () => {
    const renders = bills(TURBO, units(1500), units(1500));
    expect(offered(renders, { prices: [{ ...PRICE, units_per_second: 0.2 }] })).toMatchObject([
      { replaces: true, price: { units_per_second: 0.3 } },
    ]);
    expect(offered(renders, { prices: [{ ...PRICE, usd_per_second: 0.02 }] })).toEqual([]);
  });

  test("of a range only by the clip's own length", () => {
    const source = intent({ ...TURBO, duration: 10 });
    const onward = { kind: "extend", via: "omni", model: "kling-3.0-omni", source: { key: source.key } };
    const clip = rendering(source, "s", { artifact: { ...artifact("s"), seconds: 10 } });
    expect(offered([clip, ...bills(onward, units(8000))])).toEqual([]);
    expect(offered([clip, ...bills(onward, [units(6300), 7.1])])).toEqual([]);
    expect(offered([clip, ...bills(onward, [units(7000), 7.1])])).toMatchObject([
      { price: { model: "kling-3.0-omni", mode: "std", input: "video", units_per_second: 1 } },
    ]);
  });
});

describe("what is offered makes the estimate equal the bill", () => {
  const still = { sha256: "a".repeat(64) };
  test.each<[string, object, Billed]>([
    ["a clip by the second", { ...TURBO, duration: 10 }, units(7770)],
    [
      "a clip with sound",
      { kind: "text_to_video", model: "kling-3.0", mode: "pro", audio: true },
      units(7000),
    ],
    ["a clip from a picture", { kind: "image_to_video", model: "kling-2.6", image: still }, units(1235)],
    [
      "a clip by the clip",
      { kind: "text_to_video", model: "kling-v1-6", mode: "pro", duration: 10 },
      units(7001),
    ],
    ["a clip of a model without modes", { kind: "text_to_video", model: "kling-v2-1-master" }, units(9999)],
    ["a 4k clip", { kind: "text_to_video", model: "kling-3.0", mode: "4k", duration: 15 }, units(60_000)],
    ["a clip in money", { ...TURBO, mode: "pro" }, { kind: "billed", usd: micros(123_455) }],
    ["a still", { kind: "image", model: "kling-v3" }, units(9001)],
    ["a still from a picture", { kind: "image", model: "kling-v2-1", image: still }, units(5001)],
    [
      "a try-on, of which only money was known",
      { kind: "try_on", model: "kolors-virtual-try-on-v1-5" },
      units(20_001),
    ],
  ])("%s", (_what, action, billed) => {
    const renders = bills(action, billed);
    const [only, ...more] = offered(renders);
    expect(more).toEqual([]);
    if (only === undefined) throw new Error("nothing is offered");
    // As it is printed, read as a manifest is.
    const text = `version: 1\nproject: p\nshots: { a: { prompt: a } }\n${correctionsYaml([only])}`;
    const { value, diagnostics } = readManifest(text, "kling.manifest.yaml");
    expect(diagnostics).toEqual([]);
    const [charge] = chargesOf(priorOf({ renders }), "kling", catalogOf(value?.manifest.catalog));
    const { now } = charge ?? {};
    if (now?.kind !== "priced" || billed.kind !== "billed") throw new Error("no price");
    expect(billed.units === undefined ? now.usd : now.units).toEqual({
      low: billed.units ?? billed.usd,
      high: billed.units ?? billed.usd,
    });
    expect(offered(renders, value?.manifest.catalog)).toEqual([]);
  });

  test.each<[string, object, PriceQuery]>([
    ["with sound", { model: "kling-3.0" }, { audio: true, mode: "std", input: "text" }],
    ["in another mode", { model: "kling-3.0" }, { audio: false, mode: "pro", input: "text" }],
    ["of a motion taken over", { model: "kling-3.0" }, { mode: "std", input: "motion" }],
    // Its rows for words ask for no input: they are what is left beside those for a video.
    ["where a video is given", { model: "kling-o1" }, { mode: "std", input: "video" }],
    [
      "with voices",
      { model: "kling-2.6", mode: "pro", audio: true },
      { mode: "pro", audio: true, voices: true },
    ],
    ["of another length", { model: "kling-v1-6" }, { mode: "std", seconds: 10 }],
  ])("and leaves the model's price alone %s", (_what, action, query) => {
    const [only] = offered(bills({ kind: "text_to_video", ...action }, units(9500)));
    if (only === undefined) throw new Error("nothing is offered");
    const priceIn = (catalog: Catalog) => {
      const model = catalog.video(only.price.model);
      return model && catalog.price(model, query);
    };
    expect(priceIn(catalogOf())).toBeDefined();
    expect(priceIn(catalogOf({ prices: [only.price] }))).toEqual(priceIn(catalogOf()));
  });
});
