import { describe, expect, it } from "vitest";

import {
  isUnderWay,
  makeTask,
  readTask,
  slotsOf,
  stageOf,
  type Task,
  updatedAt,
} from "../../src/sandbox/task.js";
import { PRODUCTS } from "../../src/sandbox/rules/products.js";
import { accepted, type Body, text } from "./verdict.js";

const CLIP = "/text-to-video/kling-3.0";
const IMAGES = "/v1/images/generations";
const NOW = 1_800_000_000_000;

function task(path: string, body: Body, timeScale = 1): Task {
  const product = PRODUCTS.get(path);
  if (product === undefined) throw new Error(`no product at ${path}`);
  return makeTask(product, accepted(path, body), { now: NOW, timeScale, serial: 123_456, mark: "3fa2" });
}

const seconds = ({ createdAt, endsAt }: Task): number => (endsAt - createdAt) / 1000;

describe("a task", () => {
  it("is read off the clock: submitted, processing, succeeded, each at its moment", () => {
    const clip = task(CLIP, text());
    expect(stageOf(clip, clip.createdAt)).toBe("submitted");
    expect(stageOf(clip, clip.startsAt - 1)).toBe("submitted");
    expect(stageOf(clip, clip.startsAt)).toBe("processing");
    expect(stageOf(clip, clip.endsAt - 1)).toBe("processing");
    expect(stageOf(clip, clip.endsAt)).toBe("succeeded");
    const moments = [clip.startsAt - 1, clip.startsAt, clip.endsAt + 9].map((now) => updatedAt(clip, now));
    expect(moments).toEqual([clip.createdAt, clip.startsAt, clip.endsAt]);
  });

  it("ends as failed when its prompt asked for it", () => {
    const clip = task(CLIP, { prompt: "[sandbox:fail]" });
    expect(stageOf(clip, clip.endsAt)).toBe("failed");
  });

  it("holds its slot until the end, and an image task one a picture", () => {
    const stills = task(IMAGES, { model_name: "kling-v3", prompt: "x", n: 4 });
    expect(slotsOf(stills.order)).toBe(4);
    expect(isUnderWay(stills, stills.endsAt - 1)).toBe(true);
    expect(isUnderWay(stills, stills.endsAt)).toBe(false);
  });

  it("takes about as long as the real service at pace 1, and a sixtieth of it by default", () => {
    expect(seconds(task(CLIP, text()))).toBeGreaterThan(60);
    expect(seconds(task(CLIP, text()))).toBeLessThan(90);
    expect(seconds(task(CLIP, text(), 1 / 60))).toBeLessThan(1.5);
    expect(seconds(task(CLIP, text({ resolution: "4k", duration: 15 })))).toBeGreaterThan(120);
    expect(seconds(task(IMAGES, { model_name: "kling-v3", prompt: "x" }))).toBe(24);
  });

  it("has an id of 18 digits that begins with its moment", () => {
    expect(task(CLIP, text()).id).toBe(`${NOW}23456`);
  });

  it("survives being written and read", () => {
    const clip = task(CLIP, text({}, { options: { external_task_id: "x" } }));
    expect(readTask(JSON.stringify(clip))).toEqual(clip);
  });
});
