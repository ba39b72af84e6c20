/** Money has one door: what wants a yes, what a digest covers, what a budget holds. */
import { describe, expect, it } from "vitest";
import { asVendor, journal, project, sandbox, until } from "./cli.js";

const shot = (fields: string) => `version: 1\nproject: film\nprovider: kling\nshots:\n  a: { ${fields} }\n`;

interface Plan {
  readonly digest: string;
}

describe("approval", { timeout: 60_000 }, () => {
  it.each([
    ["a pro shot", "model: kling-2.5-turbo, mode: pro, prompt: a boat", "pro"],
    ["a 3.x shot", "model: kling-3.0, prompt: a boat", "master"],
    [
      "a total above the limit",
      "model: kling-2.5-turbo, duration: 10, prompt: a boat }\n  b: { prompt: b }\napproval: { above_usd: 0.5 }\nx-rest: {",
      "0.50",
    ],
  ])(
    "%s without a terminal: exit 4, the digest is named, and no request is made",
    async (_, fields, word) => {
      const server = await sandbox({ asVendor: true });
      const film = project(shot(fields), asVendor(server));
      const planned = (await film.json(["plan"])).data as Plan;
      const ended = await film.run(["render"]);
      expect(ended.code, ended.stderr).toBe(4);
      expect(ended.stderr).toContain(planned.digest.slice(0, 12));
      expect(ended.stderr).toContain(word);
      expect(await server.creates()).toEqual([]);
      expect(film.has(".kling/journal.jsonl") ? film.read(".kling/journal.jsonl") : "").toBe("");
    },
  );

  it("renders with the digest, and a dearer plan is refused under the old one", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(shot("model: kling-3.0, prompt: a boat"), asVendor(server));
    const { digest } = (await film.json(["plan"])).data as Plan;
    film.write("kling.manifest.yaml", shot("model: kling-3.0, mode: pro, prompt: a boat"));
    const dearer = await film.run(["render", "--approve", digest]);
    expect(dearer.code).toBe(7);
    expect(await server.creates()).toEqual([]);
    film.write("kling.manifest.yaml", shot("model: kling-3.0, prompt: a boat"));
    const ended = await film.run(["render", "--approve", digest]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await server.creates()).toHaveLength(1);
  });

  it("refuses the same intent at a higher price under the old digest", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(shot("model: kling-3.0, prompt: a boat"), asVendor(server));
    const { digest } = (await film.json(["plan"])).data as Plan;
    const prices = "catalog:\n  prices:\n    - { model: kling-3.0, usd_per_second: 0.5 }\n";
    film.write("kling.manifest.yaml", shot("model: kling-3.0, prompt: a boat") + prices);
    const ended = await film.run(["render", "--approve", digest]);
    expect(ended.code, ended.stderr).toBe(7);
    expect(await server.creates()).toEqual([]);
  });

  it("a digest still covers what is left of its plan", async () => {
    const server = await sandbox({ asVendor: true });
    const two =
      "version: 1\nproject: film\nprovider: kling\ndefaults: { video: { model: kling-3.0 } }\nshots:\n  a: { prompt: a }\n  b: { prompt: b }\n";
    const film = project(two, asVendor(server));
    const { digest } = (await film.json(["plan"])).data as Plan;
    expect((await film.run(["render", "--approve", digest, "--target", "shots.a"])).code).toBe(0);
    expect(await server.creates()).toHaveLength(1);
    expect((await film.run(["render", "--approve", digest])).code).toBe(0);
    expect(await server.creates()).toHaveLength(2);
  });

  it("--yes agrees to a total, never to pro or master", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(shot("mode: pro, prompt: a boat"), asVendor(server));
    expect((await film.run(["render", "--yes"])).code).toBe(4);
    expect(await server.creates()).toEqual([]);
  });

  const EIGHT = `version: 1\nproject: film\nprovider: kling\nlimits: { concurrency: 8 }\nshots:\n${Array.from(
    { length: 8 },
    (_, index) => `  s${index}: { prompt: shot ${index} }\n`,
  ).join("")}`;

  it.each([
    ["--max-cost", EIGHT, ["--max-cost", "1.06"]],
    ["a budget", `${EIGHT}budget: { usd: 1.06 }\n`, []],
  ])(
    "%s starts exactly the five of eight that fit, all at once, in film order, and exits 5",
    async (_, text, more) => {
      const server = await sandbox({ asVendor: true, concurrency: 8, timeScale: 0.02 });
      const film = project(text, asVendor(server));
      const ended = await film.run(["render", ...more]);
      expect(ended.code, ended.stderr).toBe(5);
      expect(await server.creates()).toHaveLength(5);
      const types = journal(film).map(({ type }) => type);
      expect(types.slice(0, types.indexOf("succeeded")).filter((type) => type === "submitted")).toHaveLength(
        5,
      );
      for (const index of [0, 1, 2, 3, 4]) expect(film.has(`renders/default/s${index}/clip.mp4`)).toBe(true);
    },
  );

  it("a budget for five of eight is for five however often the run is killed", async () => {
    const server = await sandbox({ asVendor: true, concurrency: 8, timeScale: 0.02 });
    const film = project(`${EIGHT}budget: { usd: 1.06 }\n`, asVendor(server));
    for (const records of [2, 5, 9, 14]) {
      const { child, ended } = film.start(["render"]);
      await until(() => journal(film).length >= records);
      child.kill("SIGKILL");
      await ended;
    }
    const ended = await film.run(["render"]);
    expect(ended.code, ended.stderr).toBe(5);
    const accepted = (await server.creates()).filter(({ outcome }) => outcome === "accepted");
    expect(accepted).toHaveLength(5);
  });

  it("a budget counts what the lock has already paid", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(`${shot("prompt: a boat")}budget: { usd: 0.3 }\n`, asVendor(server));
    expect((await film.run(["render"])).code).toBe(0);
    film.write("kling.manifest.yaml", `${shot("prompt: another boat")}budget: { usd: 0.3 }\n`);
    expect((await film.run(["render"])).code).toBe(5);
    expect(await server.creates()).toHaveLength(1);
  });
});
