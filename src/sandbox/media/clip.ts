/**
 * Makes a whole clip from a slate and a sound track: frames, and the MP4 around them.
 * A generator, because it must not decide who waits: it stops after each group of frames so that its driver can let
 * other work in. It reads no clock and no order; equal arguments make equal bytes.
 */

import { H264Encoder } from "./h264.js";
import { mp4, type Sample, type Track, videoEntry } from "./mp4.js";
import { Slate, type SlateText } from "./slate.js";

/** Frames a second of every sandbox clip. */
export const FRAMES_PER_SECOND = 24;

const VIDEO_TICKS_PER_FRAME = 512;
/** A key frame carries the whole slate, by far the largest part of a clip: one in five seconds keeps files small. */
const SECONDS_PER_KEY = 5;
const FRAMES_PER_GROUP = 12;

/** What a clip is made from; `width` and `height` in pixels, even. */
export interface ClipPlan {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** The sound track; absent for a silent clip. */
  readonly sound?: Track | undefined;
  readonly text: SlateText;
}

/** Encodes a clip, pausing after every half second of frames. */
export function* encodeClip(plan: ClipPlan): Generator<undefined, Uint8Array> {
  const slate = new Slate(plan.width, plan.height, plan.text);
  const encoder = new H264Encoder(slate.picture, FRAMES_PER_SECOND);
  const frames = Math.round(plan.seconds * FRAMES_PER_SECOND);
  const samples: Sample[] = [];
  for (let frame = 0; frame < frames; frame++) {
    slate.drawTime(frame, frames, FRAMES_PER_SECOND);
    const key = frame % (SECONDS_PER_KEY * FRAMES_PER_SECOND) === 0;
    samples.push({ data: encoder.encode(slate.picture, key), duration: VIDEO_TICKS_PER_FRAME, key });
    if ((frame + 1) % FRAMES_PER_GROUP === 0) yield;
  }
  const video: Track = {
    kind: "video",
    timescale: FRAMES_PER_SECOND * VIDEO_TICKS_PER_FRAME,
    width: plan.width,
    height: plan.height,
    entry: videoEntry(plan.width, plan.height, encoder.configuration()),
    samples,
  };
  return mp4(plan.sound === undefined ? [video] : [video, plan.sound]);
}
