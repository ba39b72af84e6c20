/** What a gateway of the unified dialect cannot be asked for is said at the field, with what works instead. */
import { describe, expect, test } from "vitest";
import { checkUnified, lackedByUnified } from "../../src/graph/rules-unified.js";
import type { SourceFacts } from "../../src/graph/rules-refine.js";
import type { Action, Extend, ImageToVideo, LipSync, TextToVideo } from "../../src/graph/actions.js";
import type { Input } from "../../src/graph/input.js";
import { catalogOf } from "./manifests.js";

const catalog = catalogOf({
  models: [
    { id: "gate-turbo", like: "kling-2.5-turbo", wire_name: "turbo-9" },
    { id: "gate-image", like: "kling-v2-1", wire_name: "kolors-9" },
    { id: "gate-try-on", like: "kolors-virtual-try-on-v1-5" },
  ],
});
const PICTURE: Input = { kind: "file", path: "refs/a.png" };
const CLIP: Input = { kind: "step", id: "shots.010.clip" as never };

const words = (model: string, more: Partial<TextToVideo> = {}): TextToVideo => ({
  kind: "text_to_video",
  model,
  mode: "pro",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a boat",
  ...more,
});
const still = (model: string, more: Partial<ImageToVideo> = {}): ImageToVideo => ({
  kind: "image_to_video",
  model,
  mode: "pro",
  duration: 5,
  image: PICTURE,
  ...more,
});
const extend = (more: Partial<Extend>): Extend => ({ kind: "extend", via: "native", source: CLIP, ...more });
const speech = (more: Partial<LipSync> = {}): LipSync => ({
  kind: "lip_sync",
  source: CLIP,
  text: "hello",
  voice: "v",
  ...more,
});
const picture = (model: string): Action => ({
  kind: "image",
  model,
  prompt: "a face",
  aspect_ratio: "3:4",
  resolution: "1k",
});
const tryOn = (model: string): Action => ({ kind: "try_on", model, human: PICTURE, cloth: PICTURE });
const { mode: _mode, ...modeless } = words("kling-v2-1-master");

const found = (action: Action, source: SourceFacts = {}) =>
  checkUnified(action, catalog, ["shots", "010"], source);

describe("a gateway takes", () => {
  const TAKEN: readonly (readonly [what: string, action: Action])[] = [
    ["kling-v3 in pro", words("kling-v3", { duration: 15 })],
    ["kling-v3 by its newer name", still("kling-3.0", { duration: 10, audio: false })],
    ["kling-v1-6 in std", words("kling-v1-6", { mode: "std", negative_prompt: "fog", cfg_scale: 0.5 })],
    ["a master without a mode", modeless],
    ["a project's own model, in the modes of what it is like", words("gate-turbo", { mode: "std" })],
    ["an extension by the vendor's own way", extend({ prompt: "on" })],
    ["a clip from the last frame of another", extend({ via: "last_frame", model: "kling-v3", mode: "pro" })],
    ["spoken text", speech()],
    ["a still of a project's own model", picture("gate-image")],
    ["a try-on of a project's own model", tryOn("gate-try-on")],
    ["nothing of what is made on this machine", { kind: "frame", which: "last", source: CLIP }],
  ];
  test.each(TAKEN)("%s", (_what, action) => {
    expect(found(action)).toEqual([]);
  });
});

describe("a gateway is not asked for", () => {
  const REFUSED: readonly (readonly [
    what: string,
    action: Action,
    field: string,
    message: RegExp,
    help: RegExp,
  ])[] = [
    [
      "a model that is not in its table",
      words("kling-2.6"),
      "model",
      /no gateway is known to have kling-2\.6/,
      /choose kling-v1-6, .* or kling-v3; .*like: kling-2\.6, wire_name: kling-2\.6/,
    ],
    [
      "a model of /v1 that is not in its table",
      words("kling-v2-6"),
      "model",
      /kling-v2-6/,
      /catalog: models:/,
    ],
    ["kling-v3 in std", words("kling-v3", { mode: "std" }), "mode", /kling-v3 in mode std/, /set mode: pro/],
    ["kling-3.0 in 4k", words("kling-3.0", { mode: "4k" }), "mode", /kling-v3 in mode 4k/, /set mode: pro/],
    ["7 s", words("kling-v3", { duration: 7 }), "duration", /no clip of 7 s/, /choose 5, 10 or 15 s/],
    [
      "an end frame",
      still("kling-v3", { end_image: PICTURE }),
      "end_image",
      /no field for end_image/,
      /remove end_image/,
    ],
    ["sound", words("kling-v3", { audio: true }), "audio", /no field for audio/, /remove audio/],
    [
      "a field that is not known yet",
      words("kling-v3", { cuts: [] }),
      "cuts",
      /no field for cuts/,
      /remove cuts/,
    ],
    [
      "more words than the model takes under its older name",
      words("kling-3.0", { prompt: "a".repeat(2600) }),
      "prompt",
      /kling-v3 takes 2500/,
      /cut 100 characters/,
    ],
    [
      "an omni model",
      extend({ via: "omni", model: "kling-3.0-omni" }),
      "via",
      /no omni model/,
      /set via: last_frame/,
    ],
    [
      "a continuation by a model that it lacks",
      extend({ via: "last_frame", model: "kling-2.6", mode: "std" }),
      "model",
      /kling-2\.6/,
      /kling-v3/,
    ],
    ["a built-in image model", picture("kling-v3"), "model", /kling-v3 may not be one/, /like: kling-v3/],
    [
      "a built-in try-on model",
      tryOn("kolors-virtual-try-on-v1-5"),
      "model",
      /may not be one/,
      /catalog: models:/,
    ],
  ];
  test.each(REFUSED)("%s", (_what, action, field, message, help) => {
    const [first, ...rest] = found(action);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ severity: "error", path: ["shots", "010", field] });
    expect(first?.message).toMatch(message);
    expect(first?.help).toMatch(help);
    expect(first?.why).toMatch(/unified dialect|documentation|transcriptions/);
  });

  test.each([
    ["the choice of a face", speech({ face: 2 }), {}, /face/],
    ["more spoken text than 120 characters", speech({ text: "a".repeat(121) }), {}, /120 characters/],
    ["speech in a clip of 15 s", speech(), { sourceSeconds: 15 }, /a clip of 15 s/],
  ] as const)("%s", (_what, action, source, message) => {
    expect(found(action, source).map((each) => each.message)).toEqual([expect.stringMatching(message)]);
  });

  test("a product that its dialect has no word for", () => {
    const avatar = { kind: "avatar", image: PICTURE } as unknown as Action;
    expect(found(avatar)).toMatchObject([{ message: "the gateway has no avatar", path: ["shots", "010"] }]);
  });

  test("several things at once, each of which is said", () => {
    const action = words("kling-v3", { mode: "std", duration: 7, audio: true });
    expect(found(action).map(({ path }) => path?.at(-1))).toEqual(["audio", "mode", "duration"]);
  });
});

test("what is switched off or empty is as good as not said", () => {
  expect(lackedByUnified(words("kling-v3", { audio: false }))).toEqual([]);
  expect(lackedByUnified({ ...words("kling-v3"), style: "" } as never)).toEqual([]);
  expect(lackedByUnified(words("kling-v3", { audio: true }))).toEqual(["audio"]);
});
