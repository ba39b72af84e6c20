/**
 * The video endpoints of the new generation as a table: what each takes, within which limits. Data only, written from
 * the vendor's endpoint pages of 2026-09-20. Motion control, whose length nobody asks for, is not in it: `motion.ts`.
 * `new-video.ts` applies the table, `conflicts.ts` holds what spans fields.
 */

import type { Resolution } from "./order.js";
import { LONG_PROMPT_CHARACTERS, PROMPT_CHARACTERS } from "./prompt.js";

/** A kind of item in `contents[]`. */
export type ContentType =
  | "prompt"
  | "first_frame"
  | "last_frame"
  | "refer_image"
  | "feature_video"
  | "base_video"
  | "element"
  | "voice";

/** What the sound setting may say. */
export type Audio = "native" | "original" | "off";

/** One create endpoint. */
export interface NewEndpoint {
  readonly path: string;
  readonly product: "text to video" | "image to video" | "omni video";
  readonly model:
    | "kling-3.0-turbo"
    | "kling-3.0"
    | "kling-3.0-omni"
    | "kling-o1"
    | "kling-2.6"
    | "kling-2.5-turbo";
  readonly resolutions: readonly Resolution[];
  /** Permitted lengths in whole seconds. */
  readonly seconds: readonly number[];
  /** Empty when there is no such setting. */
  readonly audio: readonly Audio[];
  /** Whether there is a `multi_shot` setting; the default is true where there is one. */
  readonly multiShot: boolean;
  readonly aspectRatio: boolean;
  /** What `contents[]` may hold; absent when the prompt is a field of the body. */
  readonly contents?: readonly ContentType[];
  readonly promptCharacters: number;
}

const HD: readonly Resolution[] = ["720p", "1080p"];
const UHD: readonly Resolution[] = ["720p", "1080p", "4k"];
const OMNI: readonly ContentType[] = [
  "prompt",
  "first_frame",
  "last_frame",
  "refer_image",
  "feature_video",
  "base_video",
  "element",
];

function from(least: number, most: number): readonly number[] {
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

/** Every video create endpoint of the new generation. */
export const NEW_ENDPOINTS: readonly NewEndpoint[] = [
  {
    path: "/text-to-video/kling-3.0-turbo",
    product: "text to video",
    model: "kling-3.0-turbo",
    resolutions: HD,
    seconds: from(3, 15),
    audio: [],
    multiShot: false,
    aspectRatio: true,
    promptCharacters: LONG_PROMPT_CHARACTERS,
  },
  {
    path: "/image-to-video/kling-3.0-turbo",
    product: "image to video",
    model: "kling-3.0-turbo",
    resolutions: HD,
    seconds: from(3, 15),
    audio: [],
    multiShot: false,
    aspectRatio: false,
    contents: ["prompt", "first_frame"],
    promptCharacters: PROMPT_CHARACTERS,
  },
  {
    path: "/text-to-video/kling-3.0",
    product: "text to video",
    model: "kling-3.0",
    resolutions: UHD,
    seconds: from(3, 15),
    audio: ["native", "off"],
    multiShot: true,
    aspectRatio: true,
    promptCharacters: LONG_PROMPT_CHARACTERS,
  },
  {
    path: "/image-to-video/kling-3.0",
    product: "image to video",
    model: "kling-3.0",
    resolutions: UHD,
    seconds: from(3, 15),
    audio: ["native", "off"],
    multiShot: true,
    aspectRatio: false,
    contents: ["prompt", "first_frame", "last_frame", "element"],
    promptCharacters: LONG_PROMPT_CHARACTERS,
  },
  {
    path: "/omni-video/kling-3.0-omni",
    product: "omni video",
    model: "kling-3.0-omni",
    resolutions: UHD,
    seconds: from(3, 15),
    audio: ["native", "original", "off"],
    multiShot: true,
    aspectRatio: true,
    contents: OMNI,
    promptCharacters: LONG_PROMPT_CHARACTERS,
  },
  {
    path: "/omni-video/kling-o1",
    product: "omni video",
    model: "kling-o1",
    resolutions: HD,
    seconds: from(3, 10),
    audio: ["original", "off"],
    multiShot: false,
    aspectRatio: true,
    contents: OMNI,
    promptCharacters: PROMPT_CHARACTERS,
  },
  {
    path: "/text-to-video/kling-2.6",
    product: "text to video",
    model: "kling-2.6",
    resolutions: HD,
    seconds: [5, 10],
    audio: ["native", "off"],
    multiShot: false,
    aspectRatio: true,
    promptCharacters: PROMPT_CHARACTERS,
  },
  {
    path: "/image-to-video/kling-2.6",
    product: "image to video",
    model: "kling-2.6",
    resolutions: HD,
    seconds: [5, 10],
    audio: ["native", "off"],
    multiShot: false,
    aspectRatio: false,
    contents: ["prompt", "first_frame", "last_frame", "voice"],
    promptCharacters: PROMPT_CHARACTERS,
  },
  {
    path: "/text-to-video/kling-2.5-turbo",
    product: "text to video",
    model: "kling-2.5-turbo",
    resolutions: HD,
    seconds: [5, 10],
    audio: [],
    multiShot: false,
    aspectRatio: true,
    promptCharacters: PROMPT_CHARACTERS,
  },
  {
    path: "/image-to-video/kling-2.5-turbo",
    product: "image to video",
    model: "kling-2.5-turbo",
    resolutions: HD,
    seconds: [5, 10],
    audio: [],
    multiShot: false,
    aspectRatio: false,
    contents: ["prompt", "first_frame", "last_frame"],
    promptCharacters: PROMPT_CHARACTERS,
  },
];
