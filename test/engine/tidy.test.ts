/** Tidying on a disk in memory: written whole, with the rights it had, and only when something is to be written. */
import { describe, expect, it } from "vitest";
import { tidyManifest } from "../../src/engine-tidy.js";
import { memoryDisk, textOf } from "../store/disk.js";

const NAME = "/film/kling.manifest.yaml";
const UNTIDY = "project: p\nversion: 1\n";
const TIDY = "version: 1\nproject: p\n";

function place(text: string) {
  const disk = memoryDisk({ [NAME]: text });
  return {
    ...disk,
    read: () => textOf(disk.volume, NAME),
    tidy: (
      options: { readonly check?: boolean; readonly file?: string; readonly allowOutside?: true } = {},
    ) => tidyManifest({ cwd: "/film", ...options }, { fs: disk.fs }),
  };
}

describe("tidying a manifest", () => {
  it("writes it, keeps its rights, and leaves nothing beside it", async () => {
    const disk = place(UNTIDY);
    disk.volume.chmodSync(NAME, 0o640);
    expect((await disk.tidy()).value).toEqual({ file: NAME, changed: true });
    expect(disk.read()).toBe(TIDY);
    expect(disk.fs.lstatSync(NAME, { throwIfNoEntry: false })?.mode.toString(8)).toBe("100640");
    expect(disk.names()).toEqual([NAME]);
  });

  it("does not touch it when there is nothing to do", async () => {
    const disk = place(TIDY);
    const before = disk.fs.lstatSync(NAME, { throwIfNoEntry: false });
    expect((await disk.tidy()).value?.changed).toBe(false);
    expect(disk.fs.lstatSync(NAME, { throwIfNoEntry: false })?.ino).toBe(before?.ino);
  });

  it("only says so with check", async () => {
    const disk = place(UNTIDY);
    const { value, diagnostics } = await disk.tidy({ check: true });
    expect(value?.changed).toBe(true);
    expect(diagnostics).toMatchObject([{ code: "manifest/untidy", place: { line: 1 } }]);
    expect(disk.read()).toBe(UNTIDY);
    expect((await place(TIDY).tidy({ check: true })).diagnostics).toEqual([]);
  });

  it.each([
    ["line breaks of Windows", TIDY.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\ufeff${TIDY}`],
    ["no line break at the end", TIDY.trimEnd()],
  ])("does away with %s", async (_what, text) => {
    const disk = place(text);
    await disk.tidy();
    expect(disk.read()).toBe(TIDY);
  });

  it("leaves a manifest alone that is not valid, and one that is no text", async () => {
    const broken = place("version: 1\nprojekt: p\n");
    const { value, diagnostics } = await broken.tidy();
    expect(value).toBeUndefined();
    expect(diagnostics.map((each) => each.code)).toContain("manifest/unknown-key");
    expect(broken.read()).toBe("version: 1\nprojekt: p\n");
    expect((await place("\0").tidy()).diagnostics).toMatchObject([{ code: "file/unreadable" }]);
    expect((await place("").tidy({ file: "other.yaml" })).diagnostics).toMatchObject([
      { code: "file/not-found" },
    ]);
  });

  it("leaves a manifest alone that is saved anew meanwhile", async () => {
    const disk = place(UNTIDY);
    const read = disk.fs.readFileSync.bind(disk.fs);
    let reads = 0;
    disk.fs.readFileSync = (path) => {
      if (++reads === 2) disk.volume.writeFileSync(NAME, "mine");
      return read(path);
    };
    expect((await disk.tidy()).diagnostics).toMatchObject([{ code: "file/unwritable" }]);
    expect(disk.read()).toBe("mine");
  });

  it("writes through a link within the project, and through none that leads out of it", async () => {
    const disk = place(UNTIDY);
    disk.volume.symlinkSync("kling.manifest.yaml", "/film/link.yaml");
    await disk.tidy({ file: "link.yaml" });
    expect(disk.read()).toBe(TIDY);
    expect(disk.volume.lstatSync("/film/link.yaml").isSymbolicLink()).toBe(true);

    disk.volume.mkdirSync("/elsewhere");
    disk.volume.writeFileSync("/elsewhere/m.yaml", UNTIDY);
    disk.volume.symlinkSync("/elsewhere/m.yaml", "/film/away.yaml");
    const { value, diagnostics } = await disk.tidy({ file: "away.yaml" });
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: "file/outside" }]);
    const allowed = await disk.tidy({ file: "away.yaml", allowOutside: true });
    expect(allowed.value).toBeUndefined();
    expect(allowed.diagnostics).toMatchObject([{ code: "file/unwritable" }]);
    expect(textOf(disk.volume, "/elsewhere/m.yaml")).toBe(UNTIDY);
  });
});
