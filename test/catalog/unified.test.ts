/** Models and prices where somebody else than the vendor answers. */
import { describe, expect, test } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import { UNIFIED_NAMES, unifiedModel } from "../../src/catalog/unified.js";

const { value: catalog, diagnostics } = createCatalog({
  models: [
    { id: "gate-turbo", like: "kling-2.5-turbo", wire_name: "turbo-9" },
    { id: "gate-four", like: "kling-3.0", wire_name: "four-9" },
    { id: "gate-master", like: "kling-v2-master", wire_name: "master-9" },
  ],
  prices: [{ model: "kling-v3", mode: "pro", usd_per_second: 0.1 }],
});
if (catalog === undefined || diagnostics.length > 0) throw new Error("no catalog");

describe("a gateway has", () => {
  const there = (id: string) => {
    const model = catalog.video(id);
    if (model === undefined) throw new Error(`no ${id}`);
    return unifiedModel(model, catalog);
  };

  test.each([
    ["kling-v3", { name: "kling-v3", modes: ["pro"] }],
    ["kling-3.0", { name: "kling-v3", modes: ["pro"] }],
    ["kling-v1-6", { name: "kling-v1-6", modes: ["std", "pro"] }],
    ["gate-turbo", { name: "turbo-9", modes: ["std", "pro"] }],
    ["gate-four", { name: "four-9", modes: ["std", "pro"] }],
    ["gate-master", { name: "master-9", modes: ["pro"] }],
    ["kling-2.6", undefined],
    ["kling-v2-6", undefined],
    ["kling-2.5-turbo", undefined],
    ["kling-3.0-omni", undefined],
    ["kling-3.0-turbo", undefined],
    ["kling-v1", undefined],
  ])("%s as %j", (id, expected) => {
    expect(there(id)).toEqual(expected);
  });

  test("only models that the catalog knows by their name", () => {
    expect(UNIFIED_NAMES.map((name) => catalog.video(name)?.wireName)).toEqual(UNIFIED_NAMES);
  });
});

describe("what a reseller charges", () => {
  const v3 = catalog.video("kling-v3");
  const own = catalog.video("gate-turbo");
  if (v3 === undefined || own === undefined) throw new Error("no model");
  const query = { mode: "pro", audio: false, input: "text", seconds: 5 } as const;

  test("is what the project says, and nothing where it says nothing", () => {
    expect(catalog.resold.price(v3, query)).toMatchObject({ usd: 100_000, basis: { grade: "project" } });
    expect(catalog.resold.price(v3, { ...query, mode: "std" })).toBeUndefined();
    expect(catalog.price(v3, { ...query, mode: "std" })).toBeDefined();
    expect(catalog.price(own, query)).toBeDefined();
    expect(catalog.resold.price(own, query)).toBeUndefined();
  });

  test("is of the same models, and stays beside the vendor's list", () => {
    expect(catalog.resold.all()).toBe(catalog.all());
    expect(catalog.resold.listed).toBe(catalog.listed);
    expect(catalog.resold.resold).toBe(catalog.resold);
    expect([catalog, catalog.listed, catalog.resold].map(({ isResold }) => isResold)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
