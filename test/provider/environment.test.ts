/** What can be known of the route without opening it: whose account, and which lip-sync. */
import { describe, expect, it } from "vitest";
import { accountFingerprint, lipSyncWay } from "../../src/provider/kling/environment.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { builtIn, quickClock } from "./world.js";

const KEY = { KLING_API_KEY: "key-0123456789" };
const PAIR = { KLING_ACCESS_KEY: "AccessKey123", KLING_SECRET_KEY: "SecretKey456" };
const open = (env: Record<string, string>) =>
  openKling({ env, catalog: builtIn(), clock: quickClock(), realm: "kling" });

describe("the account", () => {
  it.each([
    [KEY],
    [PAIR],
    [{ ...KEY, ...PAIR }],
    [{ ...KEY, KLING_BASE_URL: "https://gateway.example/kling" }],
    [{ ...KEY, KLING_BASE_URL: "http://127.0.0.1:9" }],
    [{ ...KEY, KLING_LIP_SYNC: "old" }],
  ])("of %j is the one that the opened route tells", (env) => {
    const provider = open(env);
    expect(accountFingerprint(env)).toMatch(/^[0-9a-f]{12}$/);
    expect(provider).toMatchObject({ account: accountFingerprint(env) });
  });

  it("is another one with another key or at another server", () => {
    const all = [
      KEY,
      { KLING_API_KEY: "key-9876543210" },
      PAIR,
      { ...KEY, KLING_BASE_URL: "https://gateway.example" },
    ];
    expect(new Set(all.map((env) => accountFingerprint(env))).size).toBe(4);
  });

  it.each([
    [{}],
    [{ KLING_ACCESS_KEY: "AccessKey123" }],
    [{ KLING_API_KEY: " key-0123456789" }],
    [{ ...KEY, KLING_BASE_URL: "http://10.0.0.1" }],
  ])("of %j is not known", (env: Record<string, string>) => {
    expect(accountFingerprint(env)).toBeUndefined();
    expect(open(env)).toHaveProperty("message");
  });
});

describe("KLING_LIP_SYNC", () => {
  it.each([
    [undefined, "advanced"],
    ["", "advanced"],
    ["advanced", "advanced"],
    ["old", "old"],
  ])("%j means the %s lip-sync", (value, way) => {
    expect(lipSyncWay(value === undefined ? {} : { KLING_LIP_SYNC: value })).toBe(way);
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
