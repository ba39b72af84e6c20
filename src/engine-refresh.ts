/**
 * Asks an account, at no cost, whether it has tasks of what a plan would create, before anybody is asked for money: after
 * a lost disk, on another machine, after a kill. What is found is planned as under way, and journaled when it is rendered.
 */
import { daysMs, isoTime } from "./base/clock.js";
import { getOrMake } from "./base/guard.js";
import type { CacheKey } from "./graph/key.js";
import { caution, problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import type { Opened, Prepared } from "./engine-prepare.js";
import { routeOf, type Route } from "./engine-route.js";
import type { World } from "./engine-world.js";
import { doubtfulAttempt, foundAttempt, wantedOf, type Found, type Wanted } from "./plan/found.js";
import type { Plan } from "./plan/plan.js";
import { RETENTION_DAYS } from "./plan/source.js";
import type { ClientReference, Prior } from "./plan/prior.js";
import {
  WrongServer,
  type Address,
  type ListAnswer,
  type LookAnswer,
  type Provider,
  type RouteProblem,
} from "./provider/provider.js";
import { keyIn, openClaims, sourceOf } from "./run/listed.js";
import type { Journal } from "./store/journal-file.js";

/** A plan, and what it was made from. */
interface Planned {
  readonly plan: Plan;
  readonly read: { readonly prior: Prior };
}

/** What asking came to. */
export interface Refreshed<T extends Planned> {
  readonly prepared: T;
  readonly found: readonly Found[];
  /** Why not all of them were answered. */
  readonly warnings: readonly Diagnostic[];
}

/** A failed attempt leads to the next one, which may be there, too: this often at most. */
const ROUNDS_MOST = 8;

/**
 * Asks for what `prepared` would create until nothing new is found; `again` plans with what was found.
 * @throws the signal's reason, and `WrongServer`.
 */
async function refresh<T extends Planned>(
  world: Pick<World, "clock">,
  provider: Provider,
  prepared: T,
  again: (found: readonly Found[]) => Promise<Checked<T>>,
  signal: AbortSignal,
): Promise<Refreshed<T>> {
  let now = prepared;
  const found: Found[] = [];
  const asked = new Set<ClientReference>();
  const silent: string[] = [];
  const clips = new Map<CacheKey, string>();
  let answered = 0;
  for (let round = 0; round < ROUNDS_MOST; round++) {
    const wanted = wantedOf(now.plan, now.read.prior)
      .filter(({ reference }) => !asked.has(reference))
      .flatMap((each) => addressed(each, provider));
    if (wanted.length === 0) break;
    for (const { reference } of wanted) asked.add(reference);
    const answers = await answersTo(wanted, provider, signal);
    const before = found.length;
    for (const [each, answer] of answers) {
      const from = fromHere(provider, each.address);
      if (answer.kind === "found") {
        found.push(foundAttempt(each, from, answer.look, isoTime(world.clock.now())));
        const clip = answer.look.outputs.find((output) => output.kind === "video")?.id;
        if (clip !== undefined) clips.set(each.planned.key, clip);
      }
      if (answer.kind === "lost") silent.push(answer.why);
      else if (answer.kind === "failed") silent.push(answer.error.message);
      else answered++;
    }
    if (found.length === before) break;
    const planned = await again(found);
    if (planned.value === undefined) break;
    now = planned.value;
  }
  const doubts = await doubtsOf(world, provider, now, clips, signal);
  silent.push(...doubts.silent);
  if (doubts.found.length > 0) {
    const planned = await again([...found, ...doubts.found]);
    now = planned.value ?? now;
  }
  // What nobody answered says nothing of what the account has.
  if (answered > 0 || silent.length === 0) {
    const account = { asked: answered, found: found.length };
    now = { ...now, plan: { ...now.plan, account } };
  }
  return { prepared: now, found: [...found, ...doubts.found], warnings: silent.slice(0, 1).map(unanswered) };
}

function fromHere({ realm, route, account }: Provider, address: Address) {
  return { ...address, realm, route, account };
}

/**
 * Creates that carry no reference and of which nothing is remembered, on clips that the account has tasks on which belong to
 * nobody here: any of these may be ours. `clips`: the vendor's ids of clips that were found just now.
 */
async function doubtsOf(
  world: Pick<World, "clock">,
  provider: Provider,
  { plan, read: { prior } }: Planned,
  clips: ReadonlyMap<CacheKey, string>,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Found[]; readonly silent: readonly string[] }> {
  const claims = openClaims(prior);
  const sinceMs = world.clock.now() - daysMs(RETENTION_DAYS);
  const lists = new Map<string, Promise<ListAnswer>>();
  const found: Found[] = [];
  const silent: string[] = [];
  for (const wanted of wantedOf(plan, prior)) {
    const { planned, known, action } = wanted;
    const source = known === undefined && planned.create !== undefined ? sourceOf(planned.inputs) : undefined;
    if (source === undefined) continue;
    const address = provider.address(action);
    if (provider.references(address)) continue;
    const key = keyIn(source);
    const clip = clips.get(key) ?? prior.lock.renders.get(key)?.handle?.result;
    if (clip === undefined) continue;
    const answer = await getOrMake(lists, address.product, () => provider.list(address, sinceMs, signal));
    if (answer.kind === "lost") silent.push(answer.why);
    // A gateway without lists has nothing to say.
    if (answer.kind === "failed" && answer.error.class !== "invalid") silent.push(answer.error.message);
    if (answer.kind !== "listed") continue;
    const [first] = answer.looks
      .filter((look) => look.source === clip && !claims.isTaken(look.task))
      .map((look) => look.created ?? isoTime(sinceMs))
      .toSorted();
    if (first !== undefined) found.push(doubtfulAttempt(wanted, fromHere(provider, address), first));
  }
  return { found, silent };
}

/** What is asked for, and where. */
type Addressed = Wanted & { readonly address: Address };

/** Asks by reference; where a product takes none, by the task that was known once. */
async function answersTo(
  wanted: readonly Addressed[],
  provider: Provider,
  signal: AbortSignal,
): Promise<readonly (readonly [Addressed, LookAnswer])[]> {
  const named = wanted.filter(({ address }) => provider.references(address));
  const nameless = wanted.filter((each) => !named.includes(each));
  const tasks = nameless.flatMap(({ task, address }) => (task === undefined ? [] : [{ task, address }]));
  const [found, looked] = await Promise.all([
    named.length === 0 ? [] : provider.find(named, signal),
    tasks.length === 0 ? [] : provider.look(tasks, signal),
  ]);
  const answers = [...found, ...looked];
  return [...named, ...nameless].flatMap((each, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [[each, answer] as const];
  });
}

/** Where it is asked for; nowhere when nothing names it there, or another account was meant. */
function addressed(wanted: Wanted, provider: Provider): readonly Addressed[] {
  const { known, task, action } = wanted;
  if (known !== undefined && known.account !== provider.account) return [];
  const address: Address =
    known === undefined ? provider.address(action) : { dialect: known.dialect, product: known.product };
  return provider.references(address) || task !== undefined ? [{ ...wanted, address }] : [];
}

function unanswered(why: string): Diagnostic {
  return caution("plan/not-asked", "the account could not be asked for all tasks that it may have already", {
    why,
    help: "a create with a reference is settled by it when it is sent, and never paid twice; plan --refresh asks again",
  });
}

/** Asks, unless another server answers than was meant, whose word is worth nothing. */
async function refreshOr<T extends Planned>(
  ...args: Parameters<typeof refresh<T>>
): Promise<Refreshed<T> | RouteProblem> {
  try {
    return await refresh(...args);
  } catch (error) {
    if (error instanceof WrongServer) return error.problem;
    throw error;
  }
}

/**
 * Asks before a render, where money is at stake and anything is worth asking. Without a route, or stopped by the user,
 * nothing is found: whoever needs the route says so.
 */
export async function askAccount(
  world: Pick<World, "clock">,
  route: Route,
  prepared: Prepared,
  again: (found: readonly Found[]) => Promise<Checked<Prepared>>,
  {
    refresh: wished,
    signal = new AbortController().signal,
  }: { readonly refresh?: boolean; readonly signal?: AbortSignal },
): Promise<Refreshed<Prepared> | RouteProblem> {
  const nothing = { prepared, found: [], warnings: [] };
  const { plan, read } = prepared;
  if (!(wished ?? plan.realm === "kling") || wantedOf(plan, read.prior).length === 0) return nothing;
  const provider = await route.open();
  if ("message" in provider) return nothing;
  try {
    return await refreshOr(world, provider, prepared, again, signal);
  } catch (error) {
    if (signal.aborted) return nothing;
    throw error;
  }
}

/** A plan that was asked to be made with what the account has: with it, or without a value where nobody can be asked. */
export async function refreshPlan(
  opened: Opened,
  prepared: Prepared,
  again: (found: readonly Found[]) => Promise<Checked<Prepared>>,
): Promise<Checked<Prepared>> {
  const route = routeOf(opened, prepared);
  const unasked = ({ message, help }: RouteProblem) => ({
    diagnostics: [problem("run/credentials", message, { help })],
  });
  try {
    const provider = await route.open();
    if ("message" in provider) return unasked(provider);
    const asked = await refreshOr(opened.world, provider, prepared, again, new AbortController().signal);
    return "message" in asked ? unasked(asked) : { value: asked.prepared, diagnostics: asked.warnings };
  } finally {
    await route.close();
  }
}

const DOUBT =
  "the account has tasks on its clip that belong to nobody here, and its product takes no reference";

/** Writes down what was found, so that it is collected, and counted, like everything else that was ever sent. */
export async function journalFound(journal: Pick<Journal, "append">, found: readonly Found[]): Promise<void> {
  for (const { attempt, inputs, journaled } of found) {
    const {
      reference,
      task,
      failure,
      billed,
      state,
      started,
      ended,
      found: ___,
      handle: ____,
      ...intent
    } = attempt;
    if (!journaled) await journal.append({ type: "intent", inputs, reference, ...intent, since: started });
    if (state === "unknown") await journal.append({ type: "unknown", reference, why: DOUBT });
    if (task === undefined) continue;
    await journal.append({ type: "submitted", reference, task, adopted: true });
    if (state !== "failed" || failure === undefined) continue;
    await journal.append({
      type: "failed",
      reference,
      message: failure.message,
      refusal: failure.refusal,
      billed: billed ?? { kind: "unknown" },
      ...(ended === undefined ? {} : { completed: ended }),
    });
  }
}
