/**
 * What a gateway that answers in the unified dialect cannot be asked for, said before anything is sent. That shape is
 * known from one description only, so what it does not name is refused, whatever an action may come to hold: the
 * fields below are those that it has, not those that it lacks.
 * Comes after the rules of the vendor's own endpoints, and only where such a gateway is in force.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { elide, listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import {
  UNIFIED_BASIS,
  UNIFIED_NAMES,
  UNIFIED_SECONDS,
  unifiedModel,
  v1Name,
  type UnifiedModel,
} from "../catalog/unified.js";
import { sourceWords } from "./rules-field.js";
import { beyondOldLipSync, type SourceFacts } from "./rules-refine.js";
import { checkAction } from "./rules.js";
import { isLocal, type Action } from "./actions.js";

/** What a gateway has for an action: the fields that its request can carry. */
const TAKEN: Readonly<Partial<Record<Action["kind"], ReadonlySet<string>>>> = {
  text_to_video: fields("mode duration aspect_ratio prompt negative_prompt cfg_scale"),
  image_to_video: fields("mode duration image prompt negative_prompt cfg_scale"),
  extend: fields("via source frame prompt negative_prompt cfg_scale mode duration copy"),
  // What chooses a face, a span or a volume is judged by its value, as with other servers of the old lip-sync.
  lip_sync: fields(
    "source audio text voice voice_language voice_speed copy face audio_start audio_end at volume original_volume",
  ),
  image: fields(
    "prompt negative_prompt aspect_ratio resolution image image_reference image_fidelity human_fidelity",
  ),
  try_on: fields("human cloth"),
};
const NAMES = fields("kind model identity");

const WHY = `the gateway speaks the unified dialect, as KLING_DIALECT says (${sourceWords(UNIFIED_BASIS)})`;

/** The fields of an action that say something for which the unified dialect has no field. */
export function lackedByUnified(action: Action): readonly string[] {
  const taken = TAKEN[action.kind];
  return Object.entries(action)
    .filter(([field, value]) => isSaid(value) && !NAMES.has(field) && taken?.has(field) !== true)
    .map(([field]) => field);
}

/** Every reason why a gateway cannot be asked for an action; errors only. */
export function checkUnified(
  action: Action,
  catalog: Catalog,
  path: Path,
  source: SourceFacts = {},
): readonly Diagnostic[] {
  if (isLocal(action)) return [];
  const refuse = (
    message: string,
    help: string,
    field?: string,
    on: "key" | "value" = "value",
  ): Diagnostic => {
    const at = field === undefined ? { path, on: "key" as const } : { path: [...path, field], on };
    return problem("catalog/unsupported", message, { ...at, why: WHY, help });
  };
  if (TAKEN[action.kind] === undefined) {
    const what = (action.kind satisfies string).replaceAll("_", " ");
    return [refuse(`the gateway has no ${what}`, "render this step at the vendor: unset KLING_DIALECT")];
  }
  const lacking = lackedByUnified(action).map((field) =>
    refuse(
      `the gateway has no field for ${field}`,
      `remove ${field}, or render this step at the vendor`,
      field,
      "key",
    ),
  );
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return [...lacking, ...checkModel(action, action.duration, catalog, path, refuse)];
    case "extend":
      if (action.via === "native") return lacking;
      if (action.via === "omni") {
        return [...lacking, refuse("the gateway has no omni model", "set via: last_frame", "via")];
      }
      return [...lacking, ...checkModel(action, action.duration ?? 5, catalog, path, refuse)];
    case "lip_sync": {
      const beyond = beyondOldLipSync(action, source);
      if (beyond === undefined) return lacking;
      return [
        ...lacking,
        refuse(`the gateway's lip-sync does not take ${beyond}`, "leave that out of the step"),
      ];
    }
    case "image":
    case "try_on": {
      const model = catalog.image(action.model);
      if (model === undefined || model.like !== undefined) return lacking;
      return [
        ...lacking,
        refuse(
          `nobody says which image models a gateway has, so ${model.id} may not be one of them`,
          ownModelHelp(model.id, model.wireName),
          "model",
        ),
      ];
    }
    default:
      return lacking;
  }
}

type Refuse = (message: string, help: string, field?: string) => Diagnostic;

function checkModel(
  action: Extract<Action, { readonly kind: "text_to_video" | "image_to_video" | "extend" }>,
  duration: number,
  catalog: Catalog,
  path: Path,
  refuse: Refuse,
): readonly Diagnostic[] {
  const model = action.model === undefined ? undefined : catalog.video(action.model);
  // What no catalog knows was refused before.
  if (model === undefined) return [];
  const there = unifiedModel(model, catalog);
  if (there === undefined) {
    return [
      refuse(
        `no gateway is known to have ${model.id}`,
        `choose ${listWords(UNIFIED_NAMES, "or")}; ${ownModelHelp(model.id, model.wireName)}`,
        "model",
      ),
    ];
  }
  const older = v1Name(model, catalog);
  const asOlder =
    older === undefined || older === model || model.like !== undefined
      ? []
      : checkAction({ ...action, model: older.id }, catalog, { path });
  return [
    ...asOlder.filter(({ severity }) => severity === "error"),
    ...checkMode(action.mode, there, refuse),
    ...(UNIFIED_SECONDS.includes(duration)
      ? []
      : [
          refuse(
            `the gateway makes no clip of ${duration} s`,
            `choose ${listWords(UNIFIED_SECONDS.map(String), "or")} s`,
            "duration",
          ),
        ]),
  ];
}

function checkMode(mode: string | undefined, { name, modes }: UnifiedModel, refuse: Refuse) {
  if (mode === undefined || modes.some((each) => each === mode)) return [];
  const help = `set mode: ${listWords(modes, "or")}`;
  return [refuse(`no gateway is known to have ${name} in mode ${elide(mode, 20)}`, help, "mode")];
}

/** How a project says that its gateway has more. */
function ownModelHelp(like: string, wireName: string): string {
  return `where yours has it, say so under catalog: models: with a name of your own, like: ${like}, wire_name: ${wireName}`;
}

/** Switched off is as good as not said. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== false && value !== "";
}

function fields(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}
