/**
 * Downloads from another process on loopback, against curl, turn by turn: 256 MiB into a file, hash included on our side.
 * Then with both made durable, and the memory that 1 GiB takes. Alone: `node test/bench/download.mjs 15`.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 1024 * 1024;
const SIZE = 256 * MIB;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const print = (name, text) => process.stdout.write(`${name.padEnd(36)}${text}\n`);

/** Prints the times of so many rounds (7 at least). */
export async function benchDownload(rounds) {
  const root = mkdtempSync(join(tmpdir(), "klingmake-bench-"));
  const program = (name) => join(import.meta.dirname, name);
  const server = spawn(process.execPath, [program("download-server.mjs")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const port = await new Promise((resolve) =>
      server.stdout.once("data", (said) => resolve(String(said).trim())),
    );
    const address = (size) => `http://127.0.0.1:${port}/${size}`;
    const ours = (size) => {
      const { status, stdout, stderr } = run(process.execPath, [
        program("download-client.mjs"),
        address(size),
        root,
      ]);
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const file = join(root, "curl");
    const curl = () => run("curl", ["-s", "-o", file, "-w", "%{time_total}", address(SIZE)]);
    if (curl().error !== undefined) print("download against curl", "  left out: there is no curl");
    else {
      const times = { curl: [], synced: [], written: [], durable: [] };
      for (let round = 0; round < Math.max(7, rounds); round++) {
        rmSync(file);
        // A file that is new to the disk for both, and nothing of the other's still on its way there.
        const ms = Number(curl().stdout) * 1000;
        const start = performance.now();
        run("sync", [file]);
        times.curl.push(ms);
        times.synced.push(ms + performance.now() - start);
        const { writtenMs, durableMs } = ours(SIZE);
        times.written.push(writtenMs);
        times.durable.push(durableMs);
      }
      const row = (name, key, against) => {
        const ms = median(times[key]);
        const speed = `${((SIZE / MIB / ms) * 1000).toFixed(0).padStart(6)} MiB/s`;
        const ratio = against === undefined ? "" : `  ${(median(times[against]) / ms).toFixed(2)}x of curl`;
        print(name, `${ms.toFixed(0).padStart(6)} ms ${speed}${ratio}`);
      };
      row("curl, 256 MiB", "curl");
      row("download, 256 MiB, hashed", "written", "curl");
      row("curl and sync", "synced");
      row("download, hashed and durable", "durable", "synced");
    }
    print(
      "memory that a download of 1 GiB takes",
      `${(ours(1024 * MIB).grown / MIB).toFixed(0).padStart(5)} MiB`,
    );
  } finally {
    server.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

function run(command, args) {
  return spawnSync(command, args, { encoding: "utf8" });
}

if (process.argv[1] === import.meta.filename) await benchDownload(Number(process.argv[2] ?? 9));
