// Walks the boxes of an MP4 the way a player does, for tests: every box by path, with its body.

/** One box: the names of the boxes around it and its own, and its body. */
export interface Box {
  readonly path: string;
  readonly body: Buffer;
}

const CONTAINERS = new Set(["moov", "trak", "edts", "mdia", "minf", "stbl", "dinf"]);

/** All boxes in file order; throws when a box does not end where its parent has room for it. */
export function boxes(file: Uint8Array): readonly Box[] {
  return walk(Buffer.from(file.buffer, file.byteOffset, file.byteLength), "");
}

function walk(bytes: Buffer, parent: string): readonly Box[] {
  const found: Box[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    if (length < 8 || at + length > bytes.length) throw new Error(`box ${parent}${name} runs over the end`);
    const body = bytes.subarray(at + 8, at + length);
    found.push({ path: parent + name, body });
    if (CONTAINERS.has(name)) found.push(...walk(body, `${parent}${name}.`));
    at += length;
  }
  return found;
}
