/**
 * A film in memory with a page that is told what happens to it, as a watcher tells it: looks, runs and their events.
 */
import { hasErrors } from "../../src/base/diagnostic.js";
import type { PlanRequest } from "../../src/engine-prepare.js";
import type { RenderRequest } from "../../src/engine-render.js";
import type { WatchStand } from "../../src/engine-watch.js";
import type { Film, ShotView, StepView } from "../../src/page/film.js";
import { openFilm } from "../../src/page/make-film.js";
import type { RunEvent } from "../../src/run/event.js";
import { film } from "../engine/film.js";

/** A watcher with nothing to do. */
export const IDLE: WatchStand = { phase: "idle", faulty: false, paused: false, overtaken: 0, failed: [] };

/** A film and its page. */
export function watched(manifest: string, script: Parameters<typeof film>[1] = {}) {
  const set = film(manifest, script);
  const page = openFilm();
  const take: typeof page.take = (news, nowMs) => page.take(news, nowMs);
  const now = (): Film => {
    const shown = page.film(set.clock.now());
    if (shown === undefined) throw new Error("nothing is shown yet");
    return shown;
  };
  const shot = (name: string): ShotView => {
    const found = now().shots.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not shown`);
    return found;
  };
  return {
    set,
    now,
    shot,
    take,
    /** Reads and plans, and tells the page. */
    async look(request: PlanRequest = {}) {
      const project = await set.open();
      const { value: plan, diagnostics } = await project.plan(request);
      if (plan === undefined || hasErrors(diagnostics))
        return take({ type: "faulty", diagnostics, project }, set.clock.now());
      const look = { project, plan, diagnostics, differences: [], due: [], waiting: [], isSave: true };
      return take({ type: "looked", look }, set.clock.now());
    },
    /** Renders, and tells the page everything; `seen` is told after each event. */
    async render(request: RenderRequest = {}, seen: (event: RunEvent) => void = () => undefined) {
      const project = await set.open();
      const report = await set.clock.drive(
        project.render({
          ...request,
          ask: () => Promise.resolve(true),
          onPlan: (plan) => take({ type: "run", plan }, set.clock.now()),
          emit: (event) => {
            take({ type: "event", event }, set.clock.now());
            seen(event);
          },
        }),
      );
      take({ type: "ran", report }, set.clock.now());
      return report;
    },
    step(id: string): StepView {
      const found = now()
        .shots.flatMap(({ steps }) => steps)
        .find((each) => each.id === id);
      if (found === undefined) throw new Error(`${id} is not shown`);
      return found;
    },
  };
}
