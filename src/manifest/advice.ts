/**
 * Advice for keys that people bring along: words of the vendor's API, of other tools, and of older habits, each with
 * what the manifest has instead. For misspelt keys see `findings`; this is for well-spelt ones of another language.
 */
import type { Path } from "../base/diagnostic.js";

const VIDEO: Readonly<Record<string, string>> = {
  model_name: "the model's field is `model`",
  image_tail: "the last picture's field is `end_image`",
  tail_image: "the last picture's field is `end_image`",
  last_frame: "the last picture's field is `end_image`",
  first_frame: "the first picture's field is `image`",
  start_image: "the first picture's field is `image`",
  image_url: "write `image: { url: …, sha256: … }`, or the path of a file as `image`",
  input_image: "the first picture's field is `image`",
  sound: "sound is `audio: true` or `audio: false`",
  generate_audio: "sound is `audio: true` or `audio: false`",
  resolution: "a clip's quality is `mode`: std (720p), pro (1080p) or 4k",
  quality: "a clip's quality is `mode`: std (720p), pro (1080p) or 4k",
  seconds: "the length is `duration`, in whole seconds",
  length: "the length is `duration`, in whole seconds",
  ratio: "the field is `aspect_ratio`",
  cfg: "the field is `cfg_scale`",
  camera_control: "newer models have no camera control; say the camera's move in the prompt",
  camera: "say the camera's move in the prompt",
  seed: "the API takes no seed; `take: 2` asks for another rendering of the same intent",
  n: "one request makes one clip; for candidates write `takes: 3`",
  count: "for candidates write `takes: 3`",
  extend: "refinements stand in the shot's list `steps:`, as `- extend: { … }`",
  lip_sync: "refinements stand in the shot's list `steps:`, as `- lip_sync: { … }`",
  depends_on: "a shot depends on what its `image: { from: … }` names; nothing else is needed",
  external_task_id: "klingmake gives every task its own reference",
  callback_url:
    "klingmake asks for results itself; to be called back as well: `klingmake render --callback URL`",
};

const STILL: Readonly<Record<string, string>> = {
  n: "for several candidates write `takes: 3`; each is a rendering of its own, and `take` names the one that is used",
  count: "for several candidates write `takes: 3`",
  model_name: "the model's field is `model`",
  seed: "the API takes no seed; `take: 2` asks for another rendering of the same intent",
  ratio: "the field is `aspect_ratio`",
  mode: "a still's size is `resolution`: 1k or 2k",
};

const STEP: Readonly<Record<string, string>> = {
  prompt: "write `- extend: { prompt: … }`: a step names its action first",
  upscale: "the vendor has no upscaling of clips; render with another `mode`",
  try_on: "dressing a person makes a still: put `try_on` under `images:`",
};

const TOP: Readonly<Record<string, string>> = {
  name: "the project's name is `project`",
  api_key: "credentials come from the environment (KLING_API_KEY)",
  scenes: "clips are listed under `shots:`",
  output: "output paths stand under `outputs:`, as `path` and `image_path`",
};

/** What to write instead of a key at a place, when it is one that people bring along. */
export function adviceFor(path: Path, key: string): string | undefined {
  const table = tableFor(path);
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

function tableFor(path: Path): Readonly<Record<string, string>> | undefined {
  const last = path.at(-1);
  if (path.length === 0) return TOP;
  if (path.length === 2 && path[0] === "images") return STILL;
  if (path.length === 2 && path[0] === "shots") return VIDEO;
  if (path[0] === "shots" && path.at(-2) === "steps") return STEP;
  if (last === "image" && path.length > 1) return STILL;
  return last === "video" || last === "extend" ? VIDEO : undefined;
}
