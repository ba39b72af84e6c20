/**
 * The rules that come before all others: is there such a model, of the right kind, and does it still answer.
 * A model that is presumed dead is a warning, because only a live call could prove it.
 */
import { caution, problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { elide, listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Model, VideoEndpoint, VideoModel } from "../catalog/model.js";
import { sourceWords } from "./rules-field.js";

/** The video model of that name, when it can be used at all; what is wrong with it goes to `found`. */
export function usableVideo(
  id: string,
  catalog: Catalog,
  path: Path,
  found: Diagnostic[],
): VideoModel | undefined {
  return usable(catalog.video(id), id, "video", catalog, path, found);
}

/** The image model of that name, when it can be used at all; what is wrong with it goes to `found`. */
export function usableImage(id: string, catalog: Catalog, path: Path, found: Diagnostic[]) {
  return usable(catalog.image(id), id, "image", catalog, path, found);
}

function usable<M extends Model>(
  model: M | undefined,
  id: string,
  kind: Model["kind"],
  catalog: Catalog,
  path: Path,
  found: Diagnostic[],
): M | undefined {
  if (model === undefined) {
    found.push(unknownModel(id, kind, catalog, path));
    return undefined;
  }
  const refused = catalog.refusal(model);
  const dead = {
    path: [...path, "model"],
    why: `${model.note ?? "it left the documentation"} (${sourceWords(model.basis)})`,
    ...(model.instead === undefined ? {} : { help: `use ${model.instead}` }),
  };
  if (model.status === "retired") {
    found.push(problem("catalog/retired-model", `${model.id} is discontinued`, dead));
    return undefined;
  }
  if (refused !== undefined) {
    found.push(
      caution("catalog/retired-model", `the vendor refused ${model.id} as discontinued`, {
        path: dead.path,
        why: `the vendor refused it on ${refused.day}: ${refused.said}`,
        help: `${model.instead === undefined ? `choose ${currentWords(kind, catalog)}` : `use ${model.instead}`}; should it be taken again, this is forgotten`,
      }),
    );
  } else if (model.status === "presumed_retired") {
    found.push(caution("catalog/retired-model", `${model.id} has probably been discontinued`, dead));
  }
  return model;
}

function unknownModel(id: string, kind: Model["kind"], catalog: Catalog, path: Path): Diagnostic {
  const meant = catalog.suggest(kind, id);
  const other = kind === "video" ? catalog.image(id) : catalog.video(id);
  return problem("catalog/unknown-model", `there is no ${kind} model called ${elide(id, 60)}`, {
    path: [...path, "model"],
    ...(other === undefined
      ? {}
      : { why: `${other.id} makes ${other.kind === "video" ? "clips" : "stills"}` }),
    help:
      meant === undefined
        ? `choose ${currentWords(kind, catalog)}, or add it under catalog: models:`
        : `did you mean ${meant}?`,
  });
}

/** `kling-2.6, kling-3.0 or kling-o1`: the models of a kind that answer, as far as is known. */
function currentWords(kind: Model["kind"], catalog: Catalog): string {
  const current = catalog
    .all()
    .filter((model) => model.kind === kind && model.status === "current")
    .filter((model) => catalog.refusal(model) === undefined);
  return listWords(
    current.map((model) => model.id),
    "or",
  );
}

/** `, or use kling-2.6 or kling-3.0`: up to three current models of which one endpoint can, or nothing. */
export function orUse(
  catalog: Catalog,
  kind: "textToVideo" | "imageToVideo",
  can: ((endpoint: VideoEndpoint, model: VideoModel) => boolean) | undefined,
): string {
  if (can === undefined) return "";
  const able = catalog.all().flatMap((model) => {
    if (model.kind !== "video" || model.status !== "current" || catalog.refusal(model) !== undefined)
      return [];
    const endpoint = model[kind];
    return endpoint !== undefined && can(endpoint, model) ? [model.id] : [];
  });
  return able.length === 0 ? "" : `, or use ${listWords(able.slice(0, 3), "or")}`;
}

/** The same for what is not a matter of one endpoint. */
export function orUseModel(catalog: Catalog, can: (model: VideoModel) => boolean): string {
  const able = catalog
    .all()
    .flatMap((model) =>
      model.kind === "video" && model.status === "current" && can(model) ? [model.id] : [],
    );
  return able.length === 0 ? "" : `, or use ${listWords(able.slice(0, 3), "or")}`;
}
