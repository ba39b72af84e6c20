import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { nodeFiles, type FileSystem } from "../../src/store/files.js";
import { openInputs } from "../../src/store/inputs.js";
import { openOutputs } from "../../src/store/outputs.js";
import { memoryDisk } from "./disk.js";
import { png } from "./pictures.js";
import { wav } from "./sounds.js";

const INDEX = "/film/.kling/cache/inputs.json";
const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n";
const LATER = () => Date.now() + 10_000;

/** The same disk, noting every file that is opened. */
function watched(fs: FileSystem): { readonly fs: FileSystem; readonly opened: string[] } {
  const opened: string[] = [];
  return {
    opened,
    fs: {
      promises: {
        ...fs.promises,
        mkdir: (path, options) => fs.promises.mkdir(path, options),
        rename: (from, to) => fs.promises.rename(from, to),
        open: (path, flags, mode) => {
          opened.push(path);
          return fs.promises.open(path, flags, mode);
        },
      },
      lstatSync: (path, options) => fs.lstatSync(path, options),
      realpathSync: (path) => fs.realpathSync(path),
      readFileSync: (path) => fs.readFileSync(path),
      openSync: (path, flags) => {
        opened.push(path);
        return fs.openSync(path, flags);
      },
      readSync: (fd, into, offset, length, position) => fs.readSync(fd, into, offset, length, position),
      closeSync: (fd) => fs.closeSync(fd),
    },
  };
}

describe("an input", () => {
  it("is a file with a digest, or what it is instead", async () => {
    const { fs, volume } = memoryDisk({
      "/film/refs/a.png": "bytes",
      "/film/big.wav": Buffer.alloc(3_000_000, 7),
      "/film/huge.wav": Buffer.alloc(9_000_000, 7),
      "/film/empty": "",
      "/film/lfs.png": LFS,
      "/outside/b.png": "secret",
    });
    volume.symlinkSync("/film/refs/a.png", "/film/alias.png");
    volume.symlinkSync("/outside/b.png", "/film/leak.png");
    volume.symlinkSync("/outside", "/film/leaks");
    volume.symlinkSync("/film/none.png", "/film/broken.png");
    const paths = [
      "refs/a.png",
      "big.wav",
      "huge.wav",
      "empty",
      "alias.png",
      "none.png",
      "refs",
      "lfs.png",
      "leak.png",
      "leaks/b.png",
      "broken.png",
      "../outside/b.png",
      "refs/a.png/x",
    ];
    const states = await openInputs(fs, "/film", INDEX, LATER).states(paths);
    const told = [...states].map(([path, state]) => [
      path,
      state.kind === "file" ? state.sha256 : state.kind,
    ]);
    expect(told).toEqual([
      ["refs/a.png", sha256Hex("bytes")],
      ["big.wav", sha256Hex(Buffer.alloc(3_000_000, 7))],
      ["huge.wav", sha256Hex(Buffer.alloc(9_000_000, 7))],
      ["empty", sha256Hex("")],
      ["alias.png", sha256Hex("bytes")],
      ["none.png", "missing"],
      ["refs", "directory"],
      ["lfs.png", "lfs_pointer"],
      ["leak.png", "outside"],
      ["leaks/b.png", "outside"],
      ["broken.png", "outside"],
      ["../outside/b.png", "outside"],
      ["refs/a.png/x", "missing"],
    ]);
  });

  it("that cannot be read is data, without its path", async () => {
    const { fs } = memoryDisk({ "/film/a.png": "x" });
    const locked: FileSystem = {
      ...watched(fs).fs,
      openSync: () => {
        throw Object.assign(new Error("EACCES: /film/a.png"), { code: "EACCES" });
      },
    };
    const inputs = openInputs(locked, "/film", INDEX, LATER);
    expect((await inputs.states(["a.png"])).get("a.png")).toEqual({ kind: "unreadable", why: "EACCES" });
    expect(await inputs.image("a.png", sha256Hex("x"))).toEqual({ kind: "not_an_image" });
  });

  it("is not read again while it looks the same, in this run or the next", async () => {
    const { fs, volume } = memoryDisk({ "/film/a.png": "one" });
    const first = openInputs(fs, "/film", INDEX, LATER);
    await first.states(["a.png"]);
    await first.save();
    const { fs: seen, opened } = watched(fs);
    const second = openInputs(seen, "/film", INDEX, LATER);
    expect((await second.states(["a.png"])).get("a.png")).toMatchObject({
      sha256: sha256Hex("one"),
      size: 3,
    });
    expect(opened).toEqual([]);

    volume.writeFileSync("/film/a.png", "two");
    volume.utimesSync("/film/a.png", 1000, 1000);
    expect((await second.states(["a.png"])).get("a.png")).toMatchObject({ sha256: sha256Hex("two") });
    expect(opened).toEqual(["/film/a.png"]);
  });

  it("changed less than two seconds before it was read is read again", async () => {
    const { fs, volume } = memoryDisk({ "/film/a.png": "one" });
    const { mtimeMs } = volume.statSync("/film/a.png");
    const { fs: seen, opened } = watched(fs);
    const inputs = openInputs(seen, "/film", INDEX, () => mtimeMs + 1999);
    await inputs.states(["a.png"]);
    await inputs.states(["a.png"]);
    expect(opened).toEqual(["/film/a.png", "/film/a.png"]);
  });

  it.each([
    "{",
    "[]",
    '{"version":9}',
    '{"version":1,"files":[["a.png",3]],"facts":[["x",1]]}',
    '{"version":1}',
  ])("is read anew when the index is %s", async (index) => {
    const { fs } = memoryDisk({ "/film/a.png": "one", [INDEX]: index });
    const states = await openInputs(fs, "/film", INDEX, LATER).states(["a.png"]);
    expect(states.get("a.png")).toMatchObject({ sha256: sha256Hex("one") });
  });

  it("is known although the index cannot be written", async () => {
    const { fs } = memoryDisk({ "/film/a.png": "one", "/film/.kling": "a file" });
    const inputs = openInputs(fs, "/film", INDEX, LATER);
    expect((await inputs.states(["a.png"])).size).toBe(1);
    await expect(inputs.save()).resolves.toBeUndefined();
  });

  it.each([
    ["picture", "image", png(300, 400), { kind: "image", format: "png", width: 300, height: 400 }],
    ["sound", "sound", wav(3), { kind: "sound", format: "wav", seconds: 3 }],
  ] as const)(
    "is measured once as a %s, while it is the file that was measured",
    async (_, as, bytes, facts) => {
      const { fs, volume } = memoryDisk({ "/film/a": bytes });
      const sha256 = sha256Hex(bytes);
      const inputs = openInputs(fs, "/film", INDEX, LATER);
      await inputs.states(["a"]);
      expect(await inputs[as]("a", sha256)).toEqual(facts);
      await inputs.save();
      const later = openInputs(fs, "/film", INDEX, LATER);
      await later.states(["a"]);
      volume.unlinkSync("/film/a");
      expect(await later[as]("a", sha256)).toEqual(facts);
      expect(await later[as === "image" ? "sound" : "image"]("a", sha256)).toEqual({
        kind: as === "image" ? "not_a_sound" : "not_an_image",
      });
      expect(await later.sound("../a", sha256Hex("x"))).toEqual({ kind: "not_a_sound" });
    },
  );

  it("is measured anew where a cache came along that knows its content, but not the file", async () => {
    const bytes = wav(3);
    const sha256 = sha256Hex(bytes);
    const lie = { sound: { kind: "sound", format: "wav", seconds: 59 } };
    const { fs, volume } = memoryDisk({ "/film/a": bytes });
    const stat = volume.lstatSync("/film/a");
    for (const row of [
      ["a", stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino + 1, sha256, lie],
      ["a", stat.size, stat.mtimeMs, stat.ctimeMs - 1, stat.ino, sha256, lie],
      ["b", stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, sha256, lie],
    ]) {
      volume.mkdirSync("/film/.kling/cache", { recursive: true });
      volume.writeFileSync(INDEX, JSON.stringify({ version: 2, files: [row], facts: [[sha256, lie]] }));
      const inputs = openInputs(fs, "/film", INDEX, LATER);
      await inputs.states(["a"]);
      expect(await inputs.sound("a", sha256)).toMatchObject({ seconds: 3 });
    }
  });

  it("that changed since is not measured as a sound under its old digest", async () => {
    const { fs, volume } = memoryDisk({ "/film/a.wav": wav(3) });
    const inputs = openInputs(fs, "/film", INDEX, LATER);
    const before = sha256Hex("what it was when it was planned");
    expect(await inputs.sound("a.wav", before)).toMatchObject({ seconds: 3 });
    volume.writeFileSync("/film/a.wav", wav(4));
    expect(await inputs.sound("a.wav", before)).toMatchObject({ seconds: 4 });
  });

  it("that changed since is not measured under its old digest", async () => {
    const { fs, volume } = memoryDisk({ "/film/a.png": png(300, 400) });
    const inputs = openInputs(fs, "/film", INDEX, LATER);
    const before = sha256Hex("what it was when it was planned");
    await inputs.image("a.png", before);
    volume.writeFileSync("/film/a.png", png(10, 10));
    expect(await inputs.image("a.png", before)).toMatchObject({ width: 10 });
  });

  it("is handed over only with the bytes of its digest", async () => {
    const { fs, volume } = memoryDisk({ "/film/a.png": "one" });
    const inputs = openInputs(fs, "/film", INDEX, LATER);
    const read = await inputs.read("a.png", sha256Hex("one"));
    expect(read.kind === "bytes" && Buffer.from(read.bytes).toString()).toBe("one");
    volume.writeFileSync("/film/a.png", "two");
    expect(await inputs.read("a.png", sha256Hex("one"))).toEqual({ kind: "changed" });
    volume.unlinkSync("/film/a.png");
    expect(await inputs.read("a.png", sha256Hex("one"))).toEqual({ kind: "changed" });
  });
});

describe("an output path", () => {
  it("is told with what lies there", async () => {
    const { fs, volume } = memoryDisk({ "/film/renders/a.mp4": "clip", "/outside/b.mp4": "x" });
    volume.symlinkSync("/film/renders/a.mp4", "/film/renders/link.mp4");
    volume.symlinkSync("/outside", "/film/out");
    const outputs = openOutputs(fs, "/film", INDEX, LATER);
    const states = await outputs.states([
      "renders/a.mp4",
      "renders/b.mp4",
      "renders",
      "renders/link.mp4",
      "out/b.mp4",
      "../x",
    ]);
    expect([...states.values()]).toEqual([
      { kind: "file", sha256: sha256Hex("clip") },
      { kind: "absent" },
      { kind: "other", what: "a directory" },
      { kind: "other", what: "a symbolic link" },
      { kind: "other", what: "a path that leads out of the project through a symbolic link" },
      { kind: "other", what: "a path that contains `..`" },
    ]);
  });

  /** The same disk, with every file changed at this time. */
  const at = (fs: FileSystem, timeMs: number): FileSystem => ({
    ...fs,
    lstatSync: (path, options) => {
      const stat = fs.lstatSync(path, options);
      return stat && Object.assign(Object.create(stat) as typeof stat, { mtimeMs: timeMs, ctimeMs: timeMs });
    },
  });

  it.each([
    ["is known at once when we put the file there ourselves", 1_000_000.25, 0],
    ["is read all the same where the disk counts whole seconds only", 1_000_000, 1],
  ])("%s", async (_, timeMs, reads) => {
    const { fs, opened } = watched(memoryDisk({ "/film/a.mp4": "clip" }).fs);
    const outputs = openOutputs(at(fs, timeMs), "/film", INDEX, () => timeMs);
    outputs.placed("a.mp4", sha256Hex("clip"));
    expect((await outputs.states(["a.mp4"])).get("a.mp4")).toEqual({
      kind: "file",
      sha256: sha256Hex("clip"),
    });
    expect(opened).toHaveLength(reads);
  });

  it("that cannot be read, or is just being written, is no file that we know", async () => {
    const disk = memoryDisk({ "/film/a.mp4": "clip" });
    const { fs } = watched(disk.fs);
    const refuse = (): never => {
      throw Object.assign(new Error("EACCES: /film/a.mp4"), { code: "EACCES" });
    };
    const told = async (changed: Partial<FileSystem>) =>
      (await openOutputs({ ...fs, ...changed }, "/film", INDEX, LATER).states(["a.mp4"])).get("a.mp4");
    const unreadable = { kind: "other", what: "a file that cannot be read (EACCES)" };
    expect(await told({ openSync: refuse })).toEqual(unreadable);
    expect(await told({ lstatSync: refuse })).toEqual(unreadable);
    const growing = (path: string) => {
      disk.volume.appendFileSync(path, "more");
      return fs.openSync(path, "r");
    };
    expect(await told({ openSync: growing })).toEqual({
      kind: "other",
      what: "a file that is being written",
    });
  });

  it("is the port that the real disk has", () => {
    expect(openOutputs(nodeFiles, "/nowhere", "/nowhere/index.json", LATER)).toHaveProperty("states");
  });
});
