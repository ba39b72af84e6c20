/**
 * A run that is called back: where it listens, and what is to be said of that. Polling remains the truth, so a run in which
 * nobody calls is slower and nothing else; it is told, because somebody set up a tunnel for it.
 */
import { counted } from "./base/text.js";
import type { Opened } from "./engine-prepare.js";
import type { CallbackHint, RouteProblem } from "./provider/provider.js";
import type { StepId } from "./graph/input.js";
import type { Emit, RunEvent } from "./run/event.js";

/** Whom the vendor tells of changes, and where this process listens for that. */
export interface CallbackRequest {
  /** Public https that leads to where somebody listens; plain http on this machine, for a sandbox. May hold a secret. */
  readonly url: string;
  /** Absent: somebody else listens. */
  readonly listen?: { readonly host?: string; readonly port: number };
}

/** Listening, for the length of a run. */
export interface Hearing {
  readonly hints: (take: (hint: CallbackHint) => void) => void;
  /** Passes events on, and says what is worth saying of callbacks, never before a run's first event or after its last. */
  remarking(emit: Emit): Emit;
  close(): Promise<void>;
}

/** Why nobody can be heard; nothing was sent and nothing spent. */
export interface Unheard {
  readonly kind: "credentials" | "refused";
  readonly message: string;
  readonly help: string;
}

/** What is wrong with the address, as far as that shows before any server is known. */
export async function callbackProblem(
  request: CallbackRequest | undefined,
): Promise<Pick<RouteProblem, "message" | "help"> | undefined> {
  if (request === undefined) return undefined;
  const { readCallbackUrl } = await import("./provider/callback-url.js");
  const read = readCallbackUrl(request.url);
  return read instanceof URL ? undefined : { message: read.message, help: read.help };
}

/** Starts to listen, where that is asked for. */
export async function hear(
  { world, options }: Opened,
  request: CallbackRequest | undefined,
): Promise<Hearing | Unheard | undefined> {
  const { host = "127.0.0.1", port } = request?.listen ?? {};
  if (port === undefined) return undefined;
  const { readWebhookSecrets } = await import("./provider/signature.js");
  const keys = readWebhookSecrets(options.env["KLING_WEBHOOK_SECRET"]);
  if ("message" in keys) return { ...keys, kind: "credentials" };
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const listening = await world.listen({ host, port, keys });
  if ("kind" in listening) {
    const inUse = listening.code === "EADDRINUSE";
    return {
      kind: "refused",
      message: `callbacks cannot be listened for on ${where}: ${inUse ? "the port is in use" : listening.code}`,
      help: inUse
        ? "Say another port to --listen and to what leads there, or end the program that has it."
        : "Say --listen with a port above 1023, and an address of this machine.",
    };
  }

  const submitted = new Set<StepId>();
  let isDue = false;
  const proof =
    keys.length > 0
      ? "only signed ones count"
      : "none can be checked without KLING_WEBHOOK_SECRET, so each is a hint to ask and nothing more";
  const remarkOn = (event: RunEvent): string | undefined => {
    switch (event.type) {
      case "run_started":
        return `listening for callbacks on ${where}: ${proof}`;
      case "step_submitted":
        if (!event.adopted) submitted.add(event.step);
        return undefined;
      case "step_ended": {
        const { status } = event.outcome;
        isDue ||= submitted.has(event.step) && (status === "rendered" || status === "failed");
        return undefined;
      }
      case "run_ended":
        return ending(listening.counts(), isDue, where);
      default:
        return undefined;
    }
  };
  return {
    hints: (take) => listening.take(take),
    remarking: (emit) => (event) => {
      const message = remarkOn(event);
      if (event.type !== "run_ended") emit(event);
      if (message !== undefined) emit({ type: "notice", message });
      if (event.type === "run_ended") emit(event);
    },
    close: () => listening.close(),
  };
}

/** What a user would want to know of the callbacks of a run, because something is to be set right. */
function ending(
  { heard, refused }: { readonly heard: number; readonly refused: number },
  isDue: boolean,
  where: string,
): string | undefined {
  if (refused > 0) {
    const what = counted(refused, "callback was", "callbacks were");
    return `${what} refused: not signed with KLING_WEBHOOK_SECRET, or dated more than 5 minutes from this machine's clock`;
  }
  return isDue && heard === 0
    ? `no callback came during this run, which asked by itself: does the --callback address lead to ${where}?`
    : undefined;
}
