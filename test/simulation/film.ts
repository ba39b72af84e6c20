/**
 * Small films of one to five steps, drawn by the seed, with the edits that their author makes and takes back.
 */
import type { Chance } from "./chance.js";

/** What a shot is made of, and how many paid steps that takes. */
const SHOTS = [
  ["clip", 1],
  ["clip", 1],
  ["legacy", 1],
  ["dear", 1],
  ["picture", 1],
  ["twin", 1],
  ["takes", 2],
  ["still", 2],
  ["omni", 2],
  ["native", 2],
  ["speech", 2],
  ["voice", 2],
  ["goes_on", 2],
] as const;

type ShotKind = (typeof SHOTS)[number][0];

/** A film; its author changes the words of a shot by counting its version up, and back. */
export interface Film {
  /** Ids of its shots. */
  readonly shots: readonly string[];
  /** Ids of its pictures. */
  readonly images: readonly string[];
  /** The manifest, with the version of each shot. */
  text(versions: readonly number[], held?: boolean): string;
}

const MOST_STEPS = 5;

/** Draws a film. */
export function drawFilm(chance: Chance): Film {
  const kinds: ShotKind[] = [];
  for (let left = 1 + chance.below(MOST_STEPS); left > 0;) {
    const [kind, steps] = chance.pick(SHOTS);
    if (steps > left) continue;
    kinds.push(kind);
    left -= steps;
  }
  const concurrency = 1 + chance.below(3);
  const shots = kinds.map((_, index) => `s${index}`);
  const images = kinds.flatMap((kind, index) => (kind === "still" ? [`p${index}`] : []));
  return {
    shots,
    images,
    text(versions, held = false) {
      const lines = [
        "version: 1",
        "project: film",
        "provider: kling",
        `limits: { concurrency: ${concurrency} }`,
      ];
      if (images.length > 0) lines.push("images:");
      for (const image of images) lines.push(`  ${image}: { prompt: picture ${image} }`);
      lines.push("shots:");
      for (const [index, kind] of kinds.entries()) {
        lines.push(`  s${index}:`, ...shot(kind, index, versions[index] ?? 0));
        if (held) lines.push("    hold: true");
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function shot(kind: ShotKind, index: number, version: number): readonly string[] {
  const words = `words ${index} version ${version}`;
  const prompt = `    prompt: ${words}`;
  const then = (step: string) => [prompt, "    steps:", `      - ${step}`];
  switch (kind) {
    case "clip":
      return [prompt];
    case "legacy":
      return [prompt, "    model: kling-v2-5-turbo"];
    case "dear":
      return [prompt, "    model: kling-3.0"];
    case "picture":
      return [prompt, "    image: refs/dawn.png"];
    case "twin":
      return [`    prompt: words of twins version ${version}`];
    case "takes":
      return [prompt, "    takes: 2"];
    case "still":
      return [prompt, `    image: { from: images.p${index} }`];
    case "omni":
      return then(`extend: { prompt: on ${words}, via: omni, model: kling-3.0-omni }`);
    case "native":
      return [...then(`extend: { prompt: on ${words} }`), "    model: kling-v1-6"];
    case "speech":
      return then(`lip_sync: { text: spoken ${words}, voice: oversea_male1 }`);
    case "voice":
      return then("lip_sync: { audio: vo/line.wav }");
    case "goes_on":
      return then(`extend: { prompt: on ${words}, via: last_frame }`);
  }
}
