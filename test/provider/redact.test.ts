/** What a server says, made fit to be shown. */
import { expect, it } from "vitest";
import { redactor } from "../../src/provider/redact.js";

const KEY = "SECRETKEY-1234567890abcdef";
const redact = redactor([KEY]);

it.each([
  ["a token", "got eyJhbGciOiJI.eyJpc3MiOiJ4.c2ln", "got [token]"],
  ["a token behind an encoded blank", "Bearer%20eyJhbGciOiJI.eyJpc3MiOiJ4.c2ln!", "Bearer%20[token]"],
  [
    "a credential behind its scheme",
    "authorization: bearer abc123, and",
    "authorization: bearer [token], and",
  ],
  ["a signed address", "see https://cdn.x/a.mp4?Signature=abc now", "see https://cdn.x/a.mp4?… now"],
  [
    "one as JSON has it",
    String.raw`https:\/\/cdn.x\/a.mp4?Signature=abc`,
    String.raw`https:\/\/cdn.x\/a.mp4?…`,
  ],
  ["one in percent signs", "https%3A%2F%2Fcdn.x%2Fa.mp4%3FSignature%3Dabc", "https%3A%2F%2Fcdn.x%2Fa.mp4?…"],
  ["one without a scheme", "//cdn.x/a.mp4?Signature=abc", "//cdn.x/a.mp4?…"],
  ["credentials in an address", "https://user:pass@host/x", "https://host/x"],
  ["a key", `key ${KEY}`, "key [secret]"],
  ["a key in base64", `key ${Buffer.from(KEY).toString("base64")}`, "key [secret]"],
])("%s is taken out", (_, text, expected) => {
  expect(redact(text)).toBe(expected);
});

it("a cut never leaves part of a secret", () => {
  for (let pad = 19_900; pad < 20_100; pad += 3) {
    expect(redact(`https://h/a?${"x".repeat(pad)} key ${KEY}`)).not.toContain("SECRET");
  }
});
