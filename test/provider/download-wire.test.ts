/**
 * What a result's server may say on the wire: what two readers could understand in two ways is no answer, and only a body
 * whose end was seen is whole.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySink, never, quickClock, route, serveRaw } from "./world.js";

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const film = "\r\nfilm";

/** What became of a download from a server that says `text` in these pieces and hangs up, each time. */
async function said(...pieces: readonly string[]) {
  const { url, count } = await serveRaw((socket) => {
    socket.setNoDelay(true);
    for (const piece of pieces) socket.write(Buffer.from(piece, "latin1"));
    socket.end();
  });
  const sink = memorySink();
  const answer = await route(url, { clock: quickClock() }).fetch(`${url}/a`, sink, never);
  return { answer, text: sink.bytes().toString("latin1"), count: count() };
}

describe("an answer", () => {
  it.each([
    ["is of HTTP/2", `HTTP/2 200 OK\r\n${film}`],
    ["is none", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["has no status", `HTTP/1.1 OK\r\n${film}`],
    ["has a status of four digits", `HTTP/1.1 2000 OK\r\n${film}`],
    ["has two lengths", `${OK}content-length: 4\r\ncontent-length: 5\r\n${film}`],
    ["has the same length twice", `${OK}content-length: 4\r\ncontent-length: 4\r\n${film}`],
    ["has a length below nothing", `${OK}content-length: -4\r\n${film}`],
    ["has a length in hexadecimal", `${OK}content-length: 0x4\r\n${film}`],
    ["has a length beyond all", `${OK}content-length: ${"9".repeat(30)}\r\n${film}`],
    ["has a length and chunks", `${OK}content-length: 4\r\ntransfer-encoding: chunked\r\n${film}`],
    ["has a coding besides chunks", `${OK}transfer-encoding: gzip, chunked\r\n\r\n4\r\nfilm\r\n0\r\n\r\n`],
    ["has a coding after chunks", `${OK}transfer-encoding: chunked, gzip\r\n${film}`],
    ["has a coding alone", `${OK}transfer-encoding: gzip\r\n${film}`],
    ["has a line folded", `${OK}x: 1\r\n 2\r\n${film}`],
    ["has a blank before a colon", `${OK}content-length : 4\r\n${film}`],
    ["has a line without a name", `${OK}: 4\r\n${film}`],
    ["has a line without a colon", `${OK}content-length\r\n${film}`],
    ["has a bare line feed in a value", `${OK}x: 1\ncontent-length: 3\r\n${film}`],
    ["has a bare return in a value", `${OK}x: 1\rcontent-length: 3\r\n${film}`],
    ["has a zero byte in a value", `${OK}x: \0\r\n${film}`],
    ["wants another protocol", `HTTP/1.1 101 Switch\r\nupgrade: x\r\nconnection: upgrade\r\n${film}`],
    ["has too large a head", `${OK}x: ${"y".repeat(33_000)}\r\n${film}`],
    ["has a head without an end", `${OK}x: ${"y".repeat(100_000)}`],
  ])("that %s is not understood, asked for again, and given up", async (_what, text) => {
    const { answer, count } = await said(text);
    expect(answer).toEqual({ kind: "failed", why: "the answer could not be understood" });
    expect(count).toBe(6);
  });

  it.each([
    ["nothing", ""],
    ["half a head", `${OK}content-le`],
    ["less than its length", `${OK}content-length: 5\r\n${film}`],
    ["no size of a chunk", `${CHUNKED}\r\nfilm`],
    ["a size that is none", `${CHUNKED}xyz\r\nfilm`],
    ["a size below nothing", `${CHUNKED}-1\r\nfilm`],
    ["a size beyond all", `${CHUNKED}${"f".repeat(17)}\r\nfilm`],
    ["a size that ends in a bare line feed", `${CHUNKED}4\nfilm\r\n0\r\n\r\n`],
    ["more than the size of a chunk", `${CHUNKED}4\r\nfilms\r\n0\r\n\r\n`],
    ["a size that never ends", `${CHUNKED}${"1".repeat(2000)}`],
    ["an extension that never ends", `${CHUNKED}4;${"x".repeat(200_000)}\r\nfilm\r\n0\r\n\r\n`],
    ["trailers that never end", `${CHUNKED}4\r\nfilm\r\n0\r\n${"t: 1\r\n".repeat(50_000)}`],
    ["half a chunk", `${CHUNKED}5\r\nfilm`],
    ["no last chunk", `${CHUNKED}4\r\nfilm\r\n`],
    ["half of the last chunk", `${CHUNKED}4\r\nfilm\r\n0\r\n`],
  ])("of %s is cut, asked for again, and given up", async (_what, text) => {
    const { answer, count } = await said(text);
    expect(answer).toEqual({ kind: "failed", why: "the connection was cut" });
    expect(count).toBe(6);
  });

  it.each([
    ["a length", `${OK}Content-Length: 4\r\n${film}`],
    ["neither length nor chunks", `${OK}x:\r\n${film}`],
    ["version 1.0 and no reason", `HTTP/1.0 200\r\n${film}`],
    ["names like those of objects", `${OK}__proto__: 1\r\nconstructor: 2\r\n${film}`],
    ["a large head", `${OK}x: ${"y".repeat(30_000)}\r\n${film}`],
    [
      "an answer that announces it",
      `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 4\r\n${film}`,
    ],
    ["more than its length", `${OK}content-length: 4\r\n${film}!!!`],
    ["more than its length, and an end", `${OK}connection: close\r\ncontent-length: 4\r\n${film}!!!`],
    ["an extension and a trailer", `${CHUNKED}2;x=1\r\nfi\r\n2\r\nlm\r\n0\r\nt: 1\r\n\r\n`],
  ])("with %s is read", async (_what, text) => {
    expect(await said(text)).toEqual({ answer: { kind: "done", bytes: 4 }, text: "film", count: 1 });
  });

  it("in chunks gives its bytes, however it was cut into chunks and pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("a", "\r", "\n", "0", ";") }), {
          minLength: 1,
        }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        async (chunks, cuts) => {
          const body = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("");
          const wire = `${CHUNKED}${body}0\r\n\r\n`;
          const pieces: string[] = [];
          for (let at = 0; at < wire.length; at += pieces.at(-1)?.length ?? 1) {
            pieces.push(wire.slice(at, at + (cuts[pieces.length % cuts.length] ?? 1)));
          }
          expect((await said(...pieces)).text).toBe(chunks.join(""));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a body whose end nothing marks", () => {
  it("is not whole when its connection is reset", async () => {
    let reset = () => {};
    const { url, count } = await serveRaw((socket, turn) => {
      reset = () => void socket.resetAndDestroy();
      socket.write(`${OK}\r\nfilm`);
      if (turn === 2) socket.end("film");
    });
    const sink = memorySink();
    const answer = await route(url, { clock: quickClock() }).fetch(`${url}/a`, sink, never, () => {
      if (count() === 1) reset();
    });
    expect(answer).toEqual({ kind: "done", bytes: 8 });
    expect([sink.bytes().toString(), sink.restarts(), count()]).toEqual(["filmfilm", 1, 2]);
  });

  it("is not whole when it is interrupted while the rest of it waits for its reader", async () => {
    const stop = new AbortController();
    const reason = new Error("ctrl-c");
    let finish = () => {};
    const { url } = await serveRaw((socket) => {
      socket.write(`${OK}\r\nfilm`);
      finish = () => void socket.end("film");
    });
    const sink = {
      ...memorySink(),
      write: async () => {
        finish();
        await new Promise((resolve) => setTimeout(resolve, 30));
        stop.abort(reason);
      },
    };
    const answer = route(url, { clock: quickClock() }).fetch(`${url}/a`, sink, stop.signal);
    await expect(answer).rejects.toBe(reason);
  });
});
