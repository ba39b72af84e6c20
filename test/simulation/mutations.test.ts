/** The simulation is only worth what it finds: every planted bug must break a promise within a few harsh stories. */
import { describe, expect, test } from "vitest";
import { bundle, playIn } from "./bundle.js";
import { HARSH_EVERY } from "./fate.js";
import { MUTATIONS } from "./mutations.js";

/** Stories that a bug has to be found in. */
const STORIES = 200;

const play = async (name: string, mutation?: (typeof MUTATIONS)[number]) =>
  playIn(await bundle(name, mutation), HARSH_EVERY, STORIES, HARSH_EVERY);

describe.concurrent("the simulation", { timeout: 240_000 }, () => {
  test("finds nothing in the program as it is", async () => {
    const played = await play("unmutated");
    expect(played.failed).toBeUndefined();
    expect(played.seeds).toBe(STORIES);
  });

  test.each(MUTATIONS.map((mutation, index) => [mutation.why, mutation, index] as const))(
    "finds that %s",
    async (_, mutation, index) => {
      const { failed } = await play(`mutation-${index}`, mutation);
      expect(failed?.message).toMatch(/^Broken: /);
    },
  );
});
