/**
 * Every diagnostic code with the sentence that the README prints for it. Codes are append-only: scripts match on them.
 */

/** Code → what it means. */
export const DIAGNOSTIC_CODES = {
  "file/not-found": "No manifest was found where it was looked for.",
  "file/unreadable":
    "The manifest (or a file it needs) cannot be read: a directory, no permission, too large, not UTF-8.",
  "file/unwritable":
    "A file cannot be written where it should stand: no permission, a link that leads away, something else in its place.",
  "init/exists": "Something stands already where `init` would write; nothing was written.",
  "init/bad-name": "A project's name uses characters that names cannot have, or is too long.",
  "init/unknown-example": "There is no example of that name.",
  "yaml/syntax": "The text is not YAML 1.2.",
  "yaml/tab": "A tab is used for indentation; YAML allows spaces only.",
  "yaml/duplicate-key": "A key appears twice in one mapping.",
  "yaml/alias-bomb": "Aliases expand to far more than the file holds.",
  "yaml/unsafe-integer": "An integer is beyond 2^53 and would lose digits.",
  "yaml/comment-cuts": "A ` #` inside an unquoted text starts a comment and cuts the text short.",
  "yaml/empty": "The manifest is empty.",
  "manifest/version": "The manifest's version is missing or not known to this klingmake.",
  "manifest/unknown-key": "A key is not part of the manifest's format.",
  "manifest/missing-key": "A required key is missing.",
  "manifest/wrong-type": "A value has the wrong type.",
  "manifest/wrong-value": "A value is outside what the field allows.",
  "manifest/bad-id": "An id uses characters that ids cannot have.",
  "manifest/secret": "Something that looks like a credential stands in the manifest.",
  "manifest/untidy": "`fmt --check` would write the manifest otherwise; it says the same either way.",
  "manifest/unknown-var": "`${vars.…}` names a variable that does not exist.",
  "manifest/var-cycle": "Variables refer to each other in a circle.",
  "manifest/unknown-profile": "A profile is named that the manifest does not define.",
  "graph/unknown-reference": "`from:` names a shot, image or step that does not exist.",
  "graph/wrong-reference": "`from:` names something that cannot be used there.",
  "graph/cycle": "Steps depend on each other in a circle.",
  "graph/output-clash": "Two steps would write the same output file.",
  "graph/output-outside": "An output path would leave the project.",
  "graph/input-missing": "An input file does not exist.",
  "graph/input-outside": "An input path leaves the project.",
  "graph/input-invalid": "An input file is not what the step needs (format, size, dimensions).",
  "graph/take": "`take` and `takes` do not fit together.",
  "catalog/unknown-model": "The model is neither in the catalog nor in the manifest's `catalog:`.",
  "catalog/retired-model": "The vendor no longer answers for this model.",
  "catalog/unsupported": "The chosen model or endpoint does not have this field, value or combination.",
  "catalog/prompt-too-long": "A prompt is longer than the endpoint takes.",
  "catalog/duplicate": "A `catalog:` addition names a model that already exists.",
  "plan/hold-nothing": "`hold: true` on a step of which the lockfile has no rendering.",
  "plan/unknown-target": "`--target`, `why` or another option names a step that does not exist.",
  "lock/damaged": "The lockfile cannot be read as a lockfile of a known version.",
  "journal/damaged": "A line of the journal cannot be read; it was set aside.",
  "run/input-changed": "An input changed between the plan and its submission; nothing was sent.",
  "run/content-refused": "The vendor refused a step for its content, before or after it was submitted.",
  "run/credentials": "The vendor does not accept the credentials.",
  "run/account": "Balance, pack or entitlement of the account do not allow a step.",
  "run/request-refused": "The vendor refused a request as wrong.",
  "run/unreachable":
    "A step could not be submitted, or it is not certain that it was; the next run settles it.",
  "run/lip-sync": "A clip cannot be made to speak as asked: no such face, or the sound does not fit it.",
  "run/frame": "No picture could be taken out of a clip.",
  "run/task-failed": "A task ended as failed at the vendor.",
  "run/task-lost": "The vendor does not know a task that it had accepted.",
  "run/download": "A finished result could not be fetched; it stays at the vendor for 30 days.",
  "run/disk": "The disk refused something that a step needed.",
  "run/bug": "A step stopped because of a bug in klingmake.",
  "output/changed": "An output file was changed by someone else and is left alone.",
} as const;

/** A stable name for one kind of problem. */
export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
