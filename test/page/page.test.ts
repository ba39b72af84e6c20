/** The page in a real browser: what it shows, plays and keeps as the film changes. Left out where there is no Chromium. */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clip, film, shot } from "./films.js";
import { CHROMIUM, launch, stand, watched } from "./stand.js";

const FIVE = ["010", "020", "030", "040", "050"];
const CLIPS = new Map<string, Buffer>();
/** Each shot has a clip of its own; made once. */
function clipOf(name: string): Buffer {
  const there = CLIPS.get(name) ?? clip(name);
  CLIPS.set(name, there);
  return there;
}

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});

describe.runIf(CHROMIUM !== undefined && existsSync(CHROMIUM))("the page", { timeout: 60_000 }, () => {
  it("shows", async () => {
    const here = await stand(film(FIVE.map((id) => shot(id))), clipOf);
    const { page, complaints } = await watched(browser, here.url);
    await page.waitForSelector(".card canvas");
    await page.screenshot({ path: "/tmp/w6/shots/first.png" });
    expect(complaints).toEqual([]);
  });
});
