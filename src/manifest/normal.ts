/**
 * A file that fits the schema → the manifest's normal form: mappings with ids become arrays in file order, absent parts
 * become empty ones, the author's own `x-` keys stay behind. Resolves nothing; equal manifests give equal values.
 */
import type {
  ElementEntry,
  FieldSet,
  Manifest,
  Profile,
  Shot,
  ShotStep,
  Sound,
  Still,
  VoiceEntry,
} from "./manifest.js";
import type { PlainMap } from "./plain.js";
import type { ManifestFile } from "./schema.generated.js";

/** The normal form of `file`. `orderOf` knows the order of a mapping's keys in the text. */
export function normalForm(file: ManifestFile, orderOf: (map: PlainMap) => readonly string[]): Manifest {
  const entries = <T>(map: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] =>
    map === undefined ? [] : orderOf(map as PlainMap).map((id) => [id, map[id] as T] as const);
  const { catalog } = file;
  return {
    version: 1,
    project: file.project,
    provider: file.provider ?? "sandbox",
    ...(file.profile === undefined ? {} : { profile: file.profile }),
    vars: texts(file.vars),
    defaults: (file.defaults ?? {}) as FieldSet,
    profiles: entries(file.profiles).map(([id, profile]): Profile => {
      const { vars, ...rest } = own(profile);
      return { id, ...rest, ...(vars === undefined ? {} : { vars: texts(vars) }) } as Profile;
    }),
    images: entries(file.images).map(([id, still]) => ({ id, ...own(still) }) as Still),
    sounds: entries(file.sounds).map(([id, sound]): Sound => ({ id, ...own(sound) })),
    voices: entries(file.voices).map(([id, voice]) => ({ id, ...own(voice) }) as VoiceEntry),
    elements: entries(file.elements).map(([id, element]) => ({ id, ...own(element) }) as ElementEntry),
    shots: entries(file.shots).map(([id, shot]) => {
      const { steps, ...rest } = own(shot);
      return { id, ...rest, ...(steps === undefined ? {} : { steps: steps.map(stepForm) }) } as Shot;
    }),
    limits: file.limits ?? {},
    budget: file.budget ?? {},
    approval: file.approval ?? {},
    outputs: file.outputs ?? {},
    catalog: {
      ...(catalog?.models === undefined
        ? {}
        : { models: entries(catalog.models).map(([id, model]) => ({ id, ...model })) }),
      ...(catalog?.prices === undefined ? {} : { prices: catalog.prices }),
      ...(catalog?.unit_usd === undefined ? {} : { unit_usd: catalog.unit_usd }),
    },
  };
}

type FileStep = NonNullable<NonNullable<ManifestFile["shots"]>[string]["steps"]>[number];

function stepForm(step: FileStep): ShotStep {
  const members = Object.entries(own(step)).map(([kind, fields]) => [kind, own(fields as object)]);
  return Object.fromEntries(members) as ShotStep;
}

/** Without the author's own keys. */
function own<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(([key]) => !key.startsWith("x-"));
  return Object.fromEntries(kept) as T;
}

/** Variables are text already when they come from YAML; without a prototype, as their names are the author's. */
function texts(vars: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> {
  const out = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(vars ?? {})) out[name] = String(value);
  return out;
}
