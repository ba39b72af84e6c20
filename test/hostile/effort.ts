/**
 * How much work something is, in seconds of an ordinary machine: CPU time of this process, measured against a fixed
 * piece of work in the same run, so that a slow or busy machine fails no test. What never ends is ended: a thread that
 * sleeps kills the process, and says what it was at.
 */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** What `yardstick` takes on an ordinary machine with nothing else to do, in milliseconds of CPU time. */
const ORDINARY_MS = 70;
const HANGS_AFTER_MS = 120_000;

function cpuMs(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** Something like what reading a text is: many small strings and objects. */
function yardstick(): number {
  const before = process.cpuUsage();
  const words = Array.from({ length: 60_000 }, (_, index) => `word ${(index * 7919) % 60_000}`);
  const text = JSON.stringify(words.map((word) => ({ word, letters: word.split(" ") })));
  const back = JSON.parse(text) as readonly { readonly word: string }[];
  const sorted = back.toSorted((a, b) => (a.word < b.word ? -1 : 1));
  if (sorted.length !== words.length) throw new Error("the yardstick is broken");
  return cpuMs(before);
}

/** Seconds of an ordinary machine that `work` takes. `name` is said if it never ends. */
export async function ordinarySeconds(name: string, work: () => unknown): Promise<number> {
  const alarm = new Worker(
    `const { workerData } = require("node:worker_threads");
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.ms);
     require("node:fs").writeSync(2, workerData.words);
     process.kill(process.pid, "SIGKILL");`,
    { eval: true, workerData: { ms: HANGS_AFTER_MS, words: `\nthis never ends: ${name}\n` } },
  );
  try {
    const before = yardstick();
    const start = process.cpuUsage();
    await work();
    const taken = cpuMs(start);
    // The slower of two, because something else may have begun meanwhile.
    const slowness = Math.max(1, before / ORDINARY_MS, yardstick() / ORDINARY_MS);
    if (process.env["SHOW_EFFORT"] === "1") writeSync(2, `${name}: ${taken} ms, slowness ${slowness}\n`);
    return taken / 1000 / slowness;
  } finally {
    await alarm.terminate();
  }
}
