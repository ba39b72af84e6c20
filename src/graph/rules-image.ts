/**
 * Rules for stills: made from words (and a reference), or a person dressed in a garment.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { listWords, safeText } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { ImageModel } from "../catalog/model.js";
import { sourceWords } from "./rules-field.js";
import { usableImage } from "./rules-model.js";
import { checkPrompts } from "./rules-prompt.js";
import type { MakeImage, TryOn } from "./actions.js";

const REFERENCE_FIELDS = ["image_reference", "image_fidelity", "human_fidelity"] as const;

/** What is wrong with a still of this model. */
export function checkStill(action: MakeImage, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableImage(action.model, catalog, path, found);
  if (model === undefined) return found;
  const why = sourceWords(model.basis);
  const refuse = (field: string, message: string, help: string, on: "key" | "value" = "value"): void => {
    found.push(problem("catalog/unsupported", message, { path: [...path, field], on, why, help }));
  };
  if (model.does !== "generate") {
    refuse(
      "model",
      `${model.id} makes no picture from words`,
      `use try_on: to dress a person, or choose ${idsOf(catalog, "generate")}`,
    );
    return found;
  }
  if (!model.aspectRatios.includes(action.aspect_ratio)) {
    refuse(
      "aspect_ratio",
      `${model.id} has no aspect ratio ${safeText(action.aspect_ratio)}`,
      `choose ${listWords(model.aspectRatios, "or")}`,
    );
  }
  if (!model.resolutions.includes(action.resolution)) {
    refuse(
      "resolution",
      `${model.id} has no resolution ${safeText(action.resolution)}`,
      `choose ${listWords(model.resolutions, "or")}`,
    );
  }
  const negative = action.negative_prompt ?? "";
  if (negative !== "" && !model.negativePrompt) {
    refuse("negative_prompt", `${model.id} takes no negative_prompt`, NEGATIVE_HELP, "key");
  } else if (negative !== "" && action.image !== undefined) {
    refuse("negative_prompt", `${model.id} takes no negative_prompt beside an image`, NEGATIVE_HELP, "key");
  }
  if (action.image !== undefined && model.reference === "none") {
    refuse("image", `${model.id} takes no reference image`, "remove image", "key");
  }
  for (const field of REFERENCE_FIELDS) {
    if (action[field] === undefined) continue;
    if (model.reference !== "subject_or_face") {
      const able = idsOf(catalog, "generate", (other) => other.reference === "subject_or_face");
      refuse(field, `${model.id} takes no ${field}`, `remove ${field}, or choose ${able}`, "key");
    } else if (action.image === undefined) {
      refuse(
        field,
        `${field} says how an image is used, but there is no image`,
        `add image, or remove ${field}`,
        "key",
      );
    }
  }
  found.push(...checkPrompts(action, model, model, path, why));
  return found;
}

const NEGATIVE_HELP = "say in the prompt what must not be seen";

/** What is wrong with dressing a person by this model. */
export function checkTryOn(action: TryOn, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableImage(action.model, catalog, path, found);
  if (model !== undefined && model.does !== "try_on") {
    found.push(
      problem("catalog/unsupported", `${model.id} dresses nobody`, {
        path: [...path, "model"],
        why: sourceWords(model.basis),
        help: `choose ${idsOf(catalog, "try_on")}`,
      }),
    );
  }
  return found;
}

function idsOf(
  catalog: Catalog,
  does: ImageModel["does"],
  fits: (model: ImageModel) => boolean = () => true,
): string {
  const ids = catalog
    .all()
    .flatMap((model) => (model.kind === "image" && model.does === does && fits(model) ? [model.id] : []));
  return listWords(ids, "or");
}
