import { symlinkSync, unlinkSync, writeFileSync, readFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOf } from "../page/served-films.js";
import { ground, movie, picture } from "../page/ground.js";
import { wav } from "../store/sounds.js";

const sidecar = (more: object = {}) => JSON.stringify({ schema: "klingmake/sidecar", version: 1, ...more });

describe("media", () => {
  it.each([
    ["a clip", movie(), "video/mp4"],
    ["a still", picture(), "image/png"],
    ["a sound", wav(1), "audio/wav"],
  ])("are told by content: %s", async (_, bytes, type) => {
    const at = ground();
    expect(await at.shelf.media(at.hold(bytes))).toMatchObject({ type, size: bytes.length });
  });

  it.each(["", "abc", "../../etc/passwd", "A".repeat(64), `${"a".repeat(64)}\n`])(
    "are not looked for under %j",
    async (digest) => {
      expect(await ground().shelf.media(digest)).toBe(undefined);
    },
  );

  it("behind a link in the store are not followed", async () => {
    const at = ground();
    const sha256 = at.hold(movie());
    writeFileSync(join(at.folder, "elsewhere"), movie());
    unlinkSync(at.blob(sha256));
    symlinkSync(join(at.folder, "elsewhere"), at.blob(sha256));
    expect(await at.shelf.media(sha256)).toBe(undefined);
  });

  it("are read again when their file is another one than before", async () => {
    const at = ground();
    const sha256 = at.hold(movie(9));
    expect(await at.shelf.media(sha256)).toBeDefined();
    at.hold(movie(10), sha256);
    expect(await at.shelf.media(sha256)).toBe(undefined);
    at.hold(movie(9), sha256);
    expect(await at.shelf.media(sha256)).toBeDefined();
  });

  it("are copied whole, and never over anything", async () => {
    const at = ground();
    const bytes = movie(77);
    const sha256 = at.hold(bytes);
    const to = join(at.folder, "copy.mp4");
    expect(await at.shelf.copy(sha256, to)).toBe(true);
    expect(readFileSync(to).equals(bytes)).toBe(true);
    await expect(at.shelf.copy(sha256, to)).rejects.toThrow(/EEXIST/);
  });

  it("that are damaged are not copied, and stay where they are", async () => {
    const at = ground();
    const sha256 = at.hold(movie(), "0".repeat(64));
    const to = join(at.folder, "copy.mp4");
    expect(await at.shelf.copy(sha256, to)).toBe(false);
    expect([existsSync(to), existsSync(at.blob(sha256))]).toEqual([false, true]);
    expect(await at.shelf.copy(digestOf("nothing"), to)).toBe(false);
  });
});

describe("a sidecar", () => {
  it("is read beside its output", async () => {
    const at = ground();
    at.write("renders/a.mp4.json", sidecar({ step: "shots.a" }));
    expect(JSON.parse((await at.shelf.sidecar(at.root, "renders/a.mp4")) ?? "")).toMatchObject({
      step: "shots.a",
    });
  });

  it.each([
    ["of somebody else", '{"a":1}'],
    ["that is no JSON", "{"],
    ["that is a list", "[]"],
    ["that is too deep", `{"schema":"klingmake/sidecar","a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["that is too long", sidecar({ a: "x".repeat(1_100_000) })],
  ])("%s is none", async (_, text) => {
    const at = ground();
    at.write("a.mp4.json", text);
    expect(await at.shelf.sidecar(at.root, "a.mp4")).toBe(undefined);
  });

  it.each(["../a.mp4", "/a.mp4", "x/../../a.mp4", "..\\a.mp4", "a\0.mp4", "", "none.mp4", "C:/a.mp4"])(
    "is not looked for beside %j",
    async (output) => {
      const at = ground();
      writeFileSync(join(at.folder, "a.mp4.json"), sidecar());
      expect(await at.shelf.sidecar(at.root, output)).toBe(undefined);
    },
  );

  it("behind a link is not followed: neither the file nor its folder", async () => {
    const at = ground();
    mkdirSync(join(at.folder, "out"));
    writeFileSync(join(at.folder, "out", "a.mp4.json"), sidecar());
    symlinkSync(join(at.folder, "out"), join(at.root, "renders"));
    symlinkSync(join(at.folder, "out", "a.mp4.json"), join(at.root, "b.mp4.json"));
    expect(await at.shelf.sidecar(at.root, "renders/a.mp4")).toBe(undefined);
    expect(await at.shelf.sidecar(at.root, "b.mp4")).toBe(undefined);
  });

  it("holds no credential and no query of an address", async () => {
    const at = ground({ KLING_API_KEY: "very-secret-key" });
    at.write(
      "a.mp4.json",
      sidecar({ prompt: "say very-secret-key", url: "https://example.com/a.png?sign=abc&x=1" }),
    );
    const text = (await at.shelf.sidecar(at.root, "a.mp4")) ?? "";
    expect(JSON.parse(text)).toMatchObject({ prompt: "say ***", url: "https://example.com/a.png?***" });
  });

  it("is text that moves no cursor", async () => {
    const at = ground();
    at.write("a.mp4.json", sidecar({ prompt: "\u001b[2J\u202e" }));
    expect(await at.shelf.sidecar(at.root, "a.mp4")).not.toMatch(/[\u001b\u202e]/);
  });
});
