/**
 * The catalog: built-in models and a project's additions behind one look-up, with prices and tiers.
 * Knows nothing of steps or estimates; who multiplies a price is the plan room's business.
 * Surprise: one id can name a video model and an image model (kling-v3), so every look-up is for a kind.
 */
import type { Checked, Diagnostic } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import { didYouMean } from "../base/text.js";
import { addModels, addPrices, unitPrices, type Additions } from "./additions.js";
import type { ImageModel, Mode, Model, PriceRow, ServiceModel, Tier, VideoModel } from "./model.js";
import { CURRENT_VIDEO_MODELS } from "./models-current.js";
import { IMAGE_MODELS } from "./models-image.js";
import { RETIRED_VIDEO_MODELS, SUPERSEDED_VIDEO_MODELS } from "./models-legacy.js";
import { SERVICES, type ServiceKind } from "./services.js";
import { LIST_UNIT_PRICES, type UnitKind, type UnitPrice } from "./units.js";

/** What a price is asked for; a row's condition that is not answered here is not met. */
export interface PriceQuery {
  readonly mode?: Mode;
  readonly audio?: boolean;
  readonly voices?: boolean;
  readonly scene?: string;
  readonly input?: PriceRow["input"];
  readonly resolution?: PriceRow["resolution"];
  /** Clip length in whole seconds. */
  readonly seconds?: number;
}

/** What a vendor said of a model that it does not have any more. */
export interface Refusal {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Safe to show. */
  readonly said: string;
}

/** Models and prices, for one project. */
export interface Catalog {
  /** The video model of that id or alias; its `id` is the resolved name. */
  video(id: string): VideoModel | undefined;
  /** The image model of that id or alias. */
  image(id: string): ImageModel | undefined;
  /** What carries out a kind of action that no model of one's choice does. */
  service(kind: ServiceKind): ServiceModel;
  /** Every model: current video, superseded, retired, image, services, then the project's own. */
  all(): readonly Model[];
  /** The name that was probably meant, among those that may still answer. */
  suggest(kind: Model["kind"], id: string): string | undefined;
  /** The project's own price if it has one that fits, else the first built-in one; undefined: unknown. */
  price(model: Model, query: PriceQuery): PriceRow | undefined;
  /** What one unit costs this project. */
  unitPrice(unit: UnitKind): UnitPrice;
  /** When and how the vendor refused a model as discontinued, where this project was told so. */
  refusal(model: Model): Refusal | undefined;
  /** The same models at list price: without any price that the project gives. */
  readonly listed: Catalog;
  /** The same models where a reseller charges for them: with no price but those that the project gives. */
  readonly resold: Catalog;
  /** Whether this is what a reseller charges. */
  readonly isResold: boolean;
}

const BUILT_IN: readonly Model[] = [
  ...CURRENT_VIDEO_MODELS,
  ...SUPERSEDED_VIDEO_MODELS,
  ...RETIRED_VIDEO_MODELS,
  ...IMAGE_MODELS,
  ...Object.values(SERVICES),
];

/** The built-in catalog with a project's additions; what is wrong with these comes along, and is left out. */
export function createCatalog(additions: Additions = {}): Checked<Catalog> {
  const diagnostics: Diagnostic[] = [];
  const models = [...BUILT_IN];
  const tables = {
    video: tableOf<VideoModel>(),
    image: tableOf<ImageModel>(),
    service: tableOf<ServiceModel>(),
  };
  const enter = (model: Model): void => {
    const table: Map<string, Model> = tables[model.kind];
    for (const name of [model.id, ...model.aliases]) table.set(name, model);
  };
  for (const model of BUILT_IN) enter(model);
  const find = (kind: Model["kind"], id: string): Model | undefined => tables[kind].get(id);
  const suggest = (kind: Model["kind"], id: string): string | undefined =>
    didYouMean(id, namesOf(models, kind));

  const lookUp = { find, suggest };
  addModels(additions, BUILT_IN, lookUp, diagnostics, (model) => {
    models.push(model);
    enter(model);
  });
  const own = addPrices(additions, lookUp, diagnostics);
  const units = unitPrices(additions, diagnostics);

  const shared = {
    video: (id: string) => tables.video.get(id),
    image: (id: string) => tables.image.get(id),
    service: (kind: ServiceKind) => SERVICES[kind],
    all: () => models,
    suggest,
    refusal: () => undefined,
  };
  const listed: Catalog = {
    ...shared,
    price: (model, query) => model.prices.find((row) => fits(row, query)),
    unitPrice: (unit) => LIST_UNIT_PRICES[unit],
    isResold: false,
    get listed() {
      return listed;
    },
    get resold() {
      return resold;
    },
  };
  const ownPrice: Catalog["price"] = (model, query) => own.get(model)?.find((row) => fits(row, query));
  const resold: Catalog = {
    ...shared,
    price: ownPrice,
    unitPrice: (unit) => units[unit],
    isResold: true,
    listed,
    get resold() {
      return resold;
    },
  };
  const value: Catalog = {
    ...shared,
    price: (model, query) => ownPrice(model, query) ?? listed.price(model, query),
    unitPrice: (unit) => units[unit],
    isResold: false,
    listed,
    resold,
  };
  return { value, diagnostics };
}

/** The same catalog with what a project was told of its models. */
export function withRefusals(catalog: Catalog, refusal: Catalog["refusal"]): Catalog {
  return { ...catalog, refusal };
}

// New generations are not in the catalog yet, but a project may add one: they are at least as dear as 3.x.
const THIRD_GENERATION = /^kling-v?([3-9]|[1-9]\d)([.-]|$)/i;

/** How much care a yes to this model in this mode wants. */
export function tierOf(model: Model, mode: Mode | undefined): Tier {
  switch (model.kind) {
    case "image":
      return "standard";
    case "service":
      return mode === "pro" ? "pro" : "standard";
    case "video": {
      const names = [model.id, model.wireName, ...(model.kin ?? []), model.like ?? model.id];
      const dear = names.some((name) => /-master$/i.test(name) || THIRD_GENERATION.test(name));
      if (mode === "4k" || dear) return "master";
      return mode === "pro" ? "pro" : "standard";
    }
    default:
      return unreachable(model);
  }
}

function tableOf<M extends Model>(): Map<string, M> {
  return new Map();
}

function* namesOf(models: readonly Model[], kind: Model["kind"]): Generator<string> {
  for (const model of models) {
    if (model.kind === kind && model.status !== "retired") yield* [model.id, ...model.aliases];
  }
}

function fits(row: PriceRow, query: PriceQuery): boolean {
  return (
    (row.mode === undefined || row.mode === query.mode) &&
    (row.audio === undefined || row.audio === query.audio) &&
    (row.voices === undefined || row.voices === (query.voices ?? false)) &&
    (row.scene === undefined || row.scene === query.scene) &&
    (row.input === undefined || row.input === query.input) &&
    (row.resolution === undefined || row.resolution === query.resolution) &&
    (row.seconds === undefined || row.seconds === query.seconds)
  );
}
