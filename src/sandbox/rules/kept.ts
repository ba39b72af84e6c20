/**
 * The rules for what a request names out of the account's store: elements and voices. An id must be one that was handed
 * out, and nobody may have deleted what it stands for. In the legacy generation an element's id is a whole number, in
 * the new one a string; a voice's is a string in both.
 */

import { unreachable } from "../../base/guard.js";
import type { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Kept, type KeptElement, type World } from "./order.js";

/** The element of an id; undefined after a complaint. `name` is how messages call the field. */
export function elementAt(
  id: string,
  name: string,
  world: World,
  complaints: Complaints,
): KeptElement | undefined {
  const found = world.element(id);
  return isUsable(found, id, name, complaints) ? found : undefined;
}

/** The voice of an id; undefined after a complaint. */
export function voiceAt(id: string, name: string, world: World, complaints: Complaints): Kept | undefined {
  const found = world.voice(id);
  return isUsable(found, id, name, complaints) ? found : undefined;
}

/** A deletion of what `id` stands for: the account's own only. `name` is how messages call the field. */
export function deletionOf(
  what: "element" | "voice",
  id: string | undefined,
  name: string,
  world: World,
  complaints: Complaints,
): Checked {
  const find = what === "element" ? elementAt : voiceAt;
  const found = id === undefined ? undefined : find(id, name, world, complaints);
  complaints.when(found?.preset === true, `${name}: only custom ${what}s can be deleted`);
  return conclude(complaints, () => {
    if (found === undefined) return undefined;
    return {
      order: { kind: "deletion", what, id: found.id, version: "deletion", prompt: "", milliUnits: 0 },
      externalId: undefined,
      watermark: false,
    };
  });
}

/** Reads `element_list` of the legacy generation. */
export function readElements(
  body: Fields,
  most: number,
  world: World,
  complaints: Complaints,
): readonly KeptElement[] {
  return body.objects("element_list", most).flatMap((item) => {
    item.require("element_id");
    const id = item.whole("element_id", 0, Number.MAX_SAFE_INTEGER);
    item.done();
    const found =
      id === undefined ? undefined : elementAt(String(id), item.name("element_id"), world, complaints);
    return found === undefined ? [] : [found];
  });
}

/** Reads `voice_list` of the legacy generation. */
export function readVoices(
  body: Fields,
  most: number,
  world: World,
  complaints: Complaints,
): readonly string[] {
  return body.objects("voice_list", most).flatMap((item) => {
    item.require("voice_id");
    const id = item.text("voice_id", Infinity, 1);
    item.done();
    const found = id === undefined ? undefined : voiceAt(id, item.name("voice_id"), world, complaints);
    return found === undefined ? [] : [found.id];
  });
}

/** How many elements of each type there are. */
export function countElements(elements: readonly KeptElement[]): ElementCounts {
  const videoCharacter = elements.filter(({ type }) => type === "video-character").length;
  return { multiImage: elements.length - videoCharacter, videoCharacter };
}

/** Elements by type, because their limits differ. */
export interface ElementCounts {
  readonly multiImage: number;
  readonly videoCharacter: number;
}

function isUsable(found: Kept | undefined, id: string, name: string, complaints: Complaints): boolean {
  const state = found?.state ?? "failed";
  switch (state) {
    case "ready":
      return true;
    case "under way":
      complaints.add(`${name} ${id.slice(0, 80)} belongs to a task that has not finished yet`);
      return false;
    case "deleted":
      complaints.add(`${name} ${id.slice(0, 80)} has been deleted`);
      return false;
    case "failed":
      complaints.add(`${name} ${id.slice(0, 80)} does not exist`);
      return false;
    default:
      return unreachable(state);
  }
}
