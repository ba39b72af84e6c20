/**
 * The manifest, read from its text or from a snapshot of what came of it: parsing YAML is most of the time of a run that
 * has nothing to do. The YAML library is loaded only when a text is new or something has to be placed in it.
 */
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { sha256Hex } from "./base/digest.js";
import type { Snapshots } from "./engine-snapshot.js";
import type { Locate, Manifest } from "./manifest/manifest.js";

/** A manifest that can be used. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  /** What reading it had to say. */
  readonly warnings: readonly Diagnostic[];
  /** Digest of the text, which stands for the manifest wherever something is remembered of it. */
  readonly mark: string;
  /** Diagnostics of later stages, placed in the text and in file order. */
  readonly put: (diagnostics: readonly Diagnostic[]) => Promise<readonly Diagnostic[]>;
}

/** Reads a manifest's text. `file` is its path, `shown` what diagnostics call it. */
export async function loadManifest(
  snapshots: Snapshots,
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
  const mark = sha256Hex(`${shown}\n${text}`);
  const about = `manifest ${given.file}`;
  const before = snapshots.read(about, mark) as Pick<LoadedManifest, "manifest" | "warnings"> | undefined;
  if (before !== undefined) return { value: { ...before, mark, put }, diagnostics: before.warnings };

  const { readManifest } = await import("./manifest/read.js");
  const read = readManifest(text, shown);
  if (read.value === undefined || hasErrors(read.diagnostics)) return { diagnostics: read.diagnostics };
  const { manifest } = read.value;
  ({ locate } = read.value);
  const warnings = read.diagnostics;
  await snapshots.write(about, mark, { manifest, warnings });
  return { value: { manifest, warnings, mark, put }, diagnostics: warnings };
}
