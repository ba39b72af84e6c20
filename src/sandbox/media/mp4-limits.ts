/**
 * Says whether an MP4 promises more than it can hold, before a reader of sample tables is let near it: a table of a few
 * bytes can ask for billions of turns of a loop. It reads the counts of the tables and nothing else, wherever their
 * names stand behind a possible length, and so does not depend on how boxes are nested. What is no MP4 passes.
 */

/** Tables of one name that are looked into: one for each of more tracks than a sound has. */
const MOST_TABLES = 16;

/** Pieces in which a sound of a few megabytes comes; more are not read. */
const MOST_FRAGMENTS = 10_000;

/** Turns that finding every sample in its chunk may take: some tenths of a second. */
const MOST_TURNS = 2 ** 28;

/** False when some table of the file promises more samples, chunks or entries than the file has bytes. */
export function isWithinItsBytes(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const runs = [...bodiesOf(file, "stts"), ...bodiesOf(file, "ctts")];
  const chunks = bodiesOf(file, "stsc");
  const sizes = bodiesOf(file, "stsz");
  if (Math.max(runs.length / 2, chunks.length, sizes.length) > MOST_TABLES) return false;
  const listed = sum(sizes.map((body) => (number(body, 4) === 0 ? number(body, 8) : 0)));
  const perChunk = largest(chunks.flatMap((body) => [...column(body, { at: 4, width: 12, first: 4 })]));
  const promised = [
    ...runs.map((body) => sum(column(body, { at: 4, width: 8, first: 0 }))),
    listed,
    perChunk,
    ...chunks.map(lastChunk),
    sum(bodiesOf(file, "stz2").map((body) => number(body, 8))),
    sum(bodiesOf(file, "trun").map((body) => number(body, 4))),
  ];
  const fragments = [
    bodiesOf(file, "moof").length,
    sum(bodiesOf(file, "tfra").map((body) => number(body, 12))),
  ];
  return (
    largest(promised) <= file.length &&
    perChunk * listed <= MOST_TURNS &&
    largest(fragments) <= MOST_FRAGMENTS
  );
}

/** What stands behind each box of that name, to the end of the file: a reader may not stop at the end of the box. */
function bodiesOf(file: Buffer, name: string): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = file.indexOf(name, 4, "latin1"); at >= 0; at = file.indexOf(name, at + 1, "latin1")) {
    const length = file.readUInt32BE(at - 4);
    // 0 says "to the end", 1 that a longer length follows the name.
    const start = length === 1 ? at + 12 : at + 4;
    if (length <= 1 || (length >= 8 && length <= file.length - at + 4)) found.push(file.subarray(start));
  }
  return found;
}

/** The number that a table has at a place; a table that ends before it promises nothing. */
function number(body: Buffer, at: number): number {
  return at + 4 <= body.length ? body.readUInt32BE(at) : 0;
}

interface Column {
  /** Where the number of entries stands, behind which they begin. */
  readonly at: number;
  /** Bytes of an entry, and where in it the column begins. */
  readonly width: number;
  readonly first: number;
}

/** One column of a table, as far as there are bytes for it. */
function* column(body: Buffer, { at, width, first }: Column): Generator<number, void> {
  const count = Math.min(number(body, at), Math.floor((body.length - at - 4) / width));
  for (let i = 0; i < count; i++) yield body.readUInt32BE(at + 4 + i * width + first);
}

/** The last chunk that a table names; Infinity when they are not in order. */
function lastChunk(body: Buffer): number {
  let last = 0;
  for (const chunk of column(body, { at: 4, width: 12, first: 0 })) {
    if (chunk <= last) return Infinity;
    last = chunk;
  }
  return last;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}
