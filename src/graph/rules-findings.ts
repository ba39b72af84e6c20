/**
 * What the rules of one endpoint find about one step: every finding has the same source, which is said as its reason.
 */
import { caution, problem, type Diagnostic, type Path } from "../base/diagnostic.js";

/** Where a finding points, from the step on: a field, or the way to a part of one. */
type Where = string | readonly (string | number)[];

/** Findings about one step, as they are made. */
export interface Findings {
  readonly found: Diagnostic[];
  readonly path: Path;
  readonly why: string;
  /** The endpoint would refuse it. */
  readonly refuse: (where: Where, message: string, help: string, on?: "key" | "value") => void;
  /** It may be taken, and does not mean what it seems to. */
  readonly warn: (where: Where, message: string, help: string) => void;
}

/** Findings about the step at `path`, by the rules that `why` names. */
export function findingsAt(path: Path, why: string): Findings {
  const found: Diagnostic[] = [];
  const at = (where: Where): Path => [...path, ...(typeof where === "string" ? [where] : where)];
  return {
    found,
    path,
    why,
    refuse: (where, message, help, on = "value") => {
      const more = { path: at(where), ...(on === "key" ? { on } : {}), why, help };
      found.push(problem("catalog/unsupported", message, more));
    },
    warn: (where, message, help) => {
      found.push(caution("catalog/unsupported", message, { path: at(where), why, help }));
    },
  };
}
