import { GatewayClient } from "../../../simulator/gateway-client.ts";
import { Random, seedFor } from "../../../simulator/random.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import type { Site } from "./site.ts";

const BATCH = 500;
const TICK_MS = 50;
const CONNECTS_PER_TICK = 10;
const HEARTBEAT_TICKS = 100;
const CONNECT_MS = 60_000;

type Created = {
  readonly gateways: readonly {
    readonly credentials: { readonly username: string; readonly password: string };
  }[];
};

/** Simulated gateways that stay connected, to whichever front takes them, as behind a balancer. */
export class Fleet {
  readonly gateways: readonly GatewayClient[];
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  private constructor(gateways: readonly GatewayClient[]) {
    this.gateways = gateways;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  static async start(site: Site, count: number, keepAliveSeconds: number): Promise<Fleet> {
    const gateways: GatewayClient[] = [];
    for (let from = 0; from < count; from += BATCH) {
      const requests = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => ({
        gatewayId: `gw-${from + n}`,
        labels: { site: (from + n) % 2 === 0 ? "even" : "odd" },
      }));
      const path = "/v1/gateways:batchCreate";
      const created = await site.rest.json<Created>({ method: "POST", path, body: { requests } });
      for (const { credentials } of created.gateways)
        gateways.push(clientOf(site, gateways.length, credentials, keepAliveSeconds));
    }
    const fleet = new Fleet(gateways);
    await fleet.untilSettled();
    return fleet;
  }

  /** Until all are connected and have reported whatever they were told. */
  async untilSettled(): Promise<void> {
    const isRestless = ({ model }: GatewayClient) => !model.connected || model.spool.length > 0;
    await waitFor("all gateways to be connected", () => !this.gateways.some(isRestless), CONNECT_MS);
  }

  /** Messages with desired values that each has got so far. */
  configMessages(): number[] {
    return this.gateways.map(({ model }) => model.tally.deltas + model.tally.fulls);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.gateways.map((gateway) => gateway.close()));
  }

  #tick(): void {
    const now = Date.now();
    const waiting = this.gateways.filter((gateway) => gateway.wantsLink(now));
    for (const gateway of waiting.slice(0, CONNECTS_PER_TICK)) gateway.connect();
    for (const [index, gateway] of this.gateways.entries()) {
      gateway.dropIfOverdue(now);
      if ((this.#ticks + index) % HEARTBEAT_TICKS === 0)
        gateway.apply({ type: "beaten", board: { uptime: Math.round((this.#ticks * TICK_MS) / 1000) } });
    }
    this.#ticks += 1;
  }
}

/** The next front with each connect: who was at one that went away finds the other. */
function clientOf(
  { mqttUrls }: Site,
  index: number,
  credentials: Created["gateways"][number]["credentials"],
  keepAliveSeconds: number,
): GatewayClient {
  let connects = index;
  return new GatewayClient({
    mqttUrl: () => mqttUrls[connects++ % mqttUrls.length] ?? "",
    keepAliveSeconds,
    credentials,
    boot: `boot-${index}`,
    counted: false,
    jitter: new Random(seedFor(1, index)),
  });
}
