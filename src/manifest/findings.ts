/**
 * What the schema's validator found → diagnostics: one for each mistake, in the manifest's words. The validator names
 * several keywords for one mistake; the telling one is chosen here. Words about single values are in `wrong-value`.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { pointerPath, type SchemaFinding } from "../base/schema.js";
import { counted, didYouMean, listWords } from "../base/text.js";
import { adviceFor } from "./advice.js";
import { fieldAt, homesOf, keysOf, type Field } from "./fields.js";
import { named, plainWords, quoted } from "./naming.js";
import type { Plain, PlainMap } from "./plain.js";
import { typeDiagnostic, valueDiagnostic } from "./wrong-value.js";

// One mistake makes several findings; beyond these, nobody would be told anyway.
const MOST_FINDINGS = 10_000;

/** The diagnostics of all findings about `root`, those at `settled` paths (as JSON) left out. */
export function schemaDiagnostics(
  findings: readonly SchemaFinding[],
  root: Plain,
  settled: ReadonlySet<string>,
): readonly Diagnostic[] {
  const byPlace = new Map<string, SchemaFinding[]>();
  for (const finding of findings.slice(0, MOST_FINDINGS)) {
    const held = byPlace.get(finding.instancePath);
    if (held) held.push(finding);
    else byPlace.set(finding.instancePath, [finding]);
  }
  const diagnostics: Diagnostic[] = [];
  for (const [pointer, group] of byPlace) {
    const { path, value } = follow(root, pointerPath(pointer));
    if (!settled.has(JSON.stringify(path))) diagnostics.push(...about(path, value, group));
  }
  return diagnostics.filter(({ path }) => !settled.has(JSON.stringify(path)));
}

function about(path: Path, value: Plain, group: readonly SchemaFinding[]): readonly Diagnostic[] {
  const wrongType = group.find((finding) => finding.keyword === "type");
  if (wrongType) return [typeDiagnostic(path, value, wrongType)];
  if (typeof value !== "object" || value === null) {
    const first = group.find((finding) => finding.keyword !== "anyOf");
    return first ? [valueDiagnostic(path, value, first)] : [];
  }
  return group.flatMap((finding) => memberDiagnostic(path, value, finding));
}

/** About a mapping's or a list's members. */
function memberDiagnostic(
  path: Path,
  value: Plain,
  { keyword, params }: SchemaFinding,
): readonly Diagnostic[] {
  switch (keyword) {
    case "additionalProperties":
      return [unknownKey(path, String(params["additionalProperty"]))];
    case "propertyNames": {
      const name = String(params["propertyName"]);
      return [
        problem("manifest/bad-id", `${quoted(name)} cannot be an id`, {
          path: [...path, name],
          on: "key",
          ...(fieldAt(path)?.names === undefined ? {} : { why: plainWords(fieldAt(path)?.names) }),
          help: "ids stand in file names and commands; put what people should read under `title`",
        }),
      ];
    }
    case "required":
      return [missingKey(path, String(params["missingProperty"]))];
    case "minItems": {
      const count = Array.isArray(value) ? value.length : 0;
      const what =
        count === 0
          ? "is an empty list"
          : `has ${counted(count, "item")}, and needs ${String(params["limit"])}`;
      return [
        problem("manifest/wrong-value", `${named(path)} ${what}`, {
          path,
          help: "remove it, or add an item",
        }),
      ];
    }
    case "uniqueItems":
      return [
        problem("manifest/wrong-value", `${named(path)} holds an item twice`, {
          path: [...path, Math.max(Number(params["i"]), Number(params["j"]))],
          help: "remove one of the two",
        }),
      ];
    default:
      // What a name or an item fails is told by `propertyNames`, or at the item's own path.
      return [];
  }
}

function unknownKey(path: Path, key: string): Diagnostic {
  const field = fieldAt(path);
  const legal = keysOf(field);
  const advice = adviceFor(path, key);
  // One letter is near to every other.
  const meant = advice === undefined && key.length > 1 ? didYouMean(key, legal) : undefined;
  const help = advice ?? (meant === undefined ? elsewhere(key, field) : `did you mean \`${meant}\`?`);
  return problem("manifest/unknown-key", `${quoted(key)} is not a key of ${named(path)}`, {
    path: [...path, key],
    on: "key",
    help,
  });
}

function elsewhere(key: string, field: Field | undefined): string {
  // No key has spaces; in a flow mapping this is the rest of a text that its comma cut in two.
  if (/\s/.test(key.trim()))
    return "between `{` and `}` a comma ends a text: put texts with commas in quotes";
  const homes = homesOf(key, 3);
  if (homes.includes("")) return `${quoted(key)} belongs at the top of the file`;
  if (homes.length > 0) return `${quoted(key)} belongs under ${listWords(homes.map(quoted), "or")}`;
  const legal = keysOf(field);
  const notes = field?.open ? "; notes of your own go under keys that begin with `x-`" : "";
  return `${legal.length > 0 ? `there is ${listWords(legal)}` : "nothing is expected here"}${notes}`;
}

function missingKey(path: Path, key: string): Diagnostic {
  if (path.length === 0 && key === "version") {
    return problem("manifest/version", "the manifest has no `version`", {
      path,
      why: "the version says how everything else is to be read",
      help: "begin the file with `version: 1`",
    });
  }
  const field = fieldAt([...path, key]);
  return problem("manifest/missing-key", `${named(path)} has no \`${key}\``, {
    path,
    on: "key",
    ...(field?.about === undefined ? {} : { why: `\`${key}\` is required: ${plainWords(field.about)}` }),
    help: `add \`${key}:\``,
  });
}

/** A pointer's tokens as a path (numbers for places in lists), and the value there. */
function follow(root: Plain, tokens: readonly string[]): { readonly path: Path; readonly value: Plain } {
  let value: Plain = root;
  const path = tokens.map((token) => {
    const inList: boolean = Array.isArray(value);
    value = isContainer(value) ? ((value as PlainMap)[token] ?? null) : null;
    return inList ? Number(token) : token;
  });
  return { path, value };
}

function isContainer(value: Plain): boolean {
  return typeof value === "object" && value !== null;
}
