/**
 * The sandbox as a process of its own, as `klingmake sandbox` runs it: its own port, its own directory, its own faults.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FaultCounts, FaultPlan } from "../../src/sandbox/faults.js";
import type { LedgerEntry } from "../../src/sandbox/task-book.js";
import { MAIN, undo } from "./cli.js";

/** A sandbox that can be killed. */
export interface Standalone {
  /** What klingmake needs to take it for the vendor. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it keeps its ledger. */
  readonly directory: string;
  /** SIGKILL; what it keeps stays in its directory. */
  kill(): Promise<void>;
  /** Starts it again on the same directory and port, under another plan if one is given. */
  restart(faults?: FaultPlan): Promise<void>;
  ledger(): Promise<readonly LedgerEntry[]>;
  counts(): Promise<FaultCounts>;
  /** What the results of tasks are at the vendor, by task; for plans without faults. */
  digests(tasks: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Starts `klingmake sandbox --as-vendor` and waits until it listens. */
export async function standalone(faults: FaultPlan, timeScale: number): Promise<Standalone> {
  const directory = mkdtempSync(join(tmpdir(), "klingmake-vendor-"));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  const plan = join(directory, "faults.json");
  let stop = async (): Promise<void> => undefined;
  undo.push(() => stop());

  const start = async (under: FaultPlan, port: number) => {
    writeFileSync(plan, JSON.stringify(under));
    const words = ["--as-vendor", "--json", "--dir", directory, "--port", String(port), "--faults", plan];
    const child = spawn(process.execPath, [MAIN, "sandbox", ...words, "--time-scale", String(timeScale)], {
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const closed = once(child, "close");
    stop = async () => {
      child.kill("SIGKILL");
      await closed;
    };
    const [line] = (await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), closed])) as [string];
    const envelope = JSON.parse(line) as {
      readonly data: { readonly url: string; readonly credentials: Readonly<Record<string, string>> };
    };
    return envelope.data;
  };

  const { url, credentials } = await start(faults, 0);
  const { KLING_API_KEY = "", KLING_BASE_URL = "" } = credentials;
  const asked = async <T>(what: string): Promise<T> => {
    const answer = await fetch(`${url}/sandbox/${what}`);
    return ((await answer.json()) as { readonly data: T }).data;
  };
  return {
    env: { KLING_API_KEY, KLING_BASE_URL },
    directory,
    kill: () => stop(),
    async restart(under = faults) {
      await start(under, Number(new URL(url).port));
    },
    ledger: () => asked("ledger"),
    counts: () => asked("counts"),
    async digests(tasks) {
      const found = tasks.map(async (task): Promise<[string, string]> => {
        const answer = await fetch(`${url}/tasks?task_ids=${task}`, {
          headers: { authorization: `Bearer ${KLING_API_KEY}` },
        });
        const { data } = (await answer.json()) as {
          readonly data: readonly { readonly outputs: readonly { readonly url: string }[] }[];
        };
        const head = await fetch(data[0]?.outputs[0]?.url ?? "", { method: "HEAD" });
        return [task, head.headers.get("etag")?.replaceAll('"', "") ?? ""];
      });
      return new Map(await Promise.all(found));
    },
  };
}
