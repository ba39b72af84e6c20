/**
 * Everything that can be created, by path. A further product is a file of its own and a line here; the server asks
 * this list and knows no product by name.
 */

import { EXTEND_PRODUCTS } from "./extend.js";
import { FACE_PRODUCTS } from "./faces.js";
import { LEGACY_OMNI_PRODUCTS } from "./legacy-omni.js";
import { LEGACY_VIDEO_PRODUCTS } from "./legacy-video.js";
import { LIP_SYNC_PRODUCTS } from "./lip-sync.js";
import { NEW_VIDEO_PRODUCTS } from "./new-video.js";
import type { Product } from "./order.js";
import { OLD_LIP_SYNC_PRODUCTS } from "./lip-sync-old.js";
import { SPEECH_PRODUCTS } from "./speech.js";
import { STILL_PRODUCTS } from "./stills.js";

/** All products, by their create path. */
export const PRODUCTS: ReadonlyMap<string, Product> = new Map(
  [
    ...NEW_VIDEO_PRODUCTS,
    ...LEGACY_VIDEO_PRODUCTS,
    ...LEGACY_OMNI_PRODUCTS,
    ...STILL_PRODUCTS,
    ...EXTEND_PRODUCTS,
    ...FACE_PRODUCTS,
    ...SPEECH_PRODUCTS,
    ...LIP_SYNC_PRODUCTS,
    ...OLD_LIP_SYNC_PRODUCTS,
  ].map((product) => [product.path, product]),
);
