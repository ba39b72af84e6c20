/**
 * Approvals on disk: `.kling/plans/<digest>.json`, so that a yes given once can be named by its digest later, also for
 * what is left of a plan after a crash. A file whose content does not have the digest of its name counts as absent.
 */
import { join } from "node:path";
import { planDigest, type Approval, type ApprovedCreate } from "../plan/approval.js";
import type { ClientReference } from "../plan/prior.js";
import type { StepId } from "../graph/input.js";
import { hasCode, PRIVATE_FILE, readTextIf, writeAtomic, type FileSystem } from "./files.js";
import { sortedJson } from "./json-text.js";
import { Members, usdText, type Complaint } from "./members.js";
import { defined } from "./stored.js";
import type { StateDirectory } from "./state-directory.js";

/** An approval with what it was given for; the additions are for people only. */
export interface StoredPlan extends Approval {
  readonly project: string;
  readonly profile: string;
}

/** A stored plan, or why there is none that counts. */
export type PlanAnswer =
  | { readonly kind: "found"; readonly plan: StoredPlan }
  | { readonly kind: "absent" }
  /** More than one begins like that. */
  | { readonly kind: "ambiguous" }
  /** It was changed, or cut short: it counts for nothing. */
  | { readonly kind: "damaged" };

/** Digests may be shortened to this many digits. */
export const SHORTEST_DIGEST = 12;

const VERSION = 1;

/** Keeps a plan under its digest. @throws the disk's error. */
export async function writePlan(fs: FileSystem, at: StateDirectory, plan: StoredPlan): Promise<void> {
  const { digest, realm, project, profile } = plan;
  const entries = plan.entries.map(({ reference, step, ceiling, retry }) => ({
    reference,
    step,
    ceiling: ceiling === undefined ? null : usdText(ceiling),
    retry,
  }));
  const text = sortedJson({ version: VERSION, digest, realm, project, profile, entries });
  await writeAtomic(fs, join(at.plans, `${digest}.json`), `${text}\n`, { mode: PRIVATE_FILE });
}

/** Finds a plan by its digest, or by the first 12 or more of its digits. @throws the disk's error. */
export async function readPlan(fs: FileSystem, at: StateDirectory, digest: string): Promise<PlanAnswer> {
  if (digest.length < SHORTEST_DIGEST || !/^[0-9a-f]{1,64}$/.test(digest)) return { kind: "absent" };
  const names = (await namesIn(fs, at.plans)).filter((name) => NAME.test(name) && name.startsWith(digest));
  const [name, another] = names;
  if (name === undefined) return { kind: "absent" };
  if (another !== undefined) return { kind: "ambiguous" };
  const text = await readTextIf(fs, join(at.plans, name));
  if (text === undefined) return { kind: "absent" };
  const plan = parsePlan(text);
  const genuine = plan !== undefined && `${plan.digest}.json` === name;
  return genuine && planDigest(plan.realm, plan.entries) === plan.digest
    ? { kind: "found", plan }
    : { kind: "damaged" };
}

const NAME = /^[0-9a-f]{64}\.json$/;

function parsePlan(text: string): StoredPlan | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const complaints: Complaint[] = [];
  const members = new Members(data, "", complaints);
  if (members.integer("version", 1) !== VERSION) return undefined;
  const plan: StoredPlan = {
    digest: members.sha256("digest") as string as StoredPlan["digest"],
    realm: members.oneOf("realm", ["kling", "sandbox"]),
    project: members.text("project"),
    profile: members.text("profile"),
    entries: members.objects("entries").map((entry) =>
      defined<ApprovedCreate>({
        reference: entry.text("reference") as ClientReference,
        step: entry.text("step") as StepId,
        // Null says that an unknown price was allowed; a file without the member says nothing, and counts for nothing.
        ceiling: entry.isNull("ceiling") ? undefined : entry.usd("ceiling"),
        retry: entry.flagIf("retry") === true ? true : undefined,
      }),
    ),
  };
  return complaints.length === 0 ? plan : undefined;
}

async function namesIn(fs: FileSystem, directory: string): Promise<readonly string[]> {
  try {
    return await fs.promises.readdir(directory);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
