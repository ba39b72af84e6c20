/**
 * What happened in simulated stories, counted, and told line by line where somebody wants to read one.
 */

/** Counts of a range of seeds. */
export class Census {
  readonly counts = new Map<string, number>();
  /** The story so far; absent where nobody reads it. */
  readonly lines: string[] | undefined;

  constructor(told = false) {
    this.lines = told ? [] : undefined;
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** Tells a line; built only where it is read. */
  tell(line: () => string): void {
    this.lines?.push(line());
  }

  /** Adds another census. */
  add(counts: Iterable<readonly [string, number]>): void {
    for (const [what, times] of counts) this.count(what, times);
  }
}
