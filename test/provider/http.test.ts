/** The HTTP client against real sockets: what is sent how often, and what each failure proves. */
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openHttp, type HttpOptions } from "../../src/provider/http.js";
import { answer, never, quickClock, serve } from "./world.js";

function client(base: string, options: Partial<HttpOptions> = {}) {
  const clock = quickClock();
  const http = openHttp({ clock, base: new URL(base), ...options });
  onTestFinished(() => http.close());
  const call = (method: "GET" | "POST", signal = never) =>
    http.json(
      { method, url: new URL("/x", base), headers: {}, ...(method === "POST" && { body: "{}" }) },
      signal,
    );
  return { clock, http, get: () => call("GET"), post: (signal?: AbortSignal) => call("POST", signal) };
}

/** A socket server that does as it is told with each connection. */
async function rawServer(talk: (socket: Socket) => void, scheme = "http"): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a call", () => {
  it("gives the JSON that came, whatever the status", async () => {
    const { url } = await serve((_, response) => answer(response, { code: 1200 }, 400, { "x-a": "b" }));
    const heard = await client(url).post();
    expect(heard).toMatchObject({
      kind: "answer",
      status: 400,
      body: { code: 1200 },
      headers: { "x-a": "b" },
    });
  });

  it.each([
    ["a page", "<html><h1>502 Bad Gateway</h1></html>"],
    ["half of its JSON", '{"code": 0, "data": {"task_id'],
    ["nothing", ""],
  ])("that gets %s is unreadable", async (_what, body) => {
    const { url } = await serve((_, response) => answer(response, body, 200));
    expect(await client(url).post()).toMatchObject({ kind: "unreadable", status: 200 });
  });

  it("that gets more than the limit stops reading", async () => {
    const { url } = await serve((_, response) => answer(response, JSON.stringify("x".repeat(300_000))));
    const heard = await client(url, { answerBytes: 100_000 }).post();
    expect(heard).toMatchObject({ kind: "unreadable", why: "a far too long answer" });
  });

  it("that gets no answer in time is lost, also when bytes trickle", async () => {
    const { url } = await serve((request, response) => {
      if (request.method !== "POST") return;
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{");
    });
    const late = { kind: "lost", why: "no answer in time", late: true };
    expect(await client(url, { callMs: 60 }).post()).toEqual(late);
    expect(await client(url, { callMs: 60 }).get()).toEqual(late);
  });

  it("that is interrupted is unsent before and lost after it was sent", async () => {
    const stop = new AbortController();
    const { url, seen } = await serve(() => stop.abort(new Error("ctrl-c")));
    const { post } = client(url);
    expect(await post(stop.signal)).toEqual({ kind: "lost", why: "interrupted", late: false });
    expect(await post(stop.signal)).toMatchObject({ kind: "unsent" });
    expect(seen).toHaveLength(1);
  });
});

describe("a POST", () => {
  it("whose connection is cut is lost and was sent once", async () => {
    const { url, seen } = await serve((_, response) => void response.socket?.destroy());
    expect(await client(url).post()).toEqual({ kind: "lost", why: "the connection was cut", late: false });
    expect(seen).toHaveLength(1);
  });

  it("is sent once over a kept connection that the server closes on it", async () => {
    const { url, seen } = await serve((_, response, count) =>
      count === 1 ? answer(response, {}) : void response.socket?.destroy(),
    );
    const { post } = client(url);
    await post();
    expect((await post()).kind).toBe("lost");
    expect(seen).toHaveLength(2);
  });

  it.each([502, 503, 504])("that is answered %i is sent once", async (status) => {
    const { url, seen } = await serve((_, response) => answer(response, { code: 5001 }, status));
    expect(await client(url).post()).toMatchObject({ kind: "answer", status });
    expect(seen).toHaveLength(1);
  });

  it("has provably not left when nobody listens", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await client(`http://127.0.0.1:${port}`).post()).toEqual({
      kind: "unsent",
      why: "the connection was refused",
    });
  });

  it("has provably not left when the handshake of TLS fails, though the connection was cut", async () => {
    const cut = await rawServer((socket) => socket.once("data", () => socket.resetAndDestroy()), "https");
    expect(await client(cut).post()).toEqual({ kind: "unsent", why: "the connection was cut" });
    const plain = await rawServer((socket) => socket.end("HTTP/1.1 400 no\r\n\r\n"), "https");
    expect((await client(plain).post()).kind).toBe("unsent");
  });
});

describe("a GET", () => {
  it.each([502, 503, 504])("that is answered %i is asked again, with growing pauses", async (status) => {
    const { url, seen } = await serve((_, response, count) =>
      answer(response, { code: 0 }, count < 3 ? status : 200),
    );
    const { get, clock } = client(url);
    expect(await get()).toMatchObject({ kind: "answer", status: 200 });
    expect(seen).toHaveLength(3);
    expect(clock.slept).toEqual([500, 1000]);
  });

  it("gives up after three times", async () => {
    const { url, seen } = await serve((_, response) => void response.socket?.destroy());
    expect(await client(url).get()).toMatchObject({ kind: "lost" });
    expect(seen).toHaveLength(3);
  });

  it.each([400, 429, 500])("that is answered %i is asked once", async (status) => {
    const { url, seen } = await serve((_, response) => answer(response, {}, status));
    await client(url).get();
    expect(seen).toHaveLength(1);
  });
});
