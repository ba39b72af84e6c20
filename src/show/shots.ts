/**
 * Steps as an author thinks of them: by shot or image, each with its chain. Pure; knows nothing of runs.
 * Candidates of one step stand together, because they are takes of the same thing.
 */
import type { PlannedStep } from "../index.js";
import { baseOf, filmOrder } from "./film-order.js";

/** One member of a chain: a step, with its other takes. */
export interface Link {
  /** `clip`, `extend`, `lip_sync`. */
  readonly name: string;
  readonly steps: readonly PlannedStep[];
}

/** A shot, an image or another entry with everything that is made for it. */
export interface Shot {
  readonly kind: PlannedStep["step"]["owner"]["kind"];
  readonly id: string;
  /** Its id, or `voices.mara` where another entry has the same one. */
  readonly label: string;
  readonly title?: string;
  readonly chain: readonly Link[];
}

/** The shots and images that own these steps, in the order of the film. */
export function shotsOf(steps: readonly PlannedStep[]): readonly Shot[] {
  const entries = filmOrder(steps);
  const times = new Map<string, number>();
  for (const { id } of entries) times.set(id, (times.get(id) ?? 0) + 1);
  return entries.map(({ name, kind, id, title, steps: own }): Shot => ({
    kind,
    id,
    label: times.get(id) === 1 ? id : name,
    ...(title === undefined ? {} : { title }),
    chain: linksOf(own),
  }));
}

function linksOf(steps: readonly PlannedStep[]): readonly Link[] {
  const links = new Map<string, PlannedStep[]>();
  for (const each of steps) {
    // By id and not by name: each clip of a chain may have a picture taken out of it.
    const base = baseOf(each.step);
    const link = links.get(base);
    if (link === undefined) links.set(base, [each]);
    else link.push(each);
  }
  return [...links.values()].map((own) => ({ name: own[0]?.step.name ?? "", steps: own }));
}

/** All steps of a shot, along its chain. */
export function stepsOf(shot: Shot): readonly PlannedStep[] {
  return shot.chain.flatMap((link) => link.steps);
}
