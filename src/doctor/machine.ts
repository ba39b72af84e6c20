/**
 * What there is to say of the machine and the project: Node, ffmpeg, disks, the manifest and its line for editors.
 * Pure; thresholds stand here.
 */
import { unreachable } from "../base/guard.js";
import { counted } from "../base/text.js";
import type { DiskFound, Facts, ProjectFound, SchemaFound } from "./facts.js";
import { fine, finding, type Finding } from "./finding.js";

/** A clip has up to about 100 MB in 4k; a film of a few dozen shots a few GB. */
const FEW_BYTES = 5e9;
const TOO_FEW_BYTES = 1e9;

/** All of it, in order. */
export function machineFindings(facts: Facts): readonly Finding[] {
  const editor = facts.schema === undefined ? [] : [editorFinding(facts.schema, facts.version)];
  return [
    nodeFinding(facts.node),
    ffmpegFinding(facts.ffmpeg),
    diskFinding(facts.disks),
    projectFinding(facts.project),
    ...editor,
  ];
}

function nodeFinding({ version, least }: Facts["node"]): Finding {
  const [has, wants] = [numbersOf(version), numbersOf(least)];
  const at = wants.findIndex((part, index) => (has[index] ?? 0) !== part);
  const isOld = at !== -1 && (has[at] ?? 0) < (wants[at] ?? 0);
  if (!isOld) return fine("node", `${version} (${least} or newer is needed)`);
  return finding(
    "node",
    "problem",
    `${version} is too old: ${least} or newer is needed`,
    `install Node ${least} or newer, from https://nodejs.org or with your version manager`,
  );
}

function numbersOf(version: string): readonly number[] {
  return (/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}

function ffmpegFinding(path: string | undefined): Finding {
  if (path !== undefined) return fine("ffmpeg", path);
  return finding(
    "ffmpeg",
    "warning",
    "no ffmpeg on the PATH: no picture can be taken out of a clip, which `frame: first|last` and `extend: { via: last_frame }` need",
    "install ffmpeg; everything else works without it",
  );
}

function diskFinding(disks: readonly DiskFound[]): Finding {
  const closed = disks.filter((each) => !each.writable);
  if (closed.length > 0) {
    const names = closed.map(({ what }) => nameOf(what)).join(" and ");
    return finding(
      "disk",
      "problem",
      `${names} cannot be written to`,
      closed.some(({ what }) => what === "store")
        ? "give yourself the right to write there; another place for the store can be named with KLINGMAKE_STORE"
        : "give yourself the right to write there",
    );
  }
  const known = disks.filter((each) => each.freeBytes !== undefined);
  if (known.length === 0) {
    return finding("disk", "unknown", "the system does not say how much room there is");
  }
  // One line where both lie on one disk.
  const [first, ...others] = known;
  const isOne = others.every((each) => each.disk !== undefined && each.disk === first?.disk);
  const said = isOne
    ? `${sizeOf(first?.freeBytes ?? 0)} free for ${known.map(({ what }) => nameOf(what)).join(" and ")}`
    : known.map(({ what, freeBytes = 0 }) => `${sizeOf(freeBytes)} free for ${nameOf(what)}`).join(", ");
  const least = Math.min(...known.map(({ freeBytes = 0 }) => freeBytes));
  if (least >= FEW_BYTES) return fine("disk", said);
  const status = least < TOO_FEW_BYTES ? "problem" : "warning";
  return finding(
    "disk",
    status,
    `${said}: ${status === "problem" ? "too little for a film" : "little for a film"}`,
    "make room before you render; the store can lie on another disk: KLINGMAKE_STORE",
  );
}

function nameOf(what: DiskFound["what"]): string {
  return what === "project" ? "the project" : "the store";
}

function sizeOf(bytes: number): string {
  if (bytes < 1e9) return `${Math.floor(bytes / 1e6)} MB`;
  return bytes < 10e9 ? `${Math.floor(bytes / 1e8) / 10} GB` : `${Math.floor(bytes / 1e9)} GB`;
}

function projectFinding(project: ProjectFound): Finding {
  switch (project.kind) {
    case "none":
      return finding(
        "project",
        "unknown",
        "no manifest here or above; only machine and account were looked at",
        {
          say: "to start a project:",
          copy: "klingmake init FOLDER",
        },
      );
    case "broken":
      return finding(
        "project",
        "problem",
        `${project.file} cannot be used: ${project.first}${project.problems > 1 ? `, and ${counted(project.problems - 1, "more problem")}` : ""}`,
        { say: "to see where, and what to do:", copy: "klingmake validate" },
      );
    case "read":
      return fine("project", `${project.name}, ${project.file}`);
    default:
      return unreachable(project);
  }
}

function editorFinding(schema: SchemaFound, version: string): Finding {
  switch (schema.kind) {
    case "same":
      return fine("editor", `the manifest's first lines lead to the schema of this version, ${schema.path}`);
    case "no_line":
      return finding(
        "editor",
        "warning",
        "the manifest does not name its schema, so that editors cannot explain and complete it",
        { say: "write the schema beside it:", copy: "klingmake schema > kling.manifest.schema.json" },
        {
          say: "and make this the manifest's first line:",
          copy: "# yaml-language-server: $schema=./kling.manifest.schema.json",
        },
      );
    case "remote":
      return finding(
        "editor",
        "unknown",
        `the schema is on the network (${schema.path}) and was not looked at`,
        "name a local file if the editor says other things than klingmake validate",
      );
    case "missing":
      return finding(
        "editor",
        "warning",
        `the schema that the manifest names cannot be used: ${schema.path} ${schema.why}`,
        renewed(schema.path, version),
      );
    case "other":
      return finding(
        "editor",
        "warning",
        `${schema.path} is not the schema of klingmake ${version}: the editor may say other things than klingmake validate`,
        renewed(schema.path, version),
      );
    default:
      return unreachable(schema);
  }
}

/** How a schema gets where the manifest looks for it. */
function renewed(path: string, version: string): { readonly say: string; readonly copy: string } {
  if (path.includes("node_modules/")) {
    return {
      say: "install this version in the project:",
      copy: `npm install --save-dev klingmake@${version}`,
    };
  }
  // What stands in a manifest is not to be pasted into a shell as it is.
  if (/^[\w./-]+$/.test(path) && !path.startsWith("-")) {
    return { say: "write it anew, in the manifest's folder:", copy: `klingmake schema > ${path}` };
  }
  return { say: "write it anew, and name that file:", copy: "klingmake schema > kling.manifest.schema.json" };
}
