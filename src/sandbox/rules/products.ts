/**
 * Everything that can be created, by path. A further product is a file of its own and a line here; the server asks
 * this list and knows no product by name. A gateway that speaks the unified dialect has a list of its own.
 */

import { AUDIO_PRODUCTS } from "./audio.js";
import { AVATAR_PRODUCTS } from "./avatar.js";
import { COMPOSED_IMAGE_PRODUCTS } from "./composed-image.js";
import { EFFECT_PRODUCTS } from "./effects.js";
import { ELEMENT_PRODUCTS } from "./elements.js";
import { EXPAND_PRODUCTS } from "./expand.js";
import { EXTEND_PRODUCTS } from "./extend.js";
import { FACE_PRODUCTS } from "./faces.js";
import { LEGACY_OMNI_PRODUCTS } from "./legacy-omni.js";
import { LEGACY_VIDEO_PRODUCTS } from "./legacy-video.js";
import { LIP_SYNC_PRODUCTS } from "./lip-sync.js";
import { MOTION_PRODUCTS } from "./motion.js";
import { MULTI_IMAGE_PRODUCTS } from "./multi-image.js";
import { NEW_VIDEO_PRODUCTS } from "./new-video.js";
import { OMNI_IMAGE_PRODUCTS } from "./omni-image.js";
import type { Product } from "./order.js";
import { OLD_LIP_SYNC_PRODUCTS } from "./lip-sync-old.js";
import { SPEECH_PRODUCTS } from "./speech.js";
import { STILL_PRODUCTS } from "./stills.js";
import { UNIFIED_PRODUCTS } from "./unified.js";
import { VOICE_PRODUCTS } from "./voices.js";

/** All products, by their create path. */
export const PRODUCTS: ReadonlyMap<string, Product> = new Map(
  [
    ...NEW_VIDEO_PRODUCTS,
    ...LEGACY_VIDEO_PRODUCTS,
    ...LEGACY_OMNI_PRODUCTS,
    ...STILL_PRODUCTS,
    ...OMNI_IMAGE_PRODUCTS,
    ...COMPOSED_IMAGE_PRODUCTS,
    ...EXPAND_PRODUCTS,
    ...EXTEND_PRODUCTS,
    ...FACE_PRODUCTS,
    ...SPEECH_PRODUCTS,
    ...LIP_SYNC_PRODUCTS,
    ...OLD_LIP_SYNC_PRODUCTS,
    ...MOTION_PRODUCTS,
    ...ELEMENT_PRODUCTS,
    ...VOICE_PRODUCTS,
    ...AUDIO_PRODUCTS,
    ...AVATAR_PRODUCTS,
    ...EFFECT_PRODUCTS,
    ...MULTI_IMAGE_PRODUCTS,
  ].map((product) => [product.path, product]),
);

/** All products of a gateway, by their create path. */
export const GATEWAY_PRODUCTS: ReadonlyMap<string, Product> = new Map(
  UNIFIED_PRODUCTS.map((product) => [product.path, product]),
);
