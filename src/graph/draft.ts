/**
 * The manifest's entries as drafts: steps before their takes are counted out and before they have outputs.
 */
import type { Path } from "../base/diagnostic.js";
import type { ElementEntry, Remarks, Shot, Sound, Still, Takes, VoiceEntry } from "../manifest/manifest.js";
import { productOf, type Action, type Product } from "./actions.js";
import { clipAction } from "./action-clip.js";
import { elementAction, soundAction, voiceAction } from "./action-kept.js";
import { refineAction } from "./action-refine.js";
import { imageAction } from "./action-still.js";
import type { Making } from "./entry.js";
import type { StepId } from "./input.js";
import type { OwnerKind, Step } from "./step.js";

/** A step before its takes are counted out. */
export interface Draft {
  readonly base: string;
  readonly owner: Step["owner"];
  readonly name: string;
  readonly title?: string;
  readonly action: Action;
  readonly product: Product;
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
  readonly path: Path;
  readonly viaAsked?: true;
  /** The author's own fields. */
  readonly own: object;
}

/** The draft of an entry of `images:`, and those of the single pictures where it is a series. */
export function* stillDrafts(still: Still, making: Making): Generator<Draft> {
  const draft = entryDraft("image", still, (path) => imageAction(still, path, making));
  yield draft;
  if (draft.action.kind !== "omni_image") return;
  for (let index = 1; index <= (draft.action.series ?? 0); index++) {
    const action = { kind: "picture", index, source: { kind: "step", id: draft.base as StepId } } as const;
    yield {
      ...draftBasics({}, draft.path, action),
      ...(draft.title === undefined ? {} : { title: draft.title }),
      base: pictureOf(draft.base, index),
      owner: draft.owner,
      name: `picture-${index}`,
    };
  }
}

/** What one picture of a series is called. */
export function pictureOf(series: string, index: number): string {
  return `${series}.picture-${index}`;
}

/** The draft of an entry of `sounds:`. */
export function soundDraft(sound: Sound, making: Making): Draft {
  return entryDraft("sound", sound, (path) => soundAction(sound, path, making));
}

/** The draft of an entry of `voices:`. */
export function voiceDraft(voice: VoiceEntry, making: Making): Draft {
  return entryDraft("voice", voice, (path) => voiceAction(voice, path, making));
}

/** The draft of an entry of `elements:`. */
export function elementDraft(element: ElementEntry, making: Making): Draft {
  return entryDraft("element", element, (path) => elementAction(element, path, making));
}

/** An entry that is one step, named after its kind. */
function entryDraft(
  kind: Exclude<OwnerKind, "shot">,
  entry: Takes & Remarks & { readonly id: string },
  actionAt: (path: Path) => Action,
): Draft {
  const path: Path = [`${kind}s`, entry.id];
  return {
    ...draftBasics(entry, path, actionAt(path)),
    base: `${kind}s.${entry.id}`,
    owner: { kind, id: entry.id },
    name: kind,
  };
}

/** The drafts of a shot: its clip, then each refinement of it. */
export function* shotDrafts(shot: Shot, making: Making): Generator<Draft> {
  const path: Path = ["shots", shot.id];
  const owner = { kind: "shot", id: shot.id } as const;
  const first: Draft = {
    ...draftBasics(shot, path, clipAction(shot, path, making)),
    base: `shots.${shot.id}.clip`,
    owner,
    name: "clip",
  };
  yield first;
  let previous = first;
  const stepNames = refinementNames(shot);
  for (const [index, refinement] of (shot.steps ?? []).entries()) {
    const name = stepNames[index] ?? "";
    const [kind = "", own = {}] = Object.entries(refinement)[0] ?? [];
    const stepPath: Path = [...path, "steps", index, kind];
    const action = refineAction(refinement, previous, stepPath, making);
    if (action === undefined) continue;
    previous = {
      ...draftBasics(own as Takes, stepPath, action),
      ...(shot.title === undefined ? {} : { title: shot.title }),
      base: `shots.${shot.id}.${name}`,
      owner,
      name,
      ...(refinement.extend?.via === undefined ? {} : { viaAsked: true }),
    };
    yield previous;
  }
}

function draftBasics(own: Takes & Pick<Remarks, "title">, path: Path, action: Action) {
  const series = action.kind === "omni_image" ? action.series : undefined;
  return {
    ...(own.title === undefined ? {} : { title: own.title }),
    ...(own.take === undefined ? {} : { take: own.take }),
    ...(own.takes === undefined ? {} : { takes: own.takes }),
    ...(own.hold === undefined ? {} : { hold: own.hold }),
    path,
    own,
    action,
    product: productOf(action.kind, series),
  };
}

/** `extend`, `lip_sync`, `extend-2`, ... in the order of a shot's `steps`. */
export function refinementNames(shot: Shot): readonly string[] {
  const seen = new Map<string, number>();
  return (shot.steps ?? []).map((step) => {
    const kind = Object.keys(step)[0] ?? "";
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count === 1 ? kind : `${kind}-${count}`;
  });
}
