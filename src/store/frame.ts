/**
 * Single pictures out of clips, made by ffmpeg: finding the program, and having it write the first or the last picture.
 * The one place that starts another program. It gets no shell, no stdin, no variables but the few that programs need to
 * start, reads one local file as MP4 and writes to a pipe; whether its output is a picture is looked at before it is kept.
 * Which picture is the last is counted and not guessed from times: clips have varying rates, and sound that goes on longer.
 */
import { spawn } from "node:child_process";
import { delimiter, isAbsolute, join } from "node:path";
import { elide, safeText } from "../base/text.js";
import { errorCode, nodeFiles, removeIf, writeAll, type FileSystem } from "./files.js";

/** Which picture of which clip is wanted, and where it is to be put. All paths are absolute. */
export interface FrameRequest {
  readonly ffmpeg: string;
  readonly clip: string;
  readonly which: "first" | "last";
  /** A PNG that does not exist yet. */
  readonly to: string;
  /** The environment; only what a program needs to be found and started is passed on, and no credential. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Whether the picture is there, or why not (a clause in the program's words, without paths of this machine). */
export type FrameAnswer = { readonly kind: "taken" } | { readonly kind: "failed"; readonly why: string };

/** The port: puts one picture of a clip at a path. @throws the signal's reason when that is raised. */
export type TakeFrame = (request: FrameRequest) => Promise<FrameAnswer>;

// A minute of film is decoded within seconds; what takes longer than this is stuck.
const MOST_MS = 120_000;
// Noise beyond this is drained and not kept. A picture of 4k has 20 MB at most.
const MOST_NOISE = 8192;
const MOST_BYTES = 64 << 20;
// 8k: four times what any model makes; a header that claims more is after memory.
const MOST_PIXELS = 8192 * 4320;
const TAIL_SECONDS = 2;
const PASSED_ON = [
  "PATH",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
  "SYSTEMROOT",
  "SystemRoot",
];
const PATH_LIKE = /(?:[A-Za-z]:)?(?:[\\/][^\s:;,'"]+){2,}/g;
const PNG_BEGIN = Buffer.from("89504e470d0a1a0a", "hex");
const PNG_END = Buffer.from("0000000049454e44ae426082", "hex");

/**
 * The program `name` on the search path `path`, as an absolute path. Entries that are empty or relative are passed over:
 * they mean the working directory, and a checkout must not bring along what is started.
 */
export function findTool(fs: FileSystem, path: string | undefined, name: string): string | undefined {
  const windows = delimiter === ";";
  for (const directory of (path ?? "").split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    const candidate = join(directory, windows ? `${name}.exe` : name);
    try {
      const stat = fs.lstatSync(fs.realpathSync(candidate), { throwIfNoEntry: false });
      if (stat?.isFile() === true && (windows || (stat.mode & 0o111) !== 0)) return candidate;
    } catch {
      // Not there, or not for us to see: the next directory may have it.
    }
  }
  return undefined;
}

/** The real port. Equal clips give equal bytes, as far as the same ffmpeg is asked. */
export const takeFrame: TakeFrame = async (request) => {
  request.signal.throwIfAborted();
  const picture = request.which === "first" ? await pictureAt(request, [], 0) : await lastPicture(request);
  if (picture.kind === "failed") return picture;
  if (!isPng(picture.bytes)) return { kind: "failed", why: "ffmpeg wrote no picture" };
  return await put(request.to, picture.bytes);
};

type Ran =
  | { readonly kind: "ran"; readonly bytes: Buffer }
  | { readonly kind: "failed"; readonly why: string };

/** The end of the clip alone is quick; all of it is needed where nothing is found there (sound that goes on longer). */
async function lastPicture(request: FrameRequest): Promise<Ran> {
  for (const from of [["-sseof", `-${TAIL_SECONDS}`], []]) {
    const counted = await ffmpeg(
      request,
      [...from, ...source(request)],
      // Times are replaced by numbers, so that no picture is dropped or doubled for the sake of a steady rate.
      ["-vf", "settb=1/25,setpts=N", "-r", "25", "-f", "null", "-progress", "pipe:1", "-"],
    );
    if (counted.kind === "failed") return counted;
    const frames = framesOf(counted.bytes);
    if (frames > 0) return await pictureAt(request, from, frames - 1);
  }
  return { kind: "failed", why: "the clip has no picture that can be decoded" };
}

/** Picture number `index`, counted from where `from` begins to read. */
function pictureAt(request: FrameRequest, from: readonly string[], index: number): Promise<Ran> {
  const filters = [
    `select=eq(n\\,${index})`,
    "setpts=N",
    // The exact way of swscale: the quick one differs between processors.
    "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact",
    "format=rgb24",
  ];
  const plain = [
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags:v",
    "+bitexact",
  ];
  return ffmpeg(
    request,
    [...from, ...source(request)],
    [
      "-vf",
      filters.join(","),
      "-frames:v",
      "1",
      ...plain,
      "-c:v",
      "png",
      "-pred",
      "mixed",
      "-f",
      "image2pipe",
      "-",
    ],
  );
}

/** Read as MP4, whatever its content would like to be, and without leave to open anything beside it. */
function source({ clip }: FrameRequest): readonly string[] {
  const wary = ["-protocol_whitelist", "file", "-max_pixels", String(MOST_PIXELS)];
  return [...wary, "-f", "mp4", "-i", `file:${clip}`, "-map", "0:V:0"];
}

/** The last `frame=` of a progress report. */
function framesOf(report: Buffer): number {
  const told = [...report.toString("latin1").matchAll(/^frame= *(\d+)$/gm)].at(-1)?.[1];
  const frames = Number(told ?? 0);
  return Number.isSafeInteger(frames) ? frames : 0;
}

function ffmpeg(request: FrameRequest, input: readonly string[], output: readonly string[]): Promise<Ran> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    const failed = (why: string) => resolve({ kind: "failed", why });
    const child = spawn(request.ffmpeg, ["-nostdin", "-v", "error", ...input, ...output], {
      env: environment(request.env ?? {}),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: MOST_MS,
      killSignal: "SIGKILL",
      signal,
      windowsHide: true,
    });
    const pieces: Buffer[] = [];
    let size = 0;
    let noise = "";
    child.stdout.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size <= MOST_BYTES) pieces.push(piece);
      else child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      if (noise.length < MOST_NOISE) noise += piece.slice(0, MOST_NOISE - noise.length);
    });
    child.on("error", (error) => {
      if (signal.aborted) reject(signal.reason as Error);
      else failed(`ffmpeg cannot be started (${safeText(errorCode(error))})`);
    });
    child.on("exit", (code) => {
      // Something that it started may hold the pipes open after it was killed; nobody waits for that.
      if (code !== null) return;
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on("close", (code) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (size > MOST_BYTES) failed("ffmpeg wrote more than a picture can have");
      else if (code === null) failed(`ffmpeg was stopped, at the latest after ${MOST_MS / 1000} s`);
      else if (code === 0) resolve({ kind: "ran", bytes: Buffer.concat(pieces) });
      else failed(complaint(noise, code, request.clip));
    });
  });
}

function environment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = PASSED_ON.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** The first thing that ffmpeg said, without addresses and without paths. */
function complaint(noise: string, code: number, clip: string): string {
  const said = noise
    .replaceAll(`file:${clip}`, "the clip")
    .replaceAll(clip, "the clip")
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^\[[^\]]*\]\s*/, "").replace(PATH_LIKE, "(a path)"))
    .find((line) => line.trim() !== "");
  return said === undefined ? `ffmpeg ended with code ${code}` : `ffmpeg said: ${elide(said.trim(), 160)}`;
}

function isPng(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, PNG_BEGIN.length).equals(PNG_BEGIN) && bytes.subarray(-PNG_END.length).equals(PNG_END)
  );
}

async function put(to: string, bytes: Uint8Array): Promise<FrameAnswer> {
  let made = false;
  try {
    const file = await nodeFiles.promises.open(to, "wx");
    made = true;
    try {
      await writeAll(file, bytes);
    } finally {
      await file.close();
    }
    return { kind: "taken" };
  } catch (error) {
    if (made) await removeIf(nodeFiles, to);
    return { kind: "failed", why: `the picture cannot be written (${safeText(errorCode(error))})` };
  }
}
