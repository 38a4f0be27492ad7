import { Aedes, type AedesOptions, type Client, type PublishPacket } from "aedes";
import { noSessions } from "./no-sessions.ts";

type Done = (error?: Error) => void;

/** An aedes that speaks MQTT with its clients, but passes nothing on between them and keeps nothing of them. */
export class GatewayBroker extends Aedes {
  constructor(options: AedesOptions) {
    super({ ...options, persistence: noSessions() });
  }

  /** What gateways publish was dealt with when it was authorized; aedes' own `$SYS` messages have no reader. */
  override publish(_packet: PublishPacket, client: Client | null | Done, done?: Done): void {
    if (typeof client === "function") client();
    else done?.();
  }

  /** Downlinks are written to the connections that want them; subscriptions are only aedes' bookkeeping. */
  override subscribe(_filter: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }

  override unsubscribe(_filter: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }
}
