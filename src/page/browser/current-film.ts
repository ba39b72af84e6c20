/**
 * The film as this page knows it: what news make of it, and which shots they really change. Pure.
 */
import type { FilmNews, ShotView } from "../film.js";

/** What news changed. */
export interface Changed {
  /** Shots that are new or differ from before, in the film's order. */
  readonly shots: readonly ShotView[];
  /** Their views before, where they had one. */
  readonly before: ReadonlyMap<string, ShotView>;
  /** Whether shots came, went or moved. */
  readonly order: boolean;
}

/** Keeps the film in step with the news. */
export class CurrentFilm {
  #head: FilmNews["head"] | undefined;
  #shots: readonly ShotView[] = [];
  #known = new Map<string, { readonly shot: ShotView; readonly text: string }>();

  /** All but the shots; undefined before the first news. */
  get head(): FilmNews["head"] | undefined {
    return this.#head;
  }

  /** In the film's order. */
  get shots(): readonly ShotView[] {
    return this.#shots;
  }

  /** The shot of a name. */
  shot(name: string): ShotView | undefined {
    return this.#known.get(name)?.shot;
  }

  /** Takes news in. After a broken connection everything is told again, which changes only what differs. */
  apply({ head, order, shots }: FilmNews): Changed {
    this.#head = head;
    const told = new Map(shots.map((shot) => [shot.name, shot]));
    const known = new Map<string, { readonly shot: ShotView; readonly text: string }>();
    const before = new Map<string, ShotView>();
    const changed: ShotView[] = [];
    for (const name of order) {
      const was = this.#known.get(name);
      const now = told.get(name);
      const text = now === undefined ? undefined : JSON.stringify(now);
      if (was !== undefined && (text === undefined || text === was.text)) known.set(name, was);
      else if (now !== undefined && text !== undefined) {
        known.set(name, { shot: now, text });
        changed.push(now);
        if (was !== undefined) before.set(name, was.shot);
      }
    }
    const names = [...known.keys()];
    const orderChanged =
      names.length !== this.#shots.length || this.#shots.some(({ name }, at) => name !== names[at]);
    this.#known = known;
    this.#shots = [...known.values()].map(({ shot }) => shot);
    return { shots: changed, before, order: orderChanged };
  }
}
