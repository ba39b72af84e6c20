/**
 * The shape of a precompiled JSON Schema validator and of what it reports (JSON pointers and keywords of ajv).
 * Validators are generated at build time; the compiler itself is never loaded at run time.
 */

/** One finding of a validator. */
export interface SchemaFinding {
  /** JSON pointer to the offending value: `/shots/010/duration`. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** The schema that said no, when the validator was compiled with `verbose`. */
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

/** A precompiled validator: true when valid, else findings are in `errors`. */
export interface Validator {
  (data: unknown): boolean;
  errors?: readonly SchemaFinding[] | null;
}

/** `/a/b~1c` → `["a", "b/c"]`. */
export function pointerPath(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
