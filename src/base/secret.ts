/**
 * How a secret can stand in a text: as it is, percent-encoded, in JSON, in base64 (also inside of something longer).
 * Whoever holds one takes its spellings out; of what only the environment holds, the texts of our own bugs are cleaned.
 */

const SHORTEST_PIECE = 8;

/** Every spelling of `secret` to look for, the longest first, so that one that contains another is removed whole. */
export function spellingsOf(secret: string): readonly string[] {
  if (secret === "") return [];
  const percent = encodeURIComponent(secret);
  const plain = [
    secret,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
  ];
  return [...new Set([...plain, ...inBase64(secret)])].toSorted((a, b) => b.length - a.length);
}

/** What of a secret shows in the base64 of `user:secret` and the like, wherever it begins. */
function inBase64(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    // Characters at both ends also hold bits of the neighbours.
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    const pieces = (["base64", "base64url"] as const).map((form) => bytes.toString(form).slice(from, to));
    return pieces.filter((piece) => piece.length >= SHORTEST_PIECE);
  });
}

// Variables of ours whose values prove who we are.
const CREDENTIAL = /^(KLING_|KLINGMAKE_).*(KEY|SECRET|TOKEN)/;
const SHORTEST = 4;

/** `text` without the values of credential variables, bearer tokens and the queries of addresses. */
export function redacted(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return redactor(env)(text);
}

/** The same for many texts: what is looked for is put together once. */
export function redactor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const spellings = Object.entries(env).flatMap(([name, value]) => {
    if (!CREDENTIAL.test(name) || value === undefined) return [];
    // Some hold several, with spaces between them.
    const secrets = [value, ...value.split(/\s+/)].filter(({ length }) => length >= SHORTEST);
    return secrets.flatMap(spellingsOf);
  });
  return (text) => withoutAddresses(spellings.reduce((rest, each) => rest.replaceAll(each, "***"), text));
}

function withoutAddresses(text: string): string {
  return text
    .replace(/\bBearer\s+\S+/gi, "Bearer ***")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "***")
    .replace(
      /((?:https?:|(?:https?)?%3a)(?:\\?\/|%2f){2}[^\s?"'<>%]+(?:%2f[^\s?"'<>%]+)*)(?:\?|%3f)[^\s"'<>]+/gi,
      "$1?***",
    );
}
