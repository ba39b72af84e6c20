/**
 * Gathers what the doctor wants to know: the machine, the manifest, the account. Every request is free, and none is sent
 * where neither credentials nor the manifest's own provider call for it. What the facts mean is decided in `doctor/`.
 */
import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasErrors } from "./base/diagnostic.js";
import { redacted } from "./base/secret.js";
import { elide, safeText } from "./base/text.js";
import type { Catalog } from "./catalog/catalog.js";
import type { DiskFound, Facts, ProjectFound, SchemaFound } from "./doctor/facts.js";
import type { Finding } from "./doctor/finding.js";
import { openProject, storeOf } from "./engine.js";
import { findManifest, manifestBytes, shownPath } from "./engine-find.js";
import { leastNode, schemaText, version } from "./engine-package.js";
import { chooseProfile, CONCURRENCY, type OpenOptions } from "./engine-prepare.js";
import { realWorld, type Environment, type World } from "./engine-world.js";
import { providerOf } from "./graph/expand.js";
import type { Step } from "./graph/step.js";
import { decodeManifest } from "./manifest/decode.js";
import type { Profile } from "./manifest/manifest.js";
import { estimate } from "./plan/estimate.js";
import type { Pack, PackKind } from "./provider/account.js";
import type { VendorHosts } from "./provider/kling/address.js";
import { errorCode, look, type FileSystem } from "./store/files.js";
import { lookAtNamed } from "./store/named-file.js";

/** The world as the doctor reaches it. */
export interface DoctorWorld {
  readonly world: World;
  /** `20.19.5`. */
  readonly nodeVersion: string;
  /** What there is at a directory that exists. */
  room(path: string): Promise<Omit<DiskFound, "what">>;
  /** The vendor's hosts; the documented ones when absent. */
  readonly hosts?: VendorHosts;
}

/** What the doctor found. */
export interface DoctorReport {
  readonly version: string;
  readonly findings: readonly Finding[];
  /** Fingerprint of the account; absent without usable credentials. */
  readonly account?: string;
  /** Absent where the account did not tell. */
  readonly packs?: readonly Pack[];
  /** Tasks at a time by kind, as the packs that are active have it. */
  readonly concurrency?: Readonly<Partial<Record<PackKind, number>>>;
  /** By how much this machine's clock is fast. */
  readonly clockSkewSeconds?: number;
}

/** The most of a schema that is read: ours has a tenth of it. */
const SCHEMA_BYTES = 4 * 1024 * 1024;

/** Looks at everything. Changes nothing and costs nothing. @throws the signal's reason. */
export async function diagnoseSetup(
  options: OpenOptions,
  signal: AbortSignal,
  given: DoctorWorld = realDoctorWorld(),
): Promise<DoctorReport> {
  const { world } = given;
  const { env } = options;
  const { project, schema, root } = await lookAtProject(options, world);
  const [{ examine }, { diagnose }, { concurrencyOf, skewSeconds, vendorTime }] = await Promise.all([
    import("./provider/kling/examine.js"),
    import("./doctor/diagnose.js"),
    import("./provider/account.js"),
  ]);
  const reaches = isMeant(env) || (project.kind === "read" && project.kling.wanted === "by_default");
  const [vendor, ffmpeg, ...disks] = await Promise.all([
    examine(
      { env, clock: world.clock, reaches, ...(given.hosts === undefined ? {} : { hosts: given.hosts }) },
      signal,
    ),
    world.frames.find(env),
    ...[
      ...(root === undefined ? [] : [{ what: "project", path: root } as const]),
      { what: "store", path: resolve(options.cwd, storeOf(options)) } as const,
    ].map(async ({ what, path }) => ({ what, ...(await given.room(nearest(world.fs, path))) })),
  ]);
  const facts: Facts = {
    nowMs: world.clock.now(),
    node: { version: given.nodeVersion, least: leastNode() },
    ...(ffmpeg === undefined ? {} : { ffmpeg }),
    disks,
    project,
    ...(schema === undefined ? {} : { schema }),
    version: version(),
    vendor,
    proxy: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].some((name) => (env[name] ?? "") !== ""),
  };
  const { account, credentials, sighting } = vendor;
  const packs = account?.packs.kind === "answered" ? account.packs.value : undefined;
  return {
    version: facts.version,
    findings: diagnose(facts).map((each) => cleaned(each, env)),
    ...("account" in credentials ? { account: credentials.account } : {}),
    ...(packs === undefined
      ? {}
      : { packs, concurrency: concurrencyOf(packs, vendorTime(facts.nowMs, sighting)) }),
    ...(sighting === undefined ? {} : { clockSkewSeconds: skewSeconds(sighting) }),
  };
}

/** The real world. */
function realDoctorWorld(): DoctorWorld {
  return {
    world: realWorld(),
    nodeVersion: process.versions.node,
    async room(path) {
      const writable = await access(path, constants.W_OK).then(
        () => true,
        () => false,
      );
      try {
        const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(path), stat(path)]);
        return { writable, freeBytes: bavail * bsize, disk: dev };
      } catch {
        return { writable };
      }
    },
  };
}

/** Whether the environment means the real service. */
function isMeant(env: Environment): boolean {
  const names = ["KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY", "KLING_BASE_URL"];
  return names.some((name) => (env[name] ?? "") !== "");
}

async function lookAtProject(
  options: OpenOptions,
  world: World,
): Promise<{ readonly project: ProjectFound; readonly schema?: SchemaFound; readonly root?: string }> {
  const found = findManifest(world.fs, options.cwd, options.file);
  if (found.value === undefined) {
    const isAbsent = options.file === undefined && found.diagnostics[0]?.code === "file/not-found";
    const first = found.diagnostics[0]?.message ?? "";
    const file = safeText(options.file ?? "the manifest");
    return { project: isAbsent ? { kind: "none" } : { kind: "broken", file, problems: 1, first } };
  }
  const root = dirname(found.value);
  const file = safeText(shownPath(options.cwd, found.value));
  const bytes = manifestBytes(world.fs, found.value, file, options.allowOutside);
  const text = bytes.value === undefined ? bytes : decodeManifest(bytes.value, file);
  const schema =
    typeof text.value === "string" ? { schema: await lookAtSchema(world.fs, root, text.value) } : {};
  const opened = await openProject(options, world);
  const diagnostics = opened.value === undefined ? opened.diagnostics : await opened.value.check();
  if (opened.value === undefined || typeof text.value !== "string" || hasErrors(diagnostics)) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const first = elide(errors[0]?.message ?? "it cannot be read", 200);
    return {
      project: { kind: "broken", file, problems: Math.max(1, errors.length), first },
      ...schema,
      root,
    };
  }
  const { readManifest } = await import("./manifest/read.js");
  const manifest = readManifest(text.value, file).value?.manifest;
  // It was read a moment ago.
  if (manifest === undefined) throw new Error("a valid manifest cannot be read");
  const chosen = chooseProfile(manifest, undefined);
  const isReal = (profile: Profile | undefined) => providerOf(manifest, profile) !== "sandbox";
  const inForce = "code" in chosen ? undefined : chosen.profile;
  const real = isReal(inForce) ? inForce : manifest.profiles.find(isReal);
  const { catalog } = opened.value;
  const graph = await opened.value.graph(real?.id);
  const project: ProjectFound = {
    kind: "read",
    file,
    name: manifest.project,
    kling: isReal(inForce)
      ? { wanted: "by_default" }
      : real === undefined
        ? { wanted: "nowhere" }
        : { wanted: "in_profile", profile: real.id },
    uses: packsUsed(graph.value?.steps ?? [], catalog),
    concurrency: manifest.limits.concurrency ?? CONCURRENCY,
  };
  return { project, ...schema, root };
}

/** The kinds of pack whose units the steps are priced in. */
function packsUsed(steps: readonly Step[], catalog: Catalog): readonly PackKind[] {
  const priced = steps.map(({ action }) => estimate(action, catalog));
  return [...new Set(priced.flatMap((each) => (each.kind === "priced" ? [each.unit] : [])))];
}

const SCHEMA_LINE = /^#\s*yaml-language-server:\s*\$schema=(\S+)/m;

/** Where the manifest's line for editors leads. What lies there is compared and never shown. */
async function lookAtSchema(fs: FileSystem, root: string, text: string): Promise<SchemaFound> {
  const named = SCHEMA_LINE.exec(text)?.[1];
  if (named === undefined) return { kind: "no_line" };
  const path = elide(named, 200);
  if (/^[a-z][a-z0-9+.-]+:/i.test(named) && !named.startsWith("file://")) return { kind: "remote", path };
  try {
    const place = resolve(root, named.startsWith("file://") ? fileURLToPath(named) : named);
    const file = lookAtNamed(fs, place, SCHEMA_BYTES);
    if (file.kind === "refused") return { kind: "missing", path, why: file.why };
    const there = Buffer.from(fs.readFileSync(file.path)).toString("utf8");
    return { kind: isSameJson(there, await schemaText("manifest")) ? "same" : "other", path };
  } catch (error) {
    return { kind: "missing", path, why: `cannot be read (${errorCode(error)})` };
  }
}

/** Whether two texts say the same, however they are laid out. */
function isSameJson(there: string, ours: string): boolean {
  if (there === ours) return true;
  try {
    return JSON.stringify(JSON.parse(there)) === JSON.stringify(JSON.parse(ours));
  } catch {
    return false;
  }
}

/** The nearest directory on the way up that exists. */
function nearest(fs: FileSystem, path: string): string {
  let there = path;
  while (look(fs, there) === undefined && there !== dirname(there)) there = dirname(there);
  return there;
}

/** The last sieve: whatever a finding quotes, no credential of the environment is in it. */
function cleaned(each: Finding, env: Environment): Finding {
  const clean = (text: string) => redacted(text, env);
  return {
    ...each,
    found: clean(each.found),
    todo: each.todo.map(({ say, copy }) => ({
      say: clean(say),
      ...(copy === undefined ? {} : { copy: clean(copy) }),
    })),
  };
}
