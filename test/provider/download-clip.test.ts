/**
 * A paid clip on its way from a hostile result host into the store: the whole engine over HTTP, on a disk in memory. A front
 * before the sandbox passes the API through and hands out results as each row says.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { openProject } from "../../src/engine.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import type { FileSystem, OpenFile } from "../../src/store/files.js";
import { NO_ACCOUNT } from "../run/scripted-provider.js";
import { memoryDisk } from "../store/disk.js";

const MANIFEST =
  "version: 1\nproject: film\nprovider: kling\nshots:\n  a: { prompt: a boat, model: kling-2.5-turbo }\n";

/** The one clip of all rows: a sandbox takes longer to render it than everything else here. */
let rendered: Buffer | undefined;

/** Answers the fetch of a result, of which this is the `count`th; false when it is to be handed out as it is. */
type Conduct = (response: ServerResponse, clip: Buffer, count: number) => boolean | void;

const page =
  (status: number, type: string, text = "<html>sign in</html>"): Conduct =>
  (response) =>
    void response.writeHead(status, { "content-type": type }).end(text);
/** Bytes without a length: where they end, the file may well have ended. */
const unmeasured =
  (bytes: (clip: Buffer) => Uint8Array): Conduct =>
  (response, clip) => {
    response.socket?.write("HTTP/1.0 200 OK\r\ncontent-type: video/mp4\r\n\r\n");
    response.socket?.end(bytes(clip));
  };
const damaged =
  (damage: (clip: Buffer) => void): Conduct =>
  (response, clip) => {
    const copy = Buffer.from(clip);
    damage(copy);
    response.writeHead(200, { "content-length": copy.length, "content-type": "video/mp4" }).end(copy);
  };

async function film(
  conduct: Conduct,
  wrap: (fs: FileSystem) => FileSystem = (fs) => fs,
  files: Readonly<Record<string, string>> = {},
) {
  const sandbox = await startSandbox({ timeScale: 0, asVendor: true });
  const counts = { creates: 0, looks: 0, fetches: 0 };
  const state = { conduct };
  const front = createServer((request, response) => void pass(request, response));
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url ?? "";
    const pass = () =>
      fetch(`${sandbox.url}${path}`, {
        method: request.method ?? "GET",
        headers: { authorization: request.headers.authorization ?? "", "content-type": "application/json" },
        ...(request.method === "POST" && { body: Buffer.concat(parts) }),
      });
    if (path.startsWith("/outputs/")) {
      rendered ??= Buffer.from(await (await pass()).arrayBuffer());
      if (state.conduct(response, rendered, ++counts.fetches) === false) {
        response.writeHead(200, { "content-length": rendered.length }).end(rendered);
      }
      return;
    }
    const answer = await pass();
    counts[request.method === "POST" ? "creates" : "looks"]++;
    const { port } = front.address() as AddressInfo;
    const text = (await answer.text()).replaceAll(sandbox.url, `http://127.0.0.1:${port}`);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  }
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    front.closeAllConnections();
    front.close();
    await sandbox.close();
  });
  const base = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  const { fs, volume, names } = memoryDisk({ "/film/kling.manifest.yaml": MANIFEST, ...files });
  let now = Date.now();
  const clock = {
    now: () => now,
    async sleep(ms: number, signal: AbortSignal) {
      signal.throwIfAborted();
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const render = async () => {
    const { value } = await openProject(
      { cwd: "/film", env: {}, home: "/home" },
      {
        fs: wrap(fs),
        clock,
        lock: () => Promise.resolve({ kind: "held", release: () => Promise.resolve() }),
        frames: {
          find: () => Promise.resolve(undefined),
          take: () => Promise.reject(new Error("no ffmpeg")),
        },
        listen: () => Promise.resolve({ kind: "deaf", code: "ENOSYS" }),
        openAccount: () => Promise.resolve(NO_ACCOUNT),
        openRoute: async ({ catalog, realm }) =>
          openKling({ env: { KLING_API_KEY: sandbox.apiKey }, catalog, clock, realm, baseUrl: base }),
      },
    );
    const report = await value?.render({ ask: () => Promise.resolve(true) });
    if (report?.status !== "ran") throw new Error(JSON.stringify(report));
    return { exit: report.exit, outcome: report.outcomes[0]?.outcome };
  };
  const blobs = () => names().filter((name) => name.includes("/cas/"));
  return {
    counts,
    state,
    render,
    blobs,
    partial: () => names().filter((name) => name.includes("/partial/")),
    /** What stands in the store is whole, under its own digest, and what the vendor made. */
    sound: () => {
      const [blob = "", ...more] = blobs();
      const bytes = Buffer.from(volume.readFileSync(blob) as Uint8Array);
      return (
        more.length === 0 &&
        blob.endsWith(sha256Hex(bytes)) &&
        rendered !== undefined &&
        bytes.equals(rendered)
      );
    },
  };
}

const HOSTILE: readonly (readonly [what: string, conduct: Conduct, why: string | RegExp])[] = [
  ["an HTML page with 200", page(200, "text/html; charset=utf-8"), "a page came instead of the result"],
  [
    "an error as JSON with 200",
    page(200, "application/json", '{"code":1}'),
    "a page came instead of the result",
  ],
  ["an error as XML with 200", page(200, "application/xml", "<Error/>"), "a page came instead of the result"],
  ["a page that says it is a film", page(200, "video/mp4"), /not a complete MP4/],
  ["nothing", page(200, "video/mp4", ""), "the result is empty"],
  ["403, as for an address that has expired", page(403, "application/xml"), "its address had expired"],
  ["404", page(404, "text/html"), "its address had expired"],
  ["410", page(410, "text/html"), "its address had expired"],
  ["401", page(401, "text/html"), "HTTP 401"],
  ["416 to a question for everything", page(416, "text/html"), "HTTP 416"],
  ["429", page(429, "text/html"), "HTTP 429"],
  ["502", page(502, "text/html"), "HTTP 502"],
  [
    "half of the clip as if it were all",
    unmeasured((clip) => clip.subarray(0, clip.length / 2)),
    /ends in the middle/,
  ],
  ["all but a byte as if it were all", unmeasured((clip) => clip.subarray(0, -1)), /ends in the middle/],
  ["a byte too many", unmeasured((clip) => Buffer.concat([clip, Buffer.of(0)])), /ends in the middle/],
  ["noise", damaged((clip) => clip.fill(7)), /does not begin as an MP4/],
  [
    "a clip with a damaged index",
    damaged((clip) => clip.fill(0xff, clip.indexOf("moov") - 4, clip.indexOf("moov"))),
    /ends in/,
  ],
  [
    "a small gzip of very much",
    (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
    /encoding/,
  ],
  [
    "a redirect to a metadata service",
    (response) => void response.writeHead(302, { location: "http://169.254.169.254/latest/" }).end(),
    /redirects to an address/,
  ],
];

describe("a result host that answers with", () => {
  it.each(HOSTILE)(
    "%s once is asked at a fresh address, and the clip is the vendor's",
    async (what, conduct) => {
      // A server that is busy is asked six times at one address.
      const times = what.startsWith("429") || what.startsWith("502") ? 6 : 1;
      let looks = 0;
      const set = await film((response, clip, count) => {
        if (count > times) return false;
        looks = set.counts.looks;
        return conduct(response, clip, count);
      });
      expect(await set.render()).toMatchObject({ exit: 0, outcome: { status: "rendered" } });
      expect(set.sound()).toBe(true);
      expect(set.partial()).toEqual([]);
      expect([set.counts.fetches, set.counts.looks - looks]).toEqual([times + 1, 1]);
      expect(set.counts.creates).toBe(1);
    },
  );

  it.each(HOSTILE)(
    "%s always fails the step and stores nothing; the next run gets the clip",
    async (_what, conduct, why) => {
      const set = await film(conduct);
      expect(await set.render()).toMatchObject({
        exit: 1,
        outcome: {
          status: "failed",
          retry: "safe",
          diagnostic: { code: "run/download", why: expect.stringMatching(why) as string },
        },
      });
      expect([...set.blobs(), ...set.partial()]).toEqual([]);
      set.state.conduct = () => false;
      expect(await set.render()).toMatchObject({ exit: 0, outcome: { status: "rendered" } });
      expect(set.sound()).toBe(true);
      expect(set.counts.creates).toBe(1);
    },
  );

  it.each([
    "video/mp4",
    "application/octet-stream",
    "binary/octet-stream",
    "text/plain",
    "application/mp4",
    "x",
    undefined,
  ])("the clip as %s is believed: what it is shows in its bytes", async (type) => {
    const set = await film(
      (response, clip) =>
        void response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(clip),
    );
    expect((await set.render()).exit).toBe(0);
    expect([set.sound(), set.counts.fetches]).toEqual([true, 1]);
  });

  it.each(["identity", "binary", "utf-8", ""])(
    "the clip in the encoding %j is believed",
    async (encoding) => {
      const set = await film(
        (response, clip) => void response.writeHead(200, { "content-encoding": encoding }).end(clip),
      );
      expect((await set.render()).exit).toBe(0);
      expect([set.sound(), set.counts.fetches]).toEqual([true, 1]);
    },
  );
});

/** A disk whose partial files fail or write little at a time. */
const failing =
  (fail: (what: "write" | "sync", bytes: number) => Error | number | undefined) =>
  (fs: FileSystem): FileSystem =>
    swap(fs, {
      promises: swap(fs.promises, {
        open: async (path, flags, mode) => {
          const file = await fs.promises.open(path, flags, mode);
          if (!path.endsWith(".part")) return file;
          let written = 0;
          const odd: Partial<OpenFile> = {
            write: async (bytes, offset, length, position) => {
              const said = fail("write", written);
              if (said instanceof Error) throw said;
              const put = await file.write(bytes, offset, Math.min(length, said ?? length), position);
              written += put.bytesWritten;
              return put;
            },
            sync: async () => {
              const said = fail("sync", written);
              if (said instanceof Error) throw said;
            },
          };
          return swap(file, odd);
        },
      }),
    });

/** `whole` with some members of its own; its other methods keep their `this`. */
function swap<T extends object>(whole: T, own: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (name in own) return Reflect.get(own, name) as unknown;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

const full = Object.assign(new Error("no space left on device, write"), { code: "ENOSPC" });

describe("a disk that", () => {
  it.each<[string, "write" | "sync", number]>([
    ["is full at the first byte", "write", 0],
    ["fills up on the way", "write", 30_000],
    ["is full when the clip is made durable", "sync", 0],
  ])(
    "%s ends the download with its error and nothing left behind; later it costs nothing",
    async (_what, when, at) => {
      let isFull = true;
      const set = await film(
        () => false,
        failing((what, bytes) => (what !== when ? 10_000 : isFull && bytes >= at ? full : 10_000)),
      );
      expect(await set.render()).toMatchObject({
        exit: 1,
        outcome: {
          status: "failed",
          retry: "safe",
          diagnostic: { code: "run/disk", message: "shots.a.clip stopped because of the disk (ENOSPC)" },
        },
      });
      expect([...set.blobs(), ...set.partial()]).toEqual([]);
      expect(set.counts.fetches).toBe(1);
      isFull = false;
      expect(await set.render()).toMatchObject({ exit: 0, outcome: { status: "rendered" } });
      expect([set.sound(), set.counts.creates]).toEqual([true, 1]);
    },
  );

  it("has halves of downloads on it, of runs that died, is rid of them with the next run, and of nothing else", async () => {
    const part = `${sha256Hex("another step")}.part`;
    const set = await film(() => false, undefined, {
      [`/film/.kling/partial/${part}`]: "half",
      "/film/.kling/partial/mine.part": "?",
    });
    expect((await set.render()).exit).toBe(0);
    expect(set.partial()).toEqual(["/film/.kling/partial/mine.part"]);
  });

  it("takes a few bytes at a time gets them all, in order", async () => {
    const set = await film(
      () => false,
      failing(() => 7777),
    );
    expect((await set.render()).exit).toBe(0);
    expect(set.sound()).toBe(true);
  });
});
