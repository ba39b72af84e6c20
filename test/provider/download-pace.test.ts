/** How long a download waits for whom: never in all, always for news; and a reader that is slower than its server. */
import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KlingOptions } from "../../src/provider/kling/kling.js";
import { memorySink, never, quickClock, route, serve, serveRaw } from "./world.js";

const film = randomBytes(700_000);

afterEach(() => void vi.useRealTimers());

function fetching(
  url: string,
  options: Partial<KlingOptions> = {},
  sink = memorySink(),
  onBytes?: (bytes: number) => void,
) {
  const clock = options.clock ?? quickClock();
  const provider = route(url, { ...options, clock });
  return { sink, answer: provider.fetch(`${url}/a`, sink, never, onBytes) };
}

describe("a server", () => {
  it("that takes most of a minute for every 64 KiB has all the time that it needs", async () => {
    const clock = quickClock();
    const start = clock.now();
    let piece = 0;
    let next = () => {};
    const { url, seen } = await serve((_, response) => {
      response.writeHead(200, { "content-length": film.length });
      next = () => {
        clock.set(start + piece * 59_000);
        response.write(film.subarray(piece * 66_000, ++piece * 66_000));
      };
      next();
    });
    const { answer, sink } = fetching(url, { clock }, memorySink(), (bytes) => {
      // Later, so that the time counts as the server's.
      if (bytes === piece * 66_000) setImmediate(() => next());
    });
    expect(await answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(clock.now() - start).toBe(590_000);
    expect(seen).toHaveLength(1);
  });

  it("that gives a byte every ten seconds is cut, asked to go on, and given up", async () => {
    const clock = quickClock();
    let next = () => {};
    const { url, seen } = await serve((request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"1"',
        ...(from > 0 && { "content-range": `bytes ${from}-${film.length - 1}/${film.length}` }),
      });
      let at = from;
      next = () => {
        clock.set(clock.now() + 10_000);
        response.write(film.subarray(at, ++at));
      };
      next();
    });
    const { answer, sink } = fetching(url, { clock }, memorySink(), () => setImmediate(() => next()));
    expect(await answer).toEqual({ kind: "failed", why: "the bytes came too slowly" });
    expect(seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      ...[8, 16, 24, 32, 40].map((from) => `bytes=${from}-`),
    ]);
    expect(sink.bytes().equals(film.subarray(0, 48))).toBe(true);
  });

  it("whose head trickles in is cut as one that says nothing", async () => {
    const { url, count } = await serveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const more = () => void (socket.writable && socket.write("x", () => setTimeout(more, 3)));
      more();
    });
    const { answer } = fetching(url, { http: { idleMs: 30 } });
    expect(await answer).toEqual({ kind: "failed", why: "no answer in time" });
    expect(count()).toBe(6);
  });

  it("that talks of everything but an answer is cut too", async () => {
    const { url } = await serveRaw((socket) => {
      const more = () =>
        void (socket.writable && socket.write("HTTP/1.1 103 Early Hints\r\n\r\n", () => setTimeout(more, 3)));
      more();
    });
    expect(await fetching(url, { http: { idleMs: 30 } }).answer).toEqual({
      kind: "failed",
      why: "no answer in time",
    });
  });

  it("that falls silent again and again is given up", async () => {
    const { url, count } = await serveRaw((socket) => socket.write("HTTP/1.1 200 OK\r\n\r\nfilm"));
    const { answer } = fetching(url, { http: { idleMs: 30 } });
    expect(await answer).toEqual({ kind: "failed", why: "no more bytes came" });
    expect(count()).toBe(6);
  });

  it("that cannot be connected to is given up after 15 s each time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let lookups = 0;
    const resolve = () => void lookups++;
    const answer = route("https://api.example", { clock: quickClock(), http: { resolve } }).fetch(
      "https://cdn.example/a",
      memorySink(),
      never,
    );
    let ended = false;
    void answer.then(() => (ended = true));
    for (let passed = 0; passed < 15_000 * 6; passed += 5_000) {
      expect([ended, lookups]).toEqual([false, 1 + Math.floor(passed / 15_000)]);
      await vi.advanceTimersByTimeAsync(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toEqual({ kind: "failed", why: "the connection timed out" });
  });

  it("that never shakes hands is given up after 15 s each time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { url, count } = await serveRaw(() => {});
    const secure = url.replace("http://127.0.0.1", "https://localhost");
    const { answer } = fetching(secure);
    for (let attempt = 1; attempt <= 6; attempt++) {
      while (count() < attempt) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(14_999);
      expect(count()).toBe(attempt);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(await answer).toEqual({ kind: "failed", why: "the connection timed out" });
  });
});

describe("a reader that is slower than its server", () => {
  it("is no fault of the server, however long it takes", async () => {
    const clock = quickClock();
    const { url, seen } = await serve((_, response) => response.end(film));
    const sink = memorySink();
    const slow = {
      ...sink,
      write: async (chunk: Uint8Array) => {
        await sink.write(chunk);
        clock.set(clock.now() + 3_600_000);
        // Longer, too, than the silence that is allowed.
        await new Promise((resolve) => setTimeout(resolve, 60));
      },
    };
    const { answer } = fetching(url, { clock, http: { idleMs: 40 } }, slow);
    expect(await answer).toEqual({ kind: "done", bytes: film.length });
    expect(seen).toHaveLength(1);
  });

  it("holds it back, and gets every byte of one that hangs up when it is done", async () => {
    let sent = 0;
    const big = randomBytes(24 * 1024 * 1024);
    const { url, count } = await serveRaw((socket) => {
      const text = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${big.length}\r\n\r\n`;
      socket.write(text);
      const more = () => {
        while (sent < big.length) {
          const some = big.subarray(sent, sent + 65_536);
          sent += some.length;
          if (!socket.write(some)) return void socket.once("drain", more);
        }
        socket.end();
      };
      more();
    });
    const sink = memorySink();
    let most = 0;
    let received = 0;
    const slow = {
      ...sink,
      write: async (chunk: Uint8Array) => {
        received += chunk.length;
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, sent - received);
        await sink.write(chunk);
      },
    };
    expect(await fetching(url, {}, slow).answer).toEqual({ kind: "done", bytes: big.length });
    expect(sink.bytes().equals(big)).toBe(true);
    expect(count()).toBe(1);
    // The buffers of two sockets in two programs' worth of kernel, and our own.
    expect(most).toBeLessThan(16 * 1024 * 1024);
  });

  it("meets what went wrong before it read", async () => {
    const { url, count } = await serveRaw((socket, turn) => {
      if (turn === 1) {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nfilm`, () => socket.resetAndDestroy());
        return;
      }
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nfi", () => {
        // While the sink begins anew, the connection goes.
        if (turn === 2) socket.resetAndDestroy();
        else socket.end("lmfilm");
      });
    });
    const sink = memorySink();
    const slow = {
      ...sink,
      restart: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await sink.restart();
      },
    };
    expect(await fetching(url, {}, slow).answer).toEqual({ kind: "done", bytes: 8 });
    expect([sink.bytes().toString(), count()]).toEqual(["filmfilm", 3]);
  });
});
