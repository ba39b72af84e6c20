/** What is derived from the schemas is what is committed, and the validators stand on their own. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { validateLock } from "../../src/store/validate-lock.generated.js";

const ROOT = new URL("../../", import.meta.url);
const generate = (await import(new URL("schemas/generate.mjs", ROOT).href)) as {
  generated(): Promise<Readonly<Record<string, string>>>;
};
const files = Object.entries(await generate.generated());

test.each(files)("%s is what `npm run generate` writes", (path, text) => {
  expect(readFileSync(new URL(path, ROOT), "utf8")).toBe(text);
});

test.each(files)("%s needs no package at run time", (_path, text) => {
  expect(text).not.toMatch(/\brequire\s*\(|\bfrom "(?!\.)|^import (?!type )/m);
});

interface Described {
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

/** Every property anywhere in a schema, by its path. */
function propertiesOf(schema: unknown, path = ""): readonly (readonly [path: string, Described])[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties } = schema as Described;
  const own = Object.entries(properties ?? {}).map(([name, each]) => [`${path}/${name}`, each] as const);
  const below = Object.entries(schema).flatMap(([name, each]) => propertiesOf(each, `${path}/${name}`));
  return [...own, ...below];
}

test.each(["kling.manifest.schema.json", "kling.lock.schema.json"])(
  "every property of %s has a title and a description for editors to show",
  (name) => {
    const schema: unknown = JSON.parse(readFileSync(new URL(`schemas/${name}`, ROOT), "utf8"));
    const { $defs } = schema as { readonly $defs: Readonly<Record<string, Described>> };
    const properties = propertiesOf(schema);
    expect(properties.length).toBeGreaterThan(40);
    for (const [path, property] of properties) {
      const target = property.$ref === undefined ? undefined : $defs[property.$ref.split("/").at(-1) ?? ""];
      const told = {
        title: property.title ?? target?.title,
        description: property.description ?? target?.description,
      };
      expect(told, path).toEqual({
        title: expect.stringMatching(/^[A-Z]/) as string,
        description: expect.stringMatching(/\S/) as string,
      });
    }
  },
);

const KEY = "a".repeat(64);
const RENDER = {
  inputs: { key: 1, realm: "kling", action: { kind: "text_to_video", model: "kling-3.0", prompt: "x" } },
  attempt: 1,
  artifact: { sha256: "b".repeat(64), size: 10, type: "video/mp4", width: 1280, height: 720, seconds: 5.041 },
  consumed: { [KEY]: "c".repeat(64) },
  handle: {
    route: "kling",
    task: "t",
    account: "f",
    completed: "2026-11-22T00:00:00.000Z",
    dialect: "new",
    product: "/text-to-video/kling-3.0",
  },
  estimate: { units: "1.5", usd: "0.21" },
  billed: { kind: "billed", units: "1.5", usd: "0.21" },
};
const lock = (render: object) => ({
  version: 1,
  renders: { [KEY]: { ...RENDER, ...render } },
  steps: { draft: { "shots.a.clip": KEY } },
});

test.each([
  ["a whole entry", lock({})],
  ["an empty lock", { version: 1, renders: {}, steps: {} }],
  ["members of later releases", { ...lock({ later: 1, billed: { kind: "unknown", later: [] } }), later: {} }],
  [
    "an extend with flags",
    lock({ returns: "tail", flags: ["duration"], handle: undefined, estimate: undefined }),
  ],
])("the lock schema takes %s", (_claim, data) => {
  expect(validateLock(JSON.parse(JSON.stringify(data)))).toBe(true);
});

test.each([
  ["another version", { ...lock({}), version: 2 }, ""],
  ["no version", { renders: {}, steps: {} }, ""],
  ["a key that is no digest", { version: 1, renders: { abc: RENDER }, steps: {} }, "/renders"],
  ["money as a number", lock({ estimate: { usd: 0.21 } }), `/renders/${KEY}/estimate/usd`],
  ["money with an exponent", lock({ estimate: { usd: "1e3" } }), `/renders/${KEY}/estimate/usd`],
  [
    "units of a millionth",
    lock({ billed: { kind: "billed", units: "0.0001" } }),
    `/renders/${KEY}/billed/units`,
  ],
  ["attempt 0", lock({ attempt: 0 }), `/renders/${KEY}/attempt`],
  [
    "a step that names no digest",
    { version: 1, renders: {}, steps: { draft: { "shots.a.clip": "x" } } },
    "/steps/draft/shots.a.clip",
  ],
])("the lock schema refuses %s", (_claim, data, pointer) => {
  expect(validateLock(data)).toBe(false);
  expect(
    validateLock.errors?.map((error) => error.instancePath).some((path) => path.startsWith(pointer)),
  ).toBe(true);
});
