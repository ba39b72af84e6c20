// Installs the pinned packages when they are missing or older than the lockfile; does nothing otherwise.
import { execSync } from "node:child_process";
import { statSync } from "node:fs";

const changed = (file) => statSync(new URL(`../${file}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;
const installed = changed("node_modules/.package-lock.json");
if (installed === undefined || installed < (changed("package-lock.json") ?? 0)) {
  execSync("npm ci --no-audit --no-fund", { cwd: new URL("..", import.meta.url), stdio: ["ignore", 2, 2] });
}
