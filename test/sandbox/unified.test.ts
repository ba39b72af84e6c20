// The sandbox as a gateway that speaks the unified dialect: what it takes, what it tells, and what it does not have.
import { describe, expect, it } from "vitest";

import { GATEWAY_PRODUCTS } from "../../src/sandbox/rules/products.js";
import { open, until } from "./client.js";
import { type Body, OPEN_WORLD, PNG, table } from "./verdict.js";

const CLIPS = "/v1/videos/generations";
const clip = (more: Body = {}): Body => ({
  model_name: "kling-v3",
  prompt: "a boat",
  mode: "pro",
  duration: "5",
  ...more,
});

describe("a gateway's clips", () => {
  table(
    [
      ["a clip from words passes", CLIPS, clip({ aspect_ratio: "9:16" }), "ok"],
      ["a clip from an image needs no prompt", CLIPS, { ...clip({ image: PNG }), prompt: "" }, "ok"],
      ["a clip from nothing is refused", CLIPS, { ...clip(), prompt: "" }, "prompt is required"],
      ["15 s are for kling-v3", CLIPS, clip({ duration: "15" }), "ok"],
      [
        "15 s are not for kling-v1-6",
        CLIPS,
        clip({ model_name: "kling-v1-6", duration: "15" }),
        /duration must be one of 5, 10/,
      ],
      ["a duration that is a number is refused", CLIPS, clip({ duration: 5 }), /duration must be/],
      ["7 s do not exist", CLIPS, clip({ duration: "7" }), /duration must be one of 5, 10, 15/],
      ["kling-v3 is pro only", CLIPS, clip({ mode: "std" }), /mode must be one of pro/],
      ["kling-v1-6 has std", CLIPS, clip({ model_name: "kling-v1-6", mode: "std" }), "ok"],
      ["a master is pro only", CLIPS, clip({ model_name: "kling-v2-master", mode: "std" }), /mode must be/],
      ["a model is wanted", CLIPS, { prompt: "a boat" }, /model_name is required/],
      ["the vendor's newer names are not known", CLIPS, clip({ model_name: "kling-3.0" }), /is invalid/],
      ["kling-v2-6 is not known", CLIPS, clip({ model_name: "kling-v2-6" }), /is invalid/],
      [
        "cfg_scale and a negative prompt pass",
        CLIPS,
        clip({ cfg_scale: 0.5, negative_prompt: "text" }),
        "ok",
      ],
      ["cfg_scale ends at 1", CLIPS, clip({ cfg_scale: 1.5 }), /cfg_scale/],
      ["21:9 does not exist", CLIPS, clip({ aspect_ratio: "21:9" }), /aspect_ratio must be one of/],
      ["a reference is not known", CLIPS, clip({ external_task_id: "a" }), "unknown field external_task_id"],
      ["sound is not known", CLIPS, clip({ sound: "on" }), "unknown field sound"],
      ["an end frame is not known", CLIPS, clip({ image: PNG, image_tail: PNG }), "unknown field image_tail"],
      ["shots are not known", CLIPS, clip({ multi_shot: false }), "unknown field multi_shot"],
      [
        "a still with a reference is refused",
        "/v1/images/generations",
        { prompt: "a boat", external_task_id: "a" },
        "unknown field external_task_id",
      ],
      ["a still passes", "/v1/images/generations", { prompt: "a boat", n: 1 }, "ok"],
      ["a try-on passes", "/v1/images/virtual-try-on", { human_image: PNG, cloth_image: PNG }, "ok"],
    ],
    OPEN_WORLD,
    GATEWAY_PRODUCTS,
  );
});

describe("a gateway", () => {
  it("tells of a clip what its dialect has words for, by id and by nothing else", async () => {
    const { ask } = await open({ dialect: "unified" });
    const created = await ask("POST", CLIPS, clip());
    expect(created.data).toEqual({ task_id: expect.stringMatching(/^\d+$/) as string });
    const { task_id } = created.data;
    const ended = await until(
      () => ask("GET", `/v1/tasks/${task_id}`),
      ({ data }) => data.task_status === "succeed",
    );
    expect(Object.keys(ended.data)).toEqual(["task_status", "task_result"]);
    expect(await fetch(ended.data.task_result.videos[0]?.url ?? "")).toMatchObject({ status: 200 });
    expect(await ask("GET", "/v1/tasks/12")).toMatchObject({ status: 400, code: 1201 });
  });

  it("says why a task failed", async () => {
    const { ask } = await open({ dialect: "unified" });
    const { data } = await ask("POST", CLIPS, clip({ prompt: "a boat [sandbox:fail]" }));
    const failed = await ask("GET", `/v1/tasks/${data.task_id}`);
    expect(failed.data).toEqual({ task_status: "failed", task_status_msg: expect.any(String) as string });
  });

  it.each([
    ["POST", "/v1/videos/text2video"],
    ["POST", "/text-to-video/kling-3.0"],
    ["POST", "/v1/videos/advanced-lip-sync"],
    ["POST", "/v1/videos/identify-face"],
    ["POST", "/v1/images/kolors-virtual-try-on"],
    ["GET", "/tasks?task_ids=1"],
    ["GET", "/account/costs"],
    ["GET", `${CLIPS}/1`],
  ])("has no %s %s", async (method, path) => {
    const { ask } = await open({ dialect: "unified" });
    expect(await ask(method, path, method === "POST" ? {} : undefined)).toMatchObject({
      status: 404,
      code: 1203,
    });
  });

  it("keeps no list of a product", async () => {
    const { ask } = await open({ dialect: "unified" });
    expect(await ask("GET", CLIPS)).toMatchObject({ status: 404, code: 1202 });
  });

  it("is nothing that the vendor's own server is, and the other way round", async () => {
    const { ask } = await open();
    expect(await ask("POST", CLIPS, clip())).toMatchObject({ code: 1203 });
    expect(await ask("GET", "/v1/tasks/1")).toMatchObject({ code: 1203 });
  });

  it("wants credentials for creates and for questions", async () => {
    const { ask } = await open({ dialect: "unified" });
    expect(await ask("POST", CLIPS, clip(), null)).toMatchObject({ status: 401, code: 1001 });
    expect(await ask("GET", "/v1/tasks/1", undefined, "other")).toMatchObject({ status: 401, code: 1002 });
  });

  it("loses an answer where a fault plan says so, and has made the task", async () => {
    const { ask } = await open({
      dialect: "unified",
      faults: { rules: [{ call: "create", nth: 1, do: "lost-after" }] },
    });
    await expect(ask("POST", CLIPS, clip())).rejects.toThrow("fetch failed");
    const { data } = await ask("GET", "/sandbox/ledger");
    expect(data).toMatchObject([{ path: CLIPS, outcome: "accepted", external_task_id: null }]);
  });
});
