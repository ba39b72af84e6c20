/**
 * A manifest's text → its normal form, or every problem of the text at once, in file order and with places.
 * Asks YAML, then the rules of plain values, then the schema, then what a schema cannot say; a later stage speaks only
 * when the ones before it left something to speak about. Looks at no file, model or price.
 */
import {
  bounded,
  hasErrors,
  MOST_DIAGNOSTICS,
  inFileOrder,
  problem,
  type Checked,
  type Diagnostic,
  type Path,
} from "../base/diagnostic.js";
import { schemaDiagnostics } from "./findings.js";
import { locator, placed } from "./locate.js";
import type { Locate, Manifest } from "./manifest.js";
import { normalForm } from "./normal.js";
import { placer, type Placer } from "./place.js";
import { plainText, type PlainMap, type PlainText } from "./plain.js";
import { ruleDiagnostics } from "./rules.js";
import type { ManifestFile } from "./schema.generated.js";
import { commentHoldsCredential, maskSecrets, SECRET_WORDS } from "./secrets.js";
import { syntaxDiagnostics } from "./syntax.js";
import { validateManifest } from "./validate.generated.js";
import { versionDiagnostic } from "./wrong-value.js";
import { commentsOf, parseYaml } from "./yaml.js";

/** A manifest with the way back to its text. */
export interface ManifestText {
  readonly manifest: Manifest;
  readonly locate: Locate;
}

/** Reads a manifest. `file` is its name in places; `text` is what `decodeManifest` made. */
export function readManifest(text: string, file: string): Checked<ManifestText> {
  const tidy = tidyText(text);
  const places = placer(tidy, file);
  const strange = strangeCharacter(tidy, places);
  if (strange !== undefined) return { diagnostics: [strange] };
  const yaml = parseYaml(tidy);
  const broken = syntaxDiagnostics(yaml, tidy, places);
  if (broken.length > 0) return { diagnostics: broken };
  const plain = plainText(yaml, tidy, places);
  const locate = locator(tidy, file, { yaml, places });
  const found = [...bounded([...plain.diagnostics, ...secretComments(tidy, places)])];
  if (!found.some(({ code }) => code === "yaml/alias-bomb")) {
    found.push(...placed(contentDiagnostics(plain), locate));
  }
  const diagnostics = inFileOrder(withoutEchoes(found).map(withoutSecretKeys));
  if (hasErrors(diagnostics)) return { diagnostics };
  const manifest = normalForm(plain.value as unknown as ManifestFile, plain.orderOf);
  return { value: { manifest, locate }, diagnostics };
}

/** The locator for a manifest that `readManifest` has accepted before; parses when the first place is wanted. */
export function locateIn(text: string, file: string): Locate {
  return locator(tidyText(text), file);
}

/** Without a byte-order mark and with line feeds; offsets after the mark stay what they are. */
function tidyText(text: string): string {
  const start = text.startsWith("\u{feff}") ? text.slice(1) : text;
  // A carriage return alone ends a line too, which the library does not know.
  return start.includes("\r") ? start.replace(/\r(?!\n)/g, "\n") : start;
}

const STRANGE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function strangeCharacter(text: string, places: Placer): Diagnostic | undefined {
  const at = text.isWellFormed() ? (STRANGE.exec(text)?.index ?? -1) : loneSurrogate(text);
  if (at === -1) return undefined;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  return problem("yaml/syntax", `an invisible character (U+${code}) stands in the text`, {
    place: places.at([at, at + 1]),
    why: "YAML allows no control characters; they come from terminals and from copying",
    help: "delete it; your editor can show it",
  });
}

function loneSurrogate(text: string): number {
  return text.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
}

function contentDiagnostics({ value, settled, diagnostics }: PlainText): readonly Diagnostic[] {
  if (value === null) {
    if (diagnostics.length > 0) return [];
    return [
      problem("yaml/empty", "the manifest is empty", {
        path: [],
        help: "begin with `version: 1`, `project: NAME`, and under `shots:` one shot: `opening: { prompt: what is seen }`",
      }),
    ];
  }
  if (typeof value === "object" && !Array.isArray(value)) {
    const version = (value as PlainMap)["version"];
    // Under another version every other key could mean something else.
    if (typeof version === "number" && version !== 1) return [versionDiagnostic(version)];
  }
  const misfits = validateManifest(value)
    ? []
    : schemaDiagnostics(validateManifest.errors ?? [], value, settled);
  const told = [
    ...misfits.map(({ path }) => path ?? []),
    ...Array.from(settled, (path) => JSON.parse(path) as Path),
  ];
  const inside = (path: Path, outer: Path) => outer.every((step, index) => path[index] === step);
  // A rule about a mapping in which something is misspelt or missing would only repeat that.
  return [
    ...misfits,
    ...ruleDiagnostics(value).filter((rule) => !told.some((path) => inside(path, rule.path ?? []))),
  ];
}

/** Credentials in comments, which are committed like everything else. */
function secretComments(text: string, places: Placer): readonly Diagnostic[] {
  if (!text.includes("#") || !commentHoldsCredential(text)) return [];
  const found: Diagnostic[] = [];
  for (const [comment, at] of commentsOf(text)) {
    if (!commentHoldsCredential(comment)) continue;
    const span = [at, at + comment.length] as const;
    places.hide(span);
    if (found.length > MOST_DIAGNOSTICS) continue;
    const place = places.at(span);
    found.push(problem("manifest/secret", "a comment holds a credential", { place, ...SECRET_WORDS }));
  }
  return found;
}

/** A credential may have been written as a key; a path is shown and logged. */
function withoutSecretKeys(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.path === undefined) return diagnostic;
  const path = diagnostic.path.map((step) => (typeof step === "string" ? maskSecrets(step) : step));
  return { ...diagnostic, path };
}

/** Aliases repeat a mistake at several paths, but it stands in the text once. */
function withoutEchoes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, place, help }) => {
    if (place === undefined) return true;
    const echo = `${code} ${place.line}:${place.column} ${help}`;
    if (seen.has(echo)) return false;
    seen.add(echo);
    return true;
  });
}
