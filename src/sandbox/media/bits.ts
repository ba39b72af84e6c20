/**
 * A bit string written from the most significant bit on, with the Exp-Golomb codes of H.264.
 * Used by the video encoder and by the sound encoder; it knows nothing of either.
 * It grows by doubling. `bytes` may only be called on a byte boundary: reach one with `align` first.
 */

/** Collects bits and whole bytes into one growing buffer. */
export class BitWriter {
  #buffer = new Uint8Array(1 << 14);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  /** Appends the low `count` bits of a non-negative `value`; `count` is at most 24. */
  bits(value: number, count: number): void {
    // At most 7 bits wait, so 31 are the most that come together here.
    this.#pending = (this.#pending << count) | (value & ((1 << count) - 1));
    this.#pendingBits += count;
    if (this.#pendingBits < 8) return;
    this.#room(4);
    do {
      this.#pendingBits -= 8;
      this.#buffer[this.#length++] = this.#pending >>> this.#pendingBits;
    } while (this.#pendingBits >= 8);
    this.#pending &= (1 << this.#pendingBits) - 1;
  }

  /** Appends a code that is written out as a string of 0 and 1, the way the tables of the standard print it. */
  code(zerosAndOnes: string): void {
    for (const digit of zerosAndOnes) this.bits(digit === "1" ? 1 : 0, 1);
  }

  /** Appends an unsigned Exp-Golomb code, ue(v) in 9.1. */
  unsigned(value: number): void {
    const shifted = value + 1;
    const length = 32 - Math.clz32(shifted);
    this.bits(0, length - 1);
    this.bits(shifted, length);
  }

  /** Appends a signed Exp-Golomb code, se(v) in 9.1.1. */
  signed(value: number): void {
    this.unsigned(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Pads with zero bits to the next byte boundary. */
  align(): void {
    while (this.#pendingBits !== 0) this.bits(0, 1);
  }

  /** Appends whole bytes; the writer must stand on a byte boundary. */
  bytes(source: Uint8Array): void {
    this.#room(source.length);
    this.#buffer.set(source, this.#length);
    this.#length += source.length;
  }

  /** Everything written so far, padded to a whole byte; a view that later writes may invalidate. */
  finish(): Uint8Array {
    this.align();
    return this.#buffer.subarray(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
