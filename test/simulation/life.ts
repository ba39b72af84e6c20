/**
 * One run of the program: from its start until it returns, or until it dies before or after one of its calls to the
 * world. What is dead does nothing any more: its calls never return, and nothing of it is written or sent.
 */
import type { Census } from "./census.js";
import type { Turns } from "./turns.js";

/** What befalls a life at one of its calls. */
export interface Blow {
  /** The how-manieth call to the world, from 1. */
  readonly at: number;
  /** Of which calls only; of all of them when absent. */
  readonly port?: string;
  readonly side: "before" | "after";
  /** `kill`: the process dies, the machine lives on. `power`: the machine goes down, too. Else it goes on. */
  readonly what: "kill" | "power" | "stop" | "edit";
}

/** Disk errors for a while. */
export interface Trouble {
  readonly code: "ENOSPC" | "EACCES" | "EROFS" | "EIO";
  /** From which disk call on, and for how many. */
  readonly from: number;
  readonly calls: number;
}

/** The calls at which a blow is worth placing, each with how many of them a life makes, roughly. */
export const TURNING_POINTS: readonly (readonly [port: string, times: number])[] = [
  ["http create", 4],
  ["http call", 2],
  ["http call", 2],
  ["http query", 12],
  ["http result", 4],
  ["http piece", 10],
  ["datasync", 12],
  ["sync", 12],
  ["sync directory", 12],
  ["rename", 12],
  ["write", 20],
  ["copyFile", 4],
  ["chmod", 6],
  ["unlink", 6],
  ["truncate", 2],
  ["readdir", 1],
  ["readdir", 1],
  ["sleep", 12],
  ["wake", 12],
];

const never = new Promise<never>(() => undefined);

/** A process. */
export class Life {
  alive = true;
  /** Whether it returned. */
  ended = false;
  /** Whether it sent anything that can cost money. */
  spends = false;
  /** Calls to the world so far. */
  calls = 0;
  diskCalls = 0;
  readonly stopper = new AbortController();
  /** What this life took up and must let go of when it dies. */
  readonly letGo: (() => void)[] = [];
  #blows: readonly Blow[];
  readonly #byPort = new Map<string, number>();

  constructor(
    readonly turns: Turns,
    readonly census: Census,
    readonly given: {
      readonly project: string;
      readonly blows?: readonly Blow[];
      readonly trouble?: Trouble;
      readonly onBlow: (blow: Blow, port: string) => void;
    },
  ) {
    this.#blows = given.blows ?? [];
  }

  /** A call to the world: takes its turn, does `effect`, and returns what came of it, unless the process dies around it. */
  port<T>(name: string, effect: () => T): Promise<T> {
    if (!this.alive) return never;
    return new Promise<T>((resolve, reject) => {
      this.turns.ready(() => {
        if (!this.begins(name)) return;
        let came: T;
        try {
          came = effect();
        } catch (error) {
          if (this.ends(name)) reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        if (this.ends(name)) resolve(came);
      });
    });
  }

  /** The moment before a call; false when there is nobody to make it. */
  begins(name: string): boolean {
    if (!this.alive) return false;
    this.calls++;
    this.#byPort.set(name, (this.#byPort.get(name) ?? 0) + 1);
    return this.#strike("before", name);
  }

  /** The moment after a call; false when there is nobody to hear what came of it. */
  ends(name: string): boolean {
    return this.alive && this.#strike("after", name);
  }

  /** The disk's error that a call meets now, if it meets one. */
  troubled(kind: "read" | "write"): Trouble["code"] | undefined {
    this.diskCalls++;
    const { trouble } = this.given;
    if (trouble === undefined) return undefined;
    const { code, from, calls } = trouble;
    if (this.diskCalls < from || this.diskCalls >= from + calls) return undefined;
    if (kind === "read" && code !== "EIO" && code !== "EACCES") return undefined;
    this.census.count(`disk error ${code}`);
    return code;
  }

  /** Ends it at once. */
  die(): void {
    this.alive = false;
    for (const each of this.letGo.splice(0)) each();
  }

  #strike(side: Blow["side"], name: string): boolean {
    for (const blow of this.#blows) {
      if (blow.side !== side || (blow.port !== undefined && blow.port !== name)) continue;
      if (blow.at !== (blow.port === undefined ? this.calls : this.#byPort.get(name))) continue;
      this.#blows = this.#blows.filter((each) => each !== blow);
      this.census.count(`${blow.what} ${side} ${name}`);
      if (blow.what === "stop") this.stopper.abort(new Error("stopped"));
      if (blow.what === "kill" || blow.what === "power") this.die();
      this.given.onBlow(blow, name);
    }
    return this.alive;
  }
}
