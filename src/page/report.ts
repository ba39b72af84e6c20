/**
 * The page as a folder for handing over: `index.html` with the film inside, the media that are held, their sidecars, and
 * a list of all that. Made beside its place and moved there whole, so that no half of it is ever seen. Takes the place of
 * an earlier report that is as it was made, and of nothing else.
 */
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { safeText, type Shelf } from "../index.js";
import type { Film } from "./film.js";
import { absentOf, reportFilm, sidecarAddress } from "./report-film.js";

/** What is written where. */
export interface ReportOptions {
  readonly film: Film;
  /** Absolute; made if it is not there. */
  readonly folder: string;
  /** The project's directory, in which sidecars are looked for. */
  readonly root: string;
  readonly shelf: Pick<Shelf, "copy" | "sidecar">;
  /** The whole document for a film. */
  readonly document: (film: Film) => string;
  /** Passes every text of the film. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
}

/** What became of it. */
export type Reported =
  | {
      readonly kind: "written";
      /** How many clips, stills and sounds. */
      readonly media: number;
      /** Of everything. */
      readonly bytes: number;
      /** Steps of which nothing is held. */
      readonly absent: readonly string[];
    }
  /** Something else stands there (a clause about the folder: "is a file"); nothing was written. */
  | { readonly kind: "refused"; readonly why: string };

/** What a folder of ours says of its files. */
type Files = ReadonlyMap<string, Written>;

interface Written {
  readonly sha256: string;
  readonly bytes: number;
}

const LIST = "klingmake-report.json";
const MOST_LIST_BYTES = 64 * 1024 * 1024;
const DIRECTORIES = ["media", "sidecars"];
const MEDIA = /^media\/([0-9a-f]{64})\.[a-z0-9]{2,4}$/;
const OPEN_FOLDER = 0o755;

/** Writes the report. @throws the disk's error, and the signal's reason; what stood there is then still there. */
export async function writeReport(options: ReportOptions): Promise<Reported> {
  const { folder, signal } = options;
  const refused = await standsInTheWay(folder);
  if (refused !== undefined) return { kind: "refused", why: refused };
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, `.${basename(folder)}.`));
  try {
    const made = join(work, "new");
    const written = await fill(made, options);
    signal.throwIfAborted();
    const inTheWay = await moveInto(folder, made, join(work, "old"));
    return inTheWay === undefined ? written : { kind: "refused", why: inTheWay };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fill(
  folder: string,
  options: ReportOptions,
): Promise<Reported & { readonly kind: "written" }> {
  const { film, root, shelf, signal } = options;
  const files = new Map<string, Written>();
  const put = async (path: string, text: string) => {
    const bytes = Buffer.from(text);
    await writeFile(join(folder, path), bytes, { flag: "wx" });
    files.set(path, { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length });
  };
  for (const each of ["", ...DIRECTORIES]) await mkdir(join(folder, each), { recursive: true });
  await chmod(folder, OPEN_FOLDER);
  const media = new Set<string>();
  const sidecars = new Map<string, string>();
  const taken = new Set<string>();
  for (const step of film.shots.flatMap(({ steps }) => steps)) {
    signal.throwIfAborted();
    const { url } = step.media ?? {};
    const sha256 = MEDIA.exec(url ?? "")?.[1];
    if (url !== undefined && sha256 !== undefined && !media.has(url)) {
      const to = join(folder, url);
      if (await shelf.copy(sha256, to)) {
        media.add(url);
        files.set(url, { sha256, bytes: (await lstat(to)).size });
      }
    }
    const wantsSidecar = step.sidecar !== undefined && step.output !== undefined;
    const text = wantsSidecar ? await shelf.sidecar(root, step.output) : undefined;
    if (text === undefined || sidecars.has(step.id)) continue;
    const address = sidecarAddress(step.id, taken);
    taken.add(address.toLowerCase());
    sidecars.set(step.id, address);
    await put(address, text);
  }
  const handed = reportFilm(film, { media, sidecars, clean: options.clean });
  await put("index.html", options.document(handed));
  const list = {
    schema: "klingmake/report",
    version: 1,
    project: handed.project,
    files: Object.fromEntries(files),
  };
  await put(LIST, `${JSON.stringify(list, undefined, 2)}\n`);
  const bytes = [...files.values()].reduce((sum, each) => sum + each.bytes, 0);
  return { kind: "written", media: media.size, bytes, absent: absentOf(handed) };
}

/** Puts `made` in the place of `folder`; why that may not be when something came there meanwhile. */
async function moveInto(folder: string, made: string, old: string): Promise<string | undefined> {
  const isThere = await rename(folder, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    // Looked at once more where nobody else finds it: what is removed afterwards is what was seen here.
    const inTheWay = isThere ? await standsInTheWay(old) : undefined;
    if (inTheWay === undefined) {
      await rename(made, folder);
      return undefined;
    }
    await rename(old, folder);
    return inTheWay;
  } catch (error) {
    if (isThere) await rename(old, folder).catch(() => undefined);
    throw error;
  }
}

/** Why a folder may not be replaced; undefined when it is not there, empty, or an earlier report as it was made. */
async function standsInTheWay(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  const away = folder.split(sep).find((name) => name === ".git" || name === ".kling");
  if (away !== undefined) return `lies in ${away}`;
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return "is a symbolic link";
  if (!found.isDirectory()) return "is a file";
  const names = await readdir(folder);
  if (names.length === 0) return undefined;
  const files = await listOf(folder);
  if (files === undefined) return "has files in it, and is no report of klingmake";
  for (const name of names.toSorted()) {
    const inside = DIRECTORIES.includes(name) ? await inDirectory(folder, name) : [name];
    for (const path of inside) {
      const what = await differs(join(folder, path), path === LIST ? "list" : files.get(path));
      if (what !== undefined) return `is a report in which ${safeText(path)} ${what}`;
    }
  }
  return undefined;
}

/** What lies in a directory of a report; its own name where it is none. */
async function inDirectory(folder: string, name: string): Promise<readonly string[]> {
  const path = join(folder, name);
  if (!(await lstat(path)).isDirectory()) return [name];
  return (await readdir(path)).toSorted().map((each) => `${name}/${each}`);
}

async function differs(path: string, wanted: Written | "list" | undefined): Promise<string | undefined> {
  if (wanted === undefined) return "was put there by somebody else";
  const { size, isFile } = await lstat(path).then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
  if (!isFile) return "is no file any more";
  if (wanted === "list") return undefined;
  if (size !== wanted.bytes) return "was changed";
  // Media are told by their size: reading gigabytes to replace them would help nobody.
  if (MEDIA.test(path.split("/").slice(-2).join("/"))) return undefined;
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  return sha256 === wanted.sha256 ? undefined : "was changed";
}

/** The files that a report says it has; undefined for anything that is none. */
async function listOf(folder: string): Promise<Files | undefined> {
  try {
    const path = join(folder, LIST);
    const stat = await lstat(path);
    if (!stat.isFile() || stat.size > MOST_LIST_BYTES) return undefined;
    const data = JSON.parse(await readFile(path, "utf8")) as Readonly<Record<string, unknown>> | null;
    if (data?.["schema"] !== "klingmake/report" || data["version"] !== 1) return undefined;
    const files = data["files"];
    if (typeof files !== "object" || files === null) return undefined;
    return new Map(
      Object.entries(files).flatMap(([name, value]) => {
        const { sha256, bytes } = (value ?? {}) as Readonly<Record<string, unknown>>;
        const isWhole = typeof sha256 === "string" && typeof bytes === "number";
        return isWhole ? [[name, { sha256, bytes }] as const] : [];
      }),
    );
  } catch {
    return undefined;
  }
}
