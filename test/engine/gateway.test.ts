/** A project whose Kling is a gateway of the unified dialect: what it may cost, what it cannot be asked for, and what is lost. */
import { describe, expect, test } from "vitest";
import { film } from "./film.js";

const ENV = {
  KLING_API_KEY: "key-0123456789",
  KLING_BASE_URL: "https://gateway.example.com",
  KLING_DIALECT: "unified",
};
const YES = { ask: () => Promise.resolve(true) };
const head = (more = "") => `version: 1
project: ferry
provider: kling
defaults: { video: { model: kling-v3, mode: pro } }
${more}shots:
`;
const PRICED = "catalog: { prices: [{ model: kling-v3, usd_per_clip: 0.4 }] }\n";

const planOf = async (text: string, env: Readonly<Record<string, string>> = ENV) =>
  (await film(text, { env }).open()).plan();

describe("the price of a gateway", () => {
  test("is unknown, and blocks, whatever the vendor's list says", async () => {
    const { value: plan } = await planOf(`${head()}  a: { prompt: a boat }\n`);
    expect(plan?.steps[0]?.decision).toMatchObject({
      kind: "blocked",
      because: {
        because: "price_unknown",
        model: "kling-v3",
        why: "what this gateway takes for kling-v3 (mode pro, 5 s) is its own affair, and not the vendor's list price",
      },
    });
  });

  test("is the project's own where it gives one, and is asked about as dear as the vendor's", async () => {
    const { value: plan } = await planOf(`${head(PRICED)}  a: { prompt: a boat }\n`);
    const [step] = plan?.steps ?? [];
    expect(step?.estimate).toMatchObject({ kind: "priced", usd: { low: 400_000, high: 400_000 } });
    expect(step).toMatchObject({ create: { ceiling: 400_000 }, listed: 560_000 });
  });

  test("of a model of the project's own is not that of the one that it is like", async () => {
    const own = "catalog: { models: { gate: { like: kling-v3, wire_name: v3-gate } } }\n";
    const text = `${head(own)}  a: { model: gate, prompt: a boat }\n`;
    expect((await planOf(text)).value?.steps[0]?.estimate.kind).toBe("unknown");
    expect((await planOf(text, { KLING_API_KEY: "k-0123456789" })).value?.steps[0]?.estimate.kind).toBe(
      "priced",
    );
  });
});

describe("what a gateway cannot be asked for", () => {
  const DOOMED = `${head(PRICED)}  a: { prompt: a boat }
  b: { prompt: a pier, audio: true, duration: 7 }
  c:
    prompt: a gull
    steps:
      - extend: { prompt: on }
`;

  test("is told at its place by plan and by render, and nothing is sent", async () => {
    const set = film(DOOMED, { env: ENV });
    const planned = await (await set.open()).plan();
    const places = planned.diagnostics.map(({ code, severity, place, message }) => [
      code,
      severity,
      place?.line,
      message,
    ]);
    expect(places).toEqual([
      ["catalog/unsupported", "error", 8, "the gateway has no field for audio"],
      ["catalog/unsupported", "error", 8, "the gateway makes no clip of 7 s"],
      ["catalog/unsupported", "error", 12, "the gateway has no omni model"],
    ]);
    const report = await set.render(YES);
    expect(report).toMatchObject({ status: "invalid", exit: 3 });
    expect(set.vendor.submitted).toEqual([]);
    expect(set.routes()).toBe(0);
  });

  test("is none of the vendor's own business", async () => {
    const { diagnostics } = await planOf(DOOMED.replace(PRICED, ""), { KLING_API_KEY: "key-0123456789" });
    expect(diagnostics).toEqual([]);
  });

  test("does not matter where it was rendered before", async () => {
    const text = `${head()}  b: { prompt: a pier, audio: true, duration: 7 }\n`;
    const env: Record<string, string> = { KLING_API_KEY: "key-0123456789" };
    const set = film(text, { env });
    expect((await set.render(YES)).exit).toBe(0);
    Object.assign(env, ENV);
    expect(await set.decisions()).toEqual({ "shots.b.clip": "keep" });
    expect((await set.render(YES)).exit).toBe(0);
    expect(set.vendor.submitted).toHaveLength(1);
  });

  test("does not keep what is paid for from being brought in", async () => {
    const set = film(DOOMED, { env: ENV });
    const report = await (await set.open()).download({});
    expect(report.run).toMatchObject({ status: "ran" });
  });

  test("is said of the sandbox by nobody", async () => {
    const { diagnostics } = await planOf(DOOMED.replace("provider: kling", "provider: sandbox"));
    expect(diagnostics).toEqual([]);
  });
});

describe("a dialect that is misspelt", () => {
  test.each([
    [{ ...ENV, KLING_DIALECT: "unifed" }, 'KLING_DIALECT is neither "vendor" nor "unified"'],
    [{ ...ENV, KLING_BASE_URL: "" }, /KLING_BASE_URL names no gateway/],
  ])("is warned of by plan, which is made as if it were not set", async (env, message) => {
    const { value, diagnostics } = await planOf(`${head()}  a: { prompt: a boat }\n`, env);
    expect(diagnostics).toMatchObject([{ code: "plan/environment", severity: "warning" }]);
    expect(diagnostics[0]?.message).toMatch(message);
    expect(value?.steps[0]?.estimate.kind).toBe("priced");
  });
});

test("the dialect is in no key", async () => {
  const text = `${head(PRICED)}  a: { prompt: a boat }\n  b: { model: kling-3.0, prompt: a pier }\n`;
  const keys = async (env: Readonly<Record<string, string>>) =>
    (await planOf(text, env)).value?.steps.map(({ key }) => key);
  expect(await keys(ENV)).toEqual(await keys({ KLING_API_KEY: "key-0123456789" }));
});
