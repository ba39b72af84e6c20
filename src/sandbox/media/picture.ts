/**
 * A frame being drawn: three planes of 4:2:0 limited-range BT.709, padded to whole macroblocks, and a mark on each
 * macroblock that was drawn on since the last frame was taken. It knows rectangles and coverage masks, not letters,
 * and nothing of how a frame is encoded. Colours are given as RGB and kept as Y'CbCr.
 * The padding outside the visible size repeats what a rectangle drawn over the edge leaves there.
 */

/** A colour in the planes' own terms: Y' 16-235, Cb and Cr 16-240. */
export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** How much of each pixel a shape covers, 0-255, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
}

/** Side of a macroblock in luma pixels. */
export const MACROBLOCK = 16;

/** Converts 8-bit RGB to limited-range BT.709. */
export function rgb(red: number, green: number, blue: number): Colour {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return {
    y: Math.round(16 + (219 / 255) * luma),
    u: Math.round(128 + ((224 / 255) * (blue - luma)) / 1.8556),
    v: Math.round(128 + ((224 / 255) * (red - luma)) / 1.5748),
  };
}

/** A drawable frame of an even visible width and height in pixels. */
export class Picture {
  readonly columns: number;
  readonly rows: number;
  /** Bytes from one luma row to the next; chroma rows are half as long. */
  readonly stride: number;
  readonly luma: Uint8Array;
  readonly cb: Uint8Array;
  readonly cr: Uint8Array;
  /** One byte a macroblock: 1 when it was drawn on and no encoder has taken it yet. */
  readonly touched: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.columns = Math.ceil(width / MACROBLOCK);
    this.rows = Math.ceil(height / MACROBLOCK);
    this.stride = this.columns * MACROBLOCK;
    const pixels = this.stride * this.rows * MACROBLOCK;
    this.luma = new Uint8Array(pixels);
    this.cb = new Uint8Array(pixels / 4);
    this.cr = new Uint8Array(pixels / 4);
    this.touched = new Uint8Array(this.columns * this.rows).fill(1);
  }

  /** Fills a rectangle; what lies outside the padded planes is cut off. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    const right = Math.min(left + width, this.stride);
    const bottom = Math.min(top + height, this.rows * MACROBLOCK);
    const x = Math.max(0, left);
    const y = Math.max(0, top);
    if (right <= x || bottom <= y) return;
    for (let row = y; row < bottom; row++)
      this.luma.fill(colour.y, row * this.stride + x, row * this.stride + right);
    const chromaStride = this.stride / 2;
    for (let row = y >> 1; row < (bottom + 1) >> 1; row++) {
      const start = row * chromaStride + (x >> 1);
      const end = row * chromaStride + ((right + 1) >> 1);
      this.cb.fill(colour.u, start, end);
      this.cr.fill(colour.v, start, end);
    }
    this.#touch(x, y, right, bottom);
  }

  /** Lays a colour over the picture where the mask covers it; `strength` is 0-1. */
  stamp(mask: Mask, left: number, top: number, colour: Colour, strength = 1): void {
    const right = Math.min(left + mask.width, this.width);
    const bottom = Math.min(top + mask.height, this.height);
    const x0 = Math.max(0, left);
    const y0 = Math.max(0, top);
    if (right <= x0 || bottom <= y0) return;
    const alphaAt = (x: number, y: number): number =>
      x < left || y < top || x >= left + mask.width || y >= top + mask.height
        ? 0
        : ((mask.coverage[(y - top) * mask.width + (x - left)] ?? 0) * strength) / 255;
    for (let y = y0; y < bottom; y++) {
      for (let x = x0; x < right; x++) blend(this.luma, y * this.stride + x, colour.y, alphaAt(x, y));
    }
    const chromaStride = this.stride / 2;
    for (let y = y0 >> 1; y < (bottom + 1) >> 1; y++) {
      for (let x = x0 >> 1; x < (right + 1) >> 1; x++) {
        const px = 2 * x;
        const py = 2 * y;
        const sum = alphaAt(px, py) + alphaAt(px + 1, py) + alphaAt(px, py + 1) + alphaAt(px + 1, py + 1);
        blend(this.cb, y * chromaStride + x, colour.u, sum / 4);
        blend(this.cr, y * chromaStride + x, colour.v, sum / 4);
      }
    }
    this.#touch(x0, y0, right, bottom);
  }

  #touch(left: number, top: number, right: number, bottom: number): void {
    for (let row = Math.floor(top / MACROBLOCK); row * MACROBLOCK < bottom; row++) {
      const start = row * this.columns;
      this.touched.fill(1, start + Math.floor(left / MACROBLOCK), start + Math.ceil(right / MACROBLOCK));
    }
  }
}

function blend(plane: Uint8Array, at: number, value: number, alpha: number): void {
  if (alpha === 0) return;
  const under = plane[at] ?? 0;
  plane[at] = Math.round(under + (value - under) * alpha);
}
