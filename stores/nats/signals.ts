import { ErrorCode, JSONCodec, type Msg, type NatsConnection, NatsError, type Subscription } from "nats";
import type { Exclusion, RouteHint, SignalHandlers, Signals } from "../../actors/runtime/signals.ts";

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
const TRUST_AFTER_MS = 3000;

const exclusions = JSONCodec<Exclusion>();
const routes = JSONCodec<RouteHint>();

/** Hints between nodes over NATS. A peer without a connection is known by the server's `no responders`. */
export class NatsSignals implements Signals {
  readonly #connection: NatsConnection;
  readonly #subjects: Readonly<Record<"changed" | "routes" | "excluded", string>>;
  readonly #aliveOf: (instanceId: string) => string;
  readonly #monotonic: () => number;
  readonly #trustAfterMs: number;
  #subscriptions: Subscription[] = [];
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
    };
    this.#aliveOf = (instanceId) => subject(`alive.${instanceId}`);
    void this.#followStatus();
  }

  get isConnected(): boolean {
    return this.#connectedAt !== undefined;
  }

  start(instanceId: string, { onChanged, onRoutes, onExcluded }: SignalHandlers): void {
    this.#on(this.#aliveOf(instanceId), (message) => message.respond());
    this.#on(this.#subjects.changed, () => onChanged());
    this.#on(this.#subjects.routes, ({ data }) => onRoutes(routes.decode(data)));
    this.#on(this.#subjects.excluded, ({ data }) => onExcluded(exclusions.decode(data)));
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

  async isGone(instanceId: string): Promise<boolean> {
    if (!this.#maySilenceTell()) return false;
    try {
      await this.#connection.request(this.#aliveOf(instanceId), undefined, { timeout: PROBE_TIMEOUT_MS });
      return false;
    } catch (error) {
      return isNoResponders(error) && this.#maySilenceTell();
    }
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
