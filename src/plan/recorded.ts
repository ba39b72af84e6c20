/** What the lockfile has at a key: the rendering that stands, and the others that were paid for. */
import type { CacheKey } from "../graph/key.js";
import type { Attempt, Lock, OtherRendering, Rendering } from "./prior.js";

/** A rendering and its others, each once: what another machine knew of the same task is no other rendering. */
export function wholeOf(rendering: Rendering): readonly OtherRendering[] {
  const { others = [] } = rendering;
  if (others.length === 0) return [rendering];
  const name = paidOnce(rendering);
  return [rendering, ...others.filter((each) => paidOnce(each) !== name)];
}

/** What was paid for once. Attempts stand in order as text too, as long as they have equally many digits. */
export function paidOnce({ attempt, artifact, handle }: OtherRendering): string {
  const what = handle === undefined ? artifact.sha256 : `${handle.route} ${handle.task}`;
  return `${String(attempt).padStart(7, "0")} ${what}`;
}

/** Everything that the lockfile has at a key. */
export function recordedAt(lock: Lock, key: CacheKey): readonly OtherRendering[] {
  const rendering = lock.renders.get(key);
  return rendering === undefined ? [] : wholeOf(rendering);
}

/** Whether an attempt stands in the lockfile; another machine's attempt of the same number is told by its task. */
export function isRecorded(lock: Lock, { key, attempt, task, account }: Attempt): boolean {
  return recordedAt(lock, key).some(
    (each) =>
      each.attempt === attempt &&
      !isAdopted(each) &&
      (each.handle === undefined ||
        (task === undefined ? each.handle.account === account : each.handle.task === task)),
  );
}

/** Whether a record was bound by hand: the vendor did not make it, so it is no attempt of the journal's. */
function isAdopted({ handle, billed }: OtherRendering): boolean {
  return handle === undefined && billed.kind === "not_billed";
}
