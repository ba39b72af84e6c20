/** `page` and `report` as processes: what is served follows the files, spends nothing, and ends at once. */
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FilmNews } from "../../src/page/film.js";
import { listen } from "../page/ground.js";
import { asVendor, project, sandbox, undo, until, type TestProject } from "./cli.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: "Mara, studio portrait, soft light" }
shots:
  "010": { title: The ferry leaves, prompt: "wide, the ferry leaves the pier" }
  "020": { image: { from: images.mara }, prompt: "she turns to the camera" }
`;

/** A browser that writes down where it was sent. */
const OPENER = '#!/bin/sh\nprintf %s "$1" > "ROOT/opened.part"\nmv "ROOT/opened.part" "ROOT/opened"\n';

/** Starts `page` and waits for its address. */
async function opened(film: TestProject, args: readonly string[] = [], env = {}) {
  const { child, ended } = film.start(["page", ...args], env);
  let stdout = "";
  child.stdout?.on("data", (text: string) => (stdout += text));
  await until(() => stdout.endsWith("\n") || child.exitCode !== null);
  const url = /http:\/\/\S+\//.exec(stdout)?.[0].replace(/".*/, "") ?? "";
  return {
    url,
    stdout,
    page: { url, changed: () => undefined, close: () => Promise.resolve() },
    async end() {
      child.kill("SIGINT");
      return await ended;
    },
  };
}

describe("klingmake page", { timeout: 60_000 }, () => {
  it("prints an address alone, serves the film there, follows an edit, and ends at once at Ctrl-C", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render"]);
    const { url, page, stdout, end } = await opened(film);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\/\n$/);
    expect(await (await fetch(url)).text()).toContain("<title>");
    const open = listen(page);
    const news = () => open.messages as FilmNews[];
    const shotsOf = () =>
      new Map(news().flatMap(({ shots }) => shots.map((each) => [each.name, each] as const)));
    await until(() => shotsOf().get("shots.010")?.steps[0]?.media !== undefined);
    const { media, sidecar } = shotsOf().get("shots.010")?.steps[0] ?? {};
    const bytes = Buffer.from(await (await fetch(`${url}${media?.url ?? ""}`)).arrayBuffer());
    expect(bytes.equals(readFileSync(join(film.root, "renders/default/010/clip.mp4")))).toBe(true);
    expect(await (await fetch(`${url}${sidecar ?? ""}`)).json()).toMatchObject({ step: "shots.010.clip" });

    const before = news().length;
    film.write("kling.manifest.yaml", FILM.replace("the ferry leaves the pier", "the ferry waits"));
    await until(() => shotsOf().get("shots.010")?.steps[0]?.state === "stale");
    const later = news().slice(before);
    expect(new Set(later.flatMap(({ shots }) => shots.map(({ name }) => name)))).toEqual(
      new Set(["shots.010"]),
    );

    const ended = await end();
    expect(ended).toMatchObject({ code: 0, signal: null });
    await until(() => open.isClosed());
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    // It looked at a shot that wants rendering, and asked the vendor for nothing.
    expect(await server.creates()).toHaveLength(3);
  });

  it("shows what is wrong with a manifest, and the film when that is mended", async () => {
    const film = project(FILM.replace('prompt: "wide', 'promt: "wide'), {});
    const { page, end } = await opened(film);
    const open = listen(page);
    const last = () => (open.messages as FilmNews[]).at(-1);
    await until(() => last()?.head.problems.some(({ code }) => code === "manifest/unknown-key") === true);
    film.write("kling.manifest.yaml", FILM);
    await until(() => last()?.head.problems.length === 0 && last()?.order.length === 3);
    expect((await end()).code).toBe(0);
  });

  it("has the same address after the next start on a port that was asked for, and another one elsewhere", async () => {
    const film = project(FILM);
    const env = { XDG_CACHE_HOME: join(film.root, "cache") };
    const first = await opened(film, [], env);
    const { port } = new URL(first.url);
    await first.end();
    const [second, third] = [
      ["--port", port],
      ["--port", port],
    ] as const;
    const one = await opened(film, second, env);
    expect((await fetch(one.url)).status).toBe(200);
    await one.end();
    const two = await opened(film, third, env);
    expect(two.url).toBe(one.url);
    await two.end();
    const other = await opened(film, second, { XDG_CACHE_HOME: join(film.root, "another") });
    expect(new URL(other.url).pathname).not.toBe(new URL(one.url).pathname);
    await other.end();
  });

  it("prints one envelope with --json, and nothing for people with --quiet", async () => {
    const film = project(FILM);
    const { url, end } = await opened(film, ["--json", "--quiet"]);
    const { stdout, stderr } = await end();
    expect(JSON.parse(stdout)).toMatchObject({ command: "page", ok: true, exit: 0, data: { url } });
    expect(stderr).toBe("");
  });

  it("opens the browser with the address, and goes on where there is none", async () => {
    const film = project(FILM);
    film.write("bin/xdg-open", OPENER.replaceAll("ROOT", film.root));
    chmodSync(join(film.root, "bin/xdg-open"), 0o755);
    const { url, end } = await opened(film, ["--open"], { PATH: `${film.root}/bin:/usr/bin:/bin` });
    await until(() => film.has("opened"));
    expect(film.read("opened")).toBe(url);
    await end();
    const without = await opened(film, ["--open"], { PATH: "/nowhere" });
    expect((await fetch(without.url)).status).toBe(200);
    expect((await without.end()).stderr).toContain("no browser could be started");
  });

  it("is exit 1 on a port that is taken, and exit 3 without a manifest", async () => {
    const film = project(FILM);
    const taken = createServer().listen(0, "127.0.0.1");
    undo.push(() => void taken.close());
    await until(() => taken.listening);
    const { port } = taken.address() as { port: number };
    const ended = await film.run(["page", "--port", String(port)]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`the page cannot be served on port ${port} (EADDRINUSE)`);
    film.remove("kling.manifest.yaml");
    expect(await film.run(["page"])).toMatchObject({ code: 3, stdout: "" });
  });
});

describe("klingmake watch --open", { timeout: 60_000 }, () => {
  it("opens the page, on which a clip appears when it is rendered, and ends it with the watcher", async () => {
    const server = await sandbox();
    const film = project(FILM.replace("provider: kling", "provider: sandbox"), {
      KLINGMAKE_SANDBOX_URL: server.url,
      KLINGMAKE_SANDBOX_KEY: server.apiKey,
    });
    film.write("bin/xdg-open", OPENER.replaceAll("ROOT", film.root));
    chmodSync(join(film.root, "bin/xdg-open"), 0o755);
    const { child, ended } = film.start(["watch", "--open"], { PATH: `${film.root}/bin:/usr/bin:/bin` });
    await until(() => film.has("opened"));
    const url = film.read("opened");
    const open = listen({ url, changed: () => undefined, close: () => Promise.resolve() });
    const clips = () =>
      (open.messages as FilmNews[]).flatMap(({ shots }) =>
        shots.flatMap(({ steps }) => steps.flatMap(({ id, media }) => (media === undefined ? [] : [id]))),
      );
    await until(() => new Set(clips()).size === 3);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`the film is shown at ${url}\n`);
    await until(() => open.isClosed());
  });

  it("is exit 1 on a port that is taken, before anything is rendered", async () => {
    const film = project(FILM.replace("provider: kling", "provider: sandbox"));
    const taken = createServer().listen(0, "127.0.0.1");
    undo.push(() => void taken.close());
    await until(() => taken.listening);
    const { port } = taken.address() as { port: number };
    const ended = await film.run(["watch", "--port", String(port)]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`the page cannot be served on port ${port} (EADDRINUSE)`);
    expect(film.has(".kling/journal.jsonl")).toBe(false);
  });
});

describe("klingmake report", { timeout: 60_000 }, () => {
  it("writes a folder with the film, its clips and sidecars, and says what is not in it", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render", "--target", "shots.010"]);
    const ended = await film.run(["report"]);
    expect(ended.stderr).toBe(
      [
        `report is written: 1 clip, still or sound, ${/, ([\d.]+ MB);/.exec(ended.stderr)?.[1] ?? ""}; open report/index.html`,
        "not in it, as not here: 2 of 3 steps: images.mara, shots.020.clip",
        "",
      ].join("\n"),
    );
    expect(ended.code).toBe(0);
    const html = film.read("report/index.html");
    const clip = /"url":"(media\/[0-9a-f]{64}\.mp4)"/.exec(html)?.[1] ?? "";
    expect(film.read(`report/${clip}`)).toBe(film.read("renders/default/010/clip.mp4"));
    expect(JSON.parse(film.read("report/sidecars/shots.010.clip.json"))).toMatchObject({
      step: "shots.010.clip",
    });
    for (const name of ["index.html", "klingmake-report.json", "sidecars/shots.010.clip.json"]) {
      expect(film.read(`report/${name}`), name).not.toContain(film.root);
      expect(film.read(`report/${name}`), name).not.toContain(server.apiKey);
    }
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(film.has(".kling/journal.jsonl")).toBe(true);
    expect(await server.creates()).toHaveLength(1);
  });

  it("replaces a report, and nothing else", async () => {
    const film = project(FILM);
    film.write("notes/mine.txt", "x");
    const refused = await film.json(["report", "notes"]);
    expect(refused).toMatchObject({
      exit: 64,
      data: { error: { message: "notes has files in it, and is no report of klingmake" } },
    });
    expect(film.read("notes/mine.txt")).toBe("x");
    for (const _ of ["first", "second"]) {
      expect(await film.json(["report", "out"])).toMatchObject({
        exit: 0,
        data: { folder: join(film.root, "out"), project: "night-ferry", media: 0 },
      });
    }
    film.write("out/mine.txt", "x");
    expect((await film.run(["report", "out"])).stderr).toBe(
      "error: out is a report in which mine.txt was put there by somebody else\n" +
        "nothing was written; name another folder: klingmake report FOLDER\n",
    );
  });

  it("is not made of a manifest that is wrong", async () => {
    const film = project(FILM.replace('prompt: "wide', 'promt: "wide'));
    expect((await film.run(["report"])).code).toBe(3);
    expect(film.has("report")).toBe(false);
  });

  it("writes hostile words as text of the film, never as a part of the page", async () => {
    const film = project(FILM.replace("The ferry leaves", '"</script><script>alert(1)</script><!--"'));
    expect((await film.run(["report"])).code).toBe(0);
    expect(film.read("report/index.html")).not.toContain("<script>alert(1)");
    expect(film.read("report/index.html")).toContain("alert(1)");
  });
});
