/**
 * A small lossless H.264 encoder (ITU-T H.264, constrained baseline, CAVLC, one slice a picture).
 * It makes three kinds of macroblock: Intra16x16 for one-colour blocks, I_PCM for everything else, P_Skip for
 * blocks that were not drawn on. At QP 28 (and 22 for chroma, by an offset of -6) one DC level is exactly one step of
 * sample value, so what a decoder shows is the drawn picture bit for bit, and prediction may read the picture itself.
 * It knows nothing of MP4; it hands out access units and the avcC record. Same pictures in, same bytes out.
 */

import { unreachable } from "../../base/guard.js";
import { BitWriter } from "./bits.js";
import { MACROBLOCK, type Picture } from "./picture.js";

const NAL_SLICE = 0x41;
const NAL_IDR_SLICE = 0x65;
const NAL_SPS = 0x67;
const NAL_PPS = 0x68;
const FRAME_NUM_BITS = 8;

/** Table A-1: level_idc, largest picture in macroblocks, macroblocks per second. */
const LEVELS: readonly (readonly [idc: number, macroblocks: number, perSecond: number])[] = [
  [31, 3600, 108_000],
  [40, 8192, 245_760],
  [50, 22_080, 589_824],
  [51, 36_864, 983_040],
  [60, 139_264, 4_177_920],
];

/** Block kinds as later blocks need to know them: for the number of coefficients of a neighbour (9.2.1). */
const UNCODED = 0;
const PCM = 2;

/** Encodes successive states of one picture size at a fixed number of frames a second. */
export class H264Encoder {
  readonly #columns: number;
  readonly #rows: number;
  readonly #level: number;
  readonly #kinds: Uint8Array;
  readonly #sps: Uint8Array;
  readonly #pps: Uint8Array;
  #frameNumber = 0;

  constructor(picture: Picture, framesPerSecond: number) {
    this.#columns = picture.columns;
    this.#rows = picture.rows;
    const blocks = picture.columns * picture.rows;
    this.#level =
      LEVELS.find(([, most, rate]) => blocks <= most && blocks * framesPerSecond <= rate)?.[0] ?? 62;
    this.#kinds = new Uint8Array(blocks);
    this.#sps = nalUnit(NAL_SPS, sequenceParameters(picture, this.#level, framesPerSecond));
    this.#pps = nalUnit(NAL_PPS, pictureParameters());
  }

  /** The AVCDecoderConfigurationRecord of ISO/IEC 14496-15, with lengths of four bytes before each NAL unit. */
  configuration(): Uint8Array {
    const out = new BitWriter();
    for (const byte of [1, 66, 0xc0, this.#level, 0xff, 0xe1]) out.bits(byte, 8);
    out.bits(this.#sps.length, 16);
    out.bytes(this.#sps);
    out.bits(1, 8);
    out.bits(this.#pps.length, 16);
    out.bytes(this.#pps);
    return out.finish();
  }

  /** One access unit with its length before it; clears the picture's marks. The first call must ask for a key frame. */
  encode(picture: Picture, key: boolean): Uint8Array {
    if (key) this.#frameNumber = 0;
    const out = new BitWriter();
    this.#sliceHeader(out, key);
    let skipped = 0;
    for (let row = 0; row < this.#rows; row++) {
      for (let column = 0; column < this.#columns; column++) {
        const block = row * this.#columns + column;
        if (!key) {
          if (picture.touched[block] === 0) {
            skipped++;
            this.#kinds[block] = UNCODED;
            continue;
          }
          out.unsigned(skipped);
          skipped = 0;
        }
        this.#macroblock(out, picture, column, row, key ? 0 : 5);
      }
    }
    if (skipped > 0) out.unsigned(skipped);
    picture.touched.fill(0);
    this.#frameNumber = (this.#frameNumber + 1) % (1 << FRAME_NUM_BITS);
    out.bits(1, 1);
    const unit = nalUnit(key ? NAL_IDR_SLICE : NAL_SLICE, out.finish());
    const accessUnit = new Uint8Array(4 + unit.length);
    new DataView(accessUnit.buffer).setUint32(0, unit.length);
    accessUnit.set(unit, 4);
    return accessUnit;
  }

  /** 7.3.3. Reference lists and marking are left at their defaults: the picture before is the only reference. */
  #sliceHeader(out: BitWriter, key: boolean): void {
    out.unsigned(0);
    out.unsigned(key ? 7 : 5);
    out.unsigned(0);
    out.bits(this.#frameNumber, FRAME_NUM_BITS);
    if (key) out.unsigned(0);
    out.bits(0, key ? 2 : 3);
    out.signed(0);
    out.unsigned(1);
  }

  /** 7.3.5. `offset` is 5 in P slices, where the intra types of table 7-11 follow the inter types of 7-13. */
  #macroblock(out: BitWriter, picture: Picture, column: number, row: number, offset: number): void {
    const block = row * this.#columns + column;
    const { luma, cb, cr, stride } = picture;
    const chromaStride = stride / 2;
    const lumaAt = row * MACROBLOCK * stride + column * MACROBLOCK;
    const chromaAt = row * 8 * chromaStride + column * 8;
    const y = flatSquare(luma, lumaAt, stride, 16);
    const u = y < 0 ? -1 : flatSquare(cb, chromaAt, chromaStride, 8);
    const v = u < 0 ? -1 : flatSquare(cr, chromaAt, chromaStride, 8);
    const from = v < 0 ? undefined : prediction(picture, column, row);
    if (from === undefined) {
      out.unsigned(offset + 25);
      out.align();
      for (let line = 0; line < 16; line++)
        out.bytes(luma.subarray(lumaAt + line * stride, lumaAt + line * stride + 16));
      for (const plane of [cb, cr]) {
        for (let line = 0; line < 8; line++) {
          const start = chromaAt + line * chromaStride;
          out.bytes(plane.subarray(start, start + 8));
        }
      }
      this.#kinds[block] = PCM;
      return;
    }
    const du = u - from.u;
    const dv = v - from.v;
    const chromaCoded = du !== 0 || dv !== 0;
    out.unsigned(offset + 1 + from.lumaMode + (chromaCoded ? 4 : 0));
    out.unsigned(from.chromaMode);
    out.signed(0);
    residual(out, y - from.y, this.#neighbourCoefficients(column, row) >= 8 ? "luma, crowded" : "luma");
    if (chromaCoded) {
      residual(out, du, "chroma");
      residual(out, dv, "chroma");
    }
    this.#kinds[block] = UNCODED;
  }

  /** nC of 9.2.1: only I_PCM neighbours count, with 16 coefficients; DC-only blocks count as none. */
  #neighbourCoefficients(column: number, row: number): number {
    const block = row * this.#columns + column;
    const left = column > 0 ? (this.#kinds[block - 1] === PCM ? 16 : 0) : undefined;
    const above = row > 0 ? (this.#kinds[block - this.#columns] === PCM ? 16 : 0) : undefined;
    if (left !== undefined && above !== undefined) return (left + above + 1) >> 1;
    return left ?? above ?? 0;
  }
}

interface Prediction {
  /** Intra16x16PredMode of table 8-4: 0 vertical, 1 horizontal, 2 DC. */
  readonly lumaMode: 0 | 1 | 2;
  /** intra_chroma_pred_mode of table 8-5: 0 DC, 1 horizontal, 2 vertical. */
  readonly chromaMode: 0 | 1 | 2;
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** A prediction that is one value all over the block (8.3.3, 8.3.4), or undefined when no neighbour gives one. */
function prediction(picture: Picture, column: number, row: number): Prediction | undefined {
  if (column === 0 && row === 0) return { lumaMode: 2, chromaMode: 0, y: 128, u: 128, v: 128 };
  const { luma, cb, cr, stride } = picture;
  const chromaStride = stride / 2;
  const lumaAt = row * MACROBLOCK * stride + column * MACROBLOCK;
  const chromaAt = row * 8 * chromaStride + column * 8;
  const above = row > 0;
  const left = column > 0;
  const lumaAbove = above ? flatRun(luma, lumaAt - stride, 1, 16) : -1;
  const y = lumaAbove >= 0 ? lumaAbove : left ? flatRun(luma, lumaAt - 1, stride, 16) : -1;
  const uAbove = above ? flatRun(cb, chromaAt - chromaStride, 1, 8) : -1;
  const vAbove = above ? flatRun(cr, chromaAt - chromaStride, 1, 8) : -1;
  const vertical = uAbove >= 0 && vAbove >= 0;
  const u = vertical ? uAbove : left ? flatRun(cb, chromaAt - 1, chromaStride, 8) : -1;
  const v = vertical ? vAbove : left ? flatRun(cr, chromaAt - 1, chromaStride, 8) : -1;
  if (y < 0 || u < 0 || v < 0) return undefined;
  return { lumaMode: lumaAbove >= 0 ? 0 : 1, chromaMode: vertical ? 2 : 1, y, u, v };
}

/** The value that `count` samples, `step` apart, have in common; -1 when they differ. */
function flatRun(plane: Uint8Array, at: number, step: number, count: number): number {
  const value = plane[at] ?? -1;
  for (let i = 1; i < count; i++) if (plane[at + i * step] !== value) return -1;
  return value;
}

function flatSquare(plane: Uint8Array, at: number, stride: number, side: number): number {
  const value = plane[at] ?? -1;
  for (let line = 0; line < side; line++) {
    if (flatRun(plane, at + line * stride, 1, side) !== value) return -1;
  }
  return value;
}

type ResidualKind = "luma" | "luma, crowded" | "chroma";

/** A block whose only coefficient is its DC level: coeff_token, level and total_zeros of 9.2. */
function residual(out: BitWriter, level: number, kind: ResidualKind): void {
  const [none, large, one] = coefficientTokens(kind);
  if (level === 0) return out.code(none);
  if (Math.abs(level) === 1) {
    out.code(one);
    out.bits(level < 0 ? 1 : 0, 1);
  } else {
    out.code(large);
    // 9.2.2.1: with no trailing one the first level cannot be 1 or -1, so its code starts two lower.
    const code = (level > 0 ? 2 * level - 2 : -2 * level - 1) - 2;
    if (code < 14) {
      out.bits(0, code);
      out.bits(1, 1);
    } else if (code < 30) {
      out.bits(0, 14);
      out.bits(1, 1);
      out.bits(code - 14, 4);
    } else {
      out.bits(0, 15);
      out.bits(1, 1);
      out.bits(code - 30, 12);
    }
  }
  out.bits(1, 1);
}

/** Table 9-5 for no coefficient, for one that is not a trailing one, and for one trailing one. */
function coefficientTokens(kind: ResidualKind): readonly [none: string, large: string, one: string] {
  switch (kind) {
    case "luma":
      return ["1", "000101", "01"];
    case "luma, crowded":
      return ["000011", "000000", "000001"];
    case "chroma":
      return ["01", "000111", "1"];
    default:
      return unreachable(kind);
  }
}

/** 7.3.2.1.1 and, for colour and frame rate, annex E. */
function sequenceParameters(picture: Picture, level: number, framesPerSecond: number): Uint8Array {
  const out = new BitWriter();
  out.bits(66, 8);
  out.bits(0xc0, 8);
  out.bits(level, 8);
  out.unsigned(0);
  out.unsigned(FRAME_NUM_BITS - 4);
  out.unsigned(2);
  out.unsigned(1);
  out.bits(0, 1);
  out.unsigned(picture.columns - 1);
  out.unsigned(picture.rows - 1);
  out.bits(0b11, 2);
  const cropRight = (picture.stride - picture.width) / 2;
  const cropBottom = (picture.rows * MACROBLOCK - picture.height) / 2;
  if (cropRight > 0 || cropBottom > 0) {
    out.bits(1, 1);
    for (const crop of [0, cropRight, 0, cropBottom]) out.unsigned(crop);
  } else {
    out.bits(0, 1);
  }
  out.bits(1, 1);
  out.bits(0b00, 2);
  // Video format "unspecified", limited range, and BT.709 for primaries, transfer and matrix.
  out.bits(0b1_101_0_1, 6);
  for (let i = 0; i < 3; i++) out.bits(1, 8);
  out.bits(0b0_1, 2);
  out.bits(0, 16);
  out.bits(1, 16);
  out.bits(0, 16);
  out.bits(2 * framesPerSecond, 16);
  out.bits(0b1_0_0_0_1_1, 6);
  // Bitstream restrictions: nothing is reordered, so a player need not hold frames back.
  for (const limit of [0, 0, 10, 10, 0, 1]) out.unsigned(limit);
  out.bits(1, 1);
  return out.finish();
}

/** 7.3.2.2: CAVLC, QP 28, chroma offset -6, deblocking switched per slice. */
function pictureParameters(): Uint8Array {
  const out = new BitWriter();
  out.unsigned(0);
  out.unsigned(0);
  out.bits(0, 2);
  out.unsigned(0);
  out.unsigned(0);
  out.unsigned(0);
  out.bits(0, 3);
  out.signed(2);
  out.signed(0);
  out.signed(-6);
  out.bits(0b100, 3);
  out.bits(1, 1);
  return out.finish();
}

/** 7.4.1: puts a 3 between two zero bytes and a byte that would look like a start code. */
function nalUnit(header: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 + Math.ceil(payload.length * 1.5));
  out[0] = header;
  let length = 1;
  let zeros = 0;
  for (const byte of payload) {
    if (zeros === 2 && byte <= 3) {
      out[length++] = 3;
      zeros = 0;
    }
    out[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.slice(0, length);
}
