/**
 * Whole-process times, interleaved with `node -e 0` in one run, so that ratios mean something on a busy machine.
 * `npm run bench`, or with a number of rounds: `npm run bench -- 15`. What a watcher's user feels, which takes minutes, is
 * measured alone: `npm run bench -- --watch`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchDownload } from "./download.mjs";
import { writeProject } from "./project.mjs";
import { benchWatch } from "./watch.mjs";

const rounds = Number(process.argv.slice(2).find((word) => word !== "--watch") ?? 9);
if (process.argv.includes("--watch")) {
  await benchWatch(Math.max(10, rounds));
  process.exit();
}
const main = join(import.meta.dirname, "../../dist/bin/klingmake.js");
const peak = join(import.meta.dirname, "peak.mjs");
const root = mkdtempSync(join(tmpdir(), "klingmake-bench-"));

function project(count) {
  const at = join(root, String(count));
  const text = writeProject(at, count);
  // The first run fills the caches of digests, as a first run would.
  run({ args: [main, "render"], cwd: at });
  return { at, text };
}

function run({ args, cwd = root, memory = false, ok = [0] }) {
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    KLINGMAKE_STORE: join(cwd, "store"),
    BENCH_PEAK: join(root, "peak"),
  };
  const all = memory ? ["--import", peak, ...args] : args;
  const start = performance.now();
  const ended = spawnSync(process.execPath, all, { cwd, env, encoding: "utf8" });
  const ms = performance.now() - start;
  if (!ok.includes(ended.status))
    throw new Error(`${args.join(" ")} ended with ${ended.status}: ${ended.stderr}`);
  return { ms, mib: memory ? Number(readFileSync(env.BENCH_PEAK, "utf8")) / 1024 : 0 };
}

const hundred = project(100);
const thousand = project(1000);
// Two seconds later the digests of what was just written are trusted.
await new Promise((resolve) => setTimeout(resolve, 2100));
for (const { at } of [hundred, thousand]) run({ args: [main, "render"], cwd: at });

let edit = 0;
const cases = {
  "node -e 0": { args: ["-e", "0"] },
  "klingmake --version": { args: [main, "--version"] },
  "no-op render, 100 shots": { args: [main, "render"], cwd: hundred.at },
  "no-op render, 1,000 shots": { args: [main, "render"], cwd: thousand.at },
  "status, 1,000 shots": { args: [main, "status"], cwd: thousand.at },
  "plan after one edit, 1,000 shots": {
    args: [main, "plan"],
    cwd: thousand.at,
    before: () =>
      writeFileSync(
        join(thousand.at, "kling.manifest.yaml"),
        thousand.text.replace("shot 500,", `shot 500 (${edit++}),`),
      ),
    after: () => writeFileSync(join(thousand.at, "kling.manifest.yaml"), thousand.text),
  },
};
const times = new Map(Object.keys(cases).map((name) => [name, []]));
const measure = (name) => {
  const one = cases[name];
  one.before?.();
  times.get(name).push(run(one).ms);
  one.after?.();
};
const edited = "plan after one edit, 1,000 shots";
for (let round = 0; round < rounds; round++) {
  for (const name of Object.keys(cases)) if (name !== edited) measure(name);
}
// Last, because an edit makes the next run read everything anew.
for (let round = 0; round < rounds; round++) measure(edited);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(times.get("node -e 0"));
for (const [name, values] of times) {
  const ms = median(values);
  process.stdout.write(
    `${name.padEnd(36)}${ms.toFixed(0).padStart(6)} ms ${(ms / base).toFixed(2).padStart(6)}x\n`,
  );
}
const memory = run({ args: [main, "render"], cwd: thousand.at, memory: true }).mib;
process.stdout.write(`${"peak memory, no-op, 1,000 shots".padEnd(36)}${memory.toFixed(0).padStart(6)} MiB\n`);
rmSync(root, { recursive: true, force: true });
await benchDownload(rounds);
