/**
 * What the YAML library stumbled over, in words for a film-maker. Only the first fault is told: the others are mostly
 * its echo, and the tree behind it is guesswork. Tabs are counted, because an editor that writes one writes many.
 */
import { problem, type Diagnostic } from "../base/diagnostic.js";
import { counted, elide } from "../base/text.js";
import type { Placer, Span } from "./place.js";
import { isScalar, nodesOf, type Node, type Yaml, type YamlFault } from "./yaml.js";

interface Words {
  readonly message: string;
  readonly why?: string;
  readonly help: string;
  /** Where to point, when not at the fault itself. */
  readonly span?: Span;
}

const QUOTE_IT = "put the whole text in quotes";

/** The diagnostics of a text that is not YAML; empty when it is. */
export function syntaxDiagnostics(yaml: Yaml, text: string, places: Placer): readonly Diagnostic[] {
  const [first] = yaml.faults;
  if (first === undefined) return [];
  const tabs = yaml.faults.filter((fault) => fault.code === "TAB_AS_INDENT");
  if (first === tabs[0]) {
    const lines = new Set(tabs.map((fault) => places.at(fault.span).line)).size;
    return [
      problem("yaml/tab", "a tab is used for indentation", {
        place: places.at(first.span),
        why: `YAML allows spaces only${lines > 1 ? `; ${counted(lines, "line")} have tabs` : ""}`,
        help: "replace each tab by two spaces, and let your editor insert spaces in this file",
      }),
    ];
  }
  const { span, ...words } = inWords(first, yaml, text);
  return [
    problem("yaml/syntax", words.message, {
      place: places.at(span ?? first.span),
      help: words.help,
      ...(words.why === undefined ? {} : { why: words.why }),
    }),
  ];
}

function inWords(fault: YamlFault, yaml: Yaml, text: string): Words {
  const at = text.slice(fault.span[0], fault.span[0] + 1);
  switch (fault.code) {
    case "BAD_INDENT":
      return badIndent(fault, yaml, text);
    case "MISSING_CHAR":
      return missing(fault, yaml);
    case "UNEXPECTED_TOKEN":
      return unexpected(fault, yaml, text);
    case "BLOCK_AS_IMPLICIT_KEY":
      return yaml.faults.some((other) => other.code === "MULTILINE_IMPLICIT_KEY")
        ? {
            message: "the line below this one is indented as if it belonged to this value",
            why: "a key that stands further right than its neighbours becomes part of the value above it",
            help: "indent the next line exactly like the key of this one",
          }
        : {
            message: "an unquoted text holds a second `: `",
            why: "a colon followed by a space makes a key, and a value cannot be a key as well",
            help: QUOTE_IT,
          };
    case "MULTILINE_IMPLICIT_KEY":
      return {
        message: "a key must stand on one line",
        why: "the line has no `: `, so it runs into the next one",
        help: "write `key: value`, with a space after the colon",
      };
    case "BAD_SCALAR_START":
      return { message: `an unquoted text cannot begin with ${ticked(at)}`, help: QUOTE_IT };
    case "BAD_DQ_ESCAPE":
      return {
        message: `${ticked(text.slice(...fault.span))} is no escape that double quotes know`,
        help: "write `\\\\` for a backslash, or use single quotes, which know no escapes",
      };
    case "BLOCK_IN_FLOW":
      return {
        message: "an indented block cannot stand inside { } or [ ]",
        help: "write the whole value indented, without the brackets",
      };
    case "MULTIPLE_DOCS":
      return {
        message: "a second YAML document begins here",
        why: "a manifest is one document",
        help: "remove the `---` or `...` line",
      };
    case "YAML_VERSION":
    case "BAD_DIRECTIVE":
      return {
        message: "the file gives instructions to YAML",
        why: "a line that begins with `%` does; manifests are YAML 1.2 and need none",
        help: "remove the line",
      };
    case "TAG_RESOLVE_FAILED":
    case "MULTIPLE_TAGS":
      return { message: "`!` begins a YAML tag, and manifests have none", help: `remove it, or ${QUOTE_IT}` };
    case "BAD_ALIAS":
    case "ALIAS_PROPS":
    case "MULTIPLE_ANCHORS":
    case "BAD_PROP_ORDER":
      return {
        message: "`&` and `*` begin a YAML anchor and an alias, and this is neither",
        help: QUOTE_IT,
      };
    case "KEY_OVER_1024_CHARS":
      return {
        message: "a key is longer than 1,024 characters",
        help: "if it is a text, put its key before it",
      };
    case "RESOURCE_EXHAUSTION":
      return {
        message: "values are nested too deeply",
        help: "a manifest needs no more than a dozen levels",
      };
    default:
      return cannotRead();
  }
}

function badIndent(fault: YamlFault, yaml: Yaml, text: string): Words {
  const bracket = /end with a (.)/.exec(fault.message)?.[1];
  if (bracket !== undefined) return unclosed(fault, yaml, bracket);
  if (fault.message.startsWith("Block scalar")) {
    return {
      message: "the text after `|` or `>` is not indented",
      help: "indent its lines further than the key",
    };
  }
  const before = text.slice(0, fault.span[0]).trimEnd();
  const comment = / #.*$/.test(before.slice(before.lastIndexOf("\n") + 1));
  return {
    message: "this line is indented differently from the lines that it belongs to",
    ...(comment ? { why: "a ` #` on the line above begins a comment, so a text cannot go on after it" } : {}),
    help: comment
      ? "quote the text if the `#` is part of it, or move the comment"
      : "give keys of one block the same number of spaces; a text over several lines goes in quotes or after `>`",
  };
}

function missing(fault: YamlFault, yaml: Yaml): Words {
  if (fault.message.includes("quote")) {
    const open = [...nodesOf(yaml.root)].findLast((node) => isScalar(node) && startOf(node) < fault.span[0]);
    return {
      message: "a quote is opened and never closed",
      help: 'close it; inside double quotes, write `\\"` for a quote',
      ...(open === undefined ? {} : { span: [startOf(open), startOf(open) + 1] as const }),
    };
  }
  const bracket = /end with a (.)/.exec(fault.message)?.[1];
  if (bracket !== undefined) return unclosed(fault, yaml, bracket);
  if (fault.message.startsWith("Missing ,")) {
    return {
      message: "a comma is missing between two items",
      help: "put commas between items in { } and [ ]",
    };
  }
  if (fault.message.includes("map values")) {
    return {
      message: "this is neither a key nor part of the value above",
      why: "a key ends with a colon and a space",
      help: "write `key: value`; a text over several lines goes in quotes, or after `>` with deeper indentation",
    };
  }
  return cannotRead();
}

function unclosed(fault: YamlFault, yaml: Yaml, bracket: string): Words {
  const opening = bracket === "}" ? "{" : "[";
  const open = [...nodesOf(yaml.root)].findLast(
    (node) => "flow" in node && node.flow === true && startOf(node) < fault.span[0],
  );
  return {
    message: `${ticked(opening)} is opened and never closed`,
    help: `add the missing ${ticked(bracket)}; a text with brackets in it goes in quotes`,
    ...(open === undefined ? {} : { span: [startOf(open), startOf(open) + 1] as const }),
  };
}

function unexpected(fault: YamlFault, yaml: Yaml, text: string): Words {
  const [start] = fault.span;
  if (text.startsWith("${", start - 1)) {
    return {
      message: "`${…}` inside { } or [ ] must stand in quotes",
      why: "its own braces are read as brackets of YAML",
      help: QUOTE_IT,
      span: [start - 1, fault.span[1]],
    };
  }
  const before = [...nodesOf(yaml.root)].findLast(
    (node) => (node.range?.[1] ?? 0) <= start && isScalar(node),
  );
  if (before !== undefined && isScalar(before) && /^["']/.test(text.slice(startOf(before)))) {
    const opened = text.slice(startOf(before), start).includes("\n");
    return {
      message: "something follows a closing quote",
      ...(opened ? { why: "the text began on a line further up: its own closing quote may be missing" } : {}),
      help: 'put the whole text between one pair of quotes; inside double quotes, write `\\"` for a quote',
    };
  }
  if (fault.message.includes("block-seq-ind")) {
    return {
      message: "a list cannot begin on the line of its key",
      help: 'put each "- item" on a line of its own',
    };
  }
  return cannotRead();
}

function cannotRead(): Words {
  return {
    message: "from here on this is not YAML",
    help: "check the indentation and the line above; a text with any of : # { } [ ] , & * ! in it goes in quotes",
  };
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function ticked(text: string): string {
  return text === "`" ? "a backtick" : `\`${elide(text, 20)}\``;
}
