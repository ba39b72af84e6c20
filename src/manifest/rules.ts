/**
 * What the schema cannot say in words that a person understands: which keys of a mapping go together, and names that
 * must exist within the file. Takes any plain value and passes over what does not fit the schema, which tells that itself.
 * Whether steps, models and files exist is asked by later rooms.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { isRecord } from "../base/guard.js";
import { didYouMean, elide, listWords } from "../base/text.js";
import type { Plain } from "./plain.js";

/** The diagnostics of a whole manifest's values. */
export function ruleDiagnostics(root: Plain): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const source = (value: unknown, path: Path): void => {
    if (isRecord(value)) found.push(...sourceProblems(value, path));
  };
  const file = isRecord(root) ? root : {};
  const keptProblem = (value: unknown, path: Path): void => {
    if (isRecord(value)) found.push(...keptProblems(value, path));
  };
  profileProblems(file, found);
  found.push(...sizeProblems(file));
  for (const list of ENTRY_LISTS) {
    for (const [id, entry] of members(file[list])) {
      const path = [list, id];
      for (const field of SOURCE_FIELDS) source(entry[field], [...path, field]);
      for (const field of SOURCE_LISTS) eachOf(entry[field], [...path, field], source);
      for (const field of KEPT_FIELDS) eachOf(entry[field], [...path, field], keptProblem);
      keptProblem(entry["voice"], [...path, "voice"]);
      for (const [part, fields] of PARTS) {
        const of = entry[part];
        if (!isRecord(of)) continue;
        for (const field of fields) source(of[field], [...path, part, field]);
        eachOf(of["images"], [...path, part, "images"], source);
      }
      eachOf(entry["dynamic_masks"], [...path, "dynamic_masks"], (mask, at) => {
        if (isRecord(mask)) source(mask["mask"], [...at, "mask"]);
      });
    }
  }
  for (const [id, shot] of members(file["shots"])) {
    const steps: readonly unknown[] = Array.isArray(shot["steps"]) ? shot["steps"] : [];
    for (const [index, step] of steps.entries()) {
      if (!isRecord(step)) continue;
      const path = ["shots", id, "steps", index];
      found.push(...stepProblems(step, path));
      const lipSync = step["lip_sync"];
      if (isRecord(lipSync)) source(lipSync["audio"], [...path, "lip_sync", "audio"]);
    }
  }
  return found;
}

/** The mappings whose entries become steps. */
const ENTRY_LISTS = ["images", "sounds", "voices", "elements", "shots"] as const;
/** Where an entry has inputs: in a field, in a list or mapping of them, or a level deeper. */
const SOURCE_FIELDS = [
  "image",
  "end_image",
  "feature_video",
  "base_video",
  "motion_video",
  "static_mask",
  "scene",
  "style",
  "sample",
  "video",
] as const;
const SOURCE_LISTS = ["images", "refer_images", "subjects"] as const;
const KEPT_FIELDS = ["elements", "voices"] as const;
const PARTS = [
  ["try_on", ["human", "cloth"]],
  ["expand", ["image"]],
  ["avatar", ["audio"]],
  ["effect", []],
] as const;

/** Does something with each member of a list or mapping. */
function eachOf(value: unknown, path: Path, visit: (member: unknown, path: Path) => void): void {
  if (Array.isArray(value)) for (const [index, member] of value.entries()) visit(member, [...path, index]);
  else if (isRecord(value))
    for (const [name, member] of Object.entries(value)) visit(member, [...path, name]);
}

function members(map: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const out: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  for (const [id, member] of Object.entries(isRecord(map) ? map : {})) {
    if (isRecord(member)) out.push([id, member]);
  }
  return out;
}

// A feature film has some 2,000 shots. Beyond these numbers a plan would take longer than anybody waits for.
const MOST_STEPS = 20_000;
const MOST_STEPS_OF_SHOT = 100;
const MOST_PROFILES = 200;

function sizeProblems(file: Readonly<Record<string, unknown>>): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const tooMany = (path: Path, what: string, help: string): void =>
    void found.push(problem("manifest/too-many", what, { path, on: "key", help }));
  const takes = ({ takes }: Readonly<Record<string, unknown>>) => (typeof takes === "number" ? takes : 1);
  let steps = 0;
  for (const list of ENTRY_LISTS) {
    if (list !== "shots") for (const [, entry] of members(file[list])) steps += takes(entry);
  }
  for (const [id, shot] of members(file["shots"])) {
    const refinements: readonly unknown[] = Array.isArray(shot["steps"]) ? shot["steps"] : [];
    if (refinements.length > MOST_STEPS_OF_SHOT) {
      const what = `the shot has ${refinements.length} steps; at most ${MOST_STEPS_OF_SHOT} are taken`;
      tooMany(
        ["shots", id, "steps"],
        what,
        "begin another shot from its last frame: { from: …, frame: last }",
      );
    }
    steps += takes(shot);
    for (const step of refinements) {
      const [action] = isRecord(step) ? Object.values(step) : [];
      steps += isRecord(action) ? takes(action) : 1;
    }
  }
  if (steps > MOST_STEPS) {
    const what = `the film has ${steps} steps and takes; at most ${MOST_STEPS} are taken`;
    tooMany([isRecord(file["shots"]) ? "shots" : "images"], what, "split the film into several projects");
  }
  const profiles = Object.keys(isRecord(file["profiles"]) ? file["profiles"] : {}).length;
  if (profiles > MOST_PROFILES) {
    const what = `the film has ${profiles} profiles; at most ${MOST_PROFILES} are taken`;
    tooMany(["profiles"], what, "remove those that are not in use");
  }
  return found;
}

const STEP_KINDS = ["extend", "lip_sync", "video_to_audio"] as const;

function stepProblems(step: Readonly<Record<string, unknown>>, path: Path): readonly Diagnostic[] {
  const named = STEP_KINDS.filter((kind) => kind in step);
  if (named.length > 1) {
    return [
      problem("manifest/wrong-value", `the step names ${named.length === 2 ? "two" : named.length} actions`, {
        path,
        why: "each step is one action and works on the result of the step before",
        help: "write them as two items of the list, in the order in which they should happen",
      }),
    ];
  }
  if (named.length === 1) return [];
  return [
    problem("manifest/missing-key", "the step names no action", {
      path,
      help: `write ${listWords(
        STEP_KINDS.map((kind) => `\`- ${kind}: { … }\``),
        "or",
      )}`,
    }),
  ];
}

function profileProblems(file: Readonly<Record<string, unknown>>, found: Diagnostic[]): void {
  const { profile, profiles } = file;
  if (typeof profile !== "string" || !(profiles === undefined || isRecord(profiles))) return;
  const names = Object.keys(profiles ?? {});
  if (names.includes(profile)) return;
  const meant = didYouMean(profile, names);
  found.push(
    problem("manifest/unknown-profile", `there is no profile \`${elide(profile, 60)}\``, {
      path: ["profile"],
      why:
        names.length === 0 ? "the manifest has no `profiles:`" : `there is ${elide(listWords(names), 200)}`,
      help: meant === undefined ? "name one that exists, or remove `profile`" : `did you mean \`${meant}\`?`,
    }),
  );
}

function keptProblems({ from, id }: Readonly<Record<string, unknown>>, path: Path): readonly Diagnostic[] {
  if ((from === undefined) !== (id === undefined)) return [];
  return [
    problem("manifest/wrong-value", "exactly one of `from` and `id` is wanted here", {
      path,
      help: "write `{ from: elements.ID }` for one that this manifest makes, or `{ id: … }` for one that the vendor has",
    }),
  ];
}

function sourceProblems(source: Readonly<Record<string, unknown>>, path: Path): readonly Diagnostic[] {
  const { from, frame, index, url, sha256 } = source;
  if (from !== undefined && (url !== undefined || sha256 !== undefined)) {
    return [
      problem("manifest/wrong-value", "an input cannot be a reference and a URL at once", {
        path,
        help: "keep `from`, or keep `url` with its `sha256`",
      }),
    ];
  }
  if (from !== undefined) return [];
  if (url === undefined) {
    return [
      problem("manifest/missing-key", "the input names neither a step nor a URL", {
        path,
        help: "write `{ from: images.ID }`, `{ url: …, sha256: … }`, or the path of a file alone",
      }),
    ];
  }
  if (sha256 === undefined) {
    return [
      problem("manifest/missing-key", "a URL needs the `sha256` of what it leads to", {
        path,
        why: "without it, a file that changes behind its URL would go unnoticed, and the render could not be repeated",
        help: "`sha256sum FILE` prints it",
      }),
    ];
  }
  return Object.entries({ frame, index }).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          problem("manifest/wrong-value", `\`${name}\` belongs to a reference, not to a URL`, {
            path: [...path, name],
            on: "key",
            help: `remove \`${name}\`, or name a ${name === "frame" ? "clip" : "series"} with \`from\``,
          }),
        ],
  );
}
