import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import * as chokidar from "chokidar";
import { afterEach, describe, expect, it } from "vitest";
import { nodeFiles, type LinkedFiles } from "../../src/store/files.js";
import { isYoung, mayDiffer, type Seen } from "../../src/store/trail.js";
import { comes, hastyClock, realClock, watchedDisk, type WatchedDisk } from "./watched-disk.js";

const MANIFEST = "kling.manifest.yaml";
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

let disk: WatchedDisk | undefined;
afterEach(async () => {
  await disk?.end();
  disk = undefined;
});

async function film(...given: Parameters<typeof watchedDisk>): Promise<WatchedDisk> {
  disk = await watchedDisk(...given);
  return disk;
}

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `refs/${index % 4}/${index}.png`);

describe("a save is told", () => {
  it("write in place", async () => {
    const { write, behind, told } = await film({ [MANIFEST]: "one", "refs/a.png": "a" });
    write(MANIFEST, "two");
    expect(await behind(MANIFEST)).toEqual([]);
    expect(told.flat()).not.toContain("refs/a.png");
  });

  it("write in place of as many bytes, twice within a tick of the disk's clock", async () => {
    const { write, behind } = await film({ [MANIFEST]: "0000" });
    for (let round = 0; round < 20; round++) {
      write(MANIFEST, `a${String(round).padStart(3, "0")}`);
      await realClock.sleep(0, new AbortController().signal);
      write(MANIFEST, `b${String(round).padStart(3, "0")}`);
      expect(await behind(MANIFEST)).toEqual([]);
    }
  });

  it("write in place on a disk whose clock ticks every two seconds", async () => {
    const tick = (ms: number): number => ms - (ms % 2_000);
    const coarse: LinkedFiles = {
      readlinkSync: (path) => nodeFiles.readlinkSync(path),
      lstatSync(path, options) {
        const found = nodeFiles.lstatSync(path, options);
        return found && Object.assign(found, { mtimeMs: tick(found.mtimeMs), ctimeMs: tick(found.ctimeMs) });
      },
    };
    const { write, behind } = await film({ [MANIFEST]: "0000" }, undefined, { fs: coarse });
    for (let round = 1000; round < 1010; round++) {
      write(MANIFEST, String(round));
      expect(await behind(MANIFEST)).toEqual([]);
    }
  });

  it("write and rename over, as vim, VS Code and klingmake itself do", async () => {
    const { write, at, behind, told, forget } = await film({ [MANIFEST]: "one", "refs/a.png": "a" });
    for (let round = 0; round < 5; round++) {
      write(`.${MANIFEST}.swp`, "swap");
      write(`${MANIFEST}.tmp`, `round ${round}`);
      renameSync(at(`${MANIFEST}.tmp`), at(MANIFEST));
      unlinkSync(at(`.${MANIFEST}.swp`));
      expect(await behind(MANIFEST)).toEqual([]);
      expect(new Set(told.flat())).toEqual(new Set([MANIFEST]));
      forget();
    }
  });

  it("move to a backup and write anew, as vim does with backupcopy=no", async () => {
    const { write, at, behind } = await film({ [MANIFEST]: "one" });
    for (let round = 0; round < 5; round++) {
      renameSync(at(MANIFEST), at(`${MANIFEST}~`));
      write(MANIFEST, `round ${round}`);
      unlinkSync(at(`${MANIFEST}~`));
      expect(await behind(MANIFEST)).toEqual([]);
    }
  });

  it("delete and create", async () => {
    const { write, at, behind, forget } = await film({ [MANIFEST]: "one" });
    unlinkSync(at(MANIFEST));
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    write(MANIFEST, "two");
    expect(await behind(MANIFEST)).toEqual([]);
    unlinkSync(at(MANIFEST));
    write(MANIFEST, "three");
    expect(await behind(MANIFEST)).toEqual([]);
  });

  it("two files at once", async () => {
    const { write, behind } = await film({ [MANIFEST]: "one", "refs/a.png": "a", "vo/a.wav": "w" });
    write(MANIFEST, "two");
    write("refs/a.png", "b");
    expect(await behind(MANIFEST, "refs/a.png")).toEqual([]);
  });

  it("a checkout of 200 files, there and back", async () => {
    const files = Object.fromEntries(names(200).map((name) => [name, `first ${name}`]));
    const { root, write, behind, forget, told } = await film({ [MANIFEST]: "one", ...files });
    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...words], {
        cwd: root,
        stdio: "pipe",
      });
    git("init", "-q", "-b", "one");
    git("add", ".");
    git("commit", "-qm", "one");
    git("switch", "-qc", "two");
    for (const name of names(200)) write(name, `second ${name}`);
    git("commit", "-qam", "two");
    for (const branch of ["one", "two", "one"]) {
      expect(await behind()).toEqual([]);
      forget();
      git("switch", "-q", branch);
      expect(await behind(...names(200))).toEqual([]);
    }
    expect(told.flat()).not.toContain(MANIFEST);
  });

  it("a checkout that takes 200 files with their folders away, and brings them back", async () => {
    const files = Object.fromEntries(names(200).map((name) => [name, `first ${name}`]));
    const { root, behind, forget } = await film({ [MANIFEST]: "one", ...files });
    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...words], {
        cwd: root,
        stdio: "pipe",
      });
    git("init", "-q", "-b", "one");
    git("add", MANIFEST);
    git("commit", "-qm", "bare");
    git("switch", "-qc", "two");
    git("add", ".");
    git("commit", "-qm", "full");
    for (const branch of ["one", "two", "one", "two"]) {
      forget();
      git("switch", "-q", branch);
      expect(await behind(...names(200))).toEqual([]);
    }
  });

  it("a slow writer's last piece", async () => {
    const { at, behind, told } = await film({ [MANIFEST]: "" });
    const began = performance.now();
    const file = openSync(at(MANIFEST), "a");
    for (let piece = 0; piece < 40; piece++) {
      writeSync(file, `shot ${piece}\n`);
      await realClock.sleep(piece % 7, new AbortController().signal);
    }
    closeSync(file);
    expect(await behind(MANIFEST)).toEqual([]);
    expect(told.length).toBeGreaterThan(1);
    // What comes close together is told together.
    expect(told.length).toBeLessThan((performance.now() - began) / 45 + 2);
  });

  it("a write after which the old time is set back", async () => {
    const { at, write, watch, behind, forget } = await film({ "refs/a.png": "aaa" }, []);
    utimesSync(at("refs/a.png"), LONG_AGO, LONG_AGO);
    watch("refs/a.png");
    forget();
    write("refs/a.png", "bbb");
    utimesSync(at("refs/a.png"), LONG_AGO, LONG_AGO);
    expect(await behind("refs/a.png")).toEqual([]);
  });
});

describe("what becomes of folders is told", () => {
  it("a renamed folder, and back, with saves in between", async () => {
    const { at, write, behind, forget } = await film({ [MANIFEST]: "one", "refs/deep/a.png": "a" });
    for (const depth of ["refs", "refs/deep"]) {
      forget();
      renameSync(at(depth), at("elsewhere"));
      expect(await behind("refs/deep/a.png")).toEqual([]);
      forget();
      renameSync(at("elsewhere"), at(depth));
      expect(await behind("refs/deep/a.png")).toEqual([]);
      forget();
      write("refs/deep/a.png", `after ${depth}`);
      expect(await behind("refs/deep/a.png")).toEqual([]);
    }
  });

  it("a folder deleted and made again", async () => {
    const { at, write, behind, forget } = await film({ [MANIFEST]: "one", "refs/deep/a.png": "a" });
    for (let round = 0; round < 5; round++) {
      rmSync(at("refs"), { recursive: true });
      write("refs/deep/a.png", `round ${round}`);
      expect(await behind("refs/deep/a.png")).toEqual([]);
      forget();
      write("refs/deep/a.png", `again ${round}`);
      expect(await behind("refs/deep/a.png")).toEqual([]);
    }
  });

  it("a folder swapped for another of the same name", async () => {
    const { at, write, behind, forget } = await film({ "refs/a.png": "a", "other/a.png": "b" }, [
      "refs/a.png",
    ]);
    renameSync(at("refs"), at("old"));
    renameSync(at("other"), at("refs"));
    expect(await behind("refs/a.png")).toEqual([]);
    forget();
    write("refs/a.png", "c");
    expect(await behind("refs/a.png")).toEqual([]);
  });

  it("the project's own folder, renamed and back", async () => {
    const { root, write, behind, forget } = await film({ [MANIFEST]: "one" });
    renameSync(root, `${root}-2`);
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    renameSync(`${root}-2`, root);
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    write(MANIFEST, "two");
    expect(await behind(MANIFEST)).toEqual([]);
  });

  it("a file that comes with folders that were not there", async () => {
    const { write, behind, forget } = await film({ [MANIFEST]: "one" }, [MANIFEST, "new/deep/er/a.png"]);
    write("new/deep/er/a.png", "a");
    expect(await behind("new/deep/er/a.png")).toEqual([]);
    forget();
    write("new/deep/er/a.png", "b");
    expect(await behind("new/deep/er/a.png")).toEqual([]);
  });

  it("a file replaced by a folder, and a folder by a file", async () => {
    const { at, write, behind, told, forget } = await film({ "refs/a.png": "a" });
    unlinkSync(at("refs/a.png"));
    mkdirSync(at("refs/a.png"));
    expect(await behind("refs/a.png")).toEqual([]);
    forget();
    write("refs/a.png/inside", "nobody asked");
    rmSync(at("refs/a.png"), { recursive: true });
    write("refs/a.png", "b");
    expect(await behind("refs/a.png")).toEqual([]);
    rmSync(at("refs"), { recursive: true });
    write("refs", "a file now");
    expect(await behind("refs/a.png")).toEqual([]);
    expect(told.flat()).not.toContain("refs/a.png/inside");
  });

  it("a name that changes in case only", async () => {
    const { at, behind, forget } = await film({ "refs/a.png": "a" }, ["refs/a.png", "refs/A.png"]);
    renameSync(at("refs/a.png"), at("refs/A.png"));
    expect(await behind("refs/a.png")).toEqual([]);
    forget();
    renameSync(at("refs/A.png"), at("refs/a.png"));
    expect(await behind("refs/a.png")).toEqual([]);
  });
});

describe("links are watched at both ends", () => {
  it("a linked manifest whose target changes, is replaced, or is another one now", async () => {
    const { at, write, behind, forget } = await film({ "real/one.yaml": "one", "real/two.yaml": "two" }, []);
    symlinkSync("real/one.yaml", at(MANIFEST));
    disk?.watch(MANIFEST);
    await disk?.watched.ready();
    write("real/one.yaml", "in place");
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    write("real/new", "renamed over");
    renameSync(at("real/new"), at("real/one.yaml"));
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    symlinkSync("real/two.yaml", at("link"));
    renameSync(at("link"), at(MANIFEST));
    expect(await behind(MANIFEST)).toEqual([]);
    forget();
    write("real/two.yaml", "the second");
    expect(await behind(MANIFEST)).toEqual([]);
  });

  it("an input in a linked folder, and a link that leads nowhere until its target comes", async () => {
    const { at, write, behind, forget } = await film({ "shared/a.png": "a", "shared2/a.png": "b" }, []);
    symlinkSync("shared", at("refs"));
    symlinkSync("later/b.png", at("b.png"));
    disk?.watch("refs/a.png", "b.png");
    await disk?.watched.ready();
    write("shared/a.png", "c");
    expect(await behind("refs/a.png")).toEqual([]);
    forget();
    unlinkSync(at("refs"));
    symlinkSync("shared2", at("refs"));
    expect(await behind("refs/a.png")).toEqual([]);
    write("later/b.png", "there");
    expect(await behind("b.png")).toEqual([]);
  });

  it("a link to itself, which leads nowhere, does no harm", async () => {
    const { at, write, behind } = await film({ [MANIFEST]: "one" });
    symlinkSync("loop", at("loop"));
    disk?.watch(MANIFEST, "loop", "loop/a.png");
    await disk?.watched.ready();
    write(MANIFEST, "two");
    expect(await behind(MANIFEST)).toEqual([]);
    unlinkSync(at("loop"));
    write("loop", "a file");
    expect(await behind("loop")).toEqual([]);
  });

  it("an input outside of the project", async () => {
    const { at, write, behind, forget } = await film({ [MANIFEST]: "one", "../library/a.png": "a" });
    write("../library/a.png", "b");
    expect(await behind("../library/a.png")).toEqual([]);
    forget();
    renameSync(at("../library"), at("../moved"));
    expect(await behind("../library/a.png")).toEqual([]);
    renameSync(at("../moved"), at("../library"));
    expect(await behind("../library/a.png")).toEqual([]);
  });
});

describe("nothing else is told", () => {
  it("what lies beside is not: outputs, sidecars, journal, lockfile, swap files, other folders", async () => {
    const { write, at, behind, told } = await film({ [MANIFEST]: "one", "renders/010.png": "a" });
    write("renders/010.mp4", "clip");
    write("renders/010.mp4.json", "{}");
    write("kling.lock.json.tmp", "{}");
    renameSync(at("kling.lock.json.tmp"), at("kling.lock.json"));
    write(".kling/journal.jsonl", "{}");
    appendFileSync(at(".kling/journal.jsonl"), "{}");
    write(`.${MANIFEST}.swp`, "swap");
    write(`${MANIFEST}~`, "backup");
    write("node_modules/x/index.js", "x");
    write("renders/010.png", "last");
    expect(await behind("renders/010.png")).toEqual([]);
    expect(new Set(told.flat())).toEqual(new Set(["renders/010.png"]));
  });

  it("rights and times of reading are not", async () => {
    const { write, at, watch, behind, told, watched } = await film(
      { "refs/a.png": "a", "refs/z.png": "z" },
      [],
    );
    utimesSync(at("refs/a.png"), LONG_AGO, LONG_AGO);
    watch("refs/a.png", "refs/z.png");
    await watched.ready();
    for (const mode of [0o755, 0o644, 0o700 | 0o044, 0o644]) {
      chmodSync(at("refs/a.png"), mode);
      write("refs/z.png", `after ${mode}`);
      expect(await behind("refs/z.png")).toEqual([]);
    }
    expect(told.flat()).not.toContain("refs/a.png");
  });

  it("what is no longer asked for is not, and is again once it is", async () => {
    const { write, watch, behind, told, watched } = await film({ "refs/a.png": "a", "refs/z.png": "z" });
    watch("refs/z.png");
    write("refs/a.png", "b");
    write("refs/z.png", "y");
    expect(await comes(() => told.flat().includes("refs/z.png"))).toBe(true);
    expect(told.flat()).not.toContain("refs/a.png");
    watch("refs/a.png");
    await watched.ready();
    write("refs/a.png", "c");
    expect(await behind("refs/a.png")).toEqual([]);
  });
});

describe("a path that is new among the watched", () => {
  it("is told when it changed after the reading began, and not when it is older", async () => {
    const { at, write, watched, told } = await film({ "refs/old.png": "a", "refs/z.png": "z" }, [
      "refs/z.png",
    ]);
    await realClock.sleep(30, new AbortController().signal);
    const readSinceMs = realClock.now();
    write("refs/new.png", "b");
    watched.set(new Set(["refs/z.png", "refs/old.png", "refs/new.png"].map(at)), readSinceMs);
    expect(told).toEqual([["refs/new.png"]]);
  });
});

describe("what hears", () => {
  it("is one watch per folder, and never one inside of folders that nobody asked for", async () => {
    const folders: string[] = [];
    const many = Object.fromEntries(names(400).map((name) => [name, name]));
    class Counting extends chokidar.FSWatcher {
      override add(path: string): this {
        folders.push(path);
        super.add(path);
        return this;
      }
    }
    const { root } = await film(
      { [MANIFEST]: "one", "node_modules/x/y": "x", "renders/b.mp4": "x", ".git/HEAD": "x", ...many },
      [MANIFEST, ...names(400)],
      {
        load: async () => ({ FSWatcher: Counting }),
      },
    );
    expect(folders.toSorted()).toEqual(
      [root, join(root, "refs"), ...[0, 1, 2, 3].map((each) => join(root, "refs", String(each)))].toSorted(),
    );
  });

  it.each(["ENOSPC", "EMFILE", "EACCES"])(
    "is replaced by looking after %s, which is said once",
    async (code) => {
      class Refused extends chokidar.FSWatcher {
        override add(): this {
          queueMicrotask(() => this.emit("error", Object.assign(new Error("refused"), { code })));
          return this;
        }
      }
      const { write, behind, failed } = await film({ [MANIFEST]: "one", "refs/a.png": "a" }, undefined, {
        load: async () => ({ FSWatcher: Refused }),
        clock: hastyClock,
      });
      write(MANIFEST, "two");
      expect(await behind(MANIFEST)).toEqual([]);
      write("refs/a.png", "b");
      expect(await behind("refs/a.png")).toEqual([]);
      expect(failed).toHaveLength(1);
      expect(failed[0]).toMatch(
        { ENOSPC: /max_user_watches/, EMFILE: /max_user_instances/ }[code] ?? /may not read/,
      );
    },
  );

  it(
    "is replaced by looking where no change is announced, as on a network drive",
    { timeout: 60_000 },
    async () => {
      class Deaf extends chokidar.FSWatcher {
        override add(): this {
          queueMicrotask(() => this.emit("ready"));
          return this;
        }
      }
      const { write, behind, failed, forget } = await film({ [MANIFEST]: "one" }, undefined, {
        load: async () => ({ FSWatcher: Deaf }),
        clock: hastyClock,
      });
      for (let round = 0; round < 3; round++) {
        forget();
        write(MANIFEST, `round ${round}`);
        expect(await behind(MANIFEST)).toEqual([]);
      }
      expect(await comes(() => failed.length === 1)).toBe(true);
      expect(failed[0]).toMatch(/not announced, as on network drives/);
    },
  );

  it("is backed by a look around, which finds what no event told", async () => {
    const { at, write, behind, failed } = await film({ "refs/a.png": "a" }, undefined, { clock: hastyClock });
    linkSync(at("refs/a.png"), at("twin"));
    write("twin", "written through another name");
    expect(await behind("refs/a.png")).toEqual([]);
    expect(failed).toEqual([]);
  });

  it("is looking where CHOKIDAR_USEPOLLING asks for it, without a complaint", async () => {
    process.env["CHOKIDAR_USEPOLLING"] = "1";
    try {
      const { write, behind, failed } = await film({ [MANIFEST]: "one" }, undefined, { clock: hastyClock });
      for (const text of ["two", "three", "four"]) {
        write(MANIFEST, text);
        expect(await behind(MANIFEST)).toEqual([]);
      }
      expect(failed).toEqual([]);
    } finally {
      delete process.env["CHOKIDAR_USEPOLLING"];
    }
  });
});

describe("close", () => {
  it(
    "leaves nothing that keeps the process alive, and nothing is told after it",
    { timeout: 60_000 },
    async () => {
      const { root, at, write } = await film({ [MANIFEST]: "one" }, []);
      const built = join(import.meta.dirname, "../../dist/store/");
      const code = `
      import { watchFiles } from ${JSON.stringify(`${built}watch-files.js`)};
      import { nodeFiles } from ${JSON.stringify(`${built}files.js`)};
      import { setTimeout as wait } from "node:timers/promises";
      const clock = { now: () => Date.now(), sleep: (ms, signal) => wait(ms, undefined, { signal }) };
      const watched = watchFiles({ fs: nodeFiles, clock, root: ${JSON.stringify(root)}, fail: console.error,
        tell: async () => { console.log("told"); await watched.close(); console.log("closed"); } });
      watched.set(new Set([${JSON.stringify(at(MANIFEST))}]));
      await watched.ready();
      console.log("ready");`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (piece: Buffer) => (said += String(piece)));
      expect(await comes(() => said.includes("ready"))).toBe(true);
      const ended = once(child, "exit");
      write(MANIFEST, "two");
      expect(await comes(() => said.includes("closed"))).toBe(true);
      write(MANIFEST, "three");
      expect(await ended).toEqual([0, null]);
      expect(said).toBe("ready\ntold\nclosed\n");
    },
  );

  it("gives back every handle, also right after the start and in the middle of a burst", async () => {
    const handles = (): number => readdirSync("/proc/self/fd").length;
    const before = handles();
    for (let round = 0; round < 10; round++) {
      const { write, watched, end } = await watchedDisk({ [MANIFEST]: "one", "refs/a.png": "a" });
      write("refs/a.png", "b");
      if (round % 2 === 0) await realClock.sleep(round, new AbortController().signal);
      await watched.close();
      await end();
    }
    expect(handles()).toBeLessThanOrEqual(before + 1);
    const watches = () => process.getActiveResourcesInfo().filter((each) => each === "FSEventWrap");
    // The system hears of a close in its next round.
    expect(await comes(() => watches().length === 0)).toBe(true);
  });
});

describe("what is seen of a file", () => {
  const file = { kind: "file", ino: 1, size: 2, mtimeMs: 3, ctimeMs: 4, mode: 0o100644 } as const;
  const rows: readonly (readonly [claim: string, after: Seen, differs: boolean])[] = [
    ["is the same", file, false],
    ["is another file of the same size and time", { ...file, ino: 9 }, true],
    ["is longer", { ...file, size: 9 }, true],
    ["was written", { ...file, mtimeMs: 9 }, true],
    ["was written and dated back", { ...file, ctimeMs: 9 }, true],
    ["may be executed now", { ...file, ctimeMs: 9, mode: 0o100755 }, false],
    ["may no longer be read", { ...file, ctimeMs: 9, mode: 0o100200 }, true],
    ["is gone", { kind: "missing" }, true],
    ["is a directory", { kind: "other", ino: 1 }, true],
    ["cannot be reached", { kind: "unreachable", code: "EACCES" }, true],
  ];
  it.each(rows)("%s", (_, after, differs) => {
    expect(mayDiffer(file, after)).toBe(differs);
    expect(mayDiffer(after, file)).toBe(differs);
  });

  it("is young for as long as a disk's clock may tick", () => {
    expect(isYoung({ ...file, mtimeMs: 1_000 }, 3_000)).toBe(true);
    expect(isYoung({ ...file, mtimeMs: 1_000 }, 4_000)).toBe(false);
    expect(isYoung({ kind: "missing" }, 0)).toBe(false);
  });
});
