/**
 * What a recorded intent would cost by the catalog as it is now. Key inputs come from lockfile and journal, so every field
 * is looked at before it is believed; where one makes no sense, or the kind is not known here, there is no price.
 */
import type { Catalog } from "../catalog/catalog.js";
import type { Mode } from "../catalog/model.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import { productOf, type Action, type ExtendVia } from "../graph/actions.js";
import type { Input, Reference } from "../graph/input.js";
import { estimate, type Estimate } from "./estimate.js";
import type { Artifact } from "./prior.js";

/** What is on record at a key. */
export interface OnRecord {
  readonly inputs: KeyInputs;
  readonly artifact?: Artifact;
}

/** Finds what is on record at a key. */
export type LookUp = (key: CacheKey) => OnRecord | undefined;

/** Chains of refined clips are not longer than this. */
const DEPTH_MOST = 64;

/** What a recorded intent would be expected to cost now; undefined where it cannot be told. */
export function priceNow(inputs: KeyInputs, look: LookUp, catalog: Catalog): Estimate | undefined {
  const action = actionOf(inputs, catalog);
  if (action === undefined) return undefined;
  const source = action.kind === "extend" ? sourceFacts(inputs, look, catalog, 0) : {};
  return estimate(action, catalog, source);
}

/** Model and mode that made what is recorded; of a native extension those of its clip. */
export function madeWith(
  inputs: KeyInputs,
  look: LookUp,
  catalog: Catalog,
): { readonly model?: string; readonly mode?: Mode } {
  const { kind, via } = inputs.action;
  if (kind === "extend" && via === "native") {
    const { sourceModel: model, sourceMode: mode } = sourceFacts(inputs, look, catalog, 0);
    return { ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) };
  }
  const still = productOf(kind) === "still";
  const model = modelOf(inputs, still ? "image" : "video", catalog);
  if (model === undefined) return {};
  const mode = still ? undefined : modeOf(inputs, catalog, model);
  return { model, ...(mode === undefined ? {} : { mode }) };
}

/** An input that nobody looks into: prices ask only whether there is one, or how many. */
const SOME: Input = { kind: "file", path: "recorded" };
const REFERRED: readonly Reference[] = [{ handle: "", input: SOME }];

function actionOf(inputs: KeyInputs, catalog: Catalog): Action | undefined {
  const { action } = inputs;
  const { kind } = action;
  switch (kind) {
    case "text_to_video":
    case "image_to_video":
    case "extend":
    case "omni_video":
    case "multi_image_to_video":
      return clipAction(inputs, catalog);
    case "motion_control": {
      const model = modelOf(inputs, "video", catalog);
      if (model === undefined) return undefined;
      const orientation = action["character_orientation"] === "video" ? "video" : "image";
      const from = { image: SOME, motion_video: SOME, character_orientation: orientation } as const;
      return { kind, model, ...modePart(modeOf(inputs, catalog, model)), ...from };
    }
    case "avatar":
      return { kind, ...modePart(wordMode(action["mode"]) ?? "std"), image: SOME, audio: SOME };
    case "effect": {
      const scene = action["scene"];
      return typeof scene === "string" ? { kind, scene, images: some(action["images"]) } : undefined;
    }
    case "video_to_audio":
      return { kind, source: SOME };
    case "text_to_audio":
      return { kind, prompt: "", duration: lengthOf(action["duration"]) ?? 5 };
    case "element":
      return { kind, name: "", description: "" };
    case "voice":
      return { kind, name: "", sample: SOME };
    case "expand":
      return { kind, image: SOME, up: 0, down: 0, left: 0, right: 0 };
    default:
      return stillAction(inputs, catalog);
  }
}

function clipAction(inputs: KeyInputs, catalog: Catalog): Action | undefined {
  const { action } = inputs;
  const { kind, via } = action;
  if (kind === "extend" && via === "native") return { kind, via, source: SOME };
  const clip = clipOf(inputs, catalog);
  if (clip === undefined) return undefined;
  switch (kind) {
    case "text_to_video":
      return { kind, ...clip, aspect_ratio: "16:9", prompt: "" };
    case "image_to_video": {
      const voices = action["voices"] === undefined ? {} : { voices: REFERRED };
      return { kind, ...clip, image: SOME, ...voices };
    }
    case "extend":
      return isVia(via) ? { kind, via, source: SOME, ...clip } : undefined;
    case "multi_image_to_video":
      return { kind, ...clip, aspect_ratio: "16:9", prompt: "", images: some(action["images"]) };
    case "omni_video": {
      // What is edited gives its own length.
      const { duration: _duration, ...edited } = clip;
      const audio = action["audio"] === "original" ? ({ audio: "original" } as const) : {};
      const inputsOf = {
        ...(action["image"] === undefined ? {} : { image: SOME }),
        ...(action["elements"] === undefined ? {} : { elements: REFERRED }),
        ...(action["refer_images"] === undefined ? {} : { refer_images: REFERRED }),
        ...(action["feature_video"] === undefined ? {} : { feature_video: SOME }),
      };
      return action["base_video"] === undefined
        ? { kind, ...clip, ...audio, ...inputsOf }
        : { kind, ...edited, ...audio, ...inputsOf, base_video: SOME };
    }
    default:
      return undefined;
  }
}

function stillAction(inputs: KeyInputs, catalog: Catalog): Action | undefined {
  const { action } = inputs;
  const { kind } = action;
  const model = modelOf(inputs, "image", catalog);
  if (model === undefined) return undefined;
  const size = action["resolution"];
  const resolution = size === "2k" || size === "4k" ? size : "1k";
  const isReferring = action["refer_images"] !== undefined || action["elements"] !== undefined;
  const references = isReferring ? { refer_images: REFERRED } : {};
  const series = action["series"];
  switch (kind) {
    case "image": {
      const image = action["image"] === undefined ? {} : { image: SOME };
      return { kind, model, resolution, prompt: "", aspect_ratio: "16:9", ...image };
    }
    case "omni_image": {
      const isMany = typeof series === "number" && Number.isInteger(series) && series > 0 && series < 100;
      const many = isMany ? { series } : {};
      return { kind, model, resolution, prompt: "", aspect_ratio: "auto", ...references, ...many };
    }
    case "multi_image":
      return { kind, model, aspect_ratio: "16:9", subjects: some(action["subjects"]) };
    case "try_on":
      return { kind, model, human: SOME, cloth: SOME };
    default:
      return undefined;
  }
}

/** As many inputs as are on record, within reason. */
function some(recorded: unknown): readonly Input[] {
  return Array.isArray(recorded) ? recorded.slice(0, 16).map(() => SOME) : [];
}

function modePart(mode: Mode | undefined): { readonly mode?: Mode } {
  return mode === undefined ? {} : { mode };
}

function clipOf(inputs: KeyInputs, catalog: Catalog) {
  const model = modelOf(inputs, "video", catalog);
  const duration = lengthOf(inputs.action["duration"]);
  if (model === undefined || duration === undefined) return undefined;
  return {
    model,
    duration,
    audio: inputs.action["audio"] === true,
    ...modePart(modeOf(inputs, catalog, model)),
  };
}

/** Seconds; absent where they are at their default. */
function lengthOf(duration: unknown = 5): number | undefined {
  return typeof duration === "number" && duration > 0 && duration <= 3600 ? duration : undefined;
}

/** The id of the model that is recorded, which for one of the project's own is another name than its local one. */
function modelOf({ action }: KeyInputs, kind: "video" | "image", catalog: Catalog): string | undefined {
  const named = action["model"];
  if (typeof named !== "string") return undefined;
  const known = kind === "video" ? catalog.video(named) : catalog.image(named);
  return (
    known?.id ?? catalog.all().find((each) => each.kind === kind && each.identity === named)?.id ?? named
  );
}

/** What is at its default is absent from key inputs; a model without modes has none. */
function modeOf({ action }: KeyInputs, catalog: Catalog, model: string): Mode | undefined {
  return wordMode(action["mode"]) ?? ((catalog.video(model)?.modes.length ?? 0) > 0 ? "std" : undefined);
}

function wordMode(mode: unknown): Mode | undefined {
  return mode === "std" || mode === "pro" || mode === "4k" ? mode : undefined;
}

function isVia(via: unknown): via is ExtendVia {
  return via === "native" || via === "last_frame" || via === "omni";
}

/** What is on record of the clip that a recorded intent works on. */
function sourceFacts(inputs: KeyInputs, look: LookUp, catalog: Catalog, depth: number): SourceFacts {
  const { source } = inputs.action;
  const key = typeof source === "object" && source !== null && "key" in source ? source["key"] : undefined;
  const found = typeof key === "string" ? look(key as CacheKey) : undefined;
  if (found === undefined || depth > DEPTH_MOST) return {};
  const { kind, via } = found.inputs.action;
  const passesOn =
    kind === "lip_sync" || kind === "video_to_audio" || (kind === "extend" && via === "native");
  const above: SourceFacts = passesOn ? sourceFacts(found.inputs, look, catalog, depth + 1) : {};
  const own = passesOn ? undefined : clipOf(found.inputs, catalog);
  const seconds = found.artifact?.seconds ?? (passesOn ? above.sourceSeconds : own?.duration);
  return {
    ...above,
    ...(own === undefined ? {} : { sourceModel: own.model }),
    ...(own?.mode === undefined ? {} : { sourceMode: own.mode }),
    ...(seconds === undefined || !(seconds <= 3600) ? {} : { sourceSeconds: seconds }),
  };
}
