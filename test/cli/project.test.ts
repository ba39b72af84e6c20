/** `init`, `fmt` and `complete` as functions: exit codes, envelopes, what is said where. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";
import { surroundings } from "./fixtures.js";

const UNTIDY = "project: p\nversion: 1\n";
const FILM = `version: 1
project: p
profile: draft

profiles:
  draft: {}
  final: { provider: kling }

shots:
  "010":
    title: The ferry leaves
    prompt: x
    steps:
      - extend: {}
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klingmake-project-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function klingmake(words: readonly string[], over: Partial<Io> = {}) {
  const io = surroundings({ cwd: folder, home: folder, ...over });
  const exit = await run(words, io);
  return { exit, ...io.said };
}

const write = (text: string) => writeFileSync(join(folder, "kling.manifest.yaml"), text);
const manifest = () => readFileSync(join(folder, "kling.manifest.yaml"), "utf8");

describe("init", () => {
  test("tells people what it wrote and what to type next", async () => {
    const result = await klingmake(["init", "night ferry"]);
    expect(result).toEqual({
      exit: 0,
      stdout: "",
      stderr: `night-ferry is started in night ferry
  wrote    .gitignore
  wrote    kling.manifest.schema.json
  wrote    kling.manifest.yaml

Next:
  cd 'night ferry'
  klingmake plan           what would be rendered, why, and what it would cost
  klingmake render         render it on the built-in sandbox: no account, no money
  klingmake watch --open   after every save, with the film in your browser
`,
    });
  });

  test("tells those who came by npx to go on with npx", async () => {
    const { stderr } = await klingmake(["init", "--name", "ferry"], { env: { npm_command: "exec" } });
    expect(stderr).toContain("ferry is started\n");
    expect(stderr).toContain("\n  npx klingmake plan ");
    expect(stderr).not.toContain("cd ");
  });

  test("prints one envelope with --json, and nothing for people", async () => {
    const { exit, stdout, stderr } = await klingmake(["init", "--json", "--name", "ferry"]);
    expect([exit, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "init",
      ok: true,
      data: {
        root: folder,
        project: "ferry",
        kept: [],
        extended: [],
        schema: "./kling.manifest.schema.json",
      },
    });
  });

  test.each([
    ["a folder that has a manifest", ["init"], 64, "error[init/exists]: kling.manifest.yaml exists already"],
    ["an example that is not there", ["init", "x", "--example", "y"], 64, "error[init/unknown-example]"],
    ["a name that is not legal", ["init", "x", "--name", "-"], 64, "error[init/bad-name]"],
    ["a file in the folder's place", ["init", "kling.manifest.yaml"], 1, "error[file/unwritable]"],
    ["--file", ["init", "x", "--file", "y"], 64, "error: init takes no --file"],
  ])("refuses %s", async (_what, words, exit, said) => {
    write(FILM);
    const result = await klingmake(words);
    expect([result.exit, result.stdout]).toEqual([exit, ""]);
    expect(result.stderr).toContain(said);
    expect(manifest()).toBe(FILM);
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  test("lists the examples in its help", async () => {
    const { stdout } = await klingmake(["init", "--help"]);
    expect(stdout).toMatch(/Examples that can be copied: .*first-film/);
  });
});

describe("fmt", () => {
  test("tidies, and then has nothing to do", async () => {
    write(UNTIDY);
    expect(await klingmake(["fmt"])).toEqual({ exit: 0, stdout: "", stderr: "the manifest is tidy now\n" });
    expect(manifest()).toBe("version: 1\nproject: p\n");
    expect(await klingmake(["fmt"])).toMatchObject({ exit: 0, stderr: "the manifest was tidy already\n" });
  });

  test("with --check exits 1, points at the first line that differs, and writes nothing", async () => {
    write(UNTIDY);
    const { exit, stderr } = await klingmake(["fmt", "--check"]);
    expect(exit).toBe(1);
    expect(stderr).toContain("error[manifest/untidy]");
    expect(stderr).toContain("kling.manifest.yaml:1:1");
    expect(manifest()).toBe(UNTIDY);
    const { stdout } = await klingmake(["fmt", "--check", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "fmt",
      ok: false,
      exit: 1,
      data: { file: join(folder, "kling.manifest.yaml"), changed: true },
    });
  });

  test("leaves a manifest alone that is not valid", async () => {
    write("project: p\nversion: 2\n");
    const { exit, stderr } = await klingmake(["fmt"]);
    expect([exit, manifest()]).toEqual([3, "project: p\nversion: 2\n"]);
    expect(stderr).toContain("error[manifest/version]");
  });
});

describe("complete", () => {
  const complete = async (...words: readonly string[]) => {
    const { exit, stdout, stderr } = await klingmake(["complete", "--", ...words]);
    expect([exit, stderr]).toEqual([0, ""]);
    return stdout.split("\n").slice(0, -1);
  };
  const values = async (...words: readonly string[]) =>
    (await complete(...words)).map((line) => line.split("\t")[0]);

  beforeEach(() => write(FILM));

  test.each([
    ["commands", ["st"], ["status"]],
    ["commands after options of the program", ["--json", "-f", "kling.manifest.yaml", "pl"], ["plan"]],
    ["options of the command", ["plan", "--det"], ["--detailed-exitcode"]],
    ["options of the program behind the command", ["plan", "--js"], ["--json"]],
    ["choices of an option", ["graph", "--format", ""], ["text", "mermaid", "dot"]],
    ["choices of an argument", ["completion", ""], ["bash", "zsh", "fish"]],
    ["profiles", ["plan", "--profile", ""], ["draft", "final"]],
    ["profiles behind the short option", ["plan", "-p", "f"], ["final"]],
    ["profiles behind =", ["plan", "--profile=f"], ["--profile=final"]],
    ["profiles where bash splits at =", ["plan", "--profile", "=", "f"], ["final"]],
    ["profiles where nothing follows =", ["plan", "--profile", "="], ["draft", "final"]],
    ["steps and shots", ["render", "--target", "shots"], ["shots.010", "shots.010.clip", "shots.010.extend"]],
    ["steps for why", ["why", "shots.010.e"], ["shots.010.extend"]],
    [
      "steps for a second --rebuy",
      ["render", "--rebuy", "shots.010", "--rebuy", "shots.010.c"],
      ["shots.010.clip"],
    ],
    ["steps and models", ["plan", "--allow-unknown-price", "kling-3.0-t"], ["kling-3.0-turbo"]],
    ["tiers", ["plan", "--ask-tiers", "s"], ["standard"]],
    ["examples", ["init", "--example", "first"], ["first-film"]],
    ["commands for help", ["help", "val"], ["validate"]],
    ["files", ["validate", "--file", "k"], [":files"]],
    ["folders", ["init", ""], [":files"]],
    ["nothing behind a word that is no command", ["nope", ""], []],
    ["nothing where nothing can stand", ["why", "shots.010", ""], []],
    ["nothing for an option that is not there", ["plan", "--nope="], []],
    ["nothing for a number", ["plan", "--max-cost", ""], []],
    [
      "words that would print the version elsewhere",
      ["plan", "--version", "--deta"],
      ["--detailed-exitcode"],
    ],
  ])("offers %s", async (_what, words, expected) => {
    expect(await values(...words)).toEqual(expected);
  });

  test("says what a candidate is, and lets no title move the cursor", async () => {
    expect(await complete("status", "--pro")).toEqual(["--profile\tthe profile (default: the manifest's)"]);
    write(FILM.replace("The ferry leaves", '"The ferry\\e[2J leaves"'));
    const [line = ""] = await complete("why", "shots.010.c");
    expect(line).toBe("shots.010.clip\tThe ferry\u{fffd}[2J leaves");
  });

  test("is silent where there is no manifest, or a broken one", async () => {
    write("shots: [");
    expect(await complete("plan", "--profile", "")).toEqual([]);
    rmSync(join(folder, "kling.manifest.yaml"));
    expect(await complete("why", "")).toEqual([]);
  });

  test("is not listed in the help, and its siblings are", async () => {
    const { stdout } = await klingmake(["--help"]);
    expect(stdout).toMatch(/^ {2}completion /m);
    expect(stdout).not.toMatch(/^ {2}complete /m);
  });
});
