/** Completions in the shells themselves, where they are installed: the printed script is loaded and asked. */
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { project, type TestProject } from "./cli.js";

const MAIN = join(import.meta.dirname, "../../dist/bin/klingmake.js");
const FILM = `version: 1
project: night-ferry
profiles: { draft: {}, final: {} }
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
  "020": { prompt: "she turns to the camera" }
`;

/** Asked, not assumed: no shell but sh is everywhere. */
function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "exit 0"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs a script in a shell with klingmake on its path. */
async function shell(
  film: TestProject,
  words: readonly string[],
  script: string,
): Promise<readonly string[]> {
  film.write("bin/klingmake", `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  execFileSync("chmod", ["755", join(film.root, "bin/klingmake")]);
  const [command = "", ...args] = words;
  const env = {
    PATH: `${join(film.root, "bin")}:${process.env["PATH"] ?? ""}`,
    HOME: film.root,
    TERM: "dumb",
  };
  const { stdout, stderr } = await promisify(execFile)(command, [...args, script], { cwd: film.root, env });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** Words of the command line → what is offered for the last of them. */
const ASKED: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["val"], ["validate"]],
  [
    ["plan", "--profile", ""],
    ["draft", "final"],
  ],
  [["why", "shots.020.c"], ["shots.020.clip"]],
  [["plan", "--file", "kling.m"], ["kling.manifest.yaml"]],
  [["nope", ""], []],
];

describe.runIf(isInstalled("bash"))("bash", { timeout: 30_000 }, () => {
  it.each(ASKED)("completes %j", async (words, offered) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `source <(klingmake completion bash)
COMP_WORDS=(klingmake ${quoted}); COMP_CWORD=${words.length}
_klingmake; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(await shell(project(FILM), ["bash", "--norc", "-c"], script)).toEqual(offered);
  });
});

describe.runIf(isInstalled("zsh"))("zsh", { timeout: 30_000 }, () => {
  it.each(ASKED)("completes %j", async (words, offered) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    // Stands in for the parts of zsh that need a line editor: they print what they are given.
    const script = `source <(klingmake completion zsh)
_describe() { print -l -- "\${(@P)3%%:*}" }; _files() { print -l -- \${words[CURRENT]}*(N) }
words=(klingmake ${quoted}); CURRENT=$#words; PREFIX=\${words[CURRENT]}
_klingmake || true`;
    expect(await shell(project(FILM), ["zsh", "-f", "-c"], script)).toEqual(offered);
  });
});

describe.runIf(isInstalled("fish"))("fish", { timeout: 30_000 }, () => {
  it.each(ASKED)("completes %j", async (words, offered) => {
    const script = `klingmake completion fish | source; complete -C 'klingmake ${words.join(" ")}'`;
    const lines = await shell(project(FILM), ["fish", "-N", "-c"], script);
    expect(lines.map((line) => line.split("\t")[0])).toEqual(offered);
  });
});
