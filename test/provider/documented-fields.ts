/**
 * What the vendor documents of each create, written by hand from its pages and from transcriptions of those that are gone,
 * so that a field which only our builders believe in is noticed. Items of `contents` stand with their type in brackets.
 */

/** Where a table was read. */
type Source =
  | "official pages of 2026-09-20"
  | "extracts of the official pages of 2026-09-20"
  | "transcriptions of pages that have left the documentation"
  | "a third party's description of the unified dialect"
  | "the vendor's endpoint of that name, as nobody describes the gateways'";

/** Stands before the paths of gateways. */
export const UNIFIED = "unified";

/** One create. */
export interface Documented {
  readonly source: Source;
  /** Paths into the body. */
  readonly fields: readonly string[];
  /** Why a documented field is never sent, by its path. */
  readonly notOffered: Readonly<Record<string, string>>;
}

const FRAME_NAME = "a frame is where the clip begins or ends; prompts name references";

/** `settings{audio duration}` → `settings.audio`, `settings.duration`; words that stand alone are paths themselves. */
function fields(text: string): readonly string[] {
  return [...text.matchAll(/([^\s{}]+)(?:\{([^}]*)\})?/g)].flatMap(([, path = "", members]) =>
    members === undefined
      ? [path]
      : members
          .trim()
          .split(/\s+/)
          .map((member) => `${path}.${member}`),
  );
}

function current(
  text: string,
  source: Source = "official pages of 2026-09-20",
  notOffered: Documented["notOffered"] = {},
): Documented {
  return {
    source,
    fields: fields(`${text} options{callback_url external_task_id watermark_info.enabled}`),
    notOffered,
  };
}

function older(text: string, source: Source, notOffered: Documented["notOffered"] = {}): Documented {
  return { source, fields: fields(text), notOffered };
}

const EXTRACT = "extracts of the official pages of 2026-09-20";
const OFFICIAL = "official pages of 2026-09-20";
const DESCRIPTION = "a third party's description of the unified dialect";
const NAMESAKE = "the vendor's endpoint of that name, as nobody describes the gateways'";
const TRANSCRIPT = "transcriptions of pages that have left the documentation";

const PROMPT = "contents[prompt]{text}";
const FRAMES = "contents[first_frame]{url} contents[last_frame]{url}";
const OMNI =
  `${PROMPT} contents[first_frame]{url id} contents[last_frame]{url id} contents[refer_image]{url id} ` +
  "contents[feature_video]{url id} contents[base_video]{url id} contents[element]{element_id id}";
const OMNI_NOT = { "contents[first_frame].id": FRAME_NAME, "contents[last_frame].id": FRAME_NAME };
const MOTION = `${PROMPT} contents[image]{url} contents[video]{url} settings{character_orientation audio resolution}`;
const SHOTS = "multi_shot shot_type multi_prompt[]{index prompt duration}";
const CLIP =
  `model_name prompt negative_prompt sound cfg_scale mode ${SHOTS} duration watermark_info{enabled} ` +
  "camera_control{type config.horizontal config.vertical config.pan config.tilt config.roll config.zoom} " +
  "callback_url external_task_id";
const NAMED = "callback_url external_task_id";

/** The creates and small calls that are made, by path. */
export const DOCUMENTED: Readonly<Record<string, Documented>> = {
  "/text-to-video/kling-3.0-turbo": current("prompt settings{resolution aspect_ratio duration}"),
  "/image-to-video/kling-3.0-turbo": current(
    `${PROMPT} contents[first_frame]{url} settings{resolution duration}`,
    EXTRACT,
  ),
  "/text-to-video/kling-3.0": current("prompt settings{multi_shot audio resolution aspect_ratio duration}"),
  "/image-to-video/kling-3.0": current(
    `${PROMPT} ${FRAMES} contents[element]{element_id id} settings{multi_shot audio resolution duration}`,
  ),
  "/omni-video/kling-3.0-omni": current(
    `${OMNI} settings{multi_shot audio resolution aspect_ratio duration}`,
    OFFICIAL,
    OMNI_NOT,
  ),
  "/omni-video/kling-o1": current(
    `${OMNI} settings{audio resolution aspect_ratio duration}`,
    EXTRACT,
    OMNI_NOT,
  ),
  "/motion-control/kling-3.0": current(`${MOTION} contents[element]{element_id id}`),
  "/text-to-video/kling-2.6": current("prompt settings{audio resolution aspect_ratio duration}", EXTRACT),
  "/image-to-video/kling-2.6": current(
    `${PROMPT} ${FRAMES} contents[voice]{voice_id id} settings{audio resolution duration}`,
  ),
  "/motion-control/kling-2.6": current(MOTION, EXTRACT),
  "/text-to-video/kling-2.5-turbo": current("prompt settings{resolution aspect_ratio duration}", EXTRACT),
  "/image-to-video/kling-2.5-turbo": current(`${PROMPT} ${FRAMES} settings{resolution duration}`, EXTRACT),

  "/v1/videos/text2video": older(`${CLIP} aspect_ratio`, TRANSCRIPT),
  "/v1/videos/image2video": older(
    `${CLIP} aspect_ratio image image_tail voice_list[]{voice_id} element_list[]{element_id} ` +
      "static_mask dynamic_masks[]{mask trajectories[].x trajectories[].y}",
    TRANSCRIPT,
    { aspect_ratio: "the image decides; one transcription alone has the field here" },
  ),
  "/v1/videos/omni-video": older(
    `model_name prompt ${SHOTS} image_list[]{image_url type} element_list[]{element_id} ` +
      `video_list[]{video_url refer_type keep_original_sound} sound mode aspect_ratio duration ${NAMED}`,
    TRANSCRIPT,
  ),
  "/v1/videos/motion-control": older(
    "model_name image_url video_url character_orientation mode prompt element_list[]{element_id} " +
      `keep_original_sound watermark_info{enabled} ${NAMED}`,
    TRANSCRIPT,
  ),
  "/v1/videos/multi-image2video": older(
    `model_name image_list[]{image} prompt negative_prompt mode duration aspect_ratio ${NAMED}`,
    TRANSCRIPT,
  ),
  "/v1/videos/video-extend": older("video_id prompt negative_prompt cfg_scale callback_url", TRANSCRIPT),
  "/v1/videos/lip-sync": older(
    "input{mode video_id video_url text voice_id voice_language voice_speed audio_type audio_file audio_url} " +
      "callback_url",
    TRANSCRIPT,
  ),
  "/v1/videos/identify-face": older("video_id video_url", EXTRACT),
  "/v1/videos/advanced-lip-sync": older(
    "session_id face_choose[]{face_id audio_id sound_file sound_start_time sound_end_time sound_insert_time " +
      `sound_volume original_audio_volume} watermark_info{enabled} ${NAMED}`,
    OFFICIAL,
  ),
  "/v1/videos/avatar/image2video": older(
    `image audio_id sound_file prompt mode watermark_info{enabled} ${NAMED}`,
    EXTRACT,
    { audio_id: "an avatar speaks a file or an address; an id is of spoken text, which lives 30 days" },
  ),
  "/v1/videos/effects": older(`effect_scene input{image images[]} ${NAMED}`, EXTRACT),
  "/v1/audio/tts": older("text voice_id voice_language voice_speed", OFFICIAL),
  "/v1/audio/text-to-audio": older(`prompt duration ${NAMED}`, EXTRACT),
  "/v1/audio/video-to-audio": older(
    `video_id video_url sound_effect_prompt bgm_prompt asmr_mode ${NAMED}`,
    EXTRACT,
  ),
  "/v1/images/generations": older(
    "model_name prompt negative_prompt image image_reference image_fidelity human_fidelity " +
      `element_list[]{element_id} resolution n aspect_ratio watermark_info{enabled} ${NAMED}`,
    OFFICIAL,
  ),
  "/v1/images/omni-image": older(
    "model_name prompt image_list[]{image} element_list[]{element_id} resolution result_type n series_amount " +
      `aspect_ratio ${NAMED}`,
    OFFICIAL,
  ),
  "/v1/images/multi-image2image": older(
    `model_name subject_image_list[]{subject_image} scene_image style_image prompt n aspect_ratio ${NAMED}`,
    OFFICIAL,
  ),
  "/v1/images/editing/expand": older(
    "image up_expansion_ratio down_expansion_ratio left_expansion_ratio right_expansion_ratio prompt n " +
      NAMED,
    OFFICIAL,
  ),
  "/v1/images/kolors-virtual-try-on": older(`model_name human_image cloth_image ${NAMED}`, TRANSCRIPT),
  "/v1/general/advanced-custom-elements": older(
    "element_name element_description reference_type element_image_list{frontal_image refer_images[].image_url} " +
      `element_video_list{refer_videos[].video_url} element_voice_id tag_list[]{tag_id} ${NAMED}`,
    EXTRACT,
  ),
  "/v1/general/delete-elements": older("element_id", EXTRACT),
  "/v1/general/delete-voices": older("voice_id", EXTRACT),
  "/v1/general/custom-voices": older(`voice_name voice_url video_id ${NAMED}`, EXTRACT, {
    video_id: "it is taken for clips of few models; the address of a clip is taken for all",
  }),

  "unified /v1/videos/generations": older(
    "model_name prompt negative_prompt mode duration aspect_ratio cfg_scale image",
    DESCRIPTION,
  ),
  "unified /v1/videos/video-extend": older("video_id prompt negative_prompt cfg_scale", NAMESAKE),
  "unified /v1/videos/lip-sync": older(
    "input{mode video_id video_url text voice_id voice_language voice_speed audio_type audio_file audio_url}",
    NAMESAKE,
  ),
  "unified /v1/images/generations": older(
    "model_name prompt negative_prompt image image_reference image_fidelity human_fidelity resolution n aspect_ratio",
    NAMESAKE,
  ),
  "unified /v1/images/virtual-try-on": older("model_name human_image cloth_image", NAMESAKE),
};

/** Creates, small calls and lists that are documented and never made, with the reason. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  "/v1/videos/multi-elements":
    "what is edited is chosen by points in single frames, within a session of a day: work for a screen, not a manifest",
  "/v1/videos/multi-elements/init-selection": "see multi-elements",
  "/v1/videos/multi-elements/add-selection": "see multi-elements",
  "/v1/videos/multi-elements/delete-selection": "see multi-elements",
  "/v1/videos/multi-elements/clear-selection": "see multi-elements",
  "/v1/videos/multi-elements/preview-selection": "see multi-elements",
  "/v1/videos/image-recognize":
    "it tells the parts of a picture apart, which an author can mark in any paint program; a lost answer would be paid twice",
  "/v1/general/ai-multi-shot":
    "it draws further views for elements, three at a time; authors give the views of an element as refer_images",
  "/v1/general/delete-advanced-elements": "delete-elements works on the same store",
  "/v1/general/advanced-presets-elements":
    'a list that makes nothing; what the vendor keeps ready for all is used by its id: `elements: { her: { id: "…" } }`',
  "/v1/general/presets-voices":
    'a list that makes nothing, too; its ids are used as `voices: { her: { id: "…" } }`',
};

/** Values of documented fields that are never sent, with the reason. */
export const NEVER_SENT: readonly { readonly what: string; readonly why: string; readonly as: RegExp }[] = [
  {
    what: "`shot_type`: `intelligence`",
    why: "the vendor would choose the cuts; authors write them, and the current generation has no such choice",
    as: /"shot_type":"intelligence"/,
  },
  {
    what: "`series_amount`: `auto`",
    why: "how many pictures come, and so the price, would be known only afterwards",
    as: /"series_amount":"/,
  },
  {
    what: "`n` above 1",
    why: "takes are tasks of their own, so that each can be kept, or made again, alone",
    as: /"n":(?!1[,}])/,
  },
  {
    what: "`watermark_info.enabled`: true",
    why: "the clips are for a cut",
    as: /"watermark_info":\{"enabled":true/,
  },
];
