/**
 * A manifest's text → the same manifest, tidily written; or its problems, when it has any. Tidying is for the eye alone:
 * nothing that is read from the text may change, which is looked at again each time before the new text is handed out.
 * What is written in braces, and how a text is folded, stays as the author had it.
 */
import { hasErrors, problem, type Checked, type Diagnostic } from "../base/diagnostic.js";
import { canonicalJson } from "../base/digest.js";
import { placer } from "./place.js";
import { plainText } from "./plain.js";
import { readManifest } from "./read.js";
import { tidyLines } from "./tidy-lines.js";
import { commentsOf, parseYaml } from "./yaml.js";

/** `text` in order. `file` is its name for diagnostics. @throws when tidying would change what the manifest says: a bug. */
export function tidied(text: string, file: string): Checked<string> {
  const before = readManifest(text, file);
  if (before.value === undefined || hasErrors(before.diagnostics)) return { diagnostics: before.diagnostics };
  const lines = withLineFeeds(text);
  const tidy = tidyLines(lines, parseYaml(lines).root);
  if (tidy !== lines && said(tidy, file) !== said(lines, file))
    throw new Error("tidying would change what the manifest says");
  return { value: tidy, diagnostics: before.diagnostics };
}

/** That a text is not as `tidy` has it, at the first line that differs. */
export function untidy(text: string, tidy: string, file: string): Diagnostic {
  const wanted = tidy.split("\n");
  const lines = text.split("\n");
  const differs = lines.findIndex((line, index) => line !== wanted[index]);
  const at = differs === -1 ? lines.length - 1 : differs;
  const start = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
  return problem("manifest/untidy", "the manifest is not tidy from this line on", {
    place: placer(text, file).at([start, start + (lines[at]?.length ?? 0)]),
    why: "keys stand in one order and indentation in one width, so that a change shows as what it is",
    help: "`klingmake fmt` writes it tidily and changes nothing else",
  });
}

/** Everything that the text says to klingmake and to people. */
function said(text: string, file: string): string {
  const read = readManifest(text, file);
  const { value } = plainText(parseYaml(text), text, placer(text, file));
  return canonicalJson([
    read.value?.manifest ?? null,
    value,
    commentsOf(text)
      .map(([comment]) => comment)
      .toSorted(),
  ]);
}

function withLineFeeds(text: string): string {
  const lines = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  return lines.endsWith("\n") ? lines : `${lines}\n`;
}
