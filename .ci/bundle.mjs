// Bundles the command line into a few files, because loading a hundred modules takes longer than a no-op run.
// Native and rarely needed packages stay outside; everything else is inlined.
import { build } from "esbuild";
import { chmodSync, rmSync } from "node:fs";

const outdir = new URL("../dist/bin/", import.meta.url).pathname;
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { klingmake: new URL("../dist/cli/main.js", import.meta.url).pathname },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["fs-native-extensions", "undici", "jose"],
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  // Less text is read faster; names stay, so that a reported stack can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "eof",
  logLevel: "warning",
});
chmodSync(`${outdir}klingmake.js`, 0o755);
