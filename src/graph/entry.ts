/**
 * What the makers of actions share: resolved words and inputs, and fields that are only there when they say something.
 * Prompts are normalised here, once, so that YAML's folding styles cost nothing.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import type { Mode, Model } from "../catalog/model.js";
import type { Sha256 } from "../base/digest.js";
import type { Handles, Kept, Source, VideoFields } from "../manifest/manifest.js";
import type { InForce } from "./effective.js";
import type { Input, PinnedCopy, Reference } from "./input.js";

/** Expands the variables of a text that stands at `path`. */
export type Words = (text: string, path: Path) => string;

/** What an input may be. */
export type Wants = "picture" | "sound" | "video" | "element" | "voice";

/** What making actions needs. */
export interface Making {
  readonly words: Words;
  readonly force: InForce;
  readonly report: (...found: readonly Diagnostic[]) => void;
  readonly input: (source: Source | Kept, path: Path, wants: Wants) => Input | undefined;
  /** The step that takes the last picture out of a clip. */
  readonly lastFrame: (clip: string, path: Path) => Input;
}

/** A stand-in where an input could not be resolved; the expansion has an error then and goes no further. */
const NO_INPUT: Input = { kind: "file", path: "" };

/** NFC, runs of white space to one space, trimmed. */
export function normalisePrompt(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(/\s+/gu, " ").trim();
}

/** A text with its variables expanded, normalised; undefined where there is none. */
export function wordsOf(text: string | undefined, path: Path, making: Making): string | undefined {
  return text === undefined ? undefined : normalisePrompt(making.words(text, path));
}

/** An input that must be there. */
export function inputAt(source: Source | Kept, path: Path, wants: Wants, making: Making): Input {
  return making.input(source, path, wants) ?? NO_INPUT;
}

/** An input that may be absent. */
export function inputIf(
  source: Source | Kept | undefined,
  path: Path,
  wants: Wants,
  making: Making,
): Input | undefined {
  return source === undefined ? undefined : making.input(source, path, wants);
}

/** Inputs in their order. */
export function inputsAt(
  sources: readonly Source[],
  path: Path,
  wants: Wants,
  making: Making,
): readonly Input[] {
  return sources.map((source, index) => inputAt(source, [...path, index], wants, making));
}

/** What a prompt names, sorted by handle; undefined where it names nothing. */
export function referencesAt(
  handles: Handles<Source | Kept> | undefined,
  path: Path,
  wants: Wants,
  making: Making,
): readonly Reference[] | undefined {
  const entries = Object.entries(handles ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  return entries.map(([handle, source]) => ({
    handle,
    input: inputAt(source, [...path, handle], wants, making),
  }));
}

/** A pinned copy of a clip. */
export function copyOf(
  copy: { readonly url: string; readonly sha256: string } | undefined,
): PinnedCopy | undefined {
  return copy === undefined ? undefined : { url: copy.url, sha256: copy.sha256 as Sha256 };
}

/** What a model is in keys, where that is not its id. */
export function identityOf(model: Model | undefined): { readonly identity?: string } {
  return optional("identity", model?.identity);
}

/** A model without modes has none in its action, unless the author wrote one for the rules to refuse. */
export function modeOf(modelId: string, mode: Mode | undefined, force: InForce): { readonly mode?: Mode } {
  const model = force.catalog.video(modelId);
  if (model !== undefined && model.modes.length === 0) return mode === undefined ? {} : { mode };
  return { mode: mode ?? "std" };
}

/** The fields of a clip that its entry itself gives. */
export function ownVideo(own: VideoFields): VideoFields {
  const { model, mode, duration, aspect_ratio, negative_prompt, cfg_scale, audio } = own;
  return {
    ...optional("model", model),
    ...optional("mode", mode),
    ...optional("duration", duration),
    ...optional("aspect_ratio", aspect_ratio),
    ...optional("negative_prompt", negative_prompt),
    ...optional("cfg_scale", cfg_scale),
    ...optional("audio", audio),
  };
}

/** Says that fields which are there have no effect beside another one. */
export function refuseFields(
  own: object,
  fields: readonly string[],
  message: (field: string) => { readonly message: string; readonly why?: string; readonly help?: string },
  path: Path,
  making: Making,
): void {
  for (const field of fields) {
    if ((own as Readonly<Record<string, unknown>>)[field] === undefined) continue;
    const { message: text, why, help } = message(field);
    making.report(
      problem("catalog/unsupported", text, {
        path: [...path, field],
        on: "key",
        ...(why === undefined ? {} : { why }),
        help: help ?? `remove ${field}`,
      }),
    );
  }
}

/** Says that an entry lacks what it cannot do without. */
export function missing(message: string, path: Path, help: string, making: Making, why?: string): void {
  making.report(
    problem("manifest/missing-key", message, {
      path,
      on: "key",
      ...(why === undefined ? {} : { why }),
      help,
    }),
  );
}

/** A member that is absent where it has no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
