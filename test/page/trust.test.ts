/**
 * What the page is told is not believed: hostile text stays text, hostile addresses are not followed, and nothing but
 * the page's own server is ever asked. Left out where there is no Chromium.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageDocument } from "../../src/page/document.js";
import type { Film, ShotView } from "../../src/page/film.js";
import { clip, film, shot, step } from "./films.js";
import { CHROMIUM, launch, PARTS, type Stand, stand, until, watched } from "./stand.js";

const ATTACKS = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "<svg/onload=alert(1)>",
  "{{constructor.constructor('alert(1)')()}}",
  '" onmouseover="alert(1)',
  "<!--",
];
/** Reverses what follows, hides itself, and rings a bell. */
const TRICK = "fdp.\u202Eexe\u2066 a\u200Bb \u0007\u001B[31m";
const SHOWN_TRICK = "fdp.\ufffdexe\ufffd a\ufffdb \ufffd\ufffd[31m";
const ADDRESSES = [
  "javascript:alert(1)",
  "https://outside.invalid/a.mp4",
  "//outside.invalid/a.mp4",
  "data:text/html,<script>alert(1)</script>",
  "media/../../secret",
  "media/%2e%2e/secret",
  "media/..%2Fsecret",
  "/etc/passwd",
  "media//outside.invalid/a.mp4",
  "media/a.mp4?x=https://outside.invalid",
  "media/\\outside.invalid",
  " media/a.mp4",
];

/** Says it everywhere where a film has a text. */
function hostileShot(text: string, at: number): ShotView {
  const words = [
    { text, is: "same" },
    { text, is: "new" },
    { text, is: "old" },
  ] as const;
  const all = { title: text, notes: text, tags: [text] };
  const changes = [{ field: text, from: text, to: text }];
  const task = { phase: "failed", words: text } as const;
  const more = {
    prompt: words,
    reason: text,
    model: text,
    mode: text,
    changes,
    task,
    output: text,
    action: text,
  };
  return shot(`a${at}`, all, { ...more, state: "failed", price: { words: text, micros: 1 } });
}

function hostileFilm(): Film {
  const texts = [...ATTACKS, TRICK];
  const byAddress = ADDRESSES.map((url, at) =>
    shot(
      `u${at}`,
      {},
      { media: { kind: at % 2 === 0 ? "video" : "image", url }, sidecar: url, outdated: true },
    ),
  );
  const text = ATTACKS[1] ?? "";
  return film([...texts.map(hostileShot), ...byAddress], {
    project: text,
    profile: text,
    manifest: text,
    watch: { state: "faulty", words: text },
    problems: texts.map((each, at) => ({
      severity: "error",
      code: each,
      message: each,
      why: each,
      help: each,
      place: each,
      shot: `shots.a${at}`,
      lines: [{ number: 1, text: each, mark: [0, 4] }],
    })),
  });
}

let browser: Browser;
const stands: Stand[] = [];
const folder = mkdtempSync(join(tmpdir(), "klingmake-page-"));
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const each of stands) await each.leave();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(CHROMIUM !== undefined)("the page", { timeout: 60_000 }, () => {
  it("shows hostile text as text, everywhere, and asks nobody outside", async () => {
    const here = await stand(hostileFilm(), () => clip("any"));
    stands.push(here);
    const { page, complaints, requests } = await watched(browser, here.url);
    await until(
      page,
      `document.querySelectorAll(".card").length === ${ATTACKS.length + 1 + ADDRESSES.length}`,
    );
    for (const [at, attack] of ATTACKS.entries()) {
      expect(await page.textContent(`[data-name="shots.a${at}"] ins`)).toBe(attack);
      await page.click(`[data-name="shots.a${at}"] a`);
      expect(await page.textContent(".detail h2 bdi")).toBe(attack);
      expect(await page.textContent(".detail .output")).toBe(attack);
      await page.keyboard.press("Escape");
    }
    expect(await page.textContent(`[data-name="shots.a${ATTACKS.length}"] ins`)).toBe(SHOWN_TRICK);
    for (const at of ADDRESSES.keys()) {
      await page.click(`[data-name="shots.u${at}"] a`);
      expect(await page.locator(".detail :is(video, img, audio, .sidecar)").count(), ADDRESSES[at]).toBe(0);
      await page.keyboard.press("Escape");
    }
    await page.fill("input[type=search]", ATTACKS[0] ?? "");
    await page.fill("input[type=search]", "");
    await page.click("button.play");
    expect(await page.textContent(".player .caption bdi")).toBe(ATTACKS[0]);
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent(".player .caption bdi")).toBe(ATTACKS[1]);
    expect(
      await page.evaluate(
        `document.querySelectorAll("svg, iframe, object, script[src], [onerror], [onload], [onmouseover]").length`,
      ),
    ).toBe(0);
    expect(complaints).toEqual([]);
    const outside = requests.filter((url) => !url.startsWith(here.url) && !url.startsWith("data:image/svg"));
    expect(outside).toEqual([]);
    expect([...new Set(requests.map((url) => new URL(url).pathname))].toSorted().slice(0, 2)).toEqual([
      "/",
      "/events",
    ]);
  });

  it("can make no HTML of a text, whatever becomes of its script", async () => {
    const here = await stand(film([shot("010")]), () => clip("010"));
    stands.push(here);
    const { page } = await watched(browser, here.url);
    await page.waitForSelector(".card");
    expect(
      await page.evaluate(
        `(() => { try { document.body.innerHTML = "<b>x</b>"; return "made"; } catch (error) { return error.name; } })()`,
      ),
    ).toBe("TypeError");
    expect(
      await page.evaluate(`fetch("https://outside.invalid/").then(() => "asked", (error) => error.name)`),
    ).toBe("TypeError");
  });

  it("opens from disk: shows, plays and links what lies beside it, and asks for nothing else", async () => {
    mkdirSync(join(folder, "media"));
    mkdirSync(join(folder, "sidecars"));
    writeFileSync(join(folder, "media/010.mp4"), clip("010"));
    writeFileSync(join(folder, "media/020.mp4"), clip("020"));
    writeFileSync(join(folder, "sidecars/010.json"), "{}");
    const task = { phase: "processing", words: "processing", since: 1, expectedSeconds: 60 } as const;
    const { watch: _watch, ...report } = film([
      shot("010", {}, { sidecar: "sidecars/010.json" }),
      shot("020"),
      shot("030", { steps: [step("shots.030.clip", { state: "working", decision: "resume", task })] }),
    ]);
    writeFileSync(join(folder, "index.html"), pageDocument({ ...PARTS, film: report }));
    const { page, complaints, requests } = await watched(
      browser,
      pathToFileURL(join(folder, "index.html")).href,
    );
    await until(page, `document.querySelectorAll(".card canvas").length === 2`);
    await page.hover('[data-name="shots.020"]');
    await until(page, `document.querySelector('[data-name="shots.020"] video')?.currentTime > 0.1`);
    expect(await page.textContent('[data-name="shots.030"] .task')).toContain(
      "processing when this was written",
    );
    await page.click('[data-name="shots.010"] a');
    expect(await page.getAttribute(".detail .sidecar a", "href")).toBe("sidecars/010.json");
    await page.keyboard.press("Escape");
    await page.click("button.play");
    await until(page, `document.querySelector(".player").classList.contains("over")`);
    expect(complaints).toEqual([]);
    const base = pathToFileURL(folder).href;
    const elsewhere = requests.filter(
      (url) => !url.startsWith(`${base}/`) && !url.startsWith("data:image/svg"),
    );
    expect(elsewhere).toEqual([]);
  });
});
