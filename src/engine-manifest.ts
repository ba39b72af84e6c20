/**
 * The manifest, read from its text or, when the text is one that was read before, from a snapshot of what came of it:
 * parsing YAML is most of the time of a run that has nothing to do. Snapshots lie in the user's own store and not in the
 * project, so that a checkout cannot bring one along; they are marked with the text's digest and may be deleted at no cost.
 */
import { join } from "node:path";
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { sha256Hex } from "./base/digest.js";
import { isRecord } from "./base/guard.js";
import type { World } from "./engine-world.js";
import { version } from "./engine-package.js";
import type { Locate, Manifest } from "./manifest/manifest.js";
import { PRIVATE_DIRECTORY, PRIVATE_FILE, writeAtomic } from "./store/files.js";

/** A manifest that can be used. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  /** What reading it had to say. */
  readonly warnings: readonly Diagnostic[];
  /** Diagnostics of later stages, placed in the text and in file order. */
  readonly put: (diagnostics: readonly Diagnostic[]) => Promise<readonly Diagnostic[]>;
}

/** Reads a manifest's text. `file` is its path, `shown` what diagnostics call it. */
export async function loadManifest(
  world: World,
  store: string,
  given: { readonly text: string; readonly file: string; readonly shown: string },
): Promise<Checked<LoadedManifest>> {
  const { text, shown } = given;
  let locate: Locate | undefined;
  const put = async (diagnostics: readonly Diagnostic[]): Promise<readonly Diagnostic[]> => {
    if (diagnostics.length === 0) return diagnostics;
    const { locator, placed } = await import("./manifest/locate.js");
    locate ??= locator(text, shown);
    return placed(diagnostics, locate);
  };
  const directory = join(store, "snapshots");
  const path = join(directory, `${sha256Hex(given.file).slice(0, 32)}.json`);
  const name = sha256Hex(`${version()}\n${shown}\n${text}`);
  const snapshot = readSnapshot(world, path, name);
  if (snapshot !== undefined) return { value: { ...snapshot, put }, diagnostics: snapshot.warnings };

  const { readManifest } = await import("./manifest/read.js");
  const read = readManifest(text, shown);
  if (read.value === undefined || hasErrors(read.diagnostics)) return { diagnostics: read.diagnostics };
  const { manifest } = read.value;
  ({ locate } = read.value);
  const warnings = read.diagnostics;
  try {
    await world.fs.promises.mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    await writeAtomic(world.fs, path, JSON.stringify({ name, manifest, warnings }), {
      mode: PRIVATE_FILE,
      durable: false,
    });
  } catch {
    // Without a snapshot the next run parses again; that is all.
  }
  return { value: { manifest, warnings, put }, diagnostics: warnings };
}

function readSnapshot(
  world: World,
  path: string,
  name: string,
): { readonly manifest: Manifest; readonly warnings: readonly Diagnostic[] } | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(world.fs.readFileSync(path)).toString("utf8"));
    if (!isRecord(data) || data["name"] !== name) return undefined;
    return { manifest: data["manifest"] as Manifest, warnings: data["warnings"] as readonly Diagnostic[] };
  } catch {
    return undefined;
  }
}
