/**
 * Looks at everything between this machine and an account, at no cost, and tells what it saw; what that means is decided
 * elsewhere. Every question is free and creates nothing.
 * A surprise: a pair that the vendor's own host refuses is tried once more the other way round, because nobody can tell by
 * looking. Credentials go to the address in use and nowhere else, so a key of the other region is not tried there.
 */
import type { Clock } from "../../base/clock.js";
import {
  vendorTime,
  type AccountAnswer,
  type AccountQuestions,
  type ClockSighting,
  type Deductions,
  type Pack,
  type Period,
} from "../account.js";
import { openHttp, type Http } from "../http.js";
import { WrongServer, type RouteProblem } from "../provider.js";
import { openAccount, sightingOf } from "./account.js";
import { apiUrl, readBase, VENDOR_HOSTS, whoseHost, type VendorHosts } from "./address.js";
import { CREDENTIAL_NAMES, readAccount, type Environment } from "./auth.js";
import { SANDBOX_HEADER } from "./calls.js";
import { serverWays } from "./environment.js";

/** Credentials as the environment has them. */
export type CredentialsFound =
  | { readonly kind: "none" }
  | { readonly kind: "unusable"; readonly problem: RouteProblem }
  /** `idle`: names of variables that are set and not used. */
  | {
      readonly kind: "api_key" | "key_pair";
      /** Fingerprint. */
      readonly account: string;
      readonly idle: readonly string[];
    };

/** What came of knocking at a host, without credentials. */
export type Knock =
  /** Something that speaks the vendor's API. */
  | { readonly kind: "vendor"; readonly tripMs: number }
  | { readonly kind: "sandbox" }
  /** Something else, by the HTTP status of its answer. */
  | { readonly kind: "stranger"; readonly status: number }
  | { readonly kind: "silent"; readonly why: string };

/** A host that was knocked at. */
export interface HostFound {
  /** Name and port. */
  readonly host: string;
  readonly whose: ReturnType<typeof whoseHost>;
  /** Whether it is the one that renders would go to. */
  readonly inUse: boolean;
  readonly knock: Knock;
}

/** What the credentials turned out to be when they were tried in another way. */
export type Mistake =
  | { readonly kind: "swapped" }
  /** The access key stands where the API key belongs. */
  | { readonly kind: "access_key_as_api_key" };

/** What the account said. */
export interface AccountFound {
  readonly packs: AccountAnswer<readonly Pack[]>;
  /** Whether the newer generation takes the credentials. */
  readonly newer: AccountAnswer<true>;
  readonly mistake?: Mistake;
  /** Deductions of the last 30 days; absent where the packs could not be had. */
  readonly units?: AccountAnswer<Deductions>;
  readonly cash?: AccountAnswer<Deductions>;
}

/** All that was seen. */
export interface Examination {
  /** Of `KLING_BASE_URL` and the like. */
  readonly address?: RouteProblem;
  /** Set where a gateway is spoken to in a dialect of its own, which has no questions about accounts. */
  readonly unified?: true;
  readonly credentials: CredentialsFound;
  /** The one in use first. */
  readonly hosts: readonly HostFound[];
  readonly sighting?: ClockSighting;
  /** Absent where there was nobody or nothing to ask with. */
  readonly account?: AccountFound;
}

/** How to look. */
export interface ExamineOptions {
  readonly env: Environment;
  readonly clock: Clock;
  /** False where nothing may be sent; then only the environment is looked at. */
  readonly reaches: boolean;
  /** The vendor's hosts; the documented ones when absent. */
  readonly hosts?: VendorHosts;
  /** Milliseconds for a question; 10,000 when absent. */
  readonly callMs?: number;
}

const DAY_MS = 86_400_000;
/** Packs are sold for 90 days at most, as far as is known. */
const PACKS_MS = 365 * DAY_MS;
const LEDGER_MS = 30 * DAY_MS;

/** Looks. Resolves whatever the network does. @throws the signal's reason. */
export async function examine(options: ExamineOptions, signal: AbortSignal): Promise<Examination> {
  const { env, clock, hosts = VENDOR_HOSTS } = options;
  const given = env["KLING_BASE_URL"];
  const base = readBase(given === undefined || given === "" ? hosts.singapore : given);
  const credentials = credentialsOf(env);
  if (!(base instanceof URL)) return { address: base, credentials, hosts: [] };
  const ways = serverWays(env);
  const isUnified = !("message" in ways) && ways.dialect === "unified";
  const address = "message" in ways ? { address: ways } : isUnified ? { unified: true as const } : {};
  if (!options.reaches) return { ...address, credentials, hosts: [] };

  const http = openHttp({ clock, base, callMs: options.callMs ?? 10_000 });
  try {
    const knocked = await Promise.all(
      basesFor(base, hosts).map(async (each) => {
        const { knock, sighting } = await knockAt(each, http, clock, signal);
        const found: HostFound = {
          host: each.host,
          whose: whoseHost(each, hosts),
          inUse: each === base,
          knock,
        };
        return { found, sighting };
      }),
    );
    const seen = { ...address, credentials, hosts: knocked.map(({ found }) => found) };
    const ours = knocked[0];
    const usable = credentials.kind === "api_key" || credentials.kind === "key_pair";
    const sighted = (sighting: ClockSighting | undefined) => (sighting === undefined ? {} : { sighting });
    // A sandbox gets no credentials of the real account, and a gateway no question that its dialect lacks.
    if (
      isUnified ||
      ours === undefined ||
      !usable ||
      !["vendor", "stranger"].includes(ours.found.knock.kind)
    ) {
      return { ...seen, ...sighted(ours?.sighting) };
    }
    const nowMs = vendorTime(clock.now(), ours.sighting);
    const asked = await askAccount({ env, clock, http, base, hosts, nowMs }, signal);
    return { ...seen, ...asked, ...sighted(asked.sighting ?? ours.sighting) };
  } finally {
    await http.close();
  }
}

function credentialsOf(env: Environment): CredentialsFound {
  const names = CREDENTIAL_NAMES.filter((name) => (env[name] ?? "") !== "");
  if (names.length === 0) return { kind: "none" };
  const account = readAccount(env);
  if ("message" in account) return { kind: "unusable", problem: account };
  const { kind } = account.credentials;
  const idle = kind === "api_key" ? names.filter((name) => name !== "KLING_API_KEY") : [];
  return { kind, account: account.fingerprint, idle };
}

/** The base, and the vendor's regions where it is the vendor's. */
function basesFor(base: URL, hosts: VendorHosts): readonly URL[] {
  const whose = whoseHost(base, hosts);
  if (whose === "local" || whose === "gateway") return [base];
  const others = [hosts.singapore, hosts.beijing].map((text) => new URL(text));
  return [base, ...others.filter((each) => each.origin !== base.origin)];
}

/** One question without credentials, which the vendor answers with a refusal of its own. */
async function knockAt(
  base: URL,
  http: Http,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly knock: Knock; readonly sighting?: ClockSighting }> {
  signal.throwIfAborted();
  const sentMs = clock.now();
  const answer = await http.json({ method: "GET", url: apiUrl(base, "/account/costs"), headers: {} }, signal);
  signal.throwIfAborted();
  if (answer.kind === "unsent" || answer.kind === "lost")
    return { knock: { kind: "silent", why: answer.why } };
  const receivedMs = clock.now();
  const sighting = sightingOf(answer, sentMs, receivedMs);
  const seen = sighting === undefined ? {} : { sighting };
  if (answer.headers[SANDBOX_HEADER] !== undefined) return { knock: { kind: "sandbox" }, ...seen };
  const body: unknown = answer.kind === "answer" ? answer.body : undefined;
  const speaks = typeof body === "object" && body !== null && "code" in body;
  if (!speaks) return { knock: { kind: "stranger", status: answer.status }, ...seen };
  return { knock: { kind: "vendor", tripMs: receivedMs - sentMs }, ...seen };
}

interface Asking {
  readonly env: Environment;
  readonly clock: Clock;
  readonly http: Http;
  readonly base: URL;
  readonly hosts: VendorHosts;
  /** By the vendor's clock. */
  readonly nowMs: number;
}

async function askAccount(
  asking: Asking,
  signal: AbortSignal,
): Promise<{ readonly account?: AccountFound; readonly sighting?: ClockSighting }> {
  const { nowMs } = asking;
  const questions = questionsWith(asking, asking.env, asking.base);
  if (questions === undefined) return {};
  const held: Period = { sinceMs: nowMs - PACKS_MS, untilMs: nowMs };
  const recent: Period = { sinceMs: nowMs - LEDGER_MS, untilMs: nowMs };
  const packs = await answered(questions.packs(held, signal));
  const newer = await answered(questions.newer(signal));
  const sighting = questions.sighting();
  const seen = sighting === undefined ? {} : { sighting };
  if (packs.kind !== "answered") {
    const mistake = isUnknownKey(packs) ? await findMistake(asking, held, signal) : undefined;
    return { account: { packs, newer, ...(mistake === undefined ? {} : { mistake }) }, ...seen };
  }
  const [units, cash] = await Promise.all([
    answered(questions.deductions("packs", recent, signal)),
    answered(questions.deductions("balance", recent, signal)),
  ]);
  return { account: { packs, newer, units, cash }, ...seen };
}

function questionsWith({ clock, http }: Asking, env: Environment, base: URL): AccountQuestions | undefined {
  const opened = openAccount({ env, clock, realm: "kling", baseUrl: base.href, transport: http });
  return "message" in opened ? undefined : opened;
}

/** An answer, also where another server than before gave it. */
async function answered<T>(asking: Promise<AccountAnswer<T>>): Promise<AccountAnswer<T>> {
  return asking.catch((error: unknown): AccountAnswer<T> => {
    if (error instanceof WrongServer) return { kind: "lost", why: error.problem.message };
    throw error;
  });
}

/** Whether the answer says that nobody has these credentials: not that a clock is wrong, nor that an account is closed. */
function isUnknownKey(answer: AccountAnswer<unknown>): boolean {
  return answer.kind === "refused" && [1000, 1002].includes(answer.error.code);
}

/** Tries credentials that the vendor refused in the ways in which they may have been meant. */
async function findMistake(
  asking: Asking,
  period: Period,
  signal: AbortSignal,
): Promise<Mistake | undefined> {
  const { env, base, hosts } = asking;
  const whose = whoseHost(base, hosts);
  if (whose === "gateway" || whose === "local") return undefined;
  const isTaken = async (as: Environment): Promise<boolean> => {
    const questions = questionsWith(asking, as, base);
    if (questions === undefined) return false;
    const answer = await answered(questions.packs(period, signal));
    // An account that may not or cannot pay is an account all the same.
    return answer.kind === "answered" || (answer.kind === "refused" && answer.error.class === "account");
  };
  const {
    KLING_API_KEY: apiKey = "",
    KLING_ACCESS_KEY: accessKey = "",
    KLING_SECRET_KEY: secretKey = "",
  } = env;
  if (secretKey === "") return undefined;
  if (apiKey !== "") {
    const meant = { KLING_ACCESS_KEY: apiKey, KLING_SECRET_KEY: secretKey };
    return (await isTaken(meant)) ? { kind: "access_key_as_api_key" } : undefined;
  }
  const meant = { KLING_ACCESS_KEY: secretKey, KLING_SECRET_KEY: accessKey };
  return (await isTaken(meant)) ? { kind: "swapped" } : undefined;
}
