/**
 * The film as the page shows it: plain data that is sent as JSON, and nothing the page could spend or change anything
 * with. Every text is the author's, the vendor's or ours in words for people; the page shows it as text, never as HTML.
 * Addresses are relative to the page, so that the same data serves a server and a folder that is opened from disk.
 */

/** All that the page shows. */
export interface Film {
  readonly version: 1;
  readonly project: string;
  readonly profile: string;
  readonly realm: "kling" | "sandbox";
  /** The manifest as the author knows it, relative to where klingmake was started. */
  readonly manifest: string;
  /** Milliseconds since the epoch when this was true; what is left of a task is counted from here. */
  readonly now: number;
  /** Who keeps the page in step; absent in a report. */
  readonly watch?: WatchLine;
  readonly money: MoneyBar;
  readonly count: Readonly<Record<StepView["decision"], number>>;
  /** In the order of the manifest; errors first where places are equal. */
  readonly problems: readonly Problem[];
  /** In the order of the film: stills, sounds and the like before shots, as the plan shows them. */
  readonly shots: readonly ShotView[];
}

/** What the watcher is at, in a word to colour by and in words to read. */
export interface WatchLine {
  readonly state: "looking" | "planning" | "running" | "waiting" | "paused" | "faulty" | "ended";
  /** One line: `waits for a yes to $2.52: press a in the terminal`. */
  readonly words: string;
}

/** Money of the project, in words and as millionths of a dollar for the bar. */
export interface MoneyBar {
  readonly spent: Amount;
  /** The most that tasks under way may still cost. */
  readonly reserved: Amount;
  /** What the plan that is shown would order beyond that; unknown prices are said in the words. */
  readonly planned: Amount;
  /** What budget or session leaves after spent and reserved; absent without a limit. */
  readonly left?: Amount;
  readonly limit?: Amount;
  /** Set in the sandbox, where the amounts are what a real render would cost. */
  readonly free?: true;
}

/** An amount of money. */
export interface Amount {
  /** `$2.52`, `$1.20 to $1.80`, `unknown`. */
  readonly words: string;
  /** Millionths of a dollar, the upper end of a range; 0 where nothing is known. */
  readonly micros: number;
}

/** Something that is wrong, or worth knowing, with its place in the manifest's text. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly why?: string;
  readonly help?: string;
  /** `kling.manifest.yaml:12:5`. */
  readonly place?: string;
  /** The lines around the place; `mark` is the part of the line that is meant, in UTF-16 units from its start. */
  readonly lines?: readonly {
    readonly number: number;
    readonly text: string;
    readonly mark?: readonly [from: number, to: number];
  }[];
  /** The shot that it is about. */
  readonly shot?: string;
}

/** A shot, still, sound, voice or element with everything that is made for it. */
export interface ShotView {
  /** As the manifest names it: `shots.010`. Unique, and the same from one look to the next. */
  readonly name: string;
  readonly kind: "shot" | "image" | "sound" | "voice" | "element";
  readonly id: string;
  readonly title?: string;
  readonly notes?: string;
  readonly tags: readonly string[];
  /** Along the chain; takes of one step stand together. */
  readonly steps: readonly StepView[];
  /** The step whose result stands for the shot: the last one, in the take that others use. */
  readonly shown: string;
  /** Whether play-all shows it: shots do, in the film's order. */
  readonly plays: boolean;
}

/** A step as the page shows it. */
export interface StepView {
  /** `shots.010.clip`, `shots.030.clip@2`. */
  readonly id: string;
  /** `clip`, `extend-2`. */
  readonly name: string;
  readonly take: number;
  /** Whether it is one of several takes of the same step that stand side by side. */
  readonly candidate: boolean;
  readonly decision: "keep" | "restore" | "resume" | "render" | "blocked";
  /** What to colour by: `fresh` is here as asked; `stale` has to be rendered; `working` is under way. */
  readonly state: "fresh" | "free" | "stale" | "working" | "failed" | "blocked";
  /** Why, in words: `prompt changed`, `blocked by shots.010.clip`. */
  readonly reason?: string;
  readonly action: string;
  readonly model?: string;
  readonly mode?: string;
  readonly tier: "standard" | "pro" | "master";
  /** Asked for. */
  readonly seconds?: number;
  readonly price: Amount;
  /** The prompt, with the words that changed since it was rendered marked; absent where the step has none. */
  readonly prompt?: readonly Word[];
  /** The other fields that changed since it was rendered: `duration`, `5` to `10`. */
  readonly changes: readonly { readonly field: string; readonly from?: string; readonly to?: string }[];
  /** What is here to look at. */
  readonly media?: MediaView;
  /** What is here is of an earlier version of the manifest. */
  readonly outdated?: true;
  readonly task?: TaskView;
  /** The address of its sidecar. */
  readonly sidecar?: string;
  /** Where the author finds it, relative to the project. */
  readonly output?: string;
}

/** A run of words of a prompt: as it was and is, new, or not there any more. */
export interface Word {
  readonly text: string;
  readonly is: "same" | "new" | "old";
}

/** Bytes to look at or listen to. */
export interface MediaView {
  readonly kind: "video" | "image" | "audio";
  /** Relative; the same bytes have the same address for ever. */
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
}

/** A task on its way, or how it ended badly. */
export interface TaskView {
  readonly phase: "waiting" | "preparing" | "submitted" | "processing" | "downloading" | "failed" | "unknown";
  /** `waits for a free slot`, `processing`, `failed: the prompt was refused`. */
  readonly words: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** Seconds that the whole task will probably take. */
  readonly expectedSeconds?: number;
  /** Of a download, 0 to 1. */
  readonly part?: number;
}

/**
 * What is sent to a page that is open: all of it to begin with (`shots` complete, in order), later the head, the order of
 * the shots by name, and only the shots that differ from what was sent before.
 */
export interface FilmNews {
  readonly head: Omit<Film, "shots">;
  readonly order: readonly string[];
  readonly shots: readonly ShotView[];
}
