/**
 * Has an element or a voice deleted: the request, and what its answer means. Elements of both kinds are in one store, which
 * both paths of deletion know [kling-api 4.1]; an answer to it has a code and no data.
 */
import { unreachable } from "../../base/guard.js";
import type { Json } from "../../base/digest.js";
import type { KeptRecord } from "../../plan/kept.js";
import type { DeleteAnswer } from "../provider.js";
import { isMissing, type Verdict } from "./errors.js";

const INVALID_VALUE = 1201;
const DELETED = /has been deleted|already (been )?deleted/i;

/** Where it is sent, and what. */
export function deleteRequest({ kept, id }: KeptRecord): { readonly path: string; readonly body: Json } {
  switch (kept) {
    case "element":
      return { path: "/v1/general/delete-elements", body: { element_id: id } };
    case "voice":
      return { path: "/v1/general/delete-voices", body: { voice_id: id } };
    default:
      return unreachable(kept);
  }
}

/** What the answer means: a refusal because it is gone already is as good as a deletion. */
export function deleteAnswer(verdict: Verdict): DeleteAnswer {
  switch (verdict.kind) {
    case "ok":
      return { kind: "deleted" };
    case "refused": {
      const { code, message } = verdict.error;
      const isGone = code === INVALID_VALUE && (DELETED.test(message) || isMissing(message));
      return isGone ? { kind: "absent" } : verdict;
    }
    case "lost":
      return { kind: "lost", why: verdict.why };
    case "exists":
    case "absent":
      return { kind: "lost", why: "the vendor answered something that was not asked" };
    default:
      return unreachable(verdict);
  }
}
