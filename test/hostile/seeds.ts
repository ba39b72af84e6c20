/**
 * How properties are tried: the same cases in every run, so that a failure stays one; more and others on request, with
 * FUZZ_RUNS and FUZZ_SEED.
 */
const whole = (name: string): number | undefined => {
  const text = process.env[name];
  return text === undefined || text === "" ? undefined : Number(text);
};

/** Parameters of a property that is tried `runs` times. */
export function fuzz(runs: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: whole("FUZZ_RUNS") ?? runs, seed: whole("FUZZ_SEED") ?? 20_261_122 };
}
