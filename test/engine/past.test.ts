/** What was there before a plan, as the engine remembers it with the plan: without a second look, and for no other plan. */
import { expect, it } from "vitest";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: the ferry leaves, notes: from the pier, tags: [night] }
`;

async function planned(set: ReturnType<typeof film>) {
  const project = await set.open();
  const { value: plan } = await project.plan();
  if (plan === undefined) throw new Error("no plan");
  return { project, plan, past: project.past(plan) };
}

it("the past of a plan has nothing before anything was rendered but what the author wrote", async () => {
  const { past } = await planned(film(FILM));
  expect([...(past?.renderings ?? [])]).toEqual([]);
  expect(past?.money).toEqual({ spent: 0, reserved: 0 });
  expect(past?.remarks.get("shots.010")).toEqual({ notes: "from the pier", tags: ["night"] });
});

it("the past of a plan has the rendering that the lockfile points at, also when the manifest says something else", async () => {
  const set = film(FILM);
  await set.render();
  const { plan: before } = await planned(set);
  set.write(FILM.replace("the ferry leaves", "the ferry stays"));
  const { past } = await planned(set);
  const rendering = [...(past?.renderings.values() ?? [])][0];
  expect(rendering?.key).toBe(before.steps[0]?.key);
  expect(rendering?.inputs.action).toMatchObject({ prompt: "the ferry leaves" });
  expect(rendering?.held).toBe(true);
  expect(past?.money).toEqual({ spent: 210_000, reserved: 0 });
});

it("the past of a plan is that of the moment when it was planned", async () => {
  const set = film(FILM);
  const { project, plan } = await planned(set);
  await set.render();
  expect([...(project.past(plan)?.renderings ?? [])]).toEqual([]);
});

it("a project knows nothing of what was before somebody else's plan", async () => {
  const set = film(FILM);
  const { plan } = await planned(set);
  expect((await set.open()).past(plan)).toBeUndefined();
});

it("what the store has lost is remembered, and not held", async () => {
  const set = film(FILM);
  await set.render();
  set.remove("/home");
  const { plan, past } = await planned(set);
  const [step] = plan.steps;
  if (step === undefined) throw new Error("no step");
  expect(past?.renderings.get(step.step.id)?.held).toBe(false);
});
