/** Digests, base32 and canonical JSON, with the vectors of RFC 8785 and FIPS 180-4. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asSha256, base32, canonicalJson, sha256Hex, sha256Stream } from "../../src/base/digest.js";

const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("canonical JSON", () => {
  test("writes RFC 8785's example", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "€$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("sorts keys by UTF-16 code units, as RFC 8785's example does", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect([...canonicalJson(value).matchAll(/:"(.*?)"[,}]/g)].map((match) => match[1])).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  // RFC 8785 appendix B: IEEE 754 bits and how they are written.
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("writes the double %s as %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  test("leaves members out that are undefined, and takes objects without a prototype", () => {
    const bare = Object.assign(Object.create(null) as object, { b: 1, a: undefined });
    expect(canonicalJson({ z: undefined, y: bare })).toBe('{"y":{"b":1}}');
  });

  test.each([
    ["NaN", NaN],
    ["infinity", [Infinity]],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a key", { "\udc00": 1 }],
    ["undefined in a list", [undefined]],
    ["undefined", undefined],
    ["a date", new Date(0)],
    ["a map", { a: new Map() }],
    ["bytes", new Uint8Array(1)],
    ["a function", () => 1],
    ["a bigint", 1n],
    ["a symbol", Symbol("x")],
  ])("refuses %s", (_claim, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test("is JSON for the same value, whatever order the keys came in", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed() && isWellFormed(value));
        const text = canonicalJson(value);
        const again: unknown = JSON.parse(text);
        expect(canonicalJson(again)).toBe(text);
        expect(canonicalJson(reversed(again))).toBe(text);
      }),
    );
  });
});

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe("SHA-256", () => {
  test("of a text and of its bytes is the standard's", () => {
    expect(sha256Hex("abc")).toBe(ABC);
    expect(sha256Hex(new TextEncoder().encode("abc"))).toBe(ABC);
  });

  test("in pieces is that of the whole", () => {
    const running = sha256Stream();
    running.update(new TextEncoder().encode("a"));
    running.update(new TextEncoder().encode("bc"));
    expect(running.digest()).toBe(ABC);
  });

  test.each([ABC.toUpperCase(), ABC.slice(1), `${ABC}0`, "", 7, undefined])("is not %s", (text) => {
    expect(asSha256(text)).toBeUndefined();
  });

  test("is recognised", () => {
    expect(asSha256(ABC)).toBe(ABC);
  });
});

describe("base32", () => {
  test("is RFC 4648's, in lower case and without padding", () => {
    // "foobar" is mzxw6ytboi======; a digest that begins with its bytes begins with its letters.
    const digest = asSha256(Buffer.from("foobar").toString("hex").padEnd(64, "0"));
    expect(digest && base32(digest, 9)).toBe("mzxw6ytbo");
  });

  test("has as many letters as asked for, up to all 256 bits", () => {
    const digest = sha256Hex("abc");
    expect(base32(digest, 26).length).toBe(26);
    expect(base32(digest, 26)).toBe(base32(digest, 51).slice(0, 26));
  });
});
