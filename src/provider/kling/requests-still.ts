/**
 * Bodies of the image products of `/v1`. One picture a task, because takes are tasks of their own; a series is one task
 * of several pictures. Pure.
 */
import type { ImageModel } from "../../catalog/model.js";
import type { MakeImage, MultiImage, OmniImage } from "../../graph/actions.js";
import { legacyNames, withNames } from "../../graph/numbered.js";
import type { ExactJson } from "../json.js";
import { carriedInput } from "./carried.js";
import { elementList } from "./requests-legacy.js";
import type { CreateRequest, Given } from "./target.js";

type Fields = CreateRequest["body"];
type Body = Record<string, ExactJson>;

/** The body of a still. */
export function legacyImage(action: MakeImage, model: ImageModel, { reference, carried }: Given): Fields {
  const negative = action.negative_prompt ?? "";
  const graded =
    action.image_reference !== undefined ||
    action.image_fidelity !== undefined ||
    action.human_fidelity !== undefined;
  if (action.image !== undefined && negative !== "") {
    throw new Error(`${model.id} takes no negative_prompt beside an image`);
  }
  if (
    (action.image !== undefined && model.reference === "none") ||
    (graded && model.reference !== "subject_or_face")
  ) {
    throw new Error(`${model.id} takes no such reference image`);
  }
  refuseElements(action, model);
  const body: Body = { model_name: model.wireName, prompt: promptOf(action) };
  if (negative !== "") body["negative_prompt"] = negative;
  if (action.image !== undefined) body["image"] = carriedInput(carried, "image");
  if (action.image_reference !== undefined) body["image_reference"] = action.image_reference;
  if (action.image_fidelity !== undefined) body["image_fidelity"] = action.image_fidelity;
  if (action.human_fidelity !== undefined) body["human_fidelity"] = action.human_fidelity;
  return {
    ...body,
    ...elementList(action.elements, carried),
    resolution: action.resolution,
    n: 1,
    aspect_ratio: action.aspect_ratio,
    external_task_id: reference,
  };
}

/** The body of a still, or of a series, from references. */
export function omniImage(action: OmniImage, model: ImageModel, { reference, carried }: Given): Fields {
  const { refer_images: pictures, series } = action;
  if (series !== undefined && model.series === undefined) throw new Error(`${model.id} makes no series`);
  refuseElements(action, model);
  return {
    model_name: model.wireName,
    prompt: promptOf(action),
    ...(pictures === undefined
      ? {}
      : {
          image_list: pictures.map(({ handle }) => ({
            image: carriedInput(carried, `refer_images.${handle}`),
          })),
        }),
    ...elementList(action.elements, carried),
    resolution: action.resolution,
    ...(series === undefined
      ? { result_type: "single", n: 1 }
      : { result_type: "series", n: 1, series_amount: series }),
    aspect_ratio: action.aspect_ratio,
    external_task_id: reference,
  };
}

/** The body of a still that brings several subjects together. */
export function multiImage(action: MultiImage, model: ImageModel, { reference, carried }: Given): Fields {
  const prompt = action.prompt ?? "";
  return {
    model_name: model.wireName,
    ...(prompt === "" ? {} : { prompt }),
    subject_image_list: action.subjects.map((_, index) => ({
      subject_image: carriedInput(carried, `subjects.${index}`),
    })),
    ...(action.scene === undefined ? {} : { scene_image: carriedInput(carried, "scene") }),
    ...(action.style === undefined ? {} : { style_image: carriedInput(carried, "style") }),
    n: 1,
    aspect_ratio: action.aspect_ratio,
    external_task_id: reference,
  };
}

/** The body of a fitting. */
export function legacyTryOn(model: ImageModel, { reference, carried }: Given): Fields {
  return {
    model_name: model.wireName,
    human_image: carriedInput(carried, "human"),
    cloth_image: carriedInput(carried, "cloth"),
    external_task_id: reference,
  };
}

function promptOf(action: MakeImage | OmniImage): string {
  return withNames(action.prompt, legacyNames(action));
}

function refuseElements(action: MakeImage | OmniImage, model: ImageModel): void {
  if (action.elements !== undefined && model.elements !== true) {
    throw new Error(`${model.id} takes no elements`);
  }
}
