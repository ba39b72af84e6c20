/**
 * Checks `/v1/videos/text2video` and `/v1/videos/image2video` and makes the order. What a field may say depends on the
 * model; the table in `legacy-models.ts` knows. Two traps are kept as the vendor has them: a request without
 * model_name means a model that is gone, and the mode is `std`, never `standard`.
 * On image to video an aspect ratio is accepted and ignored, because the picture decides.
 */

import { checkConflicts } from "./conflicts.js";
import { type Contents, onlyPrompt } from "./contents.js";
import { Complaints, Fields } from "./fields.js";
import { countElements, readElements, readVoices } from "./kept.js";
import { readBrush, readCamera, readLegacyModel, readLegacyShots } from "./legacy-fields.js";
import type { LegacyModel, When } from "./legacy-models.js";
import { described, frame, priceCase, soundOf } from "./new-video.js";
import { conclude, type Checked, type Product, type Resolution, type World } from "./order.js";
import { readLegacyPicture } from "./pictures.js";
import { clipMilliUnits, RETIRED_PER_FIVE_SECONDS } from "./prices.js";
import { checkReferences, PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";

type Kind = "text to video" | "image to video";

/** Text to video and image to video of the legacy generation. */
export const LEGACY_VIDEO_PRODUCTS: readonly Product[] = [
  product("/v1/videos/text2video", "text to video"),
  product("/v1/videos/image2video", "image to video"),
];

function product(path: string, kind: Kind): Product {
  return {
    generation: "legacy",
    path,
    productType: "video",
    check: (body, world) => check(kind, body, world),
  };
}

function check(kind: Kind, record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const model = readLegacyModel(body, world, complaints);
  // Nothing else can be judged without a model.
  if (model === undefined) return conclude(complaints, () => undefined);
  const from = kind === "image to video";
  complaints.when(
    !(from ? model.imageToVideo : model.textToVideo),
    `model_name ${model.name} does not support ${kind}`,
  );
  const { mode, resolution } = readMode(body, model, complaints);
  const seconds = Number(body.oneOf("duration", model.seconds) ?? "5");
  const ratio = body.oneOf("aspect_ratio", ["16:9", "9:16", "1:1"]) ?? "16:9";
  const shots = readLegacyShots(body, model.multiShot, seconds, complaints);
  const prompt = body.text("prompt", PROMPT_CHARACTERS);
  complaints.when(shots.prompt === undefined && (prompt ?? "") === "", "prompt is required");
  body.text("negative_prompt", PROMPT_CHARACTERS);
  const sound = (body.oneOf("sound", ["on", "off"]) ?? "off") === "on";
  complaints.when(
    sound && !allows(model.sound, resolution),
    `sound is not supported by ${model.name} in mode ${mode}`,
  );
  complaints.when(
    body.number("cfg_scale", 0, 1) !== undefined && !model.cfgScale,
    `cfg_scale is not supported by ${model.name}`,
  );
  const inputs = from ? readInputs(body, model, sound, world, complaints) : onlyPrompt(prompt);
  const words = shots.prompt ?? prompt ?? "";
  const referable = { element: inputs.elements.length, voice: inputs.voices.length };
  checkReferences(words, referable, complaints);
  checkFrames(inputs, model, resolution, complaints);
  checkMotion(body, inputs, model, from && resolution === "1080p" && seconds === 5, world, complaints);
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();

  const audio = sound ? "native" : "off";
  if (model.current !== undefined) {
    checkConflicts(
      {
        product: kind,
        model: model.current,
        resolution,
        seconds,
        audio,
        severalShots: shots.several,
        firstFrame: inputs.firstFrame !== undefined,
        lastFrame: inputs.lastFrame !== undefined,
        images: 0,
        elements: countElements(inputs.elements),
        voices: inputs.voices.length,
        video: "none",
      },
      complaints,
    );
  }
  return conclude(complaints, () => ({
    order: {
      kind: "video",
      product: kind,
      model: model.name,
      version: model.current ?? model.name,
      resolution,
      mode,
      size: frame(inputs, resolution, ratio),
      seconds,
      sound: soundOf(audio, undefined, words, seconds),
      prompt: words,
      ...shots.told,
      ...described(inputs),
      milliUnits:
        model.current === undefined
          ? retiredMilliUnits(model.name, resolution, seconds)
          : clipMilliUnits(priceCase(model.current, audio, inputs), resolution, seconds),
    },
    externalId,
    watermark,
  }));
}

function readMode(
  body: Fields,
  model: LegacyModel,
  complaints: Complaints,
): { mode: string; resolution: Resolution } {
  const only = model.modes[""];
  if (only !== undefined) {
    complaints.when(body.has("mode"), `mode is not supported by ${model.name}`);
    return { mode: "master", resolution: only };
  }
  const mode = body.oneOf("mode", Object.keys(model.modes)) ?? "std";
  return { mode, resolution: model.modes[mode] ?? "720p" };
}

function readInputs(
  body: Fields,
  model: LegacyModel,
  sound: boolean,
  world: World,
  complaints: Complaints,
): Contents {
  const firstFrame = readLegacyPicture(body, "image", world, complaints);
  const lastFrame = readLegacyPicture(body, "image_tail", world, complaints);
  complaints.when(
    !body.has("image") && !body.has("image_tail"),
    "at least one of image and image_tail is required",
  );
  const elements = readElements(body, 3, world, complaints);
  const voices = readVoices(body, 2, world, complaints);
  complaints.when(elements.length > model.elements, `element_list is not supported by ${model.name}`);
  complaints.when(voices.length > model.voices, `voice_list is not supported by ${model.name}`);
  complaints.when(voices.length > 0 && !sound, "voice_list needs sound on");
  return { prompt: undefined, firstFrame, lastFrame, images: [], video: undefined, elements, voices };
}

function checkFrames(
  inputs: Contents,
  model: LegacyModel,
  resolution: Resolution,
  complaints: Complaints,
): void {
  if (inputs.lastFrame === undefined) return;
  complaints.when(
    !allows(model.lastFrame, resolution),
    `image_tail is not supported by ${model.name} in this mode`,
  );
  complaints.when(
    inputs.firstFrame === undefined && !model.lastFrameAlone,
    `image_tail without image is not supported by ${model.name}`,
  );
}

/** Camera control and motion brush; `possible` says that product, mode and length would allow them. */
function checkMotion(
  body: Fields,
  inputs: Contents,
  model: LegacyModel,
  possible: boolean,
  world: World,
  complaints: Complaints,
): void {
  const camera = readCamera(body, complaints);
  const brush = readBrush(body, inputs.firstFrame?.size, world, complaints);
  const takes = model.cameraAndBrush && possible;
  complaints.when(
    camera !== undefined && !(takes && camera === "simple"),
    `camera_control is not supported by ${model.name} here`,
  );
  complaints.when(brush && !takes, `motion brush is not supported by ${model.name} here`);
  const used = [camera !== undefined, brush, inputs.lastFrame !== undefined].filter(Boolean).length;
  complaints.when(used > 1, "image_tail, motion brush and camera_control exclude one another");
}

function allows(when: When, resolution: Resolution): boolean {
  return when === "yes" || (when === "pro" && resolution === "1080p");
}

function retiredMilliUnits(name: string, resolution: Resolution, seconds: number): number {
  const [std, pro] = RETIRED_PER_FIVE_SECONDS[name] ?? [0, 0];
  return ((resolution === "720p" ? std : pro) * seconds) / 5;
}
