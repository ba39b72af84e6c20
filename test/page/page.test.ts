/** The page in a real browser: what it shows, plays and keeps as the film changes. Left out where there is no Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ShotView } from "../../src/page/film.js";
import { clip, film, news, shot, step } from "./films.js";
import { CHROMIUM, launch, type Stand, stand, until, watched } from "./stand.js";

const FIVE = ["010", "020", "030", "040", "050"];
const CLIPS = new Map<string, Buffer>();
/** Each address has a clip of its own; made once. */
function clipOf(name: string): Buffer {
  const there = CLIPS.get(name) ?? clip(name);
  CLIPS.set(name, there);
  return there;
}

let browser: Browser;
const stands: Stand[] = [];
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const each of stands) await each.leave();
});

/** The page of a film of these shots, shown. */
async function shown(
  shots: readonly ShotView[],
  options: Parameters<typeof watched>[2] = {},
  media: Parameters<typeof stand>[1] = clipOf,
) {
  const here = await stand(film(shots), media);
  stands.push(here);
  const seen = await watched(browser, here.url, options);
  await seen.page.waitForSelector(".card");
  return { ...seen, here };
}

// What runs in the page is text, because it has other types than this file.
const focused = (page: Page) => page.evaluate(`document.activeElement?.closest(".card")?.dataset.name`);
const plays = (page: Page, name: string) =>
  until(
    page,
    `(() => {
    const video = document.querySelector('[data-name="${name}"] video');
    return video !== null && video.muted && !video.paused && video.currentTime > 0.1;
  })()`,
  );
const stopped = (page: Page, name: string) =>
  until(page, `document.querySelector('[data-name="${name}"] video') === null`);

describe.runIf(CHROMIUM !== undefined)("the page", { timeout: 60_000 }, () => {
  it("shows a poster for each clip, and plays it muted under the pointer and no longer", async () => {
    const { page, complaints } = await shown(FIVE.map((id) => shot(id)));
    await until(page, `document.querySelectorAll(".card canvas").length === 5`);
    const lit = await page.evaluate(`[...document.querySelectorAll(".card canvas")].filter((canvas) =>
      canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value, at) => at % 4 < 3 && value > 100)).length`);
    expect(lit).toBe(5);
    expect(await page.locator("video").count()).toBe(2); // The player's screens, which hold nothing.
    await page.hover('[data-name="shots.020"]');
    await plays(page, "shots.020");
    await page.hover('[data-name="shots.030"]');
    await plays(page, "shots.030");
    await stopped(page, "shots.020");
    expect(complaints).toEqual([]);
  });

  it("plays the clip of the card with the focus; space pauses it", async () => {
    const { page } = await shown(FIVE.map((id) => shot(id)));
    await page.keyboard.press("ArrowRight");
    await plays(page, "shots.010");
    await page.keyboard.press("Space");
    await until(page, `document.querySelector('[data-name="shots.010"] video').paused`);
    await page.keyboard.press("Space");
    await plays(page, "shots.010");
    expect(await page.evaluate("scrollY")).toBe(0);
  });

  it("plays nothing by itself where less motion is wanted", async () => {
    const { page } = await shown(
      FIVE.map((id) => shot(id)),
      { reducedMotion: "reduce" },
    );
    await page.hover('[data-name="shots.020"]');
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await plays(page, "shots.010");
    expect(await page.locator('[data-name="shots.020"] video').count()).toBe(0);
  });

  it("moves by arrow keys as the eye would, opens by enter and comes back by escape", async () => {
    const ids = Array.from({ length: 10 }, (_, at) => String(at + 10));
    const still: ShotView = { ...shot("mara"), name: "images.mara", kind: "image", plays: false };
    const { page } = await shown([still, ...ids.map((id) => shot(id))]);
    const columns = Number(
      await page.evaluate(
        `getComputedStyle(document.querySelector(".grid")).gridTemplateColumns.split(" ").length`,
      ),
    );
    expect(columns).toBeGreaterThan(2);
    const trail = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      return focused(page);
    };
    expect(await trail("ArrowDown")).toBe("images.mara");
    expect(await trail("ArrowDown")).toBe("shots.10");
    expect(await trail("ArrowDown")).toBe(`shots.${10 + columns}`);
    expect(await trail("ArrowRight", "ArrowUp")).toBe("shots.11");
    expect(await trail("ArrowUp")).toBe("images.mara");
    expect(await trail("End")).toBe("shots.19");
    expect(await trail("ArrowRight")).toBe("shots.19");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog.detail[open]");
    expect(await page.textContent("dialog.detail h2")).toContain("19 Shot 19");
    await page.keyboard.press("ArrowLeft");
    expect(await page.textContent("dialog.detail h2")).toContain("18 Shot 18");
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("shots.18");
  });

  it("filters by words and by what shots are, says what it cannot understand, and escape clears", async () => {
    const failed = shot("030", {}, { state: "failed", decision: "render" });
    const { page } = await shown([shot("010", { tags: ["night"] }), shot("020"), failed]);
    const visible = () =>
      page.evaluate(
        `[...document.querySelectorAll(".card")].filter((card) => card.offsetParent !== null).map((card) => card.dataset.name)`,
      );
    await page.keyboard.press("/");
    await page.keyboard.type("is:failed");
    expect(await visible()).toEqual(["shots.030"]);
    expect(await page.textContent(".found")).toBe("1 of 3");
    await page.fill("input[type=search]", "tag:night -is:failed");
    expect(await visible()).toEqual(["shots.010"]);
    await page.fill("input[type=search]", "is:stail");
    expect(await page.textContent(".found")).toContain("is:stail is not known; there are ");
    expect(await visible()).toHaveLength(3);
    await page.fill("input[type=search]", "nobody");
    expect(await page.textContent(".none:visible")).toBe("Nothing passes the filter.");
    await page.keyboard.press("Escape");
    expect(await visible()).toHaveLength(3);
    expect(await focused(page)).toBe("shots.010");
  });

  it("plays the film in order, says what it skips, and ends", async () => {
    const there = FIVE.map((id) => shot(id));
    const missing = shot("025", {}, { media: undefined, state: "stale", decision: "render" } as never);
    const still: ShotView = { ...shot("mara"), name: "images.mara", kind: "image", plays: false };
    const { page } = await shown([still, ...there.slice(0, 2), missing, ...there.slice(2)]);
    await page.evaluate(`{
      window.seen = [];
      document.querySelector(".player").addEventListener("playing", (event) => {
        const src = event.target.getAttribute("src");
        // A clip that waited for its bytes plays again.
        if (event.target.classList.contains("front") && window.seen.at(-1) !== src) window.seen.push(src);
      }, true);
      const skipped = document.querySelector(".skipped");
      window.said = [];
      new MutationObserver(() => skipped.textContent && window.said.push(skipped.textContent)).observe(skipped, { childList: true });
    }`);
    await page.click("button.play");
    await until(page, `document.querySelector(".player").classList.contains("over")`);
    expect(await page.evaluate("seen")).toEqual(FIVE.map((id) => `media/${id}.mp4`));
    expect(await page.evaluate("said")).toEqual(["skipped 025 (to render)"]);
    expect(await page.textContent(".player .caption")).toBe("The end. 5 of 6 shots to be seen.");
    await page.keyboard.press("Space");
    await until(page, "seen.length === 6");
    await page.keyboard.press("ArrowRight");
    await until(page, "seen.length === 7");
    expect(await page.evaluate("seen.slice(5)")).toEqual(["media/010.mp4", "media/020.mp4"]);
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog.player", { state: "hidden" });
    // The dialog tells of its end a moment after it is gone.
    await until(
      page,
      `[...document.querySelectorAll(".player video")].every((video) => video.paused && !video.src)`,
    );
    expect(await focused(page)).toBe("shots.020");
  });

  it("passes over a clip that cannot be played, and says so", async () => {
    const { page } = await shown(
      ["010", "020", "030"].map((id) => shot(id)),
      {},
      (name) => (name === "020.mp4" ? Buffer.from("no clip at all") : clipOf(name)),
    );
    await until(
      page,
      `document.querySelector('[data-name="shots.020"] .blank').textContent === "cannot be shown here"`,
    );
    await page.click("button.play");
    await until(
      page,
      `document.querySelector(".skipped").textContent === "skipped 020 (could not be played)"`,
    );
    expect(await page.textContent(".player .caption")).toContain("030");
    await until(
      page,
      `document.querySelector(".player .caption").textContent === "The end. 2 of 3 shots to be seen."`,
    );
  });

  it("patches the card that changed, and keeps focus, scroll and what plays", async () => {
    const ids = Array.from({ length: 40 }, (_, at) => String(at + 10));
    const before = ids.map((id) => shot(id));
    const { page, here } = await shown(before);
    await page.focus('[data-name="shots.45"] a');
    await plays(page, "shots.45");
    await page.evaluate(`{
      window.kept = document.querySelector('[data-name="shots.45"] video');
      window.touched = new Set();
      new MutationObserver((all) => {
        for (const { target } of all) {
          const element = target.nodeType === 1 ? target : target.parentElement;
          const card = element?.closest(".card");
          // First frames come when they come.
          if (card && !element.closest(".stage")) window.touched.add(card.dataset.name);
        }
      }).observe(document.querySelector(".grid"), { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-state"] });
    }`);
    const scroll = await page.evaluate("scrollY");
    expect(scroll).toBeGreaterThan(0);
    const changed = (each: ShotView, text: string): ShotView => ({
      ...each,
      steps: each.steps.map(
        (one) => ({ ...one, state: "stale", decision: "render", prompt: [{ text, is: "new" }] }) as const,
      ),
    });
    const after = before.map((each) =>
      each.id === "45"
        ? changed(each, "she turns back")
        : each.id === "12"
          ? changed(each, "it snows")
          : each,
    );
    // The whole film is told, as after a broken connection; two shots differ, and one is new.
    const added = [shot("09"), ...after];
    here.send(news(film(added)));
    await until(
      page,
      `document.querySelector('[data-name="shots.45"] ins')?.textContent === "she turns back"`,
    );
    expect(await page.textContent('[data-name="shots.12"] ins')).toBe("it snows");
    expect(await page.evaluate(`document.querySelector(".grid").firstElementChild.dataset.name`)).toBe(
      "shots.09",
    );
    expect(await focused(page)).toBe("shots.45");
    expect(await page.evaluate(`kept.isConnected && !kept.paused`)).toBe(true);
    expect(await page.evaluate(`[...touched].filter((name) => name !== "shots.09").toSorted()`)).toEqual([
      "shots.12",
      "shots.45",
    ]);
    here.send(news(film(after), []));
    await until(page, `document.querySelector('[data-name="shots.09"]') === null`);
    expect(await focused(page)).toBe("shots.45");
  });

  it("shows the clip of a task that is done, and keeps an opened shot open while it changes", async () => {
    const waiting = shot("020", {}, {
      media: undefined,
      decision: "resume",
      state: "working",
      task: {
        phase: "processing",
        words: "processing",
        since: 1_700_000_000_000 - 20_000,
        expectedSeconds: 80,
      },
    } as never);
    const { page, here, complaints } = await shown([shot("010"), waiting]);
    await until(
      page,
      `/about 0:5[0-9] left/.test(document.querySelector('[data-name="shots.020"] .task').textContent)`,
    );
    await page.click('[data-name="shots.020"]');
    await page.waitForSelector("dialog.detail[open] .viewer.nothing");
    const done = shot("020", {}, { sidecar: "sidecar/shots.020.clip" });
    here.send(news(film([shot("010"), done]), ["shots.020"]));
    await page.waitForSelector("dialog.detail[open] video");
    await page.click("dialog.detail details.sidecar summary");
    await until(page, `document.querySelector(".sidecar pre").textContent === '{"of": "shots.020.clip"}'`);
    await page.evaluate(
      "window.kept = document.querySelector('.detail video'); kept.muted = true; kept.loop = true; kept.play()",
    );
    here.send(news(film([shot("010"), { ...done, title: "Another title" }]), ["shots.020"]));
    await until(page, `document.querySelector("dialog.detail h2").textContent.includes("Another title")`);
    expect(
      await page.evaluate(
        "kept.isConnected && !kept.paused && document.querySelector('.detail details.sidecar').open",
      ),
    ).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("shows takes side by side and plays them together", async () => {
    const takes = [1, 2, 3].map((take) =>
      step(`shots.030.clip@${take}`, {
        take,
        candidate: true,
        media: { kind: "video", url: `media/t${take}.mp4` },
      }),
    );
    const { page } = await shown([shot("030", { steps: takes, shown: "shots.030.clip@2" })]);
    await page.click(".card");
    await until(page, `document.querySelectorAll(".detail .takes video").length === 3`);
    const tops = await page.evaluate(
      `[...document.querySelectorAll(".detail .viewer")].map((each) => each.getBoundingClientRect().top)`,
    );
    expect(new Set(tops as number[]).size).toBe(1);
    expect(await page.textContent(".detail .step:nth-child(2) h4")).toContain("used");
    await page.click("button.together");
    await until(
      page,
      `[...document.querySelectorAll(".detail video")].every((video) => video.currentTime > 0.2)`,
    );
    expect(
      await page.evaluate(`[...document.querySelectorAll(".detail video")].map((video) => video.muted)`),
    ).toEqual([false, true, true]);
  });

  it("marks the take that the next step uses, and offers to play takes only where there is one to play", async () => {
    const take = (id: string, number: number, there: object) => ({
      ...step(id, { take: number, candidate: true }),
      name: "clip",
      ...there,
    });
    const takes = (there: (name: string) => object) => [
      take("shots.030.clip@1", 1, there("t1")),
      take("shots.030.clip", 2, there("t2")),
      { ...step("shots.030.extend"), name: "extend" },
    ];
    const { page, here } = await shown([
      shot("030", { steps: takes(() => ({ media: undefined })), shown: "shots.030.extend" }),
    ]);
    await page.click(".card");
    const heads = () => page.locator(".detail .takes h4").allInnerTexts();
    await expect.poll(heads).toHaveLength(3);
    expect((await heads()).filter((each) => each.includes("used"))).toEqual([
      expect.stringContaining("take 2"),
    ]);
    expect(await page.locator("button.together:visible").count()).toBe(0);
    const done = (name: string) => ({ media: { kind: "video", url: `media/${name}.mp4` } });
    here.send(news(film([shot("030", { steps: takes(done), shown: "shots.030.extend" })])));
    await until(page, `document.querySelectorAll(".detail .takes video").length >= 2`);
    expect(await page.locator("button.together:visible").count()).toBe(1);
  });

  it("has room for news and sidecars while clips do not come to an end", async () => {
    const shots = Array.from({ length: 12 }, (_, at) =>
      shot(String(at + 10), {}, { sidecar: `sidecar/${at + 10}` }),
    );
    const { page, here, requests } = await shown(shots, {}, () => "never");
    await expect.poll(() => requests.filter((url) => url.includes("/media/")).length).toBe(3);
    await page.focus('[data-name="shots.12"] a');
    await expect.poll(() => requests.filter((url) => url.includes("/media/")).length).toBe(4);
    await page.keyboard.press("Enter");
    await page.click("dialog.detail details.sidecar summary");
    await until(page, `document.querySelector(".sidecar pre").textContent === '{"of": "12"}'`);
    here.send(news(film(shots.slice(1))));
    await until(page, `document.querySelectorAll(".card").length === 11`);
  });

  it("keeps what it shows while the server is gone, says so, and is in step again after", async () => {
    const { page, here } = await shown(FIVE.map((id) => shot(id)));
    await until(page, `document.querySelectorAll(".card canvas").length === 5`);
    await here.leave();
    await until(page, `document.querySelector(".lost").textContent.includes("not connected")`);
    expect(await page.textContent(".lost")).toContain("without --port prints a new address");
    expect(await page.locator(".card").count()).toBe(5);
    here.film = film(FIVE.slice(0, 4).map((id) => shot(id, { title: "after" })));
    await here.comeBack();
    await until(page, `document.querySelector(".lost").textContent === ""`);
    await until(page, `document.querySelectorAll(".card").length === 4`);
    expect(await page.textContent('[data-name="shots.010"] .title')).toBe("after");
  });
});
