/** A manifest becomes steps: fields from where they belong, references resolved, everything wrong said once. */
import { describe, expect, test } from "vitest";
import type { Manifest, Profile, Shot, Still } from "../../src/manifest/manifest.js";
import { expanded, graphOf, lines, manifestOf, stepOf } from "./manifests.js";

const shot = (id: string, more: Partial<Shot> = {}): Shot => ({ id, prompt: `shot ${id}`, ...more });
const still = (id: string, more: Partial<Still> = {}): Still => ({ id, prompt: `still ${id}`, ...more });
const found = (manifest: Partial<Manifest>, profile?: string) =>
  lines(expanded(manifestOf(manifest), profile).diagnostics);

describe("steps", () => {
  test("ids keep the order and the text in which they are written", () => {
    const ids = ["010", "10", "1e3", "2", "A", "a-1"];
    const graph = graphOf(manifestOf({ shots: ids.map((id) => shot(id)) }));
    expect(graph.steps.map((step) => step.id)).toEqual(ids.map((id) => `shots.${id}.clip`));
  });

  test("a shot's steps consume each other in order, and repeated kinds are numbered from the second on", () => {
    const graph = graphOf(
      manifestOf({
        shots: [
          shot("010", {
            steps: [
              { extend: {} },
              { lip_sync: { text: "hi", voice: "oversea_male1" } },
              { extend: { via: "last_frame" } },
            ],
          }),
        ],
      }),
    );
    expect(graph.steps.map((step) => `${step.id} <- ${step.needs.join()}`)).toEqual([
      "shots.010.clip <- ",
      "shots.010.extend <- shots.010.clip",
      "shots.010.lip_sync <- shots.010.extend",
      "shots.010.lip_sync.last-frame <- shots.010.lip_sync",
      "shots.010.extend-2 <- shots.010.lip_sync,shots.010.lip_sync.last-frame",
    ]);
  });

  test("upstream stands before downstream even when it is written after it", () => {
    const graph = graphOf(
      manifestOf({
        shots: [
          shot("010", { image: { from: "shots.020", frame: "last" } }),
          shot("020", { image: { from: "images.mara" } }),
        ],
        images: [still("mara", { image: { from: "images.base" } }), still("base")],
      }),
    );
    expect(graph.steps.map((step) => step.id)).toEqual([
      "images.base",
      "images.mara",
      "shots.020.clip",
      "shots.020.clip.last-frame",
      "shots.010.clip",
    ]);
    const places = graph.steps.toSorted((a, b) => a.place - b.place).map(({ owner }) => owner.id);
    expect(places, "where they stand in the film").toEqual(["mara", "base", "010", "020", "020"]);
  });

  test("a shot alone means its last step, and a frame that two want is one step", () => {
    const graph = graphOf(
      manifestOf({
        shots: [
          shot("010", { steps: [{ extend: {} }] }),
          shot("020", { image: { from: "shots.010", frame: "last" } }),
          shot("030", { image: { from: "shots.010.extend", frame: "last" } }),
          shot("040", { image: { from: "shots.010.clip", frame: "first" } }),
        ],
      }),
    );
    expect(graph.steps.filter((step) => step.action.kind === "frame").map((step) => step.id)).toEqual([
      "shots.010.extend.last-frame",
      "shots.010.clip.first-frame",
    ]);
    expect(stepOf(graph, "shots.010.extend.last-frame").output).toBeUndefined();
    expect(stepOf(graph, "shots.030.clip").needs).toEqual(["shots.010.extend.last-frame"]);
  });

  test("takes are candidates beside the chosen one, which alone keeps the plain id and is consumed", () => {
    const graph = graphOf(
      manifestOf({
        shots: [
          shot("010", { takes: 3, take: 2 }),
          shot("020", { image: { from: "shots.010", frame: "last" } }),
        ],
      }),
    );
    expect(
      graph.steps.map(
        (step) => `${step.id} take ${step.take}${step.candidate ? " candidate" : ""} ${step.output ?? "-"}`,
      ),
    ).toEqual([
      "shots.010.clip@1 take 1 candidate renders/sandbox/default/010/clip.mp4",
      "shots.010.clip take 2 renders/sandbox/default/010/clip-t2.mp4",
      "shots.010.clip@3 take 3 candidate renders/sandbox/default/010/clip-t3.mp4",
      "shots.010.clip.last-frame take 1 -",
      "shots.020.clip take 1 renders/sandbox/default/020/clip.mp4",
    ]);
  });

  test("a take alone is that take and no candidates", () => {
    const graph = graphOf(manifestOf({ shots: [shot("010", { take: 4 })] }));
    expect(graph.steps.map((step) => [step.id, step.take, step.candidate])).toEqual([
      ["shots.010.clip", 4, false],
    ]);
  });

  test("titles and holds travel with the step", () => {
    const graph = graphOf(
      manifestOf({
        shots: [shot("010", { title: "Dawn", hold: true, steps: [{ extend: { hold: true } }] }), shot("020")],
      }),
    );
    expect(graph.steps.map((step) => [step.title, step.hold])).toEqual([
      ["Dawn", true],
      ["Dawn", true],
      [undefined, false],
    ]);
  });
});

describe("fields", () => {
  const action = (manifest: Partial<Manifest>, profile?: string) =>
    stepOf(graphOf(manifestOf(manifest), profile), "shots.010.clip").action;

  test.each<[string, Partial<Manifest>, string | undefined, object]>([
    [
      "built-in values",
      {},
      undefined,
      { model: "kling-2.5-turbo", mode: "std", duration: 5, aspect_ratio: "16:9" },
    ],
    [
      "defaults beat built-in values",
      { defaults: { video: { duration: 10, aspect_ratio: "9:16" } } },
      undefined,
      { duration: 10, aspect_ratio: "9:16" },
    ],
    [
      "a profile's defaults beat defaults",
      {
        defaults: { video: { duration: 10 } },
        profiles: [{ id: "p", defaults: { video: { duration: 5, mode: "pro" } } }],
      },
      "p",
      { duration: 5, mode: "pro" },
    ],
    [
      "the shot beats a profile's defaults",
      {
        shots: [shot("010", { mode: "std" })],
        profiles: [{ id: "p", defaults: { video: { mode: "pro" } } }],
      },
      "p",
      { mode: "std" },
    ],
    [
      "a profile's override beats the shot",
      {
        shots: [shot("010", { model: "kling-3.0", mode: "pro" })],
        profiles: [{ id: "p", override: { video: { model: "kling-2.5-turbo", mode: "std" } } }],
      },
      "p",
      { model: "kling-2.5-turbo", mode: "std" },
    ],
    [
      "another profile's override is not in force",
      { profiles: [{ id: "p", override: { video: { mode: "pro" } } }, { id: "q" }] },
      "q",
      { mode: "std" },
    ],
  ])("%s", (_, manifest, profile, expected) => {
    expect(action({ shots: [shot("010")], ...manifest }, profile)).toMatchObject(expected);
  });

  test("an alias is resolved to the model's own name", () => {
    const aliased = stepOf(
      graphOf(manifestOf({ shots: [shot("010", { model: "kling-v2-5-turbo" })] })),
      "shots.010.clip",
    );
    expect(aliased.action).toMatchObject({ model: expect.stringMatching(/^kling-/) as string });
  });

  test.each<[string, Partial<Manifest>, string]>([
    [
      "aspect_ratio of a shot from an image",
      { defaults: { video: { aspect_ratio: "9:16" } }, shots: [shot("010", { image: "a.png" })] },
      "aspect_ratio",
    ],
    [
      "negative_prompt of a new model",
      { defaults: { video: { negative_prompt: "fog" } }, shots: [shot("010")] },
      "negative_prompt",
    ],
    [
      "cfg_scale of a new model",
      { defaults: { video: { cfg_scale: 0.7 } }, shots: [shot("010")] },
      "cfg_scale",
    ],
    ["sound of a silent model", { defaults: { video: { audio: true } }, shots: [shot("010")] }, "audio"],
    [
      "sound in a mode without it",
      { defaults: { video: { audio: true, model: "kling-2.6", mode: "std" } }, shots: [shot("010")] },
      "audio",
    ],
    [
      "sound beside an end image that silences it",
      {
        defaults: { video: { audio: true, model: "kling-2.6", mode: "pro" } },
        shots: [shot("010", { image: "a.png", end_image: "b.png" })],
      },
      "audio",
    ],
    [
      "a mode of a model without modes",
      {
        defaults: { video: { mode: "pro" } },
        shots: [shot("010", { image: "a.png", model: "kling-v2-master" })],
      },
      "mode",
    ],
  ])("a default that a step cannot take is left out: %s", (_, manifest, field) => {
    const { graph, diagnostics } = expanded(manifestOf(manifest));
    expect(diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    expect(stepOf(graph, "shots.010.clip").action).not.toHaveProperty(field);
  });

  test("a default length that the model cannot make gives way to 5 s", () => {
    expect(action({ defaults: { video: { duration: 15 } }, shots: [shot("010")] })).toMatchObject({
      duration: 5,
    });
  });

  test("sound by default stays where it can be had", () => {
    const video = { audio: true, model: "kling-2.6", mode: "pro" } as const;
    expect(action({ defaults: { video }, shots: [shot("010")] })).toMatchObject({ audio: true });
    expect(action({ defaults: { video }, shots: [shot("010", { image: "a.png" })] })).toMatchObject({
      audio: true,
    });
  });

  test("a still's default that it cannot take is left out, and the same on the still is an error", () => {
    const beside = {
      defaults: { image: { negative_prompt: "fog" } },
      images: [still("mara", { image: "a.png" })],
    };
    expect(found(beside)).toEqual([]);
    expect(found({ images: [still("mara", { image: "a.png", negative_prompt: "fog" })] })).toEqual([
      "error images.mara.negative_prompt: kling-v3 takes no negative_prompt beside an image | say in the prompt what must not be seen",
    ]);
  });

  test("the same field on the shot is an error", () => {
    expect(found({ shots: [shot("010", { negative_prompt: "fog", audio: true })] })).toEqual([
      expect.stringMatching(/^error shots\.010\.audio: kling-2\.5-turbo makes no sound \|/),
      expect.stringMatching(
        /^error shots\.010\.negative_prompt: kling-2\.5-turbo takes no negative_prompt \|/,
      ),
    ]);
  });

  test("prompts are normalised after their variables are put in", () => {
    const manifest = manifestOf({
      vars: { look: "  heavy\n rain  ", mara: "Mara, ${vars.look}" },
      shots: [shot("010", { prompt: "wide,\n  ${vars.mara}\tat  dawn, cafe\u0301, $${5} " })],
    });
    expect(stepOf(graphOf(manifest), "shots.010.clip").action).toMatchObject({
      prompt: "wide, Mara, heavy rain at dawn, caf\u00e9, ${5}",
    });
  });

  test("a profile's variables beat the manifest's", () => {
    const manifest = {
      vars: { look: "day" },
      profiles: [{ id: "p", vars: { look: "night" } }],
      shots: [shot("010", { prompt: "${vars.look}" })],
    };
    expect(action(manifest)).toMatchObject({ prompt: "day" });
    expect(action(manifest, "p")).toMatchObject({ prompt: "night" });
  });

  test("an extend goes the first way that the source's model allows", () => {
    const steps = [{ extend: {} }, { extend: {} }];
    const graph = (model: string) => expanded(manifestOf({ shots: [shot("010", { model, steps })] })).graph;
    const ways = (model: string) =>
      graph(model).steps.flatMap(({ action }) =>
        action.kind === "extend" ? [`${action.via} ${action.model ?? "-"}`] : [],
      );
    expect(ways("kling-v1-6")).toEqual(["native -", "native -"]);
    expect(ways("kling-2.5-turbo")).toEqual(["omni kling-3.0-omni", "omni kling-3.0-omni"]);
  });

  test("a native extend with a model, mode or length of its own is an error, not silence", () => {
    const extend = { via: "native", model: "kling-v1-6", mode: "pro", duration: 10 } as const;
    expect(
      found({ shots: [shot("010", { model: "kling-v1-6", steps: [{ extend }] })] }).filter((line) =>
        line.startsWith("error"),
      ),
    ).toEqual(
      ["model", "mode", "duration"].map(
        (field) =>
          `error shots.010.steps.0.extend.${field}: extend via native takes no ${field} | remove ${field}`,
      ),
    );
  });
});

describe("findings", () => {
  test.each<[string, Partial<Manifest>, readonly string[]]>([
    [
      "an end image alone",
      { shots: [shot("010", { end_image: "b.png" })] },
      [
        "error shots.010.end_image: an end image needs a first image beside it | add image: for the first frame, or use this picture as image",
      ],
    ],
    [
      "aspect_ratio beside an image",
      { shots: [shot("010", { image: "a.png", aspect_ratio: "16:9" })] },
      [
        "error shots.010.aspect_ratio: a shot that starts from an image takes no aspect_ratio | remove aspect_ratio and crop the image to the shape you want",
      ],
    ],
    [
      "a shot of nothing",
      { shots: [{ id: "010" }] },
      [
        "error manifest/missing-key shots.010: shot 010 has no prompt | describe the shot: prompt: wide, the ferry leaves the pier",
      ],
    ],
    [
      "a prompt of white space",
      { shots: [{ id: "010", prompt: " \n\t" }] },
      [
        "error manifest/missing-key shots.010: shot 010 has no prompt | describe the shot: prompt: wide, the ferry leaves the pier",
      ],
    ],
    [
      "an image of nothing",
      { images: [{ id: "mara" }] },
      [
        "error manifest/missing-key images.mara: image mara has neither a prompt nor a try_on | describe the picture: prompt: studio portrait, soft light",
      ],
    ],
    [
      "a reference to nobody",
      { images: [still("mara")], shots: [shot("010", { image: { from: "images.marra" } })] },
      [
        "error graph/unknown-reference shots.010.image.from: there is no images.marra | did you mean images.mara?",
      ],
    ],
    [
      "a reference to nothing near",
      { shots: [shot("010", { image: { from: "elsewhere" } })] },
      [
        "error graph/unknown-reference shots.010.image.from: there is no elsewhere | write images.ID, shots.ID, or shots.ID.STEP",
      ],
    ],
    [
      "a clip as a picture",
      { shots: [shot("010"), shot("020", { image: { from: "shots.010" } })] },
      [
        "error graph/wrong-reference shots.020.image.from: shots.010 is a clip, but a picture is needed here | say which frame: { from: shots.010, frame: last }",
      ],
    ],
    [
      "a frame of a still",
      { images: [still("mara")], shots: [shot("010", { image: { from: "images.mara", frame: "last" } })] },
      [
        "error graph/wrong-reference shots.010.image.frame: images.mara is a still and has no last frame | leave frame out",
      ],
    ],
    [
      "a clip as sound",
      { shots: [shot("010"), shot("020", { steps: [{ lip_sync: { audio: { from: "shots.010" } } }] })] },
      [
        "error graph/wrong-reference shots.020.steps.0.lip_sync.audio.from: shots.010 has no sound to speak | name an audio file",
      ],
    ],
    [
      "lip_sync of nothing",
      { shots: [shot("010", { steps: [{ lip_sync: {} }] })] },
      [
        "error manifest/missing-key shots.010.steps.0.lip_sync: lip_sync wants either audio or text | name an audio file (audio: vo/020.wav), or write text with a voice",
      ],
    ],
    [
      "a take beyond the takes",
      { shots: [shot("010", { take: 4, takes: 3 })] },
      [
        "error graph/take shots.010.take: take 4 is chosen, but there are only 3 takes | choose a take from 1 to 3, or raise takes",
      ],
    ],
    [
      "an unknown variable",
      { vars: { look: "rain" }, shots: [shot("010", { prompt: "${vars.lok} and ${vars.lok}" })] },
      [
        "error manifest/unknown-var shots.010.prompt: ${vars.lok} names no variable | did you mean ${vars.look}? variables are written ${vars.NAME}; $${ stands for a plain ${",
      ],
    ],
  ])("%s", (_, manifest, expected) => {
    expect(found(manifest)).toEqual(expected);
  });

  test("variables in a circle are reported once, however many prompts use them", () => {
    const vars = { a: "${vars.b}", b: "${vars.a}" };
    const circles = found({
      vars,
      shots: ["010", "020", "030"].map((id) => shot(id, { prompt: "${vars.a}" })),
    });
    expect(circles).toEqual([
      "error manifest/var-cycle vars.a: variables need each other: a → b → a | write one of them out in full",
    ]);
  });

  test.each<[string, Partial<Manifest>, string, string, string]>([
    [
      "two shots",
      {
        shots: [
          shot("010", { image: { from: "shots.020", frame: "last" } }),
          shot("020", { image: { from: "shots.010", frame: "last" } }),
        ],
      },
      "shots.010 and shots.020 wait for each other",
      "shots.010.clip → shots.020.clip.last-frame → shots.020.clip → shots.010.clip.last-frame → shots.010.clip",
      "break the circle: let shots.010 or shots.020 use a file instead",
    ],
    [
      "a shot and itself",
      { shots: [shot("010", { image: { from: "shots.010", frame: "first" } })] },
      "shots.010 waits for itself",
      "shots.010.clip → shots.010.clip.first-frame → shots.010.clip",
      "let it start from a file, or from another shot or image",
    ],
    [
      "images",
      { images: [still("a", { image: { from: "images.b" } }), still("b", { image: { from: "images.a" } })] },
      "images.a and images.b wait for each other",
      "images.a → images.b → images.a",
      "break the circle: let images.a or images.b use a file instead",
    ],
  ])("a circle is reported once, by its shots and images: %s", (_, manifest, message, steps, help) => {
    const { diagnostics } = expanded(manifestOf(manifest));
    expect(diagnostics).toMatchObject([
      { code: "graph/cycle", message, why: expect.stringContaining(steps) as string, help },
    ]);
  });

  test("a hundred shots each from the last frame of the one before are no circle", () => {
    const ids = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const shots = ids.map((id, index) =>
      shot(id, index === 0 ? {} : { image: { from: `shots.s${index - 1}`, frame: "last" } }),
    );
    expect(graphOf(manifestOf({ shots })).steps).toHaveLength(199);
  });

  test("what is wrong with a default is said once, at the default", () => {
    const shots = ["010", "020", "030"].map((id) => shot(id));
    expect(found({ defaults: { video: { model: "kling-9" } }, shots })).toEqual([
      expect.stringMatching(
        /^error catalog\/unknown-model defaults\.video\.model: there is no video model called kling-9 \|/,
      ),
    ]);
  });

  const wrong = { model: "kling-9" };
  test.each<[string, Partial<Profile>, Partial<Shot>, string]>([
    [
      "a profile's override",
      { override: { video: wrong } },
      { model: "kling-3.0" },
      "profiles.p.override.video.model",
    ],
    ["a profile's defaults", { defaults: { video: wrong } }, {}, "profiles.p.defaults.video.model"],
    ["the shot's own field", { defaults: { video: { model: "kling-8" } } }, wrong, "shots.010.model"],
  ])("a finding stands at its origin: %s", (_, profile, own, path) => {
    const manifest = {
      defaults: { video: { model: "kling-7" } },
      profiles: [{ id: "p", ...profile }],
      shots: [shot("010", own)],
    };
    expect(found(manifest, "p")).toEqual([expect.stringContaining(` ${path}: `)]);
  });

  test("a shot's own wrong value is not blamed on an override that was left out", () => {
    const profiles = [{ id: "p", override: { video: { duration: 15 } } }];
    expect(found({ profiles, shots: [shot("010", { duration: 7 })] }, "p")).toEqual([
      expect.stringMatching(/^error shots\.010\.duration: kling-2\.5-turbo makes no clip of 7 s/),
    ]);
  });

  test("an extend's own wrong value is not blamed on an override, which is for shots", () => {
    const profiles = [{ id: "p", override: { video: { duration: 10 } } }];
    const steps = [{ extend: { via: "last_frame", duration: 7 } }] as const;
    expect(found({ profiles, shots: [shot("010", { steps })] }, "p")).toEqual([
      expect.stringMatching(
        /^error shots\.010\.steps\.0\.extend\.duration: kling-2\.5-turbo makes no clip of 7 s/,
      ),
    ]);
  });
});
