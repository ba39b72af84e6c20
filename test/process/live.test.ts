/** A run before a real terminal: tmux, which breaks lines anew when it is resized, and shows what is left at the end. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
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

/** A terminal of its own in which klingmake renders. */
function terminal(film: TestProject, env: Readonly<Record<string, string>>) {
  const socket = `klingmake-${randomUUID()}`;
  const tmux = (...args: readonly string[]) =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
  const words = Object.entries({ KLINGMAKE_STORE: join(film.root, "store"), ...env });
  const set = words.map(([name, value]) => `${name}='${value}'`).join(" ");
  open.push(() => tmux("kill-server"));
  tmux(
    "new-session",
    "-d",
    "-x",
    "80",
    "-y",
    "24",
    "-c",
    film.root,
    `env -u CI -u NO_COLOR ${set} '${process.execPath}' '${MAIN}' render; echo exit=$?; cat`,
  );
  tmux("set", "-g", "window-size", "manual");
  return {
    resize: (columns: number, rows: number) =>
      void tmux("resize-window", "-x", String(columns), "-y", String(rows)),
    keys: (...keys: readonly string[]) => void tmux("send-keys", ...keys),
    screen: () => tmux("capture-pane", "-p"),
    all: () => tmux("capture-pane", "-p", "-S", "-"),
  };
}

describe.runIf(hasTmux)("a run in a terminal", { timeout: 60_000 }, () => {
  it("is drawn live, survives being resized, and leaves its summary and nothing else", async () => {
    const film = project(FILM);
    const { resize, screen, all } = terminal(film, { KLINGMAKE_SANDBOX_TIME_SCALE: "0.06" });
    // Each size is drawn in once before the next comes, whatever the shots are doing by then.
    await until(() => /^. 010 {2}The ferry leaves {2}\S/m.test(screen()));
    resize(40, 20);
    await until(() => /^. 010 {2}(The ferry leaves {2})?(\d:|done)/m.test(screen()));
    resize(20, 24);
    await until(() => /^. 010 {2}(\d:|done)/m.test(screen()));
    resize(80, 24);
    await until(() => /exit=0/.test(screen()));
    const left = all();
    expect(left).toContain(
      `✓ 010  The ferry leaves  rendered  renders/sandbox/default/010/clip.mp4
✓ 020  雨の夜の港        rendered  renders/sandbox/default/020/clip.mp4
`,
    );
    expect(left).toMatch(/^2 rendered in \d+ s; nothing spent \(sandbox\)\nexit=0$/m);
    expect(left).not.toMatch(/●|Ctrl-C|nothing is charged/);
  });

  it("takes back what smaller sizes had no room for, and leaves neither drawings nor empty lines", async () => {
    const shots = Array.from(
      { length: 14 },
      (_, index) => `  s${index + 10}: { title: Shot ${index}, prompt: wave ${index} }`,
    );
    const film = project(`${FILM.slice(0, FILM.indexOf("shots:"))}shots:\n${shots.join("\n")}\n`);
    const { resize, screen, all } = terminal(film, { KLINGMAKE_SANDBOX_TIME_SCALE: "0.035" });
    const clock = () => / of 14 steps · (\d:\d\d)/.exec(screen())?.[1];
    await until(() => clock() !== undefined);
    for (const [columns, rows] of [
      [50, 24],
      [40, 9],
      [120, 40],
    ] as const) {
      resize(columns, rows);
      // A second later it has been drawn in that size.
      const before = clock();
      await until(() => clock() !== undefined && clock() !== before);
    }
    expect(all().match(/^\S s\d\d {2}Shot/gm)).toHaveLength(14);
    await until(() => /exit=0/.test(screen()));
    expect(all()).toMatch(/^digest .*\n\n(✓ s\d\d {2}Shot .*\n){14}14 rendered in \d+ s; nothing spent/m);
  });

  it("stops at Ctrl-C, says how to go on, and leaves no drawing", async () => {
    const film = project(FILM);
    const { keys, screen, all } = terminal(film, { KLINGMAKE_SANDBOX_TIME_SCALE: "0.1", NO_COLOR: "1" });
    await until(() => /● 010 .* processing/.test(screen()));
    keys("C-c");
    await until(() => /exit=130/.test(screen()));
    expect(all()).toMatch(/^● 010 {2}The ferry leaves {2}under way$/m);
    expect(all()).toMatch(/to go on:\n {2}klingmake render\nexit=130/);
    expect(all()).not.toMatch(/of 2 steps/);
  });
});
