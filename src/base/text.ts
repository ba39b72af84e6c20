/**
 * Text that came from outside, made safe and comparable: prompts, API messages, file names, misspelt words.
 * Knows neither the terminal nor colours; what leaves here can be printed anywhere.
 */

// C0 and C1 controls, bidi controls and isolates, zero-width characters and fillers, line separators, tags and
// supplementary variations, variation of BOM. (What shapes letters and emoji, like U+FE0F, hides nothing.)
const UNSAFE =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** `text` on one line without anything that could move a cursor, reorder or hide what is read. */
export function safeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\r\n\t]+/g, " ")
    .replace(UNSAFE, "\u{fffd}");
}

// The same without C0, which JSON escapes by itself.
const INVISIBLE =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\udb40-\udb43][\udc00-\udfff]/g;

/** JSON text of equal data in which nothing can move a cursor, reorder or hide what is read: escaped as `\uXXXX`. */
export function escapeInvisible(jsonText: string): string {
  return jsonText.replace(INVISIBLE, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** At most `limit` characters of safe text, with an ellipsis where it was cut. */
export function elide(text: string, limit: number): string {
  const characters = [...safeText(text)];
  return characters.length <= limit
    ? characters.join("")
    : `${characters.slice(0, Math.max(0, limit - 1)).join("")}…`;
}

/** The same with whole words, as far as there are words; a bracket that the cut leaves open is closed. */
export function elideWords(text: string, limit: number): string {
  const characters = [...safeText(text)];
  if (characters.length <= limit) return characters.join("");
  // One for the ellipsis, one for the bracket.
  const room = Math.max(0, limit - 2);
  const cut = characters.slice(0, room).join("");
  const blank = characters[room] === " " ? cut.length : cut.lastIndexOf(" ");
  // A last word that takes more than half of the room is cut after all: better half a name than none.
  const words = (blank * 2 > cut.length ? cut.slice(0, blank) : cut).replace(/[\s,;:(–—-]+$/u, "");
  return `${words}…${words.lastIndexOf("(") > words.lastIndexOf(")") ? ")" : ""}`;
}

// Beyond so many names a comparison with each keeps people waiting.
const MOST_CANDIDATES = 5000;

/** The candidate that `word` was probably meant to be, if one is near enough to name. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const target = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(target.length / 3)) + 1;
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > MOST_CANDIDATES) break;
    const distance = editDistance(target, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau-Levenshtein distance (adjacent swaps count one), or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        (previous[j] ?? limit) + 1,
        (row[j - 1] ?? limit) + 1,
        (previous[j - 1] ?? limit) + cost,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? limit) + 1);
      }
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** `1 step`, `3 steps`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
