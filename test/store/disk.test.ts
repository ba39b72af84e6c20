import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { openFileIndex } from "../../src/store/file-index.js";
import { look, nodeFiles, readTextIf, writeAtomic } from "../../src/store/files.js";
import { placeToWrite, projectPath } from "../../src/store/project-path.js";
import { makeStateDirectory, stateDirectory } from "../../src/store/state-directory.js";
import { memoryDisk, textOf } from "./disk.js";

describe("a file that is replaced", () => {
  it("has the new text and rights, and nothing is left beside it", async () => {
    const { fs, volume, names } = memoryDisk({ "/film/a.json": "old" });
    await writeAtomic(fs, "/film/a.json", "new", { mode: 0o600 });
    expect(textOf(volume, "/film/a.json")).toBe("new");
    expect(volume.statSync("/film/a.json").mode & 0o777).toBe(0o600);
    expect(names()).toEqual(["/film/a.json"]);
  });

  it("that is absent reads as undefined, and so does one below a file", async () => {
    const { fs } = memoryDisk({ "/film/a": "" });
    expect(await readTextIf(fs, "/film/none")).toBeUndefined();
    expect(look(fs, "/film/a/b")).toBeUndefined();
  });
});

describe("a path of the manifest", () => {
  it.each([
    ["refs/a.png", "refs/a.png"],
    ["./refs//a.png", "refs/a.png"],
    ["refs/ä b.png", "refs/ä b.png"],
    ["a..b/..c", "a..b/..c"],
  ])("%s is %s", (relative, path) => {
    expect(projectPath(relative, "write")).toEqual({ kind: "inside", path });
  });

  it.each([
    ["", "is empty"],
    [".", "is empty"],
    ["/etc/passwd", "is absolute"],
    ["//server/share", "is absolute"],
    ["C:/film/a.mp4", "is absolute"],
    ["c:a.mp4", "is absolute"],
    ["\\\\server\\share", "contains a backslash; use / on every platform"],
    ["..", "contains `..`"],
    ["a/../../b", "contains `..`"],
    ["a\0b", "contains a NUL character"],
    ["a\ud800", "is not well-formed text"],
    ["refs/nul", "uses a name that is reserved on Windows"],
    ["COM1.png", "uses a name that is reserved on Windows"],
    ["renders/", "names a directory"],
  ])("%j is refused for reading and writing", (relative, why) => {
    for (const purpose of ["read", "write"] as const) {
      expect(projectPath(relative, purpose)).toEqual({ kind: "refused", why });
    }
  });

  it.each([
    [".git/hooks/pre-commit", "leads into .git"],
    ["a/.KLING/journal.jsonl", "leads into .KLING"],
    ["a?.mp4", "contains a character that file names cannot have everywhere"],
    ["ab:c.mp4", "contains a character that file names cannot have everywhere"],
    ["a\u0007.mp4", "contains a character that file names cannot have everywhere"],
    ["dir./a.mp4", "has a part that ends in a dot or a space"],
  ])("%j is refused for writing only", (relative, why) => {
    expect(projectPath(relative, "write")).toEqual({ kind: "refused", why });
    expect(projectPath(relative, "read").kind).toBe("inside");
  });

  it("is written inside the project even where directories are links", () => {
    const { fs, volume } = memoryDisk({ "/film/real/x": "", "/elsewhere/x": "", "/film/file": "" });
    volume.symlinkSync("/film/real", "/film/inner");
    volume.symlinkSync("/elsewhere", "/film/outer");
    volume.symlinkSync("/nowhere", "/film/broken");
    const told = (relative: string) => {
      const answer = placeToWrite(fs, "/film", relative);
      return answer.kind === "inside" ? answer.path : answer.why;
    };
    expect(told("renders/new/010.mp4")).toBe("/film/renders/new/010.mp4");
    expect(told("inner/010.mp4")).toBe("/film/inner/010.mp4");
    expect(told("outer/010.mp4")).toBe("leads out of the project through a symbolic link");
    expect(told("outer/new/010.mp4")).toBe("leads out of the project through a symbolic link");
    expect(told("broken/010.mp4")).toBe("leads through a symbolic link to nowhere");
    expect(told("file/010.mp4")).toBe("leads through a file");
  });
});

describe("the state directory", () => {
  it("is tightened when it was open to others, and its .gitignore is left as it is", async () => {
    const { fs, volume } = memoryDisk({ "/film/.kling/.gitignore": "mine" });
    volume.chmodSync("/film/.kling", 0o755);
    expect(await makeStateDirectory(fs, "/film")).toEqual({ kind: "ready" });
    expect(volume.statSync("/film/.kling").mode & 0o777).toBe(0o700);
    expect(textOf(volume, "/film/.kling/.gitignore")).toBe("mine");
  });

  it("is refused as a link or a file", async () => {
    const linked = memoryDisk({ "/elsewhere/x": "" });
    linked.volume.symlinkSync("/elsewhere", "/film/.kling");
    expect(await makeStateDirectory(linked.fs, "/film")).toMatchObject({
      why: "`.kling` is a symbolic link",
    });
    const { fs } = memoryDisk({ "/film/.kling": "" });
    expect(await makeStateDirectory(fs, "/film")).toMatchObject({ why: "`.kling` is not a directory" });
  });

  it.each(["lock", "journal.jsonl", "journal.damaged.jsonl"])(
    "is refused when its %s is not a regular file",
    async (name) => {
      const linked = memoryDisk({ "/elsewhere/x": "theirs", "/film/.kling/x": "" });
      linked.volume.symlinkSync("/elsewhere/x", `/film/.kling/${name}`);
      expect(await makeStateDirectory(linked.fs, "/film")).toEqual({
        kind: "refused",
        why: `\`.kling/${name}\` is a symbolic link`,
      });
      const { fs } = memoryDisk({ [`/film/.kling/${name}/x`]: "" });
      expect(await makeStateDirectory(fs, "/film")).toEqual({
        kind: "refused",
        why: `\`.kling/${name}\` is not a regular file`,
      });
    },
  );

  it.each(["plans", "partial", "cache"])("is refused when its %s is not a real directory", async (name) => {
    const linked = memoryDisk({ "/elsewhere/x": "", "/film/.kling/x": "" });
    linked.volume.symlinkSync("/elsewhere", `/film/.kling/${name}`);
    expect(await makeStateDirectory(linked.fs, "/film")).toEqual({
      kind: "refused",
      why: `\`.kling/${name}\` is a symbolic link`,
    });
    expect(linked.names().toSorted()).toEqual(["/elsewhere/x", `/film/.kling/x`]);
    const { fs } = memoryDisk({ [`/film/.kling/${name}`]: "" });
    expect(await makeStateDirectory(fs, "/film")).toEqual({
      kind: "refused",
      why: `\`.kling/${name}\` is not a directory`,
    });
  });

  it("is taken as it is when all of it is there already", async () => {
    const at = stateDirectory("/film");
    const { fs } = memoryDisk({ [at.lock]: "", [at.journal]: "", [at.damagedJournal]: "" });
    for (let round = 0; round < 2; round++)
      expect(await makeStateDirectory(fs, "/film")).toEqual({ kind: "ready" });
  });
});

describe("on a real disk", () => {
  const made: string[] = [];
  const directory = () => {
    const path = mkdtempSync(join(tmpdir(), "klingmake-store-"));
    made.push(path);
    return path;
  };
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
  });

  it("files are replaced durably, with their rights", async () => {
    const path = join(directory(), "kling.lock.json");
    await writeAtomic(nodeFiles, path, "one", { mode: 0o600 });
    await writeAtomic(nodeFiles, path, Buffer.from("two"), { mode: 0o600 });
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("what lies there stays, and nothing else, when it cannot be replaced", async () => {
    const root = directory();
    mkdirSync(join(root, "a"));
    writeFileSync(join(root, "a", "b.json"), "old");
    await expect(writeAtomic(nodeFiles, join(root, "a"), "new")).rejects.toThrow("rename");
    expect([...readdirSync(root), ...readdirSync(join(root, "a"))]).toEqual(["a", "b.json"]);
  });

  it("links that lead out of the project are not written through", () => {
    const root = directory();
    symlinkSync(directory(), join(root, "out"));
    writeFileSync(join(root, "file"), "");
    expect(placeToWrite(nodeFiles, root, "out/a.mp4").kind).toBe("refused");
    expect(placeToWrite(nodeFiles, root, "in/a.mp4")).toEqual({
      kind: "inside",
      path: join(root, "in", "a.mp4"),
    });
  });

  it.each([".kling", ".kling/cache"])("no cache is written through a link at %s", async (name) => {
    const [root, elsewhere] = [directory(), directory()];
    mkdirSync(join(elsewhere, "cache"));
    if (name !== ".kling") mkdirSync(join(root, ".kling"));
    symlinkSync(elsewhere, join(root, name));
    const index = openFileIndex(nodeFiles, join(root, ".kling", "cache", "inputs.json"));
    index.remember("a", statSync(root), sha256Hex("clip"), Date.now() + 10_000);
    await index.save();
    expect(readdirSync(elsewhere, { recursive: true })).toEqual(["cache"]);
  });

  it("the state directory has its places", async () => {
    const root = directory();
    await makeStateDirectory(nodeFiles, root);
    const at = stateDirectory(root);
    for (const path of [at.path, at.plans, at.partial, at.cache])
      expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});
