/**
 * What the author points at: `from:` to steps, `${vars.…}` to words. Says what does not exist and what was probably meant.
 */
import { problem, type Path } from "../base/diagnostic.js";
import type { Sha256 } from "../base/digest.js";
import { didYouMean, safeText } from "../base/text.js";
import type { Manifest } from "../manifest/manifest.js";
import { expandVars, suggestVar } from "../manifest/vars.js";
import type { Words } from "./action.js";
import { refinementNames, type Draft, type DraftContext } from "./draft.js";
import type { StepId } from "./step.js";

// Each is compared with every name there is; who misspells so many names has another trouble than spelling.
const MOST_SUGGESTIONS = 20;

/** Every name that `from:` can use → the id of the step that it means. */
export function nameTable(manifest: Manifest): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const still of manifest.images) names.set(`images.${still.id}`, `images.${still.id}`);
  for (const shot of manifest.shots) {
    const steps = ["clip", ...refinementNames(shot)];
    for (const step of steps) names.set(`shots.${shot.id}.${step}`, `shots.${shot.id}.${step}`);
    names.set(`shots.${shot.id}`, `shots.${shot.id}.${steps.at(-1)}`);
  }
  return names;
}

/** Resolves sources; frames that are asked for on the way are added to `frames`. */
export function resolver(
  names: ReadonlyMap<string, string>,
  frames: Map<string, Draft>,
  words: Words,
  report: DraftContext["report"],
): DraftContext["input"] {
  let unknown = 0;
  return (source, path, wants) => {
    if (typeof source === "string") return { kind: "file", path: tidyPath(words(source, path)) };
    if ("url" in source) return { kind: "url", url: source.url, sha256: source.sha256 as Sha256 };
    const target = names.get(source.from);
    const at = { path: [...path, "from"] };
    if (target === undefined) {
      const meant = ++unknown > MOST_SUGGESTIONS ? undefined : didYouMean(source.from, names.keys());
      report(
        problem("graph/unknown-reference", `there is no ${safeText(source.from)}`, {
          ...at,
          help: meant ? `did you mean ${meant}?` : "write images.ID, shots.ID, or shots.ID.STEP",
        }),
      );
      return undefined;
    }
    const isClip = target.startsWith("shots.");
    if (wants === "sound") {
      report(
        problem("graph/wrong-reference", `${source.from} has no sound to speak`, {
          ...at,
          help: "name an audio file",
        }),
      );
      return undefined;
    }
    if (!isClip && source.frame !== undefined) {
      report(
        problem("graph/wrong-reference", `${source.from} is a still and has no ${source.frame} frame`, {
          path: [...path, "frame"],
          help: "leave frame out",
        }),
      );
      return undefined;
    }
    if (isClip && source.frame === undefined) {
      report(
        problem("graph/wrong-reference", `${source.from} is a clip, but a picture is needed here`, {
          ...at,
          help: `say which frame: { from: ${source.from}, frame: last }`,
        }),
      );
      return undefined;
    }
    if (!isClip || source.frame === undefined) return { kind: "step", id: target as StepId };
    return { kind: "step", id: frameDraft(target, source.frame, frames, path) };
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
      isClip: false,
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
export function readWords(vars: Readonly<Record<string, string>>, report: DraftContext["report"]): Words {
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
