/**
 * Starts the user's browser at a page of ours. Gets no shell: the address is one argument of a program that is found on
 * the absolute entries of the path, and it can be nothing but an address on this machine. The credentials stay behind.
 * Whether a window opens is not waited for: there may be no screen, and a page can be opened by hand.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { platform } from "node:process";
import type { FileSystem } from "./files.js";
import { findTool } from "./frame.js";

type Environment = Readonly<Record<string, string | undefined>>;

const OURS = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[\w-]*\/?$/;
/** Names of variables that a browser has no use for, and that prove who the user is. */
const KEPT_BACK = /^KLING/i;

/** Starts the browser; false when there is no program for it, or it could not be started. Rejects never. */
export function startBrowser(fs: FileSystem, address: string, env: Environment): Promise<boolean> {
  const program = OURS.test(address) ? opener(fs, env) : undefined;
  if (program === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const [path, ...words] = program;
    const passed = Object.entries(env).filter(([name]) => !KEPT_BACK.test(name));
    const child = spawn(path, [...words, address], {
      env: Object.fromEntries(passed),
      stdio: "ignore",
      detached: true,
      windowsHide: true,
    });
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
    child.unref();
  });
}

/** The program and its first words. */
function opener(fs: FileSystem, env: Environment): readonly [path: string, ...words: string[]] | undefined {
  if (platform === "win32") {
    // `start` is a word of the shell; this is what it comes to for an address.
    const system = env["SystemRoot"] ?? env["SYSTEMROOT"];
    if (system === undefined) return undefined;
    return [join(system, "System32", "rundll32.exe"), "url.dll,FileProtocolHandler"];
  }
  const names = platform === "darwin" ? ["open"] : ["xdg-open", "wslview"];
  const path = names.map((name) => findTool(fs, env["PATH"], name)).find((each) => each !== undefined);
  return path === undefined ? undefined : [path];
}
