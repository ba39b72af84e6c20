/** The built program, called back: it asks every ten minutes, and is done when its tasks are, because it was told. */
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { asVendor, journal, project, sandbox, undo, until } from "./cli.js";

const SECRET = `whsec_${Buffer.from("a secret of this test alone, 32 b").toString("base64")}`;
const FILM = `version: 1
project: night-ferry
provider: kling
limits: { poll_seconds: 600 }
images:
  mara: { prompt: "Mara, studio portrait" }
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
  "020": { image: { from: images.mara }, prompt: "she turns to the camera" }
`;

/** A server on a port of its own, which ends with the test or before. */
async function listening(port = 0): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  undo.push(close);
  return { port: (server.address() as AddressInfo).port, close };
}

async function freePort(): Promise<number> {
  const { port, close } = await listening();
  await close();
  return port;
}

const flags = (port: number) =>
  ["render", "--callback", `http://127.0.0.1:${port}/back?key=hidden`, "--listen", String(port)] as const;

describe("klingmake render --callback --listen", { timeout: 60_000 }, () => {
  it("is done when its tasks are, stills and what is made of them", async () => {
    const server = await sandbox({ asVendor: true, webhookSecret: SECRET });
    const film = project(FILM, { ...asVendor(server), KLING_WEBHOOK_SECRET: SECRET });
    const port = await freePort();
    const ended = await film.run(flags(port));
    expect(ended.stderr).toContain(`listening for callbacks on 127.0.0.1:${port}: only signed ones count`);
    expect(ended.stderr).toContain("3 rendered");
    expect(ended.stderr).not.toContain("hidden");
    expect(ended.code).toBe(0);
  });

  it("gives its port back when it is stopped, and goes on being told when it goes on", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.05 });
    const film = project(FILM, asVendor(server));
    const port = await freePort();
    const { child, ended } = film.start(flags(port));
    await until(() => journal(film).filter(({ type }) => type === "submitted").length >= 2);
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    await (await listening(port)).close();
    const again = await film.run(flags(port));
    expect(again.stderr).toContain("3 rendered");
    expect(again.code).toBe(0);
    expect(await server.creates()).toHaveLength(3);
  });

  it("sends nothing where its port is in use", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    const { port } = await listening();
    const ended = await film.run(flags(port));
    expect(ended.stderr).toContain("the port is in use");
    expect(ended.code).toBe(1);
    expect(await server.creates()).toEqual([]);
  });

  it("says what is wrong with an address without repeating it", async () => {
    const film = project(FILM, { KLING_API_KEY: "key-0123456789" });
    const ended = await film.run(["render", "--callback", "http://example.com/hidden", "--json"]);
    expect(ended.code).toBe(64);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      data: { status: "refused", message: "the callback address is not https" },
    });
    expect(ended.stdout + ended.stderr).not.toContain("hidden");
  });
});

describe("klingmake sandbox", { timeout: 60_000 }, () => {
  it("does not start with a webhook secret that is none, and does not repeat it", async () => {
    const film = project(FILM, { KLING_WEBHOOK_SECRET: "hidden-secret" });
    const ended = await film.run(["sandbox"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("a webhook secret begins with whsec_");
    expect(ended.stderr).not.toContain("hidden-secret");
  });
});
