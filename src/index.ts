/**
 * The public library: everything that the command line uses, by name. Nothing else is meant for others.
 */
export { formatSeconds } from "./base/clock.js";
export { columnsOf } from "./base/columns.js";
export { DIAGNOSTIC_CODES, type DiagnosticCode } from "./base/codes.js";
export { hasErrors, type Checked, type Diagnostic, type Path, type Place } from "./base/diagnostic.js";
export { diagnosticJson, formatDiagnostic } from "./base/frame.js";
export { formatUnits, formatUsd, usd, type Micros, type MilliUnits } from "./base/money.js";
export { redacted, redactor } from "./base/secret.js";
export { counted, didYouMean, elide, escapeInvisible, listWords, safeText } from "./base/text.js";
export { createCatalog, tierOf, type Catalog } from "./catalog/catalog.js";
export { LIST_UNIT_PRICES } from "./catalog/units.js";
export type { ImageModel, Mode, Model, PriceRow, Tier, VideoEndpoint, VideoModel } from "./catalog/model.js";
export { countFindings, type Advice, type Check, type Finding, type Status } from "./doctor/finding.js";
export { listModels, openProject, type Project, type WhyReport } from "./engine.js";
export type { AdoptReport, AdoptRequest } from "./engine-adopt.js";
export type { CostReport } from "./engine-cost.js";
export type { Excluded } from "./engine-alone.js";
export { diagnoseSetup, type DoctorReport } from "./engine-doctor.js";
export type { DeleteReport, DeleteRequest, ThingReport } from "./engine-delete.js";
export type { CopiesReport, CopyReport, DownloadReport, DownloadRequest } from "./engine-download.js";
export type { ReconcileRequest } from "./engine-matters.js";
export type { MatterReport, ReconcileReport } from "./engine-reconcile.js";
export { initProject, type InitOptions, type InitReport } from "./engine-init.js";
export { exampleNames, pageParts, schemaText, version } from "./engine-package.js";
export type { OpenOptions, PlanRequest } from "./engine-prepare.js";
export type { Past, PastRendering } from "./engine-past.js";
export type { RenderReport, RenderRequest } from "./engine-render.js";
export { runSandbox, UnusableFaults } from "./engine-sandbox.js";
export { openShelf, type HeldMedia, type Shelf } from "./engine-shelf.js";
export {
  openWatch,
  type Look,
  type Watch,
  type WatchEnd,
  type WatchNews,
  type WatchRequest,
  type WatchStand,
} from "./engine-watch.js";
export { tidyManifest, type TidyOptions, type TidyReport } from "./engine-tidy.js";
export { pageToken } from "./engine-token.js";
export { freshToken, openInBrowser } from "./engine-world.js";
export type { CacheKey, KeyInputs } from "./graph/key.js";
export { isLocal, type Action } from "./graph/actions.js";
export type { Input, Realm, StepId } from "./graph/input.js";
export { sourcesOf } from "./plan/source.js";
export type { Graph, Step } from "./graph/step.js";
export { inputsOf } from "./graph/inputs-of.js";
export { linesAround, type ManifestLine } from "./manifest/place.js";
export { maskSecrets } from "./manifest/secrets.js";
export {
  DEFAULT_POLICY,
  paidSteps,
  type PlanDigest,
  type Policy,
  type Uncovered,
  type WantsYes,
} from "./plan/approval.js";
export { changesBetween, fieldsOf, type Change } from "./plan/change.js";
export { chargedOr } from "./plan/committed.js";
export { correctionsYaml, type Correction } from "./plan/corrections.js";
export {
  COST_GROUPS,
  groupCharges,
  sumCharges,
  type CostGroup,
  type CostGrouping,
  type CostSum,
} from "./plan/cost-groups.js";
export { RETRIES_MOST } from "./plan/create.js";
export type { Decision } from "./plan/decide.js";
export type { Difference } from "./plan/difference.js";
export { sumDrifts, type Amounts, type Drift, type DriftSum, type Incomparable } from "./plan/drift.js";
export type { Estimate, Totals } from "./plan/estimate.js";
export { retriesMoney } from "./plan/fit.js";
export type { Charge } from "./plan/ledger.js";
export { matterText, type Matter, type MatterText } from "./plan/matters.js";
export type { Plan, PlannedStep } from "./plan/plan.js";
export type { Waiting, WaitWhy } from "./plan/standing.js";
export type { Artifact, Attempt, Billed, ClientReference, Handle, TaskId } from "./plan/prior.js";
export { obstacleText, reasonText, type Obstacle, type Reason } from "./plan/reason.js";
export type { Pack, PackKind } from "./provider/account.js";
export type { Emit, Outcome, RunEvent } from "./run/event.js";
export { billWords } from "./run/failed-task.js";
export { EXIT, type ExitCode } from "./run/exit.js";
export type { WatchPhase, WatchWish } from "./run/watch.js";
export type { Sandbox, SandboxOptions } from "./sandbox/sandbox.js";
