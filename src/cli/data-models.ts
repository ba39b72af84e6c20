/**
 * A model as the data of an envelope: what it can, what it costs in units and money, and of which day that is.
 */
import { tierOf, type Catalog, type Model, type PriceRow, type VideoEndpoint } from "../index.js";
import type { Data } from "./data-plan.js";
import { unitsJson, usdJson } from "../show/money-text.js";
import { pricesOf } from "./prices.js";

/** One model. */
export function modelData(model: Model, catalog: Catalog): Data {
  return {
    kind: model.kind,
    id: model.id,
    aliases: model.aliases,
    label: model.label,
    status: model.status,
    ...(model.note === undefined ? {} : { note: model.note }),
    ...(model.instead === undefined ? {} : { instead: model.instead }),
    ...abilities(model),
    prices: pricesOf(model, catalog).map(priceData),
    basis: { source: model.basis.source, as_of: model.basis.asOf, grade: model.basis.grade },
  };
}

function abilities(model: Model): Data {
  switch (model.kind) {
    case "video":
      return videoData(model);
    case "image":
      return imageData(model);
    case "service":
      return {
        modes: model.modes.map(({ mode, resolution }) => ({ mode, resolution, tier: tierOf(model, mode) })),
      };
  }
}

function videoData(model: Model & { kind: "video" }): Data {
  return {
    modes: model.modes.map(({ mode, resolution }) => ({ mode, resolution, tier: tierOf(model, mode) })),
    ...(model.textToVideo === undefined ? {} : { text_to_video: endpointData(model.textToVideo) }),
    ...(model.imageToVideo === undefined ? {} : { image_to_video: endpointData(model.imageToVideo) }),
    extend: model.extend,
  };
}

function imageData(model: Model & { kind: "image" }): Data {
  return {
    does: model.does,
    resolutions: model.resolutions,
    aspect_ratios: model.aspectRatios,
    reference: model.reference,
  };
}

function endpointData(endpoint: VideoEndpoint): Data {
  return {
    durations: endpoint.durations,
    aspect_ratios: endpoint.aspectRatios,
    prompt_max: endpoint.promptMax,
    negative_prompt: endpoint.negativePrompt,
    cfg_scale: endpoint.cfgScale,
    audio: endpoint.audio,
    end_image: endpoint.endImage !== undefined,
  };
}

function priceData(row: PriceRow): Data {
  return {
    ...(row.mode === undefined ? {} : { mode: row.mode }),
    ...(row.audio === undefined ? {} : { audio: row.audio }),
    ...(row.input === undefined ? {} : { input: row.input }),
    ...(row.resolution === undefined ? {} : { resolution: row.resolution }),
    ...(row.seconds === undefined ? {} : { seconds: row.seconds }),
    per: row.per,
    unit: row.unit,
    ...(row.units === undefined ? {} : { units: unitsJson(row.units) }),
    ...(row.usd === undefined ? {} : usdJson(row.usd)),
    as_of: row.basis.asOf,
  };
}
