/**
 * What ships beside the code: version, schemas and examples. The code runs from `dist/`, or bundled from a directory below it,
 * so the package's root is looked for and not counted up to.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Tells this build from every other, so that nothing made by another one is taken for its own. */
export function build(): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${version()} ${size} ${mtimeMs}`;
}

/** klingmake's version. */
export function version(): string {
  return description().version;
}

/** The lowest version of Node that klingmake runs on. */
export function leastNode(): string {
  return description().engines.node.replace(/^\D+/, "");
}

function description(): { readonly version: string; readonly engines: { readonly node: string } } {
  return JSON.parse(readFileSync(shipped("package.json"), "utf8")) as ReturnType<typeof description>;
}

/** The text of a JSON Schema that ships with klingmake. */
export async function schemaText(which: "manifest" | "lock"): Promise<string> {
  return readFile(shipped(`schemas/kling.${which}.schema.json`), "utf8");
}

/** What the page is made of in the browser: one script, one style sheet. @throws where the installation lacks them. */
export async function pageParts(): Promise<{ readonly script: string; readonly style: string }> {
  const [script = "", style = ""] = await Promise.all(
    ["main.js", "page.css"].map((name) => readFile(shipped(`dist/page/browser/${name}`), "utf8")),
  );
  return { script, style };
}

/** The examples that ship with klingmake, by name. */
export function exampleNames(): readonly string[] {
  const examples = shipped("examples/");
  if (!existsSync(examples)) return [];
  return readdirSync(examples)
    .filter((name) => existsSync(new URL(`${encodeURIComponent(name)}/kling.manifest.yaml`, examples)))
    .toSorted();
}

/** What an example is made of, by path: its manifest and its inputs, without what documents, tests or renders it. */
export async function exampleFiles(name: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = shipped(`examples/${encodeURIComponent(name)}/`);
  const made = /^(?:\.|renders$|node_modules$|README\.md$|plan\.txt$)|\.lock\.json$/;
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(fileURLToPath(folder), join(entry.parentPath, entry.name)).replaceAll("\\", "/");
    if (!entry.isFile() || path.split("/").some((part) => made.test(part))) continue;
    files.set(path, await readFile(join(entry.parentPath, entry.name)));
  }
  return files;
}

function shipped(name: string): URL {
  const root = ["../", "../../"]
    .map((up) => new URL(up, import.meta.url))
    .find((url) => existsSync(new URL("schemas/", url)));
  if (root === undefined) throw new Error("the installation is incomplete: its schemas are missing");
  return new URL(name, root);
}
