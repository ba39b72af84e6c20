/**
 * The embedded Kling: a loopback server that speaks the vendor's API and makes real, playable results at no cost.
 * It has rules and prices of its own, taken from the vendor's documentation and not from the client's catalog, so that
 * a client that builds a wrong request is refused. It sends nothing anywhere but callbacks to this machine, and fetches
 * nothing.
 * Started in process it is ready in milliseconds; the encoder and the JWT package are loaded on first use.
 * What prompts can make it do wrong stands in `mischief.ts`, what a fault plan can in `faults.ts`.
 */

import { isRecord, unreachable } from "../base/guard.js";
import { accountCosts } from "./account.js";
import { ledgerPage } from "./account-ledger.js";
import { type Answer, refusal, result } from "./answer.js";
import { openCallbacks } from "./callbacks.js";
import { checkCredentials } from "./credentials.js";
import { type FaultPlan, openFaults } from "./faults.js";
import { listLegacy, listPresets, listTasks, queryLegacy, queryTasks, queryUnified } from "./inquiry.js";
import { openReception } from "./reception.js";
import { openResults } from "./results.js";
import { callOf, generationOf, type Route, routeOf } from "./routes.js";
import { listen, type Request } from "./server.js";
import { openShelf } from "./shelf.js";
import { directoryBook, memoryBook } from "./task-book.js";
import type { Links } from "./task-view.js";

/** How a sandbox is started; every field has a default. */
export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where tasks are kept, so that they outlive the process; absent, they are kept in memory. */
  readonly directory?: string;
  /** Leaves out the header by which the sandbox announces itself. */
  readonly asVendor?: boolean;
  /** Pace: 1 is that of the real service, 0 is at once; the default 1/60 makes a clip of 5 s take about 1.2 s. */
  readonly timeScale?: number;
  /** Static keys that are accepted; `sandbox-key` by default. */
  readonly apiKeys?: readonly string[];
  /** The pair that signs JWTs; `sandbox-access` and `sandbox-secret` by default. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Video tasks under way per model version; 5 by default. */
  readonly concurrency?: number;
  /** Pictures under way per model version; 9 by default. */
  readonly imageConcurrency?: number;
  /** Whether model names that are presumed retired, which nobody knows, still answer; `accept` by default. */
  readonly retired?: "refuse" | "accept";
  /** How long a result's address works after the task ended, in seconds; 30 days by default. */
  readonly urlSeconds?: number;
  /** How long a result can be used as an input by its id after the task ended, in seconds; 30 days by default. */
  readonly handleSeconds?: number;
  /** What it speaks: the vendor's two generations (default), or a gateway's `unified` dialect and nothing else. */
  readonly dialect?: "vendor" | "unified";
  /** Which lip-sync there is: `advanced` (default) with identify-face, or `old`, as on older gateways. Never both. */
  readonly lipSync?: "advanced" | "old";
  /** Requests a second above which the sandbox answers 1302; unlimited by default. */
  readonly requestsPerSecond?: number;
  /** `whsec_...`, several with spaces between them: callbacks are signed with each; not signed by default. */
  readonly webhookSecret?: string;
  /** What goes wrong; nothing by default. */
  readonly faults?: FaultPlan;
  /** Its clock in Unix milliseconds, for tasks, tokens and the `Date` of every answer; the system's by default. */
  readonly now?: () => number;
}

/** A running sandbox and the credentials that it accepts. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Ends the server and every open connection at once; kept tasks stay. */
  close(): Promise<void>;
}

/** The header that every answer carries unless the sandbox was started as vendor. */
const SANDBOX_HEADER = "x-klingmake-sandbox";

const THIRTY_DAYS = 30 * 24 * 3600;

/** Starts a sandbox; rejects when the port is taken, the directory cannot be made, or a webhook secret is none. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? ((): number => Date.now());
  const { concurrency = 5, imageConcurrency = 9, requestsPerSecond = Infinity } = options;
  const accessKey = options.accessKey ?? "sandbox-access";
  const secretKey = options.secretKey ?? "sandbox-secret";
  const keys = { apiKeys: options.apiKeys ?? ["sandbox-key"], accessKey, secretKey };
  const book = options.directory === undefined ? memoryBook() : directoryBook(options.directory);
  const openedAt = now();
  const overRate = rateLimit(requestsPerSecond, now);
  let url = "";
  // From a random start, so that two processes on one directory hardly ever mint one id.
  let serial = Math.floor(Math.random() * 100_000);

  const shelf = openShelf({ tasks: () => book.all(), now, openedAt });
  const results = openResults({
    secret: secretKey,
    urlSeconds: options.urlSeconds ?? THIRTY_DAYS,
    handleSeconds: options.handleSeconds ?? THIRTY_DAYS,
    base: () => url,
    now,
    taskById: (id) => shelf.presetById(id) ?? book.byId(id),
    sound: (sha256) => book.sound(sha256),
  });
  const links: Links = {
    of: results.links,
    toParent: ({ id, url: address }) => {
      const [taskId = "", number] = id.split("-");
      const task = book.byId(taskId);
      return task === undefined ? address : (results.links(task)[Number(number) - 1] ?? "");
    },
    isDeleted: (task) => shelf.isDeleted(task),
  };
  const callbacks = openCallbacks({ secret: options.webhookSecret ?? "", links, now });
  const reception = openReception({
    created: (task, address) => callbacks.follow(task, address),
    book,
    links,
    world: {
      retired: options.retired ?? "accept",
      resultById: results.byId,
      resultAt: results.at,
      element: (id) => shelf.element(id),
      voice: (id) => shelf.voice(id),
      readSound: async (bytes) => {
        const { soundFacts } = await import("./media/sound-file.js");
        return soundFacts(bytes);
      },
    },
    concurrency,
    imageConcurrency,
    timeScale: options.timeScale ?? 1 / 60,
    now,
    serial: () => serial++,
  });
  const asked = { book, links, now, presets: (what: "elements" | "voices") => shelf.presets(what) };
  const faults = openFaults(options.faults ?? { rules: [] });

  const server = { dialect: options.dialect ?? "vendor", lipSync: options.lipSync ?? "advanced" } as const;
  const handle = async (request: Request): Promise<Answer> => {
    const path = request.address.pathname;
    const route = routeOf(request.method, path, server);
    const body = request.body.length === 0 ? {} : parse(request.body);
    const call = callOf(route);
    const carryOut = () => carriedOut(request, route, body);
    if (call === undefined) return carryOut();
    const turnAway = (code: number): void => {
      if (route.kind === "create") reception.turnedAway(route.product, body ?? {}, code);
    };
    return faults.answer({ call, path, carryOut, turnAway });
  };

  const carriedOut = async (
    request: Request,
    route: Route,
    body: ReturnType<typeof parse>,
  ): Promise<Answer> => {
    const { address } = request;
    const generation = generationOf(route);
    if (generation !== undefined) {
      const refused =
        (await checkCredentials(request.authorization, generation, keys, now())) ??
        (overRate() ? { code: 1302, message: "request rate too high" } : undefined) ??
        (body === undefined ? { code: 1200, message: "the body is not a JSON object" } : undefined);
      if (refused !== undefined) {
        if (route.kind === "create") reception.turnedAway(route.product, body ?? {}, refused.code);
        return refusal(refused.code, refused.message);
      }
    }
    switch (route.kind) {
      case "create":
        return reception.create(route.product, body ?? {});
      case "query tasks":
        return queryTasks(address.searchParams, asked);
      case "list tasks":
        return listTasks(body ?? {}, asked);
      case "legacy query":
        return queryLegacy(route.product, route.id, asked);
      case "legacy list":
        return listLegacy(route.product, address.searchParams, asked);
      case "presets":
        return listPresets(route.what, address.searchParams, asked);
      case "unified query":
        return queryUnified(route.id, asked);
      case "account costs":
        return accountCosts(address.searchParams, book.all(), now(), {
          concurrency,
          imageConcurrency,
          openedAt,
        });
      case "account ledger":
        return ledgerPage(route.of, body ?? {}, book.all(), now(), { concurrency, imageConcurrency });
      case "ledger":
        return result(book.ledger());
      case "counts":
        return result(faults.counts());
      case "result":
        return results.serve(address, request.method === "HEAD");
      case "wrong method":
        return refusal(1202, `method ${request.method} is not supported here`);
      case "unknown":
        return refusal(1203, `no such API or model: ${address.pathname}`);
      default:
        return unreachable(route);
    }
  };

  const listening = await listen(
    options.port ?? 0,
    () => ({
      date: new Date(now()).toUTCString(),
      ...(options.asVendor === true ? {} : { [SANDBOX_HEADER]: "1" }),
    }),
    handle,
  );
  url = `http://127.0.0.1:${listening.port}`;
  const close = (): Promise<void> => {
    callbacks.close();
    return listening.close();
  };
  return { url, apiKey: keys.apiKeys[0] ?? "", accessKey, secretKey, close };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True when more than `most` requests came within the last second. */
function rateLimit(most: number, now: () => number): () => boolean {
  let recent: number[] = [];
  return () => {
    if (most === Infinity) return false;
    recent = recent.filter((at) => at > now() - 1000);
    if (recent.length >= most) return true;
    recent.push(now());
    return false;
  };
}
