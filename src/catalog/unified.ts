/**
 * What gateways have that answer in the unified dialect: models by the names that go there, their modes, and lengths.
 * The only source is a third party's text about that shape, and every gateway may have less or more of it; a project
 * says what its own has, under `catalog: models:`. What anything costs there is nobody's to know but the project's.
 */
import type { Catalog } from "./catalog.js";
import type { Basis, Mode, VideoModel } from "./model.js";

/** Where these facts come from. */
export const UNIFIED_BASIS: Basis = {
  source: "a third party's description of the unified dialect",
  asOf: "2026-05-31",
  grade: "S",
};

/** Lengths of a clip in seconds. */
export const UNIFIED_SECONDS: readonly number[] = [5, 10, 15];

/** How a model is asked for at a gateway. */
export interface UnifiedModel {
  readonly name: string;
  /** Modes that are known to be there; what a model without modes is sent with is the first. */
  readonly modes: readonly Mode[];
}

const TABLE: readonly UnifiedModel[] = [
  { name: "kling-v1-6", modes: ["std", "pro"] },
  { name: "kling-v2-master", modes: ["pro"] },
  { name: "kling-v2-1-master", modes: ["pro"] },
  { name: "kling-v3", modes: ["pro"] },
];

/** Names of the models that gateways are known to have. */
export const UNIFIED_NAMES: readonly string[] = TABLE.map(({ name }) => name);

/**
 * A clip model as gateways have it: by its `/v1` name, also where the project calls it by its newer one. A model of the
 * project's own is taken at the project's word. Undefined for all others.
 */
export function unifiedModel(model: VideoModel, catalog: Pick<Catalog, "all">): UnifiedModel | undefined {
  if (model.like !== undefined) {
    const modes = model.modes.map(({ mode }) => mode).filter((mode) => mode !== "4k");
    return { name: model.wireName, modes: modes.length === 0 ? ["pro"] : modes };
  }
  const name = v1Name(model, catalog)?.wireName;
  return TABLE.find((row) => row.name === name);
}

/** The model under its `/v1` name: itself, or the one of which it is the newer name. */
export function v1Name(model: VideoModel, catalog: Pick<Catalog, "all">): VideoModel | undefined {
  if (model.dialect === "legacy") return model;
  const older = catalog
    .all()
    .find((row) => row.kind === "video" && row.status === "superseded" && row.instead === model.id);
  return older?.kind === "video" ? older : undefined;
}
