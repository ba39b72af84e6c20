/**
 * `reconcile`: lists what is open between this project and the vendor, over all profiles of a realm, and settles what can
 * be settled at no cost. What a person decides is journaled: which task it is, or that it is given up.
 */
import { hasErrors, problem, type Diagnostic } from "./base/diagnostic.js";
import { elide, safeText } from "./base/text.js";
import { alone, collectorOf, type Excluded, type LateJournal } from "./engine-alone.js";
import { diskProblem } from "./engine-disk.js";
import { askingRoute, idleProvider } from "./engine-route.js";
import {
  decisionProblem,
  givable,
  known,
  NOBODY,
  type Asking,
  type Known,
  type ReconcileRequest,
} from "./engine-matters.js";
import { chooseProfile, type Opened } from "./engine-prepare.js";
import { providerOf, realmOf } from "./graph/expand.js";
import type { Realm } from "./graph/input.js";
import { mayBeAbandoned, type Matter } from "./plan/matters.js";
import type { TaskId } from "./plan/prior.js";
import { WrongServer, type RouteProblem, type VendorError } from "./provider/provider.js";
import { EXIT, type ExitCode } from "./run/exit.js";
import { giveTask, giveUp, settleAll, type Settled } from "./run/reconcile.js";
import type { Collector } from "./run/stepping.js";

/** One matter and what came of it. */
export interface MatterReport {
  readonly matter: Matter;
  /** What to call it in a command: its step, or its reference where the step has several. */
  readonly name: string;
  /** Absent where it was only listed. */
  readonly settled?: Settled | { readonly kind: "abandoned" };
}

/** How it ended. */
export type ReconcileReport =
  | Excluded
  | ({ readonly diagnostics: readonly Diagnostic[]; readonly exit: ExitCode } & (
      | { readonly status: "invalid" }
      | {
          readonly status: "listed" | "settled" | "declined" | "confirmation_needed";
          readonly realm: Realm;
          readonly matters: readonly MatterReport[];
        }
      | {
          readonly status: "route";
          readonly message: string;
          readonly help: string;
          readonly realm: Realm;
          readonly matters: readonly MatterReport[];
        }
    ));

/** Lists and settles. */
export async function reconcileProject(opened: Opened, request: ReconcileRequest): Promise<ReconcileReport> {
  try {
    const chosen = chooseProfile(opened.manifest, request.profile);
    if ("code" in chosen) {
      return { status: "invalid", diagnostics: await opened.put([chosen]), exit: EXIT.invalid };
    }
    const provider = providerOf(opened.manifest, chosen.profile);
    const asking: Asking = { opened, request, provider, realm: realmOf(provider) };
    return request.list === true
      ? await listed(asking)
      : await alone(opened, (journal) => settled(asking, journal));
  } catch (error) {
    const told = diskProblem(error);
    if (told === undefined) throw error;
    return { status: "invalid", diagnostics: [told], exit: EXIT.stepFailed };
  }
}

async function listed(asking: Asking): Promise<ReconcileReport> {
  const { value, diagnostics } = await known(asking, NOBODY);
  if (value === undefined) return { status: "invalid", diagnostics, exit: EXIT.invalid };
  const matters = reported(value, new Map());
  return { status: "listed", realm: asking.realm, matters, diagnostics, exit: exitOf(matters) };
}

function reported(
  { matters, names }: Known,
  came: ReadonlyMap<Matter, MatterReport["settled"]>,
): readonly MatterReport[] {
  return matters.map((matter) => {
    const name = names.get(matter.attempt.reference) ?? matter.attempt.reference;
    const settledAs = came.get(matter);
    return { matter, name, ...(settledAs === undefined ? {} : { settled: settledAs }) };
  });
}

async function settled(asking: Asking, journal: LateJournal): Promise<ReconcileReport> {
  const { opened, request, provider, realm } = asking;
  const first = await known(asking, NOBODY);
  const { diagnostics } = first;
  if (first.value === undefined || hasErrors(diagnostics))
    return { status: "invalid", diagnostics, exit: EXIT.invalid };
  const { read } = first.value;
  const unfit = decisionProblem(request, first.value);
  if (unfit !== undefined)
    return { status: "invalid", diagnostics: [...diagnostics, unfit], exit: EXIT.invalid };
  const isAsked = first.value.matters.some(({ way }) => way.kind === "ask") || request.task !== undefined;
  const route = isAsked ? await askingRoute(opened, provider, realm) : undefined;
  const refused = (told: RouteProblem, about: Known): ReconcileReport => {
    const matters = reported(about, new Map());
    const exit = exitOf(matters) === EXIT.unknown ? EXIT.unknown : EXIT.credentials;
    return { status: "route", message: told.message, help: told.help, realm, matters, diagnostics, exit };
  };
  if (route !== undefined && "message" in route) return refused(route, first.value);
  let about = first.value;
  try {
    if (route !== undefined) {
      // Now that it is known whose credentials these are.
      const again = await known(asking, route, read);
      about = again.value ?? about;
    }
    const stop = request.signal ?? new AbortController().signal;
    const run = collectorOf(
      opened,
      { read, profile: "" },
      {
        provider: route ?? idleProvider({ realm }),
        journal,
        stop,
        ...(request.emit === undefined ? {} : { emit: request.emit }),
      },
    );
    const [only] = givable(about.matters);
    if (request.task !== undefined && only !== undefined)
      return await taskGiven(asking, about, only, run, diagnostics);
    const came = new Map<Matter, NonNullable<MatterReport["settled"]>>(await settleAll(run, about.matters));
    const end = (status: "settled" | "declined" | "confirmation_needed"): ReconcileReport => {
      const matters = reported(about, came);
      const exit = status === "settled" ? exitOf(matters) : EXIT.approval;
      return { status, realm, matters, diagnostics, exit };
    };
    if (request.abandon !== true) return end("settled");
    const left = about.matters.filter(
      (matter) => came.get(matter)?.kind === "undecided" && mayBeAbandoned(matter.attempt),
    );
    if (left.length === 0) return end("settled");
    if (request.yes !== true) {
      if (request.ask === undefined) return end("confirmation_needed");
      if (!(await request.ask(left))) return end("declined");
    }
    for (const matter of left) {
      await giveUp(run, matter);
      came.set(matter, { kind: "abandoned" });
    }
    return end("settled");
  } catch (error) {
    if (error instanceof WrongServer) return refused(error.problem, about);
    throw error;
  } finally {
    await route?.close();
  }
}

async function taskGiven(
  { request, realm }: Asking,
  about: Known,
  matter: Matter,
  run: Collector,
  diagnostics: readonly Diagnostic[],
): Promise<ReconcileReport> {
  const given = await giveTask(run, matter, (request.task ?? "") as TaskId, about.read.prior);
  const shown = elide(request.task ?? "", 60);
  const { step } = matter.attempt;
  switch (given.kind) {
    case "adopted": {
      const matters = reported({ ...about, matters: [matter] }, new Map([[matter, given.settled]]));
      return { status: "settled", realm, matters, diagnostics, exit: exitOf(matters) };
    }
    case "unfit": {
      const told = problem("reconcile/task", `the task ${shown} is not the one of ${safeText(step)}`, {
        why: `it ${given.why}`,
        help: `look for another one in the vendor's console; if there is none: klingmake reconcile ${step} --abandon`,
      });
      return { status: "invalid", diagnostics: [...diagnostics, told], exit: EXIT.unknown };
    }
    case "unanswered": {
      const told = problem("reconcile/task", `the task ${shown} could not be looked at`, {
        why: elide(given.why, 160),
        help: "nothing was changed; run the same command again",
      });
      const exit = isFatal(given.error) ? EXIT.credentials : EXIT.stepFailed;
      return { status: "invalid", diagnostics: [...diagnostics, told], exit };
    }
  }
}

function isFatal(error: VendorError | undefined): boolean {
  return error?.class === "credentials" || error?.class === "account";
}

/** What of the matters is left: a decision before credentials before what may be tried again. */
function exitOf(matters: readonly MatterReport[]): ExitCode {
  const exits = new Set(matters.map(exitOfOne));
  const order = [EXIT.interrupted, EXIT.unknown, EXIT.credentials, EXIT.stepFailed];
  return order.find((exit) => exits.has(exit)) ?? EXIT.done;
}

function exitOfOne({ matter, settled: came }: MatterReport): ExitCode {
  if (came === undefined) return matter.way.kind === "decide" ? EXIT.unknown : EXIT.done;
  switch (came.kind) {
    case "undecided":
      return EXIT.unknown;
    case "stopped":
      return EXIT.interrupted;
    case "unanswered":
      return isFatal(came.error) ? EXIT.credentials : EXIT.stepFailed;
    case "unfetched":
      return EXIT.stepFailed;
    case "collected":
    case "under_way":
    case "ended":
    case "never_sent":
    case "noted":
    case "abandoned":
      return EXIT.done;
  }
}
