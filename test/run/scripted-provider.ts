/**
 * A vendor in memory: keeps references unique, runs tasks on a hand-moved clock, and answers as the test's script says
 * where it says anything. Every request is written to the log that it shares with the disk.
 */
import type { Clock } from "../../src/base/clock.js";
import { isoTime } from "../../src/base/clock.js";
import { milliUnits } from "../../src/base/money.js";
import type { Realm } from "../../src/graph/input.js";
import type { KeptRecord } from "../../src/plan/kept.js";
import type { Billed, ClientReference, TaskId } from "../../src/plan/prior.js";
import type {
  DeleteAnswer,
  FetchAnswer,
  ListAnswer,
  LookAnswer,
  Provider,
  RouteProblem,
  SmallAnswer,
  SmallCall,
  Submission,
  SubmitAnswer,
  TaskLook,
  TaskOutput,
  VendorError,
} from "../../src/provider/provider.js";

/** `take`: the task is created, the answer lost. `lose`: neither. */
export type SubmitScript = SubmitAnswer | "accept" | "take" | "lose" | Error;

/** An account that cannot be asked. */
export const NO_ACCOUNT: RouteProblem = { kind: "credentials", message: "no key", help: "set one" };

const OLD_LIP_SYNC = "/v1/videos/lip-sync";

export interface Script {
  submit?(submission: Submission, count: number): SubmitScript | Promise<SubmitScript> | undefined;
  find?(reference: string, count: number): LookAnswer | undefined;
  list?(product: string, count: number): ListAnswer | undefined;
  look?(task: TaskId, count: number): LookAnswer | undefined;
  fetch?(url: string, count: number): FetchAnswer | "broken" | Error | undefined;
  call?(call: SmallCall, count: number): SmallAnswer | undefined;
  delete?(kept: KeptRecord, count: number): DeleteAnswer | undefined;
  /** How a task ends. */
  end?(submission: Submission): Partial<TaskLook> | undefined;
  /** Called before each request; may never return. */
  gate?(request: string): Promise<void> | undefined;
  readonly references?: boolean | ((product: string) => boolean);
  /** A gateway with no other lip-sync than the old one, which carries no reference. */
  readonly oldLipSync?: boolean;
  readonly taskMs?: number;
  readonly realm?: Realm;
  readonly loopback?: boolean;
}

interface Task {
  readonly id: TaskId;
  readonly submission: Submission;
  readonly startedMs: number;
}

export interface ScriptedProvider extends Provider {
  readonly tasks: readonly Task[];
  /** Every request, in order. */
  readonly log: readonly string[];
  /** References submitted, in order. */
  readonly submitted: readonly ClientReference[];
  /** Times at which each task was asked about. */
  readonly looks: ReadonlyMap<TaskId, readonly number[]>;
  /** How many were asked about in each look. */
  readonly batches: readonly number[];
  /** The most tasks of one model that were unfinished at once. */
  readonly most: ReadonlyMap<string, number>;
  script: Script;
}

/** What a task gives: a clip, or what its action is for. */
function outputsOf({ id, submission: { action } }: Task): readonly TaskOutput[] {
  const url = `https://cdn.example/${id}?signed`;
  switch (action.kind) {
    case "element":
    case "voice":
      return [{ kind: action.kind, id: `${action.kind}-${id}` }];
    case "text_to_audio":
      return [{ kind: "audio", url, id: `a-${id}` }];
    case "omni_image":
      return action.series === undefined
        ? [{ kind: "image", url }]
        : Array.from({ length: action.series }, (_, index) => ({
            kind: "image",
            url: `${url}&picture-${index + 1}`,
          }));
    default:
      return [{ kind: "video", url, id: `v-${id}` }];
  }
}

export function vendorError(kind: VendorError["class"], code = 1, message = `a ${kind} error`): VendorError {
  return { code, message, class: kind };
}

export function scriptedProvider(clock: Clock, log: string[] = [], first: Script = {}): ScriptedProvider {
  const tasks: Task[] = [];
  const submitted: ClientReference[] = [];
  const looks = new Map<TaskId, number[]>();
  const batches: number[] = [];
  const most = new Map<string, number>();
  let finds = 0;
  let lists = 0;
  let fetches = 0;
  let calls = 0;
  let deletes = 0;
  const deleted = new Set<string>();
  const taskMs = () => provider.script.taskMs ?? 20_000;
  const done = (task: Task) => clock.now() >= task.startedMs + taskMs();
  const modelOf = ({ submission: { action } }: Task) =>
    "model" in action && action.model ? action.model : action.kind;
  const gate = async (request: string): Promise<void> => {
    await provider.script.gate?.(request);
    log.push(request);
  };

  const lookAt = (task: Task): LookAnswer => {
    const base = {
      task: task.id,
      reference: task.submission.reference,
      outputs: [],
      billed: { kind: "unknown" } as Billed,
      created: isoTime(task.startedMs),
    };
    if (!done(task)) return { kind: "found", look: { ...base, status: "processing" } };
    const outputs = outputsOf(task).filter(({ id }) => id === undefined || !deleted.has(id));
    const updated = isoTime(task.startedMs + taskMs());
    return {
      kind: "found",
      look: { ...base, status: "succeeded", outputs, updated, ...provider.script.end?.(task.submission) },
    };
  };
  const create = (submission: Submission): Task => {
    const task = { id: `t${tasks.length + 1}` as TaskId, submission, startedMs: clock.now() };
    tasks.push(task);
    const model = modelOf(task);
    const running = tasks.filter((each) => modelOf(each) === model && !done(each)).length;
    most.set(model, Math.max(most.get(model) ?? 0, running));
    return task;
  };
  const stopped = (signal: AbortSignal): void => {
    if (signal.aborted) throw signal.reason as Error;
  };

  const provider: ScriptedProvider = {
    script: first,
    tasks,
    log,
    submitted,
    looks,
    batches,
    most,
    route: "kling",
    get realm() {
      return provider.script.realm ?? "kling";
    },
    account: "acct",
    get loopback() {
      return provider.script.loopback ?? false;
    },
    address: (action) =>
      action.kind === "lip_sync" && provider.script.oldLipSync === true
        ? { dialect: "legacy", product: OLD_LIP_SYNC }
        : { dialect: "new", product: `/${action.kind}` },
    references: ({ product }) => {
      const { references = true } = provider.script;
      return product !== OLD_LIP_SYNC && (typeof references === "boolean" ? references : references(product));
    },
    callsBefore: (action) =>
      action.kind !== "lip_sync" || provider.script.oldLipSync === true
        ? []
        : action.text === undefined
          ? ["identify_face"]
          : ["identify_face", "speech"],
    async call(call) {
      await gate(`call ${call.kind}`);
      const said = provider.script.call?.(call, ++calls);
      if (said !== undefined) return said;
      const billed: Billed = { kind: "billed", units: milliUnits(50) };
      return call.kind === "speech"
        ? { kind: "speech", audio: "a1", seconds: 3, billed }
        : { kind: "faces", session: "s1", faces: [{ id: "f1", startMs: 0, endMs: 60_000 }], billed };
    },
    async submit(submission) {
      await gate(`submit ${submission.reference}`);
      submitted.push(submission.reference);
      const said = (await provider.script.submit?.(submission, submitted.length)) ?? "accept";
      if (said instanceof Error) throw said;
      if (typeof said !== "string") return said;
      if (said === "lose") return { kind: "lost", why: "the connection was cut" };
      if (tasks.some((task) => task.submission.reference === submission.reference)) return { kind: "exists" };
      const task = create(submission);
      return said === "take"
        ? { kind: "lost", why: "the connection was cut" }
        : { kind: "accepted", task: task.id };
    },
    async find(asked, signal) {
      const answers: LookAnswer[] = [];
      for (const { reference } of asked) {
        stopped(signal);
        await gate(`find ${reference}`);
        const task = tasks.find((each) => each.submission.reference === reference);
        const seen: LookAnswer = task === undefined ? { kind: "absent" } : lookAt(task);
        answers.push(provider.script.find?.(reference, ++finds) ?? seen);
      }
      return answers;
    },
    async list({ product }, sinceMs, signal) {
      stopped(signal);
      await gate(`list ${product}`);
      const said = provider.script.list?.(product, ++lists);
      if (said !== undefined) return said;
      const looks = tasks.flatMap((task) => {
        const { action, materials } = task.submission;
        if (provider.address(action).product !== product || task.startedMs < sinceMs) return [];
        const answer = lookAt(task);
        const source = materials.get("source");
        const of = source?.kind === "result" && source.id !== undefined ? { source: source.id } : {};
        const created = isoTime(task.startedMs);
        if (answer.kind !== "found") return [];
        const { reference: _, ...look } = answer.look;
        return [{ ...look, ...of, created }];
      });
      return { kind: "listed", looks };
    },
    async look(asked, signal) {
      stopped(signal);
      await gate(`look ${asked.map((each) => each.task).join(" ")}`);
      batches.push(asked.length);
      return asked.map(({ task: id }) => {
        const times = looks.get(id) ?? [];
        looks.set(id, [...times, clock.now()]);
        const said = provider.script.look?.(id, times.length + 1);
        if (said !== undefined) return said;
        const task = tasks.find((each) => each.id === id);
        return task === undefined ? { kind: "absent" } : lookAt(task);
      });
    },
    async fetch(url, sink, signal, onProgress) {
      stopped(signal);
      await gate(`fetch ${/t\d+/.exec(url)?.[0]}`);
      const said = provider.script.fetch?.(url, ++fetches);
      if (said instanceof Error) throw said;
      if (said !== undefined && said !== "broken") return said;
      const bytes = new TextEncoder().encode(
        said === "broken" ? "broken" : `clip of ${/t\d+/.exec(url)?.[0]}`,
      );
      await sink.write(bytes);
      onProgress?.(bytes.length, bytes.length);
      return { kind: "done", bytes: bytes.length };
    },
    async deleteKept(kept) {
      await gate(`delete ${kept.kept} ${kept.id}`);
      const said = provider.script.delete?.(kept, ++deletes);
      if (said !== undefined) return said;
      const isGone = deleted.has(kept.id);
      deleted.add(kept.id);
      return { kind: isGone ? "absent" : "deleted" };
    },
    close: () => Promise.resolve(),
  };
  return provider;
}
