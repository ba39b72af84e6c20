/** The engine as stories: what a project remembers, asks, restores and refuses. */
import { describe, expect, it } from "vitest";
import type { RenderRequest } from "../../src/engine-render.js";
import type { TaskId } from "../../src/plan/prior.js";
import type { LookAnswer, RouteProblem } from "../../src/provider/provider.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: a portrait }
shots:
  "010": { prompt: the ferry leaves }
  "020": { image: { from: images.mara }, prompt: she turns }
  "030": { image: refs/dawn.png, prompt: dawn }
`;
const CLIP = "/film/renders/default/010/clip.mp4";
const days = (count: number) => count * 86_400_000;

describe("a project", () => {
  it("is rendered once, and the second time nobody is reached", async () => {
    const project = film(FILM);
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(4);
    expect(project.routes()).toBe(1);
    expect(await project.render()).toMatchObject({ status: "ran", exit: 0 });
    expect(project.routes()).toBe(1);
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
  });

  it("of another file name never writes over that file", async () => {
    const project = film(FILM);
    const text = FILM.replace("shots:", "outputs: { path: film.yaml }\nshots:").replace(/  "020"[\s\S]*/, "");
    project.volume.writeFileSync("/film/film.yaml", text);
    const named = await project.open("film.yaml");
    const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);
    expect(codes(await named.check())).toContain("graph/output-clash");
    expect(codes((await named.plan()).diagnostics)).toContain("graph/output-clash");
  });

  it("of thousands of stills in a chain is planned", async () => {
    const links = Array.from(
      { length: 6_000 },
      (_, n) => `  s${n + 1}: { prompt: x, image: { from: images.s${n} } }`,
    );
    const chain = ["images:", ...links.toReversed(), "  s0: { prompt: x }"].join("\n");
    const project = film(
      FILM.replace(/images:[\s\S]*?shots:/, `${chain}\nshots:`).replace(/  "020".*\n/, ""),
    );
    expect((await project.plan()).steps.slice(0, 2).map(({ step }) => step.id)).toEqual([
      "images.s0",
      "images.s1",
    ]);
  }, 60_000);

  it("makes a plan without reaching anybody, and writes nothing but its own memory", async () => {
    const project = film(FILM);
    const before = project.names();
    await project.plan();
    const written = project.names().filter((name) => !before.includes(name));
    expect(written.filter((name) => !name.startsWith("/film/.kling/") && !name.startsWith("/home/"))).toEqual(
      [],
    );
    expect(project.routes()).toBe(0);
  });

  it("gives the same plan, keys and lockfile wherever it is rendered", async () => {
    const one = film(FILM);
    const two = film(`# elsewhere\n${FILM}`);
    expect((await one.plan()).digest).toBe((await two.plan()).digest);
    await one.render();
    await two.render();
    expect(one.read("/film/kling.lock.json")).toBe(two.read("/film/kling.lock.json"));
  });

  it("keeps what a hold holds, whatever changed, and says so", async () => {
    const project = film(FILM);
    await project.render();
    project.write(
      FILM.replace(
        '"010": { prompt: the ferry leaves }',
        '"010": { prompt: another ferry, hold: true }',
      ).replace("another ferry,", '"another ferry",'),
    );
    const { steps } = await project.plan();
    expect(steps.find((each) => each.step.id === "shots.010.clip")).toMatchObject({
      decision: { kind: "keep" },
      reason: { because: "held" },
    });
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(4);
  });

  it("renders another take on request, and going back is free", async () => {
    const project = film(FILM);
    await project.render();
    project.write(FILM.replace("{ prompt: the ferry leaves }", "{ prompt: the ferry leaves, take: 2 }"));
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(5);
    project.write(FILM);
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
  });

  it("is free when an edit is taken back", async () => {
    const project = film(FILM);
    await project.render();
    project.write(FILM.replace("the ferry leaves", "the ferry arrives"));
    await project.render();
    project.write(FILM);
    expect((await project.decisions())["shots.010.clip"]).toBe("restore from store");
    await project.render();
    expect(project.vendor.submitted).toHaveLength(5);
  });

  it("with an unreadable lockfile renders nothing: a damaged record must never lead to a second purchase", async () => {
    const project = film(FILM);
    await project.render();
    project.volume.writeFileSync(
      "/film/kling.lock.json",
      project.read("/film/kling.lock.json").slice(0, 400),
    );
    const report = await project.render();
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(report.diagnostics.map((each) => each.code)).toEqual(["lock/damaged"]);
    expect(project.vendor.submitted).toHaveLength(4);
  });

  it("with a torn journal goes on and reports the line", async () => {
    const project = film(FILM);
    await project.render();
    const journal = project.read("/film/.kling/journal.jsonl");
    project.volume.writeFileSync("/film/.kling/journal.jsonl", journal.slice(0, -20));
    const report = await project.render();
    expect(report.exit).toBe(0);
    expect(report.diagnostics.map((each) => each.code)).toEqual(["journal/damaged"]);
    expect(project.vendor.submitted).toHaveLength(4);
  });

  it("that lost lockfile and journal finds its tasks by their references and pays nothing", async () => {
    const project = film(FILM);
    await project.render();
    project.remove("/film/kling.lock.json");
    project.remove("/film/.kling");
    project.remove("/film/renders");
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.tasks).toHaveLength(4);
  });
});

describe("what is asked for by name", () => {
  it("and does not exist is refused with the name that was probably meant", async () => {
    const project = film(FILM);
    const planned = await (
      await project.open()
    ).plan({ targets: ["shots.01.clip"], rebuy: ["images.marra"] });
    expect(planned.value).toBeUndefined();
    expect(planned.diagnostics.map(({ code, help }) => [code, help])).toEqual([
      ["plan/unknown-target", "did you mean shots.010.clip?"],
      ["plan/unknown-target", "did you mean images.mara?"],
    ]);
  });

  it.each([
    ["shots.a.clip", ["shots.a.clip"]],
    ["shots.a", ["shots.a.clip", "shots.a.clip@1"]],
    ["shots.a.clip@1", ["shots.a.clip@1"]],
    ["shots.*.clip", ["shots.a.clip", "shots.a.clip@1"]],
  ])("%s means %j of two takes", async (name, steps) => {
    const project = film(
      "version: 1\nproject: film\nprovider: kling\nshots:\n  a: { prompt: a boat, takes: 2, take: 2 }\n",
    );
    await project.render({ ask: () => Promise.resolve(true) });
    const planned = await (await project.open()).plan({ rebuy: [name] });
    const bought = planned.value?.steps.filter((each) => each.decision.kind === "render");
    expect(bought?.map((each) => each.step.id).toSorted()).toEqual(steps);
  });

  it("brings along what it needs, and nothing else", async () => {
    const project = film(FILM);
    await project.render({ targets: ["shots.020"] });
    expect(project.vendor.tasks.map((task) => task.submission.action.kind)).toEqual([
      "image",
      "image_to_video",
    ]);
  });

  it("why tells the key's fields, what differs from the lockfile, and who depends on it", async () => {
    const project = film(FILM);
    await project.render();
    project.write(FILM.replace("a portrait", "a painting"));
    const why = await (await project.open()).why("images.mara");
    expect(why.value).toMatchObject({
      planned: { decision: { kind: "render" } },
      changes: [{ field: "prompt", from: "a portrait", to: "a painting" }],
      dependents: ["shots.020.clip"],
    });
  });

  it("a hold of something that was never rendered is a warning, and it is rendered once", async () => {
    const project = film(
      FILM.replace("{ prompt: the ferry leaves }", "{ prompt: the ferry leaves, hold: true }"),
    );
    const planned = await (await project.open()).plan();
    expect(planned.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ["plan/hold-nothing", "warning"],
    ]);
    expect((await project.render()).exit).toBe(0);
  });
});

describe("a clip that is missing", () => {
  it("comes back from its output, from the vendor within 30 days, and after that only by name", async () => {
    const project = film(FILM);
    await project.render();
    project.remove("/home/.local/share/klingmake/store");
    expect((await project.decisions())["shots.010.clip"]).toBe("restore from output");
    await project.render();
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");

    project.remove("/home/.local/share/klingmake/store");
    project.remove(CLIP);
    expect((await project.decisions())["shots.010.clip"]).toBe("restore from vendor");
    await project.render();
    expect(project.names()).toContain(CLIP);
    expect(project.vendor.tasks).toHaveLength(4);

    project.remove("/home/.local/share/klingmake/store");
    project.remove(CLIP);
    await project.clock.advance(days(31));
    expect((await project.decisions())["shots.010.clip"]).toBe("blocked: expired");
    const blocked = await project.render();
    expect(blocked.exit).toBe(10);
    expect(project.vendor.tasks).toHaveLength(4);

    const rebuy = await project.render({ rebuy: ["shots.010"], ask: () => Promise.resolve(true) });
    expect(rebuy.exit).toBe(0);
    expect(project.vendor.tasks).toHaveLength(5);
  });

  it("or is rebought, stands in the lockfile beside what it replaced, and both count", async () => {
    const project = film(FILM);
    await project.render();
    const before = (await project.plan()).committed;
    const clip = (await project.plan()).steps.find(({ step }) => step.id === "shots.010.clip");
    const recorded = () => JSON.parse(project.read("/film/kling.lock.json")).renders[clip?.key ?? ""];
    const first = recorded();
    expect((await project.render({ rebuy: ["shots.010"], ask: () => Promise.resolve(true) })).exit).toBe(0);
    const entry = recorded();
    expect(entry).toMatchObject({
      attempt: 2,
      others: [{ attempt: 1, handle: first.handle, artifact: first.artifact }],
    });
    const after = (await project.plan()).committed;
    expect(after - before).toBe(Number(entry.estimate.usd) * 1_000_000);
    expect(after).toBeGreaterThan(before);
    project.remove("/film/.kling");
    expect((await project.plan()).committed).toBe(after);
  });

  it("or is rebought, leaves an output that can be told from the author's own", async () => {
    const project = film(FILM);
    await project.render();
    const first = project.volume.readFileSync(CLIP);
    await project.render({ rebuy: ["shots.010"], ask: () => Promise.resolve(true) });
    project.volume.writeFileSync(CLIP, first);
    project.remove("/film/.kling");
    expect((await project.decisions())["shots.010.clip"]).toBe("restore from store");
  });
});

describe("approval", () => {
  const PRO = FILM.replace("{ prompt: the ferry leaves }", "{ prompt: the ferry leaves, mode: pro }");

  it("is asked for once with the plan and its reasons, and no is no", async () => {
    const project = film(PRO);
    const asked: unknown[] = [];
    const report = await project.render({
      ask: (plan, wants) => {
        asked.push([plan.digest, wants]);
        return Promise.resolve(false);
      },
    });
    expect(report).toMatchObject({ status: "declined", exit: 4 });
    expect(asked).toEqual([
      [(await project.plan()).digest, [{ because: "tier", step: "shots.010.clip", tier: "pro" }]],
    ]);
    expect(project.vendor.submitted).toEqual([]);
  });

  it("by digest counts as a whole or by twelve digits, and not by fewer", async () => {
    const project = film(PRO);
    const { digest } = await project.plan();
    expect(await project.render({ approve: digest.slice(0, 11) })).toMatchObject({
      status: "stale",
      exit: 7,
    });
    expect(await project.render({ approve: digest.slice(0, 12) })).toMatchObject({ status: "ran", exit: 0 });
  });

  it("without its file covers exactly its own plan", async () => {
    const project = film(PRO);
    const { digest } = await project.plan();
    project.remove("/film/.kling/plans");
    expect(await project.render({ approve: digest, targets: ["shots.010"] })).toMatchObject({
      status: "stale",
    });
    project.remove("/film/.kling/plans");
    expect(await project.render({ approve: digest })).toMatchObject({ status: "ran", exit: 0 });
  });

  it("of a file that was tampered with counts for nothing", async () => {
    const project = film(PRO);
    const { digest } = await project.plan();
    const file = `/film/.kling/plans/${digest}.json`;
    project.volume.writeFileSync(
      file,
      project.read(file).replaceAll(/"ceiling": "[\d.]+"/g, '"ceiling": "999"'),
    );
    project.write(PRO.replace("mode: pro", "mode: pro, duration: 10"));
    expect(await project.render({ approve: digest })).toMatchObject({ status: "stale" });
    expect(project.vendor.submitted).toEqual([]);
  });

  it("is not needed in the sandbox, unless it is rehearsed", async () => {
    const project = film(PRO.replace("provider: kling", "provider: sandbox"), { realm: "sandbox" });
    expect(await project.render({ rehearse: true })).toMatchObject({ status: "approval_needed", exit: 4 });
    expect(await project.render()).toMatchObject({ status: "ran", exit: 0 });
    expect(project.names()).toContain("/film/kling.sandbox.lock.json");
    expect(project.names()).not.toContain("/film/kling.lock.json");
  });

  it("is wanted for a second attempt after a failure, with a reference of its own", async () => {
    const project = film(FILM, {
      end: ({ action }) =>
        action.kind === "text_to_video"
          ? { status: "failed", message: "out of luck", outputs: [] }
          : undefined,
    });
    expect((await project.render()).exit).toBe(1);
    expect(await project.render()).toMatchObject({
      status: "approval_needed",
      wants: [{ because: "again", step: "shots.010.clip" }],
    });
    project.vendor.script = {};
    expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(0);
    expect(new Set(project.vendor.submitted).size).toBe(5);
  });

  it("of a plan with further attempts covers what is left of it after a failure, and the manifest can forbid them", async () => {
    const unlucky = (count: number) => ({
      end: ({ action }: { readonly action: { readonly kind: string } }) =>
        action.kind === "text_to_video" && count-- > 0
          ? { status: "failed" as const, message: "out of luck", outputs: [] }
          : undefined,
    });
    const project = film(FILM, unlucky(2));
    const opened = await project.open();
    const digest = (await opened.plan({ retries: 2 })).value?.digest ?? "";
    const stop = new AbortController();
    const emit = (event: { readonly type: string }) =>
      void (event.type === "step_retrying" && stop.abort(new Error("stopped")));
    const stopped = await project.render({ approve: digest, retries: 2, emit, signal: stop.signal });
    expect(stopped).toMatchObject({ status: "ran", interrupted: true });
    for (const retries of [0, 3]) {
      const plan = (await opened.plan({ retries })).value;
      expect(plan?.steps.find(({ step }) => step.id === "shots.010.clip")?.create).toMatchObject({
        attempt: 2,
      });
    }
    expect(await project.render({ approve: digest, retries: 3 })).toMatchObject({ status: "stale", exit: 7 });
    expect(await project.render({ approve: digest, retries: 2 })).toMatchObject({ status: "ran", exit: 0 });
    expect(
      project.vendor.tasks.filter(({ submission }) => submission.action.kind === "text_to_video"),
    ).toHaveLength(3);

    const strict = film(`${FILM}approval: { retries: 0 }\n`, unlucky(1));
    expect(await strict.render({ retries: 3 })).toMatchObject({ status: "ran", exit: 1 });
  });

  it("is not wanted again when the first create never became a task", async () => {
    const project = film(FILM, {
      submit: () => ({ kind: "refused", error: { code: 1002, message: "bad key", class: "credentials" } }),
    });
    expect((await project.render()).exit).toBe(9);
    const refused = new Set(project.vendor.submitted);
    project.vendor.script = {};
    expect((await project.render()).exit).toBe(0);
    expect(
      [...refused].every((reference) =>
        project.vendor.tasks.some((task) => task.submission.reference === reference),
      ),
    ).toBe(true);
  });
});

describe("--frozen", () => {
  it("says that a step is blocked where nothing else is wrong, because that changes no lockfile", async () => {
    const project = film(FILM);
    await project.render();
    project.remove("/home/.local/share/klingmake/store");
    project.remove(CLIP);
    await project.clock.advance(days(31));
    expect(await project.render({ frozen: true })).toMatchObject({ status: "ran", exit: 10 });
  });

  it("refuses a renamed shot and a shot that left, because the lockfile would change", async () => {
    const project = film(FILM);
    await project.render();
    project.write(FILM.replace('"010"', '"011"'));
    expect(await project.render({ frozen: true })).toMatchObject({
      status: "frozen",
      steps: ["shots.011.clip", "shots.010.clip"],
    });
  });

  it("restores, and refuses whatever would change the lockfile", async () => {
    const project = film(FILM);
    expect(await project.render({ frozen: true })).toMatchObject({ status: "frozen", exit: 7 });
    expect(project.vendor.submitted).toEqual([]);
    await project.render();
    project.remove(CLIP);
    const lock = project.read("/film/kling.lock.json");
    expect((await project.render({ frozen: true })).exit).toBe(0);
    expect(project.names()).toContain(CLIP);
    expect(project.read("/film/kling.lock.json")).toBe(lock);
  });
});

describe("a create of an earlier run", () => {
  it("that was stopped by Ctrl-C is collected by the next run, which creates nothing twice", async () => {
    const project = film(FILM);
    const stop = new AbortController();
    const report = await project.render({
      signal: stop.signal,
      emit: (event) => {
        if (event.type === "step_submitted" && event.step === "shots.010.clip") stop.abort();
      },
    });
    expect(report).toMatchObject({ status: "ran", interrupted: true, exit: 130 });
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.tasks).toHaveLength(4);
    expect(new Set(project.vendor.submitted).size).toBe(4);
  });

  it("whose answer was lost cannot be settled with the credentials of another account", async () => {
    const project = film(FILM.replace(/images:[\s\S]*?shots:/, "shots:").replace(/ {2}"020".*\n/, ""), {
      submit: () => "lose",
      find: () => ({ kind: "lost", why: "no answer" }),
    });
    expect((await project.render()).exit).toBe(1);
    project.vendor.script = {};
    (project.vendor as { account: string }).account = "another";
    const report = await project.render();
    expect(report.exit).toBe(8);
    expect(project.vendor.tasks).toHaveLength(0);
  });
});

describe("a task that an edit overtook", () => {
  it("is collected under its own key, so that taking the edit back is free", async () => {
    const project = film(FILM);
    const stop = new AbortController();
    await project.render({
      targets: ["shots.010"],
      signal: stop.signal,
      emit: (event) => event.type === "step_submitted" && stop.abort(),
    });
    expect(project.vendor.tasks).toHaveLength(1);
    project.write(FILM.replace("the ferry leaves", "the ferry arrives"));
    expect((await project.plan()).overtaken.map(({ attempt }) => attempt.step)).toEqual(["shots.010.clip"]);
    const told: string[] = [];
    const report = await project.render({
      emit: (event) => event.type === "notice" && told.push(event.message),
    });
    expect(report.exit).toBe(0);
    expect(told).toEqual([
      "a task of shots.010.clip that an edit overtook is collected; taking the edit back is free",
    ]);
    expect(project.vendor.tasks).toHaveLength(5);
    project.write(FILM);
    expect((await project.decisions())["shots.010.clip"]).toBe("restore from store");
    expect((await project.plan()).overtaken).toEqual([]);
  });

  type Parts = NonNullable<Parameters<typeof film>[1]>;

  /** A film that is rendered, but for a task of an edit that was taken back while it was under way. */
  async function editTakenBack(parts: Parts = {}) {
    const project = film(FILM, parts);
    await project.render();
    const stop = new AbortController();
    project.write(FILM.replace("the ferry leaves", "the ferry arrives"));
    await project.render({
      signal: stop.signal,
      emit: (event) => event.type === "step_submitted" && stop.abort(),
    });
    project.write(FILM);
    const told: string[] = [];
    return {
      project,
      told,
      again: (request: RenderRequest = {}) =>
        project.render({ ...request, emit: (event) => event.type === "notice" && told.push(event.message) }),
    };
  }
  const told_ = (what: string) => [`a task of shots.010.clip that an edit overtook ${what}`];

  it("is left alone by --frozen, which needs nobody for it", async () => {
    const { project, again } = await editTakenBack();
    const lock = project.read("/film/kling.lock.json");
    const routes = project.routes();
    expect((await again({ frozen: true })).exit).toBe(0);
    expect(project.read("/film/kling.lock.json")).toBe(lock);
    expect(project.routes()).toBe(routes);
  });

  const GOING_ON = { outputs: [], billed: { kind: "unknown" }, status: "processing" } as const;
  it.each<readonly [string, string, (task: TaskId) => LookAnswer]>([
    [
      "a vendor that does not answer",
      "could not be asked about now; the next render asks again",
      () => ({ kind: "lost", why: "no answer" }),
    ],
    [
      "a vendor that knows it no more",
      "is not known to the vendor now; the next render asks again",
      () => ({ kind: "absent" }),
    ],
    [
      "a task that goes on",
      "is still under way; a later render collects it",
      (task) => ({ kind: "found", look: { ...GOING_ON, task } }),
    ],
  ])("holds up no run: %s is asked once, after the steps", async (_, what, answer) => {
    const { project, told, again } = await editTakenBack({
      look: (task) => (task === "t5" ? answer(task) : undefined),
    });
    expect((await again()).exit).toBe(0);
    expect(told).toEqual(told_(what));
    project.write(FILM.replace("prompt: dawn", "prompt: dusk"));
    expect((await again({ concurrency: 1 })).exit).toBe(0);
    expect(told).toEqual([...told_(what), ...told_(what)]);
    expect(project.vendor.tasks).toHaveLength(6);
    expect(project.vendor.looks.get("t5" as TaskId)).toHaveLength(2);
  });

  it("needs no credentials where nothing else does", async () => {
    let none: RouteProblem | undefined;
    const { project, told, again } = await editTakenBack({ noRoute: () => none });
    none = { kind: "credentials", message: "no credentials are set", help: "set them" };
    expect((await again()).exit).toBe(0);
    expect(told).toEqual(["tasks that an edit overtook are not asked about: no credentials are set"]);
    none = undefined;
    await project.clock.advance(30_000);
    await again();
    expect(told.slice(1)).toEqual(told_("is collected; taking the edit back is free"));
  });

  it("is collected when a hold keeps its step from it", async () => {
    const project = film(FILM);
    await project.render();
    const stop = new AbortController();
    await project.render({
      rebuy: ["shots.010"],
      ask: () => Promise.resolve(true),
      signal: stop.signal,
      emit: (event) => event.type === "step_submitted" && stop.abort(),
    });
    project.write(FILM.replace("{ prompt: the ferry leaves }", "{ prompt: the ferry leaves, hold: true }"));
    expect((await project.decisions())["shots.010.clip"]).toBe("keep");
    await project.clock.advance(30_000);
    expect((await project.render()).exit).toBe(0);
    const entries = Object.values<{ attempt: number; others?: readonly { attempt: number }[] }>(
      JSON.parse(project.read("/film/kling.lock.json")).renders,
    );
    expect(entries.filter(({ others }) => others !== undefined)).toMatchObject([
      { attempt: 2, others: [{ attempt: 1 }] },
    ]);
    expect((await project.plan()).overtaken).toEqual([]);
  });

  it("is fetched again when it was stored and the store lost it", async () => {
    const { project, told, again } = await editTakenBack();
    await project.clock.advance(30_000);
    const lock = project.read("/film/kling.lock.json");
    await again();
    project.volume.writeFileSync("/film/kling.lock.json", lock);
    const journal = project.read("/film/.kling/journal.jsonl").trimEnd().split("\n");
    project.volume.writeFileSync("/film/.kling/journal.jsonl", `${journal.slice(0, -1).join("\n")}\n`);
    const { attempt } = (await project.plan()).overtaken[0] ?? {};
    expect(attempt).toMatchObject({ state: "stored" });
    const digest = attempt?.artifact?.sha256 ?? "";
    const blob = project.names().find((name) => name.includes("/store/") && name.endsWith(digest.slice(2)));
    project.remove(blob ?? "none");
    expect((await project.plan()).overtaken).toMatchObject([{ attempt: { state: "succeeded" } }]);
    told.length = 0;
    await again();
    expect(told).toEqual(told_("is collected; taking the edit back is free"));
    expect(project.names()).toContain(blob);
  });

  it("is given up when the vendor cannot have it any more", async () => {
    const { project } = await editTakenBack();
    expect((await project.plan()).overtaken).toHaveLength(1);
    await project.clock.advance(days(31));
    expect((await project.plan()).overtaken).toEqual([]);
  });
});

describe("what lies where something is to be written", () => {
  it("a sidecar never replaces a file that is not a sidecar", async () => {
    const project = film(FILM);
    project.volume.mkdirSync("/film/renders/default/010", { recursive: true });
    project.volume.writeFileSync(`${CLIP}.json`, '{ "mine": true }');
    expect((await project.render()).exit).toBe(0);
    expect(project.read(`${CLIP}.json`)).toBe('{ "mine": true }');
    expect(project.read("/film/renders/default/030/clip.mp4.json")).toContain("klingmake/sidecar");
  });

  it("an output path that cannot be used is said each time, and is no success", async () => {
    const project = film(FILM);
    project.volume.writeFileSync("/film/renders", "a file where a directory should be");
    for (const status of ["rendered", "restored"]) {
      const report = await project.render();
      expect(report.exit).toBe(1);
      const outcomes = report.status === "ran" ? report.outcomes.map(({ outcome }) => outcome) : [];
      expect(new Set(outcomes.map((outcome) => outcome.status))).toEqual(new Set([status]));
      expect(outcomes.every((outcome) => "conflict" in outcome && outcome.conflict !== undefined)).toBe(true);
    }
    expect(project.vendor.tasks).toHaveLength(4);
  });

  it("a vendor's copy with other bytes than the recorded ones replaces nothing", async () => {
    let other = false;
    const project = film(FILM, { bytes: () => (other ? "another" : undefined) });
    await project.render();
    const lock = project.read("/film/kling.lock.json");
    project.remove("/home/.local/share/klingmake/store");
    project.remove(CLIP);
    other = true;
    const report = await project.render();
    expect(report.exit).toBe(1);
    const failed =
      report.status === "ran" ? report.outcomes.filter(({ outcome }) => outcome.status === "failed") : [];
    expect(failed).toMatchObject([
      { step: "shots.010.clip", outcome: { diagnostic: { code: "run/download" } } },
    ]);
    expect(project.read("/film/kling.lock.json")).toBe(lock);
    expect(project.names()).not.toContain(CLIP);
  });

  it("a lockfile that a colleague brings while the question is open is not bought beside", async () => {
    const colleague = film(FILM);
    await colleague.render();
    const project = film(FILM);
    const report = await project.render({
      policy: { tiers: ["standard"] },
      ask: () => {
        project.volume.writeFileSync("/film/kling.lock.json", colleague.read("/film/kling.lock.json"));
        return Promise.resolve(true);
      },
    });
    expect(report.status).toBe("ran");
    expect(project.vendor.submitted).toEqual([]);
  });
});

describe("money", () => {
  it("a price of the project's own loosens no question", async () => {
    const prices =
      "catalog: { prices: [{ model: kling-2.5-turbo, usd_per_second: 0.0001 }] }\napproval: { above_usd: 0.4 }\n";
    const project = film(FILM + prices);
    expect(await project.render()).toMatchObject({
      status: "approval_needed",
      wants: [{ because: "total" }],
    });
    expect(project.vendor.submitted).toEqual([]);
  });

  it("what is bought again upstream shows the price of its dependents in the same plan", async () => {
    const project = film(FILM);
    await project.render();
    const { steps } = (await (await project.open()).plan({ rebuy: ["images.mara"] })).value ?? { steps: [] };
    expect(
      steps
        .filter(({ decision }) => decision.kind === "render")
        .map(({ step, reason }) => [step.id, reason?.because]),
    ).toEqual([
      ["images.mara", "rebuy"],
      ["shots.020.clip", "upstream_replaced"],
    ]);
  });

  it("a clip with sound renders", async () => {
    const project = film(
      FILM.replace(
        "{ prompt: the ferry leaves }",
        "{ prompt: the ferry leaves, model: kling-2.6, mode: pro, audio: true }",
      ),
    );
    expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(0);
  });
});

describe("inputs", () => {
  it.each([
    ["missing", "refs/none.png", "graph/input-missing"],
    ["outside of the project", "../dawn.png", "graph/input-outside"],
    ["a directory", "refs", "graph/input-invalid"],
    ["not a picture", "kling.manifest.yaml", "graph/input-invalid"],
    ["too small", "refs/small.png", "graph/input-invalid"],
  ])("that are %s are refused before anything is paid", async (_, path, code) => {
    const project = film(FILM.replace("refs/dawn.png", path));
    const small = Buffer.from(
      "89504e470d0a1a0a0000000d49484452000000640000006408020000000000000000000049454e44",
      "hex",
    );
    project.volume.writeFileSync("/film/refs/small.png", small);
    const report = await project.render();
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(report.diagnostics.map((each) => [each.code, each.place?.line])).toEqual([[code, 9]]);
    expect(project.vendor.submitted).toEqual([]);
  });

  it("alone are no shot: the vendor wants words beside a picture", async () => {
    const project = film(FILM.replace(", prompt: dawn", ""));
    const report = await project.render();
    expect(report.diagnostics.map((each) => [each.code, each.place?.line])).toEqual([
      ["manifest/missing-key", 9],
    ]);
  });

  it("that change between the plan and their submission are not sent", async () => {
    const project = film(FILM);
    const report = await project.render({
      onPlan: () => project.volume.appendFileSync("/film/refs/dawn.png", "more"),
    });
    expect(report.exit).toBe(1);
    const failed =
      report.status === "ran" ? report.outcomes.filter(({ outcome }) => outcome.status === "failed") : [];
    expect(failed).toMatchObject([
      {
        step: "shots.030.clip",
        outcome: { diagnostic: { code: "run/input-changed" }, billed: "not_billed" },
      },
    ]);
    expect(project.vendor.tasks).toHaveLength(3);
  });

  it("one byte of a picture changes the step that uses it, and no other", async () => {
    const project = film(FILM);
    await project.render();
    const bytes = Buffer.from(project.volume.readFileSync("/film/refs/dawn.png") as Uint8Array);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    project.volume.writeFileSync("/film/refs/dawn.png", bytes);
    const decisions = await project.decisions();
    expect(Object.entries(decisions).filter(([, decision]) => decision === "render")).toEqual([
      ["shots.030.clip", "render"],
    ]);
  });
});
