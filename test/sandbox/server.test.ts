import { createHash } from "node:crypto";
import { request } from "node:http";

import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";

import { clipBody, open, pngHeader, resultUrl, until } from "./client.js";

const CLIP = "/text-to-video/kling-3.0";
const LEGACY = "/v1/videos/text2video";
const IMAGES = "/v1/images/generations";
const legacyBody = (external_task_id?: string, more: Record<string, unknown> = {}) => ({
  model_name: "kling-v3",
  prompt: "a boat",
  ...(external_task_id === undefined ? {} : { external_task_id }),
  ...more,
});
const imageBody = (n: number, external_task_id?: string) => ({ ...legacyBody(external_task_id), n });

describe("the envelope", () => {
  it("carries code, message, request_id and data, and announces the sandbox", async () => {
    const { sandbox } = await open();
    const response = await fetch(`${sandbox.url}/tasks?task_ids=1`, {
      headers: { authorization: "Bearer sandbox-key" },
    });
    expect(await response.json()).toEqual({
      code: 0,
      message: "SUCCEED",
      request_id: expect.any(String),
      data: [],
    });
    expect(response.headers.get("x-klingmake-sandbox")).toBe("1");
  });

  it("drops the announcement when started as vendor", async () => {
    const { ask } = await open({ asVendor: true });
    expect((await ask("GET", "/tasks?task_ids=1")).headers.get("x-klingmake-sandbox")).toBeNull();
  });

  it.each([
    ["POST", "/text-to-video/kling-9", 404, 1203],
    ["POST", "/text-to-video/kling-o1", 404, 1203],
    ["POST", "/v1/videos/generations", 404, 1203],
    ["GET", "/text-to-video/kling-3.0", 404, 1202],
    ["DELETE", "/tasks", 404, 1202],
    ["PUT", LEGACY, 404, 1202],
  ])("%s %s is HTTP %i with code %i", async (method, path, status, code) => {
    const { ask } = await open();
    expect(await ask(method, path)).toMatchObject({ status, code });
  });

  it.each(["{", "[]", '"x"', "null"])("refuses the body %s with 1200", async (body) => {
    const { ask } = await open();
    expect(await ask("POST", CLIP, body)).toMatchObject({ status: 400, code: 1200 });
  });

  it("refuses a Host that is not loopback", async () => {
    const { sandbox } = await open();
    const status = await new Promise((resolve) => {
      const port = new URL(sandbox.url).port;
      const sent = request({ port, host: "127.0.0.1", headers: { host: "evil.example" } }, (r) =>
        resolve(r.statusCode),
      );
      sent.end();
    });
    expect(status).toBe(403);
  });
});

describe("credentials", () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const jwt = (claims: Record<string, unknown>, secret = "sandbox-secret") =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(new TextEncoder().encode(secret));
  const good = () => ({ iss: "sandbox-access", exp: seconds() + 1800, nbf: seconds() - 5 });

  it("an API key passes both generations", async () => {
    const { ask } = await open();
    expect((await ask("GET", "/tasks?task_ids=1")).code).toBe(0);
    expect((await ask("GET", LEGACY)).code).toBe(0);
  });

  it("a JWT passes legacy and account paths", async () => {
    const { ask } = await open();
    expect((await ask("GET", LEGACY, undefined, await jwt(good()))).code).toBe(0);
    expect(
      (await ask("GET", "/account/costs?start_time=1&end_time=2", undefined, await jwt(good()))).code,
    ).toBe(0);
  });

  it("a JWT is refused by the new generation, by name", async () => {
    const { ask } = await open();
    const reply = await ask("POST", CLIP, clipBody(), await jwt(good()));
    expect(reply).toMatchObject({
      status: 401,
      code: 1002,
      message: expect.stringContaining("not supported"),
    });
  });

  it.each([
    ["an expired token", () => jwt({ ...good(), exp: seconds() - 10 }), 1004],
    ["a token from the future", () => jwt({ ...good(), nbf: seconds() + 100 }), 1003],
    ["a token of another issuer", () => jwt({ ...good(), iss: "someone" }), 1002],
    ["a token with another secret", () => jwt(good(), "guess"), 1002],
    ["a token that never expires", () => jwt({ iss: "sandbox-access" }), 1002],
    ["the access key itself", () => "sandbox-access", 1002],
    ["garbage with three parts", () => "a.b.c", 1002],
    ["nothing", () => null, 1001],
  ])("%s is refused with its code", async (_what, token, code) => {
    const { ask } = await open();
    expect(await ask("GET", LEGACY, undefined, await token())).toMatchObject({ status: 401, code });
  });

  it.each([
    "/v1/audio/tts",
    "/v1/videos/identify-face",
    "/v1/videos/advanced-lip-sync",
    "/v1/videos/video-extend",
  ])("%s takes both kinds, and writes down who had none", async (path) => {
    const { ask } = await open();
    for (const token of ["sandbox-key", await jwt(good())]) {
      expect(await ask("POST", path, {}, token)).toMatchObject({ status: 400, code: 1201 });
    }
    expect(await ask("POST", path, {}, null)).toMatchObject({ status: 401, code: 1001 });
    expect((await ask("GET", "/sandbox/ledger")).data).toMatchObject([
      { path, outcome: "refused", code: 1201 },
      { path, outcome: "refused", code: 1201 },
      { path, outcome: "refused", code: 1001 },
    ]);
  });

  it("another key can be asked for", async () => {
    const { ask, sandbox } = await open({ apiKeys: ["mine"] });
    expect(sandbox.apiKey).toBe("mine");
    expect((await ask("GET", "/tasks?task_ids=1")).code).toBe(0);
    expect((await ask("GET", "/tasks?task_ids=1", undefined, "sandbox-key")).code).toBe(1002);
  });
});

describe("the life of a task", () => {
  it("goes on by itself until it has a result and a bill", async () => {
    const { ask } = await open({ timeScale: 0.004 });
    const created = await ask("POST", CLIP, clipBody("a boat", "x"));
    expect(created.data).toMatchObject({
      id: expect.stringMatching(/^\d{18}$/),
      status: "submitted",
      external_id: "x",
    });
    const seen = new Set<string>();
    const done = await until(
      () => ask("GET", `/tasks?task_ids=${created.data.id}`),
      ({ data }) => seen.add(data[0]?.status ?? "").has("succeeded"),
    );
    expect(["submitted", "processing", "succeeded"]).toEqual(expect.arrayContaining([...seen]));
    expect(done.data[0]).toMatchObject({
      message: "",
      external_id: "x",
      create_time: created.data.create_time,
      outputs: [
        { type: "video", id: expect.any(String), url: expect.any(String), watermark_url: "", duration: "5" },
      ],
      billing: [{ charge_type: "unit", amount: "3", package_type: "video" }],
    });
  });

  it("speaks the legacy words on legacy paths, and succeed instead of succeeded", async () => {
    const { ask } = await open();
    const created = await ask("POST", LEGACY, legacyBody("y", { duration: "10" }));
    expect(created.data).toMatchObject({ task_status: "submitted", task_info: { external_task_id: "y" } });
    expect((await ask("GET", `${LEGACY}/y`)).data).toMatchObject({
      task_id: created.data.task_id,
      task_status: "succeed",
      task_status_msg: "",
      final_unit_deduction: "6",
      task_result: { videos: [{ id: expect.any(String), url: expect.any(String), duration: "10" }] },
    });
  });

  it("numbers several stills", async () => {
    const { ask } = await open();
    await ask("POST", IMAGES, imageBody(3, "z"));
    const { data } = await ask("GET", `${IMAGES}/z`);
    expect(data.task_result.images.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
    expect(data.final_unit_deduction).toBe("24");
  });
});

describe("queries", () => {
  it("the new generation finds by task id and by external id, and leaves out what it does not know", async () => {
    const { ask } = await open();
    const a = (await ask("POST", CLIP, clipBody("a", "ext-a"))).data.id;
    const b = (await ask("POST", CLIP, clipBody("b", "ext-b"))).data.id;
    const ids = async (query: string) =>
      (await ask("GET", `/tasks?${query}`)).data.map(({ id }: { id: string }) => id);
    expect(await ids(`task_ids=${a},${b},123`)).toEqual([a, b]);
    expect(await ids("external_task_ids=ext-b,nobody")).toEqual([b]);
    expect(await ids("external_task_ids=nobody")).toEqual([]);
  });

  it("the new generation finds legacy tasks by task id, in its own words", async () => {
    const { ask } = await open();
    const id = (await ask("POST", IMAGES, imageBody(1, "pic"))).data.task_id;
    expect((await ask("GET", `/tasks?task_ids=${id}`)).data).toMatchObject([
      { id, status: "succeeded", outputs: [{ type: "image" }] },
    ]);
    expect((await ask("GET", "/tasks?external_task_ids=pic")).data).toEqual([]);
  });

  it.each([
    ["both kinds of id", "task_ids=1&external_task_ids=2"],
    ["no id", ""],
    ["21 ids", `task_ids=${Array.from({ length: 21 }, (_, i) => i).join(",")}`],
  ])("%s in one query is 1201", async (_what, query) => {
    const { ask } = await open();
    expect(await ask("GET", `/tasks?${query}`)).toMatchObject({ status: 400, code: 1201 });
  });

  it("a legacy miss is HTTP 400 with 1201, also for another product's task", async () => {
    const { ask } = await open();
    await ask("POST", IMAGES, imageBody(1, "pic"));
    for (const path of [`${LEGACY}/nobody`, `${LEGACY}/pic`]) {
      expect(await ask("GET", path)).toMatchObject({
        status: 400,
        code: 1201,
        message: expect.stringContaining("not found"),
      });
    }
  });

  it("a legacy list is paged, newest first", async () => {
    const { ask } = await open();
    const made: string[] = [];
    for (let i = 0; i < 3; i++) made.unshift((await ask("POST", LEGACY, legacyBody())).data.task_id);
    const page = async (query: string) =>
      (await ask("GET", `${LEGACY}?${query}`)).data.map((task: { task_id: string }) => task.task_id);
    expect([...(await page("pageNum=1&pageSize=2")), ...(await page("pageNum=2&pageSize=2"))]).toEqual(made);
    expect((await ask("GET", `${LEGACY}?pageSize=501`)).code).toBe(1201);
  });

  it("the new list filters and continues from its cursor", async () => {
    const { ask } = await open();
    for (const prompt of ["a", "b", "c [sandbox:fail]"]) await ask("POST", CLIP, clipBody(prompt));
    await ask("POST", IMAGES, imageBody(1));
    const filter = (key: string, ...values: string[]) => ({ filters: [{ key, values }] });
    expect((await ask("POST", "/tasks", {})).data).toMatchObject({ count: 4, has_more: false });
    expect((await ask("POST", "/tasks", filter("status", "failed"))).data.count).toBe(1);
    expect((await ask("POST", "/tasks", filter("product_type", "image"))).data.count).toBe(1);
    expect((await ask("POST", "/tasks", filter("status", "done"))).code).toBe(1201);
    expect((await ask("POST", "/tasks", { start_time: "1", end_time: 2 })).data.count).toBe(0);
    const first = (await ask("POST", "/tasks", { limit: 3 })).data;
    expect(first).toMatchObject({ count: 3, has_more: true });
    const rest = (await ask("POST", "/tasks", { limit: 3, cursor: first.next_cursor })).data;
    expect(rest).toMatchObject({ count: 1, has_more: false });
    const ids = [...first.result, ...rest.result].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  it("tells the packs, with what was used", async () => {
    const { ask } = await open({ concurrency: 3 });
    await ask("POST", CLIP, clipBody());
    const { data } = await ask("GET", "/account/costs?start_time=1&end_time=2");
    expect(data.code).toBe(0);
    expect(data.resource_pack_subscribe_infos).toMatchObject([
      { resource_pack_name: expect.stringContaining("3Con"), remaining_quantity: 9997, status: "online" },
      { resource_pack_name: expect.stringContaining("9Con"), remaining_quantity: 100_000 },
    ]);
    expect((await ask("GET", "/account/costs")).code).toBe(1201);
  });
});

describe("references", () => {
  it("are unique across the account: both generations, all products, failed originals", async () => {
    const { ask } = await open();
    await ask("POST", CLIP, clipBody("a [sandbox:fail]", "once"));
    for (const [path, body] of [
      [CLIP, clipBody("another", "once")],
      [LEGACY, legacyBody("once")],
      [IMAGES, imageBody(1, "once")],
    ] as const) {
      const reply = await ask("POST", path, body);
      expect(reply).toMatchObject({
        status: 400,
        code: 1201,
        message: "External_task_id once already exists",
      });
    }
    expect((await ask("POST", "/tasks", {})).data.count).toBe(1);
  });

  it("are in the ledger with what became of each request", async () => {
    const { ask } = await open();
    const { id } = (await ask("POST", CLIP, clipBody("a", "r"))).data;
    await ask("POST", CLIP, clipBody("a", "r"));
    await ask("POST", CLIP, { ...clipBody("a", "s"), seed: 1 });
    await ask("POST", CLIP, clipBody("a", "t"), "wrong");
    expect((await ask("GET", "/sandbox/ledger", undefined, null)).data).toMatchObject([
      { path: CLIP, external_task_id: "r", outcome: "accepted", task_id: id, code: 0 },
      { external_task_id: "r", outcome: "duplicate", task_id: id, code: 1201 },
      { external_task_id: "s", outcome: "refused", task_id: null, code: 1201 },
      { external_task_id: "t", outcome: "refused", code: 1002 },
    ]);
  });
});

describe("concurrency", () => {
  it("is counted per model version over both generations and refused with 1303, without a task", async () => {
    const { ask } = await open({ timeScale: 1, concurrency: 2 });
    expect((await ask("POST", CLIP, clipBody("a"))).code).toBe(0);
    expect((await ask("POST", LEGACY, legacyBody())).code).toBe(0);
    const refused = await ask("POST", CLIP, clipBody("c", "c"));
    expect(refused).toMatchObject({ status: 429, code: 1303 });
    expect(refused.data).toBeUndefined();
    expect((await ask("GET", "/tasks?external_task_ids=c")).data).toEqual([]);
    expect((await ask("POST", "/text-to-video/kling-2.6", { prompt: "another model" })).code).toBe(0);
  });

  it("counts the pictures of an image task", async () => {
    const { ask } = await open({ timeScale: 1 });
    expect((await ask("POST", IMAGES, imageBody(5))).code).toBe(0);
    expect((await ask("POST", IMAGES, imageBody(5))).code).toBe(1303);
    expect((await ask("POST", IMAGES, imageBody(4))).code).toBe(0);
  });

  it("is freed when the task ends", async () => {
    const { ask } = await open({ timeScale: 0.0005, concurrency: 1 });
    await ask("POST", CLIP, clipBody("a"));
    const freed = await until(
      () => ask("POST", CLIP, clipBody("b")),
      ({ code }) => code === 0,
    );
    expect(freed.status).toBe(200);
  });

  it("limits the rate only when asked to", async () => {
    const { ask } = await open({ requestsPerSecond: 2 });
    const codes = await Promise.all([1, 2, 3].map(async () => (await ask("GET", "/tasks?task_ids=1")).code));
    expect(codes.filter((code) => code === 1302)).toHaveLength(1);
  });
});

describe("results", () => {
  const clipUrl = async (options: Parameters<typeof open>[0] = {}, prompt = "a boat") => {
    const { ask } = await open(options);
    const { id } = (await ask("POST", CLIP, { prompt, settings: { duration: 3 } })).data;
    return { url: resultUrl(await ask("GET", `/tasks?task_ids=${id}`)), ask, id };
  };
  const sha = (bytes: ArrayBuffer) => createHash("sha256").update(Buffer.from(bytes)).digest("hex");

  it("come with length, type and an ETag that is their digest, and no credentials are needed", async () => {
    const { url } = await clipUrl();
    const response = await fetch(url);
    const bytes = await response.arrayBuffer();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("video/mp4");
    expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
    expect(response.headers.get("etag")).toBe(`"${sha(bytes)}"`);
    expect(Buffer.from(bytes).toString("latin1", 4, 8)).toBe("ftyp");
    const head = await fetch(url, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(bytes.byteLength));
  });

  it("are the same bytes for equal requests to different sandboxes", async () => {
    const [a, b] = await Promise.all([clipUrl(), clipUrl()]);
    expect(sha(await (await fetch(a.url)).arrayBuffer())).toBe(sha(await (await fetch(b.url)).arrayBuffer()));
  });

  it("are served in ranges", async () => {
    const { url } = await clipUrl();
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    const range = async (header: string, more: Record<string, string> = {}) => {
      const response = await fetch(url, { headers: { range: header, ...more } });
      return {
        status: response.status,
        at: response.headers.get("content-range"),
        body: Buffer.from(await response.arrayBuffer()),
      };
    };
    const middle = await range("bytes=100-199");
    expect(middle).toMatchObject({ status: 206, at: `bytes 100-199/${whole.length}` });
    expect(middle.body.equals(whole.subarray(100, 200))).toBe(true);
    expect((await range(`bytes=${whole.length - 5}-`)).body.equals(whole.subarray(-5))).toBe(true);
    expect((await range("bytes=-7")).body.equals(whole.subarray(-7))).toBe(true);
    expect((await range(`bytes=${whole.length}-`)).status).toBe(416);
    expect((await range("bytes=0-9", { "if-range": '"another"' })).status).toBe(200);
  });

  it.each([
    ["a changed signature", (url: string) => url.replace(/Signature=.{5}/, "Signature=AAAAA")],
    ["a later expiry", (url: string) => url.replace(/Expires=\d/, "Expires=9")],
    ["no signature", (url: string) => url.replace(/\?.*/, "")],
    ["another result", (url: string) => url.replace("/0.mp4", "/1.mp4")],
  ])("with %s are forbidden", async (_what, change) => {
    const { url } = await clipUrl();
    expect((await fetch(change(url))).status).toBe(403);
  });

  it("are gone when their time is over", async () => {
    const { url } = await clipUrl({ urlSeconds: -1 });
    expect((await fetch(url)).status).toBe(403);
  });

  it("of image tasks are PNGs of the asked size", async () => {
    const { ask } = await open();
    await ask("POST", IMAGES, { ...imageBody(2, "p"), aspect_ratio: "1:1" });
    const { images } = (await ask("GET", `${IMAGES}/p`)).data.task_result;
    const [one, two] = await Promise.all(
      images.map(async ({ url }: { url: string }) => Buffer.from(await (await fetch(url)).arrayBuffer())),
    );
    expect([one?.readUInt32BE(16), one?.readUInt32BE(20)]).toEqual([1024, 1024]);
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
  });

  it("can be used as a first frame by address, and decide the aspect ratio", async () => {
    const { ask } = await open();
    await ask("POST", IMAGES, { ...imageBody(1, "p"), aspect_ratio: "9:16" });
    const still = resultUrl(await ask("GET", `${IMAGES}/p`));
    const contents = [
      { type: "prompt", text: "x" },
      { type: "first_frame", url: still },
    ];
    const { id } = (await ask("POST", "/image-to-video/kling-3.0", { contents, settings: { duration: 3 } }))
      .data;
    const url = resultUrl(await ask("GET", `/tasks?task_ids=${id}`));
    const clip = Buffer.from(await (await fetch(url)).arrayBuffer());
    const header = clip.indexOf("tkhd") + 4;
    expect([clip.readUInt32BE(header + 76) >>> 16, clip.readUInt32BE(header + 80) >>> 16]).toEqual([
      720, 1280,
    ]);
  });

  it("differ when only the picture they were made from differs", async () => {
    const { ask } = await open();
    const digest = async (padding: number) => {
      const contents = [
        { type: "prompt", text: "x" },
        { type: "first_frame", url: pngHeader(960, 540, padding) },
      ];
      const { id } = (await ask("POST", "/image-to-video/kling-3.0", { contents, settings: { duration: 3 } }))
        .data;
      const url = resultUrl(await ask("GET", `/tasks?task_ids=${id}`));
      return sha(await (await fetch(url)).arrayBuffer());
    };
    expect(await digest(1)).not.toBe(await digest(2));
  });
});
