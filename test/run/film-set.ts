/**
 * A whole run in memory: manifest → plan → execute, with a scripted vendor and a disk that outlive it, so that a run can
 * be killed anywhere and followed by the next one.
 */
import { keyGraph } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { approvalOf, type Approval } from "../../src/plan/approval.js";
import { makePlan, type Plan, type PlanOptions } from "../../src/plan/plan.js";
import type { Outcome, RunEvent } from "../../src/run/event.js";
import { execute, type Executed, type Execution } from "../../src/run/execute.js";
import { catalogOf, digestsOf, graphOf } from "../graph/manifests.js";
import { optionsOf } from "../plan/priors.js";
import { HandClock, Stopped } from "./hand-clock.js";
import { MemoryDisk } from "./memory-disk.js";
import { scriptedProvider, type Script, type ScriptedProvider } from "./scripted-provider.js";

/** What shapes one run. */
export interface Take {
  readonly options?: Partial<PlanOptions>;
  readonly approval?: Approval;
  readonly stop?: AbortController;
  readonly execution?: Partial<Execution>;
  /** How many operations of disk and vendor happen before the process dies. */
  readonly dieAfter?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface Took extends Executed {
  readonly plan: Plan;
  readonly events: readonly RunEvent[];
  /** `shots.010.clip rendered`, one line for each step in the order of the plan. */
  readonly lines: readonly string[];
}

export class FilmSet {
  readonly clock = new HandClock();
  /** What disk and vendor were asked for, in order. */
  readonly log: string[] = [];
  readonly disk = new MemoryDisk(this.clock, this.log);
  readonly vendor: ScriptedProvider;
  /** Models of which a create was taken. */
  readonly taken = new Set<string>();

  constructor(script: Script = {}) {
    this.vendor = scriptedProvider(this.clock, this.log, script);
  }

  plan(manifest: Manifest, options: Partial<PlanOptions> = {}): Plan {
    const graph = graphOf(manifest);
    return makePlan(
      graph,
      keyGraph(graph, digestsOf(graph)),
      this.disk.prior(graph),
      catalogOf(manifest.catalog),
      optionsOf(options),
    );
  }

  /** Runs a manifest to its end; undefined when it died on the way. */
  async take(manifest: Manifest, take: Take = {}): Promise<Took | undefined> {
    const plan = this.plan(manifest, take.options);
    const events: RunEvent[] = [];
    let ended = false;
    let operations = 0;
    const dead = () => take.dieAfter !== undefined && operations > take.dieAfter;
    const gate = (): Promise<void> | undefined => {
      operations++;
      return dead() ? new Promise<void>(() => undefined) : undefined;
    };
    if (take.dieAfter !== undefined) {
      this.disk.gate = gate;
      this.vendor.script = { ...this.vendor.script, gate };
    }
    const running = execute({
      plan,
      approval: take.approval ?? approvalOf(plan),
      caps: {},
      prior: this.disk.prior(graphOf(manifest)),
      disk: this.disk.open(),
      provider: this.vendor,
      models: {
        refused: async ({ kind, id: model }, said) => void this.log.push(`refused ${kind} ${model}: ${said}`),
        taken: async ({ kind, id: model }) => void this.taken.add(`${kind} ${model}`),
      },
      clock: this.clock,
      emit: (event) => {
        if (ended) throw new Error(`${event.type} after run_ended`);
        ended = event.type === "run_ended";
        events.push(event);
        take.onEvent?.(event);
      },
      stop: (take.stop ?? new AbortController()).signal,
      limits: { concurrency: 3, downloads: 2, pollMs: 5_000 },
      present: graphOf(manifest).steps,
      ...take.execution,
    });
    try {
      const executed = await this.clock.drive(running, dead);
      const lines = plan.steps.map(
        ({ step }) => `${step.id} ${outcomeWords(executed.outcomes.get(step.id))}`,
      );
      return { ...executed, plan, events, lines };
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      throw error;
    } finally {
      this.disk.gate = () => undefined;
      const { gate: _, ...script } = this.vendor.script;
      this.vendor.script = script;
    }
  }

  /** A run that must come to its end. */
  async run(manifest: Manifest, take: Take = {}): Promise<Took> {
    const took = await this.take(manifest, take);
    if (took === undefined) throw new Error("the run died");
    return took;
  }

  /** What happened, without what only watches: `journal intent`, `submit`, ... */
  get story(): readonly string[] {
    return this.log.filter((each) => !each.startsWith("look")).map((each) => each.replace(/ km1-\S+/, ""));
  }
}

/** How a step ended, in words. */
export function outcomeWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "nothing";
  switch (outcome.status) {
    case "kept":
    case "rendered":
      return outcome.status + (outcome.conflict === undefined ? "" : ", conflict");
    case "restored":
      return `restored from ${outcome.from}`;
    case "failed":
      return `failed ${outcome.diagnostic.code}${outcome.fatal === true ? ", fatal" : ""}`;
    case "blocked":
      return outcome.because.because === "upstream"
        ? `blocked by ${outcome.because.steps.join(" ")}`
        : `blocked ${outcome.because.because}`;
    case "interrupted":
      return `interrupted${outcome.underWay ? ", under way" : ""}`;
    case "unknown":
      return "unknown";
  }
}

export const id = (text: string): StepId => text as StepId;
