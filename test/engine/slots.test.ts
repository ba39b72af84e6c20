/** How many tasks at once: the author's word, else the account's, else three; and the account is asked once, at no cost. */
import { describe, expect, test } from "vitest";
import { usd } from "../../src/base/money.js";
import type { AccountQuestions, Pack } from "../../src/provider/account.js";
import { WrongServer } from "../../src/provider/provider.js";
import { film } from "./film.js";

const filmOf = (shots: number, more = ""): string =>
  `version: 1\nproject: x\nprovider: kling\n${more}shots:\n${Array.from(
    { length: shots },
    (_, index) => `  "${index}": { prompt: shot ${index} }\n`,
  ).join("")}`;
const MODEL = "kling-2.5-turbo";
const video = (concurrency: number): Pack => ({
  name: "Trial-Video",
  kind: "video",
  concurrency,
  status: "online",
});

/** An account that says what `packs` gives, and what it was asked. */
function account(packs: () => ReturnType<AccountQuestions["packs"]>) {
  const log: string[] = [];
  const never = (): never => {
    throw new Error("asked for something else");
  };
  const questions: AccountQuestions = {
    account: "acct",
    legacyOnly: false,
    packs: ({ sinceMs, untilMs }) => {
      log.push(`packs of ${Math.round((untilMs - sinceMs) / 86_400_000)} days`);
      return packs();
    },
    deductions: never,
    newer: never,
    sighting: () => undefined,
    close: () => Promise.resolve(void log.push("close")),
  };
  return { log, account: () => questions };
}
const says = (...packs: readonly Pack[]) =>
  account(() => Promise.resolve({ kind: "answered", value: packs }));
const yes = { ask: () => Promise.resolve(true) };

describe("a real render", () => {
  test.each<[string, number, ReturnType<typeof account>]>([
    ["as many as the account's pack takes", 5, says(video(5))],
    ["fewer than usual, where the account takes fewer", 2, says(video(2))],
    ["the best of its packs", 7, says(video(5), video(7), { ...video(9), status: "expired" })],
    ["three, where its packs do not say", 3, says({ name: "Special", status: "online" })],
    ["three, where only its packs for pictures say", 3, says({ ...video(9), kind: "image" })],
    ["fifty at the most, whatever a name says", 50, says(video(9999))],
    [
      "three, where the account refuses",
      3,
      account(() =>
        Promise.resolve({ kind: "refused", error: { code: 1000, class: "credentials", message: "no" } }),
      ),
    ],
    ["three, where nobody answers", 3, account(() => Promise.resolve({ kind: "lost", why: "cut" }))],
    [
      "three, where another server answers",
      3,
      account(() =>
        Promise.reject(new WrongServer({ kind: "address", message: "a sandbox", help: "unset" })),
      ),
    ],
  ])("has %s under way at once", async (_, most, { account: asked, log }) => {
    const set = film(filmOf(most + 4), { account: asked });
    const report = await set.render(yes);
    expect([report.status, report.diagnostics]).toEqual(["ran", []]);
    expect(set.vendor.most.get(MODEL)).toBe(most);
    expect(log).toEqual(["packs of 365 days", "close"]);
  });

  test("asks nobody where there is nobody to ask", async () => {
    const set = film(filmOf(5));
    expect((await set.render(yes)).status).toBe("ran");
    expect(set.vendor.most.get(MODEL)).toBe(3);
  });

  test.each([
    ["the manifest says how many", filmOf(8, "limits: { concurrency: 4 }\n"), {}, 4],
    ["the command line says how many", filmOf(8), { concurrency: 2 }, 2],
    ["there is one create", filmOf(1), {}, 1],
    ["nothing can be charged", filmOf(8).replace("provider: kling", "provider: sandbox"), {}, 3],
  ])("does not ask the account where %s", async (_, manifest, request, most) => {
    const { account: asked, log } = says(video(5));
    const set = film(manifest, { account: asked, realm: manifest.includes("sandbox") ? "sandbox" : "kling" });
    expect((await set.render({ ...yes, ...request })).status).toBe("ran");
    expect(set.vendor.most.get(MODEL)).toBe(most);
    expect(log).toEqual([]);
  });

  test("does not ask before the yes, nor where there is nothing left to do", async () => {
    const { account: given, log } = says(video(5));
    const set = film(filmOf(4), { account: given });
    const asked: number[] = [];
    const no = { policy: { above: usd(0) }, ask: () => Promise.resolve(asked.push(log.length) === 0) };
    expect((await set.render(no)).status).toBe("declined");
    expect(asked).toEqual([0]);
    expect(log).toEqual([]);
    await set.render(yes);
    expect(log).toHaveLength(2);
    await set.render(yes);
    expect(log).toHaveLength(2);
  });
});
