/**
 * What is said when an exception reaches the top: that it is our bug, not the user's mistake. The stack only on request,
 * and never with a credential or the query of a signed address in it.
 */
import { redacted, safeText } from "../index.js";

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
