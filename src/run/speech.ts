/**
 * Which face says what, and when: a lip-sync's wishes held against what was found in the clip. Pure.
 * What cannot be known before the clip is looked at is refused here, before its task is paid for.
 */
import type { LipSync } from "../graph/actions.js";
import type { Face, SpeechPlan } from "../provider/provider.js";

/** What the calls before a lip-sync found. */
export interface Heard {
  readonly session: string;
  /** In order of appearance. */
  readonly faces: readonly Face[];
  /** The vendor's id of spoken text. */
  readonly audio?: string;
  /** Length of the sound, where it is known. */
  readonly soundSeconds?: number;
  /** Length of the clip, where it is known. */
  readonly clipSeconds?: number;
}

/** Why a clip cannot be made to speak in this way, and what to do. */
export interface Unspeakable {
  readonly why: string;
  readonly help: string;
}

/** The least that a sound and a face must have in common. [kling-api 4.4: advanced-lip-sync] */
const LEAST_MS = 2_000;
/** What a length may be off by, because files are measured and not counted. */
const SLACK_MS = 60;
/** What the tail of a sound that was made for the film may have too much, because nobody gets to the millisecond what was asked. */
const TAIL_MS = 300;

/** The face that an action means, or why there is none. */
export function faceOf(action: LipSync, faces: readonly Face[]): Face | Unspeakable {
  const number = action.face ?? 1;
  return faces[number - 1] ?? noFace(number, faces.length);
}

/** The plan of a speech, or why there is none. */
export function planSpeech(action: LipSync, heard: Heard): SpeechPlan | Unspeakable {
  const face = faceOf(action, heard.faces);
  if ("why" in face) return face;
  const number = action.face ?? 1;
  const startMs = ms(action.audio_start ?? 0);
  const insertMs = ms(action.at ?? 0);
  const wholeMs = heard.soundSeconds === undefined ? undefined : Math.floor(heard.soundSeconds * 1000);
  const wantedMs = action.audio_end === undefined ? wholeMs : ms(action.audio_end);
  if (wantedMs === undefined) {
    return { why: "the length of its sound is not known", help: "write audio_end" };
  }
  const clipMs = heard.clipSeconds === undefined ? undefined : Math.floor(heard.clipSeconds * 1000);
  const room = clipMs === undefined ? Number.POSITIVE_INFINITY : clipMs - insertMs;
  const soundMs = Math.min(wantedMs, wholeMs ?? wantedMs) - startMs;
  const slackMs = action.audio?.kind === "step" ? TAIL_MS : SLACK_MS;
  if (soundMs > room + slackMs) {
    return {
      why: `the sound lasts ${seconds(soundMs)} s, and the clip has ${seconds(Math.max(0, room))} s from at: ${seconds(insertMs)}`,
      help:
        action.text === undefined
          ? "move at or audio_end, or give the clip a longer duration"
          : "shorten the text, raise voice_speed, or give the clip a longer duration",
    };
  }
  const lengthMs = Math.min(soundMs, room);
  if (lengthMs < LEAST_MS) {
    return {
      why: `the sound lasts ${seconds(lengthMs)} s; at least ${LEAST_MS / 1000} s are needed`,
      help: action.text === undefined ? "use more of the sound" : "write a longer text, or lower voice_speed",
    };
  }
  const shared = Math.min(insertMs + lengthMs, face.endMs) - Math.max(insertMs, face.startMs);
  if (shared < LEAST_MS) {
    return {
      why: `face ${number} can be seen from ${seconds(face.startMs)} to ${seconds(face.endMs)} s, which is less than ${LEAST_MS / 1000} s of the sound`,
      help: `set at: to a moment between ${seconds(face.startMs)} and ${seconds(Math.max(face.startMs, face.endMs - LEAST_MS))}, or choose another face`,
    };
  }
  return {
    session: heard.session,
    face: face.id,
    ...(heard.audio === undefined ? {} : { audio: heard.audio }),
    startMs,
    endMs: startMs + lengthMs,
    insertMs,
  };
}

function noFace(number: number, count: number): Unspeakable {
  return count === 0
    ? {
        why: "the vendor found no face in the clip",
        help: "count `take` up on the clip for another one, or prompt for a visible face",
      }
    : {
        why: `the vendor found ${count} ${count === 1 ? "face" : "faces"} in the clip, and face: ${number} is wanted`,
        help: `choose a face from 1 to ${count}`,
      };
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}

function seconds(milliseconds: number): string {
  return String(Math.round(milliseconds / 100) / 10);
}
