/**
 * Sends the bytes of a result: whole or one range of them (RFC 9110), or wrongly, as a fault wants it. Knows sockets and
 * headers; which result, and whether anything is wrong with it, is decided elsewhere.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

import { unreachable } from "../base/guard.js";
import type { FileFault, ResultFile } from "./answer.js";

const FLIPPED_BYTES = 16;
const FILLING = Buffer.alloc(64 * 1024);

/** Answers a request for a result. */
export function sendFile(
  incoming: IncomingMessage,
  response: ServerResponse,
  file: ResultFile,
  fault: FileFault | undefined,
): void {
  const { bytes, etag, contentType } = file;
  const head = { etag, "accept-ranges": "bytes", "content-type": contentType, "cache-control": "private" };
  const condition = incoming.headers["if-range"];
  const range =
    condition === undefined || condition === etag ? rangeOf(incoming.headers.range, bytes.length) : "whole";
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...head, "content-range": `bytes */${bytes.length}`, "content-length": 0 });
    response.end();
    return;
  }
  const [first, last] = range === "whole" ? [0, bytes.length - 1] : range;
  const body = bytes.subarray(first, last + 1);
  const length = lengthSaid(body, fault);
  response.writeHead(range === "whole" ? 200 : 206, {
    ...head,
    ...(length === undefined ? {} : { "content-length": length }),
    ...(range === "whole" ? {} : { "content-range": `bytes ${first}-${last}/${bytes.length}` }),
  });
  if (incoming.method === "HEAD") response.end();
  else if (fault === undefined) response.end(body);
  else sendSpoilt(incoming, response, body, fault);
}

function partOf(body: Uint8Array, { at = 0.5 }: { readonly at?: number }): Uint8Array {
  return body.subarray(0, Math.floor(body.length * at));
}

function lengthSaid(body: Uint8Array, fault: FileFault | undefined): number | undefined {
  if (fault?.do === "endless") return undefined;
  if (fault?.do !== "short" || fault.says === undefined || fault.says === "whole") return body.length;
  return fault.says === "part" ? partOf(body, fault).length : undefined;
}

function sendSpoilt(
  incoming: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  fault: FileFault,
): void {
  response.flushHeaders();
  switch (fault.do) {
    case "cut":
      response.write(partOf(body, fault), () => incoming.socket.destroy());
      return;
    case "short":
      // The end of the connection is then the only end that there is.
      if (fault.says === undefined || fault.says === "whole")
        response.write(partOf(body, fault), () => incoming.socket.end());
      else response.end(partOf(body, fault));
      return;
    case "stall":
      response.write(partOf(body, fault));
      return;
    case "endless": {
      const more = (): void => {
        if (!response.destroyed && !response.write(FILLING)) response.once("drain", more);
        else if (!response.destroyed) setImmediate(more);
      };
      response.write(body, more);
      return;
    }
    case "corrupt": {
      const spoilt = Uint8Array.from(body);
      const from = partOf(body, fault).length;
      for (let at = from; at < Math.min(from + FLIPPED_BYTES, spoilt.length); at++) {
        spoilt[at] = 255 - (spoilt[at] ?? 0);
      }
      response.end(spoilt);
      return;
    }
    default:
      unreachable(fault);
  }
}

/** RFC 9110 14.2: one range of bytes; anything else (several ranges, other units, nonsense) means the whole file. */
function rangeOf(
  header: string | undefined,
  length: number,
): readonly [first: number, last: number] | "whole" | "unsatisfiable" {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "whole";
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== "" && to !== "" && Number(to) < first) return "whole";
  return first < length && first <= last ? [first, last] : "unsatisfiable";
}
