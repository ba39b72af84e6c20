/**
 * What a watcher tells, as JSON: snake_case, money as decimal strings, converted by hand. Plans are told as what changed
 * and what may be ordered; `plan --json` has all of one.
 */
import {
  diagnosticJson,
  type Difference,
  type Look,
  type WatchEnd,
  type WatchNews,
  type WatchStand,
} from "../index.js";
import { plannedData, totalsData, type Data } from "./data-plan.js";
import { eventData } from "./data-run.js";
import { usdJson } from "../show/money-text.js";

/** News without its envelope; the caller adds schema, version and time. */
export function newsData(news: WatchNews): Data {
  switch (news.type) {
    case "looked":
      return { type: "watch_looked", ...lookData(news.look) };
    case "faulty":
      return { type: "watch_faulty", diagnostics: news.diagnostics.map((each) => diagnosticJson(each)) };
    case "run":
      return { type: "watch_run", digest: news.plan.digest, steps: news.plan.steps.length };
    case "event":
      return eventData(news.event);
    case "ran":
      return {
        type: "watch_ran",
        status: news.report.status,
        exit: news.report.exit,
        diagnostics: news.report.diagnostics.map((each) => diagnosticJson(each)),
      };
    case "stand":
      return { type: "watch_stand", ...standData(news.stand) };
    case "notice":
      return { type: "notice", message: news.message };
  }
}

function lookData({ plan, differences, isSave, due, waiting, diagnostics }: Look): Data {
  return {
    digest: plan.digest,
    project: plan.project,
    profile: plan.profile,
    realm: plan.realm,
    after_save: isSave,
    count: plan.totals.count,
    create: totalsData(plan.totals.create),
    differences: differences.map(differenceData),
    due,
    waiting: waiting.map(({ step, why }) => ({ step, why })),
    diagnostics: diagnostics.map((each) => diagnosticJson(each)),
  };
}

function differenceData(difference: Difference): Data {
  switch (difference.kind) {
    case "added":
      return { kind: difference.kind, step: plannedData(difference.planned) };
    case "removed":
      return { kind: difference.kind, step: { id: difference.step } };
    case "edited":
      return { kind: difference.kind, step: plannedData(difference.planned), changes: difference.changes };
    case "moved":
      return { kind: difference.kind, step: plannedData(difference.planned), was: difference.was };
  }
}

function standData({ phase, faulty, paused, session, overtaken, failed }: WatchStand): Data {
  return {
    phase,
    faulty,
    paused,
    ...(session === undefined
      ? {}
      : { session: { ceiling: usdJson(session.ceiling), used: usdJson(session.used) } }),
    overtaken,
    failed,
  };
}

/** How a watcher ended. */
export function endData({ underWay, used }: WatchEnd): Data {
  return { status: "ended", under_way: underWay, used: usdJson(used) };
}
