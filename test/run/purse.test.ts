/** Money leaves by one door: once per reference, within its ceiling, while the caps hold, for the plan that was approved. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Micros } from "../../src/base/money.js";
import { approvalOf, type Approval } from "../../src/plan/approval.js";
import type { Plan } from "../../src/plan/plan.js";
import type { ClientReference } from "../../src/plan/prior.js";
import { openPurse } from "../../src/run/purse.js";
import { manifestOf } from "../graph/manifests.js";
import { cents, planOf } from "../plan/priors.js";

const film = (provider: string, count: number) =>
  manifestOf({
    provider,
    shots: Array.from({ length: count }, (_, index) => ({ id: `${index}`, prompt: `shot ${index}` })),
  });
const plan = planOf(film("kling", 4));
const yes = approvalOf(plan);
const creates = plan.steps.flatMap((each) => each.create ?? []);
const first = creates[0] as (typeof creates)[number];
const told = (permit: unknown) => (typeof permit === "string" ? permit : "permit");

test("each reference is admitted once", () => {
  const purse = openPurse(plan, yes, {});
  expect(creates.map((create) => told(purse.admit(create)))).toEqual([
    "permit",
    "permit",
    "permit",
    "permit",
  ]);
  expect(told(purse.admit(first))).toBe("used");
  expect(purse.reserved).toBe(cents(84));
});

test.each<[string, Partial<Approval>, object, string]>([
  ["what the approval does not name", { entries: yes.entries.slice(1) }, {}, "not_approved"],
  ["another reference than the plan's", {}, { reference: "km1-other" }, "not_approved"],
  ["more than the ceiling", {}, { ceiling: (first.ceiling ?? 0) + 1 }, "dearer"],
  ["an unknown price under a ceiling", {}, { ceiling: undefined }, "dearer"],
  ["the same in another realm", { realm: "sandbox" }, {}, "not_approved"],
  ["less than the ceiling", {}, { ceiling: 1 }, "permit"],
])("%s: %j %j gives %s", (_, approval, create, expected) => {
  expect(told(openPurse(plan, { ...yes, ...approval }, {}).admit({ ...first, ...create }))).toBe(expected);
});

test("a refusal uses nothing up", () => {
  const purse = openPurse(plan, yes, {});
  purse.admit({ ...first, ceiling: ((first.ceiling ?? 0) + 1) as Micros });
  expect([purse.reserved, told(purse.admit(first))]).toEqual([0, "permit"]);
});

test("caps hold however many ask at once, and what is refused leaves room for what still fits", () => {
  const cap = fc.option(fc.nat(100).map(cents), { nil: undefined });
  fc.assert(
    fc.property(cap, cap, fc.shuffledSubarray(creates), (budgetLeft, maxCost, asked) => {
      const caps = {
        ...(budgetLeft === undefined ? {} : { budgetLeft }),
        ...(maxCost === undefined ? {} : { maxCost }),
      };
      const purse = openPurse(plan, yes, caps);
      const given = asked.filter((create) => told(purse.admit(create)) === "permit").length;
      const least = Math.min(budgetLeft ?? Infinity, maxCost ?? Infinity);
      expect(purse.reserved).toBe(given * cents(21));
      expect(given).toBe(Math.min(asked.length, Math.floor(least / cents(21))));
    }),
  );
});

test("the sandbox costs nothing, so no cap ends it", () => {
  const draft = planOf(film("sandbox", 4));
  const purse = openPurse(draft, approvalOf(draft), { budgetLeft: cents(0), maxCost: cents(0) });
  expect(
    draft.steps.map((each) => told(purse.admit(each.create as NonNullable<typeof each.create>))),
  ).toEqual(Array<string>(4).fill("permit"));
});

test.each<[string, (plan: Plan) => Plan]>([
  ["a raised ceiling", (plan) => alter(plan, (create) => ({ ...create, ceiling: cents(9999) }))],
  [
    "another reference",
    (plan) => alter(plan, (create) => ({ ...create, reference: "km1-other" as ClientReference })),
  ],
  [
    "a step more",
    (plan) => ({ ...plan, steps: [...plan.steps, ...planOf(film("kling", 5)).steps.slice(4)] }),
  ],
  ["another realm", (plan) => ({ ...plan, realm: "sandbox" })],
])("a plan with %s is not the plan of its digest, and opens no purse", (_, change) => {
  expect(() => openPurse(change(plan), yes, {})).toThrow("does not match its digest");
});

function alter(
  plan: Plan,
  change: (
    create: NonNullable<Plan["steps"][number]["create"]>,
  ) => NonNullable<Plan["steps"][number]["create"]>,
): Plan {
  return {
    ...plan,
    steps: plan.steps.map((each, index) =>
      index === 0 && each.create ? { ...each, create: change(each.create) } : each,
    ),
  };
}
