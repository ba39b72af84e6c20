/**
 * Reads the members of a stored JSON object, collecting what is wrong instead of stopping at it.
 * What it returns after a complaint is a stand-in: whoever reads looks at the complaints before using anything.
 */
import { asSha256, type Sha256 } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { micros, milliUnits, type Micros, type MilliUnits } from "../base/money.js";
import { formatDecimal, parseDecimal } from "./decimal.js";

/** What is wrong with a stored value: where, as a JSON pointer, and what was wanted there. */
export interface Complaint {
  readonly at: string;
  readonly want: string;
}

const NONE: Readonly<Record<string, unknown>> = {};
const ZEROS = "0".repeat(64);

/** The members of one object. Methods named `…If` take absence for an answer. */
export class Members {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #at: string;
  readonly #complaints: Complaint[];

  constructor(value: unknown, at: string, complaints: Complaint[]) {
    this.#at = at;
    this.#complaints = complaints;
    this.#record = isRecord(value) ? value : NONE;
    if (!isRecord(value)) complaints.push({ at, want: "an object" });
  }

  /** Whether there is a member of this name. */
  has(name: string): boolean {
    return Object.hasOwn(this.#record, name);
  }

  /** Text, not empty. */
  text(name: string): string {
    const value = this.#get(name);
    return typeof value === "string" && value !== "" ? value : this.#wrong(name, "text", "");
  }

  textIf(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  /** A list of texts. */
  textsIf(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#get(name);
    return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "")
      ? (value as string[])
      : this.#wrong(name, "a list of texts", []);
  }

  oneOf<const T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
    const value = this.#get(name);
    const found = allowed.find((each) => each === value);
    return found ?? this.#wrong(name, `one of ${allowed.join(", ")}`, allowed[0]);
  }

  /** A word out of a set that later versions may add to. */
  word(name: string): string {
    return this.#matching(name, WORD, "a word of small letters");
  }

  wordIf(name: string): string | undefined {
    return this.has(name) ? this.word(name) : undefined;
  }

  /** A media type, such as `video/mp4`. */
  mediaType(name: string): string {
    return this.#matching(name, MEDIA_TYPE, "a media type");
  }

  /** An integer of at least `least`, and at most `most`. */
  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#get(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) {
      return value;
    }
    const want = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return this.#wrong(name, `an integer ${want}`, least);
  }

  integerIf(name: string, least: number): number | undefined {
    return this.has(name) ? this.integer(name, least) : undefined;
  }

  /** A number that is not negative. */
  numberIf(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#get(name);
    return typeof value === "number" && value >= 0 ? value : this.#wrong(name, "a number", 0);
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    return typeof value === "boolean" ? value : this.#wrong(name, "true or false", false);
  }

  flagIf(name: string): boolean | undefined {
    return this.has(name) ? this.flag(name) : undefined;
  }

  sha256(name: string): Sha256 {
    return asSha256(this.#get(name)) ?? this.#wrong(name, "a SHA-256 digest", ZEROS as Sha256);
  }

  /** A map from digests to digests. */
  digests(name: string): Readonly<Record<string, Sha256>> {
    const value = this.#get(name);
    return isRecord(value) &&
      Object.entries(value).every(
        ([key, digest]) => asSha256(key) !== undefined && asSha256(digest) !== undefined,
      )
      ? (value as Record<string, Sha256>)
      : this.#wrong(name, "a map of SHA-256 digests", {});
  }

  /** Money as a decimal text of US dollars. */
  usdIf(name: string): Micros | undefined {
    const amount = this.#decimalIf(name, 6);
    return amount === undefined ? undefined : micros(amount);
  }

  usd(name: string): Micros {
    return this.usdIf(name) ?? this.#wrong(name, "a decimal in quotes", micros(0));
  }

  /** Vendor's units as a decimal text. */
  unitsIf(name: string): MilliUnits | undefined {
    const amount = this.#decimalIf(name, 3);
    return amount === undefined ? undefined : milliUnits(amount);
  }

  /** A date and time in UTC, ISO 8601. */
  time(name: string): string {
    const value = this.#get(name);
    return typeof value === "string" && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value))
      ? value
      : this.#wrong(name, "a time in ISO 8601 (UTC)", "1970-01-01T00:00:00.000Z");
  }

  timeIf(name: string): string | undefined {
    return this.#get(name) === undefined ? undefined : this.time(name);
  }

  /** The members of the object at `name`. */
  object(name: string): Members {
    return new Members(this.#get(name), `${this.#at}/${name}`, this.#complaints);
  }

  /** The members of each object in the list at `name`. */
  objects(name: string): readonly Members[] {
    const value = this.#get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : this.#wrong(name, "a list", []);
    return list.map((each, index) => new Members(each, `${this.#at}/${name}/${index}`, this.#complaints));
  }

  isNull(name: string): boolean {
    return this.#get(name) === null;
  }

  objectIf(name: string): Members | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** The plain object at `name`, as it stands. */
  raw(name: string): Readonly<Record<string, unknown>> {
    const value = this.#get(name);
    return isRecord(value) ? value : this.#wrong(name, "an object", NONE);
  }

  /** Complains about a member. */
  complain(name: string, want: string): void {
    this.#complaints.push({ at: `${this.#at}/${name}`, want });
  }

  #get(name: string): unknown {
    return this.has(name) ? this.#record[name] : undefined;
  }

  #decimalIf(name: string, places: number): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#get(name);
    const amount = typeof value === "string" ? parseDecimal(value, places) : undefined;
    return amount ?? this.#wrong(name, `a decimal in quotes, such as "1.5"`, 0);
  }

  #matching(name: string, pattern: RegExp, want: string): string {
    const value = this.#get(name);
    return typeof value === "string" && pattern.test(value) ? value : this.#wrong(name, want, "");
  }

  #wrong<T>(name: string, want: string, standIn: T): T {
    this.complain(name, want);
    return standIn;
  }
}

const WORD = /^[a-z][a-z0-9_-]{0,31}$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Money as it is stored. */
export function usdText(amount: Micros): string {
  return formatDecimal(amount, 6);
}

/** Units as they are stored. */
export function unitsText(amount: MilliUnits): string {
  return formatDecimal(amount, 3);
}
