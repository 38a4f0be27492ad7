import { waitFor } from "../../helpers/wait-for.ts";
import { LoadGateway, type LoadGatewayOptions, type Way } from "./gateway.ts";
import type { Lab } from "./lab.ts";

const PACE_MS = 25;
const CONVERGED_MS = 25_000;

type FleetSize = Readonly<Partial<Record<Way, number>>>;

type Created = {
  readonly gateways: readonly {
    readonly credentials: { readonly username: string; readonly password: string };
  }[];
};

/** The gateways that put a lab under load, and what they have noticed. */
export class Fleet {
  readonly gateways: readonly LoadGateway[];

  private constructor(gateways: readonly LoadGateway[]) {
    this.gateways = gateways;
  }

  /** Registers them, connects them, and waits until each has had an update acknowledged. */
  static async start(lab: Lab, size: FleetSize): Promise<Fleet> {
    const ways = (["front", "broker"] as const).flatMap((way) => Array<Way>(size[way] ?? 0).fill(way));
    const requests = ways.map((way, index) => ({ gatewayId: `${way}-${index}` }));
    const path = "/v1/gateways:batchCreate";
    const { gateways } = await lab.rest.json<Created>({ method: "POST", path, body: { requests } });
    const fleet = new Fleet(
      gateways.map(({ credentials: { username, password } }, index) => {
        const way = ways[index] ?? "front";
        const urls = way === "front" ? lab.mqttUrls : [lab.servers.brokerUrl ?? ""];
        const options: LoadGatewayOptions = { id: username, password, way, urls, paceMs: PACE_MS };
        return new LoadGateway(options, index);
      }),
    );
    for (const gateway of fleet.gateways) gateway.start();
    await waitFor(
      "the first update of each gateway",
      () => fleet.gateways.every((one) => one.acknowledged > 0),
      20_000,
    );
    return fleet;
  }

  get ids(): string[] {
    return this.gateways.map(({ id }) => id);
  }

  get faults(): string[] {
    return this.gateways.flatMap(({ faults }) => faults);
  }

  gateway(id: string): LoadGateway | undefined {
    return this.gateways.find((gateway) => gateway.id === id);
  }

  of(way: Way): LoadGateway[] {
    return this.gateways.filter((gateway) => gateway.way === way);
  }

  /** Until each of them had an update acknowledged that it had not sent before `since`; how long that took, in ms. */
  async gapsSince(since: number, ids: readonly string[], timeoutMs = CONVERGED_MS): Promise<number[]> {
    const missing = () => ids.filter((id) => this.#firstSince(id, since) === undefined);
    await waitFor(
      `new acknowledgements of ${ids.length} gateways`,
      () => missing().length === 0,
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; still without one: ${missing().join(", ")}`);
    });
    return ids.map((id) => (this.#firstSince(id, since) ?? Number.NaN) - since);
  }

  /** For each, the longest time without an acknowledgement that ended after `since`. */
  silencesSince(since: number, ids: readonly string[]): number[] {
    return ids.map((id) => {
      const times = this.gateway(id)?.acknowledgements.map(({ at }) => at) ?? [];
      const gaps = times.map((at, index) => (at < since ? 0 : at - (times[index - 1] ?? at)));
      return gaps.reduce((longest, gap) => Math.max(longest, gap), 0);
    });
  }

  /** Until one new update of each, and then every one, is acknowledged; afterwards they send nothing more. */
  async converge(): Promise<void> {
    await this.gapsSince(performance.now(), this.ids);
    for (const gateway of this.gateways) gateway.finish();
    const left = () => this.gateways.filter((gateway) => !gateway.isQuiet).map(({ id }) => id);
    await waitFor("all updates to be acknowledged", () => left().length === 0, CONVERGED_MS).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; left: ${left().join(", ")}`);
      },
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.end()));
  }

  #firstSince(id: string, since: number): number | undefined {
    return this.gateway(id)?.acknowledgements.find(({ sentAt }) => sentAt >= since)?.at;
  }
}
