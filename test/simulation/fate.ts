/**
 * What befalls a story: the vendor's weather, deaths, disk errors, wishes, and what people do to the files between two
 * runs. In a harsh story all of it comes thick, so that little luck is needed to meet a rare combination.
 */
import type { Weather } from "./account.js";
import type { Chance } from "./chance.js";
import { TURNING_POINTS, type Blow, type Trouble } from "./life.js";
import type { FilmProject, Stage, Wish } from "./stage.js";

/** How thick it comes. */
export type Manner = "usual" | "harsh";

/** Where records are made safe. */
const RECORDS = [
  ["datasync", 12],
  ["rename", 12],
] as const;

/** Every so many seeds tell a harsh story. */
export const HARSH_EVERY = 4;

/** How well the vendor is. */
export function drawWeather(chance: Chance, manner: Manner): Weather {
  const isHarsh = manner === "harsh";
  return {
    faults: chance.pick(isHarsh ? [0, 0.2, 0.4] : [0, 0, 0.1, 0.3]),
    failures: chance.pick(isHarsh ? [0, 0.3, 0.5] : [0, 0, 0.1, 0.3]),
    downloads: chance.pick(isHarsh ? [0.3, 0.6] : [0, 0.2, 0.5]),
    slots: chance.pick([1, 3, 50]),
  };
}

/** What befalls a life. */
export function drawBlows(chance: Chance, manner: Manner): readonly Blow[] {
  const isHarsh = manner === "harsh";
  const draw = (what: Blow["what"]): Blow => {
    const side = chance.pick(["before", "after"] as const);
    if (!isHarsh && chance.happens(0.5)) {
      return { at: 1 + Math.floor(chance.next() ** 1.5 * 260), side, what };
    }
    const isRecord = isHarsh && chance.happens(0.5);
    const [port, times] = isRecord ? chance.pick(RECORDS) : chance.pick(TURNING_POINTS);
    return { at: 1 + Math.floor(chance.next() ** 2 * times), port, side, what };
  };
  const blows: Blow[] = [];
  if (chance.happens(0.7)) blows.push(draw(chance.pick(["kill", "power", "power"])));
  if (chance.happens(0.15)) blows.push(draw("stop"));
  if (chance.happens(isHarsh ? 0.3 : 0.15)) blows.push(draw("edit"));
  return blows;
}

function drawTrouble(chance: Chance): Trouble | undefined {
  if (!chance.happens(0.2)) return undefined;
  const code = chance.pick(["ENOSPC", "EACCES", "EROFS", "EIO"] as const);
  return { code, from: 1 + chance.below(300), calls: 1 + chance.below(chance.pick([3, 40, 400])) };
}

/** What is wanted of a life. */
export function drawWish(chance: Chance, project: FilmProject, stage: Stage, manner: Manner): Wish {
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
    ...(chance.happens(0.1) ? { refresh: chance.happens(0.5) } : {}),
    ...(chance.happens(0.2) ? { retryRefused: allOf(project) } : {}),
  };
  return {
    request,
    ...(chance.happens(0.9) ? { says: chance.happens(manner === "harsh" ? 0.8 : 0.93) } : {}),
    byDigest: chance.happens(0.25),
    blows: drawBlows(chance, manner),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Names of all that a film renders. */
export function allOf({ film }: FilmProject): readonly string[] {
  return [...film.shots.map((id) => `shots.${id}`), ...film.images.map((id) => `images.${id}`)];
}

/** What people do between two runs. */
export function meddle(stage: Stage, project: FilmProject, chance: Chance): void {
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
  const past = chance.below(project.pastLocks.length + 1);
  does("reverted lockfile", 0.05, () => {
    const text = project.pastLocks[past];
    if (text === undefined) return;
    disk.put(`${root}/kling.lock.json`, text);
    project.unlocked = true;
  });
  does("lost disk", 0.03, () => {
    for (const path of [`${root}/.kling`, `${root}/kling.lock.json`, `${root}/renders`, "/home/author"])
      disk.remove(path);
    for (const each of stage.projects) if (each.disk === disk) each.emptied = true;
    project.lost = true;
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
