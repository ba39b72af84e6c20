/**
 * Looks into the table of the manifest's fields: which keys are legal at a path, what a value should be, where a
 * misplaced key would belong. The table is generated from the schema; words about a field are the schema's own.
 */
import type { Path } from "../base/diagnostic.js";
import { FIELDS } from "./fields.generated.js";

/** One place of the manifest: a slim copy of its schema. */
export interface Field {
  /** First sentence of the description. */
  readonly about?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Field>>;
  /** What every value of a mapping with free keys is; false when other keys are refused. */
  readonly additionalProperties?: boolean | Field;
  /** What keys of a mapping with free keys may look like. */
  readonly names?: string;
  /** Whether keys that begin with `x-` are left to the author. */
  readonly open?: boolean;
  readonly items?: Field;
  readonly $ref?: string;
}

/** The whole manifest's field, and those that others refer to. */
export interface FieldTable extends Field {
  readonly $defs: Readonly<Record<string, Field>>;
}

/** The field at a path; undefined where the schema knows none. */
export function fieldAt(path: Path): Field | undefined {
  let field: Field | undefined = FIELDS;
  for (const key of path) {
    if (field === undefined) return undefined;
    field = typeof key === "number" ? settled(field.items) : memberOf(field, key);
  }
  return field;
}

/** The keys that a field has by name. */
export function keysOf(field: Field | undefined): readonly string[] {
  return Object.keys(field?.properties ?? {});
}

/** Where else a key would be legal: `shots.<id>`, `defaults.video`. At most `limit` places. */
export function homesOf(key: string, limit: number): readonly string[] {
  const found: string[] = [];
  const look = (field: Field, place: string, depth: number): void => {
    if (field.properties && Object.hasOwn(field.properties, key)) found.push(place);
    // Deeper than the fields of a profile's overrides, nothing has a name that is mistaken for another place's.
    if (depth === 0) return;
    for (const [name, member] of Object.entries(field.properties ?? {})) {
      const inner = settled(member);
      if (inner) look(inner, place === "" ? name : `${place}.${name}`, depth - 1);
    }
    const each = field.additionalProperties;
    if (typeof each === "object") look(settled(each) ?? each, `${place}.ID`, depth - 1);
  };
  look(FIELDS, "", 3);
  return found.slice(0, limit);
}

function memberOf(field: Field, key: string): Field | undefined {
  const own = field.properties && Object.hasOwn(field.properties, key) ? field.properties[key] : undefined;
  if (own !== undefined) return settled(own);
  return typeof field.additionalProperties === "object" ? settled(field.additionalProperties) : undefined;
}

/** A field with what it refers to; its own words win. */
function settled(field: Field | undefined): Field | undefined {
  if (field?.$ref === undefined) return field;
  const target = FIELDS.$defs[field.$ref.slice("#/$defs/".length)];
  return target === undefined ? field : { ...target, ...field };
}
