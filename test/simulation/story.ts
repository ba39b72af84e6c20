/**
 * One story from one seed: a film, lives that are cut short by all that can go wrong, and a last run that nothing disturbs.
 * The promises are held against the world after every life and at the end.
 */
import type { PlannedStep } from "../../src/plan/plan.js";
import type { Outcome } from "../../src/run/event.js";
import { CALM } from "./account.js";
import type { Census } from "./census.js";
import { Chance } from "./chance.js";
import { allOf, drawBlows, drawWeather, drawWish, HARSH_EVERY, meddle } from "./fate.js";
import { drawFilm } from "./film.js";
import * as invariants from "./invariants.js";
import { Broken, recordsParse, type Records } from "./records.js";
import { Stage, type FilmProject, type Lived } from "./stage.js";

/** Plays the story of a seed. @throws Broken when a promise was. */
export async function play(seed: number, census: Census): Promise<void> {
  const chance = new Chance(seed);
  const manner = seed % HARSH_EVERY === 0 ? "harsh" : "usual";
  const stage = new Stage(chance, census);
  const film = drawFilm(chance);
  const machine = stage.machine();
  stage.found("film", machine, film);
  if (chance.happens(0.15)) stage.found("copy", chance.happens(0.5) ? machine : stage.machine(), film);
  census.tell(() => film.text([]));

  const lives = 1 + chance.below(4);
  for (let count = 0; count < lives; count++) {
    stage.account.weather = drawWeather(chance, manner);
    const project = chance.pick(stage.projects);
    meddle(stage, project, chance);
    const wishes = [[project, drawWish(chance, project, stage, manner)] as const];
    // The same project in another terminal, or another project with the same keys.
    if (chance.happens(manner === "harsh" ? 0.4 : 0.15)) {
      const other = chance.pick(stage.projects);
      wishes.push([other, { says: true, blows: drawBlows(chance, manner) }]);
    }
    census.tell(() => `life ${count + 1}: ${JSON.stringify(wishes.map(([{ name }, wish]) => [name, wish]))}`);
    const lived = await stage.live(wishes);
    check(stage, lived);
    await stage.turns.rest(chance.pick([30_000, 70_000, 600_000, 90_000_000]));
  }
  stage.account.weather = CALM;
  for (const project of stage.projects) await finishUndisturbed(stage, project);
  invariants.nothingIsPaidTwice(stage);
  invariants.nothingIsLost(stage, recordsOf(stage));
  for (const { disk, root } of stage.projects) {
    census.tell(
      () => `${disk.text(`${root}/kling.lock.json`)}\n${disk.text(`${root}/.kling/journal.jsonl`)}`,
    );
  }
}

function recordsOf(stage: Stage): ReadonlyMap<FilmProject, Records> {
  return new Map(stage.projects.map((project) => [project, recordsParse(project)]));
}

function check(stage: Stage, lived: readonly Lived[]): void {
  for (const each of lived) {
    const { report, life } = each;
    const end = life.alive ? (report?.status ?? "the disk") : "died";
    stage.census.count(`ended: ${end}`);
    stage.census.tell(() => `${each.project.name} ended: ${end} ${report?.exit ?? ""}`);
    invariants.endsInReport(each);
    invariants.capsHold(each);
    invariants.refusalsStand(each);
    invariants.damageIsKept(stage, each.project, life.alive ? each : undefined);
  }
  const records = recordsOf(stage);
  for (const { disk, root, pastLocks } of stage.projects) {
    const text = disk.text(`${root}/kling.lock.json`);
    if (text !== undefined && text !== pastLocks.at(-1)) pastLocks.push(text);
  }
  invariants.createsAreSingle(stage);
  invariants.storeIsTrue(stage);
  for (const [project, record] of records) {
    invariants.outputsAreTrue(stage, project, record);
    invariants.recordsAreBacked(project, record);
  }
  invariants.tasksAreReachable(stage, records);
}

const ROUNDS_MOST = 10;

/** The last runs, with nothing in their way: the film gets done, and then there is nothing left to do. */
async function finishUndisturbed(stage: Stage, project: FilmProject): Promise<void> {
  if (project.held) {
    project.held = false;
    stage.save(project);
  }
  for (let round = 1; ; round++) {
    await stage.turns.rest(600_000);
    // Whose records are gone is told that the old outputs may go: nothing is left by which they could be known.
    const request = { retryRefused: allOf(project), overwriteOutputs: project.lost };
    const [lived] = await stage.live([[project, { says: true, request }]]);
    if (lived === undefined) throw new Error("nobody lived");
    check(stage, [lived]);
    if (isDone(lived)) break;
    if (round === ROUNDS_MOST) throw new Broken(`the film does not get done: ${endOf(lived)}`);
  }
  // What an edit overtook is collected beside.
  await stage.turns.rest(600_000);
  await stage.live([[project, { says: true }]]);

  const before = stage.arrived;
  const [idle] = await stage.live([[project, { says: false }]]);
  if (idle === undefined || !isDone(idle)) throw new Broken(`there is still something to do: ${endOf(idle)}`);
  if (stage.arrived !== before) throw new Broken("a run with nothing to do sent something that costs money");
  if (idle.report?.exit !== 0 && idle.report?.exit !== 8)
    throw new Broken(`all is done, and the exit is ${idle.report?.exit}`);
  stage.census.count(idle.report.exit === 0 ? "films done" : "films done but for what a person decides");
  check(stage, [idle]);
  invariants.noLitter(project, recordsParse(project));
  invariants.booksCover(stage, project, idle.report?.plan?.committed ?? 0);
}

/** Whether all is there, besides what only a person can decide. */
function isDone({ report }: Lived): boolean {
  if (report?.status !== "ran" || report.plan === undefined) return false;
  const steps = new Map(report.plan.steps.map((planned) => [planned.step.id as string, planned]));
  const outcomes = new Map(report.outcomes.map(({ step, outcome }) => [step as string, outcome]));
  return report.outcomes.every(({ step, outcome }) => isSettled(step, outcome, outcomes, steps));
}

function isSettled(
  step: string,
  outcome: Outcome,
  outcomes: ReadonlyMap<string, Outcome>,
  steps: ReadonlyMap<string, PlannedStep>,
): boolean {
  switch (outcome.status) {
    case "kept":
    case "rendered":
    case "restored":
      return outcome.conflict === undefined;
    case "unknown":
      return isUnaskable(steps.get(step));
    case "blocked": {
      const { because } = outcome;
      if (because.because === "unknown") return isUnaskable(steps.get(step));
      return (
        because.because === "upstream" &&
        because.steps.every((id) => {
          const above = outcomes.get(id);
          return above !== undefined && above.status === "blocked" && isSettled(id, above, outcomes, steps);
        })
      );
    }
    case "failed":
    case "interrupted":
      return false;
  }
}

/** Only what carries no reference may be left to a person. */
function isUnaskable(planned: PlannedStep | undefined): boolean {
  return planned?.step.action.kind === "extend" && planned.step.action.via === "native";
}

function endOf(lived: Lived | undefined): string {
  const { report } = lived ?? {};
  if (report?.status !== "ran") return JSON.stringify(report?.diagnostics ?? report?.status);
  return JSON.stringify(report.outcomes);
}
