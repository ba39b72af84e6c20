/**
 * A gateway in the place of the vendor, as the environment names it: what it cannot be asked for, at the place in the
 * manifest where it is asked. A plan shows such steps as blocked; before money they are problems like any other.
 */
import { problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import type { Opened } from "./engine-prepare.js";
import { checkUnified } from "./graph/rules-unified.js";
import { sourceFacts } from "./graph/source.js";
import type { Graph } from "./graph/step.js";
import type { Plan } from "./plan/plan.js";
import { obstacleText } from "./plan/reason.js";

/** All that is to be said of a plan: with what of its creates the gateway cannot be asked for. */
export async function withMisfits(
  opened: Pick<Opened, "catalog" | "put">,
  { value, diagnostics }: Checked<{ readonly plan: Plan; readonly graph: Graph }>,
): Promise<readonly Diagnostic[]> {
  return value === undefined ? diagnostics : [...diagnostics, ...(await misfits(opened, value))];
}

async function misfits(
  { catalog, put }: Pick<Opened, "catalog" | "put">,
  { plan, graph }: { readonly plan: Plan; readonly graph: Graph },
): Promise<readonly Diagnostic[]> {
  const actions = new Map(graph.steps.map(({ id, action }) => [id, action]));
  const isBlocked = plan.steps.some(
    ({ decision }) => decision.kind === "blocked" && isMisfit(decision.because),
  );
  if (!isBlocked) return [];
  const found = plan.steps.flatMap(({ step, decision }): readonly Diagnostic[] => {
    if (decision.kind !== "blocked") return [];
    const { because } = decision;
    // What waits for a step that cannot be rendered may be no better: all is said at once.
    if (!isMisfit(because) && because.because !== "upstream") return [];
    const source = sourceFacts(step.action, (id) => actions.get(id));
    const beyond = checkUnified(step.action, catalog, step.path, source);
    if (beyond.length > 0 || because.because === "upstream") return beyond;
    const { why: message, help } = obstacleText(because, step.id);
    return [problem("catalog/unsupported", message, { path: step.path, on: "key", help })];
  });
  return put(found);
}

function isMisfit(because: { readonly because: string; readonly by?: unknown }): boolean {
  return because.because === "unsupported" && because.by === "unified";
}
