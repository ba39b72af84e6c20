/**
 * What the schema's validator found → diagnostics: one for each mistake, in the manifest's words. The validator names
 * several keywords for one mistake; the telling one is chosen here. Never repeats a value that may be a credential.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { pointerPath, type SchemaFinding } from "../base/schema.js";
import { didYouMean, elide, listWords } from "../base/text.js";
import { adviceFor } from "./advice.js";
import { fieldAt, homesOf, keysOf, type Field } from "./fields.js";
import type { Plain, PlainMap } from "./plain.js";
import { maskSecrets } from "./secrets.js";

/** The diagnostics of all findings about `root`, those at `settled` paths (as JSON) left out. */
export function schemaDiagnostics(
  findings: readonly SchemaFinding[],
  root: Plain,
  settled: ReadonlySet<string>,
): readonly Diagnostic[] {
  const byPlace = new Map<string, SchemaFinding[]>();
  for (const finding of findings) {
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
  return group.flatMap((finding) => memberDiagnostic(path, finding));
}

/** About a mapping's or a list's members. */
function memberDiagnostic(path: Path, { keyword, params }: SchemaFinding): readonly Diagnostic[] {
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
    case "minItems":
      return [
        problem("manifest/wrong-value", `${named(path)} is an empty list`, {
          path,
          help: "remove it, or add an item",
        }),
      ];
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
  const meant = advice === undefined ? didYouMean(key, legal) : undefined;
  const help = advice ?? (meant === undefined ? elsewhere(key, field) : `did you mean \`${meant}\`?`);
  return problem("manifest/unknown-key", `${quoted(key)} is not a key of ${named(path)}`, {
    path: [...path, key],
    on: "key",
    help,
  });
}

function elsewhere(key: string, field: Field | undefined): string {
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

function typeDiagnostic(path: Path, value: Plain, finding: SchemaFinding): Diagnostic {
  const field = fieldAt(path);
  const wanted = typesOf(field, finding);
  const code = isVersion(path) ? "manifest/version" : "manifest/wrong-type";
  const given = kindOf(value);
  return problem(code, `${named(path)} must be ${listWords(wanted.map(kindWords), "or")}, and is ${given}`, {
    path,
    ...reasonFor(path, value, wanted, field),
  });
}

function reasonFor(
  path: Path,
  value: Plain,
  wanted: readonly string[],
  field: Field | undefined,
): Pick<Diagnostic, "why" | "help"> {
  const about = field?.about === undefined ? {} : { why: plainWords(field.about) };
  if (value === null) {
    return {
      ...about,
      help: "give it a value, or remove the key; a value that begins with `#` needs quotes",
    };
  }
  if (wanted.includes("boolean") && typeof value === "string" && /^(?:yes|no|on|off|y|n)$/i.test(value)) {
    const meant = /^(?:yes|on|y)$/i.test(value);
    return { why: `YAML 1.2 reads \`${value}\` as text`, help: `write \`${meant}\`` };
  }
  if (wanted.some((type) => type === "integer" || type === "number") && typeof value === "string") {
    const number = /^\s*([-+]?\d+(?:\.\d+)?)\s*(?:s|sec|seconds|usd|\$)?\s*$/i.exec(value)?.[1];
    if (number !== undefined) return { ...about, help: `write \`${number}\`, without quotes or unit` };
  }
  if (
    wanted.length === 1 &&
    wanted[0] === "string" &&
    (typeof value === "number" || typeof value === "boolean")
  ) {
    return { ...about, help: `write it in quotes: "${value}"` };
  }
  if (wanted.includes("object") && Array.isArray(value) && field?.additionalProperties) {
    return {
      why: `\`${String(path.at(-1))}\` is a mapping from ids to fields`,
      help: "write `ID:` in place of each `-`",
    };
  }
  if (wanted[0] === "array")
    return { ...about, help: "write it as [first, second], or each item on a line after `- `" };
  const keys = wanted.includes("object") ? keysOf(field) : [];
  if (typeof value === "string" && keys.includes("prompt"))
    return { ...about, help: "write `prompt:` before the text" };
  if (typeof value === "number" && keys.length === 1)
    return { ...about, help: `write { ${keys.join("")}: ${value} }` };
  return { ...about, ...(keys.length > 0 ? { help: `it has the keys ${listWords(keys)}` } : {}) };
}

function valueDiagnostic(path: Path, value: Plain, { keyword, params }: SchemaFinding): Diagnostic {
  const field = fieldAt(path);
  const about = field?.about === undefined ? {} : { why: plainWords(field.about) };
  if (isVersion(path)) return versionDiagnostic(value);
  const wrong = (what: string, more: Pick<Diagnostic, "help"> = {}): Diagnostic =>
    problem("manifest/wrong-value", `${named(path)} ${what}`, { path, ...about, ...more });
  switch (keyword) {
    case "enum": {
      const allowed = (params["allowedValues"] as readonly unknown[]).map(String);
      const meant = typeof value === "string" ? didYouMean(value, allowed) : undefined;
      return wrong(`cannot be ${quoted(String(value))}`, {
        help: `${meant === undefined ? "" : `did you mean \`${meant}\`? `}it is one of ${listWords(allowed, "or")}`,
      });
    }
    case "minimum":
      return wrong(`must be at least ${String(params["limit"])}`);
    case "maximum":
      return wrong(`must be at most ${String(params["limit"])}`);
    case "exclusiveMinimum":
      return wrong(`must be more than ${String(params["limit"])}`);
    case "pattern":
      return patternDiagnostic(path, value, wrong);
    default:
      return wrong("has a value that it cannot have");
  }
}

function patternDiagnostic(
  path: Path,
  value: Plain,
  wrong: (what: string, more?: Pick<Diagnostic, "help">) => Diagnostic,
): Diagnostic {
  if (typeof value === "string" && value.trim() === "")
    return wrong("is empty", { help: "give it a value, or remove the key" });
  switch (path.at(-1)) {
    case "project":
      return problem("manifest/bad-id", `${quoted(String(value))} cannot be the project's name`, {
        path,
        why: plainWords(fieldAt(path)?.about),
        help: "write it like `night-ferry`",
      });
    case "aspect_ratio":
      return wrong(`cannot be ${quoted(String(value))}`, {
        help: 'write it as width:height, such as "16:9"',
      });
    case "sha256":
      return wrong("is not a SHA-256", {
        help: "`sha256sum FILE` prints it: 64 digits and letters a to f, lower case",
      });
    case "url":
      return wrong("is not a web address", {
        help: "begin it with https://; a file of the project is written as its path alone",
      });
    case "as_of":
      return wrong(`cannot be ${quoted(String(value))}`, { help: "write it as 2026-11-22" });
    default:
      return wrong("has a form that it cannot have");
  }
}

/** For a manifest whose version is there and is not ours. */
export function versionDiagnostic(value: Plain): Diagnostic {
  const newer = typeof value === "number" && value > 1;
  return problem(
    "manifest/version",
    `the manifest's version is ${quoted(JSON.stringify(value))}, and must be 1`,
    {
      path: ["version"],
      why: newer ? "this klingmake knows version 1 only" : "there is no other version",
      help: newer ? "use a newer klingmake" : "write `version: 1`",
    },
  );
}

function isVersion(path: Path): boolean {
  return path.length === 1 && path[0] === "version";
}

function typesOf(field: Field | undefined, finding: SchemaFinding): readonly string[] {
  const type = field?.type ?? finding.params["type"];
  return Array.isArray(type) ? type.map(String) : [String(type)];
}

function kindWords(type: string): string {
  switch (type) {
    case "string":
      return "text";
    case "integer":
      return "a whole number";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    default:
      return "a mapping of keys";
  }
}

function kindOf(value: Plain): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? `the number ${value}` : "no number that counts";
    default:
      return "a mapping";
  }
}

/** `shots.010.steps[0]`, or `the manifest` for its root. */
function named(path: Path): string {
  let text = "";
  for (const step of path)
    text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${step}`;
  return text === "" ? "the manifest" : quoted(text);
}

function quoted(text: string): string {
  return `\`${elide(maskSecrets(text), 80)}\``;
}

/** A sentence of the schema inside one of ours. */
function plainWords(about: string | undefined): string {
  const text = (about ?? "").trim().replace(/\.$/, "");
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
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
