/**
 * What a project can do about what is paid for, beside rendering: bring it back, settle it, bind what somebody has, delete
 * what stays with the vendor. None of it can create anything.
 */
import { adoptFile, type AdoptReport, type AdoptRequest } from "./engine-adopt.js";
import { deleteAtVendor, type DeleteReport, type DeleteRequest } from "./engine-delete.js";
import {
  compareCopies,
  downloadProject,
  type CopiesReport,
  type DownloadReport,
  type DownloadRequest,
} from "./engine-download.js";
import type { ReconcileRequest } from "./engine-matters.js";
import type { Opened } from "./engine-prepare.js";
import { reconcileProject, type ReconcileReport } from "./engine-reconcile.js";

/** The part of a project that cannot spend. */
export interface Settling {
  /** Brings back what is paid for and not here. */
  download(request?: DownloadRequest): Promise<DownloadReport>;
  /** Fetches the vendor's copies of these steps anew, and compares them with what is recorded. */
  compare(
    steps: readonly string[],
    request?: Pick<DownloadRequest, "profile" | "emit" | "signal">,
  ): Promise<CopiesReport>;
  /** Lists what is open between the project and the vendor, and settles what can be settled at no cost. */
  reconcile(request?: ReconcileRequest): Promise<ReconcileReport>;
  /** Binds a clip or still of this machine to a step. Reaches nobody. */
  adopt(request: AdoptRequest): Promise<AdoptReport>;
  /** Lists the elements and voices that stay with the vendor, and has those deleted there that are named. */
  delete(request?: DeleteRequest): Promise<DeleteReport>;
}

/** That part of an open project. */
export function settling(opened: Opened): Settling {
  return {
    download: (request = {}) => downloadProject(opened, request),
    compare: (steps, request = {}) => compareCopies(opened, { ...request, steps }),
    reconcile: (request = {}) => reconcileProject(opened, request),
    adopt: (request) => adoptFile(opened, request),
    delete: (request = {}) => deleteAtVendor(opened, request),
  };
}
