/**
 * Checks `/v1/audio/text-to-audio` and `/v1/audio/video-to-audio` and makes the order: a tune that follows from the words,
 * alone, or as the new sound of a clip whose old sound is gone. Neither has a watermark. What the vendor makes when no
 * words are given is its own affair: here a tune that follows from the clip.
 */

import { handedDown } from "../mischief.js";
import { sha256Hex } from "../../base/digest.js";
import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type SoundLayer, type Tune, type World } from "./order.js";
import { SOUND_MILLI_UNITS } from "./prices.js";
import { readCallback } from "./request-options.js";
import { readSource } from "./sources.js";

const PROMPT_CHARACTERS = 200;
const [LEAST_SECONDS, MOST_SECONDS] = [3, 10];
const [LEAST_CLIP_SECONDS, MOST_CLIP_SECONDS] = [3, 20];

/** Sound from words, and sound for a clip. */
export const AUDIO_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/audio/text-to-audio", productType: "video", check: checkText },
  { generation: "legacy", path: "/v1/audio/video-to-audio", productType: "video", check: checkClip },
];

function checkText(record: Readonly<Record<string, unknown>>): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("prompt", "duration");
  const prompt = body.text("prompt", PROMPT_CHARACTERS, 1) ?? "";
  const seconds = body.number("duration", LEAST_SECONDS, MOST_SECONDS) ?? LEAST_SECONDS;
  complaints.when(
    Math.abs(seconds * 10 - Math.round(seconds * 10)) > 1e-6,
    `duration takes one decimal place, got ${seconds}`,
  );
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  return conclude(complaints, () => ({
    order: {
      kind: "sound",
      tunes: [tune(prompt, "effect", seconds)],
      seconds,
      version: "text-to-audio",
      prompt,
      milliUnits: SOUND_MILLI_UNITS,
    },
    externalId,
    watermark: false,
  }));
}

function checkClip(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const source = readSource(body, world, complaints);
  const effects = body.text("sound_effect_prompt", PROMPT_CHARACTERS) ?? "";
  const music = body.text("bgm_prompt", PROMPT_CHARACTERS) ?? "";
  const whispers = body.flag("asmr_mode") ?? false;
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  const seconds = source?.clip.seconds ?? 0;
  complaints.when(
    source?.own === true && (seconds < LEAST_CLIP_SECONDS || seconds > MOST_CLIP_SECONDS),
    `the video lasts ${seconds} s; it must last from ${LEAST_CLIP_SECONDS} to ${MOST_CLIP_SECONDS} s`,
  );
  return conclude(complaints, () => {
    if (source === undefined) return undefined;
    const { clip, name, parent } = source;
    const tunes = [
      tune(effects === "" ? `${clip.prompt} ${whispers}` : `${effects} ${whispers}`, "effect", seconds),
      ...(music === "" ? [] : [tune(music, "music", seconds)]),
    ];
    const words = `${effects} ${music} ${handedDown(clip.heed ?? clip.prompt, "then")}`;
    const heard = [
      effects === "" ? "sound" : `sound: ${effects}`,
      ...(music === "" ? [] : [`music: ${music}`]),
      ...(whispers ? ["asmr"] : []),
    ];
    return {
      order: {
        kind: "sound",
        tunes,
        seconds,
        clip: {
          ...clip,
          product: "video to audio",
          version: "video-to-audio",
          sound: tunes.map((each): SoundLayer => laid(each)),
          colour: clip.colour ?? clip.prompt,
          heed: words,
          notes: [heard.join(" · "), `made from ${name}`],
          sources: [name],
          parent,
        },
        version: "video-to-audio",
        prompt: `${effects} ${music}`.trim(),
        heed: words,
        milliUnits: SOUND_MILLI_UNITS,
      },
      externalId,
      watermark: false,
    };
  });
}

function tune(words: string, pace: Tune["pace"], seconds: number): Tune {
  return { seed: sha256Hex(`${pace} ${words}`).slice(0, 32), pace, seconds };
}

function laid(of: Tune): SoundLayer {
  return { kind: "tune", tune: of, startMs: 0, endMs: Math.round(of.seconds * 1000), atMs: 0, volume: 1 };
}
