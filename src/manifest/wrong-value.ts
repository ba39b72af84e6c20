/**
 * One wrong value in words: what its field takes, what stands there, and what to write instead, with the slips that
 * people make most (units, `yes`, missing quotes) answered by name. Which finding tells a mistake is chosen elsewhere.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import type { SchemaFinding } from "../base/schema.js";
import { didYouMean, listWords } from "../base/text.js";
import { fieldAt, keysOf, type Field } from "./fields.js";
import { named, plainWords, quoted } from "./naming.js";
import type { Plain } from "./plain.js";

/** A value that holds no others. */
export type Single = string | number | boolean | null;

/** A value of another type than its field has. */
export function typeDiagnostic(path: Path, value: Plain, finding: SchemaFinding): Diagnostic {
  const field = fieldAt(path);
  return notOfType(path, value, typesOf(field, finding), field);
}

function notOfType(
  path: Path,
  value: Plain,
  wanted: readonly string[],
  field: Field | undefined,
): Diagnostic {
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
  if (typeof value === "string" && keys.includes("from") && /^[a-z]+\.\S+$/.test(value))
    return { ...about, help: `write { from: ${value} }` };
  if (typeof value === "string" && keys.includes("prompt"))
    return { ...about, help: "write `prompt:` before the text" };
  if (typeof value === "number" && keys.length === 1)
    return { ...about, help: `write { ${keys.join("")}: ${value} }` };
  return { ...about, ...(keys.length > 0 ? { help: `it has the keys ${listWords(keys)}` } : {}) };
}

/** A value of the right type that its field does not allow. */
export function valueDiagnostic(path: Path, value: Single, { keyword, params }: SchemaFinding): Diagnostic {
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
      // A field that is yes or no, and takes a word besides: any other text is more likely a slip for yes or no.
      if (field?.type?.includes("boolean") === true && typeof value === "string") {
        return wordDiagnostic(path, value, String(params["pattern"]).replace(/^\^|\$$/g, ""), field);
      }
      return patternDiagnostic(path, value, wrong);
    default:
      return wrong("has a value that it cannot have");
  }
}

/** A text where `true`, `false` or one word may stand. */
function wordDiagnostic(path: Path, value: string, word: string, field: Field): Diagnostic {
  const meant = didYouMean(value, [word]);
  const reason = reasonFor(path, value, ["boolean"], field);
  return problem("manifest/wrong-type", `${named(path)} must be true, false or ${word}, and is text`, {
    path,
    ...reason,
    ...(meant === undefined ? {} : { help: `did you mean \`${meant}\`?` }),
  });
}

function patternDiagnostic(
  path: Path,
  value: Single,
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
    case "id":
      return wrong("is no id of the vendor's", { help: 'write it as the vendor shows it, such as "829877"' });
    case "as_of":
      return wrong(`cannot be ${quoted(String(value))}`, { help: "write it as 2026-11-22" });
    default:
      return wrong("has a form that it cannot have");
  }
}

/** For a manifest whose version is there and is not ours. */
export function versionDiagnostic(value: Single): Diagnostic {
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
