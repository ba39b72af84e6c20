/**
 * The whole of it: the built program as a process, its page in a real browser, files that are edited meanwhile. Left out
 * where there is no Chromium.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { project, until as eventually, type TestProject } from "../process/cli.js";
import { CHROMIUM, launch, until, watched } from "./stand.js";

const FILM = `version: 1
project: night-ferry
defaults: { video: { model: kling-2.5-turbo } }
shots:
  "010": { title: The ferry leaves, prompt: "wide, the ferry leaves the pier" }
  "020": { title: 雨の夜の港, prompt: "rain over the harbour", tags: [night] }
`;
const MANIFEST = "kling.manifest.yaml";
/** Text that would run, end an element, or turn round what is read, were it anything but text. */
const HOSTILE = [
  "<img src=x onerror=ran=1><svg onload=ran=2>",
  "</script><script>ran=3</script><!--",
  "\u202Egnp.exe\u2066\u200B\u0007\u001B[31m",
];

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});

/** Starts a command that serves the page, beside a sandbox of its own; gives its address. */
async function served(film: TestProject, command: "watch" | "page", env = {}): Promise<string> {
  // Without a browser in its path it says the address and goes on.
  const { child } = film.start([command, "--open"], { PATH: "/nowhere", ...QUICK, ...env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: string) => (said += text));
  const address = () => /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(said)?.[0];
  await eventually(() => address() !== undefined || child.exitCode !== null);
  return address() ?? expect.fail(said);
}

/** So that a task takes a moment in which it can be looked at, and no more. */
const QUICK = { KLINGMAKE_SANDBOX_TIME_SCALE: "0.02" };

const card = (shot: string) => `document.querySelector('[data-name="shots.${shot}"]')`;
const isDone = (shot: string) =>
  `(${card(shot)}?.dataset.state === "fresh" && ${card(shot)}.querySelector("canvas") !== null)`;

/** Writes down what a card shows, one after the other, however short. */
async function record(page: Page, shot: string): Promise<() => Promise<readonly Shown[]>> {
  await page.evaluate(`{
    window.trail = [];
    const texts = (name) => [...${card(shot)}.querySelectorAll(name)].map((each) => each.textContent);
    const look = () => {
      const now = JSON.stringify({
        state: ${card(shot)}.dataset.state,
        outdated: texts(".stage.outdated .label").join(),
        isNew: texts(".prompt ins"),
        isOld: texts(".prompt del"),
        task: texts(".task").length > 0,
        picture: texts("canvas, video").length > 0,
      });
      if (trail.at(-1) !== now) trail.push(now);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
  }`);
  return async () => {
    const trail: readonly string[] = await page.evaluate("trail");
    return trail.map((text) => JSON.parse(text) as Shown);
  };
}

interface Shown {
  readonly state: string;
  readonly outdated: string;
  readonly isNew: readonly string[];
  readonly isOld: readonly string[];
  readonly task: boolean;
  readonly picture: boolean;
}

/** Points at a card and sees its clip play; gives the clip's address. */
async function play(page: Page, shot: string): Promise<string> {
  await page.mouse.move(0, 0);
  await page.hover(`[data-name="shots.${shot}"]`);
  await until(
    page,
    `(() => {
      const video = ${card(shot)}.querySelector("video");
      return video !== null && video.muted && !video.paused && video.currentTime > 0.2;
    })()`,
  );
  return String(await page.evaluate(`${card(shot)}.querySelector("video").getAttribute("src")`));
}

const clipOf = (shot: string) => `renders/sandbox/default/${shot}/clip.mp4`;
const addressOf = (bytes: Buffer) => `media/${createHash("sha256").update(bytes).digest("hex")}.mp4`;
const isWider = `document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth`;

describe.runIf(CHROMIUM !== undefined)("a film that is watched in a browser", { timeout: 60_000 }, () => {
  it("plays and filters; shows an edit in words, then its clip; shows an error at its place beside the film", async () => {
    const film = project(FILM);
    const url = await served(film, "watch");
    const { page, complaints, requests } = await watched(browser, url);
    await until(page, `${isDone("010")} && ${isDone("020")}`);
    const bytes = () => readFileSync(join(film.root, clipOf("010")));
    const before = await play(page, "010");
    expect(before).toBe(addressOf(bytes()));

    await page.keyboard.press("/");
    await page.keyboard.type("tag:night");
    expect(await page.evaluate(`[${card("010")}.hidden, ${card("020")}.hidden]`)).toEqual([true, false]);
    await page.keyboard.press("Escape");
    expect(await page.evaluate(`[${card("010")}.hidden, ${card("020")}.hidden]`)).toEqual([false, false]);

    const trail = await record(page, "010");
    film.write(MANIFEST, FILM.replace("wide, the ferry leaves", "wide, the last tram leaves"));
    await until(page, `trail.some((each) => each.includes("last tram")) && ${isDone("010")}`);
    const shown = await trail();
    const marked = shown.findIndex(({ outdated }) => outdated === "outdated");
    expect(shown[marked]).toMatchObject({ isNew: ["last tram"], isOld: ["ferry"], picture: true });
    expect(shown.slice(marked).some(({ task }) => task)).toBe(true);
    expect(shown.at(-1)).toMatchObject({ state: "fresh", outdated: "", isNew: [], task: false });
    const after = await play(page, "010");
    expect(after).toBe(addressOf(bytes()));
    expect(after).not.toBe(before);

    film.write(MANIFEST, FILM.replace('prompt: "rain', 'promt: "rain'));
    await until(page, `document.querySelector(".problem.error .frame mark")?.textContent === "promt"`);
    expect(await page.textContent(".problem.error .frame figcaption")).toContain(`${MANIFEST}:6:26`);
    expect(await page.textContent(".problem.error .code")).toBe("manifest/unknown-key");
    // The panel above pushes the cards away, and pictures are taken anew where they come into sight.
    await until(page, `${isDone("010")} && ${isDone("020")}`);
    film.write(MANIFEST, FILM);
    await until(page, `document.querySelector(".problems").hidden && ${isDone("010")}`);
    // The words of before are here still, and so is their clip.
    expect(await play(page, "010")).toBe(before);
    expect(complaints).toEqual([]);
    expect(requests.filter((each) => !each.startsWith(url))).toEqual([]);
  });

  it("shows hostile words as words, asks for nothing elsewhere, and fits a narrow dark window", async () => {
    const film = project(
      FILM.replace('"wide, the ferry leaves the pier"', JSON.stringify(HOSTILE.join(" "))).replace(
        "The ferry leaves",
        JSON.stringify(HOSTILE.join(" ")),
      ),
    );
    const url = await served(film, "watch");
    const narrow = { viewport: { width: 360, height: 740 }, colorScheme: "dark" } as const;
    for (const options of [{}, narrow]) {
      const { page, complaints, requests } = await watched(browser, url, options);
      await until(page, isDone("010"));
      for (const place of [".prompt", ".title"]) {
        const said = String(await page.textContent(`[data-name="shots.010"] ${place}`));
        for (const text of HOSTILE.slice(0, 2)) expect(said).toContain(text);
        // eslint-disable-next-line no-control-regex
        expect(said).not.toMatch(/[\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
      }
      await play(page, "010");
      expect(await page.evaluate(isWider)).toBe(false);
      await page.click('[data-name="shots.010"] a');
      await until(page, `document.querySelector("dialog.detail[open] h2") !== null`);
      expect(await page.textContent("dialog.detail h2")).toContain(HOSTILE[0]);
      expect(await page.evaluate(isWider)).toBe(false);
      await page.click("dialog.detail .sidecar summary");
      await until(
        page,
        `document.querySelector("dialog.detail .sidecar pre").textContent.includes("onerror")`,
      );
      expect(await page.evaluate(`[typeof ran, document.querySelectorAll("script, svg").length]`)).toEqual([
        "undefined",
        1,
      ]);
      expect(complaints).toEqual([]);
      expect(requests.filter((each) => !each.startsWith(url))).toEqual([]);
    }
  });

  it("shows what another terminal renders: the task on its way, then the clip", async () => {
    const film = project(FILM);
    const { page, complaints } = await watched(browser, await served(film, "page"));
    await until(
      page,
      `${card("010")}?.dataset.state === "free" || ${card("010")}?.dataset.state === "stale"`,
    );
    const trail = await record(page, "010");
    const rendered = film.start(["render"], QUICK);
    await until(page, `${isDone("010")} && ${isDone("020")}`);
    expect((await rendered.ended).code).toBe(0);
    const shown = await trail();
    expect(shown.find(({ task }) => task)).toMatchObject({ state: "working", picture: false });
    expect(shown.at(-1)).toMatchObject({ state: "fresh", task: false, picture: true });
    expect(await play(page, "020")).toBe(addressOf(readFileSync(join(film.root, clipOf("020")))));
    expect(complaints).toEqual([]);
  });

  it("opens as a report from disk, plays there, and asks for nothing but the folder", async () => {
    const film = project(FILM);
    expect((await film.run(["render"], { KLINGMAKE_SANDBOX_TIME_SCALE: "0" })).code).toBe(0);
    expect((await film.run(["report"])).code).toBe(0);
    const folder = pathToFileURL(join(film.root, "report/")).href;
    const { page, complaints, requests } = await watched(browser, `${folder}index.html`);
    await until(page, `${isDone("010")} && ${isDone("020")}`);
    expect(await play(page, "020")).toBe(addressOf(readFileSync(join(film.root, clipOf("020")))));
    expect(complaints).toEqual([]);
    expect(requests.filter((each) => !each.startsWith(folder))).toEqual([]);
  });
});
