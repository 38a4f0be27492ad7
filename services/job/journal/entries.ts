import { createHash } from "node:crypto";
import { GATEWAY_EVENT_PREFIX } from "../../../actors/contracts/journal.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../actors/contracts/json.ts";
import { SEVERITIES, type Severity } from "../../../actors/contracts/severity.ts";
import type { Change, DeadLetter, DeliveredRow } from "../../../actors/runtime/ports.ts";
import { parseTraceparent } from "../../../mixins/traces/traceparent.ts";
import { idOf } from "./marks.ts";

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
  /** Of what caused it, when that is traced. */
  readonly traceId?: string;
};

type Shown = Omit<Entry, "id" | "gatewayId" | "time" | "traceId"> & { readonly id?: string };

/** Only their actors need these. */
const HIDDEN: readonly unknown[] = [
  "twin.position.advanced",
  "presence.connection.opened",
  "presence.connection.closed",
  "presence.connections.expired",
  "config.changed",
  "camera.changed",
];
const MAX_COMMAND_LENGTH = 16_384;
const MAX_ACTOR_LENGTH = 256;

/** The events of a row that are shown, in order. Every actor is a gateway's, and has its id. */
export function entriesOf(row: DeliveredRow): Entry[] {
  return row.changes.flatMap((change, index) =>
    entriesOfChange(change, (nth) => idOf(row, row.first + index, nth)),
  );
}

function entriesOfChange(change: Change, idAt: (nth: number) => string): Entry[] {
  const { actorId: gatewayId, time, deadLetter, events = [], trace } = change;
  const traceId = parseTraceparent(trace)?.traceId;
  const shown = deadLetter ? [deadMessage(deadLetter)] : events.map((event) => shownAs(event, gatewayId));
  return shown.flatMap((each, nth) =>
    each ? [{ id: idAt(nth), gatewayId, time, ...each, ...(traceId && { traceId }) }] : [],
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
  if (HIDDEN.includes(type)) return undefined;
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
    case "twin.profiles.laid":
      return { ...shown, actor: "config-profiles", data: { profiles: namesOf(data.layers) } };
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

/** How it stands to the gateway's own values and to being in sync is for the twin and for config. */
function twinChange({ versions, own: _, sync: __, ...data }: JsonObject) {
  const [version, sectionVersion] = Array.isArray(versions) ? versions.map(Number) : [];
  if (version === undefined || sectionVersion === undefined) return { data };
  return { version, data: { ...data, version, sectionVersion } };
}

/** Their values are in the update of desired beside it. */
function namesOf(layers: JsonValue | undefined): JsonValue[] {
  const names = Array.isArray(layers) ? layers.filter(isJsonObject) : [];
  return names.map(({ desired: _, ...name }) => name);
}

function severityOf(value: unknown): Severity {
  return SEVERITIES.find((each) => each === value) ?? "INFO";
}
