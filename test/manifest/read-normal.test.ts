/** What a manifest becomes: its normal form, and that the way it is written does not matter. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/base/digest.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read.js";

function read(text: string): Manifest {
  const { value, diagnostics } = readManifest(text, "m.yaml");
  if (value === undefined) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return value.manifest;
}

describe("the normal form", () => {
  test("has every part, empty where nothing is said", () => {
    expect(read("version: 1\nproject: p\n")).toEqual({
      version: 1,
      project: "p",
      provider: "sandbox",
      vars: {},
      defaults: {},
      profiles: [],
      images: [],
      sounds: [],
      voices: [],
      elements: [],
      shots: [],
      limits: {},
      budget: {},
      approval: {},
      outputs: {},
      catalog: {},
    });
  });

  test("keeps ids as they are written and in file order", () => {
    const { shots } = read(
      "version: 1\nproject: p\nshots:\n  020: {}\n  10: {}\n  0x1F: {}\n  2: {}\n  null: {}\n  1e3: {}\n",
    );
    expect(shots.map((shot) => shot.id)).toEqual(["020", "10", "0x1F", "2", "null", "1e3"]);
  });

  test("takes variables as they are written", () => {
    const { vars } = read(
      'version: 1\nproject: p\nvars: { a: 1.10, b: 020, c: true, d: yes, e: 0x1F, f: "" }\n',
    );
    expect({ ...vars }).toEqual({ a: "1.10", b: "020", c: "true", d: "yes", e: "0x1F", f: "" });
  });

  test("takes a profile's variables the same way", () => {
    const { profiles } = read("version: 1\nproject: p\nprofiles: { final: { vars: { a: 1.10 } } }\n");
    expect(profiles).toEqual([{ id: "final", vars: { a: "1.10" } }]);
  });

  test("leaves the author's own keys behind", () => {
    const text = `version: 1\nproject: p\nx-a: 1\nimages: { i: { prompt: x, x-b: 2 } }\nprofiles: { f: { x-c: 3 } }
shots: { s: { prompt: y, x-d: 4, steps: [{ extend: { prompt: z, x-e: 5 }, x-f: 6 }] } }\n`;
    expect(canonicalJson(read(text))).not.toContain("x-");
    expect(read(text).shots).toEqual([{ id: "s", prompt: "y", steps: [{ extend: { prompt: "z" } }] }]);
  });

  test("repeats what an alias stands for", () => {
    const { shots } = read(
      "version: 1\nproject: p\nshots:\n  a: { image: &i { from: images.x } }\n  b: { image: *i }\n",
    );
    expect(shots.map((shot) => shot.image)).toEqual([{ from: "images.x" }, { from: "images.x" }]);
  });

  test("follows nested anchors, the last of a name winning", () => {
    const text = "version: 1\nproject: p\nx-a: &a { b: &b [x] }\nx-c: &b [y]\nshots: { s: { tags: *b } }\n";
    expect(read(text).shots).toEqual([{ id: "s", tags: ["y"] }]);
  });

  test("lists the catalog's models in file order", () => {
    const text =
      "version: 1\nproject: p\ncatalog: { models: { b: { like: kling-3.0 }, 1: { like: kling-2.6 } } }\n";
    expect(read(text).catalog.models?.map((model) => model.id)).toEqual(["b", "1"]);
  });

  test("of the example holds every field that the schema knows", () => {
    const text = readFileSync(new URL("../../kling.manifest.example.yaml", import.meta.url), "utf8");
    const { value, diagnostics } = readManifest(text, "kling.manifest.example.yaml");
    expect(diagnostics).toEqual([]);
    expect(value?.manifest.shots.map((shot) => shot.id)).toEqual(
      Array.from({ length: 16 }, (_, index) => String((index + 1) * 10).padStart(3, "0")),
    );
    const schema: unknown = JSON.parse(
      readFileSync(new URL("../../schemas/kling.manifest.schema.json", import.meta.url), "utf8"),
    );
    const missing = [...fieldNames(schema)].filter(
      (name) => !new RegExp(`(^|[\\s{])${name}:`, "m").test(text),
    );
    expect(missing).toEqual([]);
  });
});

function fieldNames(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== "object" || schema === null) return names;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties") Object.keys(value as object).forEach((name) => names.add(name));
    if (key !== "examples") fieldNames(value, names);
  }
  return names;
}

describe("how it is written does not matter:", () => {
  const SHOTS = [
    { id: "010", prompt: "wide, the ferry leaves", duration: 5, tags: ["a", "b"] },
    { id: "9", image: { from: "images.mara" }, take: 2, audio: true },
  ];
  const plain = read(
    `version: 1\nproject: p\nshots:\n${SHOTS.map((shot) => `  ${JSON.stringify(shot.id)}: ${JSON.stringify({ ...shot, id: undefined })}\n`).join("")}`,
  );

  test("the JSON in it is YAML", () => {
    expect(plain.shots).toEqual(SHOTS);
  });

  const spaces = fc.integer({ min: 1, max: 6 });
  const style = fc.record({
    indent: spaces,
    quote: fc.constantFrom("", '"', "'"),
    gap: spaces,
    comments: fc.boolean(),
    blank: fc.boolean(),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    bom: fc.boolean(),
    trailing: fc.integer({ min: 0, max: 3 }),
  });

  test("comments, white space, line ends, quotes and a byte-order mark", () => {
    fc.assert(
      fc.property(style, ({ indent, quote, gap, comments, blank, end, bom, trailing }) => {
        const lines: string[] = [];
        const put = (depth: number, text: string) => {
          if (comments) lines.push(`${" ".repeat(depth)}# a remark: with "things" in it`);
          lines.push(" ".repeat(depth * indent) + text + (comments ? "  # set apart" : " ".repeat(trailing)));
          if (blank) lines.push("");
        };
        const key = (name: string) => `${quote}${name}${quote}:${" ".repeat(gap)}`;
        put(0, `${key("version")}1`);
        put(0, `${key("project")}${quote}p${quote}`);
        put(0, key("shots").trimEnd());
        put(1, key("010").trimEnd());
        put(2, `${key("prompt")}wide, the ferry leaves`);
        put(2, `${key("duration")}5`);
        put(2, `${key("tags")}[a, ${quote}b${quote}]`);
        put(1, key("9").trimEnd());
        put(2, `${key("image")}{ from: images.mara }`);
        put(2, `${key("take")}2`);
        put(2, `${key("audio")}true`);
        expect(read((bom ? "\u{feff}" : "") + lines.join(end) + end)).toEqual(plain);
      }),
    );
  });

  test("folded, literal, quoted and plain prompts differ in nothing but white space", () => {
    const prompts = [
      "prompt: a b",
      "prompt: >\n      a\n      b",
      'prompt: "a\n      b"',
      "prompt: a\n      b",
    ].map((prompt) => read(`version: 1\nproject: p\nshots:\n  s:\n    ${prompt}\n`).shots[0]?.prompt?.trim());
    expect(new Set(prompts)).toEqual(new Set(["a b"]));
  });
});

describe("whatever stands in a file,", () => {
  const pieces = fc.constantFrom(
    ..."version: 1|project: p|shots:|  a:|    prompt: x|- |? |: |{|}|[|]|,|&a|*a|!t|!!str|\"|'|#| #|\n|\n  |\t|%YAML|---|...|>|\\||<<|~|\r|\u0000|\ud83d|__proto__: |x-|1e999|0x|vars: |${|@|`|\\u|api_key: |eyJ".split(
      "|",
    ),
  );

  test("reading ends with a manifest or with diagnostics that have places", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(pieces, { maxLength: 40 }).map((each) => each.join("")),
        ),
        (text) => {
          const { value, diagnostics } = readManifest(text, "m.yaml");
          expect(value !== undefined || diagnostics.length > 0).toBe(true);
          for (const each of diagnostics) expect(each.place).toBeDefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["commas", `[${",".repeat(200_000)}`],
    ["directives", "%a\n".repeat(200_000)],
    ["anchors", "&a ".repeat(200_000)],
    ["aliases", `x-a: &a 1\nx-b: [${"*a,".repeat(50_000)}]`],
    ["repeated keys", "a: 1\n".repeat(2_000)],
    ["one long word", "a".repeat(1_000_000)],
    ["one long word after a mistake", `version: 2 # ${"api_key".repeat(100_000)}`],
  ])("%s in great number end in a readable answer", (_claim, text) => {
    expect(readManifest(text, "m.yaml").diagnostics.length).toBeGreaterThan(0);
  });
});
