import type { GatewayClient } from "./aedes-internals.ts";
import { Intake } from "./intake.ts";

type ReadersOptions = {
  /** How many packets of one connection may be worked on now. */
  readonly maxPending: () => number;
  readonly mayRead: (client: GatewayClient) => boolean;
};

/** The connections that are read, and those whose bytes have to wait. */
export class Readers {
  readonly #options: ReadersOptions;
  readonly #stalled = new Map<GatewayClient, Intake>();

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  attach(client: GatewayClient): void {
    const intake: Intake = new Intake(client, {
      maxPending: this.#options.maxPending,
      mayRead: () => this.#options.mayRead(client),
      onStalled: () => this.#stalled.set(client, intake),
    });
    client.conn.once("close", () => this.#stalled.delete(client));
  }

  resume(): void {
    for (const intake of this.#stalled.values()) intake.read();
  }

  /** To be called each second. */
  sweep(): void {
    for (const [client, intake] of this.#stalled) {
      intake.read();
      if (intake.isStalled && !client.closed) forgive(client);
      else this.#stalled.delete(client);
    }
  }
}

/** Whom we do not read cannot show that it is alive: its keep-alive starts again. */
function forgive({ _keepaliveTimer, link }: GatewayClient): void {
  _keepaliveTimer?.refresh();
  if (link) link.session.lastSeen = performance.now();
}
