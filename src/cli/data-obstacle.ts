/**
 * Obstacles as JSON, field by field, so that what a script reads is decided here.
 */
import { obstacleText, type Obstacle, type StepId } from "../index.js";

type Data = Readonly<Record<string, unknown>>;

/** Why a step cannot go on: a word for scripts, its own facts by name, and the sentence for people. */
export function obstacleData(obstacle: Obstacle, step: StepId): Data {
  const { why, help } = obstacleText(obstacle, step);
  return { because: obstacle.because, ...obstacleFacts(obstacle), why, help };
}

function obstacleFacts(obstacle: Obstacle): Data {
  switch (obstacle.because) {
    case "upstream":
      return { steps: obstacle.steps };
    case "refused":
      return { message: obstacle.message, ...(obstacle.by === undefined ? {} : { by: obstacle.by }) };
    case "missing":
      return { sha256: obstacle.sha256 };
    case "expired":
      return { completed: obstacle.completed };
    case "unknown":
      return { reference: obstacle.reference, since: obstacle.since };
    case "over_budget":
      return {
        cap: obstacle.cap,
        ...(obstacle.unknown === true ? { unknown: true } : {}),
        ...(obstacle.retries === undefined ? {} : { retries: obstacle.retries }),
      };
    case "price_unknown":
    case "not_rendered":
      return {};
    case "unsupported":
      return { what: obstacle.what, ...(obstacle.by === undefined ? {} : { by: obstacle.by }) };
    case "source_unavailable": {
      const { source, by, why: reason, completed, deleted } = obstacle;
      return {
        source,
        by,
        reason,
        ...(completed === undefined ? {} : { completed }),
        ...(deleted === undefined ? {} : { deleted }),
      };
    }
    case "tool_missing":
      return { tool: obstacle.tool };
  }
}
