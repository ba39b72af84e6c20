/** `download` as stories: what is paid for comes back, and nothing is ever created for it. */
import { describe, expect, it } from "vitest";
import type { DownloadReport, DownloadRequest } from "../../src/engine-download.js";
import { sealed } from "../../src/provider/provider.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: the ferry leaves }
  "020": { prompt: she turns }
`;
const CLIP = "/film/renders/default/010/clip.mp4";
const STORE = "/home/.local/share/klingmake/store/cas";
type Film = ReturnType<typeof film>;

const download = async (project: Film, request: DownloadRequest = {}): Promise<DownloadReport> => {
  const opened = await project.open();
  return project.clock.drive(opened.download(request));
};
const compare = async (project: Film, ...steps: readonly string[]) => {
  const opened = await project.open();
  return project.clock.drive(opened.compare(steps));
};
const outcomes = ({ run }: DownloadReport) =>
  run.status === "ran"
    ? run.outcomes.map(({ outcome }) =>
        outcome.status === "restored"
          ? `restored from ${outcome.from}`
          : outcome.status === "blocked"
            ? `blocked: ${outcome.because.because}`
            : outcome.status,
      )
    : [run.status];
const recorded = (project: Film) => project.read("/film/kling.lock.json");
const damage = (project: Film) => {
  const clip = project.volume.readFileSync(CLIP);
  const name = project
    .names()
    .find(
      (each) =>
        each.startsWith(STORE) &&
        Buffer.compare(Buffer.from(project.volume.readFileSync(each)), Buffer.from(clip)) === 0,
    );
  if (name === undefined) throw new Error("the clip is not in the store");
  project.volume.chmodSync(name, 0o644);
  project.volume.writeFileSync(name, Buffer.alloc(clip.length));
  return { name, clip };
};

describe("download", () => {
  it("of a film that was never rendered creates nothing, and says what is to be rendered", async () => {
    const project = film(FILM);
    const report = await download(project);
    expect(outcomes(report)).toEqual(["blocked: not_rendered", "blocked: not_rendered"]);
    expect(report.exit).toBe(0);
    expect(project.vendor.submitted).toEqual([]);
  });

  it("after a lost disk finds what the account has, and brings it back", async () => {
    const project = film(FILM);
    await project.render({ targets: ["shots.010"] });
    for (const lost of ["/home/.local", "/film/.kling", "/film/renders", "/film/kling.lock.json"])
      project.remove(lost);
    expect(outcomes(await download(project))).toEqual(["blocked: not_rendered", "rendered"]);
    expect(project.names()).toContain(CLIP);
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("brings back from the vendor what store and outputs have lost, and pays for nothing", async () => {
    const project = film(FILM);
    await project.render();
    project.remove("/home/.local");
    project.remove("/film/renders");
    expect(outcomes(await download(project))).toEqual(["restored from vendor", "restored from vendor"]);
    expect(project.names()).toContain(CLIP);
    expect(project.vendor.tasks).toHaveLength(2);
  });

  it("has a route that cannot spend, even if it were told to", async () => {
    const { vendor } = film(FILM);
    const route = sealed(vendor);
    const signal = new AbortController().signal;
    expect(() => route.submit({} as never, signal)).toThrow("may only be asked");
    expect(() => route.call({} as never, signal)).toThrow("may only be asked");
    expect(await route.look([{ task: "t1" as never, address: {} as never }], signal)).toEqual([
      { kind: "absent" },
    ]);
    expect(vendor.submitted).toEqual([]);
  });

  it("collects a task under way, and does not begin the step beside it", async () => {
    const project = film(FILM);
    const stop = new AbortController();
    const opened = await project.open();
    const emit: NonNullable<DownloadRequest["emit"]> = (event) => {
      if (event.type === "step_submitted") stop.abort();
    };
    await project.clock.drive(opened.render({ targets: ["shots.010"], signal: stop.signal, emit }));
    const report = await download(project);
    expect(outcomes(report)).toEqual(["blocked: not_rendered", "rendered"]);
    expect(report.exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("asks for what may have been sent, and leaves it unsent when the vendor does not have it", async () => {
    const project = film(FILM, { submit: () => "lose", find: () => ({ kind: "lost", why: "cut" }) });
    await project.render({ targets: ["shots.010"] });
    const sent = project.vendor.submitted.length;
    project.vendor.script = {};
    expect(outcomes(await download(project))).toContain("blocked: not_rendered");
    expect(project.vendor.submitted).toHaveLength(sent);
  });

  it("says what is nowhere to be had", async () => {
    const project = film(FILM);
    await project.render();
    project.remove("/home/.local");
    project.remove(CLIP);
    await project.clock.advance(31 * 86_400_000);
    const report = await download(project);
    expect(outcomes(report)).toEqual(expect.arrayContaining(["blocked: expired", "restored from output"]));
    expect(report.exit).toBe(10);
  });

  it("without credentials says so where it needs the vendor, and only there", async () => {
    let key = true;
    const project = film(FILM, {
      noRoute: () =>
        key ? undefined : { kind: "credentials", message: "KLING_API_KEY is not set", help: "set it" },
    });
    await project.render();
    key = false;
    project.remove(CLIP);
    expect((await download(project)).exit).toBe(0);
    project.remove("/home/.local");
    project.remove(CLIP);
    expect(await download(project)).toMatchObject({ exit: 9, run: { status: "route" } });
  });
});

describe("download --all", () => {
  it("brings what no step asks for back into the store, and says what the vendor keeps no more", async () => {
    const project = film(FILM);
    await project.render();
    project.write(FILM.replace("she turns", "she looks away"));
    await project.render();
    project.remove("/home/.local");
    expect(outcomes(await download(project))).toEqual(["restored from output", "restored from output"]);
    const held = () => project.names().filter((name) => name.startsWith(STORE)).length;
    expect(held()).toBe(2);
    const report = await download(project, { all: true });
    expect(report.rest).toMatchObject({
      status: "compared",
      copies: [{ held: "missing", came: { kind: "same" } }],
    });
    expect(report.exit).toBe(0);
    expect(held()).toBe(3);
    expect((await download(project, { all: true })).rest).toMatchObject({ copies: [] });
    expect(project.vendor.tasks).toHaveLength(3);

    project.remove("/home/.local");
    await project.clock.advance(31 * 86_400_000);
    const late = await download(project, { all: true });
    expect(late).toMatchObject({ exit: 10, rest: { copies: [{ came: { kind: "gone" } }] } });
  });

  it("brings back a rendering and the attempt beside it one after another", async () => {
    const project = film(FILM);
    await project.render();
    await project.render({ rebuy: ["shots.020"], ask: () => Promise.resolve(true) });
    project.write(FILM.replace(/  "020".*\n/, ""));
    project.remove("/home/.local");
    const report = await download(project, { all: true });
    const came = report.rest?.status === "compared" ? report.rest.copies.map((each) => each.came.kind) : [];
    expect(came).toEqual(["same", "same"]);
  });
});

describe("download --again", () => {
  it("finds the vendor's copy equal, and heals a damaged blob with it", async () => {
    const project = film(FILM);
    await project.render();
    expect(await compare(project, "shots.010")).toMatchObject({
      exit: 0,
      copies: [{ held: "whole", came: { kind: "same" } }],
    });
    const { name, clip } = damage(project);
    expect(await compare(project, "shots.010")).toMatchObject({
      exit: 0,
      copies: [{ held: "damaged", came: { kind: "same" } }],
    });
    expect(project.volume.readFileSync(name)).toEqual(clip);
  });

  it("tells another copy, and replaces nothing that is recorded", async () => {
    let served: string | undefined;
    const project = film(FILM, { bytes: () => served });
    await project.render();
    const before = recorded(project);
    served = "another cut";
    expect(await compare(project, "shots.010")).toMatchObject({
      exit: 1,
      copies: [{ held: "whole", came: { kind: "other" } }],
    });
    expect(recorded(project)).toBe(before);
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
  });

  it("of a step without a rendering is refused", async () => {
    const project = film(FILM);
    const report = await compare(project, "shots.010");
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(report.diagnostics.map(({ code }) => code)).toEqual(["plan/nothing-recorded"]);
    expect(project.routes()).toBe(0);
  });
});
