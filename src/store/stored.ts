/**
 * The parts that lockfile and journal have in common, to and from their stored form, version 1.
 * Stored forms are frozen: a member is only ever added, and so is a word to those that a dialect, a media type or a
 * kind of bill may have. Readers ignore members that they do not know, and hand on such words as they are: the types
 * name the words of this version only.
 */
import { canonicalJson, sha256Hex } from "../base/digest.js";
import { cacheKey, type CacheKey, type KeyInputs } from "../graph/key.js";
import type { Artifact, Billed, Expected, Handle, TaskId } from "../plan/prior.js";
import { unitsText, usdText, type Members } from "./members.js";

/** A stored JSON object on its way out; members that are undefined are left out. */
export type Stored = Readonly<Record<string, unknown>>;

/** More attempts at one key than anybody makes; a larger number is damage. */
export const MOST_ATTEMPTS = 1_000_000;

/** Digest of what a key-shaped text stands for. */
export function readKey(members: Members, name: string): CacheKey {
  return members.sha256(name) as string as CacheKey;
}

/** Key inputs whose digest is `key`; anything else is a complaint. */
export function readKeyInputs(members: Members, name: string, key: string): KeyInputs {
  const raw = members.raw(name);
  const inner = members.object(name);
  if (inner.integer("key", 1) !== 1) {
    inner.complain("key", "key version 1 (a newer klingmake wrote this: update)");
  }
  inner.oneOf("realm", ["kling", "sandbox"]);
  inner.object("action").text("kind");
  inner.integerIf("take", 1);
  if (!isDigestOf(key, raw)) {
    members.complain(name, "the key inputs that the key is the digest of");
  }
  return raw as unknown as KeyInputs;
}

/** Key inputs, as they are stored: in canonical order, whatever made them. */
export function storedKeyInputs(inputs: KeyInputs): unknown {
  return JSON.parse(canonicalJson(inputs));
}

/** Reads an artifact. */
export function readArtifact(members: Members): Artifact {
  return defined<Artifact>({
    sha256: members.sha256("sha256"),
    size: members.integer("size", 0),
    type: members.mediaType("type") as Artifact["type"],
    width: members.integerIf("width", 1),
    height: members.integerIf("height", 1),
    seconds: members.numberIf("seconds"),
  });
}

/** Reads a handle. */
export function readHandle(members: Members): Handle {
  return defined<Handle>({
    route: members.text("route"),
    task: members.text("task") as TaskId,
    result: members.textIf("result"),
    account: members.text("account"),
    completed: members.time("completed"),
    dialect: members.word("dialect") as Handle["dialect"],
    product: members.text("product"),
    deleted: members.timeIf("deleted"),
  });
}

/** Reads what was billed; of a kind that a later version added it is unknown. */
export function readBilled(members: Members): Billed {
  const kind = members.word("kind");
  return kind === "billed"
    ? defined<Billed>({ kind, units: members.unitsIf("units"), usd: members.usdIf("usd") })
    : unbilled(kind);
}

/** What a kind other than `billed` says. */
export function unbilled(kind: string): Billed {
  return { kind: kind === "not_billed" ? kind : "unknown" };
}

/** An artifact, as it is stored: the known members and nothing that may hang on the object besides. */
export function storedArtifact({ sha256, size, type, width, height, seconds }: Artifact): Artifact {
  return { sha256, size, type, width, height, seconds };
}

/** A handle, as it is stored. */
export function storedHandle(handle: Handle): Handle {
  const { route, task, result, account, completed, dialect, product, deleted } = handle;
  return { route, task, result, account, completed, dialect, product, deleted };
}

/** Units and money as decimal texts. */
export interface StoredAmounts {
  readonly units?: string;
  readonly usd?: string;
}

/** What was billed, as it is stored. */
export function storedBilled(billed: Billed): { readonly kind: Billed["kind"] } & StoredAmounts {
  if (billed.kind !== "billed") return { kind: billed.kind };
  return { kind: billed.kind, ...storedAmounts(billed) };
}

/** What was expected, as it is stored: the least only where it was less. */
export function storedExpected(expected: Expected): StoredAmounts & {
  readonly low_units?: string;
  readonly low_usd?: string;
} {
  const { lowUnits, lowUsd } = expected;
  return {
    ...storedAmounts(expected),
    ...(lowUnits === undefined ? {} : { low_units: unitsText(lowUnits) }),
    ...(lowUsd === undefined ? {} : { low_usd: usdText(lowUsd) }),
  };
}

/** Units and money, as they are stored. */
export function storedAmounts(
  amounts: Pick<Extract<Billed, { kind: "billed" }>, "units" | "usd">,
): StoredAmounts {
  return {
    units: amounts.units === undefined ? undefined : unitsText(amounts.units),
    usd: amounts.usd === undefined ? undefined : usdText(amounts.usd),
  };
}

/** An object without the members that are undefined. */
export function defined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  const whole = Object.values(value).every((member) => member !== undefined);
  if (whole) return value as T;
  const present: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) present[name] = member;
  return present as T;
}

function isDigestOf(key: string, inputs: Stored): boolean {
  try {
    // Stored inputs are mostly canonical already, and text that has the digest is the text that was digested.
    if (sha256Hex(JSON.stringify(inputs)) === key) return true;
    return cacheKey(inputs as unknown as KeyInputs) === key;
  } catch {
    // Text that canonical JSON refuses (a lone surrogate) was never part of a key.
    return false;
  }
}
