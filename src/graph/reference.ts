/**
 * What the author points at: `from:` to steps, `${vars.…}` to words. Says what does not exist and what was probably meant.
 */
import { problem, type Path } from "../base/diagnostic.js";
import type { Sha256 } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import { didYouMean, safeText } from "../base/text.js";
import type { Manifest } from "../manifest/manifest.js";
import { expandVars, suggestVar } from "../manifest/vars.js";
import type { Product } from "./actions.js";
import { pictureOf, refinementNames, type Draft } from "./draft.js";
import type { Making, Words } from "./entry.js";
import type { Input, StepId } from "./input.js";

// Each is compared with every name there is; who misspells so many names has another trouble than spelling.
const MOST_SUGGESTIONS = 20;

/** What a name that `from:` can use means. */
interface Meant {
  readonly id: string;
  readonly product: Product;
  /** How many pictures a series has. */
  readonly series?: number;
  readonly kept?: "element" | "voice";
}

/** Every name that `from:` can use → the step that it means. */
export function nameTable(manifest: Manifest): ReadonlyMap<string, Meant> {
  const names = new Map<string, Meant>();
  const enter = (id: string, more: Omit<Meant, "id">) => names.set(id, { id, ...more });
  for (const { id, series } of manifest.images) {
    const isSeries = series !== undefined;
    enter(`images.${id}`, isSeries ? { product: "series", series } : { product: "still" });
  }
  for (const { id } of manifest.sounds) enter(`sounds.${id}`, { product: "sound" });
  for (const { id } of manifest.voices) enter(`voices.${id}`, { product: "kept", kept: "voice" });
  for (const { id } of manifest.elements) enter(`elements.${id}`, { product: "kept", kept: "element" });
  for (const shot of manifest.shots) {
    const steps = ["clip", ...refinementNames(shot)];
    for (const step of steps) enter(`shots.${shot.id}.${step}`, { product: "clip" });
    names.set(`shots.${shot.id}`, { id: `shots.${shot.id}.${steps.at(-1)}`, product: "clip" });
  }
  return names;
}

/** Resolves sources; frames that are asked for on the way are added to `frames`. */
export function resolver(
  names: ReadonlyMap<string, Meant>,
  frames: Map<string, Draft>,
  words: Words,
  report: Making["report"],
): Making["input"] {
  let unknown = 0;
  const wrong = (message: string, path: Path, help: string, why?: string): undefined => {
    const more = why === undefined ? {} : { why };
    report(problem("graph/wrong-reference", message, { path, ...more, help }));
    return undefined;
  };
  return (source, path, wants) => {
    if (typeof source === "string") {
      if (wants !== "video") return { kind: "file", path: tidyPath(words(source, path)) };
      return wrong(
        "a video cannot be a file of the project",
        path,
        "write { from: shots.ID }, or put the video where the vendor can fetch it: { url: …, sha256: … }",
        "the vendor has no way to be sent a video: it takes its own results, and addresses",
      );
    }
    if ("id" in source) return { kind: "kept", id: source.id };
    if ("url" in source) return { kind: "url", url: source.url, sha256: source.sha256 as Sha256 };
    const target = names.get(source.from);
    const at = [...path, "from"];
    if (target === undefined) {
      const meant = ++unknown > MOST_SUGGESTIONS ? undefined : didYouMean(source.from, names.keys());
      const kinds =
        wants === "element" || wants === "voice" ? `${wants}s.ID` : "images.ID, shots.ID, or shots.ID.STEP";
      report(
        problem("graph/unknown-reference", `there is no ${safeText(source.from)}`, {
          path: at,
          help: meant ? `did you mean ${meant}?` : `write ${kinds}`,
        }),
      );
      return undefined;
    }
    const { from } = source;
    const frame = "frame" in source ? source.frame : undefined;
    const index = "index" in source ? source.index : undefined;
    const { product } = target;
    const step: Input = { kind: "step", id: target.id as StepId };
    if (wants === "element" || wants === "voice") {
      return target.kept === wants
        ? step
        : wrong(
            `${from} is no ${wants}`,
            at,
            `name one of ${wants}s:, or { id: … } for one that the vendor has`,
          );
    }
    if (wants === "sound") {
      return product === "sound" ? step : wrong(`${from} has no sound to speak`, at, "name an audio file");
    }
    if (frame !== undefined && (product !== "clip" || wants === "video")) {
      const why =
        product === "clip" ? "is wanted as a whole clip here" : `is a ${product} and has no ${frame} frame`;
      return wrong(`${from} ${why}`, [...path, "frame"], "leave frame out");
    }
    if (index !== undefined && product !== "series") {
      return wrong(`${from} is no series`, [...path, "index"], "leave index out");
    }
    if (wants === "video") {
      return product === "clip" ? step : wrong(`${from} is no clip`, at, "name a shot, or one of its steps");
    }
    switch (product) {
      case "still":
        return step;
      case "clip":
        if (frame !== undefined) return { kind: "step", id: frameDraft(target.id, frame, frames, path) };
        return wrong(
          `${from} is a clip, but a picture is needed here`,
          at,
          `say which frame: { from: ${from}, frame: last }`,
        );
      case "series": {
        const { series = 0 } = target;
        if (index === undefined) {
          const help = `say which: { from: ${from}, index: 1 }`;
          return wrong(`${from} is a series, but one picture is needed here`, at, help);
        }
        if (index <= series) return { kind: "step", id: pictureOf(target.id, index) as StepId };
        const help = `choose a picture from 1 to ${series}, or raise series`;
        return wrong(`${from} has no picture ${index}`, [...path, "index"], help);
      }
      case "sound":
      case "kept":
        return wrong(`${from} is no picture`, at, "name a picture: a file, an image, or a frame of a shot");
      default:
        return unreachable(product);
    }
  };
}

/** The local step that takes a frame out of a clip; one for all who want the same. */
export function frameDraft(
  clip: string,
  which: "first" | "last",
  frames: Map<string, Draft>,
  path: Path,
): StepId {
  const base = `${clip}.${which}-frame`;
  if (!frames.has(base)) {
    frames.set(base, {
      base,
      owner: { kind: "shot", id: clip.split(".")[1] ?? "" },
      name: `${which}-frame`,
      product: "still",
      action: { kind: "frame", which, source: { kind: "step", id: clip as StepId } },
      path,
      own: {},
    });
  }
  return base as StepId;
}

function tidyPath(path: string): string {
  return path.replace(/^(\.\/)+/, "");
}

/** Expands variables, reporting each unknown one once per text and each circle once. */
export function readWords(vars: Readonly<Record<string, string>>, report: Making["report"]): Words {
  const reported = new Set<string>();
  let unknown = 0;
  return (text, path) => {
    const expanded = expandVars(text, vars);
    for (const name of expanded.unknown) {
      const once = `${path.join("/")}:${name}`;
      if (reported.has(once)) continue;
      reported.add(once);
      const meant = ++unknown > MOST_SUGGESTIONS ? undefined : suggestVar(name, vars);
      report(
        problem("manifest/unknown-var", `\${${safeText(name)}} names no variable`, {
          path,
          help: `${meant ? `did you mean \${${meant}}? ` : ""}variables are written \${vars.NAME}; $\${ stands for a plain \${`,
        }),
      );
    }
    for (const circle of expanded.cycles) {
      const once = circle.join(" ");
      if (reported.has(once)) continue;
      reported.add(once);
      report(
        problem("manifest/var-cycle", `variables need each other: ${circle.map(safeText).join(" → ")}`, {
          path: ["vars", circle[0] ?? ""],
          on: "key",
          help: "write one of them out in full",
        }),
      );
    }
    return expanded.text;
  };
}
