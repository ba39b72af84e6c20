/** A key that chains through other upstream keys than the graph's: nothing else of it changes, in whatever field they stand. */
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/base/digest.js";
import { chainedTo, keyGraph, type CacheKey } from "../../src/graph/key.js";
import { digestsOf, expanded, manifestOf } from "./manifests.js";

const still = { from: "images.a" };
const manifest = manifestOf({
  images: [
    { id: "a", prompt: "a face" },
    { id: "b", prompt: "@one and @two", refer_images: { one: still, two: "two.png" } },
    { id: "c", subjects: [still, "two.png"], scene: still },
    { id: "d", prompt: "four of them", model: "kling-v3-omni", series: 2 },
    { id: "e", expand: { image: { from: "images.d", index: 2 }, up: 0.5 } },
  ],
  sounds: [{ id: "words", prompt: "a voice" }],
  voices: [{ id: "v", sample: { url: "https://example.org/v.mp3", sha256: "b".repeat(64) } }],
  elements: [
    {
      id: "mara",
      description: "a woman",
      image: still,
      refer_images: [still, "two.png"],
      voice: { from: "voices.v" },
    },
  ],
  shots: [
    {
      id: "1",
      prompt: "@mara waits",
      model: "kling-3.0",
      image: "one.png",
      elements: { mara: { from: "elements.mara" }, other: { id: "77" } },
    },
    {
      id: "2",
      prompt: "it moves",
      model: "kling-v1",
      mode: "std",
      image: "one.png",
      dynamic_masks: [
        {
          mask: "two.png",
          trajectories: [
            { x: 1, y: 1 },
            { x: 2, y: 2 },
          ],
        },
        {
          mask: still,
          trajectories: [
            { x: 1, y: 1 },
            { x: 2, y: 2 },
          ],
        },
      ],
    },
    {
      id: "3",
      prompt: "as in the last one",
      refer_images: { mara: still },
      feature_video: { from: "shots.2" },
      steps: [{ video_to_audio: { bgm_prompt: "strings" } }],
    },
    { id: "4", image: still, avatar: { audio: { from: "sounds.words" } } },
    { id: "5", effect: { scene: "hug", images: [still, "two.png"] } },
  ],
});
// The model that takes masks is discontinued, which is not the question here.
const { graph } = expanded(manifest);
const keys = keyGraph(graph, digestsOf(graph));

test.each(graph.steps.map((step) => [step.id, step] as const))(
  "%s has its own key through the graph's keys, and another one through each other key",
  (id, step) => {
    const keyed = keys.get(id);
    if (keyed === undefined) throw new Error(`${id} has no key`);
    expect(chainedTo(step, keyed, (upstream) => keys.get(upstream)?.key)).toEqual(keyed);
    for (const need of step.needs) {
      const other = "f".repeat(64) as CacheKey;
      const own = keys.get(need)?.key ?? "";
      const chained = chainedTo(step, keyed, (each) => (each === need ? other : keys.get(each)?.key));
      expect(canonicalJson(chained.inputs)).toBe(canonicalJson(keyed.inputs).replaceAll(own, other));
      expect(chained.key).not.toBe(keyed.key);
    }
  },
);
