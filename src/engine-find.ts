/**
 * Finds the manifest: the one that is named, or the nearest one on the way up from the working directory.
 * The way ends at the root of the repository, so that a stray manifest in a home directory is never picked up.
 */
import { dirname, join, resolve } from "node:path";
import { problem, type Checked } from "./base/diagnostic.js";
import { safeText } from "./base/text.js";
import { MAX_MANIFEST_BYTES, tooLarge } from "./manifest/decode.js";
import { errorCode, look, type FileSystem } from "./store/files.js";
import { ledTo } from "./store/project-path.js";

/** The manifest's usual name. */
export const MANIFEST_NAME = "kling.manifest.yaml";

/** The absolute path of the manifest. */
export function findManifest(fs: FileSystem, cwd: string, named: string | undefined): Checked<string> {
  try {
    if (named !== undefined) {
      const path = resolve(cwd, named);
      const isDirectory = look(fs, path)?.isDirectory() === true;
      const file = isDirectory ? join(path, MANIFEST_NAME) : path;
      if (look(fs, file) !== undefined) return { value: file, diagnostics: [] };
      const what = isDirectory
        ? `${safeText(named)} is a directory without a ${MANIFEST_NAME}`
        : `there is no ${safeText(named)}`;
      return missing(what, "check the path after --file");
    }
    for (let directory = cwd; ; directory = dirname(directory)) {
      const file = join(directory, MANIFEST_NAME);
      if (look(fs, file) !== undefined) return { value: file, diagnostics: [] };
      if (look(fs, join(directory, ".git")) !== undefined || dirname(directory) === directory) break;
    }
  } catch (error) {
    return {
      diagnostics: [problem("file/unreadable", `the manifest cannot be looked for (${errorCode(error)})`)],
    };
  }
  return missing(
    `no ${MANIFEST_NAME} here or in a directory above`,
    "go to the project, or name the manifest: --file PATH",
  );
}

/**
 * The bytes of a manifest that was found; `named` as messages name it. A link may lead out of the manifest's folder only
 * with `outside`: faults of a text are shown with its lines, and a checkout must not have a stranger's file shown.
 */
export function manifestBytes(
  fs: FileSystem,
  file: string,
  named: string,
  outside = false,
): Checked<Uint8Array> {
  const refuse = (what: string, help = "name a manifest file that you may read"): Checked<Uint8Array> => ({
    diagnostics: [problem("file/unreadable", `${safeText(named)} ${what}`, { help })],
  });
  try {
    const led = ledTo(fs, outside ? undefined : dirname(file), file);
    if (led.kind === "refused") {
      const away = problem("file/outside", `${safeText(named)} ${led.why}`, {
        why: "what is wrong with a manifest is shown with its lines, and this one is somebody else's file",
        help: "name the file that it leads to (--file PATH); or, where you trust the link, allow it: --allow-outside",
      });
      return { diagnostics: [away] };
    }
    const found = look(fs, led.path);
    if (found?.isDirectory() === true) return refuse("is a directory");
    // A pipe or a device may never end.
    if (found?.isFile() !== true) return refuse("is no regular file");
    if (found.size > MAX_MANIFEST_BYTES) return { diagnostics: [tooLarge(named, found.size)] };
    return { value: fs.readFileSync(led.path), diagnostics: [] };
  } catch (error) {
    return refuse(`cannot be read (${errorCode(error)})`);
  }
}

/** A path as messages name it: from the working directory where it lies below it, else absolute. */
export function shownPath(cwd: string, path: string): string {
  const start = cwd.endsWith("/") ? cwd : `${cwd}/`;
  return path.startsWith(start) ? path.slice(start.length) : path;
}

function missing(message: string, help: string): Checked<string> {
  return { diagnostics: [problem("file/not-found", message, { help })] };
}
