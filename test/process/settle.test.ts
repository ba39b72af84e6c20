/** What is unknown, lost or brought along, over real processes and real HTTP: settled, fetched and bound, and never paid twice. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asVendor, journal, project, sandbox, until } from "./cli.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
  "020": { prompt: "she turns to the camera" }
`;

interface Matters {
  readonly matters: readonly { readonly standing: string; readonly settled?: { readonly kind: string } }[];
}

describe("after a kill", { timeout: 60_000 }, () => {
  it("reconcile finds the task of a step that has left the manifest, and a render places it for nothing", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.02 });
    const film = project(FILM, asVendor(server));
    const { child, ended } = film.start(["render", "--target", "shots.010"]);
    await until(async () => (await server.creates()).length === 1);
    child.kill("SIGKILL");
    await ended;
    film.write("kling.manifest.yaml", FILM.replace(/ {2}"010".*\n/, ""));

    const listed = await film.json(["reconcile", "--list"]);
    expect((listed.data as Matters).matters).toHaveLength(1);
    let last = "";
    await until(async () => {
      const { exit, data } = await film.json(["reconcile"]);
      expect(exit).toBe(0);
      last = (data as Matters).matters[0]?.settled?.kind ?? "nothing is open";
      return last !== "under_way";
    });
    expect(last).toBe("collected");
    expect(journal(film).at(-1)?.type).toBe("recorded");
    expect((await film.run(["reconcile"])).stdout).toBe("night-ferry: nothing is open\n");

    film.write("kling.manifest.yaml", FILM);
    expect((await film.run(["render", "--target", "shots.010"])).stderr).toContain("1 restored");
    expect(film.has("renders/default/010/clip.mp4")).toBe(true);
    expect(await server.creates()).toHaveLength(1);
  });
});

describe("download and adopt", { timeout: 60_000 }, () => {
  it("bring back a lost store and bind a clip that somebody has, without a create", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    expect((await film.run(["render"])).code).toBe(0);
    const clip = readFileSync(join(film.root, "renders/default/010/clip.mp4"));
    film.remove("store");
    film.remove("renders");
    const back = await film.run(["download"]);
    expect(back.code, back.stderr).toBe(0);
    expect(back.stderr).toContain("2 restored");
    expect(readFileSync(join(film.root, "renders/default/010/clip.mp4")).equals(clip)).toBe(true);
    const again = await film.run(["download", "--again", "shots.010"]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain("the vendor's copy is the recorded one");

    film.write("mine.mp4", clip);
    const bound = await film.run(["adopt", "mine.mp4", "--as", "shots.020"]);
    expect(bound.code, bound.stderr).toBe(0);
    expect(readFileSync(join(film.root, "renders/default/020/clip.mp4")).equals(clip)).toBe(true);
    await server.close();
    expect((await film.run(["render"])).stderr).toContain("nothing to do, 2 steps are fresh");
    expect(film.read("kling.lock.json")).not.toContain(film.root);
  });
});

const RENDER = ["render", "--yes", "--ask-tiers", "none"];
const KEPT = `version: 1
project: night-ferry
provider: kling
images:
  front: { prompt: "Mara, from the front", model: kling-v3, aspect_ratio: "1:1" }
elements:
  mara: { description: Mara, image: { from: images.front }, refer_images: [{ from: images.front }] }
shots:
  "010": { prompt: "@mara turns", model: kling-3.0-omni, elements: { mara: { from: elements.mara } } }
`;

describe("delete", { timeout: 60_000 }, () => {
  it("has an element deleted at the vendor after a yes alone; a new shot waits until it is made again by name", async () => {
    const server = await sandbox({ asVendor: true });
    const creates = async () =>
      (await server.creates()).filter(({ path }) => !path.includes("/delete-")).length;
    const film = project(KEPT, asVendor(server));
    expect((await film.run(RENDER)).code).toBe(0);
    expect(await creates()).toBe(3);

    const asked = await film.run(["delete", "elements.mara"]);
    expect(asked.code, asked.stderr).toBe(4);
    expect(asked.stderr).toContain("used by shots.010.clip: rendered, and staying");
    expect(asked.stderr).toContain("klingmake delete elements.mara --yes");
    const sure = await film.run(["delete", "elements.mara", "--yes"]);
    expect(sure.code, sure.stderr).toBe(0);
    expect(sure.stdout).toContain("1 element; 1 deleted");
    film.remove("store");
    film.remove(".kling");
    expect((await film.run(RENDER)).code).toBe(0);

    const shot = KEPT.slice(KEPT.indexOf('  "010"'));
    film.write("kling.manifest.yaml", KEPT + shot.replace("010", "020").replace("turns", "leaves"));
    const blocked = await film.run(RENDER);
    expect(blocked.code, blocked.stderr).toBe(10);
    expect(blocked.stderr).toContain("render --rebuy elements.mara");
    expect(await creates()).toBe(3);
    // What is paid for again wants a yes to that very plan.
    const offered = await film.run([...RENDER, "--rebuy", "elements.mara"]);
    expect(offered.code, offered.stderr).toBe(4);
    const digest = /--approve ([0-9a-f]{64})/.exec(offered.stderr)?.[1] ?? "";
    const again = await film.run(["render", "--rebuy", "elements.mara", "--approve", digest]);
    expect(again.code, again.stderr).toBe(0);
    expect(await creates()).toBe(5);
    expect((await film.run(["render"])).stderr).toContain("nothing to do, 4 steps are fresh");
  });
});
