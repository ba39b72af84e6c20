/**
 * Steps as the film has them: its stills and shots in the manifest's order, under each its steps in the order of their
 * chain. A graph has upstream first, wherever that stands in the film, so its own order is not the one people read.
 */
import { isLocal, type Step } from "../index.js";

/** A shot or a still with its steps. */
export interface Entry<T> {
  /** As it is called in the manifest: `shots.010`, `images.mara`. */
  readonly name: string;
  readonly kind: Step["owner"]["kind"];
  readonly id: string;
  readonly title?: string;
  readonly steps: readonly T[];
}

/** The entries that have steps among these, stills before shots. */
export function filmOrder<T extends { readonly step: Step }>(steps: readonly T[]): readonly Entry<T>[] {
  const byOwner = new Map<string, T[]>();
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
      const entry: Entry<T> = {
        name,
        kind: owner.kind,
        id: owner.id,
        steps: alongChain(own),
        ...(title === undefined ? {} : { title }),
      };
      return [{ place, entry }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}

/** A step's id without the number of its take. */
export function baseOf({ id, candidate }: Step): string {
  return candidate ? id.slice(0, id.lastIndexOf("@")) : id;
}

/** The steps of one owner with each frame behind the takes of the clip that it is taken from. */
function alongChain<T extends { readonly step: Step }>(own: readonly T[]): readonly T[] {
  const framesOf = new Map<string, T[]>();
  const others: T[] = [];
  for (const each of own) {
    const { action } = each.step;
    if (!isLocal(action) || action.source.kind !== "step") others.push(each);
    else framesOf.set(action.source.id, [...(framesOf.get(action.source.id) ?? []), each]);
  }
  const ordered = others.flatMap((each, index) => {
    const base = baseOf(each.step);
    const next = others[index + 1];
    if (next !== undefined && baseOf(next.step) === base) return [each];
    const frames = framesOf.get(base) ?? [];
    framesOf.delete(base);
    return [each, ...frames];
  });
  return [...ordered, ...[...framesOf.values()].flat()];
}
