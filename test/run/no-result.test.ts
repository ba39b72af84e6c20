/** A task that is said to have succeeded before it shows what it gave: what stays with the vendor is useless without its id. */
import { expect, test } from "vitest";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet, id } from "./film-set.js";

const film = manifestOf({
  provider: "kling",
  elements: [{ id: "mara", description: "a woman", image: "a.png", refer_images: ["b.png"] }],
  shots: [
    {
      id: "1",
      prompt: "@mara waits",
      model: "kling-3.0",
      image: "a.png",
      elements: { mara: { from: "elements.mara" } },
    },
  ],
});

test("an element is collected with its id and never without, and bought once", async () => {
  let looks = 0;
  const set = new FilmSet({
    end: ({ action }) =>
      action.kind === "element"
        ? { outputs: looks++ === 0 ? [] : [{ kind: "element", id: "77" }] }
        : undefined,
  });
  const options = { allowUnknownPrice: new Set([id("elements.mara")]) };
  await set.run(film, { options });
  expect((await set.run(film, { options })).lines.every((line) => !line.includes("failed"))).toBe(true);
  expect((await set.run(film, { options })).lines).toEqual(["elements.mara kept", "shots.1.clip kept"]);
  expect(set.vendor.tasks.map(({ submission }) => submission.action.kind)).toEqual([
    "element",
    "image_to_video",
  ]);
  const element = [...set.disk.renders.values()].find(({ inputs }) => inputs.action.kind === "element");
  expect(element?.handle?.result).toBe("77");
});
