import { expect, test } from "vitest";
import { redacted } from "../../src/base/secret.js";
import { bugText } from "../../src/cli/bug.js";

const ENV = { KLING_API_KEY: "sk-very-secret", KLING_SECRET_KEY: "s3cr3t!", HOME: "/home/mara" };

test.each([
  ["key sk-very-secret in a text", "key *** in a text"],
  ["pair s3cr3t! here", "pair *** here"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer ***"],
  ["token eyJhbGciOi.eyJpc3Mi.c2ln here", "token *** here"],
  ["get https://cdn.example/a.mp4?sig=abc&x=1 now", "get https://cdn.example/a.mp4?*** now"],
  ["/home/mara stays", "/home/mara stays"],
])("%j is redacted to %j", (text, clean) => {
  expect(redacted(text, ENV)).toBe(clean);
});

test("a bug is called one, without its stack", () => {
  const text = bugText(new Error("key sk-very-secret\u001b[2J"), ENV);
  expect(text).toMatch(/^this is a bug in klingmake: key \*\*\*\u{fffd}\[2J\n/u);
  expect(text).not.toContain("bug.test.ts");
  expect(text).toContain("KLINGMAKE_DEBUG=1");
});

test("the stack comes on request, redacted", () => {
  const text = bugText(new Error("key sk-very-secret"), { ...ENV, KLINGMAKE_DEBUG: "1" });
  expect(text).toContain("bug.test.ts");
  expect(text).not.toContain("sk-very-secret");
});

test("whatever is thrown is put into words", () => {
  expect(bugText("just a string", {})).toContain("this is a bug in klingmake: just a string");
});
