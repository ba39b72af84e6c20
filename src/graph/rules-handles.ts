/**
 * Rules for the names by which a prompt calls its references: each means one thing, none is a part of another, none is
 * lost in ordinary text, and what the prompt calls for is there. The rules of the new generation hold everywhere, so that
 * a manifest does not depend on which one its model speaks.
 */
import { didYouMean, listWords, safeText } from "../base/text.js";
import type { Dialect } from "../catalog/model.js";
import type { Cut } from "./actions.js";
import { CONTINUED_CLIP } from "./continuation.js";
import type { Reference } from "./input.js";
import { legacyNames, withNames } from "./numbered.js";
import type { Findings } from "./rules-findings.js";

/** What an action lets its prompt name. */
export interface Named {
  readonly prompt?: string;
  readonly cuts?: readonly Cut[];
  readonly refer_images?: readonly Reference[];
  readonly elements?: readonly Reference[];
  readonly voices?: readonly Reference[];
}

/** No endpoint takes so many; the others are refused for their number. */
const MOST_COMPARED = 50;

const FIELDS = ["refer_images", "elements", "voices"] as const;

interface Handle {
  readonly field: (typeof FIELDS)[number];
  readonly handle: string;
}

interface Text {
  readonly at: readonly (string | number)[];
  readonly text: string;
}

/** What is wrong with the handles of an action, and with the prompt that names them. */
export function checkHandles(
  action: Named,
  takes: { readonly video: boolean; readonly mustName: boolean },
  findings: Findings,
): void {
  const handles: readonly Handle[] = FIELDS.flatMap((field) =>
    (action[field] ?? []).slice(0, MOST_COMPARED).map(({ handle }) => ({ field, handle })),
  );
  const texts = textsOf(action);
  const isVideoNamed = takes.video && texts.some(({ text }) => placesOf(CONTINUED_CLIP, text).length > 0);
  checkPairs(handles, isVideoNamed, findings);
  checkIds(action, findings);
  for (const each of handles) checkPlaces(each, texts, takes.mustName, findings);
  const known = [...handles.map(({ handle }) => handle), ...(takes.video ? [CONTINUED_CLIP] : [])];
  if (known.length > 0) checkUnknown(texts, known, findings);
}

/**
 * The texts of an action as its endpoint gets them: `/v1` has longer names for references, which count in the length.
 * @returns the action itself where nothing changes.
 */
export function asWritten<T extends Named>(action: T, dialect: Dialect, video: boolean): T {
  const lists = FIELDS.map((field) => [field, (action[field] ?? []).slice(0, MOST_COMPARED)] as const);
  const all = lists.flatMap(([, list]) => list.map(({ handle }) => handle));
  // A handle that means two things is refused elsewhere.
  if (dialect === "new" || (all.length === 0 && !video) || new Set(all).size < all.length) return action;
  const names = legacyNames({ ...Object.fromEntries(lists), video });
  const { prompt, cuts } = action;
  return {
    ...action,
    ...(prompt === undefined ? {} : { prompt: withNames(prompt, names) }),
    ...(cuts === undefined
      ? {}
      : { cuts: cuts.map((cut) => ({ ...cut, prompt: withNames(cut.prompt, names) })) }),
  };
}

/** What `/v1` writes where an author writes `@handle`; nothing is called that here. */
export function checkNumbered(action: Named, { refuse }: Findings, help?: string): void {
  for (const { at, text } of textsOf(action)) {
    const [numbered] = /<<<(?:image|element|video|voice)_\d+>>>/u.exec(text) ?? [];
    if (numbered === undefined) continue;
    const name = numbered.startsWith("<<<video_") ? `@${CONTINUED_CLIP}` : "@handle";
    const byHandle = `write ${name}, by the handle that the reference has in the shot`;
    refuse(at, `${numbered} refers to nothing`, help ?? byHandle);
  }
}

function textsOf({ prompt, cuts }: Named): readonly Text[] {
  return [
    ...(prompt === undefined ? [] : [{ at: ["prompt"], text: prompt }]),
    ...(cuts ?? []).map((cut, index) => ({ at: ["cuts", index, "prompt"], text: cut.prompt })),
  ];
}

function checkPairs(handles: readonly Handle[], isVideoNamed: boolean, { refuse }: Findings): void {
  for (const [index, { field, handle }] of handles.entries()) {
    const earlier = handles.slice(0, index).find((other) => overlap(other.handle, handle));
    const other =
      earlier?.handle ?? (isVideoNamed && overlap(CONTINUED_CLIP, handle) ? CONTINUED_CLIP : undefined);
    if (other === undefined) continue;
    const message =
      other === handle
        ? `the handle ${handle} means two things`
        : `the handles ${other} and ${handle} contain one another`;
    refuse([field, handle], message, "choose another handle, here and in the prompt", "key");
  }
}

/** Elements are numbered; a voice may be called anything. [kling-api 4.2, 4.5: element_id int] */
function checkIds({ elements = [] }: Named, { refuse }: Findings): void {
  for (const { handle, input } of elements.slice(0, MOST_COMPARED)) {
    if (input.kind !== "kept" || /^\d{1,19}$/.test(input.id)) continue;
    const message = `${safeText(input.id)} is no id of an element`;
    refuse(["elements", handle, "id"], message, "write the number by which the vendor knows it, in quotes");
  }
}

function overlap(one: string, other: string): boolean {
  return one.includes(other) || other.includes(one);
}

/** Where the handle stands in the texts: as a name, or as a part of ordinary text. */
function checkPlaces(
  { field, handle }: Handle,
  texts: readonly Text[],
  mustName: boolean,
  { refuse, warn }: Findings,
): void {
  let isNamed = false;
  for (const { at, text } of texts) {
    for (const place of placesOf(handle, text)) {
      if (place.isName) isNamed = true;
      else {
        const around = safeText(`${place.before}@${handle}${place.after}`);
        const help = `choose another handle than ${handle}, or write the text without @`;
        refuse(at, `the handle ${handle} stands in ordinary text: ${around}`, help);
      }
    }
  }
  if (isNamed || !mustName) return;
  const help = `write @${handle} where the prompt means it, or remove it`;
  warn([field, handle], `the prompt does not name @${handle}`, help);
}

interface Place {
  readonly before: string;
  readonly after: string;
  readonly isName: boolean;
}

function placesOf(handle: string, text: string): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(`@${handle}`); at >= 0; at = text.indexOf(`@${handle}`, at + 1)) {
    const before = /[\w.%+-]*$/u.exec(text.slice(Math.max(0, at - 40), at))?.[0] ?? "";
    const after = /^[\w.-]*/u.exec(text.slice(at + 1 + handle.length, at + 41 + handle.length))?.[0] ?? "";
    places.push({ before, after, isName: before === "" && !/^\w/u.test(after) });
  }
  return places;
}

function checkUnknown(texts: readonly Text[], known: readonly string[], { warn }: Findings): void {
  const names = listWords(known.map((handle) => `@${handle}`));
  const seen = new Set<string>();
  for (const { at, text } of texts) {
    for (const [, name = ""] of text.matchAll(/(?<![\w.%+-])@([A-Za-z][\w-]*)/gu)) {
      const isKnown = known.some((handle) => name === handle || name.startsWith(handle));
      if (isKnown || seen.has(name)) continue;
      seen.add(name);
      const meant = didYouMean(name, known);
      const help = meant === undefined ? `the shot has ${names}` : `did you mean @${meant}?`;
      warn(at, `@${safeText(name)} names nothing`, help);
    }
  }
}
