/** Projects started on a disk in memory: what is made, what is refused, and that nothing is ever half made. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { initProject, type InitOptions } from "../../src/engine-init.js";
import { exampleNames } from "../../src/engine-package.js";
import { openProject } from "../../src/engine.js";
import { realWorld } from "../../src/engine-world.js";
import { projectNameFrom } from "../../src/manifest/first.js";
import { tidied } from "../../src/manifest/tidy.js";
import type { FileSystem } from "../../src/store/files.js";
import { memoryDisk, textOf } from "../store/disk.js";

const SCHEMA = readFileSync("schemas/kling.manifest.schema.json", "utf8");

/** A folder in memory with these files, and `init` in it. */
function place(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const disk = memoryDisk(files);
  const world = { ...realWorld(), fs: disk.fs };
  return {
    ...disk,
    read: (path: string) => textOf(disk.volume, path),
    init: (options: Partial<InitOptions> = {}, fs: FileSystem = disk.fs) =>
      initProject({ cwd: "/film", ...options }, { fs }),
    async check(cwd: string) {
      const { value, diagnostics } = await openProject({ cwd, env: {}, home: "/home" }, world);
      return value === undefined ? diagnostics : value.check();
    },
  };
}

describe("a new project", () => {
  it("has a manifest without any problem, its schema, and lines for git", async () => {
    const disk = place();
    const { value, diagnostics } = await disk.init();
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({ root: "/film", project: "film", extended: [], kept: [] });
    expect(value?.written).toEqual([".gitignore", "kling.manifest.schema.json", "kling.manifest.yaml"]);
    expect(await disk.check("/film")).toEqual([]);
    expect(disk.read("/film/.gitignore").split("\n")).toEqual(
      expect.arrayContaining([".kling/", "kling.sandbox.lock.json", "# renders/"]),
    );
  });

  it("begins with a schema line that leads to the schema beside it", async () => {
    const disk = place();
    await disk.init();
    expect(disk.read("/film/kling.manifest.yaml").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=./kling.manifest.schema.json",
    );
    expect(disk.read("/film/kling.manifest.schema.json")).toBe(SCHEMA);
  });

  it("takes the schema of the klingmake that the project depends on, when it depends on one", async () => {
    const local = "node_modules/klingmake/schemas/kling.manifest.schema.json";
    const disk = place({ [`/film/${local}`]: SCHEMA, "/film/.git/HEAD": "" });
    await disk.init({ folder: "scenes/ferry" });
    const [line] = disk.read("/film/scenes/ferry/kling.manifest.yaml").split("\n");
    expect(line).toBe(`# yaml-language-server: $schema=../../${local}`);
    expect(disk.names()).not.toContain("/film/scenes/ferry/kling.manifest.schema.json");
  });

  it("does not lean on a klingmake beyond its repository", async () => {
    const disk = place({
      "/node_modules/klingmake/schemas/kling.manifest.schema.json": SCHEMA,
      "/film/.git/HEAD": "",
    });
    expect((await disk.init()).value?.schema).toBe("./kling.manifest.schema.json");
  });

  it("has a manifest that is tidy", async () => {
    const disk = place();
    await disk.init({ name: "2024" });
    const text = disk.read("/film/kling.manifest.yaml");
    expect(text).toContain('project: "2024"');
    expect(tidied(text, "m.yaml").value).toBe(text);
  });

  it.each([
    ["Nächtliche Fähre", "Nachtliche-Fahre"],
    ["  (draft) 2", "draft-2"],
    ["夜の船", "film"],
    ["-_.", "film"],
    ["a".repeat(80), "a".repeat(64)],
  ])("makes of the folder %j the name %s", (folder, name) => {
    expect(projectNameFrom(folder)).toBe(name);
  });

  it("leaves other files alone and adds to .gitignore only what is missing", async () => {
    const disk = place({ "/film/.gitignore": "dist\n/.kling", "/film/notes.txt": "mine" });
    const { value } = await disk.init();
    expect(value?.extended).toEqual([".gitignore"]);
    const text = disk.read("/film/.gitignore");
    expect(text.startsWith("dist\n/.kling\n\n# ")).toBe(true);
    expect(text.match(/kling\.sandbox\.lock\.json$/gm)).toHaveLength(1);
    expect(text.match(/\.kling\b/g)).toHaveLength(1);
    expect(disk.read("/film/notes.txt")).toBe("mine");
  });

  it("leaves a .gitignore alone that says all of it", async () => {
    const before = ".kling\nkling.sandbox.lock.json\n";
    const disk = place({ "/film/.gitignore": before });
    expect((await disk.init()).value?.kept).toEqual([".gitignore"]);
    expect(disk.read("/film/.gitignore")).toBe(before);
  });
});

describe("a project from an example", () => {
  it.each(exampleNames())("%s has no problem, and its own schema line", async (example) => {
    const disk = place();
    const { value } = await disk.init({ example, folder: "copy" });
    expect((await disk.check("/film/copy")).filter((each) => each.severity === "error")).toEqual([]);
    const text = disk.read("/film/copy/kling.manifest.yaml");
    expect(text.match(/yaml-language-server.*/g)).toEqual([
      "yaml-language-server: $schema=./kling.manifest.schema.json",
    ]);
    expect(value?.written.filter((path) => /README|plan\.txt|lock\.json|renders/.test(path))).toEqual([]);
  });

  it("is called what it is told to be called", async () => {
    const disk = place();
    expect((await disk.init({ example: "first-film" })).value?.project).toBe("last-crossing");
    const { value } = await disk.init({ example: "first-film", folder: "x", name: "mine" });
    expect(value?.project).toBe("mine");
    expect(disk.read("/film/x/kling.manifest.yaml")).toContain("\nproject: mine\n");
  });

  it("takes over an input that lies there already with the same bytes, and refuses another", async () => {
    const path = "refs/harbour-dusk.jpg";
    const same = place({ [`/film/${path}`]: readFileSync(`examples/first-film/${path}`) });
    expect((await same.init({ example: "first-film" })).value?.kept).toEqual([path]);
    const other = place({ [`/film/${path}`]: "another picture" });
    const { diagnostics } = await other.init({ example: "first-film" });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `init/exists: ${path} exists already`,
    ]);
    expect(other.names()).toEqual([`/film/${path}`]);
  });
});

describe("what is refused", () => {
  const codes = async (disk: ReturnType<typeof place>, options: Partial<InitOptions> = {}) => {
    const before = disk.names();
    const { value, diagnostics } = await disk.init(options);
    expect(value).toBeUndefined();
    expect(disk.names()).toEqual(before);
    expect(diagnostics.every((each) => each.help !== undefined)).toBe(true);
    return diagnostics.map((each) => each.code);
  };

  it("a folder with a manifest", async () => {
    const disk = place({ "/film/kling.manifest.yaml": "version: 1\n" });
    expect(await codes(disk)).toEqual(["init/exists"]);
    expect(disk.read("/film/kling.manifest.yaml")).toBe("version: 1\n");
  });

  it("an example that is not there, with the one that was meant", async () => {
    const { diagnostics } = await place().init({ example: "frist-film" });
    expect(diagnostics).toMatchObject([{ code: "init/unknown-example", help: "did you mean `first-film`?" }]);
    expect(await codes(place(), { example: "../schemas" })).toEqual(["init/unknown-example"]);
  });

  it("a name that is not legal", async () => {
    expect(await codes(place(), { name: "a b" })).toEqual(["init/bad-name"]);
  });

  it("a folder that is a file, or lies in one", async () => {
    const disk = place({ "/film/text": "x" });
    expect(await codes(disk, { folder: "text" })).toEqual(["file/unwritable"]);
    expect(await codes(disk, { folder: "text/deeper" })).toEqual(["file/unwritable"]);
  });

  it("a link in the place of anything that would be written, all of them at once", async () => {
    const disk = place({ "/elsewhere/ignored": "x\n" });
    disk.volume.symlinkSync("/elsewhere/ignored", "/film/.gitignore");
    disk.volume.symlinkSync("/elsewhere/nothing", "/film/kling.manifest.yaml");
    expect(await codes(disk)).toEqual(["file/unwritable", "file/unwritable"]);
    expect(disk.read("/elsewhere/ignored")).toBe("x\n");
    expect(disk.names()).not.toContain("/elsewhere/nothing");
  });

  it("a folder for inputs that leads out of the project", async () => {
    const disk = place({ "/elsewhere/x": "" });
    disk.volume.symlinkSync("/elsewhere", "/film/refs");
    expect(await codes(disk, { example: "first-film" })).toEqual(["file/unwritable"]);
    expect(disk.names().filter((name) => name.startsWith("/elsewhere"))).toEqual(["/elsewhere/x"]);
  });
});

describe("a disk that refuses", () => {
  it.each([1, 2, 3, 4])("at file %i leaves everything as it was", async (nth) => {
    const disk = place({ "/film/.gitignore": "dist\n" });
    const before = disk.names();
    let opened = 0;
    const full: FileSystem = {
      ...disk.fs,
      lstatSync: disk.fs.lstatSync.bind(disk.fs),
      realpathSync: disk.fs.realpathSync.bind(disk.fs),
      readFileSync: disk.fs.readFileSync.bind(disk.fs),
      promises: {
        ...bound(disk.fs.promises),
        open: async (path, flags, mode) => {
          const file = await disk.fs.promises.open(path, flags, mode);
          if (flags !== "wx" || ++opened !== nth) return file;
          const write = () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
          return { ...bound(file), fd: file.fd, write };
        },
      },
    };
    const { value, diagnostics } = await disk.init({ example: "first-film" }, full);
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: "file/unwritable", message: expect.stringContaining("ENOSPC") },
    ]);
    expect(disk.names()).toEqual(before);
    expect(disk.read("/film/.gitignore")).toBe("dist\n");
    expect(disk.volume.existsSync("/film/refs")).toBe(false);
  });
});

it("every example of the package can be started from", () => {
  expect(exampleNames()).toContain("first-film");
  for (const name of exampleNames()) expect(existsSync(`examples/${name}/kling.manifest.yaml`)).toBe(true);
});

/** The methods of a disk's object, which are its prototype's, as members of their own. */
function bound<T extends object>(of: T): T {
  const methods = new Map<string, unknown>();
  for (
    let each: unknown = of;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    for (const name of Object.getOwnPropertyNames(each)) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value === "function" && name !== "constructor" && !methods.has(name))
        methods.set(name, value.bind(of));
    }
  }
  return Object.fromEntries(methods) as T;
}
