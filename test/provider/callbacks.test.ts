/** The listener for callbacks: a stranger gets constant answers, and can bring about nothing but a hint. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { listenForCallbacks, type Callbacks } from "../../src/provider/callbacks.js";
import type { CallbackHint } from "../../src/provider/provider.js";
import { NOW, quickClock } from "./world.js";

const KEY = Buffer.from("a key of thirty-two bytes, nearly");
const DONE = '{"id":"77","external_id":"km1-a","status":"succeeded"}';

async function listener(keys: readonly Uint8Array[] = [KEY], host = "127.0.0.1") {
  const clock = quickClock();
  const made = await listenForCallbacks({ host, port: 0, keys, clock });
  if ("kind" in made) throw new Error(made.code);
  onTestFinished(() => made.close());
  const hints: CallbackHint[] = [];
  made.take((hint) => void hints.push(hint));
  return { made, clock, hints };
}

/** Headers of a delivery at `seconds`. */
function signed(body: string, id: string, seconds = Math.floor(NOW / 1000), key = KEY) {
  const mac = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${mac}` };
}

/** Resolves when a connection has ended, in whatever way. */
function gone(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}

async function post(
  { port }: Callbacks,
  body: string,
  headers: Record<string, string> = {},
  method = "POST",
) {
  const init = method === "POST" ? { method, body, headers } : { method, headers };
  const response = await fetch(`http://127.0.0.1:${port}/any/path?or=query`, init);
  return { status: response.status, text: await response.text() };
}

describe("with a secret", () => {
  it("a signed callback is a hint at its task", async () => {
    const { made, hints } = await listener();
    expect(await post(made, DONE, signed(DONE, "d1"))).toEqual({ status: 200, text: "" });
    expect(hints).toEqual([{ task: "77", reference: "km1-a" }]);
    expect(made.counts()).toEqual({ heard: 1, refused: 0 });
  });

  it.each<[string, (body: string) => Record<string, string>]>([
    ["no signature", () => ({})],
    ["a signature of another secret", (body) => signed(body, "d1", undefined, Buffer.from("another"))],
    ["a signature of another body", (body) => signed(`${body} `, "d1")],
    ["a date of 301 s ago", (body) => signed(body, "d1", NOW / 1000 - 301)],
    ["a date in 301 s", (body) => signed(body, "d1", NOW / 1000 + 301)],
    ["half of its headers", (body) => ({ ...signed(body, "d1"), "webhook-timestamp": "" })],
  ])("one with %s is refused, and is no hint", async (_, headers) => {
    const { made, hints } = await listener();
    expect(await post(made, DONE, headers(DONE))).toEqual({ status: 401, text: "" });
    expect(hints).toEqual([]);
    expect(made.counts()).toEqual({ heard: 0, refused: 1 });
  });

  it("one delivery is one hint, however often it comes, until its date alone refuses it", async () => {
    const { made, clock, hints } = await listener();
    const late = signed(DONE, "d1", NOW / 1000 + 299);
    expect((await post(made, DONE, late)).status).toBe(200);
    expect((await post(made, DONE, late)).status).toBe(200);
    clock.set(NOW + 598_000);
    expect((await post(made, DONE, late)).status).toBe(200);
    expect(hints).toHaveLength(1);
    clock.set(NOW + 601_000);
    expect((await post(made, DONE, late)).status).toBe(401);
    expect(hints).toHaveLength(1);
  });

  it("a forged delivery does not use up the id of the true one", async () => {
    const { made, hints } = await listener();
    const forged = { ...signed(DONE, "d1"), "webhook-signature": `v1,${"A".repeat(43)}=` };
    expect((await post(made, DONE, forged)).status).toBe(401);
    expect((await post(made, DONE, signed(DONE, "d1"))).status).toBe(200);
    expect(hints).toHaveLength(1);
  });

  it("the console's test delivery is answered with 200, and is no hint", async () => {
    const { made, hints } = await listener();
    const test = '{"id":"1","status":"submitted","message":"","outputs":[]}';
    expect((await post(made, test, signed(test, "d1"))).status).toBe(200);
    expect(hints).toEqual([]);
    expect(made.counts().heard).toBe(1);
  });
});

describe("without a secret", () => {
  it.each([
    ["an unsigned callback", {}],
    ["a signed one, which cannot be checked", signed(DONE, "d1")],
  ])("%s is a hint", async (_, headers) => {
    const { made, hints } = await listener([]);
    expect((await post(made, DONE, headers)).status).toBe(200);
    expect(hints).toHaveLength(1);
  });

  it.each(["", "nonsense", "[]", '{"id":"../../x"}', "\u0000"])(
    "the body %j is answered alike",
    async (body) => {
      const { made, hints } = await listener([]);
      expect(await post(made, body)).toEqual({ status: 200, text: "" });
      expect(hints).toEqual([]);
    },
  );
});

describe("a stranger", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("who sends %s gets 405", async (method) => {
    const { made, hints } = await listener([]);
    expect(await post(made, DONE, {}, method)).toEqual({ status: 405, text: "" });
    expect(hints).toEqual([]);
  });

  it("who sends more than a task can be is cut off, and nothing of it is kept", async () => {
    const { made, hints } = await listener([]);
    const socket = connect(made.port, "127.0.0.1");
    const closed = gone(socket);
    let said = "";
    socket.setEncoding("utf8").on("data", (text: string) => (said += text));
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    for (let count = 0; count < 8; count++) socket.write(chunk);
    await closed;
    // The answer may be overtaken by the end of the connection.
    expect(["", "HTTP/1.1 413"]).toContain(said.slice(0, 12));
    expect(hints).toEqual([]);
  });

  it("who hangs up in the middle leaves the listener as it was", async () => {
    const { made, hints } = await listener([]);
    const socket = connect(made.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    socket.destroy();
    await gone(socket);
    expect((await post(made, DONE)).status).toBe(200);
    expect(hints).toHaveLength(1);
  });
});

describe("listening", () => {
  it("where somebody listens already is refused with the system's word", async () => {
    const { made } = await listener();
    const second = await listenForCallbacks({
      host: "127.0.0.1",
      port: made.port,
      keys: [],
      clock: quickClock(),
    });
    expect(second).toEqual({ kind: "deaf", code: "EADDRINUSE" });
  });

  it("ends at once, although somebody is still talking", async () => {
    const { made } = await listener();
    const socket = connect(made.port, "127.0.0.1");
    await once(socket, "connect");
    const closed = gone(socket);
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n");
    await made.close();
    await closed;
    await expect(post(made, DONE)).rejects.toThrow("fetch failed");
  });
});
