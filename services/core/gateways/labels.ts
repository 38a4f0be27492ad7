import { Type } from "typebox";
import { Gateway } from "../../../actors/contracts/gateways.ts";
import { checker } from "../../../actors/contracts/validate.ts";

type Labels = Gateway["labels"];

const check = checker(Type.Object({ labels: Gateway.properties.labels }));

/** A merge patch: null removes a label. Keys that are new are checked as those of a new gateway are. */
export function patchedLabels(labels: Labels, patch: Readonly<Record<string, string | null>>): Labels {
  const entries = Object.entries({ ...labels, ...patch });
  const kept = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  return check({ labels: Object.fromEntries(kept) }).labels;
}
