import { describe, expect, it } from "vitest";

import type { World } from "../../src/sandbox/rules/order.js";
import { unitText } from "../../src/sandbox/rules/prices.js";
import { pngHeader } from "./client.js";
import {
  type Body,
  accepted,
  base,
  feature,
  first,
  of,
  OPEN_WORLD,
  PNG,
  prompt,
  text,
  voice,
  WORLD,
} from "./verdict.js";

describe("what is made of an accepted request", () => {
  const size = (path: string, body: Body, world?: World): string => {
    const { order } = accepted(path, body, world);
    if (order.kind !== "video" && order.kind !== "still") throw new Error("the order has no size");
    return `${order.size.width}x${order.size.height}`;
  };

  it.each([
    ["720p", "16:9", "1280x720"],
    ["720p", "9:16", "720x1280"],
    ["720p", "1:1", "720x720"],
    ["1080p", "16:9", "1920x1080"],
    ["1080p", "9:16", "1080x1920"],
    ["4k", "16:9", "3840x2160"],
    ["4k", "1:1", "2160x2160"],
  ])("%s at %s is %s", (resolution, aspect_ratio, expected) => {
    expect(size("/text-to-video/kling-3.0", text({ resolution, aspect_ratio }))).toBe(expected);
  });

  it.each([
    [960, 540, "1280x720"],
    [1200, 900, "960x720"],
    [600, 1000, "720x1200"],
    [1000, 999, "720x720"],
    [750, 300, "1800x720"],
  ])("a first frame of %ix%i makes a clip of %s", (width, height, expected) => {
    const body = of([prompt, { type: "first_frame", url: pngHeader(width, height) }]);
    expect(size("/image-to-video/kling-3.0", body)).toBe(expected);
  });

  it("takes the size of its own result from the address", () => {
    const { order } = accepted("/v1/images/generations", {
      model_name: "kling-v3",
      prompt: "x",
      aspect_ratio: "3:4",
    });
    const world: World = { ...WORLD, resultAt: () => ({ id: "1-1", order, mark: "3fa2", state: "ready" }) };
    const body = of([prompt, { type: "first_frame", url: "http://127.0.0.1:1/outputs/1/0.png" }]);
    expect(size("/image-to-video/kling-3.0", body, world)).toBe("720x960");
  });

  it("gives a continuation the colour of its source, and the words that were meant for it", () => {
    const source = accepted("/v1/videos/text2video", {
      model_name: "kling-v3",
      prompt: "a boat [sandbox:faces2] [sandbox:then-slow] [sandbox:fail]",
    });
    const world: World = {
      ...WORLD,
      resultAt: () => ({ id: "1-1", order: source.order, mark: "3fa2", state: "ready" }),
    };
    const { order } = accepted("/omni-video/kling-3.0-omni", of([prompt, feature]), world);
    expect(order).toMatchObject({
      prompt: "she turns",
      colour: source.order.prompt,
      heed: "she turns [sandbox:faces2] [sandbox:slow]",
      notes: ["continues kling-v3 · 3fa2"],
      parent: { id: "1-1", seconds: 5 },
    });
  });

  it.each([
    ["1k", "16:9", "1344x756"],
    ["2k", "3:4", "1776x2368"],
    ["1k", "21:9", "1568x672"],
  ])("a still of %s at %s is %s, the ratio exact", (resolution, aspect_ratio, expected) => {
    expect(
      size("/v1/images/generations", { model_name: "kling-v3", prompt: "x", resolution, aspect_ratio }),
    ).toBe(expected);
  });

  it("gives a try-on the proportions of the person", () => {
    const body = { human_image: pngHeader(2000, 3000), cloth_image: PNG };
    expect(size("/v1/images/kolors-virtual-try-on", body)).toBe("1024x1536");
  });

  const units = (path: string, body: Body, world?: World): string =>
    unitText(accepted(path, body, world).order.milliUnits);

  it.each([
    ["/text-to-video/kling-3.0-turbo", text({ duration: 3 }), "2.4"],
    ["/text-to-video/kling-3.0", text({ duration: 7 }), "4.2"],
    ["/text-to-video/kling-3.0", text({ audio: "native", resolution: "1080p" }), "6"],
    ["/text-to-video/kling-3.0", text({ resolution: "4k", audio: "native" }), "15"],
    ["/omni-video/kling-3.0-omni", of([prompt, first], { duration: 3 }), "1.8"],
    ["/omni-video/kling-3.0-omni", of([prompt, feature]), "4.5"],
    ["/omni-video/kling-3.0-omni", of([prompt], { audio: "native" }), "4"],
    ["/omni-video/kling-o1", of([prompt, base], { resolution: "1080p" }), "6"],
    ["/text-to-video/kling-2.6", text(), "1.5"],
    [
      "/image-to-video/kling-2.6",
      of([prompt, first, voice("v")], { audio: "native", resolution: "1080p" }),
      "6",
    ],
    ["/text-to-video/kling-2.5-turbo", text({ resolution: "1080p", duration: 10 }), "5"],
    ["/v1/videos/text2video", { model_name: "kling-v2-5-turbo", prompt: "x" }, "1.5"],
    ["/v1/videos/text2video", { model_name: "kling-v2-6", prompt: "x", mode: "pro", sound: "on" }, "5"],
    ["/v1/images/generations", { model_name: "kling-v3", prompt: "x", n: 3 }, "24"],
    ["/v1/images/generations", { model_name: "kling-v2-1", prompt: "x" }, "4"],
  ])("%s %j costs %s units", (path, body, expected) => {
    expect(units(path, body)).toBe(expected);
  });

  it.each([
    ["kling-v1-6", "std", "10", "4"],
    ["kling-v1-6", "pro", "5", "3.5"],
  ])("retired %s in %s for %s s costs %s units", (model_name, mode, duration, expected) => {
    expect(units("/v1/videos/text2video", { model_name, prompt: "x", mode, duration }, OPEN_WORLD)).toBe(
      expected,
    );
  });
});
