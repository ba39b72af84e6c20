/**
 * What manifests that break a rule are made of: a cast of clips, elements and voices, and one entry more.
 */

/** A rule, a manifest that breaks it, what is found, and a manifest that keeps it. */
export interface RuleCase {
  readonly rule: string;
  readonly breaks: string;
  /** `severity path: message | help`, of each finding. */
  readonly found: readonly string[];
  readonly keeps: string;
}

const HEAD = `version: 1
project: night-ferry
provider: kling
`;

/** What manifests name besides their shot: clips of every sort, elements and voices. */
const CAST = `elements:
  mara: { description: a woman in a raincoat, image: refs/dawn.png, refer_images: [refs/dawn.png] }
  dancer: { description: a dancer, video: { from: shots.hd } }
voices: { hers: { sample: { from: shots.heard } } }
shots:
  short: { prompt: a wave, model: kling-3.0, duration: 3 }
  ten: { prompt: a wave, duration: 10 }
  long: { prompt: a wave, model: kling-3.0, duration: 15 }
  uhd: { prompt: a wave, model: kling-3.0, mode: 4k }
  hd: { prompt: a dancer, mode: pro }
  square: { prompt: a dancer, mode: pro, aspect_ratio: "1:1" }
  heard: { prompt: she talks, model: kling-2.6, mode: pro, audio: true, duration: 5 }
  silent: { prompt: a wave, model: kling-2.6 }
  gentle: { prompt: a wave, model: kling-3.0-turbo, duration: 5 }
`;

/** A manifest with one shot more, `x`. */
export function withShot(fields: string): string {
  return `${HEAD}${CAST}  x: { ${fields} }\n`;
}

/** A manifest with an entry of another kind, `x`. */
export function withEntry(kind: "images" | "sounds", fields: string): string {
  return `${HEAD}${kind}: { x: { ${fields} } }\n${CAST}`;
}

export function withElement(fields: string): string {
  return `${HEAD}${CAST.replace("elements:\n", `elements:\n  x: { ${fields} }\n`)}`;
}

export function withVoice(sample: string): string {
  return `${HEAD}${CAST.replace("voices: {", `voices: { x: { sample: { from: ${sample} } },`)}`;
}

export const IMAGE = "image: refs/dawn.png";
export const OMNI = "model: kling-3.0-omni";
export const ADDRESS = `{ url: "https://example.org/a.mp4", sha256: "${"0".repeat(64)}" }`;
export const refers = (count: number, more = "") =>
  `prompt: "${more}${Array.from({ length: count }, (_, n) => ` @pic${n}`).join("")}", refer_images: { ${Array.from(
    { length: count },
    (_, n) => `pic${n}: refs/dawn.png`,
  ).join(", ")} }`;
export const elements = (count: number) =>
  `elements: { ${Array.from({ length: count }, (_, n) => `el${n}: { id: "${n + 1}" }`).join(", ")} }`;
export const named = (count: number) => Array.from({ length: count }, (_, n) => `@el${n}`).join(" ");
export const cuts = (...seconds: readonly number[]) =>
  `cuts: [${seconds.map((each) => `{ seconds: ${each}, prompt: a wave }`).join(", ")}]`;

/** What is said of a model that only gateways may still have. */
export const OLD_6 =
  "warning catalog/retired-model x.model: kling-v1-6 has probably been discontinued | use kling-2.5-turbo";
