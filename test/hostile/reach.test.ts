/**
 * Where klingmake reads and writes, on a real disk: outside of the project nothing is written whatever links lie in it,
 * and nothing is read without `--allow-outside`; what would never end is not read at all.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { filesBelow, ground, STILL, type Ground, type Said } from "./ground.js";

const film = (image = "") => `version: 1
project: night-ferry
shots:
  a: { prompt: the ferry leaves${image === "" ? "" : `, image: ${JSON.stringify(image)}`} }
`;

const codesOf = ({ stdout }: Said) =>
  (JSON.parse(stdout) as { diagnostics: readonly { code: string }[] }).diagnostics.map(({ code }) => code);

describe("reading outside of the project", () => {
  const WAYS: readonly (readonly [how: string, image: (at: Ground) => string])[] = [
    ["by `..`", () => "../private/still.png"],
    ["by an absolute path", (at) => at.at("private/still.png")],
    ["through a link", () => "refs/link.png"],
    ["through a linked folder", () => "refs/folder/still.png"],
    ["through a link to a link", () => "refs/twice.png"],
  ];

  it.each(WAYS)("%s needs --allow-outside, in every command that looks at inputs", async (_, image) => {
    const at = ground("");
    at.put("../private/still.png", STILL);
    mkdirSync(at.at("film/refs"));
    symlinkSync(at.at("private/still.png"), at.at("film/refs/link.png"));
    symlinkSync(at.at("private"), at.at("film/refs/folder"));
    symlinkSync("link.png", at.at("film/refs/twice.png"));
    at.put("kling.manifest.yaml", film(image(at)));
    for (const words of [["validate"], ["plan"], ["status"], ["why", "shots.a"], ["render"]]) {
      const refused = await at.klingmake(words);
      expect(refused.exit, words.join(" ")).toBe(3);
      expect(refused.stderr).toMatch(/error\[graph\/input-outside\][^]*kling\.manifest\.yaml:4:\d+/);
      expect(refused.stderr).toMatch(/inputs belong to the project[^]*--allow-outside/);
      expect(existsSync(at.at("store"))).toBe(false);
    }
    for (const words of [["validate"], ["plan"], ["status"], ["why", "shots.a"], ["render"]])
      expect(await at.klingmake([...words, "--allow-outside"]), words.join(" ")).toMatchObject({ exit: 0 });
  });

  it("gives the same key as a copy inside: keys are made from content", async () => {
    const keys = [];
    for (const image of ["still.png", "../still.png"]) {
      const at = ground(film(image));
      at.put(image, STILL);
      const { stdout } = await at.klingmake(["plan", "--json", "--allow-outside"]);
      keys.push((JSON.parse(stdout) as { data: { steps: { key: string }[] } }).data.steps[0]?.key);
    }
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it("is not needed for links within the project", async () => {
    const at = ground(film("alias.png"));
    at.put("refs/still.png", STILL);
    symlinkSync("refs/still.png", at.at("film/alias.png"));
    expect(await at.klingmake(["validate"])).toMatchObject({ exit: 0 });
  });

  it("does not let a manifest that is a link show a stranger's lines", async () => {
    const at = ground("");
    at.put("../netrc", "machine example.com\n  login mara\n  password hunter2hunter2\n");
    rmSync(at.at("film/kling.manifest.yaml"));
    symlinkSync("../netrc", at.at("film/kling.manifest.yaml"));
    for (const words of [["validate"], ["plan"], ["graph"], ["fmt", "--check"], ["models"]]) {
      const said = await at.klingmake(words);
      expect(said.exit).toBe(3);
      expect(said.stderr).toContain("error[file/outside]");
      expect(said.stdout + said.stderr).not.toMatch(/mara|hunter2/);
    }
    expect((await at.klingmake(["validate", "--allow-outside"])).stderr).toContain("1 | machine");
  });

  it("does not follow a link in place of a file of klingmake's own, flag or no flag", async () => {
    const at = ground(film());
    at.put("../private.json", '{"version": 1, "mine": "hunter2"}');
    symlinkSync("../private.json", at.at("film/kling.sandbox.lock.json"));
    for (const words of [["plan"], ["plan", "--allow-outside"], ["render"]]) {
      const said = await at.klingmake(words);
      expect([1, 3]).toContain(said.exit);
      expect(said.stderr).toContain("kling.sandbox.lock.json is a symbolic link");
      expect(said.stdout + said.stderr).not.toContain("hunter2");
    }
  });
});

describe("what would never end is refused at once", () => {
  const NAMES = [
    "kling.manifest.yaml",
    "kling.sandbox.lock.json",
    ".kling/journal.jsonl",
    ".kling/journal.damaged.jsonl",
    ".kling/cache/inputs.json",
    ".kling/cache/outputs.json",
    "still.png",
  ];
  const kinds: readonly (readonly [kind: string, make: (path: string) => void])[] = [
    ["a link to /dev/zero", (path) => symlinkSync("/dev/zero", path)],
    ["a pipe", (path) => void execFileSync("mkfifo", [path])],
    ["a folder", (path) => mkdirSync(path)],
    [
      "a file of 8 GB",
      (path) => {
        execFileSync("touch", [path]);
        truncateSync(path, 8 * 1024 ** 3);
      },
    ],
  ];

  it.each(NAMES.flatMap((name) => kinds.map(([kind, make]) => [name, kind, make] as const)))(
    "%s as %s",
    async (name, _, make) => {
      const at = ground(film(name === "still.png" ? name : ""));
      const path = join(at.root, name);
      mkdirSync(join(path, ".."), { recursive: true });
      rmSync(path, { force: true });
      make(path);
      for (const words of [["validate"], ["plan"], ["status"], ["plan", "--allow-outside"]]) {
        const said = await at.klingmake([...words, "--json"]);
        // What holds nothing that is needed is passed over; everything else is a diagnostic.
        expect([0, 3], said.stderr).toContain(said.exit);
        if (said.exit === 3) expect(codesOf(said).length).toBeGreaterThan(0);
      }
      if (!name.startsWith(".kling/cache") && !name.endsWith("damaged.jsonl"))
        expect((await at.klingmake(["plan"])).exit).toBe(3);
    },
    20_000,
  );
});

describe("a pointer of Git LFS is refused as what it is", () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12345\n`;

  it.each(["still.png", "kling.manifest.yaml", "kling.sandbox.lock.json"])("%s", async (name) => {
    const at = ground(film(name === "still.png" ? name : ""));
    at.put(name, POINTER);
    const said = await at.klingmake(["plan"]);
    expect(said.exit).toBe(3);
    expect(said.stderr).toContain("error[file/lfs-pointer]");
    expect(said.stderr).toContain("git lfs pull");
  });

  it("a sound", async () => {
    const at = ground(
      'version: 1\nproject: p\nshots:\n  a: { prompt: x, steps: [{ lip_sync: { audio: "voice.mp3" } }] }\n',
    );
    at.put("voice.mp3", POINTER);
    expect((await at.klingmake(["validate"])).stderr).toContain("voice.mp3 is a Git LFS pointer");
  });
});

describe("nothing is written outside of the project", () => {
  /** What lies outside, and must be as it was. */
  const outside = (at: Ground) =>
    [...filesBelow(at.at("private"))].map(([name, bytes]) => [name, String(bytes)]);
  const PLACES = [
    "renders",
    "renders/sandbox",
    "renders/sandbox/default",
    "renders/sandbox/default/a/clip.mp4",
    "renders/sandbox/default/a/clip.mp4.json",
    "kling.sandbox.lock.json",
    ".kling",
    ".kling/journal.jsonl",
    ".kling/journal.damaged.jsonl",
    ".kling/lock",
    ".kling/plans",
    ".kling/partial",
    ".kling/cache",
    ".kling/cache/inputs.json",
    ".kling/cache/outputs.json",
    ".kling/cache/sandbox",
    ".kling/cache/sandbox/tasks",
    ".kling/cache/sandbox/sounds",
    ".kling/cache/sandbox/ledger.jsonl",
    ".kling/.gitignore",
  ];

  it.each(
    PLACES.flatMap((place) => [
      [place, "a folder"] as const,
      [place, "a file"] as const,
      [place, "nothing"] as const,
    ]),
  )(
    "with a link at %s to %s",
    async (place, target) => {
      const at = ground(film());
      at.put("../private/kept/old.txt", "old");
      at.put("../private/file", "file");
      mkdirSync(join(at.root, place, ".."), { recursive: true });
      symlinkSync(
        at.at(target === "a folder" ? "private/kept" : target === "a file" ? "private/file" : "private/none"),
        join(at.root, place),
      );
      const before = outside(at);
      for (const words of [
        ["plan"],
        ["status"],
        ["render"],
        ["render", "--overwrite-outputs"],
        ["fmt"],
        ["init"],
      ]) {
        const said = await at.klingmake(words);
        expect(said.exit, said.stderr).not.toBe(70);
      }
      expect(outside(at)).toEqual(before);
    },
    20_000,
  );

  it("when the folder of an output becomes a link while the clip is on its way", async () => {
    const at = ground(film());
    mkdirSync(at.at("private"));
    // Told of what happens: the clip is there, and is about to be placed.
    let swapped = false;
    const said = await at.klingmake(["render", "--events", "-"], {
      stdout: {
        write: (text) => {
          if (swapped || !text.includes('"type":"step_submitted"')) return;
          swapped = true;
          mkdirSync(at.at("film/renders/sandbox"), { recursive: true });
          symlinkSync(at.at("private"), at.at("film/renders/sandbox/default"));
        },
      },
    });
    expect(swapped).toBe(true);
    expect(said.exit).not.toBe(70);
    expect(readdirSync(at.at("private"))).toEqual([]);
  });

  test.each([
    "../out.mp4",
    "/tmp/out.mp4",
    "renders/../../out.mp4",
    ".KLING/out.mp4",
    ".Git/hooks/out.mp4",
    "git~1/out.mp4",
    "KLING~1/out.mp4",
    ".g\u200cit/out.mp4",
    ".kling /out.mp4",
    "renders/out.mp4\u202e",
    "renders/con/out.mp4",
    "renders/out.mp4.",
    "C:/out.mp4",
    "..\\out.mp4",
    "renders/a\nb.mp4",
  ])("by the output path %j, which no step may have", async (path) => {
    const at = ground(`${film()}outputs: { path: ${JSON.stringify(path)} }\n`);
    const before = new Set(filesBelow(at.base).keys());
    const said = await at.klingmake(["render"]);
    expect(said.exit).not.toBe(0);
    expect(said.exit).not.toBe(70);
    const after = [...filesBelow(at.base).keys()].filter(
      (name) => !/^(cache|store|film\/\.kling)\//.test(name),
    );
    expect(after.filter((name) => !before.has(name) && name !== "film/kling.sandbox.lock.json")).toEqual([]);
  });
});

describe("what is private stays with its owner", () => {
  const rights = (path: string) => (statSync(path).mode & 0o777).toString(8);

  it("whatever the umask is, and however wide it was before", async () => {
    const umask = process.umask(0);
    try {
      const at = ground(film());
      at.put(".kling/journal.jsonl", "garbage\n");
      for (const [name, mode] of [
        ["plans", 0o777],
        ["partial", 0o755],
        ["cache", 0o775],
        ["cache/sandbox", 0o777],
        ["cache/sandbox/tasks", 0o777],
      ] as const) {
        mkdirSync(join(at.root, ".kling", name), { recursive: true });
        chmodSync(join(at.root, ".kling", name), mode);
      }
      chmodSync(at.at("film/.kling"), 0o777);
      chmodSync(at.at("film/.kling/journal.jsonl"), 0o666);
      expect(await at.klingmake(["render"])).toMatchObject({ exit: 0 });
      at.put("kling.manifest.yaml", film().replace("shots:", "provider: kling\nshots:"));
      expect(await at.klingmake(["plan"])).toMatchObject({ exit: 0 });
      const found = new Map<string, string>();
      for (const entry of readdirSync(join(at.root, ".kling"), { recursive: true, encoding: "utf8" })) {
        const path = join(at.root, ".kling", entry);
        found.set(entry, `${lstatSync(path).isDirectory() ? "d" : "f"}${rights(path)}`);
      }
      expect(rights(at.at("film/.kling"))).toBe("700");
      expect([...found.keys()]).toEqual(
        expect.arrayContaining(["journal.jsonl", "journal.damaged.jsonl", "lock", "cache/outputs.json"]),
      );
      expect([...found.keys()].some((name) => name.startsWith("plans/"))).toBe(true);
      expect([...found].filter(([, is]) => is !== "d700" && is !== "f600")).toEqual([]);
      for (const folder of ["store", "store/cas", "cache/klingmake", "cache/klingmake/snapshots"])
        expect(rights(at.at(folder)), folder).toBe("700");
      for (const [name] of filesBelow(at.at("cache")))
        expect(rights(at.at(`cache/${name}`)), name).toBe("600");
      // What is the author's is for everyone to read, and for nobody else to write.
      expect(rights(at.at("film/renders/sandbox/default/a/clip.mp4"))).toBe("644");
      expect(rights(at.at("film/kling.sandbox.lock.json"))).toBe("644");
    } finally {
      process.umask(umask);
    }
  });

  it("also while only a plan was made", async () => {
    const at = ground(film("still.png").replace("shots:", "provider: kling\nshots:"));
    at.put("still.png", STILL);
    mkdirSync(at.at("film/.kling"));
    chmodSync(at.at("film/.kling"), 0o755);
    expect(await at.klingmake(["plan"])).toMatchObject({ exit: 0 });
    expect(rights(at.at("film/.kling"))).toBe("700");
    expect(readFileSync(at.at("film/.kling/.gitignore"), "utf8")).toBe("*\n");
  });
});
