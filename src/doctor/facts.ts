/**
 * What the doctor was told about a machine, a project and an account: plain data, gathered elsewhere.
 * Absent is what could not be found out, never zero.
 */
import type { PackKind } from "../provider/account.js";
import type { Examination } from "../provider/kling/examine.js";

/** The manifest. */
export type ProjectFound =
  | { readonly kind: "none" }
  /** It cannot be used; `file` as messages name it. */
  | { readonly kind: "broken"; readonly file: string; readonly problems: number; readonly first: string }
  | {
      readonly kind: "read";
      readonly file: string;
      readonly name: string;
      /** Where it wants the real service: without being asked, under some profile only, or nowhere. */
      readonly kling:
        | { readonly wanted: "by_default" }
        | { readonly wanted: "in_profile"; readonly profile: string }
        | { readonly wanted: "nowhere" };
      /** What its renders take packs of; empty where that cannot be told. */
      readonly uses: readonly PackKind[];
      /** Tasks at a time, of the manifest or klingmake's own. */
      readonly concurrency: number;
    };

/** Where the manifest's line for editors leads. Paths as the manifest has them. */
export type SchemaFound =
  | { readonly kind: "no_line" }
  | { readonly kind: "remote"; readonly path: string }
  | { readonly kind: "missing"; readonly path: string; readonly why: string }
  | { readonly kind: "other"; readonly path: string }
  | { readonly kind: "same"; readonly path: string };

/** Room on a disk. */
export interface DiskFound {
  readonly what: "project" | "store";
  /** Bytes that are free to this user; absent: unknown. */
  readonly freeBytes?: number;
  /** Whether this user may write there. */
  readonly writable: boolean;
  /** Tells one disk from another. */
  readonly disk?: number;
}

/** Everything that is known. */
export interface Facts {
  /** Milliseconds since the epoch, by this machine. */
  readonly nowMs: number;
  /** `20.19.5`, and the lowest that will do. */
  readonly node: { readonly version: string; readonly least: string };
  /** Absolute path; absent: not there. */
  readonly ffmpeg?: string;
  readonly disks: readonly DiskFound[];
  readonly project: ProjectFound;
  /** Absent without a manifest. */
  readonly schema?: SchemaFound;
  /** The version of klingmake, for commands to copy. */
  readonly version: string;
  readonly vendor: Examination;
  /** Whether the environment names a proxy, which klingmake does not use. */
  readonly proxy: boolean;
}
