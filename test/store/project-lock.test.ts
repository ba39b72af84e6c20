import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, type FileSystem } from "../../src/store/files.js";
import { acquireLock, type Acquired, type Holder } from "../../src/store/project-lock.js";

const root = mkdtempSync(join(tmpdir(), "klingmake-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let path = "";
let count = 0;
beforeEach(() => {
  path = join(root, `lock-${count++}`);
});

const ME: Holder = { pid: 7, host: "desk", started: "2026-11-22T11:30:00.000Z", command: "klingmake render" };
const OTHER: Holder = { ...ME, pid: 8, command: "klingmake watch" };

/** A process of its own that holds the lock as klingmake does: same module, same file. */
async function holderProcess(): Promise<ChildProcess> {
  const module = createRequire(import.meta.url).resolve("fs-native-extensions");
  const code = `
    const { openSync, writeSync, ftruncateSync } = require("node:fs");
    const fd = openSync(${JSON.stringify(path)}, "a+", 0o600);
    if (!require(${JSON.stringify(module)}).tryLock(fd)) process.exit(1);
    ftruncateSync(fd, 0);
    writeSync(fd, ${JSON.stringify(`${JSON.stringify(OTHER)}\n`)});
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function release(acquired: Acquired): Promise<void> {
  if (acquired.kind !== "held") throw new Error(`not held but ${acquired.kind}`);
  await acquired.release();
}

describe("the project lock", () => {
  it("is held by one at a time, who is named to the next", async () => {
    const mine = await acquireLock(nodeFiles, path, ME);
    expect(await acquireLock(nodeFiles, path, OTHER)).toEqual({ kind: "busy", holder: ME });
    await release(mine);
    await release(mine);
    await release(await acquireLock(nodeFiles, path, OTHER));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is freed by the kernel when its holder is killed", async () => {
    const child = await holderProcess();
    expect(await acquireLock(nodeFiles, path, ME)).toEqual({ kind: "busy", holder: OTHER });
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    await release(await acquireLock(nodeFiles, path, ME));
  });

  it("does not mind what an earlier holder left in the file", async () => {
    writeFileSync(
      path,
      `${JSON.stringify(OTHER)} and much more that is longer than what comes now`.repeat(9),
    );
    const mine = await acquireLock(nodeFiles, path, ME);
    expect(await acquireLock(nodeFiles, path, OTHER)).toEqual({ kind: "busy", holder: ME });
    await release(mine);
  });

  it.each(["", "{", "[]", '{"pid":"7"}', '{"pid":7,"host":"h","started":1}'])(
    "is busy without a name while the file says %j",
    async (text) => {
      writeFileSync(path, text);
      const refusing = () => Promise.resolve({ tryLock: () => false });
      expect(await acquireLock(nodeFiles, path, ME, refusing)).toEqual({ kind: "busy" });
    },
  );

  it("is not taken through a link, and what that leads to stays as it is", async () => {
    writeFileSync(`${path}-theirs`, "theirs");
    symlinkSync(`${path}-theirs`, path);
    await expect(acquireLock(nodeFiles, path, ME)).rejects.toMatchObject({ code: "ELOOP" });
    expect(readFileSync(`${path}-theirs`, "utf8")).toBe("theirs");
  });

  it("is free again even when the disk refuses to take the holder's name out", async () => {
    const broken: FileSystem = {
      ...nodeFiles,
      promises: {
        ...nodeFiles.promises,
        async open(name, flags, mode) {
          const file = await nodeFiles.promises.open(name, flags, mode);
          let cuts = 0;
          const truncate = (length: number) =>
            ++cuts === 1 ? file.truncate(length) : Promise.reject(new Error("EIO"));
          return new Proxy(file, {
            get: (target, member) => {
              if (member === "truncate") return truncate;
              const value: unknown = Reflect.get(target, member);
              return typeof value === "function" ? (value.bind(target) as unknown) : value;
            },
          });
        },
      },
    };
    await expect(release(await acquireLock(broken, path, ME))).rejects.toThrow("EIO");
    await release(await acquireLock(nodeFiles, path, OTHER));
  });

  it("lets nobody in where locks cannot be had", async () => {
    const fail = (code: string) => Object.assign(new Error("no"), { code });
    const noModule = await acquireLock(nodeFiles, path, ME, () => Promise.reject(fail("MODULE_NOT_FOUND")));
    expect(noModule).toMatchObject({ kind: "unavailable", why: expect.stringContaining("MODULE_NOT_FOUND") });
    const noLocks = await acquireLock(nodeFiles, path, ME, () =>
      Promise.resolve({
        tryLock: () => {
          throw fail("ENOLCK");
        },
      }),
    );
    expect(noLocks).toMatchObject({ kind: "unavailable", why: expect.stringContaining("ENOLCK") });
  });
});
