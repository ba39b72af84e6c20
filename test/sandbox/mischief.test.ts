import { describe, expect, it } from "vitest";

import { mischiefIn } from "../../src/sandbox/mischief.js";
import { clipBody, open, resultUrl, until } from "./client.js";

const CLIP = "/text-to-video/kling-3.0";

describe("a prompt", () => {
  it("may ask for several things; unknown words are left alone", () => {
    expect([...mischiefIn("a [sandbox:slow] boat [sandbox:cut] [sandbox:sing]")]).toEqual(["slow", "cut"]);
  });

  it("with refuse is refused for its content, every time", async () => {
    const { ask } = await open();
    for (let i = 0; i < 2; i++) {
      expect(await ask("POST", CLIP, clipBody("[sandbox:refuse]", "x"))).toMatchObject({
        status: 400,
        code: 1301,
      });
    }
  });

  it.each([
    ["fail", /asked the sandbox/],
    ["risk", /^Failure to pass the risk control system$/],
  ])("with %s makes a task that fails, says why, and costs nothing", async (word, message) => {
    const { ask } = await open();
    const { id } = (await ask("POST", CLIP, clipBody(`[sandbox:${word}]`))).data;
    expect((await ask("GET", `/tasks?task_ids=${id}`)).data[0]).toMatchObject({
      status: "failed",
      message: expect.stringMatching(message),
      outputs: [],
      billing: [{ amount: "0" }],
    });
  });

  it("with fail fails in legacy words too", async () => {
    const { ask } = await open();
    await ask("POST", "/v1/videos/text2video", {
      model_name: "kling-v3",
      prompt: "[sandbox:risk]",
      external_task_id: "f",
    });
    expect((await ask("GET", "/v1/videos/text2video/f")).data).toMatchObject({
      task_status: "failed",
      task_status_msg: "Failure to pass the risk control system",
      final_unit_deduction: "0",
    });
  });

  it("with lost leaves a task behind a cut connection, and the reference finds it", async () => {
    const { ask } = await open();
    await expect(ask("POST", CLIP, clipBody("[sandbox:lost]", "l"))).rejects.toThrow(
      /fetch failed|terminated/,
    );
    expect((await ask("GET", "/tasks?external_task_ids=l")).data).toHaveLength(1);
    expect(await ask("POST", CLIP, clipBody("[sandbox:lost]", "l"))).toMatchObject({
      status: 400,
      code: 1201,
    });
  });

  it("with error5000 leaves a task behind a server error, and the reference finds it", async () => {
    const { ask } = await open();
    expect(await ask("POST", CLIP, clipBody("[sandbox:error5000]", "e"))).toMatchObject({
      status: 500,
      code: 5000,
    });
    expect((await ask("GET", "/tasks?external_task_ids=e")).data).toHaveLength(1);
    expect((await ask("POST", CLIP, clipBody("[sandbox:error5000]", "e"))).code).toBe(1201);
  });

  it.each(["with-reference", undefined])(
    "with busy is refused once and then accepted (reference %s)",
    async (reference) => {
      const { ask } = await open();
      const body = clipBody("[sandbox:busy]", reference);
      expect(await ask("POST", CLIP, body)).toMatchObject({ status: 429, code: 1303 });
      expect((await ask("POST", CLIP, body)).code).toBe(0);
    },
  );

  it("with slow takes ten times as long", async () => {
    const { ask } = await open({ timeScale: 0.0001 });
    const lasts = async (prompt: string) => {
      const { id } = (await ask("POST", CLIP, clipBody(prompt))).data;
      const done = await until(
        () => ask("GET", `/tasks?task_ids=${id}`),
        ({ data }) => data[0]?.status === "succeeded",
      );
      const [task] = done.data;
      return (task?.update_time ?? 0) - (task?.create_time ?? 0);
    };
    expect(await lasts("[sandbox:slow]")).toBeGreaterThan(7 * (await lasts("quick")));
  });

  it("with cut gets its first download cut half way, and the second whole", async () => {
    const { ask } = await open();
    const { id } = (await ask("POST", CLIP, clipBody("[sandbox:cut]"))).data;
    const url = resultUrl(await ask("GET", `/tasks?task_ids=${id}`));
    const first = await fetch(url);
    expect(first.status).toBe(200);
    await expect(first.arrayBuffer()).rejects.toThrow(/fetch failed|terminated/);
    const second = await fetch(url);
    expect((await second.arrayBuffer()).byteLength).toBe(Number(second.headers.get("content-length")));
  });

  it("with expire gets an expired address first and a good one next", async () => {
    const { ask } = await open();
    const { id } = (await ask("POST", CLIP, clipBody("[sandbox:expire]"))).data;
    const fetched = async () => (await fetch(resultUrl(await ask("GET", `/tasks?task_ids=${id}`)))).status;
    expect(await fetched()).toBe(403);
    expect(await fetched()).toBe(200);
  });
});
