/**
 * Sends a blob of the store: whole or one range of it (RFC 9110), told by its digest, which never changes its content.
 * Knows sockets, headers and one open file; which blob, and whether it may be asked for, is decided elsewhere.
 */
import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { HeldMedia } from "../index.js";

/** What is asked about a blob. */
export interface MediaRequest {
  readonly isHead: boolean;
  readonly headers: IncomingMessage["headers"];
}

/** Sends it; false, and nothing sent, when the file is not the one that was checked any more. @throws the disk's error. */
export async function sendMedia(
  { isHead, headers }: MediaRequest,
  response: ServerResponse,
  sha256: string,
  held: HeldMedia,
): Promise<boolean> {
  const file = await open(held.path, "r");
  try {
    const { size, mtimeMs } = await file.stat();
    if (size !== held.size || mtimeMs !== held.mtimeMs) return false;
    const etag = `"${sha256}"`;
    const head = {
      etag,
      "accept-ranges": "bytes",
      "cache-control": "private, max-age=31536000, immutable",
      "content-type": held.type,
    };
    if (names(headers["if-none-match"], etag)) {
      response.writeHead(304, head).end();
      return true;
    }
    // A range is a matter of GET alone, and of the very bytes that the asker has the rest of.
    const isPart = !isHead && [undefined, etag].includes(headers["if-range"]?.toString());
    const range = isPart ? rangeOf(headers["range"], size) : "whole";
    if (range === "unsatisfiable") {
      response.writeHead(416, { ...head, "content-range": `bytes */${size}`, "content-length": 0 }).end();
      return true;
    }
    const [start, end] = range === "whole" ? [0, size - 1] : range;
    response.writeHead(range === "whole" ? 200 : 206, {
      ...head,
      "content-length": end - start + 1,
      ...(range === "whole" ? {} : { "content-range": `bytes ${start}-${end}/${size}` }),
    });
    if (isHead) response.end();
    // Whoever has seen enough hangs up in the middle, as players do.
    else
      await pipeline(file.createReadStream({ start, end, autoClose: false }), response).catch(
        () => undefined,
      );
    return true;
  } finally {
    await file.close();
  }
}

/** Whether a list of tags names this one; a weak one is as good here. */
function names(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((each) => ["*", etag, `W/${etag}`].includes(each.trim()));
}

/** RFC 9110 14.2: one range of bytes; anything else (several, other units, nonsense) means the whole. */
function rangeOf(
  header: string | undefined,
  size: number,
): readonly [start: number, end: number] | "whole" | "unsatisfiable" {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "whole";
  if (from !== "" && to !== "" && Number(to) < Number(from)) return "whole";
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start <= end ? [start, end] : "unsatisfiable";
}
