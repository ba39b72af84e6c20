/** The ledger as a page at several widths, as rows for a spreadsheet, and as data: what is not known is never a zero. */
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/args.js";
import { costCsv, costData } from "../../src/cli/data-cost.js";
import { columnsOf } from "../../src/cli/layout.js";
import { costPage } from "../../src/cli/view-cost.js";
import { groupCharges, type Charge, type CostGrouping, type CostReport } from "../../src/index.js";
import { PLAIN } from "./fixtures.js";

const DRIFT = { kind: "within", in: "units", unit: "video", billed: 1500, low: 1500, high: 1500, by: 0 };

function charge(step: string | undefined, over: object = {}): Charge {
  return {
    key: "k".repeat(64),
    attempt: 1,
    ...(step === undefined ? {} : { step }),
    kind: "text_to_video",
    model: "kling-2.5-turbo",
    mode: "std",
    unit: "video",
    end: "succeeded",
    completed: "2026-11-20T10:00:00.000Z",
    billed: { kind: "billed", units: 1500 },
    money: 210_000,
    expected: { units: 1500, usd: 210_000 },
    drift: DRIFT,
    ...over,
  } as unknown as Charge;
}

const UNKNOWN = {
  billed: { kind: "unknown" },
  money: undefined,
  drift: { kind: "unknown", why: "not_said" },
};
const CHARGES: readonly Charge[] = [
  charge("images.mara", {
    unit: "image",
    billed: { kind: "billed", units: 8000 },
    money: 28_000,
    expected: { usd: 28_000 },
  }),
  charge("shots.010.clip", {
    billed: { kind: "billed", units: 1750 },
    money: 245_000,
    drift: { ...DRIFT, kind: "above", billed: 1750, by: 250 },
  }),
  charge("shots.010.extend", {
    money: 200_000,
    billed: { kind: "billed", usd: 200_000 },
    drift: { kind: "below", in: "usd", billed: 200_000, low: 210_000, high: 210_000, by: 10_000 },
  }),
  charge("shots.020.clip", UNKNOWN),
  charge("shots.030.clip", { ...UNKNOWN, end: "under_way", completed: undefined }),
  charge(undefined, {
    end: "failed",
    billed: { kind: "not_billed" },
    money: 0,
    expected: { units: 0, usd: 0 },
  }),
];

const reportOf = (charges: readonly Charge[], over: Partial<CostReport> = {}): CostReport => ({
  project: "night-ferry",
  profile: "final",
  realm: "kling",
  charges,
  corrections: [],
  orphans: 0,
  ...over,
});
const page = (report: CostReport, columns: number, by: CostGrouping = "shot", verbose = false) =>
  costPage(report, groupCharges(report.charges, by), { by, paint: PLAIN, columns, verbose });

describe("the page", () => {
  test("has a row for each shot, and says what is in no sum", () => {
    const [, , ...rows] = page(reportOf(CHARGES), 84).split("\n");
    expect(rows).toEqual([
      "  shot          tasks  open  units           billed  expected  otherwise",
      "  images.mara       1        8 image         $0.028    $0.028",
      "  shots.010         2        1.75            $0.445     $0.42  +0.25 units -$0.01",
      "  shots.020         1     1                       -         -",
      "  shots.030         1     1                       -         -",
      "  no step here      1                         $0.00     $0.00",
      "  total             6     2  1.75 + 8 image  $0.473    $0.448  +0.25 units -$0.01",
      "",
      "units count in money what they were expected to cost",
      "1 bill is not known and in no sum: the vendor did not say, or may never have had the",
      "task",
      "1 task is under way, and in no sum until the vendor says what it took",
      "1 task failed",
      "",
    ]);
  });

  test("says which bills are in another measure than their price", () => {
    const bill = charge("images.coat", { drift: { kind: "unknown", why: "other_measure" } });
    expect(page(reportOf([bill]), 120)).toContain(
      "1 bill is not checked against what was expected: one of the two is in units, the other in money",
    );
  });

  test.each([40, 60, 80, 120])("keeps within %d columns", (columns) => {
    for (const by of ["shot", "model", "day"] as const) {
      const lines = page(reportOf(CHARGES), columns, by, true).split("\n");
      expect(lines.filter((line) => columnsOf(line) > columns)).toEqual([]);
    }
  });

  test("lists every task where more is wanted", () => {
    const text = page(reportOf(CHARGES), 100, "shot", true);
    expect(text).toContain(
      "  2026-11-20 · shots.010.clip · billed 1.75 units · 0.25 units more than expected\n",
    );
    expect(text).toContain("  shots.030.clip · under way\n");
    expect(text).toContain("  2026-11-20 · text_to_video · failed · not billed\n");
  });

  test("says whose days they are, and that the sandbox charges nothing", () => {
    expect(page(reportOf(CHARGES), 80, "day")).toContain(
      "days are those on which the vendor completed a task, in UTC\n",
    );
    expect(page(reportOf([], { realm: "sandbox" }), 80)).toBe(
      "night-ferry · profile final · sandbox, nothing was charged\n\n  nothing was ever ordered\n",
    );
  });

  test("lets no escape sequence through", () => {
    const hostile = charge("shots.\u001b[2J.clip", { model: "\u001b]0;x\u0007", mode: undefined });
    for (const by of ["shot", "model"] as const)
      expect(page(reportOf([hostile], { project: "\u202ex" }), 80, by, true)).not.toMatch(
        /[\u001b\u0007\u202e]/,
      );
  });
});

describe("rows for a spreadsheet", () => {
  const rows = (charges: readonly Charge[], by: CostGrouping = "shot") =>
    costCsv(groupCharges(charges, by), by).split("\r\n");

  test("leave empty what is not known", () => {
    const [head = "", ...all] = rows(CHARGES);
    expect(head).toMatch(/^shot,tasks,failed,unknown,under_way,video_units,image_units,billed_usd,/);
    expect(all).toEqual([
      "images.mara,1,0,0,0,0,8,0.00,0.028,0.028,0.028,0,0,0.00,0,0,0.00",
      "shots.010,2,0,0,0,1.75,0,0.20,0.445,0.42,0.42,0.25,0,0.00,0,0,0.01",
      "shots.020,1,0,1,0,,,,,,,,,,,,",
      "shots.030,1,0,0,1,,,,,,,,,,,,",
      ",1,1,0,0,0,0,0.00,0.00,0.00,0.00,0,0,0.00,0,0,0.00",
      "",
    ]);
  });

  test("hold no formula, and quote what must be", () => {
    const odd = charge("a.b", { model: '=cmd("x"),1', mode: undefined });
    expect(rows([odd], "model")[1]).toMatch(/^"'=cmd\(""x""\),1",1,/);
  });
});

test("as data, what is not known is null, and tasks stand each for itself", () => {
  const report = reportOf(CHARGES);
  const data = costData(report, groupCharges(CHARGES, "shot"), "shot");
  expect(data).toMatchObject({
    realm: "kling",
    by: "shot",
    total: {
      tasks: 6,
      billed: { units: { video: "1.75", image: "8" }, usd: "0.20" },
      money: { usd: "0.473" },
      unknown: 1,
      under_way: 1,
      failed: 1,
      drift: {
        within: 2,
        above: 1,
        below: 1,
        unknown: 1,
        more: { units: { video: "0.25" } },
        less: { usd: "0.01" },
      },
    },
    corrections: [],
  });
  expect((data["tasks"] as readonly object[])[3]).toMatchObject({
    step: "shots.020.clip",
    billed: { kind: "unknown" },
    money: null,
  });
});

test.each([
  ["cost", { name: "cost", by: "shot", csv: false }],
  ["cost --by day --csv -p final", { name: "cost", profile: "final", by: "day", csv: true }],
])("%s is understood", (text, command) => {
  expect(parseArguments(text.split(" "), { env: {}, columns: 80 })).toMatchObject({
    kind: "command",
    command,
  });
});

test.each(["cost --by week", "cost --csv --json", "--json cost --csv"])("%s is not", (text) => {
  expect(parseArguments(text.split(" "), { env: {}, columns: 80 }).kind).toBe("usage");
});
