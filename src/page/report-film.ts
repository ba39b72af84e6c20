/**
 * The film as it is handed over: without the watcher, with the addresses of the folder, and without what the folder does
 * not have. Pure; which bytes are in the folder is told.
 */
import type { Film, StepView } from "./film.js";

/** What the folder has of a film. */
export interface HandedOver {
  /** Addresses of media that were copied. */
  readonly media: ReadonlySet<string>;
  /** By step: the address of its sidecar in the folder. */
  readonly sidecars: ReadonlyMap<string, string>;
  /** Passes every text. */
  readonly clean: (text: string) => string;
}

/** The film of a report. */
export function reportFilm(film: Film, { media, sidecars, clean }: HandedOver): Film {
  const { watch: _, ...still } = film;
  const handed = {
    ...still,
    shots: film.shots.map((shot) => ({
      ...shot,
      steps: shot.steps.map((step): StepView => {
        const { media: shown, sidecar: __, ...rest } = step;
        const sidecar = sidecars.get(step.id);
        return {
          ...rest,
          ...(shown === undefined || !media.has(shown.url) ? {} : { media: shown }),
          ...(sidecar === undefined ? {} : { sidecar }),
        };
      }),
    })),
  };
  return cleaned(handed, clean);
}

/** Steps of which there is nothing to look at in the folder, in the order of the film. */
export function absentOf(film: Film): readonly string[] {
  return film.shots.flatMap(({ steps }) =>
    steps.filter(({ media }) => media === undefined).map(({ id }) => id),
  );
}

/**
 * Where a step's sidecar stands in the folder. Two names that differ in case only would be one file on some disks, so the
 * later one gets a number.
 */
export function sidecarAddress(step: string, taken: ReadonlySet<string>): string {
  const plain = step.replace(/[^\w.@-]/g, "-");
  for (let count = 1; ; count++) {
    const address = `sidecars/${plain}${count === 1 ? "" : `-${count}`}.json`;
    if (!taken.has(address.toLowerCase())) return address;
  }
}

/** The same data with every text passed through `clean`. */
function cleaned<T>(data: T, clean: (text: string) => string): T {
  if (typeof data === "string") return clean(data) as T;
  if (Array.isArray(data)) return data.map((each: unknown) => cleaned(each, clean)) as T;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, cleaned(value, clean)])) as T;
}
