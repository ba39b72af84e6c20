/**
 * What is said when an exception reaches the top: that it is our bug, not the user's mistake. The stack only on request,
 * and never with a credential or the query of a signed address in it.
 */
import { safeText } from "../index.js";

const SECRETS = /^(KLING_|KLINGMAKE_).*(KEY|SECRET|TOKEN)/;

/** The text for stderr, with a line break at its end. `KLINGMAKE_DEBUG=1` adds the stack. */
export function bugText(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const debug = env["KLINGMAKE_DEBUG"];
  const asked = debug !== undefined && debug !== "" && debug !== "0";
  const clean = (text: string) => safeText(redacted(text, env));
  const lines = [
    `this is a bug in klingmake: ${clean(thrown.message)}`,
    "nothing that was paid for is lost; run the same command again, and please report it",
    ...(asked
      ? (thrown.stack ?? "").split("\n").slice(1).map(clean)
      : ["KLINGMAKE_DEBUG=1 shows where it happened"]),
  ];
  return `${lines.join("\n")}\n`;
}

/** `text` without the values of credential variables, bearer tokens and the queries of addresses. */
export function redacted(text: string, env: Readonly<Record<string, string | undefined>>): string {
  let clean = text;
  for (const [name, value] of Object.entries(env)) {
    if (SECRETS.test(name) && value !== undefined && value.length >= 4)
      clean = clean.replaceAll(value, "***");
  }
  return clean
    .replace(/\bBearer\s+\S+/gi, "Bearer ***")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "***")
    .replace(/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]+/g, "$1?***");
}
