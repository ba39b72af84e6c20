/**
 * Reads a JSON body strictly: every field by name and kind, and at the end no field that nobody asked for.
 * It knows kinds and ranges, not products. It never throws: what is wrong becomes a refusal in the order in which it
 * was met, and the caller answers with the first, as the vendor does. A field that is wrong reads as absent.
 * Null is a wrong kind, not an absence.
 */

import { isRecord } from "../../base/guard.js";

/** What a request is refused with: the vendor's code and a sentence. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** The vendor's code for a bad key or value. */
const BAD_VALUE = 1201;

/** Collects what is wrong with a request. */
export class Complaints {
  readonly #list: Refusal[] = [];

  /** Notes a bad key or value. */
  add(message: string): void {
    this.#list.push({ code: BAD_VALUE, message });
  }

  /** Notes `message` when `wrong` is true. */
  when(wrong: boolean, message: string): void {
    if (wrong) this.add(message);
  }

  /** The complaint that was met first. */
  first(): Refusal | undefined {
    return this.#list[0];
  }
}

/** One object of a body, read field by field. */
export class Fields {
  readonly #seen = new Set<string>();

  constructor(
    private readonly record: Readonly<Record<string, unknown>>,
    private readonly complaints: Complaints,
    /** How messages name this object: empty for the body itself, else a path that ends in a dot. */
    private readonly path = "",
  ) {}

  /** Whether the field is there at all, of whatever kind; counts as asking for it. */
  has(name: string): boolean {
    this.#seen.add(name);
    return this.record[name] !== undefined;
  }

  /** A string of at most `most` characters; `least` is 0 unless told. */
  text(name: string, most = Infinity, least = 0): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    if (typeof value !== "string") return this.#wrong(name, "must be a string");
    const length = [...value].length;
    if (length > most) return this.#wrong(name, `must be at most ${most} characters, got ${length}`);
    if (length < least) return this.#wrong(name, "must not be empty");
    return value;
  }

  /** The name of something the vendor keeps: a string or a whole number, read as a string. */
  identifier(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    const good = (typeof value === "string" && value !== "") || Number.isSafeInteger(value);
    return good ? String(value) : this.#wrong(name, `must be an id, got ${show(value)}`);
  }

  /** One of a closed list of strings. */
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    const found = allowed.find((candidate) => candidate === value);
    return found ?? this.#wrong(name, `must be one of ${allowed.join(", ")}; got ${show(value)}`);
  }

  /** A whole number from a range. */
  whole(name: string, least: number, most: number): number | undefined {
    const value = this.number(name, least, most);
    return value === undefined || Number.isInteger(value)
      ? value
      : this.#wrong(name, "must be a whole number");
  }

  /** A number from a range, both ends included. */
  number(name: string, least: number, most: number): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    if (typeof value !== "number") return this.#wrong(name, `must be a number, got ${show(value)}`);
    return value >= least && value <= most
      ? value
      : this.#wrong(name, `must be from ${least} to ${most}, got ${value}`);
  }

  /** True or false. */
  flag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    return typeof value === "boolean"
      ? value
      : this.#wrong(name, `must be true or false, got ${show(value)}`);
  }

  /** A nested object. */
  object(name: string): Fields | undefined {
    if (!this.has(name)) return undefined;
    const value = this.record[name];
    return isRecord(value)
      ? new Fields(value, this.complaints, `${this.path}${name}.`)
      : this.#wrong(name, "must be an object");
  }

  /** An array of objects, with at most `most` of them. */
  objects(name: string, most = Infinity): readonly Fields[] {
    if (!this.has(name)) return [];
    const value = this.record[name];
    if (!Array.isArray(value)) return this.#wrong(name, "must be an array") ?? [];
    if (value.length > most) this.#wrong(name, `takes at most ${most}, got ${value.length}`);
    return value.flatMap((item: unknown, i): Fields[] => {
      if (isRecord(item)) return [new Fields(item, this.complaints, `${this.path}${name}[${i}].`)];
      this.#wrong(`${name}[${i}]`, "must be an object");
      return [];
    });
  }

  /** An array of strings. */
  texts(name: string): readonly string[] {
    if (!this.has(name)) return [];
    const value = this.record[name];
    const good = Array.isArray(value) && value.every((item: unknown) => typeof item === "string");
    return good ? value : (this.#wrong(name, "must be an array of strings") ?? []);
  }

  /** Complains when the field is absent. */
  require(...names: readonly string[]): void {
    for (const name of names) if (!this.has(name)) this.#wrong(name, "is required");
  }

  /** Complains about every field that was never asked for. */
  done(): void {
    for (const name of Object.keys(this.record)) {
      if (!this.#seen.has(name)) this.complaints.add(`unknown field ${this.path}${name}`);
    }
  }

  /** How messages name a field of this object. */
  name(field: string): string {
    return `${this.path}${field}`;
  }

  #wrong(name: string, message: string): undefined {
    this.complaints.add(`${this.path}${name} ${message}`);
    return undefined;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
