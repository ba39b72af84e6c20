/** Series of pictures on an in-memory disk: what is left of them brings them back, and nothing is bought for it. */
import { expect, test } from "vitest";
import { daysMs } from "../../src/base/clock.js";
import type { TaskLook } from "../../src/provider/provider.js";
import { film } from "./film.js";

const SERIES = `version: 1
project: film
provider: kling
images:
  faces: { prompt: three faces of one woman, model: kling-v3-omni, series: 3 }
`;
const YES = { ask: () => Promise.resolve(true), allowUnknownPrice: ["images.faces"] };
const KEPT = {
  "images.faces": "keep",
  "images.faces.picture-1": "keep",
  "images.faces.picture-2": "keep",
  "images.faces.picture-3": "keep",
};

/** A film with its series rendered. */
async function rendered() {
  const set = film(SERIES, {
    end: (): Partial<TaskLook> => ({
      outputs: [1, 2, 3].map((index) => ({ kind: "image", url: `https://cdn.example/t1/picture-${index}` })),
    }),
  });
  expect(await set.render(YES)).toMatchObject({ status: "ran", exit: 0 });
  expect(await set.decisions()).toEqual(KEPT);
  return set;
}

test("a lockfile alone brings a series and its pictures back, and stays as it is", async () => {
  const set = await rendered();
  const lock = set.read("/film/kling.lock.json");
  for (const gone of ["/film/.kling", "/film/renders", "/home"]) set.remove(gone);
  expect(await set.render({ frozen: true })).toMatchObject({ status: "ran", exit: 0, spent: 0 });
  expect(set.read("/film/kling.lock.json")).toBe(lock);
  expect(await set.decisions()).toEqual(KEPT);
  expect(set.vendor.submitted).toHaveLength(1);
});

test("pictures that lie at their places are taken from there when the vendor has the series no more", async () => {
  const set = await rendered();
  for (const gone of ["/film/.kling", "/home"]) set.remove(gone);
  await set.clock.advance(daysMs(31));
  const report = await set.render({ frozen: true });
  expect(await set.decisions()).toEqual({ ...KEPT, "images.faces": "blocked: expired" });
  expect(report).toMatchObject({ spent: 0 });
});

test("what may be had at no cost are the pictures, too", async () => {
  const set = await rendered();
  for (const gone of ["/film/.kling", "/film/renders", "/home"]) set.remove(gone);
  expect(await set.render({ gather: true })).toMatchObject({ status: "ran", exit: 0, spent: 0 });
  expect(await set.decisions()).toEqual(KEPT);
});

test("a picture keeps its number where one before it cannot be had", async () => {
  const set = film(SERIES, {
    end: (): Partial<TaskLook> => ({
      outputs: [1, 3].map((nth) => ({ kind: "image", url: `https://cdn.example/t1/picture-${nth}`, nth })),
    }),
  });
  await set.render(YES);
  const { "images.faces": _series, ...pictures } = await set.decisions();
  expect(pictures).toMatchObject({
    "images.faces.picture-1": "keep",
    "images.faces.picture-2": expect.not.stringMatching("keep") as string,
    "images.faces.picture-3": "keep",
  });
});

test.each<[what: string, looks: readonly number[], kept: number]>([
  ["shows all of its pictures a little later is kept whole", [2, 3], 3],
  ["has fewer pictures than were asked for is kept as it is, and bought once", [2], 2],
])("a series that %s", async (_, looks, kept) => {
  let look = 0;
  const set = film(SERIES, {
    end: (): Partial<TaskLook> => ({
      outputs: Array.from({ length: looks[Math.min(look++, looks.length - 1)] ?? 0 }, (_each, index) => ({
        kind: "image",
        url: `https://cdn.example/t1/picture-${index + 1}`,
      })),
    }),
  });
  await set.render(YES);
  const decisions = Object.values(await set.decisions());
  expect(decisions.filter((each) => each === "keep")).toHaveLength(1 + kept);
  expect(set.vendor.submitted).toHaveLength(1);
});
