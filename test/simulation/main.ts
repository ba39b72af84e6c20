/**
 * Plays the stories of a range of seeds and says what came of them: one line of JSON on stdout for whoever started it.
 * The first broken promise ends it.
 */
import { Census } from "./census.js";
import { play } from "./story.js";

/** What came of a range. */
export interface Played {
  readonly seeds: number;
  readonly counts: readonly (readonly [string, number])[];
  readonly failed?: { readonly seed: number; readonly message: string; readonly story: readonly string[] };
}

/** Plays `seeds` stories from `first` on, every `step`th. */
export async function playRange(first: number, seeds: number, step: number): Promise<Played> {
  const census = new Census();
  for (let seed = first; seed < first + seeds * step; seed += step) {
    try {
      await play(seed, census);
    } catch (error) {
      const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
      const where = stack.split("\n").filter((line) => line.startsWith("    at "));
      return {
        seeds: (seed - first) / step + 1,
        counts: [...census.counts],
        failed: { seed, message: [`${name}: ${message}`, ...where].join("\n"), story: await tell(seed) },
      };
    }
  }
  return { seeds, counts: [...census.counts] };
}

/** The story of a seed, line by line. */
export async function tell(seed: number): Promise<readonly string[]> {
  const census = new Census(true);
  await play(seed, census).catch((error: unknown) => {
    census.tell(() => String(error));
  });
  return census.lines ?? [];
}

const [what = "range", ...numbers] = process.argv.slice(2);
const [first = 1, seeds = 100, step = 1] = numbers.map(Number);
const told: string[] = [];
if (what === "tell") for (const seed of numbers) told.push((await tell(Number(seed))).join("\n"));
process.stdout.write(JSON.stringify(what === "tell" ? told : await playRange(first, seeds, step)));
