/**
 * Open matters: submissions of which the lockfile does not have the end, and what would settle each at no cost. Over all
 * profiles, and of steps that left the manifest, because the journal goes by keys. Nothing here can lead to a create.
 *
 *   intent, unknown ──asked by reference, or in its product's list──▶ found: collected │ denied: refused │ else: a person
 *   submitted, succeeded ──asked by task──▶ collected │ failed │ still going on │ denied: a person
 *   stored ──recorded, or fetched again──▶ in the lockfile
 *   abandoned, small calls ──▶ stay in the books
 */
import { outputKinds, productOfInputs, productWords } from "./product.js";
import { unreachable } from "../base/guard.js";
import { micros, type Micros } from "../base/money.js";
import type { KeyInputs } from "../graph/key.js";
import type { Realm } from "../graph/input.js";
import { chargeOf } from "./committed.js";
import { isKnown } from "./restore.js";
import type { Attempt, Prior } from "./prior.js";
import { isRecorded } from "./recorded.js";
import { fresh, RETENTION_DAYS } from "./source.js";

/** How far it came. */
export type Standing =
  | "unconfirmed" // sent, or about to be: nobody knows
  | "unknown" // the answer was lost, and asking did not settle it
  | "under_way"
  | "finished" // at the vendor, not fetched
  | "stored" // in the store, not in the lockfile
  | "lost" // was in the store, and is nowhere now
  | "abandoned"
  | "calls"; // small calls without an answer

/** Why only a person can decide. */
export type Undecided =
  /** Its product takes no reference, and its list did not show which task is ours. */
  | "no_reference"
  | "other_account"
  /** The vendor keeps tasks for 30 days. */
  | "too_old"
  /** A later klingmake wrote down where to ask. */
  | "other_route"
  /** The vendor says that there is no such task. */
  | "denied"
  /** Its bytes are nowhere. */
  | "lost";

/** What would settle it. */
export type Way =
  | { readonly kind: "ask"; readonly by: "reference" | "list" | "task" }
  | { readonly kind: "record" }
  | { readonly kind: "decide"; readonly because: Undecided }
  /** Nothing, and nothing has to: it only counts in the books. */
  | { readonly kind: "none" };

/** One open matter. */
export interface Matter {
  readonly attempt: Attempt;
  readonly inputs: KeyInputs;
  readonly standing: Standing;
  readonly way: Way;
  /** What the budget counts for it. */
  readonly reserved: Micros;
  /** Small calls that were sent and never answered. */
  readonly unanswered: number;
}

/** Who would be asked. */
export interface Asker {
  /** Fingerprint of the account; absent while no route is open, when nothing is said of accounts. */
  readonly account?: string;
  references(address: Pick<Attempt, "dialect" | "product">): boolean;
}

/** Every open matter of a realm, in the order in which they began. */
export function openMatters(
  prior: Pick<Prior, "lock" | "attempts" | "intents" | "held" | "today">,
  realm: Realm,
  asker: Asker,
): readonly Matter[] {
  const matters: Matter[] = [];
  for (const [key, attempts] of prior.attempts) {
    const inputs = prior.intents.get(key);
    if (inputs === undefined) continue;
    for (const attempt of attempts) {
      if (attempt.realm !== realm || isRecorded(prior.lock, attempt)) continue;
      const unanswered = (attempt.calls ?? []).filter((call) => call.open === true).length;
      const found = standingOf(attempt, prior, unanswered);
      if (found === undefined) continue;
      const reserved = realm === "sandbox" ? micros(0) : micros(chargeOf(attempt));
      const way = wayOf(found, attempt, prior.today, asker);
      matters.push({ attempt, inputs, standing: found, way, reserved, unanswered });
    }
  }
  return matters.toSorted((a, b) => order(a.attempt.started, b.attempt.started));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function standingOf(attempt: Attempt, prior: Pick<Prior, "held">, unanswered: number): Standing | undefined {
  switch (attempt.state) {
    case "intent":
      return "unconfirmed";
    case "unknown":
      return "unknown";
    case "submitted":
      return "under_way";
    case "succeeded":
      return "finished";
    case "stored":
      return attempt.artifact !== undefined && prior.held.has(attempt.artifact.sha256) ? "stored" : "lost";
    case "abandoned":
      return "abandoned";
    case "failed":
    case "refused":
      return unanswered > 0 ? "calls" : undefined;
    case "recorded":
      // It was in the lockfile: where that lost it, the next render of its step says so.
      return undefined;
    default:
      return unreachable(attempt.state);
  }
}

function wayOf(standing: Standing, attempt: Attempt, today: number, asker: Asker): Way {
  if (standing === "stored") return { kind: "record" };
  if (standing === "calls") return { kind: "none" };
  const obstacle = unaskable(attempt, today, asker);
  if (standing === "abandoned") {
    // A person has decided; what turns up all the same is taken.
    const by = askedBy(attempt, asker);
    return obstacle === undefined && by !== "list" ? { kind: "ask", by } : { kind: "none" };
  }
  if (obstacle === undefined) return { kind: "ask", by: askedBy(attempt, asker) };
  return { kind: "decide", because: standing === "lost" ? "lost" : obstacle };
}

function askedBy(attempt: Attempt, asker: Asker): Extract<Way, { kind: "ask" }>["by"] {
  if (attempt.task !== undefined) return "task";
  return asker.references(attempt) ? "reference" : "list";
}

function unaskable(attempt: Attempt, today: number, asker: Asker): Undecided | undefined {
  if (!isKnown(attempt.dialect)) return "other_route";
  if (asker.account !== undefined && asker.account !== attempt.account) return "other_account";
  if (!fresh(attempt.handle?.completed ?? attempt.started, today)) return "too_old";
  // Of a gateway nobody can ask for anything but a task.
  return attempt.dialect === "unified" && attempt.task === undefined ? "no_reference" : undefined;
}

/** Whether a person may say that an attempt is lost. What is in the store is not. */
export function mayBeAbandoned({ state }: Attempt): boolean {
  return ["intent", "unknown", "submitted", "succeeded"].includes(state);
}

/** Whether a person may say which task an attempt has. */
export function mayBeGivenTask({ state }: Attempt): boolean {
  return ["intent", "unknown", "abandoned"].includes(state);
}

/** What the vendor says of a task that a person named. */
export interface NamedTask {
  readonly task: string;
  readonly reference?: string;
  readonly created?: string;
  /** The vendor's id of the clip that it works on. */
  readonly source?: string;
  readonly outputs: readonly { readonly kind: string }[];
}

/** Other people's clocks differ. How long after its intent a create was sent, only a person may know. */
const BEFORE_MS = 15 * 60_000;

/** Why a named task cannot be the one of a matter, as a clause about the task; undefined when it may be. */
export function misfit(
  { attempt, inputs }: Pick<Matter, "attempt" | "inputs">,
  named: NamedTask,
  prior: Pick<Prior, "lock" | "attempts">,
): string | undefined {
  if (named.reference !== undefined && named.reference !== attempt.reference)
    return "carries another reference";
  const owner = ownerOf(named.task, attempt, prior);
  if (owner !== undefined) return `belongs to ${owner} already`;
  if (named.created !== undefined) {
    const apart = Date.parse(named.created) - Date.parse(attempt.started);
    if (apart < -BEFORE_MS) return "was created before this was sent";
  }
  const wanted = sourcesOf(attempt, inputs, prior);
  if (named.source !== undefined && wanted.length > 0 && !wanted.includes(named.source))
    return "works on another clip";
  const product = productOfInputs(inputs);
  const kinds = named.outputs.map((output) => output.kind);
  if (product !== undefined && kinds.length > 0) {
    const wanted = outputKinds(product);
    if (!kinds.some((kind) => wanted.includes(kind))) return `made no ${productWords(product)}`;
  }
  return undefined;
}

/** The step that a task is known to belong to, unless that is the attempt itself. */
function ownerOf(
  task: string,
  mine: Attempt,
  { lock, attempts }: Pick<Prior, "lock" | "attempts">,
): string | undefined {
  for (const list of attempts.values())
    for (const each of list) if (each.task === task && each.reference !== mine.reference) return each.step;
  for (const { key, handle, others } of lock.renders.values()) {
    const tasks = [handle, ...(others ?? []).map((other) => other.handle)];
    if (tasks.some((each) => each?.task === task)) return nameOf(key, lock);
  }
  return undefined;
}

function nameOf(key: string, lock: Prior["lock"]): string {
  for (const steps of lock.steps.values()) for (const [id, each] of steps) if (each === key) return id;
  return `the rendering of key ${key.slice(0, 8)}`;
}

/** The vendor's ids of the clips that an attempt may work on. */
function sourcesOf(attempt: Attempt, inputs: KeyInputs, { lock }: Pick<Prior, "lock">): readonly string[] {
  const { source } = inputs.action;
  const key = typeof source === "object" && source !== null && "key" in source ? source.key : undefined;
  return [...lock.renders.values()].flatMap((rendering) =>
    rendering.key === key && rendering.artifact.sha256 === attempt.consumed[rendering.key]
      ? (rendering.handle?.result ?? [])
      : [],
  );
}

/** A matter in words: what it is, what settles it, and the commands with which a person does. */
export interface MatterText {
  readonly what: string;
  readonly help: string;
  readonly commands: readonly string[];
}

/** Puts a matter into words. `name`: what to call it in a command. */
export function matterText(
  { attempt, standing, way, unanswered }: Pick<Matter, "attempt" | "standing" | "way" | "unanswered">,
  name: string,
): MatterText {
  const what = standingWords(standing, unanswered);
  const say = (help: string, ...commands: readonly string[]): MatterText => ({ what, help, commands });
  switch (way.kind) {
    case "ask": {
      if (standing === "abandoned") return say("reconcile asks for it once more, at no cost");
      const by = { reference: "by its reference", list: "in its product's list", task: "by its task id" };
      return say(`reconcile asks for it ${by[way.by]}, at no cost`);
    }
    case "record":
      return say("reconcile writes it into the lockfile");
    case "none":
      return say("nothing is to be decided");
    case "decide":
      break;
    default:
      return unreachable(way);
  }
  const task = `klingmake reconcile ${name} --task ID`;
  const abandon = `klingmake reconcile ${name} --abandon`;
  switch (way.because) {
    case "no_reference":
      return say(
        attempt.dialect === "unified"
          ? "the gateway takes no reference and keeps no list; adopt the task that its own pages show for that time, or give it up if there is none:"
          : "its product takes no reference, and its list does not show which task it is; adopt the one that the vendor's console shows for that time, or give it up if there is none:",
        ...(mayBeGivenTask(attempt) ? [task] : []),
        abandon,
      );
    case "other_account":
      return say("it was sent with other credentials: run reconcile with those, or give it up:", abandon);
    case "too_old":
      return say(`the vendor keeps tasks for ${RETENTION_DAYS} days; give it up:`, abandon);
    case "other_route":
      return say("a newer klingmake sent it by another route: update klingmake, or give it up:", abandon);
    case "denied":
      return say("the vendor says that it has no such task; if that is so, give it up:", abandon);
    case "lost":
      return say(
        "the vendor does not have it any more; bring back the store, or buy it again:",
        `klingmake render --rebuy ${attempt.step}`,
      );
    default:
      return unreachable(way.because);
  }
}

function standingWords(standing: Standing, unanswered: number): string {
  switch (standing) {
    case "unconfirmed":
      return "sent or about to be sent, never confirmed";
    case "unknown":
      return "the vendor may or may not have taken it";
    case "under_way":
      return "taken by the vendor, not collected yet";
    case "finished":
      return "finished at the vendor, not fetched yet";
    case "stored":
      return "in the store, not in the lockfile yet";
    case "lost":
      return "was fetched, and its bytes are gone";
    case "abandoned":
      return "given up; it may have been charged";
    case "calls":
      return unanswered === 1
        ? "a small call before it was never answered; it may have been charged"
        : `${unanswered} small calls before it were never answered; they may have been charged`;
    default:
      return unreachable(standing);
  }
}
