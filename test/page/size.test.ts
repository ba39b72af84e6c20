/** The page at every size: hundreds of shots, a narrow window, a dark one. Left out where there is no Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clip, film, news, shot } from "./films.js";
import { CHROMIUM, launch, type Stand, stand, until, watched } from "./stand.js";

const PROMPT =
  "wide, the ferry leaves the pier, sodium light, heavy rain, averyveryverylongwordthatnobodycanbreak";
const MANY = Array.from({ length: 500 }, (_, at) =>
  shot(String(at + 1).padStart(4, "0"), {}, { prompt: [{ text: PROMPT, is: "same" }] }),
);
const bytes = clip("any");

let browser: Browser;
const stands: Stand[] = [];
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const each of stands) await each.leave();
});

async function shown(of: ReturnType<typeof film>, options: Parameters<typeof watched>[2] = {}) {
  const here = await stand(of, () => bytes);
  stands.push(here);
  const seen = await watched(browser, here.url, options);
  await until(seen.page, `document.querySelectorAll(".card").length === ${of.shots.length}`);
  return { ...seen, here };
}

const wider = (page: Page) =>
  page.evaluate(`(() => {
    const root = document.scrollingElement;
    const open = document.querySelector("dialog[open]");
    return Math.max(root.scrollWidth - root.clientWidth, open === null ? 0 : open.scrollWidth - open.clientWidth);
  })()`);

describe.runIf(CHROMIUM !== undefined)("the page", { timeout: 120_000 }, () => {
  it("holds few clips and frames however far one scrolls through 500 shots", async () => {
    const { page, complaints } = await shown(film(MANY));
    // Counts what is loaded at every frame, off the document too.
    await page.evaluate(`{
      window.most = { videos: 0, frames: 0 };
      const look = () => {
        const videos = [...document.querySelectorAll("video")].filter((video) => video.hasAttribute("src")).length;
        most.videos = Math.max(most.videos, videos);
        most.frames = Math.max(most.frames, document.querySelectorAll("canvas").length);
        requestAnimationFrame(look);
      };
      look();
    }`);
    for (let at = 0; at < 20; at++) {
      await page.mouse.wheel(0, 2500);
      await page.mouse.move(400, 300 + at * 10);
      await until(page, `document.querySelectorAll(".card canvas").length > 0`);
    }
    await page.keyboard.press("End");
    await until(page, `document.activeElement.closest(".card").querySelector("canvas, video") !== null`);
    const most = (await page.evaluate("most")) as { videos: number; frames: number };
    expect(most.videos).toBeLessThanOrEqual(2);
    expect(most.frames).toBeGreaterThan(3);
    expect(most.frames).toBeLessThanOrEqual(60);
    expect(complaints).toEqual([]);
  });

  it("patches one of 500 shots without building the others anew", async () => {
    const { page, here } = await shown(film(MANY));
    await page.evaluate(`window.kept = [...document.querySelectorAll(".card .rest > *")]`);
    const [first, ...others] = MANY;
    if (first === undefined) throw new Error("no shot");
    here.send(news(film([{ ...first, title: "another" }, ...others])));
    await until(page, `document.querySelector(".card .title").textContent === "another"`);
    const gone = await page.evaluate(
      `new Set(kept.filter((each) => !each.isConnected).map((each) => each.tagName)).size && kept.filter((each) => !each.isConnected).length`,
    );
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThanOrEqual(5);
  });

  it.each([["light"], ["dark"]] as const)(
    "fits a window of 360 pixels in the %s, with errors, opened, and while the film plays",
    async (colorScheme) => {
      const long = "x".repeat(300);
      const problems = [
        {
          severity: "error",
          code: "long",
          message: long,
          place: `${long}:1:1`,
          lines: [{ number: 1, text: long, mark: [0, 5] }],
        },
      ] as const;
      const shots = MANY.slice(0, 4).map((each) => ({
        ...each,
        title: long,
        notes: long,
        tags: [long],
        steps: each.steps.map((one) => ({ ...one, output: long, reason: long, model: long })),
      }));
      const { page } = await shown(
        film(shots, { project: long, problems, watch: { state: "faulty", words: long } }),
        {
          viewport: { width: 360, height: 700 },
          colorScheme,
        },
      );
      expect(await wider(page)).toBe(0);
      await page.click(".grid .card a");
      expect(await wider(page)).toBe(0);
      await page.keyboard.press("Escape");
      await page.click("button.play");
      expect(await wider(page)).toBe(0);
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      expect(await wider(page)).toBe(0);
    },
  );

  it.each([["light"], ["dark"]] as const)(
    "has words in the %s that stand out from their ground",
    async (colorScheme) => {
      const states = ["fresh", "free", "stale", "working", "failed", "blocked"] as const;
      const { page } = await shown(
        film(
          states.map((state) =>
            shot(
              state,
              {},
              {
                state,
                reason: "why",
                prompt: [
                  { text: "new", is: "new" },
                  { text: "old", is: "old" },
                ],
              },
            ),
          ),
        ),
        { colorScheme },
      );
      const worst = await page.evaluate(`(() => {
      const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
      const ground = (element) => {
        for (let each = element; each; each = each.parentElement) {
          const colour = parse(getComputedStyle(each).backgroundColor);
          if (colour[3] !== 0) return colour;
        }
      };
      const low = [];
      for (const element of document.querySelectorAll(".card .rest *, .card .head *, .bar *, .tools *")) {
        if (element.disabled || ![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) low.push(element.className + " " + element.textContent + " " + ratio.toFixed(2));
      }
      return low;
    })()`);
      expect(worst).toEqual([]);
    },
  );
});
