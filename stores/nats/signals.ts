import { ErrorCode, JSONCodec, type Msg, type NatsConnection, NatsError, type Subscription } from "nats";
import { settledWithin } from "../../actors/runtime/settled-within.ts";
import type { Exclusion, Offer, RouteHint, SignalHandlers, Signals } from "../../actors/runtime/signals.ts";

type NatsSignalsOptions = {
  readonly connection: NatsConnection;
  /** Before every subject. */
  readonly namespace: string;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** After the server was away, peers need so long to be back; until then their silence says nothing. 3 s if not given. */
  readonly trustAfterMs?: number;
};

const PROBE_TIMEOUT_MS = 200;
/** For one that was silent before: it may only be slow. */
const PATIENT_TIMEOUT_MS = 1000;
/** As long as a session lasts: who answers nobody for that time is of no use to the others. */
const SILENCE_MS = 3000;
const TRUST_AFTER_MS = 3000;

const exclusions = JSONCodec<Exclusion>();
const offers = JSONCodec<Offer>();
const routes = JSONCodec<RouteHint>();

/** Hints between nodes over NATS. A peer without a connection is known by the server's `no responders`. */
export class NatsSignals implements Signals {
  readonly #connection: NatsConnection;
  readonly #subjects: Readonly<Record<"changed" | "routes" | "excluded" | "offered", string>>;
  readonly #aliveOf: (instanceId: string) => string;
  readonly #monotonic: () => number;
  readonly #trustAfterMs: number;
  #subscriptions: Subscription[] = [];
  /** Instances that did not answer, and since when. */
  readonly #silentSince = new Map<string, number>();
  #connectedAt: number | undefined;

  constructor({ connection, namespace, monotonic, trustAfterMs = TRUST_AFTER_MS }: NatsSignalsOptions) {
    this.#connection = connection;
    this.#monotonic = monotonic;
    this.#trustAfterMs = trustAfterMs;
    this.#connectedAt = monotonic();
    const subject = (name: string) => `${namespace}.cluster.${name}`;
    this.#subjects = {
      changed: subject("changed"),
      routes: subject("routes"),
      excluded: subject("excluded"),
      offered: subject("offered"),
    };
    this.#aliveOf = (instanceId) => subject(`alive.${instanceId}`);
    void this.#followStatus();
  }

  get isConnected(): boolean {
    return this.#connectedAt !== undefined;
  }

  start(instanceId: string, { onChanged, onRoutes, onExcluded, onOffered }: SignalHandlers): void {
    this.#on(this.#aliveOf(instanceId), (message) => message.respond());
    this.#on(this.#subjects.changed, () => onChanged());
    this.#on(this.#subjects.routes, ({ data }) => onRoutes(routes.decode(data)));
    this.#on(this.#subjects.excluded, ({ data }) => onExcluded(exclusions.decode(data)));
    this.#on(this.#subjects.offered, ({ data }) => onOffered(offers.decode(data)));
  }

  stop(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
  }

  changed(): void {
    this.#send(this.#subjects.changed, new Uint8Array());
  }

  routes(hint: RouteHint): void {
    this.#send(this.#subjects.routes, routes.encode(hint));
  }

  excluded(exclusion: Exclusion): void {
    this.#send(this.#subjects.excluded, exclusions.encode(exclusion));
  }

  offered(offer: Offer): void {
    this.#send(this.#subjects.offered, offers.encode(offer));
  }

  async isGone(instanceId: string): Promise<boolean> {
    if (!this.#maySilenceTell()) return false;
    try {
      const timeout = this.#silentSince.has(instanceId) ? PATIENT_TIMEOUT_MS : PROBE_TIMEOUT_MS;
      await this.#connection.request(this.#aliveOf(instanceId), undefined, { timeout });
      this.#silentSince.delete(instanceId);
      return false;
    } catch (error) {
      const isCertain = isNoResponders(error) || (await this.#isCutOff(instanceId));
      return isCertain && this.#maySilenceTell();
    }
  }

  /** The server takes an instance that the network has cut off for connected: then it is its long silence that tells. */
  async #isCutOff(instanceId: string): Promise<boolean> {
    const now = this.#monotonic();
    // Without an answer of the server it is this node that is cut off.
    if (!(await settledWithin(PROBE_TIMEOUT_MS, this.#connection.flush()))) {
      this.#silentSince.clear();
      return false;
    }
    const since = this.#silentSince.get(instanceId) ?? now;
    this.#silentSince.set(instanceId, since);
    return now - since >= SILENCE_MS;
  }

  #maySilenceTell(): boolean {
    return this.#connectedAt !== undefined && this.#monotonic() - this.#connectedAt >= this.#trustAfterMs;
  }

  #on(subject: string, handle: (message: Msg) => void): void {
    const callback = (error: Error | null, message: Msg) => {
      if (!error) handle(message);
    };
    this.#subscriptions.push(this.#connection.subscribe(subject, { callback }));
  }

  /** While the connection is away the client would keep it and send it late: a late hint is of no use. */
  #send(subject: string, data: Uint8Array): void {
    if (this.isConnected && !this.#connection.isClosed()) this.#connection.publish(subject, data);
  }

  async #followStatus(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === "disconnect") this.#connectedAt = undefined;
      else if (type === "reconnect") this.#connectedAt = this.#monotonic();
    }
  }
}

function isNoResponders(error: unknown): boolean {
  return error instanceof NatsError && error.code === ErrorCode.NoResponders;
}
