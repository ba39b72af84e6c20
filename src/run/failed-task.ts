/**
 * Tasks that the vendor took and that ended as failed: why, what that cost as far as the vendor says, and what may follow.
 */
import { problem } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import { formatUnits, formatUsd } from "../base/money.js";
import { elide } from "../base/text.js";
import type { Realm } from "../graph/input.js";
import type { Billed } from "../plan/prior.js";
import { contentRefused, type Failed, type Named } from "./failure.js";

/** A task that ended as `failed`. */
export function taskFailed(
  step: Named,
  message: string,
  refusal: boolean,
  billed: Billed,
  realm: Realm,
): Failed {
  const said = message === "" ? "the vendor gave no reason" : elide(message, 160);
  const why = realm === "sandbox" ? said : `${said}; ${billWords(billed)}`;
  return {
    status: "failed",
    diagnostic: refusal
      ? contentRefused(step, why)
      : problem("run/task-failed", `the task of ${step.id} failed`, {
          path: step.path,
          on: "key",
          why,
          help: `run render again to make another attempt; ${realm === "sandbox" ? "the sandbox charges nothing" : "it asks first"}`,
        }),
    retry: refusal ? "never" : "paid",
    billed: billed.kind,
    ...(billed.kind === "billed" ? { bill: amountOf(billed) } : {}),
  };
}

function amountOf({
  kind: _kind,
  ...amount
}: Extract<Billed, { kind: "billed" }>): NonNullable<Failed["bill"]> {
  return amount;
}

/** What a failed task was charged, as the vendor's answer has it. */
export function billWords(billed: Billed): string {
  switch (billed.kind) {
    case "not_billed":
      return "the vendor charged nothing";
    case "unknown":
      return "the vendor does not say whether it charged for it";
    case "billed": {
      const amounts = [
        ...(billed.units === undefined ? [] : [`${formatUnits(billed.units)} units`]),
        ...(billed.usd === undefined ? [] : [formatUsd(billed.usd)]),
      ];
      return amounts.length === 0
        ? "the vendor charged for it, in a currency that is not known here"
        : `the vendor charged ${amounts.join(" and ")} all the same`;
    }
    default:
      return unreachable(billed);
  }
}

/** The failure of the last of several attempts of one run. */
export function failedAgain(outcome: Failed, attempts: number): Failed {
  const { diagnostic } = outcome;
  const times = `${attempts} attempts of this run failed`;
  return {
    ...outcome,
    diagnostic: { ...diagnostic, why: `${diagnostic.why ?? diagnostic.message}; ${times}` },
  };
}
