/**
 * No text of others moves anything on the terminal: prompts, titles, file names, options, the environment, what the vendor
 * says; in every command, on a terminal with colours and without, as text and as JSON.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answer, serve } from "../provider/world.js";
import { ground, STILL } from "./ground.js";
import { fuzz } from "./seeds.js";
import { expectHarmless } from "./terminal.js";

const evil = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b[2J",
        "\u001b]0;owned\u0007",
        "\u001b]8;;https://evil.example\u001b\\",
        "\u009b31m",
        "\u0090q\u009c",
        "\r",
        "\b\b",
        "\u0007",
      ),
      fc.constantFrom(
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200b",
        "\u200f",
        "\u061c",
        "\u2028",
        "\u{e0041}",
        "\u{e0100}",
        "\u3164",
        "\u00ad",
        "\u180e",
        "\ufeff",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom("a", " ", "…", "雨", "🎬"),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join("").toWellFormed());

const film = (text: string, provider: string) => {
  const said = JSON.stringify(text);
  return `version: 1
project: p
provider: ${provider}
vars: { v: ${said} }
images:
  still: { prompt: ${said}, title: ${said} }
shots:
  a: { prompt: "x \${vars.v}", title: ${said}, notes: ${said}, tags: [${said}], image: { from: images.still } }
  b: { prompt: y, image: ${said} }
x-note: ${said}
`;
};

describe("nothing moves or hides on the terminal", () => {
  it("whatever stands in prompts, titles, names, options and the environment", async () => {
    await fc.assert(
      fc.asyncProperty(evil, async (text) => {
        const at = ground(film(text, "sandbox"));
        const over = {
          stdoutIsTTY: true,
          stderrIsTTY: true,
          env: {
            KLINGMAKE_ASK_ABOVE: text.replaceAll("\0", ""),
            KLING_LIP_SYNC: text,
            KLING_BASE_URL: text,
            TERM: text,
          },
        };
        for (const words of [
          ["validate"],
          ["plan"],
          ["plan", "--profile", text],
          ["plan", "--target", text, "--json"],
          ["status", "--target", text],
          ["why", text],
          ["graph", "--format", "mermaid"],
          ["graph", "--format", text],
          [text],
          ["--file", text, "plan"],
          ["render", "--profile", text],
          ["render", "--approve", text],
          ["init", text, "--name", text],
          ["init", "--example", text],
          ["models", "--file", text],
        ]) {
          const said = await at.klingmake(words, over);
          expect(said.exit, `${JSON.stringify(words)}: ${said.stderr}`).not.toBe(70);
          expectHarmless(said.stdout + said.stderr);
        }
      }),
      fuzz(25),
    );
  }, 120_000);

  it("whatever a film is rendered from, in every command that shows it", async () => {
    await fc.assert(
      fc.asyncProperty(evil, async (text) => {
        const at = ground(
          film(text, "sandbox").replace(/ {2}b: .*\n/, "  b: { prompt: y, image: still.png }\n"),
        );
        at.put("still.png", STILL);
        for (const words of [
          ["render", "--verbose"],
          ["status"],
          ["plan", "--verbose"],
          ["why", "shots.a"],
          ["graph"],
          ["graph", "--format", "dot"],
          ["status", "--json"],
        ]) {
          const said = await at.klingmake(words, { stdoutIsTTY: true, stderrIsTTY: true });
          expect(said.exit, said.stderr).not.toBe(70);
          expectHarmless(said.stdout + said.stderr);
        }
      }),
      fuzz(6),
    );
  }, 240_000);

  it("whatever the vendor says", async () => {
    await fc.assert(
      fc.asyncProperty(evil, fc.constantFrom(1002, 1102, 1201, 1301, 9999), async (text, code) => {
        const { url } = await serve((_, response) => answer(response, { code, message: text }, 400));
        const at = ground(film("x", "kling").replace(/ {2}b: .*\n/, ""));
        const env = { KLING_API_KEY: "key-0123456789", KLING_BASE_URL: url };
        for (const words of [
          ["render", "--yes", "--verbose"],
          ["status"],
          ["why", "images.still"],
          ["render", "--yes", "--json"],
        ]) {
          const said = await at.klingmake(words, { stderrIsTTY: true, env });
          expect(said.exit, said.stderr).not.toBe(70);
          expectHarmless(said.stdout + said.stderr);
        }
      }),
      fuzz(15),
    );
  }, 120_000);
});
