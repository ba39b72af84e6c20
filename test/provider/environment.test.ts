/** What can be known of the route without opening it: which lip-sync its server has. */
import { describe, expect, it } from "vitest";
import { serverWays } from "../../src/provider/kling/environment.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { builtIn, quickClock } from "./world.js";

const KEY = { KLING_API_KEY: "key-0123456789" };
const open = (env: Record<string, string>) =>
  openKling({ env, catalog: builtIn(), clock: quickClock(), realm: "kling" });

describe("KLING_LIP_SYNC", () => {
  it.each([
    [undefined, "advanced"],
    ["", "advanced"],
    ["advanced", "advanced"],
    ["old", "old"],
  ])("%j means the %s lip-sync", (value, way) => {
    const env = value === undefined ? {} : { KLING_LIP_SYNC: value };
    expect(serverWays(env)).toEqual({ dialect: "vendor", lipSync: way });
  });

  it.each([["Old"], ["1"], [" old"], ["key-0123456789"]])(
    "%j opens no route and is not repeated",
    (value) => {
      const refused = open({ ...KEY, KLING_LIP_SYNC: value });
      expect(refused).toMatchObject({
        kind: "address",
        message: 'KLING_LIP_SYNC is neither "advanced" nor "old"',
        help: expect.stringContaining("Unset it") as string,
      });
      expect(JSON.stringify(refused)).not.toContain("key-0123456789");
    },
  );
});
