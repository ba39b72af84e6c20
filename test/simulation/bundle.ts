/**
 * The simulation as one file for a process of its own: nothing is loaded while a story runs, which would let real time
 * in. With a mutation, one source of the program is changed on the way.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, utimesSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Played } from "./main.js";

/** A planted bug: in `file`, `from` (which stands there exactly once) becomes `to`. */
export interface Mutation {
  /** Relative to `src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What it breaks. */
  readonly why: string;
}

const root = join(import.meta.dirname, "..", "..");
// Below the package, because what ships with it is looked for from where the code stands.
const directory = join(root, "node_modules", ".simulation");
const UNUSED = ["fs-native-extensions", "undici", "jose", "mediabunny"];

/** Bundles the simulation; returns the path of the bundle. @throws Error when the mutation does not fit. */
export async function bundle(name: string, mutation?: Mutation): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `${name}.mjs`);
  await build({
    entryPoints: [join(root, "test", "simulation", "main.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: [...UNUSED, "*/sandbox/sandbox.js"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    sourcemap: "inline",
    logLevel: "error",
    plugins: mutation === undefined ? [] : [mutating(mutation)],
  });
  // The build's own date is part of what snapshots are marked with, and a story must not depend on the hour.
  utimesSync(outfile, 1, 1);
  return outfile;
}

function mutating({ file, from, to }: Mutation): Plugin {
  return {
    name: "mutation",
    setup(bundling) {
      bundling.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(join(root, "src"), path).replaceAll("\\", "/") !== file) return undefined;
        const source = readFileSync(path, "utf8");
        const parts = source.split(from);
        if (parts.length !== 2) throw new Error(`${file} has \`${from}\` ${parts.length - 1} times`);
        return { contents: parts.join(to), loader: "ts" };
      });
    },
  };
}

/** Plays a range of seeds, or every `step`th, in a process of its own. */
export async function playIn(file: string, first: number, seeds: number, step = 1): Promise<Played> {
  return JSON.parse(await run(file, ["range", ...[first, seeds, step].map(String)])) as Played;
}

/** The stories of seeds, each as one text. */
export async function storiesIn(file: string, seeds: readonly number[]): Promise<readonly string[]> {
  return JSON.parse(await run(file, ["tell", ...seeds.map(String)])) as readonly string[];
}

function run(file: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--enable-source-maps", file, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    const complained: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => said.push(piece));
    child.stderr.on("data", (piece: Buffer) => complained.push(piece));
    child.on("error", reject);
    child.on("close", (code) => {
      const text = Buffer.concat(said).toString("utf8");
      if (code === 0 && text !== "") resolve(text);
      else
        reject(new Error(`the simulation ended with ${code}: ${Buffer.concat(complained).toString("utf8")}`));
    });
  });
}
