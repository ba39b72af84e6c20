/**
 * The small synchronous calls before a lip-sync: which faces a clip has, and the sound of a text. Pure. The answers are
 * a stranger's: a value that is not what it should be is dropped, and without the one that counts there is no answer.
 */
import { isRecord, unreachable } from "../../base/guard.js";
import type { Face, SmallAnswer, SmallCall, VendorError } from "../provider.js";
import { billedOf, listOf, secondsOf } from "./answers.js";
import { clipFields } from "./carried.js";
import type { Verdict } from "./errors.js";
import type { CreateRequest, Target } from "./target.js";

/** What is sent for a small call. @throws Error for a clip that is neither a result of the vendor's nor a URL. */
export function smallRequest(call: SmallCall): {
  readonly path: string;
  readonly body: CreateRequest["body"];
} {
  switch (call.kind) {
    case "identify_face":
      return { path: "/v1/videos/identify-face", body: clipFields(call.source) };
    case "speech":
      return {
        path: "/v1/audio/tts",
        body: {
          text: call.text,
          voice_id: call.voice,
          voice_language: call.language,
          voice_speed: call.speed,
        },
      };
    default:
      return unreachable(call);
  }
}

/** The small calls that must come before a target's create, in order. */
export function smallCallsBefore(target: Target): readonly SmallCall["kind"][] {
  if (target.kind !== "lip_sync" || target.way === "old") return [];
  return target.action.text === undefined ? ["identify_face"] : ["identify_face", "speech"];
}

/** What a verdict says about a small call: nothing of it can be asked for later, so doubt stays doubt. */
export function smallAnswer(kind: SmallCall["kind"], verdict: Verdict): SmallAnswer {
  switch (verdict.kind) {
    case "ok": {
      const answer = readSmallAnswer(kind, verdict.data);
      return answer ?? { kind: "lost", why: `the vendor accepted, but gave no usable ${GIVES[kind]}` };
    }
    case "refused":
      return { kind: "refused", error: missingCall(kind, verdict.error) };
    case "lost": {
      // Whoever wrote the page: there is no such call, so nothing was done and nothing charged.
      if (verdict.status !== 404 && verdict.status !== 405) return { kind: "lost", why: verdict.why };
      const message = `the server does not have this call: ${verdict.why}`;
      return {
        kind: "refused",
        error: missingCall(kind, { code: -verdict.status, message, class: "invalid" }),
      };
    }
    case "exists":
    case "absent":
      return { kind: "lost", why: "the vendor answered something that was not asked" };
    default:
      return unreachable(verdict);
  }
}

const GIVES = { identify_face: "session", speech: "sound" } as const;
const NO_SUCH_CALL: ReadonlySet<number> = new Set([1202, 1203, -404, -405]);

/** Older gateways lack the faces' call, and say so in their own ways. */
function missingCall(kind: SmallCall["kind"], error: VendorError): VendorError {
  if (kind !== "identify_face" || !NO_SUCH_CALL.has(error.code)) return error;
  const help = "if this server is an older gateway, set KLING_LIP_SYNC=old to use its one lip-sync call";
  return { ...error, help };
}

/** What the `data` of an answer says; undefined when it lacks what the create needs. */
export function readSmallAnswer(
  kind: SmallCall["kind"],
  data: unknown,
): Extract<SmallAnswer, { readonly kind: "faces" | "speech" }> | undefined {
  if (!isRecord(data)) return undefined;
  // Products of the same family differ in whether the result has a level of its own.
  const result = isRecord(data["task_result"]) ? { ...data, ...data["task_result"] } : data;
  switch (kind) {
    case "identify_face": {
      const session = vendorId(result["session_id"]);
      if (session === undefined) return undefined;
      return { kind: "faces", session, faces: facesOf(result["face_data"]), billed: billedOf(data) };
    }
    case "speech": {
      const sounds = listOf(result["audios"]);
      for (const sound of sounds.length > 0 ? sounds : [result]) {
        const audio = vendorId(sound["id"] ?? sound["audio_id"]);
        const seconds = secondsOf(sound["duration"]);
        if (audio === undefined || seconds === undefined || seconds === 0) continue;
        return { kind: "speech", audio, seconds, billed: billedOf(data) };
      }
      return undefined;
    }
    default:
      return unreachable(kind);
  }
}

/** No clip that is taken is as long as this. */
const LATEST_MS = 3_600_000;

/** The faces that can be told and placed, in the order in which they appear. */
function facesOf(value: unknown): readonly Face[] {
  const faces = listOf(value).flatMap((row): readonly Face[] => {
    const id = vendorId(row["face_id"]);
    const startMs = timeOf(row["start_time"]);
    const endMs = timeOf(row["end_time"]);
    if (id === undefined || startMs === undefined || endMs === undefined || endMs < startMs) return [];
    return [{ id, startMs, endMs }];
  });
  return faces.toSorted((a, b) => a.startMs - b.startMs);
}

/** Milliseconds (a number, or one as text) as a whole number within reason. */
function timeOf(value: unknown): number | undefined {
  const ms = typeof value === "string" && /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  if (typeof ms !== "number" || Number.isNaN(ms)) return undefined;
  return Math.round(Math.min(Math.max(ms, 0), LATEST_MS));
}

/** An id that is only ever handed back: a number or a plain word. */
function vendorId(value: unknown): string | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[\w.:=+/~-]{1,256}$/.test(text) ? text : undefined;
}
