/** Stopped at any moment and started again: as many tasks as there are distinct (key, attempt), and nothing lost. */
import { describe, expect, it } from "vitest";
import { asVendor, journal, project, sandbox, until, type TestProject } from "./cli.js";

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

  it("twenty times at random moments is finished without a second create", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.02 });
    const film = project(FILM, asVendor(server));
    // A fixed sequence of "random" delays, so that a failure can be looked at again.
    let seed = 20_261_122;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let killed = 0;
    for (let round = 0; round < 20; round++) {
      const { child, ended } = film.start(["render"]);
      const timer = setTimeout(() => child.kill("SIGKILL"), 150 + random() * 500);
      if ((await ended).signal === "SIGKILL") killed++;
      clearTimeout(timer);
    }
    expect(killed).toBeGreaterThan(0);
    await finishes(film, server);
  });

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
  it("a second render of the same project says who holds it and exits 6", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.05 });
    const film = project(FILM, asVendor(server));
    const first = film.start(["render"]);
    await until(() => journal(film).some((record) => record.type === "submitted"));
    const second = await film.run(["render"]);
    expect(second.code).toBe(6);
    expect(second.stderr).toContain(String(first.child.pid));
    expect((await first.ended).code).toBe(0);
  });

  it("two projects with the same intent on one account: one pays, the other adopts", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.02 });
    const films = [project(FILM, asVendor(server)), project(FILM, asVendor(server))];
    const ended = await Promise.all(films.map((film) => film.run(["render"])));
    expect(ended.map((each) => each.code)).toEqual([0, 0]);
    expect((await server.creates()).filter((create) => create.outcome === "accepted")).toHaveLength(STEPS);
  });
});
