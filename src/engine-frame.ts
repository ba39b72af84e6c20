/**
 * Takes a picture out of a clip or a series of the store into the store. Of a clip, a checked copy is handed to ffmpeg.
 * What comes of it is looked at like any download.
 */
import { join } from "node:path";
import type { Sha256 } from "./base/digest.js";
import type { Environment, World } from "./engine-world.js";
import type { CacheKey } from "./graph/key.js";
import type { Arrival, Disk } from "./run/disk.js";
import type { Artifacts } from "./store/artifacts.js";
import { PRIVATE_DIRECTORY, removeIf, type FileSystem } from "./store/files.js";
import { readSeries } from "./store/series.js";

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
    return await takeIn(await fs.promises.readFile(to), await parts.arrival(key));
  } finally {
    await clear(fs, copy, to);
  }
}

/** One picture of a series. @throws the disk's errors. */
export async function pictureOf(
  { artifacts, arrival: arrive }: Pick<FrameParts, "artifacts" | "arrival">,
  series: Sha256,
  index: number,
  key: CacheKey,
): ReturnType<Disk["picture"]> {
  const held = await artifacts.read(series);
  if (held.kind !== "bytes") return { kind: "damaged" };
  const { bytes } = held;
  const pictures = readSeries(
    (position, length) => bytes.subarray(position, position + length),
    bytes.length,
  );
  const picture = pictures?.find(({ number }) => number === index);
  if (picture === undefined) {
    return {
      kind: "failed",
      why: `the series has ${pictures?.length ?? 0} pictures, and none of number ${index}`,
    };
  }
  return takeIn(bytes.subarray(picture.position, picture.position + picture.size), await arrive(key));
}

/** A picture into the store, if it is whole. */
async function takeIn(bytes: Uint8Array, arrival: Arrival): ReturnType<Disk["picture"]> {
  try {
    await arrival.write(bytes);
    const finished = await arrival.finish("still");
    return finished.kind === "kept" ? finished : { kind: "failed", why: finished.why };
  } finally {
    await arrival.discard();
  }
}

async function clear(fs: FileSystem, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await removeIf(fs, path);
}
