/**
 * Questions about tasks, in three dialects: by our references, by the vendor's ids, and by what a product's list shows.
 * Gateways that speak the unified one have ids only, and neither references nor lists.
 * All of them are free. Doubt is never told as absence: what could not be read, or was about another task, is `lost`.
 */
import { isRecord, unreachable } from "../../base/guard.js";
import type { ClientReference, TaskId } from "../../plan/prior.js";
import type { Address, ListAnswer, LookAnswer, Provider, TaskLook, VendorError } from "../provider.js";
import { readTasks, type Reading } from "./answers.js";
import type { Calls } from "./calls.js";
import type { Verdict } from "./errors.js";
import { unifiedTaskPath } from "./requests-unified.js";

/** What questions are asked with. */
export interface QueryOptions {
  readonly calls: Calls;
  readonly reading: Reading;
  /** What is said instead of asking where the credentials are refused. */
  readonly refusal: () => VendorError;
  /** Whether a product's own query is known to find tasks by reference; where not, its list is searched, too. */
  readonly knowsReferences: (product: string) => boolean;
}

/** More ids in one query are refused. [kling-api 3.5, measured] */
const IDS_PER_QUERY = 20;
/** Tasks on one page of a product's list, and pages that are read. [kling-api section 4: at most 500] */
const PAGE_SIZE = 500;
const PAGES_MOST = 20;

/** The route's questions. */
export function openQueries(options: QueryOptions): Pick<Provider, "find" | "look" | "list"> {
  const { calls, reading } = options;

  /** One question for up to twenty ids. */
  async function batch<T extends string>(
    by: Naming<T>,
    ids: readonly T[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<T, LookAnswer>> {
    const verdict = await calls.query("/tasks", { [by.name]: ids }, signal);
    const sole = ids.length === 1;
    const read = readingOf(verdict, reading, sole);
    const strange = read.looks.some((look) => !ids.some((id) => by.is(look, id, sole)));
    const unfit = verdict.kind === "refused" && verdict.error.class === "invalid";
    // One id that the vendor cannot read, or one task that nobody can place, must not hide nineteen others.
    if (!sole && (unfit || strange)) {
      const half = Math.ceil(ids.length / 2);
      const [first, second] = await Promise.all([
        batch(by, ids.slice(0, half), signal),
        batch(by, ids.slice(half), signal),
      ]);
      return new Map([...first, ...second]);
    }
    return new Map(ids.map((id) => [id, read.pick((look) => by.is(look, id, sole))]));
  }

  /** Answers for all ids of the new dialect, in as few questions as it takes. */
  function batches<T extends string>(
    by: Naming<T>,
    wanted: readonly T[],
    signal: AbortSignal,
  ): (id: T) => Promise<LookAnswer> {
    const asked = new Map<T, ReturnType<typeof batch<T>>>();
    const ids = calls.legacyOnly ? [] : [...new Set(wanted)];
    for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
      const some = ids.slice(start, start + IDS_PER_QUERY);
      const answers = batch(by, some, signal);
      for (const id of some) asked.set(id, answers);
    }
    return async (id) => (await asked.get(id))?.get(id) ?? { kind: "failed", error: options.refusal() };
  }

  async function list(product: string, sinceMs: number, signal: AbortSignal): Promise<ListAnswer> {
    const found: TaskLook[] = [];
    for (let page = 1; page <= PAGES_MOST; page++) {
      const verdict = await calls.query(
        product,
        { pageNum: [String(page)], pageSize: [String(PAGE_SIZE)] },
        signal,
      );
      if (verdict.kind === "refused") return { kind: "failed", error: verdict.error };
      if (verdict.kind !== "ok") return { kind: "lost", why: doubtOf(verdict) };
      const { looks, unreadable } = readTasks(verdict.data, reading);
      if (unreadable > 0) return { kind: "lost", why: UNREADABLE };
      found.push(...looks.filter((look) => Date.parse(look.created ?? "") >= sinceMs || !look.created));
      if (looks.length < PAGE_SIZE) return { kind: "listed", looks: found };
    }
    return { kind: "lost", why: "the vendor's list of tasks is too long to be searched" };
  }

  async function findLegacy(product: string, reference: string, signal: AbortSignal): Promise<LookAnswer> {
    const verdict = await calls.query(`${product}/${encodeURIComponent(reference)}`, {}, signal);
    // A task that names another reference is not ours; one that names none is taken at the query's word.
    const { pick } = readingOf(verdict, reading, true);
    const answer = pick((look) => (look.reference ?? reference) === reference);
    if (answer.kind !== "absent" || options.knowsReferences(product)) return answer;
    const listed = await list(product, 0, signal);
    // A gateway without lists has nothing to add.
    if (listed.kind === "failed" && listed.error.class === "invalid") return answer;
    if (listed.kind !== "listed") return listed;
    const look = listed.looks.find((each) => each.reference === reference);
    return look === undefined ? answer : { kind: "found", look };
  }

  /** Where the task of a dialect that asks for one at a time is asked for by its id. */
  async function lookAlone(task: TaskId, { dialect, product }: Address, signal: AbortSignal) {
    const isUnified = dialect === "unified";
    const path = isUnified ? unifiedTaskPath(task) : `${product}/${encodeURIComponent(task)}`;
    const verdict = await calls.query(path, {}, signal);
    const answer = isUnified ? withTask(verdict, task) : verdict;
    return readingOf(answer, reading, true).pick((look) => look.task === task);
  }

  return {
    async find(asked, signal) {
      const fresh = asked.filter(({ address }) => address.dialect === "new").map((each) => each.reference);
      const answers = batches(BY_REFERENCE, fresh, signal);
      return Promise.all(
        asked.map(async ({ reference, address }): Promise<LookAnswer> => {
          switch (address.dialect) {
            case "new":
              return answers(reference);
            case "legacy":
              return findLegacy(address.product, reference, signal);
            case "unified":
              return { kind: "failed", error: NO_SUCH_QUESTION };
            default:
              return unreachable(address.dialect);
          }
        }),
      );
    },

    async look(tasks, signal) {
      const fresh = tasks.filter(({ address }) => address.dialect === "new").map(({ task }) => task);
      const answers = batches(BY_TASK, fresh, signal);
      return Promise.all(
        tasks.map(({ task, address }): Promise<LookAnswer> =>
          address.dialect === "new" ? answers(task) : lookAlone(task, address, signal),
        ),
      );
    },

    list: ({ dialect, product }, sinceMs, signal) =>
      dialect === "unified"
        ? Promise.resolve({ kind: "failed", error: NO_SUCH_QUESTION })
        : list(product, sinceMs, signal),
  };
}

/** What a gateway of the unified dialect would answer to a question that the dialect does not have. */
const NO_SUCH_QUESTION: VendorError = {
  code: -404,
  message: "the gateway can only be asked for a task by its id",
  class: "invalid",
};

/** The answer about one task, which need not say whose it is: the question did. */
function withTask(verdict: Verdict, task: TaskId): Verdict {
  if (verdict.kind !== "ok" || !isRecord(verdict.data)) return verdict;
  const { data } = verdict;
  return { ...verdict, data: { ...data, task_id: data["task_id"] ?? data["id"] ?? task } };
}

/** How tasks are named in a question, and which task of an answer such a name means. */
interface Naming<T extends string> {
  readonly name: "task_ids" | "external_task_ids";
  is(look: TaskLook, id: T, sole: boolean): boolean;
}

const BY_TASK: Naming<TaskId> = { name: "task_ids", is: (look, task) => look.task === task };

const BY_REFERENCE: Naming<ClientReference> = {
  name: "external_task_ids",
  // Asked for alone, a task that names no reference is taken at the query's word, too.
  is: (look, reference, sole) => (look.reference ?? (sole ? reference : undefined)) === reference,
};

const UNREADABLE = "the vendor's words about the task cannot be read";
const UNASKED = "the vendor answered something that was not asked";

/** The tasks of an answer, and a way to take one out of it. */
interface Read {
  readonly looks: readonly TaskLook[];
  readonly pick: (is: (look: TaskLook) => boolean) => LookAnswer;
}

/**
 * What an answer shows. `sole`: the question was about one task, so an answer about another is no proof that ours does
 * not exist.
 */
function readingOf(verdict: Verdict, reading: Reading, sole: boolean): Read {
  const none = (answer: LookAnswer): Read => ({ looks: [], pick: () => answer });
  switch (verdict.kind) {
    case "ok": {
      const { looks, unreadable } = readTasks(verdict.data, reading);
      return {
        looks,
        pick(is) {
          const look = looks.find(is);
          if (look !== undefined) return { kind: "found", look };
          if (unreadable > 0) return { kind: "lost", why: UNREADABLE };
          if (sole && looks.length > 0)
            return { kind: "lost", why: "the vendor answered about another task" };
          return { kind: "absent" };
        },
      };
    }
    case "refused":
      return none({ kind: "failed", error: verdict.error });
    case "absent":
      return none({ kind: "absent" });
    case "lost":
    case "exists":
      return none({ kind: "lost", why: doubtOf(verdict) });
    default:
      return unreachable(verdict);
  }
}

function doubtOf(verdict: Exclude<Verdict, { kind: "ok" | "refused" }>): string {
  return verdict.kind === "lost" ? verdict.why : UNASKED;
}
