/**
 * What a person reads: diagnostics of the manifest room in full. Codes and places of all the others are in
 * `read-problems.test.ts`; here stand the ones whose words matter most.
 */
import { expect, test } from "vitest";
import { diagnosticJson, formatDiagnostic } from "../../src/base/frame.js";
import { readManifest } from "../../src/manifest/read.js";

function words(text: string): string {
  const { diagnostics } = readManifest(text, "kling.manifest.yaml");
  return `\n${diagnostics.map((each) => formatDiagnostic(each)).join("\n\n")}\n`;
}

test("a misspelt key is shown, marked, and put right", () => {
  expect(words('version: 1\nproject: p\nshots:\n  "010":\n    promt: the ferry leaves\n')).toBe(`
error[manifest/unknown-key]: \`promt\` is not a key of \`shots.010\`
 --> kling.manifest.yaml:5:5
  |
5 |     promt: the ferry leaves
  |     ^^^^^
  help: did you mean \`prompt\`?
`);
});

test("a repeated key shows both places", () => {
  expect(words("version: 1\nproject: p\nvars:\n  a: x\n  a: y\n")).toBe(`
error[yaml/duplicate-key]: \`a\` appears twice in one mapping
 --> kling.manifest.yaml:5:3
  |
5 |   a: y
  |   ^
  why: only one of them could count
  help: remove or rename one
  note: it appears here first
 --> kling.manifest.yaml:4:3
  |
4 |   a: x
  |   ^
`);
});

test.each([
  ["`n` on an image leads to takes", "images:\n  a: { prompt: x, n: 4 }", "write `takes: 3`"],
  [
    "the vendor's name of the last picture leads to ours",
    "shots:\n  a: { image_tail: x.png }",
    "`end_image`",
  ],
  ["a seed leads to take", "shots:\n  a: { seed: 7 }", "`take: 2` asks for another rendering"],
  ["a key of the top says so", "shots:\n  a: { budget: 3 }", "`budget` belongs at the top of the file"],
  [
    "a key of another place names the place",
    "prompt: x",
    "`prompt` belongs under `images.ID`, `sounds.ID` or `shots.ID`",
  ],
  [
    "a list that is too short says so",
    "shots:\n  a: { dynamic_masks: [{ mask: m.png, trajectories: [{ x: 1, y: 1 }] }] }",
    "has 1 item, and needs 2",
  ],
  [
    "an id that none can be is told how ids are",
    "shots:\n  a: { voices: { v: { id: ../x } } }",
    "write it as the vendor shows it",
  ],
  ["a list of nothing says so", "shots:\n  a: { cuts: [] }", "`shots.a.cuts` is an empty list"],
  [
    "a word for sound names all three",
    "shots:\n  a: { audio: loud }",
    "must be true, false or original, and",
  ],
  ["a misspelt word for sound is put right", "shots:\n  a: { audio: orginal }", "did you mean `original`?"],
  ["a yes for sound is told what YAML has", "shots:\n  a: { audio: yes }", "write `true`"],
  [
    "a step where a reference is wanted is told the form",
    "shots:\n  a: { voices: { v: voices.mara } }",
    "write { from: voices.mara }",
  ],
  [
    "a strange key lists what there is",
    "limits: { zzzzzz: 1 }",
    "there is concurrency, poll_seconds and downloads",
  ],
  ["`yes` is explained as text", "shots:\n  a: { audio: yes }", "YAML 1.2 reads `yes` as text"],
  ["`off` is answered with false", "shots:\n  a: { audio: off }", "write `false`"],
  [
    "a duration with its unit is answered with the number",
    "shots:\n  a: { duration: 5s }",
    "write `5`, without",
  ],
  [
    "a number as a prompt is answered with quotes",
    "shots:\n  a: { prompt: 1987 }",
    'write it in quotes: "1987"',
  ],
  ["a budget without its key is answered with one", "budget: 20", "write { usd: 20 }"],
  [
    "a shot that is a text is answered with prompt",
    "shots:\n  a: the pier",
    "write `prompt:` before the text",
  ],
  ["a list of shots is answered with ids", "shots:\n  - prompt: x", "write `ID:` in place of each `-`"],
  ["a value that begins with # is explained", "shots:\n  a:\n    prompt: #3", "begins with `#` needs quotes"],
  [
    "a misspelt mode is answered",
    "shots:\n  a: { mode: prro }",
    "did you mean `pro`? it is one of std, pro or 4k",
  ],
  ["a misspelt profile is answered", "profile: drft\nprofiles: { draft: {} }", "did you mean `draft`?"],
  ["a newer version asks for a newer klingmake", "x: 1\nversion: 3", "use a newer klingmake", ""],
  [
    "a merge key names what there is instead",
    "x-a: &a {}\ndefaults:\n  <<: *a",
    "under `defaults:` or a profile",
  ],
  [
    "a variable in braces is answered with quotes",
    "shots:\n  a: { prompt: ${vars.x} }",
    "must stand in quotes",
  ],
])("%s", (_claim, text, expected, head = "version: 1\nproject: p\n") => {
  expect(words(head + text + "\n")).toContain(expected);
});

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhYmMifQ.c2lnbmF0dXJl";

test.each([
  ["a JWT as a variable", `vars: { a: ${JWT} }`, JWT],
  ["a JWT as a key", `${JWT}: x`, JWT],
  ["a JWT as a shot's id", `shots:\n  ${JWT}: { promt: x }`, JWT],
  ["a JWT as a mode", `shots:\n  a: { mode: ${JWT} }`, JWT],
  ["a key beside a mistake of another kind", "shots: { a: { api_key: hunter22, moed: std } }", "hunter22"],
  ["a key on the line of a syntax error", "api_key: hunter22 : x", "hunter22"],
  ["a token over several lines", 'x-a:\n  token: "hunter22hunter22\n    hunter33"\n  "token": 1', "hunter33"],
  ["a key in a comment beside a mistake", "moed: std # api_key: hunter22", "hunter22"],
  ["a key on the line below its name", "api_key:\n  hunter22", "hunter22"],
  ["a password in a URL", 'x-a: "https://me:hunter22@host/"', "hunter22"],
  [
    "a signature of a URL beside a mistake",
    'shots: { a: { image: { url: "https://h/x?X-Sig=1&Signature=hunter22" } } }',
    "hunter22",
  ],
])("never shows %s, in words or as data", (_claim, text, secret) => {
  const { diagnostics } = readManifest(`version: 1\nproject: p\n${text}\n`, "m.yaml");
  expect(diagnostics).not.toEqual([]);
  expect(diagnostics.map((each) => formatDiagnostic(each)).join("\n")).not.toContain(secret);
  expect(JSON.stringify(diagnostics.map(diagnosticJson))).not.toContain(secret);
});

test("a credential is told with what to do about it", () => {
  expect(words("version: 1\nproject: p\napi_key: hunter22\n")).toBe(`
error[manifest/secret]: \`api_key\` looks like a credential
 --> kling.manifest.yaml:3:10
  |
3 | api_key: ********
  |          ^^^^^^^^
  why: a manifest is committed and quoted in plans, so whoever reads it could spend from the account
  help: revoke the credential, remove it here and from the history, and set it in the environment (KLING_API_KEY)
`);
});

test("control characters of the manifest never reach the terminal", () => {
  const { diagnostics } = readManifest(
    'version: 1\nproject: p\n"\\e[31m": x\n"a\\u202eb": y\n',
    "m\u001b[2J.yaml",
  );
  const shown = diagnostics.map((each) => formatDiagnostic(each)).join("\n");
  expect(diagnostics.length).toBe(2);
  // eslint-disable-next-line no-control-regex
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});
