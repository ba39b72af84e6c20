/**
 * A disk in memory that outlives runs: journal as the lines that would be on disk, store, outputs, lockfile. A prior is
 * read back from it by the store room's own words, so a line that could not be read again fails the test.
 */
import { isoTime, type Clock } from "../../src/base/clock.js";
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import type { CacheKey } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import type { Graph } from "../../src/graph/step.js";
import type { Artifact, Prior, Rendering } from "../../src/plan/prior.js";
import type { Disk } from "../../src/run/disk.js";
import type { JournalEntry } from "../../src/store/journal.js";
import { formatLine, parseLine } from "../../src/store/journal-line.js";
import { replay } from "../../src/store/replay.js";

/** What the store would find that bytes are; the scripted vendor's clips are no real ones. */
function typeOf(text: string): Artifact["type"] {
  if (text.startsWith('{"kept":')) return "application/json";
  return text.startsWith("picture-") ? "application/x-tar" : "video/mp4";
}

export class MemoryDisk {
  readonly lines: string[] = [];
  readonly store = new Map<Sha256, Artifact>();
  readonly outputs = new Map<string, Sha256>();
  readonly sidecars = new Map<string, string>();
  readonly renders = new Map<CacheKey, Rendering>();
  readonly steps = new Map<StepId, CacheKey>();
  readonly retired: (readonly StepId[])[] = [];
  /** How long every clip turns out to be; absent: nobody measures it. */
  seconds?: number;
  /** Called before each operation; may throw, or never return. */
  gate: (operation: string) => Promise<void> | undefined = () => undefined;
  readonly #clock: Clock;
  readonly #log: string[];

  constructor(clock: Clock, log: string[] = []) {
    this.#clock = clock;
    this.#log = log;
  }

  /** What the journal's lines say, in order. */
  get entries(): readonly JournalEntry[] {
    return this.lines.map((line) => {
      const read = parseLine(line);
      if (read.kind !== "record") throw new Error(`a ${read.kind} line: ${line}`);
      return read.record;
    });
  }

  prior(graph: Graph): Prior {
    const view = replay(this.entries.map((entry, index) => ({ ...entry, at: isoTime(index * 1000) })));
    if (view.orphans.size > 0) throw new Error(`orphans: ${[...view.orphans.keys()].join(" ")}`);
    const attempts = new Map(
      [...view.attempts].map(([key, list]) => [
        key,
        list.map((each) => ({ ...each, started: isoTime(this.#clock.now()) })),
      ]),
    );
    return {
      lock: { renders: new Map(this.renders), steps: new Map([[graph.profile, new Map(this.steps)]]) },
      attempts,
      intents: view.inputs,
      held: new Set(this.store.keys()),
      outputs: new Map(
        graph.steps.flatMap(({ output }) => {
          const sha256 = output === undefined ? undefined : this.outputs.get(output);
          return output === undefined
            ? []
            : [[output, sha256 === undefined ? { kind: "absent" } : { kind: "file", sha256 }] as const];
        }),
      ),
      placed: view.placed,
      today: this.#clock.now(),
      pace: new Map(),
    };
  }

  open(): Disk {
    const step = async (operation: string): Promise<void> => {
      await this.gate(operation);
      this.#log.push(operation);
    };
    return {
      journal: async (entry) => {
        await step(`journal ${entry.type}`);
        this.lines.push(formatLine({ ...entry, at: isoTime(this.#clock.now()) }));
      },
      arrival: async () => {
        await step("arrival");
        let text = "";
        return {
          get bytes() {
            return text.length;
          },
          write: async (chunk) => void (text += new TextDecoder().decode(chunk)),
          restart: async () => void (text = ""),
          finish: async () => {
            await step("store");
            if (text === "broken") return { kind: "broken", why: "the clip has no picture" };
            const artifact: Artifact = {
              sha256: sha256Hex(text),
              size: text.length,
              type: typeOf(text),
              ...(this.seconds === undefined ? {} : { seconds: this.seconds }),
            };
            this.store.set(artifact.sha256, artifact);
            return { kind: "kept", artifact };
          },
          discard: async () => undefined,
        };
      },
      reclaim: async (output, sha256) => {
        await step(`reclaim ${output}`);
        if (this.outputs.get(output) !== sha256) return false;
        this.store.set(sha256, { sha256, size: 1, type: "video/mp4" });
        return true;
      },
      frame: async (clip, which) => {
        await step(`frame ${which}`);
        if (!this.store.has(clip)) return { kind: "damaged" };
        const sha256 = sha256Hex(`${which} of ${clip}`);
        const artifact: Artifact = { sha256, size: 1, type: "image/png", width: 1280, height: 720 };
        this.store.set(sha256, artifact);
        return { kind: "kept", artifact };
      },
      picture: async (series, index) => {
        await step(`picture ${index}`);
        if (!this.store.has(series)) return { kind: "damaged" };
        const sha256 = sha256Hex(`${index} of ${series}`);
        const artifact: Artifact = { sha256, size: 1, type: "image/png", width: 1280, height: 720 };
        this.store.set(sha256, artifact);
        return { kind: "kept", artifact };
      },
      material: async (input, artifact) => {
        await step("material");
        if (input.kind === "kept") return { kind: "kept", id: input.id };
        if (input.kind === "url") return { kind: "url", url: input.url };
        if (input.kind === "step" && (artifact === undefined || !this.store.has(artifact.sha256)))
          return { kind: "unavailable", why: `the result of ${input.id} is missing` };
        const name = input.kind === "file" ? input.path : (artifact?.sha256 ?? "");
        const read = async () => new TextEncoder().encode(name);
        return name.endsWith(".wav")
          ? { kind: "bytes", type: "audio/wav", seconds: 4, read }
          : { kind: "bytes", type: "image/png", read };
      },
      place: async (sha256, output, sidecar) => {
        await step(`place ${output}`);
        if (!this.store.has(sha256)) return { kind: "damaged" };
        const there = this.outputs.get(output);
        if (there !== undefined && !this.store.has(there)) return { kind: "taken", what: "was changed" };
        this.outputs.set(output, sha256);
        this.sidecars.set(output, sidecar);
        this.lines.push(formatLine({ type: "placed", output, sha256, at: isoTime(this.#clock.now()) }));
        return { kind: "placed" };
      },
      lock: async (id, key, rendering) => {
        await step(`lock ${id}`);
        if (rendering !== undefined) this.renders.set(key, rendering);
        this.steps.set(id, key);
      },
      record: async (rendering) => {
        await step(`record ${rendering.key.slice(0, 8)}`);
        this.renders.set(rendering.key, rendering);
      },
      retire: async (present) => {
        await step("retire");
        this.retired.push(present.map((each) => each.id));
      },
    };
  }
}
