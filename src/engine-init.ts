/**
 * Starts a project in a folder: a manifest that the sandbox renders at once, or a whole example; the schema that its
 * first line names; what git should leave alone. Everything is decided before the first byte is written, nothing that
 * exists is replaced, and when the disk refuses in the middle, what was written is taken back.
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { didYouMean, elide, listWords, safeText } from "./base/text.js";
import { MANIFEST_NAME, shownPath } from "./engine-find.js";
import { exampleFiles, exampleNames, schemaText } from "./engine-package.js";
import { realWorld, type World } from "./engine-world.js";
import { firstManifest, madeOwn, PROJECT_NAME, projectNameFrom } from "./manifest/first.js";
import { diskCode, hasCode, look, readBytesIf, type FileSystem } from "./store/files.js";
import { placeToWrite } from "./store/project-path.js";
import { putFiles, type NewFile } from "./store/put-files.js";

/** What to start, and where. */
export interface InitOptions {
  /** Absolute. */
  readonly cwd: string;
  /** The project's folder, made if it is not there; absent: the working directory. */
  readonly folder?: string;
  /** The project's name; absent: the example's, or made from the folder's name. */
  readonly name?: string;
  /** Begin with a copy of this example. */
  readonly example?: string;
}

/** What was made. Paths of files are relative to `root`, with forward slashes. */
export interface InitReport {
  /** Absolute. */
  readonly root: string;
  readonly project: string;
  readonly written: readonly string[];
  /** Were there and have more lines now. */
  readonly extended: readonly string[];
  /** Were there and are as they were. */
  readonly kept: readonly string[];
  /** Where the manifest's first line finds the schema. */
  readonly schema: string;
}

const SCHEMA_NAME = "kling.manifest.schema.json";
const IGNORE_NAME = ".gitignore";
const IGNORED: readonly (readonly [why: string, line: string])[] = [
  ["klingmake's working directory: journal, plans, cache", ".kling/"],
  [
    "what the sandbox rendered; kling.lock.json, the record of real renders, belongs in git",
    "kling.sandbox.lock.json",
  ],
];
const CHOICE =
  "# Rendered clips: in git or not, as you like. Remove the # to keep them out; the store has them too.\n# renders/\n";

/** Starts a project. Nothing is written when anything is refused. */
export async function initProject(
  options: InitOptions,
  world: Pick<World, "fs"> = realWorld(),
): Promise<Checked<InitReport>> {
  const { fs } = world;
  const root = resolve(options.cwd, options.folder ?? ".");
  try {
    const refused = misnamed(options) ?? unfitFolder(fs, root, options.cwd);
    if (refused !== undefined) return { diagnostics: [refused] };
    const schema = localSchema(fs, root) ?? `./${SCHEMA_NAME}`;
    const { files, project } = await content(options, root, schema);
    const sorted = sortOut(fs, root, options.cwd, files);
    if (sorted.value === undefined) return { diagnostics: sorted.diagnostics };
    const { fresh, extended, kept } = sorted.value;
    await putFiles(fs, root, [...extended, ...fresh]);
    const names = (of: readonly NewFile[]) => of.map(({ path }) => path).toSorted();
    return {
      value: { root, project, written: names(fresh), extended: names(extended), kept, schema },
      diagnostics: [],
    };
  } catch (error) {
    const code = diskCode(error);
    if (code === undefined) throw error;
    const where = safeText(shownPath(options.cwd, root));
    const why = "what had been written was taken back";
    const help = "make room or give access, and run the same command again";
    return {
      diagnostics: [problem("file/unwritable", `${where} cannot be written to (${code})`, { why, help })],
    };
  }
}

function misnamed({ name, example }: InitOptions): Diagnostic | undefined {
  if (name !== undefined && !PROJECT_NAME.test(name)) {
    return problem("init/bad-name", `\`${elide(name, 80)}\` cannot be a project's name`, {
      why: "a name has at most 64 letters, digits, `_` and `-`, and begins with a letter or digit",
      help: `\`--name ${projectNameFrom(name)}\` would do`,
    });
  }
  const names = exampleNames();
  if (example === undefined || names.includes(example)) return undefined;
  const meant = didYouMean(example, names);
  return problem("init/unknown-example", `there is no example \`${elide(example, 80)}\``, {
    why: names.length === 0 ? "this installation has none" : `there is ${listWords(names)}`,
    help: meant === undefined ? "name one of these, or leave `--example` out" : `did you mean \`${meant}\`?`,
  });
}

/** Why nothing can be made in the folder. */
function unfitFolder(fs: FileSystem, root: string, cwd: string): Diagnostic | undefined {
  let there = root;
  while (look(fs, there) === undefined && there !== dirname(there)) there = dirname(there);
  const shown = safeText(shownPath(cwd, there));
  try {
    // A folder that the user names may be a link; what lies in it may not lead out of it.
    if (look(fs, fs.realpathSync(there))?.isDirectory() === true) return undefined;
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ELOOP", "ENOTDIR")) throw error;
  }
  const help = "name another folder: klingmake init FOLDER";
  return problem("file/unwritable", `${shown} is no folder`, { help });
}

/** The schema of a klingmake that the project itself depends on, so that the editor always reads the one in use. */
function localSchema(fs: FileSystem, root: string): string | undefined {
  for (let directory = root; ; directory = dirname(directory)) {
    const path = join(directory, "node_modules/klingmake/schemas", SCHEMA_NAME);
    if (look(fs, path)?.isFile() === true) {
      const from = relative(root, path).replaceAll("\\", "/");
      return from.startsWith(".") ? from : `./${from}`;
    }
    // Beyond the repository, another checkout would not have it.
    if (look(fs, join(directory, ".git")) !== undefined || dirname(directory) === directory) return undefined;
  }
}

async function content(
  { name, example }: InitOptions,
  root: string,
  schema: string,
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array>; readonly project: string }> {
  const files = new Map(example === undefined ? [] : await exampleFiles(example));
  const model = files.get(MANIFEST_NAME);
  const wanted = name ?? projectNameFrom(basename(root));
  const manifest =
    model === undefined
      ? firstManifest({ project: wanted, schema })
      : madeOwn(Buffer.from(model).toString("utf8"), {
          schema,
          ...(name === undefined ? {} : { project: name }),
        });
  // Loaded here, because it brings the YAML parser, and a run that has nothing to do needs none.
  const { readManifest } = await import("./manifest/read.js");
  const project = readManifest(manifest, MANIFEST_NAME).value?.manifest.project;
  if (project === undefined || (name !== undefined && project !== name))
    throw new Error("the new manifest is broken");
  files.set(MANIFEST_NAME, Buffer.from(manifest));
  if (schema === `./${SCHEMA_NAME}`) files.set(SCHEMA_NAME, Buffer.from(await schemaText("manifest")));
  return { files, project };
}

interface SortedOut {
  readonly fresh: readonly NewFile[];
  readonly extended: readonly NewFile[];
  readonly kept: readonly string[];
}

/** Which files are to be made, or everything that stands in the way. */
function sortOut(
  fs: FileSystem,
  root: string,
  cwd: string,
  files: ReadonlyMap<string, Uint8Array>,
): Checked<SortedOut> {
  const diagnostics: Diagnostic[] = [];
  const fresh: NewFile[] = [];
  const kept: string[] = [];
  const there = (path: string): Uint8Array | undefined | "refused" => {
    const shown = safeText(shownPath(cwd, join(root, path)));
    const found = look(fs, join(root, path));
    const refuse = (what: string, help: string) => {
      diagnostics.push(problem("file/unwritable", `${shown} ${what}`, { why: "nothing was written", help }));
      return "refused" as const;
    };
    // An absent folder has no links in it.
    const target = look(fs, root) === undefined ? undefined : placeToWrite(fs, root, path);
    if (target?.kind === "refused") return refuse(target.why, "move it away, or name another folder");
    if (found === undefined) return undefined;
    if (!found.isFile()) return refuse("is no regular file", "move it away, or name another folder");
    return readBytesIf(fs, join(root, path));
  };
  for (const [path, bytes] of files) {
    const before = there(path);
    if (before === "refused") continue;
    if (before === undefined) fresh.push({ path, bytes });
    else if (path === SCHEMA_NAME || (path !== MANIFEST_NAME && Buffer.from(bytes).equals(before)))
      kept.push(path);
    else diagnostics.push(exists(safeText(shownPath(cwd, join(root, path))), path === MANIFEST_NAME));
  }
  const ignored = there(IGNORE_NAME);
  const extended: NewFile[] = [];
  if (ignored !== "refused") {
    const bytes = withIgnored(ignored);
    if (ignored === undefined) fresh.push({ path: IGNORE_NAME, bytes });
    else if (bytes.length > ignored.length) extended.push({ path: IGNORE_NAME, bytes, before: ignored });
    else kept.push(IGNORE_NAME);
  }
  if (diagnostics.length > 0) return { diagnostics };
  // The manifest is what makes a folder a project, so it comes last.
  const last = (file: NewFile) => Number(file.path === MANIFEST_NAME);
  return { value: { fresh: fresh.toSorted((a, b) => last(a) - last(b)), extended, kept }, diagnostics };
}

function exists(shown: string, isManifest: boolean): Diagnostic {
  return problem("init/exists", `${shown} exists already`, {
    why: "nothing is replaced, and nothing was written",
    help: isManifest
      ? "`klingmake plan` works with it; for another project name another folder: klingmake init FOLDER"
      : "move it away, or name another folder: klingmake init FOLDER",
  });
}

/** What git should leave alone, after what it leaves alone already. */
function withIgnored(before: Uint8Array | undefined): Uint8Array {
  const text = Buffer.from(before ?? []).toString("utf8");
  const bare = (line: string) => line.trim().replace(/^\//, "").replace(/\/$/, "");
  const has = new Set(text.split("\n").map(bare));
  const missing = IGNORED.filter(([, line]) => !has.has(bare(line)));
  const choice = /^[#\s]*\/?renders\b/m.test(text) ? "" : CHOICE;
  if (missing.length === 0) return before ?? new Uint8Array();
  const more = missing.map(([why, line]) => `# ${why}\n${line}\n`).join("") + choice;
  const gap = text === "" ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  // Bytes and not text: what stands there may be in any encoding.
  return Buffer.concat([before ?? new Uint8Array(), Buffer.from(gap + more)]);
}
