/**
 * Manifests in normal form for tests of the graph and of what comes after it: built as data, because how they are read
 * from YAML is another room's business. Files have digests by name, so that a key needs no disk.
 */
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import type { Diagnostic } from "../../src/base/diagnostic.js";
import { createCatalog, type Catalog } from "../../src/catalog/catalog.js";
import { expand } from "../../src/graph/expand.js";
import { keyGraph, type FileDigests, type Keyed } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import { inputsOf } from "../../src/graph/inputs-of.js";
import type { Graph, Step } from "../../src/graph/step.js";
import type { CatalogAdditions, Manifest } from "../../src/manifest/manifest.js";

/** A manifest of the sandbox with nothing in it but what is given. */
export function manifestOf(parts: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    project: "ferry",
    provider: "sandbox",
    vars: {},
    defaults: {},
    profiles: [],
    images: [],
    sounds: [],
    voices: [],
    elements: [],
    limits: {},
    budget: {},
    approval: {},
    outputs: {},
    catalog: {},
    ...parts,
    // A picture alone is no shot; tests that are about pictures need not say so each time.
    shots: (parts.shots ?? []).map((shot) =>
      shot.image !== undefined && !("prompt" in shot) ? { ...shot, prompt: "it moves" } : shot,
    ),
  };
}

/** The catalog with a project's additions, which must be right. */
export function catalogOf(additions: CatalogAdditions = {}): Catalog {
  const { value, diagnostics } = createCatalog(additions);
  if (value === undefined || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return value;
}

/** A manifest's graph under a profile, with what was found. */
export function expanded(
  manifest: Manifest,
  profile?: string,
  file?: string,
): { readonly graph: Graph; readonly diagnostics: readonly Diagnostic[] } {
  const found = manifest.profiles.find((each) => each.id === profile);
  const { value, diagnostics } = expand(manifest, found, catalogOf(manifest.catalog), file);
  if (value === undefined) throw new Error("expansion gave no graph");
  return { graph: value, diagnostics };
}

/** The graph of a manifest in which nothing is wrong. */
export function graphOf(manifest: Manifest, profile?: string): Graph {
  const { graph, diagnostics } = expanded(manifest, profile);
  const errors = diagnostics.filter((each) => each.severity === "error");
  if (errors.length > 0)
    throw new Error(errors.map((each) => `${each.path?.join(".")}: ${each.message}`).join("\n"));
  return graph;
}

/** The step of that id. */
export function stepOf(graph: Graph, id: string): Step {
  const step = graph.steps.find((each) => each.id === id);
  if (step === undefined) throw new Error(`no ${id} in ${graph.steps.map((each) => each.id).join(", ")}`);
  return step;
}

/** Digests of every file that a graph names: of its contents where given, else of its name. */
export function digestsOf(graph: Graph, contents: Readonly<Record<string, string>> = {}): FileDigests {
  const digests = new Map<string, Sha256>();
  for (const step of graph.steps) {
    for (const [, input] of inputsOf(step.action)) {
      if (input.kind === "file") digests.set(input.path, sha256Hex(contents[input.path] ?? input.path));
    }
  }
  return digests;
}

/** The keys of a manifest's steps. */
export function keysOf(
  manifest: Manifest,
  profile?: string,
  contents: Readonly<Record<string, string>> = {},
): ReadonlyMap<StepId, Keyed> {
  const graph = graphOf(manifest, profile);
  return keyGraph(graph, digestsOf(graph, contents));
}

/** `error shots.010.model: message | help`, one line for each finding. */
export function lines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map((each) => {
    const code = each.code === "catalog/unsupported" ? "" : `${each.code} `;
    return `${each.severity} ${code}${each.path?.join(".") ?? "-"}: ${each.message} | ${each.help ?? ""}`;
  });
}
