// The sandbox calls back as the vendor does: the bare task, signed, on this machine only.
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";

import { openCallbacks } from "../../src/sandbox/callbacks.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import { open } from "./client.js";

const SECRETS = ["first secret of two, of 32 bytes", "second secret of two, of 32 byte"];
const WORDS = SECRETS.map((each) => `whsec_${Buffer.from(each).toString("base64")}`).join(" ");

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Hears what is delivered; `come` resolves when so many have come. */
async function ear() {
  const heard: Delivery[] = [];
  let onDelivery = (): void => undefined;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.end();
      onDelivery();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const come = (count: number) =>
    new Promise<readonly Delivery[]>((resolve) => {
      onDelivery = () => heard.length >= count && resolve(heard);
      onDelivery();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/back?key=1`, heard, come };
}

const fresh = (callback_url: string, external_task_id = "km1-a", prompt = "a paper boat") => ({
  prompt,
  settings: { resolution: "720p", aspect_ratio: "16:9", duration: 5, audio: "off" },
  options: { callback_url, external_task_id },
});
const older = (callback_url: string, external_task_id = "km1-b") => ({
  model_name: "kling-v2-5-turbo",
  prompt: "a paper boat",
  mode: "std",
  duration: "5",
  callback_url,
  external_task_id,
});

const PATHS = [
  ["new", "/text-to-video/kling-2.6", fresh, "status", ["processing", "succeeded"]],
  ["legacy", "/v1/videos/text2video", older, "task_status", ["processing", "succeed"]],
] as const;

describe("a task", () => {
  it.each(PATHS)(
    "%s: calls back when it is processed and when it has ended, as a query tells it",
    async (generation, path, body, field, words) => {
      const { url, come } = await ear();
      const { ask } = await open({ timeScale: 1 / 600 });
      const created = await ask("POST", path, body(url));
      expect(created.code, created.message).toBe(0);
      const told = (await come(2)).map((each) => JSON.parse(each.body) as Record<string, unknown>);
      expect(told.map((each) => each[field])).toEqual(words);
      const isNew = generation === "new";
      const id = isNew ? created.data.id : created.data.task_id;
      const { data } = await ask("GET", isNew ? `/tasks?task_ids=${id}` : `${path}/${id}`);
      expect(told.at(-1)).toEqual(isNew ? data[0] : data);
    },
  );

  it("that fails calls back, too", async () => {
    const { url, come } = await ear();
    const { ask } = await open();
    await ask("POST", PATHS[0][1], fresh(url, "km1-f", "a paper boat [sandbox:fail]"));
    const [told] = await come(1);
    expect(JSON.parse(told?.body ?? "")).toMatchObject({ status: "failed", external_id: "km1-f" });
  });
});

describe("a signature", () => {
  it("is made with each secret over id, date and the bytes that are sent", async () => {
    const { url, come } = await ear();
    const { ask } = await open({ webhookSecret: WORDS });
    await ask("POST", PATHS[0][1], fresh(url));
    const [told] = await come(1);
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": said } = told?.headers ?? {};
    const macs = SECRETS.map((key) =>
      createHmac("sha256", key)
        .update(`${id as string}.${at as string}.${told?.body}`)
        .digest("base64"),
    );
    expect(said).toBe(macs.map((mac) => `v1,${mac}`).join(" "));
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
  });

  it("is of one delivery alone, and is not there without a secret", async () => {
    const { url, come } = await ear();
    const signing = await open({ webhookSecret: WORDS });
    await signing.ask("POST", PATHS[0][1], fresh(url, "km1-1"));
    await signing.ask("POST", PATHS[0][1], fresh(url, "km1-2"));
    const ids = (await come(2)).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(2);
    await (await open()).ask("POST", PATHS[0][1], fresh(url, "km1-3"));
    const plain = (await come(3)).at(-1)?.headers ?? {};
    expect(Object.keys(plain).filter((name) => name.startsWith("webhook"))).toEqual([]);
  });

  it.each(["an-api-key", "whsec_", "whsec_%%%"])(
    "is not promised with %s for a secret",
    async (webhookSecret) => {
      await expect(startSandbox({ webhookSecret })).rejects.toThrow(/whsec_/);
    },
  );
});

describe("nobody is called", () => {
  it.each([
    ["elsewhere", "https://hooks.example.com/back"],
    ["elsewhere, however it is spelled", "http://127.0.0.1.example.com/back"],
    ["in a private network", "http://192.168.0.1/back"],
    ["by https", "https://127.0.0.1/back"],
  ])("%s", (_, address) => {
    let waits = 0;
    const callbacks = openCallbacks({
      secret: "",
      links: { of: () => [], toParent: () => "", isDeleted: () => false },
      // Whoever is to be called is waited for first.
      now: () => waits++,
    });
    callbacks.follow({ startsAt: 1e12, endsAt: 1e12 } as never, address);
    callbacks.close();
    expect(waits).toBe(0);
  });

  it("who would call for a task that was refused", async () => {
    const { url, heard, come } = await ear();
    const { ask } = await open();
    expect((await ask("POST", PATHS[0][1], fresh(url, "km1-a", "[sandbox:refuse]"))).code).toBe(1301);
    await ask("POST", PATHS[0][1], fresh(url, "km1-later"));
    await come(1);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.body).toContain("km1-later");
  });

  it("once the sandbox has stopped", async () => {
    const { url, heard, come } = await ear();
    const { ask, sandbox } = await open({ timeScale: 1 / 600 });
    await ask("POST", PATHS[0][1], fresh(url));
    await sandbox.close();
    const later = await open();
    await later.ask("POST", PATHS[0][1], fresh(url, "km1-later"));
    await come(1);
    expect(heard.map(({ body }) => body.includes("km1-later"))).toEqual([true]);
  });
});

it("somebody who does not answer, or is not there, is left alone", async () => {
  const { ask } = await open();
  await ask("POST", PATHS[0][1], fresh("http://127.0.0.1:1/back", "km1-n"));
  const { url, come } = await ear();
  await ask("POST", PATHS[0][1], fresh(url, "km1-o"));
  await expect(come(1)).resolves.toHaveLength(1);
});
