/**
 * The world as the engine reaches it: disk, clock, lock, route. The real one is here; tests bring their own.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./base/clock.js";
import type { Catalog } from "./catalog/catalog.js";
import type { Realm } from "./graph/input.js";
import type { Callbacks, Deaf, ListenWish } from "./provider/callbacks.js";
import type { AccountQuestions } from "./provider/account.js";
import type { Provider, RouteProblem } from "./provider/provider.js";
import { nodeFiles, type FileSystem } from "./store/files.js";
import type { TakeFrame } from "./store/frame.js";
import { acquireLock, type Acquired, type Holder } from "./store/project-lock.js";
import type { StateDirectory } from "./store/state-directory.js";
import type { Watched, WatchFilesOptions } from "./store/watch-files.js";

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a route is opened. */
export interface RouteWish {
  /** `sandbox`, `kling`. */
  readonly provider: string;
  readonly realm: Realm;
  readonly env: Environment;
  readonly catalog: Catalog;
  readonly state: StateDirectory;
  /** Whom the vendor may tell of changes; the user's, and perhaps secret. */
  readonly callback?: string;
}

/** Everything outside of the program. */
export interface World {
  readonly fs: FileSystem;
  readonly clock: Clock;
  lock(path: string, command: string): Promise<Acquired>;
  openRoute(wish: RouteWish): Promise<Provider | RouteProblem>;
  /** Listens for a vendor's callbacks, or says why that cannot be. */
  listen(wish: Omit<ListenWish, "clock">): Promise<Callbacks | Deaf>;
  /** The account that a real render is charged to, to be asked at no cost. */
  openAccount(env: Environment): Promise<AccountQuestions | RouteProblem>;
  /** Takes pictures out of clips. */
  readonly frames: {
    /** Absolute path of ffmpeg; undefined where there is none. */
    find(env: Environment): Promise<string | undefined>;
    readonly take: TakeFrame;
  };
}

/** What files are watched for, and whom changes are told. */
export type WatchWish = Pick<WatchFilesOptions, "root" | "tell" | "fail">;

/** The world of a watcher. */
export interface WatchWorld extends World {
  /** Tells when files may have changed. */
  watchFiles(wish: WatchWish): Promise<Watched>;
}

/** The real world. */
export function realWorld(): WatchWorld {
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (ms, signal) => wait(ms, undefined, { signal }),
  };
  return {
    fs: nodeFiles,
    clock,
    lock: (path, command) => acquireLock(nodeFiles, path, holder(clock, command)),
    openRoute: (wish) => openRoute(wish, clock),
    listen: async (wish) => (await import("./provider/callbacks.js")).listenForCallbacks({ ...wish, clock }),
    openAccount: (env) => openAccount(env, clock),
    watchFiles: async (wish) =>
      (await import("./store/watch-files.js")).watchFiles({ fs: nodeFiles, clock, ...wish }),
    frames: {
      find: async (env) => (await import("./store/frame.js")).findTool(nodeFiles, env["PATH"], "ffmpeg"),
      take: async (request) => (await import("./store/frame.js")).takeFrame(request),
    },
  };
}

function holder(clock: Clock, command: string): Holder {
  return { pid: process.pid, host: hostname(), started: new Date(clock.now()).toISOString(), command };
}

async function openRoute(wish: RouteWish, clock: Clock): Promise<Provider | RouteProblem> {
  switch (wish.provider) {
    case "kling": {
      const { openKling } = await import("./provider/kling/kling.js");
      const { env, catalog, realm } = wish;
      return openKling({ env, catalog, clock, realm, ...calledBack(wish) });
    }
    case "sandbox":
      return openSandbox(wish, clock);
    default:
      return {
        kind: "address",
        message: `there is no provider called ${wish.provider.slice(0, 40)}`,
        help: "write provider: kling or provider: sandbox",
      };
  }
}

function calledBack({ callback }: RouteWish): { readonly callback?: string } {
  return callback === undefined ? {} : { callback };
}

/** How long an account is waited for: what it says is good to know and nothing more. */
const ACCOUNT_MS = 5_000;

async function openAccount(env: Environment, clock: Clock): Promise<AccountQuestions | RouteProblem> {
  const account = await import("./provider/kling/account.js");
  return account.openAccount({ env, clock, realm: "kling", http: { callMs: ACCOUNT_MS } });
}

/** The embedded sandbox, or the one that `KLINGMAKE_SANDBOX_URL` names; both spoken to by the adapter of the real API. */
async function openSandbox(wish: RouteWish, clock: Clock): Promise<Provider | RouteProblem> {
  const { openKling } = await import("./provider/kling/kling.js");
  const { catalog, realm, env } = wish;
  const elsewhere = env["KLINGMAKE_SANDBOX_URL"];
  if (elsewhere !== undefined && elsewhere !== "") {
    return openKling({
      env: { KLING_API_KEY: env["KLINGMAKE_SANDBOX_KEY"] ?? "sandbox-key" },
      catalog,
      clock,
      realm,
      baseUrl: elsewhere,
      ...calledBack(wish),
    });
  }
  if (wish.callback !== undefined) {
    const { readWebhookSecrets } = await import("./provider/signature.js");
    const keys = readWebhookSecrets(env["KLING_WEBHOOK_SECRET"]);
    if ("message" in keys) return keys;
  }
  const { startSandbox } = await import("./sandbox/sandbox.js");
  const pace = Number(env["KLINGMAKE_SANDBOX_TIME_SCALE"] ?? Number.NaN);
  // A key of its own, so that no other program on this machine can use the server.
  const apiKey = `sandbox-${randomUUID()}`;
  const sandbox = await startSandbox({
    directory: wish.state.sandbox,
    apiKeys: [apiKey],
    // Whoever checks its callbacks reads the same variable.
    ...(wish.callback === undefined ? {} : { webhookSecret: env["KLING_WEBHOOK_SECRET"] ?? "" }),
    ...(Number.isFinite(pace) && pace >= 0 ? { timeScale: pace } : {}),
  });
  const keys = { KLING_API_KEY: apiKey };
  const provider = openKling({ env: keys, catalog, clock, realm, baseUrl: sandbox.url, ...calledBack(wish) });
  if ("message" in provider) {
    await sandbox.close();
    return provider;
  }
  return {
    ...provider,
    account: "sandbox",
    async close() {
      await provider.close();
      await sandbox.close();
    },
  };
}

/** A word that nobody guesses, fit for an address. */
export function freshToken(): string {
  return randomBytes(18).toString("base64url");
}

/** Starts the user's browser at a page on this machine; false when that could not be done. Rejects never. */
export async function openInBrowser(address: string, env: Environment): Promise<boolean> {
  return (await import("./store/browser.js")).startBrowser(nodeFiles, address, env);
}
