// What the sandbox tells of its account: the two ledgers with their cursor and filters, and its own clock.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";

import { open } from "./client.js";

const CLIP = "/text-to-video/kling-2.5-turbo";
const STILL = "/v1/images/generations";
const UNITS = "/account/billing/package";
const CASH = "/account/billing/balance";
const ALWAYS = { start_time: 0, end_time: 4_000_000_000_000 };

interface Row {
  readonly task_id: string;
  readonly [name: string]: unknown;
}

interface Page {
  readonly detail: readonly Row[];
  readonly count: number;
  readonly next_cursor: string;
  readonly has_more: boolean;
}

/** A sandbox in which two clips and a still have ended, one a second. */
async function used() {
  let now = Date.UTC(2026, 10, 22);
  const world = await open({ timeScale: 0, now: () => now });
  const made: string[] = [];
  for (const [path, body] of [
    [CLIP, { prompt: "a boat", settings: { duration: 5, resolution: "720p", aspect_ratio: "16:9" } }],
    [STILL, { model_name: "kling-v3", prompt: "a pier", resolution: "1k", n: 1 }],
    [CLIP, { prompt: "a gull", settings: { duration: 10, resolution: "720p", aspect_ratio: "16:9" } }],
    [
      CLIP,
      {
        prompt: "a crash [sandbox:fail]",
        settings: { duration: 5, resolution: "720p", aspect_ratio: "16:9" },
      },
    ],
  ] as const) {
    const { data, code, message } = await world.ask("POST", path, body);
    expect([code, message]).toEqual([0, "SUCCEED"]);
    made.push(data.id ?? data.task_id);
    now += 1000;
  }
  const page = async (path: string, body: object): Promise<Page> => {
    const { data } = await world.ask("POST", path, body);
    return data.result as unknown as Page;
  };
  return { ...world, made, page };
}

describe("the ledger of units", () => {
  it("has a row for every task that ended well, newest first, with the pack before and after", async () => {
    const { page, made } = await used();
    const { detail, ...rest } = await page(UNITS, ALWAYS);
    expect(rest).toEqual({ count: 3, next_cursor: "", has_more: false });
    expect(detail.map(({ task_id }) => task_id)).toEqual([made[2], made[1], made[0]]);
    expect(detail[0]).toMatchObject({
      api_key_name: "sandbox",
      package_id: "sandbox-video",
      product_type: "video",
      duration: "10",
      resolution: "720p",
      unit_before_deduction: "9998.5",
      deduction_amount: "3",
      unit_after_deduction: "9995.5",
      deduction_time: Date.UTC(2026, 10, 22) + 2000,
    });
    expect(detail[1]).toMatchObject({ package_id: "sandbox-image", model_name: "kling-v3" });
  });

  it("says what the packs say", async () => {
    const { page, ask } = await used();
    const { detail } = await page(UNITS, ALWAYS);
    const { data } = await ask("GET", "/account/costs?start_time=0&end_time=1");
    const packs = data.resource_pack_subscribe_infos as readonly { readonly remaining_quantity: number }[];
    expect(String(packs[0]?.remaining_quantity)).toBe(detail[0]?.["unit_after_deduction"]);
  });

  it("goes on where a cursor says, with the filters and the limit of the first page", async () => {
    const { page, made } = await used();
    const filters = [{ key: "product_type", values: ["video"] }];
    const first = await page(UNITS, { ...ALWAYS, limit: 1, filters });
    expect([first.detail[0]?.task_id, first.has_more]).toEqual([made[2], true]);
    const second = await page(UNITS, { cursor: first.next_cursor });
    expect(second).toMatchObject({ count: 1, has_more: false, next_cursor: "" });
    expect(second.detail[0]?.task_id).toBe(made[0]);
  });

  it.each([
    ["product_type", ["image"], [1]],
    ["product_type", ["video", "image"], [2, 1, 0]],
    ["package_id", ["sandbox-video"], [2, 0]],
    ["package_name", ["Sandbox-Image-100000Units-9Con-1Months"], [1]],
    ["api_key_name", ["sandbox"], [2, 1, 0]],
    ["api_key_name", ["another"], []],
  ])("can be filtered by %s %j", async (key, values, wanted) => {
    const { page, made } = await used();
    const { detail } = await page(UNITS, { ...ALWAYS, filters: [{ key, values }] });
    expect(detail.map(({ task_id }) => task_id)).toEqual(wanted.map((index) => made[index]));
  });

  it("keeps to the period", async () => {
    const { page, made } = await used();
    const start = Date.UTC(2026, 10, 22);
    const { detail } = await page(UNITS, { start_time: start + 1, end_time: start + 1999 });
    expect(detail.map(({ task_id }) => task_id)).toEqual([made[1]]);
  });
});

describe("a question about a ledger", () => {
  it("about the balance, which is never touched, has no rows", async () => {
    const { page } = await used();
    expect(await page(CASH, ALWAYS)).toEqual({ detail: [], count: 0, next_cursor: "", has_more: false });
  });

  it.each<[string, string, object]>([
    ["without a period", UNITS, {}],
    ["with a period that ends before it begins", UNITS, { start_time: 2, end_time: 1 }],
    ["with more than 500 rows a page", CASH, { ...ALWAYS, limit: 501 }],
    ["with an invented cursor", UNITS, { cursor: "page-2" }],
    ["with an invented field", UNITS, { ...ALWAYS, order: "newest" }],
    ["with an invented filter", UNITS, { ...ALWAYS, filters: [{ key: "model", values: ["x"] }] }],
    [
      "about the balance by product",
      CASH,
      { ...ALWAYS, filters: [{ key: "product_type", values: ["video"] }] },
    ],
    [
      "about a pack by name and by id",
      UNITS,
      {
        ...ALWAYS,
        filters: [
          { key: "package_name", values: ["a"] },
          { key: "package_id", values: ["b"] },
        ],
      },
    ],
  ])("%s is refused", async (_what, path, body) => {
    const { ask } = await open();
    expect((await ask("POST", path, body)).code).toBe(1201);
  });

  it("takes an API key or a JWT, and nobody else's", async () => {
    const { ask } = await open();
    expect((await ask("POST", UNITS, ALWAYS, "another-key")).code).toBe(1002);
    expect((await ask("POST", UNITS, ALWAYS, null)).code).toBe(1001);
    expect((await ask("GET", UNITS)).code).toBe(1202);
  });
});

describe("the sandbox's clock", () => {
  it("is the one that it is given: in the Date of every answer, in tasks and in tokens", async () => {
    const then = Date.UTC(2027, 5, 1, 12);
    const { ask, sandbox } = await open({ now: () => then });
    const { accessKey, secretKey } = sandbox;
    const { headers, data } = await ask("POST", CLIP, {
      prompt: "a boat",
      settings: { duration: 5, resolution: "720p", aspect_ratio: "16:9" },
    });
    expect(headers.get("date")).toBe("Tue, 01 Jun 2027 12:00:00 GMT");
    expect(data.create_time).toBe(then);
    const costs = "/account/costs?start_time=1&end_time=2";
    const seconds = Math.floor(then / 1000);
    expect((await ask("GET", costs, undefined, token(accessKey, secretKey, seconds))).code).toBe(0);
    expect((await ask("GET", costs, undefined, token(accessKey, secretKey, seconds - 7200))).code).toBe(1004);
  });
});

/** A token that was signed at `seconds`, made by hand. */
function token(accessKey: string, secretKey: string, seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: accessKey, exp: seconds + 1800, nbf: seconds - 5 };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secretKey).update(text).digest("base64url")}`;
}
