/** Credentials and addresses from the environment: slips, fingerprints, tokens. */
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { accountAt, apiUrl, readBase } from "../../src/provider/kling/address.js";
import { readAccount, signer, type Environment } from "../../src/provider/kling/auth.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { builtIn, NOW, quickClock } from "./world.js";

const PAIR = { KLING_ACCESS_KEY: "AccessKey123", KLING_SECRET_KEY: "SecretKey456" };

describe("the environment", () => {
  it("gives an API key, which wins over a key pair", () => {
    expect(readAccount({ KLING_API_KEY: "api-key-1", ...PAIR })).toMatchObject({
      credentials: { kind: "api_key", key: "api-key-1" },
    });
    expect(readAccount(PAIR)).toMatchObject({ credentials: { kind: "key_pair" } });
  });

  it("names the account by a fingerprint of the credential that is sent, whatever stands beside it", () => {
    const pair = readAccount(PAIR);
    expect(pair).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) as string });
    const key = readAccount({ KLING_API_KEY: "api-key-1" });
    expect(readAccount({ KLING_API_KEY: "api-key-1", ...PAIR })).toMatchObject({
      fingerprint: "fingerprint" in key ? key.fingerprint : "",
    });
    expect(key).not.toMatchObject({ fingerprint: "fingerprint" in pair ? pair.fingerprint : "" });
  });

  it("names another account at another server, but not at one of this machine", () => {
    const at = (base: string) => accountAt(new URL(base), "0123456789ab");
    expect(at("https://api-singapore.klingai.com")).toBe("0123456789ab");
    expect(at("http://127.0.0.1:4123")).toBe("0123456789ab");
    const elsewhere = at("https://kling.example");
    expect(elsewhere).toMatch(/^[0-9a-f]{12}$/);
    expect(new Set([elsewhere, at("https://other.example"), "0123456789ab"]).size).toBe(3);
    expect(at("https://kling.example/path")).toBe(elsewhere);
  });

  const SLIPS: readonly (readonly [what: string, env: Environment, message: RegExp])[] = [
    ["nothing at all", {}, /no Kling credentials/],
    ["empty variables", { KLING_API_KEY: "", KLING_ACCESS_KEY: "" }, /no Kling credentials/],
    ["a line break", { KLING_API_KEY: "secret-text\n" }, /KLING_API_KEY begins or ends with white space/],
    ["a space in front", { ...PAIR, KLING_SECRET_KEY: " secret-text" }, /KLING_SECRET_KEY begins or ends/],
    ["quotation marks", { KLING_API_KEY: '"secret-text"' }, /quotation marks/],
    ["the word Bearer", { KLING_API_KEY: "Bearer secret-text" }, /begins with "Bearer"/],
    ["a whole line", { KLING_API_KEY: "KLING_API_KEY=secret-text" }, /whole assignment/],
    ["a placeholder", { KLING_API_KEY: "<your key>" }, /placeholder/],
    ["a variable that was not expanded", { KLING_API_KEY: "${SECRET}" }, /placeholder/],
    ["letters that no key has", { KLING_API_KEY: "secret-tëxt" }, /characters in it/],
    ["the access key as API key", { ...PAIR, KLING_API_KEY: PAIR.KLING_ACCESS_KEY }, /holds the access key/],
    ["the secret key as API key", { ...PAIR, KLING_API_KEY: PAIR.KLING_SECRET_KEY }, /holds the secret key/],
    ["a token as API key", { KLING_API_KEY: "eyJhbGci.eyJpc3Mi.c2lnbmF0dXJl" }, /signed token/],
    ["half a pair", { KLING_ACCESS_KEY: "secret-text" }, /KLING_SECRET_KEY is not/],
    ["the other half", { KLING_SECRET_KEY: "secret-text" }, /KLING_ACCESS_KEY is not/],
    ["twins", { KLING_ACCESS_KEY: "secret-text", KLING_SECRET_KEY: "secret-text" }, /are the same/],
  ];
  it.each(SLIPS)("with %s is refused with advice that shows no secret", (_what, env, message) => {
    const problem = readAccount(env);
    expect(problem).toMatchObject({ kind: "credentials", message: expect.stringMatching(message) as string });
    expect(JSON.stringify(problem)).not.toMatch(/secret-t|AccessKey123|SecretKey456|eyJ/);
  });
});

describe("a token", () => {
  const pair = { kind: "key_pair", accessKey: "AccessKey123", secretKey: "SecretKey456" } as const;
  const seconds = Math.floor(NOW / 1000);

  it("is HS256 with iss, exp and nbf, and nothing else", async () => {
    const token = await signer(pair, quickClock()).bearer();
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" });
    expect(decodeJwt(token)).toEqual({ iss: "AccessKey123", exp: seconds + 1800, nbf: seconds - 5 });
    await expect(
      jwtVerify(token, new TextEncoder().encode("SecretKey456"), { currentDate: new Date(NOW) }),
    ).resolves.toBeDefined();
  });

  it("is kept until less than 300 s are left", async () => {
    const clock = quickClock();
    const sign = signer(pair, clock);
    const first = await sign.bearer();
    clock.set(NOW + 1_500_000);
    expect(await sign.bearer()).toBe(first);
    clock.set(NOW + 1_501_000);
    const second = await sign.bearer();
    expect(decodeJwt(second).exp).toBe(seconds + 1501 + 1800);
  });

  it("is signed anew by the server's time", async () => {
    const sign = signer(pair, quickClock());
    await sign.bearer();
    expect(sign.renew(NOW - 3_600_000)).toBe(true);
    expect(decodeJwt(await sign.bearer()).nbf).toBe(seconds - 3600 - 5);
  });

  it("is not what an API key is sent as", async () => {
    const sign = signer({ kind: "api_key", key: "api-key-1" }, quickClock());
    expect(await sign.bearer()).toBe("api-key-1");
    expect(sign.renew(NOW)).toBe(false);
  });
});

describe("the base URL", () => {
  it.each([
    [undefined, "https://api-singapore.klingai.com/"],
    ["", "https://api-singapore.klingai.com/"],
    ["https://api-beijing.klingai.com/", "https://api-beijing.klingai.com/"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"],
    ["http://localhost:8080/", "http://localhost:8080/"],
    ["http://[::1]:8080", "http://[::1]:8080/"],
    ["https://gateway.example/kling/", "https://gateway.example/kling/"],
  ])("%j is %s", (text, href) => {
    expect(readBase(text)).toEqual(new URL(href));
  });

  it.each([
    ["http://api-singapore.klingai.com", /unprotected/],
    ["http://192.168.0.7:8080", /unprotected/],
    ["http://127.0.0.1.example.com", /unprotected/],
    ["ftp://127.0.0.1", /unprotected/],
    ["https://key@api-singapore.klingai.com", /credentials in it/],
    ["api-singapore.klingai.com", /not a URL/],
    [" https://api-singapore.klingai.com", /not a URL/],
    ["https://api-singapore.klingai.com/v1", /ends in \/v1/],
    ["https://api-singapore.klingai.com/?x=1", /query/],
  ])("%j is refused", (text, message) => {
    expect(readBase(text)).toMatchObject({
      kind: "address",
      message: expect.stringMatching(message) as string,
    });
  });

  it("takes paths after its own and lists with plain commas", () => {
    const base = new URL("https://gateway.example/kling/");
    expect(apiUrl(base, "/tasks", { task_ids: ["1", "a&b"] }).href).toBe(
      "https://gateway.example/kling/tasks?task_ids=1,a%26b",
    );
  });
});

describe("a route", () => {
  const readable = (route: object) => ("account" in route ? String(route.account) : "none");
  const common = { catalog: builtIn(), clock: quickClock() };
  it("is refused before anything is sent when address, credentials or realm are wrong", () => {
    const env = { KLING_API_KEY: "api-key-1" };
    const open = (more: object) => openKling({ ...common, env, realm: "kling", ...more });
    expect(open({ env: {} })).toMatchObject({ kind: "credentials" });
    expect(open({ env: { ...env, KLING_BASE_URL: "http://10.0.0.1" } })).toMatchObject({ kind: "address" });
    const pasted = open({ env: { ...env, KLING_BASE_URL: "user:hunter2@host?token=t0ken" } });
    expect(pasted).toMatchObject({ kind: "address" });
    expect(JSON.stringify(pasted)).not.toMatch(/hunter2|t0ken/);
    expect(open({ env: { ...env, KLING_BASE_URL: "https://kling.example" } })).toMatchObject({
      account: expect.not.stringContaining(readable(open({}))) as string,
    });
    expect(open({ realm: "sandbox" })).toMatchObject({
      kind: "address",
      message: expect.stringContaining("this machine") as string,
    });
    expect(open({ realm: "sandbox", baseUrl: "http://127.0.0.1:1" })).toMatchObject({
      route: "sandbox",
      loopback: true,
    });
    expect(open({})).toMatchObject({ route: "kling", loopback: false });
  });
});
