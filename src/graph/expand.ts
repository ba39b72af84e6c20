/**
 * Manifest → graph: variables, defaults, profile and takes applied, references resolved, steps in order.
 * Knows nothing of files on disk or of earlier runs. All problems of a profile come back at once.
 */
import { problem, type Checked, type Diagnostic } from "../base/diagnostic.js";
import { listWords, safeText } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Manifest, Profile } from "../manifest/manifest.js";
import { elementDraft, shotDrafts, soundDraft, stillDrafts, voiceDraft, type Draft } from "./draft.js";
import type { Making } from "./entry.js";
import { inForce } from "./effective.js";
import { outputClashes, outputNames, outputPath, outputTemplates, templateFor } from "./output.js";
import { frameDraft, nameTable, readWords, resolver } from "./reference.js";
import { checkAction } from "./rules.js";
import { sourceFacts } from "./source.js";
import type { Action } from "./actions.js";
import { inputsOf } from "./inputs-of.js";
import type { Realm, StepId } from "./input.js";
import { OWNER_KINDS, type Graph, type Step } from "./step.js";

/** The profile's name in paths and in the lockfile when no profile is in force. */
export const NO_PROFILE = "default";

/** The realm that a provider's name belongs to. */
export function realmOf(provider: string): Realm {
  return provider === "sandbox" ? "sandbox" : "kling";
}

/** The provider in force under a profile. */
export function providerOf(manifest: Manifest, profile: Profile | undefined): string {
  return profile?.provider ?? manifest.provider;
}

/** Where the defaults of a draft stand. */
function defaultsOf({ product }: Draft): "video" | "image" {
  return product === "still" || product === "series" ? "image" : "video";
}

/** A finding about a value that came from the defaults or a profile, moved there. */
function atItsOrigin(
  found: Diagnostic,
  draft: Draft,
  manifest: Manifest,
  profile: Profile | undefined,
): Diagnostic {
  const field = found.path?.[draft.path.length];
  if (found.path?.length !== draft.path.length + 1 || typeof field !== "string") return found;
  const kind = defaultsOf(draft);
  const sets = (fields: object | undefined) => fields !== undefined && field in fields;
  // Overrides are for what an entry makes first, and one that the step cannot take is not in force.
  const isFirst = draft.name === "clip" || draft.name === "image";
  const inForce = (fields: Readonly<Record<string, unknown>> | undefined) =>
    field === "model" ||
    fields?.[field] === (draft.action as unknown as Readonly<Record<string, unknown>>)[field];
  const override = profile?.override?.[kind] as Readonly<Record<string, unknown>> | undefined;
  if (profile !== undefined && isFirst && sets(override) && inForce(override)) {
    return { ...found, path: ["profiles", profile.id, "override", kind, field] };
  }
  if (sets(draft.own)) return found;
  if (profile !== undefined && sets(profile.defaults?.[kind])) {
    return { ...found, path: ["profiles", profile.id, "defaults", kind, field] };
  }
  return sets(manifest.defaults[kind]) ? { ...found, path: ["defaults", kind, field] } : found;
}

/** Says that a profile's override has a hand in it: advice for the shot's own fields would be in vain. */
function withOverride(found: Diagnostic, draft: Draft, profile: Profile | undefined): Diagnostic {
  const kind = defaultsOf(draft);
  const override = Object.keys(profile?.override?.[kind] ?? {});
  const isFirst = draft.name === "clip" || draft.name === "image";
  if (profile === undefined || override.length === 0 || !isFirst || found.path?.[0] === "profiles")
    return found;
  const message = `the profile ${profile.id} overrides ${listWords(override)}, whatever the ${draft.owner.kind} says`;
  const note = { message, path: ["profiles", profile.id, "override", kind] };
  return { ...found, notes: [...(found.notes ?? []), note] };
}

/** The same finding at the same place once, however many steps share the cause. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((each) => {
    const name = `${each.code} ${each.path?.join("/")} ${each.message}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/** Expands a manifest under one profile (or none). `file`: the manifest's own name, which no output may take. */
export function expand(
  manifest: Manifest,
  profile: Profile | undefined,
  catalog: Catalog,
  file?: string,
): Checked<Graph> {
  const diagnostics: Diagnostic[] = [];
  const report = (...found: readonly Diagnostic[]) => void diagnostics.push(...found);
  const realm = realmOf(providerOf(manifest, profile));
  const words = readWords({ ...manifest.vars, ...profile?.vars }, report);
  const names = nameTable(manifest);
  const frames = new Map<string, Draft>();
  const making: Making = {
    words,
    force: inForce(manifest, profile, catalog),
    report,
    input: resolver(names, frames, words, report),
    lastFrame: (clip, path) => ({ kind: "step", id: frameDraft(clip, "last", frames, path) }),
  };

  const drafts = new Map<string, Draft>();
  const addDrafts = (made: Iterable<Draft>) => {
    for (const draft of made) addDraft(drafts, draft);
  };
  for (const still of manifest.images) addDrafts(stillDrafts(still, making));
  for (const sound of manifest.sounds) addDraft(drafts, soundDraft(sound, making));
  for (const voice of manifest.voices) addDraft(drafts, voiceDraft(voice, making));
  for (const element of manifest.elements) addDraft(drafts, elementDraft(element, making));
  for (const shot of manifest.shots) addDrafts(shotDrafts(shot, making));
  // A held clip may be another one than is written now.
  const actionOf = (id: StepId) => (drafts.get(id)?.hold === true ? undefined : drafts.get(id)?.action);
  for (const draft of drafts.values()) {
    const found = checkAction(
      draft.action,
      catalog,
      { path: draft.path },
      sourceFacts(draft.action, actionOf),
    );
    report(...found.map((each) => withOverride(atItsOrigin(each, draft, manifest, profile), draft, profile)));
  }
  for (const frame of frames.values()) addDraft(drafts, frame);

  const ordered = inOrder(drafts, report);
  const templates = outputTemplates(manifest.outputs, report);
  const profileName = profile?.id ?? NO_PROFILE;
  const placeOf = placesOf(manifest);
  const steps = ordered.flatMap((draft) =>
    takesOf(draft, report).map((take): Step => {
      const selected = draft.take ?? 1;
      const template = templateFor(draft, templates);
      const output =
        template === undefined
          ? undefined
          : outputPath(template, realm, outputNames(draft, manifest.project, profileName, take));
      return {
        id: (take === selected ? draft.base : `${draft.base}@${take}`) as StepId,
        owner: draft.owner,
        place: placeOf(draft.owner),
        name: draft.name,
        ...(draft.title === undefined ? {} : { title: draft.title }),
        action: draft.action,
        take,
        candidate: take !== selected,
        ...(draft.viaAsked === true ? { viaAsked: true } : {}),
        hold: draft.hold === true,
        needs: needsOf(draft.action),
        ...(output === undefined ? {} : { output }),
        path: draft.path,
      };
    }),
  );
  report(...outputClashes(steps, file));
  return {
    value: { project: manifest.project, profile: profileName, realm, steps },
    diagnostics: withoutRepeats(diagnostics),
  };
}

/** Where an owner stands in the manifest; upstream comes first in the graph, so the order of its steps does not tell. */
function placesOf(manifest: Manifest): (owner: Step["owner"]) => number {
  const places = new Map<string, number>();
  for (const kind of OWNER_KINDS) {
    for (const { id } of manifest[`${kind}s`]) places.set(`${kind} ${id}`, places.size);
  }
  return ({ kind, id }) => places.get(`${kind} ${id}`) ?? places.size;
}

function addDraft(drafts: Map<string, Draft>, draft: Draft): void {
  drafts.set(draft.base, draft);
}

function needsOf(action: Action): readonly StepId[] {
  const ids = inputsOf(action).flatMap(([, input]) => (input.kind === "step" ? [input.id] : []));
  return [...new Set(ids)];
}

function takesOf(draft: Draft, report: Making["report"]): readonly number[] {
  const selected = draft.take ?? 1;
  if (draft.takes === undefined) return [selected];
  if (selected > draft.takes) {
    report(
      problem("graph/take", `take ${selected} is chosen, but there are only ${draft.takes} takes`, {
        path: [...draft.path, "take"],
        help: `choose a take from 1 to ${draft.takes}, or raise takes`,
      }),
    );
  }
  return Array.from({ length: draft.takes }, (_, index) => index + 1);
}

/** Upstream before downstream, otherwise as written; a circle is reported once and broken. */
function inOrder(drafts: ReadonlyMap<string, Draft>, report: Making["report"]): readonly Draft[] {
  const ordered: Draft[] = [];
  const state = new Map<string, "open" | "done">();
  // The way to the draft that is being looked at; no recursion, as a film may be one long chain.
  const trail: { readonly draft: Draft; readonly needs: readonly string[]; next: number }[] = [];
  const enter = (draft: Draft): void => {
    state.set(draft.base, "open");
    trail.push({ draft, needs: needsOf(draft.action), next: 0 });
  };
  for (const first of drafts.values()) {
    if (state.has(first.base)) continue;
    enter(first);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const upstream = drafts.get(top.needs[top.next++] ?? "");
      if (top.next > top.needs.length) {
        state.set(top.draft.base, "done");
        ordered.push(top.draft);
        trail.pop();
      } else if (upstream !== undefined && state.get(upstream.base) === "open") {
        const circle = trail.slice(trail.findIndex(({ draft }) => draft === upstream));
        report(circleFound([...circle.map(({ draft }) => draft), upstream], upstream.path));
      } else if (upstream !== undefined && !state.has(upstream.base)) {
        enter(upstream);
      }
    }
  }
  return ordered;
}

// Of a longer one only the beginning is told.
const LONGEST_CIRCLE = 20;

/** Named by shots and images, which the author wrote; frames are nobody's to change. */
function circleFound(circle: readonly Draft[], path: Draft["path"]): Diagnostic {
  const few = circle.length > LONGEST_CIRCLE ? circle.slice(0, LONGEST_CIRCLE) : circle;
  const more = few === circle ? "" : " → …";
  const steps = few.map(({ base }) => safeText(base)).join(" → ") + more;
  const owners = [...new Set(few.map(({ owner }) => safeText(`${owner.kind}s.${owner.id}`)))];
  const isAlone = owners.length === 1;
  return problem(
    "graph/cycle",
    isAlone ? `${listWords(owners)} waits for itself` : `${listWords(owners)} wait for each other`,
    {
      path,
      on: "key",
      why: `none of these steps can be the first: ${steps}`,
      help: isAlone
        ? "let it start from a file, or from another shot or image"
        : `break the circle: let ${listWords(owners, "or")} use a file instead`,
    },
  );
}
