/**
 * Where artifacts are placed: the output template, expanded and checked. Pure text; nothing is looked up on disk.
 * Two outputs clash when a file system that folds case or normalises Unicode would see one name, and an output clashes
 * with the project's own files in the same way.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { didYouMean, safeText } from "../base/text.js";
import type { Manifest } from "../manifest/manifest.js";
import type { Draft } from "./draft.js";
import type { Making } from "./entry.js";
import { inputsOf } from "./inputs-of.js";
import type { Realm } from "./input.js";
import type { Step } from "./step.js";

/** Where clips go when the manifest does not say. */
const DEFAULT_CLIP_PATH = "renders/{profile}/{shot}/{step}{take}.mp4";

/** Where stills go when the manifest does not say. */
const DEFAULT_IMAGE_PATH = "renders/{profile}/images/{image}{take}.png";

/** Where sounds go when the manifest does not say. */
const DEFAULT_SOUND_PATH = "renders/{profile}/sounds/{sound}{take}.mp3";

/** What a template can name. `{take}` is empty for take 1 and `-t2`, `-t3`, ... for the others. */
export interface OutputNames {
  readonly project: string;
  readonly profile: string;
  readonly shot: string;
  readonly image: string;
  readonly sound: string;
  readonly step: string;
  readonly take: number;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES = ["project", "profile", "shot", "image", "sound", "step", "take"] as const;

// Longer than any path that every system takes.
const LONGEST_TEMPLATE = 1000;

/** The templates of a manifest, checked. */
export function outputTemplates(outputs: Manifest["outputs"], report: Making["report"]): Templates {
  const { path, image_path, sound_path } = outputs;
  return {
    clip: checkedTemplate(path ?? DEFAULT_CLIP_PATH, ["outputs", "path"], report),
    still: checkedTemplate(image_path ?? DEFAULT_IMAGE_PATH, ["outputs", "image_path"], report),
    sound: checkedTemplate(sound_path ?? DEFAULT_SOUND_PATH, ["outputs", "sound_path"], report),
  };
}

type Templates = Readonly<Record<"clip" | "still" | "sound", string>>;

/** The template of a draft's output; none for what nobody looks for among the outputs. */
export function templateFor({ action, product }: Draft, templates: Templates): string | undefined {
  if (action.kind === "frame" || product === "series" || product === "kept") return undefined;
  return templates[product];
}

/** What the template of a draft is filled with; a picture of a series is called after it and its number. */
export function outputNames(
  { owner, name, action }: Draft,
  project: string,
  profile: string,
  take: number,
): OutputNames {
  const number = action.kind === "picture" ? `-${action.index}` : "";
  return {
    project,
    profile,
    shot: owner.kind === "shot" ? owner.id : "",
    image: owner.kind === "image" ? `${owner.id}${number}` : "",
    sound: owner.kind === "sound" ? owner.id : "",
    step: name,
    take,
  };
}

/** A template that can be filled, and a report of what is wrong with it, whatever it is filled with. */
export function checkedTemplate(
  template: string,
  path: Path,
  report: (...found: readonly Diagnostic[]) => void,
): string {
  if (template.length <= LONGEST_TEMPLATE) {
    report(...templateProblems(template, path));
    return template;
  }
  report(outside(`the output path is longer than ${LONGEST_TEMPLATE} characters`, path));
  return template.slice(0, LONGEST_TEMPLATE);
}

function templateProblems(template: string, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [whole, name = ""] of template.matchAll(PLACEHOLDER)) {
    if ((NAMES as readonly string[]).includes(name)) continue;
    const meant = didYouMean(name, NAMES);
    found.push(
      problem("manifest/wrong-value", `the output path names ${safeText(whole)}, which does not exist`, {
        path,
        help: `${meant ? `did you mean {${meant}}? ` : ""}there are ${NAMES.map((each) => `{${each}}`).join(", ")}`,
      }),
    );
  }
  // The first take's name is empty, so the path must hold without it too.
  const takeless = template.replaceAll("{take}", "");
  const reason = [template, takeless].map((each) => unsafePath(each.replace(PLACEHOLDER, "x"))).find(Boolean);
  if (reason !== undefined) {
    found.push(outside(`the output path ${reason}`, path));
  }
  return found;
}

function outside(message: string, path: Path): Diagnostic {
  return problem("graph/output-outside", message, {
    path,
    why: "klingmake writes inside the project only",
    help: 'write a path relative to the manifest, such as "renders/{profile}/{shot}/{step}{take}.mp4"',
  });
}

/** The output path of a step; in the sandbox realm one folder deeper, so that drafts never lie where film lies. */
export function outputPath(template: string, realm: Realm, names: OutputNames): string {
  const values: Readonly<Record<string, string>> = {
    ...names,
    take: names.take === 1 ? "" : `-t${names.take}`,
  };
  const placed = realm === "sandbox" ? inSandbox(template) : template;
  return placed.replace(PLACEHOLDER, (_, name: string) => values[name] ?? "").replace(/^\.\//, "");
}

function inSandbox(template: string): string {
  const slash = template.indexOf("/");
  const first = template.slice(0, slash);
  return slash > 0 && !first.includes("{")
    ? `${first}/sandbox${template.slice(slash)}`
    : `sandbox/${template}`;
}

/** Why a relative path must not be written to, or undefined when it may. */
function unsafePath(path: string): string | undefined {
  if (path === "" || path.endsWith("/")) return "names no file";
  if (path.includes("\0") || path.includes("\\")) return "has a character that paths here cannot have";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  const parts = path.split("/").filter((part) => part !== ".");
  if (parts.includes("..")) return "leads out of the project";
  if (parts.slice(0, -1).includes("")) return "has a folder without a name";
  // As a file system that folds case would see it.
  const reserved = parts
    .map((part) => part.toLowerCase())
    .find((part) => part === ".kling" || part === ".git");
  return reserved === undefined ? undefined : `lies in ${reserved}, which is not for outputs`;
}

/** Files of the project that no output may replace, beside the inputs. */
const OWN_FILES = [
  "kling.manifest.yaml",
  "kling.lock.json",
  "kling.sandbox.lock.json",
  ".gitignore",
  "package.json",
];

/** Steps whose outputs or sidecars would replace a file of the project's own or an input, or each other's. */
export function outputClashes(steps: readonly Step[], manifest?: string): readonly Diagnostic[] {
  const inputs = steps.flatMap((step) =>
    inputsOf(step.action).flatMap(([, input]) => (input.kind === "file" ? [input.path] : [])),
  );
  const own = new Set(
    [...OWN_FILES, ...(manifest === undefined ? [] : [manifest]), ...inputs].map(foldedPath),
  );
  const taken = new Map<string, Step>();
  const found: Diagnostic[] = [];
  for (const step of steps) {
    if (step.output === undefined) continue;
    // A placeholder may be empty for this step, and leave a path that the template did not show.
    const unsafe = unsafePath(step.output);
    if (unsafe !== undefined) {
      found.push(outside(`the output path of ${step.id} ${unsafe}`, step.path));
      continue;
    }
    for (const name of [step.output, `${step.output}.json`]) {
      const folded = foldedPath(name);
      if (own.has(folded)) {
        found.push(
          problem(
            "graph/output-clash",
            `${step.id} would write ${safeText(name)}, which is the project's own`,
            {
              path: step.path,
              on: "key",
              why: "the file is in use by the project, and writing there would destroy it",
              help: `give outputs a folder of their own, such as ${ownFolder(step)}`,
            },
          ),
        );
        break;
      }
      const other = taken.get(folded);
      if (other !== undefined && other.id !== step.id) {
        found.push(
          problem("graph/output-clash", `${step.id} and ${other.id} would both write ${safeText(name)}`, {
            path: step.path,
            on: "key",
            help: "put what tells them apart into outputs.path, for instance {shot}, {step} and {take}",
            notes: [{ message: `${other.id} is here`, path: other.path }],
          }),
        );
        break;
      }
      taken.set(folded, step);
    }
  }
  return found;
}

function ownFolder({ owner }: Step): string {
  if (owner.kind === "shot") return `${DEFAULT_CLIP_PATH} under outputs.path`;
  return owner.kind === "sound"
    ? `${DEFAULT_SOUND_PATH} under outputs.sound_path`
    : `${DEFAULT_IMAGE_PATH} under outputs.image_path`;
}

/** A path as a file system that folds case and normalises Unicode sees it, without detours. */
function foldedPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/").normalize("NFC").toLowerCase();
}
