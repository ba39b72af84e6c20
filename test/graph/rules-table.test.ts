/** Each rule that spans fields refuses its manifest, says by whom and since when, and lets the nearest one pass. */
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/base/diagnostic.js";
import { readManifest } from "../../src/manifest/read.js";
import { RULES, UNKNOWN, WARNINGS } from "./rule-table.js";
import { expanded } from "./manifests.js";

/** What is found in a manifest, in its own order; places before `x` are left out. */
function findings(text: string): readonly Diagnostic[] {
  const read = readManifest(text, "kling.manifest.yaml");
  expect(read.diagnostics).toEqual([]);
  if (read.value === undefined) throw new Error("no manifest");
  return expanded(read.value.manifest).diagnostics;
}

function lineOf({ severity, code, path, message, help }: Diagnostic): string {
  const named = code === "catalog/unsupported" ? "" : `${code} `;
  return `${severity} ${named}${path?.join(".").replace(/^shots\./, "")}: ${message} | ${help}`;
}

test.each([...RULES, ...WARNINGS.map(({ warns, ...rest }) => ({ ...rest, breaks: warns }))])(
  "$rule",
  ({ breaks, found, keeps }) => {
    const wrong = findings(breaks);
    expect(wrong.map(lineOf)).toEqual(found);
    const kept = findings(keeps).filter(
      ({ severity, code }) => severity === "error" || code === "catalog/unsupported",
    );
    expect(kept.map(lineOf)).toEqual([]);
  },
);

test("every refusal names its source and a day, and what works instead", () => {
  for (const { breaks } of RULES) {
    for (const { code, why, help, message } of findings(breaks)) {
      expect(help, message).toBeTruthy();
      if (code !== "catalog/unsupported" || NO_SOURCE.test(message)) continue;
      expect(why, message).toMatch(/\d{4}-\d\d-\d\d/);
    }
  }
});

/** Fields that a kind of clip has not follow from the manifest's own form. */
const NO_SOURCE = /^a (clip of an omni model|still from subjects) takes no|has the sound of that video/;

test.each(UNKNOWN)("a video of which nothing is known is not judged: %#", (text) => {
  expect(findings(text).map(lineOf)).toEqual([]);
});
