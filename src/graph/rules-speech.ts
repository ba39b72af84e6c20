/**
 * Rules for the sound of a lip-sync: which fields go together, and whether what is spoken fits into the clip.
 * Judges what is known: a clip of unknown length is not refused, and how long a text takes to speak nobody knows before.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { SourceFacts } from "./rules-refine.js";
import type { LipSync } from "./actions.js";

const WHY = "Kling API documentation, lip-sync, 2026-09-20";
/** The shortest span of sound, in seconds. [kling-api 4.4: advanced-lip-sync] */
const SHORTEST = 2;
/** What a length may be off by, because files are measured and not counted; in seconds. */
const SLACK = 0.06;

const OF_TEXT = ["voice", "voice_language", "voice_speed"] as const;
const OF_AUDIO = ["audio_start", "audio_end"] as const;

/** What is wrong with the fields of a lip-sync beside each other and beside the length of its clip. */
export function checkSpeech(action: LipSync, path: Path, source: SourceFacts): readonly Diagnostic[] {
  // Both or neither is said where the action is made.
  if ((action.audio === undefined) === (action.text === undefined)) return [];
  const found = action.text === undefined ? checkFile(action, path) : checkText(action, path);
  const { audio_end: end, audio_start: start = 0, at = 0 } = action;
  const room = roomOf(action, source);
  if (room !== undefined && action.at !== undefined && room < SHORTEST) {
    found.push(
      problem("catalog/unsupported", `the clip has ${clock(Math.max(0, room))} from at: ${at}`, {
        path: [...path, "at"],
        why: `at least ${SHORTEST} s are spoken (${WHY})`,
        help: `set at: ${tidy(Math.max(0, at + room - SHORTEST))} or less, or give the clip a longer duration`,
      }),
    );
  } else if (room !== undefined && end !== undefined && end - start > room + SLACK) {
    found.push(tooLong(end - start, room, action, [...path, "audio_end"]));
  }
  if (found.length > 0 || action.audio?.kind !== "step" || source.soundSeconds === undefined) return found;
  return checkHeard(action, source.soundSeconds, path, source);
}

/** What is wrong with a sound that lasts so many seconds, where its file could be measured, or it is made to. */
export function checkHeard(
  action: LipSync,
  seconds: number,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const { audio_end: end, audio_start: start = 0 } = action;
  const late = end !== undefined && end > seconds + SLACK ? "audio_end" : "audio_start";
  if (late === "audio_end" || start >= seconds) {
    return [
      problem("catalog/unsupported", `${late}: ${late === "audio_end" ? end : start} is beyond the sound`, {
        path: [...path, late],
        why: `it lasts ${clock(seconds)}`,
        help:
          late === "audio_end"
            ? "remove audio_end to use the sound to its end"
            : `set audio_start: ${tidy(Math.max(0, seconds - SHORTEST))} or less`,
      }),
    ];
  }
  // A span that ends before the file does is judged without the file.
  if (end !== undefined) return [];
  const span = seconds - start;
  if (span < SHORTEST) {
    return [
      problem("catalog/unsupported", `the span of the sound is shorter than ${SHORTEST} s`, {
        path: [...path, "audio_start"],
        why: `it lasts ${clock(seconds)}, which leaves ${clock(span)} from audio_start: ${start} (${WHY})`,
        help: `set audio_start: ${tidy(Math.max(0, seconds - SHORTEST))} or less`,
      }),
    ];
  }
  const room = roomOf(action, source);
  const fits = room === undefined || room < SHORTEST || span <= room + SLACK;
  return fits ? [] : [tooLong(span, room, action, [...path, "audio"])];
}

/** A length for people: `8.2 s`, `16:03`. */
export function clock(seconds: number): string {
  if (seconds < 100) return `${tidy(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] === 0 ? parts.slice(1) : parts)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0")))
    .join(":");
}

function checkText(action: LipSync, path: Path): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (action.voice === undefined) {
    found.push(
      problem("manifest/missing-key", "a text wants a voice to be spoken with", {
        path: [...path, "text"],
        on: "key",
        why: WHY,
        help: "name one of the vendor's voices: voice: oversea_male1",
      }),
    );
  }
  const extra = OF_AUDIO.filter((field) => action[field] !== undefined);
  return [...found, ...misplaced(extra, path, "cuts a sound file, and this lip_sync speaks a text", OF_TEXT)];
}

function checkFile(action: LipSync, path: Path): Diagnostic[] {
  const extra = OF_TEXT.filter((field) => action[field] !== undefined);
  const found = misplaced(extra, path, "is for a spoken text, and this lip_sync uses a sound", OF_AUDIO);
  if (action.audio?.kind === "url" && action.audio_end === undefined) {
    found.push(
      problem("manifest/missing-key", "a sound at an address wants audio_end", {
        path: [...path, "audio"],
        on: "key",
        why: "nothing is fetched to plan, so how long it lasts is not known",
        help: "write where it ends, in seconds (audio_end: 4.5), or put the file into the project",
      }),
    );
  }
  return found;
}

function misplaced(
  fields: readonly string[],
  path: Path,
  why: string,
  instead: readonly string[],
): Diagnostic[] {
  return fields.map((field) =>
    problem("catalog/unsupported", `${field} ${why}`, {
      path: [...path, field],
      on: "key",
      help: `remove ${field}; what goes with it here is ${listWords(instead)}`,
    }),
  );
}

function tooLong(span: number, room: number, action: LipSync, path: Path): Diagnostic {
  const { audio_start: start = 0, at = 0 } = action;
  return problem(
    "catalog/unsupported",
    `the sound lasts ${clock(span)}, the clip has ${clock(room)} from at: ${at}`,
    {
      path,
      why: `what is spoken lies inside the clip (${WHY})`,
      help: `set audio_end: ${tidy(start + room)}, or give the clip a longer duration`,
    },
  );
}

/** How much of the clip is left for the sound, in seconds. */
function roomOf(action: LipSync, source: SourceFacts): number | undefined {
  return source.sourceSeconds === undefined ? undefined : tidy(source.sourceSeconds - (action.at ?? 0));
}

function tidy(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
