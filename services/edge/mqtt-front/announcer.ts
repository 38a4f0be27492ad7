import type { Payload } from "../../../actors/contracts/contract.ts";
import type { Link } from "./link.ts";

export type ConnectedClient = Payload<"edge.connected">["links"][number];
export type Announce = (clients: readonly ConnectedClient[]) => void;

const GATHER_MS = 50;
/** With the longest ids that is a third of what NATS takes in one message. */
const CLIENTS_AT_ONCE = 500;

/**
 * Tells the other fronts which clients have connected here, so that one of them that has the same client ends that
 * connection: at once, and those that come within the next moments together. Clocks of machines cannot be compared,
 * so an announcement says how old a connection is. That leaves the time of its way uncertain: should two cross, both
 * connections end, and the client's next one settles it.
 */
export class Announcer {
  readonly #announce: Announce;
  #links: Link[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(announce: Announce) {
    this.#announce = announce;
  }

  add(link: Link): void {
    this.#links.push(link);
    if (!this.#timer) this.#flush();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Who has gone again must not end the connection that followed elsewhere. */
  #flush(): void {
    this.#timer = this.#links.length > 0 ? setTimeout(() => this.#flush(), GATHER_MS) : undefined;
    const open = this.#links.filter(({ isClosed }) => !isClosed);
    this.#links = [];
    const now = performance.now();
    const clients = open.map(({ gatewayId, clientId, connectedAt }) => ({
      gatewayId,
      clientId,
      ageMs: now - connectedAt,
    }));
    for (let start = 0; start < clients.length; start += CLIENTS_AT_ONCE)
      this.#announce(clients.slice(start, start + CLIENTS_AT_ONCE));
  }
}
