/** The sandbox's clips are real: other people's players agree. Left out where the players are not installed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { asVendor, project, sandbox } from "../process/cli.js";
import { CHROMIUM, launch } from "./chromium.js";

const hasFfprobe = (() => {
  try {
    execFileSync("ffprobe", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const FILM = `version: 1
project: player
provider: kling
shots:
  wide: { prompt: "a paper boat on a dark river", aspect_ratio: "16:9" }
  tall: { prompt: "a lighthouse", aspect_ratio: "9:16" }
  square: { prompt: "a compass", aspect_ratio: "1:1", duration: 10 }
`;
const SIZES = { wide: [1280, 720, 5], tall: [720, 1280, 5], square: [720, 720, 10] } as const;

async function rendered() {
  const server = await sandbox({ asVendor: true });
  const film = project(FILM, asVendor(server));
  const ended = await film.run(["render"]);
  expect(ended.code, ended.stderr).toBe(0);
  return film;
}

describe("rendered clips", { timeout: 120_000 }, () => {
  it.runIf(hasFfprobe)("pass ffprobe with the size, length and codec that were asked for", async () => {
    const film = await rendered();
    for (const [shot, [width, height, seconds]] of Object.entries(SIZES)) {
      const clip = join(film.root, `renders/default/${shot}/clip.mp4`);
      const told = execFileSync(
        "ffprobe",
        ["-v", "error", "-of", "json", "-show_streams", "-count_frames", clip],
        { encoding: "utf8" },
      );
      const video = (JSON.parse(told) as { streams: Record<string, unknown>[] }).streams.find(
        (stream) => stream["codec_type"] === "video",
      );
      expect(video).toMatchObject({
        codec_name: "h264",
        width,
        height,
        nb_read_frames: String(seconds * 24),
      });
      expect(Number(video?.["duration"])).toBeCloseTo(seconds, 2);
      // Decodes from end to end without a complaint.
      expect(
        execFileSync("ffmpeg", ["-v", "error", "-i", clip, "-f", "null", "-"], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "pipe"],
        }),
      ).toBe("");
    }
  });

  it.runIf(CHROMIUM !== undefined)("play in Chromium", async () => {
    const film = await rendered();
    const pages = createServer((request, response) => {
      const name = (request.url ?? "/").slice(1);
      if (name === "")
        return void response
          .setHeader("content-type", "text/html")
          .end("<!doctype html><title>player</title>");
      if (!film.has(name)) return void response.writeHead(404).end();
      response.setHeader("content-type", "video/mp4").end(readFileSync(join(film.root, name)));
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
      for (const [shot, [width, height, seconds]] of Object.entries(SIZES)) {
        // As text, because it runs in the page, which has other types than this file.
        const played: unknown = await page.evaluate(`new Promise((resolve, reject) => {
          const video = document.createElement("video");
          video.muted = true;
          video.playbackRate = 4;
          video.onerror = () => reject(new Error(video.error.message));
          video.ontimeupdate = () => {
            if (video.currentTime < 1) return;
            const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
            const draw = canvas.getContext("2d");
            draw.drawImage(video, 0, 0, 64, 64);
            const lit = draw.getImageData(0, 0, 64, 64).data.some((value, index) => index % 4 < 3 && value > 100);
            resolve({ width: video.videoWidth, height: video.videoHeight, seconds: Math.round(video.duration), lit });
          };
          video.src = "/renders/default/${shot}/clip.mp4";
          document.body.append(video);
          video.play();
        })`);
        expect(played, shot).toEqual({ width, height, seconds, lit: true });
      }
    } finally {
      await browser.close();
      pages.close();
    }
  });
});
