/**
 * YAML nodes → plain values, with our own rules: keys are their source text (so `020` stays `020`), variables are text,
 * objects have no prototype, aliases share what they stand for. Reports what is YAML's business and not the schema's.
 * Objects list number-like keys first, whatever the file says: `orderOf` knows the file's order.
 */
import { caution, MOST_DIAGNOSTICS, problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { quoted } from "./naming.js";
import type { Placer, Span } from "./place.js";
import { holdsCredential, looksRandom, namesCredential, SECRET_WORDS } from "./secrets.js";
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Scalar, type Yaml } from "./yaml.js";

/** A value as JSON would hold it; null stands for "nothing was written". */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;

/** A mapping without a prototype. */
export interface PlainMap {
  readonly [key: string]: Plain | undefined;
}

/** A whole text as plain values. */
export interface PlainText {
  readonly value: Plain;
  readonly diagnostics: readonly Diagnostic[];
  /** The keys of a mapping in file order. */
  readonly orderOf: (map: PlainMap) => readonly string[];
  /** Places that were reported already, as JSON of their path; nothing more is to be said about them. */
  readonly settled: ReadonlySet<string>;
}

// A thousand shots make some 10,000 values; a manifest whose aliases make ten times that is not written by hand.
const MAX_ALIAS_VALUES = 100_000;

const TEXT_FIELDS = new Set(["prompt", "negative_prompt", "title", "notes", "text"]);
const HEAP_OF_MARKS = /\p{M}{65}/u;
const NUMBER_LIKE = /^(?:0|[1-9]\d{0,9})$/;

/** Converts a parsed text that has a root and no faults. */
export function plainText(yaml: Yaml, text: string, places: Placer): PlainText {
  const conversion = new Conversion(yaml, text, places);
  const value = yaml.root === undefined ? null : conversion.convert(yaml.root);
  return {
    value,
    diagnostics: conversion.diagnostics,
    orderOf: (map) => conversion.orders.get(map) ?? Object.keys(map),
    settled: conversion.settled,
  };
}

class Conversion {
  readonly diagnostics: Diagnostic[] = [];
  readonly orders = new Map<PlainMap, readonly string[]>();
  readonly settled = new Set<string>();
  private readonly anchored = new Map<Node, { readonly value: Plain; readonly size: number }>();
  private readonly open = new Set<Node>();
  /** Where the conversion stands; copied only when something is reported. */
  private readonly path: (string | number)[] = [];
  private readonly suspicious: boolean;
  /** Values made so far, those that aliases repeat counted each time. */
  private size = 0;
  private repeated = 0;
  private errors = 0;
  private warnings = 0;

  constructor(
    private readonly yaml: Yaml,
    private readonly text: string,
    private readonly places: Placer,
  ) {
    this.suspicious = holdsCredential(text);
  }

  convert(node: unknown): Plain {
    this.size++;
    if (isAlias(node)) return this.alias(node);
    if (isScalar(node)) {
      const value = this.scalar(node);
      // A long text counts as several values: what is made of each of its copies has its length.
      const size = 1 + Math.floor((node.source?.length ?? 0) / 64);
      if (node.anchor !== undefined) this.anchored.set(node, { value, size });
      return value;
    }
    if (!isMap(node) && !isSeq(node)) return null;
    this.refuseTag(node);
    const before = this.size;
    this.open.add(node);
    const value = isMap(node)
      ? this.mapping(node.items)
      : node.items.map((item, index) => this.item(item, index));
    this.open.delete(node);
    if (node.anchor !== undefined) this.anchored.set(node, { value, size: this.size - before + 1 });
    return value;
  }

  private item(node: unknown, index: number): Plain {
    this.path.push(index);
    const value = this.convert(node);
    if (isScalar(node) && this.suspicious && holdsCredential(node.source ?? "")) this.secret("an item", node);
    this.path.pop();
    return value;
  }

  private mapping(items: readonly { readonly key: unknown; readonly value: unknown }[]): PlainMap {
    const map: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
    const order: string[] = [];
    let numberLike = false;
    for (const { key, value } of items) {
      const name = this.key(key);
      if (name === undefined) continue;
      if (name in map) {
        this.duplicate(key as Scalar, items, name);
        continue;
      }
      this.path.push(name);
      map[name] = this.convert(value);
      if (isScalar(value)) this.inspect(name, value);
      this.path.pop();
      order.push(name);
      numberLike ||= NUMBER_LIKE.test(name);
    }
    if (numberLike) this.orders.set(map, order);
    return map;
  }

  private key(key: unknown): string | undefined {
    if (!isScalar(key) || key.tag !== undefined || key.anchor !== undefined) {
      this.reportKey("yaml/syntax", "a key must be plain text", key, {
        why: "lists, mappings, anchors and tags cannot be keys here",
        help: "write the key as a word or a number",
      });
      return undefined;
    }
    const name = key.source ?? "";
    if (name === "<<" && key.type === "PLAIN") {
      this.reportKey("manifest/unknown-key", "`<<` is not a key of a manifest", key, {
        why: "merging mappings belongs to YAML 1.1; YAML 1.2 would take it as an ordinary key",
        help: "put what several shots share under `defaults:` or a profile",
      });
      return undefined;
    }
    return name;
  }

  private duplicate(key: Scalar, items: readonly { readonly key: unknown }[], name: string): void {
    // Who reads a thousand of these needs no more, and each looks through the whole mapping.
    if (++this.errors > MOST_DIAGNOSTICS) return;
    const first = items.find((item) => isScalar(item.key) && item.key.source === name)?.key as Scalar;
    this.reportKey("yaml/duplicate-key", `${quoted(name)} appears twice in one mapping`, key, {
      why: "only one of them could count",
      help: "remove or rename one",
      notes: [{ message: "it appears here first", place: this.places.at(spanOf(first)) }],
    });
  }

  private alias(alias: Alias): Plain {
    const target = this.yaml.resolve(alias);
    if (target === undefined) {
      return this.report("yaml/syntax", `${quoted(`*${alias.source}`)} names no anchor`, alias, {
        why: "`*` begins an alias, and an alias needs an anchor of its name further up",
        help: "put the text in quotes if it is one",
      });
    }
    const held = this.anchored.get(target);
    if (held === undefined) {
      this.settled.add(JSON.stringify(this.path));
      // What is not being built and was not kept had its own report.
      if (!this.open.has(target)) return null;
      return this.report(
        "yaml/alias-bomb",
        `${quoted(`*${alias.source}`)} stands inside the value that it repeats`,
        alias,
        { why: "it would have no end", help: "write the value out" },
      );
    }
    this.repeated += held.size;
    this.size += held.size;
    if (this.repeated > MAX_ALIAS_VALUES && this.repeated - held.size <= MAX_ALIAS_VALUES) {
      this.report("yaml/alias-bomb", "aliases expand to far more than the file holds", alias, {
        why: `up to here they stand for more than ${MAX_ALIAS_VALUES} values`,
        help: "write fewer aliases of values that hold aliases",
      });
    }
    return this.repeated > MAX_ALIAS_VALUES ? null : held.value;
  }

  private scalar(node: Scalar): Plain {
    this.refuseTag(node);
    const value: unknown = node.value;
    const source = node.source ?? "";
    if (isVariable(this.path) && typeof value !== "string") return source === "" ? null : source;
    if (typeof value === "string") {
      if (HEAP_OF_MARKS.test(value)) {
        return this.report("manifest/wrong-value", "a text heaps more than 64 marks on one letter", node, {
          why: "no script does, and bringing them in order takes longer than anybody waits",
          help: "delete them; they may have come with copying",
        });
      }
      if (value.isWellFormed()) return value;
      return this.report("yaml/syntax", "a text holds half a character", node, {
        why: "an escape such as `\\ud83d` is only the first half of a pair",
        help: "write the character itself",
      });
    }
    if (typeof value === "number") {
      const whole = /^[-+]?(?:\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source);
      if (!whole || Number.isSafeInteger(value)) return value;
      return this.report("yaml/unsafe-integer", "a whole number has too many digits", node, {
        why: "beyond 9007199254740991 (2^53 - 1) digits would be lost without a word",
        help: "put it in quotes if it is a name or a note",
      });
    }
    return typeof value === "boolean" ? value : null;
  }

  /** What only the place of a text or its looks give away: credentials, and comments that cut a text short. */
  private inspect(name: string, node: Scalar): void {
    const source = node.source ?? "";
    const named =
      namesCredential(name, source) && !source.includes("${") && (!this.freelyNamed() || looksRandom(source));
    if (named || (this.suspicious && (holdsCredential(source) || holdsCredential(name)))) {
      this.secret(quoted(name), node);
    } else if (
      node.type === "PLAIN" &&
      typeof node.value === "string" &&
      (TEXT_FIELDS.has(name) || isVariable(this.path))
    ) {
      this.warnOfComment(node);
    }
  }

  /** Whether the author chooses names here, so that a `token` may be a coin in the story. */
  private freelyNamed(): boolean {
    return isVariable(this.path) || this.path.some((key) => typeof key === "string" && key.startsWith("x-"));
  }

  private secret(what: string, node: Scalar): void {
    this.places.hide(spanOf(node));
    this.report("manifest/secret", `${what} looks like a credential`, node, SECRET_WORDS);
  }

  private warnOfComment(node: Scalar): void {
    const end = node.range?.[1] ?? 0;
    // Two spaces set a comment apart on purpose; one space is how `shot #3` looks.
    if (this.text[end] !== " " || this.text[end + 1] !== "#" || node.source === "") return;
    if (++this.warnings > MOST_DIAGNOSTICS + 1) return;
    const lineEnd = this.text.indexOf("\n", end);
    const span: Span = [end + 1, lineEnd === -1 ? this.text.length : lineEnd];
    this.diagnostics.push(
      caution("yaml/comment-cuts", `the text of ${quoted(String(this.path.at(-1)))} ends before the \`#\``, {
        path: [...this.path],
        place: this.places.at(span),
        why: "in an unquoted text, ` #` begins a comment",
        help: "put the text in quotes if `#` is part of it; two spaces before `#`, or a line of its own, mark a comment",
      }),
    );
  }

  private refuseTag(node: { readonly tag?: string }): void {
    if (node.tag === undefined) return;
    this.report("yaml/syntax", "`!` begins a YAML tag, and manifests have none", node, {
      help: "remove the tag, or put the whole text in quotes",
    });
  }

  private report(
    code: Diagnostic["code"],
    message: string,
    node: unknown,
    more: Pick<Diagnostic, "why" | "help" | "notes">,
  ): null {
    this.settled.add(JSON.stringify(this.path));
    return this.reportKey(code, message, node, more);
  }

  /** About a key of the mapping where the conversion stands: its other keys still have their say. */
  private reportKey(
    code: Diagnostic["code"],
    message: string,
    node: unknown,
    more: Pick<Diagnostic, "why" | "help" | "notes">,
  ): null {
    if (++this.errors <= MOST_DIAGNOSTICS + 1) {
      const place = this.places.at(spanOf(node));
      this.diagnostics.push(problem(code, message, { path: [...this.path], place, ...more }));
    }
    return null;
  }
}

/** Whether a path leads to a variable's value: `vars.mara`, `profiles.final.vars.mara`. */
function isVariable(path: Path): boolean {
  return path.at(-2) === "vars" && (path.length === 2 || (path.length === 4 && path[0] === "profiles"));
}

function spanOf(node: unknown): Span {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return [range?.[0] ?? 0, range?.[1] ?? 1];
}
