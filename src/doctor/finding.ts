/**
 * What the doctor says: one finding for each thing that was looked at, as data. Knows neither how things were looked at
 * nor how a finding is shown.
 */

/** What is looked at, in the order in which it is told. */
export type Check =
  | "node"
  | "ffmpeg"
  | "disk"
  | "project"
  | "editor"
  | "credentials"
  | "address"
  | "network"
  | "clock"
  | "packs"
  | "balance"
  | "concurrency";

/** How something stands. `unknown`: it could not be found out. */
export type Status = "ok" | "warning" | "problem" | "unknown";

/** One thing to do. */
export interface Advice {
  /** A clause. */
  readonly say: string;
  /** A line to copy: a command, or what to write. */
  readonly copy?: string;
}

/** How one thing stands, and what to do about it. */
export interface Finding {
  readonly check: Check;
  readonly status: Status;
  /** What was found: a clause, safe to show, without a full stop. */
  readonly found: string;
  /** What to do, the likeliest first; empty where nothing is to be done. */
  readonly todo: readonly Advice[];
  /** Set for problems with credentials, balance or entitlement, which have an exit code of their own. */
  readonly ofAccount?: true;
}

/** The finding that all is well. */
export function fine(check: Check, found: string): Finding {
  return { check, status: "ok", found, todo: [] };
}

/** A finding with things to do. */
export function finding(
  check: Check,
  status: Exclude<Status, "ok">,
  found: string,
  ...todo: readonly (Advice | string)[]
): Finding {
  return {
    check,
    status,
    found,
    todo: todo.map((each) => (typeof each === "string" ? { say: each } : each)),
  };
}

/** What to do about a route that cannot be opened, as advice. */
export function adviceOf({ help }: { readonly help: string }): Advice {
  const clause = /^[A-Z][a-z]/.test(help) ? `${help.charAt(0).toLowerCase()}${help.slice(1)}` : help;
  return { say: clause.replace(/\.$/, "") };
}

/** The same finding as one about credentials, balance or entitlement. */
export function ofAccount(found: Finding): Finding {
  return { ...found, ofAccount: true };
}

/** How many findings there are of each status. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Status, number>> {
  const count = { ok: 0, warning: 0, problem: 0, unknown: 0 };
  for (const { status } of findings) count[status]++;
  return count;
}
