/** What is written into prompts: lists of cuts, and references by the names that the wire has for them. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson, writeExactJson, type ExactJson } from "../../src/provider/json.js";
import { legacyNames, withNames } from "../../src/graph/numbered.js";
import { cutList, isNamed } from "../../src/provider/kling/prompt.js";

const named = (...handles: readonly string[]) =>
  handles.map((handle) => ({ handle, input: { kind: "kept", id: "1" } as const }));

describe("a list of cuts", () => {
  it("is numbered items, each ended by a semicolon", () => {
    const cuts = [
      { seconds: 3, prompt: "wide, the pier" },
      { seconds: 2, prompt: "close" },
    ];
    expect(cutList(cuts)).toBe("shot 1, 3, wide, the pier; shot 2, 2, close;");
  });

  it("is not written where words would end their item", () => {
    expect(() => cutList([{ seconds: 3, prompt: "wide; shot 2, 9, close" }])).toThrow(/semicolon/);
  });
});

describe("the names of references on /v1", () => {
  it("count by kind, in the order in which they are listed", () => {
    const names = legacyNames({
      refer_images: named("coat", "pier"),
      elements: named("mara"),
      voices: named("tom"),
      video: true,
    });
    expect([...names]).toEqual([
      ["coat", "<<<image_1>>>"],
      ["pier", "<<<image_2>>>"],
      ["mara", "<<<element_1>>>"],
      ["tom", "<<<voice_1>>>"],
      ["video_1", "<<<video_1>>>"],
    ]);
  });

  it("leave the video without one where a reference has taken it", () => {
    expect(legacyNames({ elements: named("video_1"), video: true }).get("video_1")).toBe("<<<element_1>>>");
  });

  const names = legacyNames({ elements: named("mara", "mara-2", "mara2", "tom") });
  it.each([
    ["@mara turns", "<<<element_1>>> turns"],
    ["@mara, @mara-2 and @mara2.", "<<<element_1>>>, <<<element_2>>> and <<<element_3>>>."],
    ["@mara's coat (@tom)", "<<<element_1>>>'s coat (<<<element_4>>>)"],
    ["@mara看着@tom", "<<<element_1>>>看着<<<element_4>>>"],
    ["@mara-like", "<<<element_1>>>-like"],
    ["@mara3, @marathon, @maras", "@mara3, @marathon, @maras"],
    ["crew@mara, j.doe+x@tom", "crew@mara, j.doe+x@tom"],
    ["mara @ tom, @Mara, @", "mara @ tom, @Mara, @"],
    ["@@mara", "@<<<element_1>>>"],
  ])("make %j into %j", (text, expected) => {
    expect(withNames(text, names)).toBe(expected);
  });

  it("leave a text alone that has no handle to name", () => {
    expect(withNames("@mara", legacyNames({}))).toBe("@mara");
  });

  it("are in a text or not", () => {
    expect(isNamed("video_1", "as in @video_1, at night")).toBe(true);
    expect(isNamed("video_1", "as in @video_10, crew@video_1")).toBe(false);
  });
});

describe("exact JSON", () => {
  it("is plain JSON for whatever plain JSON can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeExactJson(value as ExactJson)).toBe(JSON.stringify(value));
      }),
    );
  });

  it("keeps all digits of integers, there and back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: 10n ** 19n }), (id) => {
        const text = writeExactJson({ list: [{ id }], "": "x" });
        expect(parseExactJson(text)).toEqual({ list: [{ id: String(id) }], "": "x" });
      }),
    );
  });

  it("leaves out what is undefined", () => {
    expect(writeExactJson({ a: undefined, b: [null, false, 1n] })).toBe('{"b":[null,false,1]}');
  });
});
