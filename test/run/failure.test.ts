/** Failures as a person reads them: what happened, whether trying again costs anything, and nothing that could harm. */
import { describe, expect, test } from "vitest";
import { milliUnits, usd } from "../../src/base/money.js";
import type { Billed } from "../../src/plan/prior.js";
import { WrongServer, type VendorError } from "../../src/provider/provider.js";
import { failedAgain, taskFailed } from "../../src/run/failed-task.js";
import { notCollected, notFollowed, refusedByVendor, thrown, unsettled } from "../../src/run/failure.js";
import { graphOf, manifestOf, stepOf } from "../graph/manifests.js";
import { vendorError } from "./scripted-provider.js";

const step = stepOf(graphOf(manifestOf({ shots: [{ id: "010", prompt: "x" }] })), "shots.010.clip");
const unsaid: Billed = { kind: "unknown" };
const billed: Billed = { kind: "billed", units: milliUnits(3000), usd: usd(0.42) };
type Failed = ReturnType<typeof refusedByVendor>;
const words = ({ diagnostic, retry, billed, fatal }: Failed) =>
  `${diagnostic.code} ${retry} ${billed}${fatal === true ? " fatal" : ""}`;

test.each<[VendorError["class"], string]>([
  ["content", "run/content-refused never not_billed"],
  ["credentials", "run/credentials safe not_billed fatal"],
  ["account", "run/account safe not_billed fatal"],
  ["busy", "run/unreachable safe not_billed"],
  ["maintenance", "run/unreachable safe not_billed"],
  ["invalid", "run/request-refused safe not_billed"],
])("a create refused as %s is %s", (kind, expected) => {
  expect(words(refusedByVendor(step, vendorError(kind)))).toBe(expected);
});

test.each<[string, VendorError | undefined, string]>([
  ["without an error", undefined, "run/unreachable safe unknown"],
  ["by credentials", vendorError("credentials"), "run/credentials safe unknown fatal"],
  ["by the account", vendorError("account"), "run/account safe unknown fatal"],
  ["by a wrong question", vendorError("invalid"), "run/unreachable safe unknown"],
])("a create that stays open %s is never said to be free", (_, error, expected) => {
  expect(words(unsettled(step, "cut", error))).toBe(expected);
});

test.each<[VendorError["class"], string]>([
  ["credentials", "run/credentials safe unknown fatal"],
  ["account", "run/account safe unknown fatal"],
  ["invalid", "run/unreachable safe unknown"],
  ["content", "run/unreachable safe unknown"],
])("a question about a task that is refused as %s never says that the task was", (kind, expected) => {
  const failed = notFollowed(step, vendorError(kind));
  expect(words(failed)).toBe(expected);
  expect(failed.diagnostic.help).toContain("its task is under way, and the next render collects it");
});

test("what a code says about what to do goes before what its class says", () => {
  const help = "set this machine's clock";
  for (const kind of ["credentials", "account", "invalid"] as const)
    expect(refusedByVendor(step, { ...vendorError(kind), help }).diagnostic.help).toBe(help);
});

test("a failed task costs a second attempt, a refused one is not tried again", () => {
  expect(words(taskFailed(step, "x", false, billed, "kling"))).toBe("run/task-failed paid billed");
  expect(words(taskFailed(step, "x", true, unsaid, "kling"))).toBe("run/content-refused never unknown");
  const saidIn = (realm: "kling" | "sandbox") => taskFailed(step, "", false, unsaid, realm).diagnostic;
  expect(saidIn("kling").help).toContain("it asks first");
  expect(saidIn("sandbox").help).toContain("charges nothing");
  expect(saidIn("sandbox").why).toBe("the vendor gave no reason");
});

test.each<[Billed, string]>([
  [{ kind: "not_billed" }, "the vendor charged nothing"],
  [unsaid, "the vendor does not say whether it charged for it"],
  [{ kind: "billed", units: milliUnits(1500) }, "the vendor charged 1.5 units all the same"],
  [billed, "the vendor charged 3 units and $0.42 all the same"],
  [{ kind: "billed" }, "the vendor charged for it, in a currency that is not known here"],
])("a failed task says what it cost: %j", (bill, expected) => {
  for (const refusal of [true, false]) {
    const failed = taskFailed(step, "out of luck", refusal, bill, "kling");
    expect(failed.diagnostic.why).toBe(`out of luck; ${expected}`);
    expect({ kind: failed.billed, ...failed.bill }).toEqual(bill);
  }
});

test("the last of several failures says how many there were", () => {
  const failed = taskFailed(step, "out of luck", false, { kind: "not_billed" }, "kling");
  expect(failedAgain(failed, 3).diagnostic.why).toBe(
    "out of luck; the vendor charged nothing; 3 attempts of this run failed",
  );
});

test("what could not be fetched is fetched again at no cost", () => {
  expect(words(notCollected(step, "cut"))).toBe("run/download safe unknown");
});

describe("what was thrown", () => {
  const coded = (code: string) => Object.assign(new Error(`${code}: /home/me/secret/path`), { code });
  test.each<[string, unknown, string, string | RegExp | undefined]>([
    ["a full disk", coded("ENOSPC"), "run/disk safe unknown", "there is no space left"],
    ["another error of the disk", coded("EXDEV"), "run/disk safe unknown", "the disk refused"],
    [
      "an error of Node",
      coded("ERR_INVALID_ARG_TYPE"),
      "run/bug safe unknown",
      /^ERR_INVALID_ARG_TYPE: \/home\/me\/secret\/path \(in \w/,
    ],
    [
      "a bug",
      new TypeError("x is undefined"),
      "run/bug safe unknown",
      /^x is undefined \(in [\w.]+( < [\w.]+)*\)$/,
    ],
    ["no error at all", "boo", "run/bug safe unknown", "boo"],
    [
      "the wrong server",
      new WrongServer({ kind: "address", message: "this is a sandbox", help: "unset KLING_BASE_URL" }),
      "run/credentials safe unknown fatal",
      undefined,
    ],
  ])("%s", (_, error, expected, why) => {
    const failed = thrown(step, error);
    expect(words(failed)).toBe(expected);
    if (why instanceof RegExp) expect(failed.diagnostic.why).toMatch(why);
    else expect(failed.diagnostic.why).toBe(why);
  });
  test("the disk's own words, with its paths, are not repeated", () => {
    expect(JSON.stringify(thrown(step, coded("EACCES")))).not.toContain("/home");
  });
});

test("what the vendor says is put on one safe line of bounded length", () => {
  const said = `no\u001b[31m\n${"x".repeat(1000)}`;
  for (const { diagnostic } of [
    refusedByVendor(step, vendorError("invalid", 1201, said)),
    taskFailed(step, said, false, unsaid, "kling"),
    unsettled(step, said, undefined),
    notCollected(step, said),
    thrown(step, new Error(said)),
  ]) {
    expect(diagnostic.why).not.toMatch(/[\n\u001b]/);
    expect(diagnostic.why?.length).toBeLessThan(240);
  }
});
