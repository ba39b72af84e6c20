/**
 * Which words of a prompt changed: examples as people would mark them, and the laws that hold for any two texts.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordDifference } from "../../src/page/word-difference.js";

/** `a [-b-] {+c+} d`. */
const marked = (before: string, after: string): string =>
  wordDifference(before, after)
    .map(({ text, is }) => (is === "same" ? text : is === "old" ? `[-${text}-]` : `{+${text}+}`))
    .join("");

describe("the words that changed", () => {
  it.each([
    ["nothing changed", "wide, the ferry leaves", "wide, the ferry leaves", "wide, the ferry leaves"],
    ["a word is another", "a red fox runs", "a blue fox runs", "a [-red-]{+blue+} fox runs"],
    ["a word is new", "a fox runs", "a red fox runs", "a {+red +}fox runs"],
    ["a word is gone", "a red fox runs", "a fox runs", "a [-red -]fox runs"],
    ["a word is new at the end", "a fox", "a fox runs", "a fox{+ runs+}"],
    ["a word is new at the beginning", "fox runs", "a fox runs", "{+a +}fox runs"],
    ["words side by side are one change", "one two end", "three four end", "[-one two-]{+three four+} end"],
    ["a comma alone is a change", "wide the pier", "wide, the pier", "wide{+,+} the pier"],
    [
      "two changes far apart stay two",
      "wide, the ferry leaves the pier at dusk",
      "close, the ferry leaves the pier at dawn",
      "[-wide-]{+close+}, the ferry leaves the pier at [-dusk-]{+dawn+}",
    ],
    [
      "a word that moved is gone there and new here",
      "rain falls on the boat",
      "on the boat rain falls",
      "[-rain falls -]on the boat{+ rain falls+}",
    ],
    [
      "letters of a script without blanks are compared one by one",
      "红色的狐狸",
      "蓝色的狐狸",
      "[-红-]{+蓝+}色的狐狸",
    ],
    ["a contraction is one word", "she can't see", "she can see", "she [-can't-]{+can+} see"],
    [
      "a word weighs more than what stands around it",
      "ferry , , ,",
      ", , , ferry",
      "{+, , , +}ferry[- , , ,-]",
    ],
    ["everything is new", "", "a fox", "{+a fox+}"],
    ["everything is gone", "a fox", "", "[-a fox-]"],
  ])("%s", (_, before, after, expected) => {
    expect(marked(before, after)).toBe(expected);
  });

  const prose = fc
    .array(fc.constantFrom("the", "ferry", "leaves", ",", "pier", "雨", "dusk", "'s", "🚢", ";"), {
      maxLength: 40,
    })
    .map((words) => words.join(" "));

  it("gives back both texts exactly, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(prose, fc.string({ unit: "binary" })), prose, (before, after) => {
        const words = wordDifference(before, after);
        const of = (gone: "old" | "new") =>
          words.flatMap(({ text, is }) => (is === gone ? [] : [text])).join("");
        expect(of("old")).toBe(after);
        expect(of("new")).toBe(before);
        expect(words.every(({ text }) => text !== "")).toBe(true);
      }),
    );
  });

  it("marks a word that was put in, and no other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<string>("the", "ferry", "leaves", "pier"), { minLength: 1 }),
        fc.nat(),
        (words, at) => {
          const after = words.toSpliced(at % (words.length + 1), 0, "zebra");
          const changed = wordDifference(words.join(" "), after.join(" ")).filter(({ is }) => is !== "same");
          expect(changed.map(({ text, is }) => [text.trim(), is])).toEqual([["zebra", "new"]]);
        },
      ),
    );
  });

  it("takes two prompts of the vendor's greatest length that have nothing in common", () => {
    const long = (first: number) =>
      Array.from({ length: 2500 }, (_, at) => String.fromCodePoint(first + at)).join("");
    const words = wordDifference(long(0x4e00), long(0x6000));
    expect(words.map(({ is }) => is)).toEqual(["old", "new"]);
  });
});
