/**
 * What stays with the vendor, as text and as JSON: each thing with whose result it is and who uses it, and what became of
 * it. Foreign text is made safe here.
 */
import { counted, listWords, safeText, type DeleteReport, type ThingReport } from "../index.js";
import type { Paint } from "./colours.js";
import type { Data } from "./data-plan.js";
import { excludedData } from "./data-settle.js";
import { wrap } from "./layout.js";

type Shown = Extract<DeleteReport, { readonly things: readonly ThingReport[] }>;

/** The page, with a line break at its end. */
export function thingsPage(
  { things, status }: Shown,
  project: string,
  paint: Paint,
  columns: number,
): string {
  if (things.length === 0) {
    const none =
      status === "listed"
        ? "no element or voice of this project is with the vendor"
        : "there is nothing to delete";
    return `${wrap(`${safeText(project)}: ${none}`, columns).join("\n")}\n`;
  }
  const lines = things.flatMap((each) => [...thingLines(each, paint, columns), ""]);
  const gone = things.filter(({ thing, came }) => isGone(thing.handle.deleted, came)).length;
  const count = (kind: string) => things.filter(({ thing }) => thing.kept === kind).length;
  const all = [
    ...(count("element") === 0 ? [] : [counted(count("element"), "element")]),
    ...(count("voice") === 0 ? [] : [counted(count("voice"), "voice")]),
  ];
  const sum = `${all.join(", ")}; ${gone} deleted`;
  return `${[...lines, ...wrap(sum, columns)].join("\n")}\n`;
}

/** What is about to be deleted, and whether it shall be. The question stands in the last line. */
export function deleteQuestion(things: readonly ThingReport[], paint: Paint, columns: number): string {
  const going = things.filter(({ thing }) => thing.handle.deleted === undefined);
  const what = going.length === 1 ? "it" : `these ${going.length}`;
  return [
    ...going.flatMap((each) => thingLines(each, paint, columns)),
    ...wrap("This is free and cannot be undone; whoever else names the same ids loses them, too.", columns),
    `Delete ${what} at the vendor? [y/N] `,
  ].join("\n");
}

function isGone(deleted: string | undefined, came: ThingReport["came"]): boolean {
  return deleted !== undefined || came?.kind === "deleted" || came?.kind === "absent";
}

function thingLines(
  { thing, users, waiting, came }: ThingReport,
  paint: Paint,
  columns: number,
): readonly string[] {
  const flow = (text: string) => wrap(text, columns - 4).map((line) => `    ${line}`);
  const { kept, id, handle, steps } = thing;
  const whose = steps.length === 0 ? "no step's result any more" : `of ${listWords(steps.map(safeText))}`;
  const fate = cameText(handle.deleted, came);
  const isBad = came?.kind === "refused" || came?.kind === "unanswered";
  const rendered = users.filter((step) => !waiting.includes(step));
  return [
    paint.strong(`${kept} ${safeText(id)}`),
    ...flow(`${whose} · made ${handle.completed.slice(0, 10)} · task ${safeText(handle.task)}`).map(
      paint.faint,
    ),
    ...(rendered.length === 0
      ? []
      : flow(`used by ${listWords(rendered.map(safeText))}: rendered, and staying`)),
    ...(waiting.length === 0
      ? []
      : flow(
          `needed by ${listWords(waiting.map(safeText))}: still to be rendered, and blocked without it`,
        ).map(paint.costly)),
    ...(fate === "" ? [] : flow(fate).map(isBad ? paint.bad : same)),
  ];
}

function cameText(deleted: string | undefined, came: ThingReport["came"]): string {
  switch (came?.kind) {
    case "deleted":
      return "deleted";
    case "absent":
      return "was gone already; it is on record as deleted now";
    case "stopped":
      return "stopped before it was deleted";
    case "refused":
      return `not deleted: ${safeText(came.error.message)}${came.error.help === undefined ? "" : `; ${came.error.help}`}`;
    case "unanswered":
      return `perhaps not deleted: ${safeText(came.why)}; run the same command again`;
    case "already":
    case undefined:
      return deleted === undefined ? "" : `deleted on ${deleted.slice(0, 10)}`;
  }
}

function same(text: string): string {
  return text;
}

/** The same as JSON: snake_case, field by field. */
export function deleteData(report: DeleteReport): Data {
  switch (report.status) {
    case "invalid":
      return { status: report.status };
    case "locked":
    case "refused":
    case "route":
      return excludedData(report);
    case "listed":
    case "deleted":
    case "declined":
    case "confirmation_needed":
      return { status: report.status, realm: report.realm, things: report.things.map(thingData) };
  }
}

function thingData({ thing, users, waiting, came }: ThingReport): Data {
  const { kept, id, handle, key, steps, stands } = thing;
  return {
    kind: kept,
    id,
    task: handle.task,
    key,
    stands,
    steps,
    used_by: users,
    waiting,
    completed: handle.completed,
    ...(handle.deleted === undefined ? {} : { deleted: handle.deleted }),
    ...(came === undefined ? {} : { came: cameData(came) }),
  };
}

function cameData(came: NonNullable<ThingReport["came"]>): Data {
  switch (came.kind) {
    case "refused":
      return { kind: came.kind, code: came.error.code, message: came.error.message };
    case "unanswered":
      return { kind: came.kind, why: came.why };
    case "deleted":
    case "absent":
    case "already":
    case "stopped":
      return { kind: came.kind };
  }
}
