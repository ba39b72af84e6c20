/**
 * How a step's failure is put: the vendor's classes and the disk's errors as outcomes with code, why and what to do.
 */
import { problem, type Diagnostic } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import { elide } from "../base/text.js";
import type { Step } from "../graph/step.js";
import { WrongServer, type VendorError } from "../provider/provider.js";
import { diskCode } from "../store/files.js";
import { DiskRefusal } from "./disk.js";
import type { Outcome } from "./event.js";
import type { Unspeakable } from "./speech.js";

/** What a failure says of its step. */
export type Named = Pick<Step, "id" | "path">;

/** A step that failed. */
export type Failed = Extract<Outcome, { status: "failed" }>;

/** A create that the vendor refused: no task exists, nothing was billed. */
export function refusedByVendor(step: Named, error: VendorError): Failed {
  const why = elide(error.message, 160);
  const failed = (diagnostic: Diagnostic, retry: Failed["retry"], fatal = false): Failed => ({
    status: "failed",
    diagnostic,
    retry,
    billed: "not_billed",
    ...(fatal ? { fatal } : {}),
  });
  const at = { path: step.path, on: "key" } as const;
  switch (error.class) {
    case "content":
      return failed(contentRefused(step, why), "never");
    case "credentials":
      return failed(
        problem("run/credentials", "the vendor does not accept the credentials", {
          why,
          help:
            error.help ??
            "check KLING_API_KEY (or KLING_ACCESS_KEY and KLING_SECRET_KEY) and KLING_BASE_URL: keys of one region may not be accepted in the other",
        }),
        "safe",
        true,
      );
    case "account":
      return failed(
        problem("run/account", "the account may not do this", {
          why,
          help:
            error.help ??
            "look at the balance, packs and entitlements in the vendor's console, and run render again",
        }),
        "safe",
        true,
      );
    case "busy":
    case "maintenance":
      return failed(
        problem("run/unreachable", `${step.id} could not be submitted`, {
          ...at,
          why,
          help: "run render again later",
        }),
        "safe",
      );
    case "invalid":
      return failed(
        problem("run/request-refused", `the vendor refused the request for ${step.id}`, {
          ...at,
          why,
          help:
            error.help ??
            "change the field that it names; if the manifest is right, please report this as a bug",
        }),
        "safe",
      );
    default:
      return unreachable(error.class);
  }
}

/** What is said of a content refusal, before or after the task was taken. */
export function contentRefused(step: Named, why: string): Diagnostic {
  return problem("run/content-refused", `${step.id} was refused for its content`, {
    path: step.path,
    on: "key",
    why,
    help: "change the prompt or the image; trying the same again will not help",
  });
}

/** A create that could not be settled now; its intent is journaled, so the next run goes on with it. */
export function unsettled(step: Named, why: string, error: VendorError | undefined): Failed {
  if (error !== undefined && (error.class === "credentials" || error.class === "account")) {
    return open(refusedByVendor(step, error), "what was sent is asked for then, never paid twice");
  }
  return {
    status: "failed",
    diagnostic: problem("run/unreachable", `it is not certain whether ${step.id} was submitted`, {
      path: step.path,
      on: "key",
      why: elide(why, 160),
      help: "run render again: the task is asked for first, and nothing is sent again that could be paid twice",
    }),
    retry: "safe",
    billed: "unknown",
  };
}

/** Asking how a task goes was refused, which says nothing of the task: it is under way all the same. */
export function notFollowed(step: Named, error: VendorError): Failed {
  const later = "its task is under way, and the next render collects it";
  if (error.class === "credentials" || error.class === "account")
    return open(refusedByVendor(step, error), later);
  return {
    status: "failed",
    diagnostic: problem("run/unreachable", `the vendor does not say how the task of ${step.id} goes`, {
      path: step.path,
      on: "key",
      why: elide(error.message, 160),
      help: `run render again: ${later}; it is paid for once`,
    }),
    retry: "safe",
    billed: "unknown",
  };
}

/** A refusal that leaves open what became of the task; `then`: what the next run does about it. */
function open(failed: Failed, then: string): Failed {
  const { diagnostic } = failed;
  return {
    ...failed,
    billed: "unknown",
    diagnostic: { ...diagnostic, help: `${diagnostic.help ?? "run render again"}; ${then}` },
  };
}

/** Nothing was sent, so that nothing can be uncertain. `spent`: what was sent before it, in words. */
export function notSent(step: Named, why: string, spent?: string): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/unreachable", `${step.id} was not submitted`, {
      path: step.path,
      on: "key",
      why: elide(why, 160),
      help: `${spent === undefined ? "nothing was sent" : spent}; run render again later`,
    }),
    retry: "safe",
    billed: spent === undefined ? "not_billed" : "unknown",
  };
}

/** An input is not what the plan was made with; nothing was sent. */
export function inputChanged(step: Named, why: string): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/input-changed", `an input of ${step.id} is not what was planned with`, {
      path: step.path,
      on: "key",
      why: elide(why, 160),
      help: "nothing was sent; run render again to plan with it as it is now",
    }),
    retry: "safe",
    billed: "not_billed",
  };
}

/** A clip in which the face or the sound is not as the step wants it. */
export function unspeakable(step: Named, { why, help }: Unspeakable): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/lip-sync", `${step.id} cannot make this clip speak`, {
      path: step.path,
      on: "key",
      why,
      help: `${help}; what was looked up for it was charged, the lip-sync itself was not sent`,
    }),
    retry: "safe",
    billed: "unknown",
  };
}

/** A task that the vendor had accepted and does not know any more. */
export function taskLost(step: Named, task: string): Failed {
  return {
    status: "failed",
    diagnostic: problem(
      "run/task-lost",
      `the vendor does not know the task of ${step.id} (${elide(task, 40)})`,
      {
        path: step.path,
        on: "key",
        why: "it belongs to another account, or is older than 30 days",
        help: "use the account that submitted it; with that one, render offers another attempt once it is sure, and asks first",
      },
    ),
    retry: "paid",
    billed: "unknown",
  };
}

/** A task that carries somebody else's reference: nothing of it may be recorded as ours. */
export function foreignTask(step: Named, task: string): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/task-lost", `the task ${elide(task, 40)} is not the one of ${step.id}`, {
      path: step.path,
      on: "key",
      why: "the vendor shows it under another reference",
      help: "run render again; if it stays so, ask the vendor about the reference in the journal",
    }),
    retry: "safe",
    billed: "unknown",
  };
}

/** A finished clip that could not be fetched: it is paid for and stays at the vendor. */
export function notCollected(step: Named, why: string): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/download", `the result of ${step.id} could not be fetched`, {
      path: step.path,
      on: "key",
      why: elide(why, 160),
      help: "run render again: it is paid for, kept 30 days by the vendor, and fetched at no cost",
    }),
    retry: "safe",
    billed: "unknown",
  };
}

/** The vendor's copy of a recorded clip is not the recorded clip; it is in the store, under its own digest. */
export function otherBytes(step: Named, recorded: string, got: string): Failed {
  return {
    status: "failed",
    diagnostic: problem("run/download", `the vendor's copy of ${step.id} is not the clip that was recorded`, {
      path: step.path,
      on: "key",
      why: `recorded is ${recorded.slice(0, 8)}, fetched was ${got.slice(0, 8)}`,
      help: `bring back the store or the output file; or buy it again: render --rebuy ${step.id}`,
    }),
    retry: "safe",
    billed: "not_billed",
  };
}

/** Whatever was thrown while a step ran: the disk, or a bug of ours. */
export function thrown(step: Named, error: unknown): Failed {
  if (error instanceof DiskRefusal) {
    return { status: "failed", diagnostic: error.diagnostic, retry: "safe", billed: "unknown" };
  }
  if (error instanceof WrongServer) {
    return {
      status: "failed",
      diagnostic: problem("run/credentials", error.problem.message, { help: error.problem.help }),
      retry: "safe",
      billed: "unknown",
      fatal: true,
    };
  }
  const code = diskCode(error);
  return {
    status: "failed",
    diagnostic:
      code !== undefined
        ? problem("run/disk", `${step.id} stopped because of the disk (${code})`, {
            why: DISK_WORDS[code] ?? "the disk refused",
            help: "make room or give access, and run render again; what was submitted is collected then",
          })
        : problem("run/bug", `${step.id} stopped because of a bug in klingmake`, {
            why: elide(`${wholeWords(error)}${whereabouts(error)}`, 200),
            help: "please report it; what was submitted is collected by the next render",
          }),
    retry: "safe",
    billed: "unknown",
  };
}

/** An exception's words, cut between two of them: half a secret would not be known for one any more. */
function wholeWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.length <= 120 ? words : words.slice(0, 120).replace(/\S+$/, "…");
}

/** The functions that it happened in, innermost first: what a report needs. */
function whereabouts(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? "").matchAll(/^ +at (?:async )?([\w.$]+) /gm) : [];
  const names = [...frames].slice(0, 4).map(([, name]) => name);
  return names.length === 0 ? "" : ` (in ${names.join(" < ")})`;
}

const DISK_WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "there is no space left",
  EDQUOT: "the quota is used up",
  EACCES: "access is denied",
  EPERM: "it is not permitted",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
};
