/**
 * A credential in a manifest is an error that says to revoke it, wherever it stands, and no answer of any command shows it.
 */
import { describe, expect, it, test } from "vitest";
import { readManifest } from "../../src/manifest/read.js";
import { ground } from "./ground.js";

const random = (length: number) => "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0".repeat(4).slice(0, length);

// Put together here, so that no scanner takes them for real ones.
const CREDENTIALS: readonly (readonly [kind: string, value: string])[] = [
  ["a token of Kling's key pair", `eyJ${random(20)}.eyJ${random(30)}.${random(43)}`],
  ["a bearer", `Bearer ${random(32)}`],
  ["an API key of Kling", `api-key-${random(32)}`],
  ["an OpenAI-like key", `sk-proj-${random(40)}`],
  ["an AWS key id", `AKIA${random(16).toUpperCase()}`],
  ["a temporary AWS key id", `ASIA${random(16).toUpperCase()}`],
  ["a GitHub token", `ghp_${random(36)}`],
  ["a fine-grained GitHub token", `github_pat_${random(40)}`],
  ["a GitLab token", `glpat-${random(20)}`],
  ["a Google key", `AIza${random(35)}`],
  ["a Slack token", `xoxb-${random(24)}`],
  ["a Stripe key", `sk_live_${random(24)}`],
  ["a Hugging Face token", `hf_${random(34)}`],
  ["a Replicate token", `r8_${random(37)}`],
  ["an npm token", `npm_${random(36)}`],
  ["a fal key", `12345678-90ab-cdef-1234-567890abcdef:${"0123456789abcdef".repeat(2)}`],
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
  ["a password in an address", "https://mara:hunter2hunter2@example.com/a.png"],
  ["a signed address", `https://cdn.example.com/a.png?X-Amz-Signature=${random(40)}`],
];

const PLACES: readonly (readonly [where: string, text: (value: string) => string])[] = [
  ["a prompt", (value) => `shots: { a: { prompt: "${value}" } }`],
  ["a title", (value) => `shots: { a: { prompt: x, title: "my ${value} here" } }`],
  ["a block of text", (value) => `shots:\n  a:\n    prompt: |\n      one\n      ${value}\n      two`],
  ["a variable", (value) => `vars: { v: "${value}" }\nshots: { a: { prompt: x } }`],
  ["a note of one's own", (value) => `x-notes: ["${value}"]\nshots: { a: { prompt: x } }`],
  ["a key", (value) => `x-notes: { "${value}": 1 }\nshots: { a: { prompt: x } }`],
  ["a path", (value) => `shots: { a: { prompt: x, image: "${value}" } }`],
  ["an unknown field", (value) => `shots: { a: { prompt: x, whatever: "${value}" } }`],
  ["a comment", (value) => `shots: { a: { prompt: x } } # ${value}`],
  ["a comment of its own line", (value) => `# old: ${value}\nshots: { a: { prompt: x } }`],
];

describe.each(PLACES)("in %s", (_, text) => {
  test.each(CREDENTIALS)("%s is refused and not shown", async (_kind, value) => {
    const at = ground(`version: 1\nproject: p\n${text(value)}\n`);
    for (const words of [["validate"], ["plan", "--json"], ["why", "shots.a"], ["fmt", "--check"]]) {
      const said = await at.klingmake(words);
      expect(said.exit, words.join(" ")).toBe(3);
      const all = said.stdout + said.stderr;
      expect(all.replace(/\s+/g, " ")).toMatch(/manifest\/secret.*revoke/);
      // Half of it would be a beginning.
      const half = value.slice(value.length >> 1);
      expect(all.replace(/\s/g, "")).not.toContain(half.replace(/\s/g, ""));
    }
  });
});

describe("comments", () => {
  it.each([
    ["# KLING_API_KEY=a1b2c3d4e5f6g7h8i9j0", true],
    ["# secret_key: 'a1b2c3d4e5f6g7h8i9j0'", true],
    ["# secret: the killer is Mara", false],
    ["# set KLING_API_KEY in the environment", false],
    ["# KLING_API_KEY: see the wiki", false],
    ["# the ring bearer responsibilities", false],
    ["# key: warm, from the left", false],
  ])("%s is a credential: %s", (comment, is) => {
    const { diagnostics } = readManifest(
      `version: 1\nproject: p\n${comment}\nshots: { a: { prompt: x } }\n`,
      "m.yaml",
    );
    expect(diagnostics.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)).toEqual(
      is ? ["manifest/secret 3:1"] : [],
    );
  });
});
