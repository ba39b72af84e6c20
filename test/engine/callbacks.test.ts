/**
 * A render that is called back, with everything real but time: the run's clock never wakes anybody, so what ends was not
 * polled for. The sandbox makes tasks and calls back by HTTP, the run listens, and every question is written down.
 */
import { createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openProject } from "../../src/engine.js";
import type { RenderReport, RenderRequest } from "../../src/engine-render.js";
import { realWorld, type World } from "../../src/engine-world.js";
import type { RunEvent } from "../../src/run/event.js";
import { startSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";

const SECRET = `whsec_${Buffer.from("a secret of this test alone, 32 b").toString("base64")}`;
const OTHER = `whsec_${Buffer.from("a secret that nobody here has set").toString("base64")}`;
const HIDDEN = "CanaryCallbackPath0123456789";
const FILM = `version: 1
project: night-ferry
defaults: { video: { model: kling-2.5-turbo } }
limits: { poll_seconds: 600 }
shots:
  a: { prompt: the ferry leaves }
`;
const TWO = `${FILM}  b: { prompt: "the pier, empty", model: kling-v1-6 }\n`;

/** A port that is free, or was a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function set(
  sandboxOptions: SandboxOptions,
  {
    film = FILM,
    env = {},
    clock = "stands",
  }: { film?: string; env?: Record<string, string>; clock?: "stands" | "goes" } = {},
) {
  const root = mkdtempSync(join(tmpdir(), "klingmake-callbacks-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, "kling.manifest.yaml"), film);
  const sandbox = await startSandbox(sandboxOptions);
  onTestFinished(() => sandbox.close());
  const port = await freePort();
  const real = realWorld();
  let followed = (): void => undefined;
  const isFollowed = new Promise<void>((resolve) => (followed = resolve));
  const standing = {
    now: () => Date.now(),
    // Nobody is ever woken, but by being stopped or interrupted.
    sleep: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((_, reject) => {
        followed();
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      }),
  };
  const looked: string[] = [];
  const world: World = {
    ...real,
    ...(clock === "stands" ? { clock: standing } : {}),
    openRoute: async (wish) => {
      const route = await real.openRoute(wish);
      if ("message" in route) return route;
      return {
        ...route,
        look: (tasks, signal) => {
          looked.push(...tasks.map(({ task }) => task));
          return route.look(tasks, signal);
        },
      };
    },
  };
  const events: RunEvent[] = [];
  const callback = { url: `http://127.0.0.1:${port}/${HIDDEN}?key=${HIDDEN}`, listen: { port } };
  const open = async () => {
    const { value, diagnostics } = await openProject(
      {
        cwd: root,
        env: {
          KLINGMAKE_SANDBOX_URL: sandbox.url,
          KLINGMAKE_STORE: join(root, "store"),
          XDG_CACHE_HOME: join(root, "cache"),
          ...env,
        },
        home: root,
      },
      world,
    );
    if (value === undefined) throw new Error(JSON.stringify(diagnostics));
    return value;
  };
  const data = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${sandbox.url}/sandbox/${path}`);
    return ((await answer.json()) as { readonly data: T }).data;
  };
  return {
    root,
    port,
    callback,
    events,
    isFollowed,
    open,
    render: async (request: RenderRequest = {}): Promise<RenderReport> =>
      (await open()).render({ callback, emit: (event) => void events.push(event), ...request }),
    /** The tasks that were asked about, once for each question. */
    looked,
    creates: async (): Promise<number> => (await data<readonly unknown[]>("ledger")).length,
    notices: () => events.flatMap((event) => (event.type === "notice" ? [event.message] : [])),
    tasks: () => events.flatMap((event) => (event.type === "step_submitted" ? [event.task] : [])),
  };
}

function signed(body: string, id: string, secret = SECRET, seconds = Math.floor(Date.now() / 1000)) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${mac}` };
}

async function post(port: number, body: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers });
  await response.arrayBuffer();
  return response.status;
}

const statuses = (report: RenderReport) =>
  report.status === "ran" ? report.outcomes.map(({ outcome }) => outcome.status) : [report.status];

function textsBelow(folder: string): readonly (readonly [name: string, text: string])[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => [name, readFileSync(join(folder, name), "latin1")] as const);
}

describe("a render that is called back", { timeout: 30_000 }, () => {
  it.each([
    ["with signatures", SECRET, "only signed ones count"],
    ["without a secret", "", "a hint to ask"],
  ])("ends when its tasks do, with one question for each, %s", async (_, secret, said) => {
    const at = await set(
      { timeScale: 1 / 300, webhookSecret: secret },
      { film: TWO, env: { KLING_WEBHOOK_SECRET: secret } },
    );
    expect(statuses(await at.render())).toEqual(["rendered", "rendered"]);
    expect(at.looked.toSorted()).toEqual(at.tasks().toSorted());
    expect(at.notices()).toEqual([expect.stringContaining(said)]);
    expect(at.events[0]?.type).toBe("run_started");
    expect(at.events.at(-1)?.type).toBe("run_ended");
  });

  it("is not moved by what is unsigned, forged, stale, replayed or about nobody", async () => {
    // The sandbox's own callbacks are signed with a secret that is not known here: forged, too.
    const at = await set({ timeScale: 0, webhookSecret: OTHER }, { env: { KLING_WEBHOOK_SECRET: SECRET } });
    const rendered = at.render();
    await at.isFollowed;
    const [task] = at.tasks();
    const body = `{"id":"${task}","status":"succeeded"}`;
    const other = '{"id":"1","status":"succeeded"}';
    const now = Math.floor(Date.now() / 1000);
    const genuine = signed(other, "seen-1");
    for (const [expected, text, headers] of [
      [401, body, {}],
      [401, body, signed(body, "d1", OTHER)],
      [401, body, signed(other, "d2")],
      [401, body, signed(body, "d3", SECRET, now - 302)],
      [401, body, signed(body, "d4", SECRET, now + 302)],
      [200, other, genuine],
      // Seen passing by, and sent again with another body or as it was.
      [401, body, genuine],
      [200, other, genuine],
      [200, "[]", signed("[]", "d5")],
    ] as const) {
      expect(await post(at.port, text, headers)).toBe(expected);
    }
    expect(at.looked).toEqual([]);
    expect(await post(at.port, body, signed(body, "d6"))).toBe(200);
    expect(statuses(await rendered)).toEqual(["rendered"]);
    expect(at.looked).toEqual([task]);
    expect(at.notices().at(-1)).toMatch(/callbacks were refused/);
  });

  it("hides its address from every file, event and plan, and from the approval", async () => {
    const at = await set({ timeScale: 1 / 300 });
    const planned = await (await at.open()).plan();
    const report = await at.render();
    expect(statuses(report)).toEqual(["rendered"]);
    expect(report.plan?.digest).toBe(planned.value?.digest);
    const written = textsBelow(at.root);
    expect(written.map(([name]) => name)).toContain(".kling/journal.jsonl");
    expect(written.filter(([, text]) => text.includes(HIDDEN)).map(([name]) => name)).toEqual([]);
    expect(JSON.stringify([report, at.events])).not.toContain(HIDDEN);
  });

  it("stops listening when it is stopped", async () => {
    const at = await set({ timeScale: 1000 });
    const stop = new AbortController();
    const rendered = at.render({ signal: stop.signal });
    await at.isFollowed;
    expect(await post(at.port, "{}")).toBe(200);
    stop.abort(new Error("stopped"));
    expect(statuses(await rendered)).toEqual(["interrupted"]);
    await expect(post(at.port, "{}")).rejects.toThrow("fetch failed");
  });

  it("asks by itself where nobody calls, and says so", async () => {
    const at = await set({ timeScale: 0 }, { film: FILM.replace("600", "0.1"), clock: "goes" });
    const callback = { ...at.callback, url: `https://hooks.example.com/${HIDDEN}` };
    expect(statuses(await at.render({ callback }))).toEqual(["rendered"]);
    expect(at.notices().at(-1)).toMatch(/no callback came/);
    expect(at.notices().join()).not.toContain(HIDDEN);
  });

  it("can leave the listening to somebody else", async () => {
    const at = await set({ timeScale: 0 }, { film: FILM.replace("600", "0.1"), clock: "goes" });
    expect(statuses(await at.render({ callback: { url: at.callback.url } }))).toEqual(["rendered"]);
    expect(at.notices()).toEqual([]);
  });
});

describe("nothing is sent, and nobody is asked,", () => {
  const never = () => Promise.reject(new Error("somebody was asked"));

  it("when the port is in use", async () => {
    const at = await set({});
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(at.port, "127.0.0.1", resolve));
    onTestFinished(() => void squatter.close());
    const report = await at.render({ ask: never, rehearse: true });
    expect(report).toMatchObject({ status: "refused", exit: 1 });
    expect("message" in report && report.message).toContain(`127.0.0.1:${at.port}: the port is in use`);
    expect(await at.creates()).toBe(0);
  });

  it("when the secret is none", async () => {
    const at = await set({}, { env: { KLING_WEBHOOK_SECRET: "not-a-secret-at-all" } });
    const report = await at.render({ ask: never, rehearse: true });
    expect(report).toMatchObject({ status: "route", exit: 9 });
    expect(JSON.stringify(report)).not.toContain("not-a-secret-at-all");
    expect(await at.creates()).toBe(0);
  });

  it("when the address cannot be called", async () => {
    const at = await set({});
    const report = await at.render({ ask: never, callback: { url: `http://example.com/${HIDDEN}` } });
    expect(report).toMatchObject({ status: "refused", exit: 64 });
    expect(JSON.stringify(report)).not.toContain(HIDDEN);
    expect(await at.creates()).toBe(0);
  });

  it("when the address is on this machine and the vendor is not", async () => {
    const film = FILM.replace("defaults:", "provider: kling\ndefaults:");
    const env = { KLING_API_KEY: "key-0123456789", KLING_BASE_URL: "https://api.example.com" };
    const at = await set({}, { film, env });
    const report = await at.render({ ask: never });
    expect(report).toMatchObject({ status: "route", exit: 9 });
    expect("message" in report && report.message).toContain("on this machine");
    expect(JSON.stringify(report)).not.toContain(HIDDEN);
  });
});
