/**
 * Bytes of a manifest file → text. Refuses what no editor saves as text, before YAML is asked about it.
 * Knows nothing of YAML; line breaks stay as they are.
 */
import { problem, type Checked, type Diagnostic } from "../base/diagnostic.js";
import { isLfsPointer, LFS_HELP, LFS_WHY } from "../base/lfs.js";
import { elide } from "../base/text.js";

/** A manifest of 1,000 shots has about 0.3 MB; what is larger than this, in bytes, is something else. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The text of a manifest file, without a byte-order mark. `file` is its name for messages. */
export function decodeManifest(bytes: Uint8Array, file: string): Checked<string> {
  const refuse = (what: string, why: string, help: string): Checked<string> => ({
    diagnostics: [problem("file/unreadable", `${elide(file, 200)} ${what}`, { why, help })],
  });
  if (bytes.length > MAX_MANIFEST_BYTES) return { diagnostics: [tooLarge(file, bytes.length)] };
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    return refuse("is saved as UTF-16", "manifests are UTF-8", "save it as UTF-8 in your editor");
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    return refuse(
      `is not a text file: line ${lineOf(bytes, nul)} holds a NUL byte`,
      "NUL bytes stand in pictures, clips and texts saved as UTF-16, not in manifests",
      "check that it is the right file, and save it as UTF-8 text",
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!isLfsPointer(text)) return { value: text, diagnostics: [] };
    const what = `${elide(file, 200)} is a Git LFS pointer, not the manifest itself`;
    return { diagnostics: [problem("file/lfs-pointer", what, { why: LFS_WHY, help: LFS_HELP })] };
  } catch {
    return refuse(
      `is not valid UTF-8 in line ${firstBadLine(bytes)}`,
      "it was probably saved in an older encoding such as Latin-1 or Windows-1252",
      "save it as UTF-8 in your editor",
    );
  }
}

/** A manifest of `size` bytes, which is not read. */
export function tooLarge(file: string, size: number): Diagnostic {
  const what = `is too large for a manifest (${(size / 1024 / 1024).toFixed(1)} MB)`;
  return problem("file/unreadable", `${elide(file, 200)} ${what}`, {
    why: `at most ${MAX_MANIFEST_BYTES / 1024 / 1024} MB are read; a thousand shots take about 0.3 MB`,
    help: "check that it is the right file; split the film into several projects if it is",
  });
}

function startsWith(bytes: Uint8Array, first: number, second: number): boolean {
  return bytes[0] === first && bytes[1] === second;
}

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const next = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, next));
    } catch {
      return line;
    }
    from = next;
  }
  return line;
}
