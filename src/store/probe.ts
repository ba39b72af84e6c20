/**
 * What a finished download is: type by content, never by name or by what the server said; whole or not; its measures.
 * Judges nothing against what was asked for: a clip that is whole is kept, whatever it measures.
 */
import type { Sha256 } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import type { Product } from "../graph/actions.js";
import type { Artifact } from "../plan/prior.js";
import { readOpen, type FileSystem, type ReadAt } from "./files.js";
import { readImageFacts } from "./image.js";
import { readKept } from "./kept.js";
import { readMp4 } from "./mp4.js";
import { readSeries } from "./series.js";
import { readSoundFacts } from "./sound.js";

/** The artifact that a file is, or why it is none (a clause about the file: "it has no video track"). */
export type Probed =
  | { readonly kind: "artifact"; readonly artifact: Artifact }
  | { readonly kind: "unfit"; readonly why: string };

// Enough to hold the last chunk of a PNG, or the end marker of a JPEG with something small after it.
const TAIL = 4096;
/** Largest sound that is measured. */
const MOST_SOUND_BYTES = 64 * 1024 ** 2;
const PIECE = 65_536;
/** Largest file that can be a record of what stays with the vendor. */
const MOST_RECORD_BYTES = 1024;
/** `IEND` with its checksum: a picture that ends within it was cut. */
const PNG_END = Buffer.from("49454e44ae426082", "hex");

interface Known {
  readonly sha256: Sha256;
  readonly size: number;
}

/**
 * Looks into the file at `path`, of which digest and size are known already. `product`: what it has to be, for a clip
 * spoilt on its way can look like a sound; absent, any. Clips and stills are not told apart. @throws the disk's error.
 */
export function probe(fs: FileSystem, path: string, known: Known, product?: Product): Probed {
  return readOpen(fs, path, (read) => probeBytes(read, known, product));
}

/** The same for bytes that are read through `read`. */
export function probeBytes(read: ReadAt, known: Known, product?: Product): Probed {
  if (known.size === 0) return unfit("it is empty");
  switch (product) {
    case "clip":
    case "still":
      return probeSeen(read, known);
    case "sound":
      return fit(soundOf(read, known)) ?? unfit("it is not a whole MP3 or WAV sound");
    case "series":
      return fit(seriesOf(read, known)) ?? unfit("it is not a whole series of pictures");
    case "kept":
      return fit(recordOf(read, known)) ?? unfit("it is not a record of what the vendor keeps");
    case undefined: {
      const seen = probeSeen(read, known);
      if (seen.kind === "artifact") return seen;
      return fit(seriesOf(read, known) ?? recordOf(read, known) ?? soundOf(read, known)) ?? seen;
    }
    default:
      return unreachable(product);
  }
}

function unfit(why: string): Probed {
  return { kind: "unfit", why };
}

function fit(artifact: Artifact | undefined): Probed | undefined {
  return artifact && { kind: "artifact", artifact };
}

/** A picture or a clip. */
function probeSeen(read: ReadAt, { sha256, size }: Known): Probed {
  const picture = readImageFacts(read);
  if (picture.kind === "damaged") return unfit("its picture header is damaged");
  if (picture.kind === "image") {
    const { format, width, height } = picture;
    if (!hasEnd(read, size, format)) return unfit("it ends before the picture does");
    const type = format === "png" ? "image/png" : "image/jpeg";
    return { kind: "artifact", artifact: { sha256, size, type, width, height } };
  }
  const film = readMp4(read, size);
  if (film.kind === "not_mp4") return unfit(`it is not a complete MP4: ${film.why}`);
  const { kind: _, ...measures } = film;
  return { kind: "artifact", artifact: { sha256, size, type: "video/mp4", ...measures } };
}

/** A series of which every picture is whole. */
function seriesOf(read: ReadAt, { sha256, size }: Known): Artifact | undefined {
  const whole = readSeries(read, size)?.every((picture) => {
    const part: ReadAt = (position, length) =>
      position >= picture.size
        ? new Uint8Array()
        : read(picture.position + position, Math.min(length, picture.size - position));
    const facts = readImageFacts(part);
    return facts.kind === "image" && hasEnd(part, picture.size, facts.format);
  });
  return whole === true ? { sha256, size, type: "application/x-tar" } : undefined;
}

function recordOf(read: ReadAt, { sha256, size }: Known): Artifact | undefined {
  if (size > MOST_RECORD_BYTES || readKept(read(0, size)) === undefined) return undefined;
  return { sha256, size, type: "application/json" };
}

function soundOf(read: ReadAt, { sha256, size }: Known): Artifact | undefined {
  const facts = size > MOST_SOUND_BYTES ? undefined : readSoundFacts(wholeOf(read, size));
  if (facts?.kind !== "sound" || (facts.format !== "mp3" && facts.format !== "wav")) return undefined;
  const type = facts.format === "mp3" ? "audio/mpeg" : "audio/wav";
  return { sha256, size, type, seconds: facts.seconds };
}

/** All bytes, in pieces that a disk is asked for at once. */
function wholeOf(read: ReadAt, size: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let position = 0; position < size; position += PIECE) {
    pieces.push(Uint8Array.from(read(position, Math.min(PIECE, size - position))));
  }
  return Buffer.concat(pieces);
}

function hasEnd(read: ReadAt, size: number, format: "jpg" | "png"): boolean {
  const tail = Buffer.from(read(Math.max(0, size - TAIL), TAIL));
  return format === "png" ? tail.includes(PNG_END) : tail.includes(Buffer.of(0xff, 0xd9));
}
