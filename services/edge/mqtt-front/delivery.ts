import type { UpKind } from "../../../actors/contracts/payloads.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import type { Turn } from "../ingest/in-order.ts";
import type { IngestOutcome, Submission } from "../ingest/ingest-batcher.ts";
import type { Link } from "./link.ts";

export type OnSettled = (delivery: Delivery, outcome: IngestOutcome) => void;

/** A message on its way to the twins, and the connection that waits for its acknowledgement. */
export class Delivery implements Submission {
  readonly message: UpMessage;
  readonly link: Link;
  readonly turn: Turn;
  /** When its connection was read; milliseconds that only grow. */
  readonly since: number;
  readonly #onSettled: OnSettled;
  /** A will comes from a connection that is closed already. */
  readonly #isWill: boolean;

  constructor(link: Link, kind: UpKind, payload: Uint8Array, turn: Turn, onSettled: OnSettled) {
    this.message = { gatewayId: link.gatewayId, kind, payload };
    this.link = link;
    this.turn = turn;
    this.since = link.session.lastSeen;
    this.#onSettled = onSettled;
    this.#isWill = link.isClosed;
  }

  get isDropped(): boolean {
    return this.link.isClosed && !this.#isWill;
  }

  settle(outcome: IngestOutcome): void {
    this.#onSettled(this, outcome);
  }
}
