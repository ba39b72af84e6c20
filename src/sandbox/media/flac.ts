/**
 * A small FLAC encoder (RFC 9639): 16 bits, one channel, blocks of 4096 samples, fixed predictors, Rice coding.
 * It hands out STREAMINFO and frames; whoever wants a file puts them into one. Same samples in, same bytes out.
 * The MD5 of the samples is left out, which the format allows.
 */

import { BitWriter } from "./bits.js";

/** Samples in a frame; the last may have fewer. */
export const FLAC_BLOCK = 4096;

const MOST_ORDER = 4;
const PARTITION_ORDER = 4;
const LARGEST_RICE = 14;
const SAMPLE_RATE_CODES: ReadonlyMap<number, number> = new Map([
  [8000, 4],
  [16_000, 5],
  [22_050, 6],
  [24_000, 7],
  [32_000, 8],
  [44_100, 9],
  [48_000, 10],
]);

/** The 34 bytes of STREAMINFO. */
export function flacStreamInfo(rate: number, samples: number): Uint8Array {
  const out = new BitWriter();
  out.bits(FLAC_BLOCK, 16);
  out.bits(FLAC_BLOCK, 16);
  for (let i = 0; i < 6; i++) out.bits(0, 8);
  out.bits(rate, 20);
  out.bits(0, 3);
  out.bits(15, 5);
  out.bits(Math.floor(samples / 2 ** 20), 16);
  out.bits(samples % 2 ** 20, 20);
  for (let i = 0; i < 16; i++) out.bits(0, 8);
  return out.finish();
}

/** The frames of a sound, one by one; `rate` must be one that the format has a code for. */
export function* flacFrames(samples: Int16Array, rate: number): Generator<Uint8Array, void> {
  for (let at = 0; at < samples.length; at += FLAC_BLOCK) {
    yield frame(samples.subarray(at, at + FLAC_BLOCK), at / FLAC_BLOCK, rate);
  }
}

function frame(block: Int16Array, number: number, rate: number): Uint8Array {
  const out = new BitWriter();
  const whole = block.length === FLAC_BLOCK;
  out.bits(0b1111_1111_1111_1000, 16);
  out.bits(whole ? 12 : 7, 4);
  out.bits(SAMPLE_RATE_CODES.get(rate) ?? 0, 4);
  out.bits(0, 4);
  out.bits(4, 3);
  out.bits(0, 1);
  codedNumber(out, number);
  if (!whole) out.bits(block.length - 1, 16);
  out.bits(checksum(out.finish(), 8, 0x07), 8);
  subframe(out, block);
  out.align();
  out.bits(checksum(out.finish(), 16, 0x8005), 16);
  return out.finish().slice();
}

function subframe(out: BitWriter, block: Int16Array): void {
  if (block.every((sample) => sample === block[0])) {
    out.bits(0, 8);
    out.bits((block[0] ?? 0) & 0xffff, 16);
    return;
  }
  const [order, residual] = bestPrediction(block);
  out.bits(0b001000 | order, 7);
  out.bits(0, 1);
  for (let i = 0; i < order; i++) out.bits((block[i] ?? 0) & 0xffff, 16);
  rice(out, residual, order, block.length);
}

/** The fixed predictor whose residual is smallest in sum; the first `order` values of the residual mean nothing. */
function bestPrediction(block: Int16Array): readonly [order: number, residual: Int32Array] {
  let current = Int32Array.from(block);
  let best: readonly [number, Int32Array] = [0, current];
  let least = sizeOf(current, 0);
  for (let order = 1; order <= Math.min(MOST_ORDER, block.length - 1); order++) {
    const next = new Int32Array(current.length);
    for (let i = order; i < next.length; i++) next[i] = (current[i] ?? 0) - (current[i - 1] ?? 0);
    const size = sizeOf(next, order);
    if (size < least) [least, best] = [size, [order, next]];
    current = next;
  }
  return best;
}

function sizeOf(residual: Int32Array, from: number): number {
  let sum = 0;
  for (let i = from; i < residual.length; i++) sum += Math.abs(residual[i] ?? 0);
  return sum;
}

/** Partitions of equal length, of which the first lacks the warm-up samples; odd lengths have one partition. */
function rice(out: BitWriter, residual: Int32Array, order: number, length: number): void {
  const partitionOrder = length === FLAC_BLOCK ? PARTITION_ORDER : 0;
  const size = length >> partitionOrder;
  out.bits(0, 2);
  out.bits(partitionOrder, 4);
  for (let from = 0; from < length; from += size) {
    const part = residual.subarray(Math.max(from, order), from + size);
    const mean = sizeOf(part, 0) / Math.max(1, part.length);
    const parameter = Math.min(LARGEST_RICE, Math.max(0, 32 - Math.clz32(Math.floor(mean * 1.4))));
    out.bits(parameter, 4);
    for (const value of part) {
      const folded = value >= 0 ? 2 * value : -2 * value - 1;
      for (let zeros = folded >>> parameter; zeros > 0; zeros -= 24) out.bits(0, Math.min(24, zeros));
      out.bits(1, 1);
      out.bits(folded & ((1 << parameter) - 1), parameter);
    }
  }
}

/** The frame number in the way UTF-8 writes a code point. */
function codedNumber(out: BitWriter, value: number): void {
  if (value < 0x80) return out.bits(value, 8);
  const more = value < 0x800 ? 1 : 2;
  out.bits((more === 1 ? 0xc0 : 0xe0) | (value >>> (6 * more)), 8);
  for (let i = more - 1; i >= 0; i--) out.bits(0x80 | ((value >>> (6 * i)) & 0x3f), 8);
}

function checksum(bytes: Uint8Array, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  const mask = (1 << width) - 1;
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      sum = (sum & top) === 0 ? (sum << 1) & mask : ((sum << 1) ^ polynomial) & mask;
  }
  return sum;
}
