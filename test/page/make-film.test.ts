/** A film as its page shows it, told as stories: what is here, what changed, what is under way, what failed, what it costs. */
import { describe, expect, it } from "vitest";
import { hasErrors } from "../../src/base/diagnostic.js";
import { micros, usd } from "../../src/base/money.js";
import { filmOnce, openFilm } from "../../src/page/make-film.js";
import type { StepView, TaskView } from "../../src/page/film.js";
import { vendorError } from "../run/scripted-provider.js";
import { IDLE, watched } from "./watched.js";

const FILM = `version: 1
project: night-ferry
provider: kling
budget: { usd: 20 }
images:
  mara: { prompt: a portrait }
shots:
  "010": { title: The ferry leaves, notes: from the pier, tags: [night, boat], prompt: "wide, the ferry leaves the pier" }
  "020": { image: { from: images.mara }, prompt: she turns }
`;
const YES = { allowUnknownPrice: ["images.looks", "elements.mara", "voices.mara", "sounds.rain"] };

const marked = ({ prompt = [] }: StepView): string =>
  prompt
    .map(({ text, is }) => (is === "same" ? text : is === "old" ? `[-${text}-]` : `{+${text}+}`))
    .join("");

describe("a film on the page", () => {
  it("that was never rendered shows what it would cost, and nothing to look at", async () => {
    const page = watched(FILM);
    await page.look();
    const film = page.now();
    expect(film).toMatchObject({
      project: "night-ferry",
      profile: "default",
      realm: "kling",
      manifest: "kling.manifest.yaml",
      count: { render: 3, keep: 0 },
      problems: [],
      money: {
        spent: { words: "$0.00" },
        reserved: { micros: 0 },
        limit: { words: "$20.00" },
        left: { words: "$20.00" },
      },
    });
    expect(film.money.planned.micros).toBeGreaterThan(0);
    expect(film.shots.map(({ name, kind, plays }) => [name, kind, plays])).toEqual([
      ["images.mara", "image", false],
      ["shots.010", "shot", true],
      ["shots.020", "shot", true],
    ]);
    expect(page.shot("shots.010")).toMatchObject({
      title: "The ferry leaves",
      notes: "from the pier",
      tags: ["night", "boat"],
      shown: "shots.010.clip",
    });
    expect(page.step("shots.010.clip")).toEqual({
      id: "shots.010.clip",
      name: "clip",
      take: 1,
      candidate: false,
      decision: "render",
      state: "stale",
      reason: "new",
      action: "text to video",
      model: "kling-2.5-turbo",
      mode: "std",
      tier: "standard",
      seconds: 5,
      price: { words: "$0.21", micros: 210_000 },
      prompt: [{ text: "wide, the ferry leaves the pier", is: "same" }],
      changes: [],
      output: "renders/default/010/clip.mp4",
    });
  });

  it("that was rendered shows every clip by its digest, with its sidecar", async () => {
    const page = watched(FILM);
    await page.look();
    await page.render();
    const ended = page.step("shots.010.clip");
    await page.look();
    const kept = page.step("shots.010.clip");
    for (const view of [ended, kept])
      expect(view).toMatchObject({
        decision: "keep",
        state: "fresh",
        price: { words: "$0.21", micros: 0 },
        media: {
          kind: "video",
          url: expect.stringMatching(/^media\/[0-9a-f]{64}\.mp4$/),
          width: 128,
          height: 72,
        },
        sidecar: "sidecar/shots.010.clip",
      });
    expect(kept).toEqual(ended);
    expect(kept).not.toHaveProperty("outdated");
    expect(page.step("images.mara").media).toMatchObject({
      kind: "image",
      url: expect.stringMatching(/\.png$/),
    });
    expect(page.now().count).toMatchObject({ keep: 3, render: 0 });
  });

  it("counts the same money while it renders, when it has rendered and when it is planned anew", async () => {
    const page = watched(FILM);
    await page.look();
    const before = page.now().money;
    const sums: number[] = [];
    await page.render({}, () => {
      const { spent, reserved, planned } = page.now().money;
      sums.push(spent.micros + reserved.micros + planned.micros);
    });
    expect(Math.max(...sums)).toBe(before.planned.micros);
    const after = page.now().money;
    await page.look();
    expect(page.now().money).toEqual(after);
    expect(after).toMatchObject({ reserved: { micros: 0 }, planned: { micros: 0 } });
    expect(after.spent.micros).toBeGreaterThan(0);
    expect(after.left?.micros).toBe(20_000_000 - after.spent.micros);
  });

  it("has on the session's bill at once what a run orders, and not twice when the books have it too", async () => {
    const page = watched(FILM);
    const session = (used: number) => ({ ceiling: usd(5), used: micros(used) });
    await page.look();
    page.take({ type: "stand", stand: { ...IDLE, phase: "running", session: session(0) } }, 0);
    const bills: string[] = [];
    const left: (number | undefined)[] = [];
    await page.render({}, () => {
      bills.push(page.now().watch?.words ?? "");
      left.push(page.now().money.left?.micros);
    });
    const { spent } = page.now().money;
    const bill = `${spent.words} of $5.00 for this session ordered`;
    expect(bills.at(-1)).toContain(bill);
    expect(left.at(-1)).toBe(5_000_000 - spent.micros);
    page.take({ type: "stand", stand: { ...IDLE, session: session(spent.micros) } }, 0);
    await page.look();
    expect(page.now().watch?.words).toContain(bill);
    expect(page.now().money.left?.micros).toBe(5_000_000 - spent.micros);
  });

  it("of which a prompt was edited shows the clip of before, and the words that changed", async () => {
    const page = watched(FILM);
    await page.render();
    page.set.write(FILM.replace("wide, the ferry leaves", "close, the ferry slowly leaves"));
    await page.look();
    const view = page.step("shots.010.clip");
    expect(marked(view)).toBe("[-wide-]{+close+}, the ferry{+ slowly+} leaves the pier");
    expect(view).toMatchObject({ decision: "render", state: "stale", outdated: true, changes: [] });
    expect(view.media?.url).toMatch(/^media\/[0-9a-f]{64}\.mp4$/);
    expect(view.reason).toContain("prompt");
    page.set.write(FILM);
    await page.look();
    expect(page.step("shots.010.clip")).toMatchObject({ decision: "keep", state: "fresh" });
    expect(marked(page.step("shots.010.clip"))).toBe("wide, the ferry leaves the pier");
  });

  it("says of another field what it was and is, and of a source that it changed", async () => {
    const page = watched(FILM);
    await page.render();
    page.set.write(
      FILM.replace("she turns", "she turns, duration: 10").replace("a portrait", "another portrait"),
    );
    await page.look();
    expect(page.step("shots.020.clip").changes).toEqual([
      { field: "image", to: "images.mara changed" },
      { field: "duration", to: "10" },
    ]);
  });

  it("shows where each task is, and how long it will probably take", async () => {
    const page = watched(FILM);
    await page.look();
    const phases = new Map<TaskView["phase"], TaskView>();
    const states = new Set<string>();
    await page.render({}, (event) => {
      if (!("step" in event) || event.step !== "shots.010.clip") return;
      const { task, state } = page.step("shots.010.clip");
      states.add(state);
      if (task !== undefined) phases.set(task.phase, task);
    });
    expect([...phases.keys()]).toEqual(
      ["preparing", "submitted", "processing", "downloading"].filter((each) =>
        phases.has(each as TaskView["phase"]),
      ),
    );
    expect(phases.get("submitted")).toMatchObject({
      since: expect.any(Number),
      expectedSeconds: expect.any(Number),
    });
    expect([...states]).toEqual(["working", "fresh"]);
    expect(page.step("shots.010.clip")).not.toHaveProperty("task");
  });

  it("keeps saying in words why a step failed, until it is tried again", async () => {
    let isBad = true;
    const page = watched(FILM, {
      end: ({ action }) =>
        isBad && action.kind === "text_to_video"
          ? { status: "failed", message: "the lights went out" }
          : undefined,
    });
    await page.look();
    await page.render();
    const failed = page.step("shots.010.clip");
    expect(failed).toMatchObject({ state: "failed", task: { phase: "failed" } });
    expect(failed.task?.words).toContain("the lights went out");
    await page.look();
    expect(page.step("shots.010.clip")).toMatchObject({
      state: "failed",
      decision: "render",
      task: failed.task,
    });
    expect(page.step("shots.010.clip").reason).toContain("attempt 1 failed");
    isBad = false;
    await page.render();
    expect(page.step("shots.010.clip")).toMatchObject({ state: "fresh", decision: "keep" });
    expect(page.step("shots.010.clip")).not.toHaveProperty("task");
  });

  it("shows a task that another terminal has under way, since when, and how long it will take", async () => {
    const page = watched(FILM);
    const stop = new AbortController();
    const started = page.set.clock.now();
    const project = await page.set.open();
    const rendering = page.set.clock.drive(
      project.render({
        ask: () => Promise.resolve(true),
        signal: stop.signal,
        emit: (event) => {
          if (event.type === "step_submitted" && event.step === "shots.010.clip") stop.abort();
        },
      }),
    );
    await rendering;
    await page.look();
    expect(page.step("shots.010.clip")).toMatchObject({
      decision: "resume",
      state: "working",
      price: { words: "ordered" },
      task: { phase: "submitted", words: "under way", since: started, expectedSeconds: expect.any(Number) },
    });
    expect(page.now().money.reserved.micros).toBeGreaterThan(0);
  });

  it("counts what an earlier run ordered as reserved, and as spent once it has come in", async () => {
    const page = watched(FILM);
    const stop = new AbortController();
    await page.look();
    await page.render({ signal: stop.signal }, (event) => {
      if (event.type === "step_submitted" && event.step === "shots.010.clip") stop.abort();
    });
    await page.look();
    const { spent, reserved } = page.now().money;
    expect(reserved.micros).toBeGreaterThanOrEqual(210_000);
    const [most, least] = [[] as number[], [] as number[]];
    await page.render({}, () => {
      const { money } = page.now();
      most.push(money.reserved.micros + money.spent.micros + money.planned.micros);
      least.push(money.spent.micros);
    });
    expect(Math.min(...least)).toBe(spent.micros);
    const after = page.now().money;
    expect(new Set(most)).toEqual(new Set([after.spent.micros]));
    await page.look();
    expect(page.now().money).toEqual(after);
    expect(after.reserved.micros).toBe(0);
  });

  it("that is edited in the middle of a run shows the edit, and the task of nobody any more no longer", async () => {
    const page = watched(FILM);
    await page.look();
    const project = await page.set.open();
    const { value: plan } = await project.plan();
    if (plan === undefined) throw new Error("no plan");
    page.take({ type: "run", plan }, 1);
    for (const id of ["shots.010.clip", "images.mara"]) {
      const step = plan.steps.find((each) => each.step.id === id)?.step.id;
      if (step === undefined) throw new Error(id);
      page.take({ type: "event", event: { type: "step_started", step, what: "render" } }, 2);
    }
    expect(page.step("shots.010.clip")).toMatchObject({ state: "working" });
    page.set.write(FILM.replace("wide, the ferry", "close, the ferry"));
    await page.look();
    expect(page.step("shots.010.clip")).toMatchObject({ state: "stale" });
    expect(page.step("shots.010.clip")).not.toHaveProperty("task");
    expect(page.step("images.mara")).toMatchObject({ state: "working", task: { phase: "preparing" } });
  });

  it("of which only a note was edited shows the note", async () => {
    const page = watched(FILM);
    await page.look();
    page.set.write(FILM.replace("from the pier", "from the roof"));
    await page.look();
    expect(page.shot("shots.010").notes).toBe("from the roof");
  });

  it("keeps showing the last good plan beside what is wrong now, with the marked part of its line", async () => {
    const page = watched(FILM);
    await page.render();
    await page.look();
    const { shots } = page.now();
    page.set.write(
      FILM.replace('"020": { image: { from: images.mara }', '"020": { image: { from: images.nobody }'),
    );
    await page.look();
    page.take({ type: "stand", stand: { ...IDLE, faulty: true } }, 0);
    const film = page.now();
    expect(film.shots).toBe(shots);
    expect(film.watch).toMatchObject({ state: "faulty", words: expect.stringContaining("1 error") });
    const [problem] = film.problems;
    expect(problem).toMatchObject({
      severity: "error",
      code: "graph/unknown-reference",
      shot: "shots.020",
      place: expect.stringMatching(/^kling\.manifest\.yaml:9:\d+$/),
    });
    expect(problem?.lines?.map(({ number }) => number)).toEqual([7, 8, 9, 10]);
    const line = problem?.lines?.find(({ mark }) => mark !== undefined);
    expect(line?.number).toBe(9);
    expect(line?.text.slice(...(line.mark ?? []))).toContain("images.nobody");
    page.set.write(FILM);
    await page.look();
    expect(page.now().problems).toEqual([]);
  });

  it("shows problems before there ever was a plan", () => {
    const page = openFilm({ manifest: "film/kling.manifest.yaml" });
    expect(page.film(0)).toBeUndefined();
    const diagnostics = [{ code: "yaml/syntax", severity: "error", message: "odd" } as const];
    page.take({ type: "faulty", diagnostics }, 0);
    expect(page.film(7)).toMatchObject({
      now: 7,
      manifest: "film/kling.manifest.yaml",
      problems: [{ code: "yaml/syntax", message: "odd" }],
      shots: [],
    });
  });

  it("stands takes side by side, and shows the one that others use", async () => {
    const page = watched(`version: 1
project: film
provider: kling
shots:
  "030": { prompt: engine room, takes: 3, take: 2 }
`);
    await page.render();
    await page.look();
    expect(page.shot("shots.030").steps.map(({ id, take, candidate }) => [id, take, candidate])).toEqual(
      expect.arrayContaining([
        ["shots.030.clip@1", 1, true],
        ["shots.030.clip", 2, true],
        ["shots.030.clip@3", 3, true],
      ]),
    );
    expect(page.shot("shots.030").shown).toBe("shots.030.clip");
    expect(new Set(page.shot("shots.030").steps.map(({ media }) => media?.url)).size).toBe(3);
    expect(page.step("shots.030.clip@3").sidecar).toBe("sidecar/shots.030.clip%403");
  });

  it("shows the end of a chain for its shot, and not the picture that is taken on the way", async () => {
    const page = watched(`version: 1
project: film
provider: kling
shots:
  "010": { prompt: x, steps: [{ extend: { prompt: on, via: last_frame } }] }
`);
    await page.look();
    expect(page.shot("shots.010").shown).toBe("shots.010.extend");
    await page.render();
    await page.look();
    expect(page.shot("shots.010").shown).toBe("shots.010.extend");
  });

  it("has a picture for a series, a player for a sound, and words for an element", async () => {
    const page = watched(`version: 1
project: film
provider: kling
sounds:
  rain: { prompt: heavy rain, duration: 3 }
images:
  looks: { prompt: three looks, model: kling-v3-omni, series: 3 }
elements:
  mara: { description: "Mara, 40s", image: refs/dawn.png, refer_images: [refs/dawn.png] }
shots:
  "010": { prompt: "@mara turns", model: kling-3.0-omni, elements: { mara: { from: elements.mara } } }
`);
    expect((await page.render(YES)).exit).toBe(0);
    await page.look(YES);
    expect(page.shot("images.looks").shown).toBe("images.looks.picture-1");
    expect(page.step("images.looks.picture-1").media).toMatchObject({ kind: "image" });
    expect(page.step("images.looks")).not.toHaveProperty("media");
    expect(page.step("sounds.rain").media).toMatchObject({ kind: "audio", seconds: expect.any(Number) });
    const element = page.shot("elements.mara").steps[0];
    expect(element).not.toHaveProperty("media");
    expect(element).toMatchObject({ state: "fresh", prompt: [{ text: "Mara, 40s", is: "same" }] });
  });

  it("of the sandbox costs nothing, and has no limit", async () => {
    const page = watched(FILM.replace("provider: kling", "provider: sandbox"));
    await page.look();
    const { money } = page.now();
    expect(money).toMatchObject({ free: true });
    expect(money.planned.micros).toBeGreaterThan(0);
    expect(money).not.toHaveProperty("limit");
  });

  it("in a report is what it is on the page, without a watcher", async () => {
    const page = watched(FILM);
    await page.render();
    await page.look();
    const project = await page.set.open();
    const { value: plan, diagnostics } = await project.plan();
    if (plan === undefined || hasErrors(diagnostics)) throw new Error("no plan");
    const once = filmOnce(project, plan, diagnostics, page.set.clock.now());
    expect(once).toEqual(page.now());
    expect(once).not.toHaveProperty("watch");
  });
});

describe("the shots of a film", () => {
  it("stay the same objects when an event is about another one, and when nothing changed", async () => {
    const ids = Array.from({ length: 1000 }, (_, at) => String(at).padStart(4, "0"));
    const manifest = `version: 1
project: film
provider: kling
shots:
${ids.map((id) => `  "${id}": { prompt: shot ${id} }`).join("\n")}
`;
    const page = watched(manifest);
    await page.look();
    const first = page.now().shots;
    const { value: plan } = await (await page.set.open()).plan();
    if (plan === undefined) throw new Error("no plan");
    page.take({ type: "run", plan }, 1);
    expect(page.now().shots).toEqual(first);
    expect(page.now().shots.every((shot, at) => shot === first[at])).toBe(true);
    const step = plan.steps[500]?.step.id;
    if (step === undefined) throw new Error("no step");
    page.take({ type: "event", event: { type: "step_started", step, what: "render" } }, 2);
    const second = page.now().shots;
    expect(second.flatMap((shot, at) => (shot === first[at] ? [] : [shot.name]))).toEqual(["shots.0500"]);
    page.set.write(manifest.replace("shot 0007 ", "another shot "));
    await page.look();
    const third = page.now().shots;
    expect(third.flatMap((shot, at) => (shot === second[at] ? [] : [shot.name]))).toEqual(["shots.0007"]);
  });
});

describe("nothing on the page", () => {
  it("hides, moves or reorders text, and markup stays text", async () => {
    const page = watched(
      FILM.replace("The ferry leaves,", '"\\u202Eferry \\e[31m<b>",').replace(
        "from the pier,",
        '"<script>alert(1)</script>",',
      ),
    );
    await page.look();
    const { title, notes } = page.shot("shots.010");
    expect(title).toBe("\u{fffd}ferry \u{fffd}[31m<b>");
    expect(notes).toBe("<script>alert(1)</script>");
    // eslint-disable-next-line no-control-regex
    expect(JSON.stringify(page.now())).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u001f]|\\u001b/);
  });

  it("is a credential, a signed address, or a place on this machine", async () => {
    const page = watched(FILM.replace("from the pier", "see https://cdn.example/x.mp4?version=2"), {
      end: ({ action }) =>
        action.kind === "text_to_video"
          ? {
              status: "failed",
              message:
                "cannot read /film/refs/dawn.png; token=sk-abcdefghijklmnopqrstuvwxyz; https://cdn.example/y.mp4?Expires=1&Signature=zzz",
            }
          : undefined,
      submit: (_, count) =>
        count === 2 ? { kind: "refused", error: vendorError("invalid", 1200, "Bearer abcdefgh") } : undefined,
    });
    await page.render();
    await page.look();
    const text = JSON.stringify(page.now());
    expect(text).toContain("https://cdn.example/x.mp4?***");
    for (const secret of [
      "version=2",
      "Signature=zzz",
      "ghijklmnop",
      "abcdefgh",
      "/film/",
      "/home",
      "?signed",
    ])
      expect(text).not.toContain(secret);
  });
});
