/**
 * JSON from a stranger: integers that a double cannot hold become strings instead of losing digits, because a task id
 * with a wrong last digit is somebody else's task. Knows nothing of what the text means.
 */

// One token: a string (skipped as a whole) or a number. The unrolled form of the string does not backtrack.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const LONG_INTEGER = /^-?\d{16,}$/;

/** The value of a JSON text, long integers as strings. @throws SyntaxError when it is not JSON. */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)));
}
