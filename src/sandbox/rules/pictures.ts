/**
 * The rules for pictures in a request: an http(s) address, or base64 without a data: prefix, decoded far enough to
 * know format, size in pixels and bytes. It fetches nothing, and looks at pixels only to know a slate of the sandbox's
 * own again, so a file that is damaged behind its header passes. No cap on what is sent inline is documented. Limits: jpg or png, sides from 300 px, ratio 1:2.5 to 2.5:1; bytes differ by generation.
 */

import { sha256Hex } from "../../base/digest.js";
import { markIn } from "../media/watermark.js";
import type { Complaints, Fields } from "./fields.js";
import type { KeptElement, OwnResult, Resolution, Size, SourcePicture, World, WornPicture } from "./order.js";

/** Largest picture of the new generation, in bytes. */
export const NEW_PICTURE_BYTES = 50 * 1024 * 1024;

/** Largest picture of the legacy generation, in bytes. */
export const LEGACY_PICTURE_BYTES = 10 * 1024 * 1024;

const LEAST_SIDE = 300;
const MOST_DESCRIBED = 4;
/** Endings of addresses that are certainly no jpg or png; an address need not have an ending at all. */
const OTHER_FILES: ReadonlySet<string> = new Set([
  "webp",
  "gif",
  "bmp",
  "tif",
  "tiff",
  "svg",
  "avif",
  "heic",
  "pdf",
  "mp4",
  "mov",
  "webm",
  "mkv",
  "mp3",
  "wav",
]);
const WIDEST = 2.5;
const SHORT_SIDE: Readonly<Record<Resolution, number>> = { "720p": 720, "1080p": 1080, "4k": 2160 };

/** Whether a string is an absolute http or https address. */
export function isWebAddress(value: string): boolean {
  return /^https?:\/\//iu.test(value) && URL.canParse(value);
}

/** Checks one picture; undefined when it was complained about. `name` is how messages call the field. */
export function readPicture(
  value: string,
  name: string,
  mostBytes: number,
  world: World,
  complaints: Complaints,
): SourcePicture | undefined {
  const refuse = (message: string): undefined => {
    complaints.add(`${name} ${message}`);
    return undefined;
  };
  if (/^https?:/iu.test(value)) {
    if (!isWebAddress(value)) return refuse("is not a valid URL");
    return atAddress(value, world, refuse);
  }
  if (value.startsWith("data:")) return refuse("must be Base64 without the data: prefix");
  const bytes = fromBase64(value);
  if (bytes === undefined) return refuse("is neither a URL nor Base64");
  if (bytes.length > mostBytes) return refuse(`is larger than ${mostBytes / 1024 / 1024} MB`);
  const header = readPng(bytes) ?? readJpeg(bytes);
  if (header === undefined) return refuse("is not a jpg, jpeg or png image");
  const problem = sizeProblem(header.size);
  if (problem !== undefined) return refuse(problem);
  const mark = header.format === "png" ? markIn(bytes) : undefined;
  return { kind: "inline", format: header.format, size: header.size, sha256: sha256Hex(bytes), mark };
}

/** A picture by its address: of this sandbox's results it is known whether they can be had. */
function atAddress(
  url: string,
  world: World,
  refuse: (message: string) => undefined,
): SourcePicture | undefined {
  const found = world.resultAt(url);
  if (found === "unreachable") return refuse("cannot be fetched");
  if (found === "foreign") {
    const [, ending] = /\.([a-z]\w+)$/iu.exec(new URL(url).pathname) ?? [];
    return ending !== undefined && OTHER_FILES.has(ending.toLowerCase())
      ? refuse("is not a jpg, jpeg or png image")
      : { kind: "url", url, size: undefined };
  }
  const { order, state } = found;
  if (order.kind !== "still" && order.kind !== "faces") return refuse("is not an image");
  if (state !== "ready") return refuse(state === "expired" ? "has expired" : "cannot be fetched");
  const size = order.kind === "still" ? order.size : undefined;
  const problem = size === undefined ? undefined : sizeProblem(size);
  return problem === undefined ? { kind: "url", url, size, own: resultName(found) } : refuse(problem);
}

function sizeProblem({ width, height }: Size): string | undefined {
  if (Math.min(width, height) < LEAST_SIDE) {
    return `is ${width}x${height}; each side must be at least ${LEAST_SIDE} px`;
  }
  return Math.max(width / height, height / width) > WIDEST
    ? `is ${width}x${height}; the aspect ratio must be between 1:2.5 and 2.5:1`
    : undefined;
}

/** Checks a field of the legacy generation that holds a picture; undefined when absent or complained about. */
export function readLegacyPicture(
  fields: Fields,
  field: string,
  world: World,
  complaints: Complaints,
): SourcePicture | undefined {
  const value = fields.text(field);
  return value === undefined
    ? undefined
    : readPicture(value, fields.name(field), LEGACY_PICTURE_BYTES, world, complaints);
}

/** What a slate says of a picture; the digest makes clips from different pictures differ. */
export function describePicture(role: string, picture: SourcePicture): string {
  const size = picture.size === undefined ? "" : ` ${picture.size.width}×${picture.size.height}`;
  const name =
    picture.kind === "inline"
      ? `${picture.format} · ${picture.sha256.slice(0, 8)}${picture.mark === undefined ? "" : ` from ${picture.mark}`}`
      : (picture.own ?? "by address");
  return `${role}${size} ${name}`;
}

/** What a slate says of pictures and elements: a line for each of the first pictures, then the rest. */
export function describePictures(
  role: string,
  pictures: readonly SourcePicture[],
  elements: readonly KeptElement[],
): readonly string[] {
  const shown = pictures.slice(0, MOST_DESCRIBED);
  const more = pictures.length - shown.length;
  const rest = [
    more > 0 ? `${more} more ${role}${more > 1 ? "s" : ""}` : "",
    elements.length > 0 ? `elements: ${elements.map(({ name }) => name).join(", ")}` : "",
  ].filter((part) => part !== "");
  return [
    ...shown.map((picture, i) => describePicture(`${role} ${i + 1}`, picture)),
    ...(rest.length > 0 ? [rest.join(", ")] : []),
  ];
}

/** What a try-on's slate says of a picture. */
export function wornPicture(role: WornPicture["role"], picture: SourcePicture): WornPicture {
  const size = picture.size === undefined ? "size unknown" : `${picture.size.width}×${picture.size.height}`;
  if (picture.kind === "inline") {
    const { format, sha256, mark } = picture;
    const name = `${format} · ${sha256.slice(0, 8)}`;
    return mark === undefined
      ? { role, name, facts: size, sign: sha256.slice(0, 4) }
      : { role, name: `image ${mark}`, facts: `${size} · ${name}`, sign: mark };
  }
  const { own } = picture;
  // The name of a result ends in its mark.
  const sign = own === undefined ? sha256Hex(pictureName(picture)).slice(0, 4) : own.slice(-4);
  return { role, name: own ?? "by address", facts: size, sign };
}

/** What identifies a picture: its digest, what slates call it, or its address without what a signature adds. */
export function pictureName(picture: SourcePicture): string {
  return picture.kind === "inline" ? picture.sha256 : (picture.own ?? picture.url.replace(/\?.*$/su, ""));
}

/** What a result is called on the slates of its successors: of several pictures with its number. */
export function resultName({ id, order, mark }: OwnResult): string {
  const number =
    order.kind === "still" && order.count > 1 ? ` ${id.replace(/^.*-/u, "")}/${order.count}` : "";
  return `${order.kind === "video" || order.kind === "still" ? order.model : order.kind}${number} · ${mark}`;
}

/** Frame size of a named aspect ratio: the shorter side is what the resolution says. */
export function frameOfRatio(resolution: Resolution, ratio: "16:9" | "9:16" | "1:1"): Size {
  const short = SHORT_SIDE[resolution];
  const long = (short * 16) / 9;
  if (ratio === "1:1") return { width: short, height: short };
  return ratio === "16:9" ? { width: long, height: short } : { width: short, height: long };
}

/** Frame size for a picture that decides the aspect ratio: even sides, the shorter as the resolution says. */
export function frameOfPicture(resolution: Resolution, { width, height }: Size): Size {
  const short = SHORT_SIDE[resolution];
  const long = 2 * Math.round((short * Math.max(width, height)) / Math.min(width, height) / 2);
  return width >= height ? { width: long, height: short } : { width: short, height: long };
}

/** Decodes Base64; undefined for anything but plain Base64. A pattern would take half a second on a large picture. */
export function fromBase64(value: string): Buffer | undefined {
  const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
  const digits = value.length - padding;
  const bytes = Buffer.from(value, "base64");
  // The decoder skips what it does not know, so a foreign character shows in the length; no length leaves 1 over 4.
  const whole = digits > 0 && digits % 4 !== 1 && bytes.length === Math.floor((digits * 3) / 4);
  return whole && !value.includes("-") && !value.includes("_") ? bytes : undefined;
}

interface Header {
  readonly format: "jpg" | "png";
  readonly size: Size;
}

function readPng(bytes: Buffer): Header | undefined {
  if (bytes.length < 33 || bytes.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") return undefined;
  if (bytes.toString("latin1", 12, 16) !== "IHDR") return undefined;
  return { format: "png", size: { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } };
}

/** Walks the segments of a JPEG to the frame header, which holds the size. */
function readJpeg(bytes: Buffer): Header | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // C4, C8 and CC share the range of the frame headers but are tables and reserved.
    const frameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frameHeader) {
      return {
        format: "jpg",
        size: { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) },
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
