/**
 * Manifests that nobody writes: about a megabyte each, made to make a reader hang, overflow its stack, or say too much.
 * Small ones, and those that are not text, lie in `corpus/` as files.
 */

const MB = 1_000_000;
const HEAD = "version: 1\nproject: p\n";
const FILM = `${HEAD}shots:\n  a: { prompt: x }\n`;

/** `piece` until there is a megabyte. */
const filled = (piece: string, bytes = MB): string =>
  piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);

/** What `one` makes of 0, 1, 2, ... until there is a megabyte. */
function listed(one: (index: number) => string, bytes = MB): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; length < bytes; index++) {
    const part = one(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

const bomb = (levels: number, quote: (name: string) => string): string =>
  Array.from({ length: levels }, (_, level) =>
    quote(
      level === 0
        ? `l0: &l0 [x, x, x, x, x, x, x, x, x]\n`
        : `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}]\n`,
    ),
  ).join("");

/** Name → text. */
export const NASTY_MANIFESTS: Readonly<Record<string, () => string>> = {
  // Brackets, nesting, bare punctuation.
  "opening square brackets": () => filled("["),
  "opening curly brackets": () => filled("{"),
  "square brackets as a value": () => `${HEAD}shots: ${filled("[")}`,
  "brackets that close": () => filled("[", MB / 2) + filled("]", MB / 2),
  "closing brackets": () => filled("]"),
  "brackets, just not too deep": () => `${HEAD}notes: ${filled("[".repeat(60) + "]".repeat(60) + ", ")}`,
  dashes: () => filled("- "),
  "question marks": () => filled("? "),
  colons: () => filled(": "),
  "colons in one line behind a key": () => filled("a: "),
  "commas in brackets": () => `[${filled(",")}]`,
  ampersands: () => filled("&a "),
  stars: () => filled("*a "),
  "exclamation marks": () => filled("!"),
  tags: () => filled("!!map "),
  "percent signs": () => filled("%a\n"),
  "document marks": () => filled("---\n"),
  "document ends": () => filled("...\n"),
  "merge keys": () => listed((index) => `a${index}: {<<: *a}\n`),
  "deep blocks": () => Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
  "deep lists": () => Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}-\n`).join(""),
  "deep maps in one line": () => `${HEAD}notes: ${filled("{a: ")}`,
  // Scalars and white space.
  "a quote that never closes": () => `"${filled("a")}`,
  "a single quote that never closes": () => `'${filled("a")}`,
  "double quotes": () => filled('"'),
  "single quotes": () => filled("'"),
  "backslashes in a quote": () => `"${filled("\\")}`,
  "escapes in a quote": () => `${FILM}notes: "${filled("\\u00e9")}"\n`,
  "one word": () => filled("a"),
  "one line of words": () => filled("a b "),
  "a prompt of a megabyte": () => `${HEAD}shots:\n  a: { prompt: ${filled("x")} }\n`,
  "a prompt of blanks": () => `${HEAD}shots:\n  a: { prompt: "x${filled(" ")}y" }\n`,
  "a prompt of line breaks": () => `${HEAD}shots:\n  a: { prompt: "x${filled("\\n")}y" }\n`,
  "a prompt of combining marks": () =>
    `${HEAD}shots:\n  a: { prompt: "e${filled("\u0301\u0323", 400_000)}" }\n`,
  "a folded prompt": () => `${HEAD}shots:\n  a:\n    prompt: >\n${filled("      x\n\n")}`,
  "a literal prompt of blanks": () => `${HEAD}shots:\n  a:\n    prompt: |\n      x${filled(" ")}\n`,
  blanks: () => filled(" "),
  "blanks and a key": () => `${filled(" ")}a: 1`,
  tabs: () => filled("\t"),
  "tabs as indentation": () => listed((index) => `a${index}:\n\tb: 1\n`),
  "empty lines": () => filled("\n"),
  "carriage returns": () => filled("\r"),
  comments: () => filled("# x\n"),
  "one comment": () => `#${filled("#")}`,
  "comments behind prompts": () => `${HEAD}shots:\n${listed((index) => `  a${index}: { prompt: x } # y\n`)}`,
  "prompts cut by comments": () =>
    `${HEAD}shots:\n${listed((index) => `  a${index}:\n    prompt: shot #${index}\n`)}`,
  "a thousand kilobytes of digits": () => `${FILM}budget: { usd: ${filled("9")} }\n`,
  "unsafe integers": () => `${HEAD}notes: [${filled("99999999999999999999, ")}]`,
  "numbers of every kind": () =>
    `${HEAD}limits: { concurrency: 1e400, poll_seconds: .inf }\nbudget: { usd: -.nan }\nshots: { a: { duration: 0x1p3, take: -0 } }\n`,
  "lone surrogates": () => `${HEAD}notes: [${filled('"\\ud800", ')}]`,
  "a byte-order mark in every line": () => filled("\u{feff}a\n", 400_000),
  "line separators": () => filled("a\u2028b: c\n", 400_000),
  // Many keys.
  "100,000 keys": () => Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join(""),
  "100,000 keys in one line": () =>
    `{${Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join(", ")}}`,
  "one key again and again": () => filled("a: 1\n"),
  "one key again and again in one line": () => `{ ${filled("a: 1, ")} }`,
  "shots in one line": () => `${HEAD}shots: { ${listed((index) => `s${index}: { prompt: x }, `)} }\n`,
  "unknown keys of shots in one line": () =>
    `${HEAD}shots: { ${listed((index) => `s${index}: { promt: x }, `)} }\n`,
  "wrong types in one line": () => `${HEAD}shots: { ${listed((index) => `s${index}: 1, `)} }\n`,
  "wrong values": () => `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x, duration: -1 }\n`)}`,
  "bad ids": () => `${HEAD}shots:\n${listed((index) => `  "s ${index}": { prompt: x }\n`)}`,
  "an id of a megabyte": () => `${HEAD}shots:\n  "${filled("a")}": { prompt: x }\n`,
  "keys that are maps": () => listed((index) => `{a: ${index}}: 1\n`),
  "more shots than a film has": () => `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x }\n`)}`,
  "takes of everything": () =>
    `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x, takes: 9 }\n`)}`,
  profiles: () => `${FILM}profiles:\n${listed((index) => `  p${index}: {}\n`)}`,
  "profiles times shots": () =>
    `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x }\n`, MB / 2)}profiles:\n${listed((index) => `  p${index}: {}\n`, MB / 2)}`,
  "steps of one shot": () =>
    `${HEAD}shots:\n  a:\n    prompt: x\n    steps:\n${listed(() => "      - extend: {}\n")}`,
  "a list of everything": () => `${HEAD}notes:\n${filled("  - a\n")}`,
  "catalog models": () =>
    `${FILM}catalog:\n  models:\n${listed((index) => `    m${index}: { like: kling-3.0 }\n`)}`,
  "catalog models like nothing": () =>
    `${FILM}catalog:\n  models:\n${listed((index) => `    m${index}: { like: klang-${index} }\n`)}`,
  "catalog prices": () =>
    `${FILM}catalog:\n  prices:\n${listed((index) => `    - { model: m${index}, usd_per_clip: 1 }\n`)}`,
  // References, variables, aliases.
  "a chain of stills": () =>
    `${HEAD}images:\n  i0: { prompt: x }\n${listed((index) => `  i${index + 1}: { prompt: x, image: { from: images.i${index} } }\n`)}`,
  "a chain of stills, last first": () =>
    `${HEAD}images:\n${listed((index) => `  i${index}: { prompt: x, image: { from: images.i${index + 1} } }\n`)}`,
  "a circle of stills": () =>
    `${HEAD}images:\n${Array.from({ length: 15_000 }, (_, index) => `  i${index}: { prompt: x, image: { from: images.i${(index + 1) % 15_000} } }\n`).join("")}`,
  "every still from itself": () =>
    `${HEAD}images:\n${listed((index) => `  i${index}: { prompt: x, image: { from: images.i${index} } }\n`)}`,
  "references to nothing": () =>
    `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x, image: { from: images.nothing${index} } }\n`)}`,
  "references to what is nearly there": () =>
    `${HEAD}images:\n${listed((index) => `  i${index}: { prompt: x }\n`, MB / 2)}shots:\n${listed((index) => `  s${index}: { prompt: x, image: { from: images.j${index} } }\n`, MB / 2)}`,
  "input files that are missing": () =>
    `${HEAD}shots:\n${listed((index) => `  s${index}: { prompt: x, image: a/b/${index}.png }\n`)}`,
  "variables of variables": () =>
    `${FILM}vars:\n${Array.from({ length: 60 }, (_, level) => `  v${level}: "${`\${vars.v${level + 1}}`.repeat(1000)}"\n`).join("")}  v60: "${"x".repeat(200_000)}"\n`.replace(
      "prompt: x",
      'prompt: "${vars.v0}"',
    ),
  "a long chain of variables": () =>
    `${FILM}vars:\n${listed((index) => `  v${index}: "\${vars.v${index + 1}}"\n`)}`.replace(
      "prompt: x",
      'prompt: "${vars.v0}"',
    ),
  "variables that do not exist": () =>
    `${HEAD}vars:\n${listed((index) => `  v${index}: x\n`, MB / 2)}shots:\n${listed((index) => `  s${index}: { prompt: "\${vars.w${index}}" }\n`, MB / 2)}`,
  "a large variable in every shot": () =>
    `${HEAD}vars: { big: "${filled("x ", 60_000)}" }\nshots:\n${listed((index) => `  s${index}: { prompt: "\${vars.big} ${index}" }\n`, 900_000)}`,
  "half placeholders": () => `${HEAD}shots:\n  a: { prompt: "${filled("${vars.")}" }\n`,
  "placeholders in placeholders": () =>
    `${HEAD}shots:\n  a: { prompt: "${filled("${", MB / 2)}${filled("}", MB / 2)}" }\n`,
  "an output path of placeholders": () => `${FILM}outputs: { path: "${filled("{shot}")}.mp4" }\n`,
  "an output path of unknown placeholders": () =>
    `${FILM}outputs: { path: "${listed((index) => `{x${index}}`)}.mp4" }\n`,
  "an output path of folders": () => `${FILM}outputs: { path: "${filled("a/")}.mp4" }\n`,
  "an output path of dots": () => `${FILM}outputs: { path: "${filled("../")}x.mp4" }\n`,
  "an alias bomb": () => `${bomb(12, (text) => text)}${FILM}`,
  "an alias bomb of shots": () =>
    `${HEAD}shots:\n  a: &a { prompt: x }\n${listed((index) => `  s${index}: *a\n`)}`,
  "anchors of one name": () => `${FILM}notes:\n${filled("  - &a x\n  - *a\n")}`,
  "an alias of itself": () => `${FILM}notes: &a [*a, *a]\n`,
  // Bait for patterns.
  "half a token": () => `${FILM}notes: eyJ${filled("a")}\n`,
  "many half tokens": () => `${FILM}notes: ${filled("eyJaaaaaaaa.")}\n`,
  tokens: () => `${FILM}notes: [${filled("eyJhbGciOiJI.eyJpc3MiOiIx.c2lnbmF0dXJl, ")}]\n`,
  "passwords in addresses": () => `${FILM}notes: ${filled("https://a:")}\n`,
  "addresses without an at": () => `${FILM}notes: https://${filled("a:")}\n`,
  "the beginning of private keys": () => `${FILM}notes: ${filled("-----BEGIN A ")}\n`,
  bearers: () => `${FILM}notes: ${filled("Bearer ")}\n`,
  "half keys": () => `${FILM}notes: ${filled("sk-a-")}\n`,
  "named credentials": () => `${FILM}notes: [${filled("api_key: ")}]\n`,
  "named credentials in one line": () => `${FILM}notes: { ${listed((index) => `k${index}_token: abc, `)} }\n`,
  "names of credentials": () => `${FILM}notes: ${filled("access-key-")}\n`,
  signatures: () => `${FILM}notes: ${filled("?sign=")}\n`,
  "addresses that are signed": () => `${FILM}notes: ${filled("https://a.b/c?X-Amz-Signature=")}\n`,
  hyphens: () => `${FILM}notes: ${filled("a-")}\n`,
};
