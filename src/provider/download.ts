/**
 * A result from a signed URL into a sink, in constant memory. A cut transfer goes on where it stopped when the server
 * proves (by its validator) that the bytes are still the same, else it begins anew. Redirects are followed by hand, each
 * judged like the first URL. Never sends credentials; never says a URL. What the bytes are is not its business.
 */
import type { Clock } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import type { Http } from "./http.js";
import { networkWords } from "./network.js";
import type { FetchAnswer, Sink } from "./provider.js";
import { resultUrl } from "./reach.js";
import type { ResultAnswer } from "./results.js";

/** What a download needs. */
export interface DownloadOptions {
  readonly http: Http;
  readonly clock: Clock;
  /** The configured API address: results may come from it when it is loopback. */
  readonly base: URL;
  /** Bytes at most; 4 GiB when absent. */
  readonly maxBytes?: number;
}

const MAX_REDIRECTS = 5;
/** Attempts in a row that may end without news. */
const MAX_STALLS = 6;
/** Bytes beyond the furthest point so far that count as news: a server that gives one byte a time must not hold us. */
const NEWS_BYTES = 64 * 1024;
/** Milliseconds of waiting in which news must come. However long it takes in all is nobody's business. */
const NEWS_MS = 60_000;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;

type Open = Extract<ResultAnswer, { readonly kind: "open" }>;
type Headers = Open["headers"];

/** How far a download is. */
interface Progress {
  received: number;
  total: number | undefined;
  /** What `If-Range` can name: a strong ETag, or the date of the last change. */
  validator: string | undefined;
}

/** How one request for bytes ended. */
type Turn = { readonly kind: "complete" } | { readonly kind: "again"; readonly why: string } | FetchAnswer;

/** Streams `url` into `sink`. @throws the signal's reason, and whatever the sink throws. */
export async function download(
  options: DownloadOptions,
  url: string,
  sink: Sink,
  signal: AbortSignal,
  onProgress?: (bytes: number, total: number | undefined) => void,
): Promise<FetchAnswer> {
  const { clock, base, maxBytes = 4 * 1024 ** 3 } = options;
  const start = resultUrl(url, base);
  if (start === undefined) return failed("the result's address is not a public https address");

  const progress: Progress = { received: 0, total: undefined, validator: undefined };
  let furthest = 0;
  let stalls = 0;
  for (;;) {
    const turn = await takeTurn(start);
    switch (turn.kind) {
      case "complete":
        if (progress.received === 0) return failed("the result is empty");
        return { kind: "done", bytes: progress.received };
      case "again":
        stalls = progress.received >= furthest + NEWS_BYTES ? 0 : stalls + 1;
        furthest = Math.max(furthest, progress.received);
        if (stalls >= MAX_STALLS) return failed(turn.why);
        await clock.sleep(Math.min(RETRY_MS * 2 ** Math.max(0, stalls - 1), LONGEST_RETRY_MS), signal);
        break;
      case "done":
      case "expired":
      case "failed":
        return turn;
      default:
        return unreachable(turn);
    }
  }

  async function takeTurn(from: URL): Promise<Turn> {
    signal.throwIfAborted();
    if (progress.received > 0 && progress.validator === undefined) await startOver();
    const resume: Record<string, string> = {};
    if (progress.received > 0 && progress.validator !== undefined) {
      resume["range"] = `bytes=${progress.received}-`;
      resume["if-range"] = progress.validator;
    }
    const answer = await follow(options, from, resume, signal);
    if (answer.kind !== "open") return answer;
    try {
      return (await begin(answer)) ?? (await pour(answer));
    } finally {
      answer.discard();
    }
  }

  /** Whether the bytes that follow can be taken; undefined when they can. */
  async function begin(answer: Open): Promise<Turn | undefined> {
    const { status, headers } = answer;
    if (status === 403 || status === 404 || status === 410) return { kind: "expired" };
    if (status === 416 && progress.received > 0) {
      await startOver();
      return { kind: "again", why: "the server could not resume" };
    }
    if (status === 408 || status === 429 || status >= 500) return { kind: "again", why: `HTTP ${status}` };
    if (status !== 200 && status !== 206) return failed(`HTTP ${status}`);
    if (COMPRESSED.test(headers.get("content-encoding") ?? "")) {
      return failed("the result came in an encoding that was not asked for");
    }
    if (PAGE.test(headers.get("content-type") ?? "")) return failed("a page came instead of the result");

    const length = wholeNumber(headers.get("content-length"));
    if (status === 206) {
      const range = /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16}|\*)$/.exec(headers.get("content-range") ?? "");
      const total = range?.[2] === "*" ? progress.total : wholeNumber(range?.[2]);
      const changed = progress.validator !== undefined && validatorOf(headers) !== progress.validator;
      const grown = progress.total !== undefined && total !== progress.total;
      if (range === null || Number(range[1]) !== progress.received || grown || changed) {
        await startOver();
        return { kind: "again", why: "the server resumed at another place" };
      }
      progress.total = total;
    } else {
      if (progress.received > 0) await startOver();
      progress.total = length;
      progress.validator = validatorOf(headers);
    }
    if (progress.total !== undefined && progress.total > maxBytes) return tooLarge();
    return undefined;
  }

  async function pour(answer: Open): Promise<Turn> {
    let fault: { readonly error: unknown } | undefined;
    let news = 0;
    let waitedMs = 0;
    let askedMs = clock.now();
    try {
      for await (const chunk of answer.body) {
        if (progress.received + chunk.length > maxBytes) return tooLarge();
        news += chunk.length;
        waitedMs += clock.now() - askedMs;
        try {
          await sink.write(chunk);
        } catch (error) {
          fault = { error };
          throw error;
        }
        progress.received += chunk.length;
        onProgress?.(progress.received, progress.total);
        if (news >= NEWS_BYTES) news = waitedMs = 0;
        if (waitedMs > NEWS_MS) return { kind: "again", why: "the bytes came too slowly" };
        askedMs = clock.now();
      }
    } catch (error) {
      if (fault !== undefined) throw fault.error;
      signal.throwIfAborted();
      return { kind: "again", why: networkWords(error) };
    }
    if (progress.total === undefined || progress.received === progress.total) return { kind: "complete" };
    if (progress.received > progress.total) await startOver();
    return { kind: "again", why: "the transfer ended early" };
  }

  async function startOver(): Promise<void> {
    await sink.restart();
    progress.received = 0;
    progress.total = undefined;
    progress.validator = undefined;
  }

  function tooLarge(): FetchAnswer {
    return failed(`the result is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB`);
  }
}

/** The answer after redirects. */
async function follow(
  options: DownloadOptions,
  first: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Open | FetchAnswer | { readonly kind: "again"; readonly why: string }> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await options.http.open(url, headers, signal);
    if (answer.kind === "cut") return { kind: "again", why: answer.why };
    if (answer.kind === "forbidden") return failed("the result's host is not a public one");
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
    answer.discard();
    const location = answer.headers.get("location") ?? "";
    const next = location === "" ? undefined : resultUrl(location, options.base, url);
    if (next === undefined) return failed("the result redirects to an address that is not public https");
    if (redirects === MAX_REDIRECTS) return failed("the result redirects too often");
    url = next;
  }
}

function failed(why: string): FetchAnswer {
  return { kind: "failed", why };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Codings that change bytes. What else stands in that header (`binary`, `utf-8`) changes none: the bytes are looked at. */
const COMPRESSED = /\b(gzip|deflate|br|zstd|compress)\b/i;

/** What no film or picture is sent as. All else may be one: hosts do not know what they store. */
const PAGE = /^\s*(text\/html|[^;]*[/+](json|xml))\s*(;|$)/i;

/** What can vouch for the rest of these bytes, by RFC 9110: a strong ETag, or a date that was no news when it was sent. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag !== undefined) return /^"[^"]*"$/.test(etag) ? etag : undefined;
  const modified = headers.get("last-modified");
  const ageMs = Date.parse(headers.get("date") ?? "") - Date.parse(modified ?? "");
  return ageMs >= 1000 ? modified : undefined;
}
