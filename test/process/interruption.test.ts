/** Stopped at any moment and started again: as many tasks as there are distinct (key, attempt), and nothing lost. */
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/sandbox/task-book.js";
import { asVendor, journal, project, sandbox, until, type TestProject } from "./cli.js";
import { killedAt, Lines, type Written } from "./killing.js";
import { reckon } from "./reckoning.js";
import { standalone, type Standalone } from "./standalone.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: "Mara, studio portrait" }
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
  "020": { image: { from: images.mara }, prompt: "she turns to the camera" }
  "030": { prompt: "engine room" }
  "040": { prompt: "dawn [sandbox:lost]" }
`;
const STEPS = 5;

type Server = Awaited<ReturnType<typeof sandbox>>;

async function finishes(film: TestProject, server: Server): Promise<void> {
  const ended = await film.run(["render"]);
  expect(ended.code, ended.stderr).toBe(0);
  const accepted = (await server.creates()).filter((create) => create.outcome === "accepted");
  expect(new Set(accepted.map((create) => create.external_task_id)).size).toBe(accepted.length);
  expect(accepted).toHaveLength(STEPS);
  const lock = JSON.parse(film.read("kling.lock.json")) as { readonly renders: object };
  expect(Object.keys(lock.renders)).toHaveLength(STEPS);
  for (const shot of ["010", "020", "030", "040"])
    expect(film.has(`renders/default/${shot}/clip.mp4`)).toBe(true);
}

describe("a killed run", { timeout: 120_000 }, () => {
  it.each(["intent", "submitted", "succeeded", "stored", "recorded"])(
    "that died right after a record of type %s is finished without a second create",
    async (type) => {
      const server = await sandbox({ asVendor: true });
      const film = project(FILM, asVendor(server));
      const { child, ended } = film.start(["render"]);
      await until(() => journal(film).some((record) => record.type === type));
      child.kill("SIGKILL");
      expect((await ended).signal).toBe("SIGKILL");
      await finishes(film, server);
    },
  );

  it("that lost its journal finds its tasks again by their references", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    const { child, ended } = film.start(["render"]);
    await until(() => journal(film).filter((record) => record.type === "submitted").length >= 2);
    child.kill("SIGKILL");
    await ended;
    film.remove(".kling");
    await finishes(film, server);
  });
});

describe("a lost disk", { timeout: 60_000 }, () => {
  it("costs nothing: plan --refresh says what the account has, and render adopts it without a yes", async () => {
    const server = await sandbox({ asVendor: true });
    const dear = FILM.replace('prompt: "engine room"', 'prompt: "engine room", mode: pro, model: kling-3.0');
    const film = project(dear, asVendor(server));
    const yes = (await film.run(["plan", "--json"])).stdout;
    const { digest } = (JSON.parse(yes) as { readonly data: { readonly digest: string } }).data;
    expect((await film.run(["render", "--approve", digest])).code).toBe(0);
    for (const each of [".kling", "store", "kling.lock.json", "renders", "home"]) film.remove(each);

    expect((await film.run(["render", "--frozen"])).code).toBe(7);
    expect((await film.run(["plan"])).stdout).toMatch(/cost +\$/);
    const plan = await film.run(["plan", "--refresh"]);
    expect(plan.stdout).toContain(`asked for ${STEPS} tasks: has all of them already, at no cost`);
    expect(plan.stdout).toMatch(/cost +nothing/);
    const ended = await film.run(["render"]);
    expect(ended.stderr).toContain("nothing spent");
    await finishes(film, server);
  });

  it("without credentials is not asked about: plan --refresh exits 9", async () => {
    const film = project(FILM);
    const ended = await film.run(["plan", "--refresh"]);
    expect(ended.code).toBe(9);
    expect(ended.stderr).toContain("KLING_API_KEY");
  });
});

describe("Ctrl-C", { timeout: 60_000 }, () => {
  it("stops submitting, says that render will collect what is under way, and exits 130", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.05 });
    const film = project(FILM, asVendor(server));
    const { child, ended } = film.start(["render"]);
    await until(() => journal(film).some((record) => record.type === "submitted"));
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain("under way");
    expect(stopped.stderr).toMatch(/^ {2}klingmake render$/m);
    await finishes(film, server);
  });

  it("SIGTERM does the same and exits 143", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.05 });
    const film = project(FILM, asVendor(server));
    const { child, ended } = film.start(["render"]);
    await until(() => journal(film).some((record) => record.type === "submitted"));
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    await finishes(film, server);
  });
});

describe("two at once", { timeout: 60_000 }, () => {
  it("a second render of the same project says who holds it, where and since when, and exits 6", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.05 });
    const film = project(FILM, asVendor(server));
    const first = film.start(["render"]);
    await until(() => journal(film).some((record) => record.type === "submitted"));
    const second = await film.run(["render"]);
    expect(second.code).toBe(6);
    const { started } = JSON.parse(film.read(".kling/lock")) as { readonly started: string };
    expect(second.stderr).toContain(
      `klingmake render (process ${first.child.pid} on ${hostname()}, since ${started})`,
    );
    expect((await first.ended).code).toBe(0);
  });

  it("a render is not held up by the lock of one that was killed, which still names it", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.01 });
    const film = project(FILM, asVendor(server));
    const { child, ended } = film.start(["render"]);
    await until(() => journal(film).some((record) => record.type === "submitted"));
    child.kill("SIGKILL");
    await ended;
    expect(JSON.parse(film.read(".kling/lock"))).toMatchObject({ pid: child.pid });
    await finishes(film, server);
  });

  it("two projects with the same intent on one account: one pays, the other adopts", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.02 });
    const films = [project(FILM, asVendor(server)), project(FILM, asVendor(server))];
    const ended = await Promise.all(films.map((film) => film.run(["render"])));
    expect(ended.map((each) => each.code)).toEqual([0, 0]);
    expect((await server.creates()).filter((create) => create.outcome === "accepted")).toHaveLength(STEPS);
  });

  it("two projects with the same intent, one of them killed between a create and its record: one pays, both have all", async () => {
    const rules = [{ call: "create", do: "delay", ms: 150, after: true }] as const;
    const vendor = await standalone({ rules }, 0.01);
    const [one, two] = [project(FILM, vendor.env), project(FILM, vendor.env)];
    const other = two.start(["render"]);
    const fate = await killedAt("created", watched(one, vendor), { args: ["render"], mostMs: 10_000 });
    expect(fate.at).toBe("created");
    const ended = await Promise.all([one.run(["render"]), other.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(await reckon(vendor, one, two)).toEqual({ creates: STEPS, small: 0 });
  });
});

function watched(film: TestProject, vendor: Standalone) {
  return {
    film,
    journal: new Lines<Written>(join(film.root, ".kling/journal.jsonl")),
    ledger: new Lines<LedgerEntry>(join(vendor.directory, "ledger.jsonl")),
  };
}

describe("an outage of the vendor", { timeout: 120_000 }, () => {
  it.each([
    ["while creates are still to come", (types: readonly string[]) => types.includes("submitted")],
    ["when a task is done", (types: readonly string[]) => types.includes("succeeded")],
    ["when a clip is in the store", (types: readonly string[]) => types.includes("stored")],
  ])("%s ends the run or is waited for, and nothing is paid twice", async (_, isThere) => {
    const vendor = await standalone({ rules: [] }, 0.02);
    const film = project(FILM, vendor.env);
    const { ended } = film.start(["render"]);
    await until(() => isThere(journal(film).map(({ type }) => type)));
    await vendor.kill();
    await vendor.restart();
    expect([0, 1]).toContain((await ended).code);
    const again = await film.run(["render"]);
    expect(again.code, again.stderr).toBe(0);
    expect(await reckon(vendor, film)).toEqual({ creates: STEPS, small: 0 });
  });

  it("is waited for, and can be left by Ctrl-C", async () => {
    const vendor = await standalone({ rules: [] }, 0.02);
    const film = project(FILM, vendor.env);
    const { child, ended } = film.start(["render"]);
    let said = "";
    child.stderr?.on("data", (text: string) => (said += text));
    await until(() => journal(film).some(({ type }) => type === "submitted"));
    await vendor.kill();
    await until(() => said.includes("nobody answers"));
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/^ {2}klingmake render$/m);
    await vendor.restart();
    expect((await film.run(["render"])).code).toBe(0);
    expect(await reckon(vendor, film)).toEqual({ creates: STEPS, small: 0 });
  });
});
