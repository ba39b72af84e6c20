/**
 * A plan as the film has it: its stills and shots in the manifest's order, under each its steps in the order of their
 * chain. A graph has upstream first, wherever that stands in the film, so its own order is not the one people read.
 */
import type { PlannedStep } from "../index.js";

/** A shot or a still with its steps. */
export interface Entry {
  /** As it is called in the manifest: `shots.010`, `images.mara`. */
  readonly name: string;
  readonly kind: PlannedStep["step"]["owner"]["kind"];
  readonly id: string;
  readonly title?: string;
  readonly steps: readonly PlannedStep[];
}

/** The entries that have steps in a plan, stills before shots. */
export function filmOrder(steps: readonly PlannedStep[]): readonly Entry[] {
  const byOwner = new Map<string, PlannedStep[]>();
  for (const each of steps) {
    const { kind, id } = each.step.owner;
    const name = `${kind}s.${id}`;
    const there = byOwner.get(name);
    if (there === undefined) byOwner.set(name, [each]);
    else there.push(each);
  }
  return [...byOwner]
    .flatMap(([name, own]) => {
      const [first] = own;
      if (first === undefined) return [];
      const { owner, place } = first.step;
      const title = own.find((each) => each.step.title !== undefined)?.step.title;
      const entry: Entry = {
        name,
        kind: owner.kind,
        id: owner.id,
        steps: own,
        ...(title === undefined ? {} : { title }),
      };
      return [{ place, entry }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}
