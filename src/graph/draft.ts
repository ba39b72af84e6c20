/**
 * The manifest's entries as drafts: steps before their takes are counted out and before they have outputs.
 */
import type { Diagnostic, Path } from "../base/diagnostic.js";
import type { Shot, Source, Still } from "../manifest/manifest.js";
import { clipAction, imageAction, refineAction, type Words } from "./action.js";
import type { InForce } from "./effective.js";
import type { Action, Input, Step } from "./step.js";

/** A step before its takes are counted out. */
export interface Draft {
  readonly base: string;
  readonly owner: Step["owner"];
  readonly name: string;
  readonly title?: string;
  readonly action: Action;
  readonly take?: number;
  readonly takes?: number;
  readonly hold?: boolean;
  readonly path: Path;
  readonly isClip: boolean;
  readonly viaAsked?: true;
  /** The author's own fields. */
  readonly own: object;
}

/** What making drafts needs. */
export interface DraftContext {
  readonly words: Words;
  readonly force: InForce;
  readonly report: (...found: readonly Diagnostic[]) => void;
  readonly input: (source: Source, path: Path, wants: Wants) => Input | undefined;
  /** The step that takes the last picture out of a clip. */
  readonly lastFrame: (clip: string, path: Path) => Input;
}

/** What an input may be. */
export type Wants = "picture" | "sound";

/** The draft of an entry of `images:`. */
export function stillDraft(still: Still, context: DraftContext): Draft {
  const path: Path = ["images", still.id];
  return {
    ...draftBasics(still, path),
    base: `images.${still.id}`,
    owner: { kind: "image", id: still.id },
    name: "image",
    isClip: false,
    action: imageAction(still, path, context),
  };
}

/** The drafts of a shot: its clip, then each refinement of it. */
export function* shotDrafts(shot: Shot, context: DraftContext): Generator<Draft> {
  const path: Path = ["shots", shot.id];
  const owner = { kind: "shot", id: shot.id } as const;
  const first: Draft = {
    ...draftBasics(shot, path),
    base: `shots.${shot.id}.clip`,
    owner,
    name: "clip",
    isClip: true,
    action: clipAction(shot, path, context),
  };
  yield first;
  let previous = first;
  const stepNames = refinementNames(shot);
  for (const [index, refinement] of (shot.steps ?? []).entries()) {
    const name = stepNames[index] ?? "";
    const kind = refinement.extend === undefined ? "lip_sync" : "extend";
    const stepPath: Path = [...path, "steps", index, kind];
    const action = refineAction(refinement, previous, stepPath, context);
    if (action === undefined) continue;
    previous = {
      ...draftBasics(refinement.extend ?? refinement.lip_sync ?? {}, stepPath),
      ...(shot.title === undefined ? {} : { title: shot.title }),
      base: `shots.${shot.id}.${name}`,
      owner,
      name,
      isClip: true,
      action,
      ...(refinement.extend?.via === undefined ? {} : { viaAsked: true }),
    };
    yield previous;
  }
}

function draftBasics(
  own: { readonly title?: string; readonly take?: number; readonly takes?: number; readonly hold?: boolean },
  path: Path,
) {
  return {
    ...(own.title === undefined ? {} : { title: own.title }),
    ...(own.take === undefined ? {} : { take: own.take }),
    ...(own.takes === undefined ? {} : { takes: own.takes }),
    ...(own.hold === undefined ? {} : { hold: own.hold }),
    path,
    own,
  };
}

/** `extend`, `lip_sync`, `extend-2`, ... in the order of a shot's `steps`. */
export function refinementNames(shot: Shot): readonly string[] {
  const seen = new Map<string, number>();
  return (shot.steps ?? []).map((step) => {
    const kind = step.extend === undefined ? "lip_sync" : "extend";
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count === 1 ? kind : `${kind}-${count}`;
  });
}
