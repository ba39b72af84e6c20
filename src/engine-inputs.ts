/**
 * The input files that a graph names: their digests, and what is wrong with them, put where the author named them.
 */
import { caution, problem, type Diagnostic, type Path } from "./base/diagnostic.js";
import type { Sha256 } from "./base/digest.js";
import { unreachable } from "./base/guard.js";
import { LFS_HELP, LFS_WHY } from "./base/lfs.js";
import { listWords, safeText } from "./base/text.js";
import type { Catalog } from "./catalog/catalog.js";
import type { SoundLimits } from "./catalog/model.js";
import { INLINE_ADVISED, V1_TRANSCRIPTS } from "./catalog/rows.js";
import { LIP_SYNC_SOUND } from "./catalog/units.js";
import { checkHeard, clock } from "./graph/rules-speech.js";
import { sourceFacts } from "./graph/source.js";
import type { Action } from "./graph/actions.js";
import { inputsOf } from "./graph/inputs-of.js";
import { checkShapes, imageLimitsOf, placeOf } from "./graph/pictures.js";
import type { Graph, Step } from "./graph/step.js";
import { checkImage, type ImageFacts, type ImageFinding } from "./store/image.js";
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
  const ratios = new Map<string, number>();
  for (const { file, field, path, step } of uses) {
    const once = `${path.join("/")} ${file}`;
    if (checked.has(once)) continue;
    checked.add(once);
    const state = states.get(file) ?? { kind: "missing" };
    if (state.kind !== "file") {
      diagnostics.push(unusable(file, state, path));
      continue;
    }
    digests.set(file, state.sha256);
    const soundLimits = field === "audio" ? soundLimitsOf(step.action, catalog) : undefined;
    if (soundLimits !== undefined) {
      const heard = await hear(file, state, path, inputs, soundLimits);
      diagnostics.push(...heard.diagnostics);
      if (heard.seconds === undefined) continue;
      sounds.set(file, heard.seconds);
      if (step.action.kind !== "lip_sync") continue;
      const source = sourceFacts(step.action, (id) => actions.get(id));
      diagnostics.push(...checkHeard(step.action, heard.seconds, path.slice(0, -1), source));
      continue;
    }
    const limits = imageLimitsOf(step.action, catalog);
    if (limits === undefined) continue;
    const facts = await inputs.image(file, state.sha256);
    if (facts.kind === "image") ratios.set(file, facts.width / facts.height);
    for (const finding of checkImage(facts, state.size, limits)) {
      diagnostics.push(
        problem("graph/input-invalid", `${safeText(file)} ${imageWords(finding)}`, {
          path,
          why: IMAGE_RULE,
          help: "convert, resize or crop the picture",
        }),
      );
    }
    if (state.size > INLINE_ADVISED.image && state.size <= limits.maxBytes) {
      diagnostics.push(heavyPicture(file, state.size, path));
    }
    if (field === "static_mask" || field.startsWith("dynamic_masks.")) {
      const wrong = await maskRatio(file, facts, step.action, path, states, inputs);
      if (wrong !== undefined) diagnostics.push(wrong);
    }
  }
  diagnostics.push(
    ...heavyRequests(graph, uses, states),
    ...checkShapes(graph, catalog, (path) => ratios.get(path)),
  );
  return { digests, sounds, diagnostics };
}

const INLINE_RULE = `files are sent within the request; no limit is documented, but ${INLINE_ADVISED.basis.source} sends no more (${INLINE_ADVISED.basis.asOf})`;

function heavyPicture(file: string, bytes: number, path: Path): Diagnostic {
  return caution("graph/input-invalid", `${safeText(file)} has ${megabytes(bytes)}, which may be too much`, {
    path,
    why: INLINE_RULE,
    help: `make it smaller than ${megabytes(INLINE_ADVISED.image)}, or put it where the vendor can fetch it: { url: …, sha256: … }`,
  });
}

/** Steps whose files together may be too much for one request. */
function heavyRequests(
  graph: Graph,
  uses: readonly FileUse[],
  states: ReadonlyMap<string, InputState>,
): readonly Diagnostic[] {
  const sums = new Map<Step, number>();
  for (const { file, step } of uses) {
    const state = states.get(file);
    if (state?.kind === "file") sums.set(step, (sums.get(step) ?? 0) + state.size);
  }
  return graph.steps.flatMap((step) => {
    const bytes = sums.get(step) ?? 0;
    if (bytes <= INLINE_ADVISED.request) return [];
    const what = `the files of this step have ${megabytes(bytes)} together, which may be too much`;
    const help = `stay below ${megabytes(INLINE_ADVISED.request)}, or put some where the vendor can fetch them: { url: …, sha256: … }`;
    return [
      caution("graph/input-invalid", what, { path: step.path, on: "key" as const, why: INLINE_RULE, help }),
    ];
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The ratio of a mask may miss that of its picture by rounding to whole pixels. */
const MASK_TOLERANCE = 0.01;

/** Whether a mask has the shape of the first picture, where that is a file too. */
async function maskRatio(
  file: string,
  mask: ImageFacts,
  action: Action,
  path: Path,
  states: ReadonlyMap<string, InputState>,
  inputs: Inputs,
): Promise<Diagnostic | undefined> {
  if (action.kind !== "image_to_video" || action.image.kind !== "file") return undefined;
  const state = states.get(action.image.path);
  if (state?.kind !== "file") return undefined;
  const picture = await inputs.image(action.image.path, state.sha256);
  if (mask.kind !== "image" || picture.kind !== "image") return undefined;
  const apart = (mask.width * picture.height) / (mask.height * picture.width);
  if (Math.abs(apart - 1) <= MASK_TOLERANCE) return undefined;
  const has = `measures ${mask.width}x${mask.height}, the image ${picture.width}x${picture.height}`;
  return problem("graph/input-invalid", `${safeText(file)} ${has}`, {
    path,
    why: `a mask has the aspect ratio of the image (${V1_TRANSCRIPTS.source}, ${V1_TRANSCRIPTS.asOf})`,
    help: "make the mask from the image itself",
  });
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
      return `has ${megabytes(finding.found)}; at most ${megabytes(finding.limit)} are taken`;
    case "side":
      return `measures ${finding.width}x${finding.height}; each side needs at least ${finding.limit} pixels`;
    case "long_side":
      return `measures ${finding.width}x${finding.height}; a side has ${finding.limit} pixels at most`;
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
  limits: SoundLimits,
): Promise<{ readonly seconds?: number; readonly diagnostics: readonly Diagnostic[] }> {
  const why = `${LIMITS_OF} ${limits.basis.source}, ${limits.basis.asOf}`;
  const facts = size > limits.maxBytes ? undefined : await inputs.sound(file, sha256);
  const findings = checkSound(facts, size, limits);
  if (facts?.kind === "sound" && findings.length === 0) return { seconds: facts.seconds, diagnostics: [] };
  return {
    diagnostics: findings.map((finding) => {
      const { what, help } = soundWords(finding, limits === LIP_SYNC_SOUND);
      return problem("graph/input-invalid", `${safeText(file)} ${what}`, { path, why, help });
    }),
  };
}

function soundWords(finding: SoundFinding, isCut: boolean): { readonly what: string; readonly help: string } {
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
            ? `cut the file itself${isCut ? ": the limit is on what is sent, before audio_start and audio_end are looked at" : ""}`
            : "use a longer sound",
      };
    default:
      return unreachable(finding);
  }
}

interface FileUse {
  readonly file: string;
  /** As `inputsOf` calls it. */
  readonly field: string;
  readonly path: Path;
  readonly step: Step;
}

function fileUses(step: Step): readonly FileUse[] {
  return inputsOf(step.action).flatMap(([field, input]) =>
    input.kind === "file" && input.path !== ""
      ? [{ file: input.path, field, path: [...step.path, ...placeOf(step.action, field)], step }]
      : [],
  );
}

/** Limits of the sounds that an action works with. */
function soundLimitsOf(action: Action, catalog: Catalog): SoundLimits | undefined {
  if (action.kind === "lip_sync") return LIP_SYNC_SOUND;
  return action.kind === "avatar" ? catalog.service(action.kind).sound : undefined;
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
