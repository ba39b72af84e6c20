/**
 * A line of small cells at the upper edge of every slate that holds its mark, and its reader: so a still, or a frame
 * that was taken from a clip without loss, is known again when it comes back in a request. It is read from the first
 * rows of a PNG, without decoding the rest; a picture that was scaled, or became a JPEG, is a stranger.
 */

import { inflateSync, constants } from "node:zlib";

import { MACROBLOCK, type Picture } from "./picture.js";

/** Width of the band in hundredths of the shorter side. */
const BAND = 17;
const CELL_PIXELS = 2;
const ROWS = 8;
const ROW_READ = 4;
/** What the cells begin with; then come the mark's 16 bits and a sum of 8. */
const BEGINNING = 0xa6;
const CELLS = 32;
/** Deflate makes at most about a thousand times as much of it. */
const MOST_READ_BYTES = 1 << 14;
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [2, 3],
  [6, 4],
]);

/** Where the band of a slate begins: on a whole macroblock, because there it costs hardly anything. */
export function bandEdge(width: number, height: number): number {
  const room = Math.max((BAND * Math.min(width, height)) / 100, CELLS * CELL_PIXELS);
  return MACROBLOCK * Math.floor((width - room) / MACROBLOCK);
}

/** Draws the cells of a mark. */
export function stampMark(picture: Picture, mark: string): void {
  const left = bandEdge(picture.width, picture.height);
  const bits = cellsOf(Number.parseInt(mark, 16) || 0);
  for (let i = 0; i < CELLS; i++) {
    const y = ((bits >>> (CELLS - 1 - i)) & 1) === 1 ? 200 : 50;
    picture.fill(left + i * CELL_PIXELS, 0, CELL_PIXELS, ROWS, { y, u: 128, v: 128 });
  }
}

/** The mark that a PNG bears; undefined for any other picture. */
export function markIn(png: Buffer): string | undefined {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = CHANNELS.get(png[25] ?? 0);
  const plain = png[24] === 8 && png[28] === 0;
  if (!plain || channels === undefined) return undefined;
  const row = rowOf(png, width * channels, channels);
  // A side that is odd was drawn one pixel larger.
  const left = bandEdge(width + (width % 2), height + (height % 2));
  let bits = 0;
  for (let i = 0; i < CELLS; i++) {
    const value = row?.[(left + i * CELL_PIXELS) * channels];
    if (value === undefined) return undefined;
    bits = (bits << 1) | (value > 128 ? 1 : 0);
  }
  const mark = (bits >>> 8) & 0xffff;
  return cellsOf(mark) === bits ? mark.toString(16).padStart(4, "0") : undefined;
}

function cellsOf(mark: number): number {
  const sum = ((mark >>> 8) * 7 + mark) & 0xff;
  return (BEGINNING << 24) | (mark << 8) | sum;
}

/** The row that is read, its filters undone; undefined when the picture ends before. */
function rowOf(png: Buffer, bytes: number, channels: number): Uint8Array | undefined {
  const lines = inflated(png);
  if (lines === undefined || lines.length < (bytes + 1) * (ROW_READ + 1)) return undefined;
  let above = new Uint8Array(bytes);
  for (let y = 0; y <= ROW_READ; y++) {
    const from = y * (bytes + 1);
    const row = Uint8Array.from(lines.subarray(from + 1, from + 1 + bytes));
    const filter = lines[from] ?? 0;
    for (let i = 0; i < bytes; i++) {
      const left = row[i - channels] ?? 0;
      row[i] = (row[i] ?? 0) + predicted(filter, left, above[i] ?? 0, above[i - channels] ?? 0);
    }
    above = row;
  }
  return above;
}

/** What a filter of the PNG specification, section 9, adds to a byte. */
function predicted(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [a, b, c] = [up - upLeft, left - upLeft, left + up - 2 * upLeft].map(Math.abs);
      if (a === undefined || b === undefined || c === undefined) return 0;
      return a <= b && a <= c ? left : b <= c ? up : upLeft;
    }
    default:
      return 0;
  }
}

/** The beginning of what the IDAT chunks hold. */
function inflated(png: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let read = 0;
  for (let at = 8; at + 12 <= png.length && read < MOST_READ_BYTES;) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, Math.min(at + 8 + length, at + 8 + MOST_READ_BYTES - read));
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") {
      parts.push(data);
      read += data.length;
    }
    at += 12 + length;
  }
  try {
    return inflateSync(Buffer.concat(parts), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // The rules look at headers only, so what comes behind may be anything.
    return undefined;
  }
}
