/**
 * The ledger as the data of an envelope, and as rows for a spreadsheet. Exact decimal strings; what is not known is null in
 * JSON and an empty cell in a row, never a zero.
 */
import {
  correctionsYaml,
  formatUnits,
  safeText,
  sumCharges,
  type Charge,
  type CostGroup,
  type CostGrouping,
  type CostReport,
  type CostSum,
} from "../index.js";
import { estimateData, type Data } from "./data-plan.js";
import { amountsData, billedData, driftData, driftSumData } from "./data-run.js";
import { unitsJson, usdJson } from "../show/money-text.js";

/** The whole ledger. */
export function costData(report: CostReport, groups: readonly CostGroup[], by: CostGrouping): Data {
  const { project, profile, realm, charges, corrections, orphans } = report;
  return {
    project,
    ...(profile === undefined ? {} : { profile }),
    realm,
    by,
    groups: groups.map(({ name, ...sum }) => ({ name: name ?? null, ...sumData(sum) })),
    total: sumData(sumCharges(charges)),
    tasks: charges.map(chargeData),
    unreadable: orphans,
    corrections: corrections.map(({ price, bills, replaces }) => ({ price, bills, replaces })),
    ...(corrections.length === 0 ? {} : { manifest: correctionsYaml(corrections) }),
  };
}

function sumData({ tasks, billed, money, expected, unknown, underWay, failed, drift }: CostSum): Data {
  return {
    tasks,
    billed: amountsData(billed),
    money: usdJson(money),
    expected: { low: usdJson(expected.low), high: usdJson(expected.high) },
    unknown,
    under_way: underWay,
    failed,
    drift: driftSumData(drift),
  };
}

function chargeData(charge: Charge): Data {
  const { key, attempt, step, kind, model, mode, end, task, completed, billed, money, expected } = charge;
  const { units, usd, lowUnits = units, lowUsd = usd } = expected;
  return {
    key,
    attempt,
    step: step ?? null,
    action: kind,
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    end,
    ...(task === undefined ? {} : { task }),
    completed: completed ?? null,
    ...(charge.seconds === undefined ? {} : { seconds: charge.seconds }),
    billed: billedData(billed),
    money: money === undefined ? null : usdJson(money),
    expected: {
      ...(usd === undefined || lowUsd === undefined ? {} : { low: usdJson(lowUsd), high: usdJson(usd) }),
      ...(units === undefined || lowUnits === undefined
        ? {}
        : { units: { kind: charge.unit, low: unitsJson(lowUnits), high: unitsJson(units) } }),
    },
    drift: driftData(charge.drift),
    ...(charge.now === undefined ? {} : { estimate_now: estimateData(charge.now) }),
  };
}

/** A row for each group, by RFC 4180; no total, which a spreadsheet makes itself. */
export function costCsv(groups: readonly CostGroup[], by: CostGrouping): string {
  const head = [
    by,
    "tasks",
    "failed",
    "unknown",
    "under_way",
    "video_units",
    "image_units",
    "billed_usd",
    "money_usd",
    "expected_low_usd",
    "expected_high_usd",
    ...["more", "less"].flatMap((way) => [`${way}_video_units`, `${way}_image_units`, `${way}_usd`]),
  ];
  const rows = groups.map(({ name, tasks, failed, unknown, underWay, billed, money, expected, drift }) => {
    const isKnown = unknown + underWay < tasks;
    const amounts = [billed, drift.more, drift.less].map(({ video, image, usd }) => [
      formatUnits(video),
      formatUnits(image),
      usdJson(usd).usd,
    ]);
    const sums = [money, expected.low, expected.high].map((amount) => usdJson(amount).usd);
    const [own = [], more = [], less = []] = amounts;
    const known = [...own, ...sums, ...more, ...less];
    return [name ?? "", tasks, failed, unknown, underWay, ...(isKnown ? known : known.map(() => ""))];
  });
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Quoted where it must be; what a spreadsheet would take for a formula is text. */
function cell(value: string | number): string {
  const safe = safeText(String(value));
  const text = /^[=+\-@]/.test(safe) ? `'${safe}` : safe;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
