/**
 * A program of its own: downloads a URL (first argument) into a directory (second) as a render does, hash and fsync
 * included. Tells as JSON: milliseconds until every byte was written, until it was durable, and by how many bytes the
 * process grew meanwhile at most.
 */
import { download } from "../../dist/provider/download.js";
import { openHttp } from "../../dist/provider/http.js";
import { nodeFiles } from "../../dist/store/files.js";
import { openPartial } from "../../dist/store/partial.js";

const [url, directory] = process.argv.slice(2);
const clock = { now: () => Date.now(), sleep: () => Promise.reject(new Error("the transfer was cut")) };
const base = new URL(url);
const http = openHttp({ clock, base });

const before = process.memoryUsage.rss();
const start = performance.now();
const partial = await openPartial(nodeFiles, directory, "clip");
const answer = await download({ http, clock, base }, url, partial, new AbortController().signal);
if (answer.kind !== "done") throw new Error(answer.why ?? answer.kind);
const writtenMs = performance.now() - start;
const { sha256, size } = await partial.finish();
const durableMs = performance.now() - start;
await http.close();
const grown = process.resourceUsage().maxRSS * 1024 - before;
process.stdout.write(JSON.stringify({ bytes: size, sha256, writtenMs, durableMs, grown }));
