/**
 * Puts a manifest's text in order on the disk: the file is replaced whole, keeps its rights, and is not touched when
 * there is nothing to do. Opens no project: a manifest can be tidied whose pictures are not there yet.
 */
import { dirname } from "node:path";
import { hasErrors, problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { safeText } from "./base/text.js";
import { findManifest, manifestBytes, shownPath } from "./engine-find.js";
import { realWorld, type World } from "./engine-world.js";
import { decodeManifest } from "./manifest/decode.js";
import { errorCode, look, PUBLIC_FILE, writeAtomic } from "./store/files.js";
import { ledTo } from "./store/project-path.js";

/** Which manifest, and whether it may be written. */
export interface TidyOptions {
  /** Absolute; the manifest is looked for from here on upwards. */
  readonly cwd: string;
  /** The manifest or its folder. */
  readonly file?: string;
  /** Whether the manifest may be a link that leads out of its folder; then it can be looked at, not written. */
  readonly allowOutside?: boolean;
  /** Write nothing, only say whether something would change. */
  readonly check?: boolean;
}

/** What became of it. */
export interface TidyReport {
  /** Absolute. */
  readonly file: string;
  /** Whether the tidy text differs from the one that was found. */
  readonly changed: boolean;
}

/** Tidies the manifest; one that is not valid is left alone and its problems are told. */
export async function tidyManifest(
  options: TidyOptions,
  world: Pick<World, "fs"> = realWorld(),
): Promise<Checked<TidyReport>> {
  const { fs } = world;
  const found = findManifest(fs, options.cwd, options.file);
  if (found.value === undefined) return { diagnostics: found.diagnostics };
  const file = found.value;
  const shown = shownPath(options.cwd, file);
  const bytes = manifestBytes(fs, file, shown, options.allowOutside);
  if (bytes.value === undefined) return { diagnostics: bytes.diagnostics };
  const decoded = decodeManifest(bytes.value, safeText(shown));
  if (decoded.value === undefined) return { diagnostics: decoded.diagnostics };
  const { tidied, untidy } = await import("./manifest/tidy.js");
  const tidy = tidied(decoded.value, shown);
  if (tidy.value === undefined || hasErrors(tidy.diagnostics)) return { diagnostics: tidy.diagnostics };
  // Bytes and not texts: a byte-order mark is untidy as well.
  if (Buffer.from(tidy.value).equals(bytes.value)) return { ...tidy, value: { file, changed: false } };
  if (options.check === true) {
    const differs = untidy(decoded.value, tidy.value, shown);
    return { value: { file, changed: true }, diagnostics: [...tidy.diagnostics, differs] };
  }
  const refused = await write(fs, { file, shown, before: bytes.value }, tidy.value);
  if (refused !== undefined) return { diagnostics: [...tidy.diagnostics, refused] };
  return { value: { file, changed: true }, diagnostics: tidy.diagnostics };
}

/** Why it could not be written, if it could not. */
async function write(
  fs: World["fs"],
  found: { readonly file: string; readonly shown: string; readonly before: Uint8Array },
  text: string,
): Promise<Diagnostic | undefined> {
  const { file, shown, before } = found;
  const cannot = (why: string, help: string) =>
    problem("file/unwritable", `${safeText(shown)} ${why}`, { help });
  try {
    // A link to another file of the project is written where it leads to; it stays a link.
    const led = ledTo(fs, dirname(file), file);
    if (led.kind === "refused") return cannot(led.why, "tidy the file that it leads to: --file PATH");
    // An editor may have saved it meanwhile; what a person wrote last stays.
    if (!Buffer.from(before).equals(fs.readFileSync(led.path)))
      return cannot("was changed just now", "run the same command again");
    const mode = (look(fs, led.path)?.mode ?? PUBLIC_FILE) & 0o777;
    await writeAtomic(fs, led.path, text, { mode });
    await fs.promises.chmod(led.path, mode);
    return undefined;
  } catch (error) {
    return cannot(
      `cannot be written (${errorCode(error)})`,
      "make room or give access; the file is as it was",
    );
  }
}
