/**
 * The lockfile: its text, version 1, to and from what the plan sees. Text and values only; `writeAtomic` puts it on disk.
 * Reading is all or nothing. A lockfile that is only half understood would have the other half bought again, so anything
 * odd (conflict marks, a repeated member, a key that is not the digest of its inputs) refuses the whole file.
 */
import type { Checked, Diagnostic } from "../base/diagnostic.js";
import { problem } from "../base/diagnostic.js";
import { asSha256 } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { isLfsPointer, LFS_HELP, LFS_WHY } from "../base/lfs.js";
import { elide } from "../base/text.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm, StepId } from "../graph/input.js";
import { micros, milliUnits } from "../base/money.js";
import type { Artifact, Expected, Handle, Lock, OtherRendering, Rendering } from "../plan/prior.js";
import { parseDecimal } from "./decimal.js";
import { findRepeatedMember, isDeeperThan, lineOf, sortedJson } from "./json-text.js";
import type { LockRender } from "./lock-schema.generated.js";
import { Members, type Complaint } from "./members.js";
import {
  defined,
  MOST_ATTEMPTS,
  readArtifact,
  readBilled,
  readHandle,
  readKeyInputs,
  storedArtifact,
  storedBilled,
  storedExpected,
  storedHandle,
  unbilled,
  type Stored,
} from "./stored.js";
import { validateLock } from "./validate-lock.generated.js";

/** A lockfile with the members that this version does not know, which are written back as they were. */
export interface LockFile extends Lock {
  /** Top-level members without `version`, `renders`, `steps`; and each entry as it was read, by key. */
  readonly unknown: { readonly top: Stored; readonly entries: ReadonlyMap<CacheKey, Stored> };
}

/** What there is before anything was rendered. */
export const EMPTY_LOCK: LockFile = {
  renders: new Map(),
  steps: new Map(),
  unknown: { top: {}, entries: new Map() },
};

const VERSION = 1;
const MOST_COMPLAINTS = 20;
// Far more than any entry has, and far less than what writing it again could stand.
const MOST_DEPTH = 64;
const CONFLICT_MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)/;

/** The lockfile's name; the sandbox has one of its own, so that it never touches the record of what was paid. */
export function lockFileName(realm: Realm): string {
  return realm === "kling" ? "kling.lock.json" : "kling.sandbox.lock.json";
}

/**
 * Reads a lockfile's text. `file` is its name, for diagnostics. There is a value exactly when nothing is wrong.
 * `trusted`: this very text was read before and nothing was wrong, so the dear checks are left out.
 */
export function readLock(text: string, file: string, trusted = false): Checked<LockFile> {
  const damaged = (message: string, line?: number, why?: string): Diagnostic =>
    problem("lock/damaged", message, {
      ...(why === undefined ? {} : { why }),
      help: `Restore ${file} from git, or settle the merge by keeping the entries of both sides; nothing is rendered until it can be read`,
      ...(line === undefined ? {} : { place: placeOf(text, file, line) }),
    });

  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    if (isLfsPointer(text)) {
      const what = `${file} is a Git LFS pointer, not the lockfile itself`;
      return { diagnostics: [problem("file/lfs-pointer", what, { why: LFS_WHY, help: LFS_HELP })] };
    }
    const conflict = text.split("\n").findIndex((line) => CONFLICT_MARK.test(line));
    return conflict < 0
      ? { diagnostics: [damaged("The lockfile is not JSON", jsonErrorLine(error, text))] }
      : { diagnostics: [damaged("An unsettled merge stands in the lockfile", conflict + 1)] };
  }
  const repeated = trusted ? undefined : findRepeatedMember(text);
  if (repeated !== undefined) {
    const name = elide(repeated.name, 24);
    const why = "Only one of them would count, and what the other records would be paid for again";
    return { diagnostics: [damaged(`The member "${name}" appears twice`, repeated.line, why)] };
  }
  if (!trusted && isDeeperThan(data, MOST_DEPTH)) {
    const why = "It could not be written again after something was paid for";
    return { diagnostics: [damaged(`The lockfile nests more than ${MOST_DEPTH} deep`, undefined, why)] };
  }
  if (!isRecord(data)) return { diagnostics: [damaged("The lockfile is not a JSON object", 1)] };
  if (data["version"] !== VERSION) {
    const line = lineOf(text, '"version"');
    return { diagnostics: [damaged("The lockfile's version is not known to this klingmake", line)] };
  }
  const complaints: Complaint[] = [];
  const value = readVersion1(data, complaints, trusted);
  // The reader has the better words; the published schema has the last one.
  if (complaints.length === 0 && !trusted && !validateLock(data)) {
    for (const { instancePath, keyword } of validateLock.errors ?? []) {
      complaints.push({ at: instancePath, want: `what the lockfile's schema allows (${keyword})` });
    }
  }
  if (complaints.length === 0) return { value, diagnostics: [] };
  return {
    diagnostics: complaints.slice(0, MOST_COMPLAINTS).map(({ at, want }) => {
      const [, map = "", entry = ""] = at.split("/");
      return damaged(`${elide(at, 120)} should be ${want}`, lineOf(text, `"${entry === "" ? map : entry}"`));
    }),
  };
}

/** The lockfile's text: the same lock gives the same bytes, and one line stands for one fact, so that branches merge. */
export function formatLock(lock: LockFile): string {
  const renders = [...lock.renders.values()].map((rendering): [string, unknown] => [
    rendering.key,
    storedRendering(rendering, lock.unknown.entries.get(rendering.key) ?? {}),
  ]);
  const steps = [...lock.steps].map(([profile, keys]): [string, unknown] => [profile, new Map(keys)]);
  const known: readonly [string, unknown][] = [
    ["version", VERSION],
    ["renders", new Map(renders)],
    ["steps", new Map(steps)],
  ];
  const extra = Object.entries(lock.unknown.top).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${sortedJson(new Map([...known, ...extra]), { keepTopOrder: true })}\n`;
}

const TOP = new Set(["version", "renders", "steps"]);
const ENTRY = new Set([
  "inputs",
  "attempt",
  "artifact",
  "consumed",
  "handle",
  "estimate",
  "billed",
  "returns",
  "flags",
  "others",
]);
const ARTIFACT = new Set(["sha256", "size", "type", "width", "height", "seconds"]);
const HANDLE = new Set(["route", "task", "result", "account", "completed", "dialect", "product", "deleted"]);
const AMOUNTS = new Set(["kind", "units", "usd"]);
const EXPECTED = new Set(["units", "usd", "low_units", "low_usd"]);
const BILLED_KINDS = new Set<unknown>([
  "billed",
  "not_billed",
  "unknown",
] satisfies Rendering["billed"]["kind"][]);

function readVersion1(data: Stored, complaints: Complaint[], trusted: boolean): LockFile {
  const top = new Members(data, "", complaints);
  const renders = new Map<CacheKey, Rendering>();
  const entries = new Map<CacheKey, Stored>();
  for (const [name, value] of Object.entries(top.raw("renders"))) {
    const at = `/renders/${name}`;
    const key = asSha256(name) as string as CacheKey | undefined;
    if (key === undefined) {
      complaints.push({ at, want: "under a cache key of 64 hexadecimal digits" });
      continue;
    }
    renders.set(
      key,
      trusted ? trustedRendering(value, key) : readRendering(new Members(value, at, complaints), key),
    );
    if (isRecord(value)) entries.set(key, value);
  }
  const steps = new Map<string, ReadonlyMap<StepId, CacheKey>>();
  for (const [profile, keys] of Object.entries(top.raw("steps"))) {
    const members = new Members(keys, `/steps/${profile}`, complaints);
    const ids = isRecord(keys) ? Object.keys(keys) : [];
    steps.set(profile, new Map(ids.map((id) => [id as StepId, members.sha256(id) as string as CacheKey])));
  }
  return { renders, steps, unknown: { top: unknownOf(data, TOP), entries } };
}

function readRendering(entry: Members, key: CacheKey): Rendering {
  return defined<Rendering>({
    key,
    inputs: readKeyInputs(entry, "inputs", key),
    ...readOther(entry),
    consumed: entry.digests("consumed"),
    returns: entry.wordIf("returns") as Rendering["returns"],
    flags: entry.textsIf("flags"),
    others: entry.has("others") ? entry.objects("others").map(readOther) : undefined,
  });
}

function readOther(entry: Members): OtherRendering {
  const estimate = entry.objectIf("estimate");
  const handle = entry.objectIf("handle");
  return defined<OtherRendering>({
    attempt: entry.integer("attempt", 1, MOST_ATTEMPTS),
    artifact: readArtifact(entry.object("artifact")),
    handle: handle && readHandle(handle),
    estimate:
      estimate &&
      defined<Expected>({
        units: estimate.unitsIf("units"),
        usd: estimate.usdIf("usd"),
        lowUnits: estimate.unitsIf("low_units"),
        lowUsd: estimate.usdIf("low_usd"),
      }),
    billed: readBilled(entry.object("billed")),
  });
}

/** An entry that was checked before, in a text of the same digest. */
function trustedRendering(value: unknown, key: CacheKey): Rendering {
  const entry = value as LockRender;
  const { inputs, consumed, returns, flags, others } = entry;
  return {
    key,
    inputs: inputs as unknown as KeyInputs,
    ...trustedOther(entry),
    consumed: consumed as Rendering["consumed"],
    ...(returns === undefined ? {} : { returns: returns as NonNullable<Rendering["returns"]> }),
    ...(flags === undefined ? {} : { flags }),
    ...(others === undefined ? {} : { others: others.map(trustedOther) }),
  };
}

function trustedOther(entry: StoredOther): OtherRendering {
  const { attempt, artifact, handle, estimate, billed } = entry;
  return {
    attempt,
    artifact: artifact as unknown as Artifact,
    ...(handle === undefined ? {} : { handle: handle as unknown as Handle }),
    ...(estimate === undefined ? {} : { estimate: trustedExpected(estimate) }),
    billed:
      billed.kind === "billed" ? { kind: billed.kind, ...trustedAmounts(billed) } : unbilled(billed.kind),
  };
}

type StoredOther = NonNullable<LockRender["others"]>[number];

function trustedAmounts(amounts: {
  readonly units?: string;
  readonly usd?: string;
}): Pick<Expected, "units" | "usd"> {
  const { units, usd } = amounts;
  return {
    ...(units === undefined ? {} : { units: milliUnits(trustedDecimal(units, 3)) }),
    ...(usd === undefined ? {} : { usd: micros(trustedDecimal(usd, 6)) }),
  };
}

function trustedExpected(estimate: NonNullable<StoredOther["estimate"]>): Expected {
  const { low_units: units, low_usd: usd } = estimate;
  return {
    ...trustedAmounts(estimate),
    ...(units === undefined ? {} : { lowUnits: milliUnits(trustedDecimal(units, 3)) }),
    ...(usd === undefined ? {} : { lowUsd: micros(trustedDecimal(usd, 6)) }),
  };
}

function trustedDecimal(text: string, places: number): number {
  const amount = parseDecimal(text, places);
  if (amount === undefined) throw new Error(`a checked lockfile has the amount ${elide(text, 24)}`);
  return amount;
}

/** An entry, with what `before` (the entry as it was read) has besides and still says of the same artifact or task. */
function storedRendering(rendering: Rendering, before: Stored): LockRender {
  const { inputs, attempt, artifact, consumed, handle, estimate, billed, returns, flags } = rendering;
  const partOf = (name: string): Stored => {
    const part = before[name];
    return isRecord(part) ? part : {};
  };
  const same = partOf("artifact")["sha256"] === artifact.sha256;
  const sameTask = handle !== undefined && partOf("handle")["task"] === handle.task;
  const kept = (name: string, known: ReadonlySet<string>): Stored =>
    same ? unknownOf(partOf(name), known) : {};
  const billedBefore = partOf("billed");
  const unread =
    same &&
    before["attempt"] === attempt &&
    billed.kind === "unknown" &&
    !BILLED_KINDS.has(billedBefore["kind"]);
  return {
    ...(same ? unknownOf(before, ENTRY) : {}),
    inputs: { ...inputs },
    attempt,
    artifact: { ...kept("artifact", ARTIFACT), ...storedArtifact(artifact) },
    consumed,
    handle: handle && {
      ...(sameTask ? unknownOf(partOf("handle"), HANDLE) : {}),
      ...storedHandle(handle),
    },
    estimate: estimate && { ...kept("estimate", EXPECTED), ...storedExpected(estimate) },
    billed: unread
      ? (billedBefore as LockRender["billed"])
      : {
          ...(billedBefore["kind"] === billed.kind ? kept("billed", AMOUNTS) : {}),
          ...storedBilled(billed),
        },
    returns,
    flags: flags && [...flags],
    others: rendering.others && rendering.others.map(storedOther),
  };
}

function storedOther({ attempt, artifact, handle, estimate, billed }: OtherRendering): StoredOther {
  return defined<StoredOther>({
    attempt,
    artifact: { ...storedArtifact(artifact) },
    handle: handle && { ...storedHandle(handle) },
    estimate: estimate && { ...storedExpected(estimate) },
    billed: storedBilled(billed) as StoredOther["billed"],
  });
}

function unknownOf(record: Stored, known: ReadonlySet<string>): Stored {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !known.has(name)));
}

function jsonErrorLine(error: unknown, text: string): number {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  // Without a position the text ended too early.
  const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
  return before.split("\n").length;
}

function placeOf(text: string, file: string, line: number): NonNullable<Diagnostic["place"]> {
  const shown = text.split("\n")[line - 1]?.replace(/\r$/, "") ?? "";
  const column = shown.length - shown.trimStart().length + 1;
  return { file, line, column, length: Math.max(1, shown.trim().length), text: shown };
}
