import { createHash } from "node:crypto";
import { GATEWAY_EVENT_PREFIX } from "../../../actors/contracts/journal.ts";
import { isJsonObject, type JsonObject } from "../../../actors/contracts/json.ts";
import { SEVERITIES, type Severity } from "../../../actors/contracts/severity.ts";
import type { Change, DeadLetter, DeliveredRow } from "../../../actors/runtime/ports.ts";

/** An event as the journal keeps it. */
export type Entry = {
  /** The same for every copy of the event. */
  readonly id: string;
  readonly gatewayId: string;
  readonly type: string;
  readonly severity: Severity;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly actor: string;
  readonly reason: string | null;
  /** The twin's after a change; 0 where a twin's history ends; null for what is no change of a twin. */
  readonly version: number | null;
  readonly data: JsonObject;
};

type Shown = Omit<Entry, "id" | "gatewayId" | "time"> & { readonly id?: string };

const HIDDEN = "twin.position.advanced";
const MAX_COMMAND_LENGTH = 16_384;
const MAX_ACTOR_LENGTH = 256;

/** The events of a delivery that are shown, in order. Every actor is a gateway's, and has its id. */
export function entriesOf(rows: readonly DeliveredRow[]): Entry[] {
  const entries = rows.flatMap((row) =>
    row.changes.flatMap((change, index) => entriesOfChange(`${placeOf(row)}-${row.first + index}`, change)),
  );
  return [...new Map(entries.toReversed().map((entry) => [entry.id, entry])).values()].toReversed();
}

function placeOf({ type, partition, pos }: DeliveredRow): string {
  return `${type}-${partition}-${pos}`;
}

function entriesOfChange(place: string, change: Change): Entry[] {
  const { actorId: gatewayId, time, deadLetter, events = [] } = change;
  const shown = deadLetter ? [deadMessage(deadLetter)] : events.map((event) => shownAs(event, gatewayId));
  return shown.flatMap((each, index) =>
    each ? [{ id: `${place}-${index}`, gatewayId, time, ...each }] : [],
  );
}

function deadMessage({ command, error }: DeadLetter): Shown {
  const text = (JSON.stringify(command) ?? "").slice(0, MAX_COMMAND_LENGTH);
  const data = { error: error.slice(0, MAX_COMMAND_LENGTH), command: text };
  return {
    type: "actor.message.dead",
    severity: "ERROR",
    actor: "system",
    reason: null,
    version: null,
    data,
  };
}

/** Undefined: only the actor itself needs it. */
function shownAs(event: unknown, gatewayId: string): Shown | undefined {
  if (!isJsonObject(event)) throw new Error("an event is not an object");
  const { type, severity, by, reason, requestId: _, bytes: __, ...data } = event;
  if (type === HIDDEN) return undefined;
  const shown: Shown = {
    type: String(type),
    severity: severityOf(severity),
    actor: typeof by === "string" ? by.slice(0, MAX_ACTOR_LENGTH) : "system",
    reason: typeof reason === "string" ? reason : null,
    version: null,
    data,
  };
  switch (type) {
    case "twin.event.recorded":
      return { ...shown, actor: `gateway:${gatewayId}`, ...gatewayEvent(gatewayId, data) };
    case "twin.reported.updated":
      return { ...shown, actor: `gateway:${gatewayId}`, ...twinChange(data) };
    case "twin.desired.updated":
      return { ...shown, ...twinChange(data) };
    case "twin.removed":
      return { ...shown, version: 0 };
    default:
      return shown;
  }
}

/** Its own type behind our prefix, so that it cannot pass for one of ours; its own id tells copies apart. */
function gatewayEvent(gatewayId: string, { eventType, eventId, ts, data }: JsonObject) {
  const digest = createHash("sha256").update(`${gatewayId}/${eventId}`).digest("base64url");
  return {
    ...(eventId !== undefined && { id: `${GATEWAY_EVENT_PREFIX}${digest}` }),
    type: `${GATEWAY_EVENT_PREFIX}${eventType}`,
    data: {
      ...(eventId !== undefined && { eventId }),
      ...(ts !== undefined && { ts }),
      ...(data !== undefined && { data }),
    },
  };
}

function twinChange({ versions, ...data }: JsonObject) {
  const [version, sectionVersion] = Array.isArray(versions) ? versions.map(Number) : [];
  if (version === undefined || sectionVersion === undefined) return { data };
  return { version, data: { ...data, version, sectionVersion } };
}

function severityOf(value: unknown): Severity {
  return SEVERITIES.find((each) => each === value) ?? "INFO";
}
