import type { ServiceBroker } from "moleculer";
import type { WatchName, WatchParams } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call } from "../../mixins/bridge.ts";
import { eventFilter } from "../../mixins/event-filter.ts";
import { eventText } from "./event-stream.ts";
import { TwinView } from "./twin-view.ts";
import type { View } from "./watcher.ts";

/** Where and how a watch begins. */
export type Opening = {
  readonly view: View;
  readonly cursor: number;
  /** Only this gateway's events are of interest. */
  readonly gatewayId?: string;
  /** Sent before everything else. */
  readonly greeting: string;
};

type Openers = {
  readonly [Name in WatchName]: (
    broker: ServiceBroker,
    params: WatchParams<Name>,
    lastEventId: string | undefined,
  ) => Promise<Opening>;
};

/** A watch without an opener does not compile. */
export const OPENERS: Openers = {
  "events.watch": async (broker, { filter }, lastEventId) => {
    const { accepts } = eventFilter(filter);
    const cursor = await cursorOf(broker, lastEventId);
    // An id of its own lets a client that has seen no event yet come back to this place.
    return { view: { accepts, idOf: String }, cursor, greeting: `id: ${cursor}\n\n` };
  },
  "twins.watch": async (broker, { gatewayId }, lastEventId) => {
    const [, seq = lastEventId, version = 0] = /^(\d+)\.(\d{1,15})$/.exec(lastEventId ?? "") ?? [];
    // The place is taken before the twin is read: all changes that the twin does not have come after it.
    const cursor = await cursorOf(broker, seq);
    if (lastEventId !== undefined) {
      await call(broker, "gateways.get", { gatewayId });
      const view = new TwinView(gatewayId, Number(version));
      return { view, cursor, gatewayId, greeting: `id: ${view.idOf(cursor)}\n\n` };
    }
    const twin = await call(broker, "twins.get", { gatewayId });
    const view = new TwinView(gatewayId, twin.version);
    return { view, cursor, gatewayId, greeting: `id: ${view.idOf(cursor)}\n${eventText("twin", twin)}` };
  },
};

/** The place after which to go on: the last one seen if it is still there, else the end of the journal. */
async function cursorOf(broker: ServiceBroker, lastEventId: string | undefined): Promise<number> {
  const { seq: end } = await call(broker, "journal.tail", {});
  if (lastEventId === undefined) return end;
  const cursor = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN;
  if (!(cursor <= end)) throw badId();
  await call(broker, "journal.tail", { afterSeq: cursor, limit: 1 });
  return cursor;
}

function badId(): DomainError {
  const description = "is not an id of these events";
  return new DomainError("INVALID_ARGUMENT", { problem: `Last-Event-ID ${description}` }, [
    { field: "Last-Event-ID", description },
  ]);
}
