/**
 * The life of one step, from its decision to its lock entry. Decides nothing about money: what may be created was
 * decided in the plan, and the purse is asked again at the door. Throws only for the disk and for our own bugs.
 */
import { isoTime, type Clock } from "../base/clock.js";
import { problem } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import type { Sha256 } from "../base/digest.js";
import { inputsOf } from "../graph/step.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Artifact, Attempt, Billed, Handle, Rendering } from "../plan/prior.js";
import type { Material, Provider } from "../provider/provider.js";
import { fetchResult, follow, type Collectable } from "./collect.js";
import type { Disk, Placed } from "./disk.js";
import type { Emit, Outcome } from "./event.js";
import { inputChanged, refusedByVendor, unsettled } from "./failure.js";
import type { Poller } from "./poll.js";
import type { Purse } from "./purse.js";
import { sidecarText } from "./sidecar.js";
import { createTask } from "./submit.js";

/** What all steps of a run share. */
export interface Run {
  readonly disk: Disk;
  readonly provider: Provider;
  readonly purse: Purse;
  readonly poller: Poller;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Aborts when the user stops the run. */
  readonly stop: AbortSignal;
  readonly pollMs: number;
  /** Runs work in one of the account's slots for a model; held from submit to the task's end. */
  inSlot<T>(model: string, work: () => Promise<T>): Promise<T>;
  /** Runs a download in one of the slots for downloads. */
  inDownload<T>(work: () => Promise<T>): Promise<T>;
  /** The recorded rendering of a key, before or during this run. */
  rendering(key: PlannedStep["key"]): Rendering | undefined;
  /** The artifact of an upstream step. */
  artifact(
    id: PlannedStep["step"]["id"],
  ): { readonly artifact: Artifact; readonly key: PlannedStep["key"] } | undefined;
}

/** One step of a run. */
export interface Stepping {
  readonly run: Run;
  readonly planned: PlannedStep;
}

/** Takes one step to its end. */
export async function renderStep(stepping: Stepping): Promise<Outcome> {
  const { run, planned } = stepping;
  const { decision, step } = planned;
  switch (decision.kind) {
    case "blocked":
      return { status: "blocked", because: decision.because };
    case "keep": {
      await run.disk.lock(step.id, planned.key, undefined);
      const output = step.output === undefined ? {} : { output: step.output };
      return decision.conflict === true
        ? {
            status: "kept",
            artifact: decision.artifact,
            ...output,
            conflict: takenOutput(stepping, "was changed"),
          }
        : { status: "kept", artifact: decision.artifact, ...output };
    }
    case "restore":
      return restore(stepping, decision.from, decision.artifact);
    case "resume":
      return resume(stepping, decision.attempt);
    case "render":
      return buy(stepping, undefined);
    default:
      return unreachable(decision);
  }
}

async function restore(
  stepping: Stepping,
  from: "store" | "output" | "vendor",
  artifact: Artifact,
): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step } = planned;
  run.emit({ type: "step_started", step: step.id, what: "restore" });
  const rendering = run.rendering(planned.key);
  if (rendering === undefined) throw new Error(`${step.id} has no rendering to restore`);
  if (
    from === "output" &&
    step.output !== undefined &&
    (await run.disk.reclaim(step.output, artifact.sha256))
  ) {
    return finish(stepping, rendering, "output");
  }
  if (from === "store") return finish(stepping, rendering, "store");
  const { handle } = rendering;
  if (handle === undefined)
    return { status: "blocked", because: { because: "missing", sha256: artifact.sha256 } };
  const fetched = await run.inDownload(() =>
    fetchResult(stepping, collectableOf(handle, stepping), undefined),
  );
  if (fetched.kind === "ended") return fetched.outcome;
  return finish(stepping, { ...rendering, artifact: fetched.artifact }, "vendor");
}

function collectableOf(handle: Handle, stepping: Stepping): Collectable {
  return {
    task: handle.task,
    address: { dialect: handle.dialect, product: handle.product },
    startedMs: stepping.run.clock.now(),
  };
}

async function resume(stepping: Stepping, attempt: Attempt): Promise<Outcome> {
  const { run, planned } = stepping;
  run.emit({ type: "step_started", step: planned.step.id, what: "resume" });
  switch (attempt.state) {
    case "submitted":
      return run.inSlot(attempt.model, () => collect(stepping, attempt, undefined));
    case "succeeded":
      return collect(stepping, attempt, attempt.handle);
    case "stored":
    case "recorded":
      return attempt.artifact === undefined
        ? collect(stepping, attempt, attempt.handle)
        : finish(
            stepping,
            renderingOf(stepping, attempt, attempt.artifact, attempt.handle, attempt.billed, attempt.flags),
            "new",
          );
    default:
      return buy(stepping, attempt);
  }
}

/** Creates the task and collects it, in one of the account's slots. */
async function buy(stepping: Stepping, earlier: Attempt | undefined): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step, create } = planned;
  if (create === undefined) throw new Error(`${step.id} is to be rendered but has nothing to create`);
  const model = planned.model ?? step.action.kind;
  return run.inSlot(model, async () => {
    if (run.stop.aborted) return { status: "interrupted", underWay: earlier !== undefined };
    if (earlier === undefined) run.emit({ type: "step_started", step: step.id, what: "render" });
    const permit = run.purse.admit(create);
    if (typeof permit === "string") {
      return permit === "over_cap"
        ? { status: "blocked", because: { because: "over_budget", cap: "max_cost" } }
        : Promise.reject(new Error(`no permit for ${step.id}: ${permit}`));
    }
    if (earlier !== undefined && earlier.account !== run.provider.account) {
      // Asking this account proves nothing about the other one, which may have been charged.
      return {
        status: "unknown",
        reference: create.reference,
        why: "it was sent with other credentials; use those, or buy it again by name (--rebuy)",
      };
    }
    const address = run.provider.address(step.action);
    const consumed = consumedBy(stepping);
    // Read and checked before the intent: an input that was edited since the plan is no reason to have paid.
    const materials = await materialsOf(stepping);
    if (typeof materials === "string") return inputChanged(step, materials);
    const attempt: Attempt = {
      key: planned.key,
      attempt: create.attempt,
      call: "render",
      reference: create.reference,
      step: step.id,
      state: "submitted",
      realm: run.provider.realm,
      route: run.provider.route,
      account: run.provider.account,
      ...address,
      model,
      ...(create.ceiling === undefined ? {} : { ceiling: create.ceiling }),
      ...unitsOf(planned),
      consumed: earlier?.consumed ?? consumed,
      started: earlier?.started ?? isoTime(run.clock.now()),
    };
    if (earlier === undefined)
      await run.disk.journal({ type: "intent", inputs: planned.inputs, ...intentOf(attempt) });
    const created = await createTask(
      run.provider,
      run.clock,
      {
        submission: { reference: create.reference, action: step.action, materials },
        address,
        permit,
        askFirst: earlier !== undefined,
      },
      (why, seconds) => run.emit({ type: "step_waiting", step: step.id, why, seconds }),
      run.stop,
    );
    const { reference } = create;
    switch (created.kind) {
      case "task":
        await run.disk.journal({
          type: "submitted",
          reference,
          task: created.task,
          ...(created.adopted ? { adopted: true } : {}),
        });
        run.emit({
          type: "step_submitted",
          step: step.id,
          reference,
          task: created.task,
          adopted: created.adopted,
        });
        // What was found existed before: it consumed what the earlier run handed over.
        return collect(
          stepping,
          { ...attempt, task: created.task, consumed: created.adopted ? attempt.consumed : consumed },
          undefined,
        );
      case "refused":
        await run.disk.journal({
          type: "refused",
          reference,
          code: created.error.code,
          message: created.error.message,
          refusal: created.error.class === "content",
        });
        return refusedByVendor(step, created.error);
      case "unsettled":
        return unsettled(step, created.why, created.error);
      case "unknown":
        await run.disk.journal({ type: "unknown", reference, why: created.why });
        return { status: "unknown", reference, why: created.why };
      case "interrupted":
        return { status: "interrupted", underWay: true };
      default:
        return unreachable(created);
    }
  });
}

function intentOf(attempt: Attempt) {
  const { state: _state, started: _started, ...intent } = attempt;
  return intent;
}

function unitsOf(planned: PlannedStep): Pick<Attempt, "units"> {
  const units = planned.estimate.kind === "priced" ? planned.estimate.units?.high : undefined;
  return units === undefined ? {} : { units };
}

/** Follows (unless it is known to have succeeded), fetches, and records. */
async function collect(stepping: Stepping, attempt: Attempt, done: Handle | undefined): Promise<Outcome> {
  const { run } = stepping;
  const task = done?.task ?? attempt.task;
  if (task === undefined) throw new Error(`attempt ${attempt.reference} has no task`);
  const collectable = {
    task,
    address: { dialect: attempt.dialect, product: attempt.product },
    reference: attempt.reference,
    startedMs: Date.parse(attempt.started),
  };
  let handle = done;
  let billed = attempt.billed;
  let look: Parameters<typeof fetchResult>[2];
  if (handle === undefined) {
    const followed = await follow(stepping, collectable);
    if (followed.kind === "ended") return followed.outcome;
    ({ handle, look } = followed);
    billed = look.billed;
  }
  const held = handle;
  const fetched = await run.inDownload(() => fetchResult(stepping, collectable, look));
  if (fetched.kind === "ended") return fetched.outcome;
  return finish(
    stepping,
    renderingOf(stepping, attempt, fetched.artifact, held, billed, fetched.flags),
    "new",
  );
}

function renderingOf(
  stepping: Stepping,
  attempt: Attempt,
  artifact: Artifact,
  handle: Handle | undefined,
  billed: Billed | undefined,
  flags: readonly string[] | undefined,
): Rendering {
  const { planned } = stepping;
  const estimate = {
    ...(attempt.units === undefined ? {} : { units: attempt.units }),
    ...(attempt.ceiling === undefined ? {} : { usd: attempt.ceiling }),
  };
  return {
    key: planned.key,
    inputs: planned.inputs,
    attempt: attempt.attempt,
    artifact,
    consumed: attempt.consumed,
    ...(handle === undefined ? {} : { handle }),
    ...(Object.keys(estimate).length === 0 ? {} : { estimate }),
    billed: billed ?? { kind: "unknown" },
    ...(flags?.length ? { flags } : {}),
  };
}

/** Records the rendering, places the output, and says how it ended. The lock comes first: it is what must not be lost. */
async function finish(
  stepping: Stepping,
  rendering: Rendering,
  from: "new" | "store" | "output" | "vendor",
): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step } = planned;
  await run.disk.lock(step.id, planned.key, rendering);
  if (from === "new") {
    const reference =
      planned.create?.reference ??
      (planned.decision.kind === "resume" ? planned.decision.attempt.reference : undefined);
    if (reference !== undefined) await run.disk.journal({ type: "recorded", reference });
  }
  const { artifact } = rendering;
  const placed: Placed =
    step.output === undefined
      ? { kind: "placed" }
      : await run.disk.place(
          artifact.sha256,
          step.output,
          sidecarText(planned, rendering, from === "new" ? planned.reason : undefined),
        );
  if (placed.kind === "damaged") {
    return { status: "blocked", because: { because: "missing", sha256: artifact.sha256 } };
  }
  const output = step.output === undefined ? {} : { output: step.output };
  const conflict =
    placed.kind === "taken" || placed.kind === "refused"
      ? {
          conflict: takenOutput(
            stepping,
            placed.kind === "taken" ? placed.what : `cannot be written to (${placed.why})`,
          ),
        }
      : {};
  return from === "new"
    ? {
        status: "rendered",
        artifact,
        ...output,
        billed: rendering.billed,
        flags: rendering.flags ?? [],
        ...conflict,
      }
    : { status: "restored", artifact, ...output, from };
}

function takenOutput(stepping: Stepping, what: string) {
  const { step } = stepping.planned;
  return problem("output/changed", `${step.output} ${what} and is left alone`, {
    path: step.path,
    on: "key",
    why: `the rendering of ${step.id} is safe in the store`,
    help: "move your file away and run render, or render --overwrite-outputs",
  });
}

/** The inputs, ready to be sent; or why one of them is not what was planned with. */
async function materialsOf(stepping: Stepping): Promise<ReadonlyMap<string, Material> | string> {
  const { run, planned } = stepping;
  const materials = new Map<string, Material>();
  for (const [field, input] of inputsOf(planned.step.action)) {
    const artifact = input.kind === "step" ? run.artifact(input.id)?.artifact : undefined;
    const material = await run.disk.material(input, artifact);
    if (material.kind === "unavailable") return material.why;
    materials.set(field, material);
  }
  return materials;
}

/** Which artifact bytes a step consumes, by upstream key. */
function consumedBy(stepping: Stepping): Readonly<Record<string, Sha256>> {
  const entries = stepping.planned.step.needs.flatMap((id) => {
    const upstream = stepping.run.artifact(id);
    return upstream === undefined ? [] : [[upstream.key, upstream.artifact.sha256] as const];
  });
  return Object.fromEntries(entries);
}
