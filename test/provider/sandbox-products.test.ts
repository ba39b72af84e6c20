/**
 * What is not a plain clip or still, through the adapter and the embedded sandbox: series, sounds, elements and voices,
 * and the clips that work on those. Each is asked for, read, and used for what comes next.
 */
import { describe, expect, it, onTestFinished } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { Action, ImageToVideo } from "../../src/graph/actions.js";
import type { ClientReference } from "../../src/plan/prior.js";
import type { Material, Provider, TaskLook } from "../../src/provider/provider.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import { memorySink, never, route, urlsOf } from "./world.js";

const file = { kind: "file", path: "a.png" } as const;
const still = encodeStill(
  1080,
  1080,
  { seed: "00", title: "", tag: "", facts: [], prompt: "", notes: [] },
  "first frame",
);
const picture: Material = { kind: "bytes", type: "image/png", read: () => Promise.resolve(still) };
const named = (...handles: readonly string[]) => handles.map((handle) => ({ handle, input: file }));

async function world() {
  const sandbox = await startSandbox({ timeScale: 0, concurrency: 1000, imageConcurrency: 1000 });
  onTestFinished(() => sandbox.close());
  const provider = route(sandbox.url, { env: { KLING_API_KEY: sandbox.apiKey }, realm: "sandbox" });
  return (action: Action, materials: Readonly<Record<string, Material>> = {}) =>
    made(provider, action, materials);
}

let minted = 0;

/** A task, from its create to its end; found by its reference, too. */
async function made(
  provider: Provider,
  action: Action,
  materials: Readonly<Record<string, Material>>,
): Promise<TaskLook & { readonly fetch: (place?: number) => Promise<Buffer> }> {
  const reference = `km1-${sha256Hex(`product ${minted++}`).slice(0, 26)}` as ClientReference;
  const answer = await provider.submit(
    { reference, action, materials: new Map(Object.entries(materials)) },
    never,
  );
  if (answer.kind !== "accepted") throw new Error(`${action.kind}: ${JSON.stringify(answer)}`);
  const address = provider.address(action);
  const [looked] = await provider.look([{ task: answer.task, address }], never);
  if (looked?.kind !== "found") throw new Error(`${action.kind}: ${JSON.stringify(looked)}`);
  const [found] = await provider.find([{ reference, address }], never);
  expect(found).toMatchObject({ kind: "found", look: { task: answer.task, reference } });
  return {
    ...looked.look,
    fetch: async (place = 0) => {
      const sink = memorySink();
      const fetched = await provider.fetch(urlsOf(looked.look)[place] ?? "", sink, never);
      expect(fetched).toMatchObject({ kind: "done" });
      return sink.bytes();
    },
  };
}

/** The first result as an input of what comes next. */
function asMaterial({ outputs: [first] }: TaskLook): Material {
  if (first === undefined) throw new Error("the task gave nothing");
  if (first.kind === "element" || first.kind === "voice") return { kind: "kept", id: first.id };
  return { kind: "result", url: first.url, ...(first.id === undefined ? {} : { id: first.id }) };
}

const turned = (model: string, more: Partial<ImageToVideo>): Action => ({
  kind: "image_to_video",
  model,
  mode: "pro",
  duration: 5,
  prompt: "@mara turns to the sea",
  image: file,
  ...more,
});

const clip: Action = {
  kind: "text_to_video",
  model: "kling-2.6",
  mode: "pro",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "she speaks",
  audio: true,
};

describe("what is asked for", () => {
  it("as a series comes as its pictures, in order, each another", async () => {
    const make = await world();
    const series = await make({
      kind: "omni_image",
      model: "kling-v3-omni",
      prompt: "a boat",
      aspect_ratio: "16:9",
      resolution: "1k",
      series: 3,
    });
    expect(series.outputs.map(({ kind }) => kind)).toEqual(["image", "image", "image"]);
    const pictures = await Promise.all([0, 1, 2].map((place) => series.fetch(place)));
    expect(new Set(pictures.map((bytes) => sha256Hex(bytes)))).toHaveProperty("size", 3);
  });

  it("as a sound comes as one, with its length", async () => {
    const make = await world();
    const sound = await make({ kind: "text_to_audio", prompt: "heavy rain", duration: 7 });
    expect(sound).toMatchObject({ outputs: [{ kind: "audio" }] });
    const [only] = sound.outputs;
    expect(only !== undefined && "seconds" in only ? only.seconds : 0).toBeCloseTo(7, 1);
    expect((await sound.fetch()).length).toBeGreaterThan(1000);
  });

  it("as an element is kept, and named by clips and pictures of both generations", async () => {
    const make = await world();
    const element = await make(
      { kind: "element", name: "mara", description: "Mara", image: file, refer_images: [file] },
      { image: picture, "refer_images.0": picture },
    );
    expect(element.outputs).toEqual([{ kind: "element", id: expect.stringMatching(/^\d+$/) as string }]);
    const mara = asMaterial(element);
    const elements = named("mara");
    for (const model of ["kling-3.0", "kling-v3"]) {
      const film = await make(turned(model, { elements }), { image: picture, "elements.mara": mara });
      expect(film).toMatchObject({ status: "succeeded", outputs: [{ kind: "video" }] });
    }
    for (const model of ["kling-3.0-omni", "kling-v3-omni"]) {
      const action: Action = {
        kind: "omni_video",
        model,
        mode: "std",
        duration: 5,
        aspect_ratio: "9:16",
        prompt: "@mara in @coat",
        elements,
        refer_images: named("coat"),
      };
      const film = await make(action, { "elements.mara": mara, "refer_images.coat": picture });
      expect(film).toMatchObject({ status: "succeeded", outputs: [{ kind: "video" }] });
    }
    const portrait = await make(
      {
        kind: "image",
        model: "kling-v3",
        prompt: "@mara",
        aspect_ratio: "3:4",
        resolution: "1k",
        elements,
      },
      { "elements.mara": mara },
    );
    expect(portrait.outputs).toMatchObject([{ kind: "image" }]);
  });

  it("as a voice is kept, made from a clip, and speaks in clips of both generations", async () => {
    const make = await world();
    const speaking = await make(clip);
    const voice = await make({ kind: "voice", name: "mara", sample: file }, { sample: asMaterial(speaking) });
    expect(voice.outputs).toMatchObject([{ kind: "voice" }]);
    for (const model of ["kling-2.6", "kling-v2-6"]) {
      const film = await make(turned(model, { voices: named("mara"), audio: true }), {
        image: picture,
        "voices.mara": asMaterial(voice),
      });
      expect(film).toMatchObject({ status: "succeeded", outputs: [{ kind: "video" }] });
    }
  });

  it("of a clip that the vendor made is made from it: another motion, an edit, a sound track", async () => {
    const make = await world();
    const source = asMaterial(await make(clip));
    const edits: readonly (readonly [action: Action, materials: Readonly<Record<string, Material>>])[] = [
      ...["kling-3.0", "kling-v3"].map(
        (model) =>
          [
            {
              kind: "motion_control",
              model,
              mode: "std",
              image: file,
              motion_video: file,
              character_orientation: "image",
            },
            { image: picture, motion_video: source },
          ] as const,
      ),
      ...["kling-3.0-omni", "kling-v3-omni"].map(
        (model) =>
          [
            {
              kind: "omni_video",
              model,
              mode: "std",
              prompt: "make it night in @video_1",
              base_video: file,
              audio: "original",
            },
            { base_video: source },
          ] as const,
      ),
      [{ kind: "video_to_audio", source: file, sound_effect_prompt: "rain" }, { source }],
    ];
    for (const [action, materials] of edits) {
      const film = await make(action, materials);
      expect(film.outputs[0]).toMatchObject({ kind: "video", seconds: 5 });
    }
  });
});
