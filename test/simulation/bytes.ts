/**
 * Real clips and stills, tiny, and another one for each name: one is encoded, and the name goes into a part of the file
 * that players pass over.
 */
import { crc32 } from "node:zlib";
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import type { SlateText } from "../../src/sandbox/media/slate.js";

/** Bytes with their digest. */
export interface Content {
  readonly bytes: Buffer;
  readonly sha256: Sha256;
}

const WORDS: SlateText = { seed: "00000000", title: "", tag: "", facts: [], prompt: "", notes: [] };
const bases = new Map<string, Buffer>();
const made = new Map<string, Content>();

/** A clip of five seconds, or a still. */
export function contentOf(kind: "clip" | "still", name: string): Content {
  const held = made.get(`${kind} ${name}`);
  if (held !== undefined) return held;
  const bytes = kind === "clip" ? Buffer.concat([clip(), freeBox(name)]) : withText(still(), name);
  const content = { bytes, sha256: sha256Hex(bytes) };
  // Names repeat from story to story.
  if (made.size > 500) made.clear();
  made.set(`${kind} ${name}`, content);
  return content;
}

function clip(): Buffer {
  const held = bases.get("clip");
  if (held !== undefined) return held;
  const steps = encodeClip({ width: 32, height: 32, seconds: 5, text: WORDS });
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done !== true) continue;
    const bytes = Buffer.from(step.value);
    bases.set("clip", bytes);
    return bytes;
  }
}

function still(): Buffer {
  const held = bases.get("still") ?? Buffer.from(encodeStill(320, 320, WORDS, "simulation"));
  bases.set("still", held);
  return held;
}

/** A picture with a chunk of text before its end. */
function withText(picture: Buffer, name: string): Buffer {
  const end = picture.length - 12;
  const body = Buffer.from(`tEXtTitle\0${name}`);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return Buffer.concat([picture.subarray(0, end), chunk, picture.subarray(end)]);
}

/** A box that every player passes over. */
function freeBox(name: string): Buffer {
  const text = Buffer.from(name);
  const box = Buffer.alloc(8 + text.length);
  box.writeUInt32BE(box.length, 0);
  box.write("free", 4, "latin1");
  text.copy(box, 8);
  return box;
}
