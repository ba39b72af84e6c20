/**
 * Rules for stills: made from words (and a reference), from many references, from several subjects, or a person dressed
 * in a garment.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { listWords, safeText } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { ImageModel } from "../catalog/model.js";
import { sourceWords } from "./rules-field.js";
import { findingsAt, type Findings } from "./rules-findings.js";
import { asWritten, checkHandles, checkNumbered } from "./rules-handles.js";
import { usableImage } from "./rules-model.js";
import { checkPrompts } from "./rules-prompt.js";
import type { MakeImage, MultiImage, OmniImage, StillResolution, TryOn } from "./actions.js";

const REFERENCE_FIELDS = ["image_reference", "image_fidelity", "human_fidelity"] as const;

/** What is wrong with a still of this model. */
export function checkStill(action: MakeImage, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableImage(action.model, catalog, path, found);
  if (model === undefined) return found;
  const findings = findingsAt(path, sourceWords(model.basis));
  const { refuse, why } = findings;
  if (model.does !== "generate") {
    refuse(
      "model",
      `${model.id} makes no picture from words`,
      `use try_on: to dress a person, or choose ${idsOf(catalog, "generate")}`,
    );
    return [...found, ...findings.found];
  }
  checkMeasures(action, model, catalog, findings);
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
  checkElements(action, model, catalog, findings);
  const written = asWritten(action, model.dialect, false);
  found.push(...findings.found, ...checkPrompts(written, model, model, path, why));
  return found;
}

/** What is wrong with a still, or a series, of an omni model. */
export function checkOmniImage(action: OmniImage, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableImage(action.model, catalog, path, found);
  if (model === undefined) return found;
  const findings = findingsAt(path, sourceWords(model.basis));
  const { refuse, why } = findings;
  const noSeries = () => {
    const able = idsOf(catalog, "omni", (other) => other.series !== undefined);
    refuse("series", `${model.id} makes no series`, `remove series, or choose ${able}`, "key");
  };
  if (model.does !== "omni") {
    if (action.refer_images === undefined) {
      noSeries();
      return [...found, ...findings.found];
    }
    const help = `choose ${idsOf(catalog, "omni")}, or give one picture as image`;
    refuse("model", `${model.id} makes no picture from references that the prompt names`, help);
    return [...found, ...findings.found];
  }
  checkMeasures(action, model, catalog, findings);
  const { refer_images: pictures = [], elements = [], series } = action;
  const [count, most] = [pictures.length + elements.length, model.references ?? 0];
  if (count > most) {
    const field = pictures.length > 0 ? "refer_images" : "elements";
    refuse(
      field,
      `${model.id} takes ${most} pictures and elements together, not ${count}`,
      `keep ${most} of them`,
    );
  }
  if (series !== undefined && model.series === undefined) noSeries();
  else if (series !== undefined && model.series !== undefined) {
    const { least, most: longest } = model.series;
    if (series < least || series > longest) {
      refuse("series", `${model.id} makes no series of ${series}`, `choose ${least} to ${longest}`);
    }
  }
  checkHandles(action, { video: false, mustName: true }, findings);
  checkNumbered(action, findings);
  const { prompt } = asWritten(action, model.dialect, false);
  return [...found, ...findings.found, ...checkPrompts({ prompt }, model, model, path, why)];
}

/** What is wrong with bringing subjects together in a still. */
export function checkMultiImage(action: MultiImage, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableImage(action.model, catalog, path, found);
  if (model === undefined) return found;
  const findings = findingsAt(path, sourceWords(model.basis));
  const { refuse, why } = findings;
  const takes = model.multiImage;
  if (takes === undefined) {
    const able = listWords(
      catalog
        .all()
        .flatMap((other) => (other.kind === "image" && other.multiImage !== undefined ? [other.id] : [])),
      "or",
    );
    refuse(
      "model",
      `${model.id} brings no subjects together`,
      `choose ${able}, or refer_images with an omni model`,
    );
    return [...found, ...findings.found];
  }
  const { subjects, prompt } = action;
  if (subjects.length === 0) {
    const help = "add subjects: with one to four pictures";
    refuse([], "a scene or a style alone makes no picture: subjects are wanted", help, "key");
  } else if (subjects.length > takes.subjects) {
    refuse(
      "subjects",
      `${model.id} takes ${takes.subjects} subjects, not ${subjects.length}`,
      `keep ${takes.subjects}`,
    );
  }
  checkMeasures(action, model, catalog, findings);
  checkNumbered(action, findings);
  const texts = prompt === undefined ? {} : { prompt };
  return [...found, ...findings.found, ...checkPrompts(texts, model, model, path, why)];
}

/** Whether the model makes pictures of that shape and size. */
function checkMeasures(
  action: { readonly aspect_ratio: string; readonly resolution?: StillResolution },
  model: ImageModel,
  catalog: Catalog,
  { refuse }: Findings,
): void {
  const { aspect_ratio: ratio, resolution } = action;
  if (!model.aspectRatios.includes(ratio)) {
    const message = `${model.id} has no aspect ratio ${safeText(ratio)}`;
    refuse("aspect_ratio", message, `choose ${listWords(model.aspectRatios, "or")}`);
  }
  if (resolution !== undefined && !model.resolutions.includes(resolution)) {
    const able = idsOf(catalog, model.does, (other) => other.resolutions.includes(resolution));
    const others = able === "" ? "" : `, or use ${able}`;
    const message = `${model.id} has no resolution ${safeText(resolution)}`;
    refuse("resolution", message, `choose ${listWords(model.resolutions, "or")}${others}`);
  }
}

/** Elements of a still from words. */
function checkElements(action: MakeImage, model: ImageModel, catalog: Catalog, findings: Findings): void {
  const count = action.elements?.length ?? 0;
  if (count > 0 && model.elements !== true) {
    const able = idsOf(catalog, "generate", (other) => other.elements === true);
    findings.refuse("elements", `${model.id} takes no elements`, `remove elements, or choose ${able}`, "key");
  } else if (count > MOST_ELEMENTS) {
    const message = `${model.id} takes ${MOST_ELEMENTS} elements at most, as far as is known, not ${count}`;
    findings.refuse("elements", message, `keep ${MOST_ELEMENTS}`);
  }
  checkHandles(action, { video: false, mustName: true }, findings);
  checkNumbered(action, findings);
}

/** No number is documented for this endpoint; the omni one takes ten. */
const MOST_ELEMENTS = 10;

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
