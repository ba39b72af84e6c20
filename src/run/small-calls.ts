/**
 * The calls before a lip-sync: find the faces, speak the text. They cost little, carry no reference, and so cannot be
 * asked for when an answer is lost: each is journaled before it is sent, and sent twice at most in a run.
 * Paid for under the permit of the create that they belong to, whose ceiling has them in it.
 */
import { unreachable } from "../base/guard.js";
import { micros, type Micros, type MilliUnits } from "../base/money.js";
import { SERVICE_PRICES } from "../catalog/units.js";
import type { LipSync } from "../graph/step.js";
import { SMALL_CALLS_MOST } from "../plan/estimate.js";
import type { SentCall } from "../plan/prior.js";
import type { Material, SmallAnswer, SmallCall, SpeechPlan } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import { refusedByVendor, unsettled, unspeakable } from "./failure.js";
import type { Permit } from "./purse.js";
import { planSpeech } from "./speech.js";
import type { Stepping } from "./stepping.js";

const BUSY_FIRST_MS = 1_000; // [kling-api section 7: 1303, first delay at least 1 s]
const BUSY_MOST_MS = 30_000;

/** Makes the calls that the route wants before the create; undefined when it wants none. */
export async function speechBefore(
  stepping: Stepping,
  permit: Permit,
  materials: ReadonlyMap<string, Material>,
  sent: (call: SentCall) => void,
): Promise<SpeechPlan | Outcome | undefined> {
  const { run, planned } = stepping;
  const { action } = planned.step;
  if (action.kind !== "lip_sync") return undefined;
  const kinds = run.provider.callsBefore(action);
  if (kinds.length === 0) return undefined;
  const source = materials.get("source");
  if (source === undefined) throw new Error(`${planned.step.id} has no clip to speak in`);
  let faces: Extract<SmallAnswer, { kind: "faces" }> | undefined;
  let spoken: Extract<SmallAnswer, { kind: "speech" }> | undefined;
  for (const kind of kinds) {
    const answer = await settledCall(stepping, permit, callOf(kind, action, source), sent);
    if (!("kind" in answer)) return answer;
    if (answer.kind === "faces") faces = answer;
    else spoken = answer;
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
  if ("session" in plan) return plan;
  const { reference } = permit;
  await run.disk.journal({ type: "refused", reference, message: plan.why, refusal: false });
  return unspeakable(planned.step, plan);
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
  sent: (call: SentCall) => void,
): Promise<Extract<SmallAnswer, { kind: "faces" | "speech" }> | Outcome> {
  let busyMs = BUSY_FIRST_MS;
  let why = "";
  for (let sends = 0; sends < SMALL_CALLS_MOST;) {
    if (run.stop.aborted) return { status: "interrupted", underWay: true };
    // Nothing was taken where the vendor was merely busy, so that send's record stands for the next one.
    if (busyMs === BUSY_FIRST_MS) {
      const charge = { call: call.kind, ...chargeOf(planned, call.kind) };
      await run.disk.journal({ type: "calling", reference, ...charge });
      sent(charge);
      const reserved = charge.ceiling === undefined ? {} : { reserved: charge.ceiling };
      run.emit({ type: "step_preparing", step: planned.step.id, call: call.kind, ...reserved });
    }
    const answer = await run.provider.call(call, new AbortController().signal);
    switch (answer.kind) {
      case "faces":
      case "speech":
        return answer;
      case "refused":
        if (answer.error.class === "busy") {
          run.emit({ type: "step_waiting", step: planned.step.id, why: "busy", seconds: busyMs / 1000 });
          if (!(await slept(run, busyMs))) return { status: "interrupted", underWay: true };
          busyMs = Math.min(busyMs * 2, BUSY_MOST_MS);
          continue;
        }
        if (answer.error.class === "maintenance") {
          why = answer.error.message;
          break;
        }
        await run.disk.journal({
          type: "refused",
          reference,
          code: answer.error.code,
          message: answer.error.message,
          refusal: answer.error.class === "content",
        });
        return refusedByVendor(planned.step, answer.error);
      case "lost":
        why = answer.why;
        break;
      default:
        return unreachable(answer);
    }
    sends++;
    busyMs = BUSY_FIRST_MS;
    if (!(await slept(run, BUSY_FIRST_MS))) return { status: "interrupted", underWay: true };
  }
  return unsettled(planned.step, `${why}, ${SMALL_CALLS_MOST} times`, undefined);
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

async function slept(run: Stepping["run"], ms: number): Promise<boolean> {
  try {
    await run.clock.sleep(ms, run.stop);
    return true;
  } catch {
    return false;
  }
}
