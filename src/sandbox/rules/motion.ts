/**
 * Checks motion control of both generations and makes the order: the person of a picture moves as the one in a video.
 * The result is as long as the motion that could be used: the whole video, unless a prompt says otherwise
 * (`mischief.ts`), and that is what is charged. Limits of the video are judged for the sandbox's own clips only.
 * With an element the orientation follows the video whatever the setting says; the setting's limit still holds.
 */

import { handedDown, usableMotion } from "../mischief.js";
import { Complaints, Fields } from "./fields.js";
import { elementAt, readElements } from "./kept.js";
import {
  conclude,
  type Checked,
  type KeptElement,
  type Product,
  type Resolution,
  type SourcePicture,
  type VideoOrder,
  type World,
} from "./order.js";
import {
  describePicture,
  frameOfPicture,
  LEGACY_PICTURE_BYTES,
  NEW_PICTURE_BYTES,
  pictureName,
  readPicture,
} from "./pictures.js";
import { clipMilliUnits } from "./prices.js";
import { checkHandles, PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { clipAt, type SourceClip } from "./sources.js";

type Model = "kling-3.0" | "kling-2.6";
type Orientation = "image" | "video";

const ORIENTATIONS = ["image", "video"] as const;
const LEAST_SECONDS = 3;
const MOST_SECONDS: Readonly<Record<Orientation, number>> = { image: 10, video: 30 };
const SIDES = [340, 3850] as const;
const MOST_PICTURE_SIDE = 65_536;
const ELEMENTS: Readonly<Record<Model, number>> = { "kling-3.0": 1, "kling-2.6": 0 };

/** Motion control: two models of the new generation, and the legacy path that serves both. */
export const MOTION_PRODUCTS: readonly Product[] = [
  ...(["kling-3.0", "kling-2.6"] as const).map((model): Product => ({
    generation: "new",
    path: `/motion-control/${model}`,
    productType: "video",
    check: (body, world) => checkNew(model, body, world),
  })),
  { generation: "legacy", path: "/v1/videos/motion-control", productType: "video", check: checkLegacy },
];

/** What either generation asks for. */
interface Asked {
  readonly model: Model;
  /** The name that was asked for. */
  readonly name: string;
  readonly resolution: Resolution;
  readonly mode: string;
  readonly orientation: Orientation | undefined;
  readonly keepsSound: boolean;
  readonly prompt: string;
  readonly picture: SourcePicture | undefined;
  readonly source: SourceClip | undefined;
  readonly elements: readonly KeptElement[];
}

function checkNew(model: Model, record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("contents", "settings");
  const inputs = readContents(model, body.objects("contents"), world, complaints);
  const settings = body.object("settings");
  settings?.require("character_orientation");
  const orientation = settings?.oneOf("character_orientation", ORIENTATIONS);
  const keepsSound = (settings?.oneOf("audio", ["original", "off"]) ?? "original") === "original";
  const resolution = settings?.oneOf("resolution", ["720p", "1080p"]) ?? "720p";
  settings?.done();
  const options = body.object("options");
  const { externalId, watermark } = readOptions(options, complaints);
  options?.done();
  body.done();
  const mode = resolution === "720p" ? "std" : "pro";
  const asked: Asked = { model, name: model, resolution, mode, orientation, keepsSound, ...inputs };
  checkMotion(asked, complaints);
  return conclude(complaints, () => {
    const order = motionOrder(asked);
    return order && { order, externalId, watermark };
  });
}

function readContents(
  model: Model,
  items: readonly Fields[],
  world: World,
  complaints: Complaints,
): Pick<Asked, "prompt" | "picture" | "source" | "elements"> {
  const kinds = ["prompt", "image", "video", ...(ELEMENTS[model] > 0 ? (["element"] as const) : [])] as const;
  const seen: string[] = [];
  const handles: string[] = [];
  const elements: KeptElement[] = [];
  let prompt = "";
  let picture: SourcePicture | undefined;
  let source: SourceClip | undefined;
  for (const item of items) {
    item.require("type");
    const type = item.oneOf("type", kinds);
    if (type === undefined) continue;
    seen.push(type);
    if (type === "prompt") {
      item.require("text");
      prompt = item.text("text", PROMPT_CHARACTERS, 1) ?? "";
    } else if (type === "element") {
      item.require("element_id", "id");
      const id = item.identifier("element_id");
      const found = id === undefined ? undefined : elementAt(id, item.name("element_id"), world, complaints);
      if (found !== undefined) elements.push(found);
      const handle = item.text("id", Infinity, 1);
      if (handle !== undefined) handles.push(handle);
    } else {
      item.require("url");
      const url = item.text("url");
      const name = item.name("url");
      if (url !== undefined && type === "image") {
        picture = readPicture(url, name, NEW_PICTURE_BYTES, world, complaints);
      } else if (url !== undefined) source = clipAt(url, name, world, complaints);
    }
    item.done();
  }
  for (const type of kinds) {
    const count = seen.filter((each) => each === type).length;
    complaints.when(count > 1, `contents: at most one ${type} is allowed`);
  }
  for (const type of ["image", "video"]) {
    complaints.when(!seen.includes(type), `contents: one item of type ${type} is required`);
  }
  checkHandles(handles, prompt, complaints);
  return { prompt, picture, source, elements };
}

function checkLegacy(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const name = body.oneOf("model_name", ["kling-v2-6", "kling-v3"]) ?? "kling-v2-6";
  const model = name === "kling-v3" ? "kling-3.0" : "kling-2.6";
  body.require("image_url", "video_url", "character_orientation", "mode");
  const image = body.text("image_url");
  const picture =
    image === undefined
      ? undefined
      : readPicture(image, "image_url", LEGACY_PICTURE_BYTES, world, complaints);
  const { width = 0, height = 0 } = picture?.size ?? {};
  complaints.when(
    Math.max(width, height) > MOST_PICTURE_SIDE,
    `image_url is ${width}x${height}; each side must be at most ${MOST_PICTURE_SIDE} px`,
  );
  const url = body.text("video_url");
  const source = url === undefined ? undefined : clipAt(url, "video_url", world, complaints);
  const orientation = body.oneOf("character_orientation", ORIENTATIONS);
  const mode = body.oneOf("mode", ["std", "pro"]) ?? "std";
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  const elements = readElements(body, 1, world, complaints);
  complaints.when(elements.length > ELEMENTS[model], `element_list is not supported by ${name}`);
  const keepsSound = (body.oneOf("keep_original_sound", ["yes", "no"]) ?? "yes") === "yes";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  const resolution = mode === "std" ? "720p" : "1080p";
  const asked = {
    model,
    name,
    resolution,
    mode,
    orientation,
    keepsSound,
    prompt,
    picture,
    source,
    elements,
  } as const;
  checkMotion(asked, complaints);
  return conclude(complaints, () => {
    const order = motionOrder(asked);
    return order && { order, externalId, watermark };
  });
}

function checkMotion({ orientation, source, prompt }: Asked, complaints: Complaints): void {
  if (orientation === undefined || source === undefined) return;
  const usable = usableSeconds(source, prompt);
  complaints.when(
    usable < LEAST_SECONDS,
    `the video has ${usable} s of usable motion; ${LEAST_SECONDS} s are needed`,
  );
  if (!source.own) return;
  const { seconds, size } = source.clip;
  const most = MOST_SECONDS[orientation];
  complaints.when(
    seconds < LEAST_SECONDS || seconds > most,
    `the motion video lasts ${seconds} s; with character_orientation ${orientation} it must last from ${LEAST_SECONDS} to ${most} s`,
  );
  const [least, largest] = SIDES;
  complaints.when(
    Math.min(size.width, size.height) < least || Math.max(size.width, size.height) > largest,
    `the motion video is ${size.width}x${size.height}; each side must be from ${least} to ${largest} px`,
  );
}

function usableSeconds({ clip }: SourceClip, prompt: string): number {
  return Math.min(clip.seconds, usableMotion(prompt) ?? Infinity);
}

/** Undefined when a part is missing, which was complained about. */
function motionOrder(asked: Asked): VideoOrder | undefined {
  const { model, name, resolution, mode, orientation, prompt, picture, source, elements } = asked;
  if (picture === undefined || source === undefined || orientation === undefined) return undefined;
  const { clip, parent } = source;
  const seconds = usableSeconds(source, prompt);
  const follows = elements.length > 0 ? "video" : orientation;
  return {
    kind: "video",
    product: "motion control",
    model: name,
    // Its slots are its own: another model than the one that makes videos from text.
    version: `${model} motion control`,
    resolution,
    mode,
    size: frameOfPicture(resolution, picture.size ?? clip.size),
    seconds,
    sound: asked.keepsSound ? clip.sound : [],
    prompt,
    // Without words the colour is all that tells one dance from another.
    ...(prompt === "" ? { colour: clip.colour ?? clip.prompt } : {}),
    heed: `${prompt} ${handedDown(clip.heed ?? clip.prompt, "then")}`,
    notes: [
      `moves as in ${source.name}, seen as in the ${follows}`,
      describePicture("looks like", picture),
      ...(elements.length > 0 ? [`element ${elements.map((each) => each.name).join(", ")}`] : []),
    ],
    sources: [pictureName(picture), source.name, ...elements.map(({ id }) => id)],
    parent,
    milliUnits: clipMilliUnits(`${model} motion`, resolution, seconds),
  };
}
