/**
 * What a project has cost: the ledger of a realm, read from lockfile and journal. Makes no request and writes nothing.
 */
import { hasErrors, type Checked } from "./base/diagnostic.js";
import { NOBODY, known } from "./engine-matters.js";
import { chooseProfile, type Opened } from "./engine-prepare.js";
import { providerOf, realmOf } from "./graph/expand.js";
import type { Realm } from "./graph/input.js";
import { correctionsOf, type Correction } from "./plan/corrections.js";
import { chargesOf, type Charge } from "./plan/ledger.js";

/** The ledger of a realm. */
export interface CostReport {
  readonly project: string;
  readonly profile?: string;
  readonly realm: Realm;
  /** Oldest first. */
  readonly charges: readonly Charge[];
  /** Prices that the bills show to be others; none in the sandbox, whose prices are nobody's. */
  readonly corrections: readonly Correction[];
  /** Submissions of which so little is left on record that not even their realm is known. */
  readonly orphans: number;
}

/** Reads the ledger of the realm that a profile renders in. */
export async function costsOf(opened: Opened, profile?: string): Promise<Checked<CostReport>> {
  const { manifest, catalog } = opened;
  const chosen = chooseProfile(manifest, profile);
  if ("code" in chosen) return { diagnostics: await opened.put([chosen]) };
  const provider = providerOf(manifest, chosen.profile);
  const realm = realmOf(provider);
  const { value, diagnostics } = await known({ opened, request: {}, provider, realm }, NOBODY);
  if (value === undefined || hasErrors(diagnostics)) return { diagnostics };
  const { prior } = value.read;
  const charges = chargesOf(prior, realm, catalog);
  return {
    value: {
      project: manifest.project,
      ...(chosen.profile === undefined ? {} : { profile: chosen.profile.id }),
      realm,
      charges,
      corrections: realm === "kling" ? correctionsOf(charges) : [],
      orphans: prior.orphans?.size ?? 0,
    },
    diagnostics,
  };
}
