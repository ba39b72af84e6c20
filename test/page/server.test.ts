import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Film } from "../../src/page/film.js";
import { SERIES_END, seriesHeader, seriesPadding } from "../../src/store/series.js";
import { clip, digestOf, film, shot, step } from "./served-films.js";
import { ask, DOCUMENT, ground, movie, picture, raw, serve, TOKEN } from "./ground.js";

const GUARDS = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

const SIDECAR = JSON.stringify({ schema: "klingmake/sidecar", version: 1, step: "shots.010.clip" });

/** A page with a clip and a still in the store, and a sidecar in the project. */
async function opened() {
  const at = ground();
  const clipBytes = movie(5000);
  const stillBytes = picture();
  const sha256 = at.hold(clipBytes);
  const still = at.hold(stillBytes);
  at.write("renders/010.mp4.json", SIDECAR);
  const shown = film([
    shot("shots.010", [
      step("shots.010.clip", {
        media: clip(sha256),
        sidecar: "sidecar/shots.010.clip",
        output: "renders/010.mp4",
      }),
    ]),
    // Named as a clip, and a picture all the same.
    shot("images.mara", [step("images.mara", { media: clip(still) })]),
  ]);
  const page = await serve(at, () => shown);
  return { at, page, sha256, still, clipBytes, stillBytes, url: `media/${sha256}.mp4` };
}

describe("the page", () => {
  it("stands under an address that cannot be guessed, on loopback", async () => {
    const { page } = await opened();
    expect(page.url).toBe(`http://127.0.0.1:${page.port}/${TOKEN}/`);
  });

  it("is the document, with its policy and every guard, kept nowhere", async () => {
    const { page } = await opened();
    const answer = await ask(page, "");
    expect(answer).toMatchObject({ status: 200, body: Buffer.from(DOCUMENT.html) });
    expect(answer.headers).toMatchObject({
      ...GUARDS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
    });
  });

  it("sends its guards with every answer, refusals too", async () => {
    const { page, url } = await opened();
    const answers = [
      await ask(page, url),
      await ask(page, "sidecar/shots.010.clip"),
      await ask(page, "nothing"),
      await ask(page, "/"),
      await ask(page, "", { method: "POST" }),
      await ask(page, "", { headers: { host: "example.com" } }),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject(GUARDS);
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    }
  });

  it("is found without its last slash", async () => {
    const { page } = await opened();
    expect(await ask(page, `/${TOKEN}`)).toMatchObject({ status: 308, headers: { location: `/${TOKEN}/` } });
  });

  it("has answers to HEAD without a body", async () => {
    const { page, url, clipBytes } = await opened();
    for (const path of ["", "events", "sidecar/shots.010.clip", url]) {
      const answer = await ask(page, path, { method: "HEAD" });
      expect(answer, path).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    }
    expect((await ask(page, url, { method: "HEAD" })).headers).toMatchObject({
      "content-length": String(clipBytes.length),
      "content-type": "video/mp4",
    });
  });
});

describe("media", () => {
  it("are sent whole, with a type by content, to be kept for ever", async () => {
    const { page, url, sha256, clipBytes } = await opened();
    const answer = await ask(page, url);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(clipBytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      "content-type": "video/mp4",
      "accept-ranges": "bytes",
      etag: `"${sha256}"`,
      "cache-control": "private, max-age=31536000, immutable",
    });
  });

  it("have the type that they are, whatever the film calls them", async () => {
    const { page, still } = await opened();
    expect((await ask(page, `media/${still}.mp4`)).headers["content-type"]).toBe("image/png");
  });

  const SIZE = movie(5000).length;
  it.each([
    ["bytes=0-99", 206, [0, 99]],
    ["bytes=100-", 206, [100, SIZE - 1]],
    ["bytes=-7", 206, [SIZE - 7, SIZE - 1]],
    ["bytes=-999999", 206, [0, SIZE - 1]],
    [`bytes=10-${SIZE + 5}`, 206, [10, SIZE - 1]],
    ["BYTES=5-5", 206, [5, 5]],
    ["bytes=0-0", 206, [0, 0]],
    [`bytes=${SIZE}-`, 416, undefined],
    ["bytes=-0", 416, undefined],
    ["bytes=9-5", 200, undefined],
    ["bytes=0-1,5-6", 200, undefined],
    ["lines=0-5", 200, undefined],
    ["bytes=-", 200, undefined],
    ["bytes=a-b", 200, undefined],
    [`bytes=${"9".repeat(40)}-`, 200, undefined],
  ])("answer the range %s with %i", async (range, status, part) => {
    const { page, url, clipBytes } = await opened();
    const answer = await ask(page, url, { headers: { range } });
    expect(answer.status).toBe(status);
    if (part !== undefined) {
      const [start = 0, end = 0] = part;
      expect(answer.headers["content-range"]).toBe(`bytes ${start}-${end}/${SIZE}`);
      expect(answer.body.equals(clipBytes.subarray(start, end + 1))).toBe(true);
    }
    if (status === 416) expect(answer.headers["content-range"]).toBe(`bytes */${SIZE}`);
    if (status === 200) expect(answer.body.equals(clipBytes)).toBe(true);
  });

  it("have no ranges for HEAD", async () => {
    const { page, url } = await opened();
    const answer = await ask(page, url, { method: "HEAD", headers: { range: "bytes=0-9" } });
    expect(answer).toMatchObject({ status: 200, headers: { "content-length": String(SIZE) } });
  });

  it("are sent in part only to whoever has the rest of them", async () => {
    const { page, url, sha256 } = await opened();
    const headers = (tag: string) => ({ headers: { range: "bytes=0-9", "if-range": tag } });
    expect((await ask(page, url, headers(`"${sha256}"`))).status).toBe(206);
    expect((await ask(page, url, headers('"other"'))).status).toBe(200);
  });

  it.each([`"%"`, `W/"%"`, `"other", "%"`, "*"])("are not sent again to whoever has %s", async (tags) => {
    const { page, url, sha256 } = await opened();
    const headers = { "if-none-match": tags.replace("%", sha256) };
    expect(await ask(page, url, { headers })).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  it("are sent only while the film names them", async () => {
    const at = ground();
    const [here, elsewhere] = [at.hold(movie(1)), at.hold(movie(2))];
    let shown: Film = film([shot("shots.010", [step("shots.010.clip", { media: clip(here) })])]);
    const page = await serve(at, () => shown);
    const status = async (sha256: string) => (await ask(page, `media/${sha256}.mp4`)).status;
    expect([await status(here), await status(elsewhere)]).toEqual([200, 404]);
    shown = film([shot("shots.010", [step("shots.010.clip", { media: clip(elsewhere) })])]);
    page.changed();
    expect([await status(here), await status(elsewhere)]).toEqual([404, 200]);
  });

  it("are not there while the store lacks them, or has other bytes in their place", async () => {
    const at = ground();
    const bytes = movie(3);
    const [damaged, missing] = [at.hold(movie(4), "0".repeat(64)), digestOf(bytes)];
    const steps = [damaged, missing].map((sha256) => step(sha256, { media: clip(sha256) }));
    const page = await serve(at, () => film([shot("shots.010", steps)]));
    expect((await ask(page, `media/${damaged}.mp4`)).status).toBe(404);
    expect(existsSync(at.blob(damaged)), "looking puts nothing aside").toBe(true);
    expect((await ask(page, `media/${missing}.mp4`)).status).toBe(404);
    at.hold(bytes);
    expect((await ask(page, `media/${missing}.mp4`)).status).toBe(200);
  });

  it("are looked at again when their file is another one than before", async () => {
    const { at, page, url, sha256, clipBytes } = await opened();
    expect((await ask(page, url)).status).toBe(200);
    const spoilt = Buffer.from(clipBytes);
    spoilt[40] = 255 - (spoilt[40] ?? 0);
    writeFileSync(at.blob(sha256), spoilt);
    expect((await ask(page, url)).status).toBe(404);
  });

  it.each([
    ["what klingmake never makes", Buffer.from("<script>alert(1)</script>")],
    [
      "a series",
      Buffer.concat([seriesHeader(1, picture()), picture(), seriesPadding(picture().length), SERIES_END]),
    ],
  ])("are clips, pictures and sounds, and not %s", async (_, bytes) => {
    const at = ground();
    const sha256 = at.hold(bytes);
    const page = await serve(at, () => film([shot("shots.010", [step("a", { media: clip(sha256) })])]));
    expect((await ask(page, `media/${sha256}.mp4`)).status).toBe(404);
  });

  it("are not sent from a file that became another one after it was looked at", async () => {
    const at = ground();
    const sha256 = at.hold(movie(9));
    const held = await at.shelf.media(sha256);
    const shown = film([shot("shots.010", [step("a", { media: clip(sha256) })])]);
    const page = await serve(at, () => shown, { media: () => Promise.resolve(held) });
    expect((await ask(page, `media/${sha256}.mp4`)).status).toBe(200);
    at.hold(movie(10), sha256);
    expect((await ask(page, `media/${sha256}.mp4`)).status).toBe(404);
  });
});

describe("hostile requests", () => {
  it.each(["example.com", "127.0.0.1", "127.0.0.1:1", "localhost.example.com", "[::1]", "127.1", ""])(
    "under the host %s are refused",
    async (host) => {
      const { page } = await opened();
      const answer = await raw(
        page.port,
        `GET /${TOKEN}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).not.toContain("<title>");
    },
  );

  it.each(["127.0.0.1", "localhost", "[::1]"])("are those of others than %s", async (name) => {
    const { page } = await opened();
    expect((await ask(page, "", { headers: { host: `${name}:${page.port}` } })).status).toBe(200);
  });

  it("with two hosts or none are refused", async () => {
    const { page } = await opened();
    const own = `Host: 127.0.0.1:${page.port}\r\n`;
    const end = "Connection: close\r\n\r\n";
    const two = await raw(page.port, `GET /${TOKEN}/ HTTP/1.1\r\n${own}Host: example.com\r\n${end}`);
    expect(two).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(await raw(page.port, `GET /${TOKEN}/ HTTP/1.1\r\n${end}`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(page.port, `GET /${TOKEN}/ HTTP/1.0\r\n${end}`)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it.each([
    [{ origin: "https://example.com" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://127.0.0.1:1" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
  ] as const)("of a page with %o get %i", async (headers, status) => {
    const { page, url } = await opened();
    for (const path of ["", url]) expect((await ask(page, path, { headers })).status).toBe(status);
  });

  it("of the page itself may say so", async () => {
    const { page } = await opened();
    expect((await ask(page, "", { headers: { origin: `http://127.0.0.1:${page.port}` } })).status).toBe(200);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])(
    "by %s are refused",
    async (method) => {
      const { page, url } = await opened();
      for (const path of ["", "events", url]) {
        expect(await ask(page, path, { method })).toMatchObject({
          status: 405,
          headers: { allow: "GET, HEAD" },
        });
      }
    },
  );

  it.each([
    "/",
    "/events",
    "/favicon.ico",
    "/t0ken-_Aa1234567890abcdeF/",
    "/t0ken-_Aa1234567890abcde/",
    "//events",
    `//${TOKEN}/`,
    "/%74oken/",
    `/${TOKEN}%2f`,
  ])("without the token find nothing at %s", async (path) => {
    const { page } = await opened();
    const answer = await ask(page, path);
    expect(answer.status).toBe(404);
    expect(answer.body.toString()).not.toContain(TOKEN);
  });

  it.each([
    "..",
    "../",
    "media/",
    "media",
    "sidecar/",
    "sidecar/shots.020.clip",
    "sidecar/../renders/010.mp4",
    "sidecar/..%2f..%2fkling.manifest.yaml",
    "sidecar/shots.010.clip%00",
    "sidecar/shots.010.clip/",
    "sidecar//shots.010.clip",
    "./sidecar/shots.010.clip",
    "%2e%2e/%2e%2e/etc/passwd",
    "media/..%5c..%5cetc",
    "media/%00",
    "constructor",
    "__proto__",
    "renders/010.mp4.json",
    `media/${"0".repeat(64)}.mp4`,
  ])("for %s find nothing", async (path) => {
    const { page } = await opened();
    expect((await ask(page, path)).status).toBe(404);
  });

  it("for an address of another server, or for none, are refused", async () => {
    const { page } = await opened();
    const own = `Host: 127.0.0.1:${page.port}\r\nConnection: close\r\n\r\n`;
    for (const target of ["http://example.com/", `http://127.0.0.1:${page.port}/${TOKEN}/`, "*", "x"]) {
      expect(await raw(page.port, `GET ${target} HTTP/1.1\r\n${own}`)).toMatch(/^HTTP\/1\.1 40[04] /);
    }
    expect(await raw(page.port, `CONNECT example.com:443 HTTP/1.1\r\n${own}`)).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it("with raw control characters in their address are refused", async () => {
    const { page } = await opened();
    const own = `Host: 127.0.0.1:${page.port}\r\nConnection: close\r\n\r\n`;
    for (const character of ["\u0000", "\u0001", "\u007f"])
      expect(await raw(page.port, `GET /${TOKEN}/${character} HTTP/1.1\r\n${own}`)).toMatch(
        /^HTTP\/1\.1 40[04] /,
      );
  });

  it("that are too long are refused", async () => {
    const { page } = await opened();
    expect((await ask(page, "x".repeat(2000))).status).toBe(414);
    const own = `Host: 127.0.0.1:${page.port}\r\nConnection: close\r\n`;
    const huge = `X-Huge: ${"x".repeat(20_000)}\r\n`;
    expect(await raw(page.port, `GET /${TOKEN}/ HTTP/1.1\r\n${own}${huge}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("may have a query, which means nothing", async () => {
    const { page, url } = await opened();
    expect((await ask(page, `${url}?download=/etc/passwd`)).status).toBe(200);
  });
});

describe("closing", () => {
  it("ends every connection at once", async () => {
    const { page } = await opened();
    const own = `Host: 127.0.0.1:${page.port}\r\n\r\n`;
    const open = raw(page.port, `GET /${TOKEN}/events HTTP/1.1\r\n${own}`);
    const idle = raw(page.port, `GET /${TOKEN}/ HTTP/1.1\r\n${own}`);
    await ask(page, "");
    await page.close();
    expect(await open).toContain("event: news");
    await idle;
    await expect(ask(page, "")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("is needed once per port: a port that is taken is an error of the system", async () => {
    const { page, at } = await opened();
    await expect(serve(at, () => undefined, { port: page.port })).rejects.toThrow(/EADDRINUSE/);
  });
});
