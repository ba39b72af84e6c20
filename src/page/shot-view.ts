/**
 * One entry of the manifest as the page shows it: its steps along the chain, and which of them stands for it.
 */
import type { Past, PlannedStep, StepId } from "../index.js";
import { baseOf, type Entry } from "../show/film-order.js";
import type { Standing } from "../show/run-board.js";
import type { StepsById } from "../show/step-text.js";
import type { ShotView, StepView } from "./film.js";
import { shown } from "./shown.js";
import { stepView } from "./step-view.js";

/** What an entry is shown with. */
export interface ShotContext {
  readonly past: Past | undefined;
  readonly byId: StepsById;
  /** The project's directory. */
  readonly root: string;
  /** Where a run has a step that it means as the plan does. */
  readonly standingOf: (planned: PlannedStep) => Standing | undefined;
  /** Whether a step failed in this session, and waits for a person. */
  readonly hasFailed: (id: StepId) => boolean;
}

const REMARK_MOST = 2000;

/** An entry as the page shows it. */
export function shotView(entry: Entry<PlannedStep>, context: ShotContext): ShotView {
  const { past, byId, root } = context;
  const takes = new Map<string, number>();
  for (const { step } of entry.steps) takes.set(baseOf(step), (takes.get(baseOf(step)) ?? 0) + 1);
  const steps = entry.steps.map((planned) => {
    const standing = context.standingOf(planned);
    return stepView(planned, {
      past,
      byId,
      root,
      ...(standing === undefined ? {} : { standing }),
      failed: context.hasFailed(planned.step.id),
      candidate: (takes.get(baseOf(planned.step)) ?? 1) > 1,
    });
  });
  const { notes, tags = [] } = past?.remarks.get(entry.name) ?? {};
  const title = entry.title === undefined ? undefined : shown(entry.title, root, REMARK_MOST);
  return {
    name: entry.name,
    kind: entry.kind,
    id: entry.id,
    ...(title === undefined ? {} : { title }),
    ...(notes === undefined ? {} : { notes: shown(notes, root, REMARK_MOST) }),
    tags: tags.map((tag) => shown(tag, root, 200)),
    steps,
    shown: standsFor(entry.steps, steps),
    plays: entry.kind === "shot",
  };
}

/** The last step in the take that others use; of a series, whose bundle nobody can look at, its first picture. */
function standsFor(planned: readonly PlannedStep[], views: readonly StepView[]): string {
  const used = planned.filter(({ step }) => !step.candidate && step.action.kind !== "frame");
  const last = used.findLast(({ step }) => step.action.kind !== "picture");
  const picture = used.find(({ step }) => step.action.kind === "picture");
  const hasMedia = views.some(({ id, media }) => id === last?.step.id && media !== undefined);
  const chosen = (hasMedia ? undefined : picture) ?? last ?? planned.at(-1);
  return chosen?.step.id ?? "";
}
