/**
 * Examples in a copy of the repository as a clone would be after the build, and what other people's tools say of files.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../..");

/** The folders under examples/. */
export const NAMES = readdirSync(join(root, "examples")).toSorted();

export const MANIFEST = "kling.manifest.yaml";

/** Whether both tools are installed; what needs them is left out where they are not. */
export const hasFfmpeg = ["ffmpeg", "ffprobe"].every((tool) => {
  try {
    execFileSync(tool, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** A step of `plan --json`. */
export interface Step {
  readonly id: string;
  readonly action: string;
  readonly key: string;
  readonly model?: string;
  readonly tier: string;
  readonly output?: string;
  readonly decision: { readonly kind: string };
  readonly estimate: {
    readonly kind: string;
    readonly units?: { readonly kind: "video" | "image" };
    readonly low?: { readonly usd: string };
    readonly high?: { readonly usd: string };
  };
}

interface Envelope {
  readonly data: {
    readonly digest: string;
    readonly profiles?: readonly string[];
    readonly steps: readonly Step[];
  };
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}

interface Probed {
  readonly streams: readonly {
    readonly codec_type: string;
    readonly width?: number;
    readonly height?: number;
    readonly start_time?: string;
  }[];
  readonly format: { readonly duration?: string; readonly format_name: string };
}

/** How a command ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of one example. */
export interface Clone {
  /** The example's folder. */
  readonly at: string;
  /** Runs a line of shell at the top of the copy. */
  sh(line: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Runs klingmake on the example. */
  klingmake(words: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The same with `--json`. */
  json(words: string): Promise<Envelope>;
  remove(): void;
}

/** Path of an example's file in this repository. */
export function inExample(name: string, file = "."): string {
  return join(root, "examples", name, file);
}

/** Text of an example's file in this repository. */
export function readExample(name: string, file: string): string {
  return readFileSync(inExample(name, file), "utf8");
}

/** Whether a path belongs to a render, not to the example. */
export function isMade(path: string): boolean {
  return /(^|\/)(renders|\.kling|kling\.(sandbox\.)?lock\.json)(\/|$)/.test(path);
}

/** Makes a copy of the repository with one example and a home of its own. */
export function clone(name: string): Clone {
  const at = mkdtempSync(join(tmpdir(), "klingmake-example-"));
  mkdirSync(join(at, "dist"));
  symlinkSync(join(root, "dist/bin"), join(at, "dist/bin"));
  symlinkSync(join(root, "schemas"), join(at, "schemas"));
  cpSync(inExample(name), join(at, "examples", name), {
    recursive: true,
    filter: (from) => !isMade(from.slice(inExample(name).length)),
  });
  const base = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(at, "home"),
    KLINGMAKE_SANDBOX_TIME_SCALE: "0",
    CI: "true",
  };
  const made: Clone = {
    at: join(at, "examples", name),
    sh: (line, env = {}) =>
      promisify(execFile)("/bin/sh", ["-c", `${line} </dev/null`], {
        cwd: at,
        env: { ...base, ...env },
        maxBuffer: 1 << 26,
      }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (failed: Ended) => failed,
      ),
    klingmake: (words, env) => made.sh(`node dist/bin/klingmake.js ${words} --file examples/${name}`, env),
    json: async (words) => JSON.parse((await made.klingmake(`${words} --json`)).stdout) as Envelope,
    remove: () => rmSync(at, { recursive: true, force: true }),
  };
  return made;
}

/** What ffprobe says of a file. */
export function ffprobe(file: string): Probed {
  const words = "-v error -of json -show_streams -show_format";
  return JSON.parse(execFileSync("ffprobe", [...words.split(" "), file], { encoding: "utf8" })) as Probed;
}

/** What a decoder complains about from the first picture and sound to the last: "" for a file that plays. */
export async function complaints(file: string): Promise<string> {
  const words = "-map 0 -f null -".split(" ");
  return (await promisify(execFile)("ffmpeg", ["-v", "warning", "-i", file, ...words])).stderr;
}

/** Mean level of a file's sound in decibels; -Infinity where it has none, -91 where it is digital silence. */
export async function meanDb(file: string): Promise<number> {
  const words = "-map 0:a? -af volumedetect -f null -".split(" ");
  const told = await promisify(execFile)("ffmpeg", ["-nostats", "-i", file, ...words]).catch(
    (failed: { readonly stderr: string }) => failed,
  );
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(told.stderr)?.[1] ?? -Infinity);
}

/** The sound of a file as it is coded, without its container. */
export function codedSound(file: string): Buffer {
  return execFileSync("ffmpeg", ["-v", "error", "-i", file, ..."-map 0:a -c copy -f adts -".split(" ")]);
}
