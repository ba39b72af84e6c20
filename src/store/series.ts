/**
 * Several pictures of one task as one file: a plain tar archive (ustar) without names, owners or times of anybody's, so
 * that equal pictures give equal bytes. Read and written here and nowhere else; any tar program opens it.
 */
import { readImageFacts } from "./image.js";
import type { ReadAt } from "./files.js";

const BLOCK = 512;
/** Where the fields of a header begin, and how long they are. [POSIX.1-1988, ustar] */
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const MAGIC = { at: 257, text: "ustar\u000000" };

/** Most pictures that a series may have. [kling-api 4.6: series_amount 2-9] */
export const SERIES_MOST = 9;

/** What ends the archive. */
export const SERIES_END = new Uint8Array(2 * BLOCK);

/** What stands before a picture's bytes. `index` counts from 1. */
export function seriesHeader(index: number, picture: Uint8Array): Uint8Array {
  const facts = readImageFacts((position, length) => picture.subarray(position, position + length));
  const extension = facts.kind === "image" && facts.format === "jpg" ? "jpg" : "png";
  const header = Buffer.alloc(BLOCK);
  header.write(`picture-${index}.${extension}`, NAME.at, "latin1");
  header.write("0000644\u0000", 100, "latin1");
  header.write("0000000\u0000", 108, "latin1");
  header.write("0000000\u0000", 116, "latin1");
  header.write(`${picture.length.toString(8).padStart(SIZE.length - 1, "0")}\u0000`, SIZE.at, "latin1");
  header.write("00000000000\u0000", 136, "latin1");
  header.write("0", 156, "latin1");
  header.write(MAGIC.text, MAGIC.at, "latin1");
  header.fill(" ", CHECKSUM.at, CHECKSUM.at + CHECKSUM.length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, CHECKSUM.at, "latin1");
  return header;
}

/** What stands after a picture's bytes. */
export function seriesPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

/** One picture in the file of a series. */
interface SeriesPicture {
  /** Counted from 1; one before it may be missing. */
  readonly number: number;
  readonly position: number;
  readonly size: number;
}

/** Where the pictures of a series lie in its file; undefined for anything that is not a whole series of ours. */
export function readSeries(read: ReadAt, size: number): readonly SeriesPicture[] | undefined {
  const pictures: SeriesPicture[] = [];
  for (let position = 0; position + BLOCK <= size;) {
    const header = Buffer.from(read(position, BLOCK));
    if (header.every((byte) => byte === 0)) {
      return pictures.length > 0 && position + 2 * BLOCK === size ? pictures : undefined;
    }
    const isOurs = header.toString("latin1", MAGIC.at, MAGIC.at + MAGIC.text.length) === MAGIC.text;
    const digits = /^([0-7]{11})\u0000$/u.exec(
      header.toString("latin1", SIZE.at, SIZE.at + SIZE.length),
    )?.[1];
    const number = /^picture-([1-9])\.(?:png|jpg)\u0000/u.exec(
      header.toString("latin1", NAME.at, NAME.length),
    )?.[1];
    if (!isOurs || digits === undefined || number === undefined || pictures.length === SERIES_MOST)
      return undefined;
    const length = Number.parseInt(digits, 8);
    const start = position + BLOCK;
    if (length === 0 || start + length > size) return undefined;
    pictures.push({ number: Number(number), position: start, size: length });
    position = start + length + ((BLOCK - (length % BLOCK)) % BLOCK);
  }
  return undefined;
}
