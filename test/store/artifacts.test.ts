import { describe, expect, it } from "vitest";
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import type { CacheKey } from "../../src/graph/key.js";
import { openArtifacts, storeDirectory } from "../../src/store/artifacts.js";
import type { FileSystem } from "../../src/store/files.js";
import { openOutputs } from "../../src/store/outputs.js";
import { openPartial } from "../../src/store/partial.js";
import { place } from "../../src/store/place.js";
import { memoryDisk, textOf } from "./disk.js";

const KEY = sha256Hex("key") as string as CacheKey;
const CLIP = sha256Hex("clip");
const PARTIAL = "/film/.kling/partial";
const BLOB = `/store/cas/${CLIP.slice(0, 2)}/${CLIP}`;
const NONE: ReadonlySet<Sha256> = new Set();

function world(
  files: Readonly<Record<string, string>> = {},
  wrap: (fs: FileSystem) => FileSystem = (fs) => fs,
) {
  const disk = memoryDisk(files);
  const fs = wrap(disk.fs);
  const artifacts = openArtifacts(fs, "/store");
  const outputs = openOutputs(fs, "/film", "/film/.kling/cache/outputs.json", () => Date.now() + 10_000);
  return { ...disk, fs, artifacts, given: { fs, root: "/film", artifacts, outputs } };
}

async function received(fs: FileSystem, ...chunks: readonly string[]) {
  const partial = await openPartial(fs, PARTIAL, KEY);
  for (const chunk of chunks) await partial.write(Buffer.from(chunk));
  return await partial.finish();
}

describe("a download", () => {
  it("is hashed while it comes in and counts its bytes", async () => {
    const { fs, volume } = world();
    const partial = await openPartial(fs, PARTIAL, KEY);
    await partial.write(Buffer.from("cl"));
    expect(partial.bytes()).toBe(2);
    await partial.write(Buffer.from("ip"));
    expect(await partial.finish()).toEqual({ path: `${PARTIAL}/${KEY}.part`, sha256: CLIP, size: 4 });
    expect(textOf(volume, partial.path)).toBe("clip");
    await expect(partial.write(Buffer.from("x"))).rejects.toThrow("after it was closed");
  });

  it("can start over, in the same run and in the next", async () => {
    const { fs, volume } = world({ [`${PARTIAL}/${KEY}.part`]: "left over" });
    const partial = await openPartial(fs, PARTIAL, KEY);
    await partial.write(Buffer.from("rubbish"));
    await partial.restart();
    expect(partial.bytes()).toBe(0);
    await partial.write(Buffer.from("clip"));
    expect(await partial.finish()).toMatchObject({ sha256: CLIP, size: 4 });
    expect(textOf(volume, partial.path)).toBe("clip");
  });

  it("whose last write fails is not finished, and is not made durable before that write has ended", async () => {
    const said: string[] = [];
    const { fs, names } = world({}, (fs) => ({
      ...fs,
      promises: {
        ...fs.promises,
        mkdir: (path, options) => fs.promises.mkdir(path, options),
        unlink: (path) => fs.promises.unlink(path),
        open: async (path, flags, mode) => {
          const file = await fs.promises.open(path, flags, mode);
          return {
            ...file,
            close: () => file.close(),
            write: async () => {
              for (let turn = 0; turn < 5; turn++) await Promise.resolve();
              said.push("written");
              throw Object.assign(new Error("no space"), { code: "ENOSPC" });
            },
            sync: async () => void said.push("synced"),
          };
        },
      },
    }));
    const partial = await openPartial(fs, PARTIAL, KEY);
    await partial.write(Buffer.from("clip"));
    await expect(partial.finish()).rejects.toThrow("no space");
    expect(said).toEqual(["written"]);
    await partial.discard();
    expect(names()).toEqual([]);
  });

  it("that is given up leaves nothing", async () => {
    const { fs, names } = world();
    const partial = await openPartial(fs, PARTIAL, KEY);
    await partial.write(Buffer.from("cl"));
    await partial.discard();
    await partial.discard();
    expect(names()).toEqual([]);
  });
});

describe("the store", () => {
  it("takes a download by renaming it, read-only, under its digest", async () => {
    const { fs, artifacts, volume, names } = world();
    await artifacts.put(await received(fs, "clip"));
    expect(names()).toEqual([BLOB]);
    expect(volume.statSync(BLOB).mode & 0o777).toBe(0o444);
    await artifacts.put(await received(fs, "clip"));
    expect(textOf(volume, BLOB)).toBe("clip");
  });

  it("checks a blob where it stands, and puts a damaged one aside", async () => {
    const { fs, artifacts, volume, names } = world();
    expect(await artifacts.check(CLIP)).toBe("missing");
    await artifacts.put(await received(fs, "clip"));
    expect(await artifacts.check(CLIP)).toBe("whole");
    volume.chmodSync(BLOB, 0o644);
    volume.writeFileSync(BLOB, "clap");
    expect(await artifacts.check(CLIP)).toBe("damaged");
    expect(names()).toEqual([`/store/damaged/${CLIP}`]);
  });

  it("takes a download from another disk by a checked copy", async () => {
    const { fs, artifacts, volume, names } = world({}, (fs) => ({
      ...fs,
      lstatSync: (path, options) => fs.lstatSync(path, options),
      openSync: (path, flags) => fs.openSync(path, flags),
      readSync: (fd, into, offset, length, position) => fs.readSync(fd, into, offset, length, position),
      closeSync: (fd) => fs.closeSync(fd),
      promises: {
        ...fs.promises,
        open: (path, flags, mode) => fs.promises.open(path, flags, mode),
        mkdir: (path, options) => fs.promises.mkdir(path, options),
        chmod: (path, mode) => fs.promises.chmod(path, mode),
        unlink: (path) => fs.promises.unlink(path),
        copyFile: (from, to, flags) => fs.promises.copyFile(from, to, flags),
        rename: (from, to) =>
          from.startsWith("/film") && to.startsWith("/store")
            ? Promise.reject(Object.assign(new Error("another disk"), { code: "EXDEV" }))
            : fs.promises.rename(from, to),
      },
    }));
    await artifacts.put(await received(fs, "clip"));
    expect(names()).toEqual([BLOB]);
    expect(volume.statSync(BLOB).mode & 0o777).toBe(0o444);
  });

  it("tells what it holds, and not what has the wrong size", async () => {
    const { fs, artifacts } = world();
    await artifacts.put(await received(fs, "clip"));
    const other = sha256Hex("other");
    expect([...artifacts.held([{ sha256: CLIP, size: 4 }, { sha256: other }])]).toEqual([CLIP]);
    expect([...artifacts.held([{ sha256: CLIP }])]).toEqual([CLIP]);
    expect([...artifacts.held([{ sha256: CLIP, size: 5 }])]).toEqual([]);
  });

  it("checks what it hands out, and puts aside what is damaged", async () => {
    const { fs, artifacts, names } = world({ [BLOB]: "cliq" });
    expect(await artifacts.read(CLIP)).toEqual({ kind: "damaged" });
    expect(await artifacts.read(CLIP)).toEqual({ kind: "missing" });
    expect(names()).toEqual([`/store/damaged/${CLIP}`]);
    await artifacts.put(await received(fs, "clip"));
    const read = await artifacts.read(CLIP);
    expect(read.kind === "bytes" && Buffer.from(read.bytes).toString()).toBe("clip");
  });

  it("takes back an output only with the right bytes", async () => {
    const { artifacts, names } = world({ "/film/a.mp4": "clip", "/film/b.mp4": "cliq" });
    expect(await artifacts.adopt("/film/b.mp4", CLIP)).toBe(false);
    expect(await artifacts.adopt("/film/a.mp4", CLIP)).toBe(true);
    expect(names().toSorted()).toEqual(["/film/a.mp4", "/film/b.mp4", BLOB]);
  });

  it.each([
    [{ override: "/cache", dataHome: "/data", home: "/home/m" }, "/cache"],
    [{ override: "", dataHome: "/data", home: "/home/m" }, "/data/klingmake/store"],
    [{ dataHome: "data", home: "/home/m" }, "/home/m/.local/share/klingmake/store"],
    [{ home: "/home/m" }, "/home/m/.local/share/klingmake/store"],
  ])("for %j stands in %s", (given, directory) => {
    expect(storeDirectory(given)).toBe(directory);
  });
});

describe("an artifact is placed", () => {
  it("as a file of its own that anyone may read, in directories made for it", async () => {
    const { given, volume, names } = world({ [BLOB]: "clip" });
    expect(await place(given, CLIP, "renders/final/010.mp4", NONE)).toEqual({ kind: "placed" });
    expect(textOf(volume, "/film/renders/final/010.mp4")).toBe("clip");
    expect(volume.statSync("/film/renders/final/010.mp4").mode & 0o777).toBe(0o644);
    expect(volume.statSync("/film/renders/final/010.mp4").ino).not.toBe(volume.statSync(BLOB).ino);
    expect(names().toSorted()).toEqual(["/film/renders/final/010.mp4", BLOB]);
    expect(await place(given, CLIP, "renders/final/010.mp4", NONE)).toEqual({ kind: "already" });
  });

  it("over an older clip of ours, never over anything else", async () => {
    const { given, volume } = world({
      [BLOB]: "clip",
      "/film/a.mp4": "older",
      "/film/b.mp4": "graded",
      "/film/d/x": "",
    });
    volume.symlinkSync("/film/a.mp4", "/film/l.mp4");
    const ours = new Set([sha256Hex("older")]);
    expect(await place(given, CLIP, "a.mp4", ours)).toEqual({ kind: "placed" });
    expect(await place(given, CLIP, "b.mp4", ours)).toMatchObject({ kind: "occupied", by: { kind: "file" } });
    expect(await place(given, CLIP, "d", ours)).toMatchObject({
      kind: "occupied",
      by: { what: "a directory" },
    });
    expect(await place(given, CLIP, "l.mp4", ours)).toMatchObject({
      kind: "occupied",
      by: { what: "a symbolic link" },
    });
    expect(textOf(volume, "/film/a.mp4")).toBe("clip");
    expect(textOf(volume, "/film/b.mp4")).toBe("graded");
  });

  it("only inside the project", async () => {
    const { given, volume } = world({ [BLOB]: "clip", "/outside/x": "" });
    volume.symlinkSync("/outside", "/film/out");
    expect(await place(given, CLIP, "out/a.mp4", NONE)).toMatchObject({ kind: "refused" });
    expect(await place(given, CLIP, "../a.mp4", NONE)).toEqual({ kind: "refused", why: "contains `..`" });
  });

  it("not at all when the store lacks it or its bytes are wrong, and what lay there stays", async () => {
    const { given, volume, names } = world({ [BLOB]: "cliq", "/film/a.mp4": "older" });
    const ours = new Set([sha256Hex("older")]);
    expect(await place(given, CLIP, "a.mp4", ours)).toEqual({ kind: "damaged" });
    expect(await place(given, CLIP, "a.mp4", ours)).toEqual({ kind: "missing" });
    expect(textOf(volume, "/film/a.mp4")).toBe("older");
    expect(names().toSorted()).toEqual(["/film/a.mp4", `/store/damaged/${CLIP}`]);
  });

  it.each(["made", "copied to"] as const)(
    "not through a folder that becomes a link while it is %s",
    async (when) => {
      const disk = memoryDisk({ [BLOB]: "clip", "/film/out/x": "", "/outside/x": "" });
      const swap = () => {
        disk.volume.renameSync("/film/out", "/film/was");
        disk.volume.symlinkSync("/outside", "/film/out");
      };
      const fs: FileSystem = {
        ...disk.fs,
        promises: {
          ...disk.fs.promises,
          mkdir: async (path, options) => {
            if (when === "made" && path === "/film/out") swap();
            return await disk.fs.promises.mkdir(path, options);
          },
        },
      };
      const artifacts = openArtifacts(fs, "/store");
      const outputs = openOutputs(fs, "/film", "/film/index.json", () => Date.now() + 10_000);
      const swapped = {
        ...artifacts,
        copyOut: async (sha256: Sha256, to: string) => {
          const copied = await artifacts.copyOut(sha256, to);
          if (when === "copied to") swap();
          return copied;
        },
      };
      const given = { fs, root: "/film", artifacts: swapped, outputs };
      const placing = place(given, CLIP, "out/a.mp4", NONE);
      if (when === "made") expect(await placing).toMatchObject({ kind: "refused" });
      else await expect(placing).rejects.toMatchObject({ code: "ENOENT" });
      expect(disk.names().filter((name) => name.startsWith("/outside"))).toEqual(["/outside/x"]);
    },
  );

  it("not over a file that came while it was being copied", async () => {
    const disk = memoryDisk({ [BLOB]: "clip" });
    const { fs } = disk;
    const artifacts = openArtifacts(fs, "/store");
    const outputs = openOutputs(fs, "/film", "/film/index.json", () => Date.now() + 10_000);
    const interrupted = {
      ...artifacts,
      copyOut: async (sha256: Sha256, to: string) => {
        disk.volume.writeFileSync("/film/a.mp4", "someone else's");
        return await artifacts.copyOut(sha256, to);
      },
    };
    const answer = await place({ fs, root: "/film", artifacts: interrupted, outputs }, CLIP, "a.mp4", NONE);
    expect(answer.kind).toBe("occupied");
    expect(textOf(disk.volume, "/film/a.mp4")).toBe("someone else's");
    expect(disk.names().toSorted()).toEqual(["/film/a.mp4", BLOB]);
  });
});
