import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import type { Credentials } from "../generator/link.ts";

const DELTA_MS = 5_000;
const BOOT = "bench-boot";

/** A gateway that does what it is told: it takes the delta and reports the value. */
export class PatchGateway {
  readonly gatewayId: string;
  readonly #client: MqttClient;
  #waiting: { value: number; arrived: (at: number) => void } | undefined;

  private constructor(gatewayId: string, client: MqttClient) {
    this.gatewayId = gatewayId;
    this.#client = client;
    client.on("message", (_topic, payload) => this.#receive(payload));
  }

  static async connect(port: number, { gatewayId, username, password }: Credentials): Promise<PatchGateway> {
    const options = {
      clientId: gatewayId,
      username,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
    } as const;
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options);
    const gateway = new PatchGateway(gatewayId, client);
    await client.subscribeAsync(`gw/${gatewayId}/down/delta`, { qos: 1 });
    await gateway.#publish("hello", { boot: BOOT });
    return gateway;
  }

  async delta(value: number): Promise<number> {
    const arrival = new Promise<number>((arrived) => {
      this.#waiting = { value, arrived };
    });
    const cancel = new AbortController();
    const late = sleep(DELTA_MS, undefined, { signal: cancel.signal }).then(() => {
      throw new Error(`no delta for desired value ${value} within ${DELTA_MS} ms`);
    });
    const at = await Promise.race([arrival, late]);
    late.catch(() => {});
    cancel.abort();
    return at;
  }

  report(value: number): Promise<void> {
    return this.#publish("reported", { state: { setpoint: value }, boot: BOOT, seq: value, ts: Date.now() });
  }

  close(): Promise<void> {
    return this.#client.endAsync();
  }

  #receive(payload: Buffer): void {
    const { state } = JSON.parse(payload.toString()) as { state: { setpoint?: number } };
    if (state.setpoint === this.#waiting?.value) this.#waiting?.arrived(performance.now());
  }

  async #publish(kind: string, message: object): Promise<void> {
    await this.#client.publishAsync(`gw/${this.gatewayId}/up/${kind}`, JSON.stringify(message), { qos: 1 });
  }
}
