/**
 * What a picture is, from its header alone: format by magic bytes (never by name), size in pixels, and whether an
 * endpoint takes it. Reads PNG and JPEG only; other formats are recognised so that a refusal can name them.
 */
import { isRecord } from "../base/guard.js";
import type { ImageLimits } from "../catalog/model.js";
import { viewOf, type ReadAt } from "./files.js";

/** What a file is as a picture. */
export type ImageFacts =
  | {
      readonly kind: "image";
      readonly format: "jpg" | "png";
      readonly width: number;
      readonly height: number;
    }
  /** A picture of another format, by its usual name. */
  | { readonly kind: "other_format"; readonly format: string }
  /** Begins as a picture, and its size cannot be read. */
  | { readonly kind: "damaged"; readonly format: "jpg" | "png" }
  | { readonly kind: "not_an_image" };

/** Why an endpoint would refuse a picture. */
export type ImageFinding =
  | { readonly kind: "not_an_image" }
  | { readonly kind: "damaged"; readonly format: string }
  | { readonly kind: "format"; readonly found: string; readonly allowed: readonly string[] }
  | { readonly kind: "bytes"; readonly found: number; readonly limit: number }
  | { readonly kind: "side"; readonly width: number; readonly height: number; readonly limit: number }
  | { readonly kind: "long_side"; readonly width: number; readonly height: number; readonly limit: number }
  | { readonly kind: "ratio"; readonly width: number; readonly height: number; readonly limit: number };

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
// A JPEG has a few dozen segments before its frame header; a file made of endless empty ones ends here.
const MOST_SEGMENTS = 1000;

/** Looks at the header of a file. */
export function readImageFacts(read: ReadAt): ImageFacts {
  const head = read(0, 32);
  if (PNG.every((byte, index) => head[index] === byte)) return pngFacts(head);
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return jpegFacts(read);
  const format = otherFormat(head);
  return format === undefined ? { kind: "not_an_image" } : { kind: "other_format", format };
}

/** Whether a value that was stored as facts still has their shape. */
export function isImageFacts(value: unknown): value is ImageFacts {
  if (!isRecord(value)) return false;
  switch (value["kind"]) {
    case "image":
      return isPngOrJpg(value["format"]) && isSide(value["width"]) && isSide(value["height"]);
    case "damaged":
      return isPngOrJpg(value["format"]);
    case "other_format":
      return typeof value["format"] === "string";
    default:
      return value["kind"] === "not_an_image";
  }
}

/** All that an endpoint with these limits would refuse about a picture of `bytes` bytes. */
export function checkImage(facts: ImageFacts, bytes: number, limits: ImageLimits): readonly ImageFinding[] {
  const findings: ImageFinding[] = [];
  if (facts.kind === "not_an_image") return [{ kind: "not_an_image" }];
  if (facts.kind === "damaged") return [{ kind: "damaged", format: facts.format }];
  if (facts.kind === "other_format" || !limits.formats.includes(facts.format)) {
    findings.push({ kind: "format", found: facts.format, allowed: limits.formats });
  }
  if (bytes > limits.maxBytes) findings.push({ kind: "bytes", found: bytes, limit: limits.maxBytes });
  if (facts.kind !== "image") return findings;
  const { width, height } = facts;
  const [short, long] = width < height ? [width, height] : [height, width];
  if (short < limits.minSide) findings.push({ kind: "side", width, height, limit: limits.minSide });
  if (limits.maxSide !== undefined && long > limits.maxSide) {
    findings.push({ kind: "long_side", width, height, limit: limits.maxSide });
  }
  if (long > limits.maxRatio * short) findings.push({ kind: "ratio", width, height, limit: limits.maxRatio });
  return findings;
}

function pngFacts(head: Uint8Array): ImageFacts {
  const view = viewOf(head);
  // The first chunk is IHDR: length, name, width, height.
  if (head.length < 24 || view.getUint32(12) !== 0x49484452) return { kind: "damaged", format: "png" };
  return sized("png", view.getUint32(16), view.getUint32(20));
}

function jpegFacts(read: ReadAt): ImageFacts {
  const damaged: ImageFacts = { kind: "damaged", format: "jpg" };
  let position = 2;
  for (let count = 0; count < MOST_SEGMENTS; count++) {
    const head = read(position, 9);
    const marker = head[1];
    if (head.length < 4 || head[0] !== 0xff || marker === undefined) return damaged;
    if (marker === 0xff) {
      // A fill byte before a marker.
      position += 1;
      continue;
    }
    const view = viewOf(head);
    if (isFrameHeader(marker)) {
      return head.length < 9 ? damaged : sized("jpg", view.getUint16(7), view.getUint16(5));
    }
    // Picture data, or the end, before any frame header.
    if (marker === 0xda || marker === 0xd9) return damaged;
    const length = view.getUint16(2);
    if (length < 2) return damaged;
    position += 2 + length;
  }
  return damaged;
}

/** SOF0 to SOF15, without the three markers of that range that mean something else. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function sized(format: "jpg" | "png", width: number, height: number): ImageFacts {
  return width > 0 && height > 0 ? { kind: "image", format, width, height } : { kind: "damaged", format };
}

function otherFormat(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, 16));
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("GIF8")) return "gif";
  if (text.startsWith("BM")) return "bmp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const brand = text.slice(8, 12);
  if (brand === "avif" || brand === "avis") return "avif";
  return /^(?:hei[cfxm]|hev[cx]|mif1|msf1)$/.test(brand) ? "heic" : undefined;
}

function isPngOrJpg(value: unknown): boolean {
  return value === "jpg" || value === "png";
}

function isSide(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
