/**
 * Every mistake that the manifest room tells, as a table: YAML text in, code and place of each diagnostic out.
 * The words themselves are checked in `read-words.test.ts`.
 */
import { describe, expect, test } from "vitest";
import { readManifest } from "../../src/manifest/read.js";

const HEAD = "version: 1\nproject: p\n";

/** `code line:column` of each diagnostic, warnings with a leading `~`. */
function found(text: string): readonly string[] {
  return readManifest(text, "m.yaml").diagnostics.map(
    ({ code, severity, place }) =>
      `${severity === "warning" ? "~" : ""}${code} ${place === undefined ? "nowhere" : `${place.line}:${place.column}`}`,
  );
}

type Row = readonly [claim: string, text: string, ...expected: string[]];

const YAML_ROWS: readonly Row[] = [
  ["an empty file", "", "yaml/empty 1:1"],
  ["a file of comments", "# soon\n\n# more\n", "yaml/empty 1:1"],
  ["a document marker alone", "---\n", "yaml/empty 1:4"],
  ["an explicit null", "~\n", "yaml/empty 1:1"],
  ["a text in place of keys", "hello\n", "manifest/wrong-type 1:1"],
  ["a list in place of keys", "- version: 1\n", "manifest/wrong-type 1:1"],
  ["a second colon in a text", `${HEAD}shots:\n  a: { }\n  b:\n    prompt: wide: slow\n`, "yaml/syntax 6:13"],
  ["a value further right than its key", "version: 1\n  project: p\n", "yaml/syntax 1:10"],
  ["a key further left than its neighbours", `${HEAD}shots:\n    a: {}\n  b: {}\n`, "yaml/syntax 5:1"],
  ["an unclosed quote, marked where it opens", `${HEAD}shots:\n  a: { prompt: "x }\n`, "yaml/syntax 4:16"],
  [
    "a quote that is closed by the next text's",
    `${HEAD}shots:\n  a:\n    prompt: "x\n    title: "y"\n`,
    "yaml/syntax 5:13",
  ],
  ["an unclosed brace, marked where it opens", `${HEAD}shots:\n  a: { prompt: x\n`, "yaml/syntax 4:6"],
  [
    "an unclosed bracket, marked where it opens",
    `${HEAD}shots:\n  a:\n    tags: [x, y\n`,
    "yaml/syntax 5:11",
  ],
  [
    "a variable without quotes inside braces",
    `${HEAD}shots:\n  a: { prompt: \${vars.x} }\n`,
    "yaml/syntax 4:16",
  ],
  ["a text that begins with @", `${HEAD}shots:\n  a: { prompt: @x }\n`, "yaml/syntax 4:16"],
  ["a line without a colon", `${HEAD}shots\n`, "yaml/syntax 3:1"],
  [
    "text after a closing quote",
    `${HEAD}shots:\n  a: { prompt: x }\n  b:\n    prompt: "x" y\n`,
    "yaml/syntax 6:17",
  ],
  ["an escape that YAML does not know", `${HEAD}x-a: "\\q"\n`, "yaml/syntax 3:7"],
  ["a list on the line of its key", `${HEAD}x-a: - b\n`, "yaml/syntax 3:6"],
  [
    "a text that is cut by a comment line",
    `${HEAD}shots:\n  a:\n    prompt: one # two\n      three\n`,
    "yaml/syntax 6:1",
  ],
  ["an anchor without a name", `${HEAD}x-a: &\n`, "yaml/syntax 3:6"],
  ["an alias without an anchor", `${HEAD}x-a: *b\n`, "yaml/syntax 3:6"],
  ["an alias before its anchor", `${HEAD}x-a: *b\nx-b: &b 1\n`, "yaml/syntax 3:6"],
  ["a tag", `${HEAD}x-a: !film 1\n`, "yaml/syntax 3:12"],
  ["a tag of YAML itself", `${HEAD}x-a: !!binary aGk=\n`, "yaml/syntax 3:15"],
  ["a list as a key", `${HEAD}? [a]\n: 1\n`, "yaml/syntax 3:3"],
  ["half a character", `${HEAD}x-a: "\\ud83d"\n`, "yaml/syntax 3:6"],
  ["two documents", `${HEAD}---\nversion: 1\n`, "yaml/syntax 3:1"],
  ["text after the document's end", `${HEAD}...\nversion: 1\n`, "yaml/syntax 4:1"],
  ["YAML 1.1", `%YAML 1.1\n---\n${HEAD}`, "yaml/syntax 1:1"],
  ["an unknown directive", `%FILM 1\n---\n${HEAD}`, "yaml/syntax 1:1"],
  ["a control character", `${HEAD}x-a: a\u0007b\n`, "yaml/syntax 3:7"],
  ["a NUL", `${HEAD}x-a: a\u0000b\n`, "yaml/syntax 3:7"],
  ["nesting without end", `${HEAD}x-a: ${"[".repeat(90)}${"]".repeat(90)}\n`, "yaml/syntax 3:70"],
  [
    "nesting that would exhaust the stack",
    `${HEAD}x-a: ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`,
    "yaml/syntax 3:70",
  ],
  ["a tab, told once for all lines", `${HEAD}shots:\n\ta: {}\n\tb: {}\n`, "yaml/tab 4:1"],
  ["a tab after spaces", `${HEAD}shots:\n  a:\n  \tprompt: x\n`, "yaml/tab 5:3"],
  ["a repeated key", `${HEAD}shots:\n  a: { prompt: x }\n  a: { prompt: y }\n`, "yaml/duplicate-key 5:3"],
  ["a repeated key at the top", `${HEAD}project: q\n`, "yaml/duplicate-key 3:1"],
  [
    "a key repeated in quotes",
    `${HEAD}shots:\n  020: { prompt: x }\n  "020": { prompt: y }\n`,
    "yaml/duplicate-key 5:3",
  ],
  ["an integer beyond 2^53", `${HEAD}x-po: 9007199254740993\n`, "yaml/unsafe-integer 3:7"],
  [
    "an integer beyond 2^53 in a field",
    `${HEAD}shots:\n  a: { take: 98765432109876543210 }\n`,
    "yaml/unsafe-integer 4:14",
  ],
  ["an alias inside what it repeats", `${HEAD}x-a: &a [*a]\n`, "yaml/alias-bomb 3:10"],
  [
    "a comment that cuts a prompt",
    `${HEAD}shots:\n  a:\n    prompt: shot #3 of the pier\n`,
    "~yaml/comment-cuts 5:18",
  ],
  ["a comment that cuts a variable", `${HEAD}vars:\n  look: grain #2\n`, "~yaml/comment-cuts 4:15"],
  ["a comment set apart by two spaces", `${HEAD}shots:\n  a:\n    prompt: the pier  # hero shot\n`],
  ["a # in a quoted prompt", `${HEAD}shots:\n  a:\n    prompt: "shot #3"\n`],
  ["a # inside a word", `${HEAD}shots:\n  a:\n    prompt: shot#3\n`],
  [
    "a comment after a field that is no text",
    `${HEAD}shots:\n  a:\n    duration: 5 # seconds\n    prompt: x\n`,
  ],
];

const MANIFEST_ROWS: readonly Row[] = [
  ["no version", "project: p\n", "manifest/version 1:1"],
  ["version 2, and nothing else about it", "version: 2\nshotz: []\n", "manifest/version 1:10"],
  ["a version in quotes", 'version: "1"\nproject: p\n', "manifest/version 1:10"],
  ["no project", "version: 1\n", "manifest/missing-key 1:1"],
  ["neither version nor project", "shots: {}\n", "manifest/version 1:1", "manifest/missing-key 1:1"],
  ["a misspelt key at the top", `${HEAD}shosts: {}\n`, "manifest/unknown-key 3:1"],
  ["a misspelt key of a shot", `${HEAD}shots:\n  "010":\n    promt: x\n`, "manifest/unknown-key 5:5"],
  ["`n` on an image", `${HEAD}images:\n  a: { prompt: x, n: 4 }\n`, "manifest/unknown-key 4:19"],
  ["a merge key", `${HEAD}x-a: &a { prompt: x }\nshots:\n  b:\n    <<: *a\n`, "manifest/unknown-key 6:5"],
  [
    "an unknown action, not as a missing one too",
    `${HEAD}shots:\n  a: { steps: [{ upscale: {} }] }\n`,
    "manifest/unknown-key 4:18",
  ],
  ["a shot that is a text, once", `${HEAD}shots:\n  a: the pier\n`, "manifest/wrong-type 4:6"],
  ["shots as a list, once", `${HEAD}shots:\n  - id: a\n    prompt: x\n`, "manifest/wrong-type 3:1"],
  ["a key without a value", `${HEAD}shots:\n  a:\n    prompt:\n`, "manifest/wrong-type 5:5"],
  [
    "`yes` where true is wanted",
    `${HEAD}shots:\n  a: { prompt: x, audio: yes }\n`,
    "manifest/wrong-type 4:26",
  ],
  ["a number where text is wanted", `${HEAD}shots:\n  a: { prompt: 1987 }\n`, "manifest/wrong-type 4:16"],
  ["a model that is a number, once", `${HEAD}shots:\n  a: { model: 3 }\n`, "manifest/wrong-type 4:15"],
  ["an infinite number", `${HEAD}limits: { poll_seconds: .inf }\n`, "manifest/wrong-type 3:25"],
  [
    "a fraction where whole seconds are wanted",
    `${HEAD}shots:\n  a: { duration: 5.5 }\n`,
    "manifest/wrong-type 4:18",
  ],
  ["tags as a text", `${HEAD}shots:\n  a: { tags: vfx }\n`, "manifest/wrong-type 4:14"],
  ["budget as a number", `${HEAD}budget: 20\n`, "manifest/wrong-type 3:9"],
  ["a word that is not one of the few", `${HEAD}shots:\n  a: { mode: prro }\n`, "manifest/wrong-value 4:14"],
  ["a provider that does not exist", `${HEAD}provider: klng\n`, "manifest/wrong-value 3:11"],
  [
    "a duration of 0 and one of 61",
    `${HEAD}shots:\n  a: { duration: 0 }\n  b: { duration: 61 }\n`,
    "manifest/wrong-value 4:18",
    "manifest/wrong-value 5:18",
  ],
  [
    "takes beyond 9, take below 1",
    `${HEAD}shots:\n  a: { takes: 10, take: 0 }\n`,
    "manifest/wrong-value 4:15",
    "manifest/wrong-value 4:25",
  ],
  ["cfg_scale beyond 1", `${HEAD}shots:\n  a: { cfg_scale: 1.5 }\n`, "manifest/wrong-value 4:19"],
  ["polling without pause", `${HEAD}limits: { poll_seconds: 0 }\n`, "manifest/wrong-value 3:25"],
  [
    "an aspect ratio as a fraction",
    `${HEAD}shots:\n  a: { aspect_ratio: 16/9 }\n`,
    "manifest/wrong-value 4:22",
  ],
  ["an empty output path", `${HEAD}outputs: { path: "" }\n`, "manifest/wrong-value 3:18"],
  ["a tier twice", `${HEAD}approval: { tiers: [pro, master, pro] }\n`, "manifest/wrong-value 3:34"],
  [
    "a model without lengths",
    `${HEAD}catalog: { models: { a: { like: kling-3.0, durations: [] } } }\n`,
    "manifest/wrong-value 3:55",
  ],
  [
    "two actions in one step",
    `${HEAD}shots:\n  a:\n    steps:\n      - extend: {}\n        lip_sync: { text: x }\n`,
    "manifest/wrong-value 6:9",
  ],
  [
    "a step without an action",
    `${HEAD}shots:\n  a: { steps: [{ x-note: y }] }\n`,
    "manifest/missing-key 4:16",
  ],
  [
    "a try-on without a garment",
    `${HEAD}images:\n  a: { try_on: { human: m.png } }\n`,
    "manifest/missing-key 4:8",
  ],
  [
    "a reference and a URL at once",
    `${HEAD}shots:\n  a: { image: { from: images.b, url: "https://h/x" } }\n`,
    "manifest/wrong-value 4:15",
  ],
  [
    "a URL without its digest",
    `${HEAD}shots:\n  a: { image: { url: "https://h/x.png" } }\n`,
    "manifest/missing-key 4:15",
  ],
  ["an empty input", `${HEAD}shots:\n  a: { image: {} }\n`, "manifest/missing-key 4:15"],
  [
    "an input with a misspelt key, once",
    `${HEAD}shots:\n  a: { image: { form: images.b } }\n`,
    "manifest/unknown-key 4:17",
  ],
  [
    "a frame of a URL",
    `${HEAD}shots:\n  a: { image: { url: "https://h/x", sha256: ${"a".repeat(64)}, frame: last } }\n`,
    "manifest/wrong-value 4:111",
  ],
  [
    "a digest in capitals",
    `${HEAD}shots:\n  a: { image: { url: "https://h/x", sha256: ${"A".repeat(64)} } }\n`,
    "manifest/wrong-value 4:45",
  ],
  [
    "a URL of another kind",
    `${HEAD}shots:\n  a: { image: { url: "ftp://h/x", sha256: ${"a".repeat(64)} } }\n`,
    "manifest/wrong-value 4:22",
  ],
  [
    "ids with spaces, dots or nothing",
    `${HEAD}shots:\n  "a b": {}\n  c.d: {}\n  "": {}\n`,
    "manifest/bad-id 4:3",
    "manifest/bad-id 5:3",
    "manifest/bad-id 6:3",
  ],
  [
    "an id that would reach a prototype",
    `${HEAD}shots:\n  __proto__: { prompt: x }\n`,
    "manifest/bad-id 4:3",
  ],
  ["a project that is no name", "version: 1\nproject: night ferry\n", "manifest/bad-id 2:10"],
  ["a variable that is no name", `${HEAD}vars: { "a b": x }\n`, "manifest/bad-id 3:9"],
  ["a profile that does not exist", `${HEAD}profile: final\n`, "manifest/unknown-profile 3:10"],
  ["an API key at the top, not as an unknown key too", `${HEAD}api_key: abc\n`, "manifest/secret 3:10"],
  ["a secret on a profile", `${HEAD}profiles: { final: { secret_key: abc } }\n`, "manifest/secret 3:34"],
  ["a token of the story is none", `${HEAD}vars: { token: a brass coin, door_key: iron }\n`],
  ["a random token in a variable", `${HEAD}vars: { token: 9f8e7d6c5b4a39281706 }\n`, "manifest/secret 3:16"],
  [
    "a bearer token in a prompt",
    `${HEAD}shots:\n  a: { prompt: "Bearer abcdefghijklmnopqrstuv" }\n`,
    "manifest/secret 4:16",
  ],
  [
    "a JWT in a list",
    `${HEAD}shots:\n  a: { tags: [eyJhbGciOiJI.eyJpc3MiOiJhYg.c2ln] }\n`,
    "manifest/secret 4:15",
  ],
  [
    "a mistake in an aliased value, once",
    `${HEAD}shots:\n  a: &a { promt: x }\n  b: *a\n  c: *a\n`,
    "manifest/unknown-key 4:11",
  ],
  [
    "everything at once, in file order",
    `${HEAD}profile: drft\nshots:\n  a: { mode: prro, x: 1 }\n  "b c": {}\nbudget: { usd: -1 }\nprofiles: { draft: { overide: {} } }\n`,
    "manifest/unknown-profile 3:10",
    "manifest/wrong-value 5:14",
    "manifest/unknown-key 5:20",
    "manifest/bad-id 6:3",
    "manifest/wrong-value 7:16",
    "manifest/unknown-key 8:22",
  ],
];

describe("the manifest room reports, with code and place", () => {
  test.each([...YAML_ROWS, ...MANIFEST_ROWS])("%s", (_claim, text, ...expected) => {
    expect(found(text)).toEqual(expected);
  });

  test("an alias bomb before it goes off", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `x-${i + 1}: &l${i + 1} [${`*l${i},`.repeat(10)}]`);
    expect(found(`${HEAD}x-0: &l0 [1,1,1,1,1,1,1,1,1,1]\n${levels.join("\n")}\n`)).toEqual([
      "yaml/alias-bomb 7:39",
    ]);
  });

  test("every code that the room can raise", () => {
    const raised = new Set([...YAML_ROWS, ...MANIFEST_ROWS].flatMap(([, text]) => found(text).map(codeOf)));
    expect([...raised].toSorted()).toEqual([
      "manifest/bad-id",
      "manifest/missing-key",
      "manifest/secret",
      "manifest/unknown-key",
      "manifest/unknown-profile",
      "manifest/version",
      "manifest/wrong-type",
      "manifest/wrong-value",
      "yaml/alias-bomb",
      "yaml/comment-cuts",
      "yaml/duplicate-key",
      "yaml/empty",
      "yaml/syntax",
      "yaml/tab",
      "yaml/unsafe-integer",
    ]);
  });

  test("no value when anything is an error, a value when there are only warnings", () => {
    expect(readManifest(`${HEAD}profile: x\n`, "m").value).toBeUndefined();
    expect(readManifest(`${HEAD}vars:\n  look: grain #2\n`, "m").value?.manifest.vars).toEqual({
      look: "grain",
    });
  });
});

function codeOf(line: string): string {
  return line.replace(/^~/, "").split(" ")[0] ?? "";
}
