// Undoes FLAC frames as the encoder writes them (one channel, 16 bits, constant or fixed prediction, Rice coding), and
// checks both checksums on the way. Written from RFC 9639, not from the encoder.

class Bits {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value = value * 2 + (((this.bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  signed(count: number): number {
    const value = this.read(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  unary(): number {
    let zeros = 0;
    while (this.read(1) === 0) zeros++;
    return zeros;
  }

  /** Bytes that are read whole, after skipping to the next one. */
  get bytesRead(): number {
    return Math.ceil(this.#at / 8);
  }
}

/** The samples of one frame; throws when it is not one. */
export function unpacked(frame: Uint8Array): Int16Array {
  const bits = new Bits(frame);
  expectEqual(bits.read(16), 0xfff8, "sync code of a fixed block size");
  const sizeCode = bits.read(4);
  bits.read(4);
  expectEqual(bits.read(8), 0b0000_1000, "one channel of 16 bits");
  const lead = bits.read(8);
  const more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : 2;
  for (let i = 0; i < more; i++) expectEqual(bits.read(8) >> 6, 2, "continued frame number");
  const length = sizeCode === 7 ? bits.read(16) + 1 : 256 * 2 ** (sizeCode - 8);
  const headerBytes = bits.bytesRead;
  expectEqual(bits.read(8), crc(frame.subarray(0, headerBytes), 8, 0x07), "checksum of the header");
  const samples = subframe(bits, length);
  const body = bits.bytesRead;
  expectEqual(
    ((frame[body] ?? 0) << 8) | (frame[body + 1] ?? 0),
    crc(frame.subarray(0, body), 16, 0x8005),
    "checksum of the frame",
  );
  expectEqual(frame.length, body + 2, "length of the frame");
  return samples;
}

function subframe(bits: Bits, length: number): Int16Array {
  const out = new Int16Array(length);
  const type = bits.read(8) >> 1;
  if (type === 0) return out.fill(bits.signed(16));
  const order = type - 8;
  for (let i = 0; i < order; i++) out[i] = bits.signed(16);
  expectEqual(bits.read(2), 0, "Rice coding with parameters of 4 bits");
  const partitions = 2 ** bits.read(4);
  for (let partition = 0, i = order; partition < partitions; partition++) {
    const parameter = bits.read(4);
    for (; i < ((partition + 1) * length) / partitions; i++) {
      const folded = bits.unary() * 2 ** parameter + bits.read(parameter);
      const residual = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      const [a = 0, b = 0, c = 0, d = 0] = [out[i - 1], out[i - 2], out[i - 3], out[i - 4]];
      const predicted = [0, a, 2 * a - b, 3 * a - 3 * b + c, 4 * a - 6 * b + 4 * c - d][order] ?? 0;
      out[i] = predicted + residual;
    }
  }
  return out;
}

function crc(bytes: Uint8Array, width: number, polynomial: number): number {
  let sum = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((sum >> (width - 1)) & 1) ^ ((byte >> bit) & 1);
      sum = ((sum << 1) & (2 ** width - 1)) ^ (carry === 1 ? polynomial : 0);
    }
  }
  return sum;
}

function expectEqual(got: number, wanted: number, what: string): void {
  if (got !== wanted) throw new Error(`${what}: got ${got}, expected ${wanted}`);
}
