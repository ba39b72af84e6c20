/**
 * `delete`: has elements and voices deleted at the vendor that this project had made there. Shows first what that means for
 * the manifest, under every profile, and asks; no other part of klingmake deletes anything at the vendor.
 */
import { hasErrors, problem, type Diagnostic } from "./base/diagnostic.js";
import { getOrMake } from "./base/guard.js";
import { listWords, safeText } from "./base/text.js";
import { alone, diskOf, type Excluded, type LateJournal } from "./engine-alone.js";
import { diskProblem } from "./engine-disk.js";
import { recall } from "./engine-journal.js";
import { chooseProfile, matchSteps, prepare, type Opened, type Prepared } from "./engine-prepare.js";
import { deletingRoute } from "./engine-route.js";
import { providerOf, realmOf } from "./graph/expand.js";
import type { Realm, StepId } from "./graph/input.js";
import type { CacheKey } from "./graph/key.js";
import { keptThings, type KeptThing } from "./plan/kept.js";
import { WrongServer, type RouteProblem } from "./provider/provider.js";
import { deleteThing, type Deletion } from "./run/delete.js";
import { EXIT, type ExitCode } from "./run/exit.js";

/** What is to be deleted. */
export interface DeleteRequest {
  /** Steps, or the vendor's ids of what this project had made. None, and not `unused`: everything is listed. */
  readonly names?: readonly string[];
  /** What no step of the manifest is the result of any more, under any profile. */
  readonly unused?: boolean;
  readonly profile?: string;
  /** Agrees. */
  readonly yes?: boolean;
  /** Asks a person; absent when nobody is there. */
  readonly ask?: (things: readonly ThingReport[]) => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/** Something of the account's, and what hangs on it. */
export interface ThingReport {
  readonly thing: KeptThing;
  /** Steps that name it, under any profile. */
  readonly users: readonly StepId[];
  /** Those of them that are still to be rendered, and would be blocked without it. */
  readonly waiting: readonly StepId[];
  /** Absent where it was only listed. */
  readonly came?: Deletion;
}

/** How it ended. */
export type DeleteReport =
  | Excluded
  | ({ readonly diagnostics: readonly Diagnostic[]; readonly exit: ExitCode } & (
      | { readonly status: "invalid" }
      | { readonly status: "route"; readonly message: string; readonly help: string }
      | {
          readonly status: "listed" | "deleted" | "declined" | "confirmation_needed";
          readonly realm: Realm;
          readonly things: readonly ThingReport[];
        }
    ));

/** Lists, or deletes what is named. */
export async function deleteAtVendor(opened: Opened, request: DeleteRequest): Promise<DeleteReport> {
  try {
    const isListed = (request.names ?? []).length === 0 && request.unused !== true;
    if (!isListed) return await alone(opened, (journal) => deleteLocked(opened, request, journal));
    const { value, diagnostics } = await survey(opened, request);
    if (value === undefined) return { status: "invalid", diagnostics, exit: EXIT.invalid };
    const { realm, things } = value;
    return { status: "listed", realm, things, diagnostics, exit: EXIT.done };
  } catch (error) {
    const told = diskProblem(error);
    if (told === undefined) throw error;
    return { status: "invalid", diagnostics: [told], exit: EXIT.stepFailed };
  }
}

interface Survey {
  readonly realm: Realm;
  /** Under the profile in force. */
  readonly prepared: Prepared;
  readonly things: readonly ThingReport[];
}

/** What the lockfile knows, and what every profile of the realm has to do with it. */
async function survey(
  opened: Opened,
  { profile }: DeleteRequest,
): Promise<{ readonly value?: Survey; readonly diagnostics: readonly Diagnostic[] }> {
  const { manifest } = opened;
  const chosen = chooseProfile(manifest, profile);
  if ("code" in chosen) return { diagnostics: await opened.put([chosen]) };
  const realm = realmOf(providerOf(manifest, chosen.profile));
  const recalled = await recall(opened.world, opened.state, opened.snapshots);
  const ids = [chosen.profile, ...(manifest.profile === undefined ? [undefined] : []), ...manifest.profiles];
  const others = ids.slice(1).filter((each) => each?.id !== chosen.profile?.id);
  const claims = new Map<CacheKey, Set<StepId>>();
  const users = new Map<StepId, Set<StepId>>();
  const waiting = new Set<StepId>();
  const diagnostics: Diagnostic[] = [...recalled.diagnostics];
  let first: Prepared | undefined;
  for (const each of [chosen.profile, ...others]) {
    if (realmOf(providerOf(manifest, each)) !== realm) continue;
    const named = each === undefined ? {} : { profile: each.id };
    const { value, diagnostics: found } = await prepare(opened, named, recalled);
    diagnostics.push(...found.filter(({ severity }) => severity === "error" || first === undefined));
    // What a broken profile still needs is not known, so nothing is deleted.
    if (value === undefined || hasErrors(found)) return { diagnostics };
    first ??= value;
    const locked = value.read.lock.steps.get(value.plan.profile);
    for (const { step, key, decision } of value.plan.steps) {
      for (const mine of new Set([key, locked?.get(step.id) ?? key])) {
        getOrMake(claims, mine, () => new Set<StepId>()).add(step.id);
      }
      for (const need of step.needs) getOrMake(users, need, () => new Set<StepId>()).add(step.id);
      if (decision.kind !== "keep" && decision.kind !== "restore") waiting.add(step.id);
    }
  }
  if (first === undefined) return { diagnostics };
  const steps = new Map([...claims].map(([key, each]) => [key, [...each]]));
  const things = keptThings(first.read.lock, steps).map((thing): ThingReport => {
    const using = [...new Set(thing.steps.flatMap((id) => [...(users.get(id) ?? [])]))];
    return { thing, users: using, waiting: using.filter((id) => waiting.has(id)) };
  });
  return { value: { realm, prepared: first, things }, diagnostics };
}

/** The things that a request means, or why some of it means none. */
function meantBy(
  { things, prepared }: Survey,
  { names = [], unused }: DeleteRequest,
): { readonly meant: readonly ThingReport[]; readonly told: readonly Diagnostic[] } {
  const { graph, plan, read } = prepared;
  const meant = new Set<ThingReport>();
  const told: Diagnostic[] = [];
  const add = (found: readonly ThingReport[]) => found.forEach((each) => meant.add(each));
  for (const name of names) {
    const ids = matchSteps(graph, [name]).value ?? new Set();
    const keys = new Set(plan.steps.flatMap(({ step, key }) => (ids.has(step.id) ? [key] : [])));
    const gone = read.lock.steps.get(plan.profile)?.get(name as StepId);
    if (keys.size === 0 && gone !== undefined) keys.add(gone);
    const found = things.filter(({ thing }) => thing.id === name || (thing.stands && keys.has(thing.key)));
    if (found.length === 0) told.push(nothingKept(name, things));
    add(found);
  }
  if (unused === true)
    add(things.filter(({ thing }) => thing.steps.length === 0 && thing.handle.deleted === undefined));
  return { meant: things.filter((each) => meant.has(each)), told };
}

function nothingKept(name: string, things: readonly ThingReport[]): Diagnostic {
  const there = things
    .filter(({ thing }) => thing.handle.deleted === undefined)
    .flatMap(({ thing }) => thing.steps[0] ?? thing.id);
  return problem("delete/nothing", `nothing of ${safeText(name)} stays with the vendor`, {
    why: "only elements and voices do that this project had made there and has on record",
    help:
      there.length === 0
        ? "there are none; what else is at the vendor goes by itself after 30 days, or is deleted in the vendor's console"
        : `there are ${listWords(there.slice(0, 8).map(safeText))}; klingmake delete lists them all`,
  });
}

async function deleteLocked(
  opened: Opened,
  request: DeleteRequest,
  journal: LateJournal,
): Promise<DeleteReport> {
  const { value, diagnostics } = await survey(opened, request);
  if (value === undefined) return { status: "invalid", diagnostics, exit: EXIT.invalid };
  const { realm, prepared } = value;
  const { meant, told } = meantBy(value, request);
  const invalid = async (more: readonly Diagnostic[], exit: ExitCode): Promise<DeleteReport> => ({
    status: "invalid",
    diagnostics: [...diagnostics, ...(await opened.put(more))],
    exit,
  });
  if (told.length > 0) return invalid(told, EXIT.invalid);
  const end = (
    status: "deleted" | "declined" | "confirmation_needed",
    things: readonly ThingReport[],
    exit: ExitCode,
  ): DeleteReport => ({ status, realm, things, diagnostics, exit });
  if (meant.every(({ thing }) => thing.handle.deleted !== undefined)) {
    return end(
      "deleted",
      meant.map((each) => ({ ...each, came: { kind: "already" } })),
      EXIT.done,
    );
  }
  const route = await deletingRoute(opened, prepared.provider, realm);
  const refused = ({ message, help }: RouteProblem): DeleteReport => ({
    status: "route",
    message,
    help,
    diagnostics,
    exit: EXIT.credentials,
  });
  if ("message" in route) return refused(route);
  try {
    const strange = meant.filter(({ thing: { handle } }) => {
      const isHere = handle.account === route.account && handle.route === route.route;
      return handle.deleted === undefined && !isHere;
    });
    if (strange.length > 0) return await invalid(strange.map(otherAccount), EXIT.credentials);
    if (request.yes !== true) {
      if (request.ask === undefined) return end("confirmation_needed", meant, EXIT.approval);
      if (!(await request.ask(meant))) return end("declined", meant, EXIT.approval);
    }
    const disk = diskOf(opened, { ...prepared, profile: prepared.plan.profile }, journal);
    const stop = request.signal ?? new AbortController().signal;
    const { lock } = prepared.read;
    const run = { provider: route, disk, clock: opened.world.clock, lock, stop };
    const things: ThingReport[] = [];
    for (const each of meant) things.push({ ...each, came: await deleteThing(run, each.thing) });
    return end("deleted", things, exitOf(things));
  } catch (error) {
    if (error instanceof WrongServer) return refused(error.problem);
    throw error;
  } finally {
    await route.close();
  }
}

function otherAccount({ thing }: ThingReport): Diagnostic {
  return problem("delete/account", `the ${thing.kept} ${safeText(thing.id)} is another account's`, {
    why: "it was made with other credentials than those in use, and an id says nothing without its account",
    help: "use the credentials that it was made with; nothing was deleted",
  });
}

function exitOf(things: readonly ThingReport[]): ExitCode {
  const exits = new Set(things.map(({ came }) => exitOfOne(came)));
  return [EXIT.interrupted, EXIT.credentials, EXIT.stepFailed].find((exit) => exits.has(exit)) ?? EXIT.done;
}

function exitOfOne(came: Deletion | undefined): ExitCode {
  switch (came?.kind) {
    case "refused":
      return came.error.class === "credentials" || came.error.class === "account"
        ? EXIT.credentials
        : EXIT.stepFailed;
    case "unanswered":
      return EXIT.stepFailed;
    case "stopped":
      return EXIT.interrupted;
    case "deleted":
    case "absent":
    case "already":
    case undefined:
      return EXIT.done;
  }
}
