/**
 * The account's shelf of elements and voices, read off the tasks that made them and the deletions among them, and the
 * presets that are there for everybody. It stores nothing: a preset is a task that nobody asked for, so that lists,
 * previews and ids work for it as for any other. Ids are short enough to be whole numbers in JSON.
 */

import { ELEMENTS_PATH } from "./rules/elements.js";
import type { ElementOrder, Kept, KeptElement, VoiceOrder } from "./rules/order.js";
import { VOICES_PATH } from "./rules/voices.js";
import { markOf, stageOf, type Task } from "./task.js";

/** The elements and voices of one sandbox. */
export interface Shelf {
  element(id: string): KeptElement | undefined;
  voice(id: string): Kept | undefined;
  isDeleted(task: Task): boolean;
  presets(what: "elements" | "voices"): readonly Task[];
  /** A preset by its task's id, under which its previews are served. */
  presetById(taskId: string): Task | undefined;
}

/** What a shelf is read from. */
export interface ShelfOptions {
  readonly tasks: () => readonly Task[];
  readonly now: () => number;
  /** Unix milliseconds; presets have been there since. */
  readonly openedAt: number;
}

/** The id under which what a task made is kept: the last fifteen digits of the task's. */
export function keptId({ id }: Pick<Task, "id">): string {
  return String(Number(id.slice(-15)));
}

/** Opens the shelf of a sandbox. */
export function openShelf({ tasks, now, openedAt }: ShelfOptions): Shelf {
  const presets = [...PRESET_ELEMENTS, ...PRESET_VOICES].map((order, i) => presetOf(order, i, openedAt));

  const isDeleted = (task: Task): boolean =>
    tasks().some(
      ({ order }) => order.kind === "deletion" && order.what === task.order.kind && order.id === keptId(task),
    );

  const find = (kind: "element" | "voice", id: string): Task | undefined =>
    [...presets, ...tasks()].find((task) => task.order.kind === kind && keptId(task) === id);

  const kept = (task: Task, name: string): Kept => {
    const stage = stageOf(task, now());
    const state = stage === "succeeded" ? "ready" : stage === "failed" ? "failed" : "under way";
    return {
      id: keptId(task),
      name,
      state: isDeleted(task) ? "deleted" : state,
      preset: isPreset(task),
    };
  };

  return {
    element(id) {
      const task = find("element", id);
      return task?.order.kind === "element"
        ? { ...kept(task, task.order.name), type: task.order.type }
        : undefined;
    },
    voice(id) {
      const task = find("voice", id);
      return task?.order.kind === "voice" ? kept(task, task.order.name) : undefined;
    },
    isDeleted,
    presets: (what) => presets.filter(({ order }) => `${order.kind}s` === what),
    presetById: (taskId) => presets.find(({ id }) => id === taskId),
  };
}

/** Whether nobody asked for a task: then it is the vendor's own. */
export function isPreset({ id }: Pick<Task, "id">): boolean {
  return id.startsWith(PRESET_DIGITS);
}

/** No moment begins with these digits, so no other task's id does. */
const PRESET_DIGITS = "000";

const PRESET_ELEMENTS: readonly ElementOrder[] = [
  ["Lighthouse keeper", "An old man in a yellow raincoat"],
  ["Paper boat", "A boat folded from a sheet of newspaper"],
].map(([name = "", description = ""]) => ({
  kind: "element",
  type: "multi-image",
  name,
  pictures: ["frontal", "refer 1"],
  videoUrl: "",
  voiceId: "",
  tags: ["o_101"],
  version: "element",
  prompt: description,
  milliUnits: 0,
}));

const PRESET_VOICES: readonly VoiceOrder[] = ["Calm narrator", "Young reporter"].map((name) => ({
  kind: "voice",
  name,
  source: name,
  version: "voice",
  prompt: name,
  milliUnits: 0,
}));

function presetOf(order: ElementOrder | VoiceOrder, number: number, openedAt: number): Task {
  return {
    version: 2,
    id: `${PRESET_DIGITS}${String(number + 1).padStart(15, "1")}`,
    externalId: undefined,
    generation: "legacy",
    path: order.kind === "element" ? ELEMENTS_PATH : VOICES_PATH,
    productType: "video",
    order,
    mark: markOf(undefined, order, number),
    watermark: false,
    createdAt: openedAt,
    startsAt: openedAt,
    endsAt: openedAt,
    failure: undefined,
  };
}
