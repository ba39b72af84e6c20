/**
 * One story from one seed: a film, lives that are cut short by all that can go wrong, and a last run that nothing disturbs.
 * The promises are held against the world after every life and at the end.
 */
import type { PlannedStep } from "../../src/plan/plan.js";
import type { Outcome } from "../../src/run/event.js";
import { CALM, type Weather } from "./account.js";
import type { Census } from "./census.js";
import { Chance } from "./chance.js";
import { drawFilm } from "./film.js";
import * as invariants from "./invariants.js";
import { TURNING_POINTS, type Blow, type Trouble } from "./life.js";
import { Broken, recordsParse, type Records } from "./records.js";
import { Stage, type FilmProject, type Lived, type Wish } from "./stage.js";

/** Plays the story of a seed. @throws Broken when a promise was. */
export async function play(seed: number, census: Census): Promise<void> {
  const chance = new Chance(seed);
  const stage = new Stage(chance, census);
  const film = drawFilm(chance);
  const machine = stage.machine();
  stage.found("film", machine, film);
  if (chance.happens(0.15)) stage.found("copy", chance.happens(0.5) ? machine : stage.machine(), film);
  census.tell(() => film.text([]));

  const lives = 1 + chance.below(4);
  for (let count = 0; count < lives; count++) {
    stage.account.weather = drawWeather(chance);
    const project = chance.pick(stage.projects);
    meddle(stage, project, chance);
    const wishes = [[project, drawWish(chance, project, stage)] as const];
    // The same project in another terminal, or another project with the same keys.
    if (chance.happens(0.15)) {
      const other = chance.pick(stage.projects);
      wishes.push([other, { says: true, blows: drawBlows(chance) }]);
    }
    census.tell(() => `life ${count + 1}: ${JSON.stringify(wishes.map(([{ name }, wish]) => [name, wish]))}`);
    const lived = await stage.live(wishes);
    check(stage, lived);
    await stage.turns.rest(chance.pick([2_000, 70_000, 600_000, 90_000_000]));
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

function drawWeather(chance: Chance): Weather {
  const rough = chance.pick([0, 0, 0.1, 0.3]);
  return {
    faults: rough,
    failures: chance.pick([0, 0, 0.1, 0.3]),
    downloads: chance.pick([0, 0.2, 0.5]),
    slots: chance.pick([1, 3, 50]),
  };
}

function drawBlows(chance: Chance): readonly Blow[] {
  const draw = (what: Blow["what"]): Blow => {
    const side = chance.pick(["before", "after"] as const);
    if (chance.happens(0.5)) return { at: 1 + Math.floor(chance.next() ** 1.5 * 260), side, what };
    return { at: 1 + Math.floor(chance.next() ** 2 * 12), port: chance.pick(TURNING_POINTS), side, what };
  };
  const blows: Blow[] = [];
  if (chance.happens(0.7)) blows.push(draw(chance.pick(["kill", "power", "power"])));
  if (chance.happens(0.15)) blows.push(draw("stop"));
  if (chance.happens(0.15)) blows.push(draw("edit"));
  return blows;
}

function drawTrouble(chance: Chance): Trouble | undefined {
  if (!chance.happens(0.2)) return undefined;
  const code = chance.pick(["ENOSPC", "EACCES", "EROFS", "EIO"] as const);
  return { code, from: 1 + chance.below(300), calls: 1 + chance.below(chance.pick([3, 40, 400])) };
}

function drawWish(chance: Chance, project: FilmProject, stage: Stage): Wish {
  const trouble = drawTrouble(chance);
  const rebuy = chance.happens(0.08) ? [`shots.${chance.pick(project.film.shots)}`] : undefined;
  if (rebuy !== undefined) {
    stage.census.count("rebuys");
    stage.rebuys++;
  }
  const maxCostUsd = chance.happens(0.15) ? chance.pick([0.25, 0.5, 1, 2]) : undefined;
  const request = {
    ...(rebuy === undefined ? {} : { rebuy }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(chance.happens(0.05) ? { frozen: true } : {}),
    ...(chance.happens(0.2) ? { retryRefused: allOf(project) } : {}),
  };
  return {
    request,
    ...(chance.happens(0.9) ? { says: chance.happens(0.93) } : {}),
    byDigest: chance.happens(0.25),
    blows: drawBlows(chance),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function allOf({ film }: FilmProject): readonly string[] {
  return [...film.shots.map((id) => `shots.${id}`), ...film.images.map((id) => `images.${id}`)];
}

/** What people do between two runs. */
function meddle(stage: Stage, project: FilmProject, chance: Chance): void {
  const { disk, root } = project;
  const does = (what: string, probability: number, act: () => void): void => {
    if (!chance.happens(probability)) return;
    stage.census.count(what);
    stage.census.tell(() => what);
    act();
  };
  if (chance.happens(0.2)) stage.edit(project);
  does("lost .kling", 0.04, () => {
    disk.remove(`${root}/.kling`);
    project.lost = true;
  });
  does("lost lockfile", 0.05, () => {
    disk.remove(`${root}/kling.lock.json`);
    project.unlocked = true;
  });
  does("lost store", 0.04, () => {
    disk.remove("/home/author/.local");
    for (const each of stage.projects) if (each.disk === disk) each.emptied = true;
  });
  does("lost outputs", 0.05, () => disk.remove(`${root}/renders`));
  does("lost snapshots", 0.1, () => disk.remove("/home/author/.cache"));
  does("held", 0.04, () => {
    // What is made from a held clip is made again, with a yes, once the clip is let go.
    stage.rebuys++;
    project.held = !project.held;
    stage.save(project);
  });
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

  const before = [stage.account.tasks.length, stage.account.small.length];
  const [idle] = await stage.live([[project, { says: false }]]);
  if (idle === undefined || !isDone(idle)) throw new Broken(`there is still something to do: ${endOf(idle)}`);
  const after = [stage.account.tasks.length, stage.account.small.length];
  if (after.some((count, index) => count !== before[index])) throw new Broken("doing nothing cost something");
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
