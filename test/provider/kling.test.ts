/** The adapter against a server whose answers each test writes: what is asked, what is believed, what is never said. */
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { CacheKey } from "../../src/graph/key.js";
import type { Action } from "../../src/graph/actions.js";
import { clientReference } from "../../src/plan/approval.js";
import { WrongServer, type Address, type Submission } from "../../src/provider/provider.js";
import { answer, memorySink, never, NOW, ok, reference, route, serve, taskId } from "./world.js";

const clip = (model: string, more = {}): Action => ({
  kind: "text_to_video",
  model,
  mode: "std",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a boat",
  ...more,
});
const submission = (action: Action, materials: Submission["materials"] = new Map()): Submission => ({
  reference,
  action,
  materials,
});
const NEW: Address = { dialect: "new", product: "/text-to-video/kling-3.0" };
const V1: Address = { dialect: "legacy", product: "/v1/videos/text2video" };
const PAIR = { env: { KLING_ACCESS_KEY: "AccessKey123", KLING_SECRET_KEY: "SecretKey456" } };
const bearer = (headers: { readonly authorization?: string }) => (headers.authorization ?? "").slice(7);

describe("a create", () => {
  it("is one POST with the key as bearer, and its task id is text", async () => {
    const { url, seen } = await serve((_, response) =>
      answer(
        response,
        '{"code":0,"message":"SUCCEED","data":{"id":876543210987654321,"status":"submitted"}}',
      ),
    );
    const given = await route(`${url}/`).submit(submission(clip("kling-3.0")), never);
    expect(given).toEqual({ kind: "accepted", task: "876543210987654321" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: "POST",
      path: "/text-to-video/kling-3.0",
      headers: { authorization: "Bearer key-0123456789", "content-type": "application/json" },
    });
    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ options: { external_task_id: reference } });
  });

  it("names the address to call back, whatever a server says of that is not repeated, and small calls do not", async () => {
    const callback = "https://hooks.example.com/CanaryPath01234?key=CanaryKey0123456";
    const { url, seen } = await serve((request, response) =>
      request.path.includes("identify")
        ? ok(response, {})
        : answer(response, { code: 1201, message: `cannot call ${callback} at /CanaryPath01234` }, 400),
    );
    const provider = route(url, { callback });
    const given = await provider.submit(submission(clip("kling-3.0")), never);
    expect(given).toMatchObject({ kind: "refused" });
    expect(JSON.stringify(given)).not.toContain("Canary");
    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ options: { callback_url: callback } });
    await provider.call({ kind: "identify_face", source: { kind: "result", id: "9", url: "" } }, never);
    expect(seen[1]?.body).not.toContain("callback");
  });

  it("carries bytes as bare base64 and URLs as they are", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { task_id: "1" }));
    const file = { kind: "file", path: "a.png" } as const;
    const pool = new Uint8Array([9, 1, 2, 3, 9]);
    const action: Action = {
      kind: "image_to_video",
      model: "kling-v3",
      mode: "pro",
      duration: 5,
      image: file,
      end_image: file,
    };
    const materials: Submission["materials"] = new Map([
      ["image", { kind: "bytes", type: "image/png", read: () => Promise.resolve(pool.subarray(1, 4)) }],
      ["end_image", { kind: "url", url: "https://example.com/b.png" }],
    ]);
    await route(url).submit(submission(action, materials), never);
    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({
      image: "AQID",
      image_tail: "https://example.com/b.png",
    });
  });

  it.each([
    [
      "exists",
      400,
      { code: 1201, message: `External_task_id ${reference} already exists` },
      { kind: "exists" },
    ],
    ["refused", 429, { code: 1303, message: "parallel task over resource pack limit" }, { kind: "refused" }],
    ["lost", 500, { code: 5000, message: "internal" }, { kind: "lost" }],
    ["lost without an id", 200, { code: 0, data: {} }, { kind: "lost" }],
    ["lost behind a page", 502, "<html>bad gateway</html>", { kind: "lost" }],
  ])("is %s by the answer, after one POST", async (_what, status, body, expected) => {
    const { url, seen } = await serve((_, response) => answer(response, body, status));
    expect(await route(url).submit(submission(clip("kling-3.0")), never)).toMatchObject(expected);
    expect(seen).toHaveLength(1);
  });

  it("of a kind that is not rendered throws before anything is sent", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { id: "1" }));
    const frame: Action = { kind: "frame", which: "last", source: { kind: "file", path: "a.mp4" } };
    const provider = route(url);
    expect(() => provider.address(frame)).toThrow(/frame/);
    await expect(provider.submit(submission(frame), never)).rejects.toThrow(/frame/);
    expect(seen).toHaveLength(0);
  });
});

describe("a key pair", () => {
  it("signs for /v1", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { task_id: "1" }));
    await route(url, PAIR).submit(submission(clip("kling-v2-6")), never);
    expect(decodeJwt(bearer(seen[0]?.headers ?? {}))).toMatchObject({ iss: "AccessKey123" });
    expect(seen[0]?.headers.authorization).not.toContain("SecretKey456");
  });

  it("is never sent to the new dialect: the advice names the older model", async () => {
    const { url, seen } = await serve((_, response) => ok(response, []));
    const provider = route(url, PAIR);
    expect(await provider.submit(submission(clip("kling-2.6")), never)).toMatchObject({
      kind: "refused",
      error: { class: "credentials", message: expect.stringMatching(/KLING_API_KEY.*kling-v2-6/) as string },
    });
    expect(await provider.submit(submission(clip("kling-3.0-turbo")), never)).toMatchObject({
      error: { message: expect.not.stringContaining("older name") as string },
    });
    expect((await provider.find([{ reference, address: NEW }], never))[0]).toMatchObject({ kind: "failed" });
    expect(await provider.look([{ task: taskId("1"), address: NEW }], never)).toMatchObject([
      { kind: "failed" },
    ]);
    expect(seen).toHaveLength(0);
  });

  it.each([1003, 1004])("signs anew once after %i, by the server's clock", async (code) => {
    const date = new Date(NOW - 7_200_000).toUTCString();
    const { url, seen } = await serve((_, response, count) =>
      count === 1
        ? answer(response, { code, message: "token" }, 401, { date })
        : ok(response, { task_id: "1" }),
    );
    expect(await route(url, PAIR).submit(submission(clip("kling-v2-6")), never)).toMatchObject({
      kind: "accepted",
    });
    expect(seen).toHaveLength(2);
    expect(decodeJwt(bearer(seen[1]?.headers ?? {})).nbf).toBe((NOW - 7_200_000) / 1000 - 5);
  });

  it("is refused when a fresh token does not help either", async () => {
    const { url, seen } = await serve((_, response) => answer(response, { code: 1004, message: "" }, 401));
    expect(await route(url, PAIR).submit(submission(clip("kling-v2-6")), never)).toMatchObject({
      kind: "refused",
      error: { code: 1004, class: "credentials" },
    });
    expect(seen).toHaveLength(2);
  });
});

describe("looking", () => {
  const known = (id: string, more = {}) => ({ id, status: "processing", external_id: reference, ...more });
  const look = (ids: readonly string[], address = NEW) => ids.map((id) => ({ task: taskId(id), address }));

  it("asks for twenty ids at a time and answers in the order asked", async () => {
    const { url, seen } = await serve((request, response) => {
      const ids = new URL(request.path, "http://x").searchParams.get("task_ids")?.split(",") ?? [];
      ok(
        response,
        ids
          .filter((id) => id !== "t13")
          .map((id) => known(id))
          .toReversed(),
      );
    });
    const ids = Array.from({ length: 45 }, (_, index) => `t${index}`);
    const answers = await route(url).look(look([...ids, "t3"]), never);
    expect(seen.map(({ path }) => path.split(",").length).toSorted((a, b) => b - a)).toEqual([20, 20, 5]);
    expect(answers.map((each) => (each.kind === "found" ? each.look.task : each.kind))).toEqual([
      ...ids.map((id) => (id === "t13" ? "absent" : id)),
      "t3",
    ]);
  });

  it("asks /v1 one by one under its product", async () => {
    const { url, seen } = await serve((request, response) =>
      request.path.endsWith("/2")
        ? answer(response, { code: 1201, message: "Task not found by id or external id" }, 400)
        : ok(response, { task_id: "1", task_status: "succeed", task_result: { videos: [] } }),
    );
    const answers = await route(url).look(look(["1", "2"], V1), never);
    expect(answers.map(({ kind }) => kind)).toEqual(["found", "absent"]);
    expect(seen.map(({ path }) => path).toSorted()).toEqual([
      "/v1/videos/text2video/1",
      "/v1/videos/text2video/2",
    ]);
  });

  it("finds nineteen tasks beside an id that the vendor cannot read", async () => {
    const { url } = await serve((request, response) => {
      const ids = new URL(request.path, "http://x").searchParams.get("task_ids")?.split(",") ?? [];
      if (ids.includes("bad")) answer(response, { code: 1201, message: "invalid task id" }, 400);
      else
        ok(
          response,
          ids.map((id) => known(id)),
        );
    });
    const answers = await route(url).look(look(["a", "bad", "b", "c"]), never);
    expect(answers.map(({ kind }) => kind)).toEqual(["found", "failed", "found", "found"]);
  });

  it("never takes an answer that it cannot read for a task that does not exist", async () => {
    const { url } = await serve((_, response) => ok(response, [{ id: "1" }]));
    expect(await route(url).look(look(["1"]), never)).toMatchObject([{ kind: "lost" }]);
    const page = await serve((_, response) => answer(response, "<html>", 200));
    expect(await route(page.url).look(look(["1"]), never)).toMatchObject([{ kind: "lost" }]);
    const other = await serve((_, response) => ok(response, { task_id: "9", task_status: "submitted" }));
    expect(await route(other.url).look(look(["1"], V1), never)).toMatchObject([{ kind: "lost" }]);
  });

  it("throws the signal's reason when it is interrupted", async () => {
    const stop = new AbortController();
    const reason = new Error("ctrl-c");
    const { url } = await serve(() => stop.abort(reason));
    await expect(route(url).look(look(["1"]), stop.signal)).rejects.toBe(reason);
  });
});

describe("finding", () => {
  const ROWS: readonly (readonly [what: string, address: Address, data: unknown, kind: string])[] = [
    ["our task", NEW, [{ id: "1", status: "submitted", external_id: reference }], "found"],
    ["a task that names no reference", NEW, [{ id: "1", status: "submitted" }], "found"],
    ["nothing", NEW, [], "absent"],
    ["somebody else's task", NEW, [{ id: "1", status: "submitted", external_id: "other" }], "lost"],
    [
      "our older task",
      V1,
      { task_id: "1", task_status: "submitted", task_info: { external_task_id: reference } },
      "found",
    ],
    [
      "somebody else's older task",
      V1,
      { task_id: "1", task_status: "x", task_info: { external_task_id: "o" } },
      "lost",
    ],
  ];
  it.each(ROWS)("%s by reference", async (_what, address, data, kind) => {
    const { url, seen } = await serve((_, response) => ok(response, data));
    expect((await route(url).find([{ reference, address }], never)).map((each) => each.kind)).toEqual([kind]);
    expect(seen[0]?.path).toBe(
      address.dialect === "new"
        ? `/tasks?external_task_ids=${reference}`
        : `/v1/videos/text2video/${reference}`,
    );
  });
});

describe("the server that answers", () => {
  const announced = { "x-klingmake-sandbox": "1" };
  it("must not be a sandbox when Kling is meant, whatever it answers", async () => {
    for (const [body, status] of [
      [{ code: 0, data: { id: "1" } }, 200],
      [{ code: 1102, message: "" }, 429],
      ["<html>", 500],
    ] as const) {
      const { url } = await serve((_, response) => answer(response, body, status, announced));
      const provider = route(url);
      await expect(provider.submit(submission(clip("kling-3.0")), never)).rejects.toThrow(WrongServer);
      await expect(provider.find([{ reference, address: NEW }], never)).rejects.toThrow(
        /is a klingmake sandbox/,
      );
      await expect(provider.look([{ task: taskId("1"), address: V1 }], never)).rejects.toThrow(WrongServer);
    }
  });

  it("must say that it is a sandbox when a sandbox is meant", async () => {
    const silent = await serve((_, response) => ok(response, []));
    await expect(
      route(silent.url, { realm: "sandbox" }).find([{ reference, address: NEW }], never),
    ).rejects.toThrow(WrongServer);
    const honest = await serve((_, response) => answer(response, { code: 0, data: [] }, 200, announced));
    expect(await route(honest.url, { realm: "sandbox" }).find([{ reference, address: NEW }], never)).toEqual([
      { kind: "absent" },
    ]);
  });
});

describe("finding many", () => {
  const refs = Array.from({ length: 23 }, (_, n) =>
    clientReference("1".repeat(64) as CacheKey, n + 1, "render"),
  );
  const asked = (address: Address) => refs.map((each) => ({ reference: each, address }));
  const idsOf = (path: string) =>
    new URL(path, "http://x").searchParams.get("external_task_ids")?.split(",") ?? [];

  it("asks for twenty references at a time", async () => {
    const { url, seen } = await serve((request, response) =>
      ok(
        response,
        idsOf(request.path)
          .filter((id) => id !== refs[7])
          .map((id, n) => ({ id: `t${n}`, status: "processing", external_id: id })),
      ),
    );
    const answers = await route(url).find(asked(NEW), never);
    expect(seen).toHaveLength(2);
    expect(answers.map((each) => (each.kind === "found" ? each.look.reference : each.kind))).toEqual(
      refs.map((each) => (each === refs[7] ? "absent" : each)),
    );
  });

  it("asks again alone where an answer has a task that names no reference", async () => {
    const { url } = await serve((request, response) =>
      ok(response, idsOf(request.path).includes(refs[3] ?? "") ? [{ id: "1", status: "processing" }] : []),
    );
    const answers = await route(url).find(asked(NEW).slice(0, 6), never);
    expect(answers.map(({ kind }) => kind)).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => (n === 3 ? "found" : "absent")),
    );
  });
});

describe("a product's list", () => {
  const LIP: Address = { dialect: "legacy", product: "/v1/videos/advanced-lip-sync" };
  const EXTEND: Address = { dialect: "legacy", product: "/v1/videos/video-extend" };
  const miss = { code: 1201, message: "Task not found by id or external id" };
  const listed = (n: number, external?: string, more = {}) => ({
    task_id: `t${n}`,
    task_status: "processing",
    task_info: { ...(external === undefined ? {} : { external_task_id: external }), ...more },
    created_at: NOW + n,
  });
  const pageOf = (path: string) => Number(new URL(path, "http://x").searchParams.get("pageNum"));

  it("is searched for a reference where the product's own query may not know it", async () => {
    const { url, seen } = await serve((request, response) => {
      const page = pageOf(request.path);
      if (page === 0) answer(response, miss, 400);
      else if (page === 1)
        ok(
          response,
          Array.from({ length: 500 }, (_, n) => listed(n)),
        );
      else ok(response, [listed(500, reference)]);
    });
    const [found] = await route(url).find([{ reference, address: LIP }], never);
    expect(found).toMatchObject({ kind: "found", look: { task: "t500", reference } });
    expect(seen.map(({ path }) => path)).toEqual([
      `${LIP.product}/${reference}`,
      `${LIP.product}?pageNum=1&pageSize=500`,
      `${LIP.product}?pageNum=2&pageSize=500`,
    ]);
  });

  it.each<[string, number, unknown, string]>([
    ["that does not answer proves nothing", 500, { code: 5000, message: "" }, "lost"],
    ["with a line that cannot be read proves nothing", 200, { code: 0, data: [{ task_id: "1" }] }, "lost"],
    ["that is refused for the credentials says so", 401, { code: 1002, message: "" }, "failed"],
    ["that a gateway does not have adds nothing", 404, { code: 1203, message: "no such API" }, "absent"],
    ["without it says that there is none", 200, { code: 0, data: [listed(1, "km1-other")] }, "absent"],
  ])("%s", async (_, status, body, kind) => {
    const { url } = await serve((request, response) =>
      pageOf(request.path) === 0 ? answer(response, miss, 400) : answer(response, body, status),
    );
    const [found] = await route(url).find([{ reference, address: LIP }], never);
    expect(found?.kind).toBe(kind);
  });

  it("tells when tasks were created and which clip they work on", async () => {
    const { url } = await serve((_, response) =>
      ok(response, [listed(-5), listed(5, undefined, { parent_video: { id: "v1" } })]),
    );
    const answered = await route(url).list(EXTEND, NOW, never);
    expect(answered).toMatchObject({
      kind: "listed",
      looks: [{ task: "t5", source: "v1", created: new Date(NOW + 5).toISOString() }],
    });
    expect(answered.kind === "listed" && answered.looks).toHaveLength(1);
  });
});

describe("no answer", () => {
  it("makes the adapter say a secret or a signed URL", async () => {
    const secrets = ["key-0123456789", "AccessKey123", "SecretKey456", "sig=abc"];
    const { url } = await serve((request, response) =>
      answer(
        response,
        {
          code: 1002,
          message: `bad ${request.headers.authorization} key-0123456789 AccessKey123 SecretKey456 https://cdn.example/a?sig=abc`,
        },
        401,
      ),
    );
    const said: unknown[] = [];
    for (const provider of [route(url), route(url, PAIR)]) {
      said.push(await provider.submit(submission(clip("kling-v2-6")), never));
      said.push((await provider.find([{ reference, address: V1 }], never))[0]);
      said.push(await provider.look([{ task: taskId("1"), address: V1 }], never));
      said.push(await provider.fetch("https://10.0.0.1/a?sig=abc", memorySink(), never));
      said.push(provider.account);
    }
    const [withKey, withPair] = [said.slice(0, 5), said.slice(5)].map((part) => JSON.stringify(part));
    expect(withKey).not.toContain("key-0123456789");
    expect(withKey).toContain("1002");
    expect(withPair).not.toMatch(/AccessKey123|SecretKey456|eyJ/);
    expect(JSON.stringify(said)).not.toContain(secrets[3]);
  });
});
