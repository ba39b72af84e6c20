/**
 * The page as one HTML document: style, script and, in a report, the film itself stand inside, so that nothing else has
 * to be loaded to see it. Its policy lets run this very script and style, known by their digests, and nothing else; it
 * stands in the document too, because a folder that is opened from disk has no headers. Knows neither disk nor server.
 */
import { createHash } from "node:crypto";
import type { Film } from "./film.js";

/** What a page is made from. */
export interface PageParts {
  readonly title: string;
  /** The built text of `browser/main.ts`. */
  readonly script: string;
  /** The built text of `browser/page.css`. */
  readonly style: string;
  /** The film of a report; a live page has none and is told by the server's events. */
  readonly film?: Film;
}

/**
 * The content security policy, for the document and for a server's header. `'self'` covers a folder on disk as well.
 * No HTML can be made from text (`trusted-types`), nothing is loaded from elsewhere, and a report connects to nothing.
 */
export function pagePolicy({ script, style, film }: Omit<PageParts, "title">): string {
  return [
    "default-src 'none'",
    `script-src '${digestOf(unixLines(script))}'`,
    `style-src '${digestOf(unixLines(style))}'`,
    // The icon stands in the document.
    "img-src 'self' data:",
    "media-src 'self'",
    ...(film === undefined ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1c1d1f"/><path d="M6 4l6 4-6 4z" fill="#fff"/></svg>',
)}`;

/** The whole document. */
export function pageDocument(parts: PageParts): string {
  const { title, film } = parts;
  const data =
    film === undefined ? "" : `<script type="application/json" id="film">${scriptJson(film)}</script>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(pagePolicy(parts))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="klingmake">
<link rel="icon" href="${ICON}">
<title>${escapeHtml(title)}</title>
<style>${unixLines(parts.style)}</style>
</head>
<body>
<noscript>This page shows a film by means of a script that stands in it, and scripts are switched off here.</noscript>
${data}<script>${unixLines(parts.script)}</script>
</body>
</html>
`;
}

/** A browser reads every end of line as this one before it compares digests. */
const unixLines = (text: string): string => text.replace(/\r\n?/g, "\n");

const digestOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** JSON that can stand in a script element: nothing in it can end the element or begin a comment. */
function scriptJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
