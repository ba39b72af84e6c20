/**
 * Runs the built command line as a real process in a project of its own, against a sandbox that the test holds.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";

/** The built program. */
export const MAIN = join(import.meta.dirname, "../../dist/bin/klingmake.js");

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A create that reached the sandbox. */
export interface Create {
  readonly external_task_id?: string;
  readonly outcome: "accepted" | "duplicate" | "refused";
  readonly code?: number;
  readonly path: string;
}

/** A project in a directory of its own. */
export interface TestProject {
  readonly root: string;
  write(name: string, text: string | Uint8Array): void;
  read(name: string): string;
  has(name: string): boolean;
  remove(name: string): void;
  /** Starts klingmake; `env` adds to a bare environment. */
  start(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** `--json`: the envelope. */
  json(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{
    readonly exit: number;
    readonly data: never;
    readonly diagnostics: readonly { readonly code: string }[];
  }>;
}

/** What is undone after each test, the last first. */
export const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A fresh project with this manifest. */
export function project(manifest: string, env: Readonly<Record<string, string>> = {}): TestProject {
  const root = mkdtempSync(join(tmpdir(), "klingmake-test-"));
  undo.push(() => rmSync(root, { recursive: true, force: true }));
  const base = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(root, "home"),
    KLINGMAKE_STORE: join(root, "store"),
    CI: "true",
    ...env,
  };
  const made: TestProject = {
    root,
    write(name, text) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    },
    read: (name) => readFileSync(join(root, name), "utf8"),
    has: (name) => existsSync(join(root, name)),
    remove: (name) => rmSync(join(root, name), { recursive: true, force: true }),
    start(args, more = {}) {
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: root,
        env: { ...base, ...more },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      const ended = new Promise<Ended>((resolve) =>
        child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
      );
      undo.push(async () => {
        child.kill("SIGKILL");
        await ended;
      });
      return { child, ended };
    },
    run: (args, more) => made.start(args, more).ended,
    async json(args, more) {
      const ended = await made.run([...args, "--json"], more);
      return JSON.parse(ended.stdout) as Awaited<ReturnType<TestProject["json"]>>;
    },
  };
  made.write("kling.manifest.yaml", manifest);
  return made;
}

/** A sandbox of the test's own, quick unless told otherwise. */
export async function sandbox(
  options: SandboxOptions = {},
): Promise<Sandbox & { creates(): Promise<readonly Create[]> }> {
  const started = await startSandbox({ timeScale: 0.004, ...options });
  undo.push(() => started.close());
  return {
    ...started,
    async creates() {
      const answer = await fetch(`${started.url}/sandbox/ledger`);
      const body = (await answer.json()) as { readonly data: readonly Create[] };
      return body.data;
    },
  };
}

/** The environment in which `provider: kling` reaches a sandbox that passes for the vendor. */
export function asVendor(server: Sandbox): Readonly<Record<string, string>> {
  return { KLING_API_KEY: server.apiKey, KLING_BASE_URL: server.url };
}

/** Waits until `ready` says so; for things that another process does. */
export async function until(ready: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await ready())) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The journal's records. */
export function journal(of: TestProject): readonly { readonly type: string; readonly reference?: string }[] {
  if (!of.has(".kling/journal.jsonl")) return [];
  return of
    .read(".kling/journal.jsonl")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as { readonly type: string; readonly reference?: string }];
      } catch {
        return [];
      }
    });
}
