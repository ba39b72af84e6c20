/**
 * A disk in memory and a project on it, for the store's tests.
 */
import { createFsFromVolume, Volume } from "memfs";
import type { FileSystem } from "../../src/store/files.js";

/** A fresh disk with these files (absolute path → text). */
export function memoryDisk(files: Readonly<Record<string, string | Uint8Array>> = {}): {
  readonly fs: FileSystem;
  readonly volume: ReturnType<typeof createFsFromVolume>;
  /** Every file on it. */
  readonly names: () => readonly string[];
} {
  const contents = new Volume();
  const volume = createFsFromVolume(contents);
  volume.mkdirSync("/film", { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    volume.mkdirSync(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true });
    volume.writeFileSync(path, typeof text === "string" ? text : Buffer.from(text));
  }
  return {
    fs: volume as unknown as FileSystem,
    volume,
    names: () => Object.entries(contents.toJSON()).flatMap(([name, text]) => (text === null ? [] : [name])),
  };
}

/** The text of a file on that disk. */
export function textOf(
  volume: { readFileSync(path: string, encoding: "utf8"): unknown },
  path: string,
): string {
  return String(volume.readFileSync(path, "utf8"));
}
