/**
 * What stills cost, and what the vendor does without a model of one's choice: speech, avatars, effects, sounds, pictures
 * that grow, elements and voices. Nothing charged is a price too, and no more than a price: 0 units.
 */
import { unreachable } from "../base/guard.js";
import { formatUnits, milliUnits } from "../base/money.js";
import type { Catalog, PriceQuery } from "../catalog/catalog.js";
import type { ServiceModel } from "../catalog/model.js";
import { SERVICE_PRICES } from "../catalog/units.js";
import type {
  Action,
  Avatar,
  Effect,
  Element,
  Expand,
  LipSync,
  MakeImage,
  MultiImage,
  OmniImage,
  TextToAudio,
  TryOn,
  VideoToAudio,
  Voice,
} from "../graph/actions.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import { SMALL_CALLS_MOST } from "./calls.js";
import type { Estimate } from "./estimate.js";
import {
  billedSeconds,
  billedWithin,
  inUnits,
  noModel,
  noPrice,
  priceFor,
  rangeWords,
} from "./estimate-price.js";

type ServiceAction = Avatar | Effect | VideoToAudio | TextToAudio | Expand | Element | Voice;

/** The service that carries out an action; undefined where a model of one's choice does, or this machine. */
export function serviceOf(action: Action, catalog: Catalog): ServiceModel | undefined {
  switch (action.kind) {
    case "avatar":
    case "effect":
    case "video_to_audio":
    case "text_to_audio":
    case "expand":
    case "element":
    case "voice":
      return catalog.service(action.kind);
    default:
      return undefined;
  }
}

/** What a service costs. */
export function service(action: ServiceAction, catalog: Catalog, source: SourceFacts): Estimate {
  const model = catalog.service(action.kind);
  const { sourceSeconds, soundSeconds } = source;
  switch (action.kind) {
    case "avatar": {
      const range = model.sound === undefined ? undefined : billedWithin(model.sound);
      const seconds = soundSeconds === undefined ? range : billedSeconds(soundSeconds);
      const amount = { what: "clip", ...(seconds === undefined ? {} : { seconds }) };
      return priceFor(model, { mode: action.mode ?? "std" }, amount, catalog);
    }
    case "effect": {
      const input = action.images.length > 1 ? "images" : "image";
      return priceFor(model, { scene: action.scene, input }, { what: "clip" }, catalog);
    }
    case "text_to_audio": {
      const amount = { what: "call", seconds: billedSeconds(action.duration) };
      return priceFor(model, {}, amount, catalog);
    }
    case "video_to_audio": {
      const seconds = sourceSeconds === undefined ? {} : { seconds: billedSeconds(sourceSeconds) };
      return priceFor(model, { input: "video" }, { what: "call", ...seconds }, catalog);
    }
    case "expand":
      return priceFor(model, { input: "image" }, { what: "image" }, catalog);
    case "element":
    case "voice":
      return priceFor(model, {}, { what: "call" }, catalog);
    default:
      return unreachable(action);
  }
}

/** What stills cost, each picture of a series for itself. */
export function still(action: MakeImage | OmniImage | MultiImage | TryOn, catalog: Catalog): Estimate {
  const model = catalog.image(action.model);
  if (model === undefined) return noModel(action.model);
  if (action.kind === "multi_image" && model.multiImage === undefined)
    return noPrice(model, { input: "images" }, catalog);
  const count = action.kind === "omni_image" ? (action.series ?? 1) : 1;
  return priceFor(model, stillQuery(action), { what: count === 1 ? "image" : "images", count }, catalog);
}

function stillQuery(action: MakeImage | OmniImage | MultiImage | TryOn): PriceQuery {
  switch (action.kind) {
    case "image":
      return { input: action.image === undefined ? "text" : "image", resolution: action.resolution };
    case "omni_image": {
      const isFromPictures = action.refer_images !== undefined || action.elements !== undefined;
      return { input: isFromPictures ? "image" : "text", resolution: action.resolution };
    }
    case "multi_image":
      return { input: "images" };
    case "try_on":
      return {};
    default:
      return unreachable(action);
  }
}

/** What it costs to make a face speak. */
export function speech(action: LipSync, catalog: Catalog, source: SourceFacts): Estimate {
  if (source.sourceSeconds === undefined) {
    return { kind: "unknown", why: "the price depends on the clip's length, which is not known" };
  }
  const { lip_sync: main, identify_face: face, speech: voice } = SERVICE_PRICES;
  // Seconds are billed rounded to the nearest; whether before or after cutting into spans is not documented.
  const spans = (seconds: number) => Math.max(1, Math.ceil(seconds / main.everySeconds));
  const count = { low: spans(Math.round(source.sourceSeconds)), high: spans(source.sourceSeconds) };
  const calls = face.units + (action.text === undefined ? 0 : voice.units);
  // Each may have to be sent again when its answer is lost.
  const most = SMALL_CALLS_MOST * calls;
  const range = {
    low: milliUnits(count.low * main.units + calls),
    high: milliUnits(count.high * main.units + most),
  };
  const words = `(${rangeWords(count)} × ${formatUnits(main.units)} + ${formatUnits(milliUnits(calls))} to ${formatUnits(milliUnits(most))})`;
  return inUnits("video", range, main.basis, words, catalog);
}
