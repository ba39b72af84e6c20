/** What is seen between here and an account: which hosts are asked, with what, and which mistakes are found by trying. */
import { describe, expect, it, onTestFinished } from "vitest";
import { examine, type Examination } from "../../src/provider/kling/examine.js";
import { startSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";
import { answer, never, NOW, ok, quickClock, serve } from "./world.js";

const KEY = "key-0123456789";
const WRONG = { code: 1002, message: "The token was expected to have 3 parts" };

/** A vendor that takes these bearers and no other. */
function vendor(takes: (bearer: string) => boolean = (bearer) => bearer === KEY) {
  return serve(({ path, headers }, response) => {
    const bearer = (headers.authorization ?? "").replace(/^Bearer /, "");
    if (bearer === "") return answer(response, { code: 1001, message: "Authorization is empty" }, 401);
    if (!takes(bearer)) return answer(response, WRONG, 401);
    if (path.startsWith("/account/costs"))
      return ok(response, { code: 0, resource_pack_subscribe_infos: [] });
    if (path.startsWith("/account/billing")) return ok(response, { result: { detail: [] } });
    return ok(response, []);
  });
}

async function sandbox(options: SandboxOptions = {}) {
  const running = await startSandbox({ timeScale: 0, asVendor: true, ...options });
  onTestFinished(() => running.close());
  return running;
}

const nowhere = "http://127.0.0.1:9";
const look = (
  env: Readonly<Record<string, string>>,
  hosts: { readonly singapore: string; readonly beijing: string } = {
    singapore: nowhere,
    beijing: "http://127.0.0.1:10",
  },
  more: { readonly reaches?: boolean; readonly clock?: ReturnType<typeof quickClock> } = {},
): Promise<Examination> =>
  examine({ env, hosts, clock: quickClock(), reaches: true, callMs: 5000, ...more }, never);
const bearers = (seen: readonly { readonly headers: { readonly authorization?: string | undefined } }[]) =>
  seen.map(({ headers }) => headers.authorization ?? "");

describe("where nothing may be sent", () => {
  it("only the environment is looked at", async () => {
    const { url, seen } = await vendor();
    const found = await look({ KLING_API_KEY: KEY }, { singapore: url, beijing: url }, { reaches: false });
    expect(found).toMatchObject({ credentials: { kind: "api_key" }, hosts: [] });
    expect(seen).toEqual([]);
  });
});

describe("hosts", () => {
  it("of both regions are knocked at without credentials; only the one in use is asked with them", async () => {
    const [singapore, beijing] = [await vendor(), await vendor()];
    const found = await look({ KLING_API_KEY: KEY }, { singapore: singapore.url, beijing: beijing.url });
    expect(found.hosts.map(({ whose, inUse, knock }) => [whose, inUse, knock.kind])).toEqual([
      ["singapore", true, "vendor"],
      ["beijing", false, "vendor"],
    ]);
    expect(found.account?.packs).toEqual({ kind: "answered", value: [] });
    expect(bearers(beijing.seen)).toEqual([""]);
    expect(singapore.seen.map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`)).toEqual([
      "GET /account/costs",
      "GET /account/costs",
      "GET /tasks",
      expect.stringContaining("POST /account/billing/"),
      expect.stringContaining("POST /account/billing/"),
    ]);
  });

  it("that are gateways of the unified dialect are knocked at, and asked nothing with a key", async () => {
    const gateway = await vendor();
    const env = { KLING_API_KEY: KEY, KLING_BASE_URL: gateway.url, KLING_DIALECT: "unified" };
    const found = await look(env);
    expect(found).toMatchObject({ unified: true, hosts: [{ inUse: true }] });
    expect(found.account).toBeUndefined();
    expect(bearers(gateway.seen)).toEqual([""]);
  });

  it("of the vendor are left alone where a gateway is in use", async () => {
    const [gateway, singapore] = [await vendor(), await vendor()];
    const env = { KLING_API_KEY: KEY, KLING_BASE_URL: gateway.url };
    const found = await look(env, { singapore: singapore.url, beijing: singapore.url });
    expect(found.hosts).toMatchObject([{ whose: "local", inUse: true, knock: { kind: "vendor" } }]);
    expect(singapore.seen).toEqual([]);
  });

  it("that answer as a sandbox get no credentials", async () => {
    const { url } = await sandbox({ asVendor: false });
    const found = await look({ KLING_API_KEY: KEY, KLING_BASE_URL: url });
    expect(found.hosts[0]?.knock).toEqual({ kind: "sandbox" });
    expect(found.account).toBeUndefined();
  });

  it("that answer with a page are strangers", async () => {
    const { url } = await serve((_request, response) => answer(response, "<html>log in</html>", 511));
    const found = await look({ KLING_API_KEY: KEY, KLING_BASE_URL: url });
    expect(found.hosts[0]?.knock).toEqual({ kind: "stranger", status: 511 });
    expect(found.account?.packs).toMatchObject({ kind: "lost" });
  });

  it("that do not answer are silent, and nothing is asked", async () => {
    const found = await look({ KLING_API_KEY: KEY });
    expect(found.hosts.map(({ knock }) => knock.kind)).toEqual(["silent", "silent"]);
    expect(found).not.toHaveProperty("account");
    expect(found).not.toHaveProperty("sighting");
  });

  it("tell their time without credentials", async () => {
    const { url } = await sandbox({ now: () => NOW + 600_000 });
    const found = await look({ KLING_BASE_URL: url });
    expect(found.credentials).toEqual({ kind: "none" });
    expect(found.sighting).toEqual({ serverMs: NOW + 600_000, sentMs: NOW, receivedMs: NOW });
  });
});

describe("the environment", () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ["has nothing", {}, { credentials: { kind: "none" } }],
    ["has a key", { KLING_API_KEY: KEY }, { credentials: { kind: "api_key", idle: [] } }],
    [
      "has a key and a pair",
      { KLING_API_KEY: KEY, KLING_ACCESS_KEY: "a", KLING_SECRET_KEY: "s" },
      { credentials: { kind: "api_key", idle: ["KLING_ACCESS_KEY", "KLING_SECRET_KEY"] } },
    ],
    ["has a pair", { KLING_ACCESS_KEY: "a", KLING_SECRET_KEY: "s" }, { credentials: { kind: "key_pair" } }],
    ["has half a pair", { KLING_ACCESS_KEY: "a" }, { credentials: { kind: "unusable" } }],
    [
      "has the access key as API key",
      { KLING_API_KEY: "a", KLING_ACCESS_KEY: "a", KLING_SECRET_KEY: "s" },
      { credentials: { kind: "unusable", problem: { message: "KLING_API_KEY holds the access key" } } },
    ],
    ["has no usable address", { KLING_BASE_URL: "klingai.com" }, { address: { kind: "address" }, hosts: [] }],
    ["has no usable lip-sync", { KLING_LIP_SYNC: "new" }, { address: { kind: "address" } }],
  ])("%s", async (_what, env, found) => {
    expect(await look(env, undefined, { reaches: false })).toMatchObject(found);
  });
});

describe("credentials that are refused", () => {
  const jwtOf = (access: string) => (bearer: string) => {
    const claims = Buffer.from(bearer.split(".")[1] ?? "", "base64url").toString();
    return claims.includes(`"iss":"${access}"`);
  };

  it("are never sent to the other region", async () => {
    const [singapore, beijing] = [await vendor(() => false), await vendor()];
    const hosts = { singapore: singapore.url, beijing: beijing.url };
    const all: readonly Readonly<Record<string, string>>[] = [
      { KLING_API_KEY: KEY },
      { KLING_API_KEY: KEY, KLING_SECRET_KEY: "secret" },
      { KLING_ACCESS_KEY: "access", KLING_SECRET_KEY: "secret" },
    ];
    for (const env of all) expect((await look(env, hosts)).account?.mistake).toBeUndefined();
    expect(new Set(bearers(beijing.seen))).toEqual(new Set([""]));
  });

  it("and that are accepted the other way round are swapped", async () => {
    const { url, accessKey, secretKey } = await sandbox();
    const found = await look(
      { KLING_ACCESS_KEY: secretKey, KLING_SECRET_KEY: accessKey },
      { singapore: url, beijing: nowhere },
      { clock: { ...quickClock(), now: () => Date.now() } },
    );
    expect(found.account?.mistake).toEqual({ kind: "swapped" });
  });

  it("and that sign as an access key are one", async () => {
    const { url, accessKey, secretKey } = await sandbox();
    const found = await look(
      { KLING_API_KEY: accessKey, KLING_SECRET_KEY: secretKey },
      { singapore: url, beijing: nowhere },
      { clock: { ...quickClock(), now: () => Date.now() } },
    );
    expect(found.account?.mistake).toEqual({ kind: "access_key_as_api_key" });
  });

  it("in every way are just refused", async () => {
    const { url } = await sandbox();
    const found = await look(
      { KLING_ACCESS_KEY: "a", KLING_SECRET_KEY: "s" },
      { singapore: url, beijing: url },
    );
    expect(found.account).toEqual({
      packs: { kind: "refused", error: expect.objectContaining({ code: 1002 }) },
      newer: { kind: "refused", error: expect.objectContaining({ code: 1002 }) },
    });
  });

  it("by a gateway are tried nowhere else and in no other way", async () => {
    const [gateway, singapore] = [await vendor(() => false), await vendor()];
    const env = { KLING_ACCESS_KEY: "access", KLING_SECRET_KEY: "secret", KLING_BASE_URL: gateway.url };
    const found = await look(env, { singapore: singapore.url, beijing: singapore.url });
    expect(found.account?.mistake).toBeUndefined();
    expect(singapore.seen).toEqual([]);
    expect(bearers(gateway.seen).filter(jwtOf("secret"))).toEqual([]);
  });

  it("because of the account, or because the server fails, are not tried in other ways", async () => {
    for (const [status, code] of [
      [429, 1101],
      [500, 5000],
    ] as const) {
      const singapore = await serve((_request, response) =>
        answer(response, { code, message: "no" }, status),
      );
      const beijing = await vendor();
      const found = await look({ KLING_API_KEY: KEY }, { singapore: singapore.url, beijing: beijing.url });
      expect(found.account?.mistake).toBeUndefined();
      expect(bearers(beijing.seen)).toEqual([""]);
    }
  });
});

describe("an interrupted look", () => {
  it("rejects with the reason", async () => {
    const { url } = await vendor();
    const gone = AbortSignal.abort(new Error("enough"));
    const options = { env: { KLING_BASE_URL: url }, clock: quickClock(), reaches: true };
    await expect(examine(options, gone)).rejects.toThrow("enough");
  });
});
