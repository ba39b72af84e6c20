import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { nodeFiles } from "../../src/store/files.js";
import { findTool, takeFrame, type FrameRequest } from "../../src/store/frame.js";
import { memoryDisk } from "./disk.js";

const folder = mkdtempSync(join(tmpdir(), "frame-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ffmpeg = findTool(nodeFiles, process.env["PATH"], "ffmpeg");

let count = 0;
const fresh = (ending: string) => join(folder, `${++count}.${ending}`);

function clip(seconds: number, size = { width: 1280, height: 720 }): string {
  const text = { seed: "0123456789abcdef", title: "frames", tag: "", facts: [], prompt: "a pier", notes: [] };
  const path = fresh("mp4");
  const steps = encodeClip({ ...size, seconds, text });
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done !== true) continue;
    writeFileSync(path, step.value);
    return path;
  }
}

/** A program of this text that stands where ffmpeg would. */
function program(text: string): string {
  const path = fresh("sh");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

function request(change: Partial<FrameRequest> = {}): FrameRequest {
  return {
    ffmpeg: ffmpeg ?? "/nowhere/ffmpeg",
    clip: "/store/clip.mp4",
    which: "last",
    to: fresh("png"),
    env: process.env,
    signal: new AbortController().signal,
    ...change,
  };
}

/** The digests of all pictures of a file as RGB, decoded from its beginning. */
function pictures(path: string): readonly string[] {
  const exact = "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24";
  const all = ["-fps_mode", "passthrough", "-f", "framehash", "-hash", "sha256", "-"];
  return execFileSync(ffmpeg ?? "", ["-v", "error", "-i", path, "-map", "0:v", "-vf", exact, ...all], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(line.lastIndexOf(",") + 1).trim());
}

async function taken(path: string, which: "first" | "last"): Promise<string> {
  const { to, ...rest } = request({ clip: path, which });
  expect(await takeFrame({ ...rest, to })).toEqual({ kind: "taken" });
  return to;
}

/** A clip made of another one by ffmpeg itself. */
function made(...args: readonly string[]): string {
  const path = fresh("mp4");
  execFileSync(ffmpeg ?? "", ["-v", "error", "-nostdin", ...args, path]);
  return path;
}

const test = ["-f", "lavfi", "-i", "testsrc=d=3:r=24:s=320x180"];

describe.runIf(ffmpeg !== undefined)("ffmpeg takes", { timeout: 60_000 }, () => {
  it.each<readonly [string, number, () => string]>([
    ["a clip of 5 s in 720p", 120, () => clip(5)],
    ["a clip of one picture", 1, () => clip(1 / 24)],
    [
      "a clip of varying rate",
      40,
      () => made(...test, "-vf", "select=not(mod(n\\,3))+gt(n\\,47)", "-fps_mode", "vfr", "-c:v", "mpeg4"),
    ],
    [
      "a clip whose sound goes on longer",
      24,
      () => made("-i", clip(1), "-f", "lavfi", "-i", "sine=d=9", "-c:v", "copy", "-c:a", "aac"),
    ],
    ["a clip with B-frames", 72, () => made(...test, "-c:v", "mpeg4", "-bf", "2", "-g", "12")],
  ])("the first and the last picture of %s, to the pixel", async (_, frames, make) => {
    const path = make();
    const all = pictures(path);
    expect(all).toHaveLength(frames);
    expect(pictures(await taken(path, "first"))).toEqual(all.slice(0, 1));
    expect(pictures(await taken(path, "last"))).toEqual(all.slice(-1));
    // Otherwise the picture before the last would do as well.
    if (frames > 1) expect(all.at(-1)).not.toBe(all.at(-2));
  });

  it("the same bytes each time, as 8-bit RGB without a date or a program's name", async () => {
    const path = clip(1);
    const [one, two] = [await taken(path, "last"), await taken(path, "last")].map((to) => readFileSync(to));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    // Width, height, bit depth 8, colour type 2.
    expect(one?.subarray(16, 26).toString("hex")).toBe("00000500000002d00802");
    expect(one?.toString("latin1")).not.toMatch(/tEXt|iTXt|zTXt|tIME/);
  });

  it.each(["first", "last"] as const)("nothing from a file that is no clip (%s)", async (which) => {
    const path = fresh("mp4");
    writeFileSync(path, "no clip at all");
    const asked = request({ clip: path, which });
    const answer = await takeFrame(asked);
    expect(answer).toMatchObject({
      kind: "failed",
      why: expect.stringMatching(/^ffmpeg said: \w/) as string,
    });
    expect(JSON.stringify(answer)).not.toContain(folder);
    expect(existsSync(asked.to)).toBe(false);
  });

  it("nothing from a playlist that names other files", async () => {
    const other = clip(1 / 24);
    const path = fresh("mp4");
    writeFileSync(path, `ffconcat version 1.0\nfile '${other}'\n`);
    expect(await takeFrame(request({ clip: path }))).toMatchObject({ kind: "failed" });
  });

  it("nothing from sound alone", async () => {
    const path = made("-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac");
    expect(await takeFrame(request({ clip: path }))).toMatchObject({ kind: "failed" });
  });

  it("no picture over a file that is there", async () => {
    const path = clip(1 / 24);
    const to = fresh("png");
    writeFileSync(to, "mine");
    expect(await takeFrame(request({ clip: path, to }))).toEqual({
      kind: "failed",
      why: "the picture cannot be written (EEXIST)",
    });
    expect(readFileSync(to, "utf8")).toBe("mine");
  });
});

describe("a program in the place of ffmpeg", () => {
  it.each([
    ["that is absent", "/nowhere/ffmpeg", "ffmpeg cannot be started (ENOENT)"],
    ["that fails without a word", program("exit 3"), "ffmpeg ended with code 3"],
    ["that wrote nothing", program("echo frame=1"), "ffmpeg wrote no picture"],
    ["that found nothing to decode", program("echo frame=0"), "the clip has no picture that can be decoded"],
    [
      "that fails with noise",
      program(
        "printf '\\n[mov @ 0x5581]  \\033[31mbad /home/mara/film/store/a.mp4: at\\r file:/store/clip.mp4' >&2; yes noise | head -c 300000 >&2; exit 1",
      ),
      "ffmpeg said: \u{fffd}[31mbad (a path): at",
    ],
    ["that was killed", program("kill -9 $$"), "ffmpeg was stopped, at the latest after 120 s"],
    [
      "that never ends its picture",
      program('case "$*" in *null*) echo frame=1;; *) exec yes picture;; esac'),
      "ffmpeg wrote more than a picture can have",
    ],
  ])("%s is told in one line and leaves nothing behind", async (_, path, why) => {
    const asked = request({ ffmpeg: path });
    expect(await takeFrame(asked)).toEqual({ kind: "failed", why });
    expect(existsSync(asked.to)).toBe(false);
  });

  it("that hangs is killed when the run is stopped", async () => {
    const note = fresh("pid");
    const stop = new AbortController();
    const taking = takeFrame(
      request({ ffmpeg: program(`echo $$ > ${note}\nexec sleep 600`), signal: stop.signal }),
    );
    await vi.waitFor(() => expect(existsSync(note) && readFileSync(note, "utf8")).toMatch(/^\d+\n$/), 5000);
    stop.abort(new Error("Ctrl-C"));
    await expect(taking).rejects.toThrow("Ctrl-C");
    const pid = Number(readFileSync(note, "utf8"));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 5000);
  });

  it("is not started at all once the run is stopped", async () => {
    const note = fresh("note");
    const signal = AbortSignal.abort(new Error("Ctrl-C"));
    await expect(takeFrame(request({ ffmpeg: program(`echo > ${note}`), signal }))).rejects.toThrow("Ctrl-C");
    expect(existsSync(note)).toBe(false);
  });

  it("sees no credential and no stdin", async () => {
    const note = fresh("note");
    const env = { ...process.env, KLING_API_KEY: "secret", FFREPORT: "file=x" };
    await takeFrame(request({ ffmpeg: program(`env > ${note}; cat >> ${note}; exit 1`), env }));
    const seen = readFileSync(note, "utf8");
    expect(seen).toContain("PATH=");
    expect(seen).not.toMatch(/KLING|FFREPORT/);
  });
});

describe("a tool on the search path", () => {
  const disk = () => {
    const { fs, volume } = memoryDisk({
      "/one/ffmpeg": "not to be run",
      "/two/ffmpeg": "program",
      "/three/ffmpeg": "program",
      "/film/ffmpeg": "program",
    });
    volume.chmodSync("/one/ffmpeg", 0o644);
    for (const name of ["/two/ffmpeg", "/three/ffmpeg", "/film/ffmpeg"]) volume.chmodSync(name, 0o755);
    volume.mkdirSync("/four/ffmpeg", { recursive: true });
    volume.mkdirSync("/five");
    volume.symlinkSync("/three/ffmpeg", "/five/ffmpeg");
    volume.symlinkSync("/nowhere/ffmpeg", "/one/broken");
    return fs;
  };
  it.each<readonly [string | undefined, string | undefined]>([
    ["/nowhere:/one:/four:/two:/three", "/two/ffmpeg"],
    ["/five:/two", "/five/ffmpeg"],
    [".::film:../film:/three", "/three/ffmpeg"],
    ["/one/ffmpeg:/four", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s is %s", (path, found) => {
    expect(findTool(disk(), path, "ffmpeg")).toBe(found);
  });

  it("that only a broken link names is not there", () => {
    expect(findTool(disk(), "/one", "broken")).toBeUndefined();
  });
});
