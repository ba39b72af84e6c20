/** The main job over real processes and real HTTP: render, nothing to do, change one thing, restore. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asVendor, project, sandbox } from "./cli.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: "Mara, studio portrait, soft light" }
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
  "020": { image: { from: images.mara }, prompt: "she turns to the camera" }
  "030": { prompt: "engine room, slow tracking shot" }
`;

interface Plan {
  readonly digest: string;
  readonly steps: readonly { readonly id: string; readonly decision: { readonly kind: string } }[];
}

describe("klingmake render", { timeout: 60_000 }, () => {
  it("renders a manifest into clips, sidecars and a lockfile, and finds nothing to do the second time", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    const first = await film.run(["render"]);
    expect(first.stderr).toContain("4 rendered");
    expect(first.code).toBe(0);
    for (const output of ["images/mara.png", "010/clip.mp4", "020/clip.mp4", "030/clip.mp4"]) {
      expect(film.has(`renders/default/${output}`), output).toBe(true);
      expect(JSON.parse(film.read(`renders/default/${output}.json`))).toMatchObject({
        schema: "klingmake/sidecar",
        version: 1,
      });
    }
    const lock = film.read("kling.lock.json");
    expect(Object.keys((JSON.parse(lock) as { renders: object }).renders)).toHaveLength(4);
    expect(await server.creates()).toHaveLength(4);

    // Whoever answered is gone: a request would fail now.
    await server.close();
    const second = await film.run(["render"]);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain("nothing to do, 4 steps are fresh");
    expect(film.read("kling.lock.json")).toBe(lock);
  });

  it("renders exactly the changed step and what depends on it", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render"]);
    film.write("kling.manifest.yaml", FILM.replace("soft light", "hard light"));
    const planned = (await film.json(["plan"])).data as Plan;
    expect(planned.steps.filter((each) => each.decision.kind === "render").map((each) => each.id)).toEqual([
      "images.mara",
      "shots.020.clip",
    ]);
    expect((await film.run(["render"])).code).toBe(0);
    expect(await server.creates()).toHaveLength(6);
  });

  it("pays nothing for cosmetic changes, renamed shots and a moved project", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render"]);
    film.write(
      "kling.manifest.yaml",
      `# the same film\r\n${FILM.replaceAll("\n", "\r\n").replace('"010":', '"011":').replace("engine room,", "engine    room,")}`,
    );
    const planned = (await film.json(["plan"])).data as Plan;
    expect(new Set(planned.steps.map((each) => each.decision.kind))).toEqual(new Set(["keep", "restore"]));
    await server.close();
    expect((await film.run(["render"])).code).toBe(0);
    expect(film.has("renders/default/011/clip.mp4")).toBe(true);
  });

  it("brings back deleted outputs from the store without a request", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render"]);
    await server.close();
    const clip = readFileSync(join(film.root, "renders/default/010/clip.mp4"));
    film.remove("renders");
    const again = await film.run(["render"]);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("4 restored");
    expect(readFileSync(join(film.root, "renders/default/010/clip.mp4")).equals(clip)).toBe(true);
  });

  it("reports an output that someone changed and leaves it alone", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    await film.run(["render"]);
    film.write("renders/default/010/clip.mp4", "my own cut");
    const again = await film.run(["render"]);
    expect(again.stderr).toContain("output/changed");
    expect(film.read("renders/default/010/clip.mp4")).toBe("my own cut");
    expect((await film.run(["render", "--overwrite-outputs"])).code).toBe(0);
    expect(film.read("renders/default/010/clip.mp4")).not.toBe("my own cut");
    expect(await server.creates()).toHaveLength(4);
  });

  it("goes on with unrelated steps when one fails, and blocks its dependents in one line each", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM.replace("soft light", "soft light [sandbox:refuse]"), asVendor(server));
    const ended = await film.run(["render"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("run/content-refused");
    expect(ended.stderr.match(/^blocked +shots\.020\.clip {2}waits for images\.mara$/gm)).toHaveLength(1);
    expect(film.has("renders/default/010/clip.mp4")).toBe(true);
    expect(film.has("renders/default/030/clip.mp4")).toBe(true);
    const before = (await server.creates()).length;
    const again = await film.run(["render"]);
    expect(again.stderr).toContain("--retry-refused");
    expect((await server.creates()).length).toBe(before);
  });

  it.each([
    ["an answer that is lost", "lost"],
    ["an internal error that hides a task", "error5000"],
    ["a busy account", "busy"],
    ["a download that is cut", "cut"],
    ["an address that has expired", "expire"],
  ])("survives %s without a second task", async (_, mischief) => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM.replace("the pier", `the pier [sandbox:${mischief}]`), asVendor(server));
    const ended = await film.run(["render"]);
    expect(ended.code, ended.stderr).toBe(0);
    const accepted = (await server.creates()).filter((create) => create.outcome === "accepted");
    expect(accepted).toHaveLength(4);
    expect(new Set(accepted.map((create) => create.external_task_id)).size).toBe(4);
  });

  it("renders older names through /v1 with a key pair, and refuses the new generation before any request", async () => {
    const server = await sandbox({ asVendor: true });
    const pair = {
      KLING_BASE_URL: server.url,
      KLING_ACCESS_KEY: server.accessKey,
      KLING_SECRET_KEY: server.secretKey,
    };
    const older = project(
      "version: 1\nproject: old\nprovider: kling\nshots:\n  a: { model: kling-v2-6, prompt: a boat }\n",
      pair,
    );
    const ended = await older.run(["render"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect((await server.creates()).map((create) => create.path)).toEqual(["/v1/videos/text2video"]);
    const newer = project(
      "version: 1\nproject: new\nprovider: kling\nshots:\n  a: { model: kling-2.6, prompt: a boat }\n",
      pair,
    );
    const refused = await newer.run(["render"]);
    expect(refused.code).toBe(9);
    expect(refused.stderr).toContain("KLING_API_KEY");
    expect(await server.creates()).toHaveLength(1);
  });

  it("refuses a server that announces itself as the sandbox when the author said kling", async () => {
    const server = await sandbox();
    const film = project(FILM, asVendor(server));
    const ended = await film.run(["render"]);
    expect(ended.code).toBe(9);
    expect(ended.stderr).toContain("sandbox");
    expect(film.has("renders")).toBe(false);
  });

  it("goes on when the events file cannot be written any more, and says so", async () => {
    const film = project(FILM.replace("provider: kling", "provider: sandbox"));
    const ended = await film.run(["render", "--yes", "--events", "/dev/full"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain("/dev/full cannot be written (ENOSPC): its end is missing");
  });

  it("writes no secret and no signed address anywhere", async () => {
    const server = await sandbox({ asVendor: true, apiKeys: ["sk-very-secret-key-1234567890"] });
    const film = project(FILM.replace("the pier", "the pier [sandbox:expire]"), {
      KLING_API_KEY: "sk-very-secret-key-1234567890",
      KLING_BASE_URL: server.url,
    });
    const ended = await film.run(["render", "--events", "events.jsonl", "--verbose"]);
    expect(ended.code, ended.stderr).toBe(0);
    const { readdirSync, statSync } = await import("node:fs");
    const files = readdirSync(film.root, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(film.root, name)).isFile(),
    );
    expect(files.length).toBeGreaterThan(12);
    for (const text of [
      ended.stdout,
      ended.stderr,
      ...files.map((name) => readFileSync(join(film.root, name), "latin1")),
    ]) {
      expect(text).not.toContain("sk-very-secret");
      expect(text).not.toMatch(/[?&]Signature=/i);
      expect(text).not.toContain(server.url);
    }
  });
});
