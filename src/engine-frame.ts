/**
 * Takes a picture out of a clip of the store into the store: a checked copy of the clip is handed to ffmpeg, and what
 * comes back is looked at like any download.
 */
import { join } from "node:path";
import type { Sha256 } from "./base/digest.js";
import type { Environment, World } from "./engine-world.js";
import type { CacheKey } from "./graph/key.js";
import type { Arrival, Disk } from "./run/disk.js";
import type { Artifacts } from "./store/artifacts.js";
import { PRIVATE_DIRECTORY, removeIf, type FileSystem } from "./store/files.js";

/** What pictures are taken with. */
export interface FrameParts {
  readonly fs: FileSystem;
  /** Directory of files on their way in. */
  readonly partial: string;
  readonly artifacts: Artifacts;
  readonly frames: World["frames"];
  readonly env: Environment;
  arrival(key: CacheKey): Promise<Arrival>;
}

/** One picture. @throws the signal's reason, and the disk's errors. */
export async function frameOf(
  parts: FrameParts,
  clip: Sha256,
  which: "first" | "last",
  key: CacheKey,
  signal: AbortSignal,
): ReturnType<Disk["frame"]> {
  const { fs, frames, env } = parts;
  const ffmpeg = await frames.find(env);
  if (ffmpeg === undefined) return { kind: "failed", why: "ffmpeg is not on the PATH any more" };
  const copy = join(parts.partial, `${key}.mp4`);
  const to = join(parts.partial, `${key}.png`);
  await fs.promises.mkdir(parts.partial, { recursive: true, mode: PRIVATE_DIRECTORY });
  await clear(fs, copy, to);
  try {
    if ((await parts.artifacts.copyOut(clip, copy)) !== "copied") return { kind: "damaged" };
    const taken = await frames.take({ ffmpeg, clip: copy, which, to, env, signal });
    if (taken.kind === "failed") return taken;
    const arrival = await parts.arrival(key);
    try {
      await arrival.write(await fs.promises.readFile(to));
      const finished = await arrival.finish();
      return finished.kind === "kept" ? finished : { kind: "failed", why: finished.why };
    } finally {
      await arrival.discard();
    }
  } finally {
    await clear(fs, copy, to);
  }
}

async function clear(fs: FileSystem, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await removeIf(fs, path);
}
