/**
 * Models that a server refused as discontinued, in `.kling/cache/refused-models.json`: not to be asked for what is known to
 * be doomed. A cache: it may be deleted or damaged at no cost, because the server says it again; an unreadable one is empty.
 */
import { join } from "node:path";
import { elide } from "../base/text.js";
import { diskCode, look, PRIVATE_FILE, readTextIf, writeAtomic, type FileSystem } from "./files.js";
import { sortedJson } from "./json-text.js";
import { Members, type Complaint } from "./members.js";
import type { StateDirectory } from "./state-directory.js";

/** One model that one server refused. */
export interface RefusedModel {
  /** The host that was asked, or `sandbox`. */
  readonly server: string;
  readonly kind: "video" | "image";
  /** Its name on the wire. */
  readonly model: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** The refusal's words; safe to show. */
  readonly said: string;
}

const VERSION = 1;
const MOST_BYTES = 1 << 18;
const MOST_MODELS = 200;
const SAID_MOST = 200;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** All that is remembered, the oldest first. */
export async function readRefusals(fs: FileSystem, at: StateDirectory): Promise<readonly RefusedModel[]> {
  try {
    const stat = look(fs, fileOf(at));
    if (stat === undefined || stat.size > MOST_BYTES) return [];
    return parse((await readTextIf(fs, fileOf(at))) ?? "");
  } catch (error) {
    if (diskCode(error) === undefined) throw error;
    return [];
  }
}

/** Remembers these and nothing else. Failure to do so is no failure. */
export async function writeRefusals(
  fs: FileSystem,
  at: StateDirectory,
  models: readonly RefusedModel[],
): Promise<void> {
  const stored = models.slice(-MOST_MODELS).map(({ server, kind, model, day, said }) => ({
    server,
    kind,
    model,
    day,
    said: elide(said, SAID_MOST),
  }));
  const text = sortedJson({ version: VERSION, models: stored });
  try {
    await writeAtomic(fs, fileOf(at), `${text}\n`, { mode: PRIVATE_FILE, durable: false });
  } catch (error) {
    if (diskCode(error) === undefined) throw error;
  }
}

function fileOf({ cache }: StateDirectory): string {
  return join(cache, "refused-models.json");
}

function parse(text: string): readonly RefusedModel[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return [];
  }
  const complaints: Complaint[] = [];
  const members = new Members(data, "", complaints);
  if (members.integer("version", 1) !== VERSION) return [];
  const models = members.objects("models").map((each) => ({
    server: each.text("server"),
    kind: each.oneOf("kind", ["video", "image"]),
    model: each.text("model"),
    day: each.text("day"),
    said: elide(each.text("said"), SAID_MOST),
  }));
  return complaints.length === 0 && models.every(({ day }) => DAY.test(day)) ? models : [];
}
