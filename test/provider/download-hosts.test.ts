/** Whom a download may reach: by what is written, by DNS, and along redirects; and what it tells them about us. */
import { createServer, type AddressInfo } from "node:net";
import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { KlingOptions } from "../../src/provider/kling/kling.js";
import { internet, PUBLIC, type Host } from "./internet.js";
import { memorySink, never, quickClock, route, serve, type Reply } from "./world.js";

const VENDOR = "https://api.example";
const NOT_PUBLIC = "the result's host is not a public one";
const BAD_START = "the result's address is not a public https address";
const BAD_REDIRECT = "the result redirects to an address that is not public https";
const film: Reply = (_, response) => void response.writeHead(200, { "content-length": 4 }).end("film");
const to =
  (location: string, status = 302): Reply =>
  (_, response: ServerResponse) =>
    void response.writeHead(status, { location, "set-cookie": "id=1; Domain=.example; Path=/" }).end("moved");

async function fetched(url: string, base: string, options: Partial<KlingOptions> = {}) {
  const sink = memorySink();
  const answer = await route(base, { clock: quickClock(), ...options }).fetch(url, sink, never);
  return { answer, text: sink.bytes().toString() };
}

/** Servers of public names; each finds 8.8.8.8 unless told otherwise. */
async function world(
  replies: Readonly<Record<string, Reply>>,
  finds: Readonly<Record<string, Host["finds"]>> = {},
) {
  const servers = new Map<string, Awaited<ReturnType<typeof serve>>>();
  for (const [name, reply] of Object.entries(replies)) servers.set(name, await serve(reply));
  const hosts = Object.fromEntries(
    [...servers].map(([name, { url }]) => [name, { server: url, finds: finds[name] ?? [PUBLIC] }]),
  );
  const seen = (name: string) => servers.get(name)?.seen ?? [];
  return { ...internet(hosts), seen };
}

/** A host that is not on the public internet, in all the ways in which one can be written. */
const INSIDE: readonly string[] = [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0177.0.0.1",
  "127.0.0.1.",
  "0.0.0.0",
  "0",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "0xa9fea9fe",
  "100.64.0.1",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "[::1]",
  "[::]",
  "[fe80::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[fd20:ce::254]",
  "[ff02::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:a9fe:a9fe]",
  "[::127.0.0.1]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b:1::a9fe:a9fe]",
  "[2002:a9fe:a9fe::1]",
  "[2001:0:5ef5:79fd::1]",
  "localhost",
];

describe("an address inside", () => {
  it.each(INSIDE)("written as %s is neither fetched from nor redirected to", async (host) => {
    const net = await world({ "cdn.example": to(`https://${host}/latest/meta-data`) });
    for (const port of ["", ":8443"]) {
      const { answer } = await fetched(`https://${host}${port}/a`, VENDOR, { http: net.http });
      expect(answer).toEqual({ kind: "failed", why: BAD_START });
    }
    const { answer } = await fetched("https://cdn.example/a", VENDOR, { http: net.http });
    expect(answer).toEqual({ kind: "failed", why: BAD_REDIRECT });
    expect(net.connected).toEqual(PUBLIC);
  });

  it.each([
    ["127.0.0.1"],
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["100.64.0.1"],
    ["0.0.0.0"],
    ["224.0.0.1"],
    ["::1"],
    ["fe80::1"],
    ["fd00:ec2::254"],
    ["::ffff:10.0.0.1"],
    ["2002:7f00:1::"],
    ["8.8.8.8", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8"],
    ["8.8.8.8", "::1"],
  ])("found by DNS (%s) is not connected to, at once or along a redirect", async (...found) => {
    const net = await world(
      { "cdn.example": to("https://metadata.google.internal/a"), "metadata.google.internal": film },
      { "metadata.google.internal": [found] },
    );
    for (const name of ["metadata.google.internal", "cdn.example"]) {
      const { answer } = await fetched(`https://${name}/a`, VENDOR, { http: net.http });
      expect(answer).toEqual({ kind: "failed", why: NOT_PUBLIC });
    }
    expect(net.connected).toEqual(PUBLIC);
    expect(net.seen("metadata.google.internal")).toHaveLength(0);
  });

  it.each(["localhost.", "LOCALHOST.", "localhost.localdomain", "cdn.example."])(
    "by the name of %s is judged by what it leads to",
    async (name) => {
      const finds = [["127.0.0.1"]];
      const { http, connected } = internet({ [name.toLowerCase()]: { server: "http://127.0.0.1:1", finds } });
      const { answer } = await fetched(`https://${name}/a`, VENDOR, { http });
      expect(answer).toEqual({ kind: "failed", why: NOT_PUBLIC });
      expect(connected).toEqual([]);
    },
  );

  it("is not connected to over the network either", async () => {
    const server = createServer(() => connections++).listen(0, "127.0.0.1");
    let connections = 0;
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { answer } = await fetched(`https://cdn.example:${port}/a`, VENDOR, {
      http: { resolve: (_, done) => done(null, [{ address: "127.0.0.1", family: 4 }]) },
    });
    expect(answer).toEqual({ kind: "failed", why: NOT_PUBLIC });
    expect(connections).toBe(0);
  });

  it("is not reached by a name that changes its mind: one look-up is judged and connected to, every time", async () => {
    const net = await world(
      {
        "cdn.example": (_, response, count) => {
          response.writeHead(200, { "content-length": 4, etag: '"1"' });
          if (count === 1) response.write("f", () => response.socket?.destroy());
          else response.end("film");
        },
      },
      { "cdn.example": [PUBLIC, ["127.0.0.1"]] },
    );
    const { answer } = await fetched("https://cdn.example/a", VENDOR, { http: net.http });
    expect(answer).toEqual({ kind: "failed", why: NOT_PUBLIC });
    expect(net.asked).toEqual(["cdn.example", "cdn.example"]);
    expect(net.connected).toEqual(PUBLIC);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("by %i from one public host to another is followed", async (status) => {
    const net = await world({
      "cdn.example": to("https://edge.example/b?sig=2", status),
      "edge.example": film,
    });
    const { answer, text } = await fetched("https://cdn.example/a?sig=1", VENDOR, { http: net.http });
    expect(answer).toEqual({ kind: "done", bytes: 4 });
    expect(text).toBe("film");
    expect(net.seen("edge.example")[0]?.path).toBe("/b?sig=2");
  });

  it.each([
    ["plain http", "http://edge.example/a"],
    ["plain http by name of the same host", "http://cdn.example/a"],
    ["another scheme", "ftp://edge.example/a"],
    ["a file", "file:///etc/passwd"],
    ["data", "data:video/mp4;base64,AAAA"],
    ["a place with a password", "https://me:secret@edge.example/a"],
    ["a place with a user", "https://me@edge.example/a"],
    ["nowhere", ""],
    ["no address", "https://"],
    ["a port that is none", "https://edge.example:99999/a"],
    ["far too long an address", `https://edge.example/${"a".repeat(9000)}`],
  ])("to %s is not followed", async (_what, location) => {
    const net = await world({ "cdn.example": to(location), "edge.example": film });
    const { answer } = await fetched("https://cdn.example/a", VENDOR, { http: net.http });
    expect(answer).toEqual({ kind: "failed", why: BAD_REDIRECT });
    expect(net.seen("cdn.example")).toHaveLength(1);
    expect(net.seen("edge.example")).toHaveLength(0);
  });

  it("without an address is not followed", async () => {
    const { url } = await serve((_, response) => response.writeHead(302).end());
    expect((await fetched(`${url}/a`, url)).answer).toEqual({ kind: "failed", why: BAD_REDIRECT });
  });

  it("in a circle ends", async () => {
    const net = await world({
      "cdn.example": to("https://edge.example/a"),
      "edge.example": to("https://cdn.example/a"),
    });
    const { answer } = await fetched("https://cdn.example/a", VENDOR, { http: net.http });
    expect(answer).toEqual({ kind: "failed", why: "the result redirects too often" });
    expect(net.connected).toHaveLength(6);
  });

  it("with a page that never ends costs nothing", async () => {
    const net = await world({
      "cdn.example": (_, response) => {
        response.writeHead(302, { location: "https://edge.example/a" });
        const more = () => void response.write(Buffer.alloc(65_536), more);
        more();
      },
      "edge.example": film,
    });
    expect((await fetched("https://cdn.example/a", VENDOR, { http: net.http })).answer.kind).toBe("done");
  });

  it("from this machine to a public host is followed, and back to this machine is not", async () => {
    const local = await serve((request, response, count) => {
      if (request.path === "/private") return film(request, response, count);
      to("https://cdn.example/a")(request, response, count);
    });
    const net = await world({ "cdn.example": film, "evil.example": to(`${local.url}/private`) });
    expect((await fetched(`${local.url}/a`, local.url, { http: net.http })).text).toBe("film");
    // As a result's address, it would be allowed: the user configured this server.
    expect((await fetched(`${local.url}/private`, local.url, { http: net.http })).text).toBe("film");
    const { answer } = await fetched("https://evil.example/a", local.url, { http: net.http });
    expect(answer).toEqual({ kind: "failed", why: BAD_REDIRECT });
    expect(local.seen.map(({ path }) => path)).toEqual(["/a", "/private"]);
  });
});

describe("a result's host", () => {
  it("is told nothing but what it is asked for: no key, no cookie, no referrer, at once or along redirects", async () => {
    const net = await world({
      "cdn.example": to("https://edge.example/b"),
      "edge.example": (_, response, count) => {
        response.writeHead(count === 1 ? 200 : 206, {
          etag: '"1"',
          "set-cookie": "id=2",
          ...(count === 1
            ? { "content-length": 4 }
            : { "content-range": "bytes 1-3/4", "content-length": 3 }),
        });
        if (count === 1) response.write("f", () => response.socket?.destroy());
        else response.end("ilm");
      },
    });
    expect((await fetched("https://cdn.example/a", VENDOR, { http: net.http })).text).toBe("film");
    const heard = [...net.seen("cdn.example"), ...net.seen("edge.example")];
    expect(heard).toHaveLength(4);
    for (const { headers } of heard) {
      const { host, range, "if-range": condition, ...rest } = headers;
      expect(rest).toEqual({
        accept: "*/*",
        "accept-encoding": "identity",
        "user-agent": "klingmake",
        connection: expect.stringMatching(/^(close|keep-alive)$/) as string,
      });
      expect(host).toMatch(/^(cdn|edge)\.example$/);
      expect([range, condition].join()).toMatch(/^(,|bytes=1-,"1")$/);
    }
  });

  it("is never named in what went wrong, nor is any part of its address", async () => {
    const bad: readonly Reply[] = [
      to("http://secret-host.example/secret-path?Signature=secret-sig"),
      to("https://10.9.8.7/secret-path"),
      (_, response) => void response.writeHead(500, "secret-reason").end(),
      (_, response) => void response.writeHead(400, { "x-secret": "secret" }).end("secret-body"),
      (_, response) => void response.socket?.destroy(),
      (_, response) => void response.socket?.end("HTTP/1.1 secret-sig\r\n\r\n"),
      (_, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${"secret".repeat(9000)}\r\n\r\n`),
      (_, response) =>
        void response.socket?.end("HTTP/1.1 101 secret\r\nupgrade: secret\r\nconnection: upgrade\r\n\r\n"),
      (_, response) => void response.writeHead(200, { "content-type": "text/html; secret" }).end("secret"),
    ];
    for (const reply of bad) {
      const net = await world({ "secret-cdn.example": reply });
      const url = "https://secret-cdn.example/secret-path?Signature=secret-sig";
      const { answer } = await fetched(url, VENDOR, { http: net.http });
      expect(answer.kind).toBe("failed");
      expect(JSON.stringify(answer)).not.toMatch(/secret|10\.9|example|127\.0/i);
    }
  });
});
