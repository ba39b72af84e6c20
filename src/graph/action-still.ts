/**
 * An entry of `images:` → its action, with all fields resolved. Does not judge whether the model takes them: that is
 * `rules.ts`.
 */
import { problem, type Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { Still } from "../manifest/manifest.js";
import type { Action } from "./actions.js";
import { effectiveImage, type StillKind } from "./effective.js";
import {
  identityOf,
  inputAt,
  inputIf,
  inputsAt,
  missing,
  optional,
  referencesAt,
  refuseFields,
  wordsOf,
  type Making,
} from "./entry.js";

/** Fields that only one way of making a still has. */
const OWN_FIELDS = {
  try_on: ["try_on"],
  expand: ["expand"],
  multi_image: ["subjects", "scene", "style"],
  omni_image: ["refer_images", "series"],
  image: ["image", "image_reference", "image_fidelity", "human_fidelity", "negative_prompt"],
} as const satisfies Record<StillKind | "try_on" | "expand", readonly (keyof Still)[]>;

/** Fields that say nothing where there is no model to choose. */
const MODEL_FIELDS = ["model", "resolution", "aspect_ratio", "elements"] as const;

/** The action of a still. */
export function imageAction(still: Still, path: Path, making: Making): Action {
  if (still.try_on !== undefined) return tryOnAction(still, still.try_on, path, making);
  if (still.expand !== undefined) return expandAction(still, still.expand, path, making);
  const kind = kindOf(still, making);
  const fields = effectiveImage(still, kind, making.force);
  const prompt = wordsOf(still.prompt, [...path, "prompt"], making);
  if (kind !== "multi_image" && (prompt === undefined || prompt === "")) {
    missing(
      `image ${still.id} has neither a prompt nor a try_on`,
      path,
      "describe the picture: prompt: studio portrait, soft light",
      making,
    );
  }
  refuseOthers(still, kind, path, making);
  const model = { model: fields.model, ...identityOf(making.force.catalog.image(fields.model)) };
  const elements = referencesAt(still.elements, [...path, "elements"], "element", making);
  switch (kind) {
    case "multi_image":
      refuseFields(
        still,
        ["resolution", "elements"],
        (field) => ({ message: `a still from subjects takes no ${field}` }),
        path,
        making,
      );
      return {
        kind,
        ...model,
        ...optional("prompt", prompt === "" ? undefined : prompt),
        aspect_ratio: fields.aspect_ratio ?? "16:9",
        subjects: inputsAt(still.subjects ?? [], [...path, "subjects"], "picture", making),
        ...optional("scene", inputIf(still.scene, [...path, "scene"], "picture", making)),
        ...optional("style", inputIf(still.style, [...path, "style"], "picture", making)),
      };
    case "omni_image":
      return {
        kind,
        ...model,
        prompt: prompt ?? "",
        aspect_ratio: fields.aspect_ratio ?? "auto",
        resolution: fields.resolution ?? "1k",
        ...optional(
          "refer_images",
          referencesAt(still.refer_images, [...path, "refer_images"], "picture", making),
        ),
        ...optional("elements", elements),
        ...optional("series", still.series),
      };
    case "image":
      return {
        kind,
        ...model,
        prompt: prompt ?? "",
        ...optional("negative_prompt", wordsOf(fields.negative_prompt, [...path, "negative_prompt"], making)),
        aspect_ratio: fields.aspect_ratio ?? "16:9",
        resolution: fields.resolution ?? "1k",
        ...optional("image", inputIf(still.image, [...path, "image"], "picture", making)),
        ...optional("image_reference", still.image_reference),
        ...optional("image_fidelity", still.image_fidelity),
        ...optional("human_fidelity", still.human_fidelity),
        ...optional("elements", elements),
      };
  }
}

/** Which way makes the still: by what it is made from, else by its model. */
function kindOf(still: Still, { force }: Making): StillKind {
  if (still.subjects !== undefined || still.scene !== undefined || still.style !== undefined) {
    return "multi_image";
  }
  if (still.refer_images !== undefined || still.series !== undefined) return "omni_image";
  const named = effectiveImage(still, "image", force).model;
  return force.catalog.image(named)?.does === "omni" ? "omni_image" : "image";
}

function tryOnAction(still: Still, tryOn: NonNullable<Still["try_on"]>, path: Path, making: Making): Action {
  const wanted = tryOn.model ?? "kolors-virtual-try-on-v1-5";
  const model = making.force.catalog.image(wanted);
  refuseOthers(still, "try_on", path, making);
  return {
    kind: "try_on",
    model: model?.id ?? wanted,
    ...identityOf(model),
    human: inputAt(tryOn.human, [...path, "try_on", "human"], "picture", making),
    cloth: inputAt(tryOn.cloth, [...path, "try_on", "cloth"], "picture", making),
  };
}

function expandAction(
  still: Still,
  { image, up = 0, down = 0, left = 0, right = 0 }: NonNullable<Still["expand"]>,
  path: Path,
  making: Making,
): Action {
  refuseOthers(still, "expand", path, making);
  refuseFields(
    still,
    MODEL_FIELDS,
    (field) => ({ message: `expand takes no ${field}`, why: "it keeps the look of its picture" }),
    path,
    making,
  );
  const prompt = wordsOf(still.prompt, [...path, "prompt"], making);
  return {
    kind: "expand",
    image: inputAt(image, [...path, "expand", "image"], "picture", making),
    up,
    down,
    left,
    right,
    ...optional("prompt", prompt === "" ? undefined : prompt),
  };
}

/** Says which fields belong to another way of making a still. */
function refuseOthers(still: Still, kind: keyof typeof OWN_FIELDS, path: Path, making: Making): void {
  const own: readonly string[] = OWN_FIELDS[kind];
  for (const fields of Object.values(OWN_FIELDS)) {
    const strange: readonly string[] = fields.filter(
      (field) => still[field] !== undefined && !own.includes(field),
    );
    if (strange.length === 0) continue;
    // What a picture is called where references are lists differs, which is worth saying.
    const isImage = strange.includes("image") && kind === "omni_image";
    making.report(
      problem("catalog/unsupported", `${kindWords(kind)} takes no ${listWords(strange)}`, {
        path: [...path, strange[0] ?? ""],
        on: "key",
        why: "a still is made in one way",
        help: isImage
          ? "write refer_images: { HANDLE: … } and name @HANDLE in the prompt"
          : `remove ${listWords(strange)}, or make it another image`,
      }),
    );
  }
}

function kindWords(kind: keyof typeof OWN_FIELDS): string {
  switch (kind) {
    case "try_on":
      return "try_on";
    case "expand":
      return "expand";
    case "multi_image":
      return "a still from subjects";
    case "omni_image":
      return "a still of an omni model";
    case "image":
      return "a still from words";
  }
}
