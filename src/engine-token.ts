/**
 * The word in the address of a project's page. Kept in the user's own cache, where a checkout cannot bring one along, so that
 * an open page finds a watcher that was started again on the same port.
 */
import { findManifest } from "./engine-find.js";
import type { OpenOptions } from "./engine-prepare.js";
import { cacheHome, openSnapshots } from "./engine-snapshot.js";
import { freshToken, realWorld, type World } from "./engine-world.js";

const MARK = "page token 1";
const TOKEN = /^[\w-]{24}$/;

/** The word of a project's page, which nobody guesses; one of its own where there is no project, or nothing can be kept. */
export async function pageToken(options: OpenOptions, world: World = realWorld()): Promise<string> {
  const fresh = freshToken();
  const { value: file } = findManifest(world.fs, options.cwd, options.file);
  if (file === undefined) return fresh;
  const snapshots = openSnapshots(world, cacheHome(options));
  const about = `page ${file}`;
  const kept = snapshots.read(about, MARK);
  if (typeof kept === "string" && TOKEN.test(kept)) return kept;
  await snapshots.write(about, MARK, fresh);
  return fresh;
}
