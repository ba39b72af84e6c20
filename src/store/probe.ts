/**
 * What a finished download is: type by content, never by name or by what the server said; whole or not; its measures.
 * Judges nothing against what was asked for: a clip that is whole is kept, whatever it measures.
 */
import type { Sha256 } from "../base/digest.js";
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

/** Looks into the file at `path`, of which digest and size are known already. @throws the disk's error. */
export function probe(
  fs: FileSystem,
  path: string,
  known: { readonly sha256: Sha256; readonly size: number },
): Probed {
  return readOpen(fs, path, (read) => probeBytes(read, known));
}

/** The same for bytes that are read through `read`. */
export function probeBytes(read: ReadAt, known: { readonly sha256: Sha256; readonly size: number }): Probed {
  const { sha256, size } = known;
  const unfit = (why: string): Probed => ({ kind: "unfit", why });
  if (size === 0) return unfit("it is empty");
  const picture = readImageFacts(read);
  if (picture.kind === "damaged") return unfit("its picture header is damaged");
  if (picture.kind === "image") {
    const { format, width, height } = picture;
    if (!hasEnd(read, size, format)) return unfit("it ends before the picture does");
    const type = format === "png" ? "image/png" : "image/jpeg";
    return { kind: "artifact", artifact: { sha256, size, type, width, height } };
  }
  const film = readMp4(read, size);
  if (film.kind !== "not_mp4") {
    const { kind: _, ...measures } = film;
    return { kind: "artifact", artifact: { sha256, size, type: "video/mp4", ...measures } };
  }
  const other = otherThan(read, known);
  return other === undefined
    ? unfit(`it is not a complete MP4: ${film.why}`)
    : { kind: "artifact", artifact: other };
}

/** What is neither a picture nor a clip: a series, a record, a sound. */
function otherThan(
  read: ReadAt,
  { sha256, size }: { readonly sha256: Sha256; readonly size: number },
): Artifact | undefined {
  const pictures = readSeries(read, size);
  if (pictures !== undefined) {
    const whole = pictures.every((picture) => {
      const part: ReadAt = (position, length) =>
        position >= picture.size
          ? new Uint8Array()
          : read(picture.position + position, Math.min(length, picture.size - position));
      const facts = readImageFacts(part);
      return facts.kind === "image" && hasEnd(part, picture.size, facts.format);
    });
    return whole ? { sha256, size, type: "application/x-tar" } : undefined;
  }
  if (size <= MOST_RECORD_BYTES && readKept(read(0, size)) !== undefined) {
    return { sha256, size, type: "application/json" };
  }
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
