/**
 * How many tasks at once an account takes, asked once before a real render, at no cost. What nobody says is no reason to
 * wait or to fail: the usual number holds then, and the vendor's refusals teach the rest.
 */
import { daysMs } from "./base/clock.js";
import type { Opened, PlanRequest, Prepared } from "./engine-prepare.js";
import { paidSteps } from "./plan/approval.js";
import { concurrencyOf, type PackKind } from "./provider/account.js";
import { WrongServer } from "./provider/provider.js";

/** Packs last for months: what was bought before is over. */
const PACKS_MS = daysMs(365);

/** Each task may carry inputs of many megabytes, whatever a pack's name says. */
const MOST_SLOTS = 50;

/**
 * Tasks at once per model version, by kind of pack; undefined where the author says how many, where there is nothing to
 * gain, and where the account does not say.
 */
export async function accountSlots(
  { world, options, manifest }: Opened,
  request: Pick<PlanRequest, "concurrency"> & { readonly signal?: AbortSignal },
  { plan, provider }: Pick<Prepared, "plan" | "provider">,
): Promise<Readonly<Partial<Record<PackKind, number>>> | undefined> {
  const { signal = new AbortController().signal } = request;
  const isSaid = (request.concurrency ?? manifest.limits.concurrency) !== undefined;
  if (isSaid || provider !== "kling" || signal.aborted || paidSteps(plan).length < 2) return undefined;
  // A gateway has no account of the vendor's to ask.
  if (options.env["KLING_DIALECT"] === "unified") return undefined;
  const account = await world.openAccount(options.env);
  if ("message" in account) return undefined;
  const untilMs = world.clock.now();
  try {
    const packs = await account.packs({ sinceMs: untilMs - PACKS_MS, untilMs }, signal);
    if (packs.kind !== "answered") return undefined;
    const said = Object.entries(concurrencyOf(packs.value, untilMs));
    return Object.fromEntries(said.map(([kind, slots]) => [kind, Math.min(slots, MOST_SLOTS)]));
  } catch (error) {
    // The run meets it again, and says so.
    if (signal.aborted || error instanceof WrongServer) return undefined;
    throw error;
  } finally {
    await account.close();
  }
}
