/**
 * Everything that is wrong with a project under any of its profiles, input files included; the same finding once.
 */
import { caution, type Diagnostic } from "./base/diagnostic.js";
import { checkInputs } from "./engine-inputs.js";
import type { Opened } from "./engine-prepare.js";
import { knownCatalog } from "./engine-refusals.js";
import { expand, providerOf } from "./graph/expand.js";
import type { Profile } from "./manifest/manifest.js";

/** The findings, behind those of reading the manifest. */
export async function checkProfiles(
  opened: Opened,
  warnings: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const { manifest, catalog } = opened;
  const found: Diagnostic[] = [...warnings];
  const seen = new Set<string>();
  let looked = 0;
  for (const profile of [undefined, ...manifest.profiles]) {
    if (profile === undefined && manifest.profile !== undefined) continue;
    if (looked > MOST_CHECKED) {
      found.push(unchecked(profile?.id ?? ""));
      break;
    }
    const known = await knownCatalog(opened, providerOf(manifest, profile));
    const expanded = expand(manifest, profile, known, opened.file);
    const checked =
      expanded.value === undefined
        ? []
        : (await checkInputs(expanded.value, opened.inputs, catalog)).diagnostics;
    looked += expanded.value?.steps.length ?? 0;
    for (const each of [...expanded.diagnostics, ...checked]) {
      const name = JSON.stringify([each.code, each.path, each.message]);
      if (seen.has(name)) continue;
      seen.add(name);
      found.push(
        profile === undefined || profile.id === manifest.profile
          ? each
          : { ...each, why: inProfile(each, profile) },
      );
    }
  }
  return opened.put(found);
}

// Steps under all profiles together: forty profiles of a feature film.
const MOST_CHECKED = 80_000;

function unchecked(profile: string): Diagnostic {
  return caution("manifest/too-many", `the profile ${profile} and those behind it are not checked`, {
    path: ["profiles", profile],
    on: "key",
    why: `the film has more than ${MOST_CHECKED} steps under the profiles before it`,
    help: `each is checked when it is planned: klingmake plan --profile ${profile}`,
  });
}

function inProfile(diagnostic: Diagnostic, profile: Profile): string {
  return diagnostic.why === undefined
    ? `under the profile ${profile.id}`
    : `${diagnostic.why} (under the profile ${profile.id})`;
}
