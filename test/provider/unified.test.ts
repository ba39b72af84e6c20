/** The route to a gateway that speaks the unified dialect: what is sent, what is believed, and what is never repeated. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { Action } from "../../src/graph/actions.js";
import type { Address } from "../../src/provider/provider.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import {
  answer,
  builtIn,
  memorySink,
  never,
  ok,
  quickClock,
  reference,
  route,
  serve,
  taskId,
} from "./world.js";

const KEY = { KLING_API_KEY: "key-0123456789", KLING_DIALECT: "unified" };
const CLIP: Action = {
  kind: "text_to_video",
  model: "kling-v3",
  mode: "pro",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a paper boat",
};
const GENERATIONS: Address = { dialect: "unified", product: "/v1/videos/generations" };
const submission = { reference, action: CLIP, materials: new Map() };
const gateway = (url: string, env: Readonly<Record<string, string>> = KEY) => route(url, { env });
const look = async (url: string, address = GENERATIONS, env: Readonly<Record<string, string>> = KEY) =>
  (await gateway(url, env).look([{ task: taskId("77"), address }], never))[0];

describe("the environment", () => {
  const open = (env: Readonly<Record<string, string>>) =>
    openKling({
      env: { KLING_API_KEY: "key-0123456789", ...env },
      catalog: builtIn(),
      clock: quickClock(),
      realm: "kling",
    });
  const GATEWAY = { KLING_DIALECT: "unified", KLING_BASE_URL: "https://gateway.example.com" };

  it("names a gateway by its dialect and its address", () => {
    expect(open(GATEWAY)).toMatchObject({ loopback: false });
    expect(open({ ...GATEWAY, KLING_LIP_SYNC: "old" })).toMatchObject({ loopback: false });
  });

  it.each([
    ["a dialect that nobody speaks", { ...GATEWAY, KLING_DIALECT: "Unified" }, /KLING_DIALECT is neither/],
    ["a gateway without an address", { KLING_DIALECT: "unified" }, /KLING_BASE_URL names no gateway/],
    ["an address that is empty", { ...GATEWAY, KLING_BASE_URL: "" }, /KLING_BASE_URL names no gateway/],
    [
      "the vendor's own address",
      { ...GATEWAY, KLING_BASE_URL: "https://API-beijing.klingai.com/" },
      /the vendor's own address/,
    ],
    ["today's lip-sync", { ...GATEWAY, KLING_LIP_SYNC: "advanced" }, /KLING_LIP_SYNC=advanced does not go/],
    ["a lip-sync that nobody has", { ...GATEWAY, KLING_LIP_SYNC: "x" }, /KLING_LIP_SYNC is neither/],
  ])("with %s opens no route", (_what, env, message) => {
    expect(open(env)).toMatchObject({ kind: "address", message: expect.stringMatching(message) as string });
  });

  it("leaves the vendor's dialects as they are where it says vendor, or nothing", () => {
    for (const KLING_DIALECT of ["", "vendor"]) {
      const provider = open({ KLING_DIALECT });
      if ("message" in provider) throw new Error(provider.message);
      expect(provider.address(CLIP)).toEqual({ dialect: "legacy", product: "/v1/videos/text2video" });
    }
  });
});

describe("a create", () => {
  it.each(["lost", "error5000"])("whose answer is %s is doubt, and is sent once", async (mischief) => {
    const sandbox = await startSandbox({ dialect: "unified", timeScale: 0, asVendor: true });
    onTestFinished(() => sandbox.close());
    const provider = gateway(sandbox.url, { ...KEY, KLING_API_KEY: sandbox.apiKey });
    const action = { ...CLIP, prompt: `a boat [sandbox:${mischief}]` };
    expect(await provider.submit({ ...submission, action }, never)).toMatchObject({ kind: "lost" });
    const ledger = (await (await fetch(`${sandbox.url}/sandbox/ledger`)).json()) as {
      readonly data: unknown;
    };
    expect(ledger.data).toMatchObject([{ outcome: "accepted" }]);
  });

  it("has no reference, whose task would exist already", async () => {
    const { url } = await serve((_, response) =>
      answer(response, { code: 1201, message: "External_task_id x already exists" }, 400),
    );
    const provider = gateway(url);
    expect(provider.references(provider.address(CLIP))).toBe(false);
    expect(await provider.submit(submission, never)).toMatchObject({
      kind: "refused",
      error: { code: 1201, class: "invalid" },
    });
  });

  it("whose answer names no task is doubt", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { task_status: "submitted" }));
    expect(await gateway(url).submit(submission, never)).toMatchObject({ kind: "lost" });
    expect(seen).toHaveLength(1);
  });

  it.each([502, 503, 504])("that a proxy answers with a page of HTTP %i is doubt", async (status) => {
    const { url, seen } = await serve((_, response) => answer(response, "<h1>oh</h1>", status));
    expect(await gateway(url).submit(submission, never)).toMatchObject({ kind: "lost" });
    expect(seen).toHaveLength(1);
  });

  it("with a key pair is signed, as with a static key it is not", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { task_id: "77" }));
    const pair = {
      KLING_ACCESS_KEY: "access-0123",
      KLING_SECRET_KEY: "secret-0123456789",
      KLING_DIALECT: "unified",
    };
    expect(await gateway(url, pair).submit(submission, never)).toEqual({ kind: "accepted", task: "77" });
    expect(await gateway(url).submit(submission, never)).toEqual({ kind: "accepted", task: "77" });
    const [signed, plain] = seen.map(({ headers }) => headers.authorization ?? "");
    expect(signed).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(plain).toBe("Bearer key-0123456789");
  });
});

describe("a task", () => {
  const tells = (data: unknown) => serve((_, response) => ok(response, data));

  it.each(["succeed", "succeeded"])("that is told as %s has succeeded", async (task_status) => {
    const { url, seen } = await tells({
      task_status,
      task_result: { videos: [{ url: "https://cdn.example.com/a.mp4" }] },
    });
    expect(await look(url)).toMatchObject({
      kind: "found",
      look: {
        task: "77",
        status: "succeeded",
        billed: { kind: "unknown" },
        outputs: [{ kind: "video", url: "https://cdn.example.com/a.mp4" }],
      },
    });
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/tasks/77"]);
  });

  it("of a still has its picture", async () => {
    const { url } = await tells({
      task_status: "succeed",
      task_result: { images: [{ url: "https://cdn.example.com/a.png" }] },
    });
    expect(await look(url)).toMatchObject({ look: { outputs: [{ kind: "image" }] } });
  });

  it("that failed says why", async () => {
    const { url } = await tells({ task_status: "failed", task_status_msg: "risk control" });
    expect(await look(url)).toMatchObject({
      look: { status: "failed", message: "risk control", refusal: true },
    });
  });

  it.each(["submitted", "processing", "queueing", "running"])(
    "that is %s is under way",
    async (task_status) => {
      const { url } = await tells({ task_status });
      const answered = await look(url);
      expect(answered?.kind === "found" && ["submitted", "processing"].includes(answered.look.status)).toBe(
        true,
      );
    },
  );

  it("is not believed of another task", async () => {
    const { url } = await tells({ task_id: "78", task_status: "succeed" });
    expect(await look(url)).toMatchObject({ kind: "lost" });
  });

  it("without a state is doubt, and not absent", async () => {
    const { url } = await tells({ task_id: "77" });
    expect(await look(url)).toMatchObject({ kind: "lost" });
  });

  it("is asked about where it was sent, whatever the environment names today", async () => {
    const { url, seen } = await tells({ task_id: "77", task_status: "succeed" });
    const legacy: Address = { dialect: "legacy", product: "/v1/videos/text2video" };
    await look(url, legacy, KEY);
    await look(url, GENERATIONS, { KLING_API_KEY: "key-0123456789" });
    expect(seen.map(({ path }) => path)).toEqual(["/v1/videos/text2video/77", "/v1/tasks/77"]);
  });

  it("is asked about alone: a gateway has no question for several, none for references, and no list", async () => {
    const { url, seen } = await serve(({ path }, response) =>
      ok(response, { task_id: path.split("/").at(-1), task_status: "processing" }),
    );
    const provider = gateway(url);
    const tasks = ["1", "2", "3"].map((id) => ({ task: taskId(id), address: GENERATIONS }));
    expect(await provider.look(tasks, never)).toMatchObject(tasks.map(({ task }) => ({ look: { task } })));
    expect(seen.map(({ path }) => path)).toEqual(["/v1/tasks/1", "/v1/tasks/2", "/v1/tasks/3"]);
    const unasked = { kind: "failed", error: { class: "invalid" } };
    expect(await provider.find([{ reference, address: GENERATIONS }], never)).toMatchObject([unasked]);
    expect(await provider.list(GENERATIONS, 0, never)).toMatchObject(unasked);
    expect(seen).toHaveLength(3);
  });
});

it("a clip is created, looked at and fetched from the sandbox's gateway", async () => {
  const sandbox = await startSandbox({ dialect: "unified", timeScale: 0, asVendor: true });
  onTestFinished(() => sandbox.close());
  const provider = gateway(sandbox.url, { ...KEY, KLING_API_KEY: sandbox.apiKey });
  const created = await provider.submit(submission, never);
  if (created.kind !== "accepted") throw new Error(created.kind);
  const address = provider.address(CLIP);
  const [found] = await provider.look([{ task: created.task, address }], never);
  if (found?.kind !== "found") throw new Error(found?.kind);
  const [output] = found.look.outputs;
  if (output?.kind !== "video") throw new Error(output?.kind);
  const sink = memorySink();
  expect(await provider.fetch(output.url, sink, never)).toMatchObject({ kind: "done" });
  expect(sink.bytes().subarray(4, 8).toString()).toBe("ftyp");
});
