/**
 * The only file that drives the YAML library: text → tree of nodes with offsets, or what the library stumbled over.
 * YAML 1.2 core schema. Uniqueness of keys is not asked of the library, which compares every key with every other.
 * Gives up after a number of faults: after the first, the rest is mostly echo, and each costs a stack trace.
 */
import {
  Composer,
  CST,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Span } from "./place.js";

export { isAlias, isMap, isScalar, isSeq };
export type { Alias, Node, Scalar, YAMLMap, YAMLSeq };

/** What the library could not read. */
export interface YamlFault {
  /** The library's name for it: `BAD_INDENT`, `TAB_AS_INDENT`, ... */
  readonly code: string;
  readonly message: string;
  readonly span: Span;
}

/** A parsed text. */
export interface Yaml {
  /** Absent for an empty text. */
  readonly root: Node | undefined;
  /** In the order of the text; not empty means that the tree is guesswork. */
  readonly faults: readonly YamlFault[];
  /** The node that an alias stands for; undefined when there is no such anchor before it. */
  resolve(alias: Alias): Node | undefined;
}

const MAX_FAULTS = 100;
const MAX_DEPTH = 64;

class TooManyFaults extends Error {}

/** Parses `text` as one YAML document. Never throws because of what the text holds. */
export function parseYaml(text: string): Yaml {
  const faults: YamlFault[] = [];
  const documents = compose(text, faults);
  const [first, second] = documents;
  if (second !== undefined) {
    const at = second.range[0];
    faults.push({ code: "MULTIPLE_DOCS", message: "several documents", span: [at, at + 3] });
  }
  const version = first?.directives.yaml;
  if (version?.explicit && version.version !== "1.2") {
    faults.push({ code: "YAML_VERSION", message: "not YAML 1.2", span: [0, text.indexOf("\n")] });
  }
  const root = first?.contents ?? undefined;
  let targets: ReadonlyMap<Alias, Node> | undefined;
  return {
    root,
    faults: faults.toSorted((a, b) => a.span[0] - b.span[0]),
    resolve: (alias) => (targets ??= aliasTargets(root)).get(alias),
  };
}

function compose(text: string, faults: YamlFault[]): readonly Document.Parsed[] {
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: false,
    keepSourceTokens: false,
  });
  const noted = (from: unknown, code: string, message: string, warning?: boolean): void => {
    // The library only warns of closing brackets that stand far left, and of tags, which `plain` refuses itself.
    if (warning && code !== "BAD_DIRECTIVE") return;
    faults.push({ code, message, span: spanOf(from) });
    if (faults.length >= MAX_FAULTS) throw new TooManyFaults();
  };
  // The library keeps this handler private, but has no other way to stop early.
  Reflect.set(composer, "onError", noted);
  const documents: Document.Parsed[] = [];
  try {
    for (const token of tokensOf(text, noted)) {
      const deep = token.type === "document" ? tooDeep(token) : undefined;
      if (deep !== undefined) noted(deep, "RESOURCE_EXHAUSTION", "nested too deeply");
      else if (token.type === "error") noted(token, "UNEXPECTED_TOKEN", token.message);
      else documents.push(...composer.next(token));
      // A third is one too many for the same reason as the second.
      if (documents.length > 1) break;
    }
    documents.push(...composer.end(true, text.length));
  } catch (error) {
    if (!(error instanceof TooManyFaults)) throw error;
  }
  for (const { errors } of documents) {
    for (const { code, message, pos } of errors) faults.push({ code, message, span: pos });
  }
  return documents;
}

// Blocks that end together are closed one by one, so a little more than the depth that is told precisely.
const MAX_OPEN = 4 * MAX_DEPTH;

/** The text's tokens, as long as no more values are open at once than could be read. */
function* tokensOf(
  text: string,
  noted: (from: CST.Token | number, code: string, message: string) => void,
): Generator<CST.Document | CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // The parser looks through all that is open at every line and closing bracket.
    if (parser.stack.length > MAX_OPEN) {
      noted(parser.stack[MAX_DEPTH + 2] ?? parser.offset, "RESOURCE_EXHAUSTION", "nested too deeply");
      throw new TooManyFaults();
    }
  }
  yield* parser.end();
}

/** The first value that lies too deep. The composer would find out by exhausting the stack, each time elsewhere. */
function tooDeep(document: CST.Document): CST.Token | undefined {
  const open: (readonly [CST.Token, number])[] = document.value ? [[document.value, 0]] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (depth > MAX_DEPTH) return token;
    if (!("items" in token)) continue;
    for (const { key, value } of token.items.toReversed()) {
      if (value && "items" in value) open.push([value, depth + 1]);
      if (key && "items" in key) open.push([key, depth + 1]);
    }
  }
  return undefined;
}

function spanOf(from: unknown): Span {
  if (typeof from === "number") return [from, from + 1];
  if (Array.isArray(from)) return [Number(from[0]), Number(from[1])];
  const { offset = 0, source = " " } = from as { readonly offset?: number; readonly source?: string };
  return [offset, offset + Math.max(1, source.length)];
}

/** Every comment of a text with its `#`, in order, and its offset. */
export function commentsOf(text: string): readonly (readonly [comment: string, at: number])[] {
  const found: (readonly [string, number])[] = [];
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    if (CST.tokenType(token) === "comment") found.push([token.trimEnd(), at]);
    // Marks of the lexer's own stand for nothing in the text.
    if (token !== CST.DOCUMENT && token !== CST.FLOW_END && token !== CST.SCALAR) at += token.length;
  }
  return found;
}

/** Every node of a tree, parents before children, keys before their values. */
export function* nodesOf(root: Node | undefined): Generator<Node> {
  // A stack and not recursion: the text decides how deep its nodes lie.
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (isPair(node)) open.push(node.value, node.key);
    else if (isAlias(node) || isScalar(node) || isCollection(node)) {
      yield node;
      // One by one: a call cannot take as many arguments as a list may have items.
      if (isCollection(node)) for (const item of node.items.toReversed()) open.push(item);
    }
  }
}

/** An alias stands for the last node before it that carries its anchor. */
function aliasTargets(root: Node | undefined): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  for (const node of nodesOf(root)) {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
  }
  return targets;
}
