/**
 * How what was answered at once is told: the answers of text to speech, of face identification and of deletions.
 * The first two have the vendor's fields; the shape of an answer with no face is not documented, here it is an empty list.
 */

import { unreachable } from "../base/guard.js";
import { charge, type Links } from "./task-view.js";
import { resultId, type Task } from "./task.js";

/** The answer to a create request whose result needs no waiting. */
export function answeredView(task: Task, links: Links): unknown {
  const { order } = task;
  switch (order.kind) {
    case "speech": {
      const failed = task.failure !== undefined;
      const [url] = links.of(task);
      const audios = [{ id: resultId(task, 0), url, duration: String(order.voice.seconds) }];
      return {
        task_id: task.id,
        task_status: failed ? "failed" : "succeed",
        task_status_msg: task.failure ?? "",
        task_info: {},
        ...(failed ? {} : { task_result: { audios } }),
        final_unit_deduction: charge(task),
        created_at: task.createdAt,
        updated_at: task.createdAt,
      };
    }
    case "faces": {
      const pictures = links.of(task);
      return {
        session_id: task.id,
        face_data: order.faces.map(({ startMs, endMs }, i) => ({
          face_id: resultId(task, i),
          face_image: pictures[i],
          start_time: startMs,
          end_time: endMs,
        })),
        final_unit_deduction: charge(task),
      };
    }
    case "deletion":
      // What the vendor answered when an element was deleted: a code, and no data.
      return order.what === "element" ? undefined : { task_id: task.id, task_status: "succeed" };
    case "video":
    case "still":
    case "sound":
    case "element":
    case "voice":
      throw new Error("a task that takes time was answered at once");
    default:
      return unreachable(order);
  }
}
