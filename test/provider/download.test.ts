/** Results into a sink: cuts, redirects, limits, and hosts that must not be reached. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { KlingOptions } from "../../src/provider/kling/kling.js";
import { memorySink, never, quickClock, route, serve, type Seen } from "./world.js";

const film = randomBytes(700_000);

async function fetched(url: string, base: string, options: Partial<KlingOptions> = {}, sink = memorySink()) {
  const clock = quickClock();
  const provider = route(base, { clock, ...options });
  const progress: (readonly [number, number | undefined])[] = [];
  const answer = await provider.fetch(url, sink, never, (bytes, total) => progress.push([bytes, total]));
  return { answer, sink, clock, progress };
}

/** Serves `film` honestly, with ranges. */
function honest(request: Seen, response: ServerResponse, etag = '"one"'): { from: number } {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const from = asked !== null && request.headers["if-range"] === etag ? Number(asked[1]) : 0;
  const headers = { etag, "content-length": film.length - from };
  if (from > 0)
    response.writeHead(206, {
      ...headers,
      "content-range": `bytes ${from}-${film.length - 1}/${film.length}`,
    });
  else response.writeHead(200, headers);
  return { from };
}

/** Sends some bytes and then cuts the connection. */
function cutAfter(response: ServerResponse, bytes: Uint8Array): void {
  response.write(bytes, () => response.socket?.destroy());
}

describe("a download", () => {
  it("gives the exact bytes, tells how far it is, and sends no credentials", async () => {
    const { url, seen } = await serve((request, response) => {
      honest(request, response);
      response.end(film);
    });
    const { answer, sink, progress } = await fetched(`${url}/a.mp4?sig=1`, url);
    expect(answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(progress.at(-1)).toEqual([film.length, film.length]);
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each(["measured", "chunked"])(
    "of many blocks (%s) gives pieces that stay as they are until the next is taken, to a reader who holds back",
    async (how) => {
      const long = randomBytes(20_000_001);
      const { url } = await serve((_, response) => {
        if (how === "measured") response.writeHead(200, { "content-length": long.length });
        let done = 0;
        const more = () => {
          while (done < long.length) {
            const piece = long.subarray(done, done + 1 + ((done * 7919) % 300_000));
            done += piece.length;
            if (!response.write(piece)) return void response.once("drain", more);
          }
          response.end();
        };
        more();
      });
      // A disk: while a piece is taken, the one before it is still being written.
      const written: Buffer[] = [];
      let before: Uint8Array = new Uint8Array();
      const keeping = {
        ...memorySink(),
        async write(piece: Uint8Array) {
          for (let turn = 0; turn < written.length % 4; turn++)
            await new Promise((resolve) => setImmediate(resolve));
          written.push(Buffer.from(before));
          before = piece;
        },
      };
      const { answer } = await fetched(`${url}/a.mp4`, url, {}, keeping);
      expect(answer).toEqual({ kind: "done", bytes: long.length });
      expect(Buffer.concat([...written, before]).equals(long)).toBe(true);
    },
  );

  it("that is cut twice goes on where it stopped", async () => {
    const { url, seen } = await serve((request, response, count) => {
      const { from } = honest(request, response);
      if (count < 3) cutAfter(response, film.subarray(from, from + 200_000));
      else response.end(film.subarray(from));
    });
    const { answer, sink } = await fetched(`${url}/a.mp4`, url);
    expect(answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(sink.restarts()).toBe(0);
    expect(
      seen.slice(1).every(({ headers }) => headers["if-range"] === '"one"' && headers.range !== undefined),
    ).toBe(true);
  });

  it.each([
    ["the file has changed", (count: number) => `"${count}"`],
    ["the file has no validator", () => undefined],
    ["the validator is weak", () => 'W/"one"'],
  ])("begins anew when %s", async (_why, etagOf) => {
    const { url, seen } = await serve((_, response, count) => {
      const etag = etagOf(count);
      response.writeHead(200, { "content-length": film.length, ...(etag !== undefined && { etag }) });
      if (count === 1) cutAfter(response, film.subarray(0, 300_000));
      else response.end(film);
    });
    const { answer, sink } = await fetched(`${url}/a.mp4`, url);
    expect(answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(sink.restarts()).toBe(1);
    expect(seen).toHaveLength(2);
  });

  const rest = (from: number, total = film.length) => `bytes ${from}-${total - 1}/${total}`;
  const WRONG: readonly (readonly [why: string, headers: (from: number) => Record<string, string>])[] = [
    ["starts elsewhere", (from) => ({ "content-range": rest(from + 5), etag: '"one"' })],
    ["is of another length", (from) => ({ "content-range": rest(from, film.length + 1), etag: '"one"' })],
    ["does not say of which file it is", (from) => ({ "content-range": rest(from) })],
    ["is of another file", (from) => ({ "content-range": rest(from), etag: '"two"' })],
    ["does not say where it starts", () => ({ etag: '"one"' })],
  ];
  it.each(WRONG)("begins anew when the rest %s", async (_why, headersOf) => {
    const { url, seen } = await serve((request, response, count) => {
      if (count === 2) {
        const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0]);
        response.writeHead(206, headersOf(from));
        response.end(Buffer.alloc(film.length - from));
        return;
      }
      honest({ ...request, headers: {} }, response);
      if (count === 1) cutAfter(response, film.subarray(0, 300_000));
      else response.end(film);
    });
    const { answer, sink } = await fetched(`${url}/a.mp4`, url);
    expect(answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(seen).toHaveLength(3);
    expect(seen[1]?.headers.range).toBeDefined();
  });

  it("that is always cut at the same place ends, after pauses that grow", async () => {
    const { url, seen } = await serve((_, response) => {
      response.writeHead(200, { "content-length": film.length });
      cutAfter(response, film.subarray(0, 300_000));
    });
    const { answer, clock } = await fetched(`${url}/a.mp4`, url);
    expect(answer).toEqual({ kind: "failed", why: "the connection was cut" });
    expect(seen).toHaveLength(7);
    expect(clock.slept).toEqual([500, 500, 1000, 2000, 4000, 8000]);
  });

  it("without a byte for too long is cut and taken up again", async () => {
    const { url, seen } = await serve((request, response, count) => {
      const { from } = honest(request, response);
      if (count === 1) response.write(film.subarray(0, 100_000));
      else response.end(film.subarray(from));
    });
    const { answer, sink } = await fetched(`${url}/a.mp4`, url, { http: { idleMs: 80 } });
    expect(answer).toEqual({ kind: "done", bytes: film.length });
    expect(sink.bytes().equals(film)).toBe(true);
    expect(seen[1]?.headers.range).toBe("bytes=100000-");
  });

  it("with pauses shorter than that has no limit of time in all", async () => {
    const { url } = await serve((request, response) => {
      honest(request, response);
      let sent = 0;
      const more = (): void => {
        if (sent >= film.length) return void response.end();
        response.write(film.subarray(sent, (sent += 100_000)), () => setTimeout(more, 30));
      };
      more();
    });
    const { answer } = await fetched(`${url}/a.mp4`, url, { http: { idleMs: 5000, callMs: 50 } });
    expect(answer.kind).toBe("done");
  });

  it.each([403, 404, 410])("that is answered %i has expired", async (status) => {
    const { url, seen } = await serve((_, response) => response.writeHead(status).end());
    expect((await fetched(`${url}/a.mp4`, url)).answer).toEqual({ kind: "expired" });
    expect(seen).toHaveLength(1);
  });

  it("that is answered 503 is asked for again", async () => {
    const { url } = await serve((request, response, count) => {
      if (count === 1) {
        response.writeHead(503).end();
        return;
      }
      honest(request, response);
      response.end(film);
    });
    expect((await fetched(`${url}/a.mp4`, url)).answer.kind).toBe("done");
  });

  it.each([
    ["nothing", {}, "", /empty/],
    ["compressed bytes", { "content-encoding": "gzip" }, "x", /encoding/],
    ["a length beyond the limit", { "content-length": 2_000_000 }, "x", /larger than 1 MiB/],
    ["bytes beyond the limit", {}, "x".repeat(1_200_000), /larger than 1 MiB/],
  ])("of %s fails", async (_what, headers, body, why) => {
    const { url, seen } = await serve((_, response) => {
      response.writeHead(200, headers);
      response.end(body);
    });
    const { answer } = await fetched(`${url}/a.mp4`, url, { resultBytes: 1024 ** 2 });
    expect(answer).toEqual({ kind: "failed", why: expect.stringMatching(why) as string });
    expect(seen).toHaveLength(1);
  });

  it("ends with what its sink throws, at once", async () => {
    const { url, seen } = await serve((request, response) => {
      honest(request, response);
      response.end(film);
    });
    const full = { ...memorySink(), write: () => Promise.reject(new Error("no space left")) };
    await expect(fetched(`${url}/a.mp4`, url, {}, full)).rejects.toThrow("no space left");
    expect(seen).toHaveLength(1);
  });

  it("ends with the signal's reason when it is interrupted", async () => {
    const stop = new AbortController();
    const { url } = await serve((request, response) => {
      honest(request, response);
      response.write(film.subarray(0, 1000));
    });
    const provider = route(url);
    const reason = new Error("ctrl-c");
    const sink = { ...memorySink(), write: async () => stop.abort(reason) };
    await expect(provider.fetch(`${url}/a.mp4`, sink, stop.signal)).rejects.toBe(reason);
  });
});

describe("a redirect", () => {
  it("within the loopback host is followed five times and not six", async () => {
    const { url } = await serve((request, response) => {
      const left = Number(request.path.slice(1));
      if (left > 0) {
        response.writeHead(302, { location: `/${left - 1}` }).end();
        return;
      }
      honest(request, response);
      response.end(film);
    });
    expect((await fetched(`${url}/5`, url)).answer.kind).toBe("done");
    expect((await fetched(`${url}/6`, url)).answer).toEqual({
      kind: "failed",
      why: "the result redirects too often",
    });
  });

  it("to another port of this machine is not followed", async () => {
    const other = await serve((_, response) => response.end("secret"));
    const { url } = await serve((_, response) =>
      response.writeHead(302, { location: `${other.url}/a` }).end(),
    );
    expect((await fetched(`${url}/a`, url)).answer.kind).toBe("failed");
    expect(other.seen).toHaveLength(0);
  });
});

describe("a result's host", () => {
  it("that is this machine is never connected to for the real vendor's results", async () => {
    const { url, seen } = await serve((_, response) => response.end("secret"));
    const { answer } = await fetched(`${url}/a`, "https://api.example");
    expect(answer).toEqual({ kind: "failed", why: "the result's address is not a public https address" });
    expect(seen).toHaveLength(0);
  });
});
