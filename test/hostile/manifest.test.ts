/**
 * Hostile manifests: whatever stands in the file, there is an answer, in time, of a size that can be read, harmless on a
 * terminal; and what JavaScript takes for special is a name like any other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formatDiagnostic } from "../../src/base/frame.js";
import { createCatalog } from "../../src/catalog/catalog.js";
import { expand } from "../../src/graph/expand.js";
import { decodeManifest } from "../../src/manifest/decode.js";
import { readManifest } from "../../src/manifest/read.js";
import { tidied } from "../../src/manifest/tidy.js";
import { ordinarySeconds } from "./effort.js";
import { ground, type Said } from "./ground.js";
import { NASTY_MANIFESTS } from "./nasty-manifests.js";
import { prototypesUntouched } from "./prototypes.js";
import { fuzz } from "./seeds.js";
import { expectHarmless } from "./terminal.js";

const CORPUS = join(import.meta.dirname, "corpus/manifests");
const LONGEST_ANSWER = 2_000_000;

prototypesUntouched();

function expectAnswer({ exit, stdout, stderr }: Said): void {
  expect([0, 3], stderr.slice(0, 2000)).toContain(exit);
  if (exit === 3) expect(stderr).toMatch(/^error\[[a-z]+\/[a-z-]+\]/m);
  expect(stdout.length + stderr.length).toBeLessThan(LONGEST_ANSWER);
  expectHarmless(stdout + stderr);
}

describe("a megabyte of", () => {
  test.each(Object.entries(NASTY_MANIFESTS))(
    "%s is answered within 2 s",
    async (name, make) => {
      const text = make();
      expect(text.length).toBeLessThan(1_200_000);
      const at = ground(text);
      let said: Said | undefined;
      const seconds = await ordinarySeconds(name, async () => {
        said = await at.klingmake(["validate"]);
      });
      if (said !== undefined) expectAnswer(said);
      expect(seconds).toBeLessThan(2);
    },
    60_000,
  );
});

describe("more than can be told or planned", () => {
  const shots = (count: number, rest = "") =>
    `version: 1\nproject: p\nshots:\n${Array.from({ length: count }, (_, index) => `  s${index}: { prompt: x${rest} }\n`).join("")}`;
  const codesOf = (text: string) =>
    readManifest(text, "m.yaml").diagnostics.map(({ code, severity }) => `${severity} ${code}`);

  it("a thousand problems are told, and that there are more", () => {
    expect(codesOf(shots(1000, ", promt: y"))).toHaveLength(1000);
    const codes = codesOf(shots(1500, ", promt: y"));
    expect(codes).toHaveLength(1001);
    expect(codes.filter((code) => code === "error manifest/too-many")).toHaveLength(1);
  });

  it("an error is told however many warnings stand before it", () => {
    const text = `${shots(1500).replaceAll("{ prompt: x }", "\n    prompt: shot #x")}  last: { promt: x }\n`;
    expect(codesOf(text)).toContain("error manifest/unknown-key");
  });

  it.each([
    [shots(2300, ", takes: 9"), "the film has 20700 steps and takes; at most 20000 are taken"],
    [
      `${shots(1)}profiles: { ${Array.from({ length: 201 }, (_, index) => `p${index}: {}`).join(", ")} }\n`,
      "the film has 201 profiles; at most 200 are taken",
    ],
    [
      shots(1, `, steps: [${"{ extend: {} }, ".repeat(101)}]`),
      "the shot has 101 steps; at most 100 are taken",
    ],
  ])("a film beyond all films is refused %#", (text, message) => {
    expect(readManifest(text, "m.yaml").diagnostics).toMatchObject([{ code: "manifest/too-many", message }]);
  });

  it("validate says which profiles it had no time for", async () => {
    const profiles = Array.from({ length: 60 }, (_, index) => `p${index}: {}`).join(", ");
    const at = ground(`${shots(200, ", takes: 9")}profiles: { ${profiles} }\n`);
    const said = await at.klingmake(["validate"]);
    expect(said).toMatchObject({ exit: 0 });
    expect(said.stderr).toContain("warning[manifest/too-many]: the profile p");
  }, 60_000);
});

describe("the file", () => {
  test.each(readdirSync(CORPUS))(
    "corpus/manifests/%s is answered by every command that reads it",
    async (name) => {
      const at = ground(readFileSync(join(CORPUS, name)));
      for (const words of [
        ["validate"],
        ["plan"],
        ["status"],
        ["why", "shots.a"],
        ["graph"],
        ["fmt", "--check"],
      ]) {
        const said = await at.klingmake(words);
        expect([0, 1, 3], `${words.join(" ")}: ${said.stderr}`).toContain(said.exit);
        expectHarmless(said.stdout + said.stderr);
        const { stdout } = await at.klingmake([...words, "--json"]);
        expect(Object.keys(JSON.parse(stdout) as object)).toContain("diagnostics");
        expectHarmless(stdout);
      }
    },
  );
});

const WORDS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "shots",
  "images",
  "vars",
  "profiles",
  "profile",
  "defaults",
  "override",
  "video",
  "image",
  "prompt",
  "steps",
  "extend",
  "lip_sync",
  "try_on",
  "from",
  "url",
  "sha256",
  "take",
  "takes",
  "hold",
  "catalog",
  "models",
  "prices",
  "outputs",
  "path",
  "budget",
  "usd",
  "limits",
  "approval",
  "tiers",
  "version",
  "project",
  "provider",
  "kling",
  "sandbox",
  "kling-3.0",
  "kling-2.5-turbo",
  "images.a",
  "shots.a",
  "shots.__proto__",
  "${vars.__proto__}",
  "${vars.a}",
  "a",
  "x-y",
  "\u001b[2J",
  "\u202e\u2066",
  "../..",
  "",
];
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  fc.string({ unit: "binary", maxLength: 8 }),
);
const { tree } = fc.letrec<{ tree: unknown; map: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    word,
    fc.constantFrom<unknown>(null, true, 0, 1, -1, 5, 1e21, 0.1, 2 ** 53),
    fc.array(tie("tree"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.array(fc.tuple(word, tie("tree")), { maxLength: 5 }).map(
    // Written out, because an object would take `__proto__` for its prototype.
    (pairs) => ({ pairs }),
  ),
}));

/** JSON, which is YAML too; maps as they were made, repeated keys and all. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { pairs } = value as { readonly pairs: readonly (readonly [string, unknown])[] };
  return `{${pairs.map(([key, member]) => `${JSON.stringify(key)}: ${written(member)}`).join(", ")}}`;
}

const BASE = readFileSync(join(import.meta.dirname, "../../kling.manifest.example.yaml"), "utf8");
const mutation = fc.record({
  at: fc.nat(BASE.length),
  cut: fc.nat(40),
  put: fc.oneof(
    word,
    fc.constantFrom(
      "\n",
      "\t",
      ": ",
      "- ",
      "&a ",
      "*a ",
      "{",
      "}",
      "[",
      "]",
      "'",
      '"',
      "|",
      ">",
      "#",
      "!",
      "%",
      "\r",
    ),
  ),
});

describe("whatever is written,", () => {
  /** Never throws; what is told is complete and harmless. */
  function readAnd(text: string): void {
    const decoded = decodeManifest(Buffer.from(text), "m.yaml");
    if (decoded.value === undefined) return;
    const read = readManifest(decoded.value, "m.yaml");
    for (const diagnostic of [...read.diagnostics, ...tidied(decoded.value, "m.yaml").diagnostics]) {
      expect(diagnostic.code).toMatch(/^[a-z]+\/[a-z-]+$/);
      expectHarmless(formatDiagnostic(diagnostic));
    }
    if (read.value !== undefined) {
      const { manifest } = read.value;
      for (const profile of [undefined, ...manifest.profiles]) {
        const catalog = createCatalog(manifest.catalog);
        if (catalog.value !== undefined) expand(manifest, profile, catalog.value);
      }
    }
  }

  it("a manifest of hostile names and values is read or refused", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, tree), { maxLength: 8 }), (pairs) =>
        readAnd(`{"version": 1, "project": p, ${written({ pairs }).slice(1)}`),
      ),
      fuzz(400),
    );
  }, 60_000);

  it("the example with anything changed in it is read or refused", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) =>
        readAnd(
          mutations.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), BASE),
        ),
      ),
      fuzz(100),
    );
  }, 120_000);

  it("names that objects have by themselves are names like any other", async () => {
    const at = ground(readFileSync(join(CORPUS, "prototype-names.nasty")));
    expect(await at.klingmake(["validate"])).toMatchObject({ exit: 0 });
    for (const profile of ["constructor", "toString", "hasOwnProperty"]) {
      expect(
        await at.klingmake(["render", "--profile", profile, "--target", "shots.toString"]),
      ).toMatchObject({
        exit: 0,
      });
      expect(await at.klingmake(["why", "shots.constructor", "--profile", profile])).toMatchObject({
        exit: 0,
      });
    }
    expect((await at.klingmake(["plan", "--profile", "__proto__"])).stderr).toContain(
      "no profile called __proto__",
    );
    expect((await at.klingmake(["plan", "--target", "shots.__proto__"])).stderr).toContain("no step called");
  }, 60_000);
});
