/**
 * Tells when the content of files may have changed. Listens to the folders that they hang on, and believes no event:
 * what is told is what the disk shows to be other than before. A look around every few seconds finds what no event
 * told; where listening fails, the same look is all there is, and comes every second.
 *
 *   event in a folder → a name that a file hangs on? → stat → differs → told at once; what follows is gathered briefly
 *
 * Reads no content, and does not know what the files are for. That a touched file has its old content is found by whoever
 * compares digests.
 */
import { basename, relative } from "node:path";
import type { Clock } from "../base/clock.js";
import { safeText } from "../base/text.js";
import { look, type LinkedFiles } from "./files.js";
import { openFolderWatches, type Watching } from "./folder-watch.js";
import { isYoung, mayDiffer, openTrails, seenAt, type Hinge, type Seen } from "./trail.js";

/** Files that are being watched. */
export interface Watched {
  /**
   * Watches these absolute paths from now on and no others; what does not exist yet is watched for. A path that is new
   * among them and changed after `readSinceMs` (epoch), when the caller began to read, is told, maybe before this returns.
   */
  set(paths: ReadonlySet<string>, readSinceMs?: number): void;
  /** Resolves once no change can go unnoticed. */
  ready(): Promise<void>;
  /** Nothing is told after it was called; resolves when the system holds nothing any more. */
  close(): Promise<void>;
}

/** What a watcher needs. */
export interface WatchFilesOptions {
  readonly fs: LinkedFiles;
  readonly clock: Clock;
  /** The project. */
  readonly root: string;
  /** Told the paths, as they were asked for, whose content may have changed; must not throw. */
  readonly tell: (changed: ReadonlySet<string>) => void;
  /** Told, once per cause, that files are looked at instead of listened to; words for people. */
  readonly fail: (why: string) => void;
  readonly load?: () => Promise<Watching>;
}

// One save is several events; they are handed over together.
const SAVE_MS = 2;
const GATHER_MS = 50;
const LOOK_AROUND_MS = 5_000;
const POLL_MS = 1_000;
// Disks date changes by a clock that ticks this rarely, and so up to that much too early.
const TICK_MS = 20;
// An event that comes at all comes within this.
const LATE_MS = 500;

interface Asked {
  readonly seen: Seen;
  readonly hinges: readonly Hinge[];
}

/** Begins with nothing to watch. Times are told by the clock of the file system's machine. */
export function watchFiles(options: WatchFilesOptions): Watched {
  const { fs, clock, root, tell, fail } = options;
  const closing = new AbortController();
  let wake = new AbortController();
  const asked = new Map<string, Asked>();
  /** Folder → name → the asked paths that hang on it. */
  const hanging = new Map<string, Map<string, Set<string>>>();
  const refused = new Set<string>();
  const heard = new Map<string, number>();
  const silent = new Map<string, number>();
  const said = new Set<string>();
  let polled = false;
  let due = new Set<string>();
  let gathered = new Set<string>();
  let gathering = false;

  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    await clock.sleep(ms, signal).catch(() => undefined);
  };

  const poll = (): void => {
    wake.abort();
    wake = new AbortController();
  };

  const refuse = (folder: string, code: string): void => {
    refused.add(folder);
    if (!said.has(code)) {
      said.add(code);
      const shown = safeText(relative(root, folder)) || "the project";
      fail(`${reasonOf(code, shown)}. Saves are still seen, a second later`);
    }
    poll();
  };

  const folders = openFolderWatches(
    {
      touched(folder, name) {
        heard.set(folder, (heard.get(folder) ?? 0) + 1);
        const names = hanging.get(folder);
        if (names === undefined) return;
        const self = name === undefined || name === basename(folder);
        const hit = self ? names.values() : [names.get(folded(name)) ?? new Set<string>()];
        for (const paths of hit) for (const path of paths) mark(path);
      },
      moved: (folder) => folders.renew(folder),
      standing(folder) {
        // Between the last look and now nobody listened.
        const paths = [...(hanging.get(folder)?.values() ?? [])].flatMap((each) => [...each]);
        lookAt(paths, false);
      },
      refused: refuse,
      polled() {
        polled = true;
        poll();
      },
    },
    options.load ?? (() => import("chokidar")),
  );

  const mark = (path: string): void => {
    const first = due.size === 0;
    due.add(path);
    if (first) void pause(SAVE_MS, closing.signal).then(lookAtDue);
  };

  const lookAtDue = (): void => {
    const paths = due;
    due = new Set();
    if (paths.size > 0) lookAt(paths, true);
  };

  /** Compares with what was seen before, and tells. `evented`: something did happen, even if it left no trace. */
  const lookAt = (paths: Iterable<string>, evented: boolean): readonly string[] => {
    if (closing.signal.aborted) return [];
    const follow = openTrails(fs, root);
    const nowMs = clock.now();
    const changed: string[] = [];
    for (const path of paths) {
      const before = asked.get(path);
      if (before === undefined) continue;
      const after = follow(path);
      if (mayDiffer(before.seen, after.seen) || (evented && isYoung(after.seen, nowMs))) changed.push(path);
      const same = sameHinges(before.hinges, after.hinges);
      if (!same) hang(path, before.hinges, after.hinges);
      asked.set(path, { seen: after.seen, hinges: same ? before.hinges : after.hinges });
    }
    listen();
    gather(changed);
    return changed;
  };

  const gather = (changed: readonly string[]): void => {
    for (const path of changed) gathered.add(path);
    if (!gathering) void tellAll();
  };

  const tellAll = async (): Promise<void> => {
    gathering = true;
    while (gathered.size > 0 && !closing.signal.aborted) {
      const changed = gathered;
      gathered = new Set();
      tell(changed);
      await pause(GATHER_MS, closing.signal);
    }
    gathering = false;
  };

  const hang = (path: string, before: readonly Hinge[], after: readonly Hinge[]): void => {
    for (const { folder, name } of before) {
      const names = hanging.get(folder);
      const paths = names?.get(folded(name));
      paths?.delete(path);
      if (paths?.size === 0) names?.delete(folded(name));
      if (names?.size === 0) hanging.delete(folder);
    }
    for (const { folder, name } of after) {
      const names = hanging.get(folder) ?? new Map<string, Set<string>>();
      const paths = names.get(folded(name)) ?? new Set<string>();
      hanging.set(folder, names.set(folded(name), paths.add(path)));
    }
  };

  /** Watches the folders that the asked paths hang on, as they stand now. */
  const listen = (): void => {
    for (const folder of refused) if (!hanging.has(folder)) refused.delete(folder);
    if (polled) return;
    const wanted = new Map<string, string>();
    for (const folder of hanging.keys()) {
      const ino = refused.has(folder) ? undefined : inodeOf(fs, folder);
      if (ino !== undefined) wanted.set(folder, ino);
    }
    folders.want(wanted);
  };

  /** Paths whose end is not what it was. That they still lead there is left to the events, and to a rarer look. */
  const stirred = (): readonly string[] => {
    const found: string[] = [];
    for (const [path, { seen, hinges }] of asked) {
      const end = hinges.at(-1);
      if (end === undefined || mayDiffer(seen, seenAt(fs, end))) found.push(path);
    }
    return found;
  };

  const lookAround = async (): Promise<void> => {
    let round = 0;
    while (!closing.signal.aborted) {
      const [usual, each] = polled || refused.size > 0 ? [POLL_MS, 0.3] : [LOOK_AROUND_MS, 3];
      // With very many files it is rarer, so that the idle watcher stays idle.
      await pause(Math.max(usual, asked.size * each), wake.signal);
      lookAtDue();
      const until = new Map(heard);
      const listening = !polled && refused.size === 0;
      const missed = lookAt(listening && ++round % 8 !== 0 ? stirred() : asked.keys(), false);
      if (missed.length > 0 && !polled) void judge(missed, until);
    }
  };

  /** Finds folders whose changes are not announced: watched anew at first, then looked at instead. */
  const judge = async (missed: readonly string[], until: ReadonlyMap<string, number>): Promise<void> => {
    const suspects = new Set(missed.flatMap((path) => asked.get(path)?.hinges.at(-1)?.folder ?? []));
    await pause(LATE_MS, closing.signal);
    for (const folder of closing.signal.aborted ? [] : suspects) {
      if (heard.get(folder) !== until.get(folder) || refused.has(folder)) continue;
      const times = (silent.get(folder) ?? 0) + 1;
      silent.set(folder, times);
      if (times > 1) refuse(folder, "silent");
      else folders.renew(folder);
    }
    listen();
  };

  void lookAround();

  return {
    set(paths, readSinceMs) {
      const follow = openTrails(fs, root);
      const changed: string[] = [];
      for (const [path, { hinges }] of asked) {
        if (paths.has(path)) continue;
        hang(path, hinges, []);
        asked.delete(path);
      }
      for (const path of paths) {
        if (asked.has(path)) continue;
        const { seen, hinges } = follow(path);
        asked.set(path, { seen, hinges });
        hang(path, [], hinges);
        if (readSinceMs !== undefined && changedMs(fs, seen, hinges) >= readSinceMs - TICK_MS)
          changed.push(path);
      }
      listen();
      gather(changed);
    },
    ready: () => folders.ready(),
    async close() {
      closing.abort();
      wake.abort();
      await folders.close();
    },
  };
}

/** When something last happened at the end of a path: for what is missing, in the folder where it would be. */
function changedMs(fs: LinkedFiles, seen: Seen, hinges: readonly Hinge[]): number {
  if (seen.kind === "file") return seen.ctimeMs;
  const folder = hinges.at(-1)?.folder;
  return (folder === undefined ? undefined : statOf(fs, folder)?.ctimeMs) ?? 0;
}

function inodeOf(fs: LinkedFiles, folder: string): string | undefined {
  const found = statOf(fs, folder);
  return found?.isDirectory() === true ? String(found.ino) : undefined;
}

function statOf(fs: LinkedFiles, path: string): ReturnType<typeof look> {
  try {
    return look(fs, path);
  } catch {
    return undefined;
  }
}

// Some disks take names that differ in case or composition for one, and tell of the one that they hold.
function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function sameHinges(left: readonly Hinge[], right: readonly Hinge[]): boolean {
  return (
    left.length === right.length &&
    left.every((each, index) => each.folder === right[index]?.folder && each.name === right[index].name)
  );
}

function reasonOf(code: string, folder: string): string {
  switch (code) {
    case "ENOSPC":
      return "The system watches no more folders for you: raise its limit (sysctl fs.inotify.max_user_watches) or close other programs that watch files";
    case "EMFILE":
    case "ENFILE":
      return "The system opens no more watchers for you: raise its limits (sysctl fs.inotify.max_user_instances, ulimit -n) or close other programs that watch files";
    case "EACCES":
    case "EPERM":
      return `You may not read the folder ${folder}, so changes in it are not announced: give yourself the right to read it`;
    case "silent":
      return `Changes in ${folder} are not announced, as on network drives: keep the project on a local disk to be quicker`;
    default:
      return `Changes in ${folder} cannot be listened to (${code})`;
  }
}
