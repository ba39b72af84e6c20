/**
 * What is known of the clips and sounds of a plan: of one that is there, from its own record and its own length, which a hold may
 * have kept through any edit; of one that is still to be made, from what is asked for.
 */
import type { Catalog } from "../catalog/catalog.js";
import type { Mode } from "../catalog/model.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import { asSound, clipFacts, heardIn, soundOf, workedOn } from "../graph/source.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import { SLACK_SECONDS } from "./estimate-price.js";
import type { PlannedStep } from "./plan.js";
import type { Prior, Rendering } from "./prior.js";

/** The steps on whose clips or sounds others work: nobody asks for facts of the rest. */
export function workedUpon(steps: readonly Step[]): ReadonlySet<StepId> {
  return new Set(steps.flatMap(({ action }) => [workedOn(action) ?? [], soundOf(action) ?? []].flat()));
}

/** What is known of the clip or sound that a step works on, if it does; `sounds` are the lengths of files, in seconds. */
export function sourceOfStep(
  { action }: Step,
  facts: ReadonlyMap<StepId, SourceFacts>,
  sounds: ReadonlyMap<string, number> = new Map(),
): SourceFacts {
  const known = (id: StepId | undefined) => (id === undefined ? undefined : facts.get(id)) ?? {};
  const sound = heardIn(action);
  const soundSeconds = sound?.kind === "file" ? sounds.get(sound.path) : undefined;
  return {
    ...known(workedOn(action)),
    ...asSound(soundSeconds === undefined ? known(soundOf(action)) : { sourceSeconds: soundSeconds }),
  };
}

/** What is known of the clip of a step as it is planned; `source` is what is known of the one that it works on. */
export function factsOf(
  planned: Pick<PlannedStep, "step" | "key" | "decision">,
  fresh: PlannedStep["key"],
  source: SourceFacts,
  prior: Prior,
  catalog: Catalog,
): SourceFacts {
  const { step, key, decision } = planned;
  const written = clipFacts(step.action, source);
  if (decision.kind !== "keep" && decision.kind !== "restore") return written;
  const recorded = prior.lock.renders.get(key);
  const known = recorded === undefined || key === fresh ? written : recordedFacts(recorded, source, catalog);
  const { seconds } = decision.artifact;
  return seconds === undefined ? known : { ...known, sourceSeconds: whole(seconds) };
}

/** The facts of a recorded intent; what is at its default is absent there. */
function recordedFacts({ inputs }: Rendering, source: SourceFacts, catalog: Catalog): SourceFacts {
  const { kind, via, model, mode, duration, base_video: base } = inputs.action;
  const { sourceSeconds, soundSeconds } = source;
  if (kind === "lip_sync" || kind === "video_to_audio" || (kind === "extend" && via === "native"))
    return source;
  if (kind === "avatar") return asSource(soundSeconds);
  const asked = typeof duration === "number" ? duration : 5;
  if (kind === "text_to_audio") return { sourceSeconds: asked };
  if (typeof model !== "string") return {};
  const follows = kind === "motion_control" || base !== undefined;
  const takesMode = (catalog.video(model)?.modes.length ?? 0) > 0;
  const sourceMode = typeof mode === "string" ? (mode as Mode) : takesMode ? "std" : undefined;
  return {
    sourceModel: model,
    ...(sourceMode === undefined ? {} : { sourceMode }),
    ...asSource(follows ? sourceSeconds : asked),
  };
}

function asSource(sourceSeconds: number | undefined): SourceFacts {
  return sourceSeconds === undefined ? {} : { sourceSeconds };
}

function whole(seconds: number): number {
  const nearest = Math.round(seconds);
  return Math.abs(seconds - nearest) <= SLACK_SECONDS ? nearest : seconds;
}
