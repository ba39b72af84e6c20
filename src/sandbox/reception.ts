/**
 * Takes create requests: rules first, then the content filter, duplicates, and slots, in that order; what passes
 * becomes a task. Every request it sees is written into the ledger, accepted or not, so that a test can prove that
 * nothing was created twice. A slot is held from submission to the task's end, per model version; what is answered at
 * once holds none. Checking may wait (sounds are read by a package that is loaded on first use), the rest does not.
 */

import { sha256Hex } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { type Answer, refusal, result } from "./answer.js";
import { answeredView } from "./call-view.js";
import type { Order, Product, World } from "./rules/order.js";
import {
  isAnsweredAtOnce,
  isUnderWay,
  makeTask,
  markOf,
  mischiefOf,
  plainText,
  slotsOf,
  type Task,
} from "./task.js";
import { acceptedEntry, type LedgerEntry, type TaskBook } from "./task-book.js";
import { createdView, type Links } from "./task-view.js";

/** What reception needs to know of its sandbox. */
export interface ReceptionOptions {
  readonly book: TaskBook;
  readonly links: Links;
  readonly world: World;
  /** Slots per model version: of video, and of pictures. */
  readonly concurrency: number;
  readonly imageConcurrency: number;
  /** 1 is the pace of the real service, smaller is faster. */
  readonly timeScale: number;
  readonly now: () => number;
  /** Counts up from anywhere. */
  readonly serial: () => number;
  /** Told of each new task that somebody wants to be called back about. */
  readonly created: (task: Task, callbackUrl: string) => void;
}

/** Accepts or refuses create requests. */
export interface Reception {
  create(product: Product, body: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Writes a request into the ledger that was refused before it came here. */
  turnedAway(product: Product, body: Readonly<Record<string, unknown>>, code: number): void;
}

/** Opens the reception of a sandbox. */
export function openReception(options: ReceptionOptions): Reception {
  const { book } = options;
  const refusedAsBusy = new Set<string>();

  const note = (
    product: Product,
    externalId: string | undefined,
    outcome: LedgerEntry["outcome"],
    code: number,
    taskId?: string,
  ): void =>
    book.record({
      at: options.now(),
      path: product.path,
      external_task_id: externalId ?? null,
      outcome,
      task_id: taskId ?? null,
      code,
    });

  const busyBefore = (externalId: string | undefined, fingerprint: string): boolean =>
    externalId === undefined
      ? refusedAsBusy.has(fingerprint)
      : book.ledger().some((entry) => entry.external_task_id === externalId && entry.code === 1303);

  return {
    async create(product, body) {
      const checked = await product.check(body, options.world);
      // From here on nothing waits, so that two creates at once cannot both pass.
      const sent = externalIdIn(body);
      if (!checked.ok) {
        note(product, sent, "refused", checked.refusal.code);
        return refusal(checked.refusal.code, checked.refusal.message);
      }
      const { order, externalId } = checked;
      const refuse = (code: number, message: string): Answer => {
        note(product, externalId, "refused", code);
        return refusal(code, message);
      };
      const duplicate = (held: Task): Answer => {
        note(product, externalId, "duplicate", 1201, held.id);
        return refusal(1201, `External_task_id ${externalId} already exists`);
      };
      const asked = mischiefOf(order);
      if (asked.has("refuse")) return refuse(1301, "The request was blocked by the content security policy");
      const held = externalId === undefined ? undefined : book.byExternalId(externalId);
      if (held !== undefined) return duplicate(held);

      const fingerprint = sha256Hex(JSON.stringify([product.path, body]));
      const busy = asked.has("busy") && !busyBefore(externalId, fingerprint);
      const limit = order.kind === "still" ? options.imageConcurrency : options.concurrency;
      if (busy || slotsHeld(book.all(), order.version, options.now()) + slotsOf(order) > limit) {
        if (busy) refusedAsBusy.add(fingerprint);
        return refuse(1303, "parallel task over resource pack limit");
      }

      if (checked.sound !== undefined) book.keepSound(checked.sound.sha256, checked.sound.bytes);
      const task = makeTask(product, checked, {
        now: options.now(),
        timeScale: options.timeScale,
        serial: options.serial(),
        mark: newMark(externalId, order, book.all()),
      });
      const kept = book.add(task);
      if (kept.id !== task.id) return duplicate(kept);
      book.record(acceptedEntry(task));
      const callbackUrl = callbackIn(body);
      if (callbackUrl !== undefined && !isAnsweredAtOnce(task)) options.created(task, callbackUrl);
      if (asked.has("lost")) return { kind: "silence" };
      if (asked.has("error5000")) return refusal(5000, "Server internal error");
      return result(isAnsweredAtOnce(task) ? answeredView(task, options.links) : createdView(task));
    },

    turnedAway(product, body, code) {
      note(product, externalIdIn(body), "refused", code);
    },
  };
}

/** Without an external id, tasks with one and the same order are told apart by their number. */
function newMark(externalId: string | undefined, order: Order, tasks: readonly Task[]): string {
  if (externalId !== undefined) return markOf(externalId, order, 0);
  // Equal prompts first: turning every order into text would take long on a sandbox with thousands of tasks.
  const likely = tasks.filter((task) => task.externalId === undefined && task.order.prompt === order.prompt);
  const nth = likely.filter((task) => plainText(task.order) === plainText(order)).length;
  return markOf(undefined, order, nth);
}

function slotsHeld(tasks: readonly Task[], version: string, now: number): number {
  return tasks
    .filter((task) => task.order.version === version && isUnderWay(task, now))
    .reduce((held, task) => held + slotsOf(task.order), 0);
}

/** Where either generation puts the external id, for requests that were never understood. */
function externalIdIn(body: Readonly<Record<string, unknown>>): string | undefined {
  return optionIn(body, "external_task_id");
}

/** The address to call back, which the product's rules have looked at. */
function callbackIn(body: Readonly<Record<string, unknown>>): string | undefined {
  return optionIn(body, "callback_url");
}

function optionIn(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const options = body["options"];
  const value = body[name] ?? (isRecord(options) ? options[name] : undefined);
  return typeof value === "string" ? value : undefined;
}
