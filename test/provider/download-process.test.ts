/** A download in a process of its own, on the real disk, from another process or over TLS: its memory, and its bytes. */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { selfSigned } from "./certificate.js";
import { memorySink, never, quickClock, route } from "./world.js";

const MIB = 1024 * 1024;
const program = (name: string) => join(import.meta.dirname, "../bench", name);

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "klingmake-download-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a program of ours; gives what it says first, and the whole of it when it ends. */
function start(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program(name), ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  let wrong = "";
  child.stderr.on("data", (part: Buffer) => (wrong += part.toString()));
  const first = new Promise<string>((resolve) =>
    child.stdout.on("data", (part: Buffer) => {
      said += part.toString();
      resolve(said.trim());
    }),
  );
  const ended = new Promise<string>((resolve, reject) =>
    child.on("close", (code) =>
      code === 0 ? resolve(said) : reject(new Error(`it ended with ${code}: ${wrong}`)),
    ),
  );
  ended.catch(() => {});
  return { first, ended };
}

/** What a download in a process of its own came to; the server gives as many bytes as the path says. */
async function downloaded(url: string, env?: Readonly<Record<string, string>>) {
  const at = directory();
  const said = await start("download-client.mjs", [url, at], env).ended;
  return {
    at,
    ...(JSON.parse(said) as { readonly bytes: number; readonly grown: number; readonly sha256: string }),
  };
}

describe("a process that downloads", () => {
  it("256 MiB grows by less than 64 MiB", async () => {
    const port = await start("download-server.mjs", []).first;
    const { at, bytes, grown, sha256 } = await downloaded(`http://127.0.0.1:${port}/${256 * MIB}`);
    expect(bytes).toBe(256 * MIB);
    expect(grown / MIB).toBeLessThan(64);
    // What was hashed is what was written, though the memory of both was used again meanwhile.
    const written = createHash("sha256");
    for await (const piece of createReadStream(join(at, "clip.part"))) written.update(piece as Buffer);
    expect(written.digest("hex")).toBe(sha256);
  }, 60_000);

  it("over TLS gets every byte, and its host is told the name that is asked for", async () => {
    const { key, cert } = selfSigned("localhost");
    const film = randomBytes(9 * MIB + 1);
    const names = new Set<unknown>();
    const server = createServer(
      { key, cert, SNICallback: (name, done) => (names.add(name), done(null)) },
      (request, response) => {
        const size = Number(request.url?.slice(1));
        response.writeHead(200, { "content-length": size }).end(film.subarray(0, size));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const trusted = join(directory(), "trusted.pem");
    writeFileSync(trusted, cert);
    const { at, sha256 } = await downloaded(
      `https://localhost:${(server.address() as AddressInfo).port}/${film.length}`,
      { NODE_EXTRA_CA_CERTS: trusted },
    );
    expect(sha256).toBe(createHash("sha256").update(film).digest("hex"));
    expect(readFileSync(join(at, "clip.part")).equals(film)).toBe(true);
    expect([...names]).toEqual(["localhost"]);
  }, 60_000);
});

it.each(["localhost", "elsewhere.example"])(
  "a host with a certificate of its own making for %s is not believed, whatever the environment says",
  async (name) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    let asked = 0;
    const server = createServer(selfSigned(name), (_, response) => {
      asked++;
      response.end("film");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const answer = await route(url, { clock: quickClock() }).fetch(`${url}/a`, memorySink(), never);
    expect(answer).toEqual({ kind: "failed", why: "the host's certificate is not to be trusted" });
    expect(asked).toBe(0);
  },
);
