/**
 * The promises, held against what is really there: the disk, the account's true ledger, and what people agreed to.
 * Each is a function that throws `Broken`. They read the stored formats with the program's own readers, and count the
 * money with the ledger and not with the program's.
 */
import { sha256Hex } from "../../src/base/digest.js";
import { parseJournal } from "../../src/store/journal-file.js";
import type { JournalView } from "../../src/store/replay.js";
import type { Task } from "./account.js";
import { contentOf } from "./bytes.js";
import type { Node } from "./disk.js";
import { artifactsOf, blobPath, Broken, once, STORE, type Records } from "./records.js";
import type { FilmProject, Lived, Stage } from "./stage.js";

/** What was damaged in the journal is reported, and kept beside it, once something was written after it. */
export function damageIsKept(stage: Stage, { disk, root }: FilmProject, after: Lived | undefined): void {
  const text = disk.text(`${root}/.kling/journal.jsonl`) ?? "";
  const { damaged, unended } = parseJournal(text);
  if (damaged.length === 0) return;
  stage.census.count("damaged journal lines", damaged.length);
  const lines = text.split("\n").length;
  const aside = disk.text(`${root}/.kling/journal.damaged.jsonl`) ?? "";
  for (const { line, text: damage } of damaged) {
    const isLast = line === lines && unended;
    if (isLast || aside.includes(JSON.stringify(damage))) continue;
    // Reported by whoever read it, and set aside by whoever writes next: not yet, if nobody could.
    if (after === undefined || after.report?.status !== "ran") continue;
    throw new Broken(`line ${line} of the journal is damaged and was dropped in silence`);
  }
}

const checked = new WeakMap<Node, number>();

/** Every blob of the store has the digest that it is named by. */
export function storeIsTrue(stage: Stage): void {
  for (const disk of new Set(stage.projects.map((project) => project.disk))) {
    for (const { path, node } of disk.walk(`${STORE}/cas`)) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (node.entries !== undefined || !/^[0-9a-f]{64}$/.test(name)) continue;
      if (checked.get(node) === node.version) continue;
      if (sha256Hex(node.content()) !== name)
        throw new Broken("a blob of the store has other bytes than its name says");
      checked.set(node, node.version);
    }
  }
}

/** Every file at an output is what some task gave, whole, and an artifact that the records name. */
export function outputsAreTrue(stage: Stage, project: FilmProject, { lock, journal }: Records): void {
  const { disk, root } = project;
  const outputs = [...disk.walk(`${root}/renders`)].filter(
    ({ path, node }) => node.entries === undefined && /\/[^./][^/]*\.(mp4|png)$/.test(path),
  );
  if (outputs.length === 0) return;
  const given = new Set<string>(stage.account.tasks.map(({ kind, id }) => contentOf(kind, id).sha256));
  const recorded = new Set<string>(journal.placed);
  for (const each of artifactsOf(lock)) recorded.add(each.artifact.sha256);
  for (const attempts of journal.attempts.values()) {
    for (const { artifact } of attempts) if (artifact !== undefined) recorded.add(artifact.sha256);
  }
  for (const { path, node } of outputs) {
    const sha256 = once(node, () => sha256Hex(node.content()));
    if (!given.has(sha256)) throw new Broken(`${path} is not what any task gave`);
    if (!project.lost && !recorded.has(sha256)) throw new Broken(`${path} is no artifact that was recorded`);
  }
}

/** No create was accepted twice: one task for each reference, and one for each key without one. */
export function createsAreSingle(stage: Stage): void {
  const seen = new Set<string>();
  for (const task of stage.account.tasks) {
    const named = stage.books.tasks.get(task.id);
    if (named === undefined) throw new Broken(`the task ${task.id} belongs to no plan`);
    if (task.reference === undefined) continue;
    if (seen.has(task.reference)) throw new Broken(`two tasks for ${named.step}`);
    seen.add(task.reference);
  }
}

/** A run spends no more than it was allowed. */
export function capsHold({ accepted, maxCostUsd }: Lived): void {
  if (maxCostUsd === undefined) return;
  const spent = accepted.reduce((sum, { ceiling }) => sum + ceiling, 0);
  if (spent > maxCostUsd * 1e6) throw new Broken(`a run capped at $${maxCostUsd} spent up to ${spent / 1e6}`);
}

/** A life ends in a report, not in a crash of its own. */
export function endsInReport({ life, thrown }: Lived): void {
  if (!life.alive || thrown === undefined) return;
  throw new Broken(
    `the program crashed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : typeof thrown}`,
  );
}

/** Every task that was paid, or will be, is named by the records or can be asked for by its reference. */
export function tasksAreReachable(stage: Stage, records: ReadonlyMap<FilmProject, Records>): void {
  for (const task of stage.account.tasks) {
    const known = [...records].some(([project, record]) => project.lost || isNamed(task, stage, record));
    if (!known) throw new Broken(`nobody can find the task of ${nameOf(task, stage)} any more`);
  }
}

/** What the records call held is held: bytes that are stored are in the store, what is recorded is in the lockfile. */
export function recordsAreBacked({ disk, emptied, unlocked }: FilmProject, { lock, journal }: Records): void {
  const isHeld = (sha256: string): boolean => emptied || disk.at(blobPath(sha256)) !== undefined;
  for (const { artifact, attempt } of artifactsOf(lock)) {
    if (!isHeld(artifact.sha256))
      throw new Broken(`the lockfile has attempt ${attempt} of a clip that is not held`);
  }
  for (const { artifact, state, key, step } of [...journal.attempts.values()].flat()) {
    if (artifact !== undefined && !isHeld(artifact.sha256))
      throw new Broken(`${step} is stored, and is not held`);
    if (state === "recorded" && !unlocked && lock?.renders.has(key) !== true) {
      throw new Broken(`${step} is recorded, and not in the lockfile`);
    }
  }
}

/** What was refused for its content is not sent again, unless a person says so. */
export function refusalsStand({ accepted, refusedBefore, wantsAnyway }: Lived): void {
  if (wantsAnyway) return;
  const again = accepted.find(({ key }) => refusedBefore.has(key));
  if (again !== undefined) throw new Broken(`${again.step} was refused for its content, and was sent again`);
}

/** Whether records name a task, or the create that it came from as one whose state is open. */
function isNamed(task: Task, stage: Stage, { lock, journal }: Records): boolean {
  const named = stage.books.tasks.get(task.id);
  if (artifactsOf(lock).some(({ handle }) => handle?.task === task.id)) return true;
  const attempts = named === undefined ? [] : (journal.attempts.get(named.key) ?? []);
  return attempts.some(
    ({ task: id, reference, state }) =>
      id === task.id || (state !== "refused" && reference === (task.reference ?? reference)),
  );
}

function nameOf(task: Task, stage: Stage): string {
  return stage.books.tasks.get(task.id)?.step ?? task.id;
}

/** What was paid for is held: the records name it, and the store has it unless a person emptied the store. */
export function nothingIsLost(stage: Stage, records: ReadonlyMap<FilmProject, Records>): void {
  for (const task of stage.account.tasks) {
    if (task.fate !== "succeeds") continue;
    const { sha256 } = contentOf(task.kind, task.id);
    const held = [...records].some(([project, { lock, journal }]) => {
      if (project.lost) return true;
      const isNamed =
        artifactsOf(lock).some(({ artifact }) => artifact.sha256 === sha256) ||
        [...journal.attempts.values()].flat().some(({ artifact }) => artifact?.sha256 === sha256);
      if (!isNamed) return isUnknown(task, stage, journal);
      return project.emptied || project.disk.at(blobPath(sha256)) !== undefined;
    });
    if (!held) throw new Broken(`the paid clip of ${nameOf(task, stage)} (task ${task.id}) was lost`);
  }
}

/** Whether a person was left to decide about it, which only products without references may come to. */
function isUnknown(task: Task, stage: Stage, journal: JournalView): boolean {
  if (task.reference !== undefined) return false;
  const named = stage.books.tasks.get(task.id);
  const attempts = named === undefined ? [] : (journal.attempts.get(named.key) ?? []);
  return attempts.some(({ state }) => state === "unknown" || state === "intent");
}

/**
 * For each key one successful paid task, unless a person asked for another. Without references there is nothing by which
 * two projects, or one that lost its records, could know of each other.
 */
export function nothingIsPaidTwice(stage: Stage): void {
  const paid = new Map<string, number>();
  for (const task of stage.account.tasks) {
    const named = stage.books.tasks.get(task.id);
    if (task.fate !== "succeeds" || named === undefined) continue;
    if (
      task.reference === undefined &&
      stage.projects.some(({ name, lost }) => lost && name === task.project)
    )
      continue;
    const whose = `${named.key} ${task.reference === undefined ? task.project : ""}`;
    const times = (paid.get(whose) ?? 0) + 1;
    paid.set(whose, times);
    if (times > 1 + stage.rebuys) throw new Broken(`${named.step} was paid for ${times} times`);
  }
}

/** The money in a project's books covers what the account was charged for it. `committed` in millionths of a dollar. */
export function booksCover(stage: Stage, project: FilmProject, committed: number): void {
  if (project.lost) return;
  let charged = 0;
  for (const task of stage.account.tasks) {
    if (task.project !== project.name) continue;
    charged += task.charge * (stage.books.tasks.get(task.id)?.worth ?? 0);
  }
  for (const call of stage.account.small) if (call.project === project.name) charged += call.charge * 140;
  if (Math.floor(charged) > committed + 5) {
    throw new Broken(
      `the books of ${project.name} show ${committed / 1e6}, and the account was charged ${charged / 1e6}`,
    );
  }
}

/** What was on its way when somebody died never looks like an output: a name that begins with a dot, in no record. */
export function noLitter({ disk, root }: FilmProject, { journal }: Records): void {
  for (const { path } of disk.walk(`${root}/renders`)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!/\.(part|tmp)$/.test(name)) continue;
    const isRecorded = journal.placedAt.has(path.slice(root.length + 1));
    if (!name.startsWith(".") || isRecorded) throw new Broken(`${path} was left among the outputs`);
  }
}
