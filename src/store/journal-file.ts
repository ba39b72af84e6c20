/**
 * The journal on disk: `.kling/journal.jsonl`, appended to and synced, never rewritten.
 * A line that cannot be read is copied aside once and reported; the file itself stays as it is. Whoever appends holds
 * the project lock. Reading needs no lock: a line that is just being written looks torn, and is left for later.
 */
import { dirname } from "node:path";
import { isoTime } from "../base/clock.js";
import { caution, problem, type Diagnostic } from "../base/diagnostic.js";
import { isRecord } from "../base/guard.js";
import { elide } from "../base/text.js";
import { appendDurable, openToAppend, readTextIf, syncDirectory, type FileSystem } from "./files.js";
import type { JournalEntry, JournalRecord } from "./journal.js";
import { formatLine, parseLine } from "./journal-line.js";
import type { StateDirectory } from "./state-directory.js";

/** A line that cannot be read. */
interface DamagedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A journal's text, understood. */
export interface ParsedJournal {
  readonly records: readonly JournalRecord[];
  readonly damaged: readonly DamagedLine[];
  /** Lines of a version that this klingmake does not know. */
  readonly newer: readonly number[];
  /** Whether the last line lacks its line break. */
  readonly unended: boolean;
}

/** The journal, open for appending. */
export interface Journal {
  /** Everything that could be read, with what was appended since. */
  records(): readonly JournalRecord[];
  /** Damage that was set aside just now; an error when a newer klingmake wrote here. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Writes an entry; on the disk itself when it resolves. Calls are served one after another.
   * @throws the disk's error, after which the next entry still starts on a line of its own.
   */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** Understands a journal's text, whatever stands in it. */
export function parseJournal(text: string): ParsedJournal {
  const records: JournalRecord[] = [];
  const damaged: DamagedLine[] = [];
  const newer: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = parseLine(line);
    if (parsed.kind === "record") records.push(parsed.record);
    if (parsed.kind === "damaged") damaged.push({ line: index + 1, text: line });
    if (parsed.kind === "newer") newer.push(index + 1);
  }
  return { records, damaged, newer, unended: text !== "" && !text.endsWith("\n") };
}

/** What stands in the journal, without touching it: for commands that only look. */
export async function readJournal(
  fs: FileSystem,
  at: StateDirectory,
): Promise<{ readonly records: readonly JournalRecord[]; readonly diagnostics: readonly Diagnostic[] }> {
  const parsed = parseJournal((await readTextIf(fs, at.journal)) ?? "");
  const known = await setAsideBefore(fs, at);
  const lines = parsed.damaged.filter((damage) => !known.has(nameOf(damage)));
  return { records: parsed.records, diagnostics: diagnose(parsed, lines, false) };
}

/** Opens the journal in an existing `.kling/`. `now` gives milliseconds since the epoch. @throws the disk's error. */
export async function openJournal(fs: FileSystem, at: StateDirectory, now: () => number): Promise<Journal> {
  const parsed = parseJournal((await readTextIf(fs, at.journal)) ?? "");
  const known = await setAsideBefore(fs, at);
  const fresh = parsed.damaged.filter((damage) => !known.has(nameOf(damage)));
  if (fresh.length > 0) await setAside(fs, at, fresh);

  const file = await openToAppend(fs, at.journal, "a");
  await syncDirectory(fs, at.path);
  // The directory itself may be as new as the journal in it, whoever made it.
  await syncDirectory(fs, dirname(at.path));
  const records = [...parsed.records];
  let unended = parsed.unended;
  let last: Promise<void> = Promise.resolve();
  const write = async (entry: JournalEntry) => {
    const record: JournalRecord = { ...entry, at: isoTime(now()) };
    const line = `${unended ? "\n" : ""}${formatLine(record)}\n`;
    // Until it is known to be whole, the next entry must not be glued to it.
    unended = true;
    await appendDurable(file, line);
    unended = false;
    records.push(record);
  };
  return {
    records: () => records,
    diagnostics: diagnose(parsed, fresh, true),
    append(entry) {
      const mine = last.then(() => write(entry));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await last;
      await file.close();
    },
  };
}

// Who reads so many knows enough; a whole file of nonsense would be told line by line.
const MOST_TOLD = 20;

function diagnose(
  parsed: ParsedJournal,
  fresh: readonly DamagedLine[],
  kept: boolean,
): readonly Diagnostic[] {
  const file = ".kling/journal.jsonl";
  const place = ({ line, text }: DamagedLine) => {
    const shown = elide(text, 160);
    return { file, line, column: 1, length: Math.max(1, shown.length), text: shown };
  };
  const told = fresh.slice(0, MOST_TOLD);
  return [
    ...told.map((damage) =>
      caution("journal/damaged", `Line ${damage.line} of the journal cannot be read and was passed over`, {
        why: "It was cut short when it was written, or changed since; a paid task that only this line names is found again by its reference",
        help: kept
          ? "The line is kept in .kling/journal.damaged.jsonl; nothing needs to be done"
          : "Nothing needs to be done; the next render that has something to write keeps the line in .kling/journal.damaged.jsonl",
        place: place(damage),
      }),
    ),
    ...(fresh.length === told.length
      ? []
      : [
          caution(
            "journal/damaged",
            `There are ${fresh.length - told.length} more lines of the journal that cannot be read`,
            {
              help: kept
                ? "They are kept in .kling/journal.damaged.jsonl as well"
                : "Look at .kling/journal.jsonl: is it the file that klingmake wrote?",
            },
          ),
        ]),
    ...parsed.newer.slice(0, 1).map((line) =>
      problem("journal/damaged", `Line ${line} of the journal was written by a newer klingmake`, {
        why: "What it says about paid work cannot be understood here",
        help: "Update klingmake before you render in this project",
      }),
    ),
  ];
}

function nameOf(damage: DamagedLine): string {
  return `${damage.line} ${damage.text}`;
}

async function setAsideBefore(fs: FileSystem, at: StateDirectory): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const line of ((await readTextIf(fs, at.damagedJournal)) ?? "").split("\n")) {
    try {
      const data: unknown = JSON.parse(line);
      if (isRecord(data) && typeof data["line"] === "number" && typeof data["text"] === "string") {
        names.add(nameOf({ line: data["line"], text: data["text"] }));
      }
    } catch {
      // A torn line here only means that the damage is copied once more.
    }
  }
  return names;
}

async function setAside(fs: FileSystem, at: StateDirectory, damaged: readonly DamagedLine[]): Promise<void> {
  const file = await openToAppend(fs, at.damagedJournal, "a");
  try {
    const lines = damaged.map(({ line, text }) => JSON.stringify({ v: 1, line, text }));
    // It begins with a line break, in case the last copy was cut short.
    await appendDurable(file, `\n${lines.join("\n")}\n`);
  } finally {
    await file.close();
  }
}
