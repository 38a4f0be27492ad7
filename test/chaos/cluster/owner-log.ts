import { setTimeout as delay } from "node:timers/promises";
import { connect, type NatsConnection } from "nats";
import type { PartitionRecord } from "../../../actors/runtime/ports.ts";
import type { RouteHint } from "../../../actors/runtime/signals.ts";
import { type Lab, query } from "./lab.ts";

const LOOK_MS = 150;

/** Notes which node has owned which partition in which epoch: by the store, and by what owners tell. */
export class OwnerLog {
  /** Node ids by `type/partition/epoch`. */
  readonly owners = new Map<string, Set<string>>();
  readonly #lab: Lab;
  #connection: NatsConnection | undefined;
  #isEnded = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async start(): Promise<void> {
    const { servers, namespace } = this.#lab;
    const connection = await connect({ servers: new URL(servers.natsUrl).host, maxReconnectAttempts: -1 });
    connection.subscribe(`${namespace}.cluster.routes`, {
      callback: (_, message) => {
        const { type, owner, partitions } = message.json<RouteHint>();
        for (const ref of partitions) this.#note({ type, owner, ...ref });
      },
    });
    this.#connection = connection;
    this.#looking = this.#look();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#looking;
    await this.#connection?.close();
  }

  async #look(): Promise<void> {
    const sql = "SELECT type, `partition`, epoch, owner FROM partitions WHERE owner IS NOT NULL";
    while (!this.#isEnded) {
      // The store may be what the test has killed.
      const records = await query<PartitionRecord>(this.#lab.databaseUrl, sql).catch(() => []);
      for (const record of records) this.#note(record);
      await delay(LOOK_MS);
    }
  }

  #note({ type, partition, epoch, owner }: PartitionRecord): void {
    const key = `${type}/${partition}/${epoch}`;
    const owners = this.owners.get(key) ?? new Set();
    if (owner !== null) this.owners.set(key, owners.add(owner));
  }
}
