import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Film } from "../../src/page/film.js";
import { writeReport, type ReportOptions } from "../../src/page/report.js";
import { clip, film, shot, step } from "./served-films.js";
import { ground, movie, picture, type Ground } from "./ground.js";

const sidecar = (id: string) => JSON.stringify({ schema: "klingmake/sidecar", version: 1, step: id });

/** The film alone, for a test to read back. */
const document = (shown: Film) => JSON.stringify(shown);

function write(at: Ground, shown: Film, more: Partial<ReportOptions> = {}) {
  return writeReport({
    film: shown,
    folder: join(at.root, "report"),
    root: at.root,
    shelf: at.shelf,
    document,
    clean: (text) => text,
    signal: new AbortController().signal,
    ...more,
  });
}

const below = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .toSorted();

/** A film with a clip and a still that are held, and a shot that is not rendered. */
function project() {
  const at = ground();
  const [sha256, still] = [at.hold(movie()), at.hold(picture())];
  at.write("renders/010.mp4.json", sidecar("shots.010.clip"));
  const shown = film(
    [
      shot("images.mara", [step("images.mara", { media: clip(still, "png") })]),
      shot("shots.010", [
        step("shots.010.clip", {
          media: clip(sha256),
          sidecar: "sidecar/shots.010.clip",
          output: "renders/010.mp4",
        }),
      ]),
      shot("shots.020", [step("shots.020.clip", { state: "stale", decision: "render" })]),
    ],
    { watch: { state: "waiting", words: "waits" } },
  );
  const folder = join(at.root, "report");
  const read = (name = "index.html") => JSON.parse(readFileSync(join(folder, name), "utf8")) as Film;
  return { at, shown, sha256, still, folder, read };
}

describe("a report", () => {
  it("is the page, the media and the sidecars, and a list of them", async () => {
    const { at, shown, sha256, still, folder } = project();
    const reported = await write(at, shown);
    expect(reported).toMatchObject({ kind: "written", media: 2, absent: ["shots.020.clip"] });
    expect(below(folder)).toEqual(
      [
        "index.html",
        "klingmake-report.json",
        `media/${still}.png`,
        `media/${sha256}.mp4`,
        "sidecars/shots.010.clip.json",
      ].toSorted(),
    );
    expect(readFileSync(join(folder, `media/${sha256}.mp4`)).equals(movie())).toBe(true);
    expect(lstatSync(join(folder, `media/${sha256}.mp4`)).mode & 0o777).toBe(0o644);
  });

  it("shows the film with the addresses of the folder, and nobody watching", async () => {
    const { at, shown, read, sha256 } = project();
    await write(at, shown);
    const handed = read();
    expect(handed).not.toHaveProperty("watch");
    expect(handed.shots[1]?.steps[0]).toMatchObject({
      media: { url: `media/${sha256}.mp4` },
      sidecar: "sidecars/shots.010.clip.json",
    });
    expect(handed.shots.map(({ name }) => name)).toEqual(["images.mara", "shots.010", "shots.020"]);
  });

  it("names only what is in it: what the store lost, or has spoilt, is left out and told", async () => {
    const { at, shown, sha256, still, folder, read } = project();
    rmSync(at.blob(sha256));
    at.hold(movie(9), still);
    rmSync(join(at.root, "renders"), { recursive: true });
    expect(await write(at, shown)).toMatchObject({
      media: 0,
      absent: ["images.mara", "shots.010.clip", "shots.020.clip"],
    });
    expect(below(folder)).toEqual(["index.html", "klingmake-report.json"]);
    expect(JSON.stringify(read())).not.toMatch(/media\/|sidecar/);
  });

  it("has every text of the film cleaned", async () => {
    const { at, shown, folder } = project();
    const secret = { ...shown, project: "the sesame film", profile: at.root };
    await write(at, secret, { clean: (text) => text.replaceAll("sesame", "***").replaceAll(at.root, ".") });
    for (const name of ["index.html", "klingmake-report.json"]) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(text).not.toContain("sesame");
      expect(text).not.toContain(at.folder);
    }
  });

  it("keeps sidecars apart whose steps differ in case only", async () => {
    const at = ground();
    const named = (id: string) =>
      step(id, { sidecar: `sidecar/${id}`, output: `${id}.mp4`, media: clip(at.hold(movie())) });
    for (const id of ["shots.A.clip", "shots.a.clip"]) at.write(`${id}.mp4.json`, sidecar(id));
    await write(
      at,
      film([shot("shots.A", [named("shots.A.clip")]), shot("shots.a", [named("shots.a.clip")])]),
    );
    expect(below(join(at.root, "report", "sidecars"))).toEqual(["shots.A.clip.json", "shots.a.clip-2.json"]);
  });

  it("writes nowhere else, whatever a film names", async () => {
    const at = ground();
    const evil = step("../../x", {
      media: { kind: "video", url: "media/../../../out.mp4" },
      sidecar: "sidecar/x",
      output: "../../etc/passwd",
    });
    expect(await write(at, film([shot("shots.010", [evil])]))).toMatchObject({ kind: "written", media: 0 });
    expect(below(at.folder)).toEqual(["project/report/index.html", "project/report/klingmake-report.json"]);
  });
});

describe("the folder of a report", () => {
  it("takes the place of an earlier report, whole, and leaves nothing beside it", async () => {
    const { at, shown, folder, read } = project();
    await write(at, shown);
    await write(at, film([], { project: "another" }));
    expect(below(folder)).toEqual(["index.html", "klingmake-report.json"]);
    expect(read().project).toBe("another");
    expect(readdirSync(at.root).toSorted()).toEqual(["renders", "report"]);
  });

  it("may be empty, or below folders that are not there yet", async () => {
    const { at, shown, folder } = project();
    mkdirSync(folder);
    expect((await write(at, shown)).kind).toBe("written");
    const deep = join(at.root, "a", "b");
    expect((await write(at, shown, { folder: deep })).kind).toBe("written");
    expect(existsSync(join(deep, "index.html"))).toBe(true);
  });

  const FOREIGN: readonly (readonly [string, (folder: string) => void, string])[] = [
    ["files of somebody else", (f) => writeFileSync(f, "x"), "is a file"],
    [
      "a folder with something in it",
      (f) => (mkdirSync(f), writeFileSync(join(f, "index.html"), "mine")),
      "has files in it, and is no report of klingmake",
    ],
    ["a link", (f) => (mkdirSync(`${f}-b`), symlinkSync(`${f}-b`, f)), "is a symbolic link"],
    [
      "a list that is none",
      (f) => (mkdirSync(f), writeFileSync(join(f, "klingmake-report.json"), '{"files":{}}')),
      "has files in it, and is no report of klingmake",
    ],
  ];
  it.each(FOREIGN)("is not replaced where there is %s", async (_, make, why) => {
    const { at, shown, folder } = project();
    make(folder);
    const before = readdirSync(at.root).toSorted();
    expect(await write(at, shown)).toEqual({ kind: "refused", why });
    expect(readdirSync(at.root).toSorted()).toEqual(before);
  });

  const CHANGES: readonly (readonly [string, (folder: string) => void, string])[] = [
    [
      "a note beside the page",
      (f) => writeFileSync(join(f, "notes.txt"), "x"),
      "notes.txt was put there by somebody else",
    ],
    [
      "a clip of somebody else",
      (f) => writeFileSync(join(f, "media", "mine.mp4"), "x"),
      "media/mine.mp4 was put there by somebody else",
    ],
    ["a page that was edited", (f) => edit(join(f, "index.html")), "index.html was changed"],
    [
      "a page that was edited and is as long as it was",
      (f) =>
        writeFileSync(join(f, "index.html"), readFileSync(join(f, "index.html"), "utf8").replace("a", "b")),
      "index.html was changed",
    ],
    [
      "a sidecar that was edited",
      (f) => edit(join(f, "sidecars", "shots.010.clip.json")),
      "sidecars/shots.010.clip.json was changed",
    ],
    [
      "a file in the place of a directory",
      (f) => (rmSync(join(f, "media"), { recursive: true }), writeFileSync(join(f, "media"), "x")),
      "media was put there by somebody else",
    ],
    [
      "a directory that is a link",
      (f) => (
        renameSync(join(f, "media"), join(f, "..", "moved")),
        symlinkSync("../moved", join(f, "media"))
      ),
      "media was put there by somebody else",
    ],
    [
      "a directory in a directory",
      (f) => mkdirSync(join(f, "sidecars", "x")),
      "sidecars/x was put there by somebody else",
    ],
  ];
  it.each(CHANGES)("is not replaced when there is %s", async (_, change, why) => {
    const { at, shown, folder } = project();
    await write(at, shown);
    change(folder);
    const before = below(at.root);
    expect(await write(at, film([]))).toEqual({ kind: "refused", why: `is a report in which ${why}` });
    expect(below(at.root)).toEqual(before);
  });

  it.each([".git", ".kling"])("is nowhere in %s", async (name) => {
    const { at, shown } = project();
    expect(await write(at, shown, { folder: join(at.root, name, "report") })).toEqual({
      kind: "refused",
      why: `lies in ${name}`,
    });
    expect(existsSync(join(at.root, name))).toBe(false);
  });

  it("stays as it was when making the next one fails, or is broken off", async () => {
    const { at, shown, folder } = project();
    await write(at, shown);
    const before = below(at.root);
    const fails = { ...at.shelf, copy: () => Promise.reject(new Error("ENOSPC")) };
    await expect(write(at, shown, { shelf: fails })).rejects.toThrow("ENOSPC");
    const stop = new AbortController();
    const stops = {
      ...at.shelf,
      copy: (sha256: string, to: string) => (stop.abort(), at.shelf.copy(sha256, to)),
    };
    await expect(write(at, shown, { shelf: stops, signal: stop.signal })).rejects.toThrow(/abort/i);
    expect(below(at.root)).toEqual(before);
    expect(existsSync(join(folder, "index.html"))).toBe(true);
  });

  it("is put back when something came into it in the last moment", async () => {
    const { at, shown, folder } = project();
    await write(at, shown);
    const late = {
      ...at.shelf,
      copy(sha256: string, to: string) {
        writeFileSync(join(folder, "late.txt"), "mine");
        return at.shelf.copy(sha256, to);
      },
    };
    expect(await write(at, shown, { shelf: late })).toMatchObject({ kind: "refused" });
    expect(readFileSync(join(folder, "late.txt"), "utf8")).toBe("mine");
    expect(existsSync(join(folder, "index.html"))).toBe(true);
  });
});

function edit(path: string): void {
  writeFileSync(path, `${readFileSync(path, "utf8")}\n`);
}
