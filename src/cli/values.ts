/**
 * Values of options: text from the command line or the environment becomes numbers and lists, or a usage error that
 * names what is wanted. Decides nothing about what they are for.
 */
import { InvalidArgumentError } from "commander";
import type { Tier } from "../index.js";
import type { ListenAt } from "./commands.js";

/** All tiers, the cheapest first. */
export const TIERS: readonly Tier[] = ["standard", "pro", "master"];

/** US dollars: `2`, `2.50`, `$2.50`. @throws InvalidArgumentError otherwise. */
export function dollars(text: string): number {
  const amount = text.startsWith("$") ? text.slice(1) : text;
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(amount)) throw new InvalidArgumentError("Say US dollars, like 2.50.");
  return Number(amount);
}

/** Tiers by name, separated by commas; `none` for none of them. @throws InvalidArgumentError otherwise. */
export function tierList(text: string): readonly Tier[] {
  if (text === "none") return [];
  return text.split(",").map((word) => {
    const tier = TIERS.find((each) => each === word.trim());
    if (tier === undefined) {
      throw new InvalidArgumentError("Say standard, pro, master (with commas between), or none.");
    }
    return tier;
  });
}

/** The whole or a beginning of a plan's digest, at least 12 digits. @throws InvalidArgumentError otherwise. */
export function digestText(text: string): string {
  if (!/^[0-9a-f]{12,64}$/i.test(text)) {
    throw new InvalidArgumentError(
      "Say the plan's digest, or its first 12 digits or more; `plan` prints it.",
    );
  }
  return text.toLowerCase();
}

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Say a whole number from ${least} to ${most}.`);
  };
}

/** Where to listen: `8787`, `0.0.0.0:8787`, `[::1]:8787`. @throws InvalidArgumentError otherwise. */
export function listenAt(text: string): ListenAt {
  const [, ipv6, name, digits = ""] = /^(?:(?:\[([0-9a-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Say a port from 1 to 65535, or HOST:PORT, like 127.0.0.1:8787.");
  }
  const host = ipv6 ?? name;
  return host === undefined ? { port } : { host, port };
}

/** A pace: 0 or more. @throws InvalidArgumentError otherwise. */
export function pace(text: string): number {
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError("Say a number, 0 or more.");
  return Number(text);
}

/** A file to write to. @throws InvalidArgumentError for `-`, which elsewhere means stdout. */
export function fileName(text: string): string {
  if (text === "-") throw new InvalidArgumentError("Say a file; for stdout there is --json.");
  return text;
}

/** Gathers an option that can be repeated. */
export function gathered(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
