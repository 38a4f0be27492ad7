import type { PresenceSignal } from "../../actors/contracts/presence.ts";
import type { UpMessage } from "../../actors/contracts/twins.ts";

const KEEP_ALIVE_MS = 60_000;

/** A gateway that keeps what it was told, and reports it. */
export class StormGateway {
  readonly gatewayId: string;
  configMessages = 0;
  isHere = false;
  #session = 0;
  #seq = 0;
  #desiredVersion: number | undefined;

  constructor(gatewayId: string) {
    this.gatewayId = gatewayId;
  }

  opened(): PresenceSignal {
    this.isHere = true;
    this.#session += 1;
    return this.#signal("opened", { keepAliveMs: KEEP_ALIVE_MS, ageMs: 0 });
  }

  closed(): PresenceSignal {
    this.isHere = false;
    return this.#signal("closed", { keepAliveMs: KEEP_ALIVE_MS, ageMs: 0, reason: "lost" });
  }

  hello(): UpMessage {
    const version = this.#desiredVersion === undefined ? {} : { desiredVersion: this.#desiredVersion };
    return this.#up("hello", { boot: "storm", ...version });
  }

  /** Its report, when the message was one of desired values. */
  receive(topic: string, payload: string): UpMessage | undefined {
    if (topic !== "delta" && topic !== "desired") return undefined;
    const { version, state } = JSON.parse(payload) as { version: number; state: object };
    this.configMessages += 1;
    this.#desiredVersion = version;
    this.#seq += 1;
    return this.#up("reported", { state, boot: "storm", seq: this.#seq });
  }

  #signal(kind: PresenceSignal["kind"], content: object): PresenceSignal {
    const sessionId = `${this.gatewayId}-${this.#session}`;
    return { gatewayId: this.gatewayId, kind, sessionId, payload: Buffer.from(JSON.stringify(content)) };
  }

  #up(kind: UpMessage["kind"], content: object): UpMessage {
    return { gatewayId: this.gatewayId, kind, payload: Buffer.from(JSON.stringify(content)) };
  }
}
