/** A watcher before a real terminal: what a save shows, keys, and that the terminal is left as it was. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MAIN, project, until, type TestProject } from "./cli.js";

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const FILM = `version: 1
project: night-ferry
defaults: { video: { model: kling-2.5-turbo } }
shots:
  "010": { title: The ferry leaves, prompt: "wide, the ferry leaves the pier" }
  "020": { title: 雨の夜の港, prompt: "dawn over the pier" }
`;

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A shell in a terminal of its own, in which klingmake watches. */
function terminal(film: TestProject) {
  const socket = `klingmake-${randomUUID()}`;
  const tmux = (...args: readonly string[]) =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
  open.push(() => tmux("kill-server"));
  tmux("new-session", "-d", "-x", "80", "-y", "30", "-c", film.root, "env -u CI PS1='$ ' sh -i");
  tmux("set", "-g", "window-size", "manual");
  const keys = (...given: readonly string[]) => void tmux("send-keys", ...given);
  const command = `KLINGMAKE_STORE='${join(film.root, "store")}' KLINGMAKE_SANDBOX_TIME_SCALE=0.01 NO_COLOR=1 '${process.execPath}' '${MAIN}' watch; echo "exit=$?"; stty -a | grep -o -- '.icanon'`;
  writeFileSync(join(film.root, "go.sh"), command);
  keys(". ./go.sh", "Enter");
  return {
    keys,
    screen: () => tmux("capture-pane", "-p"),
    all: () => tmux("capture-pane", "-p", "-S", "-"),
    edit(from: string, to: string) {
      const file = join(film.root, "kling.manifest.yaml");
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
    },
  };
}

describe.runIf(hasTmux)("a watcher in a terminal", { timeout: 60_000 }, () => {
  it("renders what is missing, shows what a save changed, and quits at q", async () => {
    const { keys, screen, all, edit } = terminal(project(FILM));
    await until(() => screen().includes("up to date: watching for changes"));
    edit("the ferry leaves", "the last tram leaves");
    await until(() => /\n1 rendered, 1 kept in .*\n── night-ferry[^\n]*\nup to date/.test(screen()));
    const shown = all();
    expect(shown).toContain(`edited   shots.010.clip  render $0.21
    prompt - wide, the ferry leaves the pier
           + wide, the last tram leaves the pier
plan     1 to render, 1 kept · nothing in the sandbox; for real up to $0.21
✓ 010  The ferry leaves  rendered  renders/sandbox/default/010/clip.mp4
1 rendered, 1 kept in `);
    edit("prompt:", "promt:");
    await until(() => screen().includes("the files have errors: the last good plan is in force"));
    keys("q");
    await until(() => /exit=0\n icanon/.test(screen()));
    expect(all()).toMatch(/\n1 error\nno task is under way in the sandbox\nexit=0\n icanon/);
  });

  it("gives the terminal back at Ctrl-C, and while it is stopped", async () => {
    const { keys, screen, all } = terminal(project(FILM));
    await until(() => screen().includes("up to date: watching for changes"));
    keys("p");
    await until(() => screen().includes("paused: nothing new is begun"));
    keys("C-z");
    await until(() => /\$ *$/.test(screen().trimEnd()));
    keys("stty -a | grep -o -- '.icanon'; fg; echo left=$?; stty -a | grep -o -- '.icanon'", "Enter");
    await until(() => /\n icanon\n[^]*paused: nothing new is begun/.test(screen()));
    keys("C-c");
    await until(() => /\nleft=130\n icanon\n/.test(all()));
    expect(all()).toContain("no task is under way in the sandbox");
  });
});
