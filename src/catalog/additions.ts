/**
 * A project's own models, prices and unit prices, made into rows of the catalog.
 * A model of the project's own takes everything but its name and lengths from the one it is `like`, its price included,
 * because that is what the author states; a price of the project's own beats it. A wire name that a built-in model owns
 * costs what that one costs, whatever the author says it is like. Declares the shape of the manifest's `catalog:`
 * itself: this room stands to the left of the manifest.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { formatUsd, milliUnits, usd, type Micros, type MilliUnits } from "../base/money.js";
import { elide } from "../base/text.js";
import type { Basis, ImageModel, Mode, Model, PriceRow, VideoEndpoint, VideoModel } from "./model.js";
import { LIST_UNIT_PRICES, type UnitKind, type UnitPrice } from "./units.js";

/** What the manifest's `catalog:` may hold. */
export interface Additions {
  readonly models?: readonly {
    readonly id: string;
    readonly like: string;
    readonly wire_name?: string;
    readonly label?: string;
    readonly durations?: readonly number[];
  }[];
  readonly prices?: readonly OwnPrice[];
  readonly unit_usd?: { readonly video?: number; readonly image?: number };
}

/** A price of the project's own: conditions, of which absent ones fit everything, and exactly one amount. */
export interface OwnPrice {
  readonly model: string;
  readonly mode?: Mode;
  readonly audio?: boolean;
  readonly scene?: string;
  readonly voices?: boolean;
  readonly input?: PriceRow["input"];
  readonly resolution?: PriceRow["resolution"];
  readonly seconds?: number;
  readonly usd_per_second?: number;
  readonly usd_per_clip?: number;
  readonly usd_per_image?: number;
  readonly units_per_second?: number;
  readonly units_per_clip?: number;
  readonly units_per_image?: number;
  readonly as_of?: string;
}

interface LookUp {
  find(kind: Model["kind"], id: string): Model | undefined;
  suggest(kind: Model["kind"], id: string): string | undefined;
}

const KINDS = ["video", "image"] as const;

// Each is compared with every name there is; who misspells so many names has another trouble than spelling.
const MOST_SUGGESTIONS = 20;

/** What a name may be that becomes a segment of a URL's path: nothing in it can lead to another path. */
const PLAIN_NAME = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_HELP =
  "at most 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit, and no two dots in a row";

/**
 * Hands each model of the project's own to `add`; one that is like a video and an image model becomes both.
 * `builtIn` are the models that own their wire names.
 */
export function addModels(
  additions: Additions,
  builtIn: readonly Model[],
  catalog: LookUp,
  diagnostics: Diagnostic[],
  add: (model: Model) => void,
): void {
  let unknown = 0;
  for (const own of additions.models ?? []) {
    const path: Path = ["catalog", "models", own.id];
    const misnamed = wrongName(own, path);
    if (misnamed !== undefined) {
      diagnostics.push(misnamed);
      continue;
    }
    const held = KINDS.map((kind) => catalog.find(kind, own.id)).find((model) => model !== undefined);
    if (held !== undefined) {
      diagnostics.push(
        problem("catalog/duplicate", `the catalog has a model called ${elide(own.id, 60)} already`, {
          path,
          on: "key",
          why: held.id === own.id ? `it is ${elide(held.label, 60)}` : `it is another name of ${held.id}`,
          help: "choose another id, and put the vendor's name for it under wire_name",
        }),
      );
      continue;
    }
    const bases = KINDS.map((kind) => catalog.find(kind, own.like)).filter((model) => model !== undefined);
    if (bases.length === 0) {
      const kinds = ++unknown > MOST_SUGGESTIONS ? [] : KINDS;
      diagnostics.push(unknownModel(own.like, kinds, [...path, "like"], catalog));
    }
    for (const base of bases) {
      const owner = builtIn.find((model) => owns(model, base, wireNameOf(own)));
      if (base.kind === "video") add(likeVideo(base, own, owner));
      if (base.kind === "image") add(likeImage(base, own, owner));
    }
  }
}

type OwnModel = NonNullable<Additions["models"]>[number];

function wireNameOf(own: OwnModel): string {
  return own.wire_name ?? own.id;
}

function wrongName(own: OwnModel, path: Path): Diagnostic | undefined {
  if (!PLAIN_ID.test(own.id)) {
    return problem("manifest/bad-id", `${elide(own.id, 60)} cannot be a model's id`, {
      path,
      on: "key",
      why: "an id is typed on the command line and stands in file names",
      help: `it has ${NAME_HELP}`,
    });
  }
  if (PLAIN_NAME.test(wireNameOf(own))) return undefined;
  const given = own.wire_name !== undefined;
  return problem("manifest/wrong-value", `no model is called ${elide(wireNameOf(own), 60)} at the vendor`, {
    path: given ? [...path, "wire_name"] : path,
    on: given ? "value" : "key",
    why: "the name is part of the request's address, where another form could reach and buy another model",
    help: `${given ? "write" : "add wire_name with"} the vendor's name for it: ${NAME_HELP}`,
  });
}

/** Whether what is like `base` and goes by that wire name arrives at the vendor as `model`, in whatever case. */
function owns(model: Model, base: Model, wireName: string): boolean {
  if (model.dialect !== base.dialect || model.wireName.toLowerCase() !== wireName.toLowerCase()) return false;
  return model.kind === "image" ? base.kind === "image" && base.does === model.does : base.kind === "video";
}

function likeVideo(base: VideoModel, own: OwnModel, owner: Model | undefined): VideoModel {
  const wireName = wireNameOf(own);
  const durations = own.durations && [...new Set(own.durations)].toSorted((a, b) => a - b);
  // New endpoints carry the model in their path, /v1 carries it in the body.
  const pathOf = (from: { readonly path: string }): string =>
    base.dialect === "new" ? from.path.replace(/[^/]+$/, () => wireName) : from.path;
  const endpoint = (from: VideoEndpoint | undefined): VideoEndpoint | undefined => {
    if (from === undefined) return undefined;
    const path = pathOf(from);
    if (durations === undefined) return { ...from, path };
    const { loneFrameDurations: _lone, sureDurations: _sure, ...rest } = from;
    return { ...rest, path, durations };
  };
  const { textToVideo, imageToVideo, motion, ...rest } = base;
  const text = endpoint(textToVideo);
  const image = endpoint(imageToVideo);
  return {
    ...rest,
    ...likeAny(base, own, owner),
    wireName,
    ...(text && { textToVideo: text }),
    ...(image && { imageToVideo: image }),
    ...(motion && { motion: { ...motion, path: pathOf(motion) } }),
  };
}

function likeImage(base: ImageModel, own: OwnModel, owner: Model | undefined): ImageModel {
  return { ...base, ...likeAny(base, own, owner), wireName: wireNameOf(own) };
}

function likeAny(base: Model, own: OwnModel, owner: Model | undefined) {
  const root = base.like ?? base.id;
  const wireName = wireNameOf(own);
  const payee = owner ?? base;
  return {
    id: own.id,
    aliases: [],
    label: own.label ?? own.id,
    status: "current",
    note: `added by this project, like ${root}`,
    like: root,
    // The same model by another name is the same in keys; its wire name is compared to the letter, as the vendor may.
    identity: owner?.id === root && owner.wireName === wireName ? root : `${root}@${wireName}`,
    kin: [...(base.kin ?? []), base.id, base.wireName, ...(owner === undefined ? [] : [owner.id])],
    basis: { source: `this project, like ${root}`, asOf: "undated", grade: "project" },
    prices: payee.prices.map((row) => ({
      ...row,
      basis: { ...row.basis, source: `taken to cost what ${payee.id} costs (${row.basis.source})` },
    })),
  } as const;
}

/** The project's own prices by model, the one with the most conditions first. */
export function addPrices(
  additions: Additions,
  catalog: LookUp,
  diagnostics: Diagnostic[],
): ReadonlyMap<Model, readonly PriceRow[]> {
  const rows = new Map<Model, PriceRow[]>();
  for (const [index, own] of (additions.prices ?? []).entries()) {
    const path: Path = ["catalog", "prices", index];
    const amount = amountOf(own);
    if (amount === undefined) {
      diagnostics.push(
        problem("manifest/wrong-value", `the price of ${elide(own.model, 60)} wants exactly one amount`, {
          path,
          help: "give one of usd_per_second, usd_per_clip, usd_per_image, or units_per_ of these, above 0",
        }),
      );
      continue;
    }
    const kind = amount.per === "image" ? "image" : "video";
    const model = catalog.find(kind, own.model) ?? catalog.find("service", own.model);
    if (model === undefined) {
      diagnostics.push(unknownModel(own.model, [kind, "service"], [...path, "model"], catalog));
      continue;
    }
    if (own.mode !== undefined && !hasMode(model, own.mode)) {
      diagnostics.push(
        problem(
          "catalog/unsupported",
          `${model.id} has no mode ${own.mode}, so this price would never count`,
          {
            path: [...path, "mode"],
            help: "remove mode, or name one that the model has",
          },
        ),
      );
      continue;
    }
    const { mode, audio, scene, voices, input, resolution, seconds } = own;
    const row: PriceRow = {
      ...(mode === undefined ? {} : { mode }),
      ...(audio === undefined ? {} : { audio }),
      ...(scene === undefined ? {} : { scene }),
      ...(voices === undefined ? {} : { voices }),
      ...(input === undefined ? {} : { input }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(seconds === undefined ? {} : { seconds }),
      ...amount,
      unit: model.kind === "service" ? (model.prices[0]?.unit ?? "video") : kind,
      basis: ownBasis("price of this project", own.as_of),
    };
    rows.set(model, [...(rows.get(model) ?? []), row]);
  }
  for (const [model, list] of rows)
    rows.set(
      model,
      list.toSorted((a, b) => conditions(b) - conditions(a)),
    );
  return rows;
}

/** What a unit costs: the project's own price where it has one. */
export function unitPrices(
  additions: Additions,
  diagnostics: Diagnostic[],
): Readonly<Record<UnitKind, UnitPrice>> {
  const priceOf = (unit: UnitKind): UnitPrice => {
    const given = additions.unit_usd?.[unit];
    if (given === undefined) return LIST_UNIT_PRICES[unit];
    const own = dollars(given);
    if (own !== undefined) return { usd: own, basis: ownBasis("unit price of this project", undefined) };
    diagnostics.push(
      problem("manifest/wrong-value", `a unit of ${unit} cannot cost ${given} dollars`, {
        path: ["catalog", "unit_usd", unit],
        help: `remove it for the list price, ${formatUsd(LIST_UNIT_PRICES[unit].usd)}, or give dollars above 0`,
      }),
    );
    return LIST_UNIT_PRICES[unit];
  };
  return { video: priceOf("video"), image: priceOf("image") };
}

function amountOf(own: OwnPrice): Pick<PriceRow, "per" | "usd" | "units"> | undefined {
  const [given, ...more] = (["second", "clip", "image"] as const).flatMap((per) => [
    ...(own[`usd_per_${per}`] === undefined ? [] : [{ per, usd: dollars(own[`usd_per_${per}`]) }]),
    ...(own[`units_per_${per}`] === undefined ? [] : [{ per, units: unitsOf(own[`units_per_${per}`]) }]),
  ]);
  if (given === undefined || more.length > 0) return undefined;
  const { per, usd: money, units } = { usd: undefined, units: undefined, ...given };
  if (money !== undefined) return { per, usd: money };
  return units === undefined ? undefined : { per, units };
}

/** A price of nothing is refused: it would hide real spending from every limit. */
function dollars(amount: number | undefined): Micros | undefined {
  return amount === undefined || !(amount >= 1e-6 && amount <= 1e6) ? undefined : usd(amount);
}

function unitsOf(amount: number | undefined): MilliUnits | undefined {
  const isPrice = amount !== undefined && amount >= 1e-3 && amount <= 1e6;
  return isPrice ? milliUnits(Math.round(amount * 1000)) : undefined;
}

function hasMode(model: Model, mode: Mode): boolean {
  return model.kind !== "image" && model.modes.some((offered) => offered.mode === mode);
}

function conditions({ mode, audio, scene, voices, input, resolution, seconds }: PriceRow): number {
  return [mode, audio, scene, voices, input, resolution, seconds].filter((each) => each !== undefined).length;
}

function ownBasis(source: string, asOf: string | undefined): Basis {
  return { source, asOf: asOf ?? "undated", grade: "project" };
}

/** `kinds`: those among which a name may have been meant. */
function unknownModel(id: string, kinds: readonly Model["kind"][], path: Path, catalog: LookUp): Diagnostic {
  const meant = kinds.map((kind) => catalog.suggest(kind, id)).find((name) => name !== undefined);
  const what =
    kinds[0] === "service" || kinds.includes("image") === kinds.includes("video")
      ? "model"
      : `${kinds[0]} model`;
  return problem("catalog/unknown-model", `the catalog has no ${what} called ${elide(id, 60)}`, {
    path,
    help: meant === undefined ? "`klingmake models` lists what there is" : `did you mean ${meant}?`,
  });
}
