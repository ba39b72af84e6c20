/**
 * Which words of a text are new, and which are gone, so that an edit of a prompt can be seen at a glance. Pure.
 * The longest common subsequence by Hirschberg's divide and conquer, in memory linear in the words; a word weighs more than
 * the blank beside it. What stayed and what is new are the later text, what stayed and what is gone the earlier one, exactly.
 */
import type { Word } from "./film.js";

/** Scripts that are written without blanks are compared letter by letter. */
const SOLID = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const WORD = String.raw`(?:(?![${SOLID}])[\p{L}\p{M}\p{N}_'’])+`;
const PIECE = new RegExp(`${WORD}|\\s+|[^]`, "gu");
const HAS_WORD = /[\p{L}\p{N}]/u;

const WEIGHT = { word: 16, mark: 4, blank: 1 };
/** Where the texts that differ are longer than this, in pieces times pieces, there is hardly anything common to be found. */
const MOST_PAIRS = 8_000_000;

/** How `after` differs from `before`, word by word. */
export function wordDifference(before: string, after: string): readonly Word[] {
  if (before === after) return after === "" ? [] : [{ text: after, is: "same" }];
  const [old, now] = [before.match(PIECE) ?? [], after.match(PIECE) ?? []];
  let head = 0;
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, now.length) - head;
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const common = commonPieces(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return joined([
    ...now.slice(0, head).map((text): Word => ({ text, is: "same" })),
    ...common,
    ...now.slice(now.length - tail).map((text): Word => ({ text, is: "same" })),
  ]);
}

/** The pieces of two texts in order, those that are gone before those that are new. */
function commonPieces(old: readonly string[], now: readonly string[]): readonly Word[] {
  const codes = new Map<string, number>();
  const weights: number[] = [];
  const coded = (pieces: readonly string[]) =>
    pieces.map((piece) => {
      const known = codes.get(piece);
      if (known !== undefined) return known;
      weights.push(HAS_WORD.test(piece) ? WEIGHT.word : /\S/u.test(piece) ? WEIGHT.mark : WEIGHT.blank);
      codes.set(piece, weights.length - 1);
      return weights.length - 1;
    });
  const [a, b] = [coded(old), coded(now)];
  const pairs = old.length * now.length > MOST_PAIRS ? [] : matches(a, b, weights);
  const words: Word[] = [];
  let [i, j] = [0, 0];
  const upTo = (toOld: number, toNow: number) => {
    for (; i < toOld; i++) words.push({ text: old[i] ?? "", is: "old" });
    for (; j < toNow; j++) words.push({ text: now[j] ?? "", is: "new" });
  };
  for (const [atOld, atNow] of pairs) {
    upTo(atOld, atNow);
    words.push({ text: now[j++] ?? "", is: "same" });
    i++;
  }
  upTo(old.length, now.length);
  return words;
}

type Pair = readonly [old: number, now: number];

/** The places of a heaviest common subsequence, in order. */
function matches(a: readonly number[], b: readonly number[], weights: readonly number[]): readonly Pair[] {
  const found: Pair[] = [];
  const part = (a0: number, a1: number, b0: number, b1: number): void => {
    if (a0 === a1 || b0 === b1) return;
    if (a1 - a0 === 1) {
      const at = b.indexOf(a[a0] ?? -1, b0);
      if (at !== -1 && at < b1) found.push([a0, at]);
      return;
    }
    const middle = (a0 + a1) >> 1;
    const above = heaviest(a.slice(a0, middle), b.slice(b0, b1), weights);
    const below = heaviest(a.slice(middle, a1).toReversed(), b.slice(b0, b1).toReversed(), weights);
    let cut = b0;
    let best = -1;
    for (let at = 0; at <= b1 - b0; at++) {
      const weight = (above[at] ?? 0) + (below[b1 - b0 - at] ?? 0);
      if (weight > best) [best, cut] = [weight, b0 + at];
    }
    part(a0, middle, b0, cut);
    part(middle, a1, cut, b1);
  };
  part(0, a.length, 0, b.length);
  return found;
}

/** Of all of `a` and each beginning of `b`: how much their heaviest common subsequence weighs. */
function heaviest(a: readonly number[], b: readonly number[], weights: readonly number[]): Uint32Array {
  const row = new Uint32Array(b.length + 1);
  for (const code of a) {
    const weight = weights[code] ?? 0;
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const beside = row[j - 1] ?? 0;
      row[j] = b[j - 1] === code ? diagonal + weight : Math.max(above, beside);
      diagonal = above;
    }
  }
  return row;
}

/** Pieces as runs. Blanks and commas that stayed between words that did not are part of the change: they say nothing alone. */
function joined(pieces: readonly Word[]): readonly Word[] {
  const runs: Word[] = [];
  let gone = "";
  let fresh = "";
  let stayed = "";
  const flush = () => {
    if (gone !== "") runs.push({ text: gone, is: "old" });
    if (fresh !== "") runs.push({ text: fresh, is: "new" });
    gone = fresh = "";
  };
  for (const { text, is } of pieces) {
    if (is === "same") {
      stayed += text;
      continue;
    }
    if (stayed !== "") {
      if (gone !== "" && fresh !== "" && !HAS_WORD.test(stayed)) {
        gone += stayed;
        fresh += stayed;
      } else {
        flush();
        runs.push({ text: stayed, is: "same" });
      }
      stayed = "";
    }
    if (is === "old") gone += text;
    else fresh += text;
  }
  flush();
  if (stayed !== "") runs.push({ text: stayed, is: "same" });
  return runs;
}
