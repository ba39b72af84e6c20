/**
 * Writes a drawn picture as a PNG (8-bit RGB, filter "up", one IDAT); the still counterpart of the clip encoder.
 * It converts from limited-range BT.709 back to RGB. It carries no date and no text chunk; equal pictures make equal
 * bytes on one version of zlib.
 */

import { crc32, deflateSync } from "node:zlib";

import type { Picture } from "./picture.js";
import { Slate, type SlateText } from "./slate.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const FILTER_UP = 2;

/** A still of the given size in pixels with its slate and a caption below. */
export function encodeStill(width: number, height: number, text: SlateText, caption: string): Uint8Array {
  // The planes are 4:2:0: an odd side is drawn one pixel larger and cut off here.
  const slate = new Slate(width + (width % 2), height + (height % 2), text);
  slate.drawCaption(caption);
  return png(slate.picture, width, height);
}

/** The PNG of the picture's upper left `width` x `height` pixels. */
function png(picture: Picture, width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(scanlines(picture, width, height), { level: 6 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function scanlines(picture: Picture, width: number, height: number): Uint8Array {
  const out = new Uint8Array((3 * width + 1) * height);
  let above = new Uint8Array(3 * width);
  let row = new Uint8Array(3 * width);
  let at = 0;
  for (let y = 0; y < height; y++) {
    toRgb(picture, y, row);
    out[at++] = FILTER_UP;
    for (let i = 0; i < row.length; i++) out[at++] = (row[i] ?? 0) - (above[i] ?? 0);
    [above, row] = [row, above];
  }
  return out;
}

function toRgb(picture: Picture, y: number, row: Uint8Array): void {
  const lumaAt = y * picture.stride;
  const chromaAt = (y >> 1) * (picture.stride / 2);
  for (let x = 0; 3 * x < row.length; x++) {
    const luma = ((picture.luma[lumaAt + x] ?? 0) - 16) * (255 / 219);
    const blue = ((picture.cb[chromaAt + (x >> 1)] ?? 0) - 128) * (255 / 224);
    const red = ((picture.cr[chromaAt + (x >> 1)] ?? 0) - 128) * (255 / 224);
    row[3 * x] = clamp(luma + 1.5748 * red);
    row[3 * x + 1] = clamp(luma - 0.1873 * blue - 0.4681 * red);
    row[3 * x + 2] = clamp(luma + 1.8556 * blue);
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(kind, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
