/** Keys are frozen, depend on intent alone, and change for exactly the steps whose intent changed. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { cacheKey, keyGraph, type KeyInputs } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import type { Manifest, Shot, Source, Still } from "../../src/manifest/manifest.js";
import { FILES, goldenGraph, type GoldenCase } from "./golden-graph.js";
import { digestsOf, expanded, keysOf, manifestOf } from "./manifests.js";

interface Golden extends GoldenCase {
  readonly inputs: KeyInputs;
  readonly key: string;
}
const golden = JSON.parse(
  readFileSync(new URL("golden/keys.json", import.meta.url), "utf8"),
) as readonly Golden[];

describe("the frozen format", () => {
  test.each(golden.map((each) => [`${each.name}, take ${each.take}, ${each.realm}`, each] as const))(
    "the key of %s never changes",
    (_, each) => {
      const keyed = keyGraph(goldenGraph(each), FILES).get("shots.golden.clip" as StepId);
      expect(keyed).toEqual({ key: each.key, inputs: each.inputs });
      expect(cacheKey(each.inputs)).toBe(each.key);
    },
  );

  test("every kind of action, way of extending, realm and two takes are among the golden keys, all different", () => {
    const names = golden.map(
      ({ realm, take, action }) =>
        `${action.kind}${action.kind === "extend" ? `/${action.via}` : ""} ${realm} ${take}`,
    );
    const kinds = [
      "text_to_video",
      "image_to_video",
      "extend/native",
      "extend/omni",
      "extend/last_frame",
      "lip_sync",
      "image",
      "try_on",
      "frame",
      "omni_video",
      "motion_control",
      "avatar",
      "effect",
      "multi_image_to_video",
      "video_to_audio",
      "omni_image",
      "multi_image",
      "expand",
      "text_to_audio",
      "element",
      "voice",
      "picture",
    ];
    const wanted = kinds.flatMap((kind) =>
      ["kling", "sandbox"].flatMap((realm) => [1, 2].map((take) => `${kind} ${realm} ${take}`)),
    );
    expect([...new Set(names)].toSorted()).toEqual(wanted.toSorted());
    expect(new Set(golden.map((each) => each.key)).size).toBe(golden.length);
  });

  test("a step whose file cannot be read has no key, nor has what depends on it", () => {
    const manifest = manifestOf({
      images: [
        { id: "a", prompt: "x", image: "gone.png" },
        { id: "b", prompt: "x" },
      ],
      shots: [
        { id: "010", image: { from: "images.a" } },
        { id: "020", image: { from: "images.b" } },
      ],
    });
    const keys = keyGraph(expanded(manifest).graph, new Map());
    expect([...keys.keys()]).toEqual(["images.b", "shots.020.clip"]);
  });

  test("a pinned URL and a file of the same bytes are the same intent", () => {
    const sha256 = sha256Hex("picture");
    const keyOf = (image: Source) =>
      keysOf(manifestOf({ shots: [{ id: "010", image }] }), undefined, { "a.png": "picture" }).get(
        "shots.010.clip" as StepId,
      )?.key;
    expect(keyOf({ url: "https://example.com/a.png", sha256 })).toBe(keyOf("a.png"));
  });
});

describe("a model of the project's own", () => {
  type Own = NonNullable<Manifest["catalog"]["models"]>[number];
  /** Key and model in it of everything that can name a model. */
  const named = (video: Partial<Own>, image: Partial<Own> = {}, dress: Partial<Own> = {}) => {
    const models = [
      { id: "mine", like: "kling-2.6", wire_name: "kling-2.6-preview", ...video },
      { id: "my-image", like: "kling-v2-1", wire_name: "kling-v2-2", ...image },
      { id: "my-dress", like: "kolors-virtual-try-on-v1", wire_name: "kolors-2", ...dress },
    ] as const;
    const [{ id: model }, { id: imageModel }, { id: dressModel }] = models;
    const keys = keysOf(
      manifestOf({
        catalog: { models },
        images: [
          { id: "still", prompt: "x", model: imageModel },
          { id: "worn", try_on: { human: "refs/a.png", cloth: "refs/b.png", model: dressModel } },
        ],
        shots: [
          { id: "words", prompt: "x", model },
          { id: "picture", image: "refs/a.png", model },
          { id: "longer", prompt: "x", steps: [{ extend: { via: "last_frame", model } }] },
        ],
      }),
    );
    return [...keys].flatMap(([id, { key, inputs }]) => {
      const { model } = inputs.action;
      return typeof model === "string" ? [[id, model, key] as const] : [];
    });
  };
  const before = named({});

  test("is in the key as the built-in model that it is like at its wire name", () => {
    expect(before.map(([id, model]) => `${id} ${model}`)).toEqual([
      "images.still kling-v2-1@kling-v2-2",
      "images.worn kolors-virtual-try-on-v1@kolors-2",
      "shots.words.clip kling-2.6@kling-2.6-preview",
      "shots.picture.clip kling-2.6@kling-2.6-preview",
      "shots.longer.clip kling-2.5-turbo",
      "shots.longer.extend kling-2.6@kling-2.6-preview",
    ]);
  });

  test("has the same keys under another local id, label and lengths", () => {
    const renamed = named(
      { id: "ours", label: "Ours", durations: [4, 5] },
      { id: "our-image" },
      { id: "our-dress" },
    );
    expect(renamed).toEqual(before);
  });

  test.each<[string, readonly Partial<Own>[]]>([
    ["like", [{ like: "kling-2.5-turbo" }, { like: "kling-v3" }, { like: "kolors-virtual-try-on-v1-5" }]],
    ["wire_name", [{ wire_name: "kling-2.6-b" }, { wire_name: "kling-v2-3" }, { wire_name: "kolors-3" }]],
  ])("has other keys when its %s is another", (_, [video = {}, image, dress]) => {
    const differ = named(video, image, dress).flatMap(([id, , key], at) =>
      before[at]?.[2] === key ? [] : [id],
    );
    expect(differ).toEqual(before.flatMap(([id]) => (id === "shots.longer.clip" ? [] : [id])));
  });

  test("that is a built-in one by another name has this one's keys", () => {
    const same = named(
      { wire_name: "kling-2.6" },
      { wire_name: "kling-v2-1" },
      { wire_name: "kolors-virtual-try-on-v1" },
    );
    expect(same.map(([, model]) => model)).toEqual([
      "kling-v2-1",
      "kolors-virtual-try-on-v1",
      "kling-2.6",
      "kling-2.6",
      "kling-2.5-turbo",
      "kling-2.6",
    ]);
  });

  test("says in its action what it is, and built-in models do not", () => {
    const actions = expanded(
      manifestOf({
        catalog: { models: [{ id: "mine", like: "kling-2.6" }] },
        shots: [
          { id: "a", prompt: "x", model: "mine" },
          { id: "b", prompt: "x", model: "kling-2-6" },
        ],
      }),
    ).graph.steps.map((step) => step.action);
    expect(actions).toMatchObject([{ model: "mine", identity: "kling-2.6@mine" }, { model: "kling-2.6" }]);
    expect(actions[1]).not.toHaveProperty("identity");
  });
});

// ---- Laws, over manifests of a few images and shots that refer to earlier ones. ----

const words = fc
  .array(fc.constantFrom("wide", "ferry", "café", "Ångström", "rain", "她", "night"), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) => all.join(" "));
const files = fc.constantFrom("refs/a.png", "refs/b.png", "./refs/c.png");
const upTo = (count: number) => fc.nat(Math.max(0, count - 1));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

const stillAt = (index: number): fc.Arbitrary<Still> =>
  fc
    .record({
      prompt: words,
      image: maybe(
        index === 0
          ? files
          : fc.oneof(
              files,
              upTo(index).map((at): Source => ({ from: `images.i${at}` })),
            ),
      ),
      resolution: maybe(fc.constantFrom("1k" as const, "2k" as const)),
      aspect_ratio: maybe(fc.constantFrom("16:9", "3:4")),
      take: maybe(fc.integer({ min: 1, max: 3 })),
    })
    .map((fields) => present({ id: `i${index}`, ...fields }));

const shotAt = (index: number, images: number): fc.Arbitrary<Shot> => {
  const sources: fc.Arbitrary<Source>[] = [files];
  if (images > 0) sources.push(upTo(images).map((at) => ({ from: `images.i${at}` })));
  if (index > 0)
    sources.push(
      fc
        .record({ at: upTo(index), frame: fc.constantFrom("first" as const, "last" as const) })
        .map(({ at, frame }) => ({ from: `shots.s${at}`, frame })),
    );
  return fc
    .record({
      prompt: words,
      image: maybe(fc.oneof(...sources)),
      model: maybe(fc.constantFrom("kling-2.5-turbo", "kling-3.0", "kling-v1-6")),
      mode: maybe(fc.constantFrom("std" as const, "pro" as const)),
      duration: maybe(fc.constantFrom(5, 10)),
      take: maybe(fc.integer({ min: 1, max: 3 })),
      takes: maybe(fc.constant(3)),
      steps: maybe(
        fc.array(
          fc.oneof(
            fc.record({ prompt: words }).map((extend) => ({ extend })),
            fc.record({ text: words }).map(({ text }) => ({ lip_sync: { text, voice: "oversea_male1" } })),
          ),
          { maxLength: 2 },
        ),
      ),
    })
    .map((fields) => present({ id: `s${index}`, ...fields }));
};

const manifests: fc.Arbitrary<Manifest> = fc
  .tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }))
  .chain(([images, shots]) =>
    fc.record({
      images: fc.tuple(...Array.from({ length: images }, (_, index) => stillAt(index))),
      shots: fc.tuple(...Array.from({ length: shots }, (_, index) => shotAt(index, images))),
      defaults: maybe(
        fc.record({
          video: fc.record({
            duration: fc.constantFrom(5, 10),
            mode: fc.constantFrom("std" as const, "pro" as const),
          }),
        }),
      ),
    }),
  )
  .map(({ images, shots, defaults }) =>
    manifestOf({ images, shots, ...(defaults === undefined ? {} : { defaults }) }),
  );

/** Ids and keys, in order; fails when a step has no key. */
function keyed(manifest: Manifest, profile?: string, contents: Readonly<Record<string, string>> = {}) {
  const { graph } = expanded(manifest, profile);
  const keys = keyGraph(graph, digestsOf(graph, contents));
  expect(keys.size).toBe(graph.steps.length);
  return { graph, keys, list: graph.steps.map((step) => keys.get(step.id)?.key) };
}

const eachShot = (manifest: Manifest, change: (shot: Shot, index: number) => Shot): Manifest => ({
  ...manifest,
  shots: manifest.shots.map(change),
});
const eachStill = (manifest: Manifest, change: (still: Still, index: number) => Still): Manifest => ({
  ...manifest,
  images: manifest.images.map(change),
});

function renamed(manifest: Manifest): Manifest {
  const name = (from: string) => from.replace(/^(images|shots)\./, "$1.new-");
  const source = (value: Source | undefined) =>
    typeof value === "object" && "from" in value ? { ...value, from: name(value.from) } : value;
  const entry = <T extends Shot | Still>(each: T): T =>
    present({ ...each, id: `new-${each.id}`, image: source(each.image) });
  return { ...manifest, shots: manifest.shots.map(entry), images: manifest.images.map(entry) };
}

const messy = (text: string) => `\n ${text.normalize("NFD").replaceAll(" ", " \t\n  ")}  `;

const HARMLESS: Readonly<Record<string, (manifest: Manifest) => Manifest>> = {
  "renaming every id": renamed,
  "titles, notes, tags and holds": (manifest) =>
    eachShot(
      eachStill(manifest, (each) => ({ ...each, title: "T", notes: "n", tags: ["x"], hold: true })),
      (each) => ({ ...each, title: "T", notes: "n", tags: ["x"], hold: true }),
    ),
  "another project, template, budget, approval, limits": (manifest) => ({
    ...manifest,
    project: "other",
    outputs: { path: "out/{project}/{shot}-{step}{take}.mp4", image_path: "out/{image}{take}.png" },
    budget: { usd: 3 },
    approval: { tiers: ["standard"], above_usd: 0 },
    limits: { concurrency: 1, poll_seconds: 60 },
  }),
  "prices and models added to the catalog": (manifest) => ({
    ...manifest,
    catalog: {
      models: [{ id: "house", like: "kling-2.6" }],
      prices: [{ model: "kling-2.5-turbo", usd_per_second: 9 }],
      unit_usd: { video: 0.01 },
    },
  }),
  "white space and Unicode form of prompts": (manifest) =>
    eachShot(
      eachStill(manifest, (each) => present({ ...each, prompt: messy(each.prompt ?? "") })),
      (each) => ({
        ...each,
        prompt: messy(each.prompt ?? ""),
        ...(each.steps === undefined
          ? {}
          : {
              steps: each.steps.map((step) =>
                step.extend === undefined
                  ? step
                  : { extend: { ...step.extend, prompt: messy(step.extend.prompt ?? "") } },
              ),
            }),
      }),
    ),
  "a prompt moved into a variable": (manifest) => ({
    ...eachShot(manifest, (each, index) => ({ ...each, prompt: `\${vars.p${index}}` })),
    vars: Object.fromEntries(manifest.shots.map((each, index) => [`p${index}`, each.prompt ?? ""])),
  }),
  "defaults written out in every shot and image": (manifest) =>
    eachStill(
      eachShot(manifest, (each) => {
        const video = manifest.defaults.video ?? {};
        return {
          model: "kling-2.5-turbo",
          mode: video.mode ?? "std",
          duration: video.duration ?? 5,
          audio: false,
          take: 1,
          ...each,
        };
      }),
      (each) => ({ model: "kling-v3", aspect_ratio: "16:9", resolution: "1k", take: 1, ...each }),
    ),
  "default fields of no effect": (manifest) => ({
    ...manifest,
    defaults: {
      ...manifest.defaults,
      video: { ...manifest.defaults.video, audio: false, negative_prompt: "" },
    },
  }),
  "files under other paths": (manifest) => {
    const moved = (source: Source | undefined) =>
      typeof source === "string" ? source.replace("refs/", "elsewhere/") : source;
    return eachShot(
      eachStill(manifest, (each) => present({ ...each, image: moved(each.image) })),
      (each) => present({ ...each, image: moved(each.image) }),
    );
  },
};

const CONTENTS = {
  "refs/a.png": "a",
  "refs/b.png": "b",
  "refs/c.png": "c",
  "elsewhere/a.png": "a",
  "elsewhere/b.png": "b",
  "elsewhere/c.png": "c",
};

describe("laws", () => {
  test.each(Object.entries(HARMLESS))("%s changes no key", (_, change) => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        expect(keyed(change(manifest), undefined, CONTENTS).list).toEqual(
          keyed(manifest, undefined, CONTENTS).list,
        );
      }),
    );
  });

  test("the order of shots and images changes no key", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const turned = {
          ...manifest,
          shots: manifest.shots.toReversed(),
          images: manifest.images.toReversed(),
        };
        const before = keyed(manifest).keys;
        const after = keyed(turned).keys;
        for (const [id, { key }] of before) expect([id, after.get(id)?.key]).toEqual([id, key]);
        expect(after.size).toBe(before.size);
      }),
    );
  });

  test("a profile of the same intent has the same keys", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const profile = { id: "p", defaults: manifest.defaults, override: {}, vars: { unused: "x" } };
        expect(keyed({ ...manifest, profiles: [profile] }, "p").list).toEqual(keyed(manifest).list);
      }),
    );
  });

  test("routes of one realm have the same keys, realms never", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const at = (provider: string) => keyed({ ...manifest, provider }).list;
        expect(at("fal")).toEqual(at("kling"));
        const sandbox = new Set(at("sandbox"));
        for (const key of at("kling")) expect(sandbox.has(key)).toBe(false);
      }),
    );
  });

  /** Which steps' keys differ, and the given steps with all that depends on them. */
  function difference(
    before: Manifest,
    after: Manifest,
    roots: (id: string) => boolean,
    contents: Readonly<Record<string, string>> = {},
  ) {
    const one = keyed(before);
    const two = keyed(after, undefined, contents);
    const differ = one.graph.steps
      .filter(({ id }) => one.keys.get(id)?.key !== two.keys.get(id)?.key)
      .map(({ id }) => id);
    const expected = new Set<string>();
    for (const step of one.graph.steps)
      if (roots(step.id) || step.needs.some((need) => expected.has(need))) expected.add(step.id);
    return { differ, expected: one.graph.steps.flatMap(({ id }) => (expected.has(id) ? [id] : [])) };
  }

  const CHANGES: Readonly<Record<string, (shot: Shot) => Shot>> = {
    prompt: (shot) => ({ ...shot, prompt: `${shot.prompt}.` }),
    model: (shot) => ({ ...shot, model: shot.model === "kling-2.6" ? "kling-3.0" : "kling-2.6" }),
    mode: (shot) => ({ ...shot, mode: "4k" }),
    duration: (shot) => ({ ...shot, duration: 7 }),
  };

  test.each(Object.entries(CHANGES))(
    "another %s of a shot changes its clip and exactly what depends on it",
    (_, change) => {
      fc.assert(
        fc.property(manifests, fc.nat(), (base, seed) => {
          // A fixed way of extending, so that another model does not lead to another graph or way.
          const manifest = eachShot(base, (each) =>
            each.steps === undefined
              ? each
              : {
                  ...each,
                  steps: each.steps.map((step) =>
                    step.extend === undefined ? step : { extend: { ...step.extend, via: "omni" as const } },
                  ),
                },
          );
          const target = manifest.shots[seed % manifest.shots.length]?.id ?? "";
          const after = eachShot(manifest, (each) => (each.id === target ? change(each) : each));
          const { differ, expected } = difference(
            manifest,
            after,
            (id) => id.startsWith(`shots.${target}.clip`) && !id.includes("frame"),
          );
          expect(differ).toEqual(expected);
        }),
      );
    },
  );

  test("another take changes the chosen clip and exactly what depends on it", () => {
    fc.assert(
      fc.property(manifests, fc.nat(), (base, seed) => {
        const manifest = eachShot(base, (each) => present({ ...each, takes: undefined }));
        const target = manifest.shots[seed % manifest.shots.length]?.id ?? "";
        const after = eachShot(manifest, (each) =>
          each.id === target ? { ...each, take: (each.take ?? 1) + 1 } : each,
        );
        const { differ, expected } = difference(manifest, after, (id) => id === `shots.${target}.clip`);
        expect(differ).toEqual(expected);
      }),
    );
  });

  test("one byte of an input file changes the steps that consume it and exactly what depends on them", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const consumes = new Set(
          expanded(manifest).graph.steps.flatMap((step) =>
            "image" in step.action &&
            step.action.image?.kind === "file" &&
            step.action.image.path === "refs/a.png"
              ? [step.id as string]
              : [],
          ),
        );
        const { differ, expected } = difference(manifest, manifest, (id) => consumes.has(id), {
          "refs/a.png": "refs/a.pnG",
        });
        expect(differ).toEqual(expected);
      }),
    );
  });

  test("an image's prompt changes it and exactly what depends on it", () => {
    fc.assert(
      fc.property(
        manifests.filter((each) => each.images.length > 0),
        fc.nat(),
        (manifest, seed) => {
          const target = manifest.images[seed % manifest.images.length]?.id ?? "";
          const after = eachStill(manifest, (each) =>
            each.id === target ? { ...each, prompt: `${each.prompt}!` } : each,
          );
          const { differ, expected } = difference(manifest, after, (id) => id === `images.${target}`);
          expect(differ).toEqual(expected);
        },
      ),
    );
  });
});
