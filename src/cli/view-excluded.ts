/**
 * Why a command could not begin: another process, a disk or a route that refuses.
 */
import type { Excluded } from "../index.js";
import type { Paint } from "./colours.js";
import { wrap } from "./layout.js";

/** Why nothing was begun. */
export type NotBegun =
  | Pick<Extract<Excluded, { status: "locked" }>, "status" | "holder">
  | Pick<Extract<Excluded, { status: "refused" }>, "status" | "message" | "help">
  | { readonly status: "route"; readonly message: string; readonly help: string };

/** The note, with a line break at its end. */
export function excludedNote(report: NotBegun, paint: Paint, columns: number): string {
  const flow = (text: string) => wrap(text, columns).join("\n");
  const lines =
    report.status === "locked"
      ? [
          paint.bad(flow("locked: another klingmake is at work in this project")),
          ...(report.holder === undefined
            ? []
            : [
                flow(
                  `${report.holder.command} (process ${report.holder.pid} on ${report.holder.host}, since ${report.holder.started})`,
                ),
              ]),
          flow("wait until it is done, or stop it; its tasks are not lost"),
        ]
      : [paint.bad(flow(report.message)), flow(report.help)];
  return `${lines.join("\n")}\n`;
}
