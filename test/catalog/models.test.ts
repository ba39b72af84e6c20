/** The model tables keep their own promises: names are unique, rules are consistent, every fact has a source and a day. */
import { expect, test } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import type { Model, VideoEndpoint, VideoModel } from "../../src/catalog/model.js";

const catalog = createCatalog().value;
const models: readonly Model[] = catalog?.all() ?? [];
const videos = models.filter((model): model is VideoModel => model.kind === "video");
const endpoints = videos.flatMap((model) =>
  [model.textToVideo, model.imageToVideo]
    .filter((endpoint): endpoint is VideoEndpoint => endpoint !== undefined)
    .map((endpoint) => [`${model.id} ${endpoint.path}`, model, endpoint] as const),
);

test("the catalog holds exactly the known models, by kind and status", () => {
  const listed = models.map((model) => `${model.kind} ${model.status} ${model.dialect} ${model.id}`);
  expect(listed).toEqual([
    "video current new kling-2.5-turbo",
    "video current new kling-2.6",
    "video current new kling-o1",
    "video current new kling-3.0",
    "video current new kling-3.0-omni",
    "video current new kling-3.0-turbo",
    "video superseded legacy kling-v2-5-turbo",
    "video superseded legacy kling-v2-6",
    "video superseded legacy kling-video-o1",
    "video superseded legacy kling-v3",
    "video superseded legacy kling-v3-omni",
    "video retired legacy kling-v1",
    "video presumed_retired legacy kling-v1-5",
    "video presumed_retired legacy kling-v1-6",
    "video presumed_retired legacy kling-v2-master",
    "video presumed_retired legacy kling-v2-1",
    "video presumed_retired legacy kling-v2-1-master",
    "image current legacy kling-v3",
    "image current legacy kling-v3-omni",
    "image current legacy kling-image-o1",
    "image current legacy kling-v2-1",
    "image current legacy kolors-virtual-try-on-v1",
    "image current legacy kolors-virtual-try-on-v1-5",
    "service current legacy avatar",
    "service current legacy effects",
    "service current legacy video-to-audio",
    "service current legacy text-to-audio",
    "service current legacy outpainting",
    "service current legacy element",
    "service current legacy custom-voice",
  ]);
});

test.each(["video", "image"] as const)("no %s name means two models", (kind) => {
  const names = models.flatMap((model) => (model.kind === kind ? [model.id, model.aliases].flat() : []));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test.each(endpoints)("%s is spoken to as its dialect wants", (_name, model, endpoint) => {
  const newPath = new RegExp(
    `^/(text-to-video|image-to-video|omni-video)/${model.wireName.replaceAll(".", "\\.")}$`,
  );
  const v1Path = /^\/v1\/videos\/(text2video|image2video|omni-video)$/;
  expect(endpoint.path).toMatch(model.dialect === "new" ? newPath : v1Path);
  expect(endpoint.path.includes("omni")).toBe(endpoint.shape === "omni");
  expect(model.dialect === "new" && (endpoint.negativePrompt || endpoint.cfgScale)).toBe(false);
});

test.each(endpoints)(
  "%s offers lengths in order, and its narrower lists are part of them",
  (_name, _model, endpoint) => {
    const { durations, loneFrameDurations = [], sureDurations = [] } = endpoint;
    expect(durations).toEqual([...new Set(durations)].toSorted((a, b) => a - b));
    expect(durations).toEqual(expect.arrayContaining([...loneFrameDurations, ...sureDurations]));
    expect(durations).toContain(5);
  },
);

test.each(endpoints)("%s names only modes that its model has", (_name, model, endpoint) => {
  const modes = model.modes.map(({ mode }) => mode);
  expect(modes).toEqual(
    expect.arrayContaining([...(endpoint.audioModes ?? []), ...(endpoint.endImage?.modes ?? [])]),
  );
});

test.each(videos.map((model) => [model.id, model] as const))(
  "%s takes pictures in image to video only",
  (_id, model) => {
    expect(model.textToVideo?.image).toBeUndefined();
    expect(model.textToVideo?.aspectRatios).not.toEqual([]);
    expect(model.imageToVideo?.image).toMatchObject({ minSide: 300, maxRatio: 2.5, formats: ["jpg", "png"] });
    expect(model.imageToVideo?.image?.maxBytes).toBe(model.dialect === "new" ? 50e6 : 10e6);
    expect(model.imageToVideo?.aspectRatios).toEqual([]);
  },
);

test.each(models.map((model) => [`${model.kind} ${model.id}`, model] as const))(
  "every fact about %s has a source and a day",
  (_id, model) => {
    for (const basis of [model.basis, ...model.prices.map((row) => row.basis)]) {
      expect(basis.source).not.toBe("");
      expect(basis.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
    // The vendor publishes no price of its effects.
    expect(model.prices.length > 0).toBe(model.id !== "effects");
    for (const row of model.prices)
      expect([row.units, row.usd].filter((each) => each !== undefined)).toHaveLength(1);
  },
);

test.each(models.filter((model) => model.status !== "current").map((model) => [model.id, model] as const))(
  "%s is not current, says why, and names a current model to use instead",
  (_id, model) => {
    expect(model.note).toBeDefined();
    expect(catalog?.video(model.instead ?? "")?.status).toBe("current");
  },
);
