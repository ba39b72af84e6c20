/**
 * The first manifest of a project, as a text: short, explained, valid, tidy, and rendered by the sandbox without a
 * single file beside it. Also the two lines of somebody else's manifest that change when it becomes one's own.
 */

/** What `first` and `madeOwn` put in. */
export interface Beginning {
  /** A legal project name. */
  readonly project: string;
  /** Where the editor finds the schema, seen from the manifest. */
  readonly schema: string;
}

/** Names that a project can have. */
export const PROJECT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A manifest to start from. */
export function firstManifest({ project, schema }: Beginning): string {
  return `${schemaLine(schema)}
#
# Change anything, and \`klingmake plan\` says what that makes necessary, why, and what it would cost.
# An editor with YAML support explains every field and completes names while you type.
version: 1
project: ${yamlName(project)}

# The built-in sandbox renders real, playable slates; it needs no account and costs nothing.
provider: sandbox

# Words that prompts share, as \${vars.look}.
vars:
  look: night, sodium light, light rain, 35mm film

# What every clip and every still gets unless it says otherwise.
defaults:
  video: { model: kling-2.5-turbo, mode: std, duration: 5, aspect_ratio: "16:9" }
  image: { model: kling-v3, aspect_ratio: "16:9" }

# Variations of the whole film. \`klingmake plan --profile final\` shows what the real thing costs; rendering it
# needs an account (KLING_API_KEY) and asks first.
profiles:
  final:
    provider: kling
    defaults:
      video: { mode: pro }

# Stills that shots start from. They keep a face or a place the same from shot to shot.
images:
  pier:
    prompt: an empty ferry pier, lamps reflected in wet planks, \${vars.look}

# In film order. Ids are yours: letters, digits, - and _.
shots:
  "010":
    title: The pier
    image: { from: images.pier }
    prompt: slow push in along the pier, one lamp flickers

  "020":
    title: The ferry
    prompt: wide shot, the ferry comes out of the mist, \${vars.look}

# US dollars over the whole life of the project; nothing is sent that could go beyond it.
budget: { usd: 10 }
`;
}

/** Another project's manifest with this schema line, and with this name if one is given. */
export function madeOwn(
  text: string,
  { project, schema }: Partial<Beginning> & Pick<Beginning, "schema">,
): string {
  const lines = text.split("\n").filter((line) => !line.startsWith("# yaml-language-server:"));
  const own =
    project === undefined
      ? lines
      : lines.map((line) => (line.startsWith("project:") ? `project: ${yamlName(project)}` : line));
  return [schemaLine(schema), ...own].join("\n");
}

/** The legal project name that is nearest to a text, such as a folder's name; `film` where nothing legal is left. */
export function projectNameFrom(text: string): string {
  const letters = text.normalize("NFKD").replace(/\p{M}+/gu, "");
  const name = letters
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 64)
    .replace(/[-_]+$/, "");
  return name === "" ? "film" : name;
}

function schemaLine(schema: string): string {
  return `# yaml-language-server: $schema=${schema}`;
}

/** In quotes where YAML would take the name for something else. */
function yamlName(project: string): string {
  const isWord = /^[A-Za-z]/.test(project) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(project);
  return isWord ? project : `"${project}"`;
}
