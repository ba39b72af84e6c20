/** An account that has what a project lost: found before anybody is asked for money, adopted at no cost. */
import { describe, expect, it } from "vitest";
import type { Plan } from "../../src/plan/plan.js";
import type { RenderReport, RenderRequest } from "../../src/engine-render.js";
import type { Script } from "../run/scripted-provider.js";
import { vendorError } from "../run/scripted-provider.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: a portrait }
shots:
  "010":
    prompt: the ferry leaves
    takes: 2
    steps: [{ extend: { prompt: it goes on, via: omni } }]
  "020": { image: { from: images.mara }, prompt: she turns }
  "030": { model: kling-3.0, mode: pro, prompt: dawn }
`;
const TASKS = 6;
/** Its last shot alone. */
const ONE = FILM.replace(/images:[\s\S]*?"030"/, 'shots:\n  "030"');
const days = (count: number) => count * 86_400_000;

async function rendered(manifest = FILM, script: Script = {}) {
  const project = film(manifest, script);
  const report = await project.render({ ask: () => Promise.resolve(true) });
  expect(report.exit).toBe(0);
  return project;
}

/** All that a machine has of the project, its manifest and pictures aside. */
function loseDisk(project: ReturnType<typeof film>): void {
  for (const each of ["/film/.kling", "/film/kling.lock.json", "/film/renders", "/home"])
    project.remove(each);
}

async function refreshed(project: ReturnType<typeof film>): Promise<Plan> {
  const planned = await (await project.open()).plan({ refresh: true });
  if (planned.value === undefined) throw new Error(JSON.stringify(planned.diagnostics));
  return planned.value;
}

const decisionsOf = (plan: Plan) => plan.steps.map(({ decision }) => decision.kind);

/** A render with nobody there to say yes. */
async function alone(project: ReturnType<typeof film>, request: RenderRequest = {}): Promise<RenderReport> {
  return project.render(request);
}

describe("after a lost disk", () => {
  it("plan --refresh finds every task by its reference and says that it costs nothing", async () => {
    const project = await rendered();
    loseDisk(project);
    expect((await project.plan()).totals.create.usd.high).toBeGreaterThan(0);
    const plan = await refreshed(project);
    expect(decisionsOf(plan)).toEqual(Array(TASKS).fill("resume"));
    expect(plan.totals.create.usd.high).toBe(0);
    expect(plan.steps.map(({ reason }) => reason)).toEqual(
      Array(TASKS).fill(expect.objectContaining({ because: "under_way", found: true })),
    );
    expect((await project.open()).wantsYes(plan)).toEqual([]);
  });

  it("render needs nobody's yes, creates nothing, and leaves the project as it was", async () => {
    const project = await rendered();
    const lock = project.read("/film/kling.lock.json");
    loseDisk(project);
    const plans: Plan[] = [];
    const report = await alone(project, { onPlan: (plan) => plans.push(plan) });
    expect(report).toMatchObject({ status: "ran", exit: 0, spent: 0 });
    expect(plans.map((plan) => plan.totals.create.usd.high)).toEqual([0]);
    expect(project.vendor.submitted).toHaveLength(TASKS);
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
    const digests = (text: string) => text.match(/"artifact": \{[^}]*\}/g);
    expect(digests(lock)).toHaveLength(TASKS);
    expect(digests(project.read("/film/kling.lock.json"))).toEqual(digests(lock));
  });

  it("a render that dies while it writes down what it found goes on with it", async () => {
    const project = await rendered();
    loseDisk(project);
    await alone(project);
    const journal = project.read("/film/.kling/journal.jsonl").split("\n");
    for (const lines of [1, 2, 3]) {
      loseDisk(project);
      project.volume.mkdirSync("/film/.kling");
      project.volume.writeFileSync("/film/.kling/journal.jsonl", `${journal.slice(0, lines).join("\n")}\n`);
      expect((await alone(project)).exit).toBe(0);
    }
    expect(project.vendor.submitted).toHaveLength(TASKS);
  });

  it("counts what it found in the budget, and finds what the budget has no room for, too", async () => {
    const project = await rendered(`${FILM}budget: { usd: 20 }\n`);
    const before = (await project.plan()).committed;
    loseDisk(project);
    project.write(`${FILM}budget: { usd: 0.3 }\n`);
    const report = await alone(project);
    expect(report.exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(TASKS);
    expect((await project.plan()).committed).toBe(before);
  });

  it("a digest that was read elsewhere covers what is left of its plan, although its file is lost", async () => {
    const fresh = film(FILM);
    const { digest } = await fresh.plan();
    const project = await rendered();
    loseDisk(project);
    const gone = project.vendor.submitted[0];
    let first = true;
    const slow: Script["find"] = (reference) =>
      reference === gone && first ? ((first = false), { kind: "absent" }) : undefined;
    project.vendor.script = { find: slow };
    expect((await alone(project, { approve: digest })).exit).toBe(0);
    expect((await alone(film(FILM), { approve: digest.replace(/^./, "x") })).exit).toBe(7);
  });

  it("a task whose results the vendor has dropped blocks, and only --rebuy buys again", async () => {
    const project = await rendered();
    loseDisk(project);
    await project.clock.advance(days(31));
    const report = await alone(project);
    expect(report.exit).toBe(10);
    expect(project.vendor.submitted).toHaveLength(TASKS);
  });

  it("a failed attempt is remembered again, and the one after it is found", async () => {
    let failing = true;
    const end: Script["end"] = () => (failing ? { status: "failed", message: "it broke" } : undefined);
    const project = film(ONE, { end });
    const yes = { ask: () => Promise.resolve(true) };
    expect((await project.render(yes)).exit).toBe(1);
    loseDisk(project);
    const plan = await refreshed(project);
    expect(plan.steps[0]).toMatchObject({ create: { attempt: 2 }, reason: { because: "failed_before" } });
    const first = project.vendor.tasks[0]?.id;
    failing = false;
    project.vendor.script = {
      end: ({ reference }) =>
        reference === project.vendor.submitted[0] ? { status: "failed", message: "it broke" } : undefined,
    };
    expect((await project.render(yes)).exit).toBe(0);
    expect(project.read("/film/.kling/journal.jsonl")).toContain(`"task":"${first}","adopted":true`);
    loseDisk(project);
    expect(decisionsOf(await refreshed(project))).toEqual(["resume"]);
    expect((await alone(project)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(2);
  });

  it("a content refusal is remembered again, and blocks", async () => {
    const end: Script["end"] = () => ({ status: "failed", message: "risk control", refusal: true });
    const project = film(ONE, { end });
    await project.render({ ask: () => Promise.resolve(true) });
    loseDisk(project);
    expect((await refreshed(project)).steps[0]?.decision).toMatchObject({ because: { because: "refused" } });
  });
});

describe("a file that was adopted after a lost disk", () => {
  it("hides no paid task: the next rebuy collects that one, and only the one after it pays", async () => {
    const project = await rendered(ONE);
    const mine = project.volume.readFileSync("/film/renders/default/030/clip.mp4") as Uint8Array;
    loseDisk(project);
    project.volume.writeFileSync("/film/mine.mp4", mine);
    const adopted = await (await project.open()).adopt({ file: "mine.mp4", step: "shots.030" });
    expect(adopted.exit).toBe(0);
    expect(await project.decisions()).toEqual({ "shots.030.clip": "keep" });
    const wish = { rebuy: ["shots.030"], ask: () => Promise.resolve(true) };
    expect(await project.render(wish)).toMatchObject({ exit: 0, spent: 0 });
    expect(project.vendor.submitted).toHaveLength(1);
    expect(project.read("/film/kling.lock.json")).toContain('"others"');
    expect((await project.render(wish)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(2);
  });
});

describe("asking the account", () => {
  it("that does not answer is a warning, and the render goes on: each create is settled by itself", async () => {
    const project = film(FILM, { find: () => ({ kind: "lost", why: "the connection was cut" }) });
    const report = await project.render({ ask: () => Promise.resolve(true) });
    expect(report.exit).toBe(0);
    expect(report.diagnostics.map(({ code }) => code)).toEqual(["plan/not-asked"]);
    expect(project.vendor.submitted).toHaveLength(TASKS);
  });

  it("counts what was answered, and not what was not", async () => {
    const project = film(FILM, {
      find: (_, count) => (count === 1 ? { kind: "lost", why: "the connection was cut" } : undefined),
    });
    expect((await refreshed(project)).account).toEqual({ asked: TASKS - 1, found: 0 });
  });

  it("comes before the question, and what is found meanwhile shrinks it", async () => {
    const project = await rendered();
    loseDisk(project);
    const gone = project.vendor.submitted[0];
    project.vendor.script = { find: (reference) => (reference === gone ? { kind: "absent" } : undefined) };
    const asked: number[] = [];
    await project.render({
      ask: (plan) => (asked.push(plan.totals.count.render), Promise.resolve(false)),
      policy: { above: 0 as never },
    });
    expect(asked).toEqual([1]);
    expect(project.vendor.submitted).toHaveLength(TASKS);
  });

  it("is not done by plan alone, by --frozen, or by the sandbox's renders", async () => {
    const project = film(FILM);
    await project.plan();
    await project.render({ frozen: true });
    const sandbox = film(FILM.replace("provider: kling", "provider: sandbox"), { realm: "sandbox" });
    await sandbox.render();
    expect(project.routes()).toBe(0);
    expect(sandbox.vendor.log.filter((each) => each.startsWith("find"))).toEqual([]);
  });

  it("without credentials ends plan --refresh, and leaves render to say so after its own questions", async () => {
    const none = { kind: "credentials", message: "KLING_API_KEY is not set", help: "set it" } as const;
    const project = film(FILM, { noRoute: () => none });
    const planned = await (await project.open()).plan({ refresh: true });
    expect(planned.diagnostics.map(({ code }) => code)).toEqual(["run/credentials"]);
    expect(planned.value).toBeUndefined();
    expect((await project.render()).exit).toBe(4);
    expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(9);
  });

  it("once more about a task that it denied before finds it when it is there after all", async () => {
    const project = film(ONE, {
      look: () => ({ kind: "absent" }),
    });
    const yes = { ask: () => Promise.resolve(true) };
    await project.render(yes);
    expect(project.read("/film/.kling/journal.jsonl")).toContain('"type":"abandoned"');
    project.vendor.script = {};
    expect((await alone(project)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("once more about a task that it denied finds it by its id, where its product takes no reference", async () => {
    const project = film(ONE, { references: false, look: () => ({ kind: "absent" }) });
    const yes = { ask: () => Promise.resolve(true) };
    await project.render(yes);
    project.vendor.script = { references: false };
    expect(decisionsOf(await refreshed(project))).toEqual(["resume"]);
    expect((await alone(project)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(1);
  });

  const later: readonly (readonly [string, Script])[] = [
    ["was refused", { submit: () => ({ kind: "refused", error: vendorError("account", 1102) }) }],
    ["failed", { end: () => ({ status: "failed", message: "it broke" }) }],
    ["was denied, too", { look: () => ({ kind: "absent" }) }],
  ];
  for (const [how, second] of later) {
    it(`about a denied task finds it although the attempt after it ${how}, and buys no third`, async () => {
      const project = film(ONE, { look: () => ({ kind: "absent" }) });
      const yes = { ask: () => Promise.resolve(true) };
      await project.render(yes);
      project.vendor.script = { find: () => ({ kind: "absent" }), ...second };
      await project.render(yes);
      const [first, next] = project.vendor.submitted;
      expect([first === next, project.vendor.submitted.length]).toEqual([false, 2]);
      project.vendor.script = { find: (reference) => (reference === first ? undefined : { kind: "absent" }) };
      expect((await alone(project)).exit).toBe(0);
      expect(project.vendor.submitted).toHaveLength(2);
      expect(await project.decisions()).toEqual({ "shots.030.clip": "keep" });
    });
  }

  it("about a denied task finds it whatever failed since, also where another one is to be bought", async () => {
    const project = film(ONE, { look: () => ({ kind: "absent" }) });
    const yes = { ask: () => Promise.resolve(true), rebuy: ["shots.030"] };
    await project.render(yes);
    project.vendor.script = {
      find: () => ({ kind: "absent" }),
      submit: () => ({ kind: "refused", error: vendorError("account", 1102) }),
    };
    await project.render(yes);
    project.vendor.script = {};
    expect((await project.render(yes)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(2);
  });

  it("refused for the credentials says so in the warning, and nothing of what the account has", async () => {
    const project = film(FILM, { find: () => ({ kind: "failed", error: vendorError("credentials", 1002) }) });
    const planned = await (await project.open()).plan({ refresh: true });
    expect(planned.value?.account).toBeUndefined();
    expect(planned.diagnostics).toMatchObject([{ code: "plan/not-asked", why: "a credentials error" }]);
  });
});

describe("a create that carries no reference, after a lost disk", () => {
  const NATIVE = `version: 1
project: night-ferry
provider: kling
shots:
  "010":
    model: kling-v1-6
    prompt: the ferry leaves
    steps: [{ extend: { via: native } }]
`;
  const nameless: Script = { references: (product) => product !== "/extend" };

  it("is not bought again where the account has a task on its clip that nobody here knows: a person decides", async () => {
    const project = await rendered(NATIVE, nameless);
    loseDisk(project);
    const plan = await refreshed(project);
    expect(plan.steps[1]?.decision).toMatchObject({ kind: "blocked", because: { because: "unknown" } });
    expect((await project.render({ ask: () => Promise.resolve(true), yes: true })).exit).toBe(8);
    expect(project.vendor.submitted).toHaveLength(2);
    expect(await project.decisions()).toMatchObject({ "shots.010.extend": "blocked: unknown" });

    const settled = await (await project.open()).reconcile({ names: ["shots.010.extend"], task: "t2" });
    expect(settled.exit).toBe(0);
    expect((await project.render()).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(2);
    expect(new Set(Object.values(await project.decisions()))).toEqual(new Set(["keep"]));
  });

  it("is bought where no such task is there, and where that task is another step's", async () => {
    const project = await rendered(NATIVE.replace(/    steps.*/, ""), nameless);
    project.write(NATIVE);
    expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(0);
    project.write(NATIVE.replace("via: native", "via: native, prompt: another way"));
    expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(3);
  });

  it("and a gateway without lists says nothing, so that its price is asked as ever", async () => {
    const project = await rendered(NATIVE, {
      ...nameless,
      list: () => ({ kind: "failed", error: vendorError("invalid") }),
    });
    loseDisk(project);
    const plan = await refreshed(project);
    expect(plan.steps[1]?.decision.kind).toBe("render");
  });

  it("is found by its task where the journal lost the line with its intent", async () => {
    const project = await rendered(NATIVE, nameless);
    const journal = "/film/.kling/journal.jsonl";
    const lines = project.read(journal).split("\n");
    const at = lines.findLastIndex((line) => line.includes('"type":"intent"'));
    project.volume.writeFileSync(journal, lines.with(at, "{damaged").join("\n"));
    project.remove("/film/kling.lock.json");
    await project.clock.advance(days(3));
    expect((await alone(project)).exit).toBe(0);
    expect(project.vendor.submitted).toHaveLength(2);
    expect(project.read(journal)).toMatch(/"type":"intent".*"since":"2026-11-22/);
  });
});
