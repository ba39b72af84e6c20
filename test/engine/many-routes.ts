/**
 * A project in memory whose route is the real adapter, with real requests to a sandbox on this machine. To the adapter
 * the sandbox stands at whatever host it was told: only the connection is turned aside, behind everything that judges
 * hosts. A clock whose sleeps take no time stands in for waiting.
 */
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/base/clock.js";
import { openProject, type Project } from "../../src/engine.js";
import type { RenderReport } from "../../src/engine-render.js";
import type { World } from "../../src/engine-world.js";
import { openHttp, type Http, type JsonAnswer } from "../../src/provider/http.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";
import { memoryDisk } from "../store/disk.js";

/** Where the vendor says that results lie. */
const RESULTS = "https://results.example.com";

/** A clock that goes on by as much as anyone sleeps. */
function eagerClock(): Clock {
  let now = Date.now();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        setImmediate(() => {
          if (signal.aborted) return reject(signal.reason as Error);
          now += ms;
          resolve();
        });
      }),
  };
}

/** All that goes to the API's host `api` arrives at the sandbox; what it says of itself is said of `RESULTS`. */
function turnedAside(sandbox: Sandbox, api: string, clock: Clock, hosts: string[]): Http {
  const http = openHttp({ clock, base: new URL(sandbox.url) });
  const there = (url: URL) => new URL(`${url.pathname}${url.search}`, sandbox.url);
  const renamed = (answer: JsonAnswer): JsonAnswer =>
    answer.kind === "answer"
      ? {
          ...answer,
          body: JSON.parse(JSON.stringify(answer.body).replaceAll(sandbox.url, RESULTS)) as unknown,
        }
      : answer;
  return {
    async json(call, signal) {
      hosts.push(call.url.origin);
      if (call.url.origin !== api) throw new Error(`a call went to ${call.url.origin}`);
      return renamed(await http.json({ ...call, url: there(call.url) }, signal));
    },
    open(url, headers, signal) {
      if (url.origin !== RESULTS) throw new Error(`a result was fetched from ${url.origin}`);
      return http.open(there(url), headers, signal);
    },
    close: () => http.close(),
  };
}

/** A sandbox that stands for a server of somebody's; ends with the test. */
export async function server(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ timeScale: 0, asVendor: true, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** One line of a sandbox's ledger. */
interface Entry {
  readonly path: string;
  readonly outcome: string;
}

/** What a sandbox was asked to create. */
export async function ledgerOf({ url }: Sandbox): Promise<readonly Entry[]> {
  const { data } = (await (await fetch(`${url}/sandbox/ledger`)).json()) as {
    readonly data: readonly Entry[];
  };
  return data;
}

/** A project in memory; each time it is opened it may be given another environment and another server. */
export function routedFilm(manifest: string) {
  const text = { seed: "00", title: "", tag: "", facts: [], prompt: "", notes: [] };
  const disk = memoryDisk({
    "/film/kling.manifest.yaml": manifest,
    "/film/refs/dawn.png": encodeStill(320, 320, text, "dawn"),
  });
  const clock = eagerClock();
  const hosts: string[] = [];
  const open = async (
    env: Readonly<Record<string, string>>,
    sandbox: Sandbox,
    api: string,
  ): Promise<Project> => {
    const world: World = {
      fs: disk.fs,
      clock,
      lock: () => Promise.resolve({ kind: "held", release: () => Promise.resolve() }),
      frames: {
        find: () => Promise.resolve(undefined),
        take: () => Promise.reject(new Error("no picture is wanted")),
      },
      listen: () => Promise.resolve({ kind: "deaf", code: "ENOSYS" }),
      openAccount: () =>
        Promise.resolve({ kind: "credentials", message: "nobody is asked for packs here", help: "none" }),
      openRoute: (wish) =>
        Promise.resolve(
          openKling({
            env: wish.env,
            catalog: wish.catalog,
            clock,
            realm: wish.realm,
            transport: turnedAside(sandbox, api, clock, hosts),
          }),
        ),
    };
    const opened = await openProject({ cwd: "/film", env, home: "/home" }, world);
    if (opened.value === undefined) throw new Error(JSON.stringify(opened.diagnostics));
    return opened.value;
  };
  return {
    /** Origins of the API that were called, in order. */
    hosts,
    open,
    read: (path: string) => String(disk.volume.readFileSync(path, "utf8")),
    async render(
      env: Readonly<Record<string, string>>,
      sandbox: Sandbox,
      api: string,
      profile?: string,
    ): Promise<RenderReport> {
      const project = await open(env, sandbox, api);
      return project.render({
        ask: () => Promise.resolve(true),
        ...(profile === undefined ? {} : { profile }),
      });
    },
  };
}
