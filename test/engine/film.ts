/**
 * A project in memory: memfs for a disk, a clock moved by hand, and a vendor that keeps count. Everything between is real.
 */
import { sha256Hex } from "../../src/base/digest.js";
import { productOf } from "../../src/graph/actions.js";
import type { Plan } from "../../src/plan/plan.js";
import { openProject, type Project } from "../../src/engine.js";
import type { RenderReport, RenderRequest } from "../../src/engine-render.js";
import type { World } from "../../src/engine-world.js";
import type { AccountQuestions } from "../../src/provider/account.js";
import type { RouteProblem } from "../../src/provider/provider.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { mp3File } from "../../src/sandbox/media/mp3.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import type { SlateText } from "../../src/sandbox/media/slate.js";
import { notesOf } from "../../src/sandbox/media/tune.js";
import type { FrameAnswer } from "../../src/store/frame.js";
import { HandClock } from "../run/hand-clock.js";
import { NO_ACCOUNT, scriptedProvider, type Script } from "../run/scripted-provider.js";
import { memoryDisk, textOf } from "../store/disk.js";

const words = (seed: string): SlateText => ({ seed, title: "", tag: "", facts: [], prompt: "", notes: [] });
const made = new Map<string, Uint8Array>();

/** A real clip, still or sound of 4 seconds, another one for each name. */
function bytesOf(kind: "clip" | "still" | "sound", name: string): Uint8Array {
  const held = made.get(kind + name);
  if (held !== undefined) return held;
  const seed = sha256Hex(name);
  let bytes = encodeStill(320, 320, words(seed), name);
  if (kind === "sound") bytes = mp3File(notesOf({ seed, pace: "effect", seconds: 4 }), 4);
  if (kind === "clip") {
    const steps = encodeClip({ width: 128, height: 72, seconds: 5, text: words(seed) });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        bytes = step.value;
        break;
      }
    }
  }
  made.set(kind + name, bytes);
  return bytes;
}

/** A film in memory. */
export function film(
  manifest: string,
  script: Script & {
    readonly bytes?: () => string | undefined;
    readonly noFfmpeg?: boolean;
    /** What ffmpeg comes to: an answer, or the bytes that it writes. */
    readonly frame?: () => FrameAnswer | string | undefined;
    readonly env?: Readonly<Record<string, string>>;
    /** Why there is no route, while it gives any. */
    readonly noRoute?: () => RouteProblem | undefined;
    /** Who answers questions about the account; nobody when absent. */
    readonly account?: () => AccountQuestions | RouteProblem;
  } = {},
) {
  const disk = memoryDisk({
    "/film/kling.manifest.yaml": manifest,
    "/film/refs/dawn.png": bytesOf("still", "dawn"),
  });
  const clock = new HandClock();
  const vendor = scriptedProvider(clock, [], script);
  let routes = 0;
  const world: World = {
    fs: disk.fs,
    clock,
    lock: () => Promise.resolve({ kind: "held", release: () => Promise.resolve() }),
    frames: {
      find: () => Promise.resolve(script.noFfmpeg === true ? undefined : "/usr/bin/ffmpeg"),
      take: ({ which, to }) => {
        const said = script.frame?.();
        if (said !== undefined && typeof said !== "string") return Promise.resolve(said);
        disk.volume.writeFileSync(to, said ?? bytesOf("still", which));
        return Promise.resolve({ kind: "taken" });
      },
    },
    listen: () => Promise.resolve({ kind: "deaf", code: "ENOSYS" }),
    openAccount: () => Promise.resolve(script.account?.() ?? NO_ACCOUNT),
    openRoute: () => {
      routes++;
      const none = script.noRoute?.();
      if (none !== undefined) return Promise.resolve(none);
      return Promise.resolve({
        ...vendor,
        fetch: async (url, sink, signal) => {
          const answer = script.fetch?.(url, 1);
          if (answer !== undefined && !(answer instanceof Error) && answer !== "broken") return answer;
          if (signal.aborted) throw signal.reason as Error;
          const id = /t\d+/.exec(url)?.[0] ?? "";
          const task = vendor.tasks.find((each) => each.id === id);
          const product = productOf(task?.submission.action.kind ?? "text_to_video");
          const kind = product === "clip" || product === "sound" ? product : "still";
          const bytes = bytesOf(kind, script.bytes?.() ?? (/picture-\d/.exec(url)?.[0] ?? "") + id);
          await sink.write(bytes);
          return { kind: "done", bytes: bytes.length };
        },
      });
    },
  };
  const open = async (file?: string): Promise<Project> => {
    const named = file === undefined ? {} : { file };
    const opened = await openProject({ cwd: "/film", env: script.env ?? {}, home: "/home", ...named }, world);
    if (opened.value === undefined) throw new Error(JSON.stringify(opened.diagnostics));
    return opened.value;
  };
  return {
    clock,
    vendor,
    world,
    volume: disk.volume,
    names: disk.names,
    open,
    routes: () => routes,
    write: (text: string) => disk.volume.writeFileSync("/film/kling.manifest.yaml", text),
    read: (path: string) => textOf(disk.volume, path),
    remove: (path: string) => disk.volume.rmSync(path, { recursive: true, force: true }),
    async render(request: RenderRequest = {}): Promise<RenderReport> {
      const project = await open();
      return clock.drive(project.render(request));
    },
    async plan(): Promise<Plan> {
      const planned = await (await open()).plan();
      if (planned.value === undefined) throw new Error(JSON.stringify(planned.diagnostics));
      return planned.value;
    },
    /** Step → decision, of the next plan. */
    async decisions(): Promise<Readonly<Record<string, string>>> {
      const { steps } = await this.plan();
      return Object.fromEntries(
        steps.map(({ step, decision }) => [
          step.id,
          decision.kind === "blocked"
            ? `blocked: ${decision.because.because}`
            : decision.kind === "restore"
              ? `restore from ${decision.from}`
              : decision.kind,
        ]),
      );
    },
  };
}
