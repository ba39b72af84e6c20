/** `adopt` as stories: a file that somebody has stands for a step, nothing is paid, and nothing paid is forgotten. */
import { describe, expect, it } from "vitest";
import type { AdoptReport, AdoptRequest } from "../../src/engine-adopt.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: a portrait }
shots:
  "010": { prompt: the ferry leaves }
  "020": { image: { from: images.mara }, prompt: she turns }
`;
const CLIP = "/film/renders/default/010/clip.mp4";
const STILL = "/film/renders/default/images/mara.png";
type Film = ReturnType<typeof film>;

const adopt = async (project: Film, file: string, step = "shots.010", more: Partial<AdoptRequest> = {}) => {
  const opened = await project.open();
  return project.clock.drive(opened.adopt({ file, step, ...more }));
};
const codes = (report: AdoptReport) => report.diagnostics.map(({ code }) => code);
const entry = (project: Film, report: AdoptReport) => {
  const lock = JSON.parse(project.read("/film/kling.lock.json")) as {
    readonly renders: Record<string, object>;
  };
  return "key" in report ? lock.renders[report.key] : undefined;
};
/** Bytes of a clip and of a still, as a render of another film left them. */
async function bytes(): Promise<{ readonly clip: Buffer; readonly still: Buffer }> {
  const other = film(FILM, { bytes: () => "from elsewhere" });
  await other.render();
  const read = (path: string) => Buffer.from(other.volume.readFileSync(path));
  return { clip: read(CLIP), still: read(STILL) };
}
const { clip, still } = await bytes();

function withFile(path = "/else/old take.mp4", content: Buffer = clip, manifest = FILM) {
  const project = film(manifest);
  project.volume.mkdirSync("/else", { recursive: true });
  project.volume.writeFileSync(path, content);
  return project;
}

describe("adopt", () => {
  it("binds a file from outside to a step: stored, recorded, placed, and nobody is reached", async () => {
    const project = withFile();
    const report = await adopt(project, "/else/old take.mp4");
    expect(report).toMatchObject({ status: "adopted", step: "shots.010.clip", attempt: 1, exit: 0 });
    expect(entry(project, report)).toMatchObject({
      attempt: 1,
      billed: { kind: "not_billed" },
      flags: ["adopted from old take.mp4"],
    });
    expect(entry(project, report)).not.toHaveProperty("handle");
    expect(Buffer.from(project.volume.readFileSync(CLIP)).equals(clip)).toBe(true);
    expect(JSON.parse(project.read(`${CLIP}.json`))).toMatchObject({ flags: ["adopted from old take.mp4"] });
    for (const name of ["/film/kling.lock.json", `${CLIP}.json`])
      expect(project.read(name)).not.toContain("/else");
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
    expect(project.routes()).toBe(0);
    expect(project.names().filter((name) => name.includes("/partial/"))).toEqual([]);
  });

  it("takes a relative path from where klingmake was started, and the output itself", async () => {
    const project = withFile("/else/x.mp4");
    project.volume.mkdirSync("/film/renders/default/010", { recursive: true });
    project.volume.writeFileSync(CLIP, clip);
    const report = await adopt(project, "renders/default/010/clip.mp4");
    expect(report).toMatchObject({ status: "adopted", exit: 0 });
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
  });

  it("has nothing to do where the step has that very file", async () => {
    const project = withFile();
    await adopt(project, "/else/old take.mp4");
    const before = project.read("/film/kling.lock.json");
    const report = await adopt(project, "/else/old take.mp4");
    expect(report).toMatchObject({ status: "already", attempt: 1, exit: 0 });
    expect(project.read("/film/kling.lock.json")).toBe(before);
  });

  it("keeps what was paid for before on record, and brings it back by adopting it", async () => {
    const project = withFile();
    await project.render();
    const paid = Buffer.from(project.volume.readFileSync(CLIP));
    project.volume.writeFileSync("/else/paid.mp4", paid);
    const before = (await project.plan()).committed;
    const report = await adopt(project, "/else/old take.mp4");
    expect(entry(project, report)).toMatchObject({
      attempt: 2,
      others: [{ attempt: 1, handle: { task: "t2" } }],
    });
    expect((await project.plan()).committed).toBe(before);
    expect(Buffer.from(project.volume.readFileSync(CLIP)).equals(clip)).toBe(true);
    expect(await adopt(project, "/else/paid.mp4")).toMatchObject({ status: "adopted", attempt: 3 });
    expect(Buffer.from(project.volume.readFileSync(CLIP)).equals(paid)).toBe(true);
  });

  it("loses no task that is under way at its key: it is collected beside the adopted file", async () => {
    const project = withFile();
    const stop = new AbortController();
    const opened = await project.open();
    await project.clock.drive(
      opened.render({
        targets: ["shots.010"],
        signal: stop.signal,
        emit: (event) => event.type === "step_submitted" && stop.abort(),
      }),
    );
    const report = await adopt(project, "/else/old take.mp4");
    expect(codes(report)).toEqual(["adopt/under-way"]);
    await project.clock.advance(60_000);
    await project.render({ targets: ["shots.010"] });
    expect(entry(project, report)).toMatchObject({
      attempt: 2,
      others: [{ attempt: 1, handle: { task: "t1" } }],
    });
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("takes a still for a still, and says which steps would be rendered again, and for how much", async () => {
    const project = withFile("/else/mara.png", still);
    await project.render();
    const report = await adopt(project, "/else/mara.png", "images.mara");
    expect(report).toMatchObject({
      status: "adopted",
      exit: 0,
      reached: [{ how: "made_from_another", planned: { step: { id: "shots.020.clip" } } }],
    });
    expect(codes(report)).toEqual(["adopt/dependents"]);
    expect(report.diagnostics[0]?.why).toMatch(/^that costs up to \$\d/);
    expect(await project.render()).toMatchObject({ status: "approval_needed" });
    expect(project.vendor.submitted).toHaveLength(3);
  });

  it("says that a step which works on the vendor's copy is blocked, and what can be done", async () => {
    const project = withFile(
      "/else/old take.mp4",
      clip,
      FILM.replace("leaves }", "leaves, steps: [{ lip_sync: { audio: refs/none.mp3 } }] }").replace(
        "{ lip_sync: { audio: refs/none.mp3 } }",
        "{ lip_sync: { text: hello, voice: oversea_male1 } }",
      ),
    );
    const report = await adopt(project, "/else/old take.mp4", "shots.010.clip");
    expect(report).toMatchObject({ status: "adopted", exit: 0, reached: [{ how: "no_handle" }] });
    expect(codes(report)).toEqual(["adopt/dependents"]);
    expect(report.diagnostics[0]?.help).toContain("copy: { url");
  });

  it("leaves a stranger's file at the output alone, and keeps the adopted one safe", async () => {
    const project = withFile();
    project.volume.mkdirSync("/film/renders/default/010", { recursive: true });
    project.volume.writeFileSync(CLIP, "my own cut");
    const report = await adopt(project, "/else/old take.mp4");
    expect(report.exit).toBe(1);
    expect(codes(report)).toEqual(["output/changed"]);
    expect(project.read(CLIP)).toBe("my own cut");
    expect(entry(project, report)).toBeDefined();
    expect(await adopt(project, "/else/old take.mp4", "shots.010", { overwriteOutputs: true })).toMatchObject(
      {
        status: "already",
        exit: 0,
      },
    );
    expect(Buffer.from(project.volume.readFileSync(CLIP)).equals(clip)).toBe(true);
  });

  it("whose bytes are lost everywhere is missing, and not bought by itself", async () => {
    const project = withFile();
    await adopt(project, "/else/old take.mp4");
    project.remove("/home/.local");
    project.remove("/film/renders");
    expect((await project.decisions())["shots.010.clip"]).toBe("blocked: missing");
  });
});

describe("adopt refuses", () => {
  const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 9\n`;
  it.each<[string, string, Buffer, string, RegExp]>([
    ["a file that is not there", "/else/x.mp4", clip, "/else/y.mp4", /is not there/],
    ["a directory", "/else/x.mp4", clip, "/else", /is a directory/],
    ["an empty file", "/else/x.mp4", Buffer.alloc(0), "/else/x.mp4", /it is empty/],
    [
      "a file that was cut short",
      "/else/x.mp4",
      clip.subarray(0, clip.length - 9),
      "/else/x.mp4",
      /not a complete MP4/,
    ],
    ["a text", "/else/x.mp4", Buffer.from("a clip, believe me"), "/else/x.mp4", /not a complete MP4/],
    ["a pointer of Git LFS", "/else/x.mp4", Buffer.from(LFS), "/else/x.mp4", /Git LFS/],
    ["a still for a clip", "/else/x.png", still, "/else/x.png", /is a still, and the step is a clip/],
  ])("%s, and writes nothing", async (_, path, content, named, why) => {
    const project = withFile(path, content);
    const report = await adopt(project, named);
    expect(report).toMatchObject({ status: "invalid", exit: 1 });
    expect(codes(report)).toEqual(["adopt/file"]);
    expect(report.diagnostics[0]?.why).toMatch(why);
    expect(project.names().filter((name) => name.includes("/cas/") || name.endsWith(".lock.json"))).toEqual(
      [],
    );
  });

  it("a clip for a still", async () => {
    const report = await adopt(withFile(), "/else/old take.mp4", "images.mara");
    expect(report.diagnostics[0]?.why).toBe("it is a clip, and the step is a still");
  });

  it("a link to what is no regular file, and follows one to a clip", async () => {
    const project = withFile();
    project.volume.symlinkSync("/else", "/film/link");
    project.volume.symlinkSync("/else/old take.mp4", "/film/linked.mp4");
    expect((await adopt(project, "link")).diagnostics[0]?.why).toBe("it is a directory");
    expect(await adopt(project, "linked.mp4")).toMatchObject({
      status: "adopted",
      flags: ["adopted from linked.mp4"],
    });
  });

  it("a step that is not there, with the name that was probably meant", async () => {
    const report = await adopt(withFile(), "/else/old take.mp4", "shots.01.clip");
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(codes(report)).toEqual(["plan/unknown-target"]);
  });

  it("a picture out of a clip, which is made from that clip", async () => {
    const project = withFile(
      "/else/mara.png",
      still,
      FILM.replace(
        '"020": { image: { from: images.mara }',
        '"020": { image: { from: shots.010, frame: last }',
      ),
    );
    const frame =
      (await project.plan()).steps.find(({ step }) => step.action.kind === "frame")?.step.id ?? "";
    const report = await adopt(project, "/else/mara.png", frame);
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(codes(report)).toEqual(["adopt/step"]);
  });

  it("to let a file's name write on the terminal", async () => {
    const project = withFile("/else/\u001b[2Jx.mp4");
    const report = await adopt(project, "/else/\u001b[2Jx.mp4");
    expect(JSON.stringify(report)).not.toContain("\\u001b");
    expect(project.read("/film/kling.lock.json")).not.toContain("u001b");
  });
});
