/**
 * Steps as an author thinks of them: by shot or image, each with its chain. Pure; knows nothing of runs.
 * Candidates of one step stand together, because they are takes of the same thing.
 */
import type { PlannedStep } from "../index.js";

/** One member of a chain: a step, with its other takes. */
export interface Link {
  /** `clip`, `extend`, `lip_sync`. */
  readonly name: string;
  readonly steps: readonly PlannedStep[];
}

/** A shot or an image with everything that is made for it. */
export interface Shot {
  readonly kind: "shot" | "image";
  readonly id: string;
  readonly title?: string;
  readonly chain: readonly Link[];
}

/** The shots and images that own these steps, in the order in which they first appear. */
export function shotsOf(steps: readonly PlannedStep[]): readonly Shot[] {
  const shots = new Map<
    string,
    { readonly first: PlannedStep; readonly chain: Map<string, PlannedStep[]> }
  >();
  for (const each of steps) {
    const { owner, name } = each.step;
    const key = `${owner.kind} ${owner.id}`;
    const shot = shots.get(key) ?? { first: each, chain: new Map<string, PlannedStep[]>() };
    shots.set(key, shot);
    const link = shot.chain.get(name);
    if (link === undefined) shot.chain.set(name, [each]);
    else link.push(each);
  }
  return [...shots.values()].map(({ first, chain }): Shot => {
    const { owner, title } = first.step;
    return {
      kind: owner.kind,
      id: owner.id,
      ...(title === undefined ? {} : { title }),
      chain: [...chain].map(([name, links]) => ({ name, steps: links })),
    };
  });
}

/** All steps of a shot, along its chain. */
export function stepsOf(shot: Shot): readonly PlannedStep[] {
  return shot.chain.flatMap((link) => link.steps);
}
