/**
 * What `--json` prints: exactly one envelope on one line of stdout, whatever happens.
 *
 *   {"schema":"klingmake/envelope","version":1,"command","ok","exit","data","diagnostics"}
 *
 * `ok` is `exit` 0 or 2. Money is `{"usd":"0.21"}`, units are `"1.5"`: exact decimal strings. `data` by command:
 *   init      root, project, written, extended, kept, schema
 *   fmt       file, changed
 *   validate  file, project, profiles, errors, warnings
 *   plan      digest, project, profile, realm, steps, totals, overtaken, account, committed, budget, expected_seconds,
 *             wants_yes
 *   render    status, then as plan, then what the status brings: outcomes, spent, interrupted, holder, uncovered, ...
 *   watch     status, under_way, used
 *   download  status, then as render; not_rendered, rest (status, copies); with --again: status, copies
 *   reconcile status, realm, matters (step, reference, task, standing, reserved, way, settled, ...)
 *   adopt     status, step, key, artifact, attempt, flags, output, conflict, dependents
 *   delete    status, realm, things (kind, id, task, steps, used_by, waiting, deleted, came)
 *   status    project, profile, count, steps (as in plan, with standing)
 *   why       step (as in plan), key_inputs, before, changes, dependents, task
 *   graph     project, profile, realm, steps (id, action, needs, output, title)
 *   doctor    status, findings (check, status, found, todo), account, packs, concurrency, clock_skew_seconds
 *   models    models          schema   the schema          sandbox   url, credentials
 *   page      url             report   folder, project, profile, media, bytes, absent
 *   completion  shell, script
 * Wrong usage and our own bugs carry `data.error`. Members may be added; renames and removals raise `version`.
 * `--events` writes lines of `{"schema":"klingmake/event","version":1,"at","type",...}` and ends with one envelope; those of
 * `watch` are of `data-watch.ts` too.
 */
import { escapeInvisible } from "../index.js";
import type { Command } from "./commands.js";

/** Everything but the frame. */
export interface EnvelopeBody {
  /** Absent when the command line was not understood. */
  readonly command?: Command["name"];
  readonly exit: number;
  readonly data: unknown;
  /** Diagnostics as JSON. */
  readonly diagnostics: readonly unknown[];
}

/** The envelope as one line with its line break. */
export function envelopeLine({ command, exit, data, diagnostics }: EnvelopeBody): string {
  const ok = exit === 0 || exit === 2;
  return jsonLine({
    schema: "klingmake/envelope",
    version: 1,
    command: command ?? null,
    ok,
    exit,
    data,
    diagnostics,
  });
}

/** An event as one line with its line break. `epochMs` is when it happened. */
export function eventLine(epochMs: number, event: Readonly<Record<string, unknown>>): string {
  return jsonLine({ schema: "klingmake/event", version: 1, at: new Date(epochMs).toISOString(), ...event });
}

/** JSON on one line, equal data, in which nothing can move a cursor or reorder what is read. */
function jsonLine(value: unknown): string {
  return `${escapeInvisible(JSON.stringify(value))}\n`;
}
