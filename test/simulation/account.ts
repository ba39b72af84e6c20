/**
 * The true ledger of a simulated account: which creates were accepted, for whom, what became of their tasks, and what was
 * charged. Keeps references unique for ever and over all products, as the vendor does.
 */
import type { Chance } from "./chance.js";
import type { Turns } from "./turns.js";

/** A task that the vendor accepted. */
export interface Task {
  readonly id: string;
  /** The vendor's id of its result. */
  readonly result: string;
  readonly product: string;
  readonly dialect: "new" | "legacy";
  readonly kind: "clip" | "still";
  readonly reference: string | undefined;
  readonly prompt: string;
  /** The vendor's id of the clip that it works on. */
  readonly source?: string;
  /** Which project sent it. */
  readonly project: string;
  readonly acceptedMs: number;
  readonly endsMs: number;
  /** Cannot be seen by asking before. */
  readonly visibleMs: number;
  readonly fate: "succeeds" | "fails" | "is_refused";
  /** Thousandths of a unit. */
  readonly charge: number;
  /** Whether its answers say what it took. */
  readonly tells: boolean;
}

/** A small call that was taken. */
export interface SmallCharge {
  readonly project: string;
  readonly call: "identify_face" | "speech";
  readonly charge: number;
}

/** How well the vendor and the way to it are: probabilities of mishaps. */
export interface Weather {
  /** Of anything going wrong with a request. */
  readonly faults: number;
  /** Of a task failing. */
  readonly failures: number;
  /** Of a download going wrong. */
  readonly downloads: number;
  /** Tasks at once. */
  readonly slots: number;
}

/** Nothing goes wrong. */
export const CALM: Weather = { faults: 0, failures: 0, downloads: 0, slots: 50 };

const SMALL_CHARGE = 50;

/** An account at the vendor. */
export class Account {
  weather: Weather = CALM;
  readonly tasks: Task[] = [];
  readonly small: SmallCharge[] = [];
  readonly sessions = new Set<string>();
  readonly #byReference = new Map<string, Task>();
  #ids = 0;

  constructor(
    readonly turns: Turns,
    readonly chance: Chance,
    /** Thousandths of a unit that a create takes. */
    readonly priceOf: (asked: Pick<Task, "reference" | "prompt" | "product">) => number,
  ) {}

  id(): string {
    return String(800_000_000_000_000_000n + BigInt(++this.#ids));
  }

  /** How many tasks hold a slot. */
  underWay(): number {
    return this.tasks.filter((task) => task.endsMs > this.turns.nowMs).length;
  }

  taken(reference: string | undefined): boolean {
    return reference !== undefined && this.#byReference.has(reference);
  }

  /** Accepts a create. */
  accept(
    asked: Pick<Task, "product" | "dialect" | "kind" | "reference" | "prompt" | "project" | "source">,
  ): Task {
    const { chance, turns, weather } = this;
    const ends = turns.nowMs + 2_000 + chance.below(70_000);
    const failing = chance.happens(weather.failures);
    const fate = failing ? (chance.happens(0.4) ? "is_refused" : "fails") : "succeeds";
    const charged = fate === "succeeds" || chance.happens(0.2);
    const task: Task = {
      ...asked,
      id: this.id(),
      result: this.id(),
      acceptedMs: turns.nowMs,
      endsMs: ends,
      visibleMs: turns.nowMs + (chance.happens(weather.faults / 4) ? chance.below(4_000) : 0),
      fate,
      charge: charged ? this.priceOf(asked) : 0,
      tells: charged && fate !== "succeeds" ? true : chance.happens(0.7),
    };
    this.tasks.push(task);
    if (task.reference !== undefined) this.#byReference.set(task.reference, task);
    return task;
  }

  /** Takes a small call. */
  charge(project: string, call: SmallCharge["call"]): number {
    this.small.push({ project, call, charge: SMALL_CHARGE });
    return SMALL_CHARGE;
  }

  /** The task of an id or a reference, if it can be seen. */
  find(name: string): Task | undefined {
    const task = this.#byReference.get(name) ?? this.tasks.find((each) => each.id === name);
    return task !== undefined && task.visibleMs <= this.turns.nowMs ? task : undefined;
  }

  /** The task whose result has this id or address. */
  resultOf(name: string): Task | undefined {
    return this.tasks.find((task) => name === task.result || name.includes(`/${task.result}.`));
  }
}
