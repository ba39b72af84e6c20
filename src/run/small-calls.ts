/**
 * The calls before a lip-sync: find the faces, speak the text. They cost little, carry no reference, and so cannot be
 * asked for when an answer is lost: each is journaled before it is sent, and sent twice at most under one ceiling.
 * Paid for under the permit of the create that they belong to, whose ceiling has them in it.
 */
import { unreachable } from "../base/guard.js";
import { micros, type Micros, type MilliUnits } from "../base/money.js";
import { SERVICE_PRICES } from "../catalog/units.js";
import type { LipSync } from "../graph/actions.js";
import type { StepId } from "../graph/input.js";
import { UNSPEAKABLE, type Billed, type SentCall } from "../plan/prior.js";
import type { Material, SmallAnswer, SmallCall, SpeechPlan } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import { notSent, refusedByVendor, unspeakable } from "./failure.js";
import { BUSY_FIRST_MS, BUSY_MOST_MS, slept } from "./patience.js";
import type { Permit } from "./purse.js";
import { faceOf, planSpeech, type Unspeakable } from "./speech.js";
import type { Stepping } from "./stepping.js";

/** What a step's small calls have cost so far, and how many more it may make. */
export interface CallBooks {
  left(kind: SmallCall["kind"]): number;
  sent(call: SentCall): void;
  billed(kind: SmallCall["kind"], billed: Billed): void;
}

/** Makes the calls that the route wants before the create, and puts them into the books; undefined when it wants none. */
export async function speechBefore(
  stepping: Stepping,
  permit: Permit,
  materials: ReadonlyMap<string, Material>,
  books: CallBooks,
): Promise<SpeechPlan | Outcome | undefined> {
  const { run, planned } = stepping;
  const { action } = planned.step;
  if (action.kind !== "lip_sync") return undefined;
  const kinds = run.provider.callsBefore(action);
  if (kinds.length === 0) return undefined;
  const source = materials.get("source");
  if (source === undefined) throw new Error(`${planned.step.id} has no clip to speak in`);
  const unspeakableNow = async (found: Unspeakable): Promise<Outcome> => {
    const { reference } = permit;
    const { why: message } = found;
    await run.disk.journal({ type: "refused", reference, code: UNSPEAKABLE, message, refusal: true });
    return unspeakable(planned.step, found);
  };
  let faces: Extract<SmallAnswer, { kind: "faces" }> | undefined;
  let spoken: Extract<SmallAnswer, { kind: "speech" }> | undefined;
  for (const kind of kinds) {
    const answer = await settledCall(stepping, permit, callOf(kind, action, source), books);
    if (!("kind" in answer)) return answer;
    if (answer.kind === "speech") spoken = answer;
    else {
      faces = answer;
      // Before anything more is paid for.
      const face = faceOf(action, faces.faces);
      if ("why" in face) return unspeakableNow(face);
    }
  }
  if (faces === undefined) throw new Error("a lip-sync was prepared without looking for faces");
  const own = materials.get("audio");
  const soundSeconds = spoken?.seconds ?? (own?.kind === "bytes" ? own.seconds : undefined);
  const clipSeconds =
    action.source.kind === "step" ? run.artifact(action.source.id)?.artifact.seconds : undefined;
  const plan = planSpeech(action, {
    session: faces.session,
    faces: faces.faces,
    ...(spoken === undefined ? {} : { audio: spoken.audio }),
    ...(soundSeconds === undefined ? {} : { soundSeconds }),
    ...(clipSeconds === undefined ? {} : { clipSeconds }),
  });
  return "session" in plan ? plan : unspeakableNow(plan);
}

function callOf(kind: SmallCall["kind"], action: LipSync, source: Material): SmallCall {
  switch (kind) {
    case "identify_face":
      return { kind, source };
    case "speech":
      return {
        kind,
        text: action.text ?? "",
        voice: action.voice ?? "",
        language: action.voice_language ?? "en",
        speed: action.voice_speed ?? 1,
      };
    default:
      return unreachable(kind);
  }
}

/** Sends a call until it is answered, or how the step ends without an answer. */
async function settledCall(
  { run, planned }: Stepping,
  { reference }: Permit,
  call: SmallCall,
  books: CallBooks,
): Promise<Extract<SmallAnswer, { kind: "faces" | "speech" }> | Outcome> {
  const { step } = planned;
  const most = books.left(call.kind);
  let why = "";
  for (let sends = 0; sends < most; sends++) {
    if (sends > 0) await slept(run.clock, BUSY_FIRST_MS, run.stop);
    if (run.stop.aborted) return { status: "interrupted", underWay: false };
    const charge = chargeOf(planned, call.kind);
    await run.disk.journal({ type: "calling", reference, call: call.kind, ...charge });
    books.sent({ call: call.kind, ...charge });
    const reserved = charge.ceiling === undefined ? {} : { reserved: charge.ceiling };
    run.emit({ type: "step_preparing", step: step.id, call: call.kind, ...reserved });
    const answer = await patiently(run, step.id, call);
    if (answer === undefined) {
      await took(NOTHING);
      return { status: "interrupted", underWay: false };
    }
    switch (answer.kind) {
      case "faces":
      case "speech":
        await took(answer.billed);
        return answer;
      case "refused":
        if (answer.error.class === "maintenance") {
          why = answer.error.message;
          continue;
        }
        await took(NOTHING);
        await run.disk.journal({
          type: "refused",
          reference,
          code: answer.error.code,
          message: answer.error.message,
          refusal: answer.error.class === "content",
        });
        return refusedByVendor(step, answer.error);
      case "lost":
        why = answer.why;
        continue;
      default:
        return unreachable(answer);
    }
  }
  const spent = `what comes before it was sent ${most === 1 ? "once" : `${most} times`} without an answer, and may have been charged`;
  return notSent(step, why, spent);

  async function took(billed: Billed): Promise<void> {
    if (billed.kind === "unknown") return;
    await run.disk.journal({ type: "called", reference, call: call.kind, billed });
    books.billed(call.kind, billed);
  }
}

const NOTHING: Billed = { kind: "not_billed" };

/** One answer that is not "busy", after which nothing was done; undefined when the user would not wait for it. */
async function patiently(
  { provider, clock, stop, emit }: Stepping["run"],
  step: StepId,
  call: SmallCall,
): Promise<SmallAnswer | undefined> {
  for (let busyMs = BUSY_FIRST_MS; ; busyMs = Math.min(busyMs * 2, BUSY_MOST_MS)) {
    const answer = await provider.call(call, new AbortController().signal);
    if (answer.kind !== "refused" || answer.error.class !== "busy") return answer;
    emit({ type: "step_waiting", step, why: "busy", seconds: busyMs / 1000 });
    if (!(await slept(clock, busyMs, stop))) return undefined;
  }
}

/** The most that a call may cost, at the price at which the step was planned. */
function chargeOf(
  planned: Stepping["planned"],
  kind: SmallCall["kind"],
): { readonly units: MilliUnits; readonly ceiling?: Micros } {
  const { units } = SERVICE_PRICES[kind];
  const { estimate } = planned;
  const whole = estimate.kind === "priced" ? estimate : undefined;
  const high = whole?.units?.high ?? 0;
  return whole === undefined || high === 0
    ? { units }
    : { units, ceiling: micros(Math.ceil((whole.usd.high * units) / high)) };
}
