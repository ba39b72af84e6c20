/**
 * Why a step must be rendered or is blocked, with the evidence. Reasons are shown to people and never branched on;
 * what is done follows from the decision alone.
 */
import type { Sha256 } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import { counted, elide, elideWords, listWords, safeText } from "../base/text.js";
import type { StepId } from "../graph/input.js";
import type { Change } from "./change.js";

/** Why, with its evidence. */
export type Reason =
  | { readonly because: "new" }
  | { readonly because: "changed"; readonly changes: readonly Change[] }
  | {
      readonly because: "upstream_replaced";
      readonly upstream: StepId;
      readonly from: Sha256;
      /** Absent while it is still to be rendered. */
      readonly to?: Sha256;
    }
  | { readonly because: "failed_before"; readonly attempt: number; readonly message: string }
  | { readonly because: "rebuy" }
  | {
      readonly because: "under_way";
      readonly since: string;
      readonly unconfirmed?: true;
      /** Nothing here had remembered it. */ readonly found?: true;
    }
  | { readonly because: "output_missing"; readonly output: string }
  | { readonly because: "output_older"; readonly output: string }
  | { readonly because: "output_changed"; readonly output: string }
  | { readonly because: "store_missing" }
  | { readonly because: "same_as"; readonly step: StepId }
  | { readonly because: "held" }
  /** A person had it deleted at the vendor, ISO 8601. */
  | { readonly because: "deleted"; readonly at: string };

/** Why a step cannot go on. */
export type Obstacle =
  | { readonly because: "upstream"; readonly steps: readonly StepId[] }
  /** `by`: what was found in the clip stands in the way, and not the vendor's view of the content. */
  | { readonly because: "refused"; readonly message: string; readonly by?: "lip_sync" }
  | { readonly because: "missing"; readonly sha256: Sha256 }
  | { readonly because: "expired"; readonly completed: string }
  | { readonly because: "unknown"; readonly reference: string; readonly since: string }
  /** `unknown`: its price is, so that nobody can say whether it fits. */
  /** `retries`: how many further attempts of it would have to fit, too. */
  | {
      readonly because: "over_budget";
      readonly cap: "budget" | "max_cost";
      readonly unknown?: true;
      readonly retries?: number;
    }
  /** `model`: the one whose price could be given under `catalog.prices`. */
  | { readonly because: "price_unknown"; readonly why: string; readonly model?: string }
  /** `by`: the server's old lip-sync cannot do it; absent: this klingmake cannot. */
  | { readonly because: "unsupported"; readonly what: string; readonly by?: "old_lip_sync" }
  /** A gateway cannot be asked for it; `what` is a sentence about that. */
  | {
      readonly because: "unsupported";
      readonly what: string;
      readonly by: "unified";
      readonly help: string;
    }
  /** The vendor cannot work on what `source` gave any more; `completed`: when that was made, ISO 8601. */
  | {
      readonly because: "source_unavailable";
      readonly source: StepId;
      /** What would have worked on it. */
      readonly by: SourceUse;
      readonly why: "expired" | "other_account" | "no_handle" | "gone" | "deleted";
      readonly completed?: string;
      /** When a person had it deleted, ISO 8601. */
      readonly deleted?: string;
    }
  | { readonly because: "tool_missing"; readonly tool: "ffmpeg" }
  /** Nothing was paid for it that could be brought back, and nothing may be created now. */
  | { readonly because: "not_rendered" };

/**
 * What works on a thing of the vendor's: a native extension wants the vendor's own id of the clip and no address; `video`
 * takes any video by address; `kept` is an element or a voice, which has no 30 days.
 */
export type SourceUse = "native" | "omni" | "lip_sync" | "video_to_audio" | "video" | "kept";

/** A reason as one line. */
export function reasonText(reason: Reason): string {
  switch (reason.because) {
    case "new":
      return "new";
    case "changed":
      return reason.changes.map(changeText).join("; ") || "its intent changed";
    case "upstream_replaced":
      return reason.to === undefined
        ? `${reason.upstream} is bought again`
        : `${reason.upstream} was replaced (${reason.from.slice(0, 8)} → ${reason.to.slice(0, 8)})`;
    case "failed_before":
      return `attempt ${reason.attempt} failed: ${elideWords(reason.message, 80)}`;
    case "rebuy":
      return "bought again, as you asked";
    case "under_way":
      if (reason.found === true)
        return `found at the vendor, ordered ${minute(reason.since)}: adopted at no cost`;
      return reason.unconfirmed === true
        ? `sent or about to be sent at ${minute(reason.since)}, never confirmed; looked for at the vendor before anything is sent`
        : `already under way since ${minute(reason.since)}`;
    case "output_missing":
      return `${safeText(reason.output)} is missing`;
    case "output_older":
      return `${safeText(reason.output)} is an older rendering`;
    case "output_changed":
      return `${safeText(reason.output)} was changed by someone else and is replaced, as you asked`;
    case "store_missing":
      return "missing in the store";
    case "same_as":
      return `the same as ${reason.step}`;
    case "held":
      return "held: kept whatever changed";
    case "deleted":
      return `deleted at the vendor on ${reason.at.slice(0, 10)}`;
    default:
      return unreachable(reason);
  }
}

function overBudget(
  cap: "budget" | "max_cost",
  retries = 0,
): { readonly why: string; readonly help: string } {
  const behind =
    retries === 0 ? "" : ` with ${counted(retries, "further attempt", "further attempts")} behind it`;
  const fewer = retries === 0 ? "" : ", wish for fewer --retries";
  return cap === "budget"
    ? {
        why: `does not fit into the project's budget${behind}`,
        help: `raise budget.usd in the manifest${fewer}, or render fewer steps with --target`,
      }
    : {
        why: `does not fit under --max-cost${behind}`,
        help: `raise --max-cost${fewer}, or render fewer steps with --target`,
      };
}

/** What else can be done with a clip that is still here. */
function elsewhere(by: Extract<Obstacle, { because: "source_unavailable" }>["by"]): string {
  const pin = "put that clip at a public address and add copy: { url: …, sha256: … }";
  switch (by) {
    case "native":
      return "continue with via: last_frame; or with via: omni, when that clip is at a public address (copy: { url: …, sha256: … })";
    case "omni":
      return `continue with via: last_frame; or ${pin} to the extend`;
    case "lip_sync":
    case "video_to_audio":
      return `${pin} to the ${by}`;
    case "video":
      return "put that clip at a public address and name it there: { url: …, sha256: … }";
    case "kept":
      return "name one that the account has by its id: { id: … }";
    default:
      return unreachable(by);
  }
}

function sourceWords(obstacle: Extract<Obstacle, { because: "source_unavailable" }>): string {
  const { why, completed, deleted } = obstacle;
  switch (why) {
    case "deleted":
      return `it was deleted there on ${(deleted ?? "").slice(0, 10)}`;
    case "expired":
      return `it keeps results for 30 days, and this one was made on ${(completed ?? "").slice(0, 10)}`;
    case "other_account":
      return "it was made with other credentials, and those of now do not see it";
    case "no_handle":
      return "nothing on record says which of its results that is";
    case "gone":
      return "it does not have that result any more";
    default:
      return unreachable(why);
  }
}

function minute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function changeText(change: Change): string {
  const field = change.field.replace(/_/g, " ");
  if (change.upstream !== undefined) return `${change.upstream} changed`;
  if (change.file !== undefined) return `${field}: ${safeText(change.file)} changed`;
  if (change.from === undefined) return `${field} added: ${elide(change.to ?? "", 48)}`;
  if (change.to === undefined) return `${field} removed`;
  if (change.from.length + change.to.length > 60)
    return `${field}: ${wordDifference(change.from, change.to)}`;
  return `${field}: ${safeText(change.from)} → ${safeText(change.to)}`;
}

/** The part of two long texts that differs, with a little around it. */
function wordDifference(from: string, to: string): string {
  const a = from.split(" ");
  const b = to.split(" ");
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail++;
  // One word of what stayed on each side, so that an insertion has something to stand between.
  const start = Math.max(0, head - 1);
  const kept = Math.max(0, tail - 1);
  const part = (words: readonly string[]) => {
    const middle = words.slice(start, words.length - kept).join(" ");
    return `${start > 0 ? "…" : ""}${elide(middle, 40)}${kept > 0 ? "…" : ""}`;
  };
  return `"${part(a)}" → "${part(b)}"`;
}

/** An obstacle as one line, and what can be done about it. */
export function obstacleText(
  obstacle: Obstacle,
  step: StepId,
): { readonly why: string; readonly help: string } {
  switch (obstacle.because) {
    case "upstream":
      return { why: `waits for ${listWords(obstacle.steps)}`, help: "settle that first" };
    case "refused":
      if (obstacle.by === "lip_sync") {
        return {
          why: `cannot be made to speak: ${elide(obstacle.message, 100)}`,
          help: `change the step, or count its clip's take up for another one; or pay for looking once more: render --retry-refused ${step}`,
        };
      }
      return {
        why: `refused for its content: ${elideWords(obstacle.message, 160)}`,
        help: `change the prompt or the image; or try the same again at full price: render --retry-refused ${step}`,
      };
    case "missing":
      return {
        why: `rendered before, but its clip (${obstacle.sha256.slice(0, 8)}) is nowhere to be found`,
        help: `bring back the store or the output file; or buy it again: render --rebuy ${step}`,
      };
    case "expired":
      return {
        why: `rendered before, but its clip is gone here and the vendor keeps results for 30 days (completed ${obstacle.completed.slice(0, 10)})`,
        help: `buy it again: render --rebuy ${step}`,
      };
    case "unknown":
      return {
        why: `a submission of ${minute(obstacle.since)} may or may not have been taken`,
        help: `run klingmake reconcile: it asks for it at no cost, and says what can be decided (reference ${obstacle.reference})`,
      };
    case "over_budget":
      if (obstacle.unknown === true) {
        const cap = obstacle.cap === "budget" ? "the project's budget" : "--max-cost";
        return {
          why: `its price is unknown, and what is unknown never fits under ${cap}`,
          help:
            obstacle.cap === "budget"
              ? "give it a price under catalog.prices where that can be done, or render it without budget.usd"
              : "give it a price under catalog.prices where that can be done, or render it without --max-cost",
        };
      }
      return overBudget(obstacle.cap, obstacle.retries);
    case "price_unknown":
      return {
        why: `its price is unknown: ${obstacle.why}`,
        help:
          obstacle.model === undefined
            ? `allow it by name: --allow-unknown-price ${step}`
            : `add a price of ${obstacle.model} under catalog.prices, or allow it by name: --allow-unknown-price ${step}`,
      };
    case "unsupported":
      if (obstacle.by === "unified") return { why: obstacle.what, help: obstacle.help };
      if (obstacle.by === "old_lip_sync") {
        return {
          why: `the old lip-sync, which KLING_LIP_SYNC=old chooses, does not take ${obstacle.what}`,
          help: "leave that out of the step; or unset KLING_LIP_SYNC, if the server has the lip-sync of today",
        };
      }
      return {
        why: `this version of klingmake cannot render ${obstacle.what}`,
        help: "render the other steps; this one is waiting",
      };
    case "source_unavailable":
      return {
        why: `the vendor cannot work ${obstacle.by === "kept" ? "with" : "on the clip of"} ${obstacle.source}: ${sourceWords(obstacle)}`,
        help: `${elsewhere(obstacle.by)}; or ${obstacle.by === "kept" ? "make it" : "buy that clip"} again: render --rebuy ${obstacle.source}`,
      };
    case "not_rendered":
      return { why: "is not rendered yet", help: `render it: klingmake render --target ${step}` };
    case "tool_missing":
      return {
        why: `taking a picture out of a clip needs ${obstacle.tool}, which is not on the PATH`,
        help: "install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg) and run the same command again; an extend can also go via: omni",
      };
    default:
      return unreachable(obstacle);
  }
}
