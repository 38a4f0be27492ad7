import { setTimeout as delay } from "node:timers/promises";
import { GatewayClient } from "../../../simulator/gateway-client.ts";
import { Random } from "../../../simulator/random.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import type { Lab } from "../cluster/lab.ts";

const LOOK_MS = 20;
const SETTLED_MS = 30_000;

type Credentials = { readonly username: string; readonly password: string };

/** Gateways that have what is desired of them, and go on saying so: to the next front when theirs goes away. */
export class SettledGateways {
  readonly #lab: Lab;
  readonly #clients: readonly GatewayClient[];
  #isEnded = false;
  #running: Promise<void> = Promise.resolve();
  #toldBefore = 0;

  private constructor(lab: Lab, credentials: readonly Credentials[]) {
    this.#lab = lab;
    this.#clients = credentials.map((one, index) => clientOf(lab, one, index));
  }

  /** Resolves when all of them are in sync. */
  static async start(lab: Lab, count: number): Promise<SettledGateways> {
    const requests = Array.from({ length: count }, (_, index) => ({ gatewayId: `settled-${index}` }));
    const { gateways } = await lab.rest.json<{ gateways: { credentials: Credentials }[] }>({
      method: "POST",
      path: "/v1/gateways:batchCreate",
      body: { requests },
    });
    const settled = new SettledGateways(
      lab,
      gateways.map(({ credentials }) => credentials),
    );
    settled.#running = settled.#run();
    for (const { id } of settled.#clients) {
      const path = `/v1/gateways/${id}/twin/desired`;
      await lab.rest.json({ method: "PATCH", path, body: { interval: 5, unit: id } });
    }
    await waitFor("the gateways to settle", async () => (await settled.open()).length === 0, SETTLED_MS);
    settled.#toldBefore = settled.#told();
    return settled;
  }

  /** How often they were told again since `start` what they have. */
  get toldAgain(): number {
    return this.#told() - this.#toldBefore;
  }

  /** How often they had to connect. */
  get links(): number {
    return this.#clients.reduce((sum, { model }) => sum + model.tally.links, 0);
  }

  /** Those that are not in sync by the product's word. */
  async open(): Promise<string[]> {
    const open: string[] = [];
    for (const { id } of this.#clients) {
      const call = { method: "GET", path: `/v1/gateways/${id}/config` };
      const { phase } = await this.#lab.rest.json<{ phase: string }>(call);
      if (phase !== "IN_SYNC") open.push(`${id}: ${phase}`);
    }
    return open;
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#running;
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #told(): number {
    return this.#clients.reduce((sum, { model }) => sum + model.tally.deltas + model.tally.fulls, 0);
  }

  async #run(): Promise<void> {
    while (!this.#isEnded) {
      for (const client of this.#clients) if (client.wantsLink(Date.now())) client.connect();
      await delay(LOOK_MS);
    }
  }
}

function clientOf({ mqttUrls }: Lab, credentials: Credentials, index: number): GatewayClient {
  let connects = index;
  return new GatewayClient({
    mqttUrl: () => mqttUrls[connects++ % mqttUrls.length] ?? "",
    credentials,
    boot: "b1",
    counted: false,
    jitter: new Random(index),
  });
}
