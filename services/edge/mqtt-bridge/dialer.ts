import { connect, type IClientOptions, type MqttClient } from "mqtt";

export type MqttVersion = 5 | 4;

type DialerOptions = {
  /** `mqtt://` or `mqtts://`, with `user:password@` where the broker wants it. */
  readonly url: string;
  /** 4 is MQTT 3.1.1. `auto`: 5, or 4 once the broker has refused it. */
  readonly protocolVersion: MqttVersion | "auto";
  readonly keepAliveSeconds: number;
  readonly connectTimeoutMs: number;
};

/** A client to be, as far as its version does not matter. */
type Call = {
  readonly clientId: string;
  /** Seconds the broker keeps the session after the connection; without it the session is a new one each time. */
  readonly sessionExpirySeconds?: number;
  /** Messages the broker may send before the first is acknowledged. */
  readonly receiveMaximum?: number;
};

type Address = Pick<IClientOptions, "protocol" | "host" | "port" | "username" | "password">;

/** Reason codes of CONNACK, of an MQTT 3.1.1 and of an MQTT 5 broker. */
const VERSION_REFUSED: readonly unknown[] = [1, 132];
const MAX_RECEIVE_MAXIMUM = 65_535;

/** Connects to the broker. A client is for one network connection: it does not reconnect by itself. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #address: Address;
  #version: MqttVersion;

  constructor(options: DialerOptions) {
    const { url, protocolVersion } = options;
    this.#options = options;
    this.#address = addressOf(url);
    this.#version = protocolVersion === "auto" ? 5 : protocolVersion;
  }

  get version(): MqttVersion {
    return this.#version;
  }

  dial({ clientId, sessionExpirySeconds, receiveMaximum }: Call): MqttClient {
    const version = this.#version;
    const properties = {
      ...(sessionExpirySeconds !== undefined && { sessionExpiryInterval: sessionExpirySeconds }),
      ...(receiveMaximum !== undefined && {
        receiveMaximum: Math.min(receiveMaximum, MAX_RECEIVE_MAXIMUM),
      }),
    };
    const client = connect({
      ...this.#address,
      clientId,
      clean: sessionExpirySeconds === undefined,
      protocolVersion: version,
      keepalive: this.#options.keepAliveSeconds,
      connectTimeout: this.#options.connectTimeoutMs,
      reconnectPeriod: 0,
      ...(version === 5 && { properties }),
    });
    client.once("error", (error) => this.#failed(version, error));
    return client;
  }

  #failed(version: MqttVersion, error: Error): void {
    const isRefused = "code" in error && VERSION_REFUSED.includes(error.code);
    if (this.#options.protocolVersion === "auto" && version === 5 && isRefused) this.#version = 4;
  }
}

/** Throws an error that does not show the password. */
export function addressOf(text: string): Address {
  if (!URL.canParse(text)) throw new Error("the broker's address is not a URL");
  const { protocol, hostname, port, username, password } = new URL(text);
  const scheme = protocol.slice(0, -1);
  if (scheme !== "mqtt" && scheme !== "mqtts") {
    throw new Error(`the broker's address begins with '${scheme}:'; use mqtt: or mqtts:`);
  }
  if (hostname === "") throw new Error("the broker's address names no host");
  return {
    protocol: scheme,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (scheme === "mqtts" ? 8883 : 1883),
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
  };
}
