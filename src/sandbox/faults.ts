/**
 * What a fault plan makes the sandbox do wrong, whatever the prompts say: rules as data, closed, and repeatable.
 * Consulted in one place, before a request is looked at. Every rule counts the requests that it is about by itself, from
 * 1, so what a rule does depends on the order of those alone; chance is a digest of seed, rule and number, and no
 * randomness. Counting begins anew when the sandbox does. Of the rules that strike one request all delays add up, and the
 * first of the others is done. `fault-plan.ts` reads plans from JSON.
 */

import { setTimeout as wait } from "node:timers/promises";

import { sha256Hex } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import { type Answer, enveloped, type FileFault, refusal } from "./answer.js";

/**
 * The kinds of request: creates; small calls that are answered at once (faces, speech); questions about tasks by id or
 * reference, and about the account; lists of tasks; downloads of results.
 */
export type CallKind = (typeof CALL_KINDS)[number];

/** All of them. */
export const CALL_KINDS = ["create", "small", "query", "list", "download"] as const;

/** What can go wrong. `after`: the request is carried out all the same. `at`: a fraction of the bytes asked for, 0.5 when absent. */
export type Fault =
  /** The connection is cut before the request is carried out, or after it. */
  | { readonly do: "lost-before" }
  | { readonly do: "lost-after" }
  /** An answer with this code of the vendor's and its HTTP status. */
  | { readonly do: "code"; readonly code: number; readonly message?: string; readonly after?: boolean }
  /** A proxy's page; `status` is 502 when absent. */
  | { readonly do: "html"; readonly status?: number; readonly after?: boolean }
  /** HTTP 200 with what is no JSON. */
  | { readonly do: "garbage"; readonly after?: boolean }
  /** Carried out; the first half of the true answer, as if it were whole. */
  | { readonly do: "truncated-json" }
  /** Late by so many milliseconds; with `after` the answer is. */
  | { readonly do: "delay"; readonly ms: number; readonly after?: boolean }
  /** No answer, ever; the connection stays open. */
  | { readonly do: "hang"; readonly after?: boolean }
  | FileFault
  /** An HTML page with status 200 instead of the result. */
  | { readonly do: "wrong-type" }
  /** 403, as for an address that is too old. */
  | { readonly do: "expired" }
  /** Sent to another address; to its own when `to` is absent. */
  | { readonly do: "redirect"; readonly to?: string };

/** Which requests a rule strikes: of those that it is about, one number or some, every so many, by chance, or all. */
export interface When {
  readonly call: CallKind | "any" | readonly CallKind[];
  /** A part of the request's path, for instance of one product. */
  readonly path?: string;
  readonly nth?: number | readonly number[];
  readonly every?: number;
  readonly probability?: number;
}

/** What goes wrong, and when. */
export interface FaultPlan {
  /** For `probability`; 1 when absent. */
  readonly seed?: number;
  readonly rules: readonly (When & Fault)[];
}

/** A request that a fault may befall. */
export interface Struck {
  readonly call: CallKind;
  readonly path: string;
  readonly carryOut: () => Promise<Answer>;
  /** Notes that it was refused with a code and not carried out. */
  readonly turnAway: (code: number) => void;
}

/** What was asked, by kind of call, and what each rule did about it. */
export interface FaultCounts {
  readonly calls: Readonly<Record<CallKind, number>>;
  readonly rules: readonly { readonly asked: number; readonly struck: number }[];
}

/** A fault plan at work. */
export interface Faults {
  /** Answers a request as it is, or as the plan wants it. */
  answer(request: Struck): Promise<Answer>;
  counts(): FaultCounts;
}

const PAGE = "<!doctype html><html><head><title>Bad Gateway</title></head><body>nginx</body></html>";

/** Puts a plan to work. */
export function openFaults({ seed = 1, rules }: FaultPlan): Faults {
  const calls: Record<CallKind, number> = { create: 0, small: 0, query: 0, list: 0, download: 0 };
  const counts = rules.map(() => ({ asked: 0, struck: 0 }));

  const strike = ({ call, path }: Struck): readonly Fault[] => {
    calls[call]++;
    return rules.filter((rule, index) => {
      const count = counts[index];
      if (count === undefined || !isAbout(rule, call, path)) return false;
      count.asked++;
      const strikes = isStruck(rule, count.asked, `${seed} ${index} ${count.asked}`);
      if (strikes) count.struck++;
      return strikes;
    });
  };

  return {
    counts: () => ({ calls, rules: counts }),
    async answer(request) {
      const faults = strike(request);
      const fault = faults.find((each): each is Exclude<Fault, Delay> => each.do !== "delay");
      await late(faults, false);
      const answered = fault === undefined ? await request.carryOut() : await befall(fault, request);
      await late(faults, true);
      return answered;
    },
  };
}

function isAbout({ call, path }: When, asked: CallKind, at: string): boolean {
  const meant = call === "any" || call === asked || (typeof call === "object" && call.includes(asked));
  return meant && (path === undefined || at.includes(path));
}

function isStruck({ nth, every, probability }: When, count: number, draw: string): boolean {
  if (nth !== undefined) return typeof nth === "number" ? nth === count : nth.includes(count);
  if (every !== undefined) return count % every === 0;
  return (
    probability === undefined || Number.parseInt(sha256Hex(draw).slice(0, 8), 16) < probability * 2 ** 32
  );
}

async function late(faults: readonly Fault[], after: boolean): Promise<void> {
  for (const fault of faults) {
    // Nobody waits for a sandbox that is late.
    if (fault.do === "delay" && (fault.after === true) === after)
      await wait(fault.ms, undefined, { ref: false });
  }
}

type Delay = Extract<Fault, { do: "delay" }>;

async function befall(fault: Exclude<Fault, Delay>, { carryOut, turnAway }: Struck): Promise<Answer> {
  if ("after" in fault && fault.after === true) await carryOut();
  switch (fault.do) {
    case "lost-before":
      return { kind: "silence" };
    case "lost-after":
      await carryOut();
      return { kind: "silence" };
    case "code":
      if (fault.after !== true) turnAway(fault.code);
      return refusal(fault.code, fault.message ?? "the fault plan wants it so");
    case "html":
      return { kind: "text", status: fault.status ?? 502, contentType: "text/html", text: PAGE };
    case "garbage":
      return { kind: "text", status: 200, contentType: "application/json", text: '{"code":0,"data":{{' };
    case "truncated-json": {
      const answered = await carryOut();
      if (answered.kind !== "result" && answered.kind !== "refusal") return answered;
      const whole = enveloped(answered);
      return { ...whole, text: whole.text.slice(0, whole.text.length >> 1) };
    }
    case "hang":
      return { kind: "hang" };
    case "cut":
    case "short":
    case "stall":
    case "endless":
    case "corrupt": {
      const answered = await carryOut();
      return answered.kind === "file" ? { ...answered, fault } : answered;
    }
    case "wrong-type":
      return { kind: "text", status: 200, contentType: "text/html", text: PAGE };
    case "expired":
      return refusal(1103, "the address has expired");
    case "redirect":
      return { kind: "redirect", ...(fault.to === undefined ? {} : { to: fault.to }) };
    default:
      return unreachable(fault);
  }
}
