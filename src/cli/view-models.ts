/**
 * The catalog as text: what each model can, what it costs, whether it still answers, and of which day each fact is.
 * Units are shown beside money, because units are what the vendor charges and money depends on the pack.
 */
import {
  formatUnits,
  formatUsd,
  listWords,
  tierOf,
  type Catalog,
  type Micros,
  type MilliUnits,
  type Model,
  type PriceRow,
  type VideoEndpoint,
} from "../index.js";
import type { Paint } from "./colours.js";
import { fit, labelled } from "./layout.js";
import { pricesOf } from "./prices.js";

/** What the page is made with. */
export interface ModelsOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Also those that no longer answer. */
  readonly all: boolean;
  readonly verbose?: boolean;
}

/** The models as text, one block each. */
export function modelsPage(catalog: Catalog, options: ModelsOptions): string {
  const models = catalog.all();
  const shown = models.filter((model) => options.all || answers(model));
  const hidden = models.length - shown.length;
  const blocks = shown.map((model) => modelBlock(model, catalog, options));
  const rest =
    hidden === 0
      ? []
      : [options.paint.faint(`${hidden} that no longer answer are left out; see them with --all`)];
  return `${[...blocks, ...rest].join("\n\n")}\n`;
}

/** Whether the vendor still takes orders for a model, as far as is known. */
export function answers(model: Model): boolean {
  return model.status === "current" || model.status === "superseded";
}

function modelBlock(model: Model, catalog: Catalog, options: ModelsOptions): string {
  const { paint, columns } = options;
  const lines = [
    `${paint.strong(fit(model.id, 40))}  ${fit(model.label, Math.max(10, columns - model.id.length - 2))}`,
  ];
  const put = (label: string, text: string, painter?: (line: string) => string) => {
    lines.push(
      ...labelled(`  ${label}`, text, 11, columns).map((line) => (painter ?? ((same) => same))(line)),
    );
  };
  for (const [index, ability] of abilities(model).entries()) put(index === 0 ? "can" : "", ability);
  const rows = pricesOf(model, catalog);
  const prices = rows.map((row) => priceLine(model, row, catalog));
  if (prices.length === 0) put("costs", "unknown: give a price under catalog.prices", paint.costly);
  for (const [index, price] of prices.entries()) put(index === 0 ? "costs" : "", price);
  put("status", statusText(model), answers(model) ? undefined : paint.bad);
  if (model.note !== undefined) put("note", model.note);
  const days = [...new Set(rows.map((row) => row.basis.asOf))];
  put(
    "as of",
    [model.basis.asOf, ...days.filter((day) => day !== model.basis.asOf).map((day) => `prices ${day}`)].join(
      ", ",
    ),
    paint.faint,
  );
  if (options.verbose === true) {
    if (model.aliases.length > 0) put("also", model.aliases.join(", "));
    put(
      "source",
      [...new Set([model.basis.source, ...rows.map((row) => row.basis.source)])].join("; "),
      paint.faint,
    );
  }
  return lines.join("\n");
}

function abilities(model: Model): readonly string[] {
  if (model.kind === "image") {
    if (model.does === "try_on") return ["dresses a person: try_on"];
    const more = [
      ...(model.reference === "none" ? [] : ["takes a reference image"]),
      ...(model.references === undefined ? [] : [`works from up to ${model.references} references`]),
      ...(model.elements === undefined ? [] : ["takes elements"]),
      ...(model.series === undefined ? [] : [`series of ${model.series.least} to ${model.series.most}`]),
      ...(model.multiImage === undefined ? [] : [`brings ${model.multiImage.subjects} subjects together`]),
    ];
    return [
      [`image, ${listWords(model.resolutions, "or")}`, model.aspectRatios.join(" "), ...more].join("; "),
    ];
  }
  if (model.kind === "service") {
    const modes = model.modes.map(({ mode, resolution }) => `${mode} (${resolution})`);
    return modes.length === 0 ? [] : [`modes: ${listWords(modes, "or")}`];
  }
  const lines = [
    ...(model.textToVideo === undefined ? [] : [`text to video: ${endpointText(model.textToVideo)}`]),
    ...(model.imageToVideo === undefined ? [] : [`image to video: ${endpointText(model.imageToVideo)}`]),
  ];
  if (model.motion !== undefined) {
    const { image, video } = model.motion.seconds;
    lines.push(
      `motion control: ${image.min} to ${image.max} s as the image faces, to ${video.max} s as the video does`,
    );
  }
  if (model.multiImage !== undefined) lines.push(`from up to ${model.multiImage.images} pictures`);
  const ways = model.extend.map((via) => via.replace("_", " "));
  return ways.length === 0 ? lines : [...lines, `extend: ${listWords(ways, "or")}`];
}

function endpointText(endpoint: VideoEndpoint): string {
  const sound = { none: "no sound", optional: "sound if asked", always: "always with sound" }[endpoint.audio];
  const soundModes = endpoint.audioModes === undefined ? "" : ` (${endpoint.audioModes.join(", ")})`;
  const end = endpoint.endImage;
  return [
    lengthsText(endpoint.durations),
    ...(endpoint.aspectRatios.length === 0 ? [] : [endpoint.aspectRatios.join(" ")]),
    `${sound}${soundModes}`,
    ...(end === undefined
      ? []
      : [`end image${end.modes === undefined ? "" : ` in ${end.modes.join(", ")}`}`]),
    ...(endpoint.negativePrompt ? ["negative prompt"] : []),
    ...(endpoint.cfgScale ? ["cfg_scale"] : []),
  ].join("; ");
}

function lengthsText(seconds: readonly number[]): string {
  const first = seconds[0];
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return "";
  const whole = last - first + 1 === seconds.length;
  if (seconds.length > 2 && whole) return `${first} to ${last} s`;
  return `${listWords(seconds.map(String), "or")} s`;
}

function priceLine(model: Model, row: PriceRow, catalog: Catalog): string {
  const resolution =
    model.kind === "video" ? model.modes.find((each) => each.mode === row.mode)?.resolution : undefined;
  const when = [
    ...(row.mode === undefined
      ? []
      : [resolution === undefined || resolution === row.mode ? row.mode : `${row.mode} ${resolution}`]),
    ...(row.resolution === undefined ? [] : [row.resolution]),
    ...(row.audio === undefined ? [] : [row.audio ? "with sound" : "silent"]),
    // Whoever is paid by the call for work on a clip makes it longer.
    ...(row.input === undefined ? [] : [row.per === "call" ? "native extend" : `from ${row.input}`]),
    ...(row.seconds === undefined ? [] : [`${row.seconds} s`]),
  ].join(", ");
  const per = { second: "s", clip: "clip", image: "image", call: "call" }[row.per];
  const units =
    row.units === undefined
      ? ""
      : `${formatUnits(row.units)} ${row.units === 1000 ? "unit" : "units"}/${per}`;
  const money = row.usd ?? (row.units === undefined ? undefined : unitsMoney(row.units, row.unit, catalog));
  const price = [units, ...(money === undefined ? [] : [`${formatUsd(money)}/${per}`])]
    .filter((part) => part !== "")
    .join(" = ");
  const own = row.basis.grade === "project" ? "; the project's own price" : "";
  const tierWord = model.kind === "video" ? tierOf(model, row.mode) : "standard";
  const tier = tierWord === "standard" ? "" : `; tier ${tierWord}`;
  return `${when === "" ? "" : `${when}: `}${price}${tier}${own}`;
}

function unitsMoney(units: MilliUnits, unit: PriceRow["unit"], catalog: Catalog): Micros {
  return Math.ceil((units * catalog.unitPrice(unit).usd) / 1000) as Micros;
}

/** A model's status in words. */
export function statusText(model: Model): string {
  const instead = model.instead === undefined ? "" : `; use ${model.instead} instead`;
  switch (model.status) {
    case "current":
      return "current";
    case "superseded":
      return `superseded, still answers${instead}`;
    case "presumed_retired":
      return `probably retired${instead}`;
    case "retired":
      return `retired: no longer answers${instead}`;
  }
}
