/**
 * Rules for clips made from words or from a still. Each finding names the endpoint's rule, where it was read,
 * and the nearest thing that works.
 */
import { caution, problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { VideoEndpoint, VideoModel } from "../catalog/model.js";
import { durationWords, endpointOf, refusal, sourceWords, type Beside } from "./rules-field.js";
import { checkMoves } from "./rules-camera.js";
import { checkCuts, checkTotal, totalOf } from "./rules-cuts.js";
import { findingsAt, type Findings } from "./rules-findings.js";
import { asWritten, checkHandles, checkNumbered } from "./rules-handles.js";
import { usableVideo, orUse } from "./rules-model.js";
import { checkPrompts } from "./rules-prompt.js";
import type { ImageToVideo, TextToVideo } from "./actions.js";

const FIELDS = ["mode", "duration", "aspect_ratio", "audio", "negative_prompt", "cfg_scale"] as const;

/** What is wrong with a clip of this model. */
export function checkClip(
  action: TextToVideo | ImageToVideo,
  catalog: Catalog,
  path: Path,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableVideo(action.model, catalog, path, found);
  if (model === undefined) return found;
  const endpoint = endpointOf(model, action.kind);
  if (endpoint === undefined) {
    found.push(missingEndpoint(model, action.kind, catalog, path));
    return found;
  }
  const endImage = action.kind === "image_to_video" && action.end_image !== undefined;
  const mode = action.mode ?? model.modes[0]?.mode;
  const beside: Beside = { endImage, ...(mode === undefined ? {} : { mode }) };
  const why = sourceWords(endpoint.basis ?? model.basis);
  const slot = action.kind === "text_to_video" ? "textToVideo" : "imageToVideo";

  const findings = findingsAt(path, why);
  for (const field of FIELDS) {
    const value = (action as Partial<Record<(typeof FIELDS)[number], unknown>>)[field];
    if (value === undefined) continue;
    const refused = refusal(model, endpoint, action.kind, field, value, beside);
    if (refused === undefined) continue;
    if (field === "duration" && action.cuts !== undefined && totalOf(action.cuts) === value) {
      checkTotal(action.cuts, endpoint.durations, model, findings);
      continue;
    }
    const help = `${refused.help}${orUse(catalog, slot, refused.takenBy)}`;
    found.push(
      problem("catalog/unsupported", refused.message, {
        path: [...path, field],
        ...(refused.absent === true ? { on: "key" } : {}),
        why,
        help,
      }),
    );
  }
  found.push(...doubtfulDuration(model, endpoint, action.duration, path));
  if (endImage) found.push(...checkEndImage(model, endpoint, beside, catalog, path, why));
  const written = asWritten(action, model.dialect, false);
  found.push(...checkPrompts(written, model, endpoint, path, why));
  found.push(...checkCuts(written, model, endpoint, catalog, findings));
  checkMoves(action, model, endpoint, catalog, findings);
  if (action.kind === "image_to_video") checkKept(action, model, endpoint, catalog, findings);
  checkNumbered(action, findings);
  found.push(...findings.found);
  return found;
}

/** Elements and voices beside a first frame. */
function checkKept(
  action: ImageToVideo,
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  findings: Findings,
): void {
  const { refuse } = findings;
  for (const field of ["elements", "voices"] as const) {
    const count = action[field]?.length ?? 0;
    const most = endpoint[field] ?? 0;
    if (count <= most) continue;
    const others = orUse(catalog, "imageToVideo", (other) => (other[field] ?? 0) >= count);
    const message = `${model.id} takes ${most === 0 ? `no ${field}` : `${most} ${field}, not ${count}`}`;
    refuse(field, message, `${most === 0 ? `remove ${field}` : `keep ${most}`}${others}`, "key");
  }
  if (action.voices !== undefined && (endpoint.voices ?? 0) > 0 && action.audio !== true) {
    const modes = endpoint.audioModes;
    const help = `set audio: true${modes === undefined ? "" : ` and mode: ${listWords(modes, "or")}`}`;
    refuse("voices", `${model.id} speaks with voices only in a clip with sound`, help, "key");
  }
  checkHandles(action, { video: false, mustName: true }, findings);
}

function missingEndpoint(
  model: VideoModel,
  kind: "text_to_video" | "image_to_video",
  catalog: Catalog,
  path: Path,
): Diagnostic {
  const fromWords = kind === "text_to_video";
  const others = orUse(catalog, fromWords ? "textToVideo" : "imageToVideo", () => true);
  return problem(
    "catalog/unsupported",
    `${model.id} makes no clip from ${fromWords ? "words alone" : "an image"}`,
    {
      path: [...path, "model"],
      why: sourceWords(model.basis),
      help: `${fromWords ? "give the shot an image" : "remove the image"}${others}`,
    },
  );
}

function checkEndImage(
  model: VideoModel,
  endpoint: VideoEndpoint,
  beside: Beside,
  catalog: Catalog,
  path: Path,
  why: string,
): readonly Diagnostic[] {
  const at = { path: [...path, "end_image"], why };
  const takes = endpoint.endImage;
  if (takes === undefined) {
    const others = orUse(catalog, "imageToVideo", (other) => other.endImage !== undefined);
    return [
      problem("catalog/unsupported", `${model.id} takes no end_image`, {
        ...at,
        on: "key",
        help: `remove end_image${others}`,
      }),
    ];
  }
  if (takes.modes === undefined || beside.mode === undefined || takes.modes.includes(beside.mode)) return [];
  const others = orUse(catalog, "imageToVideo", ({ endImage }) => endImage !== undefined && !endImage.modes);
  return [
    problem("catalog/unsupported", `${model.id} takes no end_image in mode ${beside.mode}`, {
      ...at,
      help: `set mode: ${listWords(takes.modes, "or")}${others}`,
    }),
  ];
}

function doubtfulDuration(
  model: VideoModel,
  endpoint: VideoEndpoint,
  duration: number,
  path: Path,
): readonly Diagnostic[] {
  const sure = endpoint.sureDurations;
  if (sure === undefined || sure.includes(duration) || !endpoint.durations.includes(duration)) return [];
  return [
    caution("catalog/unsupported", `${model.id} may refuse a clip of ${duration} s from words alone`, {
      path: [...path, "duration"],
      why: `its own page allows ${durationWords(endpoint.durations)}, the vendor's capability map ${durationWords(sure)}`,
      help: `choose ${durationWords(sure)} to be sure`,
    }),
  ];
}
