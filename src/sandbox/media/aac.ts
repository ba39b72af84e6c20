/**
 * Silence as AAC-LC, for clips whose order says that they carry sound: one mono frame of 32 bits, repeated.
 * It encodes nothing; whoever needs audible sound needs another encoder.
 */

import { BitWriter } from "./bits.js";

/** Samples a second of the sound track. */
export const SAMPLE_RATE = 48_000;

/** Samples in one AAC frame. */
export const SAMPLES_PER_FRAME = 1024;

/** The AudioSpecificConfig of ISO/IEC 14496-3: AAC-LC, 48 kHz, one channel. */
export function audioConfiguration(): Uint8Array {
  const out = new BitWriter();
  out.bits(2, 5);
  out.bits(3, 4);
  out.bits(1, 4);
  out.bits(0, 3);
  return out.finish();
}

/** One frame of silence: a single channel element without any scale factor band, then the end mark. */
export function silentFrame(): Uint8Array {
  const out = new BitWriter();
  out.bits(0, 3 + 4);
  out.bits(0, 8);
  out.bits(0, 1 + 2 + 1 + 6 + 1);
  out.bits(0, 3);
  out.bits(0b111, 3);
  return out.finish();
}
