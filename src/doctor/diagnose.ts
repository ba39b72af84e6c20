/**
 * Facts in, findings out: everything that the doctor has to say, in the order in which it is told. Pure; the same facts
 * give the same findings.
 */
import { credentialsFinding } from "./credentials.js";
import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";
import { machineFindings } from "./machine.js";
import { packFindings } from "./packs.js";
import { vendorFindings } from "./vendor.js";

/** All findings. */
export function diagnose(facts: Facts): readonly Finding[] {
  return [
    ...machineFindings(facts),
    credentialsFinding(facts),
    ...vendorFindings(facts),
    ...packFindings(facts),
  ];
}
