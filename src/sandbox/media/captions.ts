/**
 * Sets spoken words as captions: pages of one or two lines, each shown while its words are spoken. How long a page
 * lasts follows from its letters, as the voice's syllables do. It draws nothing and knows nothing of sound.
 */

import { withoutMischief } from "../mischief.js";
import { type Face, spell, wrap } from "./lettering.js";

/** A text that is spoken in a clip; all times in seconds of the clip. */
export interface Speech {
  readonly text: string;
  /** When the whole text would begin and end; a piece of it may be heard. */
  readonly from: number;
  readonly to: number;
  readonly heardFrom: number;
  readonly heardTo: number;
}

/** What is shown from one moment to the next. */
export interface Page {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** Most lines of a page. */
export const CAPTION_LINES = 2;

/** The pages of some speeches in the order in which they were given, set in lines of at most `width` pixels. */
export function pagesOf(speeches: readonly Speech[], face: Face, width: number): readonly Page[] {
  return speeches.flatMap((speech) => {
    const words = withoutMischief(speech.text).replace(/\s+/gu, " ").trim();
    const lines = wrap(spell(`“${words}”`), face, width);
    const total = lines.reduce((sum, line) => sum + weight(line), 0);
    const at = (spoken: number): number => speech.from + ((speech.to - speech.from) * spoken) / total;
    let spoken = 0;
    return Array.from({ length: Math.ceil(lines.length / CAPTION_LINES) }, (_, page): Page => {
      const own = lines.slice(page * CAPTION_LINES, (page + 1) * CAPTION_LINES);
      const from = at(spoken);
      spoken += own.reduce((sum, line) => sum + weight(line), 0);
      return {
        from: Math.max(from, speech.heardFrom),
        to: Math.min(at(spoken), speech.heardTo),
        lines: own,
      };
    });
  });
}

/** The page that is shown at a moment: of several the one that was given last, as with sounds. */
export function pageAt(pages: readonly Page[], seconds: number): Page | undefined {
  return pages.findLast(({ from, to }) => seconds >= from && seconds < to);
}

function weight(line: string): number {
  return [...line].reduce((sum, each) => sum + (/\p{Script=Han}/u.test(each) ? 3 : 1), 0);
}
