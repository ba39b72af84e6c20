/**
 * How `/v1` has the names of references in a prompt. Authors write `@handle` always; `/v1` counts references by kind
 * instead, in the order in which they are listed. Stands here because the longer names count in the length of the prompt.
 */
import { CONTINUED_CLIP } from "./continuation.js";
import type { Reference } from "./input.js";

/** What a prompt can name. */
export interface Nameable {
  readonly refer_images?: readonly Reference[];
  readonly elements?: readonly Reference[];
  readonly voices?: readonly Reference[];
  /** Whether there is a video, which has a name of its own. */
  readonly video?: boolean;
}

/** Names of references as `/v1` counts them, by handle. @throws Error for a handle that means two things. */
export function legacyNames({
  refer_images = [],
  elements = [],
  voices = [],
  video,
}: Nameable): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [kind, references] of Object.entries({
    image: refer_images,
    element: elements,
    voice: voices,
  })) {
    for (const [index, { handle }] of references.entries()) {
      if (names.has(handle)) throw new Error(`the handle ${handle} means two things`);
      names.set(handle, `<<<${kind}_${index + 1}>>>`);
    }
  }
  if (video === true && !names.has(CONTINUED_CLIP)) names.set(CONTINUED_CLIP, `<<<${CONTINUED_CLIP}>>>`);
  return names;
}

/**
 * The text with every `@handle` replaced by its name. An @ that no handle follows, or that stands in an address, is text;
 * of two handles of which one begins the other, the longer one is meant.
 */
export function withNames(text: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return text;
  const handles = [...names.keys()].toSorted((a, b) => b.length - a.length);
  // Handles are of letters, digits, `_` and `-`, none of which means anything here.
  const named = new RegExp(`(?<![\\w.%+-])@(${handles.join("|")})(?!\\w)`, "g");
  return text.replace(named, (whole, handle: string) => names.get(handle) ?? whole);
}
