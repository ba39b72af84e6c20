/**
 * Whether a stream gets colours, and the few that are used. Knows the conventions (NO_COLOR, FORCE_COLOR, TERM=dumb),
 * not the terminal itself. Colours only ever repeat what the words already say.
 */
import picocolors from "picocolors";
import type { Io } from "./io.js";

/** Paints text by meaning; paints nothing when colours are off. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Costs money, or wants attention. */
  readonly costly: (text: string) => string;
  readonly calm: (text: string) => string;
}

/** The paints for a stream with or without colours. */
export function paintFor(colours: boolean): Paint {
  const { bold, dim, green, red, yellow, cyan } = picocolors.createColors(colours);
  return { strong: bold, faint: dim, good: green, bad: red, costly: yellow, calm: cyan };
}

/** Whether to colour a stream: `--no-color`, then NO_COLOR, then FORCE_COLOR, then TERM=dumb, then whether it is a terminal. */
export function wantsColours(env: Io["env"], isTTY: boolean, allowed: boolean): boolean {
  if (!allowed || isSet(env["NO_COLOR"])) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTTY && env["TERM"] !== "dumb";
}

/** Whether this is a machine's run, in which nobody answers and nothing is animated. */
export function isAutomatic(env: Io["env"]): boolean {
  const ci = env["CI"];
  return isSet(ci) && ci !== "0" && ci !== "false";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
