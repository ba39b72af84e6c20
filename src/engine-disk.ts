/**
 * The disk as a run sees it (`run/disk.ts`), put together from the store room: journal, store, outputs, lockfile.
 */
import { join } from "node:path";
import { problem, type Diagnostic } from "./base/diagnostic.js";
import type { Sha256 } from "./base/digest.js";
import { isRecord } from "./base/guard.js";
import { safeText } from "./base/text.js";
import { frameOf, pictureOf } from "./engine-frame.js";
import type { Environment, World } from "./engine-world.js";
import type { CacheKey } from "./graph/key.js";
import type { Input, StepId } from "./graph/input.js";
import type { Rendering } from "./plan/prior.js";
import type { Material } from "./provider/provider.js";
import { DiskRefusal, type Disk, type Placed } from "./run/disk.js";
import type { Artifacts } from "./store/artifacts.js";
import { diskCode, look, readTextIf, UnfitFile, writeAtomic, type FileSystem } from "./store/files.js";
import type { Inputs } from "./store/inputs.js";
import type { Journal } from "./store/journal-file.js";
import { formatLock, readLock, type LockFile } from "./store/lockfile.js";
import { mergeLocks, withOthers } from "./store/lock-merge.js";
import type { Outputs } from "./store/outputs.js";
import { openPartial } from "./store/partial.js";
import { place } from "./store/place.js";
import { probe } from "./store/probe.js";
import { placeToWrite } from "./store/project-path.js";
import type { StateDirectory } from "./store/state-directory.js";

/** What to tell a person about an error of the disk; undefined for all other errors, which are bugs. */
export function diskProblem(error: unknown): Diagnostic | undefined {
  if (error instanceof UnfitFile) {
    return problem("file/unreadable", safeText(error.message), {
      why: "klingmake keeps a file of its own there, and reads and writes no other than a regular one",
      help: "move it away, or put the file itself in its place",
    });
  }
  const code = diskCode(error);
  if (code === undefined) return undefined;
  return problem("run/disk", `the disk refused (${code})`, {
    why: "a file or directory of the project, of its .kling directory or of the store could not be read or written",
    help: "make room or give access, and run the same command again",
  });
}

/** What the disk is put together from. */
export interface DiskParts {
  readonly fs: FileSystem;
  readonly root: string;
  readonly state: StateDirectory;
  readonly artifacts: Artifacts;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly journal: Pick<Journal, "append">;
  readonly profile: string;
  /** Name of the lockfile, its text as it was read, and what it says. */
  readonly lockName: string;
  readonly lockText: string | undefined;
  readonly lock: LockFile;
  /** Digests that the plan was made with, by input path. */
  readonly digests: ReadonlyMap<string, Sha256>;
  /** How long the sounds among them last, in seconds. */
  readonly sounds: ReadonlyMap<string, number>;
  /** Digests of files that may be replaced at an output path. */
  readonly ours: ReadonlySet<Sha256>;
  readonly frames: World["frames"];
  readonly env: Environment;
}

/** The run's disk. */
export function openDisk(parts: DiskParts): Disk {
  const { fs, root, artifacts, journal } = parts;
  const ours = new Set(parts.ours);
  const keeper = lockKeeper(parts);
  const arrival: Disk["arrival"] = async (key) => {
    const partial = await openPartial(fs, parts.state.partial, key);
    return {
      get bytes() {
        return partial.bytes();
      },
      write: (chunk) => partial.write(chunk),
      restart: () => partial.restart(),
      async finish(product) {
        const received = await partial.finish();
        const probed = probe(fs, received.path, received, product);
        if (probed.kind === "unfit") return { kind: "broken", why: probed.why };
        await artifacts.put(received);
        ours.add(received.sha256);
        return { kind: "kept", artifact: probed.artifact };
      },
      discard: () => partial.discard(),
    };
  };
  return {
    journal: (entry) => journal.append(entry),
    arrival,
    reclaim: (output, sha256) => artifacts.adopt(join(root, output), sha256),
    picture: (series, index, key) => pictureOf({ artifacts: parts.artifacts, arrival }, series, index, key),
    frame: (clip, which, key, signal) =>
      frameOf({ ...parts, partial: parts.state.partial, arrival }, clip, which, key, signal),
    material: (input, artifact) => materialOf(parts, input, artifact),
    async place(sha256, output, sidecar) {
      const placed = await placeOne(parts, sha256, output, ours);
      if (placed.kind !== "placed") return placed;
      await writeSidecar(parts, `${output}.json`, sidecar);
      await journal.append({ type: "placed", output, sha256 });
      return placed;
    },
    lock: (step, key, rendering) => keeper.put(step, key, rendering),
    record: (rendering) => keeper.record(rendering),
    retire: (present) => keeper.retire(new Set(present.map((step) => step.id))),
  };
}

/** Writes a sidecar where nothing lies, or an older sidecar; anything else belongs to the author. */
async function writeSidecar({ fs, root }: DiskParts, name: string, sidecar: string): Promise<void> {
  const target = placeToWrite(fs, root, name);
  if (target.kind !== "inside") return;
  const there = look(fs, target.path);
  if (there !== undefined && !(there.isFile() && isSidecar(await readTextIf(fs, target.path)))) return;
  await writeAtomic(fs, target.path, sidecar, { durable: false });
}

function isSidecar(text: string | undefined): boolean {
  try {
    const data: unknown = JSON.parse(text ?? "");
    return isRecord(data) && data["schema"] === "klingmake/sidecar";
  } catch {
    return false;
  }
}

async function placeOne(
  parts: DiskParts,
  sha256: Sha256,
  output: string,
  ours: Set<Sha256>,
): Promise<Placed> {
  const placed = await place(parts, sha256, output, ours);
  switch (placed.kind) {
    case "placed":
    case "already":
      return { kind: "placed" };
    case "occupied":
      return { kind: "taken", what: placed.by.kind === "file" ? "was changed" : `is ${placed.by.what}` };
    case "refused":
      return placed;
    case "missing":
    case "damaged":
      return { kind: "damaged" };
  }
}

async function materialOf(
  parts: DiskParts,
  input: Input,
  artifact: Parameters<Disk["material"]>[1],
): ReturnType<Disk["material"]> {
  const ready = (bytes: Uint8Array, type: string, seconds?: number): Material => ({
    kind: "bytes",
    type,
    ...(seconds === undefined ? {} : { seconds }),
    read: () => Promise.resolve(bytes),
  });
  switch (input.kind) {
    case "url":
      return { kind: "url", url: input.url };
    case "kept":
      return { kind: "kept", id: input.id };
    case "file": {
      const sha256 = parts.digests.get(input.path);
      const read = sha256 === undefined ? undefined : await parts.inputs.read(input.path, sha256);
      if (read?.kind === "bytes")
        return ready(read.bytes, "application/octet-stream", parts.sounds.get(input.path));
      return {
        kind: "unavailable",
        why: `${input.path} ${read?.kind === "unreadable" ? `cannot be read (${read.why})` : "was changed since the plan"}`,
      };
    }
    case "step": {
      if (artifact === undefined) return { kind: "unavailable", why: `the result of ${input.id} is missing` };
      const read = await parts.artifacts.read(artifact.sha256);
      return read.kind === "bytes"
        ? ready(read.bytes, artifact.type, artifact.seconds)
        : { kind: "unavailable", why: `the result of ${input.id} is ${read.kind} in the store` };
    }
  }
}

interface LockKeeper {
  put(step: StepId, key: CacheKey, rendering: Rendering | undefined): Promise<void>;
  record(rendering: Rendering): Promise<void>;
  retire(present: ReadonlySet<StepId>): Promise<void>;
}

/** Keeps the lockfile: one writer, changes that come together are written together, a file changed meanwhile is merged. */
function lockKeeper(parts: DiskParts): LockKeeper {
  const { fs, root, lockName, profile } = parts;
  const path = join(root, lockName);
  let held = parts.lock;
  let written = parts.lockText;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const there = await readTextIf(fs, path);
    if (there !== undefined && there !== written) {
      // A checkout or merge while we rendered: nothing that either side paid for may be dropped.
      const read = readLock(there, lockName);
      if (read.value === undefined)
        throw new DiskRefusal(
          read.diagnostics[0] ?? problem("lock/damaged", `${lockName} cannot be read any more`),
        );
      held = mergeLocks(read.value, held);
    }
    const text = formatLock(held);
    if (text !== there) await writeAtomic(fs, path, text);
    written = text;
  };
  const save = (): Promise<void> => {
    if (running === undefined) {
      running = write().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return save();
      });
    return next;
  };
  /** The latest attempt stands first; what was paid for besides stays on record. */
  const keep = (rendering: Rendering): void => {
    const before = held.renders.get(rendering.key);
    const first = before !== undefined && before.attempt > rendering.attempt ? before : rendering;
    const whole = withOthers(first, before === undefined ? [rendering] : [before, rendering]);
    held = { ...held, renders: new Map(held.renders).set(rendering.key, whole) };
  };
  const withSteps = (steps: ReadonlyMap<StepId, CacheKey>): void => {
    held = { ...held, steps: new Map(held.steps).set(profile, steps) };
  };

  return {
    async put(step, key, rendering) {
      const steps = held.steps.get(profile);
      if (rendering === undefined && steps?.get(step) === key) return;
      if (rendering !== undefined) keep(rendering);
      withSteps(new Map(steps).set(step, key));
      await save();
    },
    async record(rendering) {
      keep(rendering);
      await save();
    },
    async retire(present) {
      const steps = held.steps.get(profile);
      if (steps === undefined || [...steps.keys()].every((id) => present.has(id))) return;
      withSteps(new Map([...steps].filter(([id]) => present.has(id))));
      await save();
    },
  };
}
