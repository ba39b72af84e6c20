/**
 * Rules for what the vendor does without a model of one's choice: avatars, effects, sounds, outpainting, elements and
 * voices. What they take stands in the catalog, service by service.
 */
import type { Diagnostic, Path } from "../base/diagnostic.js";
import { listWords, safeText } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { ServiceModel } from "../catalog/model.js";
import type { ServiceKind } from "../catalog/services.js";
import type { Action, Effect, Element, Expand, TextToAudio, Voice } from "./actions.js";
import { sourceWords } from "./rules-field.js";
import { findingsAt, type Findings } from "./rules-findings.js";
import { checkNumbered } from "./rules-handles.js";
import { checkLength } from "./rules-prompt.js";
import type { SourceFacts } from "./rules-refine.js";
import { checkGivenVideo, checkHeardVideo, checkVideoShape } from "./rules-video.js";

/** Ratios are decimal fractions, whose product may miss the limit by the last bit. */
const ROUNDING = 1e-9;

/** An action that a service carries out. */
export type ServiceAction = Extract<Action, { readonly kind: ServiceKind }>;

/** What is wrong with asking a service for this. */
export function checkService(
  action: ServiceAction,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const service = catalog.service(action.kind);
  const findings = findingsAt(path, sourceWords(service.basis));
  switch (action.kind) {
    case "avatar":
      if (action.mode !== undefined && !service.modes.some(({ mode }) => mode === action.mode)) {
        const modes = service.modes.map(({ mode, resolution }) => `${mode} (${resolution})`);
        findings.refuse("mode", `an avatar has no mode ${action.mode}`, `choose ${listWords(modes, "or")}`);
      }
      break;
    case "effect":
      checkEffect(action, service, findings);
      break;
    case "video_to_audio":
      checkGivenVideo([], service.video, "video_to_audio", source, findings);
      break;
    case "text_to_audio":
      checkSound(action, service, findings);
      break;
    case "expand":
      checkExpand(action, service, findings);
      break;
    case "element":
      checkElement(action, service, catalog, source, findings);
      break;
    case "voice":
      checkVoice(action, service, catalog, source, findings);
      break;
  }
  if ("prompt" in action) checkNumbered(action, findings);
  return [...findings.found, ...checkTexts(action, service, path, findings.why)];
}

function checkTexts(
  action: ServiceAction,
  { label, texts }: ServiceModel,
  path: Path,
  why: string,
): readonly Diagnostic[] {
  const fields: Readonly<Partial<Record<string, unknown>>> = { ...action };
  return Object.entries(texts).flatMap(([field, promptMax]) => {
    const text = fields[field];
    return typeof text === "string"
      ? checkLength(field, text, label.toLowerCase(), { promptMax }, path, why)
      : [];
  });
}

function checkEffect(
  { images, scene }: Effect,
  { pictures, pairScenes = [] }: ServiceModel,
  { refuse, warn }: Findings,
): void {
  const at = ["effect", "images"];
  const { length } = images;
  if (pictures !== undefined && (length < pictures.least || length > pictures.most)) {
    const message = `an effect takes one picture, or a left and a right one, not ${length}`;
    return refuse(at, message, `give it ${pictures.least} or ${pictures.most} pictures`);
  }
  const isPair = pairScenes.includes(scene.toLowerCase());
  if (isPair && length < 2) {
    refuse(at, `the effect ${scene} is of two people`, "give it a left and a right picture");
  } else if (!isPair && length > 1) {
    const help = `give it one picture, or choose ${listWords(pairScenes.slice(0, 3), "or")}`;
    warn(at, `the effect ${scene} is not known to take two pictures`, help);
  }
}

function checkSound({ duration }: TextToAudio, { seconds }: ServiceModel, { refuse }: Findings): void {
  if (seconds === undefined) return;
  const { least, most } = seconds;
  if (duration < least || duration > most) {
    refuse("duration", `no sound of ${duration} s is made`, `choose ${least} to ${most} s`);
  } else if (Math.abs(duration * 10 - Math.round(duration * 10)) > 1e-6) {
    const nearest = Math.round(duration * 10) / 10;
    refuse("duration", `a sound lasts tenths of a second, not ${duration} s`, `set duration: ${nearest}`);
  }
}

function checkExpand(action: Expand, { expansion }: ServiceModel, { refuse }: Findings): void {
  if (expansion === undefined) return;
  const sides = ["up", "down", "left", "right"] as const;
  for (const side of sides) {
    if (action[side] >= 0 && action[side] <= expansion.side) continue;
    refuse(["expand", side], `${side}: ${action[side]} is too much`, `choose 0 to ${expansion.side}`);
  }
  if (sides.every((side) => action[side] === 0)) {
    refuse(
      "expand",
      "nothing is added at any side",
      "set up, down, left or right, for instance right: 0.5",
      "key",
    );
  }
  const area = (1 + action.left + action.right) * (1 + action.up + action.down);
  if (area <= expansion.area + ROUNDING) return;
  // The same shape of what is added, as far as the whole may grow.
  const scale = scaleFor(action, expansion.area);
  const nearest = sides
    .filter((side) => action[side] !== 0)
    .map((side) => `${side}: ${Math.floor(action[side] * scale * 100) / 100}`);
  const message = `the picture would become ${area.toFixed(2)} times as large; ${expansion.area} times is the most`;
  refuse("expand", message, `add less, for instance ${listWords(nearest)}`, "key");
}

/** By how much all sides have to be made smaller: (1 + w s)(1 + h s) = most, solved for s. */
function scaleFor({ up, down, left, right }: Expand, most: number): number {
  const [wide, high] = [left + right, up + down];
  if (wide === 0 || high === 0) return (most - 1) / (wide + high);
  const [a, b, c] = [wide * high, wide + high, 1 - most];
  return (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
}

function checkElement(
  action: Element,
  service: ServiceModel,
  catalog: Catalog,
  source: SourceFacts,
  findings: Findings,
): void {
  const { refuse } = findings;
  const { pictures, tags = [], video } = service;
  const count = action.refer_images?.length ?? 0;
  if (action.video === undefined && pictures !== undefined) {
    if (count > pictures.most) {
      const help = `keep ${pictures.most}, beside image`;
      refuse("refer_images", `an element takes ${pictures.most} other pictures, not ${count}`, help);
    }
  } else if (video !== undefined) {
    checkGivenVideo("video", video, "an element", source, findings);
    checkVideoShape("video", video, "an element", source, catalog, findings);
  }
  for (const tag of action.tags ?? []) {
    if (tags.includes(tag)) continue;
    refuse("element_tags", `${safeText(tag)} is no tag of the vendor's`, `choose ${listWords(tags, "or")}`);
  }
}

function checkVoice(
  { sample }: Voice,
  { video }: ServiceModel,
  catalog: Catalog,
  source: SourceFacts,
  findings: Findings,
): void {
  if (sample.kind !== "step") return;
  checkGivenVideo("sample", video, "a voice", source, findings);
  checkHeardVideo("sample", "a voice", source, catalog, findings);
}
