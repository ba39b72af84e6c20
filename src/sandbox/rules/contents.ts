/**
 * Reads `contents[]` of the new generation: prompt, frames, reference images and videos, elements, voices.
 * It knows the shape of each kind of item and how many of it may come; which kinds an endpoint takes is told to it.
 * Videos are addresses: nothing is fetched, but one of the sandbox's own is known.
 */

import { unreachable } from "../../base/guard.js";
import type { Complaints, Fields } from "./fields.js";
import { elementAt, voiceAt } from "./kept.js";
import type { ContentType } from "./new-models.js";
import type { KeptElement, SourcePicture, World } from "./order.js";
import { NEW_PICTURE_BYTES, readPicture } from "./pictures.js";
import { checkHandles } from "./prompt.js";
import { clipAt, type SourceClip } from "./sources.js";

/** Everything that came in `contents[]`. */
export interface Contents {
  readonly prompt: string | undefined;
  readonly firstFrame: SourcePicture | undefined;
  readonly lastFrame: SourcePicture | undefined;
  readonly images: readonly SourcePicture[];
  readonly video: SourceVideo | undefined;
  readonly elements: readonly KeptElement[];
  readonly voices: readonly string[];
}

/** A video to refer to or to edit. */
export interface SourceVideo {
  readonly role: "feature" | "base";
  readonly source: SourceClip;
}

/** Reads the items, complaining about kinds that `allowed` does not name and about repeated single items. */
export function readContents(
  items: readonly Fields[],
  allowed: readonly ContentType[],
  promptCharacters: number,
  world: World,
  complaints: Complaints,
): Contents {
  const named = allowed.includes("refer_image");
  const prompts: string[] = [];
  const firstFrames: SourcePicture[] = [];
  const lastFrames: SourcePicture[] = [];
  const images: SourcePicture[] = [];
  const videos: SourceVideo[] = [];
  const elements: KeptElement[] = [];
  const voices: string[] = [];
  const handles: string[] = [];

  const picture = (item: Fields, into: SourcePicture[]): void => {
    item.require("url");
    const url = item.text("url");
    const read =
      url === undefined
        ? undefined
        : readPicture(url, item.name("url"), NEW_PICTURE_BYTES, world, complaints);
    if (read !== undefined) into.push(read);
    handle(item, named);
  };
  const handle = (item: Fields, takes: boolean): void => {
    const id = takes ? item.text("id", Infinity, 1) : undefined;
    if (id !== undefined) handles.push(id);
  };
  /** The id of an element or a voice. */
  const keptId = (item: Fields, field: "element_id" | "voice_id"): string | undefined => {
    item.require(field, "id");
    handle(item, true);
    return item.identifier(field);
  };

  for (const item of items) {
    item.require("type");
    const type = item.oneOf("type", allowed);
    if (type === undefined) continue;
    switch (type) {
      case "prompt": {
        item.require("text");
        const text = item.text("text", promptCharacters, 1);
        if (text !== undefined) prompts.push(text);
        break;
      }
      case "first_frame":
        picture(item, firstFrames);
        break;
      case "last_frame":
        picture(item, lastFrames);
        break;
      case "refer_image":
        picture(item, images);
        break;
      case "feature_video":
      case "base_video": {
        item.require("url");
        const url = item.text("url");
        const source = url === undefined ? undefined : clipAt(url, item.name("url"), world, complaints);
        if (source !== undefined) videos.push({ role: type === "base_video" ? "base" : "feature", source });
        handle(item, named);
        break;
      }
      case "element": {
        const id = keptId(item, "element_id");
        const found =
          id === undefined ? undefined : elementAt(id, item.name("element_id"), world, complaints);
        if (found !== undefined) elements.push(found);
        break;
      }
      case "voice": {
        const id = keptId(item, "voice_id");
        const found = id === undefined ? undefined : voiceAt(id, item.name("voice_id"), world, complaints);
        if (found !== undefined) voices.push(found.id);
        break;
      }
      default:
        unreachable(type);
    }
    item.done();
  }

  for (const [name, list] of Object.entries({
    prompt: prompts,
    first_frame: firstFrames,
    last_frame: lastFrames,
  })) {
    complaints.when(list.length > 1, `contents: at most one ${name} is allowed`);
  }
  complaints.when(videos.length > 1, "contents: at most one video is allowed");
  checkHandles(handles, prompts[0] ?? "", complaints);
  return {
    prompt: prompts[0],
    firstFrame: firstFrames[0],
    lastFrame: lastFrames[0],
    images,
    video: videos[0],
    elements,
    voices,
  };
}

/** What a request without `contents[]` brought along. */
export function onlyPrompt(prompt: string | undefined): Contents {
  return {
    prompt,
    firstFrame: undefined,
    lastFrame: undefined,
    images: [],
    video: undefined,
    elements: [],
    voices: [],
  };
}
