/**
 * Fails a test file in which anything reached the prototypes that all objects share.
 */
import { afterAll, beforeAll, expect } from "vitest";

const SHARED = [
  Object.prototype,
  Array.prototype,
  String.prototype,
  Function.prototype,
  Map.prototype,
  Promise.prototype,
];

/** What stands on the shared prototypes, by name and value. */
function contents(): readonly (readonly [string | symbol, unknown])[] {
  return SHARED.flatMap((each) =>
    Reflect.ownKeys(each).map((name) => [name, Reflect.getOwnPropertyDescriptor(each, name)?.value] as const),
  );
}

/** To be called at the top of a test file. */
export function prototypesUntouched(): void {
  let before: ReturnType<typeof contents> = [];
  beforeAll(() => {
    before = contents();
  });
  afterAll(() => {
    expect(contents()).toEqual(before);
  });
}
