/**
 * What ships beside the code: version and schemas. The code runs from `dist/`, or bundled from a directory below it,
 * so the package's root is looked for and not counted up to.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Tells this build from every other, so that nothing made by another one is taken for its own. */
export function build(): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${version()} ${size} ${mtimeMs}`;
}

/** klingmake's version. */
export function version(): string {
  return (JSON.parse(readFileSync(shipped("package.json"), "utf8")) as { readonly version: string }).version;
}

/** The text of a JSON Schema that ships with klingmake. */
export async function schemaText(which: "manifest" | "lock"): Promise<string> {
  return readFile(shipped(`schemas/kling.${which}.schema.json`), "utf8");
}

function shipped(name: string): URL {
  const root = ["../", "../../"]
    .map((up) => new URL(up, import.meta.url))
    .find((url) => existsSync(new URL("schemas/", url)));
  if (root === undefined) throw new Error("the installation is incomplete: its schemas are missing");
  return new URL(name, root);
}
