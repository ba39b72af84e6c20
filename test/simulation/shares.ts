/**
 * The seeds of a test run, shared between test files so that they run side by side, and what is said at the end.
 */
import { bundle, playIn, storiesIn } from "./bundle.js";
import { Census } from "./census.js";
import { MUST_HAPPEN } from "./coverage.js";
import type { Played } from "./main.js";

const SHARES = 2;
const FIRST = Number(process.env["SIM_SEED"] ?? process.env["SIM_FIRST"] ?? 1);
const SEEDS = process.env["SIM_SEED"] === undefined ? Number(process.env["SIM_SEEDS"] ?? 10_000) : 1;
/** With fewer stories than this, not everything can be expected to happen. */
const ENOUGH = 4_000;

/**
 * Plays one share of the seeds. Returns what should have happened in so many stories and did not.
 * @throws Error with the story of the first that breaks a promise.
 */
export async function playShare(share: number): Promise<readonly string[]> {
  const each = Math.ceil(SEEDS / SHARES);
  const first = FIRST + share * each;
  const seeds = Math.min(each, FIRST + SEEDS - first);
  if (seeds <= 0) return [];
  const began = performance.now();
  const played = await playIn(await bundle(`share-${share}`), first, seeds);
  const failed = failure(played);
  if (failed !== undefined) throw new Error(failed);
  const counts = new Map(played.counts);
  process.stdout.write(summary(first, played, (performance.now() - began) / 1000));
  return played.seeds < ENOUGH ? [] : MUST_HAPPEN.filter((what) => (counts.get(what) ?? 0) === 0);
}

/** What is said of a seed that failed: the promise, the story's end, and how to see it again. */
function failure({ failed }: Played): string | undefined {
  if (failed === undefined) return undefined;
  const { seed, message, story } = failed;
  return [
    `seed ${seed}: ${message}`,
    ...story.slice(-40),
    `Replay it with SIM_SEED=${seed} npx vitest run test/simulation/simulation-1.test.ts`,
  ].join("\n");
}

/** Counts of a range, in a few lines. */
function summary(first: number, { seeds, counts }: Played, seconds: number): string {
  const total = new Census();
  for (const [what, times] of counts) total.count(groupOf(what), times);
  const told = [...total.counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what} ${times}`);
  return `seeds ${first} to ${first + seeds - 1} in ${seconds.toFixed(0)} s: ${told.join(", ")}\n`;
}

/** Counts that are told together. */
function groupOf(what: string): string {
  const blow = /^(kill|power|stop|edit) (before|after) /.exec(what);
  if (blow !== null) return `${blow[1]} ${blow[2]} a call`;
  if (/^(code|fault|download|disk error|power failures) /.test(what)) {
    return `${/^(code|fault|download|disk error|power failure)/.exec(what)?.[1]}s`;
  }
  return what;
}

/** The stories of these seeds, told twice by processes of their own. */
export async function toldTwice(
  seeds: readonly number[],
): Promise<readonly [readonly string[], readonly string[]]> {
  const file = await bundle("twice");
  return [await storiesIn(file, seeds), await storiesIn(file, seeds)];
}
