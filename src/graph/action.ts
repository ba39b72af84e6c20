/**
 * One entry of the manifest → one action, with all fields resolved. Does not judge whether the model takes them:
 * that is `rules.ts`. Prompts are normalised here, once, so that YAML's folding styles cost nothing.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import type { Model } from "../catalog/model.js";
import type { Sha256 } from "../base/digest.js";
import type { LipSyncFields, Shot, ShotStep, Source, Still } from "../manifest/manifest.js";
import { effectiveImage, effectiveVideo, type InForce } from "./effective.js";
import type { Action, ExtendVia, Input, PinnedCopy, StepId } from "./step.js";

/** Expands the variables of a text that stands at `path`. */
export type Words = (text: string, path: Path) => string;

interface Context {
  readonly words: Words;
  readonly force: InForce;
  readonly report: (...found: readonly Diagnostic[]) => void;
  readonly input: (source: Source, path: Path, wants: "picture" | "sound") => Input | undefined;
  /** The step that takes the last picture out of a clip. */
  readonly lastFrame: (clip: string, path: Path) => Input;
}

/** A stand-in where an input could not be resolved; the expansion has an error then and goes no further. */
const NO_INPUT: Input = { kind: "file", path: "" };

/** Fields of an extend that would have no effect. */
const NOT_NATIVE = ["model", "mode", "duration", "aspect_ratio", "audio"] as const;
const NOT_CONTINUED = ["aspect_ratio", "audio"] as const;

/** NFC, runs of white space to one space, trimmed. */
export function normalisePrompt(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(/\s+/gu, " ").trim();
}

/** The action of a shot's first step. */
export function clipAction(shot: Shot, path: Path, context: Context): Action {
  const kind = shot.image === undefined ? "text_to_video" : "image_to_video";
  const fields = effectiveVideo(ownVideo(shot), kind, shot.end_image !== undefined, context.force);
  const prompt = wordsOf(shot.prompt, [...path, "prompt"], context);
  const shared = {
    model: fields.model,
    ...identityOf(context.force.catalog.video(fields.model)),
    ...modeOf(fields.model, fields.mode, context.force),
    duration: fields.duration ?? 5,
    ...optional("negative_prompt", wordsOf(fields.negative_prompt, [...path, "negative_prompt"], context)),
    ...optional("cfg_scale", fields.cfg_scale),
    ...optional("audio", audioOf(fields.model, kind, fields.audio, context.force)),
  };
  if (prompt === undefined || prompt === "") {
    context.report(
      problem("manifest/missing-key", `shot ${shot.id} has no prompt`, {
        path,
        on: "key",
        why: "the vendor wants words for every clip, also beside an image",
        help: "describe the shot: prompt: wide, the ferry leaves the pier",
      }),
    );
  }
  if (shot.image === undefined) {
    if (shot.end_image !== undefined) {
      context.report(
        problem("catalog/unsupported", "an end image needs a first image beside it", {
          path: [...path, "end_image"],
          why: "no model takes an end frame alone",
          help: "add image: for the first frame, or use this picture as image",
        }),
      );
    }
    return {
      kind: "text_to_video",
      ...shared,
      aspect_ratio: fields.aspect_ratio ?? "16:9",
      prompt: prompt ?? "",
    };
  }
  if (shot.aspect_ratio !== undefined) {
    context.report(
      problem("catalog/unsupported", "a shot that starts from an image takes no aspect_ratio", {
        path: [...path, "aspect_ratio"],
        on: "key",
        why: "the clip has the proportions of its image",
        help: "remove aspect_ratio and crop the image to the shape you want",
      }),
    );
  }
  const endImage =
    shot.end_image === undefined
      ? undefined
      : context.input(shot.end_image, [...path, "end_image"], "picture");
  return {
    kind: "image_to_video",
    ...shared,
    ...optional("prompt", prompt === "" ? undefined : prompt),
    image: context.input(shot.image, [...path, "image"], "picture") ?? NO_INPUT,
    ...optional("end_image", endImage),
  };
}

/** The action of an entry of `images:`. */
export function imageAction(still: Still, path: Path, context: Context): Action {
  if (still.try_on !== undefined) {
    const wanted = still.try_on.model ?? "kolors-virtual-try-on-v1-5";
    const model = context.force.catalog.image(wanted);
    return {
      kind: "try_on",
      model: model?.id ?? wanted,
      ...identityOf(model),
      human: context.input(still.try_on.human, [...path, "try_on", "human"], "picture") ?? NO_INPUT,
      cloth: context.input(still.try_on.cloth, [...path, "try_on", "cloth"], "picture") ?? NO_INPUT,
    };
  }
  const fields = effectiveImage(still, still.image !== undefined, context.force);
  const prompt = wordsOf(still.prompt, [...path, "prompt"], context);
  if (prompt === undefined || prompt === "") {
    context.report(
      problem("manifest/missing-key", `image ${still.id} has neither a prompt nor a try_on`, {
        path,
        on: "key",
        help: "describe the picture: prompt: studio portrait, soft light",
      }),
    );
  }
  const image =
    still.image === undefined ? undefined : context.input(still.image, [...path, "image"], "picture");
  return {
    kind: "image",
    model: fields.model,
    ...identityOf(context.force.catalog.image(fields.model)),
    prompt: prompt ?? "",
    ...optional("negative_prompt", wordsOf(fields.negative_prompt, [...path, "negative_prompt"], context)),
    aspect_ratio: fields.aspect_ratio ?? "16:9",
    resolution: fields.resolution ?? "1k",
    ...optional("image", image),
    ...optional("image_reference", still.image_reference),
    ...optional("image_fidelity", still.image_fidelity),
    ...optional("human_fidelity", still.human_fidelity),
  };
}

/** The action of an entry of a shot's `steps:`, which works on the step before it. */
export function refineAction(
  refinement: ShotStep,
  previous: { readonly base: string; readonly action: Action },
  path: Path,
  context: Context,
): Action | undefined {
  const source: Input = { kind: "step", id: previous.base as StepId };
  if (refinement.extend !== undefined) {
    const own = refinement.extend;
    const via = own.via ?? firstWay(previous.action, context.force);
    const prompt = wordsOf(own.prompt, [...path, "prompt"], context);
    const common = {
      kind: "extend",
      via,
      source,
      ...optional("prompt", prompt === "" ? undefined : prompt),
      ...optional("negative_prompt", wordsOf(own.negative_prompt, [...path, "negative_prompt"], context)),
      ...optional("cfg_scale", own.cfg_scale),
      ...optional("copy", copyOf(own)),
      ...(via === "last_frame" ? { frame: context.lastFrame(previous.base, path) } : {}),
    } as const;
    if (own.copy !== undefined && via !== "omni") {
      context.report(
        problem("catalog/unsupported", `extend via ${via} takes no copy of the clip`, {
          path: [...path, "copy"],
          on: "key",
          why:
            via === "native"
              ? "the vendor continues its own results only"
              : "the picture to continue from is taken from the clip on this machine",
          help: via === "native" ? "set via: omni or last_frame, or remove copy" : "remove copy",
        }),
      );
    }
    for (const field of via === "native" ? NOT_NATIVE : NOT_CONTINUED) {
      if (own[field] === undefined) continue;
      context.report(
        problem("catalog/unsupported", `extend via ${via} takes no ${field}`, {
          path: [...path, field],
          on: "key",
          why:
            via === "native"
              ? "it continues with the clip's own model, mode and step"
              : field === "audio"
                ? "what continues a clip is rendered without sound"
                : "it has the shape of the clip that it continues",
          help: `remove ${field}`,
        }),
      );
    }
    if (via === "native") return common;
    const inherited = "model" in previous.action ? previous.action.model : undefined;
    const model = own.model ?? (via === "omni" ? "kling-3.0-omni" : inherited);
    const fields = effectiveVideo(
      { ...ownVideo(own), ...optional("model", model) },
      "image_to_video",
      false,
      {
        ...context.force,
        override: {},
      },
    );
    return {
      ...common,
      model: fields.model,
      ...identityOf(context.force.catalog.video(fields.model)),
      ...modeOf(fields.model, fields.mode, context.force),
      duration: fields.duration ?? 5,
    };
  }
  const own = refinement.lip_sync;
  if (own === undefined) return undefined;
  if ((own.audio === undefined) === (own.text === undefined)) {
    context.report(
      problem("manifest/missing-key", "lip_sync wants either audio or text", {
        path,
        on: "key",
        help: "name an audio file (audio: vo/020.wav), or write text with a voice",
      }),
    );
  }
  const audio = own.audio === undefined ? undefined : context.input(own.audio, [...path, "audio"], "sound");
  return {
    kind: "lip_sync",
    source,
    ...optional("audio", audio),
    ...optional("text", wordsOf(own.text, [...path, "text"], context)),
    ...optional("voice", own.voice),
    ...optional("voice_language", own.voice_language),
    ...optional("voice_speed", own.voice_speed),
    ...optional("face", own.face),
    ...optional("audio_start", own.audio_start),
    ...optional("audio_end", own.audio_end),
    ...optional("at", own.at),
    ...optional("volume", own.volume),
    ...optional("original_volume", own.original_volume),
    ...optional("copy", copyOf(own)),
  };
}

function copyOf({ copy }: Pick<LipSyncFields, "copy">): PinnedCopy | undefined {
  return copy === undefined ? undefined : { url: copy.url, sha256: copy.sha256 as Sha256 };
}

/** The first way of extending that the source's model allows; never what happens to be installed. */
function firstWay(source: Action, force: InForce): ExtendVia {
  if (source.kind === "extend" && source.via === "native") return "native";
  const model =
    "model" in source && source.model !== undefined ? force.catalog.video(source.model) : undefined;
  return model?.extend[0] ?? "omni";
}

function ownVideo(own: Shot | NonNullable<ShotStep["extend"]>) {
  const { model, mode, duration, aspect_ratio, negative_prompt, cfg_scale, audio } = own;
  return { model, mode, duration, aspect_ratio, negative_prompt, cfg_scale, audio };
}

/** Built-in models are in keys by their id. */
function identityOf(model: Model | undefined) {
  return optional("identity", model?.identity);
}

/** A model without modes has none in its action, unless the author wrote one for the rules to refuse. */
function modeOf<M>(modelId: string, mode: M | undefined, force: InForce): { readonly mode?: M | "std" } {
  const model = force.catalog.video(modelId);
  if (model !== undefined && model.modes.length === 0) return mode === undefined ? {} : { mode };
  return { mode: mode ?? "std" };
}

/** Sound that cannot be switched off is no part of the intent. */
function audioOf(
  modelId: string,
  kind: "text_to_video" | "image_to_video",
  audio: boolean | undefined,
  force: InForce,
): boolean | undefined {
  const model = force.catalog.video(modelId);
  const endpoint = kind === "text_to_video" ? model?.textToVideo : model?.imageToVideo;
  return endpoint?.audio === "always" && audio === true ? undefined : audio;
}

function wordsOf(text: string | undefined, path: Path, context: Context): string | undefined {
  return text === undefined ? undefined : normalisePrompt(context.words(text, path));
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
