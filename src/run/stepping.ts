/**
 * What the parts of a step's life share: the run's services, and the step that is being taken to its end.
 */
import type { Clock } from "../base/clock.js";
import type { Micros } from "../base/money.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Artifact, ClientReference, Orphan, Rendering } from "../plan/prior.js";
import type { Asking, Provider } from "../provider/provider.js";
import type { Disk } from "./disk.js";
import type { Emit } from "./event.js";
import type { Claims } from "./listed.js";
import type { Poller } from "./poll.js";
import type { Purse } from "./purse.js";
import type { Slots } from "./slots.js";

/** Takes in what the vendor says of models; losing it costs nothing. */
export interface ModelNews {
  /** It refused a create in these words, because the model has been discontinued. */
  refused(model: NamedModel, said: string): Promise<void>;
  /** It took a create. */
  taken(model: NamedModel): Promise<void>;
}

/** A model of the catalog by its id, which may name one of either kind. */
export interface NamedModel {
  readonly kind: "video" | "image";
  readonly id: string;
}

/** What all steps of a run share. */
export interface Run {
  readonly disk: Disk;
  readonly provider: Provider;
  readonly purse: Purse;
  readonly poller: Poller;
  readonly models: ModelNews;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Aborts when the user stops the run. */
  readonly stop: AbortSignal;
  readonly pollMs: number;
  /** The account's slots; held from submit to the task's end. */
  readonly slots: Slots;
  /** References whose tasks were at the vendor before this run: what they cost was not spent now. */
  readonly found: Set<ClientReference>;
  /** Which tasks belong to somebody. */
  readonly claims: Claims;
  /** What is known of a create that was sent, or may have been, and whose intent the journal lost. */
  orphan(reference: ClientReference): Orphan | undefined;
  /** What small calls of this run may have cost, by step. */
  readonly small: Map<StepId, Micros>;
  /** What attempts of this run that failed took, by step, their small calls among it. */
  readonly lost: Map<StepId, Micros>;
  /** The attempt that a step came to where it was not the first that the plan has for it. */
  readonly retried: Map<StepId, ClientReference>;
  /** The step at which the account refused for good, so that nothing more is created. */
  halted(): StepId | undefined;
  /** Ends all creates that have not begun. */
  halt(by: StepId): void;
  /** Runs a download in one of the slots for downloads. */
  inDownload<T>(work: () => Promise<T>): Promise<T>;
  /** The recorded rendering of a key, before or during this run. */
  rendering(key: PlannedStep["key"]): Rendering | undefined;
  /** The artifact of an upstream step. */
  artifact(
    id: PlannedStep["step"]["id"],
  ): { readonly artifact: Artifact; readonly key: PlannedStep["key"]; readonly step: Step } | undefined;
}

/** One step of a run. */
export interface Stepping {
  readonly run: Run;
  readonly planned: PlannedStep;
}

/** What bringing in what is paid for needs of a run: nothing that could spend. */
export interface Collector extends Pick<
  Run,
  "poller" | "clock" | "emit" | "stop" | "pollMs" | "found" | "inDownload" | "claims" | "rendering"
> {
  readonly disk: Pick<Disk, "journal" | "arrival" | "record">;
  readonly provider: Asking;
}

/** A task on its way in, with as much of a step as collecting it needs. */
export interface Collecting {
  readonly run: Collector;
  readonly planned: Pick<PlannedStep, "key" | "inputs" | "expectedSeconds"> & {
    readonly step: Pick<Step, "id" | "path">;
  };
}
