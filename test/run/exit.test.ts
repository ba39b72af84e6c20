/** A run's outcomes as one number: 8, 5, 4, 10, 9, 1 in that order; nothing to complain of is 0. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { problem } from "../../src/base/diagnostic.js";
import type { Outcome } from "../../src/run/event.js";
import { EXIT, exitOfOutcomes, type ExitCode } from "../../src/run/exit.js";
import { artifact, digestOf } from "../plan/priors.js";

const failed = {
  status: "failed",
  diagnostic: problem("run/task-failed", "no"),
  retry: "paid",
  billed: "unknown",
} as const;
const blocked = (because: Extract<Outcome, { status: "blocked" }>["because"]): Outcome => ({
  status: "blocked",
  because,
});

const TABLE: readonly (readonly [string, Outcome, ExitCode])[] = [
  ["kept", { status: "kept", artifact: artifact("a") }, 0],
  ["restored", { status: "restored", artifact: artifact("a"), from: "store" }, 0],
  ["rendered", { status: "rendered", artifact: artifact("a"), billed: { kind: "unknown" }, flags: [] }, 0],
  ["interrupted", { status: "interrupted", underWay: true }, 0],
  ["failed", failed, 1],
  ["failed for good", { ...failed, fatal: true }, 9],
  ["unknown", { status: "unknown", reference: "km1-x" as never, why: "?" }, 8],
  ["blocked: unknown", blocked({ because: "unknown", reference: "km1-x", since: "2026-11-22T00:00:00Z" }), 8],
  ["blocked: over budget", blocked({ because: "over_budget", cap: "budget" }), 5],
  ["blocked: unknown price", blocked({ because: "price_unknown", why: "?" }), 5],
  ["blocked: refused", blocked({ because: "refused", message: "no" }), 1],
  ["blocked: missing", blocked({ because: "missing", sha256: digestOf("a") }), 10],
  ["blocked: expired", blocked({ because: "expired", completed: "2026-10-01T00:00:00Z" }), 10],
  ["blocked: unsupported", blocked({ because: "unsupported", what: "lip-sync" }), 10],
  ["blocked: upstream", blocked({ because: "upstream", steps: [] }), 0],
];

test.each(TABLE)("%s alone: %o is %d", (_, outcome, code) => {
  expect(exitOfOutcomes([outcome])).toBe(code);
});

test("of several the first of 8, 5, 4, 10, 9, 1 counts, in whatever order they come", () => {
  const order = [8, 5, 4, 10, 9, 1, 0];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...TABLE)), (rows) => {
      const codes = new Set<number>(rows.map(([, , code]) => code));
      expect(exitOfOutcomes(rows.map(([, outcome]) => outcome))).toBe(
        order.find((code) => codes.has(code)) ?? 0,
      );
    }),
  );
});

test("the numbers never change", () => {
  expect(EXIT).toEqual({
    done: 0,
    stepFailed: 1,
    changes: 2,
    invalid: 3,
    approval: 4,
    money: 5,
    locked: 6,
    stale: 7,
    unknown: 8,
    credentials: 9,
    blocked: 10,
    usage: 64,
    bug: 70,
    interrupted: 130,
    terminated: 143,
  });
});
