/**
 * What must have happened at least once in a range of stories, so that the simulation cannot rot unnoticed: every fault,
 * every code of the vendor's table, and a death before and after every kind of call to the world.
 */
import { CODES } from "./vendor-calls.js";

const PORTS = [
  "open",
  "close",
  "write",
  "readFile",
  "readdir",
  "truncate",
  "sync",
  "sync directory",
  "datasync",
  "mkdir",
  "rename",
  "unlink",
  "chmod",
  "copyFile",
  "http create",
  "http call",
  "http query",
  "http result",
  "http piece",
  "sleep",
  "wake",
];
const LOST = [
  "unsent",
  "cut before",
  "page before",
  "rubbish before",
  "never before",
  "cut after",
  "page after",
  "rubbish after",
  "never after",
  "nameless after",
  "5000 after",
  "5002 after",
];

/** Names of counts, all of which must be above zero. */
export const MUST_HAPPEN: readonly string[] = [
  ...PORTS.flatMap((port) =>
    ["kill", "power"].flatMap((what) => [`${what} before ${port}`, `${what} after ${port}`]),
  ),
  ...Object.keys(CODES).flatMap((code) => [`code ${code} to create`, `code ${code} to query`]),
  ...LOST.flatMap((fault) => ["create", "query", "call"].map((asked) => `fault ${fault} to ${asked}`)),
  ...["late", "twice"].map((fault) => `fault ${fault} to create`),
  ...["cut", "short", "broken", "clipped", "page", "busy", "refused", "expired"].map(
    (fault) => `download ${fault}`,
  ),
  ...["ENOSPC", "EACCES", "EROFS", "EIO"].map((code) => `disk error ${code}`),
  ...["nothing", "everything", "torn", "some"].map((mood) => `power failures keeping ${mood}`),
  "lost .kling",
  "lost lockfile",
  "lost disk",
  "reverted lockfile",
  "lost store",
  "lost outputs",
  "held",
  "edits",
  "rebuys",
  ...["ran", "died", "declined", "approval_needed", "frozen", "locked"].map((end) => `ended: ${end}`),
  "damaged journal lines",
  "torn writes",
  "calls arrived",
];
