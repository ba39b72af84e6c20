/** Tidying as a table of texts, and its laws: nothing that is said changes, nothing is lost, once is enough. */
import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readManifest } from "../../src/manifest/read.js";
import { tidied, untidy } from "../../src/manifest/tidy.js";
import { keyGraph } from "../../src/graph/key.js";
import { digestsOf, expanded } from "../graph/manifests.js";
import { untidyManifest } from "./untidy.js";

const examples = readdirSync("examples").map((name) => `examples/${name}/kling.manifest.yaml`);
const HEAD = "version: 1\nproject: p\n";

function tidy(text: string): string {
  const { value, diagnostics } = tidied(text, "m.yaml");
  if (value === undefined) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return value;
}

describe("tidying", () => {
  test.each([
    ["puts the keys of the file in one order", `shots: {}\nproject: p\nversion: 1\n`, `${HEAD}shots: {}\n`],
    [
      "puts the keys of a shot in one order: model, pictures, words, the rest, what follows, remarks",
      `${HEAD}\nshots:\n  a:\n    tags: [x]\n    steps: []\n    duration: 5\n    prompt: y\n    image: a.png\n    model: kling-3.0\n    title: t\n`,
      `${HEAD}\nshots:\n  a:\n    title: t\n    model: kling-3.0\n    image: a.png\n    prompt: y\n    duration: 5\n    steps: []\n    tags: [x]\n`,
    ],
    [
      "leaves shots, images, profiles and variables in the author's order",
      `${HEAD}\nvars:\n  z: "1"\n  a: "2"\n\nshots:\n  "20":\n    prompt: b\n\n  "10":\n    prompt: a\n`,
      `${HEAD}\nvars:\n  z: "1"\n  a: "2"\n\nshots:\n  "20":\n    prompt: b\n\n  "10":\n    prompt: a\n`,
    ],
    [
      "indents by two, and list items under their key",
      `${HEAD}shots:\n      a:\n         prompt: x\n         steps:\n         -   extend:\n                 via: omni\n`,
      `${HEAD}\nshots:\n  a:\n    prompt: x\n    steps:\n      - extend:\n          via: omni\n`,
    ],
    [
      "leaves one blank line between sections and between shots, and none at the end",
      `${HEAD}vars:\n  a: b\n\n\n\nshots:\n\n  a:\n    prompt: x\n  b:\n    prompt: y\n\n\n`,
      `${HEAD}\nvars:\n  a: b\n\nshots:\n  a:\n    prompt: x\n\n  b:\n    prompt: y\n`,
    ],
    [
      "takes quotes from words, and keeps them around sentences, numbers and truth values",
      `${HEAD}\nshots:\n  "a":\n    prompt: "x"\n    model: 'kling-2.5-turbo'\n    x-po: "4711"\n  "010":\n    aspect_ratio: "16:9"\n    prompt: "true"\n`,
      `${HEAD}\nshots:\n  a:\n    model: kling-2.5-turbo\n    prompt: "x"\n    x-po: "4711"\n\n  "010":\n    prompt: "true"\n    aspect_ratio: "16:9"\n`,
    ],
    [
      "puts ids that YAML takes for numbers or truth values in quotes",
      `${HEAD}\nshots:\n  020: { prompt: x }\n  1e3: { prompt: x }\n  null: { prompt: x }\n  20a: { prompt: x }\n`,
      `${HEAD}\nshots:\n  "020": { prompt: x }\n  "1e3": { prompt: x }\n  "null": { prompt: x }\n  20a: { prompt: x }\n`,
    ],
    [
      "leaves texts folded as they are, wherever their key goes",
      `${HEAD}\nshots:\n  a:\n        prompt: >-\n            one\n              two\n\n            three\n        title: plain\n          and on\n        notes: |3\n            lead\n           end\n`,
      `${HEAD}\nshots:\n  a:\n    title: plain\n      and on\n    prompt: >-\n      one\n        two\n\n      three\n    notes: |3\n        lead\n       end\n`,
    ],
    [
      "keeps the blank lines that `|+` makes part of a text",
      `project: p\nversion: 1\nx-a: |+\n  text\n\n\nvars: {}\n`,
      `${HEAD}vars: {}\n\nx-a: |+\n  text\n\n\n`,
    ],
    ["writes line feeds and one at the end", "version: 1\r\nproject: p\r\nshots: {}", `${HEAD}shots: {}\n`],
    [
      "leaves alone what stands in braces",
      `${HEAD}\nshots:\n    a: { prompt: x,  model: "kling-3.0",\n          # why\n          duration: 5 }\n`,
      `${HEAD}\nshots:\n  a: { prompt: x,  model: "kling-3.0",\n        # why\n        duration: 5 }\n`,
    ],
    [
      "moves an explicit key as it stands",
      `shots:\n    a:\n        ? prompt\n        : x\nversion: 1\nproject: p\n`,
      `${HEAD}\nshots:\n  a:\n      ? prompt\n      : x\n`,
    ],
    [
      "leaves a manifest of braces alone",
      `{ version: 1,\n  project: p }\n\n`,
      `{ version: 1,\n  project: p }\n`,
    ],
    [
      "keeps number-like variables as they are written",
      `${HEAD}vars: {}\nprofiles:\n  f:\n    vars:\n       year: 1.10\n       x: 0x1F\n`,
      `${HEAD}vars: {}\n\nprofiles:\n  f:\n    vars:\n      year: 1.10\n      x: 0x1F\n`,
    ],
    ["keeps a document marker", `---\n# c\nproject: p\nversion: 1\n...\n`, `---\n# c\n${HEAD}...\n`],
  ])("%s", (_claim, text, expected) => {
    expect(tidy(text)).toBe(expected);
    expect(tidy(expected)).toBe(expected);
  });

  test.each([
    [
      "keeps the schema line and what stands with it on top",
      `# yaml-language-server: $schema=./s.json\n# A film.\nproject: p\nversion: 1\n`,
      `# yaml-language-server: $schema=./s.json\n# A film.\nversion: 1\nproject: p\n`,
    ],
    [
      "moves a comment with the key below it, and one behind a value with that value",
      `${HEAD}\nshots:\n  a:\n    # how long\n    duration: 5  # seconds\n    prompt: x # words\n`,
      `${HEAD}\nshots:\n  a:\n    prompt: x # words\n    # how long\n    duration: 5  # seconds\n`,
    ],
    [
      "leaves a comment on top of a shot that a blank line sets apart from its first key",
      `${HEAD}\nshots:\n  a:\n    # about the shot\n\n    duration: 5\n    prompt: x\n`,
      `${HEAD}\nshots:\n  a:\n    # about the shot\n\n    prompt: x\n    duration: 5\n`,
    ],
    [
      "leaves a comment at the end of the shot in which it is indented",
      `${HEAD}\nshots:\n  a:\n      prompt: x\n      # take: 2\n  # b:\n  #   prompt: y\n\n# the end\n`,
      `${HEAD}\nshots:\n  a:\n    prompt: x\n    # take: 2\n  # b:\n  #   prompt: y\n\n# the end\n`,
    ],
    [
      "keeps a comment between a dash and its mapping",
      `${HEAD}\nshots:\n  a:\n    prompt: x\n    steps:\n    - # closer\n      extend: {}\n    # last\n    -\n      # or wider\n      extend: {}\n`,
      `${HEAD}\nshots:\n  a:\n    prompt: x\n    steps:\n      - # closer\n        extend: {}\n      # last\n      -\n        # or wider\n        extend: {}\n`,
    ],
    [
      "does not let a comment slip into the folded text above it",
      `${HEAD}\nshots:\n  a:\n    prompt: >\n            text\n        # a comment\n    title: t\n`,
      `${HEAD}\nshots:\n  a:\n    # a comment\n    title: t\n    prompt: >\n      text\n`,
    ],
  ])("%s", (_claim, text, expected) => {
    expect(tidy(text)).toBe(expected);
    expect(tidy(expected)).toBe(expected);
  });

  test("keeps anchors before their aliases, if need be in the author's order", () => {
    const leaning = `shots:\n  a: &a\n    prompt: x\n  b: *a\nvars: &v { n: "1" }\nversion: 1\nproject: p\nprofiles:\n  f:\n    vars: *v\n`;
    expect(tidy(leaning)).toContain("  a: &a\n    prompt: x\n\n  b: *a\n\nvars: &v");
    const within = `project: p\nversion: 1\nprofiles:\n  f:\n    vars: &v { n: "1" }\n  g:\n    vars: *v\n`;
    expect(tidy(within).startsWith(HEAD)).toBe(true);
  });

  test("refuses a manifest that is not valid, with its diagnostics", () => {
    const { value, diagnostics } = tidied(`${HEAD}shots: { a: { promt: x } }\n`, "m.yaml");
    expect(value).toBeUndefined();
    expect(diagnostics.map((each) => each.code)).toEqual(["manifest/unknown-key"]);
  });

  test("names the first line that is not tidy", () => {
    const text = "version: 1\nproject:  p\n";
    const { code, place } = untidy(text, tidy(text), "m.yaml");
    expect([code, place?.line, place?.text]).toEqual(["manifest/untidy", 2, "project:  p"]);
    const open = "version: 1\nproject: p";
    expect(untidy(open, tidy(open), "m.yaml").place?.line).toBe(2);
  });
});

describe("whatever the author wrote", () => {
  const comments = (text: string) => [...text.matchAll(/# c\d+\b/g)].map(([each]) => each).toSorted();
  const manifest = (text: string) => readManifest(text, "m.yaml").value?.manifest;

  test("tidying changes nothing that is said, loses no comment, and has nothing to do the second time", () => {
    fc.assert(
      fc.property(untidyManifest(), (text) => {
        expect(readManifest(text, "m.yaml").diagnostics.filter((each) => each.severity === "error")).toEqual(
          [],
        );
        const once = tidy(text);
        expect(manifest(once)).toEqual(manifest(text));
        expect(comments(once)).toEqual(comments(text));
        expect(tidy(once)).toBe(once);
        expect(once).not.toMatch(/\r|\t|(?<!kept|\n)\n\n\n/);
      }),
      { numRuns: 120 },
    );
  }, 20_000);

  test("tidying leaves every cache key alone", () => {
    fc.assert(
      fc.property(untidyManifest(), (text) => {
        const keys = (of: string) => {
          const read = manifest(of);
          if (read === undefined) return [];
          const { graph } = expanded(read);
          return [...keyGraph(graph, digestsOf(graph))].map(([id, { key }]) => [id, key]);
        };
        expect(keys(text).length).toBeGreaterThan(0);
        expect(keys(tidy(text))).toEqual(keys(text));
      }),
      { numRuns: 40 },
    );
  }, 20_000);

  test.each(["kling.manifest.example.yaml", ...examples])(
    "%s is tidy (or `klingmake fmt --file` makes it so)",
    (name) => {
      const text = readFileSync(name, "utf8");
      expect(tidy(text)).toBe(text);
    },
  );
});
