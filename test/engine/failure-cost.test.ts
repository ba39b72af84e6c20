/**
 * What a failed task cost, from the fields of the vendor's answer to the journal, the books and the person, in both
 * dialects; and what follows it where further attempts were agreed to.
 */
import { onTestFinished, describe, expect, test } from "vitest";
import { usd } from "../../src/base/money.js";
import { stage } from "./vendor-play.js";

const HEAD = "version: 1\nproject: film\nprovider: kling\n";
const FILMS = {
  new: { film: `${HEAD}shots:\n  a: { prompt: a boat, model: kling-2.5-turbo }\n`, step: "shots.a.clip" },
  legacy: { film: `${HEAD}images:\n  mara: { prompt: mara, model: kling-v3 }\n`, step: "images.mara" },
} as const;
/** What is expected: 1.5 video units at $0.14, 8 image units at $0.0035. */
const PRICES = { new: usd(0.21), legacy: usd(0.028) };

type Dialect = keyof typeof FILMS;
const failed = (dialect: Dialect, bill: object, message = "out of luck") =>
  dialect === "new"
    ? { status: "failed", message, outputs: [], ...bill }
    : { task_status: "failed", task_status_msg: message, task_result: {}, ...bill };
const charged = (amount: string) => ({ billing: [{ charge_type: "unit", amount, package_type: "video" }] });

async function open(dialect: Dialect, more = "") {
  const { film, step } = FILMS[dialect];
  const set = await stage(film + more);
  onTestFinished(() => set.vendor.close());
  const committed = async () => (await (await set.open()).plan()).value?.committed;
  return {
    ...set,
    step,
    committed,
    failures: () => set.journal(step).filter((each) => each["type"] === "failed"),
  };
}

const ALL = "the vendor charged 1.5 units all the same";
const NOTHING = "the vendor charged nothing";
const UNSAID = "the vendor does not say whether it charged for it";

describe("a failed task", () => {
  test.each<[Dialect, object, object, string, number]>([
    ["new", charged("1.5"), { kind: "billed", units: "1.5" }, ALL, usd(0.21)],
    ["new", charged("0"), { kind: "not_billed" }, NOTHING, 0],
    ["new", {}, { kind: "unknown" }, UNSAID, 0],
    ["new", { billing: [] }, { kind: "unknown" }, UNSAID, 0],
    ["legacy", { final_unit_deduction: "1.5" }, { kind: "billed", units: "1.5" }, ALL, usd(0.00525)],
    ["legacy", { final_unit_deduction: "0" }, { kind: "not_billed" }, NOTHING, 0],
    ["legacy", {}, { kind: "unknown" }, UNSAID, 0],
  ])("of the %s dialect with %j is %j", async (dialect, fields, billed, words, cost) => {
    const set = await open(dialect);
    set.vendor.ends = () => failed(dialect, fields);
    const report = await set.render();
    if (report.status !== "ran") throw new Error(report.status);
    expect(set.failures()).toMatchObject([{ billed, message: "out of luck", refusal: false }]);
    expect(report.outcomes[0]?.outcome).toMatchObject({
      status: "failed",
      diagnostic: { code: "run/task-failed", why: `out of luck; ${words}` },
      billed: (billed as { readonly kind: string }).kind,
    });
    expect([report.exit, report.spent, await set.committed()]).toEqual([1, cost, cost]);
  });

  test.each<[string, Dialect]>([
    ["Failure to pass the risk control system", "new"],
    ["Failure to pass the risk control system", "legacy"],
  ])(
    "that says %j in the %s dialect was refused for its content, and no attempt follows it",
    async (message, dialect) => {
      const set = await open(dialect);
      set.vendor.ends = () => failed(dialect, charged("0"), message);
      expect(await set.render({ retries: 3 })).toMatchObject({ exit: 1 });
      expect(set.vendor.tasks).toHaveLength(1);
      expect(await set.render({ retries: 3 })).toMatchObject({
        outcomes: [{ outcome: { status: "blocked", because: { because: "refused" } } }],
      });
      expect(set.vendor.tasks).toHaveLength(1);
    },
  );
});

describe("further attempts that were agreed to", () => {
  test.each<Dialect>(["new", "legacy"])(
    "follow in the same run, in the %s dialect, each counted",
    async (dialect) => {
      const set = await open(dialect);
      const bill = dialect === "new" ? charged("0.5") : { final_unit_deduction: "0.5" };
      set.vendor.ends = ({ id }) => (id === "70" ? failed(dialect, bill) : undefined);
      const report = await set.render({ retries: 2 });
      if (report.status !== "ran") throw new Error(report.status);
      expect(report.outcomes).toMatchObject([{ outcome: { status: "rendered" } }]);
      expect(set.vendor.tasks).toHaveLength(2);
      expect(new Set(set.vendor.tasks.map(({ reference }) => reference)).size).toBe(2);
      const unit = dialect === "new" ? usd(0.14) : usd(0.0035);
      // Half a unit for the failure, and what the second attempt was billed.
      expect([report.spent, await set.committed()]).toEqual([unit * 2, unit * 2]);
      expect(report.plan?.totals.create.usd).toEqual({ low: PRICES[dialect], high: PRICES[dialect] * 3 });
    },
  );

  test("are held within the budget, with everything in the books", async () => {
    const set = await open("new", "budget: { usd: 0.5 }\n");
    set.vendor.ends = () => failed("new", charged("1.5"));
    const held = await set.render({ retries: 2 });
    expect(held).toMatchObject({
      exit: 5,
      outcomes: [{ outcome: { status: "blocked", because: { because: "over_budget", retries: 2 } } }],
    });
    expect(set.vendor.tasks).toHaveLength(0);
    expect(await set.render({ retries: 1 })).toMatchObject({ exit: 1, spent: usd(0.42) });
    expect(set.vendor.tasks).toHaveLength(2);
    expect(await set.render()).toMatchObject({ exit: 5 });
    expect(set.vendor.tasks).toHaveLength(2);
  });
});
