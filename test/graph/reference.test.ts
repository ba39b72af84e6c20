/** What `from:` can name, and what an input's path becomes. */
import { expect, test } from "vitest";
import { nameTable } from "../../src/graph/reference.js";
import { inputsOf } from "../../src/graph/inputs-of.js";
import { graphOf, manifestOf, stepOf } from "./manifests.js";

test("every image, shot and step has its name, and a shot's name means its last step", () => {
  const manifest = manifestOf({
    images: [{ id: "mara" }],
    shots: [{ id: "010", steps: [{ extend: {} }, { lip_sync: {} }, { extend: {} }] }, { id: "020" }],
  });
  expect([...nameTable(manifest)].map(([name, { id }]) => `${name} = ${id}`)).toEqual([
    "images.mara = images.mara",
    "shots.010.clip = shots.010.clip",
    "shots.010.extend = shots.010.extend",
    "shots.010.lip_sync = shots.010.lip_sync",
    "shots.010.extend-2 = shots.010.extend-2",
    "shots.010 = shots.010.extend-2",
    "shots.020.clip = shots.020.clip",
    "shots.020 = shots.020.clip",
  ]);
});

test.each([
  ["refs/a.png", "refs/a.png"],
  ["./refs/a.png", "refs/a.png"],
  ["././refs/a.png", "refs/a.png"],
  ["../a.png", "../a.png"],
  ["${vars.dir}/a.png", "stills/a.png"],
])("the input %s is the file %s", (image, path) => {
  const graph = graphOf(manifestOf({ vars: { dir: "stills" }, shots: [{ id: "010", image }] }));
  expect(inputsOf(stepOf(graph, "shots.010.clip").action)).toEqual([["image", { kind: "file", path }]]);
});

test("inputs come in a fixed order, and a step needs each upstream once", () => {
  const from = { from: "images.mara" };
  const graph = graphOf(
    manifestOf({
      images: [{ id: "mara", prompt: "x" }],
      shots: [{ id: "010", model: "kling-3.0", end_image: from, image: from }],
    }),
  );
  const step = stepOf(graph, "shots.010.clip");
  expect(inputsOf(step.action).map(([field]) => field)).toEqual(["image", "end_image"]);
  expect(step.needs).toEqual(["images.mara"]);
});
