/** Which slots a step takes: of which packs, of which model, and how many. */
import { expect, test } from "vitest";
import type { Action } from "../../src/graph/actions.js";
import type { PlannedStep } from "../../src/plan/plan.js";
import { laneOf, namedModel } from "../../src/run/lane.js";

const planned = (action: Partial<Action>, model?: string): PlannedStep =>
  ({ step: { action }, ...(model === undefined ? {} : { model }) }) as unknown as PlannedStep;

test.each<[string, Partial<Action>, string]>([
  ["a clip one of the video packs", { kind: "text_to_video" }, "video m 1"],
  ["a lip-sync one of the video packs", { kind: "lip_sync" }, "video m 1"],
  ["a sound one of the video packs", { kind: "text_to_audio" }, "video m 1"],
  ["a still one of the image packs", { kind: "image" }, "image m 1"],
  ["a single picture of an omni model one, too", { kind: "omni_image" }, "image m 1"],
  ["a series as many as it has pictures", { kind: "omni_image", series: 5 }, "image m 5"],
  ["a still made larger one of the image packs", { kind: "expand" }, "image m 1"],
  ["a try-on one of its own packs", { kind: "try_on" }, "try_on m 1"],
])("takes %s", (_, action, lane) => {
  const { pack, model, slots } = laneOf(planned(action, "m"));
  expect(`${pack} ${model} ${slots}`).toBe(lane);
});

test("is counted by what it does where its product has no model, and then no model is named", () => {
  expect(laneOf(planned({ kind: "lip_sync" })).model).toBe("lip_sync");
  expect(namedModel(planned({ kind: "lip_sync" }, "of its source"))).toBeUndefined();
  expect(namedModel(planned({ kind: "image", model: "kling-v3" }))).toEqual({
    kind: "image",
    id: "kling-v3",
  });
  expect(namedModel(planned({ kind: "text_to_video", model: "kling-3.0" }))).toEqual({
    kind: "video",
    id: "kling-3.0",
  });
});
