import type { GatewayModel } from "./gateway-model.ts";
import { difference, isEmpty, type JsonObject, sameJson } from "./json.ts";
import type { TwinView } from "./rest-client.ts";

export interface Verdict {
  readonly gatewayId: string;
  readonly converged: boolean;
  readonly lost: number;
  readonly differences: readonly string[];
}

interface Subject {
  readonly gatewayId: string;
  readonly model: GatewayModel;
  readonly patchedVersion: number;
}

const MAX_TEXT = 200;

/** Compares what the gateway believes with what the server holds. */
export function judge({ gatewayId, model, patchedVersion }: Subject, twin: TwinView): Verdict {
  const stored = twin.reported.state;
  const lostReports = countLostReports(model, stored);
  const lostWish = twin.desired.version < patchedVersion;
  const differences = [
    ...complaintsOfGateway(model),
    ...(twin.inSync ? [] : [`not in sync, delta ${brief(twin.delta)}`]),
    ...(sameJson(stored, model.reported) ? [] : [describe(model.reported, stored)]),
    ...(lostReports > 0 ? [`acknowledged up to ${model.ackedCounter}, stored ${brief(stored.counter)}`] : []),
    ...(lostWish ? [`desired version ${twin.desired.version}, but ${patchedVersion} was answered`] : []),
  ];
  const lost = lostReports + (lostWish ? 1 : 0);
  return { gatewayId, converged: differences.length === 0, lost, differences };
}

export function unreadable({ gatewayId }: Subject, reason: string): Verdict {
  return { gatewayId, converged: false, lost: 0, differences: [`twin not readable: ${reason}`] };
}

/**
 * Acknowledged reports without effect. Reports that carry no counter are lost, at least the last one, when all
 * are acknowledged and something they said is missing.
 */
function countLostReports(model: GatewayModel, stored: JsonObject): number {
  if (model.counted) {
    const counter = typeof stored.counter === "number" ? stored.counter : 0;
    return Math.max(0, model.ackedCounter - counter);
  }
  return model.spool.length === 0 && !isEmpty(difference(model.reported, stored)) ? 1 : 0;
}

function complaintsOfGateway({ connected, spool, tally, lastRefusal }: GatewayModel): string[] {
  return [
    ...(connected ? [] : ["not connected"]),
    ...(spool.length === 0 ? [] : [`${spool.length} messages unacknowledged`]),
    ...(tally.refused === 0 ? [] : [`${tally.refused} refused, last ${lastRefusal}`]),
    ...(tally.wrongHashes === 0 ? [] : [`${tally.wrongHashes} desired documents with a wrong hash`]),
  ];
}

function describe(believed: JsonObject, stored: JsonObject): string {
  return `reported: gateway has ${brief(difference(believed, stored))}, twin has ${brief(difference(stored, believed))}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}
