/**
 * What there is to say of what an account can pay for: packs by kind, what was deducted lately, and how many tasks may
 * be under way at a time. Pure. What the vendor says is left of a pack may be half a day old.
 */
import { formatUnits, type MilliUnits } from "../base/money.js";
import { counted } from "../base/text.js";
import {
  concurrencyOf,
  isActive,
  vendorTime,
  type AccountAnswer,
  type Deductions,
  type Pack,
  type PackKind,
  type Taken,
} from "../provider/account.js";
import type { VendorError } from "../provider/provider.js";
import type { Facts } from "./facts.js";
import { fine, finding, ofAccount, type Advice, type Finding } from "./finding.js";

const DAY_MS = 86_400_000;
const SOON_DAYS = 7;
/** Of a pack's units: less than this part is little. */
const LITTLE = 0.1;
const KINDS: readonly PackKind[] = ["video", "image", "try_on"];
/** What a film will want of which nothing is known. */
const USUAL: readonly PackKind[] = ["video", "image"];
const BUY: Advice = { say: "buy or renew a pack of that kind in the console: https://kling.ai/dev" };

/** Packs, balance and concurrency, in order; nothing where nobody was asked. */
export function packFindings({ vendor, project, ...facts }: Facts): readonly Finding[] {
  // This machine's clock may be wrong.
  const nowMs = vendorTime(facts.nowMs, vendor.sighting);
  const { account } = vendor;
  if (account === undefined) return [];
  const { packs, units, cash } = account;
  switch (packs.kind) {
    case "refused":
      // Credentials that are refused have been told of.
      return packs.error.class === "credentials" ? [] : [refusedFinding(packs.error)];
    case "lost":
      return [finding("packs", "unknown", `the account did not tell its packs: ${packs.why}`)];
    case "answered": {
      const wanted = project.kind === "read" ? project.concurrency : undefined;
      const uses = project.kind === "read" && project.uses.length > 0 ? project.uses : USUAL;
      return [
        ...packsFindings(packs.value, { nowMs, uses, cash: paysCash(cash) }),
        ...balanceFindings(units, cash),
        ...concurrencyFindings(packs.value, nowMs, wanted),
      ];
    }
  }
}

function refusedFinding(error: VendorError): Finding {
  const todo = error.help === undefined ? [] : [error.help];
  const found = finding("packs", error.class === "account" ? "problem" : "unknown", error.message, ...todo);
  return error.class === "account" ? ofAccount(found) : found;
}

interface Circumstances {
  readonly nowMs: number;
  /** What is wanted of the account. */
  readonly uses: readonly PackKind[];
  /** Whether a balance pays where no pack does. */
  readonly cash: boolean;
}

function packsFindings(packs: readonly Pack[], now: Circumstances): readonly Finding[] {
  const { nowMs, uses, cash } = now;
  if (packs.length === 0 && cash) return [fine("packs", "none; the account pays from a balance")];
  if (packs.length === 0) {
    return [
      finding(
        "packs",
        "warning",
        "the account has no packs: tasks are refused (1102) unless it pays from a balance",
        BUY,
      ),
    ];
  }
  const unnamed = packs.filter((pack) => pack.kind === undefined && isActive(pack, nowMs));
  const missing = unnamed.length > 0 || cash ? [] : uses;
  return [
    ...KINDS.flatMap((kind) => {
      const own = packs.filter((pack) => pack.kind === kind);
      if (own.length > 0) return [kindFinding(kind, own, now)];
      return missing.includes(kind) ? [noneFinding(kind)] : [];
    }),
    ...unnamed.map((pack) => fine("packs", `${pack.name}: ${leftWords(pack, nowMs)}`)),
  ];
}

function noneFinding(kind: PackKind): Finding {
  return finding(
    "packs",
    "warning",
    `no ${kindWord(kind)} pack: such tasks are refused (1102), whatever other packs have`,
    BUY,
  );
}

/** All packs of one kind: what counts is whether one of them pays. */
function kindFinding(kind: PackKind, packs: readonly Pack[], { nowMs, uses, cash }: Circumstances): Finding {
  const active = packs.filter((pack) => isActive(pack, nowMs));
  const paying = active.filter(({ remaining }) => remaining !== 0);
  if (paying.length === 0) {
    const last = active[0] ?? packs.toSorted((a, b) => (b.endsMs ?? 0) - (a.endsMs ?? 0))[0];
    const waiting = packs.find(({ status }) => status === "waiting");
    const next = waiting === undefined ? "" : `; ${waiting.name} begins on ${dayOf(waiting.beginsMs)}`;
    const why = `${last === undefined ? "" : endWords(last, nowMs)}${next}`;
    if (cash) return fine("packs", `no ${kindWord(kind)} pack pays (${why}); the balance does`);
    const todo =
      waiting === undefined ? BUY : { say: "wait for that day, or buy a pack that begins at once" };
    const found = `no ${kindWord(kind)} pack pays: ${why}`;
    return uses.includes(kind)
      ? ofAccount(finding("packs", "problem", found, todo))
      : finding("packs", "warning", `${found}; the project uses none`, todo);
  }
  const said = paying.map((pack) => `${pack.name}: ${leftWords(pack, nowMs)}`).join("; ");
  const lastDay = Math.max(...paying.map(({ endsMs }) => endsMs ?? Infinity));
  const days = (lastDay - nowMs) / DAY_MS;
  if (days < SOON_DAYS) {
    return finding(
      "packs",
      "warning",
      said,
      `use it before it ends, or renew it: a ${kindWord(kind)} pack that has ended pays nothing`,
    );
  }
  if (isLittle(paying)) return finding("packs", "warning", `${said}: little is left`, BUY);
  return fine("packs", said);
}

function isLittle(packs: readonly Pack[]): boolean {
  let left = 0;
  let whole = 0;
  for (const { total, remaining } of packs) {
    if (total === undefined || remaining === undefined) return false;
    left += remaining;
    whole += total;
  }
  return left < whole * LITTLE;
}

function leftWords({ total, remaining, endsMs }: Pack, nowMs: number): string {
  const left =
    remaining === undefined
      ? "units left unknown"
      : `${formatUnits(remaining)}${total === undefined ? "" : ` of ${formatUnits(total)}`} units left`;
  if (endsMs === undefined) return left;
  const days = Math.floor((endsMs - nowMs) / DAY_MS);
  return `${left}, until ${dayOf(endsMs)} (${days < 1 ? "less than a day" : counted(days, "day")})`;
}

function endWords(pack: Pack, nowMs: number): string {
  const { name, status, remaining, endsMs } = pack;
  if (status === "used_up" || (isActive(pack, nowMs) && remaining === 0)) return `${name} is used up`;
  if (status === "expired" || (endsMs !== undefined && endsMs <= nowMs))
    return `${name} ended on ${dayOf(endsMs)}`;
  return `${name} is not active`;
}

/** The newest deduction from a balance. */
function newestCash(
  cash: AccountAnswer<Deductions> | undefined,
): Extract<Taken, { readonly kind: "cash" }> | undefined {
  if (cash?.kind !== "answered") return undefined;
  const newest = cash.value.rows.toSorted((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0))[0]?.taken;
  return newest?.kind === "cash" ? newest : undefined;
}

function paysCash(cash: AccountAnswer<Deductions> | undefined): boolean {
  const newest = newestCash(cash);
  return newest !== undefined && newest.afterMicros !== 0;
}

/** What was taken lately, and what is left of a balance where one was touched. */
function balanceFindings(
  units: AccountAnswer<Deductions> | undefined,
  cash: AccountAnswer<Deductions> | undefined,
): readonly Finding[] {
  const parts: string[] = [];
  if (units?.kind === "answered") {
    const sum = units.value.rows.reduce(
      (all, { taken }) => all + (taken.kind === "units" ? taken.units : 0),
      0,
    );
    const tasks = new Set(units.value.rows.map(({ task }, index) => task ?? index)).size;
    const more = units.value.whole ? "" : " or more";
    const used =
      tasks === 0
        ? "no units deducted"
        : `${formatUnits(sum as MilliUnits)} units${more} for ${counted(tasks, "task")}`;
    parts.push(`${used} in 30 days`);
  }
  if (cash?.kind === "answered") {
    const newest = newestCash(cash);
    if (newest !== undefined) {
      const { currency, afterMicros } = newest;
      const left =
        afterMicros === undefined
          ? ""
          : `, ${moneyOf(afterMicros, currency)} left after the newest deduction`;
      parts.push(`a balance in ${currency}${left}`);
    } else parts.push("nothing from a balance");
  }
  if (parts.length > 0) return [fine("balance", parts.join("; "))];
  const why = [units, cash].flatMap((each) =>
    each?.kind === "refused" ? [each.error.message] : each?.kind === "lost" ? [each.why] : [],
  )[0];
  return [
    finding(
      "balance",
      "unknown",
      `the account does not tell what was deducted${why === undefined ? "" : `: ${why}`}`,
    ),
  ];
}

function concurrencyFindings(
  packs: readonly Pack[],
  nowMs: number,
  wanted: number | undefined,
): readonly Finding[] {
  const most = concurrencyOf(packs, nowMs);
  const said = KINDS.flatMap((kind) => {
    const slots = most[kind];
    return slots === undefined
      ? []
      : [`${slots} ${kind === "image" ? "pictures" : `${kindWord(kind)} tasks`}`];
  });
  if (said.length === 0) {
    return packs.some((pack) => isActive(pack, nowMs))
      ? [finding("concurrency", "unknown", "no pack's name says how many tasks may be under way at a time")]
      : [];
  }
  const slots = `${said.join(" and ")} at a time, for each model`;
  const clips = most.video;
  if (wanted === undefined || clips === undefined) return [fine("concurrency", slots)];
  if (wanted > clips) {
    return [
      finding(
        "concurrency",
        "warning",
        `${slots}; the project asks for ${wanted}, and the vendor makes what is above wait (1303)`,
        { say: "in the manifest:", copy: `limits: { concurrency: ${clips} }` },
      ),
    ];
  }
  const more =
    wanted < clips ? `; the project uses ${wanted} (limits.concurrency)` : ", as the project asks for";
  return [fine("concurrency", `${slots}${more}`)];
}

function kindWord(kind: PackKind): string {
  return kind === "try_on" ? "try-on" : kind;
}

function dayOf(ms: number | undefined): string {
  return ms === undefined ? "a day that the vendor does not tell" : new Date(ms).toISOString().slice(0, 10);
}

function moneyOf(micros: number, currency: string): string {
  return `${(micros / 1e6).toFixed(2)} ${currency}`;
}
