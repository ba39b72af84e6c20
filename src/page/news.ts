/**
 * The film as it is sent to pages that are open: once whole, then only what differs from what was sent. Pure; knows no
 * sockets. What the page may ask for besides is what the film names, and nothing else has an address.
 */
import type { Film, FilmNews, ShotView } from "./film.js";

/** What can be asked for under an address of the film. */
export type Target =
  | { readonly kind: "media"; readonly sha256: string }
  /** `output` is relative to the project. */
  | { readonly kind: "sidecar"; readonly output: string };

/** A film at one moment, ready to be sent. */
export interface Snapshot {
  readonly head: string;
  /** The head without the time at which it was true, which alone is no news. */
  readonly lasting: string;
  readonly order: readonly string[];
  readonly shots: ReadonlyMap<string, SentShot>;
  /** By relative address, exactly as the film writes it. */
  readonly targets: ReadonlyMap<string, Target>;
}

interface SentShot {
  /** As the film has it; the same object where nothing changed, in films that are kept in step. */
  readonly source: ShotView;
  readonly raw: string;
  /** As it is sent. */
  readonly json: string;
}

const MEDIA = /^media\/([0-9a-f]{64})\.[a-z0-9]{2,4}$/;
const SIDECAR = /^sidecar\/[\w@.%-]{1,400}$/;

/** The film now. `clean` passes every text; `before` saves cleaning what stayed the same. */
export function snapshotOf(film: Film, clean: (text: string) => string, before?: Snapshot): Snapshot {
  const cleaned = (_: string, value: unknown) => (typeof value === "string" ? clean(value) : value);
  const { shots, ...head } = film;
  const { now: _, ...lasting } = head;
  return {
    head: JSON.stringify(head, cleaned),
    lasting: JSON.stringify(lasting, cleaned),
    order: shots.map(({ name }) => name),
    shots: new Map(
      shots.map((shot) => {
        const sent = before?.shots.get(shot.name);
        if (sent?.source === shot) return [shot.name, sent];
        const raw = JSON.stringify(shot);
        const json = sent?.raw === raw ? sent.json : JSON.stringify(shot, cleaned);
        return [shot.name, { source: shot, raw, json }];
      }),
    ),
    targets: targetsOf(shots),
  };
}

/** A {@link FilmNews} as JSON: everything to begin with, then what differs; undefined when nothing does. */
export function newsBetween(before: Snapshot | undefined, after: Snapshot): string | undefined {
  const differing = after.order.filter(
    (name) => before?.shots.get(name)?.json !== after.shots.get(name)?.json,
  );
  const order = JSON.stringify(after.order);
  const isSame =
    before !== undefined &&
    differing.length === 0 &&
    before.lasting === after.lasting &&
    JSON.stringify(before.order) === order;
  if (isSame) return undefined;
  const shots = differing.map((name) => after.shots.get(name)?.json ?? "");
  const members = { head: after.head, order, shots: `[${shots.join(",")}]` } satisfies Record<
    keyof FilmNews,
    string
  >;
  return `{"head":${members.head},"order":${members.order},"shots":${members.shots}}`;
}

function targetsOf(shots: readonly ShotView[]): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  for (const { media, sidecar, output } of shots.flatMap(({ steps }) => steps)) {
    const sha256 = MEDIA.exec(media?.url ?? "")?.[1];
    if (media !== undefined && sha256 !== undefined) targets.set(media.url, { kind: "media", sha256 });
    if (sidecar !== undefined && output !== undefined && SIDECAR.test(sidecar))
      targets.set(sidecar, { kind: "sidecar", output });
  }
  return targets;
}
