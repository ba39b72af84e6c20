/**
 * The input files that a graph names: their digests, and what is wrong with them, put where the author named them.
 */
import { problem, type Diagnostic, type Path } from "./base/diagnostic.js";
import type { Sha256 } from "./base/digest.js";
import { unreachable } from "./base/guard.js";
import { LFS_HELP, LFS_WHY } from "./base/lfs.js";
import { listWords, safeText } from "./base/text.js";
import type { Catalog } from "./catalog/catalog.js";
import type { ImageLimits } from "./catalog/model.js";
import { LIP_SYNC_SOUND } from "./catalog/units.js";
import { checkHeard, clock } from "./graph/rules-speech.js";
import { sourceFacts } from "./graph/source.js";
import type { Action } from "./graph/actions.js";
import { inputsOf } from "./graph/inputs-of.js";
import type { Graph, Step } from "./graph/step.js";
import { checkImage, type ImageFinding } from "./store/image.js";
import type { Inputs, InputState } from "./store/inputs.js";
import { checkSound, type SoundFinding } from "./store/sound.js";

/** Digests by path, and everything that is wrong. */
export interface InputsChecked {
  readonly digests: ReadonlyMap<string, Sha256>;
  /** How long the sounds last, in seconds, by path. */
  readonly sounds: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Looks at every input file of a graph. */
export async function checkInputs(graph: Graph, inputs: Inputs, catalog: Catalog): Promise<InputsChecked> {
  const uses = graph.steps.flatMap((step) => (step.candidate ? [] : fileUses(step)));
  const states = await inputs.states(uses.map((use) => use.file));
  const digests = new Map<string, Sha256>();
  const sounds = new Map<string, number>();
  const diagnostics: Diagnostic[] = [];
  // A held clip may be another one than is written now.
  const actions = new Map(
    graph.steps.flatMap((step) => (step.hold ? [] : [[step.id, step.action] as const])),
  );
  const checked = new Set<string>();
  for (const { file, path, step } of uses) {
    const once = `${path.join("/")} ${file}`;
    if (checked.has(once)) continue;
    checked.add(once);
    const state = states.get(file) ?? { kind: "missing" };
    if (state.kind !== "file") {
      diagnostics.push(unusable(file, state, path));
      continue;
    }
    digests.set(file, state.sha256);
    if (step.action.kind === "lip_sync") {
      const heard = await hear(file, state, path, inputs);
      diagnostics.push(...heard.diagnostics);
      if (heard.seconds === undefined) continue;
      sounds.set(file, heard.seconds);
      const source = sourceFacts(step.action, (id) => actions.get(id));
      diagnostics.push(...checkHeard(step.action, heard.seconds, path.slice(0, -1), source));
      continue;
    }
    const limits = limitsOf(step.action, catalog);
    if (limits === undefined) continue;
    const facts = await inputs.image(file, state.sha256);
    for (const finding of checkImage(facts, state.size, limits)) {
      diagnostics.push(
        problem("graph/input-invalid", `${safeText(file)} ${imageWords(finding)}`, {
          path,
          why: IMAGE_RULE,
          help: "convert, resize or crop the picture",
        }),
      );
    }
  }
  return { digests, sounds, diagnostics };
}

const LIMITS_OF = "the vendor would refuse it after the request is sent; limits from the";
const IMAGE_RULE = `${LIMITS_OF} Kling API documentation, 2026-09-20`;

function imageWords(finding: ImageFinding): string {
  switch (finding.kind) {
    case "not_an_image":
      return "is not a picture";
    case "damaged":
      return `is a damaged ${finding.format}`;
    case "format":
      return `is ${safeText(finding.found)}; only ${finding.allowed.join(" and ")} are taken`;
    case "bytes":
      return `has ${(finding.found / 1024 ** 2).toFixed(1)} MiB; at most ${Math.floor(finding.limit / 1024 ** 2)} are taken`;
    case "side":
      return `measures ${finding.width}x${finding.height}; each side needs at least ${finding.limit} pixels`;
    case "ratio":
      return `measures ${finding.width}x${finding.height}; its long side may be ${finding.limit} times the short one at most`;
    default:
      return unreachable(finding);
  }
}

/** What is wrong with a sound as a file; how long it lasts when nothing is. */
async function hear(
  file: string,
  { sha256, size }: Extract<InputState, { kind: "file" }>,
  path: Path,
  inputs: Inputs,
): Promise<{ readonly seconds?: number; readonly diagnostics: readonly Diagnostic[] }> {
  const limits = LIP_SYNC_SOUND;
  const why = `${LIMITS_OF} ${limits.basis.source}, ${limits.basis.asOf}`;
  const facts = size > limits.maxBytes ? undefined : await inputs.sound(file, sha256);
  const findings = checkSound(facts, size, limits);
  if (facts?.kind === "sound" && findings.length === 0) return { seconds: facts.seconds, diagnostics: [] };
  return {
    diagnostics: findings.map((finding) => {
      const { what, help } = soundWords(finding);
      return problem("graph/input-invalid", `${safeText(file)} ${what}`, { path, why, help });
    }),
  };
}

function soundWords(finding: SoundFinding): { readonly what: string; readonly help: string } {
  switch (finding.kind) {
    case "not_a_sound":
      return { what: "is not a sound", help: "name an mp3, wav, m4a or aac file" };
    case "damaged":
      return { what: `is a damaged ${finding.format}, or cut short`, help: "export the sound again" };
    case "format":
      return {
        what: `is ${safeText(finding.found)}; only ${listWords(finding.allowed)} are taken`,
        help: "convert the sound, for instance to mp3",
      };
    case "bytes":
      return {
        what: `has ${(finding.found / 1e6).toFixed(1)} MB; at most ${finding.limit / 1e6} are taken`,
        help: "cut or convert the sound: a minute of mp3 has about 1 MB",
      };
    case "length":
      return {
        what: `lasts ${clock(finding.seconds)}; ${finding.min} to ${finding.max} s are taken`,
        help:
          finding.seconds > finding.max
            ? "cut the file itself: the limit is on what is sent, before audio_start and audio_end are looked at"
            : "use a longer sound",
      };
    default:
      return unreachable(finding);
  }
}

interface FileUse {
  readonly file: string;
  readonly path: Path;
  readonly step: Step;
}

function fileUses(step: Step): readonly FileUse[] {
  const at = step.action.kind === "try_on" ? [...step.path, "try_on"] : step.path;
  return inputsOf(step.action).flatMap(([field, input]) =>
    input.kind === "file" && input.path !== "" ? [{ file: input.path, path: [...at, field], step }] : [],
  );
}

function limitsOf(action: Action, catalog: Catalog): ImageLimits | undefined {
  switch (action.kind) {
    case "image_to_video":
      return catalog.video(action.model)?.imageToVideo?.image;
    case "image":
    case "try_on":
      return catalog.image(action.model)?.image;
    case "text_to_video":
    case "extend":
    case "lip_sync":
    case "omni_video":
    case "motion_control":
    case "avatar":
    case "effect":
    case "multi_image_to_video":
    case "video_to_audio":
    case "omni_image":
    case "multi_image":
    case "expand":
    case "text_to_audio":
    case "element":
    case "voice":
    case "frame":
    case "picture":
      return undefined;
    default:
      return unreachable(action);
  }
}

function unusable(file: string, state: Exclude<InputState, { kind: "file" }>, path: Path): Diagnostic {
  const name = safeText(file);
  switch (state.kind) {
    case "missing":
      return problem("graph/input-missing", `there is no file ${name}`, {
        path,
        help: "paths are relative to the manifest; to use another step's result write { from: shots.ID } or { from: images.ID }",
      });
    case "directory":
      return problem("graph/input-invalid", `${name} is a directory`, { path, help: "name the file in it" });
    case "lfs_pointer":
      return problem("file/lfs-pointer", `${name} is a Git LFS pointer, not the file itself`, {
        path,
        why: LFS_WHY,
        help: LFS_HELP,
      });
    case "outside":
      return problem("graph/input-outside", `${name} ${state.why}`, {
        path,
        why: "inputs belong to the project, so that it means the same on every machine, and so that nobody else's manifest can have a file of yours sent away",
        help: "copy the file into the project; or, where you trust the manifest, allow it: --allow-outside",
      });
    case "unreadable":
      return problem("graph/input-invalid", `${name} cannot be read (${safeText(state.why)})`, {
        path,
        help: "check the path and its permissions",
      });
    default:
      return unreachable(state);
  }
}
