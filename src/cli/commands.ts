/**
 * What a command line can say, as plain data decided before anything is done. Knows no parser and no effect.
 * Amounts of money are US dollars as the user wrote them; they become exact amounts where they are used.
 */
import type { CostGrouping, Tier } from "../index.js";

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly file?: string;
  /** Files outside of the project may be read. */
  readonly allowOutside?: true;
  readonly json: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What shapes a plan. */
export interface PlanFlags {
  readonly profile?: string;
  readonly targets: readonly string[];
  readonly maxCostUsd?: number;
  readonly allowUnknownPrice: readonly string[];
  readonly rebuy: readonly string[];
  readonly retryRefused: readonly string[];
  readonly jobs?: number;
  /** How many attempts may follow a failed one by themselves. */
  readonly retries?: number;
}

/** What of a project is looked at. */
export interface Selection {
  readonly profile?: string;
  readonly targets: readonly string[];
}

/** When a yes is wanted, as far as flags or the environment say. */
export interface PolicyFlags {
  readonly askAboveUsd?: number;
  readonly askTiers?: readonly Tier[];
}

/** Where callbacks are listened for. */
export interface ListenAt {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  readonly port: number;
}

/** What stands for stdout where a file is wanted. */
export const STDOUT = "-";

/** One command with its options. */
export type Command =
  | {
      readonly name: "init";
      readonly folder?: string;
      readonly example?: string;
      /** The project's name. */
      readonly project?: string;
    }
  | { readonly name: "validate" }
  | { readonly name: "fmt"; readonly check: boolean }
  | {
      readonly name: "plan";
      readonly plan: PlanFlags;
      readonly policy: PolicyFlags;
      readonly rehearse: boolean;
      readonly refresh: boolean;
      readonly out?: string;
      readonly detailedExitcode: boolean;
    }
  | {
      readonly name: "render";
      readonly plan: PlanFlags;
      readonly policy: PolicyFlags;
      readonly rehearse: boolean;
      readonly approve?: string;
      readonly yes: boolean;
      readonly frozen: boolean;
      readonly overwriteOutputs: boolean;
      /** A file, or {@link STDOUT}. */
      readonly events?: string;
      /** Never shown: it may hold a secret. */
      readonly callback?: string;
      readonly listen?: ListenAt;
    }
  | {
      readonly name: "watch";
      /** Without a cap of its own, and without anything that is bought again: a watcher has a budget and a key for these. */
      readonly plan: PlanFlags;
      /** The standing yes, and what the whole session may order. */
      readonly budgetUsd?: number;
      /** Tiers that the standing yes covers. */
      readonly tiers?: readonly Tier[];
      /** A file, or {@link STDOUT}. */
      readonly events?: string;
      /** Serves the page, on any port where none is named. */
      readonly page?: { readonly open: boolean; readonly port?: number };
    }
  | {
      readonly name: "download";
      readonly profile?: string;
      readonly steps: readonly string[];
      /** Steps whose copies at the vendor are fetched anew and compared. */
      readonly again: readonly string[];
      readonly all: boolean;
      readonly overwriteOutputs: boolean;
    }
  | {
      readonly name: "reconcile";
      readonly profile?: string;
      /** Steps, shots, or references. */
      readonly steps: readonly string[];
      readonly list: boolean;
      /** The task that a person found for the one submission that is named. */
      readonly task?: string;
      readonly abandon: boolean;
      readonly yes: boolean;
    }
  | {
      readonly name: "adopt";
      readonly file: string;
      /** The step that it is bound to. */
      readonly as: string;
      readonly profile?: string;
      readonly overwriteOutputs: boolean;
    }
  | {
      readonly name: "delete";
      readonly profile?: string;
      /** Steps, or the vendor's ids. */
      readonly names: readonly string[];
      readonly unused: boolean;
      readonly yes: boolean;
    }
  | { readonly name: "status"; readonly plan: PlanFlags }
  | {
      readonly name: "cost";
      readonly profile?: string;
      readonly by: CostGrouping;
      /** One line a row, for a spreadsheet. */
      readonly csv: boolean;
    }
  | { readonly name: "why"; readonly step: string; readonly plan: PlanFlags }
  | { readonly name: "graph"; readonly profile?: string; readonly format: GraphFormat }
  | { readonly name: "models"; readonly all: boolean }
  | { readonly name: "doctor" }
  | { readonly name: "schema"; readonly which: "manifest" | "lock" }
  | {
      readonly name: "sandbox";
      readonly port: number;
      readonly directory?: string;
      readonly asVendor: boolean;
      /** What the sandbox speaks; the vendor's own when absent. */
      readonly dialect?: "vendor" | "unified";
      readonly refuseRetired: boolean;
      readonly timeScale?: number;
      /** A file with what goes wrong. */
      readonly faults?: string;
    }
  | ({ readonly name: "page"; readonly port: number; readonly open: boolean } & Selection)
  | ({ readonly name: "report"; readonly folder?: string } & Selection)
  | { readonly name: "completion"; readonly shell: Shell }
  /** What a shell's completion asks: the words after the program's name, the last one unfinished. */
  | { readonly name: "complete"; readonly words: readonly string[] };

/** The shells that completions are written for. */
export type Shell = "bash" | "zsh" | "fish";

/** The forms in which `graph` prints. */
export type GraphFormat = "text" | "mermaid" | "dot";

/** What a command line came to. */
export type Parsed =
  | { readonly kind: "command"; readonly command: Command; readonly globals: GlobalFlags }
  | { readonly kind: "version" }
  /** Help that was asked for; goes to stdout. */
  | { readonly kind: "help"; readonly text: string }
  /** A mistake; goes to stderr, exit 64. */
  | { readonly kind: "usage"; readonly text: string; readonly json: boolean };
