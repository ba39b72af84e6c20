/**
 * The sandbox's door, as a web page or another machine would try it, on raw sockets: it listens on this machine only, and
 * answers no request that names another host or comes from another site's page.
 */
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.js";

async function port(): Promise<number> {
  const sandbox = await startSandbox({ timeScale: 0, apiKeys: ["good-key"] });
  onTestFinished(() => sandbox.close());
  return Number(new URL(sandbox.url).port);
}

/** What a server says to these lines, up to the end of the connection. */
function say(to: number, lines: readonly string[], host = "127.0.0.1"): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(to, host, () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => void (said += text));
    socket.on("error", reject);
    socket.on("close", () => resolve(said));
  });
}

const GOOD = ["Authorization: Bearer good-key", "Connection: close"];
const ASK = "GET /tasks?task_ids=1 HTTP/1.1";
const status = (said: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]);

describe("the sandbox", () => {
  it.each([
    ["by address", (at: number) => [`Host: 127.0.0.1:${at}`]],
    ["by name", (at: number) => [`Host: localhost:${at}`]],
    ["by IPv6 name", (at: number) => [`Host: [::1]:${at}`]],
    [
      "from a page of this machine",
      (at: number) => [`Host: 127.0.0.1:${at}`, "Origin: http://localhost:3000"],
    ],
  ])("answers whoever asks it %s", async (_, headers) => {
    const at = await port();
    expect(status(await say(at, [ASK, ...headers(at), ...GOOD]))).toBe(200);
  });

  it.each([
    ["another host", ASK, ["Host: evil.example"]],
    ["another host with its port", ASK, ["Host: evil.example:80"]],
    ["a name that begins like an address", ASK, ["Host: 127.0.0.1.evil.example"]],
    ["a name that begins like a name", ASK, ["Host: localhost.evil.example"]],
    ["an address in other clothes", ASK, ["Host: 2130706433"]],
    ["this machine's other addresses", ASK, ["Host: 0.0.0.0"]],
    ["an IPv6 address that is no loopback", ASK, ["Host: [::ffff:10.0.0.1]"]],
    ["an empty host", ASK, ["Host:"]],
    ["no host", ASK, []],
    ["no host, as HTTP/1.0 may", "GET /tasks?task_ids=1 HTTP/1.0", []],
    [
      "a whole address as its target",
      "GET http://evil.example/tasks?task_ids=1 HTTP/1.1",
      ["Host: evil.example"],
    ],
    ["a page of another site", ASK, ["Host: 127.0.0.1", "Origin: https://evil.example"]],
    ["a page without a site", ASK, ["Host: 127.0.0.1", "Origin: null"]],
    ["a page whose site begins like ours", ASK, ["Host: 127.0.0.1", "Origin: http://localhost.evil.example"]],
  ])("refuses %s, good credentials or not", async (_, ask, headers) => {
    const said = await say(await port(), [ask, ...headers, ...GOOD]);
    expect([400, 403]).toContain(status(said));
    expect(said).not.toContain("SUCCEED");
    expect(said.toLowerCase()).not.toContain("access-control-allow-origin");
  });

  it("takes a target with a host in it for a path, and goes nowhere", async () => {
    const said = await say(await port(), [
      "GET http://evil.example/tasks?task_ids=1 HTTP/1.1",
      "Host: 127.0.0.1",
      ...GOOD,
    ]);
    expect(said).not.toContain("SUCCEED");
  });

  it("answers no browser that asks whether it may", async () => {
    const said = await say(await port(), [
      "OPTIONS /tasks HTTP/1.1",
      "Host: 127.0.0.1",
      "Origin: https://evil.example",
      "Access-Control-Request-Method: POST",
      "Connection: close",
    ]);
    expect(status(said)).toBe(403);
    expect(said.toLowerCase()).not.toContain("access-control-allow");
  });

  it("is not to be had by this machine's other addresses", async () => {
    const at = await port();
    const others = Object.values(networkInterfaces()).flatMap((each) =>
      (each ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4")
        .map(({ address }) => address),
    );
    for (const address of [...others, "127.0.0.2"])
      await expect(say(at, [ASK, "Host: 127.0.0.1", ...GOOD], address)).rejects.toMatchObject({
        code: "ECONNREFUSED",
      });
  });
});
