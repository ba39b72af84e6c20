/**
 * `adopt`: binds a clip or still that lies somewhere on this machine to a step as it stands in the manifest. Copies it
 * into the store, records it, places it, and says what that means for the steps after it. Reaches nobody.
 */
import { isOf, productOfInputs, productWords, typeWords } from "./plan/product.js";
import { isLocal } from "./graph/actions.js";
import { basename, resolve } from "node:path";
import { caution, hasErrors, problem, type Diagnostic } from "./base/diagnostic.js";
import { formatUsd } from "./base/money.js";
import { elide, listWords, safeText } from "./base/text.js";
import { alone, diskOf, type Excluded, type LateJournal } from "./engine-alone.js";
import { diskProblem } from "./engine-disk.js";
import { recall } from "./engine-journal.js";
import { matchSteps, prepare, type Opened, type Prepared } from "./engine-prepare.js";
import type { CacheKey } from "./graph/key.js";
import type { StepId } from "./graph/input.js";
import { adoptedAttempt, reachedBy, stillComing, type Reached } from "./plan/adopted.js";
import type { PlannedStep } from "./plan/plan.js";
import type { Artifact } from "./plan/prior.js";
import { obstacleText } from "./plan/reason.js";
import { adoptedRendering, bind } from "./run/adopt.js";
import type { Disk } from "./run/disk.js";
import { EXIT, type ExitCode } from "./run/exit.js";
import { lookAtNamed, readNamed } from "./store/named-file.js";
import { probe } from "./store/probe.js";

/** What is bound to what. */
export interface AdoptRequest {
  /** Relative to where klingmake was started, or absolute. */
  readonly file: string;
  /** A step; a shot's name alone means its last step. */
  readonly step: string;
  readonly profile?: string;
  /** Replaces an output file that was changed by someone else. */
  readonly overwriteOutputs?: boolean;
}

/** How it ended. */
export type AdoptReport =
  | Excluded
  | ({ readonly diagnostics: readonly Diagnostic[]; readonly exit: ExitCode } & (
      | { readonly status: "invalid" }
      | {
          /** `already`: the step had this very artifact. */
          readonly status: "adopted" | "already";
          readonly step: StepId;
          readonly key: CacheKey;
          readonly artifact: Artifact;
          readonly attempt: number;
          readonly flags: readonly string[];
          readonly output?: string;
          /** Something that is not ours lies at the output; the artifact is safe in the store. */
          readonly conflict?: Diagnostic;
          readonly reached: readonly Reached[];
        }
    ));

/** More than any clip has. */
const MOST_BYTES = 4 * 1024 ** 3;

/** Binds a file to a step. */
export async function adoptFile(opened: Opened, request: AdoptRequest): Promise<AdoptReport> {
  try {
    return await alone(opened, (journal) => adoptLocked(opened, request, journal));
  } catch (error) {
    const told = diskProblem(error);
    if (told === undefined) throw error;
    return { status: "invalid", diagnostics: [told], exit: EXIT.stepFailed };
  }
}

async function adoptLocked(
  opened: Opened,
  request: AdoptRequest,
  journal: LateJournal,
): Promise<AdoptReport> {
  const { value: prepared, diagnostics } = await prepareNow(opened, request);
  const invalid = (told: readonly Diagnostic[], exit: ExitCode = EXIT.invalid): AdoptReport => ({
    status: "invalid",
    diagnostics: [...diagnostics, ...told],
    exit,
  });
  if (prepared === undefined || hasErrors(diagnostics)) return invalid([]);
  const planned = stepFor(prepared, request.step);
  if ("told" in planned) return invalid(await opened.put(planned.told));
  const disk = diskOf(opened, { ...prepared, profile: prepared.plan.profile }, journal);
  const taken = await takeIn(opened, request.file, planned, disk);
  if ("severity" in taken) return invalid(await opened.put([taken]), EXIT.stepFailed);

  const { key, step } = planned;
  const { prior, lock } = prepared.read;
  const before = lock.renders.get(key);
  const isNew = before?.artifact.sha256 !== taken.sha256;
  const rendering =
    isNew || before === undefined
      ? adoptedRendering(planned, {
          artifact: taken,
          attempt: adoptedAttempt(key, prior),
          name: elide(safeText(basename(request.file)), 80),
          consumed: consumedNow(prepared, planned),
        })
      : before;
  const conflict = await bind(disk, planned, rendering, isNew);
  // What it means is what the next plan says.
  const after = await prepareNow(opened, request);
  const reached = after.value === undefined ? [] : reachedBy(key, after.value.plan);
  const told = await opened.put([
    ...(conflict === undefined ? [] : [conflict]),
    ...comingDiagnostics(planned, prepared),
    ...reached.map(reachedDiagnostic),
  ]);
  await Promise.all([opened.inputs.save(), opened.outputs.save()]);
  return {
    status: isNew ? "adopted" : "already",
    step: step.id,
    key,
    artifact: taken,
    attempt: rendering.attempt,
    flags: rendering.flags ?? [],
    ...(step.output === undefined ? {} : { output: step.output }),
    ...(conflict === undefined ? {} : { conflict }),
    reached,
    diagnostics: [...diagnostics, ...told],
    exit: conflict === undefined ? EXIT.done : EXIT.stepFailed,
  };
}

async function prepareNow(opened: Opened, { profile, overwriteOutputs }: AdoptRequest) {
  const recalled = await recall(opened.world, opened.state, opened.snapshots);
  const prepared = await prepare(
    opened,
    {
      ...(profile === undefined ? {} : { profile }),
      ...(overwriteOutputs === undefined ? {} : { overwriteOutputs }),
    },
    recalled,
  );
  return { ...prepared, diagnostics: [...recalled.diagnostics, ...prepared.diagnostics] };
}

/** The step that a name means, or why a file cannot be bound to it. */
function stepFor(
  { graph, plan }: Prepared,
  name: string,
): PlannedStep | { readonly told: readonly Diagnostic[] } {
  const ids = matchSteps(graph, [name]);
  if (ids.value === undefined || ids.diagnostics.length > 0) return { told: ids.diagnostics };
  const meant = graph.steps.filter((step) => ids.value?.has(step.id) === true);
  const step = meant.find((each) => each.id === name) ?? meant.findLast((each) => !each.candidate);
  const planned = plan.steps.find((each) => each.step.id === step?.id);
  const fixed = planned === undefined ? PICTURE : unadoptable(planned);
  if (planned !== undefined && fixed === undefined) return planned;
  const path = step === undefined ? {} : { path: step.path };
  return {
    told: [problem("adopt/step", `${safeText(step?.id ?? name)} takes no file`, { ...path, ...fixed })],
  };
}

const PICTURE = {
  why: "it is a picture that is taken out of something here",
  help: "adopt a file for the step that it is taken from",
};

/** Why no file can stand for what a step gives, and what to do instead. */
function unadoptable({ step, inputs }: PlannedStep): typeof PICTURE | undefined {
  if (isLocal(step.action)) return PICTURE;
  switch (productOfInputs(inputs)) {
    case "kept":
      return {
        why: `it is ${step.action.kind === "voice" ? "a voice" : "an element"} that stays with the vendor, who takes none from elsewhere`,
        help: "where the account has one already, name it by its id instead: { id: … }",
      };
    case "series":
      return {
        why: "it is several pictures of one task, which no single file is",
        help: "name your pictures where they are used, as files of the project",
      };
    case "clip":
    case "still":
    case "sound":
    case undefined:
      return undefined;
  }
}

/** Copies the file into the store, checked on both ends; or why that cannot be done. */
async function takeIn(
  { world, options }: Opened,
  named: string,
  planned: PlannedStep,
  disk: Pick<Disk, "arrival">,
): Promise<Artifact | Diagnostic> {
  const { step } = planned;
  const shown = elide(safeText(named), 120);
  const refused = (why: string, help = "name a whole MP4, PNG, JPEG, MP3 or WAV file"): Diagnostic =>
    problem("adopt/file", `${shown} cannot be adopted as ${step.id}`, { why: `it ${why}`, help });
  const file = lookAtNamed(world.fs, resolve(options.cwd, named), MOST_BYTES);
  if (file.kind === "refused") return refused(file.why);
  const product = productOfInputs(planned.inputs);
  const fits = (artifact: Pick<Artifact, "type">) => product !== undefined && isOf(product, artifact);
  const isKind = (type: Artifact["type"]) =>
    `is a ${typeWords(type)}, and the step is a ${productWords(product ?? "clip")}`;
  // Looked into before it is copied, so that what does not belong there never gets into the store.
  const seen = probe(world.fs, file.path, { sha256: UNREAD, size: file.size });
  if (seen.kind === "unfit") return refused(`cannot be used: ${seen.why}`);
  if (!fits(seen.artifact)) return refused(isKind(seen.artifact.type));
  const arrival = await disk.arrival(planned.key);
  try {
    await arrival.restart();
    const changed = await readNamed(world.fs, file, (chunk) => arrival.write(chunk));
    if (changed === "changed") return refused("changed while it was read", "run the same command again");
    const kept = await arrival.finish(product);
    if (kept.kind === "broken") return refused(`cannot be used: ${kept.why}`);
    return fits(kept.artifact) ? kept.artifact : refused(isKind(kept.artifact.type));
  } finally {
    await arrival.discard();
  }
}

/** Stands for a digest that is not known yet, where only the rest of an artifact is looked at. */
const UNREAD = "0".repeat(64) as Artifact["sha256"];

/** What lies before the step now: bytes that come there later make it a rendering of something else. */
function consumedNow(
  { graph, plan, read }: Prepared,
  { step }: PlannedStep,
): Readonly<Record<string, Artifact["sha256"]>> {
  const keys = new Map(plan.steps.map((each) => [each.step.id, each.key]));
  const needs = step.needs.flatMap((id) => {
    const need = graph.steps.find((each) => each.id === id);
    return need !== undefined && isLocal(need.action) ? need.needs : [id];
  });
  const entries = needs.flatMap((id) => {
    const key = keys.get(id);
    const rendering = key === undefined ? undefined : read.lock.renders.get(key);
    return rendering === undefined ? [] : [[rendering.key, rendering.artifact.sha256] as const];
  });
  return Object.fromEntries(entries);
}

function comingDiagnostics({ step, key }: PlannedStep, { read }: Prepared): readonly Diagnostic[] {
  const coming = stillComing(key, read.prior);
  if (coming.length === 0) return [];
  return [
    caution("adopt/under-way", `a paid task of ${step.id} is, or may be, under way`, {
      path: step.path,
      on: "key",
      why: `it was sent before the file was adopted: ${listWords(coming.map((each) => each.reference))}`,
      help: "nothing of it is lost: render, download or reconcile collects it beside the adopted one",
    }),
  ];
}

function reachedDiagnostic({ planned, how }: Reached): Diagnostic {
  const { step, decision, estimate } = planned;
  const at = { path: step.path, on: "key" } as const;
  if (how === "no_handle" && decision.kind === "blocked") {
    const { help } = obstacleText(decision.because, step.id);
    return caution("adopt/dependents", `${step.id} is blocked by what was adopted`, {
      ...at,
      why: "it works on a clip at the vendor, who does not have the adopted one",
      help: `${help}; or keep what it has with hold: true`,
    });
  }
  const price =
    estimate.kind === "priced" ? `up to ${formatUsd(estimate.usd.high)}` : "a price that is not known";
  return caution("adopt/dependents", `${step.id} was made from another clip, and would be rendered again`, {
    ...at,
    why: `that costs ${price}, and is asked for first`,
    help: "keep it as it is with hold: true, or adopt a file for it, too",
  });
}
