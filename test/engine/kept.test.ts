/**
 * Elements, voices, sounds and series as stories: bought once however a run ends, used by what the vendor calls them or as
 * pictures made here, and deleted at the vendor by the one command for it.
 */
import { describe, expect, it } from "vitest";
import type { DeleteReport, DeleteRequest } from "../../src/engine-delete.js";
import { sealed, type DeleteAnswer } from "../../src/provider/provider.js";
import { wav } from "../store/sounds.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
elements:
  mara:
    description: Mara
    image: refs/dawn.png
    refer_images: [refs/dawn.png]
    voice: { from: voices.mara }
voices:
  mara: { sample: { from: shots.001 } }
sounds:
  rain: { prompt: heavy rain, duration: 3 }
images:
  looks: { prompt: four looks, model: kling-v3-omni, series: 3 }
shots:
  "001": { prompt: she speaks, model: kling-3.0, audio: true }
  "010": { prompt: "@mara turns", model: kling-3.0-omni, elements: { mara: { from: elements.mara } } }
  "020": { prompt: she walks, image: { from: images.looks, index: 2 } }
`;
const JOURNAL = "/film/.kling/journal.jsonl";
const LOCK = "/film/kling.lock.json";
const YES = {
  ask: () => Promise.resolve(true),
  allowUnknownPrice: [
    "elements.mara",
    "voices.mara",
    "sounds.rain",
    "images.looks",
    "shots.010.clip",
    "shots.030.clip",
  ],
} as const;
type Film = ReturnType<typeof film>;
type Script = NonNullable<Parameters<typeof film>[1]>;

async function rendered(script: Script = {}, manifest = FILM): Promise<Film> {
  const project = film(manifest, script);
  const report = await project.render(YES);
  expect([report.exit, report.diagnostics]).toEqual([0, []]);
  return project;
}

const at = (project: Film, kind: string) =>
  project.vendor.tasks.findIndex(({ submission }) => submission.action.kind === kind);
const sent = (project: Film, kind: string) =>
  project.vendor.tasks.findLast(({ submission }) => submission.action.kind === kind)?.submission.materials;
const idOf = (project: Film, kind: "element" | "voice") => `${kind}-t${at(project, kind) + 1}`;
const creates = (project: Film) => project.vendor.submitted.length;
const deletions = (project: Film) => project.vendor.log.filter((each) => each.startsWith("delete "));

async function del(project: Film, request: DeleteRequest = {}): Promise<DeleteReport> {
  return project.clock.drive((await project.open()).delete(request));
}

describe("a film with an element, a voice, a sound and a series", () => {
  it("is rendered with what the vendor keeps by its id, and with a picture of the series by its bytes", async () => {
    const project = await rendered();
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
    expect(sent(project, "element")?.get("voice")).toEqual({ kind: "kept", id: idOf(project, "voice") });
    expect(sent(project, "omni_video")?.get("elements.mara")).toEqual({
      kind: "kept",
      id: idOf(project, "element"),
    });
    const picture = sent(project, "image_to_video")?.get("image");
    const bytes = picture?.kind === "bytes" ? Buffer.from(await picture.read()) : undefined;
    const placed = (index: number) =>
      project.volume.readFileSync(`/film/renders/default/images/looks-${index}.png`);
    expect(bytes?.equals(Buffer.from(placed(2)))).toBe(true);
    expect(bytes?.equals(Buffer.from(placed(3)))).toBe(false);
  });

  it("looks at the vendor for what it uses there before it is used, and is blocked with advice where it is gone", async () => {
    let isGone = false;
    const project = film(FILM, {
      look: (task) => (isGone && task === `t${at(project, "element") + 1}` ? { kind: "absent" } : undefined),
    });
    expect((await project.render({ ...YES, targets: ["elements.mara"] })).exit).toBe(0);
    const before = creates(project);
    isGone = true;
    const report = await project.render({ ...YES, targets: ["shots.010"] });
    expect(report.exit).toBe(10);
    expect(creates(project)).toBe(before);
    const ended = "outcomes" in report ? report.outcomes : [];
    expect(ended.find(({ step }) => step === "shots.010.clip")?.outcome).toMatchObject({
      status: "blocked",
      because: { because: "source_unavailable", source: "elements.mara", by: "kept" },
    });
  });

  it("flags a series that has fewer pictures than were asked for, and leaves out what needs one that is not there", async () => {
    const project = film(FILM, {
      end: ({ action }) =>
        action.kind === "omni_image"
          ? { outputs: [{ kind: "image", url: `https://cdn.example/t1?picture-1` }] }
          : undefined,
    });
    const report = await project.render({ ...YES, targets: ["shots.020"] });
    expect(report.exit).toBe(1);
    expect(project.read(LOCK)).toContain("asked for 3 pictures, are 1");
    expect(await project.decisions()).toMatchObject({ "images.looks": "keep" });
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("fetches a series whole, and all of it again where one of its pictures broke off", async () => {
    let broken = 2;
    const project = film(FILM, {
      fetch: (url) =>
        url.includes("picture-2") && broken-- > 0
          ? { kind: "failed", why: "the connection was cut" }
          : undefined,
    });
    expect((await project.render({ ...YES, targets: ["images.looks"] })).exit).toBe(0);
    expect(broken).toBe(-1);
    expect(project.read(LOCK)).not.toContain("asked for 3 pictures");
    expect(creates(project)).toBe(1);
  });
});

describe("what was bought and lost", () => {
  it.each([
    ["store and outputs are gone", ["/home", "/film/renders"]],
    ["lockfile and store are gone", ["/home", LOCK]],
    ["lockfile, store and outputs are gone", ["/home", "/film/renders", LOCK]],
    ["the store is gone", ["/home"]],
    ["the journal is gone", [JOURNAL]],
    ["journal and outputs are gone", [JOURNAL, "/film/renders"]],
    ["all but the lockfile is gone", ["/home", "/film/renders", "/film/.kling"]],
  ])("comes back without another create where %s", async (_, lost) => {
    const project = await rendered();
    const before = creates(project);
    for (const each of lost) project.remove(each);
    const report = await project.render(YES);
    expect(report.exit).toBe(0);
    expect(creates(project)).toBe(before);
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
  });

  it("comes back from the lockfile after the vendor's 30 days where it is an element or a voice, and nothing else does", async () => {
    const project = await rendered();
    for (const each of ["/home", "/film/renders", "/film/.kling"]) project.remove(each);
    await project.clock.advance(40 * 86_400_000);
    expect(await project.decisions()).toMatchObject({
      "elements.mara": "restore from record",
      "voices.mara": "restore from record",
      "sounds.rain": "blocked: expired",
      "images.looks": "blocked: expired",
      "shots.010.clip": "blocked: expired",
    });
    const log = project.vendor.log.length;
    const report = await project.render({ ...YES, targets: ["elements.mara", "voices.mara"] });
    // The voice's own clip is nowhere to be had; the voice needs it no more.
    expect(report.exit).toBe(10);
    expect(project.vendor.log).toHaveLength(log);
    expect(await project.decisions()).toMatchObject({ "elements.mara": "keep", "voices.mara": "keep" });
  });

  it.each([
    ["and everything else is there", []],
    ["and lockfile, store and outputs are gone", [LOCK, "/home", "/film/renders"]],
    ["and the lockfile is gone", [LOCK]],
  ])("is never bought twice wherever the journal ends, %s", { timeout: 120_000 }, async (_, lost) => {
    const project = await rendered();
    const before = creates(project);
    const lines = project.read(JOURNAL).trimEnd().split("\n");
    for (let count = 0; count <= lines.length; count++) {
      for (const each of lost) project.remove(each);
      project.volume.writeFileSync(
        JOURNAL,
        lines
          .slice(0, count)
          .map((line) => `${line}\n`)
          .join(""),
      );
      const report = await project.render(YES);
      expect([report.exit, creates(project), count]).toEqual([0, before, count]);
      expect(new Set(Object.values(await project.decisions())), `${count}`).toEqual(new Set(["keep"]));
    }
  });
});

describe("adopt", () => {
  it.each([
    ["elements.mara", "it is an element that stays with the vendor, who takes none from elsewhere"],
    ["voices.mara", "it is a voice that stays with the vendor, who takes none from elsewhere"],
    ["images.looks", "it is several pictures of one task, which no single file is"],
  ])("takes no file for %s: %s", async (step, why) => {
    const project = await rendered();
    const lock = project.read(LOCK);
    const opened = await project.open();
    const report = await project.clock.drive(opened.adopt({ file: "refs/dawn.png", step }));
    expect(report).toMatchObject({ status: "invalid", exit: 3, diagnostics: [{ code: "adopt/step", why }] });
    expect(project.read(LOCK)).toBe(lock);
  });

  it("takes a sound for a sound, and no picture", async () => {
    const project = film(FILM);
    project.volume.writeFileSync("/film/rain.wav", wav(3));
    const adopt = async (file: string) =>
      project.clock.drive((await project.open()).adopt({ file, step: "sounds.rain" }));
    expect(await adopt("refs/dawn.png")).toMatchObject({ diagnostics: [{ code: "adopt/file" }] });
    expect(await adopt("rain.wav")).toMatchObject({ status: "adopted", exit: 0 });
    expect(await project.decisions()).toMatchObject({ "sounds.rain": "keep" });
  });
});

describe("delete", () => {
  it("lists what stays with the vendor where nothing is named, and asks nobody", async () => {
    const project = await rendered();
    const routes = project.routes();
    const report = await del(project);
    expect(report).toMatchObject({
      status: "listed",
      exit: 0,
      things: [
        {
          thing: { kept: "element", id: idOf(project, "element"), steps: ["elements.mara"], stands: true },
          users: ["shots.010.clip"],
          waiting: [],
        },
        {
          thing: { kept: "voice", id: idOf(project, "voice"), steps: ["voices.mara"] },
          users: ["elements.mara"],
        },
      ],
    });
    expect([project.routes(), deletions(project)]).toEqual([routes, []]);
  });

  it("deletes what is named after a yes, records it, and leaves the clips made with it alone", async () => {
    const project = await rendered();
    const asked: unknown[] = [];
    const ask = (things: readonly { readonly thing: { readonly id: string } }[]) => {
      asked.push(things.map(({ thing }) => thing.id));
      return Promise.resolve(true);
    };
    const id = idOf(project, "element");
    const report = await del(project, { names: ["elements.mara"], ask });
    expect(report).toMatchObject({ status: "deleted", exit: 0, things: [{ came: { kind: "deleted" } }] });
    expect(asked).toEqual([[id]]);
    expect(deletions(project)).toEqual([`delete element ${id}`]);
    const { steps } = await project.plan();
    expect(new Set(steps.map(({ decision }) => decision.kind))).toEqual(new Set(["keep"]));
    expect(steps.find(({ step }) => step.id === "elements.mara")?.reason).toMatchObject({
      because: "deleted",
    });
    // It stays known on another machine, and is not deleted twice.
    for (const each of ["/home", "/film/.kling"]) project.remove(each);
    expect((await project.render(YES)).exit).toBe(0);
    expect(await del(project, { names: ["elements.mara"] })).toMatchObject({
      status: "deleted",
      things: [{ came: { kind: "already" } }],
    });
    expect(deletions(project)).toHaveLength(1);
  });

  it("blocks a new shot that wants it, until it is bought again by name; no clip that exists is made again", async () => {
    const project = await rendered();
    await del(project, { names: ["elements.mara"], yes: true });
    project.write(
      `${FILM}  "030": { prompt: "@mara runs", model: kling-3.0-omni, elements: { mara: { from: elements.mara } } }\n`,
    );
    expect(await project.decisions()).toMatchObject({
      "elements.mara": "keep",
      "shots.010.clip": "keep",
      "shots.030.clip": "blocked: source_unavailable",
    });
    const before = creates(project);
    expect((await project.render(YES)).exit).toBe(10);
    expect(creates(project)).toBe(before);
    expect((await project.render({ ...YES, rebuy: ["elements.mara"] })).exit).toBe(0);
    expect(creates(project)).toBe(before + 2);
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
    expect(sent(project, "omni_video")?.get("elements.mara")).toEqual({
      kind: "kept",
      id: `element-t${project.vendor.tasks.length - 1}`,
    });
  });

  it("knows by --unused what no step is the result of any more, under any profile, and by the vendor's id", async () => {
    const project = await rendered();
    const [element, voice] = [idOf(project, "element"), idOf(project, "voice")];
    const nobody = { status: "deleted", things: [], exit: 0 };
    expect(await del(project, { unused: true, yes: true })).toMatchObject(nobody);
    const without = FILM.replace(/elements:\n[\s\S]*?voices:/, "voices:").replace(/ {2}"010".*\n/, "");
    project.write(`${without}profiles:\n  final: { override: { video: { mode: std } } }\n`);
    const report = await del(project, { unused: true, ask: () => Promise.resolve(false) });
    expect(report).toMatchObject({ status: "declined", exit: 4, things: [{ thing: { id: element } }] });
    expect(await del(project, { names: [voice], yes: true })).toMatchObject({ status: "deleted", exit: 0 });
    expect(await del(project, { unused: true, yes: true })).toMatchObject({ status: "deleted", exit: 0 });
    expect(deletions(project)).toEqual([`delete voice ${voice}`, `delete element ${element}`]);
    expect(await del(project, { unused: true, yes: true })).toMatchObject(nobody);
  });

  it("wants a yes: where nobody is there to ask, and where somebody says no, nothing is sent", async () => {
    const project = await rendered();
    const lock = project.read(LOCK);
    const names = ["elements.mara"];
    expect(await del(project, { names })).toMatchObject({ status: "confirmation_needed", exit: 4 });
    const no = await del(project, { names, ask: () => Promise.resolve(false) });
    expect(no).toMatchObject({ status: "declined", exit: 4 });
    expect([deletions(project), project.read(LOCK)]).toEqual([[], lock]);
  });

  it.each([
    [["shots.010"], "nothing of shots.010 stays with the vendor"],
    [["images.looks"], "nothing of images.looks stays with the vendor"],
    [["elements.mara", "elements.tom"], "nothing of elements.tom stays with the vendor"],
    [["4711"], "nothing of 4711 stays with the vendor"],
  ])("deletes nothing of %s", async (names, message) => {
    const project = await rendered();
    const report = await del(project, { names, yes: true });
    expect(report).toMatchObject({ exit: 3, diagnostics: [{ code: "delete/nothing", message }] });
    expect(deletions(project)).toEqual([]);
  });

  it("deletes nothing that was made with other credentials", async () => {
    const project = await rendered();
    project.volume.writeFileSync(
      LOCK,
      project.read(LOCK).replaceAll('"account": "acct"', '"account": "another"'),
    );
    const report = await del(project, { names: ["elements.mara"], yes: true });
    expect(report).toMatchObject({ exit: 9, diagnostics: [{ code: "delete/account" }] });
    expect(deletions(project)).toEqual([]);
  });

  it("counts what was gone already as deleted, and says of everything else that it is not", async () => {
    const invalid = { code: 1201, message: "only custom elements", class: "invalid" } as const;
    const answers: DeleteAnswer[] = [
      { kind: "refused", error: invalid },
      { kind: "lost", why: "the connection was cut" },
      { kind: "absent" },
    ];
    const project = await rendered({ delete: (_, count) => answers[count - 1] });
    const again = () => del(project, { names: ["elements.mara"], yes: true });
    const lock = project.read(LOCK);
    expect(await again()).toMatchObject({ exit: 1, things: [{ came: { kind: "refused" } }] });
    expect(await again()).toMatchObject({ exit: 1, things: [{ came: { kind: "unanswered" } }] });
    expect(project.read(LOCK)).toBe(lock);
    expect(await again()).toMatchObject({ exit: 0, things: [{ came: { kind: "absent" } }] });
    expect(project.read(LOCK)).toContain('"deleted": "');
  });

  it("deletes one that was bought again before only by its id, and never the one that stands for it", async () => {
    const project = await rendered();
    const old = idOf(project, "element");
    await del(project, { names: ["elements.mara"], yes: true });
    expect((await project.render({ ...YES, rebuy: ["elements.mara"] })).exit).toBe(0);
    const anew = `element-t${project.vendor.tasks.length}`;
    expect((await project.render({ ...YES, rebuy: ["elements.mara"] })).exit).toBe(0);
    const newest = `element-t${project.vendor.tasks.length}`;
    expect(await del(project, { unused: true, yes: true })).toMatchObject({
      things: [{ thing: { id: anew } }],
    });
    expect(deletions(project)).toEqual([`delete element ${old}`, `delete element ${anew}`]);
    const listed = await del(project);
    const left =
      "things" in listed ? listed.things.filter(({ thing }) => thing.handle.deleted === undefined) : [];
    expect(left.map(({ thing }) => thing.id)).toEqual([newest, idOf(project, "voice")]);
  });
});

it("nothing but that command can delete: a route for asking was never able to", () => {
  const { vendor } = film(FILM);
  expect(() => sealed(vendor).deleteKept({ kept: "element", id: "1" }, new AbortController().signal)).toThrow(
    "told to spend or to delete",
  );
});
