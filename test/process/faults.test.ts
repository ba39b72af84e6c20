/** A fault plan in a file makes the standalone sandbox misbehave; one with a slip of the pen is refused. */
import { describe, expect, it } from "vitest";
import { project } from "./cli.js";
import { standalone } from "./standalone.js";

const FILM = `version: 1\nproject: film\nprovider: kling\nshots:\n  a: { prompt: a boat }\n`;

describe("klingmake sandbox --faults", { timeout: 30_000 }, () => {
  it("does to a render what the file says, and the render pays once all the same", async () => {
    const rules = [
      { call: "create", nth: 1, do: "code", code: 5002, after: true },
      { call: "download", nth: 1, do: "expired" },
    ] as const;
    const vendor = await standalone({ rules }, 0);
    const film = project(FILM, vendor.env);
    const ended = await film.run(["render"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect((await vendor.counts()).rules.map(({ struck }) => struck)).toEqual([1, 1]);
    expect((await vendor.ledger()).map(({ outcome }) => outcome)).toEqual(["accepted"]);
  });

  it.each([
    [
      "with an unknown key",
      '{"rules":[{"call":"create","nht":2,"do":"hang"}]}',
      /rule 1: "nht".*did you mean nth\?/,
    ],
    ["that is no JSON", "rules: []", /it is not JSON/],
    ["that is not there", undefined, /it cannot be read \(ENOENT\)/],
  ])("refuses a file %s with exit 64 and advice, and does not start", async (_, text, words) => {
    const film = project(FILM);
    if (text !== undefined) film.write("faults.json", text);
    const ended = await film.run(["sandbox", "--faults", "faults.json"]);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toMatch(/^error: the fault plan faults\.json cannot be used:\n/);
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).toContain("klingmake sandbox --help");
    expect(ended.stdout).toBe("");
    const { exit, data } = await film.json(["sandbox", "--faults", "faults.json"]);
    expect(exit).toBe(64);
    expect(data).toMatchObject({ error: { kind: "usage", message: expect.stringMatching(words) } });
  });
});
