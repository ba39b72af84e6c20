/** Requests to gateways that speak the unified dialect: one committed file per kind, and what is never asked for. */
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import type { Action, Extend, LipSync } from "../../src/graph/actions.js";
import { unifiedAddress, unifiedRequest } from "../../src/provider/kling/requests-unified.js";
import type { Carry } from "../../src/provider/kling/carried.js";
import { targetOf } from "../../src/provider/kling/target.js";
import { reference } from "./world.js";

const models = (() => {
  const { value } = createCatalog({
    models: [
      { id: "gate-turbo", like: "kling-2.5-turbo", wire_name: "turbo-9" },
      { id: "gate-master", like: "kling-v2-master", wire_name: "master-9" },
      { id: "gate-image", like: "kling-v2-1", wire_name: "kolors-9" },
      { id: "gate-try-on", like: "kolors-virtual-try-on-v1-5", wire_name: "try-on-9" },
    ],
  });
  if (value === undefined) throw new Error("no catalog");
  return value;
})();

const file = { kind: "file", path: "a.png" } as const;
const clip = { kind: "step", id: "shots.a.clip" as never } as const;
const carried = new Map<string, Carry>([
  ["image", { kind: "base64", text: "Zmlyc3Q=" }],
  ["frame", { kind: "base64", text: "ZnJhbWU=" }],
  ["human", { kind: "base64", text: "aHVtYW4=" }],
  ["cloth", { kind: "url", url: "https://example.com/coat.png" }],
  ["audio", { kind: "base64", text: "c291bmQ=" }],
]);
const source: Carry = { kind: "result", id: "77-1", url: "https://example.com/a.mp4" };
const at = (name: string): Carry => ({ kind: "url", url: `https://example.com/${name}` });
const render = (action: Action, clip: Carry = source, more: Readonly<Record<string, Carry>> = {}) =>
  unifiedRequest(targetOf(models, action, "old"), models, {
    reference,
    carried: new Map([...carried, ["source", clip], ...Object.entries(more)]),
  });

const words = (model: string, more = {}): Action => ({
  kind: "text_to_video",
  model,
  mode: "pro",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a paper boat",
  ...more,
});
const moved = (model: string, more = {}): Action => ({
  kind: "image_to_video",
  model,
  mode: "pro",
  duration: 10,
  prompt: "it drifts",
  image: file,
  ...more,
});
const { mode: _mode, ...modeless } = words("kling-v2-1-master") as Extract<Action, { kind: "text_to_video" }>;
const native: Extend = {
  kind: "extend",
  via: "native",
  source: clip,
  prompt: "on",
  negative_prompt: "fog",
  cfg_scale: 0.4,
};
const follow: Extend = {
  kind: "extend",
  via: "last_frame",
  source: clip,
  frame: file,
  model: "kling-v3",
  mode: "pro",
  duration: 5,
};
const spoken: LipSync = { kind: "lip_sync", source: clip, text: "hello", voice: "male-1" };

/** The one whose clip and sound lie elsewhere. */
const REMOTE = "unified.lip-sync.remote";
const GOLDEN: readonly (readonly [name: string, action: Action])[] = [
  ["unified.kling-v3.text", words("kling-v3", { duration: 15 })],
  ["unified.kling-3.0.text", words("kling-3.0", { audio: false })],
  ["unified.kling-v1-6.text", words("kling-v1-6", { mode: "std", negative_prompt: "fog", cfg_scale: 0.4 })],
  ["unified.kling-v1-6.image", moved("kling-v1-6")],
  ["unified.kling-v2-1-master.text", modeless],
  ["unified.own.image", moved("gate-turbo", { mode: "std" })],
  ["unified.extend.native", native],
  ["unified.extend.last-frame", follow],
  ["unified.lip-sync.text", spoken],
  ["unified.lip-sync.audio", { kind: "lip_sync", source: clip, audio: file }],
  [REMOTE, { kind: "lip_sync", source: clip, audio: file }],
  [
    "unified.image",
    {
      kind: "image",
      model: "gate-image",
      prompt: "a portrait",
      aspect_ratio: "3:4",
      resolution: "1k",
      image: file,
      image_reference: "face",
      image_fidelity: 0.6,
      human_fidelity: 0.9,
    },
  ],
  [
    "unified.image.words",
    {
      kind: "image",
      model: "gate-image",
      prompt: "a portrait",
      negative_prompt: "hats",
      aspect_ratio: "3:4",
      resolution: "2k",
    },
  ],
  ["unified.try-on", { kind: "try_on", model: "gate-try-on", human: file, cloth: file }],
];

describe("a create at a gateway", () => {
  it.each(GOLDEN)("%s is what the committed file says", async (name, action) => {
    const request = name === REMOTE ? render(action, at("b.mp4"), { audio: at("b.wav") }) : render(action);
    await expect(`${JSON.stringify(request, null, 2)}\n`).toMatchFileSnapshot(
      `golden-unified/${name.replace("unified.", "")}.json`,
    );
  });

  it.each(GOLDEN)("%s carries no reference, and is made where its address says", (_name, action) => {
    const request = render(action);
    expect(JSON.stringify(request.body)).not.toContain(reference);
    expect(unifiedAddress(targetOf(models, action, "old"))).toEqual({
      dialect: "unified",
      product: request.path,
    });
  });

  it("names a clip without an id by its address where that will do", () => {
    const url = { kind: "url", url: "https://example.com/b.mp4" } as const;
    expect(render(spoken, url).body["input"]).toMatchObject({ video_url: url.url });
    expect(() => render(native, url)).toThrow(/by its id/);
  });
});

describe("nothing is asked of a gateway that", () => {
  const REFUSED: readonly (readonly [what: string, action: Action, message: RegExp])[] = [
    ["drops an end frame", moved("kling-v3", { end_image: file }), /end_image/],
    ["drops sound", words("kling-v3", { audio: true }), /audio/],
    ["has a field that is not known here", words("kling-v3", { cuts: [{ seconds: 5 }] }), /cuts/],
    ["asks for a mode that is not there", words("kling-v3", { mode: "std" }), /kling-v3 in mode std/],
    ["asks for a model that is not there", words("kling-2.6"), /kling-2\.6/],
    [
      "goes on from a clip by an omni model",
      { kind: "extend", via: "omni", source: clip, model: "kling-3.0-omni" },
      /no gateway has a request for continuation/,
    ],
    ["drops the choice of a face", { ...spoken, face: 2 }, /face/],
  ];
  it.each(REFUSED)("%s", (_what, action, message) => {
    expect(() => render(action)).toThrow(message);
  });
});
