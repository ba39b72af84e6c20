/**
 * The three fields that every create request may carry, in `options` (new generation) or in the body (legacy):
 * callback_url, external_task_id, watermark_info. Whether a callback is sent is no affair of the rules.
 * The length and the characters of an external id are not documented, so none are refused but the empty string.
 */

import type { Complaints, Fields } from "./fields.js";
import { isWebAddress } from "./pictures.js";

/** What the three fields said. */
export interface RequestOptions {
  readonly externalId: string | undefined;
  readonly watermark: boolean;
}

/** Reads them from the object that holds them; absent when there is no such object. */
export function readOptions(fields: Fields | undefined, complaints: Complaints): RequestOptions {
  if (fields !== undefined) readCallback(fields, complaints);
  const watermark = fields?.object("watermark_info");
  const enabled = watermark?.flag("enabled") ?? false;
  watermark?.done();
  return { externalId: fields?.text("external_task_id", Infinity, 1), watermark: enabled };
}

/** Reads callback_url alone, for the products that take neither of the other two. */
export function readCallback(fields: Fields, complaints: Complaints): void {
  const callback = fields.text("callback_url");
  if (callback !== undefined && !isWebAddress(callback)) {
    complaints.add(`${fields.name("callback_url")} is not a valid URL`);
  }
}
