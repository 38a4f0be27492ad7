import type { ServiceBroker } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Gateway } from "../../actors/contracts/gateways.ts";
import type { Change, Consumer, DeliveredRow, Delivery } from "../../actors/runtime/ports.ts";
import type { TwinCommand } from "../../actors/twin/contract.ts";
import { EMPTY_TWIN, type TwinState } from "../../actors/twin/state.ts";
import { journalService } from "../../services/job/journal/journal.service.ts";
import { quietBroker } from "../integration/rest-harness.ts";
import { twin } from "./twin-builders.ts";

export const CREATED = Date.parse("2026-03-01T00:00:00Z");

export type JournalHarness = {
  readonly broker: ServiceBroker;
  /** What the bus does. */
  readonly deliver: (delivery: Delivery) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The journal on a database, fed by hand. Every gateway exists. */
export async function startJournal(sequelize: Sequelize): Promise<JournalHarness> {
  const broker = quietBroker();
  const consumers: Consumer[] = [];
  broker.createService({ name: "gateways", actions: { get: getGateway } });
  broker.createService(journalSchema(sequelize, consumers));
  await broker.start();
  return {
    broker,
    deliver: async (delivery) => {
      for (const consumer of consumers) await consumer.handle(delivery);
    },
    stop: () => broker.stop(),
  };
}

export function journalSchema(sequelize: Sequelize, consumers: Consumer[]) {
  return journalService({
    bus: { subscribe: (consumer) => void consumers.push(consumer) },
    sequelize,
    clock: () => CREATED,
    counters: { count: () => {}, gauge: () => {} },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
}

function getGateway({ params }: { params: { gatewayId: string } }): Gateway {
  const time = new Date(CREATED).toISOString();
  return { gatewayId: params.gatewayId, displayName: "", labels: {}, createTime: time, updateTime: time };
}

/** Twins that commit into deliveries, one delivery per message, as their host and the bus do. */
export class Twins {
  readonly states = new Map<string, TwinState>();
  #sequence = 0;

  /** Undefined when the message changes nothing. */
  take(gatewayId: string, command: TwinCommand, now: number): Delivery | undefined {
    const state = this.states.get(gatewayId) ?? EMPTY_TWIN;
    const context = { actorId: gatewayId, now };
    const { events = [] } = twin.decide(state, command, context);
    this.states.set(
      gatewayId,
      events.reduce((before, event) => twin.evolve(before, event, context), state),
    );
    return events.length > 0 ? this.deliveryOf([{ actorId: gatewayId, time: now, events }]) : undefined;
  }

  deliveryOf(changes: readonly Change[], more: Partial<DeliveredRow> = {}): Delivery {
    this.#sequence += 1;
    const row = { type: "twin", partition: 0, pos: this.#sequence, epoch: 1, first: 0, changes, ...more };
    return { sequence: this.#sequence, rows: [row] };
  }
}
