/** The free questions about an account: what is read out of the vendor's answers, and what is sent to have them. */
import { describe, expect, it, onTestFinished } from "vitest";
import { milliUnits } from "../../src/base/money.js";
import { concurrencyOf, type AccountQuestions, type Pack } from "../../src/provider/account.js";
import { deductionsOf, packsOf, readPackName } from "../../src/provider/kling/account-answers.js";
import { openAccount, type AccountOptions } from "../../src/provider/kling/account.js";
import { redactor } from "../../src/provider/redact.js";
import { startSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";
import { answer, never, NOW, ok, quickClock, serve, type Reply } from "./world.js";

const DAY_MS = 86_400_000;
const period = { sinceMs: NOW - 30 * DAY_MS, untilMs: NOW };
const plain = redactor([]);

function questions(baseUrl: string, options: Partial<AccountOptions> = {}): AccountQuestions {
  const opened = openAccount({
    env: { KLING_API_KEY: "key-0123456789" },
    clock: quickClock(),
    realm: "kling",
    baseUrl,
    ...options,
  });
  if ("message" in opened) throw new Error(opened.message);
  onTestFinished(() => opened.close());
  return opened;
}

describe("the name of a pack", () => {
  it.each([
    ["Trial-Video-100Units-5Con-1Months", { kind: "video", concurrency: 5 }],
    ["Trial-Image-1000Units-9Con-1Months", { kind: "image", concurrency: 9 }],
    ["Sandbox-Try-On-10Units-2Con-3Months", { kind: "try_on", concurrency: 2 }],
    ["tryon_20con", { kind: "try_on", concurrency: 20 }],
    ["Video pack, 30CON", { kind: "video", concurrency: 30 }],
    ["Video-0Con", { kind: "video" }],
    ["Video-5Contracts", { kind: "video" }],
    ["Video-99999Con", { kind: "video" }],
    ["Videography-5Con", { concurrency: 5 }],
    ["", {}],
  ])("%s says %j", (name, said) => {
    expect(readPackName(name)).toEqual(said);
  });
});

const row = {
  resource_pack_name: "Trial-Video-100Units-5Con-1Months",
  resource_pack_id: "509f3fd3d4f4a3fe9eca4c4eae1b2c3d",
  resource_pack_type: "decreasing_total",
  total_quantity: 100.0,
  remaining_quantity: "99.55",
  purchase_time: NOW - 2 * DAY_MS,
  effective_time: NOW - 2 * DAY_MS,
  invalid_time: NOW + 28 * DAY_MS,
  status: "online",
};

describe("packs", () => {
  const read = (...rows: unknown[]) =>
    packsOf({ code: 0, msg: "SUCCESS", resource_pack_subscribe_infos: rows }, plain);

  it("are read out of the envelope within the envelope", () => {
    expect(read(row)).toEqual([
      {
        name: row.resource_pack_name,
        kind: "video",
        concurrency: 5,
        status: "online",
        total: 100_000,
        remaining: 99_550,
        beginsMs: NOW - 2 * DAY_MS,
        endsMs: NOW + 28 * DAY_MS,
      },
    ]);
  });

  it.each([
    ["toBeOnline", "waiting"],
    ["online", "online"],
    ["expired", "expired"],
    ["runOut", "used_up"],
    ["constructing", "unknown"],
    [7, "unknown"],
  ])("with the status %s are %s", (status, means) => {
    expect(read({ ...row, status })?.[0]?.status).toBe(means);
  });

  it("keep nothing of values that are not what they should be", () => {
    const nonsense = {
      resource_pack_name: 5,
      total_quantity: -1,
      remaining_quantity: "many",
      invalid_time: "soon",
    };
    expect(read(nonsense, "no pack", null)).toEqual([{ name: "", status: "unknown" }]);
  });

  it("have names without escape sequences or secrets", () => {
    const name = "\u001b[31m Video-5Con key-0123456789";
    const [pack] =
      packsOf(
        { resource_pack_subscribe_infos: [{ ...row, resource_pack_name: name }] },
        redactor(["key-0123456789"]),
      ) ?? [];
    expect(pack?.name).not.toContain("\u001b");
    expect(pack?.name).not.toContain("key-0123456789");
    expect(pack?.kind).toBe("video");
  });

  it.each([
    ["no packs", { code: 0, msg: "SUCCESS" }, []],
    ["an empty list", { code: 0, resource_pack_subscribe_infos: [] }, []],
    ["no list", { packs: [] }, undefined],
    ["a list that is none", { resource_pack_subscribe_infos: "many" }, undefined],
    ["nothing", undefined, undefined],
  ])("of an answer with %s are %j", (_what, data, packs) => {
    expect(packsOf(data, plain)).toEqual(packs);
  });
});

describe("the concurrency that packs give", () => {
  const pack = (more: Partial<Pack>): Pack => ({
    name: "",
    kind: "video",
    concurrency: 5,
    status: "online",
    beginsMs: NOW - DAY_MS,
    endsMs: NOW + DAY_MS,
    ...more,
  });
  it.each<[string, readonly Partial<Pack>[], object]>([
    ["the highest of its kind", [{ concurrency: 5 }, { concurrency: 20 }, { concurrency: 9 }], { video: 20 }],
    [
      "one a kind",
      [{}, { kind: "image", concurrency: 9 }, { kind: "try_on", concurrency: 2 }],
      { video: 5, image: 9, try_on: 2 },
    ],
    ["not that of an expired pack", [{ status: "expired", concurrency: 20 }, {}], { video: 5 }],
    ["not that of a used up pack", [{ status: "used_up" }], {}],
    ["not that of a pack that is still to begin", [{ status: "waiting" }], {}],
    ["not that of a pack that has ended", [{ endsMs: NOW }], {}],
    ["that of a pack without dates", [{ beginsMs: undefined, endsMs: undefined }], { video: 5 }],
    ["unknown where names do not say", [{ concurrency: undefined }], {}],
    ["nothing without packs", [], {}],
  ])("is %s", (_what, packs, expected) => {
    expect(concurrencyOf(packs.map(pack), NOW)).toEqual(expected);
  });
});

describe("deductions", () => {
  const units = {
    task_id: "1",
    product_type: "image",
    deduction_amount: "1.5",
    unit_after_deduction: 98.5,
    deduction_time: NOW,
  };
  const cash = {
    task_id: "2",
    deduction_amount: 0.21,
    currency: "usd",
    balance_after_deduction: "9.79",
    deduction_time: String(NOW),
  };

  it("from packs are units, and what was left", () => {
    const taken = { kind: "units", units: 1500, after: 98_500 };
    expect(
      deductionsOf({ result: { detail: [units], count: 1, next_cursor: "", has_more: false } }, "packs"),
    ).toEqual({
      rows: [{ task: "1", kind: "image", atMs: NOW, taken }],
      unreadable: 0,
    });
  });

  it("from the balance are money in the currency that they name", () => {
    const taken = { kind: "cash", micros: 210_000, currency: "USD", afterMicros: 9_790_000 };
    expect(deductionsOf({ result: { detail: [cash] } }, "balance")?.rows).toEqual([
      { task: "2", atMs: NOW, taken },
    ]);
  });

  it("that cannot be read are counted", () => {
    const rows = [units, { ...units, deduction_amount: "a lot" }, null];
    expect(deductionsOf({ result: { detail: rows } }, "packs")).toMatchObject({
      rows: [{ task: "1" }],
      unreadable: 2,
    });
    expect(
      deductionsOf({ result: { detail: [{ ...cash, currency: undefined }] } }, "balance")?.unreadable,
    ).toBe(1);
  });

  it("go on with a cursor where there is more", () => {
    expect(deductionsOf({ result: { detail: [], next_cursor: "c", has_more: true } }, "packs")?.next).toBe(
      "c",
    );
    expect(
      deductionsOf({ result: { detail: [], next_cursor: "c", has_more: false } }, "packs")?.next,
    ).toBeUndefined();
    // More without a way to it is not the whole.
    expect(deductionsOf({ result: { detail: [], next_cursor: "", has_more: true } }, "packs")).toEqual({
      rows: [],
      unreadable: 1,
    });
  });
});

describe("a question", () => {
  it("about packs is asked with the credentials and the period", async () => {
    const { url, seen } = await serve((_request, response) =>
      ok(response, { code: 0, msg: "SUCCESS", resource_pack_subscribe_infos: [row] }),
    );
    const said = await questions(url).packs(period, never);
    expect(said).toMatchObject({ kind: "answered", value: [{ kind: "video", concurrency: 5 }] });
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /account/costs?start_time=${period.sinceMs}&end_time=${period.untilMs}`,
    ]);
    expect(seen[0]?.headers.authorization).toBe("Bearer key-0123456789");
  });

  it("about packs waits for a second after the last one", async () => {
    const { url } = await serve((_request, response) => ok(response, { resource_pack_subscribe_infos: [] }));
    const clock = quickClock();
    const account = questions(url, { clock });
    await account.packs(period, never);
    expect(clock.slept).toEqual([]);
    await account.packs(period, never);
    expect(clock.slept).toEqual([1000]);
  });

  it("that came too soon after somebody else's is asked once more", async () => {
    const reply: Reply = (_request, response, count) =>
      count === 1
        ? answer(response, { code: 1302, message: "too fast" }, 429)
        : ok(response, { resource_pack_subscribe_infos: [] });
    const { url, seen } = await serve(reply);
    expect(await questions(url).packs(period, never)).toEqual({ kind: "answered", value: [] });
    expect(seen).toHaveLength(2);
  });

  it("whose inner envelope is a refusal is refused", async () => {
    const { url } = await serve((_request, response) => ok(response, { code: 1002, msg: "no such account" }));
    expect(await questions(url).packs(period, never)).toMatchObject({
      kind: "refused",
      error: { code: 1002, class: "credentials" },
    });
  });

  it("whose answer cannot be read is lost, and not an account without packs", async () => {
    const { url } = await serve((_request, response) => ok(response, "all well"));
    expect(await questions(url).packs(period, never)).toMatchObject({ kind: "lost" });
  });

  it("about deductions follows the cursor, which stands alone, to the end", async () => {
    const reply: Reply = (_request, response, count) =>
      ok(response, {
        result: {
          detail: [{ task_id: String(count), deduction_amount: "1", unit_after_deduction: "9" }],
          next_cursor: count < 3 ? `page-${count + 1}` : "",
          has_more: count < 3,
        },
      });
    const { url, seen } = await serve(reply);
    const said = await questions(url).deductions("packs", period, never);
    expect(said).toMatchObject({ kind: "answered", value: { whole: true } });
    expect(said.kind === "answered" ? said.value.rows.map(({ task }) => task) : []).toEqual(["1", "2", "3"]);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array(3).fill("POST /account/billing/package"),
    );
    expect(seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { start_time: period.sinceMs, end_time: period.untilMs, limit: 500 },
      { cursor: "page-2" },
      { cursor: "page-3" },
    ]);
  });

  it("about deductions without an end stops, and says that there are more", async () => {
    const { url, seen } = await serve((_request, response) =>
      ok(response, { result: { detail: [], next_cursor: "again", has_more: true } }),
    );
    const said = await questions(url).deductions("balance", period, never);
    expect(said).toEqual({ kind: "answered", value: { rows: [], whole: false } });
    expect(seen).toHaveLength(20);
  });

  it("tells the server's time by its Date header", async () => {
    const { url } = await serve((_request, response) =>
      answer(response, { code: 1002, message: "no" }, 401, { date: "Sun, 22 Nov 2026 11:40:00 GMT" }),
    );
    const account = questions(url);
    expect(account.sighting()).toBeUndefined();
    await account.packs(period, never);
    expect(account.sighting()).toEqual({ serverMs: NOW + 600_000, sentMs: NOW, receivedMs: NOW });
  });

  it("goes nowhere when the signal has been given", async () => {
    const { url, seen } = await serve((_request, response) => ok(response, {}));
    const gone = AbortSignal.abort(new Error("enough"));
    await expect(questions(url).packs(period, gone)).rejects.toThrow("enough");
    await expect(questions(url).deductions("packs", period, gone)).rejects.toThrow("enough");
    expect(seen).toEqual([]);
  });
});

describe("against the sandbox", () => {
  async function sandbox(options: SandboxOptions = {}) {
    const running = await startSandbox({ timeScale: 0, ...options });
    onTestFinished(() => running.close());
    return running;
  }

  it("the packs and their concurrency are told to both schemes of credentials", async () => {
    const { url, apiKey, accessKey, secretKey } = await sandbox({ concurrency: 7, imageConcurrency: 11 });
    // The sandbox dates its packs by the real clock.
    const clock = { ...quickClock(), now: () => Date.now() };
    for (const env of [
      { KLING_API_KEY: apiKey },
      { KLING_ACCESS_KEY: accessKey, KLING_SECRET_KEY: secretKey },
    ]) {
      const account = questions(url, { env, clock, realm: "sandbox" });
      const said = await account.packs(period, never);
      if (said.kind !== "answered") throw new Error(said.kind);
      expect(concurrencyOf(said.value, Date.now())).toEqual({ video: 7, image: 11 });
      expect(said.value.map(({ remaining }) => remaining)).toEqual([
        milliUnits(10_000_000),
        milliUnits(100_000_000),
      ]);
    }
  });

  it("the newer generation takes the key, and not the pair", async () => {
    const { url, apiKey, accessKey, secretKey } = await sandbox();
    const key = questions(url, { env: { KLING_API_KEY: apiKey }, realm: "sandbox" });
    expect(await key.newer(never)).toEqual({ kind: "answered", value: true });
    const env = { KLING_ACCESS_KEY: accessKey, KLING_SECRET_KEY: secretKey };
    const clock = { ...quickClock(), now: () => Date.now() };
    expect(await questions(url, { env, clock, realm: "sandbox" }).newer(never)).toMatchObject({
      kind: "refused",
      error: { code: 1002 },
    });
  });
});
