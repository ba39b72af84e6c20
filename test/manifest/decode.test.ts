/** Bytes of a manifest file become text, or one clear answer. */
import { expect, test } from "vitest";
import { decodeManifest, MAX_MANIFEST_BYTES } from "../../src/manifest/decode.js";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["plain text", bytes("a: é雨\r\n"), "a: é雨\r\n"],
  ["a byte-order mark, left out", new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), "a"],
  ["nothing", new Uint8Array(), ""],
  ["the largest file", new Uint8Array(MAX_MANIFEST_BYTES).fill(0x20), " ".repeat(MAX_MANIFEST_BYTES)],
])("reads %s", (_claim, input, expected) => {
  expect(decodeManifest(input, "m.yaml")).toEqual({ value: expected, diagnostics: [] });
});

test.each([
  ["5 MB", new Uint8Array(5 * 1024 * 1024).fill(0x20), "m.yaml is too large for a manifest (5.0 MB)"],
  ["UTF-16, little-endian", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), "m.yaml is saved as UTF-16"],
  ["UTF-16, big-endian", new Uint8Array([0xfe, 0xff, 0x00, 0x61]), "m.yaml is saved as UTF-16"],
  ["a NUL", bytes("a: 1\nb: \u0000\n"), "m.yaml is not a text file: line 2 holds a NUL byte"],
  ["Latin-1", new Uint8Array([0x61, 0x0a, 0x62, 0x0a, 0xe9, 0x0a]), "m.yaml is not valid UTF-8 in line 3"],
  ["a character cut at the end", new Uint8Array([0x61, 0x0a, 0xe9]), "m.yaml is not valid UTF-8 in line 2"],
  ["a surrogate in UTF-8", new Uint8Array([0xed, 0xa0, 0x80]), "m.yaml is not valid UTF-8 in line 1"],
])("refuses %s, with what to do", (_claim, input, message) => {
  const { value, diagnostics } = decodeManifest(input, "m.yaml");
  expect(value).toBeUndefined();
  expect(diagnostics.map((each) => [each.code, each.message])).toEqual([["file/unreadable", message]]);
  expect(diagnostics[0]?.help).toMatch(/save|split/);
});

test("a file's name is made safe", () => {
  expect(decodeManifest(new Uint8Array([0]), "a\u001b[2J.yaml").diagnostics[0]?.message).not.toContain(
    "\u001b",
  );
});
