// Bundles the command line into a few files, because loading a hundred modules takes longer than a no-op run.
// Native and rarely needed packages stay outside; everything else is inlined. chokidar is, though only `watch` needs it:
// imported when watching begins, it becomes a file of its own, which loads in half the time of the package.
// What runs in the browser becomes one script and one style, which the page carries in itself.
import { build } from "esbuild";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const outdir = fileURLToPath(new URL("../dist/bin/", import.meta.url));
// Packages in CommonJS ask for Node's own modules by `require`, which esbuild looks up where it defines its stand-in.
const REQUIRE = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);\n';
const DEFINES_STAND_IN = /typeof require ?[!=]==?|typeof require ?[<>]/;

/** commander loads what starts other programs, for a feature that is not used here; that alone takes milliseconds. */
const withoutChildProcesses = {
  name: "without-child-processes",
  setup(bundle) {
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("/commander/") ? { path: "child_process", namespace: "absent" } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "module.exports = {};" }));
  },
};

const { outputFiles } = await build({
  entryPoints: { klingmake: fileURLToPath(new URL("../dist/cli/main.js", import.meta.url)) },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["fs-native-extensions", "undici", "jose", "mediabunny"],
  // Less text is read faster; names stay, so that a reported stack can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "eof",
  plugins: [withoutChildProcesses],
  logLevel: "warning",
  write: false,
});
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
for (const { path, text } of outputFiles) writeFileSync(path, DEFINES_STAND_IN.test(text) ? REQUIRE + text : text);
chmodSync(`${outdir}klingmake.js`, 0o755);

const browser = fileURLToPath(new URL("../src/page/browser/", import.meta.url));
await build({
  entryPoints: [`${browser}main.ts`, `${browser}page.css`],
  outdir: fileURLToPath(new URL("../dist/page/browser/", import.meta.url)),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
